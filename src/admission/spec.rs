//! The checks of a spec: alone (VAL-13) and against the stored one (VAL-10, VAL-11, VAL-17).

use std::ops::ControlFlow;

use super::cause::{Cause, ImageFault};
use super::field::{LabelMap, SpecList};
use super::metadata::{each, labels};
use super::names;
use crate::binding::Gates;
use crate::controllers::replica_set::parse_deletion_cost;
use crate::time::Grace;
use crate::wire::{
    Affinity, NodeAffinity, NodeSelectorTerm, Text, Toleration, WholeContainer, WholePod, WholeSpec,
};

const DEADLINE_MAX: i64 = i32::MAX as i64;
const MIRROR: &str = "kubernetes.io/config.mirror";
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// The new spec by itself, as at create (VAL-13, OBJ-20).
pub(super) fn content<'a>(new: &'a WholeSpec<'_>, found: &mut Vec<Cause<'a>>) {
    if new.termination_grace_period_seconds.is_none() {
        found.push(Cause::SpecGraceMissing);
    }
    if let Some(new) = new.active_deadline_seconds
        && !(1..=DEADLINE_MAX).contains(&new)
    {
        found.push(Cause::DeadlineOutOfRange { new });
    }
    for (list, containers) in lists(new) {
        for (index, container) in containers.iter().enumerate() {
            let image = container.image.as_str();
            let fault = match image.trim() {
                "" => ImageFault::Missing, // also if it is only white space
                trimmed if trimmed != image => ImageFault::Padded,
                _ => continue,
            };
            found.push(Cause::Image { list, index, image, fault });
        }
    }
    tolerations(&new.tolerations, found);
    labels(LabelMap::NodeSelector, &new.node_selector, found);
    for (index, gate) in new.scheduling_gates.iter().enumerate() {
        found.extend(each(names::qualified(&gate.name)).map(|fault| Cause::GateMalformed { index, fault }));
        if new.scheduling_gates.iter().take(index).any(|before| before.name == gate.name) {
            found.push(Cause::GateAgain { index, name: &gate.name });
        }
    }
}

/// What only a create is asked (VAL-30).
pub(super) fn create<'a>(new: &WholeSpec<'_>, found: &mut Vec<Cause<'a>>) {
    if !new.scheduling_gates.is_empty() && !new.node_name.is_empty() {
        found.push(Cause::GatedAndBound);
    }
    if !new.ephemeral_containers.is_empty() {
        found.push(Cause::EphemeralAtCreate);
    }
}

/// VAL-17 row 1, VAL-29.
pub(super) fn mirror<'a>(stored: &'a WholePod<'_>, sent: &'a WholePod<'_>, found: &mut Vec<Cause<'a>>) {
    let mark = |pod: &'a WholePod<'_>| pod.metadata.annotations.get(MIRROR).map(Text::as_str);
    let (old, new) = (mark(stored), mark(sent));
    if old != new {
        found.push(Cause::MirrorChanged { old, new });
    }
    mirror_alone(sent, found);
}

/// The annotation of a mirror by itself (VAL-13, and again wherever [`mirror`] is asked).
pub(super) fn mirror_alone<'a>(new: &'a WholePod<'_>, found: &mut Vec<Cause<'a>>) {
    if let Some(mark) = new.metadata.annotations.get(MIRROR)
        && new.spec.node_name.is_empty()
    {
        found.push(Cause::MirrorUnbound { mark });
    }
}

/// The annotation that ranks the victims of a ReplicaSet: an integer, unless the stored one is none already (CTL-RS-07).
/// It is read with the annotation of a mirror, each time.
pub(super) fn deletion_cost<'a>(
    stored: Option<&WholePod<'_>>,
    sent: &'a WholePod<'_>,
    found: &mut Vec<Cause<'a>>,
) {
    let kept = stored.and_then(malformed_cost);
    if let (None, Some(cost)) = (kept, malformed_cost(sent)) {
        found.push(Cause::DeletionCost { cost });
    }
}

fn malformed_cost<'a>(pod: &'a WholePod<'_>) -> Option<&'a str> {
    let cost = pod.metadata.annotations.get(DELETION_COST)?;
    parse_deletion_cost(cost).is_none().then_some(cost)
}

