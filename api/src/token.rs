//! Tokens: opaque ones that are kept as hashes, and signed access tokens (RFC 9068) that are checked by their signature.

use crate::clock::Clock;
use crate::keys::{Keys, SigningKey};
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use domain::actor::Realm;
use domain::context::Random;
use domain::error::Code;
use domain::id::{OperatorId, SessionId};
use domain::session::{Owner, TokenHash};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind as JwtErrorKind, new_error};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use ring::{digest, hmac};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;

/// The SHA-256 of a token.
#[must_use]
pub(crate) fn hash(token: &str) -> TokenHash {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    TokenHash(bytes)
}

/// A fresh opaque token and its hash. The prefix tells people, and scanners for leaked secrets, what it is.
pub(crate) fn opaque(random: &dyn Random, prefix: &str) -> (String, TokenHash) {
    let token = format!("{prefix}_{}", BASE64URL_NOPAD.encode(&random.bytes()));
    let hash = hash(&token);
    (token, hash)
}

/// Refresh tokens: `gpr_` and the base64url of session, nonce and MAC. The MAC proves that a token was issued for
/// its session even when it is not one of the two that the session remembers.
pub(crate) struct RefreshTokens<'a> {
    /// The service's keys.
    pub(crate) keys: &'a Keys,
}

impl RefreshTokens<'_> {
    /// A fresh token for a session.
    pub(crate) fn issue(&self, random: &dyn Random, session: SessionId) -> (String, TokenHash) {
        let mut bytes = Uuid::from(session).as_bytes().to_vec();
        bytes.extend_from_slice(&random.bytes()[..16]);
        let tag = hmac::sign(&self.keys.refresh[0], &bytes);
        bytes.extend_from_slice(tag.as_ref());
        let token = format!("gpr_{}", BASE64URL_NOPAD.encode(&bytes));
        let hash = hash(&token);
        (token, hash)
    }

    /// The session of a token that was issued here, and its hash.
    #[must_use]
    pub(crate) fn open(&self, token: &str) -> Option<(SessionId, TokenHash)> {
        let bytes = BASE64URL_NOPAD.decode(token.strip_prefix("gpr_")?.as_bytes()).ok()?;
        let (body, tag) = bytes.split_at_checked(32)?;
        self.keys.refresh.iter().find(|key| hmac::verify(key, body, tag).is_ok())?;
        Some((Uuid::from_slice(&body[..16]).ok()?.into(), hash(token)))
    }
}

/// The claims of an access token (RFC 9068, 2.2).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Who issued it.
    pub(crate) iss: String,
    /// For whom.
    pub(crate) aud: String,
    /// Whose it is: an account or an operator.
    pub(crate) sub: Uuid,
    /// The client that it was issued to.
    pub(crate) client_id: String,
    /// Its own id.
    pub(crate) jti: Uuid,
    /// Since when, in seconds.
    pub(crate) iat: i64,
    /// Until when, in seconds.
    pub(crate) exp: i64,
    /// The session.
    pub(crate) sid: Uuid,
    /// The tenant; only in the realm of tenants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tenant_id: Option<Uuid>,
}

/// The audience of a realm.
#[must_use]
pub(crate) fn audience(realm: Realm) -> &'static str {
    match realm {
        Realm::Tenant => "gongpai",
        Realm::Platform => "gongpai-platform",
    }
}

/// The realm of an audience.
#[must_use]
pub(crate) fn realm(audience: &str) -> Option<Realm> {
    [Realm::Tenant, Realm::Platform].into_iter().find(|realm| self::audience(*realm) == audience)
}

/// A key of access tokens, with the time in which it counts.
pub(crate) struct TokenKey {
    /// Its name in `kid`.
    pub(crate) id: String,
    /// Its public half.
    pub(crate) public: Vec<u8>,
    /// From when on it signs; others know it before that.
    pub(crate) signs_from: DateTime<Utc>,
    /// When nothing that it signed counts any more; none for the newest.
    pub(crate) retires_at: Option<DateTime<Utc>>,
    encoding: EncodingKey,
    decoding: DecodingKey,
    header: Header,
}

impl TokenKey {
    /// A key for its time.
    #[must_use]
    pub(crate) fn new(
        key: &SigningKey,
        signs_from: DateTime<Utc>,
        retires_at: Option<DateTime<Utc>>,
    ) -> Self {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(key.id.clone());
        Self {
            id: key.id.clone(),
            public: key.public.clone(),
            signs_from,
            retires_at,
            encoding: EncodingKey::from_ed_der(&key.pkcs8),
            decoding: DecodingKey::from_ed_der(&key.public),
            header,
        }
    }

