//! Jobs: work that has to happen after a transaction, and is queued in it.
//!
//! A job happens at least once, so whatever carries it out must bear a repetition.

use crate::certification::{EvidenceKind, LifeMark};
use crate::error::{Language, Result};
use crate::review::Mark;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something to be done later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Dissolve an organization, if that was not called off.
    Dissolve {
        /// The tenant.
        tenant: Uuid,
        /// When it was to be dissolved.
        at: DateTime<Utc>,
    },
    /// Hand a tenant over, if nobody has objected.
    Transfer {
        /// The tenant.
        tenant: Uuid,
        /// The takeover.
        takeover: Uuid,
    },
    /// See whether the time of an application's documents has come.
    EraseDocuments {
        /// The tenant.
        tenant: Uuid,
        /// The application.
        application: Uuid,
    },
    /// Ask somebody about a submission.
    AskForEvidence {
        /// The tenant.
        tenant: Uuid,
        /// The application.
        application: Uuid,
        /// Which submission.
        attempt: u32,
        /// Who is asked.
        source: EvidenceKind,
    },
    /// Read a license.
    ReadDocument {
        /// The tenant.
        tenant: Uuid,
        /// The document.
        document: Uuid,
    },
    /// Erase what is kept of a member who left, unless they came back.
    EraseMember {
        /// The tenant.
        tenant: Uuid,
        /// The member.
        member: Uuid,
        /// Until when they could come back.
        at: DateTime<Utc>,
    },
    /// Make the plan of an import of members.
    PlanImport {
        /// The tenant.
        tenant: Uuid,
        /// The import.
        import: Uuid,
    },
    /// Go on carrying an import of members out.
    ExecuteImport {
        /// The tenant.
        tenant: Uuid,
        /// The import.
        import: Uuid,
    },
    /// Carry out the scheduled changes of a tenant whose day has come.
    StrikeChanges {
        /// The tenant.
        tenant: Uuid,
    },
    /// Send the code of a verification.
    SendCode {
        /// The verification.
        verification: Uuid,
        /// Which of its sends; an older one is not sent any more.
        generation: u32,
        /// In which language.
        language: Language,
    },
    /// Send a notice.
    SendNotice {
        /// Its tenant.
        tenant: Uuid,
        /// The notice.
        notice: Uuid,
        /// The contact point that it goes to, when that is not the number of whom it is for.
        to: Option<String>,
    },
    /// See whether a certificate has come to a mark in its life.
    StrikeCertificate {
        /// The tenant.
        tenant: Uuid,
        /// Its end; a renewed one has another.
        valid_until: DateTime<Utc>,
        /// Which mark.
        mark: LifeMark,
    },
    /// See whether a review has come to a mark on its way.
    StrikeReview {
        /// The tenant.
        tenant: Uuid,
        /// The application.
        application: Uuid,
        /// Which submission it is about; a newer one has a job of its own.
        attempt: u32,
        /// Which mark.
        mark: Mark,
    },
}

const ASK_FOR_EVIDENCE: &str = "ask_for_evidence";
const DISSOLVE: &str = "dissolve";
const ERASE_DOCUMENTS: &str = "erase_documents";
const EXECUTE_IMPORT: &str = "execute_import";
const PLAN_IMPORT: &str = "plan_import";
const READ_DOCUMENT: &str = "read_document";
const SEND_CODE: &str = "send_code";
const SEND_NOTICE: &str = "send_notice";
const STRIKE_CHANGES: &str = "strike_changes";

/// What carrying a job out takes. Each sort has a lane of its own, so that no code waits behind a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Well under a second, one after the other.
    Quick,
    /// Waiting for whoever carries messages, many at once.
    Messages,
    /// Seconds of a processor, or of waiting for somebody else.
    Slow,
}

/// The kinds of jobs of two lanes; all others, also those of another version of Gongpai, are quick.
const MESSAGES: &[&str] = &[SEND_CODE, SEND_NOTICE];
const SLOW: &[&str] = &[
    ASK_FOR_EVIDENCE,
    DISSOLVE,
    ERASE_DOCUMENTS,
    EXECUTE_IMPORT,
    PLAN_IMPORT,
    READ_DOCUMENT,
    STRIKE_CHANGES,
];

impl Lane {
    /// Some kinds of jobs, and whether the lane has those or all others.
    #[must_use]
    pub fn kinds(self) -> (Vec<&'static str>, bool) {
        match self {
            Self::Quick => ([MESSAGES, SLOW].concat(), false),
            Self::Messages => (MESSAGES.to_vec(), true),
            Self::Slow => (SLOW.to_vec(), true),
        }
    }
}

impl Job {
    /// The word for the kind of job, for metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Dissolve { .. } => DISSOLVE,
            Self::Transfer { .. } => "transfer",
            Self::EraseDocuments { .. } => ERASE_DOCUMENTS,
            Self::AskForEvidence { .. } => ASK_FOR_EVIDENCE,
            Self::EraseMember { .. } => "erase_member",
            Self::ExecuteImport { .. } => EXECUTE_IMPORT,
            Self::PlanImport { .. } => PLAN_IMPORT,
            Self::ReadDocument { .. } => READ_DOCUMENT,
            Self::SendCode { .. } => SEND_CODE,
            Self::SendNotice { .. } => SEND_NOTICE,
            Self::StrikeCertificate { .. } => "strike_certificate",
            Self::StrikeChanges { .. } => STRIKE_CHANGES,
            Self::StrikeReview { .. } => "strike_review",
        }
    }
}

/// Queues jobs.
pub trait JobQueue {
    /// Queues a job in the transaction under way, to be done when it is due; not again where one of that id is queued.
    ///
    /// # Errors
    /// When the store fails.
    fn enqueue(&mut self, id: Uuid, job: &Job, due_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<()>;
}

/// After so many attempts a job is set aside for a person to look at.
pub const MAX_ATTEMPTS: u32 = 8;

/// How long after its nth attempt a job is tried again: 2 s, 4 s, 8 s … at most 5 min.
#[must_use]
pub fn back_off(attempts: u32) -> Duration {
    Duration::seconds(1_i64.checked_shl(attempts.min(16)).unwrap_or(i64::MAX).min(300))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_and_ends() {
        let seconds: Vec<i64> = (1..=10).map(|n| back_off(n).num_seconds()).collect();
        assert_eq!(seconds, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(back_off(u32::MAX).num_seconds(), 300);
    }
}
