//! Settings: defaults, then a file, then the environment, one name for each in all three.
//!
//! A wrong setting stops the start and is named; a setting that does not exist is refused too, for it is a slip of the
//! pen. `gongpai config` prints every setting with its source, secrets masked.

mod certification;
mod codes;
mod human;
mod mail;
mod network;
mod operators;
mod passwords;
mod sms;
mod source;

pub use human::HumanCheck;
pub use mail::MailServer;
pub use network::Networks;
pub use operators::Operators;
pub use passwords::{HashCost, Passwords};
pub use sms::{Aliyun, Carriage, Sms, TemplateIds, Tencent, Twilio};
pub use source::{Printed, SettingError, Source};

use chrono::Duration;
use domain::certification::Terms as CertificationTerms;
use domain::registration::Terms as RegistrationTerms;
use domain::session::Lifetime;
use domain::verification::Limits as CodeLimits;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Whether keys may be made on the spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Keys are generated into the data folder when they are missing.
    Embedded,
    /// Keys have to be given.
    Production,
}

/// Where and how Gongpai listens.
#[derive(Debug, Clone)]
pub struct Network {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address under which clients know it; the issuer of its tokens.
    pub public_url: String,
    /// Where a link of invitation leads, with `{token}` in it.
    pub invitation_url: String,
    /// Whether others reach it there: an address was given.
    pub reachable: bool,
    /// Whose forwarding headers count.
    pub trusted_proxies: Vec<Networks>,
    /// Which web origins may call; `*` for any.
    pub cors_origins: Vec<String>,
    /// Requests per minute and client address; 0 is without limit.
    pub requests_per_minute: u32,
    /// The same for what anybody may ask without signing in: codes, sign-ins, look-ups.
    pub anonymous_per_minute: u32,
    /// How many requests are worked on in parallel.
    pub workers: usize,
    /// How long a stop waits for requests under way.
    pub stop_seconds: u64,
}

/// Where the bytes of documents are kept.
#[derive(Debug, Clone)]
pub enum ObjectStorage {
    /// In the data folder.
    Folder,
    /// In a bucket.
    S3(Bucket),
}

/// A bucket of S3 or of a store that speaks like it.
#[derive(Clone)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Where it is, unless it is Amazon's own.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: String,
    /// The id of the access key.
    pub access_key: String,
    /// The key.
    pub secret_key: String,
}

/// Keys are not for logs.
impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bucket")
            .field("name", &self.name)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// Where things are kept.
#[derive(Debug, Clone)]
pub struct Storage {
    /// The folder of the database file, documents and generated keys.
    pub data_dir: PathBuf,
    /// `postgres://…`, or the path of a SQLite file.
    pub database_url: String,
    /// Whether the way to a PostgreSQL on another host may be without TLS.
    pub plaintext: bool,
    /// Connections at most.
    pub connections: u32,
    /// How large a document may be, in bytes.
    pub document_bytes: u64,
    /// How large the file of a logo or an avatar may be, in bytes.
    pub picture_bytes: u64,
    /// Where the bytes of documents are kept.
    pub objects: ObjectStorage,
    /// The clamd that looks at uploads, if there is one: `host:port`, or the path of its socket.
    pub scanner: Option<String>,
    /// The program that reads licenses, or `off`.
    pub tesseract: String,
    /// How sharp an image has to be; 0 takes any.
    pub sharpness: u32,
    /// How many images are decoded at once, which bounds their memory.
    pub decoders: usize,
}

/// The keys that are not in the data folder.
#[derive(Clone)]
pub struct Secrets {
    /// Whether keys may be made on the spot.
    pub mode: Mode,
    /// `id:hex` of 32 bytes, comma-separated, the one that seals first.
    pub master_keys: Option<String>,
    /// PKCS#8 of an Ed25519 key, base64.
    pub signing_key: Option<String>,
}

