//! Several stores under one name, for use cases that touch many.

/// Declares a trait that whatever has all of the others has.
macro_rules! bundle {
    ($(#[$about:meta])+ $name:ident: $first:ident $(+ $other:ident)+) => {
        $(#[$about])+
        pub trait $name: $first $(+ $other)+ {}

        impl<T: $first $(+ $other)+> $name for T {}
    };
}

pub(crate) use bundle;
