//! Companies, told as a story: `world.company("…").registered().await.filled_in().await.submitted().await`.

use crate::world::{World, mobile};
use crate::{Answer, Request, files};
use serde_json::{Value, json};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A company and what is known of it.
#[derive(Clone)]
pub struct Company {
    pub world: Rc<World>,
    pub name: String,
    pub mobile: String,
    /// The code of its type.
    pub kind: String,
    pub credit_code: String,
    pub registration: String,
    pub registration_token: String,
    pub tenant: String,
    pub access_token: String,
    pub refresh_token: String,
    pub device_token: String,
}

/// The device that tests sign in from.
pub fn device() -> Value {
    json!({"name": "测试浏览器", "platform": "web"})
}

impl Company {
    pub fn new(world: Rc<World>, name: &str) -> Self {
        let nothing = String::new;
        Self {
            world,
            name: name.to_owned(),
            mobile: mobile(),
            kind: "enterprise".to_owned(),
            credit_code: credit_code(),
            registration: nothing(),
            registration_token: nothing(),
            tenant: nothing(),
            access_token: nothing(),
            refresh_token: nothing(),
            device_token: nothing(),
        }
    }

    /// The same company under another number.
    pub fn with_mobile(self, mobile: &str) -> Self {
        Self { mobile: mobile.to_owned(), ..self }
    }

    /// The body that begins its registration.
    pub async fn registration_body(&self) -> Value {
        json!({
            "organization": {"name": self.name, "type": self.kind, "industry": "I65", "staff_size": "50_199",
                "address": {"region": "440305", "line": "科技园路 1 号"}, "phone": "0755-86001234"},
            "administrator": {"name": "王小明", "position": "行政经理", "mobile": self.mobile, "is_legal_representative": true},
            "accepted_agreements": self.world.agreements("registration").await,
        })
    }

    /// Begins to register.
    pub async fn started(mut self) -> Self {
        let body = self.registration_body().await;
        let answer = self.world.post("/v1/registrations", body).send().await.expect(201);
        self.registration = answer.text("/id");
        self.registration_token = answer.text("/registration_token");
        self
    }

    /// Enters a code.
    pub async fn verify(&self, code: &str) -> Answer {
        let body = json!({"code": code, "device": device()});
        let path = format!("/v1/registrations/{}/verification", self.registration);
        self.world.post(path, body).bearer(&self.registration_token).send().await
    }

    /// Enters the right code.
    pub async fn verified(mut self) -> Self {
        let code = self.world.code(&self.mobile).await;
        let answer = self.verify(&code).await.expect(201);
        self.tenant = answer.text("/tenant/id");
        self.access_token = answer.text("/session/access_token");
        self.refresh_token = answer.text("/session/refresh_token");
        self.device_token = answer.json["session"]["device_token"].as_str().unwrap_or_default().to_owned();
        self
    }

    /// Joins.
    pub async fn registered(self) -> Self {
        self.started().await.verified().await
    }

    /// Signs in anew, as after a long time, from the same device.
    pub async fn signed_in(self) -> Self {
        let anew = self.session_from(&self.device_token).await;
        let known = if self.device_token.is_empty() { anew.device_token.clone() } else { self.device_token };
        Self { device_token: known, ..anew }
    }

    /// The same person in another session, from another device.
    pub async fn again(&self) -> Self {
        self.session_from("none").await
    }

    async fn session_from(&self, token: &str) -> Self {
        let wanted = json!({"purpose": "sign_in", "mobile": self.mobile});
        self.world.post("/v1/codes", wanted).header("x-device-token", token).send().await.expect(202);
        let code = self.world.code(&self.mobile).await;
        let mut body = json!({"method": "sms_code", "mobile": self.mobile, "code": code, "device": device()});
        body["tenant_id"] = json!(self.tenant);
        let request = self.world.post("/v1/sessions", body).header("x-device-token", token);
        let answer = request.send().await.expect(201);
        let opened = |field: &str| answer.json["session"][field].as_str().unwrap_or_default().to_owned();
        Self {
            access_token: opened("access_token"),
            refresh_token: opened("refresh_token"),
            device_token: opened("device_token"),
            ..self.clone()
        }
    }

    /// Somebody else in it, who has no right at all, signed in.
    pub async fn plain_member(&self) -> Self {
        let person = Self::new(Rc::clone(&self.world), &self.name);
        crate::world::join(&self.world, self, &person.mobile).await;
        person.signed_in_to(&self.tenant).await
    }

    /// Hangs on a member what hangs on members: a tag, a picture, and a change on a day to come.
    pub async fn belongings(&self, member: &str) {
        let tag = self.post("/v1/tags", json!({"name": "值班"})).send().await.expect(201).text("/id");
        let given = json!({"add": [member]});
        self.post(&format!("/v1/tags/{tag}/members"), given).send().await.expect(200);
        let upload = self.world.request("PUT", format!("/v1/members/{member}/avatar"));
        let file = crate::files::picture(64, 64, image::ImageFormat::Png);
        upload.bearer(&self.access_token).form(&[], Some(("me", &file))).send().await.expect(200);
        let day = self.world.clock.now().date_naive() + chrono::Days::new(30);
        let change = json!({"effective_on": day, "patch": {"position": "总监"}});
        self.post(&format!("/v1/members/{member}/scheduled-changes"), change).send().await.expect(201);
    }

