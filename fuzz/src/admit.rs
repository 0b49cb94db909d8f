//! Pairs and triples of Pods: what admission and review say, judged by a second statement over plain fields.

use pod_lifecycle::admission;
use pod_lifecycle::validate::{Endpoint, admit as allowed, review};
use pod_lifecycle::view::View;
use pod_lifecycle::wire::{
    self, Container, ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStateWaiting,
    ContainerStatus, ExitCodes, Pod, RestartPolicyRule, SchedulingGate, Text, WholeContainer, WholePod,
};
use pod_lifecycle::{RuleId, Time, Violation};

/// Text is read as two lines of JSON, anything else as three Pods of a few fields each.
pub fn admit(data: &[u8]) {
    if data.first() == Some(&b'{') {
        return lines(data);
    }
    let mut bytes = data.iter().copied();
    let Some(a) = Plain::read(&mut bytes, Plain::default()) else { return };
    let Some(b) = Plain::read(&mut bytes, a) else { return };
    pair(a, b);
    let Some(c) = Plain::read(&mut bytes, b) else { return };
    pair(b, c);
    triple(a, b, c);
}

/// Whatever the JSON says: an object is its own legal successor, and what the few fields of a view refuse, the
/// whole object refuses as well.
fn lines(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let (Some(first), Some(second)) = (lines.next(), lines.next()) else { return };
    let (Ok(old), Ok(new)) = (wire::from_slice::<Pod<'_>>(first), wire::from_slice::<Pod<'_>>(second)) else {
        return;
    };
    let (Ok(whole_old), Ok(whole_new)) = (wire::from_slice(first), wire::from_slice(second)) else { return };
    let (old, new): (View<&str>, View<&str>) = (View::of(&old), View::of(&new));
    let (whole_old, whole_new): (WholePod<'_>, WholePod<'_>) = (whole_old, whole_new);
    assert_eq!(review(&old, &old), []);
    for endpoint in [Endpoint::Main, Endpoint::Status] {
        assert_eq!(allowed(endpoint, &old, &old), []);
        // No change breaks no rule about changes; a malformed object stays one.
        let unchanged = admission::update(endpoint, &whole_old, &whole_old);
        assert!(
            unchanged.iter().all(|cause| !is_about_change(&cause.field().to_string())),
            "{endpoint:?}: {unchanged:?}"
        );
        let refused = allowed(endpoint, &old, &new);
        let causes = admission::update(endpoint, &whole_old, &whole_new);
        assert!(refused.is_empty() || !causes.is_empty(), "{endpoint:?}: only the view refuses: {refused:?}");
    }
}

fn is_about_change(field: &str) -> bool {
    matches!(
        field,
        "metadata.uid"
            | "metadata.creationTimestamp"
            | "metadata.deletionTimestamp"
            | "metadata.deletionGracePeriodSeconds"
            | "spec"
            | "spec.containers"
            | "spec.initContainers"
            | "status.nodeName"
            | "status.qosClass"
    )
}

/// A Pod as plain fields. Numbers stand for texts: 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plain {
    uid: u8,
    version: u8,
    generation: u8,
    created: u8,
    dt: Option<i64>,
    g: Option<i64>,
    /// `orphan`, `foregroundDeletion`, `a.io/a`, `b`.
    finalizers: [bool; 4],
    node: u8,
    policy: u8,
    spec_grace: i64,
    deadline: Option<i64>,
    gates: [bool; 2],
    /// 0: none, then a place in [`PHASES`].
    phase: u8,
    padded: bool,
    containers: [One; 2],
}

/// A regular container with its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct One {
    /// As [`Plain::policy`]; 0 is none of its own.
    policy: u8,
    rule: Rule,
    state: State,
    restarts: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    None,
    RestartIn7,
    RestartNotIn7,
    RestartAll,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Missing,
    Empty,
    Waiting,
    Running,
    Ended(i32),
}

impl Default for Plain {
    fn default() -> Self {
        let container = One { policy: 0, rule: Rule::None, state: State::Missing, restarts: 0 };
        Self {
            uid: 1,
            version: 5,
            generation: 1,
            created: 1,
            dt: None,
            g: None,
            finalizers: [false; 4],
            node: 0,
            policy: 1,
            spec_grace: 30,
            deadline: None,
            gates: [false; 2],
            phase: 1,
            padded: false,
            containers: [container; 2],
        }
    }
}

