//! The catalogue of the protocol's rules: an identifier, one sentence, who enforces it, its source.
//!
//! A [`RuleId`] is cited by every decision, error and law of this crate. Its sentence stands in the
//! catalogue and nowhere else; sources are paths in the Kubernetes repository at [`KUBERNETES`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The Kubernetes version that the rules describe.
pub const KUBERNETES: &str = "1.36";

/// Who makes a rule true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Enforcer {
    /// kube-apiserver.
    Api,
    /// kubelet.
    Kubelet,
    /// kube-scheduler.
    Scheduler,
    /// A controller of kube-controller-manager.
    ControllerManager,
    /// The container runtime.
    Runtime,
    /// A client tool such as kubectl.
    Client,
    /// Nobody alone: the statement follows from other rules.
    Derived,
}

impl fmt::Display for Enforcer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api => "kube-apiserver",
            Self::Kubelet => "kubelet",
            Self::Scheduler => "kube-scheduler",
            Self::ControllerManager => "kube-controller-manager",
            Self::Runtime => "container runtime",
            Self::Client => "client",
            Self::Derived => "derived",
        })
    }
}

/// One rule of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its identifier.
    pub id: RuleId,
    /// Who makes it true.
    pub enforcer: Enforcer,
    /// What it says, in one sentence.
    pub says: &'static str,
    /// `path#Symbol` in the Kubernetes repository, or the rules that it follows from.
    pub source: &'static str,
    /// The first Kubernetes version it holds for, where older supported ones differ.
    pub since: Option<&'static str>,
}

/// The identifier of a rule, such as `DEL-08`: a family and a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    family: Family,
    number: u8,
}

/// The families in the order of the protocol's chapters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
enum Family {
    Obj,
    Cre,
    Pha,
    Ctr,
    Del,
    Kub,
    Ctl,
    Val,
    Inv,
    Non,
    Liv,
}

impl Family {
    const ALL: [(&'static str, Self); 11] = [
        ("OBJ", Self::Obj),
        ("CRE", Self::Cre),
        ("PHA", Self::Pha),
        ("CTR", Self::Ctr),
        ("DEL", Self::Del),
        ("KUB", Self::Kub),
        ("CTL", Self::Ctl),
        ("VAL", Self::Val),
        ("INV", Self::Inv),
        ("NON", Self::Non),
        ("LIV", Self::Liv),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, family)| *family == self).map_or("?", |(name, _)| name)
    }

    fn table(self) -> &'static [Rule] {
        match self {
            Self::Obj => obj::TABLE,
            Self::Cre => cre::TABLE,
            Self::Pha => pha::TABLE,
            Self::Ctr => ctr::TABLE,
            Self::Del => del::TABLE,
            Self::Kub => kub::TABLE,
            Self::Ctl => ctl::TABLE,
            Self::Val => val::TABLE,
            Self::Inv => inv::TABLE,
            Self::Non => non::TABLE,
            Self::Liv => liv::TABLE,
        }
    }
}

impl RuleId {
    /// The rule's entry in the catalogue.
    ///
    /// ```
    /// use pod_lifecycle::RuleId;
    /// assert!(RuleId::DEL_08.rule().says.contains("shorten"));
    /// ```
    #[must_use]
    pub fn rule(self) -> &'static Rule {
        // Every RuleId is a constant beside its entry or was looked up there, so the fallback is never taken.
        const NONE: Rule =
            Rule { id: RuleId::DEL_01, enforcer: Enforcer::Derived, says: "", source: "", since: None };
        self.family.table().iter().find(|rule| rule.id == self).unwrap_or(&NONE)
    }

    /// Every rule, in the order of the protocol's chapters.
    pub fn all() -> impl Iterator<Item = &'static Rule> {
        Family::ALL.into_iter().flat_map(|(_, family)| family.table())
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{:02}", self.family.name(), self.number))
    }
}

impl fmt::Debug for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text names no rule of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule `{0}`; `podlife rules` lists them")]
pub struct UnknownRule(String);

impl FromStr for RuleId {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        Self::all()
            .map(|rule| rule.id)
            .find(|id| id.to_string().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownRule(text.to_owned()))
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RuleId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Makes the constants of one family, their documentation and its table:
/// `DEL_08 8 Api "what it says" "source" since "1.27";` (`since` only where it applies).
macro_rules! rules {
    ($family:ident: $($name:ident $number:literal $enforcer:ident $says:literal $source:literal
        $(since $since:literal)?;)*) => {
        impl crate::rules::RuleId {
            $(
                #[doc = $says]
                pub const $name: Self = Self { family: crate::rules::Family::$family, number: $number };
            )*
        }
        pub(super) const TABLE: &[crate::rules::Rule] = &[$(
            crate::rules::Rule {
                id: crate::rules::RuleId::$name,
                enforcer: crate::rules::Enforcer::$enforcer,
                says: $says,
                source: $source,
                since: [$(Some($since),)? None][0],
            },
        )*];
    };
}

mod cre;
mod ctl;
mod ctr;
mod del;
mod inv;
mod kub;
mod liv;
mod non;
mod obj;
mod pha;
mod val;
