//! How SMS go out: who carries them, in which order, with which templates.

use super::{SettingError, Source};
use domain::error::Language;
use domain::message::Template;
use domain::sms::Carrier;
use std::collections::{BTreeMap, HashMap};

/// The templates that were registered with a carrier.
pub type TemplateIds = HashMap<(Template, Language), String>;

/// The account with Alibaba Cloud.
#[derive(Clone)]
pub struct Aliyun {
    /// Where its API is.
    pub endpoint: String,
    /// The id of the access key.
    pub key_id: String,
    /// The access key.
    pub key_secret: String,
    /// The signature (签名) that is registered with it.
    pub sign_name: String,
    /// The templates that are.
    pub templates: TemplateIds,
}

/// The account with Tencent Cloud.
#[derive(Clone)]
pub struct Tencent {
    /// Where its API is.
    pub endpoint: String,
    /// Its region.
    pub region: String,
    /// The id of the key.
    pub secret_id: String,
    /// The key.
    pub secret_key: String,
    /// The SMS application.
    pub app_id: String,
    /// The signature (签名) that is registered with it.
    pub sign_name: String,
    /// The templates that are.
    pub templates: TemplateIds,
}

/// The account with Twilio.
#[derive(Clone)]
pub struct Twilio {
    /// Where its API is.
    pub endpoint: String,
    /// The account.
    pub account_sid: String,
    /// Its token.
    pub auth_token: String,
    /// The number or the messaging service that sends.
    pub from: String,
    /// Whether it may carry messages to mainland China, which then leave the country on the way.
    pub mainland: bool,
}

/// Somebody who carries messages, with what it takes to ask them.
#[derive(Clone)]
pub enum Carriage {
    /// Memory, for development.
    Outbox,
    /// Alibaba Cloud.
    Aliyun(Aliyun),
    /// Tencent Cloud.
    Tencent(Tencent),
    /// Twilio.
    Twilio(Twilio),
}

/// How SMS go out.
#[derive(Clone)]
pub struct Sms {
    /// Whether the outbox may run on an address that is not loopback.
    pub development: bool,
    /// In which language notices are written.
    pub language: Language,
    /// Who carries them; the next one when one fails.
    pub carriers: Vec<Carriage>,
    /// How long a carrier may take to answer.
    pub patience: std::time::Duration,
}

pub(super) fn read(source: &mut Source) -> Result<Sms, SettingError> {
    const CARRIERS: &str = "GONGPAI_SMS_CARRIERS";
    let named = source.get(
        CARRIERS,
        "outbox",
        "who carries SMS, the next one when one fails: aliyun, tencent, twilio, comma-separated; outbox keeps them in memory",
    );
    let sign_name =
        source.optional("GONGPAI_SMS_SIGN_NAME", "the signature (签名) registered with aliyun and tencent");
    let templates = templates(source)?;
    let mut known = [
        (Carrier::Outbox, Some(Ok(Carriage::Outbox))),
        (Carrier::Aliyun, Some(aliyun(source, sign_name.as_ref(), &templates)?)),
        (Carrier::Tencent, Some(tencent(source, sign_name.as_ref(), &templates)?)),
        (Carrier::Twilio, Some(twilio(source)?)),
    ];
    let mut carriers = Vec::new();
    for name in named.split(',').map(str::trim) {
        let carrier = Carrier::find(name);
        let found = known.iter_mut().find(|(known, _)| Some(*known) == carrier);
        let (_, carriage) = found.ok_or_else(|| {
            SettingError::new(
                CARRIERS,
                &format!("names {name}: it is a list of aliyun, tencent, twilio, or outbox"),
            )
        })?;
        carriers.push(
            carriage.take().ok_or_else(|| SettingError::new(CARRIERS, &format!("names {name} twice")))??,
        );
    }
    Ok(Sms {
        development: source
            .flag("GONGPAI_DEV", "1 lets the SMS outbox run on an address that is not loopback")?,
        language: match source
            .get("GONGPAI_LANGUAGE", "zh-CN", "the language of notices: zh-CN or en")
            .as_str()
        {
            "zh-CN" => Language::Chinese,
            "en" => Language::English,
            _ => return Err(SettingError::new("GONGPAI_LANGUAGE", "is zh-CN or en")),
        },
        carriers,
        patience: std::time::Duration::from_secs(source.number(
            "GONGPAI_SMS_SECONDS",
            5,
            "how long a carrier may take to answer before the next one is asked",
        )?),
    })
}

/// A carriage that is wrong only if somebody wants it.
type Wanted = Result<Carriage, SettingError>;

fn required(name: &'static str, value: Option<String>) -> Result<String, SettingError> {
    value.ok_or_else(|| SettingError::new(name, "is required by GONGPAI_SMS_CARRIERS"))
}

