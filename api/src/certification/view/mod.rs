//! What a certification looks like from outside.

mod application;
mod document;
mod field;
mod finding;
mod subject;

pub(crate) use application::*;
pub(crate) use document::*;
pub(crate) use field::*;
pub(crate) use finding::*;
pub(crate) use subject::*;
