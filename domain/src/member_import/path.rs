//! Departments as spreadsheets write them: the names from the top down, with a slash between.

use crate::context::Random;
use crate::department::{DepartmentName, DepartmentStore, MAX_DEPARTMENTS, MAX_LEVEL};
use crate::error::{Code, Result, Violation};
use crate::id::DepartmentId;
use crate::member::MAX_PLACEMENTS;
use std::collections::{HashMap, HashSet};

/// What separates departments in a cell.
const BETWEEN: [char; 3] = [';', '；', '\n'];

/// How a name is written where a slash is not one: with a wide one, which compares as the same.
pub(crate) fn written(name: &str) -> String {
    name.replace('/', "／")
}

/// Several paths in one cell. What no name has stands between them where a name has a semicolon.
pub(crate) fn joined(paths: &[String]) -> String {
    if paths.iter().any(|path| path.contains([';', '；'])) {
        paths.iter().flat_map(|path| [path.as_str(), "|"]).collect()
    } else {
        paths.join("; ")
    }
}

/// The departments of a cell, each as names from the top down.
pub(super) fn read(cell: &str) -> Result<Vec<Vec<DepartmentName>>, Violation> {
    let name = |name: &str| DepartmentName::parse(name);
    let path = |path: &str| path.trim().trim_matches('/').split('/').map(name).collect();
    let between = |c: char| if cell.contains('|') { c == '|' } else { BETWEEN.contains(&c) };
    let paths = cell.split(between).filter(|path| !path.trim().is_empty());
    if paths.clone().nth(MAX_PLACEMENTS).is_some() {
        return Err(Violation::new(Code::ValueTooLong).with("max", MAX_PLACEMENTS));
    }
    paths.map(path).collect()
}

/// What is known of a department that a spreadsheet names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It is there.
    There(DepartmentId),
    /// It is made.
    New(DepartmentId),
    /// It is not there, and is not made.
    Missing,
}

#[derive(Debug)]
struct Node {
    above: usize,
    name: DepartmentName,
    key: String,
    level: u32,
    known: Known,
}

/// Every department that a spreadsheet names, once.
#[derive(Debug)]
pub(super) struct Paths {
    /// The key of the root's name, with which a path may begin.
    root: (DepartmentId, String),
    nodes: Vec<Node>,
    found: HashMap<(usize, String), usize>,
}

/// The place of the root, which is no node.
const ROOT: usize = usize::MAX;

impl Paths {
    pub(super) fn new(root: DepartmentId, name: &DepartmentName) -> Self {
        Self { root: (root, name.key()), nodes: Vec::new(), found: HashMap::new() }
    }

