//! The hazard table of `explain`, computed again: each row from every run of a model in which an operator may use that means
//! and no other.
//!
//! What the models leave out is put here in one sentence each: when a Job or a DaemonSet makes a successor (as
//! CTL-JOB-03 and CTL-DS-01 say, by plain fields), and that nobody does. Around them go partitions, machines that go
//! off and boot, and kubelets that restart; but no list of the past, no set-back store, no informer or DELETE that is late
//! and meets another Pod: those break «at most one» by themselves, whatever an operator does.

use pod_lifecycle::RuleId;
use pod_lifecycle::deletion::Request;
use pod_lifecycle::explain::{Danger, Hazard, Means, Replacement, Successor, Unless};
use pod_lifecycle::node::{Action as Deed, ContainerSpec, Node as Alone, Pace, PodSpec, Script};
use pod_lifecycle::{Grace, Time};
use pod_lifecycle_models::engine::{self, Flow, Limit, Space, Steps};
use pod_lifecycle_models::identity::{
    Action, GcTold, Identity, Machine, Meant, Object, Owner, Remedy, State, Uid,
};
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::pod::{self, Finalizer, Pods, Token};
use stateright::Model;

const MEANS: [Means; 7] = [
    Means::Wait,
    Means::Evict,
    Means::Delete,
    Means::DropFinalizers,
    Means::OutOfService,
    Means::RemoveNode,
    Means::ForceDelete,
];

/// What is stored of a Pod, as an owner looks at it.
#[derive(Clone, Copy)]
struct Seen {
    deleting: bool,
    ended: bool,
}

/// Whether a successor is made while `stored` is what the store holds of the predecessor.
fn replaces(successor: Successor, stored: Option<Seen>) -> bool {
    match (successor, stored) {
        (Successor::Nobody | Successor::File, _) => false,
        (_, None) => true,
        (Successor::StatefulSet, Some(_)) => false,
        (Successor::Job(Replacement::Failed) | Successor::DaemonSet, Some(seen)) => seen.ended,
        (Successor::ReplicaSet | Successor::Job(Replacement::TerminatingOrFailed), Some(seen)) => {
            seen.ended || seen.deleting
        }
    }
}

/// The rule by which a successor is made.
fn making(successor: Successor) -> Option<RuleId> {
    match successor {
        Successor::Nobody | Successor::File => None,
        Successor::ReplicaSet => Some(RuleId::CTL_RS_02),
        Successor::StatefulSet => Some(RuleId::CTL_SS_01),
        Successor::Job(_) => Some(RuleId::CTL_JOB_03),
        Successor::DaemonSet => Some(RuleId::CTL_DS_01),
    }
}

/// Model `identity` with one owner and one means.
struct Operated {
    model: Identity,
    successor: Successor,
    means: Means,
}

impl Operated {
    fn new(successor: Successor, means: Means, fenced: bool) -> Self {
        let remedy = fenced.then_some(Remedy::Fenced);
        let model = Identity { remedy, ..Identity::new(Scope::Standard) };
        Self { model, successor, means }
    }

    fn is_fenced(&self) -> bool {
        self.model.remedy.is_some()
    }

