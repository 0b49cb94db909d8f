//! What was found in one history.

use std::collections::{BTreeMap, BTreeSet};

use pod_lifecycle::monitor::{Removal, Subject, Verdict};
use pod_lifecycle::wire::Place;
use pod_lifecycle::{Force, RuleId, Violation};
use serde::{Deserialize, Serialize};

use crate::args;

/// What was found in one history; saved with the monitor, so that nothing is lost when the check is stopped.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct History {
    pub(crate) file: String,
    /// Observations of Pods.
    pub(crate) events: u64,
    /// Values that are no observations of Pods: bookmarks, errors, objects of other kinds.
    pub(crate) others: u64,
    pub(crate) pods: u64,
    /// How many Pods earlier checks have counted, of which only the state is left.
    pub(super) pods_before: u64,
    pub(crate) unknown: u64,
    pub(crate) findings: Vec<Found>,
    /// The first parts that could not be judged; all have been named on standard error.
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) unreadable_parts: u64,
    /// Findings that were not asked for.
    pub(crate) allowed: u64,
    /// How often the phase changed, by both phases.
    pub(crate) phases: BTreeMap<String, u64>,
    /// The rules that had something to say.
    pub(crate) exercised: BTreeSet<RuleId>,
    /// The deletions that took longest, longest first.
    pub(crate) slowest: Vec<Slow>,
}

/// How many unreadable parts of a file are kept for the report.
const UNREADABLE_KEPT: usize = 1000;

/// How many slow deletions are shown.
const SLOWEST: usize = 5;

/// A violation or a hazard, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Found {
    /// The number of the observation in its history, from 1.
    pub(crate) event: u64,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) uid: String,
    /// `refused`, `undisciplined` or `hazard`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) force: Force,
    /// The rule that is broken.
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) rule: RuleId,
    /// The known way in which conforming components get there.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) way: Option<RuleId>,
    /// Whether it decides the exit status.
    pub(crate) fails: bool,
    /// Who wrote: the user and its agent, or the field manager, where the input tells.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) by: Option<String>,
    pub(crate) field: String,
    pub(crate) old: String,
    pub(crate) new: String,
    pub(crate) message: String,
    /// With `--verbose`: what was seen of the Pod up to here.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) story: Vec<String>,
}

/// A part of the input that could not be judged.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Unreadable {
    pub(crate) file: String,
    pub(crate) at: Option<Place>,
    pub(crate) reason: String,
}

/// A deletion.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Slow {
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// Seconds from the first DELETE to the last.
    pub(crate) took: u64,
    /// The grace that the first DELETE gave.
    pub(crate) grace: u64,
}

impl History {
    pub(crate) fn is_unusable(&self) -> bool {
        self.events == 0 && self.others == 0 && self.unreadable_parts > 0
    }

    pub(crate) fn fails(&self) -> bool {
        self.findings.iter().any(|found| found.fails)
    }

    /// Takes in what the monitor said to one observation; hands back how many findings are new.
    pub(super) fn add(&mut self, subject: &Subject<'_>, verdict: &Verdict, args: &args::Check) -> usize {
        self.events += 1;
        self.unknown += u64::from(verdict.unknown.is_some());
        self.exercised.extend(verdict.exercised.rules());
        if let Some((old, new)) = verdict.phase {
            let old = old.map(|phase| phase.to_string()).unwrap_or_default();
            *self.phases.entry(format!("{old} → {new}")).or_default() += 1;
        }
        if let Some(removal) = verdict.removal {
            self.time(subject, removal);
        }
        let known = self.findings.len();
        for violation in &verdict.violations {
            if args.allow.contains(&violation.rule()) {
                self.allowed += 1;
            } else {
                self.findings.push(Found::new(self.events, subject, violation, args));
            }
        }
        self.findings.len() - known
    }

    fn time(&mut self, subject: &Subject<'_>, Removal { took, grace }: Removal) {
        let place = self.slowest.partition_point(|slow| slow.took >= took);
        if place < SLOWEST {
            let (namespace, name) = (subject.namespace.to_owned(), subject.name.to_owned());
            self.slowest.insert(place, Slow { namespace, name, took, grace: grace.as_secs() });
            self.slowest.truncate(SLOWEST);
        }
    }

    pub(super) fn complain(&mut self, part: Unreadable) {
        self.unreadable_parts += 1;
        if self.unreadable.len() < UNREADABLE_KEPT {
            self.unreadable.push(part);
        }
    }
}

impl Found {
    fn new(event: u64, subject: &Subject<'_>, violation: &Violation, args: &args::Check) -> Self {
        let (old, new) = violation.values();
        let rule = violation.rule();
        let denied = |rule: &RuleId| args.deny.contains(rule);
        Self {
            event,
            namespace: subject.namespace.to_owned(),
            name: subject.name.to_owned(),
            uid: subject.uid.to_owned(),
            force: violation.force(),
            rule,
            way: violation.way(),
            // Hazards decide the exit status only where they are denied.
            fails: violation.force() != Force::Hazard || denied(&rule),
            by: subject.by.map(|by| match by.agent.split_whitespace().next() {
                Some(agent) => format!("{} ({agent})", by.user),
                None => by.user.to_owned(),
            }),
            field: violation.field(),
            old,
            new,
            message: violation.to_string(),
            story: Vec::new(),
        }
    }
}
