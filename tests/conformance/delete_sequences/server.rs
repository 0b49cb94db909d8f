//! An API server for one name, put together from the crate's decisions; nothing is decided here but the order.

use std::collections::{BTreeMap, BTreeSet};

use pod_lifecycle::admission::{self, Condition, Difference, Guard, Managers, Mark, Part, compares, keep};
use pod_lifecycle::binding::{self, Facts, Gates, Refusal, Stored};
use pod_lifecycle::creation::{self, Created, Namespace, Slot};
use pod_lifecycle::deletion::{Deletion, Effect, Finalizers, Input, Preconditions, Step};
use pod_lifecycle::rules::RuleId;
use pod_lifecycle::time::{Grace, Now};
use pod_lifecycle::validate::Endpoint;
use pod_lifecycle::view::{DeleteCall, Run, View};
use pod_lifecycle::wire::{DeleteOptions, Pod, WholePod};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{self, Answer, items};
use super::tree::{self, decode, keep_condition_generations, merge, pointer, set};

/// All requests come from one client: an entry of the ownership is told by its endpoint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    Main,
    Status,
}

type Owners = Managers<Entry, String>;

#[derive(Default)]
pub(super) struct Server {
    stored: Option<(Value, Owners)>,
    uids: u64,
    version: u64,
    events: Vec<Value>,
    rules: BTreeSet<String>,
}

impl Server {
    pub(super) fn stored(&self) -> Option<&Value> {
        self.stored.as_ref().map(|(pod, _)| pod)
    }

    pub(super) fn take_events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    pub(super) fn rules(&self) -> Vec<String> {
        self.rules.iter().cloned().collect()
    }

    fn decided_by(&mut self, rule: RuleId) {
        self.rules.insert(rule.to_string());
    }

    /// POST (CRE-01, CRE-03, OBJ-01, OBJ-30).
    pub(super) fn create(&mut self, body: &Value) -> Answer {
        let mut pod = decode(body);
        for part in Part::WIPED_AT_CREATE {
            set(&mut pod, pointer(part), None);
        }
        let entry = entry(Endpoint::Main);
        let owners = Managers::created(entry, owned(Endpoint::Main, &pod).into_keys().collect());
        let gated = items(&pod["spec"]["schedulingGates"]).next().is_some();
        let gates = if gated { Gates::Closed } else { Gates::Open };
        let sets = Created::with(gates);
        set(&mut pod, pointer(Part::Generation), Some(sets.generation.into()));
        // No container of the cases asks for resources.
        set(&mut pod, "/status", Some(json!({"phase": sets.phase.as_str(), "qosClass": "BestEffort"})));
        if let Some(reason) = sets.not_scheduled {
            let condition = json!({"type": "PodScheduled", "status": "False", "reason": reason});
            set(&mut pod, "/status/conditions", Some(json!([condition])));
        }
        let causes = refused(admission::create(&whole(&pod)));
        if let Some((answer, rules)) = causes {
            self.rules.extend(rules);
            return answer;
        }
        let slot = self.stored().map_or(Slot::Free, |old| Slot::Taken(View::of(&narrow(old)).deletion));
        if let Err(refused) = creation::create(Namespace::Active, slot, gates) {
            self.decided_by(refused.rule());
            return Answer::Conflict("AlreadyExists");
        }
        self.decided_by(RuleId::CRE_03);
        self.uids += 1;
        set(&mut pod, pointer(Part::Uid), Some(format!("u{}", self.uids).into()));
        self.store("ADDED", pod, owners);
        Answer::Pod(201)
    }

    /// POST of a binding (CRE-30).
    pub(super) fn bind(&mut self, node: &str, uid: Option<&str>) -> Answer {
        let decided = {
            let found = self.stored().map(narrow);
            let stored = found.as_ref().map(|found| {
                let view = View::of(found);
                let facts = Facts { deletion: view.deletion, gates: view.gating() };
                Stored {
                    uid: view.uid,
                    resource_version: &*found.metadata.resource_version,
                    binding: view.binding(),
                    facts,
                }
            });
            let asked = Preconditions { uid, resource_version: None };
            binding::decide(Namespace::Active, Ok(()), &asked, stored.as_ref())
        };
        let Some((mut pod, owners)) = self.stored.clone() else { return self.not_found() };
        if let Err(refused) = decided {
            assert_ne!(refused, Refusal::NotFound);
            self.decided_by(refused.rule());
            return Answer::Conflict("Conflict");
        }
        self.decided_by(RuleId::CRE_30);
        set(&mut pod, "/spec/nodeName", Some(node.into()));
        set(&mut pod, "/status/nominatedNodeName", None);
        put_condition(&mut pod, json!({"type": "PodScheduled", "status": "True"}));
        self.store("MODIFIED", pod, owners);
        Answer::Done(201)
    }

