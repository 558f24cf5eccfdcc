//! The precheck: rules that a machine can judge. Each gives findings, never an error.

use super::requirement::kinds;
use super::{
    ApplicationKind, Case, ConsentState, Draft, DraftTerm, Evidence, EvidenceKind, EvidenceOutcome, Finding,
    FindingCode, Proposal, RequirementKind, SURE, TermKind,
};
use crate::error::Violation;
use crate::identifier::{
    CreditCode, Flaw, IdentityKind, IdentityNumber, OrganizationCode, RegistrationNumber,
};
use crate::phone::MobileNumber;
use crate::reference::{IdentityProof, OrganizationType, RegionCode, RegistrationKind};
use crate::text::{AddressLine, OrganizationName, PersonName, comparison_key, squeezed};
use chrono::NaiveDate;

/// The age from which somebody can stand for an organization: full capacity, Civil Code article 17.
const FULL_AGE: u32 = 18;

/// The findings of every rule, in the order of the form.
pub(super) fn precheck(case: &Case, organization: &OrganizationType, today: NaiveDate) -> Vec<Finding> {
    let mut check = Check { case, organization, today, found: Vec::new() };
    check.legal_name();
    check.registration();
    check.address();
    check.license_term();
    check.representative();
    check.applicant();
    check.consent();
    check.documents();
    check.readings();
    check.evidence();
    check.found
}

struct Check<'a> {
    case: &'a Case,
    organization: &'a OrganizationType,
    today: NaiveDate,
    found: Vec<Finding>,
}

