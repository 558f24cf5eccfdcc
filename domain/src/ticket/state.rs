//! Where a ticket stands, and who moves it.
//!
//! `open` waits for an operator, `answered` for whoever asked. A resolved one opens again when either side writes, for a
//! week; then it is closed for good.

use crate::named::named;
use chrono::{DateTime, Duration, Utc};

/// How long a resolved ticket can be opened again.
const REOPENS: Duration = Duration::days(7);

named! {
    /// Where a ticket stands.
    TicketState {
        /// An operator has to answer.
        Open "open";
        /// Whoever asked has an answer.
        Answered "answered";
        /// It is settled, and opens again when somebody writes.
        Resolved "resolved";
        /// It is settled for good.
        Closed "closed";
    }
}

impl TicketState {
    /// Until when something must have been resolved in order to be closed now.
    #[must_use]
    pub fn closed_since(now: DateTime<Utc>) -> DateTime<Utc> {
        now - REOPENS
    }
}

/// Where a ticket stands, as it is kept: that a resolved one is closed is a matter of time alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// An operator has to answer.
    Open,
    /// Whoever asked has an answer.
    Answered,
    /// It is settled.
    Resolved {
        /// Since when.
        at: DateTime<Utc>,
    },
}

impl Kept {
    pub(super) fn state(self, now: DateTime<Utc>) -> TicketState {
        match self {
            Self::Open => TicketState::Open,
            Self::Answered => TicketState::Answered,
            Self::Resolved { at } if at <= TicketState::closed_since(now) => TicketState::Closed,
            Self::Resolved { .. } => TicketState::Resolved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_closes_what_was_resolved() {
        let at = DateTime::UNIX_EPOCH;
        let after = |time: Duration| Kept::Resolved { at }.state(at + time);
        assert_eq!(after(Duration::zero()), TicketState::Resolved);
        assert_eq!(after(REOPENS - Duration::microseconds(1)), TicketState::Resolved);
        assert_eq!(after(REOPENS), TicketState::Closed);
        assert_eq!(Kept::Answered.state(at + REOPENS * 9), TicketState::Answered);
    }
}
