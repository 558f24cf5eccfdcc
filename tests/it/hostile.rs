//! Wrong input and attacks: a clear refusal at the right place, never a 500, and the service lives.

use serde_json::{Value, json};
use tests::{World, both, files};

async fn alive(world: &World) {
    world.get("/healthz").send().await.expect(200);
    let metrics = String::from_utf8(world.get("/metrics").send().await.expect(200).bytes).unwrap();
    assert!(!metrics.contains("status=\"500\""), "{metrics}");
}

both!(broken_bodies_are_refused, |world| {
    let post = |media_type: &str, body: Vec<u8>| {
        world.request("POST", "/v1/registrations").bytes(media_type, body).send()
    };
    let json = "application/json";
    for body in [
        &b""[..],
        b"{",
        b"nul",
        b"{\"a\":}",
        b"\xff\xfe",
        b"{\"a\": \"\\ud800\"}",
        b"{\"a\": 1e999}",
        b"[1,]",
        b"{} {}",
    ] {
        post(json, body.to_vec()).await.refused(400, "malformed_json");
    }
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    post(json, deep.into_bytes()).await.refused(400, "malformed_json");
    for body in ["null", "[]", "5", "\"text\"", "true"] {
        post(json, body.as_bytes().to_vec()).await.refused(422, "input_invalid");
    }
    let large = format!("{{\"a\": \"{}\"}}", "x".repeat(100_000));
    post(json, large.into_bytes()).await.refused(413, "payload_too_large");
    post("text/plain", b"{}".to_vec()).await.refused(415, "media_type_unsupported");
    post("application/xml", b"<a/>".to_vec()).await.refused(415, "media_type_unsupported");
    alive(&world).await;
});

both!(hostile_names_are_refused_or_kept_as_they_are, |world| {
    let company = world.company("名字公司");
    let body = company.registration_body().await;
    let with = |name: &str| {
        let mut body = body.clone();
        body["organization"]["name"] = json!(name);
        body["administrator"]["mobile"] = json!(tests::world::mobile());
        body
    };
    for name in [
        "a\u{0}b",
        "a\u{202E}b",
        "a\u{200B}b",
        "a\u{2066}b",
        "a\u{FEFF}b",
        "a\nb",
        "a\u{1B}[2Jb",
        "\u{E0001}tag",
        "a\u{FFFE}b",
    ] {
        let refused = world.post("/v1/registrations", with(name)).send().await.refused(422, "input_invalid");
        assert_eq!(
            refused.faults(),
            [("/organization/name".to_owned(), "text_character_forbidden".to_owned())],
            "{name:?}"
        );
    }
    for name in ["   ", "x", " 工 "] {
        world.post("/v1/registrations", with(name)).send().await.refused(422, "input_invalid");
    }
    for name in [
        "Robert'); DROP TABLE tenants;--",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "测试🦀公司",
        "%s%n{}${x}",
    ] {
        let made = world.post("/v1/registrations", with(name)).send().await.expect(201);
        assert_eq!(made.text("/organization/name"), name);
    }
    alive(&world).await;
});

