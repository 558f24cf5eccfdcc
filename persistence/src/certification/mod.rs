//! Certification: applications with their attempts and documents, and certificates.

mod application;
mod case;
mod certificate;
mod document;

pub(crate) use application::claim;
