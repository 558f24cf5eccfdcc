//! Reading a policy, seeing what a change would do, and changing it.

use super::{AskedOf, SecurityPolicy, Setting, Settings, SignInMethod};
use crate::access::{self, Permission};
use crate::actor::{Actor, MemberActor};
use crate::confirmation::{self, Confirmation, SensitiveAction};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, MemberId, SessionId, TenantId};
use crate::journal::{Entry, Journal};
use crate::password::{PasswordStore, Rules};
use crate::session::{Lifetime, SessionStore};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value};

/// A policy as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredPolicy {
    /// Counts the changes; 0 for the defaults, which nobody has changed.
    pub version: i64,
    /// The policy.
    pub policy: SecurityPolicy,
    /// Who made it so, and when.
    pub changed: Option<(MemberId, DateTime<Utc>)>,
}

/// Whom a policy would affect. Each counts what the policy that is there does not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Affected {
    /// Open sessions that would end.
    pub sessions: u64,
    /// Members who would be asked for a second factor and have no authenticator yet.
    pub without_authenticator: u64,
    /// Members who could sign in with a password alone and have none.
    pub without_password: u64,
    /// Members whose password would be too old.
    pub passwords_too_old: u64,
}

/// What is counted for [`Affected`].
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The policy that is there.
    pub from: &'a SecurityPolicy,
    /// The one that would take its place.
    pub to: &'a SecurityPolicy,
    /// What the installation allows.
    pub ceiling: &'a Lifetime,
}

impl Change<'_> {
    /// Sessions that were opened before and last used before end; nothing when lives do not become shorter.
    #[must_use]
    pub fn sessions_end(&self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let (from, to) = (self.from.lifetime(self.ceiling), self.to.lifetime(self.ceiling));
        let shorter = to.absolute < from.absolute || to.idle < from.idle;
        shorter.then(|| (now - to.absolute, now - to.idle))
    }

    /// Of whom a second factor is asked who were not asked before.
    #[must_use]
    pub fn second_factor(&self) -> AskedOf {
        let (from, to) = (self.from.sign_in.second_factor, self.to.sign_in.second_factor);
        if to > from { to } else { AskedOf::None }
    }

    /// Whether only a password is left to sign in with.
    #[must_use]
    pub fn needs_password(&self) -> bool {
        let without_sms = |policy: &SecurityPolicy| !policy.sign_in.methods.contains(&SignInMethod::SmsCode);
        without_sms(self.to) && !without_sms(self.from)
    }

    /// Passwords that were set before are too old.
    #[must_use]
    pub fn too_old(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let age = |policy: &SecurityPolicy| policy.password.max_age();
        let shorter = age(self.to)? < age(self.from).unwrap_or(Duration::MAX);
        age(self.to).filter(|_| shorter).map(|age| now - age)
    }
}

