//! The state machine of an application. Each state holds what belongs to it; a transition consumes one state and gives the
//! next, or says what would have been allowed.

mod action;

pub use action::Action;

use super::{Outcome, Terms};
use crate::access::Permission;
use crate::error::{Code, Error};
use crate::id::{MemberId, OperatorId};
use crate::named::named;
use chrono::{DateTime, Duration, Utc};

/// The least working time that a reviewer has for what was sent again.
const SECOND_LOOK: Duration = Duration::days(1);

/// The submission that is being judged or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submission {
    /// Its number, from 1.
    pub attempt: u32,
    /// Who submitted it.
    pub by: MemberId,
    /// When.
    pub at: DateTime<Utc>,
    /// How much working time the platform had left when it came.
    pub left: Duration,
    /// Until when the platform means to decide: when that time has passed.
    pub due_at: DateTime<Utc>,
    /// Whether the holidays up to then were not all known when it was reckoned.
    pub provisional: bool,
}

impl Submission {
    /// When half of the time that the platform has in all will have passed; none when it had passed before.
    #[must_use]
    pub fn half_at(&self, terms: &Terms) -> Option<DateTime<Utc>> {
        let until_half = self.left - terms.review / 2;
        (until_half > Duration::zero()).then(|| terms.calendar.after(self.at, until_half))
    }

    /// The same, due by today's calendar.
    fn reckoned(self, terms: &Terms) -> Self {
        let due_at = terms.calendar.after(self.at, self.left);
        Self { due_at, provisional: !terms.calendar.covers(due_at), ..self }
    }
}

/// A reviewer's claim on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Who holds it.
    pub holder: OperatorId,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Where an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was never submitted.
    Draft,
    /// It waits for a reviewer.
    Submitted(Submission),
    /// A reviewer took it up; the claim may have been given up again.
    InReview {
        /// What is judged.
        submission: Submission,
        /// Who judges it.
        claim: Option<Claim>,
    },
    /// A reviewer decided, and it takes effect when a second one says so.
    AwaitingConfirmation {
        /// What is judged.
        submission: Submission,
        /// Who decided first.
        proposed_by: OperatorId,
        /// When.
        proposed_at: DateTime<Utc>,
    },
    /// The applicant has to send something again. The platform's time stands still meanwhile.
    InformationRequested {
        /// What was judged.
        submission: Submission,
        /// When that was asked for.
        decided_at: DateTime<Utc>,
        /// Until when an answer is waited for.
        respond_by: DateTime<Utc>,
    },
    /// It was approved.
    Approved {
        /// What was judged.
        submission: Submission,
        /// When.
        decided_at: DateTime<Utc>,
    },
    /// It was rejected.
    Rejected {
        /// What was judged.
        submission: Submission,
        /// When.
        decided_at: DateTime<Utc>,
        /// Whether it may be submitted again.
        retryable: bool,
    },
    /// The applicant took it back.
    Withdrawn {
        /// What was taken back.
        submission: Submission,
        /// When.
        at: DateTime<Utc>,
    },
    /// What was asked for did not come in time.
    Expired {
        /// What was judged.
        submission: Submission,
        /// When it ended.
        at: DateTime<Utc>,
    },
}

named! {
    /// The name of a state, without what belongs to it.
    StateName {
        /// It was never submitted.
        Draft "draft";
        /// It waits for a reviewer.
        Submitted "submitted";
        /// A reviewer took it up.
        InReview "in_review";
        /// A second reviewer has to agree.
        AwaitingConfirmation "awaiting_confirmation";
        /// The applicant has to send something again.
        InformationRequested "information_requested";
        /// It was approved.
        Approved "approved";
        /// It was rejected.
        Rejected "rejected";
        /// The applicant took it back.
        Withdrawn "withdrawn";
        /// What was asked for did not come in time.
        Expired "expired";
    }
}

impl StateName {
    /// What an applicant is told: whether one reviewer looks at it or two is the platform's own affair.
    #[must_use]
    pub fn told_to_applicant(self) -> Self {
        if self == Self::AwaitingConfirmation { Self::InReview } else { self }
    }
}

/// An action that the state does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Illegal {
    /// The name of the state.
    pub state: &'static str,
    /// What it would allow the same side.
    pub allowed: Vec<Action>,
}

impl From<Illegal> for Error {
    fn from(illegal: Illegal) -> Self {
        let allowed: Vec<_> = illegal.allowed.iter().map(|action| action.name()).collect();
        Error::new(Code::ActionNotAllowed).with("state", illegal.state).with("allowed_actions", allowed)
    }
}

