//! How Chinese names are sorted and found: by their sound.

use super::Member;
use crate::access::{FieldGroup, FieldSet};
use crate::text::comparison_key;
use pinyin::{Pinyin, ToPinyin};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// Characters that sound otherwise when they begin a name: 单 is Shan there and dan elsewhere.
const SURNAMES: [(char, &str); 25] = [
    ('单', "shan"),
    ('曾', "zeng"),
    ('解', "xie"),
    ('仇', "qiu"),
    ('区', "ou"),
    ('查', "zha"),
    ('朴', "piao"),
    ('盖', "ge"),
    ('任', "ren"),
    ('尉', "yu"),
    ('宓', "mi"),
    ('缪', "miao"),
    ('翟', "zhai"),
    ('覃', "qin"),
    ('黑', "he"),
    ('折', "she"),
    ('乐', "yue"),
    ('华', "hua"),
    ('种', "chong"),
    ('召', "shao"),
    ('洗', "xian"),
    ('冼', "xian"),
    ('员', "yun"),
    ('贠', "yun"),
    ('逄', "pang"),
];

/// Characters of given names that sound in two ways: the other one, beside what a dictionary says first.
const OTHERWISE: [(char, &[&str]); 12] = [
    ('乐', &["le", "yue"]),
    ('茜', &["qian", "xi"]),
    ('长', &["chang", "zhang"]),
    ('朝', &["chao", "zhao"]),
    ('行', &["xing", "hang"]),
    ('重', &["zhong", "chong"]),
    ('晟', &["sheng", "cheng"]),
    ('曾', &["ceng", "zeng"]),
    ('柏', &["bai", "bo"]),
    ('莘', &["shen", "xin"]),
    ('卜', &["bu", "bo"]),
    ('盛', &["sheng", "cheng"]),
];

/// How many ways to say a name are kept.
const WAYS: usize = 4;
/// How many characters of a name are looked at; longer ones are found by their beginning.
const LOOKED_AT: usize = 24;

fn surname(c: char) -> Option<&'static str> {
    SURNAMES.iter().find(|(known, _)| *known == c).map(|(_, sound)| *sound)
}

fn dictionary(c: char) -> Option<&'static str> {
    c.to_pinyin().map(Pinyin::plain)
}

/// A piece of a name: a character with its sounds, the usual one first, or a word of another script.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    text: String,
    sounds: Vec<String>,
}

/// The pieces of a name, in lower case and plain width.
fn pieces(name: &str) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    let mut word = String::new();
    let close = |word: &mut String, found: &mut Vec<Piece>| {
        if !word.is_empty() {
            let text = std::mem::take(word);
            found.push(Piece { sounds: vec![text.clone()], text });
        }
    };
    for c in name.nfkc().flat_map(char::to_lowercase).take(LOOKED_AT) {
        if let Some(sound) = dictionary(c) {
            close(&mut word, &mut found);
            let first = found.is_empty().then(|| surname(c)).flatten();
            let others = OTHERWISE.iter().find(|(known, _)| *known == c).map_or(&[][..], |(_, all)| all);
            let mut sounds: Vec<String> = Vec::new();
            for sound in first.into_iter().chain([sound]).chain(others.iter().copied()) {
                if !sounds.iter().any(|known| known == sound) {
                    sounds.push(sound.to_owned());
                }
            }
            found.push(Piece { text: c.to_string(), sounds });
        } else if c.is_whitespace() || matches!(c, '·' | '.' | '-' | '\'') {
            close(&mut word, &mut found);
        } else {
            word.push(c);
        }
    }
    close(&mut word, &mut found);
    found
}

/// By what names are sorted: their sound, then themselves.
#[must_use]
pub fn sort_key(name: &str) -> String {
    let sounds: Vec<_> =
        pieces(name).into_iter().filter_map(|piece| piece.sounds.into_iter().next()).collect();
    format!("{}\u{1}{name}", sounds.join(" "))
}

/// What a member is found by: whatever one of these begins with. Names from each of their characters on, as they are written, as they
/// sound, and by the first letters of their sounds; numbers from their beginning, a mobile number by its last four digits as well. Each
/// with the groups of fields that it stands in, because nobody finds by what they do not see.
#[must_use]
pub fn search_terms(member: &Member) -> BTreeMap<String, FieldSet> {
    let details = &member.details;
    let mut basic = BTreeSet::from([member.userid.key()]);
    let names = [Some(details.name.as_str()), details.alias.as_ref().map(super::Alias::as_str)];
    names.into_iter().flatten().for_each(|name| terms_of_name(name, &mut basic));
    let mut contact = BTreeSet::from(mobile_terms(details.mobile.as_str(), details.mobile.national()));
    contact.extend(details.email.as_ref().map(|email| email.as_str().to_owned()));
    let employment = details.employee_number.iter().map(|number| comparison_key(number.as_str())).collect();
    let mut all: BTreeMap<String, FieldSet> = BTreeMap::new();
    for (group, terms) in
        [(FieldGroup::Basic, basic), (FieldGroup::Contact, contact), (FieldGroup::Employment, employment)]
    {
        for term in longest(terms) {
            let known = all.entry(term).or_default();
            *known = known.and([group].into_iter().collect());
        }
    }
    all
}

