//! Replays the corpus of the fuzz targets, and tries their bodies on random bytes.
#![allow(clippy::disallowed_methods, reason = "a test reads its corpus; the library reads nothing")]

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::fuzz_bodies;
use crate::strategies::config;

fn replay(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut inputs = 0;
    for entry in fs::read_dir(folder).expect("the corpus is in the repository") {
        let path = entry.expect("a readable folder").path();
        body(&fs::read(path).expect("a readable file"));
        inputs += 1;
    }
    assert!(inputs > 5, "{inputs} inputs of {target}");
}

/// No input of the corpus breaks a law of its target.
#[test]
fn corpus_breaks_no_law() {
    replay("wire", fuzz_bodies::wire);
    replay("deletion", fuzz_bodies::deletion);
    replay("admit", fuzz_bodies::admit);
    replay("monitor", fuzz_bodies::monitor);
    replay("worker", fuzz_bodies::worker);
    replay("termination", fuzz_bodies::termination);
}

proptest! {
    #![proptest_config(config(2_000))]

    /// Nor do random requests.
    #[test]
    fn random_requests_break_no_law(bytes in vec(any::<u8>(), 4..80)) {
        fuzz_bodies::deletion(&bytes);
    }

    /// Nor do random pairs of Pods.
    #[test]
    fn random_pods_break_no_law(bytes in vec(any::<u8>(), 4..64)) {
        fuzz_bodies::admit(&bytes);
    }

    /// Nor do random streams, legal ones and others.
    #[test]
    fn random_streams_break_no_law(bytes in vec(any::<u8>(), 4..120)) {
        fuzz_bodies::monitor(&bytes);
    }

    /// Nor do random events at a worker.
    #[test]
    fn random_events_at_a_worker_break_no_law(bytes in vec(any::<u8>(), 4..120)) {
        fuzz_bodies::worker(&bytes);
    }

    /// Nor do random Pods that are killed.
    #[test]
    fn random_kills_break_no_law(bytes in vec(any::<u8>(), 5..34)) {
        fuzz_bodies::termination(&bytes);
    }
}
