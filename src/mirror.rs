//! Mirror Pods: the objects that stand for static Pods at the API server (KUB-66, KUB-67).

/// The mirror of a static Pod as the kubelet sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mirror {
    /// There is none.
    Absent,
    /// It is that of the present file.
    Current,
    /// It stands for another version of the file.
    Outdated,
    /// It has `deletionTimestamp`.
    Deleting,
}

/// What a pass over the static Pod does about its mirror. A delete has grace 0 and the UID as precondition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Care {
    /// Nothing.
    Keep,
    /// It creates one.
    Create,
    /// It deletes the old one and creates a new one.
    Replace,
}

/// Decides what a pass over a static Pod does about its mirror (KUB-66): deleting the mirror stops nothing.
///
/// ```
/// use pod_lifecycle::mirror::{Care, Mirror, care};
/// assert_eq!(care(Mirror::Deleting), Care::Replace);
/// ```
#[must_use]
pub const fn care(mirror: Mirror) -> Care {
    match mirror {
        Mirror::Absent => Care::Create,
        Mirror::Current => Care::Keep,
        Mirror::Outdated | Mirror::Deleting => Care::Replace,
    }
}

/// How far the static Pod of a mirror has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Original {
    /// Its file is there.
    Present,
    /// Its file is gone, and its containers are still to be stopped.
    Terminating,
    /// Its file is gone, and nothing runs any more.
    Ended,
}

/// What housekeeping does with a mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Leftover {
    /// It stays.
    Kept,
    /// It is deleted with grace 0.
    Deleted,
}

/// Decides whether housekeeping deletes a mirror (KUB-67).
///
/// ```
/// use pod_lifecycle::mirror::{Leftover, Original, leftover};
/// // The mirror outlives the file until the containers are stopped.
/// assert_eq!(leftover(Original::Terminating), Leftover::Kept);
/// assert_eq!(leftover(Original::Ended), Leftover::Deleted);
/// ```
#[must_use]
pub const fn leftover(original: Original) -> Leftover {
    match original {
        Original::Present | Original::Terminating => Leftover::Kept,
        Original::Ended => Leftover::Deleted,
    }
}
