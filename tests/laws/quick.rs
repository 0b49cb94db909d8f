//! Reading quickly changes nothing: what `wire` reads of any bytes is what `serde_json` reads of them.

use std::fs;
use std::path::Path;

use pod_lifecycle::wire::{self, Document, Pod};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::fuzz_bodies;
use crate::strategies::config;

/// The values of recorded histories. `POD_LIFECYCLE_TRACES` names a directory of further ones.
fn values() -> Vec<String> {
    let mut files: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/traces"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    if let Ok(folder) = std::env::var("POD_LIFECYCLE_TRACES") {
        for entry in fs::read_dir(folder).unwrap() {
            files
                .extend(["watch.jsonl", "audit.jsonl"].map(|name| entry.as_ref().unwrap().path().join(name)));
        }
    }
    let texts = files.iter().filter_map(|file| fs::read_to_string(file).ok());
    let lines: Vec<String> =
        texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    assert!(lines.len() > 100);
    lines
}

/// What a careless or hostile writer could put where a value, a name, a sign or a blank stands.
const SCRAPS: &[&str] = &[
    "",
    "\"",
    "\\",
    "\\\"",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\ud800",
    "\\u12",
    "\\x",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "nul",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "01",
    "1.5",
    "1e9",
    "99999999999999999999",
    "\u{0}",
    "\n",
    "\t",
    " ",
    "\u{c}",
    "é",
    "\u{7f}",
    "{}",
    "[]",
    "\"\"",
    "\"a\":1,",
    "\"kind\":\"Pod\",",
    "\"name\":null,",
    "\"na\\u006de\":\"x\",",
    "\"uid\":\"a\\nb\",",
    "{\"a\":[{\"b\":[1,{\"c\":\"]}\"}]}]}",
    "[[[[[[[[[[1]]]]]]]]]]",
];

/// A recorded value with some of its bytes replaced.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edit = (
        any::<Index>(),
        0..4_usize,
        prop_oneof![
            9 => select(SCRAPS).prop_map(|scrap| scrap.as_bytes().to_vec()),
            1 => vec(any::<u8>(), 1..3),
        ],
    );
    (select(values()), vec(edit, 1..3)).prop_map(|(value, edits)| {
        let mut bytes = value.into_bytes();
        for (place, cut, scrap) in edits {
            let start = place.index(bytes.len());
            bytes.splice(start..(start + cut).min(bytes.len()), scrap);
        }
        bytes
    })
}

/// Bytes that are nearly JSON, most of it brackets.
fn scraps() -> impl Strategy<Value = Vec<u8>> {
    vec(select(SCRAPS), 0..12).prop_map(|scraps| format!("{{\"a\":{}", scraps.concat()).into_bytes())
}

proptest! {
    #![proptest_config(config(3_000))]

    /// Recorded events, each broken at some places.
    #[test]
    fn quick_reading_changes_nothing_of_events(bytes in mutated()) {
        fuzz_bodies::read_alike(&bytes);
    }

    /// Bytes that are nearly JSON, and any bytes.
    #[test]
    fn quick_reading_changes_nothing_of_scraps(bytes in prop_oneof![4 => scraps(), 1 => vec(any::<u8>(), 0..60)]) {
        fuzz_bodies::read_alike(&bytes);
    }
}

/// Recorded events as they are, laid out over lines, and with each of their members told twice.
#[test]
fn quick_reading_changes_nothing_of_whole_events() {
    for value in values().iter().step_by(7) {
        fuzz_bodies::read_alike(value.as_bytes());
        let pretty = serde_json::from_str::<serde_json::Value>(value).unwrap();
        fuzz_bodies::read_alike(serde_json::to_string_pretty(&pretty).unwrap().as_bytes());
    }
    let whole = values().swap_remove(9);
    for (place, _) in whole.match_indices("\":") {
        for scrap in [":null,\"x\"", "2\":1,\"x", " \\u0041", "\":[[]],\"x"] {
            let (before, after) = whole.split_at(place);
            fuzz_bodies::read_alike(format!("{before}{scrap}{after}").as_bytes());
        }
    }
    for end in 0..whole.len() {
        fuzz_bodies::read_alike(&whole.as_bytes()[..end]);
    }
}

/// Texts are looked at in blocks: what ends one, what is wrong in one and what only looks like it makes no difference at
/// any place of a block, in what is read and in what is skipped, nor does the end of the input.
#[test]
fn quick_reading_changes_nothing_at_any_place_of_a_block() {
    let bytes = (0..0x80_u8).map(|byte| char::from(byte).to_string());
    let wide = ["é", "\u{82}", "\u{a2}", "\u{dc}", "\u{2022}", "\u{10ffff}"].map(str::to_owned);
    let escapes =
        ["\\\\", "\\\"", "\\\\\\\"", "\\/", "\\u0022", "\\u002", "\\ud800", "\\u00g0"].map(str::to_owned);
    for scrap in bytes.chain(wide).chain(escapes) {
        for place in 0..65 {
            let (before, blank) = ("b".repeat(place), " ".repeat(place));
            for part in [
                format!("\"metadata\":{{\"name\":\"{before}{scrap}after\"}}"),
                format!("\"unread\":[\"{before}{scrap}\"]"),
                format!("\"unread\":{{\"{before}{scrap}after\":1}}"),
                format!("{blank}\"unread\":{blank}\"{scrap}\""),
            ] {
                fuzz_bodies::read_alike(format!("{{\"kind\":\"Pod\",{part}}}").as_bytes());
            }
        }
    }
    for length in 0..200 {
        let whole = format!(
            "{{\"kind\":\"Pod\",\"{0}\":\"{0}\",\"spec\":{{\"nodeName\":\"{0}\"}}}}",
            "\\\\".repeat(length)
        );
        for end in whole.len().saturating_sub(70)..=whole.len() {
            fuzz_bodies::read_alike(&whole.as_bytes()[..end]);
        }
    }
}

/// The limit of depth is that of `serde_json`, in what is read and in what is skipped.
#[test]
fn quick_reading_changes_nothing_of_depth() {
    for depth in [1, 40, 49, 50, 51, 60, 63, 64, 65, 99, 100, 101, 126, 127, 128, 129, 200] {
        for (open, close) in [("[", "]"), ("{\"kind\":\"List\",\"items\":[", "]}"), ("{\"a\":", "}")] {
            for core in ["1", "", "{}"] {
                let nest = format!("{}{core}{}", open.repeat(depth), close.repeat(depth));
                for json in [
                    format!("{{\"kind\":\"Pod\",\"unread\":{nest}}}"),
                    format!("{{\"kind\":\"List\",\"items\":[{nest}]}}"),
                ] {
                    fuzz_bodies::read_alike(json.as_bytes());
                }
            }
        }
    }
}

/// A wrong value has the same place and the same reason however much was right before it.
#[test]
fn quick_reading_keeps_the_place_of_an_error() {
    let json = b"{\"kind\":\"Pod\",\n\"spec\":{\"volumes\":[{}]},\n\"status\":{\"phase\":7}}";
    let error = wire::from_slice::<Document<'_>>(json).unwrap_err();
    assert_eq!((error.line(), error.path()), (2, Some(".status.phase")));
    assert!(error.to_string().contains("expected a string"), "{error}");
    let error = wire::from_slice::<Pod<'_>>(b"{\"spec\":{\"volumes\":[{]}}").unwrap_err();
    assert_eq!(error.offset(), Some(21));
}
