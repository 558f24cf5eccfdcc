//! What the tests stand on: servers on both databases, a client that checks every answer against the contract, and
//! companies that read like the story.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(
    missing_docs,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    clippy::needless_pass_by_value,
    clippy::disallowed_methods,
    reason = "nobody publishes this"
)]

pub mod answer;
pub mod company;
pub mod daemon;
pub mod files;
pub mod license;
pub mod made_up;
pub mod postgres;
pub mod process;
pub mod reviewer;
pub mod world;

pub use answer::Answer;
pub use company::{Company, device};
pub use reviewer::Reviewer;
pub use world::{Request, World};

/// The two databases that every test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// What an authenticator shows that has a secret.
pub fn totp(secret: &str, at: chrono::DateTime<chrono::Utc>) -> String {
    let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    totp.generate(at.timestamp().try_into().unwrap()).to_string()
}

/// An HTTP client of no world. It gives connections up before the server does, which closes idle ones after five seconds: a test that was
/// busy elsewhere for so long would send into one that is closed already.
pub fn client() -> reqwest::Client {
    api::service::prepare_tls();
    let client = reqwest::Client::builder().pool_idle_timeout(std::time::Duration::from_secs(2));
    client.build().expect("a client")
}

/// Declares a test that runs on both databases: `both!(name, |world| { … });`.
#[macro_export]
macro_rules! both {
    ($name:ident, |$world:ident| $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($world: std::rc::Rc<$crate::World>) $body

            #[actix_web::test]
            async fn sqlite() {
                let world = std::rc::Rc::new($crate::World::start($crate::Backend::Sqlite).await);
                test(std::rc::Rc::clone(&world)).await;
                $crate::World::stop(world).await;
            }

            #[actix_web::test]
            async fn postgres() {
                let world = std::rc::Rc::new($crate::World::start($crate::Backend::Postgres).await);
                test(std::rc::Rc::clone(&world)).await;
                $crate::World::stop(world).await;
            }
        }
    };
}
