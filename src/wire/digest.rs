//! What is left of an object after its known fields: one number that tells whether two of them differ.

use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The digest of a JSON value as the API server compares it: `null`, an empty text, an empty list and an empty
/// map count as absent, the order of members does not count, the order of items does.
///
/// Quantities count by their value, as text or as number: `1`, `1000m` and `"1"` are one.
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

/// What a member is in the API's types, and with it which value of it counts as absent because it is no pointer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zero {
    /// An empty text.
    Text,
    /// `{}`: a map, or a structure that is no pointer.
    Map,
    /// `{}`: a map of quantities.
    Quantities,
    /// `false`.
    Flag,
    /// 0.
    Number,
    /// The quantity 0.
    Quantity,
    /// None: a quantity in a map, or behind a pointer.
    SomeQuantity,
    /// None: the value is an item of a list.
    Item,
}

impl Zero {
    fn of(member: &str) -> Self {
        match member {
            "limits" | "requests" | "overhead" => Self::Quantities,
            "divisor" => Self::Quantity,
            "sizeLimit" => Self::SomeQuantity,
            "nodeSelector" | "resources" | "matchLabels" | "volumeAttributes" | "options" | "preference"
            | "podAffinityTerm" => Self::Map,
            "hostNetwork" | "hostPID" | "hostIPC" | "stdin" | "stdinOnce" | "tty" | "readOnly" => Self::Flag,
            "initialDelaySeconds"
            | "timeoutSeconds"
            | "periodSeconds"
            | "successThreshold"
            | "failureThreshold"
            | "containerPort"
            | "hostPort"
            | "port"
            | "weight"
            | "maxSkew" => Self::Number,
            _ => Self::Text,
        }
    }

    /// What a member of a value of this sort is.
    fn within(self, member: &str) -> Self {
        match self {
            Self::Quantities => Self::SomeQuantity,
            Self::Text
            | Self::Map
            | Self::Flag
            | Self::Number
            | Self::Quantity
            | Self::SomeQuantity
            | Self::Item => Self::of(member),
        }
    }

    const fn is_quantity(self) -> bool {
        matches!(self, Self::Quantity | Self::SomeQuantity)
    }

    /// The digest of a quantity; one that cannot be read is only its text.
    fn quantity(self, text: &str) -> Digest {
        match (nanos(text), self) {
            (Some(0), Self::Quantity) => Digest::ABSENT,
            (Some(nanos), _) => Digest::of(("quantity", nanos)),
            (None, _) => Digest::of(text),
        }
    }
}

/// A quantity in units of 10⁻⁹: what is finer is rounded away from zero, what is larger than 2⁶³ − 1 is capped.
fn nanos(text: &str) -> Option<i128> {
    const CAP: u128 = i64::MAX as u128 * 1_000_000_000;
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (number, suffix) = rest.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = [whole, fraction].concat();
    let (tens, twos) = scale(suffix)?;
    let mantissa: u128 = digits.parse().ok()?; // refuses a second point, and no digits at all
    let exponent = 9 + tens - i32::try_from(fraction.len()).ok()?;
    let power = 10_u128.checked_pow(exponent.unsigned_abs());
    let binary = mantissa.checked_mul(1 << twos);
    let magnitude = match (binary, power) {
        _ if mantissa == 0 => 0,
        (None, _) => CAP,
        (Some(binary), Some(power)) if exponent >= 0 => binary.checked_mul(power).unwrap_or(CAP),
        (Some(_), None) if exponent >= 0 => CAP,
        (Some(binary), power) => power.map_or(1, |power| binary.div_ceil(power)),
    };
    let magnitude = i128::try_from(magnitude.min(CAP)).ok()?;
    Some(if negative { -magnitude } else { magnitude })
}

/// The powers of ten and of two that a suffix stands for.
fn scale(suffix: &str) -> Option<(i32, u32)> {
    Some(match suffix {
        "n" => (-9, 0),
        "u" => (-6, 0),
        "m" => (-3, 0),
        "" => (0, 0),
        "k" => (3, 0),
        "M" => (6, 0),
        "G" => (9, 0),
        "T" => (12, 0),
        "P" => (15, 0),
        "E" => (18, 0),
        "Ki" => (0, 10),
        "Mi" => (0, 20),
        "Gi" => (0, 30),
        "Ti" => (0, 40),
        "Pi" => (0, 50),
        "Ei" => (0, 60),
        exponent => {
            let power: i32 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
            (power.clamp(-1000, 1000), 0)
        }
    })
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
        if self.0.is_quantity() {
            return Ok(self.0.quantity(&number.to_string()));
        }
        Ok(if self.0 == Zero::Number && number == 0 { Digest::ABSENT } else { Digest::of(number) })
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Digest, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) if self.0.is_quantity() => Ok(self.0.quantity(&number.to_string())),
            Err(_) => Ok(Digest::of(number)),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Digest, E> {
        Ok(if self.0.is_quantity() {
            self.0.quantity(&number.to_string())
        } else {
            Digest::of(number.to_bits())
        })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Digest, E> {
        if self.0.is_quantity() {
            return Ok(self.0.quantity(text));
        }
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
            (
                None,
                Zero::Text
                | Zero::Map
                | Zero::Quantities
                | Zero::Flag
                | Zero::Number
                | Zero::Quantity
                | Zero::SomeQuantity,
            ) => Digest::ABSENT,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Digest, A::Error> {
        let (mut sum, mut count) = (0_u64, 0_u64);
        while let Some(name) = members.next_key::<super::Text<'de>>()? {
            let value = members.next_value_seed(Self(self.0.within(&name)))?;
            if !value.is_absent() {
                sum = sum.wrapping_add(Digest::of((name.as_str(), value)).0);
                count += 1;
            }
        }
        let empty_is_absent = matches!(self.0, Zero::Map | Zero::Quantities);
        Ok(if count == 0 && empty_is_absent { Digest::ABSENT } else { Digest::of(("{}", sum, count)) })
    }
}
