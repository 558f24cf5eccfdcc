//! Certification: applications with their attempts and documents, and certificates.

mod application;
mod case;
mod certificate;
mod document;

pub(crate) use application::{attempt_place, claim, decision_place, subject_place};
pub(crate) use certificate::subject_place as certificate_place;
