//! Events of the API server's audit log (`audit.k8s.io/v1`), as far as they tell what became of Pods.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Metadata, Pod, Preconditions, Text, nullable};

/// One audit event. The same request appears once for each stage that the policy asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditEvent<'a> {
    /// `stage`; only `ResponseComplete` tells what became of a request.
    pub stage: Text<'a>,
    /// `verb`.
    pub verb: Text<'a>,
    /// `requestURI`.
    pub uri: Text<'a>,
    /// `user`.
    pub user: AuditUser<'a>,
    /// `userAgent`.
    pub agent: Text<'a>,
    /// `objectRef`.
    pub object: ObjectRef<'a>,
    /// `responseStatus.code`; 0 if there is none.
    pub code: u32,
    /// What the lifecycle reads of `requestObject`.
    pub request: AuditRequest<'a>,
    /// `responseObject`.
    pub response: AuditResponse<'a>,
}

/// `user` of an audit event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct AuditUser<'a> {
    /// `username`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub username: Text<'a>,
}

/// `objectRef` of an audit event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ObjectRef<'a> {
    /// `resource`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub resource: Text<'a>,
    /// `subresource`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub subresource: Text<'a>,
    /// `namespace`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub namespace: Text<'a>,
    /// `name`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub name: Text<'a>,
    /// `uid`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub uid: Text<'a>,
}

/// The part of `responseStatus` that is read.
#[derive(Default, Deserialize)]
pub(super) struct ResponseStatus {
    #[serde(default, deserialize_with = "nullable")]
    pub(super) code: u32,
}

/// What a response held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AuditResponse<'a> {
    /// Nothing about a Pod, or the level of the policy leaves it out.
    #[default]
    None,
    /// A Pod.
    Pod(Box<Pod<'a>>),
    /// `PartialObjectMetadata`: of the Pod only its metadata.
    Partial(Box<Metadata<'a>>),
    /// A list of Pods.
    Pods(Vec<Pod<'a>>),
}

/// `requestObject`: options of a DELETE, a binding, an eviction; whatever else it is, is skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditRequest<'a> {
    /// Whether the log holds the body at all.
    pub body: Body,
    /// `preconditions.uid` of a DELETE, `metadata.uid` of a binding.
    pub uid: Option<Text<'a>>,
    /// `target.name` of a binding.
    pub target: Option<Text<'a>>,
    /// Whether `dryRun` is not empty.
    pub dry_run: bool,
    /// `gracePeriodSeconds`.
    pub grace_period_seconds: Option<i64>,
}

/// Whether the body of a request stands in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Body {
    /// It does not: there was none, or the level leaves it out.
    #[default]
    Absent,
    /// It does.
    Logged,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options<'a> {
    #[serde(default)]
    grace_period_seconds: Option<i64>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    preconditions: Preconditions<'a>,
    #[serde(default, deserialize_with = "nullable")]
    dry_run: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Field {
    GracePeriodSeconds,
    Preconditions,
    DryRun,
    DeleteOptions,
    Metadata,
    Target,
    #[serde(other)]
    Unread,
}

#[derive(Default, Deserialize)]
struct Identity<'a> {
    #[serde(borrow, default)]
    uid: Option<Text<'a>>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for AuditRequest<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

/// A JSON patch is a list, other bodies are objects.
struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = AuditRequest<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the body of a request")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(AuditRequest::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(AuditRequest { body: Body::Logged, ..AuditRequest::default() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        self.visit_str("")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut request = AuditRequest { body: Body::Logged, ..AuditRequest::default() };
        while let Some(field) = map.next_key()? {
            match field {
                Field::GracePeriodSeconds => request.grace_period_seconds = map.next_value()?,
                Field::Preconditions => {
                    let preconditions: Option<Preconditions<'de>> = map.next_value()?;
                    request.uid = preconditions.and_then(|preconditions| preconditions.uid).or(request.uid);
                }
                Field::DryRun => {
                    request.dry_run |= map
                        .next_value::<Option<Vec<IgnoredAny>>>()?
                        .is_some_and(|entries| !entries.is_empty());
                }
                Field::DeleteOptions => {
                    let options = map.next_value::<Option<Options<'de>>>()?.unwrap_or_default();
                    request.grace_period_seconds = options.grace_period_seconds;
                    request.uid = options.preconditions.uid.or(request.uid);
                    request.dry_run |= !options.dry_run.is_empty();
                }
                Field::Metadata => {
                    let uid = map.next_value::<Option<Identity<'de>>>()?.unwrap_or_default().uid;
                    request.uid = request.uid.or_else(|| uid.filter(|uid| !uid.is_empty()));
                }
                Field::Target => {
                    request.target = map.next_value::<Option<Identity<'de>>>()?.unwrap_or_default().name;
                }
                Field::Unread => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(request)
    }
}

/// Reads `responseStatus`.
pub(super) fn status_code<'de, A: MapAccess<'de>>(map: &mut A) -> Result<u32, A::Error> {
    Ok(map.next_value::<Option<ResponseStatus>>()?.unwrap_or_default().code)
}
