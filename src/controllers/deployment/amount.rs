//! Counts and percentages (CTL-DP-13, CTL-DP-14), and the annotations that keep counts (CTL-DP-17).

use crate::rules::RuleId;

/// `maxSurge` or `maxUnavailable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Amount {
    /// So many replicas.
    Count(i32),
    /// So much of the desired replicas.
    Percent(i32),
    /// A string that is no percentage.
    Unreadable,
}

impl Amount {
    /// Reads a string; only percentages are written as one (CTL-DP-13).
    ///
    /// ```
    /// use pod_lifecycle::controllers::deployment::Amount;
    /// assert_eq!(Amount::from_text("25%"), Amount::Percent(25));
    /// assert_eq!(Amount::from_text("25"), Amount::Unreadable);
    /// ```
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let percent = text.strip_suffix('%').and_then(|number| number.parse().ok());
        percent.map_or(Self::Unreadable, Self::Percent)
    }
}

/// Where a percentage goes that is no whole number of replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// `maxSurge`.
    Up,
    /// `maxUnavailable`.
    Down,
}

/// Something that a `Deployment` cannot be rolled out with; nothing is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The amount is missing, or neither a count nor a percentage.
    #[error("{}: an amount is missing, or neither a count nor a percentage", RuleId::CTL_DP_13)]
    Amount,
    /// The strategy is neither `RollingUpdate` nor `Recreate`.
    #[error("{}: the strategy is neither `RollingUpdate` nor `Recreate`", RuleId::CTL_DP_16)]
    Strategy,
}

impl Refusal {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::Amount => RuleId::CTL_DP_13,
            Self::Strategy => RuleId::CTL_DP_16,
        }
    }
}

/// An amount in replicas, of `desired` ones (CTL-DP-13).
///
/// # Errors
/// [`Refusal::Amount`] if it is missing or unreadable.
pub fn scaled(amount: Option<Amount>, desired: i32, rounding: Rounding) -> Result<i64, Refusal> {
    match amount {
        Some(Amount::Count(count)) => Ok(count.into()),
        Some(Amount::Percent(percent)) => {
            let hundredfold = i64::from(percent) * i64::from(desired);
            Ok(match rounding {
                Rounding::Up => -(-hundredfold).div_euclid(100),
                Rounding::Down => hundredfold.div_euclid(100),
            })
        }
        Some(Amount::Unreadable) | None => Err(Refusal::Amount),
    }
}

/// `maxSurge` and `maxUnavailable` in replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fences {
    /// How many may be asked for beyond the desired ones.
    pub surge: i64,
    /// How many of the desired ones may be unavailable.
    pub unavailable: i64,
}

impl Fences {
    /// None and none.
    pub const NONE: Self = Self { surge: 0, unavailable: 0 };
}

/// Resolves both amounts; if both come to 0, one replica may be unavailable, or nothing would move
/// (CTL-DP-04, CTL-DP-14).
///
/// # Errors
/// [`Refusal::Amount`] if one of them is unreadable; a missing one is 0.
pub fn fenceposts(
    surge: Option<Amount>,
    unavailable: Option<Amount>,
    desired: i32,
) -> Result<Fences, Refusal> {
    let or_none = |amount: Option<Amount>| amount.or(Some(Amount::Count(0)));
    let surge = scaled(or_none(surge), desired, Rounding::Up)?;
    let unavailable = scaled(or_none(unavailable), desired, Rounding::Down)?;
    Ok(match (surge, unavailable) {
        (0, 0) => Fences { surge, unavailable: 1 },
        (_, _) => Fences { surge, unavailable },
    })
}

/// An annotation that keeps a count as a decimal string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Annotation {
    /// There is none.
    Absent,
    /// The count, as the controller writes it.
    Written(i32),
    /// The count, spelled otherwise: `007`.
    Spelled(i32),
    /// No count.
    Unreadable,
}

impl Annotation {
    /// Reads the string of an annotation.
    #[must_use]
    pub fn from_text(text: Option<&str>) -> Self {
        match text.map(|text| (text, text.parse::<i32>())) {
            None => Self::Absent,
            Some((text, Ok(count))) if count.to_string() == text => Self::Written(count),
            Some((_, Ok(count))) => Self::Spelled(count),
            Some((_, Err(_))) => Self::Unreadable,
        }
    }

    /// The count, if there is one.
    #[must_use]
    pub const fn count(self) -> Option<i32> {
        match self {
            Self::Written(count) | Self::Spelled(count) => Some(count),
            Self::Absent | Self::Unreadable => None,
        }
    }

    /// Whether it is what the controller would write for `count` (CTL-DP-17).
    pub(super) fn is_current(self, count: i64) -> bool {
        match self {
            Self::Written(written) => i64::from(written) == count,
            Self::Spelled(_) | Self::Absent | Self::Unreadable => false,
        }
    }
}
