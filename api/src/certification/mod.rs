//! Certification: a company proves by documents that it is who it says it is.

pub(crate) mod begin;
pub(crate) mod certificate;
pub(crate) mod consent;
pub(crate) mod delete_document;
pub(crate) mod document_content;
pub(crate) mod get;
pub(crate) mod list_applications;
pub(crate) mod look_up;
pub(crate) mod precheck;
pub(crate) mod submit;
pub(crate) mod update_subject;
pub(crate) mod upload_document;
mod view;
pub(crate) mod withdraw;

pub(crate) use view::*;

use crate::mirror::mirror;

mirror! {
    /// In which capacity someone stands for an organization.
    RepresentativeCapacity = domain::reference::Capacity {
        LegalRepresentative "legal_representative" "法定代表人";
        Operator "operator" "经营者, of an individual business";
        ManagingPartner "managing_partner" "执行事务合伙人";
        SoleInvestor "sole_investor" "投资人, of a sole proprietorship";
        PersonInCharge "person_in_charge" "负责人";
    }
}

mirror! {
    /// By which number an organization is registered.
    RegistrationNumberKind = domain::reference::RegistrationKind {
        CreditCode "credit_code" "unified social credit code, GB 32100";
        RegistrationNumber "registration_number" "15-digit number of the industry and commerce authority";
        Legacy "legacy" "an older number, with the organization code of GB 11714";
        Overseas "overseas" "a number of a registry outside the mainland";
    }
}

mirror! {
    /// A kind of identity document.
    IdentityKind = domain::identifier::IdentityKind {
        ResidentId "resident_id" "居民身份证, GB 11643";
        HkMacauPermit "hk_macau_permit" "港澳居民来往内地通行证";
        TaiwanPermit "taiwan_permit" "台湾居民来往大陆通行证";
        HkMacauTaiwanResidencePermit "hk_macau_taiwan_residence_permit" "港澳台居民居住证";
        ForeignPermanentResidentCard "foreign_permanent_resident_card" "外国人永久居留身份证";
        Passport "passport" "护照";
    }
}

mirror! {
    /// Where an application stands.
    ApplicationState = domain::certification::StateName {
        Draft "draft" "it was never submitted";
        Submitted "submitted" "it waits for a reviewer";
        InReview "in_review" "a reviewer took it up";
        AwaitingConfirmation "awaiting_confirmation" "a second reviewer has to agree; applicants see `in_review`";
        InformationRequested "information_requested" "the applicant has to send something again, by `respond_by`";
        Approved "approved" "it was approved";
        Rejected "rejected" "it was rejected; `retryable` says whether it may be submitted again";
        Withdrawn "withdrawn" "the applicant took it back";
        Expired "expired" "what was asked for did not come in time";
    }
}

mirror! {
    /// How long a license lasts.
    LicenseTermKind = domain::certification::TermKind {
        Fixed "fixed" "until a day";
        LongTerm "long_term" "长期, without an end";
    }
}

mirror! {
    /// A document that can be asked for.
    RequirementKind = domain::certification::RequirementKind {
        BusinessLicense "business_license" "营业执照";
        CreditCodeCertificate "credit_code_certificate" "统一社会信用代码证书, of government bodies";
        InstitutionCertificate "institution_certificate" "事业单位法人证书";
        RegistrationCertificate "registration_certificate" "登记证书 of social organizations, foundations, unions and others";
        PracticeLicense "practice_license" "执业许可证, of law firms";
        OverseasRegistration "overseas_registration" "proof of registration outside the mainland";
        OrganizationCodeCertificate "organization_code_certificate" "组织机构代码证, beside licenses of the old kind";
        IdDocumentFront "id_document_front" "front of the representative's identity document; the data page of a passport";
        IdDocumentBack "id_document_back" "its back";
        AuthorizationLetter "authorization_letter" "授权书, when somebody else than the representative applies";
        SealedLetter "sealed_letter" "盖章公函, instead of an identity document";
        ConsentLetter "consent_letter" "盖章的同意书, by which the representative consents, instead of a code";
    }
}

mirror! {
    /// Where a requirement stands.
    RequirementStatus = domain::certification::RequirementStatus {
        Missing "missing" "no document yet";
        Uploaded "uploaded" "a document that no reviewer has judged yet";
        Accepted "accepted" "a reviewer found it in order";
        Rejected "rejected" "a reviewer found it wanting";
    }
}

mirror! {
    /// Where a field stands.
    FieldStatus = domain::certification::FieldStatus {
        Missing "missing" "nothing is written yet";
        Wrong "wrong" "what is written is wrong";
        Filled "filled" "it is filled in, and no reviewer has judged it yet";
        Accepted "accepted" "a reviewer found it in order";
        Rejected "rejected" "a reviewer found it wanting";
    }
}

