//! `podlife check`: forms of input and output, several files, and going on where a check was stopped.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{podlife, trace, transcript};

fn check(arguments: &[&str]) -> String {
    transcript(podlife(&["check"]).args(arguments))
}

fn path(trace_name: &str) -> String {
    trace(trace_name).display().to_string()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let file = folder.join(name);
    fs::write(&file, bytes).unwrap();
    file.display().to_string()
}

/// Compressed input is told by its first bytes, whatever its name, from a file and from standard input.
#[test]
fn compressed_input_is_read() {
    let folder = TempDir::new().unwrap();
    let plain = fs::read(trace("01-simple-create-run-delete")).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::stream::encode_all(&*plain, 1).unwrap();
    let expected = "conforms: 41 events of 4 Pods in 1 file (Kubernetes 1.36)\nexit 0\n";
    for (name, bytes) in [("a.jsonl", &gzip), ("b.log", &zstd), ("c.gz", &plain)] {
        assert_eq!(check(&[&write(folder.path(), name, bytes)]), expected, "{name}");
        assert_eq!(transcript(podlife(&["check", "-"]).write_stdin(bytes.clone())), expected, "{name} piped");
    }
    let cut = check(&[&write(folder.path(), "cut", &gzip[..gzip.len() / 2])]);
    assert!(cut.contains("unreadable part") && cut.ends_with("exit 3\n"), "{cut}");
    // Two members one after the other are one stream.
    let twice = check(&[&write(folder.path(), "twice", &[&gzip[..], &gzip].concat())]);
    assert!(twice.contains("82 events of 4 Pods"), "{twice}");
}

/// A rotated log: the second half of a history by itself begins in mid-life; joined, nothing is left untold.
#[test]
fn joined_files_are_one_history() {
    let folder = TempDir::new().unwrap();
    let text = fs::read_to_string(trace("01-simple-create-run-delete")).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (a, b) = lines.split_at(20);
    let a = write(folder.path(), "a", a.concat().as_bytes());
    let b = write(folder.path(), "b", b.concat().as_bytes());
    let apart = check(&[&a, &b]);
    assert!(apart.contains("in 2 files") && apart.contains("cannot tell"), "{apart}");
    let joined = check(&["--join", &a, &b]);
    assert!(joined.starts_with("conforms: 41 events of 4 Pods in 1 file ("), "{joined}");
}

/// What `--format` does not ask for is named, and judged by nobody.
#[test]
fn a_format_excludes_the_others() {
    let file = path("01-simple-create-run-delete");
    assert!(check(&[&file, "--format", "watch"]).ends_with("exit 0\n"));
    let shown = check(&[&file, "--format", "audit"]);
    assert!(shown.contains("expected an audit event") && shown.ends_with("exit 2\n"), "{shown}");
}

#[test]
fn junit_names_each_pod_that_fails() {
    let shown = check(&[&path("31-hazard-successor-removed"), "--junit"]);
    assert_eq!(shown.matches("<failure type=\"INV-07\"").count(), 5, "{shown}");
    assert!(
        shown.contains("tests=\"6\" failures=\"5\" errors=\"0\"") && shown.ends_with("exit 1\n"),
        "{shown}"
    );
}

