//! What the columns of a spreadsheet hold, and by which headings that is known: ours, and those of WeCom and its like.

use super::Heading;
use crate::access::FieldGroup;
use crate::error::Language;
use crate::id::MemberFieldId;
use crate::member_field::MemberField;
use crate::text::comparison_key;
use uuid::Uuid;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// What integrators call the member.
    Userid,
    /// The name.
    Name,
    /// What else they are called.
    Alias,
    /// The number as an employee.
    EmployeeNumber,
    /// The job.
    Position,
    /// The gender.
    Gender,
    /// The mobile number.
    Mobile,
    /// The mailbox.
    Email,
    /// The telephone.
    Telephone,
    /// Where they work.
    WorkLocation,
    /// Where they get post.
    Address,
    /// Since when they work there.
    HireDate,
    /// To whom they report: a userid, or a mobile number.
    Leader,
    /// Their departments, the main one first.
    Departments,
    /// Whether they lead those.
    Leads,
    /// What they have in a field of the tenant.
    Custom(MemberFieldId),
}

impl Column {
    /// What it is about.
    #[must_use]
    pub fn group(self) -> FieldGroup {
        match self {
            Self::Userid
            | Self::Name
            | Self::Alias
            | Self::Position
            | Self::Leader
            | Self::Departments
            | Self::Leads => FieldGroup::Basic,
            Self::Mobile | Self::Email | Self::Telephone | Self::WorkLocation => FieldGroup::Contact,
            Self::Gender | Self::Address => FieldGroup::Personal,
            Self::EmployeeNumber | Self::HireDate => FieldGroup::Employment,
            Self::Custom(_) => FieldGroup::Custom,
        }
    }
}

/// The columns that every tenant has, in the order of a template, with their field and their headings: in Chinese, in English, and others by
/// which they are known, the likelier ones first.
const KNOWN: [(Column, &str, &[&str]); 15] = [
    (Column::Name, "name", &["姓名", "Name", "员工姓名", "名称", "fullname"]),
    (Column::Userid, "userid", &["帐号", "User ID", "账号", "用户id", "英文id", "account", "username"]),
    (
        Column::Mobile,
        "mobile",
        &["手机", "Mobile", "手机号", "手机号码", "移动电话", "mobilenumber", "phonenumber", "cellphone"],
    ),
    (Column::Departments, "departments", &["部门", "Departments", "所在部门", "所属部门", "department"]),
    (
        Column::Leads,
        "leads",
        &[
            "部门负责人",
            "Leads department",
            "是否部门负责人",
            "是否为部门负责人",
            "isleader",
            "departmentleader",
        ],
    ),
    (Column::Position, "position", &["职务", "Position", "职位", "岗位", "title", "jobtitle"]),
    (
        Column::Leader,
        "leader_id",
        &["直属上级", "Reports to", "直属主管", "上级", "leader", "manager", "directleader"],
    ),
    (
        Column::EmployeeNumber,
        "employee_number",
        &["工号", "Employee number", "员工编号", "员工工号", "employeeid", "employeeno."],
    ),
    (
        Column::Email,
        "email",
        &["邮箱", "Email", "企业邮箱", "个人邮箱", "电子邮箱", "邮件", "e-mail", "emailaddress"],
    ),
    (Column::Gender, "gender", &["性别", "Gender", "sex"]),
    (Column::Alias, "alias", &["别名", "Alias", "英文名", "昵称", "nickname"]),
    (Column::Telephone, "telephone", &["座机", "Telephone", "固定电话", "电话", "landline", "phone"]),
    (Column::WorkLocation, "work_location", &["办公地点", "Work location", "工作地点", "office", "location"]),
    (Column::Address, "address", &["地址", "Address", "通讯地址", "联系地址"]),
    (Column::HireDate, "hire_date", &["入职日期", "Hire date", "入职时间", "startdate"]),
];

impl Column {
    /// The columns that every tenant has, in the order of a template.
    pub const ALL: [Self; KNOWN.len()] = {
        let mut all = [Self::Name; KNOWN.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = KNOWN[at].0;
            at += 1;
        }
        all
    };

    /// The field that it is about, as it is called where members are shown.
    #[must_use]
    pub fn field(self) -> String {
        match self {
            Self::Custom(id) => format!("custom/{id}"),
            known => known.known().1.to_owned(),
        }
    }

    /// The column about a field.
    #[must_use]
    pub fn about(field: &str) -> Option<Self> {
        let custom = field.strip_prefix("custom/").and_then(|id| Uuid::parse_str(id).ok());
        let known = || KNOWN.iter().find(|(_, name, _)| *name == field).map(|(column, ..)| *column);
        custom.map(|id| Self::Custom(id.into())).or_else(known)
    }

