//! Pages: every list comes in them, and a cursor leads to the next one. A cursor is authenticated and says nothing to
//! whoever holds it.

use crate::keys::Keys;
use data_encoding::BASE64URL_NOPAD;
use domain::error::{Code, Error, Fault, Place, Result};
use ring::hmac;
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
    #[param(max_length = 500)]
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

/// A MAC long enough that a cursor is not guessed.
const MAC: usize = 16;

/// Seals a position of a list as a cursor.
pub(crate) fn cursor(keys: &Keys, list: &str, position: &impl Serialize) -> Result<String> {
    let body = serde_json::to_vec(position).map_err(|error| Error::internal(format!("cursor: {error}")))?;
    let mut bytes = mac(keys, list, &body)[..MAC].to_vec();
    bytes.extend(masked(keys, &bytes, &body));
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

/// The position that a cursor of a list means.
pub(crate) fn position<T: DeserializeOwned>(
    keys: &Keys,
    list: &str,
    cursor: Option<&str>,
) -> Result<Option<T>> {
    let Some(cursor) = cursor else { return Ok(None) };
    let wrong = || {
        let fault = Fault {
            place: Place::Query,
            pointer: "cursor".to_owned(),
            violation: Code::CursorInvalid.into(),
        };
        Error::invalid(vec![fault])
    };
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| wrong())?;
    let (tag, hidden) = bytes.split_at_checked(MAC).ok_or_else(wrong)?;
    let body = masked(keys, tag, hidden);
    if mac(keys, list, &body)[..MAC] != *tag {
        return Err(wrong());
    }
    serde_json::from_slice(&body).map(Some).map_err(|_| wrong())
}

fn mac(keys: &Keys, list: &str, body: &[u8]) -> [u8; 32] {
    let mut message = list.as_bytes().to_vec();
    message.push(0);
    message.extend_from_slice(body);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hmac::sign(&keys.cursors, &message).as_ref());
    bytes
}

/// Hides a body under a stream that the tag begins (a synthetic IV): the same body looks the same, another one does not.
fn masked(keys: &Keys, tag: &[u8], body: &[u8]) -> Vec<u8> {
    let stream = (0_u32..).flat_map(|block| {
        let mut seed = tag.to_vec();
        seed.extend_from_slice(&block.to_be_bytes());
        hmac::sign(&keys.cursors, &seed).as_ref().to_vec()
    });
    body.iter().zip(stream).map(|(byte, mask)| byte ^ mask).collect()
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
