//! Model `api`: its state, and the history that it finds.

use insta::assert_snapshot;
use pod_lifecycle::binding::Gates;
use pod_lifecycle::deletion::{Finalizers, Propagation};
use pod_lifecycle_models::api::{
    Client, LONG, Node, Options, Pod, Precondition, Role, SHORT, Since, Slot, State, Uid, X,
};
use pod_lifecycle_models::catalogue::{self, LawKind, Variant};
use pod_lifecycle_models::law::Scope;
use pod_lifecycle_models::render::{Told, mermaid, steps};
use proptest::option;
use proptest::prelude::*;

use crate::reach;

#[test]
fn states_are_small() {
    assert_eq!(size_of::<State>(), 8);
}

fn uid() -> impl Strategy<Value = Uid> {
    prop_oneof![Just(Uid::Departed), Just(Uid::Current)]
}

fn grace() -> impl Strategy<Value = u8> {
    prop_oneof![Just(0), Just(1), Just(SHORT), Just(LONG)]
}

fn finalizers() -> impl Strategy<Value = Finalizers> {
    let bit = |one: Finalizers| prop_oneof![Just(Finalizers::NONE), Just(one)];
    (bit(X), bit(Finalizers::ORPHAN), bit(Finalizers::FOREGROUND)).prop_map(|(a, b, c)| a.with(b).with(c))
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::User), Just(Role::Controller), Just(Role::Kubelet), Just(Role::Collector)]
}

fn precondition() -> impl Strategy<Value = Precondition> {
    prop_oneof![Just(Precondition::NameOnly), Just(Precondition::Uid)]
}

fn since() -> impl Strategy<Value = Since> {
    prop_oneof![Just(Since::Nothing), Just(Since::Held), Just(Since::Removed)]
}

fn client() -> impl Strategy<Value = Client> {
    let propagation =
        prop_oneof![Just(Propagation::Orphan), Just(Propagation::Foreground), Just(Propagation::Background)];
    let options = (option::of(grace()), option::of(propagation))
        .prop_map(|(grace, propagation)| Options { grace, propagation });
    let parts = || (role(), uid(), precondition());
    prop_oneof![
        Just(Client::Idle),
        (role(), uid()).prop_map(|(role, pod)| Client::Decided { role, pod }),
        (parts(), options).prop_map(|((role, pod, precondition), options)| {
            Client::Commit { role, pod, precondition, options }
        }),
        (parts(), since()).prop_map(|((role, pod, precondition), since)| {
            Client::Remove { role, pod, precondition, since }
        }),
    ]
}

prop_compose! {
    fn pod()(
        grace in option::of(grace()),
        finalizers in finalizers(),
        node in option::of(prop_oneof![Just(Node::Given), Just(Node::Chosen)]),
        gates in prop_oneof![Just(Gates::Open), Just(Gates::Closed)],
        terminal in any::<bool>(),
        generation in 0_u8..8,
    ) -> Pod {
        Pod { uid: Uid::Current, grace, finalizers, node, gates, terminal, generation }
    }
}

proptest! {
    /// Nothing is lost in the word that is a state, whatever was there before: two states never share one.
    #[test]
    fn packing_loses_nothing(
        pods in [option::of(pod()), option::of(pod())],
        binders in [option::of(uid()), option::of(uid())],
        a in [client(), client()],
        b in [client(), client()],
    ) {
        let make = |state: State, nth: usize| {
            let state = state.with_client(Slot::B, b[nth]).with_pod(pods[nth]);
            state.with_binder(binders[nth]).with_client(Slot::A, a[nth])
        };
        let state = make(make(State::EMPTY, 0), 1);
        prop_assert_eq!((state.pod(), state.binder()), (pods[1], binders[1]));
        prop_assert_eq!(Slot::ALL.map(|slot| state.client(slot)), [a[1], b[1]]);
        prop_assert_eq!(state, make(State::EMPTY, 1));
    }
}

/// The path to a claim about this law in a variant of the model.
fn path(id: &str, variant: Variant<'_>) -> Option<Vec<Told>> {
    reach::path("api", Scope::Standard, id, variant, None)
}

/// S21: the model finds by itself what `examples/traces/31-hazard-successor-removed.jsonl` recorded on real API servers.
#[test]
fn s21_is_found_as_steps() {
    assert_snapshot!(steps(&path("S21", Variant::Faithful).unwrap()));
}

#[test]
fn s21_is_found_as_a_diagram() {
    assert_snapshot!(mermaid(&path("S21", Variant::Faithful).unwrap()));
}

/// A UID precondition on every DELETE removes it, and with it every removal of a successor.
#[test]
fn s21_is_gone_with_uid_preconditions() {
    let entry = catalogue::find("api").unwrap();
    let laws = (entry.laws)();
    let remedy = laws
        .iter()
        .find_map(|law| match law.kind {
            LawKind::Expected(remedy) if law.id == "NON-21/successor" => remedy,
            LawKind::Expected(_) | LawKind::Always | LawKind::Sometimes => None,
            LawKind::Eventually | LawKind::Stuck => None,
        })
        .unwrap();
    for id in ["S21", "NON-21/successor"] {
        assert!(path(id, Variant::Faithful).is_some());
        assert_eq!(path(id, Variant::Remedy(remedy.id)), None, "{id}");
    }
    // The other half of NON-21 needs no successor and stays.
    assert!(path("NON-21/finalizer", Variant::Remedy(remedy.id)).is_some());
}
