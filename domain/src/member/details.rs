//! What an organization says of its members.

use crate::email::EmailAddress;
use crate::id::MemberId;
use crate::named::named;
use crate::phone::{MobileNumber, Phone};
use crate::text::{Line, PersonName, Position};
use chrono::NaiveDate;

/// What else somebody is called: 1 to 64 characters.
pub type Alias = Line<1, 64>;
/// The number of an employee: 1 to 64 characters.
pub type EmployeeNumber = Line<1, 64>;
/// Where somebody works: 1 to 128 characters.
pub type WorkLocation = Line<1, 128>;
/// Where somebody gets post: 1 to 256 characters.
pub type PostalAddress = Line<1, 256>;

named! {
    /// As it is told; nobody has to tell.
    Gender {
        /// A man.
        Male "male";
        /// A woman.
        Female "female";
    }
}

/// What an organization says of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Their name there.
    pub name: PersonName,
    /// What else they are called.
    pub alias: Option<Alias>,
    /// Their number as an employee.
    pub employee_number: Option<EmployeeNumber>,
    /// Their job there.
    pub position: Option<Position>,
    /// As it is told.
    pub gender: Option<Gender>,
    /// Their mobile number: that of their account, and until they have joined the one to which the invitation goes.
    pub mobile: MobileNumber,
    /// Their mailbox there. It is not proved to be theirs, and nobody signs in with it.
    pub email: Option<EmailAddress>,
    /// Where they are called there.
    pub telephone: Option<Phone>,
    /// Where they work.
    pub work_location: Option<WorkLocation>,
    /// Where they get post.
    pub address: Option<PostalAddress>,
    /// Since when they work there.
    pub hire_date: Option<NaiveDate>,
    /// To whom they report.
    pub leader: Option<MemberId>,
}

impl Details {
    /// Somebody of whom a name and a number are known.
    #[must_use]
    pub fn new(name: PersonName, mobile: MobileNumber) -> Self {
        Self {
            name,
            alias: None,
            employee_number: None,
            position: None,
            gender: None,
            mobile,
            email: None,
            telephone: None,
            work_location: None,
            address: None,
            hire_date: None,
            leader: None,
        }
    }
}