/// How long what is signed lives.
#[derive(Debug, Clone, Copy)]
pub struct Tokens {
    /// Access tokens, in seconds.
    pub access_seconds: u32,
    /// How old a key that signs them becomes before the next one takes its turn; none for ever.
    pub key_age: Option<Duration>,
    /// Sessions.
    pub lifetime: Lifetime,
    /// After how long a number that nobody came with may have a new owner; none for never.
    pub number_idle: Option<Duration>,
}

/// Every setting.
#[derive(Clone)]
pub struct Settings {
    /// Where and how Gongpai listens.
    pub network: Network,
    /// Where things are kept.
    pub storage: Storage,
    /// The keys.
    pub secrets: Secrets,
    /// How long what is signed lives.
    pub tokens: Tokens,
    /// How codes are given out.
    pub codes: CodeLimits,
    /// How SMS go out.
    pub sms: Sms,
    /// Where email goes, if it does.
    pub mail: Option<MailServer>,
    /// What passwords cost, and how many wrong ones are borne.
    pub passwords: Passwords,
    /// How strangers prove to be people.
    pub human_check: HumanCheck,
    /// How operators get in.
    pub operators: Operators,
    /// How registration works.
    pub registration: RegistrationTerms,
    /// How certification works.
    pub certification: CertificationTerms,
    /// How long an owner can call the dissolution of an organization off.
    pub dissolution: Duration,
    /// How long somebody who left can come back.
    pub restorable: Duration,
    /// The installation's own organization types.
    pub organization_types: Option<PathBuf>,
    /// Whether the log is JSON.
    pub json_log: bool,
    /// What is logged.
    pub log_filter: String,
    /// This program, for the processes that it starts.
    pub program: PathBuf,
}

impl Settings {
    /// Reads every setting from a source.
    ///
    /// # Errors
    /// The first setting that is wrong, by its name.
    pub fn read(source: &mut Source) -> Result<Self, SettingError> {
        let network = network(source)?;
        let storage = storage(source)?;
        let mode = match source
            .get(
                "GONGPAI_MODE",
                "embedded",
                "embedded (keys are generated) or production (keys must be given)",
            )
            .as_str()
        {
            "embedded" => Mode::Embedded,
            "production" => Mode::Production,
            _ => return Err(SettingError::new("GONGPAI_MODE", "is embedded or production")),
        };
        let secrets = Secrets {
            mode,
            master_keys: source.secret(
                "GONGPAI_MASTER_KEYS",
                "keys of sealed values: id:hex of 32 bytes, comma-separated, the one that seals first",
            )?,
            signing_key: source.secret(
                "GONGPAI_SIGNING_KEY",
                "the key that signs access tokens: PKCS#8 of Ed25519, base64",
            )?,
        };
        let tokens = tokens(source)?;
        let settings = Self {
            network,
            storage,
            secrets,
            tokens,
            codes: codes::read(source)?,
            sms: sms::read(source)?,
            mail: mail::read(source)?,
            passwords: passwords::read(source)?,
            human_check: human::read(source, mode)?,
            operators: operators::read(source, mode)?,
            registration: RegistrationTerms {
                lifetime: source.duration(
                    "GONGPAI_REGISTRATION_HOURS",
                    24,
                    Duration::try_hours,
                    "how long a registration waits for its code",
                )?,
            },
            certification: certification::read(source)?,
            dissolution: source.duration(
                "GONGPAI_DISSOLUTION_DAYS",
                7,
                Duration::try_days,
                "how long an owner can call the dissolution of an organization off",
            )?,
            restorable: source.duration(
                "GONGPAI_DEPARTED_DAYS",
                30,
                Duration::try_days,
                "how long somebody who left can come back, before what is kept of them is erased",
            )?,
            organization_types: source
                .optional(
                    "GONGPAI_ORGANIZATION_TYPES",
                    "a file of organization types in the place of the shipped ones",
                )
                .map(PathBuf::from),
            json_log: match source.get("GONGPAI_LOG", "human", "human or json").as_str() {
                "human" => false,
                "json" => true,
                _ => return Err(SettingError::new("GONGPAI_LOG", "is human or json")),
            },
            log_filter: source.get("GONGPAI_LOG_FILTER", "info", "what is logged, as in RUST_LOG"),
            program: std::env::current_exe().map_err(|error| {
                SettingError::new("gongpai", &format!("does not know where it is: {error}"))
            })?,
        };
        if tracing_subscriber::EnvFilter::try_new(&settings.log_filter).is_err() {
            return Err(SettingError::new(
                "GONGPAI_LOG_FILTER",
                "is no filter, such as info or info,api=debug",
            ));
        }
        source.refuse_unknown()?;
        settings.refuse_unsafe()?;
        Ok(settings)
    }

