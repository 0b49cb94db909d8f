//! Time that comes in: nothing in this crate reads a clock.
//!
//! Stored times and graces are whole seconds, as Kubernetes stores them. Only [`Now`] carries a
//! fraction, because the API server compares a whole stored second with a clock that has one (DEL-08).

use std::fmt;
use std::num::NonZeroU64;

/// A stored time: whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// The time `secs` seconds after (or, if negative, before) 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_unix(secs: i64) -> Self {
        Self(secs)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_unix(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 time and cuts its fraction, as the API server does when it stores one.
    ///
    /// # Errors
    /// [`TimeError`] if the text is no RFC 3339 time.
    ///
    /// ```
    /// use pod_lifecycle::time::Time;
    /// let time = Time::parse("2026-01-02T03:04:05Z")?;
    /// assert_eq!(time, Time::parse("2026-01-02T04:04:05.9+01:00")?);
    /// assert_eq!(time.to_string(), "2026-01-02T03:04:05Z");
    /// # Ok::<(), pod_lifecycle::time::TimeError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        Now::parse(text).map(Now::floor)
    }

    /// This time, `grace` later.
    #[must_use]
    pub const fn plus(self, grace: Grace) -> Self {
        Self(self.0.saturating_add_unsigned(grace.0))
    }

    /// This time, `grace` earlier.
    #[must_use]
    pub const fn minus(self, grace: Grace) -> Self {
        Self(self.0.saturating_sub_unsigned(grace.0))
    }
}

/// The clock at the moment of a decision: a whole second and the fraction that has passed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Now {
    second: Time,
    nanos: u32,
}

impl Now {
    /// The clock at the start of `second`.
    #[must_use]
    pub const fn at(second: Time) -> Self {
        Self { second, nanos: 0 }
    }

    /// The clock `nanos` nanoseconds after the start of `second`; a value of a second or more is cut to
    /// the last nanosecond.
    #[must_use]
    pub const fn with_nanos(second: Time, nanos: u32) -> Self {
        Self { second, nanos: if nanos > 999_999_999 { 999_999_999 } else { nanos } }
    }

    /// The whole second, as it would be stored.
    #[must_use]
    pub const fn floor(self) -> Time {
        self.second
    }

    /// This moment, `grace` later.
    #[must_use]
    pub const fn plus(self, grace: Grace) -> Self {
        Self { second: self.second.plus(grace), nanos: self.nanos }
    }

    /// Whether `time` has passed: a whole second is past as soon as a fraction of it has gone by (DEL-08).
    #[must_use]
    pub fn is_after(self, time: Time) -> bool {
        self > Self::at(time)
    }

    /// The nanoseconds that have passed since `time`; 0 if it is not past.
    #[must_use]
    pub fn nanos_since(self, time: Time) -> u128 {
        let secs = i128::from(self.second.0) - i128::from(time.0);
        u128::try_from(secs * 1_000_000_000 + i128::from(self.nanos)).unwrap_or(0)
    }

    /// Reads an RFC 3339 time with its fraction (nanoseconds; further digits are cut).
    ///
    /// ```
    /// use pod_lifecycle::{Now, Time};
    /// let now = Now::parse("2026-01-02T03:04:05.25Z")?;
    /// assert_eq!(now.floor().to_string(), "2026-01-02T03:04:05Z");
    /// assert!(now.is_after(now.floor()) && Now::parse("yesterday").is_err());
    /// # Ok::<(), pod_lifecycle::time::TimeError>(())
    /// ```
    ///
    /// # Errors
    /// [`TimeError`] if the text is no RFC 3339 time.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        read_rfc3339(text.as_bytes()).ok_or(TimeError)
    }
}

/// The text is no RFC 3339 time such as `2026-01-02T03:04:05Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an RFC 3339 time such as `2026-01-02T03:04:05Z`")]
pub struct TimeError;

/// A grace period in whole seconds, never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Grace(u64);

impl Grace {
    /// No grace at all.
    pub const ZERO: Self = Self(0);
    /// One second: what a negative period becomes (DEL-04) and the least that a kubelet gives (KUB-13).
    pub const ONE: Self = Self(1);
    /// `terminationGracePeriodSeconds` of a Pod that does not name one (OBJ-12).
    pub const DEFAULT: Self = Self(30);

    /// A grace period of `secs` seconds.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs)
    }

    /// Reads a signed API value; a negative one becomes one second (DEL-04, OBJ-12).
    ///
    /// ```
    /// use pod_lifecycle::time::Grace;
    /// assert_eq!(Grace::from_signed(-5), Grace::ONE);
    /// assert_eq!(Grace::from_signed(30).as_secs(), 30);
    /// ```
    #[must_use]
    pub const fn from_signed(secs: i64) -> Self {
        if secs < 0 { Self::ONE } else { Self(secs.unsigned_abs()) }
    }

    /// The period in seconds.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// The period, unless it is zero.
    #[must_use]
    pub const fn non_zero(self) -> Option<NonZeroU64> {
        NonZeroU64::new(self.0)
    }
}

impl From<NonZeroU64> for Grace {
    fn from(secs: NonZeroU64) -> Self {
        Self(secs.get())
    }
}

impl fmt::Display for Grace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, second) = (self.0.div_euclid(86_400), self.0.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// 0000-01-01T00:00:00Z.
const FIRST: i64 = days_from_civil(0, 1, 1) * 86_400;
/// 9999-12-31T23:59:59Z.
const LAST: i64 = days_from_civil(10_000, 1, 1) * 86_400 - 1;

fn read_rfc3339(text: &[u8]) -> Option<Now> {
    let (date, rest) = text.split_at_checked(10)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else { return None };
    let (clock, mut rest) = rest.split_at_checked(9)?;
    let [b'T', h1, h2, b':', n1, n2, b':', s1, s2] = *clock else { return None };
    let year = number(&[y1, y2, y3, y4])?;
    let (month, day) = (number(&[m1, m2])?, number(&[d1, d2])?);
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    // RFC 3339 knows leap seconds; a store of whole Unix seconds does not.
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut nanos = 0;
    if let [b'.', fraction @ ..] = rest {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        let (fraction, after) = fraction.split_at_checked(digits)?;
        for place in 0..9 {
            nanos = nanos * 10 + fraction.get(place).map_or(0, |digit| u32::from(digit - b'0'));
        }
        rest = after;
    }
    let offset = match *rest {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[h1, h2])?, number(&[m1, m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3_600 + minutes * 60;
            if sign == b'+' { offset } else { -offset }
        }
        _ => return None,
    };
    let second = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    // An offset can lead out of the years that RFC 3339 can write.
    (FIRST..=LAST).contains(&second).then_some(Now { second: Time(second), nanos })
}

fn number(digits: &[u8]) -> Option<i64> {
    let mut value = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(digit - b'0');
    }
    Some(value)
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; years are counted from March, so that the
/// leap day is the last of its year.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + if month <= 2 { 1 } else { 0 }, month, day)
}

impl serde::Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rfc3339;

        impl serde::de::Visitor<'_> for Rfc3339 {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Time, E> {
                Time::parse(text).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Rfc3339)
    }
}
