//! What a message says. Carriers of SMS in mainland China fill templates that were registered with them; others, and mail servers, are
//! given the whole sentence. Both come from the same words.

use crate::contact::ContactPoint;
use crate::error::{Language, fill};
use crate::notice::{NoticeKind, Params};
use crate::verification::{Code, Purpose};

/// The sentence of a message, before its places are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// A code for a purpose.
    Code(Purpose),
    /// A notice.
    Notice(NoticeKind),
}

impl Template {
    /// Every template.
    pub fn all() -> impl Iterator<Item = Self> {
        let codes = Purpose::ALL.iter().copied().map(Self::Code);
        codes.chain(NoticeKind::ALL.iter().copied().map(Self::Notice))
    }

    /// Every template that is for SMS.
    pub fn of_sms() -> impl Iterator<Item = Self> {
        Self::all().filter(|template| *template != Self::Code(Purpose::ChangeEmail))
    }

    /// The subject of an email.
    #[must_use]
    pub fn subject(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Code(_), Language::Chinese) => "验证码",
            (Self::Code(_), Language::English) => "Your verification code",
            (Self::Notice(_), Language::Chinese) => "账号变更提醒",
            (Self::Notice(_), Language::English) => "Your account was changed",
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Code(purpose) => purpose.name(),
            Self::Notice(kind) => kind.name(),
        }
    }

    /// The template of a name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::all().find(|template| template.name() == name)
    }

    /// Its sentence; a place is `{name}`.
    #[must_use]
    pub fn text(self, language: Language) -> &'static str {
        match self {
            Self::Code(purpose) => code_text(purpose, language),
            Self::Notice(kind) => kind.template(language),
        }
    }

    /// The names of its places, in the order of the sentence.
    #[must_use]
    pub fn places(self, language: Language) -> Vec<&'static str> {
        let parts = self.text(language).split('{').skip(1);
        parts.filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
    }
}

fn code_text(purpose: Purpose, language: Language) -> &'static str {
    let (chinese, english) = match purpose {
        Purpose::Register => (
            "验证码 {code}，用于注册企业，{minutes} 分钟内有效。如非本人操作，请忽略。",
            "{code} is your code to register an organization. It is valid for {minutes} minutes.",
        ),
        Purpose::SignIn => (
            "验证码 {code}，用于登录，{minutes} 分钟内有效。请勿告知他人。",
            "{code} is your code to sign in. It is valid for {minutes} minutes. Tell nobody.",
        ),
        Purpose::ResetPassword => (
            "验证码 {code}，用于重置密码，{minutes} 分钟内有效。请勿告知他人。",
            "{code} is your code to set a new password. It is valid for {minutes} minutes. Tell nobody.",
        ),
        Purpose::ChangeMobile => (
            "验证码 {code}，用于更换手机号，{minutes} 分钟内有效。请勿告知他人。",
            "{code} is your code to change the mobile number. It is valid for {minutes} minutes. Tell nobody.",
        ),
        Purpose::ChangeEmail => (
            "验证码 {code}，用于设置账号邮箱，{minutes} 分钟内有效。如非本人操作，请忽略。",
            "{code} is your code to add this address to your account. It is valid for {minutes} minutes. If you did not ask for it, ignore it.",
        ),
        Purpose::TransferOwnership => (
            "验证码 {code}，用于移交或接受企业，{minutes} 分钟内有效。请勿告知他人。",
            "{code} is your code to hand an organization over, or to accept one. It is valid for {minutes} minutes. Tell nobody.",
        ),
        Purpose::ConfirmRepresentation => (
            "验证码 {code}，用于同意以您为代表进行企业认证，{minutes} 分钟内有效。",
            "{code} is your code to consent to a certification in your name. It is valid for {minutes} minutes.",
        ),
        Purpose::ConfirmSensitive => (
            "验证码 {code}，用于确认敏感操作，{minutes} 分钟内有效。请勿告知他人。",
            "{code} is your code to confirm a sensitive action. It is valid for {minutes} minutes. Tell nobody.",
        ),
    };
    match language {
        Language::Chinese => chinese,
        Language::English => english,
    }
}

/// A message for one contact point.
#[derive(Debug, Clone)]
pub struct Message<To = ContactPoint> {
    /// Where it goes.
    pub to: To,
    /// What it says.
    pub content: Content,
    /// In which language.
    pub language: Language,
}

/// What a message says.
#[derive(Debug, Clone)]
pub enum Content {
    /// A code.
    Code {
        /// What for.
        purpose: Purpose,
        /// The digits.
        code: Code,
        /// How long it is valid, in minutes.
        minutes: i64,
    },
    /// A notice.
    Notice(NoticeKind, Params),
}

impl Content {
    /// Its template.
    #[must_use]
    pub fn template(&self) -> Template {
        match self {
            Self::Code { purpose, .. } => Template::Code(*purpose),
            Self::Notice(kind, _) => Template::Notice(*kind),
        }
    }

    /// What fills the places of its sentence, in their order. Shows the digits of a code.
    #[must_use]
    pub fn values(&self, language: Language) -> Vec<(&'static str, String)> {
        let value = |name: &str| match self {
            Self::Code { code, .. } if name == "code" => code.reveal().to_owned(),
            Self::Code { minutes, .. } => minutes.to_string(),
            Self::Notice(_, params) => params.get(name).cloned().unwrap_or_default(),
        };
        self.template().places(language).into_iter().map(|name| (name, value(name))).collect()
    }

    /// The sentence. Shows the digits of a code.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        fill(self.template().text(language), self.values(language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_both_languages_have_the_same_places() {
        for template in Template::all() {
            assert_eq!(Template::find(template.name()), Some(template));
            let [mut chinese, mut english] =
                [Language::Chinese, Language::English].map(|language| template.places(language));
            chinese.sort_unstable();
            english.sort_unstable();
            assert_eq!(chinese, english, "{}", template.name());
        }
    }

    #[test]
    fn a_sentence_is_filled() {
        let code = Code::parse("012345").unwrap();
        let content = Content::Code { purpose: Purpose::SignIn, code, minutes: 5 };
        let values = content.values(Language::English);
        assert_eq!(values, [("code", "012345".to_owned()), ("minutes", "5".to_owned())]);
        assert!(content.text(Language::Chinese).starts_with("验证码 012345，用于登录，5 分钟内有效。"));
        assert!(!format!("{content:?}").contains("012345"));
        let params = Params::from([("reason".to_owned(), "经营异常".to_owned())]);
        let content = Content::Notice(NoticeKind::CertificateSuspended, params);
        assert_eq!(content.text(Language::Chinese), "企业认证已被暂停：经营异常");
    }
}
