//! One module per subcommand.

pub(crate) mod check;
pub(crate) mod claims;
pub(crate) mod diagram;
pub(crate) mod explain;
pub(crate) mod model;
pub(crate) mod mutants;
pub(crate) mod objects;
pub(crate) mod rules;
pub(crate) mod timeline;
pub(crate) mod verify;
pub(crate) mod walkthrough;