impl State {
    /// Its name.
    #[must_use]
    pub fn kind(&self) -> StateName {
        match self {
            Self::Draft => StateName::Draft,
            Self::Submitted(_) => StateName::Submitted,
            Self::InReview { .. } => StateName::InReview,
            Self::AwaitingConfirmation { .. } => StateName::AwaitingConfirmation,
            Self::InformationRequested { .. } => StateName::InformationRequested,
            Self::Approved { .. } => StateName::Approved,
            Self::Rejected { .. } => StateName::Rejected,
            Self::Withdrawn { .. } => StateName::Withdrawn,
            Self::Expired { .. } => StateName::Expired,
        }
    }

    /// The word for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// The last submission, if there was one.
    #[must_use]
    pub fn submission(&self) -> Option<&Submission> {
        match self {
            Self::Draft => None,
            Self::Submitted(submission)
            | Self::InReview { submission, .. }
            | Self::AwaitingConfirmation { submission, .. }
            | Self::InformationRequested { submission, .. }
            | Self::Approved { submission, .. }
            | Self::Rejected { submission, .. }
            | Self::Withdrawn { submission, .. }
            | Self::Expired { submission, .. } => Some(submission),
        }
    }

    /// The claim that is in force.
    #[must_use]
    pub fn claim(&self, now: DateTime<Utc>) -> Option<&Claim> {
        match self {
            Self::InReview { claim: Some(claim), .. } if now < claim.expires_at => Some(claim),
            _ => None,
        }
    }

    /// Whether the applicant may change and submit it.
    #[must_use]
    pub fn editable(&self) -> bool {
        self.allows(Action::Edit)
    }

    /// Whether it is a reviewer's turn.
    #[must_use]
    pub fn with_reviewer(&self) -> bool {
        matches!(self, Self::Submitted(_) | Self::InReview { .. } | Self::AwaitingConfirmation { .. })
    }

    /// The table of the machine: what each state allows.
    #[must_use]
    pub fn allows(&self, action: Action) -> bool {
        use Action::{
            Approve, Assign, Claim, Confirm, Decline, Edit, Reject, Release, RequestInformation, Submit,
            Withdraw,
        };
        match self {
            Self::Draft
            | Self::Rejected { retryable: true, .. }
            | Self::Withdrawn { .. }
            | Self::Expired { .. } => matches!(action, Edit | Submit),
            Self::Submitted(_) => matches!(action, Withdraw | Claim | Assign),
            Self::InReview { .. } => {
                matches!(action, Withdraw | Claim | Release | Assign | RequestInformation | Approve | Reject)
            }
            Self::AwaitingConfirmation { .. } => matches!(action, Withdraw | Confirm | Decline),
            Self::InformationRequested { .. } => matches!(action, Edit | Submit | Withdraw),
            Self::Approved { .. } | Self::Rejected { retryable: false, .. } => false,
        }
    }

    /// What the state allows.
    #[must_use]
    pub fn allowed_actions(&self) -> Vec<Action> {
        Action::ALL.iter().copied().filter(|action| self.allows(*action)).collect()
    }

    /// The state as time has made it: an answer that did not come in time.
    #[must_use]
    pub fn at(self, now: DateTime<Utc>) -> Self {
        match self {
            Self::InformationRequested { submission, respond_by, .. } if now >= respond_by => {
                Self::Expired { submission, at: respond_by }
            }
            other => other,
        }
    }

    /// The state with its submission due by today's calendar.
    #[must_use]
    pub fn reckoned(mut self, terms: &Terms) -> Self {
        if let Self::Submitted(submission)
        | Self::InReview { submission, .. }
        | Self::AwaitingConfirmation { submission, .. } = &mut self
        {
            *submission = submission.reckoned(terms);
        }
        self
    }

    /// Refuses an action that the state does not allow.
    ///
    /// # Errors
    /// [`Illegal`] with what it allows.
    pub fn require(&self, action: Action) -> Result<(), Illegal> {
        if self.allows(action) { Ok(()) } else { Err(self.illegal(action)) }
    }

    /// The submission that an action is about.
    fn submitted(&self, action: Action) -> Result<Submission, Illegal> {
        self.require(action)?;
        self.submission().copied().ok_or_else(|| self.illegal(action))
    }

