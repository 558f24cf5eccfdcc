//! What is spoken: the HTTP API of Gongpai, and the only place where things are wired.
//!
//! A request goes through the pipeline (`http::pipeline`), is read by extractors (`http::body`, `http::params`,
//! `http::actor`), and a handler runs one use case of the `domain` crate in one transaction of the `persistence` crate.

mod access;
mod agreement;
mod assessment;
mod certification;
pub mod clock;
mod confirmation;
mod contact;
pub mod contract;
pub mod demo;
mod department;
mod departure;
mod device;
mod dissolution;
mod document_link;
pub mod gateway;
mod help;
mod http;
mod inbox;
pub mod inspection;
mod job;
mod joining;
mod keys;
mod member;
mod member_field;
mod member_import;
mod metrics;
mod mirror;
pub mod operator;
mod organization;
mod ownership;
mod password;
mod person;
mod picture;
mod policy;
mod reference;
mod registration;
mod review;
pub mod routes;
mod scheduled_change;
pub mod server;
pub mod service;
mod session;
pub mod settings;
mod signing;
pub mod sms;
mod spreadsheet;
mod system;
mod tag;
mod takeover;
mod ticket;
mod token;
mod totp;
mod verification;

pub use keys::Keys;