/// Those that no other one begins with: what begins another one is found by that.
fn longest(terms: BTreeSet<String>) -> impl Iterator<Item = String> {
    let mut terms = terms.into_iter().peekable();
    std::iter::from_fn(move || {
        loop {
            let term = terms.next()?;
            if terms.peek().is_none_or(|next| !next.starts_with(&term)) {
                return Some(term);
            }
        }
    })
}

/// The terms of a mobile number; they change with the account's.
#[must_use]
pub fn mobile_terms(number: &str, national: &str) -> [String; 3] {
    let last = &number[number.len().saturating_sub(4)..];
    [national.to_owned(), last.to_owned(), number.to_owned()]
}

fn terms_of_name(name: &str, terms: &mut BTreeSet<String>) {
    terms.insert(comparison_key(name));
    let pieces = pieces(name);
    for at in 0..pieces.len() {
        let rest = &pieces[at..];
        terms.insert(rest.iter().map(|piece| piece.text.as_str()).collect());
        let mut ways = vec![(String::new(), String::new())];
        for piece in rest {
            let longer = |(sound, initials): &(String, String)| {
                let with = |more: &String| {
                    let initial = more.chars().next().map(String::from).unwrap_or_default();
                    (format!("{sound}{more}"), format!("{initials}{initial}"))
                };
                piece.sounds.iter().map(with).collect::<Vec<_>>()
            };
            ways = ways.iter().flat_map(longer).take(WAYS).collect();
        }
        for (sound, initials) in ways {
            terms.extend([sound, initials]);
        }
    }
}

/// What was asked for, as terms are written.
#[must_use]
pub fn search_key(asked: &str) -> String {
    comparison_key(asked).replace('·', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MemberId;
    use crate::member::Details;
    use crate::phone::MobileNumber;
    use crate::text::PersonName;
    use chrono::{DateTime, Utc};
    use uuid::Uuid;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn found_by(name: &str) -> impl Fn(&str) -> bool {
        let id = MemberId::from(Uuid::nil());
        let details =
            Details::new(PersonName::parse(name).unwrap(), MobileNumber::parse("13800138000").unwrap());
        let member = Member::new(Uuid::nil().into(), id, details, Uuid::nil().into(), NOW);
        let terms = search_terms(&member);
        move |asked| {
            let asked = search_key(asked);
            terms.keys().any(|term| term.starts_with(&asked))
        }
    }

    #[test]
    fn names_are_sorted_by_sound() {
        let mut names = ["张三", "Zoe", "单雄信", "李四", "阿宝", "Anna", "安娜", "王小明", "王晓明"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["阿宝", "安娜", "Anna", "李四", "单雄信", "王小明", "王晓明", "张三", "Zoe"]);
    }

    #[test]
    fn people_are_found_as_people_look_for_them() {
        let found = found_by("王小明");
        for asked in [
            "王",
            "小明",
            "明",
            "wang",
            "WangXiao",
            "wang xiao ming",
            "xm",
            "wxm",
            "xiaoming",
            "138",
            "13800138000",
            "8000",
            "+86138",
        ] {
            assert!(found(asked), "{asked}");
        }
        for asked in ["李", "ang", "mw", "8001", "王明"] {
            assert!(!found(asked), "{asked}");
        }
        let found = found_by("单乐");
        assert!(found("shanle") && found("danyue") && found("sl") && found("yue"));
        let found = found_by("Zoë O'Neil");
        assert!(found("zoë") && found("neil") && found("zo") && found("zon"));
        let found = found_by("阿卜杜拉·买买提");
        assert!(found("买买提") && found("maimaiti") && found("阿卜杜拉买"));
    }

    #[test]
    fn terms_stay_few() {
        let name = "乐".repeat(64);
        let details =
            Details::new(PersonName::parse(&name).unwrap(), MobileNumber::parse("13800138000").unwrap());
        let member = Member::new(Uuid::nil().into(), Uuid::nil().into(), details, Uuid::nil().into(), NOW);
        assert!(search_terms(&member).len() <= LOOKED_AT * (2 * WAYS + 1) + 8);
    }
}