#[test]
fn a_summary_counts_what_was_seen() {
    let shown = check(&[&path("01-simple-create-run-delete"), "--summary"]);
    for part in
        ["4 Pods, 41 events", "phase Pending → Running", "rules exercised: ", "DEL-07", "took", "grace was"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

/// The story leads up to the violation, and names no field that the lifecycle does not read.
#[test]
fn verbose_tells_the_story() {
    let shown = check(&[&path("28-rogue-status-writer"), "-v"]);
    let story = shown.find("event 1    Pending").unwrap();
    assert!(story < shown.find("PHA-40").unwrap(), "{shown}");
    assert!(!shown.contains("image"), "{shown}");
    assert!(shown.contains("Succeeded (Error)"), "PHA-42, the word in a table: {shown}");
}

/// The user and agent of an audit log, or the field manager, is named beside what it did.
#[test]
fn the_writer_is_named() {
    let pod = |phase: &str, rest: &str| {
        format!(
            r#"{{"type":"MODIFIED","object":{{"kind":"Pod","metadata":{{"name":"a","uid":"1"{rest}}},"spec":{{"nodeName":"n"}},"status":{{"phase":"{phase}"}}}}}}"#
        )
    };
    let fields =
        r#","managedFields":[{"manager":"rogue","subresource":"status","time":"2026-01-01T00:00:00Z"}]"#;
    let stream = format!("{}\n{}\n", pod("Failed", ""), pod("Running", fields));
    let shown = transcript(podlife(&["check", "-"]).write_stdin(stream));
    assert!(shown.contains("a terminal phase is final, by rogue (status)"), "{shown}");
}

/// One history of many: the recorded ones again and again, under other UIDs and namespaces.
fn long_history(copies: usize) -> String {
    let mut text = String::new();
    for copy in 0..copies {
        for name in ["28-rogue-status-writer", "31-hazard-successor-removed", "01-simple-create-run-delete"] {
            let trace = fs::read_to_string(trace(name)).unwrap();
            text += &trace
                .replace("\"uid\":\"", &format!("\"uid\":\"{copy}-"))
                .replace("\"namespace\":\"", &format!("\"namespace\":\"n{copy}-"));
        }
    }
    text
}

/// What was found, without counters of the run.
fn findings(json: &[u8]) -> Value {
    let report: Value = serde_json::from_slice(json).unwrap();
    let file = &report["files"][0];
    let parts = ["violations", "hazards", "events", "pods", "cannotTell", "phases", "slowest"];
    parts.iter().map(|part| file[part].clone()).collect()
}

/// Killed anywhere, again and again, and started again: the last report is that of one run.
#[test]
fn a_killed_check_goes_on_where_it_stood() {
    let folder = TempDir::new().unwrap();
    let file = write(folder.path(), "history", long_history(60).as_bytes());
    let state = folder.path().join("state").display().to_string();
    let arguments = ["check", &file, "--json", "--state", &state];
    let whole = podlife(&["check", &file, "--json"]).output().unwrap();
    let program = assert_cmd::cargo::cargo_bin("podlife");
    let (mut killed, mut taken_up, mut random) = (0, 0, 1_u64);
    while killed < 200 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let was_there = fs::metadata(&state).is_ok();
        let mut running = Process::new(&program)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        sleep(Duration::from_micros(500 + (random >> 33) % 40_000));
        if running.try_wait().unwrap().is_some() {
            // It has come to its end before; the next one begins anew.
            fs::remove_file(&state).unwrap();
            continue;
        }
        running.kill().unwrap();
        running.wait().unwrap();
        killed += 1;
        taken_up += u32::from(was_there);
    }
    assert!(taken_up > 20, "{taken_up} kills came after a state was saved");
    let last = podlife(&arguments).output().unwrap();
    assert_eq!(findings(&last.stdout), findings(&whole.stdout));
    assert_eq!(last.status.code(), Some(1));

    // What was told is not told again; what is appended is judged with what was known.
    let again = podlife(&arguments).output().unwrap();
    assert_eq!((findings(&again.stdout)[2].clone(), again.status.code()), (0.into(), Some(0)));
}

/// Cut or garbled in 1 000 places: every whole record is judged, and the status tells that a part was unreadable, or
/// that there was nothing else.
#[test]
fn a_damaged_stream_costs_what_was_damaged() {
    let folder = TempDir::new().unwrap();
    let lines: Vec<Vec<u8>> = fs::read(trace("01-simple-create-run-delete"))
        .unwrap()
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let mut random = 7_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(random >> 33).unwrap() % below
    };
    for round in 0..1_000 {
        let kept = 1 + next(3);
        let first = next(lines.len() - kept);
        let mut damaged = lines[first..first + kept].to_vec();
        let line = next(kept);
        let place = next(damaged[line].len() - 1);
        let whole = if round % 2 == 0 {
            damaged[line].truncate(place);
            damaged.truncate(line + 1);
            line as u64
        } else {
            // No control character stands in JSON.
            damaged[line][place] = 1;
            kept as u64 - 1
        };
        let file = write(folder.path(), "damaged", &damaged.concat());
        let output = podlife(&["check", &file, "--json"]).output().unwrap();
        let what = format!("{first}, {kept}, {line}, {place}");
        // Without its first brace an event is no object, but the Pod in it is one.
        let judged = whole + u64::from(round % 2 == 1 && place == 0);
        let expected = match (round % 2 == 0 && place == 0, judged) {
            (true, _) => 0,
            (false, 0) => 2,
            (false, _) => 3,
        };
        assert_eq!(output.status.code(), Some(expected), "{what}");
        let report: Option<Value> = serde_json::from_slice(&output.stdout).ok();
        assert_eq!(report.is_some(), expected != 2, "{what}");
        if let Some(report) = report {
            assert_eq!(report["files"][0]["events"], json!(judged), "{what}");
        }
    }
}

/// A state that cannot be read is no reason to begin silently anew.
#[test]
fn a_broken_state_is_refused() {
    let folder = TempDir::new().unwrap();
    let state = write(folder.path(), "state", b"{}");
    let shown = check(&[&path("01-simple-create-run-delete"), "--state", &state]);
    assert!(shown.contains("cannot be used") && shown.ends_with("exit 2\n"), "{shown}");
}
