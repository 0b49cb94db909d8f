//! What a stream holds: watch events, Pods, lists; told apart by their own fields, without buffering.

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Serialize};

use super::audit::{AuditEvent, AuditResponse, status_code};
use super::{Metadata, Pod, PodSpec, PodStatus, Text};

/// `type` of a watch event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum EventType {
    /// The object is new to the watcher: created, or listed again.
    Added,
    /// The object was written.
    Modified,
    /// The object was removed, or left the watcher's filter (CRE-14).
    Deleted,
    /// Only a resourceVersion: everything before it has been sent.
    Bookmark,
    /// The watch has failed.
    Error,
}

/// One event of a watch on Pods.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct WatchEvent<'a> {
    /// `type`.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// `object`.
    #[serde(borrow)]
    pub object: Pod<'a>,
}

/// A `Status`, the answer of a failed request or watch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status<'a> {
    /// `code`, such as 410.
    pub code: i64,
    /// `reason`, such as `Expired`.
    pub reason: Text<'a>,
}

/// One JSON value of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Document<'a> {
    /// A watch event about a Pod.
    Event(WatchEvent<'a>),
    /// A bookmark; its object is no Pod's state.
    Bookmark,
    /// A watch event of type ERROR.
    Error(Status<'a>),
    /// A Pod by itself.
    Pod(Pod<'a>),
    /// A list: the Pods in it, and how many objects of other kinds.
    List {
        /// The Pods.
        pods: Vec<Pod<'a>>,
        /// How many items are no Pods.
        others: usize,
    },
    /// An event of the audit log.
    Audit(Box<AuditEvent<'a>>),
    /// An object of another kind, or an event about one.
    Other(Text<'a>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Document<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = deserializer.deserialize_map(Reading)?;
        found.judge(None).map_err(serde::de::Error::custom)
    }
}

/// The kind of an object of which a client asked the metadata only.
const PARTIAL: &str = "PartialObjectMetadata";

/// The union of what may stand at the top of a value.
#[derive(Default)]
struct Object<'a> {
    kind: Option<Text<'a>>,
    metadata: Metadata<'a>,
    spec: PodSpec<'a>,
    status: PodStatus<'a>,
    code: i64,
    reason: Text<'a>,
    items: Option<Vec<Nested<'a>>>,
    event: Option<Text<'a>>,
    object: Option<Box<Nested<'a>>>,
    audit: Option<Box<AuditEvent<'a>>>,
    response: Option<Box<Nested<'a>>>,
}

#[derive(Debug, thiserror::Error)]
enum Unknown {
    #[error("neither a watch event (`type` and `object`) nor an object (`kind`)")]
    Shape,
    #[error("a watch event of type `{0}`; the types are ADDED, MODIFIED, DELETED, BOOKMARK and ERROR")]
    Type(String),
    #[error("a watch event without `object`")]
    NoObject,
}

impl<'a> Object<'a> {
    /// Tells what the object is; `inherited` is the kind where the surroundings imply one.
    fn judge(mut self, inherited: Option<&'static str>) -> Result<Document<'a>, Unknown> {
        match (self.kind.as_deref().or(inherited), self.event) {
            (Some("Pod"), _) => {
                Ok(Document::Pod(Pod { metadata: self.metadata, spec: self.spec, status: self.status }))
            }
            (Some(list @ ("List" | "PodList")), _) => {
                // The items of a typed list do not repeat their kind.
                let inherited = (list == "PodList").then_some("Pod");
                let (mut pods, mut others) = (Vec::new(), 0);
                for Nested(item) in self.items.unwrap_or_default() {
                    if let Document::Pod(pod) = item.judge(inherited)? {
                        pods.push(pod);
                    } else {
                        others += 1;
                    }
                }
                Ok(Document::List { pods, others })
            }
            (Some("Event"), None) if self.audit.as_ref().is_some_and(|audit| !audit.verb.is_empty()) => {
                let mut audit = self.audit.unwrap_or_default();
                if let Some(response) = &mut self.response
                    && response.0.kind.as_deref() == Some(PARTIAL)
                {
                    audit.response =
                        AuditResponse::Partial(Box::new(std::mem::take(&mut response.0.metadata)));
                    return Ok(Document::Audit(audit));
                }
                audit.response = match self.response.map(|response| response.0.judge(None)) {
                    Some(Ok(Document::Pod(pod))) => AuditResponse::Pod(Box::new(pod)),
                    Some(Ok(Document::List { pods, .. })) => AuditResponse::Pods(pods),
                    Some(Ok(_) | Err(_)) | None => AuditResponse::None,
                };
                Ok(Document::Audit(audit))
            }
            (Some(_), _) => Ok(Document::Other(self.kind.unwrap_or_default())),
            (None, None) => Err(Unknown::Shape),
            (None, Some(word)) => {
                let kind = match word.as_str() {
                    "ADDED" => EventType::Added,
                    "MODIFIED" => EventType::Modified,
                    "DELETED" => EventType::Deleted,
                    "BOOKMARK" => return Ok(Document::Bookmark),
                    "ERROR" => EventType::Error,
                    _ => return Err(Unknown::Type(word.to_string())),
                };
                let Nested(object) = *self.object.ok_or(Unknown::NoObject)?;
                if kind == EventType::Error {
                    return Ok(Document::Error(Status { code: object.code, reason: object.reason }));
                }
                let document = object.judge(Some("Pod"))?;
                if let Document::Pod(object) = document {
                    return Ok(Document::Event(WatchEvent { kind, object }));
                }
                Ok(document)
            }
        }
    }

    fn audit(&mut self) -> &mut AuditEvent<'a> {
        self.audit.get_or_insert_default()
    }

    /// Whether the fields of a Pod are worth reading.
    fn may_be_pod(&self) -> bool {
        self.kind.as_deref().is_none_or(|kind| kind == "Pod")
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Field {
    Kind,
    Metadata,
    Spec,
    Status,
    Code,
    Reason,
    Items,
    Type,
    Object,
    Stage,
    Verb,
    User,
    UserAgent,
    ObjectRef,
    ResponseStatus,
    RequestObject,
    ResponseObject,
    #[serde(rename = "requestURI")]
    RequestUri,
    #[serde(other)]
    Unread,
}

/// Kubernetes writes `kind` before `metadata`, `spec` and `status`; so the parts of other kinds are skipped.
struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a watch event, a Pod or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        let mut object = Object::default();
        while let Some(field) = map.next_key()? {
            match field {
                Field::Kind => object.kind = map.next_value()?,
                Field::Type => object.event = map.next_value()?,
                Field::Object => object.object = map.next_value()?,
                Field::Items => object.items = map.next_value()?,
                Field::Metadata if object.may_be_pod() || object.kind.as_deref() == Some(PARTIAL) => {
                    object.metadata = map.next_value::<Option<_>>()?.unwrap_or_default();
                }
                Field::Spec if object.may_be_pod() => {
                    object.spec = map.next_value::<Option<_>>()?.unwrap_or_default();
                }
                Field::Status if object.may_be_pod() => {
                    object.status = map.next_value::<StatusField<'de>>()?.0;
                }
                Field::Code => object.code = map.next_value::<Option<_>>()?.unwrap_or_default(),
                Field::Reason => object.reason = map.next_value::<Option<_>>()?.unwrap_or_default(),
                Field::Stage => object.audit().stage = map.next_value::<Option<_>>()?.unwrap_or_default(),
                Field::Verb => object.audit().verb = map.next_value::<Option<_>>()?.unwrap_or_default(),
                Field::RequestUri => object.audit().uri = map.next_value::<Option<_>>()?.unwrap_or_default(),
                Field::UserAgent => object.audit().agent = map.next_value::<Option<_>>()?.unwrap_or_default(),
                Field::User => {
                    object.audit().user = map.next_value::<Option<_>>()?.unwrap_or_default();
                }
                Field::ObjectRef => {
                    object.audit().object = map.next_value::<Option<_>>()?.unwrap_or_default();
                }
                Field::ResponseStatus => object.audit().code = status_code(&mut map)?,
                Field::RequestObject => object.audit().request = map.next_value()?,
                Field::ResponseObject => object.response = map.next_value()?,
                Field::Metadata | Field::Spec | Field::Status | Field::Unread => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(object)
    }
}

struct Nested<'a>(Object<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Nested<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reading).map(Self)
    }
}

/// `status` of a Pod is an object, that of a `Status` is a word.
struct StatusField<'a>(PodStatus<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for StatusField<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = PodStatus<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a Pod status")
            }

            fn visit_unit<E>(self) -> Result<PodStatus<'de>, E> {
                Ok(PodStatus::default())
            }

            fn visit_str<E>(self, _: &str) -> Result<PodStatus<'de>, E> {
                Ok(PodStatus::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PodStatus<'de>, A::Error> {
                PodStatus::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_any(Either).map(Self)
    }
}
