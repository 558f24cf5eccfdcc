//! What is kept: the domain's ports over diesel, on SQLite and on PostgreSQL.
//!
//! One set of queries serves both databases, each query compiled for either ([`connection::Db`]); what has to differ between
//! them is in `dialect`. A use case runs in
//! [`Database::read`] or [`Database::write`] and sees the stores through a [`Tx`].

mod access;
mod account;
mod agreement;
mod among;
mod certification;
mod connection;
mod database;
mod department;
mod departure;
mod device;
mod dialect;
mod dissolution;
mod draft;
mod error;
mod guess;
mod idempotency;
mod job;
mod joining;
mod journal;
mod member;
mod member_field;
mod member_import;
mod notice;
mod operator;
mod ownership;
mod password;
mod permission_use;
mod person;
mod picture;
mod placed;
mod policy;
mod registration;
mod review;
mod rotate;
mod scheduled_change;
mod schema;
mod sealing;
mod sees;
mod session;
mod signing_key;
mod sms;
mod sql_type;
mod sweep;
mod tag;
mod takeover;
mod tenant;
mod ticket;
mod totp;
mod tx;
mod verification;
mod within;

pub use connection::Observer;
pub use database::{Database, Options, Pools, Signal};
pub use idempotency::{Answer, Record};
pub use job::{JobCounts, Leased};
pub use sealing::{Folder, KeyRing, SealingError, document_place};
pub use signing_key::{NextSigningKey, StoredSigningKey, Turn};
pub use tx::Tx;
