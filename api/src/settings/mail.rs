//! How email goes out.

use super::network::{hosts, near};
use super::{SettingError, Source};
use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};

/// A mail server.
#[derive(Clone)]
pub struct MailServer {
    /// `smtps://…`, or `smtp://…` with TLS from the greeting on (STARTTLS).
    pub url: String,
    /// Whom the messages are from.
    pub from: Mailbox,
    /// How long it may take over a message.
    pub patience: std::time::Duration,
}

pub(super) fn read(source: &mut Source) -> Result<Option<MailServer>, SettingError> {
    const URL: &str = "GONGPAI_SMTP_URL";
    const FROM: &str = "GONGPAI_SMTP_FROM";
    const SECONDS: &str = "GONGPAI_SMTP_SECONDS";
    let url = source.location(
        URL,
        "",
        "the mail server: smtps://user:password@host, or smtp://… with STARTTLS; without it email goes to the outbox, where SMS does, or nowhere",
    )?;
    let from = source.optional(FROM, "whom email is from, such as Gongpai <no-reply@example.com>");
    let seconds =
        source.number(SECONDS, 10, "how long the mail server may take over a message, at most 30")?;
    if url.is_empty() {
        return Ok(None);
    }
    if !(1..=30).contains(&seconds) {
        return Err(SettingError::new(SECONDS, "is a number from 1 to 30"));
    }
    if url.contains('#') {
        return Err(SettingError::new(URL, "has a #, which is written %23"));
    }
    let url = with_tls(url);
    if AsyncSmtpTransport::<Tokio1Executor>::from_url(&url).is_err() {
        return Err(SettingError::new(URL, "is no smtp:// or smtps:// URL"));
    }
    let from = from.ok_or_else(|| SettingError::new(FROM, "is required by GONGPAI_SMTP_URL"))?;
    let from = from.parse().map_err(|_| SettingError::new(FROM, "is no mailbox"))?;
    Ok(Some(MailServer { url, from, patience: std::time::Duration::from_secs(seconds) }))
}

/// Insists on TLS, but for a server on this machine. A URL may ask for less: `?tls=opportunistic`.
fn with_tls(url: String) -> String {
    let plain = |scheme: &str| scheme.eq_ignore_ascii_case("smtp");
    let Some((_, rest)) = url.split_once("://").filter(|(scheme, _)| plain(scheme)) else { return url };
    let query = rest.split_once('?').map(|(_, query)| query);
    let said = query.is_some_and(|query| query.split('&').any(|pair| pair.starts_with("tls=")));
    if said || near(hosts(rest)) {
        return url;
    }
    let and = if query.is_some() { '&' } else { '?' };
    format!("{url}{and}tls=required")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_this_machine_in_the_clear() {
        for (given, used) in [
            ("smtp://user:word@mail.example.com", "smtp://user:word@mail.example.com?tls=required"),
            ("smtp://mail.example.com:25/me", "smtp://mail.example.com:25/me?tls=required"),
            ("SMTP://u:a-tls=b@mail.example.com", "SMTP://u:a-tls=b@mail.example.com?tls=required"),
            ("smtp://mail.example.com?xtls=1", "smtp://mail.example.com?xtls=1&tls=required"),
            ("smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525"),
            ("smtp://localhost", "smtp://localhost"),
            ("smtp://localhost:x@mail.example.com", "smtp://localhost:x@mail.example.com?tls=required"),
            ("smtps://mail.example.com", "smtps://mail.example.com"),
            ("smtp://10.0.0.7?tls=opportunistic", "smtp://10.0.0.7?tls=opportunistic"),
        ] {
            assert_eq!(with_tls(given.to_owned()), used);
        }
    }
}
