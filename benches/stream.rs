//! What `podlife check` does to a byte, beside other readers of the same bytes: `cargo bench --bench stream`.
//!
//! One run prints one table; only its ratios mean something. `POD_LIFECYCLE_TRACES` names a directory whose
//! `*/watch.jsonl` are used instead of the committed traces.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench reads files, threads and clocks, tells, and fails loudly"
)]

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use pod_lifecycle::monitor::Monitor;
use pod_lifecycle::wire::{Document, Frame, Frames, first_of_text};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Large enough that the caches do not hold it.
const STREAM: usize = 64 << 20;

/// How many streams each thread reads in one turn.
const STREAMS: usize = 2;

/// The readers take turns, so that a disturbance meets all of them; the best turn counts. 512 MiB for each.
const ROUNDS: usize = 4;

fn stream() -> Vec<u8> {
    let files: Vec<PathBuf> = match std::env::var("POD_LIFECYCLE_TRACES") {
        Ok(directory) => {
            let mut folders: Vec<_> = fs::read_dir(directory)
                .unwrap()
                .map(|entry| entry.unwrap().path().join("watch.jsonl"))
                .filter(|file| file.exists())
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
    let copies = 0..STREAM.div_ceil(once.len());
    copies.flat_map(|copy| once.replace("\"uid\":\"", &format!("\"uid\":\"{copy}-")).into_bytes()).collect()
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

/// Frames, parse, view, verdict: all that `check` does but for reading the file.
fn check(bytes: &[u8]) {
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
    black_box(broken);
}

/// What is done with the bytes of a stream.
type Reader = fn(&[u8]);

/// The typed, borrowed subset alone.
fn wire_only(bytes: &[u8]) {
    for line in lines(bytes) {
        let text = std::str::from_utf8(line).unwrap();
        black_box(first_of_text::<Document<'_>>(text).unwrap());
    }
}

/// The typed, borrowed subset as `serde_json` reads it.
fn wire_by_serde_json(bytes: &[u8]) {
    for line in lines(bytes) {
        black_box(serde_json::from_slice::<Document<'_>>(line).unwrap());
    }
}

/// The speed of skipping.
fn ignored_any(bytes: &[u8]) {
    for line in lines(bytes) {
        black_box(serde_json::from_slice::<IgnoredAny>(line).unwrap());
    }
}

/// The whole Pod of k8s-openapi.
fn k8s_openapi(bytes: &[u8]) {
    #[derive(Deserialize)]
    struct Event {
        object: k8s_openapi::api::core::v1::Pod,
    }
    for line in lines(bytes) {
        black_box(serde_json::from_slice::<Event>(line).unwrap().object);
    }
}

/// Megabytes a second: each thread takes the next stream, as `check` takes the next file.
fn speed(bytes: &[u8], threads: usize, reader: Reader) -> f64 {
    let (next, start) = (AtomicUsize::new(0), Instant::now());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while next.fetch_add(1, Ordering::Relaxed) < threads * STREAMS {
                    reader(bytes);
                }
            });
        }
    });
    (bytes.len() * threads * STREAMS) as f64 / 1e6 / start.elapsed().as_secs_f64()
}

fn main() {
    let bytes = stream();
    let readers: [(&str, usize, Reader); 7] = [
        ("serde_json, IgnoredAny", 1, ignored_any),
        ("serde_json, k8s-openapi's Pod", 1, k8s_openapi),
        ("serde_json, Document", 1, wire_by_serde_json),
        ("wire, Document", 1, wire_only),
        ("check", 1, check),
        ("check, two threads", 2, check),
        ("IgnoredAny, two threads", 2, ignored_any),
    ];
    let mut best = [0.0_f64; 7];
    for _ in 0..ROUNDS {
        for (best, (_, threads, reader)) in best.iter_mut().zip(readers) {
            *best = best.max(speed(&bytes, threads, reader));
        }
    }
    let [ignored, typed, ..] = best;
    println!("{:32} {:>6} {:>13} {:>14}", "reader", "MB/s", "÷ IgnoredAny", "÷ k8s-openapi");
    for (best, (name, ..)) in best.iter().zip(readers) {
        println!("{name:32} {best:>6.0} {:>13.2} {:>14.2}", best / ignored, best / typed);
    }
    println!("check, two threads ÷ one: {:.2}", best[5] / best[4]);
}
