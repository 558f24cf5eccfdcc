//! Demonstration data: companies at different stages and somebody to review them, made by the same use cases that serve
//! requests, so that a frontend has something to show in a minute.

use crate::inspection::Uploaded;
use crate::service::Service;
use crate::session::Credentials;
use crate::settings::Mode;
use chrono::Days;
use domain::access::Rights;
use domain::account::AccountStore;
use domain::actor::{MemberActor, MemberRole, OperatorActor, OperatorRole, Realm};
use domain::agreement::{Accepted, Occasion};
use domain::certification::{
    ApplicationStore, Attach, Draft, DraftAddress, DraftApplicant, DraftRegistration, DraftRepresentative,
    DraftTerm, Outcome, RequirementKind, Submitted, TermKind, attach, submit, update_subject,
};
use domain::contact::ContactPoint;
use domain::context::{Context, Origin, Random};
use domain::department::{self, DepartmentName, NewDepartment};
use domain::error::{Error, Language, Result, Violation};
use domain::id::{DepartmentId, MemberId};
use domain::identifier::IdentityKind;
use domain::member::{self, MemberDraft, PlacementDraft};
use domain::operator::Operator;
use domain::phone::{MobileNumber, Phone};
use domain::reference::{Capacity, IndustryCode, RegionCode, RegistrationKind, StaffSize};
use domain::registration::{Administrator, Registration, Start, Verified, Verify, start, verify};
use domain::review::{Judgement, claim, decide};
use domain::scheduled_change::{self, Intent, NewChange};
use domain::session::{NewDevice, Owner, Platform, TokenHash};
use domain::tag::{self, Retagging, TagName};
use domain::tenant::{Address, Organization, TenantScope};
use domain::text::{AddressLine, DeviceName, OrganizationName, PersonName, Position};
use domain::verification::{CodeBook, Permit, Purpose, Requester, Subject, VerificationStore};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use persistence::Folder;
use ring::digest;
use std::io::Write;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// A company to make.
struct Company {
    name: &'static str,
    owner: &'static str,
    mobile: &'static str,
    credit_code: &'static str,
}

const HALF_WAY: Company = Company {
    name: "深圳市半途科技有限公司",
    owner: "陈半途",
    mobile: "13800000001",
    credit_code: "91440300MA5DEM01A6",
};
const CERTIFIED: Company = Company {
    name: "杭州已证软件有限公司",
    owner: "周已证",
    mobile: "13800000002",
    credit_code: "91440300MA5DEM02X2",
};
/// What the certified company is made of: each department with its English name and the one above it, which is before it; the root
/// where there is none of that name.
const DEPARTMENTS: [(&str, &str, &str); 12] = [
    ("研发中心", "Research and Development", ""),
    ("平台部", "Platform", "研发中心"),
    ("存储组", "Storage", "平台部"),
    ("应用部", "Applications", "研发中心"),
    ("质量部", "Quality", "研发中心"),
    ("销售中心", "Sales", ""),
    ("华东区", "East China", "销售中心"),
    ("华南区", "South China", "销售中心"),
    ("客户成功部", "Customer Success", ""),
    ("人力资源部", "Human Resources", ""),
    ("财务部", "Finance", ""),
    ("行政部", "Administration", ""),
];
/// Who is invited there: each with a job, the department, and whether they lead it. Their numbers follow one another.
const MEMBERS: [(&str, &str, &str, bool); 16] = [
    ("单雄信", "研发总监", "研发中心", true),
    ("曾子墨", "平台负责人", "平台部", true),
    ("乐嘉", "存储工程师", "存储组", true),
    ("张伟", "存储工程师", "存储组", false),
    ("王芳", "应用负责人", "应用部", true),
    ("李娜", "前端工程师", "应用部", false),
    ("刘洋", "测试工程师", "质量部", true),
    ("陈静", "销售总监", "销售中心", true),
    ("杨帆", "区域经理", "华东区", true),
    ("赵磊", "区域经理", "华南区", true),
    ("黄艳", "客户经理", "客户成功部", true),
    ("周杰", "客户经理", "客户成功部", false),
    ("吴倩", "人力资源经理", "人力资源部", true),
    ("Anna Weiß", "招聘专员", "人力资源部", false),
    ("孙丽", "财务经理", "财务部", true),
    ("马超", "行政专员", "行政部", true),
];
const REVIEWER: (&str, &str) = ("13800000009", "李审核");

