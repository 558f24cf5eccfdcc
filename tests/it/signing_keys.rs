//! The keys of access tokens, which take turns.

use chrono::Duration;
use serde_json::{Value, json};
use tests::{Answer, World, both};

async fn refresh(world: &World, token: &str) -> Answer {
    world.post("/v1/sessions/refresh", json!({"refresh_token": token})).send().await
}

both!(keys_of_tokens_take_turns, |world| {
    let company = world.company("轮换公司").registered().await;
    let kid = |token: &str| {
        let header =
            data_encoding::BASE64URL_NOPAD.decode(token.split('.').next().unwrap().as_bytes()).unwrap();
        serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
    };
    let published = async || -> Vec<String> {
        let jwks = world.get("/.well-known/jwks.json").send().await.expect(200);
        jwks.at("/keys")
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    };
    let judge = async |token: String| {
        let (base, issuer) = (world.base.clone(), world.service().settings.network.public_url.clone());
        let said = tokio::task::spawn_blocking(move || tests::process::judged(&base, &issuer, &token));
        let said = said.await.unwrap();
        assert!(!said.is_empty() && said.iter().all(|session| session.len() == 36), "{said:?}");
    };
    judge(company.access_token.clone()).await;
    let old = kid(&company.access_token);
    assert_eq!(published().await, std::slice::from_ref(&old));
    let service = world.running();
    tokio::task::spawn_blocking(move || service.rotate_signing_key()).await.unwrap().unwrap();
    judge(company.access_token.clone()).await;
    // The new one is published, and the old one still signs.
    let both = published().await;
    assert_eq!((both.len(), &both[1]), (2, &old));
    let token = refresh(&world, &company.refresh_token).await.expect(200);
    assert_eq!(kid(&token.text("/access_token")), old);
    world.later(Duration::minutes(10));
    let next = refresh(&world, &token.text("/refresh_token")).await.expect(200);
    assert_eq!(kid(&next.text("/access_token")), both[0]);
    // Other people's libraries take both, and what was signed before.
    judge(token.text("/access_token")).await;
    judge(next.text("/access_token")).await;
    // What the old one signed last counts until it ends; then the old one is gone.
    assert_eq!(published().await.len(), 2);
    world.get("/v1/me").bearer(&next.text("/access_token")).send().await.expect(200);
    world.later(Duration::minutes(11));
    assert_eq!(published().await, [both[0].clone()]);
    let last = refresh(&world, &next.text("/refresh_token")).await.expect(200);
    judge(last.text("/access_token")).await;
    // Another replica knows the same keys, and a restart with the first key does not bring it back.
    let replica = world.replica(&[]).await;
    replica.later(Duration::minutes(22));
    let jwks = replica.get("/.well-known/jwks.json").send().await.expect(200);
    assert_eq!(jwks.at("/keys/0/kid"), &json!(both[0]));
    // By schedule, when it is old.
    world.later(Duration::days(91));
    let service = world.running();
    tokio::task::spawn_blocking(move || service.turn_signing_keys()).await.unwrap().unwrap();
    let service = world.running();
    tokio::task::spawn_blocking(move || service.turn_signing_keys()).await.unwrap().unwrap();
    assert_eq!(published().await.len(), 2);
});