    fn known(self) -> (Self, &'static str, &'static [&'static str]) {
        let at = KNOWN.iter().position(|(column, ..)| *column == self);
        KNOWN[at.unwrap_or_default()]
    }

    /// What stands above it in what Gongpai writes.
    #[must_use]
    pub fn heading(self, language: Language, fields: &[MemberField]) -> String {
        match self {
            Self::Custom(id) => {
                let field = fields.iter().find(|field| field.id == id);
                field.map_or_else(|| id.to_string(), |field| field.name.as_str().to_owned())
            }
            known => known.known().2[usize::from(language == Language::English)].to_owned(),
        }
    }
}

/// A heading as it is compared: without what stands in brackets behind it, and without the star of what is required.
fn key(heading: &str) -> String {
    let key = comparison_key(heading);
    let bare = key.split('(').next().unwrap_or_default();
    bare.trim_matches('*').to_owned()
}

/// What a heading means, and how likely that is beside others that mean the same: the least is the likeliest. Our own headings come first,
/// then the names of the tenant's fields, then what others call things.
fn meaning(heading: &str, fields: &[MemberField]) -> Option<(Column, usize)> {
    let (whole, bare) = (comparison_key(heading), key(heading));
    if bare.is_empty() {
        return None;
    }
    let known = |from: usize, wanted: &str| {
        KNOWN.iter().find_map(|(column, _, headings)| {
            let mut likely = headings.iter().enumerate().filter(|(rank, _)| (*rank < OURS) == (from == 0));
            likely.find(|(_, one)| key(one) == wanted).map(|(rank, _)| (*column, rank))
        })
    };
    let custom = |named: &dyn Fn(&str) -> bool| {
        let field = fields.iter().find(|field| named(field.name.as_str()));
        field.map(|field| (Column::Custom(field.id), 0))
    };
    known(0, &bare)
        .or_else(|| custom(&|name| comparison_key(name) == whole))
        .or_else(|| known(OURS, &bare))
        .or_else(|| custom(&|name| key(name) == bare))
}

/// How many of the headings of a column are ours.
const OURS: usize = 2;

/// What the cells of a row mean as headings, and one of them that is there twice. Of several that mean the same in other words the
/// likeliest counts.
pub(super) fn understand(cells: &[String], fields: &[MemberField]) -> (Vec<Heading>, Option<String>) {
    let meant: Vec<_> = cells.iter().map(|cell| meaning(cell, fields)).collect();
    let (mut headings, mut twice) = (Vec::new(), None);
    for (index, cell) in cells.iter().enumerate() {
        let mine = meant[index].filter(|(column, rank)| {
            meant.iter().flatten().all(|(other, theirs)| other != column || rank <= theirs)
        });
        let heading: String = cell.trim().chars().take(64).collect();
        if mine.is_some() && meant[..index].contains(&mine) {
            twice = Some(heading.clone());
        }
        headings.push(Heading { heading, column: mine.map(|(column, _)| column) });
    }
    (headings, twice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(cells: &[&str]) -> Vec<Option<Column>> {
        let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
        understand(&cells, &[]).0.into_iter().map(|heading| heading.column).collect()
    }

    #[test]
    fn headings_of_others_are_understood() {
        let wecom = [
            "姓名（必填）",
            "帐号(必填)",
            "别名",
            "职务",
            "部门",
            "性别",
            "手机",
            "座机",
            "个人邮箱",
            "企业邮箱",
            "激活状态",
        ];
        let meant = columns(&wecom);
        assert_eq!(meant[..3], [Some(Column::Name), Some(Column::Userid), Some(Column::Alias)]);
        assert_eq!(
            meant[4..8],
            [Some(Column::Departments), Some(Column::Gender), Some(Column::Mobile), Some(Column::Telephone)]
        );
        // Of two mailboxes, that of the company.
        assert_eq!(meant[8..], [None, Some(Column::Email), None]);
        assert_eq!(
            columns(&["*ＮＡＭＥ ", "Mobile number", "Reports To"]),
            [Some(Column::Name), Some(Column::Mobile), Some(Column::Leader)]
        );
    }

    #[test]
    fn one_heading_twice_is_told() {
        let cells = ["姓名", "手机", "姓名"].map(str::to_owned);
        assert_eq!(understand(&cells, &[]).1.as_deref(), Some("姓名"));
    }

    #[test]
    fn what_is_written_is_understood() {
        for language in [Language::Chinese, Language::English] {
            let headings: Vec<String> =
                Column::ALL.iter().map(|column| column.heading(language, &[])).collect();
            let meant: Vec<_> =
                understand(&headings, &[]).0.into_iter().map(|one| one.column.unwrap()).collect();
            assert_eq!(meant, Column::ALL);
        }
    }
}