/// Keeps policies of the bound tenant.
pub trait PolicyStore {
    /// The policy.
    ///
    /// # Errors
    /// When the store fails.
    fn policy(&mut self) -> Result<StoredPolicy>;
    /// Keeps a policy, and those before it.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_policy(&mut self, policy: &StoredPolicy) -> Result<()>;
    /// What the tenants of an account ask of its password, all of them together.
    ///
    /// # Errors
    /// When the store fails.
    fn password_rules(&mut self, account: AccountId) -> Result<Rules>;
    /// Those of versions before one, newest first.
    ///
    /// # Errors
    /// When the store fails.
    fn policies(&mut self, before: i64, limit: u32) -> Result<Vec<StoredPolicy>>;
    /// Ends the sessions that a change does not bear, and gives their ids.
    ///
    /// # Errors
    /// When the store fails.
    fn end_unfit(&mut self, change: &Change<'_>, now: DateTime<Utc>) -> Result<Vec<SessionId>>;
    /// Whom a change would affect.
    ///
    /// # Errors
    /// When the store fails.
    fn affected(&mut self, change: &Change<'_>, now: DateTime<Utc>) -> Result<Affected>;
}

/// What a change would do.
#[derive(Debug, Clone)]
pub struct Impact<'a> {
    /// What it changes: the setting, its value before and after.
    pub changes: Vec<(&'a Setting, Value, Value)>,
    /// Whom it affects.
    pub affected: Affected,
    /// The setting that would keep its author out.
    pub shuts_out: Option<&'static str>,
    /// The whole document as it would be.
    pub document: SecurityPolicy,
}

/// The actor's policy.
///
/// # Errors
/// `forbidden`.
pub fn get(tx: &mut impl PolicyStore, actor: &MemberActor) -> Result<StoredPolicy> {
    access::require(actor, Permission::PolicyRead)?;
    tx.policy()
}

/// The versions of the actor's policy that somebody made, newest first.
///
/// # Errors
/// `forbidden`.
pub fn versions(
    tx: &mut impl PolicyStore,
    actor: &MemberActor,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<StoredPolicy>> {
    access::require(actor, Permission::PolicyRead)?;
    tx.policies(before.unwrap_or(i64::MAX), limit)
}

/// What a patch (RFC 7396) would do. Null brings the default back.
///
/// # Errors
/// `forbidden`; what is wrong with the values.
pub fn preview<'a>(
    tx: &mut (impl PolicyStore + SessionStore + PasswordStore),
    context: &Context<'_>,
    actor: &MemberActor,
    patch: &Value,
    settings: &'a Settings,
    ceiling: &Lifetime,
) -> Result<Impact<'a>> {
    access::require(actor, Permission::PolicyManage)?;
    let stored = tx.policy()?;
    impact(tx, context, actor, (&stored.policy, patch), settings, ceiling)
}

fn impact<'a>(
    tx: &mut (impl PolicyStore + SessionStore + PasswordStore),
    context: &Context<'_>,
    actor: &MemberActor,
    (from, patch): (&SecurityPolicy, &Value),
    settings: &'a Settings,
    ceiling: &Lifetime,
) -> Result<Impact<'a>> {
    let (before, after) = (document(from)?, patched(from, patch)?);
    let to = settings.read(after)?;
    // As it is kept: networks without the bits of hosts, choices in order.
    let after = document(&to)?;
    let value =
        |whole: &Value, setting: &Setting| whole.pointer(&setting.pointer).cloned().unwrap_or_default();
    let changes =
        settings.all.iter().map(|setting| (setting, value(&before, setting), value(&after, setting)));
    Ok(Impact {
        changes: changes.filter(|(_, before, after)| before != after).collect(),
        affected: tx.affected(&Change { from, to: &to, ceiling }, context.now)?,
        shuts_out: shuts_out(tx, context, actor, &to)?,
        document: to,
    })
}

