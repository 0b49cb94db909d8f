//! Where and of what kind a cause is, as the API server's answer names it.

use std::fmt;

/// The kind of a cause; in the answer `FieldValueInvalid` and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The value breaks a rule.
    Invalid,
    /// There is no value.
    Required,
    /// The value may not be there, or may not change.
    Forbidden,
    /// The value is there twice.
    Duplicate,
    /// The value is none of those that the field knows.
    NotSupported,
    /// The value is too long.
    TooLong,
}

impl Kind {
    /// The API value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "FieldValueInvalid",
            Self::Required => "FieldValueRequired",
            Self::Forbidden => "FieldValueForbidden",
            Self::Duplicate => "FieldValueDuplicate",
            Self::NotSupported => "FieldValueNotSupported",
            Self::TooLong => "FieldValueTooLong",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The path of a field, such as `spec.containers[1].image`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field {
    list: &'static str,
    index: Option<usize>,
    member: &'static str,
}

impl Field {
    pub(super) const fn plain(path: &'static str) -> Self {
        Self { list: path, index: None, member: "" }
    }

    pub(super) const fn at(list: &'static str, index: usize, member: &'static str) -> Self {
        Self { list, index: Some(index), member }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.list)?;
        if let Some(index) = self.index {
            write!(f, "[{index}]")?;
        }
        f.write_str(self.member)
    }
}

/// A list of containers in the spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpecList {
    /// `spec.containers`.
    Containers,
    /// `spec.initContainers`.
    InitContainers,
}

/// A list of container statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusList {
    /// `status.containerStatuses`.
    Containers,
    /// `status.initContainerStatuses`.
    InitContainers,
    /// `status.ephemeralContainerStatuses`.
    EphemeralContainers,
}

/// A list of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressList {
    /// `status.podIPs`.
    Pod,
    /// `status.hostIPs`.
    Host,
}

/// Where a map with the form of labels stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabelMap {
    /// `metadata.labels`.
    Labels,
    /// `spec.nodeSelector`.
    NodeSelector,
}

impl SpecList {
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Containers => "spec.containers",
            Self::InitContainers => "spec.initContainers",
        }
    }
}

impl StatusList {
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Containers => "status.containerStatuses",
            Self::InitContainers => "status.initContainerStatuses",
            Self::EphemeralContainers => "status.ephemeralContainerStatuses",
        }
    }
}

impl AddressList {
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Pod => "status.podIPs",
            Self::Host => "status.hostIPs",
        }
    }
}

impl LabelMap {
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Labels => "metadata.labels",
            Self::NodeSelector => "spec.nodeSelector",
        }
    }
}
