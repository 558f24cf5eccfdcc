//! Keys: one master key from which all symmetric keys are derived, and the key that signs access tokens.
//!
//! In embedded mode both are generated into the data folder, readable by their owner alone; in production they are given.

use crate::settings::{Mode, SettingError, Settings};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
use domain::verification::{Code, CodeBook};
use persistence::KeyRing;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};
use ring::{digest, hmac};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Every key of a running service.
pub struct Keys {
    /// Seals what the database must not show.
    pub ring: Arc<KeyRing>,
    /// Derives SMS codes.
    codes: hmac::Key,
    /// Authenticate refresh tokens: the first one issues, all of them check.
    pub(crate) refresh: Vec<hmac::Key>,
    /// Authenticates what requests are told apart by, for a body may hold a password.
    fingerprints: hmac::Key,
    /// Authenticates confirmations.
    pub(crate) confirmations: hmac::Key,
    /// Are in the addresses to which carriers report: the first one is given out, all of them count.
    pub(crate) reports: Vec<String>,
    /// Signs access tokens.
    pub(crate) signing: SigningKey,
}

/// The key that signs access tokens.
pub(crate) struct SigningKey {
    /// Its PKCS#8 form.
    pub(crate) pkcs8: Vec<u8>,
    /// Its public half.
    pub(crate) public: Vec<u8>,
    /// Its name in `kid`: the beginning of the public key's SHA-256.
    pub(crate) id: String,
}

impl Keys {
    /// Takes the keys from the settings, or in embedded mode from the data folder, where they are made at first.
    ///
    /// # Errors
    /// The setting that is missing or wrong.
    pub fn load(settings: &Settings) -> Result<Self, SettingError> {
        let secrets = &settings.secrets;
        let folder = &settings.storage.data_dir;
        let given = |name: &'static str, value: &Option<String>, file: &str, make: fn() -> Option<String>| {
            match value {
                Some(value) => Ok(value.clone()),
                None if secrets.mode == Mode::Production => {
                    Err(SettingError::new(name, "is required in production mode"))
                }
                None => generated(&folder.join(file), make)
                    .map_err(|error| SettingError::new(name, &error.to_string())),
            }
        };
        let master = given("GONGPAI_MASTER_KEYS", &secrets.master_keys, "master.key", fresh_master)?;
        let signing = given("GONGPAI_SIGNING_KEY", &secrets.signing_key, "signing.key", fresh_signing)?;
        Self::from_text(&master, &signing)
    }

    fn from_text(master: &str, signing: &str) -> Result<Self, SettingError> {
        let wrong = || SettingError::new("GONGPAI_MASTER_KEYS", "is a list of id:hex, each of 32 bytes");
        let masters =
            master.trim().split(',').map(parse_master).collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
        let (_, first) = masters.first().ok_or_else(wrong)?;
        let derive = |label: &str| hmac::Key::new(hmac::HMAC_SHA256, derived(first, label).as_ref());
        let refresh =
            |key: &[u8; 32]| hmac::Key::new(hmac::HMAC_SHA256, derived(key, "refresh tokens").as_ref());
        let sealing = masters.iter().map(|(id, key)| (*id, derived(key, "sealing")));
        Ok(Self {
            codes: derive("sms codes"),
            fingerprints: derive("fingerprints"),
            confirmations: derive("confirmations"),
            reports: masters.iter().map(|(_, key)| report_key(key)).collect(),
            refresh: masters.iter().map(|(_, key)| refresh(key)).collect(),
            ring: Arc::new(KeyRing::new(sealing).map_err(|_| wrong())?),
            signing: SigningKey::parse(signing.trim())?,
        })
    }
}

impl Keys {
    /// What is kept of a body's digest.
    pub(crate) fn fingerprint(&self, digest: &[u8; 32]) -> [u8; 32] {
        let tag = hmac::sign(&self.fingerprints, digest);
        let mut kept = [0; 32];
        kept.copy_from_slice(tag.as_ref());
        kept
    }
}

impl SigningKey {
    fn parse(text: &str) -> Result<Self, SettingError> {
        let wrong = || SettingError::new("GONGPAI_SIGNING_KEY", "is the base64 of an Ed25519 key in PKCS#8");
        Self::from_pkcs8(BASE64.decode(text.as_bytes()).map_err(|_| wrong())?)
    }

