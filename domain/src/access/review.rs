//! Who has which rights, for whoever has to answer for that: since when and by what, what of it nobody uses, what ends soon, and what
//! should not be in one hand.

use super::{AccessStore, BuiltInRole, Grant, Holder, Holding, Permission, PermissionSet, holdings, require};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::department::DepartmentStore;
use crate::error::Result;
use crate::id::MemberId;
use crate::journal::{Entry, Journal};
use crate::named::named;
use chrono::{DateTime, Duration, Utc};
use std::collections::HashMap;

/// What ends so soon is told of.
const SOON: Duration = Duration::days(30);
/// What was not used for so long is told of.
const IDLE: Duration = Duration::days(90);

named! {
    /// What there is to look at about a role that somebody has.
    Concern {
        /// It is over, and still stands there.
        Over "over";
        /// It ends within 30 days.
        EndsSoon "ends_soon";
        /// Nothing that it allows was used for 90 days.
        Unused "unused";
        /// Some of what it allows is only worth something for the whole organization, and it is not given everywhere.
        PartlyWithoutEffect "partly_without_effect";
        /// Whoever has it gives roles as well as auditing: what the one does, the other should see.
        GrantsAndAudits "grants_and_audits";
    }
}

/// A role that somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// Who has it.
    pub member: MemberId,
    /// Their name.
    pub name: String,
    /// What they have.
    pub holding: Holding,
    /// When something was used last that it allows, as far as days go; nothing if that never was.
    pub last_used: Option<DateTime<Utc>>,
    /// What there is to look at.
    pub concerns: Vec<Concern>,
}

/// The place of somebody in a review.
pub type ReviewSpot = (String, MemberId);

/// Remembers what people used of what they may do.
pub trait UseStore {
    /// Notes that members used permissions, at a moment.
    ///
    /// # Errors
    /// When the store fails.
    fn note_uses(&mut self, used: &[(MemberId, PermissionSet)], at: DateTime<Utc>) -> Result<()>;
    /// When some members used what last.
    ///
    /// # Errors
    /// When the store fails.
    fn uses(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, Permission, DateTime<Utc>)>>;
}

/// A page of people, with every role that they have by assignments; and the place of the last of them.
///
/// # Errors
/// `forbidden`.
pub fn review(
    tx: &mut (impl AccessStore + DepartmentStore + UseStore),
    context: &Context<'_>,
    actor: &MemberActor,
    after: Option<&ReviewSpot>,
    limit: u32,
) -> Result<Vec<(ReviewSpot, Vec<Reviewed>)>> {
    require(actor, Permission::AccessRead)?;
    let spots = tx.holders_of_roles(None, after, limit)?;
    let ids: Vec<MemberId> = spots.iter().map(|(_, id)| *id).collect();
    let mut held = holdings(tx, &ids)?;
    let members: Vec<Holder> = ids.iter().copied().map(Holder::Member).collect();
    let names: HashMap<Holder, String> = tx.holder_names(&members)?.into_iter().collect();
    let mut used: HashMap<(MemberId, Permission), DateTime<Utc>> = HashMap::new();
    for (member, permission, at) in tx.uses(&ids)? {
        used.insert((member, permission), at);
    }
    let reviewed = |spot: ReviewSpot| {
        let id = spot.1;
        let name = names.get(&Holder::Member(id)).cloned().unwrap_or_default();
        let theirs = held.remove(&id).unwrap_or_default();
        let both = grants_and_audits(&theirs, context.now);
        let of = |holding: Holding| {
            let allows = special(&holding.grant);
            let last_used = allows.iter().filter_map(|one| used.get(&(id, one))).max().copied();
            let concerns = concerns(&holding, (last_used, both), context.now);
            Reviewed { member: id, name: name.clone(), holding, last_used, concerns }
        };
        (spot, theirs.into_iter().map(of).collect())
    };
    Ok(spots.into_iter().map(reviewed).collect())
}

/// Begins to take a review out as a file, which the journal remembers.
///
/// # Errors
/// `forbidden`.
pub fn begin_review_export(tx: &mut impl Journal, context: &Context<'_>, actor: &MemberActor) -> Result<()> {
    require(actor, Permission::AccessRead)?;
    tx.record(
        context,
        &actor.into(),
        Entry::new("access.review_exported", "tenant", actor.tenant).of(actor.tenant),
    )
}

