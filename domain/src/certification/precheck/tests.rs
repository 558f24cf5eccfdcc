//! Every rule by a table: what is written, and what is found. A finding reads `pointer: code`, and ends with `?` when it is
//! left to the reviewer.

use super::*;
use crate::certification::{
    Application, ApplicationKind, ApplicationNumber, Consent, ConsentWay, Document, DocumentContent,
    DraftRegistration, MediaType, ReadFrom, Reading, SealedKey, State, Submission,
};
use crate::phone::Phone;
use crate::reference::{Capacity, IndustryCode, OrganizationTypes, StaffSize};
use crate::tenant::{Address, Organization, Tenant};
use chrono::DateTime;
use uuid::Uuid;

/// An image of a document of some kind.
fn document(kind: RequirementKind) -> Document {
    Document {
        erased_at: None,
        reading: None,
        id: Uuid::nil().into(),
        application: Uuid::nil().into(),
        kind,
        page: 1,
        content: DocumentContent {
            media_type: MediaType::Jpeg,
            size: 1,
            sha256: String::new(),
            kept_sha256: String::new(),
            width: None,
            height: None,
            sharpness: None,
            pages: None,
            key: SealedKey(Vec::new()),
        },
        uploaded_by: Uuid::nil().into(),
        uploaded_at: DateTime::UNIX_EPOCH,
        removed_at: None,
    }
}

/// A case of an enterprise in which nothing is wrong.
fn sound() -> Case {
    let organization = Organization {
        name: OrganizationName::parse("深圳市工牌科技（集团）有限公司").unwrap(),
        kind: "enterprise".to_owned(),
        industry: IndustryCode::parse("I65").unwrap(),
        staff_size: StaffSize::UpTo199,
        address: Address {
            region: RegionCode::parse("440305").unwrap(),
            line: AddressLine::parse("科技园路 1 号").unwrap(),
        },
        phone: Phone::parse("0755-86001234").unwrap(),
    };
    let mut draft = Draft {
        legal_name: Some("深圳市工牌科技(集团)有限公司".to_owned()), ..Draft::default()
    };
    draft.registration.kind = Some(RegistrationKind::CreditCode);
    draft.registration.number = Some("91350100M000100Y43".to_owned());
    draft.registered_address.region = Some("440305".to_owned());
    draft.registered_address.line = Some("科技园路 1 号".to_owned());
    draft.license_term.kind = Some(TermKind::LongTerm);
    draft.representative.name = Some("王小明".to_owned());
    draft.representative.capacity = Some(Capacity::LegalRepresentative);
    draft.representative.id_kind = Some(IdentityKind::ResidentId);
    draft.representative.id_number = Some("11010519491231002X".to_owned());
    draft.representative.id_term.kind = Some(TermKind::LongTerm);
    draft.representative.mobile = Some("13800138000".to_owned());
    draft.applicant.is_representative = Some(true);
    let id = Uuid::from_u128(1);
    Case {
        tenant: Tenant {
            id: id.into(),
            organization,
            presence: crate::organization::Presence::default(),
            created_at: DateTime::UNIX_EPOCH,
            version: 1,
        },
        application: Application {
            hold: None,
            evidence: Vec::new(),
            id: id.into(),
            tenant: id.into(),
            number: ApplicationNumber::parse("GP-1S39QN9SEJHP").unwrap(),
            kind: ApplicationKind::Initial,
            organization_type: "enterprise".to_owned(),
            draft,
            state: State::Draft,
            last_decision: None,
            consent: None,
            created_at: DateTime::UNIX_EPOCH,
            version: 1,
        },
        documents: RequirementKind::ALL.iter().copied().map(document).collect(),
        certificate: None,
        number_holder: None,
        ticket: None,
    }
}

/// What is found in a case of a type, on 22 November 2026.
fn found(kind: &str, change: impl FnOnce(&mut Case)) -> Vec<String> {
    let types = OrganizationTypes::shipped().unwrap();
    let mut case = sound();
    change(&mut case);
    let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    let findings = precheck(&case, types.parse(kind).unwrap(), today);
    let text = |finding: &Finding| {
        let place = finding.requirement.map_or("", RequirementKind::name);
        let place = finding.pointer.as_deref().unwrap_or(place);
        format!("{place}: {}{}", finding.code.name(), if finding.blocking { "" } else { "?" })
    };
    findings.iter().map(text).collect()
}

