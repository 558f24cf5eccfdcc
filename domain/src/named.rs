//! Enumerations with words: each value has one word, by which it goes over the wire, is kept, and is called in messages.

/// Declares such an enumeration, with every value in order, the word of each, and the way back.
macro_rules! named {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])+ $variant:ident $word:literal;)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$doc])+ #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word for it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The value of that word.
            #[must_use]
            pub fn find(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

pub(crate) use named;