    fn counts(&self, now: DateTime<Utc>) -> bool {
        self.retires_at.is_none_or(|end| now < end)
    }
}

/// Signs and checks access tokens.
pub(crate) struct AccessTokens {
    /// The keys that take turns, the one that signs last in front.
    keys: RwLock<Arc<[TokenKey]>>,
    validation: Validation,
    issuer: String,
    seconds: u32,
}

impl AccessTokens {
    /// Tokens of this issuer, which live so many seconds.
    #[must_use]
    pub(crate) fn new(key: &SigningKey, issuer: &str, seconds: u32) -> Self {
        // Once a process; a second service in the same process finds it done.
        let _ = RING.install_default();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[audience(Realm::Tenant), audience(Realm::Platform)]);
        validation.set_issuer(&[issuer]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // Expiry is judged by our clock, which tests set, and not by the library's.
        validation.validate_exp = false;
        let first = TokenKey::new(key, DateTime::UNIX_EPOCH, None);
        Self { keys: RwLock::new(Arc::new([first])), validation, issuer: issuer.to_owned(), seconds }
    }

    /// Takes other keys from now on, the one that signs last in front.
    pub(crate) fn take(&self, keys: Vec<TokenKey>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys.into();
    }

    fn keys(&self) -> Arc<[TokenKey]> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The names and public halves of the keys that count, also of one that does not sign yet.
    pub(crate) fn published(&self, now: DateTime<Utc>) -> Vec<(String, Vec<u8>)> {
        let keys = self.keys();
        let counting = keys.iter().filter(|key| key.counts(now));
        counting.map(|key| (key.id.clone(), key.public.clone())).collect()
    }

    /// How long a token lives, in seconds.
    #[must_use]
    pub(crate) fn seconds(&self) -> u32 {
        self.seconds
    }

    /// A fresh token for a session.
    ///
    /// # Errors
    /// `internal` when the key does not sign.
    pub(crate) fn issue(
        &self,
        random: &dyn Random,
        clock: &Clock,
        session: SessionId,
        owner: Owner,
    ) -> domain::error::Result<String> {
        let now = clock.now();
        let keys = self.keys();
        let key = keys.iter().find(|key| key.signs_from <= now);
        let key = key.ok_or_else(|| domain::error::Error::internal("no key signs yet"))?;
        let now = now.timestamp();
        let (sub, tenant_id) = match owner {
            Owner::Member { account, tenant, .. } => (account.into(), Some(tenant.into())),
            Owner::Operator(operator) => (<Uuid as From<OperatorId>>::from(operator), None),
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: audience(owner.realm()).to_owned(),
            sub,
            client_id: "gongpai".to_owned(),
            jti: random.uuid(),
            iat: now,
            exp: now + i64::from(self.seconds),
            sid: session.into(),
            tenant_id,
        };
        jsonwebtoken::encode(&key.header, &claims, &key.encoding)
            .map_err(|error| domain::error::Error::internal(format!("signing: {error}")))
    }

    /// The claims of a token that was signed here. Whether it has expired is for the caller to judge.
    ///
    /// # Errors
    /// `unauthenticated`.
    pub(crate) fn check(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, Code> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Code::Unauthenticated)?;
        if header.typ.as_deref() != Some("at+jwt") {
            return Err(Code::Unauthenticated);
        }
        let keys = self.keys();
        let named = keys.iter().find(|key| Some(&key.id) == header.kid.as_ref() && key.counts(now));
        let key = named.ok_or(Code::Unauthenticated)?;
        let decoded = jsonwebtoken::decode::<Claims>(token, &key.decoding, &self.validation);
        decoded.map(|decoded| decoded.claims).map_err(|_| Code::Unauthenticated)
    }
}

/// `jsonwebtoken` with the cryptography of `ring`, which the service has anyway; its own providers bring another
/// stack along.
static RING: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.as_bytes())
            .map(|pair| Box::new(Ed25519(pair)) as Box<dyn JwtSigner>)
            .map_err(|_| new_error(JwtErrorKind::InvalidEddsaKey)),
        _ => Err(new_error(JwtErrorKind::InvalidAlgorithm)),
    },
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => {
            Ok(Box::new(Ed25519Public(key.try_get_as_bytes()?.to_vec())) as Box<dyn JwtVerifier>)
        }
        _ => Err(new_error(JwtErrorKind::InvalidAlgorithm)),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Ed25519(Ed25519KeyPair);

impl signature::Signer<Vec<u8>> for Ed25519 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for Ed25519 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct Ed25519Public(Vec<u8>);

impl signature::Verifier<Vec<u8>> for Ed25519Public {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(message, signature)
            .map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Ed25519Public {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}