    /// Combinations that would give codes or data away.
    fn refuse_unsafe(&self) -> Result<(), SettingError> {
        if !self.storage.plaintext && network::in_the_clear(&self.storage.database_url) {
            return Err(SettingError::new(
                "DATABASE_URL",
                "leads to another host without TLS: add sslmode=verify-full or require, or set GONGPAI_DATABASE_PLAINTEXT=1 if that is meant",
            ));
        }
        let outbox = self.sms.carriers.iter().any(|carriage| matches!(carriage, Carriage::Outbox));
        if outbox && !self.network.listen.ip().is_loopback() && !self.sms.development {
            return Err(SettingError::new(
                "GONGPAI_LISTEN",
                "is not a loopback address, and the SMS outbox hands codes out: name carriers in GONGPAI_SMS_CARRIERS, or set GONGPAI_DEV=1 if that is meant",
            ));
        }
        Ok(())
    }
}

fn tokens(source: &mut Source) -> Result<Tokens, SettingError> {
    Ok(Tokens {
        access_seconds: source.number("GONGPAI_ACCESS_TOKEN_SECONDS", 600, "life of an access token")?,
        key_age: match source.number::<u16>(
            "GONGPAI_SIGNING_KEY_DAYS",
            90,
            "how old a key of access tokens becomes before the next one takes its turn; 0 is for ever",
        )? {
            0 => None,
            days => Some(Duration::days(days.into())),
        },
        number_idle: match source.number::<u16>(
            "GONGPAI_NUMBER_IDLE_DAYS",
            90,
            "after how long a number that nobody came with may have a new owner, so that a code alone opens nothing; 0 is never",
        )? {
            0 => None,
            days => Some(Duration::days(days.into())),
        },
        lifetime: Lifetime {
            absolute: source.duration(
                "GONGPAI_SESSION_DAYS",
                30,
                Duration::try_days,
                "life of a session",
            )?,
            idle: source.duration(
                "GONGPAI_SESSION_IDLE_DAYS",
                7,
                Duration::try_days,
                "life of a session without a refresh",
            )?,
        },
    })
}

fn network(source: &mut Source) -> Result<Network, SettingError> {
    let listen: SocketAddr = source.parsed("GONGPAI_LISTEN", "127.0.0.1:8080", "the address to listen on")?;
    let reachable = source.is_given("GONGPAI_PUBLIC_URL");
    let public_url = source.get(
        "GONGPAI_PUBLIC_URL",
        &format!("http://{listen}"),
        "the address under which clients know this service",
    );
    let cpus = std::thread::available_parallelism().map_or(2, usize::from);
    Ok(Network {
        listen,
        invitation_url: source.get(
            "GONGPAI_INVITATION_URL",
            &format!("{}/v1/invitations/{{token}}", public_url.trim_end_matches('/')),
            "the page where people join by a link of invitation; `{token}` in it is replaced",
        ),
        public_url: public_url.trim_end_matches('/').to_owned(),
        reachable,
        trusted_proxies: source.list(
            "GONGPAI_TRUSTED_PROXIES",
            "addresses and networks whose X-Forwarded-For counts, comma-separated",
        )?,
        cors_origins: source
            .list("GONGPAI_CORS_ORIGINS", "web origins that may call, comma-separated; * for any")?,
        requests_per_minute: source.number(
            "GONGPAI_REQUESTS_PER_MINUTE",
            1200,
            "requests per client address, and ten times as many for pictures; 0 is without limit",
        )?,
        anonymous_per_minute: source.number(
            "GONGPAI_ANONYMOUS_PER_MINUTE",
            60,
            "codes, sign-ins and look-ups per client address; 0 is without limit",
        )?,
        workers: source.number("GONGPAI_WORKERS", cpus, "threads that serve requests")?,
        stop_seconds: source.number(
            "GONGPAI_STOP_SECONDS",
            20,
            "how long a stop waits for requests under way",
        )?,
    })
}