const PHASES: [&str; 7] = ["", "Pending", "Running", "Succeeded", "Failed", "Unknown", "Lost"];
const POLICIES: [&str; 4] = ["", "Always", "OnFailure", "Never"];
const FINALIZERS: [&str; 4] = ["orphan", "foregroundDeletion", "a.io/a", "b"];
const GATES: [&str; 2] = ["g", "h"];
const NAMES: [&str; 2] = ["c", "d"];
const TEXTS: [&str; 4] = ["", "x", "y", "z"];
const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
const GRACES: [i64; 8] = [0, 1, 2, 5, 30, 31, -1, 3_600];

fn bits<const N: usize>(byte: u8) -> [bool; N] {
    std::array::from_fn(|place| byte >> place & 1 != 0)
}

impl Plain {
    /// Takes over `before` but for the fields that the next bytes name, two bytes each, up to a zero.
    fn read(bytes: &mut impl Iterator<Item = u8>, before: Self) -> Option<Self> {
        let mut pod = before;
        let mut field = bytes.next()?;
        while field != 0 {
            let value = bytes.next()?;
            let low = i64::from(value & 63);
            match field & 31 {
                1 => pod.uid = value & 3,
                2 => pod.version = value % 10,
                3 => pod.generation = value & 7,
                4 => pod.created = value & 1,
                5 => pod.dt = Some(100 + low),
                6 => (pod.dt, pod.g) = (None, None),
                7 => {
                    (pod.dt, pod.g) =
                        (Some(100 + i64::from(value >> 3)), Some(GRACES[usize::from(value & 7)]));
                }
                8 => {
                    pod.g = (value & 8 == 0).then_some(GRACES[usize::from(value & 7)]);
                }
                9 => pod.finalizers = bits(value),
                10 => pod.node = value & 3,
                11 => pod.policy = value & 3,
                12 => pod.spec_grace = GRACES[usize::from(value & 7)],
                13 => pod.deadline = (value & 64 == 0).then_some(low),
                14 => pod.gates = bits(value),
                15..=19 => pod.phase = value % 7,
                20 => pod.padded = value & 1 != 0,
                _ => {
                    let container = &mut pod.containers[usize::from(field & 1)];
                    match field & 30 {
                        22 => container.policy = value & 3,
                        24 => {
                            let rules = [Rule::None, Rule::RestartIn7, Rule::RestartNotIn7, Rule::RestartAll];
                            container.rule = rules[usize::from(value & 3)];
                        }
                        26 => container.restarts = value & 3,
                        _ => {
                            container.state = match value & 7 {
                                0 => State::Missing,
                                1 => State::Empty,
                                2 => State::Waiting,
                                3 => State::Running,
                                4 => State::Ended(1),
                                5 => State::Ended(7),
                                _ => State::Ended(0),
                            };
                        }
                    }
                }
            }
            field = bytes.next()?;
        }
        Some(pod)
    }