/// The new spec against the stored one (VAL-17 rows 2 to 12).
pub(super) fn update<'a>(old: &'a WholeSpec<'_>, new: &'a WholeSpec<'_>, found: &mut Vec<Cause<'a>>) {
    // A row marked ■ ends the list.
    let _ = rows(old, new, found);
}

fn rows<'a>(old: &'a WholeSpec<'_>, new: &'a WholeSpec<'_>, found: &mut Vec<Cause<'a>>) -> ControlFlow<()> {
    for ((list, stored), (_, sent)) in lists(old).into_iter().zip(lists(new)) {
        containers(list, stored, sent, found)?; // rows 2 to 4
    }
    deadline(old.active_deadline_seconds, new.active_deadline_seconds, found)?; // rows 5, 6
    let missing = |toleration: &Toleration<'_>| {
        !new.tolerations.iter().any(|after| same_but_seconds(toleration, after))
    };
    match old.tolerations.iter().position(missing) {
        Some(index) => found.push(Cause::TolerationRemoved { index }), // row 7
        None => tolerations(&new.tolerations, found),
    }
    gates(old, new, found); // row 8
    let gating = if old.scheduling_gates.is_empty() { Gates::Open } else { Gates::Closed };
    match gating {
        Gates::Closed => {
            let changed =
                old.node_selector.iter().find(|(key, value)| new.node_selector.get(*key) != Some(value));
            found.extend(changed.map(|(key, _)| Cause::NodeSelectorChanged { key })); // row 9
            terms(old.affinity.as_ref(), new.affinity.as_ref(), found); // rows 10, 11
        }
        Gates::Open => {}
    }
    if differs(gating, old, new) {
        found.push(Cause::SpecChanged); // row 12
    }
    ControlFlow::Continue(())
}

fn lists<'a, 'w>(spec: &'a WholeSpec<'w>) -> [(SpecList, &'a [WholeContainer<'w>]); 2] {
    [(SpecList::Containers, &spec.containers), (SpecList::InitContainers, &spec.init_containers)]
}

/// VAL-17 rows 2 to 4.
fn containers<'a>(
    list: SpecList,
    old: &[WholeContainer<'_>],
    new: &'a [WholeContainer<'_>],
    found: &mut Vec<Cause<'a>>,
) -> ControlFlow<()> {
    if old.len() != new.len() {
        found.push(Cause::ContainerCount { list, old: old.len(), new: new.len() });
        return ControlFlow::Break(());
    }
    for (index, container) in new.iter().enumerate() {
        let image = container.image.as_str();
        if image.is_empty() {
            found.push(Cause::Image { list, index, image, fault: ImageFault::Missing });
        }
        if image.trim() != image {
            found.push(Cause::Image { list, index, image, fault: ImageFault::Padded });
        }
    }
    ControlFlow::Continue(())
}

/// VAL-17 rows 5 and 6.
fn deadline(old: Option<i64>, new: Option<i64>, found: &mut Vec<Cause<'_>>) -> ControlFlow<()> {
    match (old, new) {
        (_, Some(new)) if !(0..=DEADLINE_MAX).contains(&new) => {
            found.push(Cause::DeadlineOutOfRange { new });
            ControlFlow::Break(())
        }
        (Some(old), Some(new)) if new > old => {
            found.push(Cause::DeadlineRaised { old, new });
            ControlFlow::Break(())
        }
        (Some(old), None) => {
            found.push(Cause::DeadlineRemoved { old });
            ControlFlow::Continue(())
        }
        (None | Some(_), Some(_)) | (None, None) => ControlFlow::Continue(()),
    }
}

/// VAL-13, and once more by VAL-17 row 7.
fn tolerations<'a>(new: &'a [Toleration<'_>], found: &mut Vec<Cause<'a>>) {
    for (index, toleration) in new.iter().enumerate() {
        if toleration.toleration_seconds.is_some() && &*toleration.effect != "NoExecute" {
            found.push(Cause::TolerationEffect { index, effect: &toleration.effect });
        }
        if !matches!(&*toleration.effect, "" | "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
            found.push(Cause::TolerationEffectUnknown { index, effect: &toleration.effect });
        }
    }
}

