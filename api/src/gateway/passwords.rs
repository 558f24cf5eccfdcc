//! Passwords: hashed with Argon2id, a bounded number at once and off the threads of requests, and judged by zxcvbn and a list of
//! those that everybody tries first.

use crate::clock::SystemRandomness;
use crate::http::call::blocking;
use crate::settings::HashCost;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use domain::context::Random;
use domain::error::{Code, Error, Result};
use domain::password::{Judge, Password, PasswordHash};
use flate2::read::GzDecoder;
use ring::digest;
use std::io::{BufRead, BufReader};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a password waits for its turn.
const TURN: Duration = Duration::from_secs(10);

/// Hashes passwords and compares them.
#[derive(Clone)]
pub(crate) struct Passwords {
    argon: Argon2<'static>,
    turns: Arc<Semaphore>,
    random: SystemRandomness,
    /// The memory of those whose turn is over, for the next ones: as much as may be hashed at once, and no more.
    memory: Arc<Memory>,
    /// What is compared with where there is nothing to compare with, so that it takes the same time.
    nobody: Arc<PasswordHash>,
}

impl Passwords {
    /// # Errors
    /// When the cost is none that Argon2 can have.
    pub(crate) fn new(cost: HashCost, random: SystemRandomness) -> Result<Self> {
        let wrong = |error: &dyn std::fmt::Display| Error::internal(format!("GONGPAI_ARGON2_…: {error}"));
        let params = Params::new(cost.kib, cost.passes, cost.lanes, None).map_err(|error| wrong(&error))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let memory = Arc::new(Memory::default());
        let nobody = memory.hash(&argon, &random.bytes(), &random)?;
        let turns = Arc::new(Semaphore::new(cost.parallel.max(1)));
        Ok(Self { argon, turns, random, memory, nobody: Arc::new(nobody) })
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        let waiting = Arc::clone(&self.turns).acquire_owned();
        let turn = tokio::time::timeout(TURN, waiting).await;
        let turn = turn.map_err(|_| Error::new(Code::Busy).retry_after(5))?;
        turn.map_err(|error| Error::internal(error.to_string()))
    }

    /// The hash of a new password.
    pub(crate) async fn hash(&self, password: &Password) -> Result<PasswordHash> {
        let (permit, own, password) = (self.turn().await?, self.clone(), password.clone());
        blocking(move || {
            let _permit = permit;
            own.memory.hash(&own.argon, password.reveal().as_bytes(), &own.random)
        })
        .await
    }

    /// The hash to keep from now on, if the password is the right one: the same, or one of today's cost. Without a hash it takes
    /// as long, and the password is wrong.
    pub(crate) async fn compare(
        &self,
        password: &Password,
        known: Option<&PasswordHash>,
    ) -> Result<Option<PasswordHash>> {
        let (permit, own, password) = (self.turn().await?, self.clone(), password.clone());
        let (exists, known) = (known.is_some(), known.unwrap_or(&self.nobody).clone());
        blocking(move || {
            let _permit = permit;
            if !own.memory.is_right(&password, &known) || !exists {
                return Ok(None);
            }
            if costs(&known) == Some(cost_of(own.argon.params())) {
                return Ok(Some(known));
            }
            own.memory.hash(&own.argon, password.reveal().as_bytes(), &own.random).map(Some)
        })
        .await
    }

    /// Whether a password is one of some, each of which is compared.
    pub(crate) async fn is_among(&self, password: &Password, known: Vec<PasswordHash>) -> Result<bool> {
        let (permit, own, password) = (self.turn().await?, self.clone(), password.clone());
        blocking(move || {
            let _permit = permit;
            Ok(known.iter().any(|known| own.memory.is_right(&password, known)))
        })
        .await
    }
}

