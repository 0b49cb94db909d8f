//! What is left of an object after its known fields: one number that tells whether two of them differ.

use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The digest of a JSON value as the API server compares it: `null`, an empty text, an empty list and an empty
/// map count as absent, the order of members does not count, the order of items does.
///
/// Quantities are compared as they are written (`1` and `1000m` differ).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Digest(u64);

impl Digest {
    /// The digest of an absent value.
    pub const ABSENT: Self = Self(0);

    /// Whether the value counts as absent.
    #[must_use]
    pub const fn is_absent(self) -> bool {
        self.0 == 0
    }

    fn of(value: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        Self(hasher.finish().max(1))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Digesting(Zero::Map))
    }
}

/// Which zero value of a member counts as absent, as it is no pointer in the API's types.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zero {
    /// An empty text.
    Text,
    /// `{}`: a map, or a structure that is no pointer.
    Map,
    /// `false`.
    Flag,
    /// 0.
    Number,
    /// None: the value is an item of a list.
    Item,
}

impl Zero {
    fn of(member: &str) -> Self {
        match member {
            "nodeSelector" | "overhead" | "resources" | "limits" | "requests" | "matchLabels"
            | "volumeAttributes" | "options" => Self::Map,
            "hostNetwork" | "hostPID" | "hostIPC" | "stdin" | "stdinOnce" | "tty" | "readOnly" => Self::Flag,
            "initialDelaySeconds" | "timeoutSeconds" | "hostPort" => Self::Number,
            _ => Self::Text,
        }
    }
}

struct Digesting(Zero);

impl<'de> DeserializeSeed<'de> for Digesting {
    type Value = Digest;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Digest, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Digesting {
    type Value = Digest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Digest, E> {
        Ok(if self.0 == Zero::Item { Digest::of("null") } else { Digest::ABSENT })
    }

    fn visit_none<E: Error>(self) -> Result<Digest, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Digest, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Digest, E> {
        Ok(if self.0 == Zero::Flag && !flag { Digest::ABSENT } else { Digest::of(flag) })
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Digest, E> {
        Ok(if self.0 == Zero::Number && number == 0 { Digest::ABSENT } else { Digest::of(number) })
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Digest, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => Ok(Digest::of(number)),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Digest, E> {
        Ok(Digest::of(number.to_bits()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Digest, E> {
        Ok(if self.0 != Zero::Item && text.is_empty() { Digest::ABSENT } else { Digest::of(text) })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Digest, A::Error> {
        let mut digest = None;
        while let Some(item) = items.next_element_seed(Self(Zero::Item))? {
            digest = Some(Digest::of((digest, item)));
        }
        Ok(match (digest, self.0) {
            (Some(digest), _) => digest,
            (None, Zero::Item) => Digest::of("[]"),
            (None, Zero::Text | Zero::Map | Zero::Flag | Zero::Number) => Digest::ABSENT,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Digest, A::Error> {
        let (mut sum, mut count) = (0_u64, 0_u64);
        while let Some(name) = members.next_key::<super::Text<'de>>()? {
            let value = members.next_value_seed(Self(Zero::of(&name)))?;
            if !value.is_absent() {
                sum = sum.wrapping_add(Digest::of((name.as_str(), value)).0);
                count += 1;
            }
        }
        Ok(if count == 0 && self.0 == Zero::Map { Digest::ABSENT } else { Digest::of(("{}", sum, count)) })
    }
}
