//! The spreadsheets that are imported: every form of one, and those that are up to no good.

use crate::importing::{DEPARTMENTS, carried_out, counts, faults, members, once, planned, rows, upload};
use rust_xlsxwriter::{Formula, Workbook, Worksheet};
use serde_json::json;
use tests::both;
use tests::world::mobile;

fn book(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

fn heading(sheet: &mut Worksheet, row: u32) {
    for (column, text) in [(0, "姓名"), (1, "手机"), (2, "职务"), (3, "入职日期")] {
        sheet.write_string(row, column, text).unwrap();
    }
}

both!(a_template_is_filled_in_and_sent_back, |world| {
    let company = world.company("模板公司").registered().await;
    let field = json!({"name": "班次", "kind": "choice", "options": ["早班", "晚班"], "required": true});
    company.post("/v1/member-fields", field).send().await.expect(201);
    for (language, format) in [("zh-CN", "xlsx"), ("en", "xlsx"), ("zh-CN", "csv"), ("en", "csv")] {
        let template = company.get(&format!("/v1/member-import-template?format={format}"));
        let template = template.header("accept-language", language).send().await.expect(200);
        let name = template.headers["content-disposition"].as_str();
        assert_eq!(name, format!("attachment; filename=\"members.{format}\""));
        let id = upload(&company, DEPARTMENTS, "t", &template.bytes).await.expect(201).text("/id");
        let import = once(&company, &id, &["planned"]).await;
        assert_eq!(
            counts(&import),
            [2, 0, 0, 0, 0, 0],
            "{language} {format}: {:?}",
            rows(&company, &import, "").await
        );
        assert!(import.at("/columns").as_array().unwrap().iter().all(|column| column["field"].is_string()));
    }
});

both!(one_spreadsheet_in_every_form_is_the_same, |world| {
    let company = world.company("编码公司").registered().await;
    let number = mobile();
    let text = format!("姓名,手机,职务,入职日期\r\n\"张,三\",{number},\"工程师\",2026-03-01\r\n");
    let wide: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.replace(',', "\t").replace("张\t三", "张,三").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let sheet = book(|sheet| {
        // What is above the headings is for people, also where it is merged.
        sheet.merge_range(0, 0, 0, 3, "填写须知", &rust_xlsxwriter::Format::new()).unwrap();
        heading(sheet, 1);
        sheet.write_string(2, 0, "张,三").unwrap();
        sheet.write_number(2, 1, number.parse::<f64>().unwrap()).unwrap();
        sheet.write_string(2, 2, "工程师").unwrap();
        let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 3, 1).unwrap();
        let style = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_datetime_with_format(2, 3, &day, &style).unwrap();
    });
    let files = [
        text.clone().into_bytes(),
        [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat(),
        encoding_rs::GB18030.encode(&text).0.into_owned(),
        wide,
        text.replace(',', ";").replace("张;三", "张,三").into_bytes(),
        sheet,
    ];
    for (n, file) in files.iter().enumerate() {
        let id = upload(&company, &[], "whatever", file).await.expect(201).text("/id");
        let import = once(&company, &id, &["planned"]).await;
        let plan = rows(&company, &import, "").await;
        let after = |field: &str| {
            let changes = plan[0]["changes"].as_array().unwrap();
            changes.iter().find(|one| one["field"] == field).unwrap()["after"].as_str().unwrap().to_owned()
        };
        let changes = ["hire_date", "mobile", "name", "position"].map(after);
        let wanted = ["2026-03-01", &format!("+86{number}"), "张,三", "工程师"];
        assert_eq!(changes, wanted, "file {n}: {}", plan[0]);
    }
});

both!(hostile_spreadsheets_are_refused_with_a_reason, |world| {
    let company = world.company("恶意公司").registered().await;
    let long = "姓名,手机\n".to_owned() + &"a,13800138000\n".repeat(100_001);
    let wide = format!("姓名,手机,{}\n", (0..998).map(|n| format!("c{n}")).collect::<Vec<_>>().join(","));
    let million = book(|sheet| {
        heading(sheet, 0);
        sheet.write_string(1_000_000, 0, "远").unwrap();
        sheet.write_string(1_000_000, 900, "远").unwrap();
    });
    // A million rows of the same byte, in a few kilobytes.
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", Vec::new(), "headings_missing"),
        ("only headings", b"name,mobile\n".to_vec(), "spreadsheet_empty"),
        ("no key", "姓名,职务\n张三,工程师\n".into(), "headings_missing"),
        ("one column", "手机\n13800138000\n".into(), "headings_missing"),
        ("twice", "姓名,手机,手机\na,1,2\n".into(), "heading_repeated"),
        ("too long", long.into_bytes(), "spreadsheet_too_large"),
        ("a thousand columns", wide.into_bytes(), "spreadsheet_too_large"),
        ("a thousand columns far down", million, "spreadsheet_too_large"),
        ("latin", b"name,mobile\nJos\xE9,1\n".to_vec(), "spreadsheet_encoding"),
        ("binary", b"name,mobile\n\0\0\0,1\n".to_vec(), "spreadsheet_unreadable"),
        ("old", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more".to_vec(), "spreadsheet_unsupported"),
        ("broken", b"PK\x03\x04 and nothing else".to_vec(), "spreadsheet_unreadable"),
        ("an image", tests::files::jpeg(64, 64), "spreadsheet_encoding"),
    ];
    for (what, file, code) in files {
        let refused = upload(&company, &[], "x.xlsx", &file).await.refused(422, "input_invalid");
        assert_eq!(refused.faults(), [("/file".to_owned(), code.to_owned())], "{what}");
    }
    let large = vec![b'a'; 33 * 1024 * 1024];
    upload(&company, &[], "x.csv", &large).await.refused(413, "document_too_large");
    let wrong = [("clear_empty", "maybe"), ("successor_id", "x"), ("nonsense", "1")];
    let refused = upload(&company, &wrong, "x.csv", b"name,mobile\n").await.refused(422, "input_invalid");
    assert_eq!(refused.faults(), [("/nonsense".to_owned(), "field_unknown".to_owned())]);
    let refused =
        upload(&company, &wrong[..2], "x.csv", b"name,mobile\n").await.refused(422, "input_invalid");
    assert_eq!(refused.faults().len(), 2);

    // In cells, it is told where.
    let sheet = book(|sheet| {
        heading(sheet, 0);
        sheet
            .write_formula(1, 0, Formula::new("=HYPERLINK(\"http://x\",\"张三\")").set_result("张三"))
            .unwrap();
        sheet.write_string(1, 1, mobile()).unwrap();
        sheet.merge_range(2, 0, 3, 0, "李四", &rust_xlsxwriter::Format::new()).unwrap();
        sheet.write_string(2, 1, mobile()).unwrap();
        sheet.write_string(3, 1, mobile()).unwrap();
        // Whatever is below a heading that nobody knows does no harm.
        sheet.write_string(0, 4, "备注").unwrap();
        sheet.write_formula(4, 4, Formula::new("=1+1")).unwrap();
        sheet.write_string(4, 0, "王五").unwrap();
        sheet.write_string(4, 1, mobile()).unwrap();
    });
    let id = upload(&company, &[], "x.xlsx", &sheet).await.expect(201).text("/id");
    let import = once(&company, &id, &["planned"]).await;
    let told: Vec<_> = faults(&company, &import)
        .await
        .into_iter()
        .map(|(row, column, _, code)| (row, column, code))
        .collect();
    let wanted = [
        (2, "A", "cell_formula"),
        (3, "A", "cell_merged"),
        (4, "A", "cell_merged"),
        (4, "A", "field_required"),
    ];
    assert_eq!(told, wanted.map(|(row, column, code)| (row, column.to_owned(), code.to_owned())));
    assert_eq!(counts(&import), [1, 0, 0, 0, 0, 3]);
});

both!(two_hundred_hostile_names_are_told_of_or_kept_as_they_are, |world| {
    let company = world.company("怪名公司").registered().await;
    let bad =
        ['\u{202E}', '\u{200B}', '\u{0007}', '\u{2066}', '\u{FEFF}', '\u{00AD}', '\u{E000}', '\u{2028}'];
    let fine =
        ["=1+1", "@SUM(A1)", "-2", "+3", "O'Neil", "a\"b", "a,b", "a;b", "张😀", "Ａｎｎ", "Aпn", "Zoë"];
    let mut file = "姓名,手机\n".to_owned();
    let mut good = 0;
    for n in 0..199 {
        let name = match n % 4 {
            0 => format!("坏{}{n}", bad[n % bad.len()]),
            1 => "长".repeat(65 + n),
            _ => {
                good += 1;
                format!("{}{n}", fine[(n / 4 * 2 + n % 2) % fine.len()])
            }
        };
        file.push_str(&format!("\"{}\",{}\n", name.replace('"', "\"\""), mobile()));
    }
    let import = planned(&company, &[], &file).await;
    assert_eq!((counts(&import)[0], counts(&import)[5]), (good, 199 - good));
    let codes: std::collections::BTreeSet<String> =
        faults(&company, &import).await.into_iter().map(|fault| fault.3).collect();
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["text_character_forbidden", "value_too_long"]);
    let done = carried_out(&company, &import, json!({"skip_refused": true})).await;
    assert_eq!(done.at("/failed_rows"), &json!(0));
    let kept = members(&company, "").await;
    let begins = |text: &str| kept.iter().any(|one| one["name"].as_str().unwrap().starts_with(text));
    assert!(fine.iter().all(|name| begins(name)));
});

both!(headings_that_look_alike_are_told_apart, |world| {
    let company = world.company("标题公司").registered().await;
    for name in ["奖金(2025)", "奖金(2026)", "岗位", "昵称"] {
        let field = json!({"name": name, "kind": "text"});
        company.post("/v1/member-fields", field).send().await.expect(201);
    }
    for format in ["csv", "xlsx"] {
        let template =
            company.get(&format!("/v1/member-import-template?format={format}")).send().await.expect(200);
        let id = upload(&company, DEPARTMENTS, "t", &template.bytes).await.expect(201).text("/id");
        let import = once(&company, &id, &["planned"]).await;
        assert_eq!(counts(&import), [2, 0, 0, 0, 0, 0]);
        let columns = import.at("/columns").as_array().unwrap();
        let custom = columns.iter().filter(|one| one["field"].as_str().unwrap().starts_with("custom/"));
        assert_eq!(custom.count(), 4);
    }
    // A row of data that looks like headings is none.
    let file = format!("姓名,手机,职务,备注\n张三,{},Manager,Manager\n", mobile());
    assert_eq!(counts(&planned(&company, &[], &file).await), [1, 0, 0, 0, 0, 0]);
});