both!(hostile_files_are_refused_within_bounds, |world| {
    let company = world.company("文件公司").registered().await;
    let upload = |content: Vec<u8>| {
        let company = &company;
        async move { company.upload(&[("kind", "business_license")], "../../../etc/passwd", &content).await }
    };
    let mut png_header = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\x27\x10\0\0\x27\x10\x08\x02\0\0\0".to_vec();
    png_header.extend_from_slice(&[0x32, 0x2B, 0x9C, 0x9A]);
    let encrypted = String::from_utf8(files::pdf_with(1, ""))
        .unwrap()
        .replace("/Root 1 0 R", "/Root 1 0 R /Encrypt << /Filter /Standard /V 1 /R 2 /O (x) /U (x) /P -4 >>");
    for (what, content, code) in [
        ("nothing", Vec::new(), "document_empty"),
        ("text", b"hello".to_vec(), "document_type_unsupported"),
        ("zip", b"PK\x03\x04aaaaaaaaaaaaaaaa".to_vec(), "document_type_unsupported"),
        ("html", b"<html><script>".to_vec(), "document_type_unsupported"),
        ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "document_type_unsupported"),
        ("gif", b"GIF89a\x01\0\x01\0".to_vec(), "document_type_unsupported"),
        ("heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "document_heic"),
        ("jpeg magic", b"\xFF\xD8\xFF\xE0junk".to_vec(), "document_unreadable"),
        ("half a jpeg", files::jpeg(900, 900)[..3000].to_vec(), "document_unreadable"),
        ("webp magic", b"RIFF\xFF\xFF\xFF\xFFWEBPVP8 ".to_vec(), "document_unreadable"),
        ("pdf magic", b"%PDF-1.7\n%%EOF".to_vec(), "document_unreadable"),
        ("long pdf", files::pdf(11), "document_too_many_pages"),
        ("script pdf", files::pdf_with(1, "/OpenAction << /S /JavaScript /JS (x) >>"), "document_active"),
        ("locked pdf", encrypted.into_bytes(), "document_encrypted"),
    ] {
        let refused = upload(content).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/file".to_owned(), code.to_owned())], "{what}");
    }
    let refused = upload(png_header).await.refused(422, "input_invalid");
    assert!(["document_too_many_pixels", "document_unreadable"].contains(&refused.faults()[0].1.as_str()));
    upload(vec![0xFF; 10 * 1024 * 1024 + 1]).await.refused(413, "document_too_large");

    // A picture with a page behind it is kept as the picture alone.
    let mut polyglot = files::jpeg(900, 640);
    polyglot.extend_from_slice(b"<html><script>alert(1)</script></html>");
    let kept = upload(polyglot).await.expect(201);
    let content = company.get(&kept.text("/content_url")).send().await.expect(200);
    assert!(!content.bytes.windows(8).any(|window| window == b"<script>"));
    assert_eq!(content.headers["x-content-type-options"], "nosniff");
    let names =
        std::fs::read_dir(world.folder.path().join("documents").join(&company.tenant)).unwrap().flatten();
    assert!(
        names
            .map(|entry| entry.file_name().into_string().unwrap())
            .all(|name| name.starts_with(&kept.text("/id")))
    );
    alive(&world).await;
});

both!(an_image_bomb_is_refused_by_its_header, |world| {
    let company = world.company("炸弹公司").registered().await;
    let mut bytes = Vec::new();
    let black = image::GrayImage::new(9000, 9000);
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    image::ImageEncoder::write_image(encoder, &black, 9000, 9000, image::ExtendedColorType::L8).unwrap();
    let refused = company
        .upload(&[("kind", "business_license")], "bomb.png", &bytes)
        .await
        .refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/file".to_owned(), "document_too_many_pixels".to_owned())]);
});

both!(broken_forms_are_refused, |world| {
    let company = world.company("表单公司").registered().await;
    let post = |media_type: &str, body: &[u8]| {
        let request = world.request("POST", "/v1/certification/documents").bearer(&company.access_token);
        request.bytes(media_type, body.to_vec()).send()
    };
    post("application/json", b"{}").await.refused(415, "media_type_unsupported");
    post("multipart/form-data", b"x").await.refused(400, "malformed_request");
    post("multipart/form-data; boundary=x", b"no boundary at all").await.refused(400, "malformed_request");
    post(
        "multipart/form-data; boundary=x",
        b"--x\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nabc",
    )
    .await
    .refused(400, "malformed_request");
    alive(&world).await;
});

