//! What makes a good password. Each rule that is broken is told, all of them at once.

use super::Password;
use crate::error::{Code, Violation};
use crate::member::Profile;
use crate::named::named;
use crate::text::comparison_key;
use chrono::Duration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The longest password, in characters.
pub const MAX_LENGTH: usize = 128;
/// The shortest word that must not be in a password, in characters; shorter ones are in every other sentence.
const WORD: usize = 3;

named! {
    /// A kind of character.
    CharacterClass {
        /// Of any script that has cases.
        Lower "lower";
        /// The same.
        Upper "upper";
        /// Of any script.
        Digit "digit";
        /// Whatever is none of them, a letter of Chinese too.
        Symbol "symbol";
    }
}

impl CharacterClass {
    fn has(self, character: char) -> bool {
        match self {
            Self::Lower => character.is_lowercase(),
            Self::Upper => character.is_uppercase(),
            Self::Digit => character.is_numeric(),
            Self::Symbol => ![Self::Lower, Self::Upper, Self::Digit].iter().any(|class| class.has(character)),
        }
    }
}

/// What is asked of a new password, and how long it lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// The fewest characters.
    pub min_length: u16,
    /// How hard to guess, from 0 to 4: 3 stands 10⁸ guesses, 4 stands 10¹⁰.
    pub min_score: u8,
    /// How many different passwords before one comes again.
    pub history: u8,
    /// Whether it must be none that everybody tries first.
    pub refuse_common: bool,
    /// Whether it must contain no name or number of its owner.
    pub refuse_context: bool,
    /// What it has to have.
    pub required_classes: BTreeSet<CharacterClass>,
    /// After how many days it has to be set anew; 0 is never.
    pub max_age_days: u16,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            min_length: 12,
            min_score: 3,
            history: 5,
            refuse_common: true,
            refuse_context: true,
            required_classes: BTreeSet::new(),
            max_age_days: 0,
        }
    }
}

impl Rules {
    /// After how long a password has to be set anew.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        (self.max_age_days > 0).then(|| Duration::days(self.max_age_days.into()))
    }

    /// The rules for a password that counts in several organizations: whatever one of them asks.
    #[must_use]
    pub fn strictest(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().reduce(|strictest, rules| strictest.and(&rules)).unwrap_or_default()
    }

    fn and(self, other: &Self) -> Self {
        let shorter = |a: u16, b: u16| if a == 0 || b == 0 { a.max(b) } else { a.min(b) };
        Self {
            min_length: self.min_length.max(other.min_length),
            min_score: self.min_score.max(other.min_score),
            history: self.history.max(other.history),
            refuse_common: self.refuse_common || other.refuse_common,
            refuse_context: self.refuse_context || other.refuse_context,
            required_classes: self.required_classes.union(&other.required_classes).copied().collect(),
            max_age_days: shorter(self.max_age_days, other.max_age_days),
        }
    }
}

/// Judges passwords: a port, because the lists that it takes are large.
pub trait Judge {
    /// Whether it is among those that everybody tries first; given in lower case.
    fn is_common(&self, folded: &str) -> bool;
    /// How hard it is to guess for who knows some words, from 0 to 4.
    fn score(&self, password: &str, words: &[&str]) -> u8;
}

/// The words that whoever guesses would try: of the service, the person and their organization.
#[must_use]
pub fn context_words(profile: &Profile) -> Vec<String> {
    let place = &profile.membership;
    let national = profile.mobile.national();
    let mut words = vec!["gongpai".to_owned(), "工牌".to_owned(), national.to_owned()];
    words.extend(profile.email.as_ref().map(|email| email.local_part().to_owned()));
    words.extend([&place.name, &place.userid, &place.tenant_name].map(|word| comparison_key(word)));
    words
}

/// What is wrong with a password; nothing when it is good.
#[must_use]
pub fn check(password: &Password, words: &[String], rules: &Rules, judge: &dyn Judge) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let text = password.reveal();
    let length = text.chars().count();
    if length < rules.min_length.into() {
        wrong.push(Violation::new(Code::PasswordTooShort).with("min", rules.min_length));
    }
    for class in rules.required_classes.iter().filter(|class| !text.chars().any(|c| class.has(c))) {
        wrong.push(Violation::new(Code::PasswordLacksClass).with("class", class.name()));
    }
    let folded = comparison_key(text);
    let is_word = |word: &&String| word.chars().count() >= WORD || !word.is_ascii();
    if rules.refuse_context && words.iter().filter(is_word).any(|word| folded.contains(word.as_str())) {
        wrong.push(Code::PasswordHasContext.into());
    }
    if rules.refuse_common && judge.is_common(&folded) {
        wrong.push(Code::PasswordCommon.into());
        return wrong;
    }
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let score = judge.score(text, &words);
    if score < rules.min_score {
        wrong.push(Violation::new(Code::PasswordGuessable).with("score", score).with("min", rules.min_score));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds `password` common, and scores by length.
    struct Simple;
    impl Judge for Simple {
        fn is_common(&self, folded: &str) -> bool {
            folded == "passwordpassword"
        }
        fn score(&self, password: &str, _: &[&str]) -> u8 {
            u8::try_from(password.len() / 5).unwrap().min(4)
        }
    }

    fn broken(raw: &str) -> Vec<&'static str> {
        let words = ["gongpai", "王小明", "13800138000", "li"].map(str::to_owned);
        let wrong = check(&Password::parse(raw).unwrap(), &words, &Rules::default(), &Simple);
        wrong.iter().map(|violation| violation.code.name()).collect()
    }

    #[test]
    fn every_broken_rule_is_told() {
        assert_eq!(broken("correct horse battery"), Vec::<&str>::new());
        assert_eq!(broken("short"), ["password_too_short", "password_guessable"]);
        assert_eq!(broken("PasswordPassword"), ["password_common"]);
        assert_eq!(broken("I love GongPai at work"), ["password_has_context"]);
        assert_eq!(broken("my number 13800138000"), ["password_has_context"]);
        assert_eq!(broken("王小明的好密码在这里呢"), ["password_too_short", "password_has_context"]);
        // Two letters are in every other sentence.
        assert_eq!(broken("delicious dumplings"), Vec::<&str>::new());
    }

    #[test]
    fn an_organization_may_ask_for_kinds_of_characters() {
        let rules =
            Rules { required_classes: CharacterClass::ALL.iter().copied().collect(), ..Rules::default() };
        let lacks = |raw: &str| {
            let wrong = check(&Password::parse(raw).unwrap(), &[], &rules, &Simple);
            wrong.iter().filter(|violation| violation.code == Code::PasswordLacksClass).count()
        };
        assert_eq!(lacks("correct horse battery"), 2);
        assert_eq!(lacks("Correct horse 1 battery"), 0);
        assert_eq!(lacks("正确的马电池订书机很好用"), 3);
    }

    #[test]
    fn the_strictest_of_several_counts() {
        let (one, two) = (
            Rules { min_length: 16, max_age_days: 90, refuse_common: false, ..Rules::default() },
            Rules {
                min_score: 4,
                max_age_days: 0,
                required_classes: [CharacterClass::Digit].into(),
                ..Rules::default()
            },
        );
        let both = Rules::strictest([one, two]);
        assert_eq!((both.min_length, both.min_score, both.max_age_days), (16, 4, 90));
        assert!(both.refuse_common && both.required_classes.len() == 1);
        assert_eq!(Rules::strictest([]), Rules::default());
    }
}
