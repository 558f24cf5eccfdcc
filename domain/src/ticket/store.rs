//! Where tickets are kept: a port.

use super::{Filter, Message, Position, Requester, Ticket, TicketState};
use crate::certification::ApplicationNumber;
use crate::error::Result;
use crate::id::{ApplicationId, DocumentId, MemberId, MessageId, RegistrationId, TenantId, TicketId};
use chrono::{DateTime, Utc};

/// Keeps tickets and their messages.
pub trait TicketStore {
    /// Keeps a new ticket.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_ticket(&mut self, ticket: &Ticket) -> Result<()>;
    /// A ticket.
    ///
    /// # Errors
    /// `not_found`.
    fn ticket(&mut self, id: TicketId) -> Result<Ticket>;
    /// Keeps a changed ticket.
    ///
    /// # Errors
    /// `version_stale`.
    fn update_ticket(&mut self, ticket: &Ticket) -> Result<()>;
    /// How many tickets of somebody count: those of a member that are not resolved, all of an applicant.
    ///
    /// # Errors
    /// When the store fails.
    fn open_tickets(&mut self, requester: &Requester) -> Result<u32>;
    /// A page of the tickets that somebody sees, newest first.
    ///
    /// # Errors
    /// When the store fails.
    fn tickets_of(
        &mut self,
        requester: &Requester,
        state: Option<TicketState>,
        after: Option<TicketId>,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Ticket>>;
    /// A page of all tickets: the most pressing first, of those that waited longest.
    ///
    /// # Errors
    /// When the store fails.
    fn tickets(
        &mut self,
        filter: &Filter,
        after: Option<&Position>,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Ticket>>;
    /// The newest ticket that is not resolved and names an application.
    ///
    /// # Errors
    /// When the store fails.
    fn open_ticket_on(&mut self, application: ApplicationId) -> Result<Option<TicketId>>;
    /// The application of that number in the bound tenant.
    ///
    /// # Errors
    /// When the store fails.
    fn application_numbered(&mut self, number: &ApplicationNumber) -> Result<Option<ApplicationId>>;
    /// Gives the tickets of a registration to the member that came of it.
    ///
    /// # Errors
    /// When the store fails.
    fn adopt_tickets(
        &mut self,
        registration: RegistrationId,
        tenant: TenantId,
        member: MemberId,
    ) -> Result<()>;
    /// Keeps a message.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_message(&mut self, message: &Message) -> Result<()>;
    /// A page of a conversation, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    fn messages(
        &mut self,
        ticket: TicketId,
        internal: bool,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>>;
    /// The message of a conversation that carries a file.
    ///
    /// # Errors
    /// `not_found`.
    fn attachment(&mut self, ticket: TicketId, id: DocumentId) -> Result<Message>;
    /// Those of some files that belong to a message.
    ///
    /// # Errors
    /// When the store fails.
    fn attachments_by_id(&mut self, ids: &[DocumentId]) -> Result<Vec<DocumentId>>;
}
