//! What makes a good password. Each rule that is broken is told, all of them at once.

use super::Password;
use crate::error::{Code, Violation};
use crate::member::Profile;
use crate::text::comparison_key;

/// The longest password, in characters.
pub const MAX_LENGTH: usize = 128;
/// The shortest word that must not be in a password, in characters; shorter ones are in every other sentence.
const WORD: usize = 3;

/// What is asked of a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The fewest characters.
    pub min_length: u16,
    /// How hard to guess, from 0 to 4: 3 stands 10⁸ guesses, 4 stands 10¹⁰.
    pub min_score: u8,
    /// How many different passwords before one comes again.
    pub history: u8,
}

impl Default for Rules {
    fn default() -> Self {
        Self { min_length: 12, min_score: 3, history: 5 }
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
    words.extend([&place.name, &place.userid, &place.tenant_name].map(|word| comparison_key(word)));
    words
}

/// What is wrong with a password; nothing when it is good.
#[must_use]
pub fn check(password: &Password, words: &[String], rules: Rules, judge: &dyn Judge) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let text = password.reveal();
    let length = text.chars().count();
    if length < rules.min_length.into() {
        wrong.push(Violation::new(Code::PasswordTooShort).with("min", rules.min_length));
    }
    let folded = comparison_key(text);
    let is_word = |word: &&String| word.chars().count() >= WORD || !word.is_ascii();
    if words.iter().filter(is_word).any(|word| folded.contains(word.as_str())) {
        wrong.push(Code::PasswordHasContext.into());
    }
    if judge.is_common(&folded) {
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
        let wrong = check(&Password::parse(raw).unwrap(), &words, Rules::default(), &Simple);
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
}