    /// The names below the root.
    fn below<'a>(&self, path: &'a [DepartmentName]) -> &'a [DepartmentName] {
        match path.split_first() {
            Some((first, rest)) if first.key() == self.root.1 => rest,
            _ => path,
        }
    }

    /// Notes that a department is named.
    pub(super) fn add(&mut self, path: &[DepartmentName]) {
        let below = self.below(path);
        if below.len() >= MAX_LEVEL as usize || self.nodes.len() as u64 >= MAX_DEPARTMENTS {
            return;
        }
        let mut above = ROOT;
        for (level, name) in (2..).zip(below) {
            let key = name.key();
            above = if let Some(known) = self.found.get(&(above, key.clone())) {
                *known
            } else {
                let (name, known) = (name.clone(), Known::Missing);
                self.nodes.push(Node { above, name, key: key.clone(), level, known });
                self.found.insert((above, key), self.nodes.len() - 1);
                self.nodes.len() - 1
            };
        }
    }

    /// Looks for those that are there, a level at a time, and gives ids to those that are made.
    pub(super) fn resolve(
        &mut self,
        tx: &mut impl DepartmentStore,
        random: &dyn Random,
        create: bool,
    ) -> Result<()> {
        for level in 2..=MAX_LEVEL {
            let here: Vec<usize> =
                (0..self.nodes.len()).filter(|at| self.nodes[*at].level == level).collect();
            let mut wanted = Vec::new();
            for at in &here {
                if let Some(Known::There(parent)) = self.above(*at) {
                    wanted.push((parent, self.nodes[*at].key.clone()));
                }
            }
            let there: HashMap<(DepartmentId, String), DepartmentId> =
                tx.children_named(&wanted)?.into_iter().map(|(above, key, id)| ((above, key), id)).collect();
            for at in here {
                let key = self.nodes[at].key.clone();
                let found = match self.above(at) {
                    Some(Known::There(parent)) => there.get(&(parent, key)).copied(),
                    _ => None,
                };
                self.nodes[at].known = match found {
                    Some(id) => Known::There(id),
                    None if create => Known::New(random.uuid().into()),
                    None => Known::Missing,
                };
            }
        }
        Ok(())
    }

    fn above(&self, at: usize) -> Option<Known> {
        match self.nodes[at].above {
            ROOT => Some(Known::There(self.root.0)),
            above => self.nodes.get(above).map(|node| node.known),
        }
    }

    /// The department at a path.
    ///
    /// # Errors
    /// `department_too_deep`, `department_limit_reached`, `department_path_unknown`.
    pub(super) fn find(&self, path: &[DepartmentName]) -> Result<DepartmentId, Violation> {
        let below = self.below(path);
        if below.len() + 1 > MAX_LEVEL as usize {
            return Err(Violation::new(Code::DepartmentTooDeep).with("max", MAX_LEVEL));
        }
        let mut at = ROOT;
        for name in below {
            // Only so many are looked at.
            let full = || Violation::new(Code::DepartmentLimitReached).with("max", MAX_DEPARTMENTS);
            at = self.found.get(&(at, name.key())).copied().ok_or_else(full)?;
        }
        match self.nodes.get(at).map(|node| node.known) {
            None => Ok(self.root.0),
            Some(Known::There(id) | Known::New(id)) => Ok(id),
            Some(Known::Missing) => {
                let path: Vec<&str> = path.iter().map(DepartmentName::as_str).collect();
                Err(Violation::new(Code::DepartmentPathUnknown).with("path", path.join("/")))
            }
        }
    }

    /// Those that are made, whatever is above before what is below.
    pub(super) fn new_ones(&self) -> Vec<super::PlannedDepartment> {
        let mut made: Vec<super::PlannedDepartment> = Vec::new();
        for level in 2..=MAX_LEVEL {
            for (at, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.level == level) {
                let (Known::New(id), Some(Known::There(parent) | Known::New(parent))) =
                    (node.known, self.above(at))
                else {
                    continue;
                };
                let position = u32::try_from(made.len()).unwrap_or(u32::MAX);
                let (name, path) = (node.name.clone(), self.path(at));
                made.push(super::PlannedDepartment { position, id, parent, name, path });
            }
        }
        made
    }

    /// Those that are made for some departments: those of them that are not there, and what is above.
    pub(super) fn made_for(&self, used: &HashSet<DepartmentId>) -> Vec<super::PlannedDepartment> {
        let mut needed: HashSet<DepartmentId> = used.clone();
        let mut made = self.new_ones();
        made.reverse();
        made.retain(|one| {
            needed.contains(&one.id) && {
                needed.insert(one.parent);
                true
            }
        });
        made.reverse();
        for (position, one) in (0..).zip(&mut made) {
            one.position = position;
        }
        made
    }

    fn path(&self, at: usize) -> String {
        let mut names = Vec::new();
        let mut next = self.nodes.get(at);
        while let Some(node) = next {
            names.push(written(node.name.as_str()));
            next = self.nodes.get(node.above);
        }
        names.reverse();
        names.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_names_departments() {
        let names = |cell: &str| -> Vec<Vec<String>> {
            let paths = read(cell).unwrap();
            paths.iter().map(|path| path.iter().map(|name| name.as_str().to_owned()).collect()).collect()
        };
        assert_eq!(names("总部/研发/平台"), [["总部", "研发", "平台"]]);
        assert_eq!(names(" /总部/ 研发 /；市场;\n"), [vec!["总部", "研发"], vec!["市场"]]);
        assert_eq!(names("研发／测试"), [["研发／测试"]]);
        let semicolon = [String::from("甲;乙/丙"), String::from("丁")];
        assert_eq!(names(&joined(&semicolon)), [vec!["甲;乙", "丙"], vec!["丁"]]);
        assert_eq!(joined(&[String::from("甲"), String::from("乙")]), "甲; 乙");
        assert!(read(&"甲;".repeat(100)).is_ok() && read(&"甲;".repeat(101)).is_err());
        assert!(read("总部//平台").is_err());
        assert!(read("总部/平*台").is_err());
    }
}