fn same_but_seconds(old: &Toleration<'_>, new: &Toleration<'_>) -> bool {
    (&old.key, &old.operator, &old.value, &old.effect) == (&new.key, &new.operator, &new.value, &new.effect)
}

/// VAL-17 row 8: each new name once, at its last place.
fn gates<'a>(old: &WholeSpec<'_>, new: &'a WholeSpec<'_>, found: &mut Vec<Cause<'a>>) {
    for (index, gate) in new.scheduling_gates.iter().enumerate() {
        let known = old.scheduling_gates.iter().any(|before| before.name == gate.name);
        let again = new.scheduling_gates.iter().skip(index + 1).any(|after| after.name == gate.name);
        if !known && !again {
            found.push(Cause::GateAdded { index, name: &gate.name });
        }
    }
}

/// VAL-11, VAL-17 rows 10 and 11.
fn terms(old: Option<&Affinity>, new: Option<&Affinity>, found: &mut Vec<Cause<'_>>) {
    let of = |affinity: Option<&'_ Affinity>| -> Vec<NodeSelectorTerm> {
        let required = node_affinity(affinity).and_then(|affinity| affinity.required.as_ref());
        required.map(|required| required.node_selector_terms.clone()).unwrap_or_default()
    };
    if node_affinity(old) == node_affinity(new) {
        return;
    }
    let (old, new) = (of(old), of(new));
    if old.is_empty() {
        return; // anything may be set
    }
    if old.len() != new.len() {
        found.push(Cause::TermCount { old: old.len(), new: new.len() });
        return;
    }
    for (index, (before, after)) in old.iter().zip(&new).enumerate() {
        if !only_adds(before, after) {
            found.push(Cause::TermChanged { index });
        }
    }
}

fn only_adds(old: &NodeSelectorTerm, new: &NodeSelectorTerm) -> bool {
    let matches_nothing = old.match_expressions.is_empty() && old.match_fields.is_empty();
    if matches_nothing && !(new.match_expressions.is_empty() && new.match_fields.is_empty()) {
        return false; // requirements would widen a term that matches nothing
    }
    new.match_expressions.starts_with(&old.match_expressions)
        && new.match_fields.starts_with(&old.match_fields)
}

fn node_affinity(affinity: Option<&Affinity>) -> Option<&NodeAffinity> {
    affinity.and_then(|affinity| affinity.node_affinity.as_ref())
}

/// VAL-17 row 12: whether anything differs that rows 2 to 11 did not cover (VAL-12, VAL-15).
fn differs(gating: Gates, old: &WholeSpec<'_>, new: &WholeSpec<'_>) -> bool {
    // Versions convert a negative period to 1 on reading, so «negative → 1» is no difference (OBJ-12).
    let grace = |spec: &WholeSpec<'_>| spec.termination_grace_period_seconds.map(Grace::from_signed);
    let selection = match gating {
        Gates::Closed => affinity_differs(old.affinity.as_ref(), new.affinity.as_ref()),
        Gates::Open => old.node_selector != new.node_selector || old.affinity != new.affinity,
    };
    let fixed = lists(old).into_iter().zip(lists(new)).any(|((_, stored), (_, sent))| {
        stored.iter().zip(sent).any(|(before, after)| container_differs(before, after))
    });
    grace(old) != grace(new)
        || old.node_name != new.node_name
        || old.restart_policy != new.restart_policy
        || old.ephemeral_containers != new.ephemeral_containers
        || old.account() != new.account()
        || (old.security_context, old.resources, old.rest) != (new.security_context, new.resources, new.rest)
        || selection
        || fixed
}

fn container_differs(old: &WholeContainer<'_>, new: &WholeContainer<'_>) -> bool {
    (&old.name, &old.restart_policy, &old.restart_policy_rules, old.rest)
        != (&new.name, &new.restart_policy, &new.restart_policy_rules, new.rest)
}

/// Of a gated Pod: what is left of a difference when the node affinity is set aside.
fn affinity_differs(old: Option<&Affinity>, new: Option<&Affinity>) -> bool {
    if node_affinity(old) == node_affinity(new) {
        return old != new;
    }
    let others = |affinity: Option<&Affinity>| {
        affinity.map(|affinity| (affinity.pod_affinity, affinity.pod_anti_affinity)).unwrap_or_default()
    };
    others(old) != others(new)
}