    fn pod(&self) -> Pod<'static> {
        let mut pod = Pod::default();
        pod.metadata.name = Text::from("web");
        pod.metadata.namespace = Text::from("shop");
        pod.metadata.uid = Text::from(TEXTS[usize::from(self.uid)]);
        pod.metadata.resource_version = Text::from(DIGITS[usize::from(self.version)]);
        pod.metadata.generation = self.generation.into();
        pod.metadata.creation_timestamp = Some(Time::from_unix(self.created.into()));
        pod.metadata.deletion_timestamp = self.dt.map(Time::from_unix);
        pod.metadata.deletion_grace_period_seconds = self.g;
        pod.metadata.finalizers = chosen(self.finalizers, FINALIZERS).map(Text::from).collect();
        pod.spec.node_name = Text::from(TEXTS[usize::from(self.node)]);
        pod.spec.restart_policy = Text::from(POLICIES[usize::from(self.policy)]);
        pod.spec.termination_grace_period_seconds = Some(self.spec_grace);
        pod.spec.active_deadline_seconds = self.deadline;
        pod.spec.scheduling_gates =
            chosen(self.gates, GATES).map(|gate| SchedulingGate { name: Text::from(gate) }).collect();
        pod.spec.containers = std::iter::zip(NAMES, self.containers)
            .map(|(name, one)| Container {
                name: Text::from(name),
                restart_policy: one.own(),
                restart_policy_rules: one.rules(),
            })
            .collect();
        pod.status.phase = Text::from(PHASES[usize::from(self.phase)]);
        pod.status.container_statuses = self.statuses();
        pod
    }

    fn statuses(&self) -> Vec<ContainerStatus<'static>> {
        std::iter::zip(NAMES, self.containers).filter_map(|(name, one)| one.status(name)).collect()
    }

    fn whole(&self) -> WholePod<'static> {
        let pod = self.pod();
        let mut whole = WholePod::default();
        whole.metadata.name = pod.metadata.name;
        whole.metadata.namespace = pod.metadata.namespace;
        whole.metadata.uid = pod.metadata.uid;
        whole.metadata.resource_version = pod.metadata.resource_version;
        whole.metadata.generation = pod.metadata.generation;
        whole.metadata.creation_timestamp = pod.metadata.creation_timestamp;
        whole.metadata.deletion_timestamp = pod.metadata.deletion_timestamp;
        whole.metadata.deletion_grace_period_seconds = pod.metadata.deletion_grace_period_seconds;
        whole.metadata.finalizers = pod.metadata.finalizers;
        whole.spec.node_name = pod.spec.node_name;
        whole.spec.restart_policy = pod.spec.restart_policy;
        whole.spec.termination_grace_period_seconds = pod.spec.termination_grace_period_seconds;
        whole.spec.active_deadline_seconds = pod.spec.active_deadline_seconds;
        whole.spec.scheduling_gates = pod.spec.scheduling_gates;
        whole.spec.containers = pod
            .spec
            .containers
            .into_iter()
            .map(|container| WholeContainer {
                name: container.name,
                image: Text::from(if self.padded { " i" } else { "i" }),
                restart_policy: container.restart_policy,
                restart_policy_rules: container.restart_policy_rules,
                ..WholeContainer::default()
            })
            .collect();
        whole.status.phase = pod.status.phase;
        whole.status.container_statuses = pod.status.container_statuses;
        whole
    }

    fn is_over(&self) -> bool {
        matches!(PHASES[usize::from(self.phase)], "Succeeded" | "Failed")
    }

    /// A negative grace counts for 1; without DT it counts for nothing.
    fn grace(&self) -> Option<i64> {
        self.dt.and(self.g).map(|g| if g < 0 { 1 } else { g })
    }

    /// VAL-22: whether this container may leave `terminated`.
    fn may_leave(&self, one: One, code: i32) -> bool {
        if self.containers.iter().any(|one| one.rule == Rule::RestartAll) {
            return true;
        }
        if one.policy != 0 {
            match one.rule {
                Rule::RestartIn7 if code == 7 => return true,
                Rule::RestartNotIn7 if code != 7 => return true,
                Rule::None | Rule::RestartIn7 | Rule::RestartNotIn7 | Rule::RestartAll => {}
            }
        }
        match (if one.policy == 0 { self.policy } else { one.policy }, code) {
            (1, _) => true,
            (2, code) => code != 0,
            (3, _) => false,
            // Without any policy the default counts: Always.
            (_, _) => true,
        }
    }
}

impl One {
    fn own(self) -> Option<Text<'static>> {
        (self.policy != 0).then(|| Text::from(POLICIES[usize::from(self.policy)]))
    }

    fn rules(self) -> Vec<RestartPolicyRule<'static>> {
        let (action, operator) = match self.rule {
            Rule::None => return Vec::new(),
            Rule::RestartIn7 => ("Restart", "In"),
            Rule::RestartNotIn7 => ("Restart", "NotIn"),
            Rule::RestartAll => ("RestartAllContainers", "In"),
        };
        let exit_codes = Some(ExitCodes { operator: Text::from(operator), values: vec![7] });
        vec![RestartPolicyRule { action: Text::from(action), exit_codes }]
    }

    fn status(self, name: &'static str) -> Option<ContainerStatus<'static>> {
        let mut state = ContainerState::default();
        match self.state {
            State::Missing => return None,
            State::Empty => {}
            State::Waiting => state.waiting = Some(ContainerStateWaiting::default()),
            State::Running => state.running = Some(ContainerStateRunning::default()),
            State::Ended(exit_code) => {
                state.terminated = Some(ContainerStateTerminated { exit_code, ..Default::default() });
            }
        }
        let restart_count = self.restarts.into();
        Some(ContainerStatus { name: Text::from(name), state, restart_count, ..Default::default() })
    }
}

