//! Who the rows of a spreadsheet are about, and whom they name.

use super::cell::Cells;
use super::path::Paths;
use super::{Heading, SheetRow};
use crate::context::Context;
use crate::error::Result;
use crate::id::MemberId;
use crate::member::{Held, MemberState, MemberStore};
use crate::phone::MobileNumber;
use std::collections::{HashMap, HashSet};

/// A row as far as it is known before others are.
pub(super) struct Surveyed {
    pub(super) member: MemberId,
    /// Whether the member is there already.
    pub(super) there: bool,
    /// How its leader is called, until that one is found.
    pub(super) leader: Option<String>,
    pub(super) led_by: Option<MemberId>,
    /// Whether an earlier row is about the same member.
    pub(super) repeated: bool,
}

/// What is known of all rows before any is planned.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) rows: Vec<Surveyed>,
    /// Who is there and has a row.
    taken: HashSet<MemberId>,
    /// Who is there and is named by a row, at least by a number.
    pub(super) named: HashSet<MemberId>,
    userids: HashMap<String, MemberId>,
    mobiles: HashMap<String, MemberId>,
}

impl Survey {
    /// Finds out who some rows are about, and which departments they name.
    pub(super) fn add(
        &mut self,
        tx: &mut impl MemberStore,
        context: &Context<'_>,
        (rows, columns): (&[SheetRow], &[Heading]),
        paths: &mut Paths,
    ) -> Result<()> {
        let read: Vec<Named> = rows.iter().map(|row| Named::read(&Cells::new(row, columns), paths)).collect();
        let asked: Vec<Held> = read.iter().flat_map(Named::held).collect();
        let there: HashMap<Held, MemberId> =
            tx.holders(&asked)?.into_iter().map(|(held, member, _)| (held, member)).collect();
        for row in read {
            // A userid says who is meant; a number does where there is none.
            let holders: Vec<Option<MemberId>> = row.held().map(|held| there.get(&held).copied()).collect();
            let found = holders.first().copied().flatten();
            // Whoever is not absent in one way or the other does not leave.
            self.named.extend(holders.into_iter().flatten());
            let member = found.unwrap_or_else(|| context.id());
            if let Some(userid) = row.userid {
                self.userids.entry(userid).or_insert(member);
            }
            if let Some(mobile) = row.mobile {
                self.mobiles.entry(mobile).or_insert(member);
            }
            let repeated = found.is_some() && !self.taken.insert(member);
            let there = found.is_some();
            self.rows.push(Surveyed { member, there, leader: row.leader, led_by: None, repeated });
        }
        Ok(())
    }

    /// Finds those whom the rows name as leaders: in the spreadsheet, or there already.
    pub(super) fn find_leaders(&mut self, tx: &mut impl MemberStore) -> Result<()> {
        let mut elsewhere: HashMap<Held, Option<MemberId>> = HashMap::new();
        let named = |leader: &str| {
            let mobile = MobileNumber::parse(leader).ok().map(|mobile| mobile.as_str().to_owned());
            (leader.trim().to_ascii_lowercase(), mobile)
        };
        for row in &mut self.rows {
            let Some(leader) = &row.leader else { continue };
            let (userid, mobile) = named(leader);
            let here = self.userids.get(&userid).or_else(|| self.mobiles.get(mobile.as_ref()?));
            row.led_by = here.copied();
            if here.is_none() {
                elsewhere.insert(Held::Userid(userid), None);
                elsewhere.extend(mobile.map(|mobile| (Held::Mobile(mobile), None)));
            }
        }
        let asked: Vec<Held> = elsewhere.keys().cloned().collect();
        for (held, member, state) in tx.holders(&asked)? {
            if state != MemberState::Departed {
                elsewhere.insert(held, Some(member));
            }
        }
        for row in self.rows.iter_mut().filter(|row| row.led_by.is_none()) {
            let Some(leader) = &row.leader else { continue };
            let (userid, mobile) = named(leader);
            let known = |held: Held| elsewhere.get(&held).copied().flatten();
            row.led_by = known(Held::Userid(userid)).or_else(|| known(Held::Mobile(mobile?)));
        }
        Ok(())
    }
}

/// What a row names.
struct Named {
    userid: Option<String>,
    mobile: Option<String>,
    leader: Option<String>,
}

impl Named {
    fn read(cells: &Cells<'_>, paths: &mut Paths) -> Self {
        if let Some(Ok(named)) = cells.departments() {
            named.iter().for_each(|path| paths.add(path));
        }
        Self {
            userid: cells.userid().map(|userid| userid.key()),
            mobile: cells.mobile().map(|mobile| mobile.as_str().to_owned()),
            leader: cells.leader().map(str::to_owned),
        }
    }

    fn held(&self) -> impl Iterator<Item = Held> + use<> {
        let userid = self.userid.clone().map(Held::Userid);
        userid.into_iter().chain(self.mobile.clone().map(Held::Mobile))
    }
}
