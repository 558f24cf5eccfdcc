//! The machine by its golden matrix, and what the matrix does not show.

use super::*;
use crate::reference::Calendar;
use chrono::Duration;
use uuid::Uuid;

/// Monday morning.
pub(crate) const NOW: DateTime<Utc> = DateTime::from_timestamp(1_795_399_200, 0).unwrap();

fn proposer() -> OperatorId {
    Uuid::from_u128(7).into()
}

pub(crate) fn terms() -> Terms {
    Terms {
        reads_licenses: false,
        evidence: Vec::new(),
        identity_images: Duration::days(30),
        documents: Duration::days(90),
        review: Duration::days(3),
        response: Duration::days(30),
        claim: Duration::minutes(30),
        validity: Duration::days(365),
        grace: Duration::days(30),
        calendar: Calendar::shipped().unwrap(),
    }
}

fn submission() -> Submission {
    Submission {
        attempt: 1,
        by: Uuid::nil().into(),
        at: NOW,
        left: Duration::days(3),
        due_at: NOW + Duration::days(3),
        provisional: false,
    }
}

/// One of each, made by the compiler's help: a new variant must be added to the match.
pub(crate) fn every_state() -> Vec<State> {
    let submission = submission();
    let states = vec![
        State::Draft,
        State::Submitted(submission),
        State::InReview { submission, claim: None },
        State::AwaitingConfirmation { submission, proposed_by: proposer(), proposed_at: NOW },
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
            | State::AwaitingConfirmation { .. }
            | State::InformationRequested { .. }
            | State::Approved { .. }
            | State::Rejected { .. }
            | State::Withdrawn { .. }
            | State::Expired { .. } => {}
        }
    }
    states
}

/// What comes of an action. Proposals are rejections for good.
pub(crate) fn apply(state: State, action: Action) -> Result<State, Illegal> {
    let (member, operator, terms) = (Uuid::nil().into(), Uuid::nil().into(), terms());
    match action {
        Action::Edit => state.require(Action::Edit).map(|()| state),
        Action::Submit => state.submit(member, NOW, &terms),
        Action::Withdraw => state.withdraw(NOW),
        Action::Claim => state.claimed(operator, NOW, &terms),
        Action::Release => state.released(),
        Action::Assign => state.assigned(operator, NOW, &terms),
        Action::RequestInformation => state.decided(Outcome::RequestInformation, false, NOW, &terms),
        Action::Approve => state.decided(Outcome::Approve, false, NOW, &terms),
        Action::Reject => state.decided(Outcome::Reject, false, NOW, &terms),
        Action::Confirm => state.confirmed(Outcome::Reject, true, NOW, &terms),
        Action::Decline => state.declined(),
    }
}

#[test]
fn a_refusal_names_what_is_allowed() {
    let illegal = apply(State::Draft, Action::Withdraw).unwrap_err();
    assert_eq!(illegal, Illegal { state: "draft", allowed: vec![Action::Edit, Action::Submit] });
    let submission = submission();
    let proposed = State::AwaitingConfirmation { submission, proposed_by: proposer(), proposed_at: NOW };
    let illegal = apply(proposed, Action::Edit).unwrap_err();
    assert_eq!(illegal, Illegal { state: "in_review", allowed: vec![Action::Withdraw] });
    let illegal = apply(proposed, Action::Approve).unwrap_err();
    let allowed = vec![Action::Confirm, Action::Decline];
    assert_eq!(illegal, Illegal { state: "awaiting_confirmation", allowed });
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
    let asked = apply(State::InReview { submission: submission(), claim: None }, Action::RequestInformation);
    let asked = asked.unwrap();
    assert_eq!(asked.at(NOW + Duration::days(29)).name(), "information_requested");
    assert_eq!(asked.at(NOW + Duration::days(30)).name(), "expired");
}

