//! What commands and outcomes lead to where several parts of the session are concerned: the parts themselves know nothing
//! of each other. In the order in which they call each other, the lowest first: [`ablation`], [`derive`], [`rebuild`],
//! [`train`], [`series`], [`history`], [`edit`], [`view`], [`open`], [`stop`], [`session_view`], [`show`], then [`checkpoints`], [`columns`], [`import`], [`picture`],
//! [`session_file`], [`compare`], [`paths`], [`save`], [`leave`], [`findings`], and [`receive`].

pub(super) mod ablation;
pub(super) mod checkpoints;
pub(super) mod columns;
pub(super) mod compare;
pub(super) mod derive;
pub(super) mod edit;
pub(super) mod findings;
pub(super) mod history;
pub(super) mod import;
pub(super) mod leave;
pub(super) mod open;
pub(super) mod paths;
pub(super) mod picture;
pub(super) mod rebuild;
pub(super) mod receive;
pub(super) mod save;
pub(super) mod series;
pub(super) mod session_file;
pub(super) mod session_view;
pub(super) mod show;
pub(super) mod stop;
pub(super) mod train;
pub(super) mod view;
