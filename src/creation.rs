//! Creation at the API server: the key is the name, never the UID (CRE-01 … CRE-05).
//!
//! What a new Pod may look like is decided by `admission::create`; this is the request around it.

use crate::binding::Gates;
use crate::deletion::Deletion;
use crate::phase::Phase;
use crate::rules::RuleId;

/// The state of a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// It takes new objects.
    Active,
    /// It is being deleted: it only empties.
    Terminating,
}

/// The admission operation of a request. `POST pods/{name}/binding` and `POST pods/{name}/eviction` are
/// [`Create`](Self::Create) too (CRE-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// A POST.
    Create,
    /// A PUT or a PATCH.
    Update,
    /// A DELETE.
    Delete,
    /// Exec, attach, port-forward, proxy.
    Connect,
}

/// What is stored under the name: nothing, or one object. Two cannot be written (INV-01).
///
/// ```compile_fail
/// use pod_lifecycle::Deletion;
/// use pod_lifecycle::creation::Slot;
/// let two = Slot::Taken(Deletion::Live, Deletion::Live);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Nothing.
    Free,
    /// An object, deleting or not: both hold the name (CRE-01).
    Taken(Deletion),
}

/// Where the name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Naming {
    /// `metadata.name`.
    Given,
    /// `metadata.generateName` without a name: the server appends a random suffix.
    Generated,
}

/// A create that the API server refuses; nothing is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Rejection {
    /// 403, cause `NamespaceTerminating`.
    #[error("{}: the namespace is being terminated and takes no new objects", RuleId::CRE_05)]
    NamespaceTerminating,
    /// 409, reason `AlreadyExists`.
    #[error("{}: the name is taken by an object{}", RuleId::CRE_01, if .0.is_deleting() { " that is being deleted" } else { "" })]
    AlreadyExists(Deletion),
}

impl Rejection {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::NamespaceTerminating => RuleId::CRE_05,
            Self::AlreadyExists(_) => RuleId::CRE_01,
        }
    }

    /// The HTTP status code of the answer.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::NamespaceTerminating => 403,
            Self::AlreadyExists(_) => 409,
        }
    }
}

/// What is stored of a new Pod, whatever `status` the client sent (CRE-03, OBJ-30).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Created {
    /// `status.phase`.
    pub phase: Phase,
    /// `metadata.generation`.
    pub generation: u64,
    /// The reason of a condition `PodScheduled` = `False`; without gates there is no condition (CRE-21).
    pub not_scheduled: Option<&'static str>,
}

impl Created {
    /// A new Pod with these gates.
    #[must_use]
    pub const fn with(gates: Gates) -> Self {
        let not_scheduled = match gates {
            Gates::Open => None,
            Gates::Closed => Some("SchedulingGated"),
        };
        Self { phase: Phase::Pending, generation: 1, not_scheduled }
    }
}

/// Decides one create of a valid Pod (CRE-01, CRE-03, CRE-05).
///
/// # Errors
/// [`Rejection`] if the API server answers 403 or 409; then nothing is stored.
///
/// ```
/// use pod_lifecycle::binding::Gates;
/// use pod_lifecycle::creation::{self, Namespace, Slot};
/// use pod_lifecycle::{Deletion, Phase, Time};
/// let created = creation::create(Namespace::Active, Slot::Free, Gates::Open)?;
/// assert_eq!((created.phase, created.generation), (Phase::Pending, 1));
///
/// // A Pod that is still stopping holds its name: a StatefulSet has to wait.
/// let old = Slot::Taken(Deletion::from_fields(Some(Time::from_unix(0)), Some(30)));
/// let refused = creation::create(Namespace::Active, old, Gates::Open).unwrap_err();
/// assert_eq!(refused.code(), 409);
/// assert_eq!(refused.to_string(), "CRE-01: the name is taken by an object that is being deleted");
/// # Ok::<(), creation::Rejection>(())
/// ```
pub fn create(namespace: Namespace, slot: Slot, gates: Gates) -> Result<Created, Rejection> {
    namespace.admit(Operation::Create)?;
    match slot {
        Slot::Taken(deletion) => Err(Rejection::AlreadyExists(deletion)),
        Slot::Free => Ok(Created::with(gates)),
    }
}

impl Namespace {
    /// Whether a request may go on here: only creates are refused, and only while the namespace terminates
    /// (CRE-05).
    ///
    /// # Errors
    /// [`Rejection::NamespaceTerminating`].
    pub fn admit(self, operation: Operation) -> Result<(), Rejection> {
        match (self, operation) {
            (Self::Terminating, Operation::Create) => Err(Rejection::NamespaceTerminating),
            (Self::Terminating, Operation::Update | Operation::Delete | Operation::Connect)
            | (Self::Active, _) => Ok(()),
        }
    }
}

/// How many names the server draws for one `generateName` (CRE-02).
pub const NAME_ATTEMPTS: u8 = 8;

/// What the server does about a refused attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Next {
    /// It draws another suffix.
    AnotherName,
    /// It answers.
    Answer,
}

/// What follows the `attempt`-th refusal of one create; the first attempt is 1 (CRE-02).
///
/// ```
/// use pod_lifecycle::creation::{NAME_ATTEMPTS, Naming, Next, Rejection, after};
/// use pod_lifecycle::Deletion;
/// let taken = Rejection::AlreadyExists(Deletion::Live);
/// assert_eq!(after(taken, Naming::Generated, 1), Next::AnotherName);
/// assert_eq!(after(taken, Naming::Generated, NAME_ATTEMPTS), Next::Answer);
/// assert_eq!(after(taken, Naming::Given, 1), Next::Answer);
/// ```
#[must_use]
pub const fn after(refused: Rejection, naming: Naming, attempt: u8) -> Next {
    match (refused, naming) {
        (Rejection::AlreadyExists(_), Naming::Generated) if attempt < NAME_ATTEMPTS => Next::AnotherName,
        (Rejection::AlreadyExists(_), Naming::Generated | Naming::Given)
        | (Rejection::NamespaceTerminating, _) => Next::Answer,
    }
}

/// A write to a name under which nothing is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Write {
    /// PUT.
    Put,
    /// A PATCH of any type but apply.
    Patch,
    /// A server-side apply.
    Apply,
}

/// What a write to an absent object does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Absent {
    /// 404.
    NotFound,
    /// It becomes a create.
    Creates,
}

impl Write {
    /// What it does where nothing is stored: only apply creates a Pod (CRE-04).
    #[must_use]
    pub const fn where_absent(self) -> Absent {
        match self {
            Self::Put | Self::Patch => Absent::NotFound,
            Self::Apply => Absent::Creates,
        }
    }
}
