//! Where settings come from, and what each of them turned out to be.

use chrono::Duration;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// A setting that stops the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    name: String,
    why: String,
}

impl SettingError {
    /// Says what is wrong with a setting.
    #[must_use]
    pub fn new(name: &str, why: &str) -> Self {
        Self { name: name.to_owned(), why: why.to_owned() }
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.why)
    }
}

impl std::error::Error for SettingError {}

/// A setting as `gongpai config` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Its name.
    pub name: &'static str,
    /// Its value; secrets are masked.
    pub value: String,
    /// `default`, `file` or `environment`.
    pub from: &'static str,
    /// What it is for.
    pub about: &'static str,
}

/// Looks settings up: in the environment, then in the file, then their defaults.
#[derive(Debug, Default)]
pub struct Source {
    file: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    printed: Vec<Printed>,
    /// The settings that can be read from a file of their own.
    in_files: Vec<&'static str>,
}

impl Source {
    /// The environment of this process, and the file that `GONGPAI_CONFIG` names, of lines `NAME=value`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn system() -> Result<Self, SettingError> {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        let environment: BTreeMap<_, _> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let mut file = BTreeMap::new();
        if let Some(path) = environment.get("GONGPAI_CONFIG") {
            let text = std::fs::read_to_string(Path::new(path)).map_err(|error| {
                SettingError::new("GONGPAI_CONFIG", &format!("({path}) cannot be read: {error}"))
            })?;
            file = parse_file(&text)?;
        }
        Ok(Self { file, environment, ..Self::default() })
    }

    /// Settings given one by one, for tests.
    #[must_use]
    pub fn of<'a>(settings: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let environment = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { environment, ..Self::default() }
    }

    /// Every setting that was looked up.
    #[must_use]
    pub fn printed(&self) -> &[Printed] {
        &self.printed
    }

    fn look_up(&self, name: &str) -> Option<(String, &'static str)> {
        let given = self.environment.get(name).map(|value| (value, "environment"));
        let given = given.or_else(|| self.file.get(name).map(|value| (value, "file")));
        given.map(|(value, from)| (value.trim().to_owned(), from)).filter(|(value, _)| !value.is_empty())
    }

    fn look_up_or_file(
        &mut self,
        name: &'static str,
    ) -> Result<Option<(String, &'static str)>, SettingError> {
        self.in_files.push(name);
        if let Some(found) = self.look_up(name) {
            return Ok(Some(found));
        }
        let Some((path, from)) = self.look_up(&format!("{name}_FILE")) else { return Ok(None) };
        let text = std::fs::read_to_string(&path)
            .map_err(|error| SettingError::new(name, &format!("(file {path}) cannot be read: {error}")))?;
        Ok(Some((text.trim().to_owned(), from)))
    }

    fn keep(&mut self, name: &'static str, value: &str, from: &'static str, about: &'static str) {
        self.printed.push(Printed { name, value: value.to_owned(), from, about });
    }

    pub(super) fn is_given(&self, name: &str) -> bool {
        self.look_up(name).is_some()
    }

    pub(super) fn get(&mut self, name: &'static str, default: &str, about: &'static str) -> String {
        let (value, from) = self.look_up(name).unwrap_or_else(|| (default.to_owned(), "default"));
        self.keep(name, &value, from, about);
        value
    }

    /// A URL, whose password is not printed; `NAME_FILE` may name a file that has it.
    pub(super) fn location(
        &mut self,
        name: &'static str,
        default: &str,
        about: &'static str,
    ) -> Result<String, SettingError> {
        let (value, from) = self.look_up_or_file(name)?.unwrap_or_else(|| (default.to_owned(), "default"));
        self.keep(name, &without_password(&value), from, about);
        Ok(value)
    }

    pub(super) fn optional(&mut self, name: &'static str, about: &'static str) -> Option<String> {
        let found = self.look_up(name);
        let (value, from) = found.clone().unwrap_or_else(|| (String::new(), "default"));
        self.keep(name, &value, from, about);
        found.map(|(value, _)| value)
    }

    /// A value that is not printed; `NAME_FILE` may name a file that has it.
    pub(super) fn secret(
        &mut self,
        name: &'static str,
        about: &'static str,
    ) -> Result<Option<String>, SettingError> {
        let found = self.look_up_or_file(name)?;
        let from = found.as_ref().map_or("default", |(_, from)| from);
        let masked = if found.is_some() { "********" } else { "" };
        self.keep(name, masked, from, about);
        Ok(found.map(|(value, _)| value))
    }

    pub(super) fn parsed<T: FromStr>(
        &mut self,
        name: &'static str,
        default: &str,
        about: &'static str,
    ) -> Result<T, SettingError> {
        let value = self.get(name, default, about);
        value.parse().map_err(|_| SettingError::new(name, &format!("cannot be read: {value}")))
    }

    pub(super) fn number<T: FromStr + fmt::Display + Copy>(
        &mut self,
        name: &'static str,
        default: T,
        about: &'static str,
    ) -> Result<T, SettingError> {
        self.parsed(name, &default.to_string(), about)
    }

    /// A length of time: a whole number of `unit`s, at least one and at most a million.
    pub(super) fn duration(
        &mut self,
        name: &'static str,
        default: i64,
        unit: fn(i64) -> Option<Duration>,
        about: &'static str,
    ) -> Result<Duration, SettingError> {
        let number: i64 = self.number(name, default, about)?;
        let bounded = Some(number).filter(|number| (1..=1_000_000).contains(number)).and_then(unit);
        bounded.ok_or_else(|| SettingError::new(name, "is a number from 1 to 1000000"))
    }

    /// A switch, off by default.
    pub(super) fn flag(&mut self, name: &'static str, about: &'static str) -> Result<bool, SettingError> {
        match self.get(name, "0", about).as_str() {
            "0" | "false" => Ok(false),
            "1" | "true" => Ok(true),
            _ => Err(SettingError::new(name, "is 0 or 1")),
        }
    }

    pub(super) fn list<T: FromStr>(
        &mut self,
        name: &'static str,
        about: &'static str,
    ) -> Result<Vec<T>, SettingError> {
        let value = self.get(name, "", about);
        let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts
            .map(|part| part.parse().map_err(|_| SettingError::new(name, &format!("cannot be read: {part}"))))
            .collect()
    }

    /// Refuses names that no setting has.
    pub(super) fn refuse_unknown(&self) -> Result<(), SettingError> {
        let known = |name: &str| {
            name == "GONGPAI_CONFIG"
                || self.printed.iter().any(|setting| setting.name == name)
                || name.strip_suffix("_FILE").is_some_and(|name| self.in_files.contains(&name))
        };
        let given =
            self.environment.keys().filter(|name| name.starts_with("GONGPAI_")).chain(self.file.keys());
        match given.into_iter().find(|name| !known(name)) {
            Some(name) => Err(SettingError::new(name, "is not a setting; `gongpai config` lists them")),
            None => Ok(()),
        }
    }
}

