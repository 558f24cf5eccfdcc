//! The machine by its golden matrix, and what the matrix does not show.

use super::*;
use chrono::{Duration, FixedOffset};
use std::fmt::Write;
use uuid::Uuid;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn terms() -> Terms {
    Terms {
        review: Duration::days(3),
        response: Duration::days(30),
        claim: Duration::minutes(30),
        validity: Duration::days(365),
        zone: FixedOffset::east_opt(8 * 3600).unwrap(),
    }
}

fn submission() -> Submission {
    Submission { attempt: 1, by: Uuid::nil().into(), at: NOW, due_at: NOW + Duration::days(3) }
}

/// One of each, made by the compiler's help: a new variant must be added to the match.
fn every_state() -> Vec<State> {
    let submission = submission();
    let states = vec![
        State::Draft,
        State::Submitted(submission),
        State::InReview { submission, claim: None },
        State::InformationRequested { submission, decided_at: NOW, respond_by: NOW + Duration::days(30) },
        State::Approved { submission, decided_at: NOW },
        State::Rejected { submission, decided_at: NOW, retryable: true },
        State::Rejected { submission, decided_at: NOW, retryable: false },
        State::Withdrawn { submission, at: NOW },
        State::Expired { submission, at: NOW },
    ];
    for state in &states {
        match state {
            State::Draft
            | State::Submitted(_)
            | State::InReview { .. }
            | State::InformationRequested { .. }
            | State::Approved { .. }
            | State::Rejected { .. }
            | State::Withdrawn { .. }
            | State::Expired { .. } => {}
        }
    }
    states
}

fn apply(state: State, action: Action) -> Result<State, Illegal> {
    let (member, operator) = (Uuid::nil().into(), Uuid::nil().into());
    match action {
        Action::Edit => state.require(Action::Edit).map(|()| state),
        Action::Submit => state.submit(member, NOW, &terms()),
        Action::Withdraw => state.withdraw(NOW),
        Action::Claim => state.claimed(operator, NOW, &terms()),
        Action::Release => state.released(),
        Action::RequestInformation => state.request_information(NOW, &terms()),
        Action::Approve => state.approve(NOW),
        Action::Reject => state.reject(NOW, true),
    }
}

/// The golden matrix: every state, every action, what comes of it.
#[test]
fn state_by_action() {
    let mut matrix = String::new();
    for state in every_state() {
        let name = match state {
            State::Rejected { retryable: false, .. } => "rejected (final)",
            _ => state.name(),
        };
        write!(matrix, "{name:22}").unwrap();
        for action in Action::ALL {
            let cell = apply(state, action).map_or("-", |next| next.name());
            write!(matrix, " {cell:22}").unwrap();
        }
        matrix.truncate(matrix.trim_end().len());
        matrix.push('\n');
    }
    // Columns: edit, submit, withdraw, claim, release, request_information, approve, reject.
    assert_eq!(matrix, include_str!("state_by_action.txt"));
}

#[test]
fn a_refusal_names_what_is_allowed() {
    let illegal = State::Draft.approve(NOW).unwrap_err();
    assert_eq!(illegal, Illegal { state: "draft", allowed: vec![Action::Edit, Action::Submit] });
}

#[test]
fn attempts_count_up() {
    let state = State::Draft.submit(Uuid::nil().into(), NOW, &terms()).unwrap();
    let state = state.withdraw(NOW).unwrap().submit(Uuid::nil().into(), NOW, &terms()).unwrap();
    assert_eq!(state.submission().map(|s| s.attempt), Some(2));
}

#[test]
fn a_claim_ends_by_itself() {
    let state = State::Submitted(submission()).claimed(Uuid::nil().into(), NOW, &terms()).unwrap();
    assert!(state.claim(NOW + Duration::minutes(29)).is_some());
    assert!(state.claim(NOW + Duration::minutes(30)).is_none());
}

#[test]
fn an_answer_that_does_not_come_expires() {
    let asked =
        State::InReview { submission: submission(), claim: None }.request_information(NOW, &terms()).unwrap();
    assert_eq!(asked.at(NOW + Duration::days(29)).name(), "information_requested");
    assert_eq!(asked.at(NOW + Duration::days(30)).name(), "expired");
}
