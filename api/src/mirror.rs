//! Enumerations of the contract. Each mirrors one of the domain's, so that a change of the domain is a decision here too.

/// Declares an enumeration: its wire names, what each value means (which the contract says too), and both ways to the
/// domain's enumeration.
macro_rules! mirror {
    ($(#[doc = $about:tt])+ $name:ident = $domain:ty { $($variant:ident $wire:tt $doc:tt;)+ }) => {
        $(#[doc = $about])+
        ///
        $(#[doc = concat!("- `", $wire, "`: ", $doc)])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub(crate) enum $name {
            $(#[doc = $doc] #[serde(rename = $wire)] $variant,)+
        }

        impl From<$name> for $domain {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant,)+ }
            }
        }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                match value { $(<$domain>::$variant => Self::$variant,)+ }
            }
        }
    };
}

pub(crate) use mirror;