fn chosen<const N: usize>(on: [bool; N], names: [&'static str; N]) -> impl Iterator<Item = &'static str> {
    std::iter::zip(on, names).filter(|(on, _)| *on).map(|(_, name)| name)
}

fn grows<const N: usize>(old: [bool; N], new: [bool; N]) -> bool {
    std::iter::zip(old, new).any(|(old, new)| new && !old)
}

fn rules(found: &[Violation]) -> Vec<RuleId> {
    let mut rules: Vec<RuleId> = found.iter().map(Violation::rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn listed<const N: usize>(rules: [(bool, RuleId); N]) -> Vec<RuleId> {
    let mut found: Vec<RuleId> =
        rules.into_iter().filter(|(holds, _)| *holds).map(|(_, rule)| rule).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Which rules a change breaks, said again.
fn pair(old: Plain, new: Plain) {
    let (a, b) = (old.pod(), new.pod());
    let (before, after) = (View::of(&a), View::of(&b));
    assert_eq!(rules(&review(&before, &after)), reviewed(&old, &new), "{old:?} became {new:?}");
    assert_eq!(review(&after, &after), [], "{new:?}");
    let (whole_before, whole_after) = (old.whole(), new.whole());
    for endpoint in [Endpoint::Main, Endpoint::Status] {
        let refused = rules(&allowed(endpoint, &before, &after));
        assert_eq!(refused, refused_by(endpoint, &old, &new), "{endpoint:?}: {old:?} became {new:?}");
        let mut causes: Vec<_> = admission::update(endpoint, &whole_before, &whole_after)
            .iter()
            .map(|cause| (cause.field().to_string(), cause.kind().as_str()))
            .collect();
        let mut expected = caused(endpoint, &old, &new);
        causes.sort_unstable();
        expected.sort_unstable();
        assert_eq!(causes, expected, "{endpoint:?}: {old:?} became {new:?}");
    }
}

/// What `review` is to find.
fn reviewed(old: &Plain, new: &Plain) -> Vec<RuleId> {
    let (before, after) = (old.grace(), new.grace());
    let marks = old.dt.is_none() && new.dt.is_some();
    let deleting = old.dt.is_some();
    let both = deleting && new.dt.is_some() && (old.dt, before) != (new.dt, after);
    let left = before.unwrap_or(0);
    let moved = match (old.dt, new.dt, after) {
        (Some(due), Some(moved), Some(g)) if both && g == left => moved != due && !(left == 0 && moved < due),
        (Some(due), Some(moved), Some(g)) if both && g < left => {
            let kept = due - left + g;
            g > 0 && (moved < kept || (moved > kept && g > 1))
        }
        _ => false,
    };
    let by_delete = after < before || after == Some(0);
    let added = |place: usize| new.finalizers[place] && !old.finalizers[place];
    let binds = old.node == 0 && new.node != 0;
    let (was, is) = (PHASES[usize::from(old.phase)], PHASES[usize::from(new.phase)]);
    let turns = was != is && !is.is_empty();
    let foreign = (turns && is == "Lost") || (was != is && is.is_empty());
    let judged = turns && !foreign && !(was.is_empty() && is == "Pending");
    let unknown = judged && is == "Unknown";
    let from_end = judged && !unknown && old.is_over();
    let unbound = judged && !unknown && !from_end && new.node == 0;
    let contradicts = |one: One| match one.state {
        State::Running => true,
        State::Ended(code) => code != 0,
        State::Missing | State::Empty | State::Waiting => false,
    };
    // Told once: not of what was wrong before.
    let despite = is == "Succeeded"
        && new.containers.into_iter().any(contradicts)
        && (turns || !old.containers.into_iter().any(contradicts));
    // A rejection by the kubelet leaves no status entry.
    let rejected = !old.is_over() && is == "Failed";
    let fell = std::iter::zip(old.containers, new.containers).any(|(old, new)| {
        old.state != State::Missing && new.state != State::Missing && new.restarts < old.restarts
    });
    listed([
        (old.uid != new.uid || old.created != new.created, RuleId::VAL_01),
        (new.version < old.version, RuleId::INV_03),
        (new.generation < old.generation, RuleId::INV_11),
        (marks && old.generation > 0 && new.generation == old.generation, RuleId::INV_11),
        (deleting && new.dt.is_none(), RuleId::INV_04),
        ((marks || both) && after.is_none(), RuleId::INV_04),
        (both && after.is_some_and(|g| g > left), RuleId::INV_05),
        (moved, RuleId::DEL_08),
        (marks && after > Some(0) && old.is_over(), RuleId::DEL_05),
        (marks && after > Some(0) && !old.is_over() && new.node == 0, RuleId::INV_12),
        (deleting && (added(2) || added(3)), RuleId::INV_06),
        (deleting && !by_delete && (added(0) || added(1)), RuleId::INV_06),
        (binds && (deleting || new.gates != [false; 2]), RuleId::CRE_30),
        (old.node != 0 && new.node != old.node, RuleId::INV_09),
        (grows(old.gates, new.gates), RuleId::INV_10),
        (constants_change(old, new) || containers_change(old, new), RuleId::INV_13),
        (starts_after_end(old, new, false), RuleId::INV_21),
        (starts_after_end(old, new, true), RuleId::NON_05),
        (deadline_grows(old, new), RuleId::INV_15),
        (foreign, RuleId::OBJ_31),
        (unknown, RuleId::PHA_41),
        (from_end, RuleId::PHA_15),
        (unbound && !(is == "Failed" && new.dt.is_some()), RuleId::PHA_40),
        (despite, RuleId::PHA_04),
        (!rejected && resurrects_in_time(old, new), RuleId::VAL_22),
        (!rejected && rewrites(old, new), RuleId::CTR_40),
        (!rejected && drops(old, new), RuleId::CTR_42),
        (!rejected && fell, RuleId::CTR_21),
    ])
}

fn constants_change(old: &Plain, new: &Plain) -> bool {
    old.policy != new.policy || seconds(old.spec_grace) != seconds(new.spec_grace)
}

fn containers_change(old: &Plain, new: &Plain) -> bool {
    std::iter::zip(old.containers, new.containers)
        .any(|(old, new)| (old.policy, old.rule) != (new.policy, new.rule))
}

/// INV-21: something runs under a phase that was and is terminal, and did not run before. What had no entry under
/// `Failed` may have been running when the Pod was rejected.
fn starts_after_end(old: &Plain, new: &Plain, unseen: bool) -> bool {
    let failed = PHASES[usize::from(old.phase)] == "Failed";
    let runs = |one: One| one.state == State::Running;
    old.is_over()
        && new.is_over()
        && std::iter::zip(old.containers, new.containers)
            .any(|(old, new)| runs(new) && !runs(old) && unseen == (failed && old.state == State::Missing))
}

/// An entry is gone.
fn drops(old: &Plain, new: &Plain) -> bool {
    std::iter::zip(old.containers, new.containers)
        .any(|(old, new)| old.state != State::Missing && new.state == State::Missing)
}

/// CTR-17: in a new sandbox whatever has a policy of its own may run again, unless the Pod's is Never.
fn runs_again(old: &Plain, one: One, code: i32) -> bool {
    old.may_leave(one, code) || (one.policy != 0 && old.policy != 3)
}

fn rewrites(old: &Plain, new: &Plain) -> bool {
    std::iter::zip(old.containers, new.containers).any(|(one, new)| match (one.state, new.state) {
        (State::Ended(was), State::Ended(is)) => was != is && !runs_again(old, one, was),
        (_, _) => false,
    })
}

/// VAL-22 over any number of updates: after another exit, if there can be one, the container may leave as well.
fn resurrects_in_time(old: &Plain, new: &Plain) -> bool {
    std::iter::zip(old.containers, new.containers).any(|(one, new)| match (one.state, new.state) {
        (_, State::Missing | State::Ended(_)) => false,
        (State::Ended(code), _) => {
            let some_exit = [0, 1, 7].into_iter().any(|other| old.may_leave(one, other));
            !(old.may_leave(one, code) || (runs_again(old, one, code) && some_exit))
        }
        (_, _) => false,
    })
}

fn seconds(grace: i64) -> i64 {
    if grace < 0 { 1 } else { grace }
}

fn deadline_grows(old: &Plain, new: &Plain) -> bool {
    old.deadline.is_some_and(|before| new.deadline.is_none_or(|after| after > before))
}

fn resurrects(old: &Plain, new: &Plain) -> [bool; 2] {
    [0, 1].map(|place| match (old.containers[place].state, new.containers[place].state) {
        (State::Ended(_), State::Missing | State::Ended(_)) => false,
        (State::Ended(code), _) => !old.may_leave(old.containers[place], code),
        _ => false,
    })
}

/// What `admit` is to find: of the fields that it reads, after DT was restored where it was.
fn refused_by(endpoint: Endpoint, old: &Plain, new: &Plain) -> Vec<RuleId> {
    let main = endpoint == Endpoint::Main;
    listed([
        (old.uid != new.uid || old.created != new.created, RuleId::VAL_01),
        (main && old.dt.is_none() && new.dt.is_some(), RuleId::VAL_02),
        (new.grace().is_some() && old.grace() != new.grace(), RuleId::VAL_02),
        (old.dt.is_some() && grows(old.finalizers, new.finalizers), RuleId::INV_06),
        (main && old.node == 0 && new.node != 0, RuleId::VAL_12),
        (main && old.node != 0 && old.node != new.node, RuleId::INV_09),
        (main && grows(old.gates, new.gates), RuleId::INV_10),
        (main && (constants_change(old, new) || containers_change(old, new)), RuleId::INV_13),
        (main && deadline_grows(old, new), RuleId::INV_15),
        (!main && resurrects(old, new).contains(&true), RuleId::VAL_22),
    ])
}

/// The causes of a refused request, each as often as VAL-08 says.
fn caused(endpoint: Endpoint, old: &Plain, new: &Plain) -> Vec<(String, &'static str)> {
    const INVALID: &str = "FieldValueInvalid";
    const FORBIDDEN: &str = "FieldValueForbidden";
    let main = endpoint == Endpoint::Main;
    let mut found = Vec::new();
    let mut add = |holds: bool, times: usize, field: &str, kind| {
        found.extend((0..if holds { times } else { 0 }).map(|_| (field.to_owned(), kind)));
    };
    let (twice, content) = (2, if main { 2 } else { 1 });
    let both = new.finalizers[0] && new.finalizers[1];
    add(old.dt.is_some() && grows(old.finalizers, new.finalizers), twice, "metadata.finalizers", FORBIDDEN);
    add(both, content, "metadata.finalizers", INVALID);
    let standard = new.finalizers.iter().take(3).filter(|on| **on).count();
    add(new.finalizers[3], content, &format!("metadata.finalizers[{standard}]"), INVALID);
    add(new.generation < old.generation, twice, "metadata.generation", INVALID);
    add(new.uid != old.uid, twice, "metadata.uid", INVALID);
    add(new.created != old.created, twice, "metadata.creationTimestamp", INVALID);
    add(new.dt != old.dt, twice, "metadata.deletionTimestamp", INVALID);
    add(new.g != old.g, twice, "metadata.deletionGracePeriodSeconds", INVALID);
    if !main {
        add(new.node != old.node, 1, "status.nodeName", FORBIDDEN);
        // The index is the one among the stored entries.
        let [first, second] = resurrects(old, new);
        let place = usize::from(old.containers[0].state != State::Missing);
        add(first, 1, "status.containerStatuses[0].state", FORBIDDEN);
        add(second, 1, &format!("status.containerStatuses[{place}].state"), FORBIDDEN);
        return found;
    }
    add(new.padded, 2, "spec.containers[0].image", INVALID);
    add(new.padded, 2, "spec.containers[1].image", INVALID);
    add(new.deadline == Some(0), 1, "spec.activeDeadlineSeconds", INVALID);
    add(deadline_grows(old, new), 1, "spec.activeDeadlineSeconds", INVALID);
    if new.deadline > old.deadline && old.deadline.is_some() {
        return found; // raised: the list ends
    }
    let place = usize::from(new.gates[0]);
    add(new.gates[0] && !old.gates[0], 1, "spec.schedulingGates[0].name", FORBIDDEN);
    add(new.gates[1] && !old.gates[1], 1, &format!("spec.schedulingGates[{place}].name"), FORBIDDEN);
    let settings = |pod: &Plain| pod.containers.map(|one| (one.policy, one.rule));
    let differs = constants_change(old, new) || old.node != new.node || settings(old) != settings(new);
    add(differs, 1, "spec", FORBIDDEN);
    found
}

/// Two accepted changes make an accepted one, whatever they are.
fn triple(a: Plain, b: Plain, c: Plain) {
    let [a_pod, b_pod, c_pod] = [a, b, c].map(|pod| pod.pod());
    let [first, second, third] = [View::of(&a_pod), View::of(&b_pod), View::of(&c_pod)];
    if review(&first, &second).is_empty() && review(&second, &third).is_empty() {
        assert_eq!(review(&first, &third), [], "{a:?}, {b:?}, {c:?}");
    }
}