both!(odd_headers_do_no_harm, |world| {
    let company = world.company("头部公司").registered().await;
    for (name, value) in [
        ("accept-language", "zh;q=abc, *;q=0.5, ,,,"),
        ("x-request-id", "spaces are not allowed"),
        ("if-none-match", "W/\"x\", garbage"),
        ("x-forwarded-for", "1.2.3.4, not-an-address"),
        ("x-http-method-override", "TRACE"),
        ("idempotency-key", "\u{7f}"),
    ] {
        let Ok(value) = std::str::from_utf8(value.as_bytes()) else { continue };
        if value.bytes().all(|b| (32..127).contains(&b)) {
            company.get("/v1/me").header(name, value).send().await.expect(200);
        }
    }
    let long = company.get("/v1/me").header("x-request-id", &"x".repeat(65)).send().await.expect(200);
    assert_ne!(long.headers["x-request-id"].len(), 65);
    for tag in ["garbage", "\"x\"", "\"99999999999999999999\"", "W/\"1\""] {
        let request = world.patch("/v1/certification/subject", json!({})).bearer(&company.access_token);
        request.header("if-match", tag).send().await.refused(412, "version_stale");
    }
});

both!(the_outbox_answers_this_machine_alone, |world| {
    world.get("/dev/outbox").send().await.expect(200);
    for (name, value) in [
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
        ("via", "1.1 proxy"),
        ("host", "attacker.example"),
        ("host", "127.0.0.1.attacker.example"),
    ] {
        world.get("/dev/outbox").header(name, value).send().await.refused(404, "not_found");
    }
});

#[actix_web::test]
async fn limits_answer_429_with_the_time_to_wait() {
    let world = World::with(tests::Backend::Sqlite, &[("GONGPAI_ANONYMOUS_PER_MINUTE", "3")]).await;
    for left in [2, 1, 0] {
        let answer = world.post("/v1/codes", json!({})).send().await.refused(422, "input_invalid");
        assert!(answer.headers["ratelimit"].starts_with(&format!("\"anonymous\";r={left};t=")));
        assert_eq!(answer.headers["ratelimit-policy"], "\"anonymous\";q=3;w=60");
    }
    let refused = world.post("/v1/codes", json!({})).send().await.refused(429, "rate_limited");
    assert!((1..=60).contains(&refused.headers["retry-after"].parse::<u32>().unwrap()));
    world.get("/v1/meta").send().await.expect(200);
}

#[actix_web::test]
async fn only_trusted_proxies_speak_for_others() {
    let trusting = [("GONGPAI_ANONYMOUS_PER_MINUTE", "1"), ("GONGPAI_TRUSTED_PROXIES", "127.0.0.1")];
    let world = World::with(tests::Backend::Sqlite, &trusting).await;
    let ask =
        |client: &'static str| world.post("/v1/codes", json!({})).header("x-forwarded-for", client).send();
    ask("10.0.0.1").await.refused(422, "input_invalid");
    ask("10.0.0.2").await.refused(422, "input_invalid");
    // What a client claims before the proxy's own entry counts for nothing.
    ask("9.9.9.9, 10.0.0.1").await.refused(429, "rate_limited");
    let wary = World::with(tests::Backend::Sqlite, &trusting[..1]).await;
    let ask =
        |client: &'static str| wary.post("/v1/codes", json!({})).header("x-forwarded-for", client).send();
    ask("10.0.0.1").await.refused(422, "input_invalid");
    ask("10.0.0.2").await.refused(429, "rate_limited");
}

#[actix_web::test]
async fn budgets_bound_what_is_sent() {
    let world = std::rc::Rc::new(
        World::with(tests::Backend::Sqlite, &[("GONGPAI_CODES_PER_HOUR_AND_ADDRESS", "2")]).await,
    );
    for _ in 0..2 {
        world.company("预算公司").started().await;
    }
    let body: Value = world.company("预算公司").registration_body().await;
    let refused =
        world.post("/v1/registrations", body.clone()).send().await.refused(429, "code_budget_spent");
    assert!(refused.headers.contains_key("retry-after"));
    world.later(chrono::Duration::minutes(61));
    world.post("/v1/registrations", body).send().await.expect(201);
}

