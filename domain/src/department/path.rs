//! Where a department stands in its tree.

use super::ROOT_NUMBER;
use std::fmt;

/// How many characters a step of a path has.
const STEP: usize = 5;
/// The digits of a step, in the order of their bytes.
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The numbers of the departments from the root down to one, each as five digits of base 36: `000010000500011`. Whatever stands below a
/// department begins with its path, so that a subtree is one range of an index, and the way up is in the path itself. Every step is as
/// long as any other, so that the path of an ancestor is as many first characters as its level asks for, for a database as well.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(String);

impl Path {
    /// What follows the path of a department where those of its subtree end. In ASCII the brace follows the digits and the letters.
    pub const AFTER: &'static str = "{";
    /// The greatest number that a step holds.
    pub const MAX_NUMBER: i64 = 36_i64.pow(5) - 1;

    /// The path of the root.
    #[must_use]
    pub fn root() -> Self {
        Self(String::new()).below(ROOT_NUMBER)
    }

    /// A path that was kept; none if it is no path.
    #[must_use]
    pub fn stored(text: &str) -> Option<Self> {
        let whole = !text.is_empty() && text.len().is_multiple_of(STEP);
        let digits = text.bytes().all(|digit| DIGITS.contains(&digit));
        let path = Self(text.to_owned());
        (whole && digits && path.numbers().all(|number| number > 0)).then_some(path)
    }

    /// The path of the department with a number right below this one.
    #[must_use]
    pub fn below(&self, number: i64) -> Self {
        let digit = |place: u32| {
            let value = number / 36_i64.pow(place) % 36;
            usize::try_from(value).map_or('0', |value| char::from(DIGITS[value]))
        };
        let places = (0..5).rev();
        Self(self.0.chars().chain(places.map(digit)).collect())
    }

    /// How far down it is; the root is at 1.
    #[must_use]
    pub fn level(&self) -> u32 {
        u32::try_from(self.0.len() / STEP).unwrap_or(u32::MAX)
    }

    /// The numbers from the root down to the department itself.
    pub fn numbers(&self) -> impl Iterator<Item = i64> + '_ {
        let steps = (0..self.0.len()).step_by(STEP);
        steps.filter_map(|at| i64::from_str_radix(&self.0[at..at + STEP], 36).ok())
    }

    /// The path of the department above; none for the root.
    #[must_use]
    pub fn above(&self) -> Option<Self> {
        let length = self.0.len().checked_sub(STEP).filter(|length| *length > 0)?;
        Some(Self(self.0[..length].to_owned()))
    }

    /// Whether something is the department itself or stands below it.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Where the paths of the subtree end: every one of them is less than this, and none of those that follow.
    #[must_use]
    pub fn end(&self) -> String {
        format!("{}{}", self.0, Self::AFTER)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(numbers: &[i64]) -> Path {
        numbers.iter().fold(Path::root(), |path, number| path.below(*number))
    }

    #[test]
    fn a_path_is_read_as_it_was_written() {
        let path = path(&[5, 37]);
        assert_eq!((path.as_str(), path.level()), ("000010000500011", 3));
        assert_eq!(path.numbers().collect::<Vec<_>>(), [1, 5, 37]);
        assert_eq!(Path::stored("000010000500011"), Some(path));
        let last = Path::root().below(Path::MAX_NUMBER);
        assert_eq!((last.as_str(), last.numbers().last()), ("00001zzzzz", Some(Path::MAX_NUMBER)));
        for wrong in
            ["", "1", "0000", "000010000", "0000100000", "00001-0005", "00001+0005", "0000A", "００００１"]
        {
            assert_eq!(Path::stored(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_subtree_is_a_range(one in prop::collection::vec(1..2_000_i64, 0..6), other in prop::collection::vec(1..2_000_i64, 0..6)) {
            let (one, other) = (path(&one), path(&other));
            let in_range = one <= other && other.as_str() < one.end().as_str();
            prop_assert_eq!(in_range, one.covers(&other));
            prop_assert_eq!(one.covers(&other), other.numbers().collect::<Vec<_>>().starts_with(&one.numbers().collect::<Vec<_>>()));
        }
    }
}