/// Makes the companies and the reviewer, unless they are there, and says how to meet them.
///
/// # Errors
/// When the store fails.
pub fn make(service: &Arc<Service>, runtime: &Runtime) -> Result<String> {
    if service.settings.secrets.mode == Mode::Production {
        return Err(Error::internal(
            "the demo makes an operator whose number is public; it is not for production",
        ));
    }
    let origin = Origin { request_id: "demo".to_owned(), ..Origin::default() };
    let demo = Demo { service, runtime, origin };
    let reviewer = demo.reviewer()?;
    let mut said = format!("reviewer  {} {} (realm: platform)\n", REVIEWER.0, REVIEWER.1);
    for (company, certified) in [(&HALF_WAY, false), (&CERTIFIED, true)] {
        let stage = if certified { "certified" } else { "half-way" };
        if let Some(owner) = demo.company(company)? {
            demo.fill_in(company, &owner, certified)?;
            if certified {
                demo.approve(&owner, &reviewer)?;
                let departments = demo.departments(&owner)?;
                demo.members(&owner, &departments)?;
            }
        }
        said += &format!("{stage:9} {} {} — {}\n", company.mobile, company.owner, company.name);
    }
    said += "invited   13800000101 to 13800000116 — members of the certified company\n";
    said += "Sign in with a code: POST /v1/codes, then GET /dev/outbox.\n";
    Ok(said)
}

struct Demo<'a> {
    service: &'a Arc<Service>,
    runtime: &'a Runtime,
    origin: Origin,
}

impl Demo<'_> {
    fn context(&self) -> Context<'_> {
        Context { now: self.service.clock.now(), random: &self.service.random, origin: &self.origin }
    }

    fn reviewer(&self) -> Result<Operator> {
        let (mobile, name) =
            (MobileNumber::parse(REVIEWER.0).map_err(wrong)?, PersonName::parse(REVIEWER.1).map_err(wrong)?);
        crate::operator::save(self.service, &mobile, &name, OperatorRole::SeniorReviewer)
    }

    fn accepted(&self, occasion: Occasion) -> Vec<Accepted> {
        let wanted = self.service.agreements.all().iter().filter(|a| a.required_for.contains(&occasion));
        wanted.map(|a| Accepted { id: a.id, version: a.version.clone() }).collect()
    }
}