#[actix_web::test]
async fn web_pages_of_other_origins_are_let_in_by_configuration_alone() {
    let world = World::with(tests::Backend::Sqlite, &[("GONGPAI_CORS_ORIGINS", "https://app.example")]).await;
    let preflight = |origin: &'static str| {
        tests::client()
            .request(reqwest::Method::OPTIONS, format!("{}/v1/me", world.base))
            .header("origin", origin)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization")
            .send()
    };
    let allowed = preflight("https://app.example").await.unwrap();
    assert_eq!(allowed.headers()["access-control-allow-origin"], "https://app.example");
    let refused = preflight("https://evil.example").await.unwrap();
    assert!(!refused.headers().contains_key("access-control-allow-origin"));
}

both!(a_bomb_costs_no_more_than_its_own_process, |world| {
    let company = world.company("炸弹公司").registered().await;
    let upload = |content: Vec<u8>| {
        let company = &company;
        async move { company.upload(&[("kind", "business_license")], "a", &content).await }
    };
    // Two bytes of text make an object of over a hundred.
    let bomb = files::pdf_with(1, &format!("/X [{}]", "0 ".repeat(4_500_000)));
    let refused = upload(bomb).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/file".to_owned(), "document_unreadable".to_owned())]);
    upload(files::pdf(1)).await.expect(201);
    alive(&world).await;
});

both!(an_upload_has_few_parts_and_each_once, |world| {
    let company = world.company("多段公司").registered().await;
    let part = |name: &str, text: &str| {
        format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let send = |parts: String| {
        let body = parts + "--x--\r\n";
        let request = world.request("POST", "/v1/certification/documents").bearer(&company.access_token);
        request.bytes("multipart/form-data; boundary=x", body.into_bytes()).send()
    };
    send(part("a", "").repeat(1000)).await.refused(400, "malformed_request");
    let twice = part("kind", "business_license") + &part("kind", "id_document_front");
    let refused = send(twice).await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/kind".to_owned(), "field_repeated".to_owned())]);
    let long = send(part("kind", &"x".repeat(201))).await.refused(422, "input_invalid");
    assert_eq!(long.faults(), [("/kind".to_owned(), "value_too_long".to_owned())]);
    alive(&world).await;
});

both!(every_method_means_what_http_says, |world| {
    let head = world.request("HEAD", "/v1/agreements").send().await.expect(200);
    assert!(head.bytes.is_empty() && head.headers.contains_key("etag"));
    let trace =
        world.post("/v1/registrations", json!({})).header("x-http-method-override", "TRACE").send().await;
    trace.refused(400, "malformed_request");
    let extra =
        world.post("/v1/codes?x=1", json!({"purpose": "sign_in", "mobile": "13800138000"})).send().await;
    let extra = extra.refused(422, "input_invalid");
    assert_eq!(extra.faults(), [("x".to_owned(), "parameter_unknown".to_owned())]);
});

/// The address that counts is the last one that a trusted proxy vouches for, on whichever line it stands.
#[actix_web::test]
async fn a_client_cannot_choose_its_address() {
    let settings = [("GONGPAI_TRUSTED_PROXIES", "127.0.0.0/8,::1"), ("GONGPAI_ANONYMOUS_PER_MINUTE", "2")];
    let world = std::rc::Rc::new(World::with(tests::Backend::Sqlite, &settings).await);
    let ask = |forged: &'static str, real: &'static str| {
        let request = world.get("/v1/certification-status?number=GP-AAAAAAAAAAAA&submitted_on=2026-01-01");
        request.header("x-forwarded-for", forged).header("x-forwarded-for", real).send()
    };
    assert_eq!(ask("198.51.100.1", "192.0.2.7").await.status, 422);
    assert_eq!(ask("198.51.100.2", "192.0.2.7").await.status, 422);
    ask("198.51.100.3", "192.0.2.7").await.refused(429, "rate_limited");
    assert_eq!(ask("198.51.100.3", "2001:db8::1").await.status, 422);
    assert_eq!(ask("198.51.100.3", "2001:db8::2").await.status, 422);
    ask("198.51.100.3", "2001:db8::3").await.refused(429, "rate_limited");
    for _ in 0..5 {
        world.get("/healthz").send().await.expect(200);
    }
    World::stop(world).await;
}
