//! Streams cut into frames: the same whatever the pieces, and no broken value costs the next.

use pod_lifecycle::wire::{Frame, Frames, More};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{Deserializer, Value, json};

use crate::strategies::config;

/// One part of a stream as text, and whether a value can be read from it.
#[derive(Clone, Debug)]
enum Part {
    Good(String),
    Garbage(String),
}

fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["[a-z]{0,8}", "[{}\"\\\\\n é]{0,8}"];
    (text, vec(any::<u8>(), 0..4))
        .prop_map(|(text, list)| json!({"kind": "Pod", "x": {"text": text, "list": list}}))
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        3 => value().prop_map(|value| Part::Good(value.to_string())),
        3 => value().prop_map(|value| Part::Good(format!("{value:#}"))),
        1 => (value(), value()).prop_map(|(one, two)| Part::Good(format!("{one} {two}"))),
        2 => "x[a-z}\\]0-9 ]{0,20}".prop_map(Part::Garbage),
        1 => value().prop_map(|value| {
            let text = value.to_string();
            Part::Garbage(text[..text.len() - 2].to_owned()) // a line that was cut
        }),
    ]
}

fn stream(parts: &[Part]) -> String {
    parts
        .iter()
        .map(|(Part::Good(text) | Part::Garbage(text))| {
            format!(
                "{text}
"
            )
        })
        .collect()
}

/// Reads a stream fed in pieces as a consumer does: the frames as they came, and the values in them.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, max_line: usize) -> (Vec<String>, Vec<Value>) {
    let mut frames = Frames::new(max_line);
    let (mut log, mut values) = (Vec::new(), Vec::new());
    let mut pieces = pieces.into_iter();
    loop {
        let piece = pieces.next();
        match piece {
            Some(piece) => frames.feed(piece),
            None => frames.end(),
        }
        while let Some(frame) = frames.pull() {
            let shown = format!("{frame:?}");
            let Frame::Record { bytes, more, .. } = frame else {
                log.push(shown);
                continue;
            };
            let read: Result<Vec<Value>, _> = Deserializer::from_slice(bytes).into_iter().collect();
            match read {
                Ok(read) => values.extend(read),
                Err(error) if error.is_eof() && more == More::Possible => {
                    frames.unfinished();
                    continue;
                }
                Err(_) => frames.broken(),
            }
            log.push(shown);
        }
        if piece.is_none() {
            return (log, values);
        }
    }
}

proptest! {
    #![proptest_config(config(1_000))]

    /// However a stream is cut into pieces, the frames are the same.
    #[test]
    fn pieces_make_no_difference(parts in vec(part(), 0..8), cuts in vec(1..40_usize, 1..20), max_line in prop_oneof![Just(1 << 20), 1..60_usize]) {
        let text = stream(&parts);
        let whole = read([text.as_bytes()], max_line);
        let (mut rest, mut pieces) = (text.as_bytes(), Vec::new());
        for cut in cuts.iter().cycle() {
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            pieces.push(piece);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        if max_line > 1_000 {
            prop_assert_eq!(read(pieces, max_line), whole);
        } else {
            // A line over the limit may be dropped before its end is seen; what is found is the same.
            prop_assert_eq!(read(pieces, max_line).1, whole.1);
        }
    }

    /// After whatever garbage, every good value is found, in order.
    #[test]
    fn good_values_are_found_after_garbage(parts in vec(part(), 0..8)) {
        let expected: Vec<Value> = parts.iter().flat_map(|part| match part {
            Part::Good(text) => Deserializer::from_str(text).into_iter().map(Result::unwrap).collect(),
            Part::Garbage(_) => Vec::new(),
        }).collect();
        prop_assert_eq!(read([stream(&parts).as_bytes()], 1 << 20).1, expected);
    }

    /// Every byte of a stream lies in at most one frame, frames come in order, and lines are counted, whether or not
    /// the last one ends. Where a stream may be left and taken up again, all before it has been given.
    #[test]
    fn places_are_true(parts in vec(part(), 0..8), unended in prop::option::of(part())) {
        let mut text = stream(&parts);
        if let Some(Part::Good(last) | Part::Garbage(last)) = unended {
            text.push_str(&last);
        }
        let line_of = |byte: u64| 1 + text[..usize::try_from(byte).unwrap()].matches('\n').count() as u64;
        let mut frames = Frames::new(1 << 20);
        frames.feed(text.as_bytes());
        frames.end();
        let mut passed = 0;
        while let Some(frame) = frames.pull() {
            let (at, length) = match frame {
                Frame::Record { bytes, at, .. } => (at, bytes.len() as u64),
                Frame::Garbage { at, length } | Frame::TooLong { at, length } => (at, length),
            };
            prop_assert!(at.byte >= passed && length > 0);
            prop_assert_eq!(at.line, line_of(at.byte));
            passed = at.byte + length;
            if let Some(rest) = frames.resting() {
                prop_assert_eq!((rest.byte, rest.line), (passed, line_of(passed)));
            }
        }
        prop_assert!(passed <= text.len() as u64);
        let end = frames.resting();
        prop_assert_eq!(end.map(|end| (end.byte, end.line)), Some((text.len() as u64, line_of(text.len() as u64))));
    }
}

/// A value over the limit is dropped as one frame, and the next is found.
#[test]
fn a_long_value_is_dropped_and_the_next_found() {
    let long = format!("{{\"kind\":\"Pod\",\"x\":\"{}\"}}\n{{\"kind\":\"Pod\"}}\n", "y".repeat(200));
    let (log, values) = read([long.as_bytes()], 64);
    assert_eq!(
        log[0],
        format!("TooLong {{ at: Place {{ line: 1, byte: 0 }}, length: {} }}", long.len() - 15)
    );
    assert_eq!(values, [json!({"kind": "Pod"})]);
}

/// A list may be longer than the limit, as nothing is lost with it.
#[test]
fn a_long_list_is_kept() {
    let long = format!("{{\"kind\":\"List\",\"items\":[{{\"x\":\"{}\"}}]}}\n", "y".repeat(200));
    assert_eq!(read([long.as_bytes()], 64).1.len(), 1);
}

/// Whatever comes, no more is held than one frame of the limit and what was fed at once.
#[test]
fn a_line_of_50_mb_is_not_held() {
    const LIMIT: usize = 1 << 20;
    let piece = [b'y'; 1 << 16];
    for start in [&b"{\"kind\":\"Pod\",\"x\":\""[..], b"garbage ", b"{\n\"x\":\""] {
        let mut frames = Frames::new(LIMIT);
        frames.feed(start);
        let mut fed = start.len();
        let mut most = 0;
        while fed < 50 << 20 {
            frames.feed(&piece);
            fed += piece.len();
            assert_eq!(frames.pull(), None);
            most = most.max(frames.held());
        }
        assert!(most <= LIMIT + piece.len(), "{most} bytes were held");
        frames.feed(b"\"}\n{\"kind\":\"Pod\"}\n");
        frames.end();
        let mut records = Vec::new();
        while let Some(frame) = frames.pull() {
            if let Frame::Record { bytes, .. } = frame {
                records.push(serde_json::from_slice::<IgnoredAny>(bytes).is_ok());
            }
        }
        assert_eq!(records, [true], "the value after it is found");
    }
}
