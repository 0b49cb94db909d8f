//! Whether a Pod's sandbox will do (CTR-10).

/// A sandbox of the Pod as the runtime knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sandbox {
    /// Its state.
    pub readiness: Readiness,
    /// Its network namespace mode.
    pub namespace: Namespace,
    /// Its network address.
    pub address: Address,
    /// How many sandboxes the Pod had before it.
    pub attempt: u32,
}

/// The state of a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Readiness {
    /// It is not ready.
    NotReady,
    /// It is ready.
    Ready,
}

/// Whether the network namespace mode is the one that the spec asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// It is.
    AsAsked,
    /// It is another one.
    Other,
}

/// Whether a sandbox has the address that it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// The Pod shares the node's network and needs none.
    OfNode,
    /// It needs one and has one.
    Assigned,
    /// It needs one and has none.
    Lacking,
}

/// What a pass does about the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SandboxNeed {
    /// The newest one will do.
    Fits,
    /// A new one is needed.
    New {
        /// Its attempt number: one more than that of the newest, 0 without one.
        attempt: u32,
    },
}

impl SandboxNeed {
    /// Looks at the known sandboxes, newest first (CTR-10).
    ///
    /// ```
    /// use pod_lifecycle::sync::{Address, Namespace, Readiness, Sandbox, SandboxNeed};
    /// let lost = Sandbox {
    ///     readiness: Readiness::NotReady,
    ///     namespace: Namespace::AsAsked,
    ///     address: Address::Assigned,
    ///     attempt: 0,
    /// };
    /// assert_eq!(SandboxNeed::of([lost]), SandboxNeed::New { attempt: 1 });
    /// assert_eq!(SandboxNeed::of([]), SandboxNeed::New { attempt: 0 });
    /// ```
    #[must_use]
    pub fn of(sandboxes: impl IntoIterator<Item = Sandbox>) -> Self {
        let mut sandboxes = sandboxes.into_iter();
        let Some(newest) = sandboxes.next() else {
            return Self::New { attempt: 0 };
        };
        let another_ready = sandboxes.any(|older| older.readiness == Readiness::Ready);
        match newest {
            Sandbox {
                readiness: Readiness::Ready,
                namespace: Namespace::AsAsked,
                address: Address::OfNode | Address::Assigned,
                attempt: _,
            } if !another_ready => Self::Fits,
            Sandbox { attempt, .. } => Self::New { attempt: attempt.saturating_add(1) },
        }
    }
}