#[allow(clippy::unnecessary_wraps, reason = "every field of a draft may be missing")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_sound_case_has_no_findings() {
    assert!(found("enterprise", |_| {}).is_empty());
}

#[test]
fn names_are_compared_without_regard_to_their_form() {
    let named = |name: &str| found("enterprise", |case| case.application.draft.legal_name = some(name));
    for same in ["深圳市工牌科技（集团）有限公司", " 深圳市工牌科技 (集团) 有限公司 "]
    {
        assert!(named(same).is_empty(), "{same}");
    }
    assert_eq!(named("深圳市公牌科技（集团）有限公司"), ["/legal_name: name_mismatch?"]);
    assert_eq!(named("  "), ["/legal_name: field_missing"]);
    assert_eq!(named("x"), ["/legal_name: field_invalid"]);
    // A shop may have no name; its license is made out to its operator.
    let shop = |legal: Option<&str>| {
        found("individual_business", |case| {
            case.tenant.organization.name = OrganizationName::parse("王小明").unwrap();
            case.application.draft.legal_name = legal.map(str::to_owned);
            case.application.draft.representative.capacity = Some(Capacity::Operator);
            case.application.draft.registration.number = some("92350100M000100Y40");
        })
    };
    assert!(shop(None).is_empty());
    assert!(shop(Some("")).is_empty(), "an empty name is none");
}

#[test]
fn registrations() {
    use RegistrationKind::{CreditCode, Legacy, Overseas, RegistrationNumber};
    let number = "/registration/number";
    for (kind, registration, text, code, expected) in [
        ("enterprise", Some(CreditCode), "91350100m000100y43", None, vec![]),
        (
            "enterprise",
            Some(CreditCode),
            "91350100M000100Y44",
            None,
            vec![format!("{number}: credit_code_check_failed")],
        ),
        ("enterprise", Some(CreditCode), "91350100M000100Y4", None, vec![format!("{number}: field_invalid")]),
        ("enterprise", Some(CreditCode), " ", None, vec![format!("{number}: field_missing")]),
        (
            "enterprise",
            None,
            "91350100M000100Y43",
            None,
            vec!["/registration/kind: field_missing".to_owned()],
        ),
        (
            "government",
            Some(CreditCode),
            "91350100M000100Y43",
            None,
            vec![format!("{number}: registration_number_mismatch?")],
        ),
        ("other", Some(CreditCode), "91350100M000100Y43", None, vec![]),
        ("enterprise", Some(RegistrationNumber), "110108000000016", None, vec![]),
        (
            "enterprise",
            Some(RegistrationNumber),
            "110108000000017",
            None,
            vec![format!("{number}: credit_code_check_failed")],
        ),
        (
            "law_firm",
            Some(RegistrationNumber),
            "110108000000016",
            None,
            vec!["/registration/kind: registration_number_mismatch".to_owned()],
        ),
        ("enterprise", Some(Legacy), "440301103", Some("D2143569-X"), vec![]),
        (
            "enterprise",
            Some(Legacy),
            "440301103",
            Some("D21435690"),
            vec!["/registration/organization_code: credit_code_check_failed".to_owned()],
        ),
        (
            "enterprise",
            Some(Legacy),
            "440301103",
            None,
            vec!["/registration/organization_code: field_missing".to_owned()],
        ),
        ("enterprise", Some(Legacy), "44", Some("D2143569-X"), vec![format!("{number}: field_invalid")]),
        ("overseas", Some(Overseas), "HK-1234567", None, vec![]),
        (
            "enterprise",
            Some(Overseas),
            "HK-1234567",
            None,
            vec!["/registration/kind: registration_number_mismatch".to_owned()],
        ),
    ] {
        let found = found(kind, |case| {
            case.application.draft.registration = DraftRegistration {
                kind: registration,
                number: some(text),
                organization_code: code.map(str::to_owned),
            };
            // Who stands for it is another rule.
            if ["government", "law_firm"].contains(&kind) {
                case.application.draft.representative.capacity = Some(Capacity::PersonInCharge);
            }
        });
        assert_eq!(found, expected, "{kind} {registration:?} {text} {code:?}");
    }
}

#[test]
fn a_number_is_certified_once() {
    let held = |by: u128| found("enterprise", |case| case.number_holder = Some(Uuid::from_u128(by).into()));
    assert_eq!(held(2), ["/registration/number: duplicate_enterprise"]);
    assert!(held(1).is_empty(), "by oneself");
}

