//! What answers where no operation does: 405 with `Allow` for a wrong method, 404 for the rest.

use crate::http::answer::Failure;
use crate::service::Service;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::error::Code;

pub(crate) async fn fallback(request: HttpRequest, service: Data<Service>) -> HttpResponse {
    let methods = service.contract.methods(request.path());
    let code = if methods.is_empty() { Code::NotFound } else { Code::MethodNotAllowed };
    let failure = Failure(code.into());
    let mut response = HttpResponse::from_error(actix_web::Error::from(failure));
    if !methods.is_empty() {
        let allowed: Vec<_> = methods.iter().map(|method| method.as_str()).collect();
        if let Ok(value) = header::HeaderValue::from_str(&allowed.join(", ")) {
            response.headers_mut().insert(header::ALLOW, value);
        }
    }
    response
}