/// The blocks that Argon2 fills. An allocator would keep some for each thread that ever hashed.
#[derive(Default)]
struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    fn fill(&self, argon: &Argon2<'_>, password: &[u8], salt: &[u8], out: &mut [u8]) -> argon2::Result<()> {
        let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        blocks.resize(argon.params().block_count(), Block::new());
        let filled = argon.hash_password_into_with_memory(password, salt, out, &mut blocks);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
        filled
    }

    fn hash(&self, argon: &Argon2<'_>, password: &[u8], random: &dyn Random) -> Result<PasswordHash> {
        let failed = |error: &dyn std::fmt::Display| Error::internal(format!("hashing: {error}"));
        let (bytes, mut out) = (random.bytes(), [0; 32]);
        let salt = &bytes[..16];
        self.fill(argon, password, salt, &mut out).map_err(|error| failed(&error))?;
        let phc = Phc {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(argon.params()).map_err(|error| failed(&error))?,
            salt: Some(Salt::new(salt).map_err(|error| failed(&error))?),
            hash: Some(Output::new(&out).map_err(|error| failed(&error))?),
        };
        Ok(PasswordHash::new(phc.to_string()))
    }

    /// Compares with the cost that the hash was made with.
    fn is_right(&self, password: &Password, known: &PasswordHash) -> bool {
        let computed = || {
            let known = Phc::new(known.as_str()).ok()?;
            let params = Params::try_from(&known).ok()?;
            let algorithm = Algorithm::try_from(known.algorithm.as_str()).ok()?;
            let version = Version::try_from(known.version?).ok()?;
            let (salt, expected) = (known.salt?, known.hash?);
            let mut out = vec![0; expected.as_ref().len()];
            let argon = Argon2::new(algorithm, version, params);
            self.fill(&argon, password.reveal().as_bytes(), salt.as_ref(), &mut out).ok()?;
            // Outputs compare in constant time.
            Some(Output::new(&out).ok()? == expected)
        };
        computed().unwrap_or(false)
    }
}

/// The cost that a hash was made with: memory, passes, lanes.
fn costs(known: &PasswordHash) -> Option<(u32, u32, u32)> {
    let params = Phc::new(known.as_str()).ok().and_then(|known| Params::try_from(&known).ok());
    params.as_ref().map(cost_of)
}

fn cost_of(params: &Params) -> (u32, u32, u32) {
    (params.m_cost(), params.t_cost(), params.p_cost())
}

/// The passwords that everybody tries first, each as the beginning of its SHA-256, in order. `scripts/passwords` makes the list.
static COMMON: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let list = GzDecoder::new(include_bytes!("../../data/common-passwords.gz").as_slice());
    let mut known: Vec<u64> =
        BufReader::new(list).lines().map_while(std::result::Result::ok).map(|line| short(&line)).collect();
    known.sort_unstable();
    known
});

fn short(text: &str) -> u64 {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// zxcvbn, and the list.
pub(crate) struct Zxcvbn;

impl Judge for Zxcvbn {
    fn is_common(&self, folded: &str) -> bool {
        COMMON.binary_search(&short(folded)).is_ok()
    }

    fn score(&self, password: &str, words: &[&str]) -> u8 {
        zxcvbn::zxcvbn(password, words).score().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    const CHEAP: HashCost = HashCost { kib: 8, passes: 1, lanes: 1, parallel: 2 };

    fn random() -> SystemRandomness {
        SystemRandomness::new(Clock::default())
    }

    fn word(text: &str) -> Password {
        Password::parse(text).unwrap()
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_costs_what_it_costs_today() {
        let passwords = Passwords::new(CHEAP, random()).unwrap();
        let kept = passwords.hash(&word("correct horse")).await.unwrap();
        assert!(kept.as_str().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        let same = passwords.compare(&word("correct horse"), Some(&kept)).await.unwrap();
        assert_eq!(same.as_ref(), Some(&kept));
        assert_eq!(passwords.compare(&word("wrong horse"), Some(&kept)).await.unwrap(), None);
        assert_eq!(passwords.compare(&word("correct horse"), None).await.unwrap(), None);
        let dearer = Passwords::new(HashCost { kib: 16, ..CHEAP }, random()).unwrap();
        let anew = dearer.compare(&word("correct horse"), Some(&kept)).await.unwrap().unwrap();
        assert!(anew.as_str().contains("m=16"));
        assert!(passwords.is_among(&word("correct horse"), vec![anew, kept]).await.unwrap());
    }

    /// A known answer of the reference implementation (`phc-winner-argon2`, `src/test.c`).
    #[test]
    fn hashes_of_other_programs_are_understood() {
        let known = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(Memory::default().is_right(&word("password"), &PasswordHash::new(known.to_owned())));
        assert!(!Memory::default().is_right(&word("Password"), &PasswordHash::new(known.to_owned())));
        assert!(!Memory::default().is_right(&word("password"), &PasswordHash::new("nonsense".to_owned())));
    }

    #[test]
    fn what_everybody_tries_is_known() {
        for common in
            ["password123", "woaini1314520", "5201314a", "qwertyuiop", "zhongguo2024!", "weixin@123456"]
        {
            assert!(Zxcvbn.is_common(common), "{common}");
        }
        assert!(!Zxcvbn.is_common("mahogany-cartwheel-7"));
        assert!(COMMON.len() > 200_000, "{}", COMMON.len());
        assert!(Zxcvbn.score("Tr0ub4dour&3", &[]) < 4);
        assert_eq!(Zxcvbn.score("mahogany cartwheel gravity", &[]), 4);
        assert!(Zxcvbn.score("shenzhengongpai", &["shenzhen", "gongpai"]) < 3);
    }
}
