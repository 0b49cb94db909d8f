//! What `podlife check` does to a byte, beside two other readers of the same bytes:
//! `cargo bench --bench stream`. `POD_LIFECYCLE_TRACES` names a directory whose `*/watch.jsonl` are used instead
//! of the committed traces.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a bench fails loudly")]

use std::fs;
use std::path::{Path, PathBuf};

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use pod_lifecycle::monitor::Monitor;
use pod_lifecycle::wire::{self, Document, Frame, Frames, first_of_text};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Large enough that the caches do not hold it.
const TARGET: usize = 64 << 20;

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

#[allow(clippy::disallowed_methods, reason = "benches read files and the environment")]
fn stream() -> Vec<u8> {
    let files: Vec<PathBuf> = match std::env::var("POD_LIFECYCLE_TRACES") {
        Ok(directory) => {
            let mut folders: Vec<_> = fs::read_dir(directory)
                .unwrap()
                .map(|entry| entry.unwrap().path().join("watch.jsonl"))
                .collect();
            folders.sort();
            folders
        }
        Err(_) => {
            let traces = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/traces");
            ["01-simple-create-run-delete", "09b-sidecars"]
                .map(|name| traces.join(name).with_extension("jsonl"))
                .to_vec()
        }
    };
    let once: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    // Other Pods each time: those that were removed would be told by a look at their UID.
    let copies = 0..TARGET.div_ceil(once.len());
    copies.flat_map(|copy| once.replace("\"uid\":\"", &format!("\"uid\":\"{copy}-")).into_bytes()).collect()
}

/// Frames, parse, view, verdict: all that `check` does but for reading the file.
#[divan::bench(sample_count = 5)]
fn check(bencher: Bencher<'_, '_>) {
    let bytes = stream();
    bencher.counter(BytesCount::new(bytes.len())).bench(|| {
        let (mut frames, mut monitor, mut broken) = (Frames::new(16 << 20), Monitor::new(), 0);
        for chunk in bytes.chunks(1 << 18) {
            frames.feed(chunk);
            while let Some(frame) = frames.pull() {
                let Frame::Record { bytes, .. } = frame else { panic!("the traces are clean") };
                let text = std::str::from_utf8(bytes).unwrap();
                let (document, _) = first_of_text::<Document<'_>>(text).unwrap();
                monitor.take_in(&document, |_, verdict| broken += verdict.violations.len());
            }
        }
        broken
    });
}

/// The typed, borrowed subset alone.
#[divan::bench(sample_count = 5)]
fn wire_only(bencher: Bencher<'_, '_>) {
    let bytes = stream();
    bencher.counter(BytesCount::new(bytes.len())).bench(|| {
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            black_box(wire::from_slice::<Document<'_>>(line).unwrap());
        }
    });
}

/// `serde::de::IgnoredAny`: the speed of skipping.
#[divan::bench(sample_count = 5)]
fn ignored_any(bencher: Bencher<'_, '_>) {
    let bytes = stream();
    bencher.counter(BytesCount::new(bytes.len())).bench(|| {
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            black_box(serde_json::from_slice::<IgnoredAny>(line).unwrap());
        }
    });
}

/// The whole Pod of k8s-openapi.
#[divan::bench(sample_count = 5)]
fn k8s_openapi(bencher: Bencher<'_, '_>) {
    #[derive(Deserialize)]
    struct Event {
        object: k8s_openapi::api::core::v1::Pod,
    }
    let bytes = stream();
    bencher.counter(BytesCount::new(bytes.len())).bench(|| {
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            black_box(serde_json::from_slice::<Event>(line).unwrap().object);
        }
    });
}
