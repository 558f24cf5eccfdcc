//! Help: articles for people, found by the code of an error or of a finding.

use crate::error::{Code, Error, Result};
use crate::reference::Localized;
use serde::Deserialize;

/// An article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// The name under which it is found, such as `sms-codes`.
    pub slug: String,
    /// Its title.
    pub title: Localized,
    /// The codes of errors and findings that it explains.
    pub codes: Vec<String>,
    /// Its text, in Markdown.
    pub body: Localized,
}

/// The articles of an installation.
#[derive(Debug, Clone)]
pub struct Help(Vec<Article>);

#[derive(Deserialize)]
struct Entry {
    slug: String,
    title: Localized,
    codes: Vec<String>,
}

impl Help {
    /// The articles that Gongpai brings along.
    ///
    /// # Errors
    /// Never for the shipped files, which a test reads.
    pub fn shipped() -> Result<Self> {
        let entries: Vec<Entry> = serde_json::from_str(include_str!("../data/help/articles.json"))
            .map_err(|error| Error::internal(format!("help articles: {error}")))?;
        let article = |entry: Entry| {
            let Entry { slug, title, codes } = entry;
            let body = text(&slug).ok_or_else(|| Error::internal(format!("no text of {slug}")))?;
            Ok(Article { slug, title, codes, body })
        };
        let mut articles: Vec<Article> = entries.into_iter().map(article).collect::<Result<_>>()?;
        articles.sort_by(|a, b| a.slug.cmp(&b.slug));
        Ok(Self(articles))
    }

    /// Every article, by its name.
    #[must_use]
    pub fn all(&self) -> &[Article] {
        &self.0
    }

    /// The article of a name.
    ///
    /// # Errors
    /// `not_found`.
    pub fn article(&self, slug: &str) -> Result<&Article> {
        self.0.iter().find(|article| article.slug == slug).ok_or_else(|| Code::NotFound.into())
    }

    /// The articles that explain a code.
    pub fn about(&self, code: &str) -> impl Iterator<Item = &Article> {
        self.0.iter().filter(move |article| article.codes.iter().any(|known| known == code))
    }
}

fn text(slug: &str) -> Option<Localized> {
    macro_rules! texts {
        ($($slug:literal),+) => {
            match slug {
                $($slug => Some(Localized {
                    chinese: include_str!(concat!("../data/help/", $slug, ".zh-CN.md")).to_owned(),
                    english: include_str!(concat!("../data/help/", $slug, ".en.md")).to_owned(),
                }),)+
                _ => None,
            }
        };
    }
    texts!(
        "registering",
        "sms-codes",
        "signing-in",
        "passwords",
        "second-factor",
        "security-policy",
        "organization",
        "departments",
        "members",
        "roles",
        "importing",
        "filling-in",
        "documents",
        "consent",
        "review",
        "registry-and-duplicates",
        "certificate",
        "support",
        "for-reviewers",
        "leaving",
        "for-developers"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certification::FindingCode;

    #[test]
    fn every_code_is_explained_and_no_other() {
        let help = Help::shipped().unwrap();
        let errors = Code::ALL.iter().map(|code| code.name());
        let codes: Vec<_> = errors.chain(FindingCode::ALL.iter().map(|code| code.name())).collect();
        let silent: Vec<_> = codes.iter().filter(|code| help.about(code).next().is_none()).collect();
        assert!(silent.is_empty(), "no article explains {silent:?}");
        for article in help.all() {
            let unknown: Vec<_> =
                article.codes.iter().filter(|code| !codes.contains(&code.as_str())).collect();
            assert!(unknown.is_empty(), "{}: {unknown:?}", article.slug);
            assert_eq!(help.article(&article.slug).unwrap(), article);
        }
        assert_eq!(help.article("nothing").unwrap_err().code(), Code::NotFound);
    }

    #[test]
    fn both_languages_say_as_much() {
        for article in Help::shipped().unwrap().all() {
            let items =
                |text: &str| text.lines().filter(|line| line.starts_with(['-', '1', '2', '3'])).count();
            assert_eq!(items(&article.body.chinese), items(&article.body.english), "{}", article.slug);
            assert!(article.body.chinese.chars().count() > 100, "{}", article.slug);
        }
    }
}
