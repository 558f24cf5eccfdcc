//! Which language a client reads.

use domain::error::Language;

/// The best of our languages for an `Accept-Language` header (RFC 9110, 12.5.4); English when it asks for none of them.
pub(crate) fn preferred(header: Option<&str>) -> Language {
    let mut best = (Language::English, 0.0);
    for range in header.unwrap_or_default().split(',') {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality =
            parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        let language = match tag.split('-').next() {
            Some("zh") => Language::Chinese,
            Some("en") => Language::English,
            _ => continue,
        };
        if quality > best.1 {
            best = (language, quality);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_quality_wins() {
        for (header, language) in [
            (None, Language::English),
            (Some("zh-CN"), Language::Chinese),
            (Some("zh"), Language::Chinese),
            (Some("en;q=0.5, zh-CN;q=0.9"), Language::Chinese),
            (Some("fr, en;q=0.8, zh;q=0.2"), Language::English),
            (Some("fr"), Language::English),
            (Some("zh;q=x"), Language::English),
        ] {
            assert_eq!(preferred(header), language, "{header:?}");
        }
    }
}