    /// Changes the security policy, confirmed.
    pub async fn policy(&self, patch: Value) -> Answer {
        self.world.later(chrono::Duration::seconds(61));
        let confirmation = self.confirmed("change_security_policy").await;
        self.policy_with(&confirmation, patch).await
    }

    /// The same, confirmed before.
    pub async fn policy_with(&self, confirmation: &str, patch: Value) -> Answer {
        let read = self.get("/v1/security-policy").send().await.expect(200);
        let change = self.world.patch("/v1/security-policy", patch).bearer(&self.access_token);
        let change = change.header("if-match", &read.headers["etag"]);
        change.header("x-confirmation", confirmation).send().await
    }

    /// The token that confirms an action, for a code.
    pub async fn confirmed(&self, action: &str) -> String {
        self.post("/v1/me/confirmation-codes", json!({"action": action})).send().await.expect(202);
        let code = self.world.code(&self.mobile).await;
        self.confirmed_by(action, json!({"code": code})).await
    }

    /// The same, for something else.
    pub async fn confirmed_by(&self, action: &str, mut evidence: Value) -> String {
        evidence["action"] = json!(action);
        self.post("/v1/me/confirmations", evidence).send().await.expect(201).text("/token")
    }

    /// Signs in to a tenant that somebody else registered.
    pub async fn signed_in_to(mut self, tenant: &str) -> Self {
        tenant.clone_into(&mut self.tenant);
        self.signed_in().await
    }

    pub fn get(&self, path: &str) -> Request {
        self.world.get(path).bearer(&self.access_token)
    }

    pub fn post(&self, path: &str, body: Value) -> Request {
        self.world.post(path, body).bearer(&self.access_token)
    }

    pub fn delete(&self, path: &str) -> Request {
        self.world.delete(path).bearer(&self.access_token)
    }

    /// The certification as it stands.
    pub async fn certification(&self) -> Answer {
        self.get("/v1/certification").send().await.expect(200)
    }

    /// Writes part of the subject, based on the newest version.
    pub async fn write(&self, patch: Value) -> Answer {
        let version = self.certification().await.etag();
        self.world
            .patch("/v1/certification/subject", patch)
            .bearer(&self.access_token)
            .header("if-match", &version)
            .send()
            .await
    }

    /// The whole subject, in order.
    pub fn subject(&self) -> Value {
        json!({
            "legal_name": self.name,
            "registration": {"kind": "credit_code", "number": self.credit_code},
            "registered_address": {"region": "440305", "line": "科技园路 1 号"},
            "license_term": {"kind": "long_term"},
            "representative": {"name": "王小明", "capacity": "legal_representative", "id_kind": "resident_id",
                "id_number": "11010519491231002X", "id_term": {"kind": "fixed", "until": "2039-06-30"}, "mobile": self.mobile},
            "applicant": {"is_representative": true},
        })
    }

    /// Uploads a file.
    pub async fn upload(&self, fields: &[(&str, &str)], filename: &str, content: &[u8]) -> Answer {
        let request = self.world.request("POST", "/v1/certification/documents").bearer(&self.access_token);
        request.form(fields, Some((filename, content))).send().await
    }

    /// Writes everything and uploads every document.
    pub async fn filled_in(self) -> Self {
        self.write(self.subject()).await.expect(200);
        let license = files::jpeg(900, 640);
        let card = files::pdf(1);
        self.upload(&[("kind", "business_license")], "license.jpg", &license).await.expect(201);
        self.upload(&[("kind", "id_document_front")], "front.pdf", &card).await.expect(201);
        self.upload(&[("kind", "id_document_back")], "back.pdf", &card).await.expect(201);
        self
    }

    /// Submits.
    pub async fn submit(&self) -> Answer {
        let accepted = self.world.agreements("certification").await;
        self.post("/v1/certification/submission", json!({"accepted_agreements": accepted})).send().await
    }

    pub async fn submitted(self) -> Self {
        self.submit().await.expect(201);
        self
    }

    /// The id of its application, which is that of its review.
    pub async fn application(&self) -> String {
        self.certification().await.text("/application/id")
    }

    pub async fn state(&self) -> String {
        self.certification().await.text("/application/state")
    }
}

/// A credit code of an enterprise that no other test has, with a right check character (GB 32100).
pub fn credit_code() -> String {
    credit_code_of("91")
}

/// The same, of organizations that have those first two characters.
pub fn credit_code_of(prefix: &str) -> String {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let body = format!("{prefix}440300M{:08}", NEXT.fetch_add(1, Ordering::Relaxed));
    let place = |byte: u8| ALPHABET.iter().position(|a| *a == byte).unwrap();
    let sum = body
        .bytes()
        .fold((0, 1), |(sum, weight), byte| ((sum + place(byte) * weight) % 31, weight * 3 % 31))
        .0;
    format!("{body}{}", char::from(ALPHABET[(31 - sum) % 31]))
}
