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
    /// The first Kubernetes version it holds for, where 1.27 or a later one did otherwise.
    pub since: Option<&'static str>,
    /// The last Kubernetes version it holds for, where [`KUBERNETES`] does otherwise.
    pub until: Option<&'static str>,
}

/// The identifier of a rule, such as `DEL-08` or `CTL-PGC-03`: a family and a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    family: Family,
    number: u8,
}

/// The families in the order of the protocol's chapters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Family {
    Obj,
    Cre,
    Pha,
    Ctr,
    Del,
    Kub,
    /// The controllers count by topic.
    Ctl(Topic),
    Val,
    Inv,
    Non,
    Liv,
}

/// What a rule of the controllers is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Topic {
    Def,
    Pgc,
    Nod,
    Tnt,
    Evi,
    Pre,
    Eps,
    Quo,
    Vol,
    Ns,
    Gc,
    Own,
    Rs,
    Dp,
    Ss,
    Job,
    Ds,
}

const _: () = assert!(size_of::<RuleId>() == 2); // errors and steps carry one

/// One table a chapter, in their order.
const CHAPTERS: [&[Rule]; 11] = [
    obj::TABLE,
    cre::TABLE,
    pha::TABLE,
    ctr::TABLE,
    del::TABLE,
    kub::TABLE,
    ctl::TABLE,
    val::TABLE,
    inv::TABLE,
    non::TABLE,
    liv::TABLE,
];

impl Family {
    const fn name(self) -> &'static str {
        match self {
            Self::Obj => "OBJ",
            Self::Cre => "CRE",
            Self::Pha => "PHA",
            Self::Ctr => "CTR",
            Self::Del => "DEL",
            Self::Kub => "KUB",
            Self::Ctl(topic) => topic.name(),
            Self::Val => "VAL",
            Self::Inv => "INV",
            Self::Non => "NON",
            Self::Liv => "LIV",
        }
    }
}

impl Topic {
    const fn name(self) -> &'static str {
        match self {
            Self::Def => "CTL-DEF",
            Self::Pgc => "CTL-PGC",
            Self::Nod => "CTL-NOD",
            Self::Tnt => "CTL-TNT",
            Self::Evi => "CTL-EVI",
            Self::Pre => "CTL-PRE",
            Self::Eps => "CTL-EPS",
            Self::Quo => "CTL-QUO",
            Self::Vol => "CTL-VOL",
            Self::Ns => "CTL-NS",
            Self::Gc => "CTL-GC",
            Self::Own => "CTL-OWN",
            Self::Rs => "CTL-RS",
            Self::Dp => "CTL-DP",
            Self::Ss => "CTL-SS",
            Self::Job => "CTL-JOB",
            Self::Ds => "CTL-DS",
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
        const NONE: Rule = Rule {
            id: RuleId::DEL_01,
            enforcer: Enforcer::Derived,
            says: "",
            source: "",
            since: None,
            until: None,
        };
        Self::all().find(|rule| rule.id == self).unwrap_or(&NONE)
    }

    /// Every rule, in the order of the protocol's chapters.
    pub fn all() -> impl Iterator<Item = &'static Rule> {
        CHAPTERS.into_iter().flatten()
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
/// `DEL_08 8 Api "what it says" "source" since "1.29" until "1.35";` (the versions only where they apply).
/// A family with topics has their rows in braces: `Pgc { CTL_PGC_03 3 … }`.
macro_rules! rules {
    ($family:ident: $($topic:ident { $($name:ident $number:literal $enforcer:ident $says:literal $source:literal
        $(since $since:literal)? $(until $until:literal)?;)* })*) => {
        rules! { @ $($(
            { crate::rules::Family::$family(crate::rules::Topic::$topic) }
            $name $number $enforcer $says $source [$($since)?] [$($until)?];
        )*)* }
    };
    ($family:ident: $($name:ident $number:literal $enforcer:ident $says:literal $source:literal
        $(since $since:literal)? $(until $until:literal)?;)*) => {
        rules! { @ $(
            { crate::rules::Family::$family }
            $name $number $enforcer $says $source [$($since)?] [$($until)?];
        )* }
    };
    (@ $($family:block $name:ident $number:literal $enforcer:ident $says:literal $source:literal
        [$($since:literal)?] [$($until:literal)?];)*) => {
        impl crate::rules::RuleId {
            $(
                #[doc = $says]
                pub const $name: Self = Self { family: $family, number: $number };
            )*
        }
        pub(super) const TABLE: &[crate::rules::Rule] = &[$(
            crate::rules::Rule {
                id: crate::rules::RuleId::$name,
                enforcer: crate::rules::Enforcer::$enforcer,
                says: $says,
                source: $source,
                since: [$(Some($since),)? None][0],
                until: [$(Some($until),)? None][0],
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
