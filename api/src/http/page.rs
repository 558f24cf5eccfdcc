//! Pages: every list comes in them, and a cursor leads to the next one. A cursor is authenticated and says nothing to
//! whoever holds it.

use crate::keys::Keys;
use data_encoding::BASE64URL_NOPAD;
use domain::error::{Code, Error, Faults, Place, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How many things a page has when nothing is said.
pub(crate) const DEFAULT_LIMIT: u32 = 50;

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// How many things a page has at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(max_length = 4_000)]
    pub(crate) cursor: Option<String>,
}

impl PageParams {
    pub(crate) fn limit(&self) -> u32 {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }
}

/// A page of things.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Page<T: ToSchema> {
    /// The things.
    pub(crate) data: Vec<T>,
    /// Leads to the next page; null on the last one.
    pub(crate) next_cursor: Option<String>,
    /// How many things there are in all; only with `count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
}

/// Seals a position of a list as a cursor.
fn cursor(keys: &Keys, list: &str, position: &impl Serialize) -> Result<String> {
    let failed = |error: &dyn std::fmt::Display| Error::internal(format!("cursor: {error}"));
    let plain = serde_json::to_vec(position).map_err(|error| failed(&error))?;
    let sealed = keys.ring.seal(place(list).as_bytes(), &plain).map_err(|error| failed(&error))?;
    Ok(BASE64URL_NOPAD.encode(&sealed))
}

/// The position that a cursor of a list means.
pub(crate) fn position<T: DeserializeOwned>(
    keys: &Keys,
    list: &str,
    cursor: Option<&str>,
) -> Result<Option<T>> {
    let Some(cursor) = cursor else { return Ok(None) };
    let wrong = || Faults::one(Place::Query, "cursor", Code::CursorInvalid);
    let sealed = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| wrong())?;
    let plain = keys.ring.open(place(list).as_bytes(), &sealed).map_err(|_| wrong())?;
    serde_json::from_slice(&plain).map(Some).map_err(|_| wrong())
}

/// Cuts what was found, one thing more than a page has, to the page, and gives the cursor of the next one if there is one.
pub(crate) fn cut<T, K: Serialize>(
    keys: &Keys,
    list: &str,
    limit: u32,
    found: &mut Vec<T>,
    key: impl Fn(&T) -> K,
) -> Result<Option<String>> {
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let last = found.last().filter(|_| more);
    last.map(|last| cursor(keys, list, &key(last))).transpose()
}

fn place(list: &str) -> String {
    format!("cursor of {list}")
}

/// A page of a list that is whole in memory, ordered by a key.
pub(crate) fn page_of<S, T: ToSchema>(
    keys: &Keys,
    list: &str,
    page: &PageParams,
    items: impl Iterator<Item = S>,
    key: impl Fn(&S) -> &str,
    view: impl Fn(S) -> T,
) -> Result<Page<T>> {
    let after: Option<String> = position(keys, list, page.cursor.as_deref())?;
    let limit = page.limit() as usize;
    let mut rest = items.filter(|item| after.as_deref().is_none_or(|after| key(item) > after)).peekable();
    let mut data = Vec::new();
    let mut last = None;
    while data.len() < limit {
        let Some(item) = rest.next() else { break };
        last = Some(key(&item).to_owned());
        data.push(view(item));
    }
    let next_cursor = match (rest.peek(), last) {
        (Some(_), Some(last)) => Some(cursor(keys, list, &last)?),
        _ => None,
    };
    Ok(Page { data, next_cursor, total: None })
}