/// What a role allows that not everybody may.
fn special(grant: &Grant) -> PermissionSet {
    let everybody = BuiltInRole::Member.permissions();
    grant.permissions.iter().filter(|one| !everybody.has(*one)).collect()
}

fn concerns(
    holding: &Holding,
    (last_used, both): (Option<DateTime<Utc>>, bool),
    now: DateTime<Utc>,
) -> Vec<Concern> {
    let (assignment, grant) = (&holding.assignment, &holding.grant);
    if !assignment.counts_at(now) {
        return vec![Concern::Over];
    }
    let mut found = Vec::new();
    if assignment.until.is_some_and(|until| until < now + SOON) {
        found.push(Concern::EndsSoon);
    }
    // That somebody looked is not noted of what everybody may look at, more or less of it.
    let noted = special(grant).iter().any(|one| one != Permission::HiddenRead);
    if noted && last_used.unwrap_or(assignment.granted_at).max(assignment.granted_at) < now - IDLE {
        found.push(Concern::Unused);
    }
    if !grant.reach.is_everywhere() && special(grant).iter().any(|one| !one.is_ranged()) {
        found.push(Concern::PartlyWithoutEffect);
    }
    if both && (grants(grant) || audits(grant)) {
        found.push(Concern::GrantsAndAudits);
    }
    found
}

fn grants(grant: &Grant) -> bool {
    grant.permissions.has(Permission::AccessManage)
}

fn audits(grant: &Grant) -> bool {
    grant.role == BuiltInRole::Auditor.id()
}

fn grants_and_audits(held: &[Holding], now: DateTime<Utc>) -> bool {
    let counts =
        |of: fn(&Grant) -> bool| held.iter().any(|one| one.assignment.counts_at(now) && of(&one.grant));
    counts(grants) && counts(audits)
}

#[cfg(test)]
mod tests {
    use super::super::{Assignment, Range, Reach, Role};
    use super::*;
    use crate::department::Path;
    use uuid::Uuid;

    fn held(role: BuiltInRole, reach: Reach, until: Option<i64>) -> Holding {
        let now = DateTime::UNIX_EPOCH;
        let assignment = Assignment {
            id: Uuid::nil().into(),
            role: role.id(),
            holder: Holder::Member(Uuid::nil().into()),
            range: Range::Everywhere,
            until: until.map(|days| now + Duration::days(days)),
            granted_by: Uuid::nil().into(),
            granted_at: now,
        };
        let grant = assignment.grant(&Role::BuiltIn(role), reach);
        Holding { assignment, grant }
    }

    fn day(days: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::days(days)
    }

    #[test]
    fn what_there_is_to_look_at() {
        let some: Reach = [Path::root().below(3)].into_iter().collect();
        let finance = || held(BuiltInRole::Finance, Reach::everywhere(), None);
        for (holding, used, now, expected) in [
            (finance(), None, day(90), vec![]),
            (finance(), None, day(91), vec![Concern::Unused]),
            (finance(), Some(day(50)), day(91), vec![]),
            (held(BuiltInRole::Finance, Reach::everywhere(), Some(40)), None, day(9), vec![]),
            (
                held(BuiltInRole::Finance, Reach::everywhere(), Some(40)),
                None,
                day(11),
                vec![Concern::EndsSoon],
            ),
            (held(BuiltInRole::Finance, Reach::everywhere(), Some(40)), None, day(40), vec![Concern::Over]),
            (
                held(BuiltInRole::Finance, some.clone(), None),
                None,
                day(1),
                vec![Concern::PartlyWithoutEffect],
            ),
            (held(BuiltInRole::DepartmentManager, some, None), None, day(1), vec![]),
        ] {
            assert_eq!(concerns(&holding, (used, false), now), expected, "{holding:?} {now}");
        }
    }

    #[test]
    fn who_gives_roles_does_not_audit_too() {
        let (gives, audits) = (
            held(BuiltInRole::Administrator, Reach::everywhere(), Some(5)),
            held(BuiltInRole::Auditor, Reach::everywhere(), None),
        );
        let both = [gives.clone(), audits.clone()];
        assert!(grants_and_audits(&both, day(1)));
        assert!(!grants_and_audits(&both, day(5)));
        assert!(!grants_and_audits(&both[..1], day(1)) && !grants_and_audits(&both[1..], day(1)));
        assert_eq!(concerns(&audits, (None, true), day(1)), vec![Concern::GrantsAndAudits]);
    }
}
