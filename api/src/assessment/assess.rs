use crate::certification::RequirementKind;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use crate::mirror::mirror;
use crate::policy::schema::SecurityPreset;
use crate::registration::StaffSize;
use actix_web::post;
use domain::assessment::assess;
use domain::error::{Faults, Place};
use domain::limits::Limits;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

mirror! {
    /// What somebody wants from the platform.
    OrganizationNeed = domain::assessment::Need {
        Announcements "announcements" "tell everybody something";
        Calendar "calendar" "plan together";
        Documents "documents" "share files";
        ExternalContacts "external_contacts" "stay in touch with customers";
        AppMarket "app_market" "connect own or bought programs";
    }
}

/// An organization that thinks about joining.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"type": "enterprise", "staff_size": "50_199", "needs": ["calendar", "external_contacts"]}))]
pub(crate) struct AssessOrganization {
    /// The code of its type.
    #[schema(min_length = 1, max_length = 64)]
    r#type: String,
    /// How many people it has.
    staff_size: StaffSize,
    /// What it wants.
    #[schema(max_items = 20)]
    needs: Vec<OrganizationNeed>,
}

/// What an organization can do at some stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StageLimits {
    /// How many members it can have; null is without limit.
    members: Option<u32>,
    /// Whether it can keep contacts outside.
    external_contacts: bool,
    /// Whether it can publish apps.
    app_publishing: bool,
}

impl From<Limits> for StageLimits {
    fn from(limits: Limits) -> Self {
        let Limits { members, external_contacts, app_publishing } = limits;
        Self { members, external_contacts, app_publishing }
    }
}

/// Whether an organization can begin at once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Eligibility {
    /// Whether it can register. Every known type can.
    can_register: bool,
    /// Whether it fits on the platform without being certified.
    usable_uncertified: bool,
    /// The needs that only a certified organization can have.
    needs_certification: Vec<OrganizationNeed>,
}

/// Limits before and after certification.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssessedLimits {
    /// Before certification.
    uncertified: StageLimits,
    /// After it.
    certified: StageLimits,
}

/// What to begin with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Recommendations {
    /// Modules to switch on.
    modules: Vec<String>,
    /// Built-in roles to hand out.
    roles: Vec<String>,
    /// The security policy.
    security_preset: SecurityPreset,
}

/// What an organization needs, may do and should begin with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssessmentView {
    /// Whether it can begin at once.
    eligibility: Eligibility,
    /// The documents to prepare, when the representative applies with a resident identity card.
    materials: Vec<RequirementKind>,
    /// What it can do, before and after certification.
    limits: AssessedLimits,
    /// What to begin with.
    recommendations: Recommendations,
}

/// Assess an organization
///
/// Changes nothing, and needs nobody to sign in.
#[utoipa::path(
    operation_id = "assess_organization", tag = "preparation",
    request_body = AssessOrganization,
    responses((status = 200, description = "The assessment.", body = AssessmentView)),
)]
#[post("/v1/assessments")]
pub(crate) async fn assess_organization(call: Call, body: Body<AssessOrganization>) -> Outcome {
    call.compute(None, body.fingerprint, move |_, world| {
        let request = &body.value;
        let mut faults = Faults::of(Place::Body);
        let Some(organization) = faults.at("/type", world.service.types.parse(&request.r#type)) else {
            return Err(faults.into_error());
        };
        let needs: Vec<_> = request.needs.iter().map(|need| (*need).into()).collect();
        let assessment = assess(organization, request.staff_size.into(), &needs);
        Reply::ok(&AssessmentView {
            eligibility: Eligibility {
                can_register: true,
                usable_uncertified: assessment.usable_uncertified,
                needs_certification: assessment.needs_certification.into_iter().map(Into::into).collect(),
            },
            materials: assessment.materials.into_iter().map(Into::into).collect(),
            limits: AssessedLimits {
                uncertified: Limits::UNCERTIFIED.into(),
                certified: Limits::CERTIFIED.into(),
            },
            recommendations: Recommendations {
                modules: assessment.modules.into_iter().map(str::to_owned).collect(),
                roles: assessment.roles.into_iter().map(str::to_owned).collect(),
                security_preset: assessment.preset.into(),
            },
        })
    })
    .await
}