#[test]
fn licenses_are_in_force_until_the_end_of_their_last_day() {
    let until = |kind, text: Option<&str>| {
        found("enterprise", |case| {
            case.application.draft.license_term.kind = kind;
            case.application.draft.license_term.until = text.map(str::to_owned);
        })
    };
    assert!(until(Some(TermKind::Fixed), Some("2026-11-22")).is_empty());
    assert_eq!(until(Some(TermKind::Fixed), Some("2026-11-21")), ["/license_term/until: document_expired"]);
    assert_eq!(until(Some(TermKind::Fixed), Some("2026-02-30")), ["/license_term/until: field_invalid"]);
    assert_eq!(until(Some(TermKind::Fixed), None), ["/license_term/until: field_missing"]);
    assert_eq!(until(None, None), ["/license_term/kind: field_missing"]);
    assert!(until(Some(TermKind::LongTerm), Some("nonsense")).is_empty());
}

#[test]
fn who_stands_for_it() {
    let with = |change: fn(&mut Draft)| found("enterprise", |case| change(&mut case.application.draft));
    let id = "/representative/id_number";
    // Turns 18 today, and tomorrow.
    assert!(with(|draft| draft.representative.id_number = some("110105200811220015")).is_empty());
    assert_eq!(
        with(|draft| draft.representative.id_number = some("110105200811230010")),
        [format!("{id}: id_under_age")]
    );
    assert_eq!(
        with(|draft| draft.representative.id_number = some("110105194912310021")),
        [format!("{id}: id_check_failed")]
    );
    assert!(
        with(|draft| {
            draft.representative.id_kind = Some(IdentityKind::Passport);
            draft.representative.id_number = some("E12345678");
        })
        .is_empty()
    );
    assert_eq!(
        with(|draft| draft.representative = crate::certification::DraftRepresentative::default()),
        [
            "/representative/name: field_missing",
            "/representative/capacity: field_missing",
            "/representative/mobile: field_missing",
            "/representative/id_kind: field_missing",
            "/representative/id_term/kind: field_missing",
        ]
    );
    assert_eq!(
        with(|draft| draft.representative.capacity = Some(Capacity::Operator)),
        ["/representative/capacity: representative_mismatch"]
    );
    // A sealed letter stands for the identity document of a government body.
    let government = found("government", |case| {
        case.application.draft.representative.capacity = Some(Capacity::PersonInCharge);
        case.application.draft.representative.id_kind = None;
        case.application.draft.representative.id_number = None;
        case.application.draft.registration.number = some("11350100M000100Y4B");
    });
    assert!(government.is_empty(), "{government:?}");
}

#[test]
fn who_applies() {
    let with = |change: fn(&mut Draft)| found("enterprise", |case| change(&mut case.application.draft));
    assert_eq!(
        with(|draft| draft.applicant.is_representative = None),
        ["/applicant/is_representative: field_missing"]
    );
    assert_eq!(
        with(|draft| draft.applicant.is_representative = Some(false)),
        [
            "/applicant/name: field_missing",
            "/applicant/id_kind: field_missing",
            "/applicant/id_term/kind: field_missing"
        ]
    );
    assert!(
        with(|draft| {
            draft.applicant.is_representative = Some(false);
            draft.applicant.name = some("李经办");
            draft.applicant.id_kind = Some(IdentityKind::Passport);
            draft.applicant.id_number = some("E12345678");
            draft.applicant.id_term.kind = Some(TermKind::LongTerm);
        })
        .is_empty()
    );
}

#[test]
fn identity_documents_are_in_force() {
    let ended = |today: &str| {
        found("enterprise", |case| {
            case.application.draft.representative.id_term =
                DraftTerm { kind: Some(TermKind::Fixed), until: some(today) };
        })
    };
    assert!(ended("2026-11-22").is_empty());
    assert_eq!(ended("2026-11-21"), ["/representative/id_term/until: id_expired"]);
    assert_eq!(ended("soon"), ["/representative/id_term/until: field_invalid"]);
    // A sealed letter has no term of its own.
    let government = found("government", |case| {
        case.application.draft.representative.capacity = Some(Capacity::PersonInCharge);
        case.application.draft.representative.id_term = DraftTerm::default();
        case.application.draft.registration.number = some("11350100M000100Y4B");
    });
    assert!(government.is_empty(), "{government:?}");
}

