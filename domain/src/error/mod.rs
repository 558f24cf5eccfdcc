//! The one error vocabulary of Gongpai, free of transport: what went wrong, told by a stable [`Code`].
//!
//! An [`Error`] has a public side (code, parameters, faults) and a private one (`context`, for the log only).
//! Expected outcomes that must be remembered, such as a wrong code, are values and not errors: an error
//! rolls the transaction back.

mod catalogue;
mod fault;
mod kept;

pub(crate) use catalogue::fill;
pub use catalogue::{Code, Language};
pub use fault::{Fault, Faults, Place, Violation};
pub use kept::Problem;

use serde_json::Value;
use std::fmt;

/// The result of every fallible domain function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// None in the place of what is not there, for whoever looks whether it still is.
pub(crate) fn if_there<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Err(error) if error.code() == Code::NotFound => Ok(None),
        found => found.map(Some),
    }
}

/// What sort of failure a code is. The API maps each kind to one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request could not be read at all.
    Malformed,
    /// Nobody is known to be asking.
    Unauthenticated,
    /// The asker is known and may not.
    Forbidden,
    /// There is no such thing, or the asker may not know that there is.
    NotFound,
    /// The thing exists, but not under this action.
    NotAllowed,
    /// The client was too slow to finish its request.
    TimedOut,
    /// The state of the thing does not allow it now.
    Conflict,
    /// The version named by the asker is no longer the current one.
    Stale,
    /// The content is larger than what is accepted.
    TooLarge,
    /// The content is of a type that is not accepted.
    UnsupportedType,
    /// The content was read and breaks a rule.
    Invalid,
    /// A change that must name the version it is based on does not.
    VersionRequired,
    /// Too often; later it may work.
    TooMany,
    /// Several writers met; trying again may work. Never shown before the retries are used up.
    Contention,
    /// Something that Gongpai needs is away.
    Unavailable,
    /// A fault of Gongpai itself.
    Internal,
}

/// A failure: a code of the catalogue, with its details.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: Code,
    params: Vec<(&'static str, Value)>,
    faults: Vec<Fault>,
    retry_after_seconds: Option<u64>,
    context: Option<String>,
}

impl Error {
    /// A failure with nothing but its code.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self(Box::new(Inner {
            code,
            params: Vec::new(),
            faults: Vec::new(),
            retry_after_seconds: None,
            context: None,
        }))
    }

    /// A fault of Gongpai itself; `context` is for the log and never leaves the process.
    #[must_use]
    pub fn internal(context: impl Into<String>) -> Self {
        Self::new(Code::Internal).context(context)
    }

    /// Wrong input, with every fault that was found.
    #[must_use]
    pub fn invalid(faults: Vec<Fault>) -> Self {
        let mut error = Self::new(Code::InputInvalid);
        error.0.faults = faults;
        error
    }

    /// Adds a public detail, which also fills the placeholder of that name in the message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.params.push((name, value.into()));
        self
    }

    /// Says after how many seconds a retry may succeed.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// Adds what only the log may know.
    #[must_use]
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.0.context = Some(context.into());
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The sort of failure.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.code.kind()
    }

    /// Public details, by name.
    #[must_use]
    pub fn params(&self) -> &[(&'static str, Value)] {
        &self.0.params
    }

    /// The single faults of wrong input; empty for other failures.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// Seconds after which a retry may succeed, when that is known.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u64> {
        self.0.retry_after_seconds
    }

    /// What only the log may know.
    #[must_use]
    pub fn log_context(&self) -> Option<&str> {
        self.0.context.as_deref()
    }

    /// The sentence for a person, in their language.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        self.0.code.message(language, &self.0.params)
    }
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        let error = Self::new(violation.code);
        violation.params.into_iter().fold(error, |error, (name, value)| error.with(name, value))
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.code.name())?;
        for fault in &self.0.faults {
            write!(f, "; {} at {}", fault.violation.code.name(), fault.pointer)?;
        }
        if let Some(context) = &self.0.context {
            write!(f, " ({context})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl std::error::Error for Error {}
