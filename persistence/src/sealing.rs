//! Sealing: values that must not be readable in the database, encrypted with AES-256-GCM.
//!
//! A sealed value is `version (1) | key id (4) | nonce (12) | ciphertext and tag`. The place where it stands is
//! authenticated along, so that a sealed value cannot be moved to another row or column.

use domain::id::{DocumentId, TenantId};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

const VERSION: u8 = 1;
const HEADER: usize = 1 + 4 + NONCE_LEN;

/// Why a value could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealingError {
    /// The bytes are not a sealed value.
    Form,
    /// The key that sealed it is not on the ring.
    Key,
    /// It was changed, or belongs to something else.
    Tampered,
    /// The system gives no random bytes.
    Random,
}

impl fmt::Display for SealingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not a sealed value",
            Self::Key => "sealed with a key that is not on the ring",
            Self::Tampered => "changed, or sealed for something else",
            Self::Random => "no random bytes",
        })
    }
}

impl std::error::Error for SealingError {}

/// Keys by their id. The first one seals; all of them open.
pub struct KeyRing {
    keys: Vec<(u32, LessSafeKey)>,
    random: SystemRandom,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(id, _)| id)).finish()
    }
}

impl KeyRing {
    /// A ring of 256-bit keys, the one that seals first.
    ///
    /// # Errors
    /// [`SealingError::Key`] for an empty ring.
    pub fn new(keys: impl IntoIterator<Item = (u32, [u8; 32])>) -> Result<Self, SealingError> {
        let keys: Vec<_> =
            keys.into_iter().map(|(id, bytes)| key(&bytes).map(|key| (id, key))).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(SealingError::Key) } else { Ok(Self { keys, random: SystemRandom::new() }) }
    }

    /// Seals bytes for the place where it stands.
    ///
    /// # Errors
    /// [`SealingError::Random`].
    pub fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealingError> {
        let (id, key) = self.keys.first().ok_or(SealingError::Key)?;
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(|_| SealingError::Random)?;
        let mut sealed = Vec::with_capacity(HEADER + plain.len() + 16);
        sealed.push(VERSION);
        sealed.extend_from_slice(&id.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        let mut body = plain.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut body)
            .map_err(|_| SealingError::Form)?;
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    /// Opens what was sealed for the place where it stands.
    ///
    /// # Errors
    /// Every [`SealingError`] but the last.
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealingError> {
        let (header, body) = sealed.split_at_checked(HEADER).ok_or(SealingError::Form)?;
        let (version, rest) = header.split_at(1);
        let (id, nonce) = rest.split_at(4);
        if version != [VERSION] {
            return Err(SealingError::Form);
        }
        let key = self.keys.iter().find(|(known, _)| known.to_be_bytes() == *id).ok_or(SealingError::Key)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealingError::Form)?;
        let mut body = body.to_vec();
        let length = key
            .1
            .open_in_place(nonce, Aad::from(place), &mut body)
            .map_err(|_| SealingError::Tampered)?
            .len();
        body.truncate(length);
        Ok(body)
    }

    /// Whether it was sealed with another key than the one that seals now.
    #[must_use]
    pub fn is_old(&self, sealed: &[u8]) -> bool {
        let first = self.keys.first().map(|(id, _)| id.to_be_bytes());
        sealed.get(1..5).zip(first).is_some_and(|(used, first)| *used != first)
    }

    /// Seals anew, with the key that seals now, what another one sealed for the same place.
    ///
    /// # Errors
    /// Every [`SealingError`].
    pub fn reseal(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealingError> {
        self.seal(place, &self.open(place, sealed)?)
    }

    /// 32 fresh random bytes.
    ///
    /// # Errors
    /// [`SealingError::Random`].
    pub fn fresh_key(&self) -> Result<[u8; 32], SealingError> {
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes).map_err(|_| SealingError::Random)?;
        Ok(bytes)
    }
}

/// Where the bytes of documents stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    /// What a tenant proves who it is with.
    Tenant(TenantId),
    /// What people send along with tickets.
    Tickets,
}

/// The folder of tickets. No tenant is called so.
const TICKETS: &str = "tickets";

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant(tenant) => tenant.fmt(f),
            Self::Tickets => f.write_str(TICKETS),
        }
    }
}

impl FromStr for Folder {
    type Err = uuid::Error;

    fn from_str(name: &str) -> Result<Self, uuid::Error> {
        if name == TICKETS { Ok(Self::Tickets) } else { Ok(Self::Tenant(name.parse::<Uuid>()?.into())) }
    }
}

/// The place of a document's key.
#[must_use]
pub fn document_place(folder: Folder, id: DocumentId) -> String {
    format!("document {folder} {id}")
}

fn key(bytes: &[u8; 32]) -> Result<LessSafeKey, SealingError> {
    UnboundKey::new(&AES_256_GCM, bytes).map(LessSafeKey::new).map_err(|_| SealingError::Key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_in_its_place_alone() {
        let ring = KeyRing::new([(7, [1; 32])]).unwrap();
        let sealed = ring.seal(b"row 1", b"secret").unwrap();
        assert_eq!(ring.open(b"row 1", &sealed).unwrap(), b"secret");
        assert_eq!(ring.open(b"row 2", &sealed), Err(SealingError::Tampered));
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(ring.open(b"row 1", &changed), Err(SealingError::Tampered));
        assert_eq!(ring.open(b"row 1", b"short"), Err(SealingError::Form));
    }

    #[test]
    fn old_keys_open_and_the_first_seals() {
        let old = KeyRing::new([(1, [1; 32])]).unwrap();
        let new = KeyRing::new([(2, [2; 32]), (1, [1; 32])]).unwrap();
        let sealed = old.seal(b"", b"secret").unwrap();
        assert_eq!(new.open(b"", &sealed).unwrap(), b"secret");
        assert_eq!(old.open(b"", &new.seal(b"", b"secret").unwrap()), Err(SealingError::Key));
        assert!(KeyRing::new([]).is_err());
    }
}
