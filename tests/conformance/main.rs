//! Conformance: inputs and outputs of the real Kubernetes functions against this crate, case by case.
//!
//! A small sample is in the repository. `POD_LIFECYCLE_ORACLE_DIR` names directories with more, separated by colons and
//! laid out as `<oracle>/*.jsonl`:
//!
//! ```text
//! POD_LIFECYCLE_ORACLE_DIR=/data/oracle cargo test --test conformance -- --nocapture
//! POD_LIFECYCLE_SAMPLE=write POD_LIFECYCLE_ORACLE_DIR=/data/oracle cargo test --test conformance
//! ```
//!
//! The second command writes `tests/conformance/sample` anew: every n-th case, at most 300 an oracle, the same bytes
//! from the same data. There is no list of known differences: every disagreement fails the test of its oracle.
//!
//! A new oracle is one module with an implementation of [`harness::Oracle`], and one line below.
#![allow(clippy::panic, reason = "a test fails loudly")]

mod before_delete;
mod can_be_deleted;
mod container_grace;
mod delete_sequences;
mod deployment_math;
mod deployments;
mod effective_grace;
mod files;
mod harness;
mod instances;
mod kill_grace;
mod merge;
mod phase;
mod pod_actions;
mod pod_status;
mod pod_worker;
mod podgc;
mod rolling;
mod rs_rank;
mod sabotage;
mod should_restart;
mod should_restart_all;
mod statefulset;
mod status_update;
mod terminate_pod;
mod termination_order;
mod transition;
mod update;

/// Makes one test for each oracle, and the list of those that are compared.
macro_rules! oracles {
    ($($name:ident: $oracle:ty;)*) => {
        const COMPARED: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() -> Result<(), String> {
                assert_eq!(<$oracle as harness::Oracle>::NAME, stringify!($name));
                harness::run::<$oracle>()
            }
        )*

        /// An altered expectation never passes, so each comparison above can fail.
        #[test]
        fn an_altered_expectation_is_a_disagreement() -> Result<(), String> {
            $(sabotage::every_altered_expectation_is_noticed::<$oracle>()?;)*
            Ok(())
        }
    };
}

oracles! {
    before_delete: before_delete::BeforeDelete;
    phase: phase::Phase;
    effective_grace: effective_grace::EffectiveGrace;
    container_grace: container_grace::ContainerGrace;
    kill_grace: kill_grace::KillGrace;
    termination_order: termination_order::TerminationOrder;
    pod_worker: pod_worker::PodWorker;
    should_restart: should_restart::ShouldRestart;
    should_restart_all: should_restart_all::ShouldRestartAll;
    pod_actions: pod_actions::PodActions;
    terminate_pod: terminate_pod::TerminatePod;
    transition: transition::Transition;
    merge: merge::Merge;
    pod_status: pod_status::PodStatus;
    can_be_deleted: can_be_deleted::CanBeDeleted;
    update: update::Update;
    status_update: status_update::StatusUpdate;
    delete_sequences: delete_sequences::DeleteSequences;
    podgc: podgc::PodGc;
    rs_rank: rs_rank::RsRank;
    deployment_math: deployment_math::DeploymentMath;
    rolling: rolling::Rolling;
    statefulset: statefulset::StatefulSet;
}

/// Data without a comparison is named, never passed over in silence.
#[test]
fn folders_without_a_comparison_are_named() -> Result<(), String> {
    harness::name_uncompared(COMPARED)
}
