//! Whom and which departments somebody sees. Everybody sees the whole directory, but for what is hidden: departments with all that is below
//! them, members, and who left. Those in a hidden department see it, and so does whoever may see what is hidden there.

use super::{AccessStore, Holder, Permission, Reach, Rights};
use crate::actor::MemberActor;
use crate::department::Path;
use crate::error::{Code, Result};
use crate::id::{DepartmentId, MemberId};
use std::collections::HashSet;

/// What an organization hides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Where the hidden departments stand.
    pub departments: Vec<Path>,
    /// Whether there are hidden members.
    pub members: bool,
}

/// What is shared with somebody, none of it below another part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// These departments.
    pub tops: Reach,
    /// But for these below them, which are hidden in turn.
    pub hidden: Reach,
}

impl Shared {
    fn covers(&self, department: &Path) -> bool {
        self.tops.covers(department) && !self.hidden.covers(department)
    }

    /// Sorts what is shared by how much else that is shared stands above it: what is hidden below something is seen where it is shared itself.
    fn layers(mut rest: Vec<Path>, hidden: &[Path]) -> Vec<Self> {
        let mut layers = Vec::new();
        while !rest.is_empty() {
            let tops: Reach = rest.iter().cloned().collect();
            let outermost = |path: &Path| tops.departments().binary_search(path).is_ok();
            let below = |path: &&Path| tops.covers(path) && !outermost(path);
            let hidden = hidden.iter().filter(below).cloned().collect();
            rest.retain(|path| !outermost(path));
            layers.push(Self { tops, hidden });
        }
        layers
    }
}

/// What of an organization somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Whose it is: everybody sees themselves.
    pub member: MemberId,
    /// Where they see what is hidden as well.
    pub open: Reach,
    /// The departments that are hidden from them, wherever that is not so.
    pub hidden: Reach,
    /// What of those is shared with them nevertheless.
    pub shared: Vec<Shared>,
    /// Whether any members are hidden.
    pub members: bool,
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
        self.open.covers(department)
            || !self.hidden.covers(department)
            || self.shared.iter().any(|shared| shared.covers(department))
    }

    /// That of somebody who sees everything.
    #[must_use]
    pub fn full(member: MemberId) -> Self {
        let (open, hidden) = (Reach::everywhere(), Reach::nowhere());
        Self { member, open, hidden, shared: Vec::new(), members: false }
    }

    /// Whether nothing is hidden from them but who left.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.is_full() || (self.hidden.is_nowhere() && !self.members)
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
        return Ok(Sight::full(member));
    }
    let Hidden { departments: mut hidden, members } = tx.hidden()?;
    let mut shared = Vec::new();
    if !hidden.is_empty() {
        let places: Vec<Path> = tx.whereabouts(&[member])?.into_iter().map(|(_, path)| path).collect();
        hidden.retain(|path| !places.iter().any(|place| path.covers(place)));
        // What is shared is seen as its people see it: with what is below it, but for what is hidden there.
        let mut paths = tx.shared_with(member)?;
        paths.retain(|path| hidden.iter().any(|hidden| hidden.covers(path)));
        shared = Shared::layers(paths, &hidden);
    }
    Ok(Sight { member, open, hidden: hidden.into_iter().collect(), shared, members })
}

/// What some holders are called, of those whom somebody sees.
///
/// # Errors
/// When the store fails.
pub fn names_seen(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    holders: &[Holder],
) -> Result<Vec<(Holder, String)>> {
    let sight = sight(tx, actor)?;
    let mut names = tx.holder_names(holders)?;
    if sight.is_full() {
        return Ok(names);
    }
    let (mut members, mut departments) = (Vec::new(), Vec::new());
    for holder in holders {
        match holder {
            Holder::Member(id) => members.push(*id),
            Holder::Department(id) => departments.push(*id),
            Holder::Tag(_) => {}
        }
    }
    let members = sight.among(tx, &members)?;
    let departments: HashSet<DepartmentId> =
        tx.paths(&departments)?.into_iter().filter(|(_, path)| sight.sees(path)).map(|(id, _)| id).collect();
    let tags = actor.rights.everywhere(Permission::TagRead);
    names.retain(|(holder, _)| match holder {
        Holder::Member(id) => members.has(*id),
        Holder::Department(id) => departments.contains(id),
        Holder::Tag(_) => tags,
    });
    Ok(names)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn paths() -> impl Strategy<Value = Vec<Path>> {
        let one = prop::collection::vec(1..4_i64, 1..5)
            .prop_map(|numbers| numbers.iter().fold(Path::root(), |path, number| path.below(*number)));
        prop::collection::vec(one, 0..8)
    }

    proptest! {
        /// A department that is shared is seen with what is below it, but for what is hidden between the two.
        #[test]
        fn what_is_shared_is_seen_but_for_what_is_hidden_in_it(shared in paths(), hidden in paths(), asked in paths()) {
            let sight = Sight {
                member: uuid::Uuid::nil().into(),
                open: Reach::nowhere(),
                hidden: hidden.iter().cloned().collect(),
                shared: Shared::layers(shared.clone(), &hidden),
                members: false,
            };
            for one in &asked {
                let between = |top: &Path| hidden.iter().any(|path| path.covers(one) && top.covers(path) && top != path);
                let seen = shared.iter().any(|top| top.covers(one) && !between(top));
                prop_assert_eq!(sight.sees(one), seen || !hidden.iter().any(|path| path.covers(one)));
            }
        }
    }
}
