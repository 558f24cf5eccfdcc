//! The golden matrix: in every state, for every action, what comes of it and who may do it. A change of the rules shows here,
//! in review.

use super::*;
use crate::access::BuiltInRole;
use crate::actor::OperatorRole;
use crate::certification::state::tests::{NOW, apply, every_state};
use crate::certification::{Claim, StateName};
use chrono::Duration;
use std::fmt::Write;
use uuid::Uuid;

/// How an operator of the matrix stands to the case.
#[derive(Clone, Copy, PartialEq)]
enum Tie {
    None,
    Holder,
    Proposer,
    Insider,
}

/// Why an operator is refused, in a word that fits its column.
fn word(refused: Result<()>) -> &'static str {
    match refused {
        Ok(()) => "yes",
        Err(error) => match error.code() {
            Code::Forbidden => "role",
            Code::ActionNotAllowed => "state",
            Code::ReviewClaimed => "claimed",
            Code::ClaimLost => "no claim",
            Code::OwnOrganization => "own",
            Code::SecondReviewerRequired => "second",
            other => other.name(),
        },
    }
}

fn operator(state: &State, role: OperatorRole, tie: Tie, action: Action) -> &'static str {
    let [me, somebody] = [1, 2].map(|id| Uuid::from_u128(id).into());
    let (mine, expires_at) = (|tied: bool| if tied { me } else { somebody }, NOW + Duration::minutes(5));
    let state = match *state {
        State::InReview { submission, .. } => {
            let holder = mine(tie == Tie::Holder);
            State::InReview { submission, claim: Some(Claim { holder, expires_at }) }
        }
        State::AwaitingConfirmation { submission, proposed_at, .. } => {
            let proposed_by = mine(tie == Tie::Proposer);
            State::AwaitingConfirmation { submission, proposed_by, proposed_at }
        }
        other => other,
    };
    let actor = OperatorActor { operator: me, role, session: Uuid::nil().into() };
    word(permit(&state, &actor, tie == Tie::Insider, action, NOW))
}

fn member(state: &State, role: BuiltInRole, action: Action) -> &'static str {
    if role.permissions().has(action.permission()) {
        word(state.require(action).map_err(Into::into))
    } else {
        "role"
    }
}

#[test]
fn who_may_do_what() {
    use OperatorRole::{PlatformAdmin, Reviewer, SeniorReviewer, Support};
    let mut matrix = String::new();
    let header = [
        "owner", "member", "reviewer", "+claim", "senior", "+claim", "proposer", "insider", "support",
        "admin",
    ];
    write!(matrix, "{:22} {:20} {:22} {:6} {:6}", "state", "action", "becomes", header[0], header[1])
        .unwrap();
    for name in &header[2..] {
        write!(matrix, " {name:8}").unwrap();
    }
    matrix.truncate(matrix.trim_end().len());
    matrix.push('\n');
    for state in every_state() {
        let name = match state {
            State::Rejected { retryable: false, .. } => "rejected (final)",
            _ => state.name(),
        };
        for action in Action::ALL.iter().copied() {
            let next = match apply(state, action) {
                Ok(State::Rejected { retryable: false, .. }) => "rejected (final)",
                Ok(next) => next.name(),
                Err(_) => "-",
            };
            write!(matrix, "{name:22} {:20} {next:22}", action.name()).unwrap();
            for role in [BuiltInRole::Owner, BuiltInRole::Member] {
                write!(matrix, " {:6}", member(&state, role, action)).unwrap();
            }
            for (role, tie) in [
                (Reviewer, Tie::None),
                (Reviewer, Tie::Holder),
                (SeniorReviewer, Tie::None),
                (SeniorReviewer, Tie::Holder),
                (SeniorReviewer, Tie::Proposer),
                (SeniorReviewer, Tie::Insider),
                (Support, Tie::None),
                (PlatformAdmin, Tie::None),
            ] {
                write!(matrix, " {:8}", operator(&state, role, tie, action)).unwrap();
            }
            matrix.truncate(matrix.trim_end().len());
            matrix.push('\n');
        }
    }
    assert_eq!(matrix, include_str!("who_may_do_what.txt"));
}

/// Every name of a state has its rows.
#[test]
fn no_state_is_left_out() {
    for name in StateName::ALL {
        assert!(every_state().iter().any(|state| state.kind() == *name), "{}", name.name());
    }
}
