//! Reviews: the queue, what operators note on a case, the replies that they use again, and what they did.

mod note;
mod queue;
mod reply;
mod work;

pub(crate) use note::place as note_place;
pub(crate) use queue::enqueue;
