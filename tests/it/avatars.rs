//! Pictures of members.

use crate::people::{member, member_id};
use image::ImageFormat;
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpStream;
use tests::files::{no_pictures, picture};
use tests::{Answer, Company, both};

async fn upload(company: &Company, member: &str, file: &[u8]) -> Answer {
    let request = company.world.request("PUT", format!("/v1/members/{member}/avatar"));
    request.bearer(&company.access_token).form(&[], Some(("me", file))).send().await
}

both!(members_and_who_manages_them_set_pictures, |world| {
    let company = world.company("头像公司").registered().await;
    let person = company.plain_member().await;
    let me = person.get("/v1/me").send().await.expect(200);
    let id = me.text("/member/id");
    assert_eq!([me.at("/avatar"), member(&company, &id).await.at("/avatar")], [&Value::Null; 2]);

    let before = member(&company, &id).await.json;
    let mut file = picture(300, 150, ImageFormat::Jpeg);
    file.extend_from_slice(b"<script>polyglot</script>");
    let set = upload(&person, &id, &file).await.expect(200);
    let squares = set.at("/avatar").as_array().unwrap().clone();
    let sizes: Vec<u64> = squares.iter().map(|one| one["size"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [64, 128, 256]);
    for square in &squares {
        // As a browser asks for it: without a token.
        let got = world.get(square["url"].as_str().unwrap()).send().await.expect(200);
        assert_eq!(got.headers["content-type"], "image/jpeg");
        assert_eq!(got.headers["cache-control"], "private, max-age=31536000, immutable");
        let image = image::load_from_memory(&got.bytes).unwrap().to_rgb8();
        assert_eq!(u64::from(image.width()), square["size"].as_u64().unwrap());
        assert_eq!(image.width(), image.height());
        // The middle of the picture fills the square.
        let [red, _, blue] = image.get_pixel(0, 0).0;
        assert!(red.abs_diff(20) < 8 && blue.abs_diff(220) < 8);
        assert!(!got.bytes.windows(8).any(|window| window == b"polyglot"));
        let again = world.get(square["url"].as_str().unwrap()).header("if-none-match", &got.etag());
        again.send().await.expect(304);
    }
    // Everywhere the member is shown.
    assert_eq!(person.get("/v1/me").send().await.expect(200).at("/avatar"), set.at("/avatar"));
    let listed = company.get("/v1/members?limit=10").send().await.expect(200);
    let listed = listed.at("/data").as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone();
    assert_eq!(&listed["avatar"], set.at("/avatar"));
    // It is personal: what the journal says of it is under the member's key, and the record keeps its version.
    let entries = world.query("SELECT changes FROM journal WHERE action = 'member.changed'");
    assert_eq!((entries.len(), entries[0].contains("avatar")), (1, false), "{entries:?}");
    assert_eq!(member(&company, &id).await.at("/version"), &before["version"]);

    // The same picture changes nothing; another one is elsewhere, and the old one gone.
    assert_eq!(upload(&person, &id, &file).await.expect(200).json, set.json);
    let other = upload(&company, &id, &picture(64, 64, ImageFormat::WebP)).await.expect(200);
    assert_ne!(other.at("/avatar"), set.at("/avatar"));
    let old = squares[0]["url"].as_str().unwrap();
    world.get(old).send().await.refused(404, "not_found");

    // A change of the record leaves it alone, also one that was seen before it.
    let patch = world.patch(format!("/v1/members/{id}"), json!({"position": "设计师"}));
    let version = format!("\"{}\"", before["version"]);
    let patched = patch.bearer(&company.access_token).header("if-match", &version).send().await.expect(200);
    assert_eq!(patched.at("/avatar"), other.at("/avatar"));
    person.delete(&format!("/v1/members/{id}/avatar")).send().await.expect(204);
    person.delete(&format!("/v1/members/{id}/avatar")).send().await.refused(404, "not_found");
    assert_eq!(member(&company, &id).await.at("/avatar"), &Value::Null);
    world.get(other.text("/avatar/0/url")).send().await.refused(404, "not_found");
});

both!(pictures_of_others_are_their_own, |world| {
    let company = world.company("他人头像").registered().await;
    let (one, other) = (company.plain_member().await, company.plain_member().await);
    let id = member_id(&one).await;
    let file = picture(64, 64, ImageFormat::Png);
    upload(&other, &id, &file).await.refused(403, "forbidden");
    other.delete(&format!("/v1/members/{id}/avatar")).send().await.refused(403, "forbidden");
    let set = upload(&one, &id, &file).await.expect(200);

    // Another tenant's ids are ids of nothing, in the path of the picture as well.
    let neighbour = world.company("隔壁头像").registered().await;
    upload(&neighbour, &id, &file).await.refused(404, "not_found");
    neighbour.delete(&format!("/v1/members/{id}/avatar")).send().await.refused(404, "not_found");
    let url = set.text("/avatar/0/url");
    let their = member_id(&other).await;
    for foreign in [url.replace(&company.tenant, &neighbour.tenant), url.replace(&id, &their)] {
        assert_ne!(foreign, url);
        world.get(foreign).send().await.refused(404, "not_found");
    }
    // Nor is the organization's logo anybody's picture.
    let logo = world.request("PUT", "/v1/organization/logo").bearer(&company.access_token);
    let logo = logo.form(&[], Some(("logo", &file))).send().await.expect(200).text("/logo/0/url");
    let place = format!("/v1/logos/{0}", company.tenant);
    let wrong = logo.replace(&place, &format!("/v1/avatars/{0}/{0}", company.tenant));
    assert_ne!(logo, wrong);
    world.get(wrong).send().await.refused(404, "not_found");
    for wrong in ["%00/64", "x%00y/64", "%27/64", "0123456789abcdef0123456789abcdef/65"] {
        let path = format!("/v1/avatars/{}/{id}/{wrong}", company.tenant);
        world.get(path).send().await.refused(404, "not_found");
    }
    for (file, code) in no_pictures() {
        let refused = upload(&one, &id, &file).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/file".to_owned(), code.to_owned())]);
    }
    upload(&one, &id, &vec![0; 2 * 1024 * 1024 + 1]).await.refused(413, "document_too_large");
    assert_eq!(member(&company, &id).await.at("/avatar"), set.at("/avatar"));
});

both!(whoever_is_shut_out_while_they_upload_sets_nothing, |world| {
    let company = world.company("慢传公司").registered().await;
    let person = company.plain_member().await;
    let id = member_id(&person).await;
    let file = picture(64, 64, ImageFormat::Png);
    // The first half of it, and the other half when they are out.
    let mut body = b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n".to_vec();
    body.extend([file.as_slice(), b"\r\n--x--\r\n"].concat());
    let head = format!(
        "PUT /v1/members/{id}/avatar HTTP/1.1\r\nhost: gongpai\r\nauthorization: Bearer {}\r\n\
         content-type: multipart/form-data; boundary=x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        person.access_token,
        body.len()
    );
    let mut socket = TcpStream::connect(world.base.trim_start_matches("http://")).unwrap();
    socket.write_all(head.as_bytes()).unwrap();
    socket.write_all(&body[..100]).unwrap();
    let shut_out = world.patch(format!("/v1/members/{id}"), json!({"state": "disabled"}));
    shut_out.bearer(&company.access_token).send().await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    socket.write_all(&body[100..]).unwrap();
    let read = move || std::io::read_to_string(socket);
    let answer = tokio::task::spawn_blocking(read).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert_eq!(member(&company, &id).await.at("/avatar"), &Value::Null);
});

both!(a_picture_goes_with_who_left, |world| {
    let company = world.company("离职头像").registered().await;
    let person = company.plain_member().await;
    let id = member_id(&person).await;
    let file = picture(64, 64, ImageFormat::Png);
    let url = upload(&person, &id, &file).await.expect(200).text("/avatar/0/url");
    let depart = json!({"successor_id": null});
    company.post(&format!("/v1/members/{id}/departure"), depart.clone()).send().await.expect(201);
    // While they can come back, it is theirs; then it is gone.
    upload(&company, &id, &picture(65, 65, ImageFormat::Png)).await.refused(409, "action_not_allowed");
    world.get(&url).send().await.expect(200);
    company.post(&format!("/v1/members/{id}/restoration"), json!({})).send().await.expect(200);
    assert_eq!(member(&company, &id).await.text("/avatar/0/url"), url);
    company.post(&format!("/v1/members/{id}/departure"), depart).send().await.expect(201);
    world.later(chrono::Duration::days(31));
    for _ in 0..200 {
        if world.query("SELECT CAST(count(*) AS TEXT) FROM pictures") == ["0"] {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    world.get(&url).send().await.refused(404, "not_found");
    assert_eq!(world.query("SELECT CAST(count(*) AS TEXT) FROM pictures"), ["0"]);
});