fn parse_file(text: &str) -> Result<BTreeMap<String, String>, SettingError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.split_once('=').ok_or_else(|| {
                SettingError::new("GONGPAI_CONFIG", &format!("has a line that is not NAME=value: {line}"))
            })?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        })
        .collect()
}

/// Without the password before the host, and without the parameters, which may hold one too.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    match rest.rsplit_once('@') {
        Some((who, host)) => {
            let user = who.split_once(':').map_or(who, |(user, _)| user);
            format!("{scheme}://{user}:********@{host}")
        }
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::*;

    #[test]
    fn environment_beats_file_beats_default() {
        let mut source = Source::of([("GONGPAI_LISTEN", "127.0.0.1:1".to_owned())]);
        source.file =
            parse_file("# a comment\nGONGPAI_LISTEN = 127.0.0.1:2\nGONGPAI_CODE_SECONDS=60\n").unwrap();
        let settings = Settings::read(&mut source).unwrap();
        assert_eq!(settings.network.listen.port(), 1);
        assert_eq!(settings.codes.lifetime.num_seconds(), 60);
        let of = |name: &str| source.printed().iter().find(|setting| setting.name == name).unwrap().from;
        assert_eq!(
            [of("GONGPAI_LISTEN"), of("GONGPAI_CODE_SECONDS"), of("GONGPAI_SESSION_DAYS")],
            ["environment", "file", "default"]
        );
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let refused = |name: &'static str, value: &str| {
            let mut source = Source::of([(name, value.to_owned())]);
            Settings::read(&mut source).err().map(|error| error.name)
        };
        assert_eq!(refused("GONGPAI_LISTEN", "nowhere"), Some("GONGPAI_LISTEN".to_owned()));
        assert_eq!(refused("GONGPAI_LISTNE", "127.0.0.1:1"), Some("GONGPAI_LISTNE".to_owned()));
        assert_eq!(refused("GONGPAI_MODE", "prod"), Some("GONGPAI_MODE".to_owned()));
        assert_eq!(refused("GONGPAI_LISTEN", "0.0.0.0:80"), Some("GONGPAI_LISTEN".to_owned()));
        for (name, value) in [
            ("GONGPAI_SESSION_DAYS", "99999999999999"),
            ("GONGPAI_SESSION_DAYS", "-5"),
            ("GONGPAI_DEV", "yes"),
            ("GONGPAI_LISTEN_FILE", "/etc/hostname"),
            ("GONGPAI_LOG_FILTER", "api=loud"),
            ("GONGPAI_TRUSTED_PROXIES", "10.0.0.0/40"),
            ("DATABASE_URL", "postgres://u@db.example.com/x"),
            ("DATABASE_URL", "postgres://u@db.example.com/x?sslmode=prefer"),
        ] {
            assert_eq!(refused(name, value), Some(name.to_owned()), "{value}");
        }
        for url in [
            "postgres://u@db.example.com/x?sslmode=verify-full",
            "postgres://u@127.0.0.1:5432/x",
            "postgres://u@localhost/x",
            "postgres:///x?host=/run/postgresql",
        ] {
            assert_eq!(refused("DATABASE_URL", url), None, "{url}");
        }
    }

    #[test]
    fn secrets_are_masked() {
        let mut source = Source::of([
            ("DATABASE_URL", "postgres://u:hunter2@localhost/x?password=hunter2".to_owned()),
            ("GONGPAI_SIGNING_KEY", "hunter2".to_owned()),
        ]);
        Settings::read(&mut source).unwrap();
        assert!(source.printed().iter().all(|setting| !setting.value.contains("hunter2")));
    }
}
