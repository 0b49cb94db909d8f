//! Whether a container is started again (CTR-01).

use std::borrow::Cow;

use pod_lifecycle::container::{
    ContainerPolicy, ContainerState, Exit, ExitReason, Operator, RestartPolicy, RestartRule, RuleAction,
    Started,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::strategies::config;

fn policy() -> impl Strategy<Value = Option<RestartPolicy>> {
    option::of(prop_oneof![
        Just(RestartPolicy::Always),
        Just(RestartPolicy::OnFailure),
        Just(RestartPolicy::Never)
    ])
}

/// Rules over a few codes, as they are written, or over any.
fn rule(codes: impl Strategy<Value = i32>) -> impl Strategy<Value = RestartRule> {
    let action = prop_oneof![Just(RuleAction::Restart), Just(RuleAction::RestartAllContainers)];
    let operator = prop_oneof![Just(Operator::In), Just(Operator::NotIn), Just(Operator::Unknown)];
    (action, operator, vec(codes, 0..3)).prop_map(|(action, operator, values)| RestartRule {
        action,
        operator,
        values: Cow::Owned(values),
    })
}

proptest! {
    #![proptest_config(config(2_000))]

    /// CTR-01: with a policy of its own any rule that matches restarts the container; without a match, or without an
    /// own policy, the nearest policy decides, and rules are ignored in the second case.
    #[test]
    fn ctr_01_rule_then_own_policy_then_pod_policy(
        own in policy(), rules in vec(rule(0..4_i32), 0..3), code in 0..4_i32, pod in policy(),
    ) {
        nearest_policy_decides(own, &rules, code, pod)?;
    }

    /// CTR-01: whether some exit restarts the container at all; codes beside all those of the rules stand for the rest.
    #[test]
    fn ctr_01_can_restart_is_restarts_after_some_code(
        own in policy(), rules in vec(rule(0..4_i32), 0..3), pod in policy(),
    ) {
        let some = (-1..=4).any(|code| expected(own, &rules, code, pod));
        prop_assert_eq!(ContainerPolicy { own, rules: &rules }.can_restart(pod), some);
        let all = rules.iter().filter(|rule| rule.action == RuleAction::RestartAllContainers).count() > 0;
        prop_assert_eq!(ContainerPolicy { own, rules: &rules }.can_restart_all(), all);
    }

    /// CTR-01 of any codes, as a status may carry them.
    #[test]
    fn ctr_01_any_code(
        own in policy(), rules in vec(rule(any::<i32>()), 0..3), code in any::<i32>(), pod in policy(), first in any::<bool>(),
    ) {
        let listed = rules.iter().flat_map(|rule| rule.values.iter()).next().copied();
        nearest_policy_decides(own, &rules, listed.filter(|_| first).unwrap_or(code), pod)?;
    }
}

fn nearest_policy_decides(
    own: Option<RestartPolicy>,
    rules: &[RestartRule],
    code: i32,
    pod: Option<RestartPolicy>,
) -> Result<(), TestCaseError> {
    let again = expected(own, rules, code, pod);
    prop_assert_eq!(ContainerPolicy { own, rules }.restarts_after(code, pod), again);
    Ok(())
}

fn expected(
    own: Option<RestartPolicy>,
    rules: &[RestartRule],
    code: i32,
    pod: Option<RestartPolicy>,
) -> bool {
    let matched = own.is_some()
        && rules.iter().any(|rule| match rule.operator {
            Operator::In => rule.values.contains(&code),
            Operator::NotIn => rule.values.iter().all(|value| *value != code),
            Operator::Unknown => false,
        });
    let nearest = own.or(pod).map_or("Always", |policy| policy.as_str());
    matched || nearest == "Always" || (nearest == "OnFailure" && code != 0)
}

/// The words of a restart policy are those of the API; those of a state are what a refusal shows.
#[test]
fn words_of_policies_and_states() {
    let policies = ["Always", "OnFailure", "Never", "always", ""].map(RestartPolicy::from_api);
    let [always, on_failure, never] =
        [RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never].map(Some);
    assert_eq!(policies, [always, on_failure, never, None, None]);
    let exit = Exit { code: 3, reason: ExitReason::Other };
    let states = [
        (ContainerState::Missing, "no status"),
        (ContainerState::Empty, "no state"),
        (ContainerState::Waiting, "waiting"),
        (ContainerState::WaitingAfter(exit), "waiting after exit 3"),
        (ContainerState::Running(Started::Yes), "running"),
        (ContainerState::Terminated(exit), "terminated (3)"),
    ];
    for (state, text) in states {
        assert_eq!(state.to_string(), text);
    }
}

/// A row: its number, the Pod's policy, the container's, its rules, and exit code → restarted.
type Vector<'a> = (&'a str, RestartPolicy, Option<RestartPolicy>, &'a [RestartRule], &'a [(i32, bool)]);

/// CTR-01: the vectors R1 to R8 of chapter 4.
#[test]
fn ctr_01_vectors() {
    use RestartPolicy::{Always, Never, OnFailure};
    let rule = |operator, values: &'static [i32]| {
        [RestartRule { action: RuleAction::Restart, operator, values: values.into() }]
    };
    let (in_42, not_in) = (rule(Operator::In, &[42]), rule(Operator::NotIn, &[0, 1]));
    let vectors: [Vector<'_>; 8] = [
        ("R1", Always, None, &[], &[(0, true)]),
        ("R2", OnFailure, None, &[], &[(0, false)]),
        ("R3", OnFailure, None, &[], &[(1, true)]),
        ("R4", Never, None, &[], &[(1, false)]),
        ("R5", Never, Some(OnFailure), &[], &[(1, true), (0, false)]),
        ("R6", Always, Some(Never), &[], &[(1, false)]),
        ("R7", Never, Some(Never), &in_42, &[(42, true), (1, false)]),
        ("R8", Always, Some(OnFailure), &not_in, &[(7, true), (1, true), (0, false)]),
    ];
    for (name, pod, own, rules, exits) in vectors {
        for (code, again) in exits {
            assert_eq!(
                ContainerPolicy { own, rules }.restarts_after(*code, Some(pod)),
                *again,
                "{name}: exit {code}"
            );
        }
    }
}