impl<'a> Check<'a> {
    fn draft(&self) -> &'a Draft {
        &self.case.application.draft
    }

    fn field(&self, code: FindingCode, pointer: &str) -> Finding {
        Finding::blocking(self.case.application.id, code, Some(pointer), None)
    }

    fn note(&mut self, code: FindingCode, pointer: &str) {
        let finding = self.field(code, pointer);
        self.found.push(finding);
    }

    /// A field that has to be there and to have its form.
    fn text<T>(
        &mut self,
        pointer: &str,
        value: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, Violation>,
    ) -> Option<T> {
        let Some(value) = value.filter(|value| !value.trim().is_empty()) else {
            self.note(FindingCode::FieldMissing, pointer);
            return None;
        };
        let parsed = parse(value).ok();
        if parsed.is_none() {
            self.note(FindingCode::FieldInvalid, pointer);
        }
        parsed
    }

    fn flaw(&mut self, pointer: &str, flaw: Flaw, on_check: FindingCode) {
        let code = if flaw == Flaw::Check { on_check } else { FindingCode::FieldInvalid };
        self.note(code, pointer);
    }

    fn legal_name(&mut self) {
        let draft = self.draft();
        let legal = if self.organization.license_may_have_no_name {
            draft.name_on_license()
        } else {
            draft.legal_name.as_deref()
        };
        let Some(name) = self.text("/legal_name", legal, OrganizationName::parse) else { return };
        // A change may be one of the name; the profile follows when it is approved.
        if self.case.application.kind == ApplicationKind::Change {
            return;
        }
        let profile = self.case.tenant.organization.name.as_str();
        if comparison_key(name.as_str()) != comparison_key(profile) {
            let finding = self.field(FindingCode::NameMismatch, "/legal_name");
            self.found.push(finding.left_to_reviewer());
        }
    }

    fn registration(&mut self) {
        let registration = &self.draft().registration;
        let Some(kind) = registration.kind else {
            self.note(FindingCode::FieldMissing, "/registration/kind");
            return;
        };
        if !self.organization.registrations.contains(&kind) {
            self.note(FindingCode::RegistrationNumberMismatch, "/registration/kind");
        }
        let pointer = "/registration/number";
        let Some(number) = registration.number.as_deref().filter(|number| !number.trim().is_empty()) else {
            self.note(FindingCode::FieldMissing, pointer);
            return;
        };
        match kind {
            RegistrationKind::CreditCode => match CreditCode::parse(number) {
                Ok(code) => self.prefix(&code),
                Err(flaw) => self.flaw(pointer, flaw, FindingCode::CreditCodeCheckFailed),
            },
            RegistrationKind::RegistrationNumber => {
                if let Err(flaw) = RegistrationNumber::parse(number) {
                    self.flaw(pointer, flaw, FindingCode::CreditCodeCheckFailed);
                }
            }
            RegistrationKind::Legacy | RegistrationKind::Overseas => {
                if !(3..=40).contains(&squeezed(number).chars().count()) {
                    self.note(FindingCode::FieldInvalid, pointer);
                }
            }
        }
        if kind == RegistrationKind::Legacy {
            self.organization_code(registration.organization_code.as_deref());
        }
        match (self.case.application.kind, self.case.taken()) {
            (ApplicationKind::Takeover, false) => self.note(FindingCode::NobodyCertified, pointer),
            (ApplicationKind::Takeover, true) | (_, false) => {}
            (_, true) => self.note(FindingCode::DuplicateEnterprise, pointer),
        }
    }

    fn organization_code(&mut self, code: Option<&str>) {
        let pointer = "/registration/organization_code";
        match code.map(OrganizationCode::parse) {
            None => self.note(FindingCode::FieldMissing, pointer),
            Some(Err(flaw)) => self.flaw(pointer, flaw, FindingCode::CreditCodeCheckFailed),
            Some(Ok(_)) => {}
        }
    }

    /// The first two characters of a credit code say what the organization is.
    fn prefix(&mut self, code: &CreditCode) {
        let prefixes = &self.organization.credit_code_prefixes;
        if !prefixes.is_empty() && !prefixes.iter().any(|prefix| prefix == code.prefix()) {
            let finding = self.field(FindingCode::RegistrationNumberMismatch, "/registration/number");
            self.found.push(finding.left_to_reviewer());
        }
    }

    fn address(&mut self) {
        let address = &self.draft().registered_address;
        self.text("/registered_address/region", address.region.as_deref(), RegionCode::parse);
        self.text("/registered_address/line", address.line.as_deref(), AddressLine::parse);
    }

    fn license_term(&mut self) {
        let license = self.organization.license;
        self.in_force(
            "/license_term",
            &self.draft().license_term,
            FindingCode::DocumentExpired,
            Some(license),
        );
    }

    /// A term has to be told, and not to have ended.
    fn in_force(
        &mut self,
        of: &str,
        term: &DraftTerm,
        ended: FindingCode,
        document: Option<RequirementKind>,
    ) {
        let pointer = format!("{of}/until");
        match term.kind {
            None => self.note(FindingCode::FieldMissing, &format!("{of}/kind")),
            Some(TermKind::LongTerm) => {}
            Some(TermKind::Fixed) => {
                let parse = |text: &str| {
                    NaiveDate::parse_from_str(text, "%Y-%m-%d")
                        .map_err(|_| crate::error::Code::FormatInvalid.into())
                };
                let Some(until) = self.text(&pointer, term.until.as_deref(), parse) else { return };
                if until < self.today {
                    let application = self.case.application.id;
                    self.found.push(Finding::blocking(application, ended, Some(&pointer), document));
                }
            }
        }
    }

    fn representative(&mut self) {
        let representative = &self.draft().representative;
        self.text("/representative/name", representative.name.as_deref(), PersonName::parse);
        match representative.capacity {
            None => self.note(FindingCode::FieldMissing, "/representative/capacity"),
            Some(capacity) if !self.organization.capacities.contains(&capacity) => {
                self.note(FindingCode::RepresentativeMismatch, "/representative/capacity");
            }
            Some(_) => {}
        }
        self.text("/representative/mobile", representative.mobile.as_deref(), MobileNumber::parse);
        if self.organization.identity == IdentityProof::IdentityDocument {
            let number = representative.id_number.as_deref();
            let identity = self.identity("/representative", representative.id_kind, number);
            self.full_age(identity.as_ref());
            let front = Some(RequirementKind::IdDocumentFront);
            self.in_force("/representative/id_term", &representative.id_term, FindingCode::IdExpired, front);
        }
    }

    fn full_age(&mut self, identity: Option<&IdentityNumber>) {
        let Some(age) = identity.and_then(|identity| identity.age_on(self.today)) else { return };
        if age < FULL_AGE {
            let finding = self.field(FindingCode::IdUnderAge, "/representative/id_number");
            self.found.push(finding.measured(f64::from(age), f64::from(FULL_AGE)));
        }
    }

    fn applicant(&mut self) {
        let applicant = &self.draft().applicant;
        match applicant.is_representative {
            None => self.note(FindingCode::FieldMissing, "/applicant/is_representative"),
            Some(true) => {}
            Some(false) => {
                self.text("/applicant/name", applicant.name.as_deref(), PersonName::parse);
                self.identity("/applicant", applicant.id_kind, applicant.id_number.as_deref());
                self.in_force("/applicant/id_term", &applicant.id_term, FindingCode::IdExpired, None);
            }
        }
    }

    fn identity(
        &mut self,
        of: &str,
        kind: Option<IdentityKind>,
        number: Option<&str>,
    ) -> Option<IdentityNumber> {
        let pointer = format!("{of}/id_number");
        let Some(kind) = kind else {
            self.note(FindingCode::FieldMissing, &format!("{of}/id_kind"));
            return None;
        };
        let Some(number) = number.filter(|number| !number.trim().is_empty()) else {
            self.note(FindingCode::FieldMissing, &pointer);
            return None;
        };
        if let Ok(identity) = IdentityNumber::parse(kind, number) {
            Some(identity)
        } else {
            self.note(FindingCode::IdCheckFailed, &pointer);
            None
        }
    }

    /// Whoever is to stand for the organization has said so.
    fn consent(&mut self) {
        // Without a sound name and number, which is found already, nobody could be asked.
        let askable = self.draft().representative.consenting().is_some();
        if askable && ConsentState::of(self.case, self.organization) == ConsentState::Missing {
            let letter = Some(RequirementKind::ConsentLetter);
            let application = self.case.application.id;
            self.found.push(Finding::blocking(application, FindingCode::ConsentMissing, None, letter));
        }
    }

    fn documents(&mut self) {
        for kind in kinds(self.organization, self.draft()) {
            if self.case.documents.iter().any(|document| document.kind == kind) {
                continue;
            }
            let code = match kind {
                RequirementKind::AuthorizationLetter => FindingCode::AuthorizationMissing,
                _ => FindingCode::DocumentMissing,
            };
            self.found.push(Finding::blocking(self.case.application.id, code, None, Some(kind)));
        }
    }

    /// What the registry and others say of the submission. They may be wrong or late, so it is left to the reviewer.
    fn evidence(&mut self) {
        let application = &self.case.application;
        let attempt = application.state.submission().map(|submission| submission.attempt);
        let current = |evidence: &&Evidence| Some(evidence.attempt) == attempt;
        for evidence in application.evidence.iter().filter(current) {
            let (code, pointer) = match (evidence.outcome, evidence.kind) {
                (EvidenceOutcome::NotFound, EvidenceKind::Registry) => {
                    (FindingCode::RegistryNotFound, "/registration/number")
                }
                (EvidenceOutcome::Inactive, _) => (FindingCode::RegistryInactive, "/registration/number"),
                (EvidenceOutcome::NameDiffers, _) => (FindingCode::NameMismatch, "/legal_name"),
                (EvidenceOutcome::RepresentativeDiffers, _) => {
                    (FindingCode::RepresentativeMismatch, "/representative/name")
                }
                // Nobody has to have moved money, or to have an electronic license.
                (EvidenceOutcome::NotFound | EvidenceOutcome::Confirmed, _) => continue,
            };
            let finding = self.field(code, pointer).left_to_reviewer();
            if !self.found.iter().any(|known| known.id == finding.id) {
                self.found.push(finding);
            }
        }
    }

    /// What a program read from the license and the form says otherwise. It is advice: it neither blocks nor has to be
    /// overridden.
    fn readings(&mut self) {
        let license = self.organization.license;
        let documents = self.case.documents.iter().filter(|document| document.kind == license);
        let readings: Vec<_> = documents.filter_map(|document| document.reading.as_ref()).collect();
        let draft = self.draft();
        let number = draft.registration.number.as_deref();
        let number = number.filter(|_| draft.registration.kind == Some(RegistrationKind::CreditCode));
        for reading in readings {
            let at = (FindingCode::NameMismatch, "/legal_name");
            self.disagreement(at, reading.legal_name.as_ref(), draft.name_on_license(), comparison_key);
            let at = (FindingCode::RegistrationNumberMismatch, "/registration/number");
            self.disagreement(at, reading.credit_code.as_ref(), number, squeezed);
        }
    }

    fn disagreement(
        &mut self,
        (code, pointer): (FindingCode, &str),
        read: Option<&Proposal>,
        written: Option<&str>,
        form: fn(&str) -> String,
    ) {
        let Some((read, written)) = read.filter(|read| read.confidence >= SURE).zip(written) else { return };
        if form(&read.value) != form(written) {
            let (application, license) = (self.case.application.id, self.organization.license);
            let finding = Finding::blocking(application, code, Some(pointer), Some(license));
            let finding = Finding { blocking: false, ..finding };
            // Another page may have said so already.
            if !self.found.iter().any(|known| known.id == finding.id) {
                self.found.push(finding.measured(read.confidence.into(), SURE.into()));
            }
        }
    }
}

#[cfg(test)]
mod tests;
