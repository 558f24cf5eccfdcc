//! Where a department stands in its tree.

use std::fmt;

/// The numbers of the departments from the root down to one, each ended by a full stop: `1.5.37.`. Whatever stands below a
/// department begins with its path, so that a subtree is one range of an index, and the way up is in the path itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(String);

impl Path {
    /// What follows the path of a department where those of its subtree end. In ASCII the colon follows the digits and the full stop.
    pub const AFTER: &'static str = ":";

    /// The path of the root.
    #[must_use]
    pub fn root() -> Self {
        Self("1.".to_owned())
    }

    /// A path that was kept; none if it is no path.
    #[must_use]
    pub fn stored(text: &str) -> Option<Self> {
        let steps = text.strip_suffix('.')?;
        steps
            .split('.')
            .all(|step| step.parse::<i64>().is_ok_and(|number| number > 0))
            .then(|| Self(text.to_owned()))
    }

    /// The path of the department with a number right below this one.
    #[must_use]
    pub fn below(&self, number: i64) -> Self {
        Self(format!("{}{number}.", self.0))
    }

    /// How far down it is; the root is at 1.
    #[must_use]
    pub fn level(&self) -> u32 {
        self.numbers().fold(0, |level, _| level + 1)
    }

    /// The numbers from the root down to the department itself.
    pub fn numbers(&self) -> impl Iterator<Item = i64> + '_ {
        self.0.split_terminator('.').filter_map(|step| step.parse().ok())
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
        assert_eq!((path.as_str(), path.level()), ("1.5.37.", 3));
        assert_eq!(Path::stored("1.5.37."), Some(path));
        for wrong in ["", ".", "1", "1..", "1.5", "1.x.", "1.-5.", "1.0."] {
            assert_eq!(Path::stored(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_subtree_is_a_range(one in prop::collection::vec(1..120_i64, 0..6), other in prop::collection::vec(1..120_i64, 0..6)) {
            let (one, other) = (path(&one), path(&other));
            let in_range = one <= other && other.as_str() < one.end().as_str();
            prop_assert_eq!(in_range, one.covers(&other));
            prop_assert_eq!(one.covers(&other), other.numbers().collect::<Vec<_>>().starts_with(&one.numbers().collect::<Vec<_>>()));
        }
    }
}
