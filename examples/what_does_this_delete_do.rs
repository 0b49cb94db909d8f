//! For controller authors: what a DELETE does to a Pod, decided as the API server decides it.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "an example is a program")]

use std::error::Error;

use pod_lifecycle::deletion::{Effect, Input, Step};
use pod_lifecycle::view::DeleteCall;
use pod_lifecycle::wire::{self, DeleteOptions, Pod};
use pod_lifecycle::{Now, View};

fn main() -> Result<(), Box<dyn Error>> {
    let pod: Pod<'_> = wire::from_slice(
        br#"{
            "metadata": {"name": "web-0", "uid": "6bec464a", "finalizers": ["example.com/audit"]},
            "spec": {"nodeName": "node-b", "terminationGracePeriodSeconds": 30, "containers": [{"name": "app"}]},
            "status": {"phase": "Running"}
        }"#,
    )?;
    let pod = View::of(&pod);
    let facts = pod.deletion_facts(Now::parse("2026-01-02T03:04:05.25Z")?);

    for options in [r#"{}"#, r#"{"gracePeriodSeconds": 0}"#, r#"{"gracePeriodSeconds": 60}"#] {
        let options: DeleteOptions<'_> = wire::from_slice(options.as_bytes())?;
        let call = DeleteCall::of(&options)?;
        call.preconditions.allow(&pod.uid, &"")?;
        let Step { next, effects, row, .. } = pod.deletion.step(Input::Delete(call.request), facts)?;
        let gone = effects.contains(&Some(Effect::Remove));
        println!(
            "DELETE with grace {:>7}: {next}; {} ({} row {})",
            options.grace_period_seconds.map_or_else(|| "default".to_owned(), |grace| grace.to_string()),
            if gone { "removed" } else { "it stays" },
            row.rule(),
            row.number().unwrap_or_default(),
        );
        assert!(!gone, "the finalizer holds it");
    }
    Ok(())
}
