//! Exporting members.

use crate::importing::{DEPARTMENTS, carried_out, counts, once, planned, rows, upload};
use serde_json::json;
use tests::both;
use tests::world::mobile;

both!(what_is_exported_can_be_imported, |world| {
    let company = world.company("导出公司").registered().await;
    let field = json!({"name": "工位", "kind": "text"});
    let field = company.post("/v1/member-fields", field).send().await.expect(201).text("/id");
    let [one, two] = [mobile(), mobile()];
    let file = format!(
        "姓名,帐号,手机,部门,部门负责人,直属上级,性别,入职日期,工位,座机,地址\n\
         =1+1,zhao,{one},总部/研发／测试；总部,是；否,qian,男,2026/3/1,-5,0755-86001234,\"深圳,南山\"\n\
         钱二,qian,{two},总部/市场,,,女,,@x,,\n"
    );
    carried_out(&company, &planned(&company, DEPARTMENTS, &file).await, json!({})).await;
    for format in ["csv", "xlsx"] {
        let export = company.get(&format!("/v1/member-export?format={format}")).send().await.expect(200);
        assert_eq!(
            export.headers["content-disposition"],
            format!("attachment; filename=\"members.{format}\"")
        );
        let id =
            upload(&company, &[("clear_empty", "true")], "x", &export.bytes).await.expect(201).text("/id");
        let import = once(&company, &id, &["planned"]).await;
        assert_eq!(counts(&import), [0, 0, 0, 0, 3, 0], "{format}: {:?}", rows(&company, &import, "").await);
    }
    let fields = format!("name,departments,leads,custom/{field}");
    let export = company.get(&format!("/v1/member-export?format=csv&search=qian&fields={fields}"));
    let export = export.header("accept-language", "en").send().await.expect(200);
    let text = String::from_utf8(export.bytes).unwrap();
    assert_eq!(text, "\u{FEFF}Name,Departments,Leads department,工位\r\n钱二,总部/市场,no,'@x\r\n");
    let all = company.get("/v1/member-export?format=csv&fields=name").send().await.expect(200);
    assert!(String::from_utf8(all.bytes).unwrap().contains("\r\n'=1+1\r\n"));
    for (query, place) in
        [("fields=name,nothing", "fields"), ("fields=name,name", "fields"), ("format=pdf", "format")]
    {
        let refused =
            company.get(&format!("/v1/member-export?{query}")).send().await.refused(422, "input_invalid");
        assert_eq!(refused.faults()[0].0, place, "{query}");
    }
    let plain = company.plain_member().await;
    plain.get("/v1/member-export").send().await.refused(403, "forbidden");
    let entries = world.query("SELECT CAST(count(*) AS TEXT) FROM journal WHERE action = 'member.exported'");
    assert_eq!(entries, ["4"]);
});
