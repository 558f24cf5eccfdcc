//! Roles, and who has them; what is hidden from whom. All of it belongs to one tenant.

mod assignment;
mod grant;
mod holder;
mod role;
mod sight;
