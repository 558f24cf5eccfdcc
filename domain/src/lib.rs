//! What is true: the types, rules and use cases of Gongpai.
//!
//! Nothing here does I/O, asks a clock or a random generator, or knows of HTTP or SQL. Use cases are plain functions over
//! narrow ports (traits such as [`registration::RegistrationStore`]) that the `persistence` crate implements; time, ids
//! and secrets come in as arguments.

pub mod access;
pub mod account;
pub mod actor;
pub mod agreement;
pub mod assessment;
mod bundle;
pub mod certification;
pub mod confirmation;
pub mod contact;
pub mod context;
pub mod department;
pub mod departure;
pub mod device;
pub mod dissolution;
pub mod email;
pub mod error;
pub mod guess;
pub mod help;
pub mod id;
pub mod identifier;
pub mod job;
pub mod joining;
pub mod journal;
pub mod limits;
pub mod member;
pub mod member_export;
pub mod member_field;
pub mod member_import;
pub mod message;
mod named;
pub mod notice;
pub mod number;
pub mod on_behalf;
pub mod operator;
pub mod organization;
pub mod ownership;
pub mod password;
pub mod person;
pub mod phone;
pub mod picture;
pub mod policy;
pub mod reference;
pub mod registration;
pub mod review;
pub mod scheduled_change;
pub mod session;
pub mod sms;
pub mod tag;
pub mod takeover;
pub mod tenant;
pub mod text;
pub mod ticket;
pub mod totp;
pub mod verification;
