//! Roles, and who has them; what is hidden from whom. All of it belongs to one tenant.

mod assignment;
mod grant;
mod holder;
mod role;
mod sight;

/// That one department of a tenant stands below another, or is it.
macro_rules! below {
    ($one:ident, $other:ident) => {{
        let (path, top) = ($one.field(departments::path), $other.field(departments::path));
        path.ge(top).and(path.lt(top.concat(domain::department::Path::AFTER)))
    }};
}
use below;
