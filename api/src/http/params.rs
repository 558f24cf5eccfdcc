//! Query parameters, held against what the contract says of the operation: unknown ones are refused, all faults at once.

use super::answer::Failure;
use super::faults::faults;
use crate::service::Service;
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use domain::error::{Code, Error, Fault, Place, Result, Violation};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::future::{Ready, ready};

/// The query parameters of an operation.
pub(crate) struct Params<T>(pub(crate) T);

/// For operations without query parameters: refuses any.
#[derive(serde::Deserialize)]
pub(crate) struct NoParams {}

impl<T: DeserializeOwned> FromRequest for Params<T> {
    type Error = Failure;
    type Future = Ready<std::result::Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request).map(Self).map_err(Failure))
    }
}

fn parse<T: DeserializeOwned>(request: &HttpRequest) -> Result<T> {
    let service = request.app_data::<Data<Service>>().ok_or_else(|| Error::internal("no service"))?;
    let operation = request
        .match_pattern()
        .and_then(|pattern| service.contract.operation(request.method(), &pattern))
        .ok_or_else(|| Error::internal(format!("{} is not in the contract", request.path())))?;
    let query = actix_web::web::Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|error| Error::new(Code::MalformedRequest).context(error.to_string()))?
        .into_inner();
    let mut values = Map::new();
    let mut found = Vec::new();
    for (name, text) in query {
        let value = operation.read_parameter(&name, text);
        if values.insert(name.clone(), value).is_some() {
            found.push(fault(&name, Code::ParameterInvalid.into()));
        }
    }
    let values = Value::Object(values);
    found.extend(faults(operation.query()?, &values, Place::Query).into_iter().map(named));
    if !found.is_empty() {
        return Err(Error::invalid(found));
    }
    serde_json::from_value(values).map_err(|error| {
        Error::invalid(vec![fault(
            "",
            Violation::new(Code::FormatInvalid).with("expected", error.to_string()),
        )])
    })
}

/// A parameter is named, not pointed to.
fn named(fault: Fault) -> Fault {
    Fault { pointer: fault.pointer.trim_start_matches('/').to_owned(), ..fault }
}

fn fault(name: &str, violation: Violation) -> Fault {
    Fault { place: Place::Query, pointer: name.to_owned(), violation }
}