    /// Each side is told its own actions alone.
    fn illegal(&self, action: Action) -> Illegal {
        let applicants = |action: Action| action.permission() == Permission::CertificationManage;
        let mut allowed = self.allowed_actions();
        allowed.retain(|other| applicants(*other) == applicants(action));
        let state = if applicants(action) { self.kind().told_to_applicant() } else { self.kind() };
        Illegal { state: state.name(), allowed }
    }

    /// Submits it.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn submit(self, by: MemberId, now: DateTime<Utc>, terms: &Terms) -> Result<Self, Illegal> {
        self.require(Action::Submit)?;
        let attempt = self.submission().map_or(1, |last| last.attempt + 1);
        let left = self.time_left(terms);
        let unreckoned = Submission { attempt, by, at: now, left, due_at: now, provisional: true };
        Ok(Self::Submitted(unreckoned.reckoned(terms)))
    }

    /// How much working time the platform has for the next submission: all of it, or what was left when it asked for
    /// something; but never less than is needed to look at the answer.
    fn time_left(&self, terms: &Terms) -> Duration {
        match self {
            Self::InformationRequested { submission, decided_at, .. } => {
                let left = submission.left - terms.calendar.between(submission.at, *decided_at);
                left.max(SECOND_LOOK.min(terms.review))
            }
            _ => terms.review,
        }
    }

    /// Takes it back.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn withdraw(self, now: DateTime<Utc>) -> Result<Self, Illegal> {
        let submission = self.submitted(Action::Withdraw)?;
        Ok(Self::Withdrawn { submission, at: now })
    }

    /// Claims it. Who holds it already holds it longer; whether someone else does is for the caller to ask.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn claimed(self, holder: OperatorId, now: DateTime<Utc>, terms: &Terms) -> Result<Self, Illegal> {
        let submission = self.submitted(Action::Claim)?;
        Ok(Self::InReview { submission, claim: Some(Claim { holder, expires_at: now + terms.claim }) })
    }

    /// Gives the claim up.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn released(self) -> Result<Self, Illegal> {
        let submission = self.submitted(Action::Release)?;
        Ok(Self::InReview { submission, claim: None })
    }

    /// Gives it to an operator, whoever held it.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn assigned(self, to: OperatorId, now: DateTime<Utc>, terms: &Terms) -> Result<Self, Illegal> {
        let submission = self.submitted(Action::Assign)?;
        Ok(Self::InReview { submission, claim: Some(Claim { holder: to, expires_at: now + terms.claim }) })
    }

    /// Asks for something to be sent again.
    ///
    /// # Errors
    /// [`Illegal`].
    fn request_information(self, now: DateTime<Utc>, terms: &Terms) -> Result<Self, Illegal> {
        let submission = self.submitted(Action::RequestInformation)?;
        Ok(Self::InformationRequested { submission, decided_at: now, respond_by: now + terms.response })
    }

    /// Approves it, or rejects it for now or for good.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn decided(
        self,
        outcome: Outcome,
        is_final: bool,
        now: DateTime<Utc>,
        terms: &Terms,
    ) -> Result<Self, Illegal> {
        match outcome {
            Outcome::RequestInformation => self.request_information(now, terms),
            Outcome::Approve => {
                let submission = self.submitted(Action::Approve)?;
                Ok(Self::Approved { submission, decided_at: now })
            }
            Outcome::Reject => {
                let submission = self.submitted(Action::Reject)?;
                Ok(Self::Rejected { submission, decided_at: now, retryable: !is_final })
            }
        }
    }

    /// Leaves an approval or a rejection to a second reviewer.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn proposed(self, outcome: Outcome, by: OperatorId, now: DateTime<Utc>) -> Result<Self, Illegal> {
        let submission = self.submitted(outcome.action())?;
        Ok(Self::AwaitingConfirmation { submission, proposed_by: by, proposed_at: now })
    }

    /// Lets what was proposed take effect.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn confirmed(
        self,
        outcome: Outcome,
        is_final: bool,
        now: DateTime<Utc>,
        terms: &Terms,
    ) -> Result<Self, Illegal> {
        let submission = self.submitted(Action::Confirm)?;
        Self::InReview { submission, claim: None }.decided(outcome, is_final, now, terms)
    }

    /// Sends it back to review.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn declined(self) -> Result<Self, Illegal> {
        let submission = self.submitted(Action::Decline)?;
        Ok(Self::InReview { submission, claim: None })
    }
}

#[cfg(test)]
pub(crate) mod tests;