    /// PUT.
    pub(super) fn put(&mut self, endpoint: Endpoint, body: &Value, now: Now) -> Answer {
        self.update(endpoint, body, now)
    }

    /// PATCH with a JSON merge patch: a PUT of the stored object, changed.
    pub(super) fn patch(&mut self, endpoint: Endpoint, patch: &Value, now: Now) -> Answer {
        let mut body = self.stored().cloned().unwrap_or_default();
        merge(&mut body, patch);
        self.update(endpoint, &body, now)
    }

    /// The order of answers: 404, 409 uid, 409 resourceVersion, 422, then the removal or the write (DEL-32).
    fn update(&mut self, endpoint: Endpoint, body: &Value, now: Now) -> Answer {
        let Some((old, mut owners)) = self.stored.clone() else { return self.not_found() };
        let sent = decode(body);
        let text =
            |object: &Value, part| object.pointer(pointer(part)).and_then(Value::as_str).map(str::to_owned);
        let asked = Preconditions {
            uid: text(&sent, Part::Uid),
            resource_version: text(&sent, Part::ResourceVersion),
        };
        let has = |part| text(&old, part).expect("a stored object has it");
        if asked.allow(&has(Part::Uid), &has(Part::ResourceVersion)).is_err() {
            self.decided_by(RuleId::CRE_13);
            return Answer::Conflict("Conflict");
        }
        let moved = {
            let (before, after) = (owned(endpoint, &old), owned(endpoint, &sent));
            let differs = |(path, value): &(&String, &Value)| before.get(*path) != Some(*value);
            let changed = after.iter().filter(differs).map(|(path, _)| path.clone()).collect();
            let gone = before.into_keys().filter(|path| !after.contains_key(path)).collect();
            owners.update(entry(endpoint), &changed, &gone)
        };
        let new = restored(endpoint, &old, sent);
        if let Some((answer, rules)) = refused(admission::update(endpoint, &whole(&old), &whole(&new))) {
            self.rules.extend(rules);
            return answer;
        }
        let Step { effects, row, .. } = step(&old, Input::Update { finalizers: numbered(&old, &new) }, now);
        self.decided_by(row.rule());
        match effects {
            [Some(Effect::Remove), _] => self.remove(),
            _ if moved.is_written(difference(&old, &new)) => self.store("MODIFIED", new, owners),
            _ => self.decided_by(RuleId::VAL_07),
        }
        Answer::Pod(200)
    }

    /// DELETE: 422, 404, 409, then the table (DEL-01, DEL-03, DEL-13, DEL-15, DEL-32).
    pub(super) fn delete(&mut self, options: &Value, now: Now) -> Answer {
        let options = DeleteOptions::deserialize(options).expect("options");
        let call = match DeleteCall::of(&options) {
            Ok(call) => call,
            Err(invalid) => {
                self.decided_by(invalid.rule());
                let causes = invalid.causes().iter().map(|cause| cause.field_and_reason());
                return Answer::Invalid(
                    causes.map(|(field, reason)| (field.to_owned(), reason.to_owned())).collect(),
                );
            }
        };
        let Some((mut pod, owners)) = self.stored.clone() else { return self.not_found() };
        if self.conflicts(&pod, &call.preconditions) {
            return Answer::Conflict("Conflict");
        }
        let Step { next, finalizers, generation, effects, row, .. } =
            step(&pod, Input::Delete(call.request), now);
        let number = row.number().expect("a DELETE is decided by a row");
        self.rules.insert(format!("{} row {number}", RuleId::DEL_13));
        let removes = effects.contains(&Some(Effect::Remove));
        if call.run == Run::Real {
            let counted =
                generation.after(pod["metadata"]["generation"].as_i64().expect("a stored generation"));
            set(&mut pod, pointer(Part::Generation), Some(counted.into()));
            write_deletion(&mut pod, next);
            write_finalizers(&mut pod, finalizers);
            for effect in effects.into_iter().flatten() {
                match effect {
                    Effect::Store => self.store("MODIFIED", pod.clone(), owners.clone()),
                    Effect::Remove => self.remove(),
                }
            }
        }
        Answer::Pod(if options.orphan_dependents == Some(false) && !removes { 202 } else { 200 })
    }

