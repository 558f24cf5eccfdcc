//! The organization's profile and its logo.

use image::ImageFormat;
use serde_json::{Value, json};
use tests::files::{no_pictures, picture};
use tests::{Answer, Company, both};

async fn change(company: &Company, patch: Value) -> Answer {
    company.world.patch("/v1/organization", patch).bearer(&company.access_token).send().await
}

async fn upload(company: &Company, file: &[u8]) -> Answer {
    let request = company.world.request("PUT", "/v1/organization/logo");
    request.bearer(&company.access_token).form(&[], Some(("logo", file))).send().await
}

both!(an_organization_shows_itself, |world| {
    let company = world.company("资料公司").registered().await;
    let seen = company.get("/v1/organization").send().await.expect(200);
    assert_eq!([seen.text("/name"), seen.text("/type")], ["资料公司", "enterprise"]);
    assert_eq!([seen.at("/name_locked"), seen.at("/logo")], [&json!(false), &Value::Null]);
    // Nobody was named and nothing is certified: the owner, at the organization's number.
    assert_eq!(seen.at("/primary_contact"), &json!({"name": "王小明", "phone": seen.text("/phone")}));

    let patch = json!({"name": "资料科技公司", "short_name": "资料", "industry": "J66", "staff_size": "200_499",
        "address": {"line": "新路 2 号"}, "phone": "400-800-1234", "website": "https://Example.com/about",
        "primary_contact": {"name": "李四", "phone": "0755-86001235"}});
    let changed = change(&company, patch).await.expect(200);
    assert_eq!([changed.text("/name"), changed.text("/short_name")], ["资料科技公司", "资料"]);
    assert_eq!(changed.at("/address"), &json!({"region": "440305", "line": "新路 2 号"}));
    assert_eq!(
        [changed.text("/website"), changed.text("/primary_contact/name")],
        ["https://example.com/about", "李四"]
    );
    assert_eq!(company.get("/v1/organization").send().await.expect(200).json, changed.json);
    assert_eq!(company.get("/v1/me").send().await.expect(200).text("/tenant/name"), "资料科技公司");
    let stale = world.patch("/v1/organization", json!({"short_name": "旧"})).bearer(&company.access_token);
    stale.header("if-match", &seen.etag()).send().await.refused(412, "version_stale");
    let plain = json!({"short_name": null, "website": null, "primary_contact": null});
    let plain = change(&company, plain).await.expect(200);
    assert_eq!([plain.at("/short_name"), plain.at("/website")], [&Value::Null, &Value::Null]);
    assert_eq!(plain.text("/primary_contact/name"), "王小明");

    // Every fault at once.
    let wrong = json!({"name": "工", "short_name": "长".repeat(33), "industry": "I99", "address": {"region": "999999"},
        "phone": "12", "website": "javascript:alert(1)", "primary_contact": {"name": "\u{202E}", "phone": "x"}});
    let faults: Vec<_> = change(&company, wrong).await.refused(422, "input_invalid").faults();
    let pointers: Vec<_> = faults.iter().map(|(pointer, _)| pointer.as_str()).collect();
    for pointer in ["/name", "/short_name", "/phone", "/primary_contact/phone"] {
        assert!(pointers.contains(&pointer), "{faults:?}");
    }
    let wrong = json!({"industry": "I99", "address": {"region": "999999"}, "website": "javascript:alert(1)"});
    let faults = change(&company, wrong).await.refused(422, "input_invalid").faults();
    let faults: Vec<_> = faults.iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
    let expected = [
        ("/industry", "industry_unknown"),
        ("/address/region", "region_unknown"),
        ("/website", "website_invalid"),
    ];
    assert_eq!(faults, expected);

    // Every member sees it, and who has no right changes nothing.
    let person = company.plain_member().await;
    person.get("/v1/organization").send().await.expect(200);
    change(&person, json!({"short_name": "别名"})).await.refused(403, "forbidden");
    upload(&person, &picture(64, 64, ImageFormat::Png)).await.refused(403, "forbidden");
});

