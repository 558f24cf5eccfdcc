//! Serial numbers of the organization's own devices, imported in bulk from whatever manages them.

use super::MemberDeviceStore;
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Faults, Place, Result, Violation};
use crate::id::MemberId;
use crate::journal::{Entry, Journal};
use chrono::{DateTime, Utc};

/// How many serials come at once.
const SERIALS_AT_ONCE: usize = 1000;

/// The serial number of a device: 4 to 64 letters, digits, `-`, `_`, `.` or `:`, without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(String);

impl Serial {
    /// Reads one.
    ///
    /// # Errors
    /// `format_invalid`.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let text = raw.trim().to_ascii_uppercase();
        let fits = (4..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b));
        let wrong = || Violation::new(Code::FormatInvalid).with("expected", "C02XK0ABJG5J");
        if fits { Ok(Self(text)) } else { Err(wrong()) }
    }

    /// In capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A serial that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorporateSerial {
    /// The serial.
    pub serial: Serial,
    /// Who imported it.
    pub added_by: MemberId,
    /// When.
    pub added_at: DateTime<Utc>,
}

/// What came of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Import {
    /// How many serials were new.
    pub added: u64,
    /// How many were there already, or stood twice.
    pub known: u64,
}

/// Imports serials: a device that shows one is the organization's own and waits for nobody. All or none.
///
/// # Errors
/// `forbidden`; each serial that is none, at its place.
pub fn import_serials(
    tx: &mut (impl MemberDeviceStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    raw: &[String],
) -> Result<Import> {
    access::require(actor, Permission::DeviceManage)?;
    let mut faults = Faults::of(Place::Body);
    let parsed =
        raw.iter().enumerate().map(|(n, raw)| faults.at(&format!("/serials/{n}"), Serial::parse(raw)));
    let mut serials: Vec<Serial> = parsed.collect::<Vec<_>>().into_iter().flatten().collect();
    if raw.len() > SERIALS_AT_ONCE {
        faults.note("/serials", Violation::new(Code::ValueTooLong).with("max", SERIALS_AT_ONCE));
    }
    faults.finish()?;
    serials.sort();
    serials.dedup();
    let added = tx.insert_serials(&serials, actor.member, context.now)?;
    let known = (raw.len() as u64).saturating_sub(added);
    let entry = Entry::new("device.serials_imported", "tenant", actor.tenant).of(actor.tenant);
    let names: Vec<_> = serials.iter().map(Serial::as_str).collect();
    tx.record(context, &actor.into(), entry.change("serials", None::<String>, names))?;
    Ok(Import { added, known })
}

/// A page of the imported serials.
///
/// # Errors
/// `forbidden`.
pub fn list_serials(
    tx: &mut impl MemberDeviceStore,
    actor: &MemberActor,
    after: Option<&Serial>,
    limit: u32,
) -> Result<Vec<CorporateSerial>> {
    access::require(actor, Permission::DeviceRead)?;
    tx.serials(after, limit)
}

/// Forgets a serial; devices that came with it stay as they are.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn forget_serial(
    tx: &mut (impl MemberDeviceStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    raw: &str,
) -> Result<()> {
    access::require(actor, Permission::DeviceManage)?;
    let serial = Serial::parse(raw).map_err(|_| Code::NotFound)?;
    tx.delete_serial(&serial)?;
    let entry = Entry::new("device.serial_forgotten", "tenant", actor.tenant).of(actor.tenant);
    tx.record(context, &actor.into(), entry.change("serial", serial.as_str(), None::<String>))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_do_not_differ_in_case() {
        assert_eq!(Serial::parse(" c02xk0abjg5j ").unwrap().as_str(), "C02XK0ABJG5J");
        for wrong in ["", "abc", "a b c d", "序列号一二", &"A".repeat(65)] {
            assert!(Serial::parse(wrong).is_err(), "{wrong}");
        }
    }
}
