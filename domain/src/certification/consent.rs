//! The consent of whoever is to stand for the organization: they say so themselves, by a code sent to their own number, or
//! by having signed in with it. The third way, a letter, is a document like any other.

use super::{Action, Application, ApplicationStore, Case, Consent, ConsentWay, Document, RequirementKind};
use crate::access;
use crate::actor::MemberActor;
use crate::agreement::{Accepted, Agreements, Occasion};
use crate::contact::ContactPoint;
use crate::context::Context;
use crate::error::{Code, Result};
use crate::job::JobQueue;
use crate::journal::{Entry, Journal};
use crate::member::MemberStore;
use crate::phone::MobileNumber;
use crate::reference::{IdentityProof, OrganizationType};
use crate::text::comparison_key;
use crate::verification::{
    self, Check, Code as Digits, CodeBook, Entered, Limits, Permit, Purpose, Requester, Sent, Subject,
    VerificationStore,
};

/// Where the consent stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentState {
    /// The letter under the body's seal says it along.
    NotNeeded,
    /// It is missing.
    Missing,
    /// There is a letter.
    Letter,
    /// It was given.
    Given(Consent),
}

impl ConsentState {
    /// Where the consent of a case stands.
    #[must_use]
    pub fn of(case: &Case, organization: &OrganizationType) -> Self {
        if organization.identity == IdentityProof::SealedLetter {
            return Self::NotNeeded;
        }
        if let Some(consent) = case.application.consent() {
            return Self::Given(consent.clone());
        }
        let letter = |document: &Document| document.kind == RequirementKind::ConsentLetter;
        if case.documents.iter().any(letter) { Self::Letter } else { Self::Missing }
    }
}

/// The number to which the code has to go.
///
/// # Errors
/// `forbidden`, `action_not_allowed`, `representative_incomplete`.
pub fn consenting(
    tx: &mut impl ApplicationStore,
    context: &Context<'_>,
    actor: &MemberActor,
) -> Result<(Application, String, MobileNumber)> {
    access::require(actor, Action::Edit.permission())?;
    let mut application = tx.application()?;
    application.state = application.state.at(context.now);
    application.state.require(Action::Edit)?;
    let (name, mobile) =
        application.draft.representative.consenting().ok_or(Code::RepresentativeIncomplete)?;
    Ok((application, name, mobile))
}

/// Sends the code by which the representative consents.
///
/// # Errors
/// Those of [`consenting`], `version_stale` when the number is no longer the permitted one, `code_resend_too_soon`.
pub fn send_code(
    tx: &mut (impl ApplicationStore + VerificationStore + JobQueue + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    permit: &Permit,
    limits: &Limits,
) -> Result<Sent> {
    let (application, name, mobile) = consenting(tx, context, actor)?;
    permit.require(mobile)?;
    let subject = Subject::consent(application.id, &name);
    let request = verification::Request { permit, subject: &subject, new_subject: false, deliver: true };
    let sent = verification::send(tx, context, &request, limits)?;
    let entry = Entry::new("certification.consent_asked", "certification_application", application.id)
        .of(application.tenant);
    tx.record(context, &actor.into(), entry)?;
    Ok(sent)
}

/// Enters the code. Whatever comes of it has to be committed, because the code was spent on it.
///
/// # Errors
/// Those of [`consenting`]; the faults of the agreements.
pub fn give(
    tx: &mut (impl ApplicationStore + VerificationStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    code: &Digits,
    (accepted, agreements): (&[Accepted], &Agreements),
    codes: &dyn CodeBook,
) -> Result<Check> {
    let (mut application, name, mobile) = consenting(tx, context, actor)?;
    agreements.check(Occasion::Certification, accepted, "/accepted_agreements")?;
    let entered = Entered {
        purpose: Purpose::ConfirmRepresentation,
        subject: &Subject::consent(application.id, &name),
        contact: &ContactPoint::from(&mobile),
        requester: Requester::Stranger,
        code,
    };
    let check = verification::enter(tx, context, &entered, codes)?;
    if check == Check::Correct {
        let mobile = mobile.as_str().to_owned();
        let (way, agreements) = (ConsentWay::Code, accepted.to_vec());
        application.consent = Some(Consent { name, mobile, way, agreements, at: context.now });
        tx.update_application(&application)?;
        let entry = given(&application, ConsentWay::Code);
        tx.record(context, &actor.into(), entry)?;
    }
    Ok(check)
}

/// Whoever applies for themselves, by their own name and with the number by which they signed in, has consented by that.
pub(super) fn of_session(
    tx: &mut (impl MemberStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    application: &mut Application,
) -> Result<()> {
    let Some((name, mobile)) = application.draft.representative.consenting() else { return Ok(()) };
    let in_person = application.draft.applicant.is_representative == Some(true);
    if !in_person || application.consent().is_some() {
        return Ok(());
    }
    let profile = tx.profile(actor.member)?;
    if profile.mobile != mobile || comparison_key(&profile.membership.name) != name {
        return Ok(());
    }
    let mobile = mobile.as_str().to_owned();
    let (way, agreements) = (ConsentWay::Session, Vec::new());
    application.consent = Some(Consent { name, mobile, way, agreements, at: context.now });
    tx.record(context, &actor.into(), given(application, ConsentWay::Session))
}

fn given(application: &Application, way: ConsentWay) -> Entry {
    let way = serde_json::to_value(way).unwrap_or_default();
    let agreements = application.consent.as_ref().map(|consent| &consent.agreements);
    let agreements = serde_json::to_value(agreements).unwrap_or_default();
    Entry::new("certification.consent_given", "certification_application", application.id)
        .of(application.tenant)
        .change("way", None::<String>, way)
        .change("agreements", None::<String>, agreements)
}