    /// What goes on around, whatever an operator does.
    fn goes_on(&self, state: &State, action: Action) -> bool {
        let seen = |uid| state.stored(uid).map(|it| Seen { deleting: it.deleting, ended: it.ended });
        match action {
            Action::Begin(owner) => {
                let named = matches!(self.successor, Successor::StatefulSet | Successor::Nobody);
                owner == if named { Owner::StatefulSet } else { Owner::ReplicaSet }
            }
            // One successor is enough, and of the predecessor nothing is forgotten here.
            Action::Own => {
                let [Some(_), None] = state.alive else {
                    return false;
                };
                replaces(self.successor, seen(Uid::First))
            }
            // A DaemonSet's Pod belongs to its node.
            Action::Bind(uid, node) => {
                let other = state.of(uid.other()).and_then(|other| other.node);
                self.successor != Successor::DaemonSet || other.is_none_or(|other| other == node)
            }
            // A DaemonSet's Pod tolerates the taints of a lost node, but not the operator's.
            Action::Evict(uid) => {
                let tainted = state.host(uid).is_some_and(|machine| machine.taint);
                self.successor != Successor::DaemonSet || tainted
            }
            Action::Delete(_) | Action::Force(_) | Action::DeleteNode(_) | Action::Taint(_) => false,
            Action::Decide(_) | Action::Late | Action::Lag(_) | Action::Follow | Action::Erase(_) => false,
            Action::RestartStale(_) | Action::MarkReady(_, GcTold::No) | Action::CatchUp(_) => false,
            Action::MarkNotReady(_) | Action::MarkReady(_, GcTold::Yes) | Action::Untaint(_) => true,
            Action::CollectDelete => matches!(state.collecting, Some(Meant::Stored(_))), // else NON-18
            Action::Collect(_) | Action::Partition(_) | Action::Heal(_) => true,
            Action::Die(_) | Action::Boot(_) | Action::Restart(_) | Action::List(_) => true,
            Action::Relist(_) | Action::Watch(_) | Action::Start(_) | Action::Tick(_) => true,
            Action::Stop(_) | Action::Finish(_) | Action::Report(_) | Action::FinalDelete(_) => true,
            Action::KillOrphan(_) | Action::TakeUp(_) => true,
        }
    }

    /// What the operator may do to the older Pod.
    fn operates(&self, state: &State) -> Option<Action> {
        let first = state.of(Uid::First).filter(|first| first.stored.is_some())?;
        let node = first.node?;
        let machine = state.machine(node);
        let may = !self.is_fenced() || !machine.on;
        let unready = |machine: &Machine| machine.object == Object::NotReady && !machine.taint;
        match self.means {
            Means::Wait | Means::DropFinalizers => None,
            Means::Evict | Means::Delete => Some(Action::Delete(Uid::First)),
            Means::OutOfService => Some(Action::Taint(node)).filter(|_| may && unready(&machine)),
            Means::RemoveNode => Some(Action::DeleteNode(node)).filter(|_| may && is_there(&machine)),
            Means::ForceDelete => Some(Action::Force(Uid::First)).filter(|_| may),
        }
    }
}

fn is_there(machine: &Machine) -> bool {
    machine.object != Object::Absent
}

impl Model for Operated {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![self.model.initial()]
    }
    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let from = actions.len();
        self.model.actions(state, actions);
        let mut place = 0;
        actions.retain(|action| {
            place += 1;
            place <= from || self.goes_on(state, *action)
        });
        actions.extend(self.operates(state));
    }
    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        Some(self.model.step(state, action).next)
    }
}

impl Steps for Operated {}

/// Why a step of this kind matters.
fn reason(successor: Successor, kind: &str) -> Option<RuleId> {
    match kind {
        "owner acts" => making(successor),
        "DELETE" => Some(RuleId::DEL_07),
        "taint eviction" => Some(RuleId::CTL_TNT_04),
        "DELETE with grace 0" => Some(RuleId::DEL_29),
        "Node object is deleted" => Some(RuleId::CTL_PGC_04),
        "out-of-service taint is added" => Some(RuleId::CTL_PGC_03),
        "PodGC chooses" | "PodGC's DELETE" => Some(RuleId::CTL_PGC_06),
        "drop finalizer" => Some(RuleId::DEL_16),
        _ => None,
    }
}

fn once(rules: impl Iterator<Item = RuleId>) -> Vec<RuleId> {
    rules.fold(Vec::new(), |mut told, rule| {
        if !told.contains(&rule) {
            told.push(rule);
        }
        told
    })
}

/// A danger that was found, and the reasons of a shortest way to it.
type Found = (Danger, Vec<RuleId>);

