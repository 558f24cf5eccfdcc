//! The HTTP floor: how requests are read and answered, once for every endpoint.

pub(crate) mod actor;
pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod call;
pub(crate) mod content;
pub(crate) mod faults;
pub(crate) mod followers;
pub(crate) mod form;
pub(crate) mod language;
pub(crate) mod limits;
pub(crate) mod page;
pub(crate) mod params;
pub(crate) mod pipeline;
pub(crate) mod problem;
pub(crate) mod session_cache;
