//! Drafts as they are kept: JSON, but for the identity numbers, which are sealed beside it.

use crate::error::corrupt;
use crate::sql_type::Json;
use crate::tx::Tx;
use domain::certification::Draft;
use domain::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// The identity numbers of a draft.
#[derive(Default, PartialEq, Serialize, Deserialize)]
struct Numbers {
    representative: Option<String>,
    applicant: Option<String>,
}

impl Tx<'_> {
    /// Takes the identity numbers out of a draft and seals them for the place where it stands.
    pub(crate) fn seal_draft(&self, place: &str, draft: &Draft) -> Result<(Json, Option<Vec<u8>>)> {
        let mut open = draft.clone();
        let numbers = Numbers {
            representative: open.representative.id_number.take(),
            applicant: open.applicant.id_number.take(),
        };
        let sealed = if numbers == Numbers::default() { None } else { Some(self.seal(place, &numbers)?) };
        let json = serde_json::to_value(&open).map_err(|error| Error::internal(format!("draft: {error}")))?;
        Ok((Json(json), sealed))
    }

    /// Puts a draft together again.
    pub(crate) fn open_draft(&self, place: &str, json: Json, sealed: Option<&[u8]>) -> Result<Draft> {
        let mut draft: Draft =
            serde_json::from_value(json.0).map_err(|error| corrupt(place, "draft", error))?;
        if let Some(sealed) = sealed {
            let numbers: Numbers = self.open(place, sealed)?;
            draft.representative.id_number = numbers.representative;
            draft.applicant.id_number = numbers.applicant;
        }
        Ok(draft)
    }
}