impl Demo<'_> {
    /// Registers a company; `None` when it is there already.
    fn company(&self, company: &Company) -> Result<Option<MemberActor>> {
        let mobile = MobileNumber::parse(company.mobile).map_err(wrong)?;
        if self.service.database.read(|tx| tx.account_by(&ContactPoint::from(&mobile)))?.is_some() {
            return Ok(None);
        }
        let registration = self.start(company, &mobile)?;
        let subject = Subject::registration(registration.id);
        let sent = self
            .service
            .database
            .read(|tx| tx.verification(Purpose::Register, &subject, Requester::Stranger))?
            .ok_or_else(|| Error::internal("the demo's code is gone"))?;
        let keys = &self.service.keys;
        let credentials = Credentials::make(self.service);
        let device = NewDevice {
            name: DeviceName::parse("demo").map_err(wrong)?,
            platform: Platform::Desktop,
            serial: None,
        };
        let request = Verify {
            code: &keys.code(&sent.salt, sent.generation),
            device: &device,
            device_token: None,
            totp: None,
            number_idle: None,
            patience: &self.service.settings.passwords.patience,
            tokens: &credentials.hashes,
            lifetime: &self.service.settings.tokens.lifetime,
        };
        let verified = self
            .service
            .database
            .write(|tx| verify(tx, &self.context(), registration.clone(), &request, keys))?;
        let Verified::Completed(completed) = verified else {
            return Err(Error::internal("the demo's code was refused"));
        };
        match completed.opened.session.owner {
            Owner::Member { account, tenant, member } => {
                let session = completed.opened.session.id;
                let (role, rights) = (MemberRole::Owner, Arc::new(Rights::of_owner()));
                Ok(Some(MemberActor { account, tenant, member, role, session, rights }))
            }
            Owner::Operator(_) => Err(Error::internal("an owner is a member")),
        }
    }

    fn start(&self, company: &Company, mobile: &MobileNumber) -> Result<Registration> {
        let request = Start {
            id: self.context().id(),
            organization: Organization {
                name: OrganizationName::parse(company.name).map_err(wrong)?,
                kind: "enterprise".to_owned(),
                industry: IndustryCode::parse("I65").map_err(wrong)?,
                staff_size: StaffSize::UpTo199,
                address: Address {
                    region: RegionCode::parse("440305").map_err(wrong)?,
                    line: AddressLine::parse("科技园路 1 号").map_err(wrong)?,
                },
                phone: Phone::parse("0755-86001234").map_err(wrong)?,
            },
            administrator: Administrator {
                name: PersonName::parse(company.owner).map_err(wrong)?,
                position: Position::parse("行政经理").map_err(wrong)?,
                mobile: mobile.clone(),
                is_legal_representative: true,
            },
            accepted: self.accepted(Occasion::Registration),
            token: TokenHash(self.service.random.bytes()),
        };
        let settings = &self.service.settings;
        let permit = Permit {
            realm: Realm::Tenant,
            purpose: Purpose::Register,
            contact: mobile.clone().into(),
            requester: Requester::Stranger,
            tenant: None,
            language: Language::Chinese,
        };
        self.service.database.write(|tx| {
            let (agreements, limits) = (&self.service.agreements, &settings.codes);
            start(tx, &self.context(), &request, &permit, agreements, &settings.registration, limits)
        })
    }

    /// Writes the subject and uploads documents: all of them and submits, or the first one alone.
    fn fill_in(&self, company: &Company, owner: &MemberActor, whole: bool) -> Result<()> {
        let types = &self.service.types;
        let terms = &self.service.settings.certification;
        let draft = draft(company, whole);
        self.service.database.write(|tx| {
            tx.enter(owner.tenant);
            update_subject(tx, &self.context(), owner, |_| Ok(draft.clone()), None, types, terms).map(drop)
        })?;
        let kinds = [
            RequirementKind::BusinessLicense,
            RequirementKind::IdDocumentFront,
            RequirementKind::IdDocumentBack,
        ];
        for kind in kinds.into_iter().take(if whole { 3 } else { 1 }) {
            self.upload(owner, kind)?;
        }
        if !whole {
            return Ok(());
        }
        let accepted = self.accepted(Occasion::Certification);
        let submitted = self.service.database.write(|tx| {
            tx.enter(owner.tenant);
            submit(tx, &self.context(), owner, &accepted, &self.service.agreements, types, terms)
        })?;
        match submitted {
            Submitted::Accepted(_) => Ok(()),
            Submitted::Incomplete(findings) => {
                Err(Error::internal(format!("the demo is incomplete: {findings:?}")))
            }
        }
    }

    fn upload(&self, owner: &MemberActor, kind: RequirementKind) -> Result<()> {
        let bytes = drawn(kind)?;
        let mut file = self.service.documents.receive()?;
        file.write_all(&bytes).map_err(|error| Error::internal(error.to_string()))?;
        let sha256 = data_encoding::HEXLOWER.encode(digest::digest(&digest::SHA256, &bytes).as_ref());
        let uploaded = Uploaded { file, size: bytes.len() as u64, sha256 };
        let id = self.context().id();
        let taken = Arc::clone(self.service).take_in(uploaded, Folder::Tenant(owner.tenant), id);
        let content = self.runtime.block_on(taken)?;
        let attached = Attach { id, kind, page: 1, replaces: None, content };
        self.service.database.write(|tx| {
            tx.enter(owner.tenant);
            let (types, terms) = (&self.service.types, &self.service.settings.certification);
            attach(tx, &self.context(), owner, &attached, types, terms).map(drop)
        })
    }

    /// The tree of [`DEPARTMENTS`], each by its name.
    fn departments(&self, owner: &MemberActor) -> Result<Vec<(&'static str, DepartmentId)>> {
        let mut made: Vec<(&str, DepartmentId)> = Vec::new();
        for (name, english_name, above) in DEPARTMENTS {
            let parent = made.iter().find(|(known, _)| *known == above).map(|(_, id)| *id);
            let new = NewDepartment {
                parent,
                name: DepartmentName::parse(name).map_err(wrong)?,
                english_name: Some(DepartmentName::parse(english_name).map_err(wrong)?),
                order: None,
                hidden: false,
            };
            let department = self.service.database.write(|tx| {
                tx.enter(owner.tenant);
                department::create(tx, &self.context(), owner, new.clone())
            })?;
            made.push((name, department.id));
        }
        Ok(made)
    }

    /// The people of [`MEMBERS`], who join when somebody signs in with their number; no SMS goes to them. Who leads has a tag.
    fn members(&self, owner: &MemberActor, departments: &[(&str, DepartmentId)]) -> Result<()> {
        let terms = &self.service.settings.certification;
        let mut leaders = Vec::new();
        for (number, (name, position, department, is_leader)) in (101..).zip(MEMBERS) {
            let placement = departments
                .iter()
                .find(|(known, _)| *known == department)
                .map(|(_, id)| PlacementDraft { department_id: (*id).into(), order: 0, is_leader });
            let draft = MemberDraft {
                name: Some(name.to_owned()),
                mobile: Some(format!("13800000{number}")),
                position: Some(position.to_owned()),
                departments: Some(placement.into_iter().collect()),
                ..MemberDraft::default()
            };
            let made = self.service.database.write(|tx| {
                tx.enter(owner.tenant);
                member::invite(tx, &self.context(), owner, &draft, (terms, false))
            })?;
            leaders.extend(is_leader.then_some(made.member.id));
        }
        self.promotion(owner, leaders[leaders.len() - 1])?;
        let name = TagName::parse("部门负责人").map_err(|_| Error::internal("the demo's tag"))?;
        self.service.database.write(|tx| {
            tx.enter(owner.tenant);
            let tag = tag::create(tx, &self.context(), owner, name.clone())?;
            let asked = Retagging { add: leaders.clone(), remove: Vec::new() };
            tag::retag(tx, &self.context(), owner, (tag.id, None), &asked).map(drop)
        })
    }

    /// Somebody is promoted a month from now.
    fn promotion(&self, owner: &MemberActor, member: MemberId) -> Result<()> {
        let calendar = &self.service.settings.certification.calendar;
        let effective_on = calendar.day(self.service.clock.now()) + Days::new(30);
        let intent = Intent::Update(serde_json::json!({"position": "行政经理"}));
        let new = NewChange { member, effective_on, intent, note: None };
        self.service.database.write(|tx| {
            tx.enter(owner.tenant);
            scheduled_change::schedule(tx, &self.context(), owner, &new, calendar).map(drop)
        })
    }

    fn approve(&self, owner: &MemberActor, reviewer: &Operator) -> Result<()> {
        let terms = &self.service.settings.certification;
        let actor =
            OperatorActor { operator: reviewer.id, role: reviewer.role, session: self.context().id() };
        let application = self.service.database.read(|tx| {
            tx.enter(owner.tenant);
            tx.application()
        })?;
        let judgement = Judgement {
            outcome: Outcome::Approve,
            is_final: false,
            attempt: 1,
            findings: Vec::new(),
            overrides: Vec::new(),
            internal_note: None,
        };
        self.service
            .database
            .write(|tx| claim(tx, &self.context(), &actor, application.id, terms).map(drop))?;
        self.service.database.write(|tx| {
            let types = &self.service.types;
            decide(tx, &self.context(), &actor, application.id, &judgement, types, terms).map(drop)
        })
    }
}

