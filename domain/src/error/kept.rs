//! What was wrong, kept to be told later.

use super::{Code, Error, Language, Violation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is wrong, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The name of the code.
    pub code: String,
    /// Details that fill its message.
    pub params: Map<String, Value>,
}

impl Problem {
    fn new(code: Code, params: &[(&'static str, Value)]) -> Self {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Self { code: code.name().to_owned(), params }
    }

    /// The sentence for a person.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let params = || self.params.iter().map(|(name, value)| (name.as_str(), value));
        Code::find(&self.code).map(|code| code.message_with(language, params())).unwrap_or_default()
    }
}

impl From<&Violation> for Problem {
    fn from(violation: &Violation) -> Self {
        Self::new(violation.code, &violation.params)
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        // Wrong input says what is wrong with it.
        let first = error.faults().first().map(|fault| Self::from(&fault.violation));
        first.unwrap_or_else(|| Self::new(error.code(), error.params()))
    }
}
