//! Passwords: hashed with Argon2id, a bounded number at once and off the threads of requests, and judged by zxcvbn and a list of
//! those that everybody tries first.

use crate::clock::SystemRandomness;
use crate::settings::HashCost;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use domain::context::Random;
use domain::error::{Code, Error, Result};
use domain::password::{Judge, Password, PasswordHash};
use flate2::read::GzDecoder;
use ring::digest;
use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long a password waits to be hashed, before who asked is told to come again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes passwords and compares them, on threads that do nothing else: one that is done goes on with the next password at once.
#[derive(Clone)]
pub(crate) struct Passwords {
    argon: Argon2<'static>,
    threads: mpsc::Sender<Work>,
    random: SystemRandomness,
    patience: Duration,
    /// What is compared with where there is nothing to compare with, so that it takes the same time.
    nobody: Arc<PasswordHash>,
}

type Work = Box<dyn FnOnce(&mut Memory) + Send>;

impl Passwords {
    /// # Errors
    /// When the cost is none that Argon2 can have.
    pub(crate) fn new(cost: HashCost, random: SystemRandomness) -> Result<Self> {
        let wrong = |error: &dyn std::fmt::Display| Error::internal(format!("GONGPAI_ARGON2_…: {error}"));
        let params = Params::new(cost.kib, cost.passes, cost.lanes, None).map_err(|error| wrong(&error))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = Memory::default().hash(&argon, &random.bytes(), &random)?;
        let threads = start(cost.parallel.max(1))?;
        Ok(Self { argon, threads, random, patience: PATIENCE, nobody: Arc::new(nobody) })
    }

    /// Does something on one of the threads, unless who asked has gone or waited too long by the time that one is free. What has
    /// begun is waited for: to throw it away would answer nobody for as long as there is too much to do.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self, &mut Memory) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let own = self.clone();
        let asked = Instant::now();
        let work = move |memory: &mut Memory| {
            if answer.is_closed() {
                return;
            }
            let late = asked.elapsed() > own.patience;
            let done = if late { Err(Error::new(Code::Busy).retry_after(5)) } else { work(&own, memory) };
            drop(answer.send(done));
        };
        let gone = |error: &dyn std::fmt::Display| Error::internal(format!("hashing: {error}"));
        self.threads.send(Box::new(work)).map_err(|error| gone(&error))?;
        answered.await.map_err(|error| gone(&error))?
    }

    /// The hash of a new password.
    pub(crate) async fn hash(&self, password: &Password) -> Result<PasswordHash> {
        let password = password.clone();
        self.hashing(move |own, memory| memory.hash(&own.argon, password.reveal().as_bytes(), &own.random))
            .await
    }

    /// The hash to keep from now on, if the password is the right one: the same, or one of today's cost. Without a hash it takes
    /// as long, and the password is wrong.
    pub(crate) async fn compare(
        &self,
        password: &Password,
        known: Option<&PasswordHash>,
    ) -> Result<Option<PasswordHash>> {
        let (exists, known) = (known.is_some(), known.unwrap_or(&self.nobody).clone());
        let password = password.clone();
        self.hashing(move |own, memory| {
            if !memory.is_right(&password, &known) || !exists {
                return Ok(None);
            }
            if costs(&known) == Some(cost_of(own.argon.params())) {
                return Ok(Some(known));
            }
            memory.hash(&own.argon, password.reveal().as_bytes(), &own.random).map(Some)
        })
        .await
    }

    /// Whether a password is one of some, each of which is compared.
    pub(crate) async fn is_among(&self, password: &Password, known: Vec<PasswordHash>) -> Result<bool> {
        let password = password.clone();
        self.hashing(move |_, memory| Ok(known.iter().any(|known| memory.is_right(&password, known)))).await
    }
}

/// Starts threads, which end when nobody can send them anything any more.
fn start(count: usize) -> Result<mpsc::Sender<Work>> {
    let (sender, queue) = mpsc::channel::<Work>();
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..count {
        let queue = Arc::clone(&queue);
        let hash = move || {
            let mut memory = Memory::default();
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(work) = next else { return };
                if catch_unwind(AssertUnwindSafe(|| work(&mut memory))).is_err() {
                    tracing::error!("hashing a password panicked");
                }
            }
        };
        let thread = std::thread::Builder::new().name("passwords".to_owned());
        thread.spawn(hash).map_err(|error| Error::internal(format!("a thread for passwords: {error}")))?;
    }
    Ok(sender)
}

/// The blocks that Argon2 fills, kept from one password to the next.
#[derive(Default)]
struct Memory(Vec<Block>);

impl Memory {
    fn fill(
        &mut self,
        argon: &Argon2<'_>,
        password: &[u8],
        salt: &[u8],
        out: &mut [u8],
    ) -> argon2::Result<()> {
        self.0.resize(argon.params().block_count(), Block::new());
        argon.hash_password_into_with_memory(password, salt, out, &mut self.0)
    }

    fn hash(&mut self, argon: &Argon2<'_>, password: &[u8], random: &dyn Random) -> Result<PasswordHash> {
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
    fn is_right(&mut self, password: &Password, known: &PasswordHash) -> bool {
        let mut computed = || {
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

    #[tokio::test]
    async fn only_the_wait_is_bounded() {
        let mut passwords = Passwords::new(HashCost { parallel: 1, ..CHEAP }, random()).unwrap();
        passwords.patience = Duration::from_millis(50);
        let slow = |_: &Passwords, _: &mut Memory| {
            std::thread::sleep(Duration::from_millis(200));
            Ok(())
        };
        let (first, second) = tokio::join!(passwords.hashing(slow), passwords.hashing(slow));
        first.unwrap();
        assert_eq!(second.unwrap_err().code(), Code::Busy);
        passwords.hashing(slow).await.unwrap();
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