fn storage(source: &mut Source) -> Result<Storage, SettingError> {
    let data_dir = PathBuf::from(source.get(
        "GONGPAI_DATA_DIR",
        "./data",
        "the folder of the database file, documents and generated keys",
    ));
    let file = data_dir.join("gongpai.db");
    Ok(Storage {
        database_url: source.location(
            "DATABASE_URL",
            &file.to_string_lossy(),
            "postgres://…, or the path of a SQLite file",
        )?,
        plaintext: source
            .flag("GONGPAI_DATABASE_PLAINTEXT", "1 allows a PostgreSQL on another host without TLS")?,
        data_dir,
        connections: source.number(
            "GONGPAI_DATABASE_CONNECTIONS",
            8,
            "connections to the database at most",
        )?,
        document_bytes: source.number(
            "GONGPAI_DOCUMENT_BYTES",
            10 * 1024 * 1024,
            "how large a document may be",
        )?,
        picture_bytes: source.number(
            "GONGPAI_PICTURE_BYTES",
            2 * 1024 * 1024,
            "how large the file of a logo or an avatar may be",
        )?,
        objects: objects(source)?,
        scanner: source.optional(
            "GONGPAI_CLAMD",
            "the clamd that looks at uploads: host:port, or the path of its socket",
        ),
        tesseract: source.get(
            "GONGPAI_TESSERACT",
            "tesseract",
            "the program that reads licenses, with the language chi_sim; where it is not installed, none are read; `off` for none",
        ),
        sharpness: source.number(
            "GONGPAI_DOCUMENT_SHARPNESS",
            20,
            "how sharp an image has to be: 100 is print in focus, below 20 nothing is legible; 0 takes any",
        )?,
        decoders: source.number("GONGPAI_DOCUMENT_DECODERS", 2, "how many documents are decoded at once")?,
    })
}

fn objects(source: &mut Source) -> Result<ObjectStorage, SettingError> {
    let name = source
        .optional("GONGPAI_S3_BUCKET", "the bucket of documents; without it they are in the data folder");
    let endpoint = source.optional("GONGPAI_S3_ENDPOINT", "where the bucket is, unless it is Amazon's own");
    let region = source.get("GONGPAI_S3_REGION", "us-east-1", "the region of the bucket");
    let access_key = source.secret("GONGPAI_S3_ACCESS_KEY", "the id of the access key of the bucket")?;
    let secret_key = source.secret("GONGPAI_S3_SECRET_KEY", "the access key of the bucket")?;
    let Some(name) = name else { return Ok(ObjectStorage::Folder) };
    let required = |name: &'static str| move || SettingError::new(name, "is required with GONGPAI_S3_BUCKET");
    Ok(ObjectStorage::S3(Bucket {
        name,
        endpoint,
        region,
        access_key: access_key.ok_or_else(required("GONGPAI_S3_ACCESS_KEY"))?,
        secret_key: secret_key.ok_or_else(required("GONGPAI_S3_SECRET_KEY"))?,
    }))
}