/// The greatest danger in all runs.
fn explored(operated: &Operated) -> Found {
    let runs = |state: &State, uid| state.of(uid).is_some_and(|it| it.runs());
    let gone = |state: &State, uid| state.of(uid).is_some_and(|it| it.stored.is_none());
    let of = |danger, holds: &dyn Fn(&State) -> bool| {
        let (mut found, mut replaced) = (None, false);
        let space: Space<State> = engine::explore(operated, Limit::NONE, |visit| {
            let state = visit.state;
            replaced |= if operated.successor == Successor::Nobody {
                gone(state, Uid::First) && !runs(state, Uid::First)
            } else {
                runs(state, Uid::Second)
            };
            // Of what is forced on a machine that is off nothing is left to be replaced: that is a beginning again.
            replaced |= operated.is_fenced() && operated.operates(state).is_some();
            found = holds(state).then_some(visit.id);
            if found.is_some() { Flow::End } else { Flow::On }
        });
        assert!(
            found.is_some() || replaced || operated.means == Means::Wait,
            "{:?} did nothing",
            operated.means
        );
        let way = space.path(operated, found?).into_iter();
        let way = way.map(|step| Identity::ACTIONS[Identity::kind(&step.action)]);
        Some((danger, once(way.filter_map(|kind| reason(operated.successor, kind)))))
    };
    of(Danger::Beside, &|state| Uid::ALL.into_iter().all(|uid| runs(state, uid)))
        .or_else(|| of(Danger::Unseen, &|state| runs(state, Uid::First) && gone(state, Uid::First)))
        .unwrap_or((Danger::None, Vec::new()))
}

/// Model `pod` with a finalizer that may be removed, after a DELETE that was forced or not. Who would make a successor is
/// asked of plain fields, since a name is all that this model has.
struct Held {
    model: Pods,
    successor: Successor,
    forced: bool,
}

impl Model for Held {
    type State = pod::State;
    type Action = pod::Action;

    fn init_states(&self) -> Vec<pod::State> {
        vec![self.model.initial()]
    }
    fn actions(&self, state: &pod::State, actions: &mut Vec<pod::Action>) {
        self.model.actions(state, actions);
        let begun = *state != self.model.initial();
        actions.retain(|action| {
            let again = matches!(action, pod::Action::Create(_, held) if begun || *held == Finalizer::Free);
            let other =
                matches!(action, pod::Action::Delete(Some(grace)) if !self.forced || *grace != Token::Zero);
            !again && !other && *action != pod::Action::Fail
        });
    }
    fn next_state(&self, state: &pod::State, action: pod::Action) -> Option<pod::State> {
        Some(self.model.step(state, action).next)
    }
}

impl Steps for Held {}

fn explored_held(held: &Held) -> Found {
    let (mut found, mut left) = (None, false);
    let space: Space<pod::State> = engine::explore(held, Limit::NONE, |visit| {
        let state = visit.state;
        let ran = state.locals.iter().flatten().any(|local| local.instance == pod::Instance::Running);
        let seen = state
            .pod
            .map(|pod| Seen { deleting: pod.grace.is_some(), ended: pod.status.phase.is_terminal() });
        let goes =
            if held.successor == Successor::Nobody { seen.is_none() } else { replaces(held.successor, seen) };
        left |= seen.is_none() && *state != held.model.initial();
        found = (ran && goes).then_some(visit.id);
        if found.is_some() { Flow::End } else { Flow::On }
    });
    assert!(found.is_some() || left, "no finalizer was removed");
    let Some(id) = found else {
        return (Danger::None, Vec::new());
    };
    let way = space.path(held, id).into_iter().filter_map(|step| {
        let forced = matches!(step.action, pod::Action::Delete(Some(_))).then_some(RuleId::DEL_29);
        forced.or_else(|| reason(held.successor, Pods::ACTIONS[Pods::kind(&step.action)]))
    });
    let way = way.chain(making(held.successor));
    let danger = if held.successor == Successor::Nobody { Danger::Unseen } else { Danger::Beside };
    (danger, once(way))
}

