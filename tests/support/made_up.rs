//! A company that does not exist: always the same one for the same size.

use std::fmt::Write;

const SURNAMES: [&str; 24] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "欧阳", "单", "曾", "解",
];
const GIVEN: [&str; 32] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超",
    "霞", "平", "刚", "桂英", "晓明", "子涵", "欣怡", "浩然", "雨桐", "梓轩", "思远", "佳琪", "志强", "建国",
    "若曦",
];
const UNITS: [&str; 12] =
    ["研发", "市场", "销售", "客服", "财务", "人事", "法务", "采购", "生产", "质量", "物流", "运营"];
const JOBS: [&str; 8] = ["工程师", "经理", "专员", "主管", "分析师", "设计师", "顾问", "助理"];

/// The deepest level of a department, the root being at 1.
const LEVELS: usize = 15;

/// A made-up company.
pub struct MadeUp {
    members: usize,
    /// The department above each, and how far down it is; the first ones are right below the root.
    departments: Vec<(Option<usize>, usize)>,
}

/// Numbers that look random, and are the same each time.
fn shuffled(n: usize) -> usize {
    let mixed = (n as u64).wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    usize::try_from((mixed ^ (mixed >> 31)) >> 16).unwrap_or_default()
}

impl MadeUp {
    /// One with so many members in so many departments, each of which has somebody who leads it.
    pub fn new(members: usize, departments: usize) -> Self {
        assert!(departments > 0 && departments <= members);
        let mut tree: Vec<(Option<usize>, usize)> = Vec::with_capacity(departments);
        for n in 0..departments {
            // Most have few below them, and now and then a line goes far down.
            let above = (n >= 8).then(|| if n % 7 == 0 { n - 1 } else { n / 6 });
            let above = above.filter(|above| tree[*above].1 < LEVELS);
            let level = above.map_or(2, |above| tree[above].1 + 1);
            tree.push((above, level));
        }
        Self { members, departments: tree }
    }

    /// The path of a department.
    pub fn path(&self, n: usize) -> String {
        let name = format!("{}{n}", UNITS[n % UNITS.len()]);
        self.departments[n].0.map_or(name.clone(), |above| format!("{}/{name}", self.path(above)))
    }

    /// Who leads somebody: whoever leads their department, and whoever leads the one above that for those.
    pub fn leader(&self, member: usize) -> Option<usize> {
        let department = member % self.departments.len();
        if member >= self.departments.len() { Some(department) } else { self.departments[department].0 }
    }

    /// The mobile number of a member.
    pub fn mobile(member: usize) -> String {
        format!("166{member:08}")
    }

    /// The spreadsheet, whoever is led before whoever leads.
    pub fn csv(&self) -> String {
        let mut text = "姓名,帐号,手机,部门,部门负责人,职务,直属上级,工号,邮箱,性别,入职日期\n".to_owned();
        for member in (0..self.members).rev() {
            let dice = shuffled(member);
            let department = member % self.departments.len();
            let leads = if member < self.departments.len() { "是" } else { "否" };
            // One in ten is in a second department.
            let other = (member % 10 == 3).then(|| (department + 1) % self.departments.len());
            let other =
                other.filter(|other| *other != department).map(|other| format!(";{}", self.path(other)));
            let leads = if other.is_some() { format!("{leads};否") } else { leads.to_owned() };
            let leader = self.leader(member).map(|leader| format!("u{leader}")).unwrap_or_default();
            let _ = writeln!(
                text,
                "{}{},u{member},{},{}{},{leads},{},{leader},E{member:06},u{member}@example.com,{},20{:02}-{:02}-{:02}",
                SURNAMES[dice % SURNAMES.len()],
                GIVEN[dice / 32 % GIVEN.len()],
                Self::mobile(member),
                self.path(department),
                other.unwrap_or_default(),
                JOBS[dice / 1024 % JOBS.len()],
                if dice.is_multiple_of(2) { "男" } else { "女" },
                10 + dice % 16,
                1 + dice / 16 % 12,
                1 + dice / 256 % 28,
            );
        }
        text
    }
}