fn draft(company: &Company, whole: bool) -> Draft {
    let text = |text: &str| Some(text.to_owned());
    Draft {
        legal_name: text(company.name),
        registration: DraftRegistration {
            kind: Some(RegistrationKind::CreditCode),
            number: text(company.credit_code),
            organization_code: None,
        },
        registered_address: DraftAddress { region: text("440305"), line: text("科技园路 1 号") },
        license_term: DraftTerm { kind: Some(TermKind::LongTerm), until: None },
        representative: DraftRepresentative {
            name: text(company.owner),
            capacity: Some(Capacity::LegalRepresentative),
            id_kind: Some(IdentityKind::ResidentId),
            id_number: whole.then(|| "11010519491231002X".to_owned()),
            id_term: DraftTerm { kind: whole.then_some(TermKind::LongTerm), until: None },
            mobile: text(company.mobile),
        },
        applicant: DraftApplicant { is_representative: Some(true), ..DraftApplicant::default() },
    }
}

/// A picture that stands for a document: a frame, a seal, lines where text would be.
fn drawn(kind: RequirementKind) -> Result<Vec<u8>> {
    let tint = [235, 245, 225].map(|light: u8| light.saturating_sub(kind as u8 * 3));
    let image = RgbImage::from_fn(1200, 800, |x, y| {
        let frame = !(30..1170).contains(&x) || !(30..770).contains(&y);
        let seal = (i64::from(x) - 980).pow(2) + (i64::from(y) - 600).pow(2);
        let line = (120..700).contains(&x) && (150..700).contains(&y) && y % 60 < 12;
        match () {
            () if frame => Rgb([150, 120, 60]),
            () if (9_000..11_000).contains(&seal) => Rgb([200, 30, 30]),
            () if line => Rgb([70, 70, 70]),
            () => Rgb(tint),
        }
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 85)
        .write_image(&image, image.width(), image.height(), ExtendedColorType::Rgb8)
        .map_err(|error| Error::internal(format!("drawing: {error}")))?;
    Ok(bytes)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn wrong(violation: Violation) -> Error {
    Error::internal(format!("demo: {}", violation.code.name()))
}
