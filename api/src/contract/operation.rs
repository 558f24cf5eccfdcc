//! An operation of the contract, as the service reads it.

use super::Contract;
use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use domain::access::Permission;
use domain::error::Result;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// One method of one path.
pub struct Operation {
    id: String,
    method: Method,
    path: String,
    resource: ResourceDef,
    /// The permission that it asks for.
    permission: Option<Permission>,
    /// The object that the query parameters make.
    query: Value,
    validator: OnceLock<Validator>,
}

impl Operation {
    /// Its `operationId`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The permission that it asks for.
    #[must_use]
    pub fn permission(&self) -> Option<Permission> {
        self.permission
    }

    /// Its path pattern.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What the contract says of it.
    #[must_use]
    pub fn document(&self) -> &'static Value {
        let method = self.method.as_str().to_ascii_lowercase();
        &Contract::shared().document["paths"][&self.path][method]
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        self.resource.is_match(path)
    }

    /// A query parameter's text as the JSON that its schema means.
    pub(crate) fn read_parameter(&self, name: &str, text: String) -> Value {
        let kinds = self.query.pointer(&format!("/properties/{name}/type"));
        let is = |kind: &str| match kinds {
            Some(Value::String(one)) => one == kind,
            Some(Value::Array(several)) => several.iter().any(|one| one == kind),
            _ => false,
        };
        match text.as_str() {
            "true" if is("boolean") => Value::Bool(true),
            "false" if is("boolean") => Value::Bool(false),
            _ if is("integer") => text.parse::<i64>().map_or(Value::String(text), Value::from),
            _ => Value::String(text),
        }
    }

    /// Whether it takes query parameters.
    pub(crate) fn takes_parameters(&self) -> bool {
        self.query["properties"].as_object().is_some_and(|properties| !properties.is_empty())
    }

    /// The validator of the query.
    pub(crate) fn query(&self) -> Result<&Validator> {
        if let Some(validator) = self.validator.get() {
            return Ok(validator);
        }
        let validator = Contract::shared().validator(&self.query)?;
        Ok(self.validator.get_or_init(|| validator))
    }
}

/// Every operation of a document, by path pattern.
pub(super) fn operations(document: &Value) -> BTreeMap<String, Vec<Operation>> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    paths
        .map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            (
                path.clone(),
                methods.filter_map(|(method, document)| operation(path, method, document)).collect(),
            )
        })
        .collect()
}

fn operation(path: &str, method: &str, document: &Value) -> Option<Operation> {
    Some(Operation {
        id: document.get("operationId")?.as_str()?.to_owned(),
        method: Method::from_bytes(method.to_ascii_uppercase().as_bytes()).ok()?,
        path: path.to_owned(),
        resource: ResourceDef::new(path),
        permission: document["x-permission"].as_str().and_then(Permission::find),
        query: query(document),
        validator: OnceLock::new(),
    })
}

fn query(document: &Value) -> Value {
    let parameters = document.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
        let Some(name) = parameter["name"].as_str() else { continue };
        properties.insert(name.to_owned(), parameter["schema"].clone());
        if parameter["required"] == true {
            required.push(name);
        }
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}
