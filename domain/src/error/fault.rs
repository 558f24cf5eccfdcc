//! Faults: one wrong value each, at the place where the asker wrote it, collected so that all come at once.

use super::{Code, Error, Language, Result};
use serde_json::Value;

/// What is wrong with one value, without saying where it stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// The rule that was broken.
    pub code: Code,
    /// Details that fill the message, such as a limit.
    pub params: Vec<(&'static str, Value)>,
}

impl Violation {
    /// A broken rule without details.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self { code, params: Vec::new() }
    }

    /// Adds a detail.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.params.push((name, value.into()));
        self
    }

    /// The sentence for a person, in their language.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        self.code.message(language, &self.params)
    }
}

impl From<Code> for Violation {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

/// The part of a request in which a fault stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The body; the pointer is a JSON pointer (RFC 6901).
    Body,
    /// The query string; the pointer is the parameter's name.
    Query,
    /// The path; the pointer is the parameter's name.
    Path,
    /// A header; the pointer is its name.
    Header,
}

/// A violation and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The part of the request.
    pub place: Place,
    /// Where in that part.
    pub pointer: String,
    /// What is wrong there.
    pub violation: Violation,
}

/// Collects the faults of one part of a request while its values are parsed.
///
/// ```
/// use domain::error::{Faults, Place};
/// use domain::phone::MobileNumber;
/// let mut faults = Faults::of(Place::Body);
/// let mobile = faults.at("/mobile", MobileNumber::parse("12"));
/// assert!(mobile.is_none());
/// assert!(faults.finish().is_err());
/// ```
#[derive(Debug)]
pub struct Faults {
    place: Place,
    found: Vec<Fault>,
}

impl Faults {
    /// An empty collection for one part of a request.
    #[must_use]
    pub fn of(place: Place) -> Self {
        Self { place, found: Vec::new() }
    }

    /// The error of one fault alone.
    #[must_use]
    pub fn one(place: Place, pointer: &str, violation: impl Into<Violation>) -> Error {
        let mut faults = Self::of(place);
        faults.note(pointer, violation);
        faults.into_error()
    }

    /// Keeps the value, or notes the fault.
    pub fn at<T>(&mut self, pointer: &str, parsed: Result<T, Violation>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(violation) => {
                self.note(pointer, violation);
                None
            }
        }
    }

    /// Notes a fault.
    pub fn note(&mut self, pointer: &str, violation: impl Into<Violation>) {
        self.found.push(Fault {
            place: self.place,
            pointer: pointer.to_owned(),
            violation: violation.into(),
        });
    }

    /// The faults noted so far.
    #[must_use]
    pub fn found(&self) -> &[Fault] {
        &self.found
    }

    /// All well, or one error with every fault.
    ///
    /// # Errors
    /// [`Code::InputInvalid`] when anything was noted.
    pub fn finish(self) -> Result<()> {
        if self.found.is_empty() { Ok(()) } else { Err(self.into_error()) }
    }

    /// The error with every fault noted so far.
    #[must_use]
    pub fn into_error(self) -> Error {
        Error::invalid(self.found)
    }
}