fn aliyun(
    source: &mut Source,
    sign_name: Option<&String>,
    templates: &Templates,
) -> Result<Wanted, SettingError> {
    let endpoint = source.get(
        "GONGPAI_ALIYUN_ENDPOINT",
        "https://dysmsapi.aliyuncs.com",
        "the SMS API of Alibaba Cloud",
    );
    let id = source.secret("GONGPAI_ALIYUN_ACCESS_KEY_ID", "the id of the access key with Alibaba Cloud")?;
    let secret = source.secret("GONGPAI_ALIYUN_ACCESS_KEY_SECRET", "the access key with Alibaba Cloud")?;
    let made = || {
        Ok(Carriage::Aliyun(Aliyun {
            endpoint,
            key_id: required("GONGPAI_ALIYUN_ACCESS_KEY_ID", id)?,
            key_secret: required("GONGPAI_ALIYUN_ACCESS_KEY_SECRET", secret)?,
            sign_name: required("GONGPAI_SMS_SIGN_NAME", sign_name.cloned())?,
            templates: registered(templates, Carrier::Aliyun)?,
        }))
    };
    Ok(made())
}

fn tencent(
    source: &mut Source,
    sign_name: Option<&String>,
    templates: &Templates,
) -> Result<Wanted, SettingError> {
    let endpoint = source.get(
        "GONGPAI_TENCENT_ENDPOINT",
        "https://sms.tencentcloudapi.com",
        "the SMS API of Tencent Cloud",
    );
    let region = source.get("GONGPAI_TENCENT_REGION", "ap-guangzhou", "the region of that");
    let id = source.secret("GONGPAI_TENCENT_SECRET_ID", "the id of the key with Tencent Cloud")?;
    let key = source.secret("GONGPAI_TENCENT_SECRET_KEY", "the key with Tencent Cloud")?;
    let app = source.optional("GONGPAI_TENCENT_APP_ID", "the SMS application (SdkAppId) with Tencent Cloud");
    let made = || {
        Ok(Carriage::Tencent(Tencent {
            endpoint,
            region,
            secret_id: required("GONGPAI_TENCENT_SECRET_ID", id)?,
            secret_key: required("GONGPAI_TENCENT_SECRET_KEY", key)?,
            app_id: required("GONGPAI_TENCENT_APP_ID", app)?,
            sign_name: required("GONGPAI_SMS_SIGN_NAME", sign_name.cloned())?,
            templates: registered(templates, Carrier::Tencent)?,
        }))
    };
    Ok(made())
}

fn twilio(source: &mut Source) -> Result<Wanted, SettingError> {
    let endpoint = source.get("GONGPAI_TWILIO_ENDPOINT", "https://api.twilio.com", "the API of Twilio");
    let account = source.optional("GONGPAI_TWILIO_ACCOUNT_SID", "the account with Twilio");
    let token = source.secret("GONGPAI_TWILIO_AUTH_TOKEN", "the token of that account")?;
    let from = source.optional(
        "GONGPAI_TWILIO_FROM",
        "the number, or the messaging service (MG…), that sends through Twilio",
    );
    let mainland = source.flag(
        "GONGPAI_TWILIO_MAINLAND",
        "1 lets Twilio carry messages to +86 too, which leave the country on the way",
    )?;
    let made = || {
        Ok(Carriage::Twilio(Twilio {
            endpoint,
            account_sid: required("GONGPAI_TWILIO_ACCOUNT_SID", account)?,
            auth_token: required("GONGPAI_TWILIO_AUTH_TOKEN", token)?,
            from: required("GONGPAI_TWILIO_FROM", from)?,
            mainland,
        }))
    };
    Ok(made())
}

/// Template ids by carrier, template and language, as the file has them.
type Templates = BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>;

const TEMPLATES: &str = "GONGPAI_SMS_TEMPLATES";

fn templates(source: &mut Source) -> Result<Templates, SettingError> {
    let about =
        "a file with the templates registered with aliyun and tencent; `gongpai sms` prints what to register";
    let Some(path) = source.optional(TEMPLATES, about) else { return Ok(Templates::new()) };
    let wrong = |error: &dyn std::fmt::Display| {
        SettingError::new(TEMPLATES, &format!("({path}) cannot be read: {error}"))
    };
    let text = std::fs::read_to_string(&path).map_err(|error| wrong(&error))?;
    serde_json::from_str(&text).map_err(|error| wrong(&error))
}

/// The templates of a carrier. Every code has to be there in a language; a notice that is not is left to the next carrier.
fn registered(templates: &Templates, carrier: Carrier) -> Result<TemplateIds, SettingError> {
    let wrong = |what: String| SettingError::new(TEMPLATES, &what);
    let mut ids = TemplateIds::new();
    for (name, languages) in templates.get(carrier.name()).into_iter().flatten() {
        let template = Template::find(name)
            .ok_or_else(|| wrong(format!("has a template that does not exist: {name}")))?;
        for (tag, id) in languages {
            let language =
                [Language::Chinese, Language::English].into_iter().find(|language| language.tag() == tag);
            let language =
                language.ok_or_else(|| wrong(format!("has a language that is not zh-CN or en: {tag}")))?;
            ids.insert((template, language), id.clone());
        }
    }
    let known = |template: Template| ids.keys().any(|(known, _)| *known == template);
    match Template::of_sms().find(|template| matches!(template, Template::Code(_)) && !known(*template)) {
        Some(missing) => Err(wrong(format!("has no {} for {}", missing.name(), carrier.name()))),
        None => Ok(ids),
    }
}