mirror! {
    /// How a representative consented.
    ConsentWayName = domain::certification::ConsentWay {
        Session "session" "they are who applies, signed in with their own number";
        Code "code" "by a code sent to their number";
    }
}

mirror! {
    /// Whose turn it is.
    RequirementAwaiting = domain::certification::Awaiting {
        Applicant "applicant" "the applicant's";
        Reviewer "reviewer" "a reviewer's";
        None "none" "nobody's";
    }
}

mirror! {
    /// The type of a document's bytes.
    DocumentMediaType = domain::certification::MediaType {
        Jpeg "image/jpeg" "JPEG";
        Png "image/png" "PNG";
        Webp "image/webp" "WebP";
        Pdf "application/pdf" "PDF";
    }
}

mirror! {
    /// What is missing or wrong.
    FindingCode = domain::certification::FindingCode {
        FieldMissing "field_missing" "a field is not filled in";
        FieldInvalid "field_invalid" "a field does not have the right form";
        DocumentMissing "document_missing" "a document has not been uploaded";
        DocumentBlurry "document_blurry" "the document is too blurred to read";
        DocumentIncomplete "document_incomplete" "part of the document is cut off, covered or missing";
        DocumentExpired "document_expired" "the license is no longer in force";
        DocumentTypeWrong "document_type_wrong" "it is not the document that was asked for";
        DocumentAltered "document_altered" "the document shows signs of alteration";
        LicenseHasNoName "license_has_no_name" "the license bears no name";
        NameMismatch "name_mismatch" "names differ";
        RegistrationNumberMismatch "registration_number_mismatch" "the number does not fit the organization type or the license";
        CreditCodeCheckFailed "credit_code_check_failed" "the check character of the number is wrong";
        IdCheckFailed "id_check_failed" "the identity number is wrong";
        IdExpired "id_expired" "the identity document is no longer in force";
        IdUnderAge "id_under_age" "the representative is under 18";
        AddressMismatch "address_mismatch" "the address differs from the license";
        RepresentativeMismatch "representative_mismatch" "the representative differs from the license";
        AuthorizationMissing "authorization_missing" "a letter of authorization is needed";
        ConsentMissing "consent_missing" "the representative has not consented to stand for the organization";
        RegistryNotFound "registry_not_found" "the registry does not know the organization";
        RegistryInactive "registry_inactive" "the registry lists the organization as inactive";
        DuplicateEnterprise "duplicate_enterprise" "another organization is certified with this number";
        NobodyCertified "nobody_certified" "nobody is certified with this number, so there is nothing to take over";
        ProhibitedBusiness "prohibited_business" "this kind of business cannot be certified";
        Other "other" "something else; see the message";
    }
}

mirror! {
    /// What to do about a finding.
    FindingRemedy = domain::certification::Remedy {
        FillIn "fill_in" "write something into the empty field";
        CorrectField "correct_field" "correct what stands in the field";
        Upload "upload" "upload the document";
        UploadAgain "upload_again" "upload it again, better";
        UpdateLicenseAtRegistryFirst "update_license_at_registry_first" "have the registry change the license, then apply";
        AskForConsent "ask_for_consent" "ask the representative for the code that was sent to them, or upload their letter";
        JoinOrAppeal "join_or_appeal" "ask to join the certified organization, or appeal";
        ContactSupport "contact_support" "ask for help";
    }
}

mirror! {
    /// Something that can be done with an application.
    ApplicationAction = domain::certification::Action {
        Edit "edit" "change the subject and the documents";
        Submit "submit" "submit it";
        Withdraw "withdraw" "take it back";
        Claim "claim" "claim it for review";
        Release "release" "give the claim up";
        Assign "assign" "give the claim to somebody";
        RequestInformation "request_information" "ask for something to be sent again";
        Approve "approve" "approve it";
        Reject "reject" "reject it";
        Confirm "confirm" "let the decision that another reviewer proposed take effect";
        Decline "decline" "send it back to review instead";
    }
}

mirror! {
    /// Why an application is made.
    ApplicationKindName = domain::certification::ApplicationKind {
        Initial "initial" "the first one";
        Renewal "renewal" "the certificate ends, or has ended";
        Change "change" "something that the certificate says has changed";
        Takeover "takeover" "another tenant is certified with the number, and its owner has vanished";
    }
}

mirror! {
    /// Where a certificate stands.
    CertificateStateName = domain::certification::CertificateState {
        None "none" "there is none";
        Valid "valid" "it is in force";
        RenewalDue "renewal_due" "it is in force and ends within 30 days";
        Expired "expired" "it has ended";
        Suspended "suspended" "the platform has suspended it";
    }
}

mirror! {
    /// What a reviewer decides.
    ReviewOutcome = domain::certification::Outcome {
        Approve "approve" "the organization is who it says it is";
        RequestInformation "request_information" "something has to be sent again";
        Reject "reject" "it is not accepted";
    }
}
