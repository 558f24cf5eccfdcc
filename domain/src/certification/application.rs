//! An application: what an applicant writes, where it stands, and what the last decision on it said.

use super::requirement;
use super::{ApplicationNumber, Document, Draft, Evidence, Finding, Hold, State};
use crate::agreement::Accepted;
use crate::context::Context;
use crate::id::{ApplicationId, TenantId};
use crate::named::named;
use crate::reference::OrganizationType;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

named! {
    /// Why an application is made.
    ApplicationKind {
        /// The first one.
        Initial "initial";
        /// The certificate ends, or has ended.
        Renewal "renewal";
        /// Something that the certificate says has changed.
        Change "change";
        /// Another tenant is certified with the number, and its owner has vanished.
        Takeover "takeover";
    }
}

/// What the last decision said, until the next one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastDecision {
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// What it found wanting.
    pub findings: Vec<Finding>,
    /// The subject that was judged, by its fields.
    pub subject: Value,
}

named! {
    /// How a representative consented.
    ConsentWay {
        /// They are who applies, signed in with their own number.
        Session "session";
        /// By a code sent to their number.
        Code "code";
    }
}

/// That the person who stands for the organization consents to its certification in their name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Who, by name.
    pub name: String,
    /// With which number.
    pub mobile: String,
    /// How.
    pub way: ConsentWay,
    /// To which agreements, in which version. Who consents by their session accepts them at submission.
    pub agreements: Vec<Accepted>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Names and numbers are not for logs.
impl std::fmt::Debug for Consent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consent").field("way", &self.way).field("at", &self.at).finish_non_exhaustive()
    }
}

/// An application.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Its public number.
    pub number: ApplicationNumber,
    /// Why it is made.
    pub kind: ApplicationKind,
    /// The code of the tenant's organization type.
    pub organization_type: String,
    /// What the applicant wrote.
    pub draft: Draft,
    /// Where it stands.
    pub state: State,
    /// What the last decision said.
    pub last_decision: Option<LastDecision>,
    /// The consent of the person who stands for the organization, as the draft named them then.
    pub consent: Option<Consent>,
    /// That its documents are kept because they are disputed.
    pub hold: Option<Hold>,
    /// What others say of it.
    pub evidence: Vec<Evidence>,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
    /// The version read from the store.
    pub version: i64,
}

impl Application {
    /// The empty application that a tenant is born with.
    #[must_use]
    pub fn initial(context: &Context<'_>, tenant: TenantId, organization_type: &str) -> Self {
        Self {
            id: context.id(),
            tenant,
            number: ApplicationNumber::generate(context.random),
            kind: ApplicationKind::Initial,
            organization_type: organization_type.to_owned(),
            draft: Draft::default(),
            state: State::Draft,
            last_decision: None,
            consent: None,
            hold: None,
            evidence: Vec::new(),
            created_at: context.now,
            version: 1,
        }
    }

    /// The consent, while the draft still names the same person.
    #[must_use]
    pub fn consent(&self) -> Option<&Consent> {
        let (name, mobile) = self.draft.representative.consenting()?;
        self.consent.as_ref().filter(|consent| consent.name == name && consent.mobile == mobile.as_str())
    }

    /// What a reviewer found wanting and the applicant has not changed since.
    #[must_use]
    pub fn unanswered(&self, documents: &[Document], organization: &OrganizationType) -> Vec<Finding> {
        let Some(decision) = &self.last_decision else { return Vec::new() };
        let wanted = requirement::possible_kinds(organization, &self.draft);
        let fields = self.draft.fields();
        let unanswered = |finding: &&Finding| match (&finding.pointer, finding.requirement) {
            // What the draft no longer needs cannot be sent again.
            (_, Some(kind)) => {
                wanted.contains(&kind)
                    && !documents
                        .iter()
                        .any(|document| document.kind == kind && document.uploaded_at > decision.at)
            }
            (Some(pointer), None) => fields.pointer(pointer) == finding.seen.as_ref(),
            (None, None) => false,
        };
        decision.findings.iter().filter(unanswered).cloned().collect()
    }
}
