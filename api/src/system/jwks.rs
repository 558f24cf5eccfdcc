use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use actix_web::get;
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use utoipa::ToSchema;

/// A public key (RFC 8037).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Jwk {
    /// The kind of key.
    #[schema(example = "OKP")]
    kty: &'static str,
    /// The curve.
    #[schema(example = "Ed25519")]
    crv: &'static str,
    /// The public key, base64url.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    x: String,
    /// Its name in the header of a token.
    #[schema(example = "kPrK_qmxVWaYVA9w")]
    kid: String,
    /// What it is for.
    #[schema(example = "sig")]
    r#use: &'static str,
    /// The algorithm.
    #[schema(example = "EdDSA")]
    alg: &'static str,
}

/// The public keys that check access tokens (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Jwks {
    /// The keys.
    keys: Vec<Jwk>,
}

/// The public keys of access tokens
///
/// Keys take turns: a new one is here ten minutes before it signs, and an old one until what it signed has ended. Whoever keeps
/// this answer no longer than its `Cache-Control` says misses none.
#[utoipa::path(
    operation_id = "get_jwks", tag = "service",
    responses((status = 200, description = "The keys.", body = Jwks)),
)]
#[get("/.well-known/jwks.json")]
pub(crate) async fn get_jwks(call: Call) -> Outcome {
    let published = call.service.access_tokens.published(call.service.clock.now()).into_iter();
    let key = |(kid, public): (String, Vec<u8>)| {
        let x = BASE64URL_NOPAD.encode(&public);
        Jwk { kty: "OKP", crv: "Ed25519", x, kid, r#use: "sig", alg: "EdDSA" }
    };
    Ok(Reply::ok(&Jwks { keys: published.map(key).collect() })?
        .header("cache-control", "public, max-age=300"))
}