    /// A new one; none when the system has no randomness.
    pub(crate) fn fresh() -> Option<Self> {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok()?;
        Self::from_pkcs8(pkcs8.as_ref().to_vec()).ok()
    }

    /// The key of a private half.
    pub(crate) fn from_pkcs8(pkcs8: Vec<u8>) -> Result<Self, SettingError> {
        let wrong = || SettingError::new("GONGPAI_SIGNING_KEY", "is the base64 of an Ed25519 key in PKCS#8");
        // `openssl genpkey` leaves the public key out; where it is there, it is checked.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8).map_err(|_| wrong())?;
        let public = pair.public_key().as_ref().to_vec();
        let id = BASE64URL_NOPAD.encode(&digest::digest(&digest::SHA256, &public).as_ref()[..12]);
        Ok(Self { pkcs8, public, id })
    }
}

impl CodeBook for Keys {
    fn code(&self, salt: &[u8; 32], generation: u32) -> Code {
        let mut message = salt.to_vec();
        message.extend_from_slice(&generation.to_be_bytes());
        // The tag holds eight numbers; that all of them fall into the uneven rest has a chance of 1 in 2^96.
        let tag = hmac::sign(&self.codes, &message);
        let mut numbers =
            tag.as_ref().chunks_exact(4).filter_map(|chunk| chunk.try_into().ok().map(u32::from_be_bytes));
        numbers.find_map(Code::from_uniform).unwrap_or_else(|| self.code(&derived(salt, "again"), generation))
    }
}

fn derived(key: &[u8; 32], label: &str) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), label.as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    bytes
}

fn report_key(master: &[u8; 32]) -> String {
    BASE64URL_NOPAD.encode(&derived(master, "sms reports")[..16])
}

fn parse_master(text: &str) -> Option<(u32, [u8; 32])> {
    let (id, hex) = text.trim().split_once(':')?;
    let bytes = HEXLOWER_PERMISSIVE.decode(hex.trim().as_bytes()).ok()?;
    Some((id.trim().parse().ok()?, bytes.try_into().ok()?))
}

fn fresh_master() -> Option<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(format!("1:{}", HEXLOWER.encode(&bytes)))
}

fn fresh_signing() -> Option<String> {
    Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok().map(|pkcs8| BASE64.encode(pkcs8.as_ref()))
}

/// Reads a key file, or makes it. Two processes that start together end up with the same key.
fn generated(path: &Path, make: fn() -> Option<String>) -> std::io::Result<String> {
    if let Ok(text) = std::fs::read_to_string(path) {
        return Ok(text);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let text = make().ok_or_else(|| std::io::Error::other("no random bytes"))?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?; // made with mode 0600
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(text),
        Err(_) => std::fs::read_to_string(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn generated_keys_are_kept_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("master.key");
        let first = generated(&path, fresh_master).unwrap();
        assert_eq!(generated(&path, fresh_master).unwrap(), first);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn codes_depend_on_key_salt_and_generation() {
        let keys =
            |hex: &str| Keys::from_text(&format!("1:{}", hex.repeat(32)), &fresh_signing().unwrap()).unwrap();
        let (one, other) = (keys("01"), keys("02"));
        let code = one.code(&[7; 32], 1);
        assert!(code.matches(&one.code(&[7; 32], 1)));
        let others = [one.code(&[7; 32], 2), one.code(&[8; 32], 1), other.code(&[7; 32], 1)];
        assert!(others.iter().filter(|other| code.matches(other)).count() < 2);
    }

    #[test]
    fn wrong_keys_are_named() {
        let signing = fresh_signing().unwrap();
        for master in ["", "1:00", "x:00", "00"] {
            assert!(
                Keys::from_text(master, &signing).is_err_and(|error| error.to_string().contains("MASTER"))
            );
        }
        assert!(
            Keys::from_text(&fresh_master().unwrap(), "??")
                .is_err_and(|error| error.to_string().contains("SIGNING"))
        );
    }

    /// The key of RFC 8410, 10.3, in the form without a public key in which `openssl genpkey` writes it.
    #[test]
    fn a_signing_key_of_openssl_is_read() {
        let key =
            SigningKey::parse("MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC").unwrap();
        let public = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
        assert_eq!(HEXLOWER.encode(&key.public), public);
    }
}
