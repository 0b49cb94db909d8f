//! Kubernetes JSON, as far as the life cycle reads it.
//!
//! Strings are borrowed from the input where they need no unescaping; fields that are not listed here are
//! skipped without being built. `null` counts as absent, as it does for the API server. What Kubernetes writes is read
//! by a quick reader of our own; whatever is unusual or wrong in it, `serde_json` decides.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

mod around;
mod audit;
mod delete_options;
mod details;
mod digest;
mod frames;
mod managers;
mod pod;
mod quick;
mod watch;
mod whole;

pub use around::{
    BudgetSpec, BudgetStatus, DisruptionBudget, Event, Involved, Requirement, Selector, Series, Workload,
    WorkloadSpec,
};
pub use audit::{AuditEvent, AuditRequest, AuditResponse, AuditUser, Body, ObjectRef};
pub use delete_options::{DeleteOptions, Preconditions};
pub use details::{
    ContainerDetails, Handler, Lifecycle, MetadataDetails, Node, NodeSpec, NodeStatus, PodDetails, Probe,
    Sleep, SpecDetails, Taint,
};
pub use digest::Digest;
pub use frames::{Frame, Frames, More, Place};
pub use managers::last_manager;
pub use pod::{
    Annotations, Condition, Container, ContainerState, ContainerStateRunning, ContainerStateTerminated,
    ContainerStateWaiting, ContainerStatus, ExitCodes, Metadata, Pod, PodList, PodSpec, PodStatus,
    RestartPolicyRule, SchedulingGate,
};
pub use watch::{Document, EventType, Status, WatchEvent};
pub use whole::{
    Address, Affinity, NodeAffinity, NodeSelector, NodeSelectorTerm, OwnerReference, Toleration,
    WholeCondition, WholeContainer, WholeMetadata, WholePod, WholeSpec, WholeStatus,
};

/// A JSON string, borrowed from the input unless it had to be unescaped.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text<'a>(Cow<'a, str>);

impl<'a> Text<'a> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

// `Option<Cow<str>>` with serde's `borrow` would always copy; this visitor borrows.
impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;

        impl<'de> Visitor<'de> for Borrowing {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }

        deserializer.deserialize_str(Borrowing)
    }
}

/// Reads `null` as the default.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// JSON that cannot be read as the object that it should be.
#[derive(Debug, thiserror::Error)]
pub struct WireError {
    path: Option<String>,
    offset: Option<usize>,
    source: serde_json::Error,
}

impl WireError {
    /// Where the wrong value lies, such as `.object.spec.containers[0].name`; `None` if the text is no JSON.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The byte of the input at which reading stopped.
    #[must_use]
    pub const fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// How many lines of the input lie before that byte.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.source.line().saturating_sub(1) as u64
    }

    /// Whether the input ends before its value does.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.source.is_eof()
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.source.to_string();
        // serde_json counts lines inside the value; the caller knows where the value begins.
        let reason = reason.split_once(" at line ").map_or(&*reason, |(reason, _)| reason);
        match &self.path {
            Some(path) => write!(f, "at `{path}`: {reason}"),
            None => f.write_str(reason),
        }
    }
}

/// Reads one JSON value that fills the input. A value of a wrong type is named by its path.
///
/// # Errors
/// [`WireError`] if the input is no JSON, or not of the expected form.
///
/// ```
/// use pod_lifecycle::wire::{self, Pod};
/// let pod: Pod = wire::from_slice(br#"{"metadata": {"name": "web"}, "spec": {"nodeName": null}}"#)?;
/// assert_eq!(&*pod.metadata.name, "web");
///
/// let wrong = wire::from_slice::<Pod>(br#"{"status": {"phase": 3}}"#).unwrap_err();
/// assert_eq!(wrong.path(), Some(".status.phase"));
/// # Ok::<(), wire::WireError>(())
/// ```
pub fn from_slice<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, WireError> {
    if let Some((value, taken)) = std::str::from_utf8(json).ok().and_then(|text| quick::first(text).ok())
        && json.iter().skip(taken).all(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'))
    {
        return Ok(value);
    }
    serde_json::from_slice(json).map_err(|source| explain::<T>(json, source))
}

/// Reads the first JSON value of the input and tells how many bytes it took.
///
/// # Errors
/// [`WireError`] if the input does not begin with a JSON value of the expected form.
pub fn first<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<(T, usize), WireError> {
    let mut values = serde_json::Deserializer::from_slice(json).into_iter::<T>();
    match values.next() {
        Some(Ok(value)) => Ok((value, values.byte_offset())),
        Some(Err(source)) => Err(explain::<T>(json, source)),
        None => from_slice(json).map(|value| (value, json.len())),
    }
}

/// The same from text, much faster: what is to be read often is checked for UTF-8 once, as a whole.
///
/// # Errors
/// As [`first`].
pub fn first_of_text<'a, T: Deserialize<'a>>(json: &'a str) -> Result<(T, usize), WireError> {
    if let Ok(read) = quick::first(json) {
        return Ok(read);
    }
    let mut values = serde_json::Deserializer::from_str(json).into_iter::<T>();
    match values.next() {
        Some(Ok(value)) => Ok((value, values.byte_offset())),
        Some(Err(source)) => Err(explain::<T>(json.as_bytes(), source)),
        None => from_slice(json.as_bytes()).map(|value| (value, json.len())),
    }
}

/// Parses again, slowly, to learn where the wrong value lies.
fn explain<'a, T: Deserialize<'a>>(json: &'a [u8], source: serde_json::Error) -> WireError {
    let offset = byte_offset(json, source.line(), source.column());
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let path = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) if source.is_data() => Some(error.path().to_string()).filter(|path| path != "."),
        Ok(_) | Err(_) => None,
    };
    let path = path.map(|path| if path.starts_with(['.', '[']) { path } else { format!(".{path}") });
    WireError { path, offset, source }
}

fn byte_offset(json: &[u8], line: usize, column: usize) -> Option<usize> {
    let before: usize =
        json.split_inclusive(|byte| *byte == b'\n').take(line.checked_sub(1)?).map(<[u8]>::len).sum();
    Some(before + column.saturating_sub(1))
}