/// Changes the policy, from the version that was read.
///
/// # Errors
/// `forbidden`, `confirmation_required`, `version_stale`, `policy_shuts_out_author` with the setting; what is wrong with the
/// values.
pub fn change(
    tx: &mut (impl PolicyStore + SessionStore + PasswordStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (patch, expected): (&Value, Option<i64>),
    confirmation: Option<&Confirmation>,
    settings: &Settings,
    ceiling: &Lifetime,
) -> Result<StoredPolicy> {
    access::require(actor, Permission::PolicyManage)?;
    let stored = tx.policy()?;
    if expected.is_some_and(|expected| expected != stored.version) {
        return Err(Code::VersionStale.into());
    }
    let impact = impact(tx, context, actor, (&stored.policy, patch), settings, ceiling)?;
    if let Some(setting) = impact.shuts_out {
        return Err(Error::new(Code::PolicyShutsOutAuthor).with("setting", setting));
    }
    if impact.changes.is_empty() {
        return Ok(stored);
    }
    stored.policy.require_confirmation(
        confirmation,
        context,
        actor,
        SensitiveAction::ChangeSecurityPolicy,
    )?;
    let changed = StoredPolicy {
        version: stored.version + 1,
        policy: impact.document,
        changed: Some((actor.member, context.now)),
    };
    tx.save_policy(&changed)?;
    // Those that no longer fit stay ended when the policy is relaxed again.
    tx.end_unfit(&Change { from: &stored.policy, to: &changed.policy, ceiling }, context.now)?;
    let side = |after: bool| -> Value {
        let values = impact.changes.iter().map(|(setting, was, is)| {
            (setting.pointer.clone(), if after { is.clone() } else { was.clone() })
        });
        Value::Object(values.collect::<Map<_, _>>())
    };
    let entry = Entry::new("security_policy.changed", "tenant", actor.tenant).of(actor.tenant);
    tx.record(context, &actor.into(), entry.change("settings", side(false), side(true)))?;
    Ok(changed)
}

/// Lets administrators of the bound tenant come from anywhere again. Says whether they could not.
///
/// # Errors
/// When the store fails.
pub fn lift_networks(
    tx: &mut (impl PolicyStore + Journal),
    context: &Context<'_>,
    by: &Actor,
    (tenant, owner): (TenantId, MemberId),
) -> Result<bool> {
    let stored = tx.policy()?;
    let before: Vec<_> = stored.policy.network.administrators.iter().map(ToString::to_string).collect();
    if before.is_empty() {
        return Ok(false);
    }
    let mut policy = stored.policy;
    policy.network.administrators.clear();
    let changed = Some((owner, context.now));
    tx.save_policy(&StoredPolicy { version: stored.version + 1, policy, changed })?;
    let entry = Entry::new("security_policy.networks_lifted", "tenant", tenant).of(tenant);
    tx.record(context, by, entry.change("administrators", before, None::<String>))?;
    Ok(true)
}

/// Refuses who has not confirmed an action, where the policy of the bound tenant wants that.
///
/// # Errors
/// `confirmation_required`.
pub(crate) fn require_confirmation(
    tx: &mut impl PolicyStore,
    given: Option<&Confirmation>,
    context: &Context<'_>,
    actor: &MemberActor,
    action: SensitiveAction,
) -> Result<()> {
    tx.policy()?.policy.require_confirmation(given, context, actor, action)
}

impl SecurityPolicy {
    /// Refuses who has not confirmed an action that the policy wants to be confirmed.
    ///
    /// # Errors
    /// `confirmation_required`.
    fn require_confirmation(
        &self,
        given: Option<&Confirmation>,
        context: &Context<'_>,
        actor: &MemberActor,
        action: SensitiveAction,
    ) -> Result<()> {
        if self.confirmation.actions.contains(&action) {
            confirmation::require(given, context, actor, action)
        } else {
            Ok(())
        }
    }
}

/// The setting of a policy that keeps the actor, as they are here now, out.
fn shuts_out(
    tx: &mut (impl SessionStore + PasswordStore),
    context: &Context<'_>,
    actor: &MemberActor,
    policy: &SecurityPolicy,
) -> Result<Option<&'static str>> {
    if !policy.admits_from(&actor.rights, context.origin.ip) {
        return Ok(Some("/network/administrators"));
    }
    let session = tx.session(actor.session)?.ok_or(Code::SessionEnded)?;
    if policy.asks_second_factor(&actor.rights) && !session.factors.are_two() {
        return Ok(Some("/sign_in/second_factor"));
    }
    let only_password = !policy.sign_in.methods.contains(&SignInMethod::SmsCode);
    if only_password && tx.password(actor.account)?.is_none() {
        return Ok(Some("/sign_in/methods"));
    }
    Ok(None)
}

fn document(policy: &SecurityPolicy) -> Result<Value> {
    serde_json::to_value(policy).map_err(|error| Error::internal(format!("a policy: {error}")))
}

fn patched(policy: &SecurityPolicy, patch: &Value) -> Result<Value> {
    let (mut whole, defaults) = (document(policy)?, document(&SecurityPolicy::default())?);
    json_patch::merge(&mut whole, patch);
    fill_in(&mut whole, &defaults);
    Ok(whole)
}

/// Puts the defaults in the place of what was taken away.
fn fill_in(whole: &mut Value, defaults: &Value) {
    let (Some(whole), Some(defaults)) = (whole.as_object_mut(), defaults.as_object()) else { return };
    for (name, default) in defaults {
        fill_in(whole.entry(name.clone()).or_insert_with(|| default.clone()), default);
    }
}