/// A static Pod, whose mirror meets what the means sends (KUB-66): whether another process of it is ever started.
fn mirrored(means: Means) -> Danger {
    let graces: &[Option<Grace>] = match means {
        Means::Wait | Means::DropFinalizers => &[],
        Means::Evict | Means::Delete => &[None],
        Means::OutOfService | Means::RemoveNode | Means::ForceDelete => &[Some(Grace::ZERO)], // CTL-PGC-06
    };
    let danger = |at: u64, grace: Option<Grace>| {
        let mut node = Alone::new(Time::from_unix(0), Pace::USUAL);
        let container = ContainerSpec::new(
            pod_lifecycle::container::Role::Regular,
            Script::stops(0, std::time::Duration::from_secs(5)),
        );
        let pod = node.add_static(PodSpec { containers: vec![container], ..PodSpec::default() });
        node.advance(std::time::Duration::from_millis(at));
        let request = Request { grace, ..Request::default() };
        let _gone = node.delete(pod, request);
        node.advance(std::time::Duration::from_secs(200));
        let starts = node.deeds().iter().filter(|deed| matches!(deed.action, Deed::Started { .. })).count();
        if starts > 1 || !node.is_running(pod, 0) { Danger::Beside } else { Danger::None }
    };
    let times = (0..20_000).step_by(250).flat_map(|at| graces.iter().map(move |grace| danger(at, *grace)));
    times.fold(Danger::None, |all, one| if one == Danger::None { all } else { one })
}

/// The row as it is computed: the danger, what takes it away, and the shortest way to it.
fn computed(successor: Successor, means: Means) -> (Danger, Option<Unless>, Vec<RuleId>) {
    if successor == Successor::File {
        return (mirrored(means), None, Vec::new());
    }
    let ((danger, because), unless, (left, _)) = if means == Means::DropFinalizers {
        let held = |forced| {
            let model = Pods { faults: 1, ..Pods::new(Scope::Tiny) };
            explored_held(&Held { model, successor, forced })
        };
        (held(true), Unless::Confirmed, held(false))
    } else {
        let operated = |fenced| explored(&Operated::new(successor, means, fenced));
        (operated(false), Unless::Fenced, operated(true))
    };
    let unless = (danger != Danger::None && left == Danger::None).then_some(unless);
    (danger, unless, because)
}

fn row_is_true(successor: Successor, means: Means) {
    let told = Hazard::of(successor, means);
    let expected = computed(successor, means);
    assert_eq!((told.danger, told.unless, told.because.to_vec()), expected, "{successor:?}, {means:?}");
}

#[test]
fn the_hazards_of_a_pod_without_owner() {
    MEANS.into_iter().for_each(|means| row_is_true(Successor::Nobody, means));
}

#[test]
fn the_hazards_of_a_replica_sets_pod() {
    MEANS.into_iter().for_each(|means| row_is_true(Successor::ReplicaSet, means));
}

#[test]
fn the_hazards_of_a_stateful_sets_pod() {
    MEANS.into_iter().for_each(|means| row_is_true(Successor::StatefulSet, means));
}

#[test]
fn the_hazards_of_a_jobs_pod() {
    MEANS.into_iter().for_each(|means| row_is_true(Successor::Job(Replacement::TerminatingOrFailed), means));
}

#[test]
fn the_hazards_of_a_jobs_pod_that_waits() {
    MEANS.into_iter().for_each(|means| row_is_true(Successor::Job(Replacement::Failed), means));
}

#[test]
fn the_hazards_of_a_daemon_sets_pod() {
    MEANS.into_iter().for_each(|means| row_is_true(Successor::DaemonSet, means));
}

#[test]
fn the_hazards_of_a_static_pod() {
    MEANS.into_iter().for_each(|means| row_is_true(Successor::File, means));
}