#[test]
fn what_was_proposed_is_no_decision_yet() {
    let in_review = State::InReview { submission: submission(), claim: None };
    let proposed = in_review.proposed(Outcome::Reject, proposer(), NOW).unwrap();
    assert_eq!(proposed.name(), "awaiting_confirmation");
    assert_eq!(proposed.kind().told_to_applicant(), StateName::InReview);
    assert_eq!(proposed.declined().unwrap(), in_review);
    let rejected = proposed.confirmed(Outcome::Reject, true, NOW, &terms()).unwrap();
    assert!(matches!(rejected, State::Rejected { retryable: false, .. }));
    let approved = proposed.confirmed(Outcome::Approve, false, NOW, &terms()).unwrap();
    assert_eq!(approved.name(), "approved");
    assert!(
        in_review
            .proposed(Outcome::Approve, proposer(), NOW)
            .unwrap()
            .confirmed(Outcome::RequestInformation, false, NOW, &terms())
            .is_ok()
    );
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn due(state: State) -> DateTime<Utc> {
    state.submission().unwrap().due_at
}

/// Submitted the day before the National Day holidays of 2026; asked back the next worked day, which is the day after them;
/// answered on Friday evening, before a Saturday that is worked in place of a holiday.
#[test]
fn the_clock_stands_still_while_the_applicant_is_asked_and_on_holidays() {
    let (terms, by) = (terms(), Uuid::nil().into());
    let submitted = State::Draft.submit(by, at("2026-09-30T12:00:00+08:00"), &terms).unwrap();
    assert_eq!(due(submitted), at("2026-10-10T12:00:00+08:00"));
    let half = submitted.submission().unwrap().half_at(&terms);
    assert_eq!(half, Some(at("2026-10-09T00:00:00+08:00")));
    let claimed = submitted.claimed(Uuid::nil().into(), at("2026-10-08T11:00:00+08:00"), &terms).unwrap();
    let asked =
        claimed.decided(Outcome::RequestInformation, false, at("2026-10-08T12:00:00+08:00"), &terms).unwrap();
    // A day of work was used; two are left, however long the answer takes.
    let answered = asked.submit(by, at("2026-10-09T18:00:00+08:00"), &terms).unwrap();
    assert_eq!(due(answered), at("2026-10-12T18:00:00+08:00"));
    let late = asked.submit(by, at("2026-10-30T18:00:00+08:00"), &terms).unwrap();
    assert_eq!(due(late), at("2026-11-03T18:00:00+08:00"));
}

#[test]
fn an_answer_is_given_a_day_at_least_and_another_submission_all_of_it() {
    let (terms, by) = (terms(), Uuid::nil().into());
    let submitted = State::Draft.submit(by, at("2026-11-23T10:00:00+08:00"), &terms).unwrap();
    let late = at("2026-11-27T10:00:00+08:00");
    let claimed = submitted.claimed(Uuid::nil().into(), late, &terms).unwrap();
    let asked = claimed.decided(Outcome::RequestInformation, false, late, &terms).unwrap();
    let answered = asked.submit(by, at("2026-11-27T18:00:00+08:00"), &terms).unwrap();
    assert_eq!(due(answered), at("2026-11-30T18:00:00+08:00"));
    assert_eq!(answered.submission().unwrap().half_at(&terms), None);
    let withdrawn = answered.withdraw(late).unwrap();
    let again = withdrawn.submit(by, at("2026-11-30T09:00:00+08:00"), &terms).unwrap();
    assert_eq!(due(again), at("2026-12-03T09:00:00+08:00"));
}

#[test]
fn a_newer_calendar_moves_what_was_provisional() {
    let (old, mut new) = (terms(), terms());
    let submitted = State::Draft.submit(Uuid::nil().into(), at("2026-12-31T10:00:00+08:00"), &old).unwrap();
    assert!(submitted.submission().unwrap().provisional);
    assert_eq!(due(submitted), at("2027-01-05T10:00:00+08:00"));
    new.calendar = Calendar::from_json(
        r#"{"zone":"Asia/Shanghai","years":[{"year":2026,"source":"","off":[],"work":[]},
            {"year":2027,"source":"","off":["2027-01-01/2027-01-03"],"work":["2027-01-09"]}]}"#,
    )
    .unwrap();
    let reckoned = submitted.reckoned(&new);
    assert!(!reckoned.submission().unwrap().provisional);
    assert_eq!(due(reckoned), at("2027-01-06T10:00:00+08:00"));
}