    /// POST of an eviction (CTL-EVI-01, CTL-EVI-05, CTL-EVI-06).
    pub(super) fn evict(&mut self, options: &Value, now: Now) -> Answer {
        let Some((mut pod, owners)) = self.stored.clone() else { return self.not_found() };
        let mut options = options.clone();
        let condition = json!({"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI",
            "message": "Eviction API: evicting"});
        let present = items(&pod["status"]["conditions"]).any(|found| *found == condition);
        let steps = {
            let asked = DeleteOptions::deserialize(&options).expect("options");
            let found = narrow(&pod);
            let view = View::of(&found);
            let run = if asked.dry_run.is_empty() { Run::Real } else { Run::Dry };
            let stands = if present { Condition::Present } else { Condition::Missing };
            admission::evict(view.deletion, view.phase.known(), stands, run)
        };
        let version = |pod: &Value| pod["metadata"]["resourceVersion"].clone();
        if steps.guard == Guard::Version && options["preconditions"]["resourceVersion"].is_null() {
            options["preconditions"]["resourceVersion"] = version(&pod);
        }
        if steps.mark != Mark::Skipped {
            let asked = DeleteOptions::deserialize(&options).expect("options");
            let (uid, version) = (asked.preconditions.uid, asked.preconditions.resource_version);
            let asked = Preconditions { uid: uid.as_deref(), resource_version: version.as_deref() };
            if self.conflicts(&pod, &asked) {
                return Answer::Conflict("Conflict");
            }
        }
        if steps.mark == Mark::Written {
            put_condition(&mut pod, condition);
            self.store("MODIFIED", pod, owners);
        }
        if !options["preconditions"]["resourceVersion"].is_null() {
            options["preconditions"]["resourceVersion"] = version(self.stored().expect("just written"));
        }
        match self.delete(&options, now) {
            Answer::Pod(_) => Answer::Done(201),
            failed @ (Answer::Done(_) | Answer::NotFound | Answer::Conflict(_) | Answer::Invalid(_)) => {
                failed
            }
        }
    }

    fn not_found(&mut self) -> Answer {
        self.decided_by(RuleId::DEL_32);
        Answer::NotFound
    }

    fn conflicts(&mut self, pod: &Value, asked: &Preconditions<&str, &str>) -> bool {
        let text = |part| pod.pointer(pointer(part)).and_then(Value::as_str).expect("a stored object has it");
        let verdict = asked.allow(&text(Part::Uid), &text(Part::ResourceVersion));
        if let Err(conflict) = verdict {
            self.decided_by(conflict.rule());
        }
        verdict.is_err()
    }

    fn store(&mut self, kind: &str, mut pod: Value, owners: Owners) {
        self.version += 1;
        set(&mut pod, pointer(Part::ResourceVersion), Some(self.version.to_string().into()));
        self.events.push(answer::event(kind, &pod));
        self.stored = Some((pod, owners));
    }

    /// One storage operation; the event shows the last stored state (DEL-16).
    fn remove(&mut self) {
        self.version += 1;
        if let Some((mut pod, _)) = self.stored.take() {
            set(&mut pod, pointer(Part::ResourceVersion), Some(self.version.to_string().into()));
            self.events.push(answer::event("DELETED", &pod));
        }
    }
}

fn whole(pod: &Value) -> WholePod<'_> {
    WholePod::deserialize(pod).expect("a Pod")
}

fn narrow(pod: &Value) -> Pod<'_> {
    Pod::deserialize(pod).expect("a Pod")
}

const fn entry(endpoint: Endpoint) -> Entry {
    match endpoint {
        Endpoint::Main => Entry::Main,
        Endpoint::Status => Entry::Status,
    }
}

/// The answer to what is refused, and the rules that refuse.
fn refused(causes: Vec<admission::Cause<'_>>) -> Option<(Answer, Vec<String>)> {
    let rules = causes.iter().map(|cause| cause.rule().to_string()).collect();
    (!causes.is_empty()).then(|| (Answer::invalid(&causes), rules))
}

