//! How far a right reaches.

use crate::department::Path;
use std::sync::Arc;

/// Departments with all that is below them. Nothing in it covers anything else in it, and it is sorted, so that one comparison at the
/// right place tells whether a path is covered: a thousand departments cost what a few do, also to hand on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach(Arc<[Path]>);

impl Reach {
    /// The whole organization: everything stands below the root.
    #[must_use]
    pub fn everywhere() -> Self {
        Self([Path::root()].into())
    }

    /// Nowhere.
    #[must_use]
    pub fn nowhere() -> Self {
        Self::default()
    }

    /// Whether it is the whole organization.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        matches!(&*self.0, [only] if *only == Path::root())
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_nowhere(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a department is in it.
    #[must_use]
    pub fn covers(&self, path: &Path) -> bool {
        // Whatever sorts between a department and something below it is below it as well, and so not in the list: the last one that
        // does not sort after the path is the only one that can cover it.
        let after = self.0.partition_point(|department| department <= path);
        after > 0 && self.0[after - 1].covers(path)
    }

    /// Whether it covers at least one of some departments.
    pub fn covers_any<'a>(&self, paths: impl IntoIterator<Item = &'a Path>) -> bool {
        paths.into_iter().any(|path| self.covers(path))
    }

    /// Whether it covers each of some departments, of which there is at least one.
    pub fn covers_all<'a>(&self, paths: impl IntoIterator<Item = &'a Path>) -> bool {
        let mut some = false;
        paths.into_iter().all(|path| {
            some = true;
            self.covers(path)
        }) && some
    }

    /// Whether all of another is in it.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        other.0.iter().all(|path| self.covers(path))
    }

    /// What is in it and below a department as well.
    #[must_use]
    pub fn below(&self, top: &Path) -> Self {
        if self.covers(top) {
            return Self([top.clone()].into());
        }
        Self(self.0.iter().filter(|path| top.covers(path)).cloned().collect())
    }

    /// Both together.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.0.iter().chain(&*other.0).cloned().collect()
    }

    /// The departments, sorted.
    #[must_use]
    pub fn departments(&self) -> &[Path] {
        &self.0
    }
}

impl FromIterator<Path> for Reach {
    fn from_iter<I: IntoIterator<Item = Path>>(paths: I) -> Self {
        let mut paths: Vec<Path> = paths.into_iter().collect();
        paths.sort_unstable();
        // Sorted, whatever a department covers follows it at once.
        paths.dedup_by(|below, above| above.covers(below));
        Self(paths.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(numbers: &[i64]) -> Path {
        numbers.iter().fold(Path::root(), |path, number| path.below(*number))
    }

    fn paths() -> impl Strategy<Value = Vec<Path>> {
        let one = prop::collection::vec(1..13_i64, 0..4).prop_map(|numbers| path(&numbers));
        prop::collection::vec(one, 0..12)
    }

    proptest! {
        #[test]
        fn it_covers_what_one_of_its_departments_covers(all in paths(), others in paths()) {
            let reach: Reach = all.iter().cloned().collect();
            for one in &others {
                prop_assert_eq!(reach.covers(one), all.iter().any(|department| department.covers(one)));
            }
            let other: Reach = others.iter().cloned().collect();
            let included = others.iter().all(|one| all.iter().any(|department| department.covers(one)));
            prop_assert_eq!(reach.includes(&other), included);
            let both = reach.and(&other);
            prop_assert!(both.includes(&reach) && both.includes(&other));
            prop_assert!(both.departments().iter().all(|one| reach.covers(one) || other.covers(one)));
        }
    }

    #[test]
    fn everywhere_and_nowhere() {
        let deep = path(&[3, 9]);
        assert!(Reach::everywhere().covers(&deep) && Reach::everywhere().is_everywhere());
        assert!(!Reach::nowhere().covers(&deep) && Reach::nowhere().is_nowhere());
        assert!(!Reach::nowhere().covers_all([]) && !Reach::everywhere().covers_all([]));
        assert!(Reach::from_iter([path(&[3])]).covers_any([&path(&[4]), &deep]));
        assert!(!Reach::from_iter([path(&[3])]).covers_all([&path(&[4]), &deep]));
    }
}