both!(a_certified_name_changes_with_the_certificate_alone, |world| {
    let company = world.company("锁名公司").registered().await.filled_in().await.submitted().await;
    let id = company.application().await;
    let reviewer = world.operator("reviewer").await;
    let path = |action: &str| format!("/v1/platform/reviews/{id}/{action}");
    world.request("POST", path("claim")).bearer(&reviewer).send().await.expect(200);
    let decision = json!({"outcome": "approve", "attempt": 1});
    world.post(path("decision"), decision).bearer(&reviewer).send().await.expect(200);
    let seen = company.get("/v1/organization").send().await.expect(200);
    assert_eq!(
        (seen.at("/name_locked"), seen.text("/certificate_state")),
        (&json!(true), "valid".to_owned())
    );
    assert_eq!(seen.text("/primary_contact/name"), company.subject()["representative"]["name"]);
    let refused = change(&company, json!({"name": "新名公司", "short_name": "新名"})).await;
    let refused = refused.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/name".to_owned(), "organization_name_locked".to_owned())]);
    // The name that it has is no change.
    let same = json!({"name": seen.text("/name"), "short_name": "新名"});
    assert_eq!(change(&company, same).await.expect(200).text("/short_name"), "新名");
});

both!(a_logo_is_drawn_anew_in_every_size, |world| {
    let company = world.company("标志公司").registered().await;
    let mut file = picture(300, 150, ImageFormat::Jpeg);
    file.extend_from_slice(b"<script>polyglot</script>");
    let shown = upload(&company, &file).await.expect(200);
    let squares = shown.at("/logo").as_array().unwrap().clone();
    assert_eq!(
        squares.iter().map(|one| one["size"].as_u64().unwrap()).collect::<Vec<_>>(),
        [64, 128, 256, 512]
    );
    for square in &squares {
        // As a browser asks for it: without a token.
        let got = world.get(square["url"].as_str().unwrap()).send().await.expect(200);
        assert_eq!(got.headers["content-type"], "image/png");
        assert!(got.headers["cache-control"].contains("immutable"));
        let image = image::load_from_memory(&got.bytes).unwrap().to_rgba8();
        assert_eq!(u64::from(image.width()), square["size"].as_u64().unwrap());
        assert_eq!((image.width(), image.get_pixel(0, 0).0[3]), (image.height(), 0));
        assert!(!got.bytes.windows(8).any(|window| window == b"polyglot"));
        let again = world.get(square["url"].as_str().unwrap()).header("if-none-match", &got.etag());
        again.send().await.expect(304);
    }
    // The same picture is the same logo; another one is elsewhere, and the old one gone.
    assert_eq!(upload(&company, &file).await.expect(200).json, shown.json);
    let other = upload(&company, &picture(64, 64, ImageFormat::WebP)).await.expect(200);
    assert_ne!(other.at("/logo"), shown.at("/logo"));
    let old = squares[0]["url"].as_str().unwrap();
    world.get(old).send().await.refused(404, "not_found");
    let neighbour = world.company("邻居公司").registered().await;
    let foreign = other.text("/logo/0/url").replace(&company.tenant, &neighbour.tenant);
    world.get(foreign).send().await.refused(404, "not_found");
    for wrong in ["%00/64", "x%00y/64", "%27/64", "0123456789abcdef0123456789abcdef/65"] {
        let path = format!("/v1/logos/{}/{wrong}", company.tenant);
        world.get(path).send().await.refused(404, "not_found");
    }

    for (file, code) in no_pictures() {
        let refused = upload(&company, &file).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/file".to_owned(), code.to_owned())]);
    }
    upload(&company, &vec![0; 2 * 1024 * 1024 + 1]).await.refused(413, "document_too_large");
    company.delete("/v1/organization/logo").send().await.expect(204);
    company.delete("/v1/organization/logo").send().await.refused(404, "not_found");
    assert_eq!(company.get("/v1/organization").send().await.expect(200).at("/logo"), &Value::Null);
});
