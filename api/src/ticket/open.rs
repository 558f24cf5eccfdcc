use super::{TicketTopic, TicketView};
use crate::http::actor::Requester;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use domain::certification::ApplicationNumber;
use domain::error::{Faults, Place, Result};
use domain::ticket::{MessageText, Opening, TicketSubject, open};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// A ticket to open.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"topic": "certification", "subject": "执照照片上传不了", "text": "拍了三次都提示不清晰，请问要怎么拍？"}))]
pub(crate) struct OpenTicket {
    /// What it is about.
    topic: TicketTopic,
    /// What it is called.
    #[schema(min_length = 1, max_length = 100)]
    subject: String,
    /// What it says first.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
    /// The number of an application of one's own organization, if it is about one.
    #[schema(min_length = 1, max_length = 40)]
    certification_number: Option<String>,
}

impl OpenTicket {
    fn parse(&self) -> Result<Opening> {
        let mut faults = Faults::of(Place::Body);
        let subject = faults.at("/subject", TicketSubject::parse(&self.subject));
        let text = faults.at("/text", MessageText::parse(&self.text));
        let number = self.certification_number.as_deref().map(ApplicationNumber::parse).transpose();
        let number = faults.at("/certification_number", number);
        let (Some(subject), Some(text), Some(number)) = (subject, text, number) else {
            return Err(faults.into_error());
        };
        Ok(Opening { topic: self.topic.into(), subject, text, number })
    }
}

/// Ask for help
///
/// With the token of a session, or that of a registration that is not completed; its tickets go over to the tenant that
/// comes of it.
#[utoipa::path(
    operation_id = "open_ticket", tag = "support",
    request_body = OpenTicket,
    responses((status = 201, description = "The ticket.", body = TicketView)),
    security(("access_token" = []), ("registration_token" = [])),
    extensions(("x-errors" = json!(["too_many_tickets", "input_invalid"]))),
)]
#[post("/v1/tickets")]
pub(crate) async fn open_ticket(call: Call, requester: Requester, body: Body<OpenTicket>) -> Outcome {
    let opening = body.value.parse()?;
    call.write(requester.tenant(), body.fingerprint, move |tx, world| {
        let ticket = open(tx, &world.context, &requester.0, &opening)?;
        Reply::json(StatusCode::CREATED, &TicketView::of(&ticket, world.context.now))
    })
    .await
}
