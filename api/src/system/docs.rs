use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use actix_web::get;
use actix_web::web::Path;
use domain::error::{Code, Error};
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::Config;

/// The contract as JSON
#[utoipa::path(
    operation_id = "get_openapi_json", tag = "service",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)),
)]
#[get("/openapi.json")]
pub(crate) async fn get_openapi_json(call: Call) -> Outcome {
    Ok(Reply::ok(call.service.contract.json())?)
}

/// The contract as YAML
#[utoipa::path(
    operation_id = "get_openapi_yaml", tag = "service",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object, content_type = "application/yaml")),
)]
#[get("/openapi.yaml")]
pub(crate) async fn get_openapi_yaml(call: Call) -> Outcome {
    Ok(Reply::bytes("application/yaml", call.service.contract.yaml()?.as_bytes().to_vec()))
}

/// The contract to read and try
#[utoipa::path(
    operation_id = "get_docs", tag = "service",
    responses((status = 200, description = "Swagger UI.", body = String, content_type = "text/html")),
)]
#[get("/docs")]
pub(crate) async fn get_docs() -> Outcome {
    asset("index.html")
}

/// A file of the page at `/docs`
#[utoipa::path(
    operation_id = "get_docs_file", tag = "service",
    params(("file" = String, Path, description = "The file.", example = "swagger-ui.css")),
    responses((status = 200, description = "The file.", content(
        (String = "text/html"), (String = "text/css"), (String = "text/javascript"), (String = "application/json"), (Vec<u8> = "image/png")))),
)]
#[get("/docs/{file}")]
pub(crate) async fn get_docs_file(file: Path<String>) -> Outcome {
    asset(&file)
}

/// Swagger UI comes with the binary; nothing is loaded from anywhere else.
fn asset(name: &str) -> Outcome {
    static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::from("/openapi.json")));
    let file = utoipa_swagger_ui::serve(name, Arc::clone(&CONFIG))
        .map_err(|error| Error::internal(format!("docs: {error}")))?
        .ok_or(Code::NotFound)?;
    let mut bytes = file.bytes.into_owned();
    if name == "index.html" {
        // The page stands at `/docs`, without a slash, so its files are named from there.
        let page = String::from_utf8_lossy(&bytes)
            .replace("href=\"./", "href=\"/docs/")
            .replace("src=\"./", "src=\"/docs/");
        bytes = page.replace("href=\"index.css\"", "href=\"/docs/index.css\"").into_bytes();
    }
    Ok(Reply::bytes(&file.content_type, bytes).header("cache-control", "public, max-age=3600"))
}
