//! Confirmations of what nobody does with a session alone.
//!
//! What confirms is a token, `gpf_` and the base64url of the end, in seconds, and a MAC over it, the session and the action: it
//! says all by itself, so that nothing has to be kept for its five minutes.

pub(crate) mod confirm;
pub(crate) mod send_code;

use crate::http::answer::Failure;
use crate::http::call::Call;
use crate::mirror::mirror;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::DateTime;
use data_encoding::BASE64URL_NOPAD;
use domain::confirmation::{Confirmation, SensitiveAction};
use domain::id::SessionId;
use ring::hmac;
use std::future::{Ready, ready};
use uuid::Uuid;

/// The header that carries a confirmation.
const HEADER: &str = "x-confirmation";

mirror! {
    /// What nobody does with a session alone.
    SensitiveActionName = domain::confirmation::SensitiveAction {
        CloseAccount "close_account" "close the account";
        DissolveOrganization "dissolve_organization" "dissolve the organization";
        SetPassword "set_password" "set or change the password";
        ChangeMobile "change_mobile" "change the number: with a code to the one so far, or the authenticator";
        ChangeEmail "change_email" "set, change or give up the email address";
        ChangeSecondFactor "change_second_factor" "set up or give up the authenticator, get other recovery codes";
        ChangeSecurityPolicy "change_security_policy" "change the security policy, where it says so";
        ExportMyData "export_my_data" "have a copy of one's own data, where the security policy says so";
        ObjectToTakeover "object_to_takeover" "object to a takeover, where the security policy says so";
        HandOverOwnership "hand_over_ownership" "hand the organization over: with a code, or the authenticator";
        AcceptOwnership "accept_ownership" "become its owner: with a code, or the authenticator";
    }
}

/// What a request has to confirm with, still to be held against what it wants.
pub(crate) struct Confirmed(Option<String>);

impl Confirmed {
    /// The confirmation of an action in a session, if that is what was given.
    pub(crate) fn of(
        &self,
        call: &Call,
        session: SessionId,
        action: SensitiveAction,
    ) -> Option<Confirmation> {
        let bytes = BASE64URL_NOPAD.decode(self.0.as_ref()?.strip_prefix("gpf_")?.as_bytes()).ok()?;
        let (end, tag) = bytes.split_at_checked(8)?;
        let seconds = i64::from_be_bytes(end.try_into().ok()?);
        hmac::verify(&call.service.keys.confirmations, &said(seconds, session, action), tag).ok()?;
        Some(Confirmation { action, session, expires_at: DateTime::from_timestamp(seconds, 0)? })
    }
}

impl FromRequest for Confirmed {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let token = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
        ready(Ok(Self(token.map(str::to_owned))))
    }
}

/// The token of a confirmation.
fn token(key: &hmac::Key, confirmation: &Confirmation) -> String {
    let seconds = confirmation.expires_at.timestamp();
    let tag = hmac::sign(key, &said(seconds, confirmation.session, confirmation.action));
    let bytes = [&seconds.to_be_bytes(), tag.as_ref()].concat();
    format!("gpf_{}", BASE64URL_NOPAD.encode(&bytes))
}

fn said(seconds: i64, session: SessionId, action: SensitiveAction) -> Vec<u8> {
    [&seconds.to_be_bytes(), Uuid::from(session).as_bytes().as_slice(), action.name().as_bytes()].concat()
}
