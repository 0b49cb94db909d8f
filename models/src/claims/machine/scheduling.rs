//! Cases of names, of the scheduler, of bindings and of the mirrors of static Pods.

use pod_lifecycle::Time;
use pod_lifecycle::binding::{self, Binding, Gates};
use pod_lifecycle::creation::{Namespace, Slot, create};
use pod_lifecycle::deletion::Deletion;
use pod_lifecycle::mirror::{Care, Mirror, care};
use pod_lifecycle::phase::Phase;
use pod_lifecycle::scheduling::{Facts, Profile, standing};

use super::{Cases, told};

const GATES: [Gates; 2] = [Gates::Open, Gates::Closed];

/// A deleting Pod, with time left and without.
fn deleting() -> [Deletion; 2] {
    [30, 0].map(|grace| Deletion::from_fields(Some(Time::from_unix(100)), Some(grace)))
}

/// Somebody gets the name of a Pod that is deleting.
pub(in super::super) fn name_is_free(cases: &mut Cases) {
    for (deletion, gates) in deleting().into_iter().flat_map(|deletion| GATES.map(|gates| (deletion, gates)))
    {
        let answer = create(Namespace::Active, Slot::Taken(deletion), gates);
        cases.case(answer.is_ok(), || {
            let grace = deletion.grace().map_or(0, pod_lifecycle::Grace::as_secs);
            let then = match answer {
                Ok(_) => "created".to_owned(),
                Err(refused) => format!("{} AlreadyExists ({})", refused.code(), refused.rule()),
            };
            told(
                "Client",
                "API server",
                format!("creates a Pod; its name is held by one that is deleting, grace {grace}"),
                then,
            )
        });
    }
}

/// The scheduler will try a Pod that is deleting.
pub(in super::super) fn deleting_is_queued(cases: &mut Cases) {
    for deletion in deleting() {
        for (gates, binding) in
            GATES.into_iter().flat_map(|gates| [Binding::Unbound, Binding::Bound].map(|to| (gates, to)))
        {
            let pod = Facts { binding, phase: Phase::Pending, deletion, gates, profile: Profile::Mine };
            let stands = standing(pod);
            cases.case(stands == pod_lifecycle::scheduling::Standing::Queued, || {
                let bound = if binding == Binding::Bound { "bound" } else { "not bound" };
                told(
                    "Scheduler",
                    "Scheduler",
                    format!("sees a Pod that is deleting and {bound}"),
                    format!("{stands:?}: it does nothing with it"),
                )
            });
        }
    }
}

/// A bound Pod is bound again.
pub(in super::super) fn bound_elsewhere(cases: &mut Cases) {
    let states = deleting().into_iter().chain([Deletion::Live]);
    for (deletion, gates) in states.flat_map(|deletion| GATES.map(|gates| (deletion, gates))) {
        let answer = Binding::Bound.bind(binding::Facts { deletion, gates });
        cases.case(answer.is_ok(), || {
            let then = match answer {
                Ok(_) => "bound".to_owned(),
                Err(refused) => format!("409 Conflict ({})", refused.rule()),
            };
            told("Scheduler", "API server", "binds a Pod that has a node to another one".to_owned(), then)
        });
    }
}

/// The kubelet leaves a static Pod without a mirror when somebody has deleted it.
pub(in super::super) fn mirror_is_left(cases: &mut Cases) {
    for (mirror, says) in [(Mirror::Deleting, "is deleting"), (Mirror::Absent, "is gone")] {
        let does = care(mirror);
        cases.case(does == Care::Keep, || {
            let then = match does {
                Care::Keep => "it does nothing",
                Care::Create => "it makes the mirror again; the containers run on",
                Care::Replace => "it deletes the old mirror and makes a new one; the containers run on",
            };
            told("API server", "Kubelet", format!("the mirror of a static Pod {says}"), then.to_owned())
        });
    }
}