#[test]
fn the_representative_consents_by_code_or_by_letter() {
    let with = |kind: &str, letter: bool, name: &str, mobile: &str| {
        found(kind, |case| {
            if kind == "government" {
                case.application.draft.representative.capacity = Some(Capacity::PersonInCharge);
                case.application.draft.registration.number = some("11350100M000100Y4B");
            }
            if !letter {
                case.documents.retain(|document| document.kind != RequirementKind::ConsentLetter);
            }
            case.application.consent = Some(Consent {
                agreements: Vec::new(),
                name: name.to_owned(),
                mobile: mobile.to_owned(),
                way: ConsentWay::Code,
                at: DateTime::UNIX_EPOCH,
            });
        })
    };
    let missing = ["consent_letter: consent_missing"];
    assert!(with("enterprise", false, "王小明", "+8613800138000").is_empty());
    assert!(with("enterprise", true, "", "").is_empty());
    assert_eq!(with("enterprise", false, "王大明", "+8613800138000"), missing);
    assert_eq!(with("enterprise", false, "王小明", "+8613800138001"), missing);
    assert!(with("government", false, "", "").is_empty(), "its letter says it along");
}

#[test]
fn documents_that_are_missing() {
    assert_eq!(
        found("enterprise", |case| {
            case.documents.retain(|document| document.kind == RequirementKind::ConsentLetter);
        }),
        [
            "business_license: document_missing",
            "id_document_front: document_missing",
            "id_document_back: document_missing"
        ]
    );
    let applied = found("enterprise", |case| {
        case.documents.retain(|document| document.kind != RequirementKind::AuthorizationLetter);
        case.application.draft.applicant.is_representative = Some(false);
        case.application.draft.applicant.name = some("李经办");
        case.application.draft.applicant.id_kind = Some(IdentityKind::Passport);
        case.application.draft.applicant.id_number = some("E12345678");
        case.application.draft.applicant.id_term.kind = Some(TermKind::LongTerm);
    });
    assert_eq!(applied, ["authorization_letter: authorization_missing"]);
}

/// A license that a program read so.
fn read(name: &str, number: &str, confidence: u8) -> Reading {
    let proposal = |value: &str| Proposal { value: value.to_owned(), confidence, from: ReadFrom::Text };
    Reading {
        legal_name: Some(proposal(name)),
        credit_code: Some(proposal(number)),
        at: DateTime::UNIX_EPOCH,
    }
}

#[test]
fn what_a_program_read_is_advice() {
    let license = |reading: Reading| {
        found("enterprise", |case| {
            let license = case.documents.iter_mut().find(|it| it.kind == RequirementKind::BusinessLicense);
            license.unwrap().reading = Some(reading.clone());
        })
    };
    let sound = sound();
    let (name, number) =
        (sound.application.draft.legal_name.unwrap(), sound.application.draft.registration.number.unwrap());
    assert!(license(read(&name, &number, 99)).is_empty());
    let other = "92350100M000100Y40";
    let told = ["/legal_name: name_mismatch?", "/registration/number: registration_number_mismatch?"];
    assert_eq!(license(read("另一家有限公司", other, SURE)), told);
    assert!(license(read("另一家有限公司", other, SURE - 1)).is_empty(), "who is not sure says nothing");
}

#[test]
fn what_others_say_is_left_to_the_reviewer() {
    use EvidenceKind::{BankTransfer, Registry};
    use EvidenceOutcome::{Confirmed, Inactive, NameDiffers, NotFound, RepresentativeDiffers};
    let said = |kind: EvidenceKind, outcome: EvidenceOutcome, attempt: u32| {
        found("enterprise", |case| {
            let at = DateTime::UNIX_EPOCH;
            case.application.state = State::Submitted(Submission {
                attempt: 2,
                by: Uuid::nil().into(),
                at,
                left: chrono::Duration::days(3),
                due_at: at,
                provisional: false,
            });
            case.application.evidence = vec![Evidence { kind, attempt, outcome, at }];
        })
    };
    assert!(said(Registry, Confirmed, 2).is_empty());
    assert_eq!(said(Registry, NotFound, 2), ["/registration/number: registry_not_found?"]);
    assert_eq!(said(Registry, Inactive, 2), ["/registration/number: registry_inactive?"]);
    assert_eq!(said(Registry, NameDiffers, 2), ["/legal_name: name_mismatch?"]);
    assert_eq!(
        said(BankTransfer, RepresentativeDiffers, 2),
        ["/representative/name: representative_mismatch?"]
    );
    assert!(said(BankTransfer, NotFound, 2).is_empty(), "nobody has to have moved money");
    assert!(said(Registry, NotFound, 1).is_empty(), "an earlier submission was another one");
}
