//! Prints the spreadsheet of a made-up company: `made-up-company MEMBERS DEPARTMENTS`.

#![allow(clippy::expect_used, reason = "whoever calls it gives two numbers")]

use tests::made_up::MadeUp;

fn main() {
    let mut sizes = std::env::args().skip(1).map(|size| size.parse().expect("a number"));
    let (members, departments) =
        (sizes.next().expect("how many members"), sizes.next().expect("how many departments"));
    print!("{}", MadeUp::new(members, departments).csv());
}
