//! Laws: what must be true whatever the input, said a second time over plain fields.
//!
//! A law never computes what it expects with the function that it judges. Its name begins with its rule, its first line
//! is the sentence under test. What is finite is enumerated; the rest is sampled by the strategies of [`strategies`],
//! and a sample that once failed stays in a `.regressions` file beside its module.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails loudly, and reads what it tests"
)]

mod admission;
mod admission_causes;
mod admission_spec;
mod admission_vectors;
mod attempts;
mod backoff;
mod binding;
mod budgets;
mod container;
mod controllers;
mod corpus;
mod creation;
mod delete_begin;
mod delete_history;
mod delete_rows;
mod delete_step;
mod delete_traces;
mod documents;
mod effective_grace;
mod explain;
mod explain_around;
mod explain_stages;
mod final_status;
mod frames;
#[path = "../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "a library of its own in `fuzz/`")]
mod fuzz_bodies;
mod monitor;
mod monitor_audit;
mod monitor_bounds;
mod monitor_cuts;
mod monitor_fields;
mod monitor_honest;
mod monitor_mutations;
mod monitor_restarts;
mod monitor_traces;
mod monitor_whole;
mod node;
mod node_scenes;
mod phase_overrides;
mod phase_rows;
mod phase_vectors;
mod quick;
mod restart_counts;
mod review_chains;
mod rules;
mod status;
mod status_computed;
mod status_pods;
mod status_word;
mod strategies;
mod sync;
mod table;
mod termination;
mod time;
mod timeline;
mod timeline_traces;
mod validate_table;
mod wire;
mod worker;
mod worker_questions;
