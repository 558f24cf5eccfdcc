//! Operators: people who work for the platform, not for a tenant. They are made on the command line.

use crate::actor::{Actor, OperatorActor, OperatorRole};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::id::{OperatorId, TenantId};
use crate::journal::{Entry, Journal};
use crate::phone::MobileNumber;
use crate::text::PersonName;
use chrono::{DateTime, Utc};

/// Someone who works for the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Their id.
    pub id: OperatorId,
    /// The number with which they sign in.
    pub mobile: MobileNumber,
    /// Their name.
    pub name: PersonName,
    /// What they may do.
    pub role: OperatorRole,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// Keeps operators.
pub trait OperatorStore {
    /// The operator of a number.
    ///
    /// # Errors
    /// When the store fails.
    fn operator_by_mobile(&mut self, mobile: &MobileNumber) -> Result<Option<Operator>>;
    /// The operator of an id.
    ///
    /// # Errors
    /// When the store fails.
    fn operator(&mut self, id: OperatorId) -> Result<Option<Operator>>;
    /// Every operator, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    fn operators(&mut self) -> Result<Vec<Operator>>;
    /// Inserts a new operator, or gives a known one another name and role.
    ///
    /// # Errors
    /// When the store fails.
    fn save_operator(&mut self, operator: &Operator, known: bool) -> Result<()>;
    /// The tenants of which an operator's number is a member's.
    ///
    /// # Errors
    /// When the store fails.
    fn tenants_of_operator(&mut self, id: OperatorId) -> Result<Vec<TenantId>>;
    /// Whether the number of an operator belongs to a member of a tenant.
    ///
    /// # Errors
    /// When the store fails.
    fn belongs_to(&mut self, mobile: &MobileNumber, tenant: TenantId) -> Result<bool>;
}

/// Whether an operator is a member of a tenant.
///
/// # Errors
/// `session_ended` when there is no such operator any more.
pub fn belongs(tx: &mut impl OperatorStore, actor: &OperatorActor, tenant: TenantId) -> Result<bool> {
    let operator = tx.operator(actor.operator)?.ok_or(Code::SessionEnded)?;
    tx.belongs_to(&operator.mobile, tenant)
}

/// Refuses an operator who is a member of the tenant: nobody has a say in their own company, or hears what is said of it.
///
/// # Errors
/// `own_organization`.
pub fn require_outsider(tx: &mut impl OperatorStore, actor: &OperatorActor, tenant: TenantId) -> Result<()> {
    if belongs(tx, actor, tenant)? { Err(Code::OwnOrganization.into()) } else { Ok(()) }
}

/// Makes an operator, or changes the name and role of the one with that number.
///
/// # Errors
/// When the store fails.
pub fn add(
    tx: &mut (impl OperatorStore + Journal),
    context: &Context<'_>,
    mobile: &MobileNumber,
    name: &PersonName,
    role: OperatorRole,
) -> Result<Operator> {
    let known = tx.operator_by_mobile(mobile)?;
    let before = known.as_ref().map(|operator| operator.role.name());
    let operator = Operator {
        id: known.as_ref().map_or_else(|| context.id(), |operator| operator.id),
        mobile: mobile.clone(),
        name: name.clone(),
        role,
        created_at: known.as_ref().map_or(context.now, |operator| operator.created_at),
    };
    tx.save_operator(&operator, known.is_some())?;
    let old_name = known.as_ref().map(|operator| operator.name.as_str().to_owned());
    let entry =
        Entry::new("operator.added", "operator", operator.id).change("role", before, role.name()).about(
            operator.id,
            [
                ("name", old_name, operator.name.as_str()),
                ("mobile", known.map(|_| mobile.as_str().to_owned()), mobile.as_str()),
            ],
        );
    tx.record(context, &Actor::System, entry)?;
    Ok(operator)
}
