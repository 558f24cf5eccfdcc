//! Operators at work: `world.reviewer("senior_reviewer").await.claimed(&id).await.approve(&id, 1).await`.

use crate::world::mobile;
use crate::{Answer, Company, World};
use serde_json::{Value, json};
use std::rc::Rc;

/// An operator and their token.
pub struct Reviewer {
    pub world: Rc<World>,
    pub mobile: String,
    pub id: String,
    pub token: String,
}

impl World {
    /// A new operator, signed in.
    pub async fn reviewer(self: &Rc<Self>, role: &str) -> Reviewer {
        let mobile = mobile();
        let id = operator_id(self, role, &mobile);
        let token = self.sign_in_operator(&mobile).await;
        Reviewer { world: Rc::clone(self), mobile, id, token }
    }

    /// A company that has submitted, and the id of its application.
    pub async fn submitted(self: &Rc<Self>, name: &str) -> (Company, String) {
        let company = self.company(name).registered().await.filled_in().await.submitted().await;
        let id = company.application().await;
        (company, id)
    }
}

/// Makes an operator, as the command line does, and gives their id.
pub fn operator_id(world: &World, role: &str, mobile: &str) -> String {
    let made = api::operator::add(world.service(), mobile, "李审核", role, true).expect("an operator");
    let made: Value = serde_json::from_str(&made).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

impl Reviewer {
    /// Signs in anew, as after a long time.
    pub async fn signed_in(mut self) -> Self {
        self.token = self.world.sign_in_operator(&self.mobile).await;
        self
    }

    pub async fn get(&self, path: impl Into<String>) -> Answer {
        self.world.get(path).bearer(&self.token).send().await
    }

    pub async fn post(&self, path: impl Into<String>, body: Value) -> Answer {
        self.world.post(path, body).bearer(&self.token).send().await
    }

    pub async fn case(&self, id: &str) -> Answer {
        self.get(format!("/v1/platform/reviews/{id}")).await.expect(200)
    }

    pub async fn claim(&self, id: &str) -> Answer {
        self.world
            .request("POST", format!("/v1/platform/reviews/{id}/claim"))
            .bearer(&self.token)
            .send()
            .await
    }

    pub async fn decide(&self, id: &str, decision: Value) -> Answer {
        self.post(format!("/v1/platform/reviews/{id}/decision"), decision).await
    }

    pub async fn confirm(&self, id: &str, attempt: u32) -> Answer {
        self.post(format!("/v1/platform/reviews/{id}/confirmation"), json!({"attempt": attempt})).await
    }

    pub async fn decline(&self, id: &str, attempt: u32, note: &str) -> Answer {
        let body = json!({"attempt": attempt, "note": note});
        self.post(format!("/v1/platform/reviews/{id}/declination"), body).await
    }

    pub async fn assign(&self, id: &str, to: &str) -> Answer {
        self.post(format!("/v1/platform/reviews/{id}/assignee"), json!({"operator_id": to})).await
    }
}

/// A decision that asks for the license again.
pub fn blurred(attempt: u32) -> Value {
    json!({"outcome": "request_information", "attempt": attempt,
        "findings": [{"requirement": "business_license", "code": "document_blurry"}]})
}

/// A decision that rejects for good.
pub fn prohibited(attempt: u32) -> Value {
    json!({"outcome": "reject", "final": true, "attempt": attempt,
        "findings": [{"pointer": "/legal_name", "code": "prohibited_business"}]})
}
