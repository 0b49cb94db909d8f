//! A million Pods through the monitor, as JSON: `cargo bench --bench million`.
//!
//! First they come and go, some thousands at a time, and the memory stays what it is. Then all are live at once, and each
//! takes what the last column says. `POD_LIFECYCLE_PODS` sets another number.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and fails loudly")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a bench reads the clock and the environment"
)]

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use pod_lifecycle::monitor::Monitor;
use pod_lifecycle::wire::{Document, first_of_text};

/// How many Pods are live while they come and go.
const WINDOW: usize = 10_000;

/// What happens to a Pod, in this order.
#[derive(Clone, Copy)]
enum Step {
    Created,
    Bound,
    Running,
    Deleting,
    Ended,
    Removed,
}

const COMES: [Step; 3] = [Step::Created, Step::Bound, Step::Running];
const GOES: [Step; 3] = [Step::Deleting, Step::Ended, Step::Removed];

/// One watch event.
fn event(out: &mut String, step: Step, pod: usize, version: u64) {
    let kind = match step {
        Step::Created => "ADDED",
        Step::Bound | Step::Running | Step::Deleting | Step::Ended => "MODIFIED",
        Step::Removed => "DELETED",
    };
    let deletion = match step {
        Step::Created | Step::Bound | Step::Running => "",
        Step::Deleting | Step::Ended => {
            r#","deletionTimestamp":"2026-01-01T01:00:30Z","deletionGracePeriodSeconds":30"#
        }
        Step::Removed => r#","deletionTimestamp":"2026-01-01T01:00:00Z","deletionGracePeriodSeconds":0"#,
    };
    let node = match step {
        Step::Created => "",
        Step::Bound | Step::Running | Step::Deleting | Step::Ended | Step::Removed => {
            r#""nodeName":"ip-10-0-12-34.eu-central-1.compute.internal","#
        }
    };
    let running = r#"{"running":{"startedAt":"2026-01-01T00:00:02Z"}}"#;
    let ended = r#"{"terminated":{"exitCode":143,"reason":"Error","startedAt":"2026-01-01T00:00:02Z","finishedAt":"2026-01-01T01:00:01Z"}}"#;
    let (phase, state) = match step {
        Step::Created | Step::Bound => ("Pending", ""),
        Step::Running | Step::Deleting => ("Running", running),
        Step::Ended | Step::Removed => ("Failed", ended),
    };
    write!(
        out,
        r#"{{"type":"{kind}","object":{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"frontend-5d8c9b7f6b-{pod:07}","generateName":"frontend-5d8c9b7f6b-","namespace":"production","uid":"5083d5f6-7ca5-4e2b-9703-{pod:012x}","resourceVersion":"{version}","generation":1,"creationTimestamp":"2026-01-01T00:00:00Z"{deletion},"labels":{{"app":"frontend","pod-template-hash":"5d8c9b7f6b"}},"ownerReferences":[{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"frontend-5d8c9b7f6b","uid":"0c0ff3e0-1111-4e2b-9703-000000000000","controller":true}}]}},"spec":{{{node}"restartPolicy":"Always","terminationGracePeriodSeconds":30,"serviceAccountName":"default","containers":[{{"name":"server","image":"registry.example.com/frontend:1.2.3","resources":{{"requests":{{"cpu":"100m","memory":"128Mi"}}}}}},{{"name":"proxy","image":"registry.example.com/proxy:4.5.6"}}]}},"status":{{"phase":"{phase}""#
    )
    .unwrap();
    if !state.is_empty() {
        write!(
            out,
            r#","startTime":"2026-01-01T00:00:01Z","podIP":"10.1.2.3","containerStatuses":[{{"name":"proxy","restartCount":0,"started":true,"state":{state},"lastState":{{}}}},{{"name":"server","restartCount":0,"started":true,"state":{state},"lastState":{{}}}}]"#
        )
        .unwrap();
    }
    out.push_str("}}}");
}

struct Run {
    monitor: Monitor,
    text: String,
    events: u64,
    bytes: u64,
    findings: u64,
    began: Instant,
}

impl Run {
    fn new() -> Self {
        let (monitor, text, began) = (Monitor::new(), String::new(), Instant::now());
        Self { monitor, text, events: 0, bytes: 0, findings: 0, began }
    }

    fn feed(&mut self, steps: [Step; 3], pod: usize) {
        for step in steps {
            self.text.clear();
            self.events += 1;
            event(&mut self.text, step, pod, self.events);
            self.bytes += self.text.len() as u64;
            let (document, _) = first_of_text::<Document<'_>>(&self.text).unwrap();
            let findings = &mut self.findings;
            self.monitor.take_in(&document, |_, verdict| *findings += verdict.violations.len() as u64);
        }
    }

    fn row(&self) {
        let (seen, live, kib) = (self.monitor.seen(), self.monitor.live(), resident_kib());
        let [packed, all] = [self.monitor.packed_bytes(), kib * 1024].map(|bytes| bytes / live.max(1));
        println!(
            "{seen:>9} {live:>9} {:>9} {:>8} {:>7.1} {:>8} {packed:>11} {all:>11}",
            self.events,
            self.bytes >> 20,
            self.began.elapsed().as_secs_f64(),
            kib / 1024,
        );
    }
}

/// The resident memory of this process, where the system tells it.
fn resident_kib() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

fn main() {
    // `cargo test` builds benches and runs them: then there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let pods = std::env::var("POD_LIFECYCLE_PODS").map_or(1_000_000, |pods| pods.parse().unwrap());
    println!("     seen      live    events  MiB in  seconds  MiB used  packed B/Pod  all B/Pod");
    let (mut run, mut live) = (Run::new(), VecDeque::new());
    for pod in 0..pods {
        run.feed(COMES, pod);
        live.push_back(pod);
        if live.len() > WINDOW {
            run.feed(GOES, live.pop_front().unwrap());
        }
        if (pod + 1) % (pods / 5) == 0 {
            run.row();
        }
    }
    println!("all live");
    assert_eq!(run.findings, 0);
    let mut run = Run::new();
    for pod in 0..pods {
        run.feed(COMES, pod);
        if (pod + 1) % (pods / 5) == 0 {
            run.row();
        }
    }
    assert_eq!(run.findings, 0);
}