/// The paths that the comparison of an endpoint looks at (VAL-09).
fn owned(endpoint: Endpoint, pod: &Value) -> BTreeMap<String, Value> {
    let left_out = Part::ALL.into_iter().filter(|part| !compares(endpoint, *part));
    let mut pod = pod.clone();
    for part in left_out {
        set(&mut pod, pointer(part), None);
    }
    tree::paths(&pod)
}

/// What the update goes on with (VAL-00 … VAL-03, VAL-21, OBJ-03).
fn restored(endpoint: Endpoint, old: &Value, sent: Value) -> Value {
    let mut new = sent.clone();
    for part in Part::ALL {
        let kept = keep(endpoint, part);
        if part == Part::ConditionObservedGeneration {
            keep_condition_generations(old, &mut new, |stored, sent| kept.choose(stored, sent));
        } else {
            let value = |object: &Value| object.pointer(pointer(part)).cloned();
            set(&mut new, pointer(part), kept.choose(value(old), value(&sent)));
        }
    }
    let spec = if old["spec"] == new["spec"] { Difference::Same } else { Difference::Differs };
    let counted = admission::generation(spec)
        .after(old["metadata"]["generation"].as_i64().expect("a stored generation"));
    set(&mut new, pointer(Part::Generation), Some(counted.into()));
    new
}

/// Whether anything differs that is stored, the version apart.
fn difference(old: &Value, new: &Value) -> Difference {
    let content = |pod: &Value| {
        let mut pod = pod.clone();
        set(&mut pod, pointer(Part::ResourceVersion), None);
        pod
    };
    if content(old) == content(new) { Difference::Same } else { Difference::Differs }
}

fn step(pod: &Value, input: Input, now: Now) -> Step {
    let found = narrow(pod);
    let view = View::of(&found);
    view.deletion.step(input, view.deletion_facts(now)).expect("admission has refused added finalizers")
}

/// The new finalizers, numbered as the stored ones are; others get numbers behind them.
fn numbered(old: &Value, new: &Value) -> Finalizers {
    let names = |pod: &Value| -> Vec<String> {
        items(&pod["metadata"]["finalizers"]).map(|name| name.as_str().expect("a name").to_owned()).collect()
    };
    let mut known: Vec<String> = names(old).into_iter().filter(|name| own_bit(name).is_none()).collect();
    names(new).into_iter().fold(Finalizers::NONE, |set, name| {
        set.with(own_bit(&name).unwrap_or_else(|| {
            let place = known.iter().position(|other| *other == name).unwrap_or(known.len());
            if place == known.len() {
                known.push(name);
            }
            Finalizers::other(u32::try_from(place).expect("few finalizers"))
        }))
    })
}

fn own_bit(name: &str) -> Option<Finalizers> {
    match name {
        "orphan" => Some(Finalizers::ORPHAN),
        "foregroundDeletion" => Some(Finalizers::FOREGROUND),
        _ => None,
    }
}

fn write_deletion(pod: &mut Value, next: Deletion) {
    set(pod, pointer(Part::DeletionTimestamp), next.due().map(|due| due.to_string().into()));
    let grace = next.grace().map(Grace::as_secs);
    set(pod, pointer(Part::DeletionGracePeriodSeconds), grace.map(Value::from));
}

/// The stored order is kept if the set is the same; otherwise the two of the server go to the end (DEL-11).
fn write_finalizers(pod: &mut Value, finalizers: Finalizers) {
    if finalizers == numbered(pod, pod) {
        return;
    }
    let mut names: Vec<Value> = items(&pod["metadata"]["finalizers"])
        .filter(|name| own_bit(name.as_str().expect("a name")).is_none())
        .cloned()
        .collect();
    for name in ["orphan", "foregroundDeletion"] {
        if own_bit(name).is_some_and(|bit| finalizers.contains(bit)) {
            names.push(name.into());
        }
    }
    set(pod, pointer(Part::Finalizers), Some(names.into()).filter(|names| names != &json!([])));
}

/// Replaces the condition of the same type, or adds it.
fn put_condition(pod: &mut Value, condition: Value) {
    let mut conditions: Vec<Value> = items(&pod["status"]["conditions"]).cloned().collect();
    match conditions.iter_mut().find(|found| found["type"] == condition["type"]) {
        Some(found) => *found = condition,
        None => conditions.push(condition),
    }
    set(pod, "/status/conditions", Some(conditions.into()));
}
