//! The API tried from outside, over real HTTP, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod certificate;
mod certification;
mod confirmation;
mod contract;
mod department_tree;
mod departments;
mod departures;
mod devices;
mod documents;
mod durability;
mod email;
mod hostile;
mod human_check;
mod members;
mod number;
mod operators;
mod organization;
mod password;
mod person;
mod policy;
mod reading;
mod registration;
mod retention;
mod review;
mod review_clock;
mod review_desk;
mod second_factor;
mod second_reviewer;
mod session;
mod signing_keys;
mod sms;
mod store;
mod takeover;
mod ticket;
mod wizard;
