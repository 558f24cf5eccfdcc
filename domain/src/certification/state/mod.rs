//! The state machine of an application. Each state holds what belongs to it; a transition consumes one state and gives the
//! next, or says what would have been allowed.

use super::Terms;
use crate::error::{Code, Error};
use crate::id::{MemberId, OperatorId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What can be done with an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Change the subject and the documents.
    Edit,
    /// Submit it.
    Submit,
    /// Take it back.
    Withdraw,
    /// Claim it for review.
    Claim,
    /// Give the claim up.
    Release,
    /// Ask for something to be sent again.
    RequestInformation,
    /// Approve it.
    Approve,
    /// Reject it.
    Reject,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 8] = [
        Self::Edit,
        Self::Submit,
        Self::Withdraw,
        Self::Claim,
        Self::Release,
        Self::RequestInformation,
        Self::Approve,
        Self::Reject,
    ];

    /// The actions of an applicant.
    pub const APPLICANT: [Self; 3] = [Self::Edit, Self::Submit, Self::Withdraw];

    /// The name that goes over the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Submit => "submit",
            Self::Withdraw => "withdraw",
            Self::Claim => "claim",
            Self::Release => "release",
            Self::RequestInformation => "request_information",
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }
}

/// The submission that is being judged or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submission {
    /// Its number, from 1.
    pub attempt: u32,
    /// Who submitted it.
    pub by: MemberId,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when the platform means to decide.
    pub due_at: DateTime<Utc>,
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
    /// The applicant has to send something again.
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

/// The name of a state, without what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// It was never submitted.
    Draft,
    /// It waits for a reviewer.
    Submitted,
    /// A reviewer took it up.
    InReview,
    /// The applicant has to send something again.
    InformationRequested,
    /// It was approved.
    Approved,
    /// It was rejected.
    Rejected,
    /// The applicant took it back.
    Withdrawn,
    /// What was asked for did not come in time.
    Expired,
}

impl StateName {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::InReview => "in_review",
            Self::InformationRequested => "information_requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }
}

/// An action that the state does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Illegal {
    /// The name of the state.
    pub state: &'static str,
    /// What it would allow.
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
        self.kind().word()
    }

    /// The last submission, if there was one.
    #[must_use]
    pub fn submission(&self) -> Option<&Submission> {
        match self {
            Self::Draft => None,
            Self::Submitted(submission)
            | Self::InReview { submission, .. }
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
        matches!(self, Self::Submitted(_) | Self::InReview { .. })
    }

    /// The table of the machine: what each state allows.
    #[must_use]
    pub fn allows(&self, action: Action) -> bool {
        use Action::{Approve, Claim, Edit, Reject, Release, RequestInformation, Submit, Withdraw};
        match self {
            Self::Draft
            | Self::Rejected { retryable: true, .. }
            | Self::Withdrawn { .. }
            | Self::Expired { .. } => matches!(action, Edit | Submit),
            Self::Submitted(_) => matches!(action, Withdraw | Claim),
            Self::InReview { .. } => {
                matches!(action, Withdraw | Claim | Release | RequestInformation | Approve | Reject)
            }
            Self::InformationRequested { .. } => matches!(action, Edit | Submit | Withdraw),
            Self::Approved { .. } | Self::Rejected { retryable: false, .. } => false,
        }
    }

    /// What the state allows.
    #[must_use]
    pub fn allowed_actions(&self) -> Vec<Action> {
        Action::ALL.into_iter().filter(|action| self.allows(*action)).collect()
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

    /// Refuses an action that the state does not allow.
    ///
    /// # Errors
    /// [`Illegal`] with what it allows.
    pub fn require(&self, action: Action) -> Result<(), Illegal> {
        if self.allows(action) { Ok(()) } else { Err(self.illegal()) }
    }

    /// The submission that an action is about.
    fn submitted(&self, action: Action) -> Result<Submission, Illegal> {
        self.require(action)?;
        self.submission().copied().ok_or_else(|| self.illegal())
    }

    fn illegal(&self) -> Illegal {
        Illegal { state: self.name(), allowed: self.allowed_actions() }
    }

    /// Submits it.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn submit(self, by: MemberId, now: DateTime<Utc>, terms: &Terms) -> Result<Self, Illegal> {
        self.require(Action::Submit)?;
        let attempt = self.submission().map_or(1, |last| last.attempt + 1);
        Ok(Self::Submitted(Submission { attempt, by, at: now, due_at: now + terms.review }))
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

    /// Asks for something to be sent again.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn request_information(self, now: DateTime<Utc>, terms: &Terms) -> Result<Self, Illegal> {
        let submission = self.submitted(Action::RequestInformation)?;
        Ok(Self::InformationRequested { submission, decided_at: now, respond_by: now + terms.response })
    }

    /// Approves it.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn approve(self, now: DateTime<Utc>) -> Result<Self, Illegal> {
        let submission = self.submitted(Action::Approve)?;
        Ok(Self::Approved { submission, decided_at: now })
    }

    /// Rejects it.
    ///
    /// # Errors
    /// [`Illegal`].
    pub fn reject(self, now: DateTime<Utc>, retryable: bool) -> Result<Self, Illegal> {
        let submission = self.submitted(Action::Reject)?;
        Ok(Self::Rejected { submission, decided_at: now, retryable })
    }
}

#[cfg(test)]
mod tests;
