//! Whom and which departments somebody sees. Everybody sees the whole directory, but for what is hidden: departments with all that is below
//! them, members, and who left. Those in a hidden department see it, and so does whoever may see what is hidden there.

use super::{AccessStore, Permission, Reach, Rights};
use crate::actor::MemberActor;
use crate::department::Path;
use crate::error::{Code, Result};
use crate::id::MemberId;
use std::collections::HashSet;

/// What of an organization somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Whose it is: everybody sees themselves.
    pub member: MemberId,
    /// Where they see what is hidden as well.
    pub open: Reach,
    /// The departments that are hidden from them, wherever that is not so.
    pub hidden: Reach,
}

impl Sight {
    /// Whether they see everything.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.open.is_everywhere()
    }

    /// Whether they see a department.
    #[must_use]
    pub fn sees(&self, department: &Path) -> bool {
        self.open.covers(department) || !self.hidden.covers(department)
    }

    /// Whom of some members they see.
    pub(crate) fn among(&self, tx: &mut impl AccessStore, members: &[MemberId]) -> Result<Those> {
        if self.is_full() { Ok(Those::All) } else { Ok(Those::Only(tx.seen(self, members)?)) }
    }
}

/// What somebody sees.
///
/// # Errors
/// When the store fails.
pub fn sight(tx: &mut impl AccessStore, actor: &MemberActor) -> Result<Sight> {
    sight_of(tx, actor.member, &actor.rights)
}

/// What a member sees who has some rights.
pub(crate) fn sight_of(tx: &mut impl AccessStore, member: MemberId, rights: &Rights) -> Result<Sight> {
    let open = rights.reach(Permission::HiddenRead).into_owned();
    if open.is_everywhere() {
        return Ok(Sight { member, open, hidden: Reach::nowhere() });
    }
    let mut hidden = tx.hidden_departments()?;
    if !hidden.is_empty() {
        // Where they are, and whatever shares its people with those departments.
        let mut places = tx.shared_with(member)?;
        places.extend(tx.whereabouts(&[member])?.into_iter().map(|(_, path)| path));
        hidden.retain(|path| !places.iter().any(|place| path.covers(place)));
    }
    Ok(Sight { member, open, hidden: hidden.into_iter().collect() })
}

/// Refuses whoever does not see a department, as if there were none.
pub(crate) fn require_seen(tx: &mut impl AccessStore, actor: &MemberActor, department: &Path) -> Result<()> {
    if sight(tx, actor)?.sees(department) { Ok(()) } else { Err(Code::NotFound.into()) }
}

/// Some of the members that were asked about.
#[derive(Debug)]
pub(crate) enum Those {
    /// All of them.
    All,
    /// These.
    Only(HashSet<MemberId>),
}

impl Those {
    /// Whether one is among them.
    pub(crate) fn has(&self, member: MemberId) -> bool {
        match self {
            Self::All => true,
            Self::Only(some) => some.contains(&member),
        }
    }
}
