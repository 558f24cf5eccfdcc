//! YAML that readers of version 1.1, which are still many, understand as readers of 1.2 do: to them `1_49` is a number and
//! `2026-11-22` a date. Whatever begins like a number and is none gets quotes.

/// Adds the quotes.
pub(super) fn for_every_reader(yaml: &str) -> String {
    let mut quoted = String::with_capacity(yaml.len());
    // The indentation of a block of text, whose lines are nobody's scalars.
    let mut text: Option<usize> = None;
    for line in yaml.lines() {
        let indentation = line.len() - line.trim_start().len();
        if text.is_some_and(|text| indentation > text || line.trim().is_empty()) {
            quoted.push_str(line);
        } else {
            let key = indentation + 2 * dashes(&line[indentation..]);
            text = [" |", " |-", " |+", " >", " >-"].iter().any(|end| line.ends_with(end)).then_some(key);
            let start = line[key..].find(": ").map_or(key, |colon| key + colon + 2);
            let (head, value) = line.split_at(start);
            quoted.push_str(head);
            if is_misread(value) {
                quoted.push_str(&format!("'{value}'"));
            } else {
                quoted.push_str(value);
            }
        }
        quoted.push('\n');
    }
    quoted
}

/// How many lists begin on a line.
fn dashes(line: &str) -> usize {
    line.as_bytes().chunks(2).take_while(|pair| *pair == b"- ").count()
}

fn is_misread(value: &str) -> bool {
    let first = value.trim_start_matches(['+', '-', '.']).chars().next();
    first.is_some_and(|first| first.is_ascii_digit())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:.+-".contains(&byte))
        && serde_json::from_str::<serde_json::Number>(value).is_err()
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_looks_like_a_number_and_is_none_is_quoted() {
        let yaml = "a: 1_49\nb:\n- 50_199\n- 5\n- -1.5\nc: |-\n  d: 1_49\n  2026-11-22\nd: 2026-11-22T01:02:03Z\n- t: |-\n    1_49\n  e: 12:30\n'200':\nf: 3 things\n";
        let quoted = "a: '1_49'\nb:\n- '50_199'\n- 5\n- -1.5\nc: |-\n  d: 1_49\n  2026-11-22\nd: '2026-11-22T01:02:03Z'\n- t: |-\n    1_49\n  e: '12:30'\n'200':\nf: 3 things\n";
        assert_eq!(super::for_every_reader(yaml), quoted);
    }
}
