//! What was said before, and what is published: enumerated over every combination of phases (PHA-11 … PHA-15, PHA-32).

use pod_lifecycle::binding::Binding;
use pod_lifecycle::container::RestartPolicy;
use pod_lifecycle::phase::{
    self, Change, Circumstances, Copies, Deadline, Deleting, Phase, Processes, Publication, Settled, Wording,
    Writer,
};
use pod_lifecycle::rules::RuleId;
use pod_lifecycle::time::{Grace, Now, Time};

fn stored() -> impl Iterator<Item = Option<Phase>> + Clone {
    Phase::ALL.into_iter().map(Some).chain([None])
}

fn ended(phase: Option<Phase>) -> bool {
    phase == Some(Phase::Succeeded) || phase == Some(Phase::Failed)
}

/// Every computed phase × previous × API × deadline.
fn all(mut see: impl FnMut(Phase, Copies, Deadline, Settled)) {
    for computed in Phase::ALL {
        for previous in stored() {
            for api in stored() {
                for deadline in [Deadline::Open, Deadline::Passed] {
                    let copies = Copies { previous, api };
                    see(computed, copies, deadline, phase::settle(computed, copies, deadline));
                }
            }
        }
    }
}

/// PHA-15: a terminal phase at the API server is what every pass computes, whatever else is known.
#[test]
fn pha_15_stored_terminal_phase_sticks() {
    all(|_, copies, _, settled| {
        if ended(copies.api) {
            assert_eq!(Some(settled.phase), copies.api, "{copies:?}");
        }
    });
}

/// PHA-11: a non-terminal computation takes the previous terminal phase, else that of the API.
#[test]
fn pha_11_cached_terminal_phase_outlives_the_containers() {
    all(|computed, copies, deadline, settled| {
        if !ended(Some(computed))
            && ended(copies.previous)
            && !ended(copies.api)
            && deadline == Deadline::Open
        {
            assert_eq!((Some(settled.phase), settled.rule), (copies.previous, RuleId::PHA_11));
        }
    });
}

/// PHA-12: a computed terminal phase is not compared with the cached one.
#[test]
fn pha_12_computed_terminal_phase_replaces_the_cached_one() {
    all(|computed, copies, deadline, settled| {
        if ended(Some(computed)) && !ended(copies.api) && deadline == Deadline::Open {
            assert_eq!((settled.phase, settled.rule), (computed, RuleId::PHA_04), "{copies:?}");
        }
    });
}

/// PHA-13: reason and message stay exactly if the phase before the deadline is the previous one.
#[test]
fn pha_13_words_stay_with_their_phase() {
    all(|computed, copies, deadline, settled| {
        if deadline == Deadline::Open {
            let known = [Some(computed), copies.previous, copies.api];
            let before_stickiness = if ended(Some(computed)) {
                known[0]
            } else {
                known.into_iter().find(|phase| ended(*phase)).unwrap_or(Some(computed))
            };
            assert_eq!(
                settled.wording == Wording::Kept,
                before_stickiness == copies.previous,
                "{computed} {copies:?}"
            );
            assert_ne!(settled.wording, Wording::DeadlineExceeded);
        }
    });
}

/// PHA-14: a passed deadline is Failed for every Pod that is not terminal at the API server, a computed Succeeded too;
/// its words stand even where PHA-15 then forces the phase.
#[test]
fn pha_14_passed_deadline_fails_the_pod() {
    all(|_, copies, deadline, settled| {
        if deadline == Deadline::Passed {
            assert_eq!(settled.wording, Wording::DeadlineExceeded);
            assert!(settled.phase == Phase::Failed || copies.api == Some(Phase::Succeeded));
        }
    });
}

/// PHA-04: without a terminal phase said before and without a deadline the computed phase stands.
#[test]
fn pha_04_computed_phase_stands_alone() {
    all(|computed, copies, deadline, settled| {
        if !ended(copies.previous) && !ended(copies.api) && deadline == Deadline::Open {
            assert_eq!((settled.phase, settled.rule), (computed, RuleId::PHA_04));
        }
        assert_eq!(
            phase::settle(settled.phase, copies, deadline).phase,
            settled.phase,
            "settling twice changes nothing"
        );
    });
}

/// PHA-14: the deadline has passed as soon as whole seconds since `startTime` reach it; nothing else starts it.
#[test]
fn pha_14_deadline_is_counted_from_the_start() {
    let read = |started: Option<i64>, limit: Option<u64>, second, nanos| {
        let now = Now::with_nanos(Time::from_unix(second), nanos);
        Deadline::read(started.map(Time::from_unix), limit.map(Grace::from_secs), now)
    };
    assert_eq!(read(Some(100), Some(10), 109, 999_999_999), Deadline::Open);
    assert_eq!(read(Some(100), Some(10), 110, 0), Deadline::Passed);
    assert_eq!(read(None, Some(10), 1_000, 0), Deadline::Open);
    assert_eq!(read(Some(100), None, 1_000, 0), Deadline::Open);
}

/// PHA-32, PHA-37: a terminal phase is withheld exactly while a process may run and the API's is not terminal; so
/// terminal published over non-terminal means that all have stopped.
#[test]
fn pha_32_published_terminal_phase_means_stopped() {
    for old in stored() {
        for new in stored() {
            for processes in [Processes::Stopped, Processes::Possible] {
                let turns = !ended(old) && ended(new);
                let publication = phase::publish(old, new, processes);
                if turns && publication == Publication::New {
                    assert_eq!(processes, Processes::Stopped, "{old:?} to {new:?}");
                }
                if !turns || processes == Processes::Stopped {
                    assert_eq!(publication, Publication::New, "{old:?} to {new:?}");
                }
            }
        }
    }
}

/// PHA-40, PHA-41: nobody writes Unknown or leaves a terminal phase, except over the garbage collector's
/// (NON-02); an unbound Pod only turns Failed, by that collector while it is deleting; everything else conforms.
#[test]
fn pha_40_changes_of_the_stored_phase() {
    for from in stored() {
        for to in Phase::ALL {
            for binding in [Binding::Unbound, Binding::Bound] {
                for deleting in [Deleting::No, Deleting::Yes] {
                    for writer in [Writer::Kubelet, Writer::PodGc] {
                        let change =
                            phase::judge_change(from, to, Circumstances { binding, deleting, writer });
                        let conforms = to != Phase::Unknown
                            && !ended(from)
                            && (binding == Binding::Bound
                                || (to == Phase::Failed && deleting == Deleting::Yes));
                        assert_eq!(change == Change::Conforming, conforms, "{from:?} to {to}");
                        let race = to != Phase::Unknown && ended(from) && writer == Writer::PodGc;
                        assert_eq!(change == Change::Hazard(RuleId::NON_02), race, "{from:?} to {to}");
                    }
                }
            }
        }
    }
}

/// OBJ-11, OBJ-31: the words of the API are read and printed as they are, and no others.
#[test]
fn obj_31_words_survive_reading() {
    for phase in Phase::ALL {
        assert_eq!(Phase::from_api(&phase.to_string()), Some(phase));
        assert_eq!(phase.is_terminal(), ended(Some(phase)));
    }
    for policy in [RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never] {
        assert_eq!(RestartPolicy::from_api(&policy.to_string()), Some(policy));
    }
    for other in ["", "running", "Terminating", "always"] {
        assert_eq!((Phase::from_api(other), RestartPolicy::from_api(other)), (None, None));
    }
}
