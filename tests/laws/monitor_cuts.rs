//! Streams that are cut and garbled: what is whole is judged.

use pod_lifecycle::monitor::Monitor;
use pod_lifecycle::wire::{self, Document, Frame, Frames, More};
use proptest::prelude::*;

use crate::monitor::{LEGAL, events};
use crate::strategies::config;

/// Judges a stream as it comes; returns how many whole records were judged.
fn judge(bytes: &[u8]) -> (usize, usize) {
    let (mut frames, mut monitor) = (Frames::new(1 << 20), Monitor::new());
    let (mut judged, mut broken) = (0, 0);
    for chunk in bytes.chunks(5_000).chain([&[][..]]) {
        frames.feed(chunk);
        if chunk.is_empty() {
            frames.end();
        }
        while let Some(frame) = frames.pull() {
            let Frame::Record { bytes, more, .. } = frame else {
                broken += 1;
                continue;
            };
            match wire::first::<Document<'_>>(bytes) {
                Ok((document, _)) => {
                    judged += 1;
                    monitor.take_in(&document, |_, _| {});
                }
                Err(error) if error.is_cut() && more == More::Possible => frames.unfinished(),
                Err(_) => {
                    broken += 1;
                    frames.broken();
                }
            }
        }
    }
    (judged, broken)
}

proptest! {
    #![proptest_config(config(1_000))]

    /// A stream that is cut somewhere, or has a byte garbled: whatever line is whole is still judged.
    #[test]
    fn cuts_and_garbles_cost_themselves(first in 0..25_usize, count in 2..7_usize, place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let lines: Vec<String> = events(LEGAL[0])[first..first + count].iter().map(|event| event.to_string() + "\n").collect();
        let mut bytes = lines.concat().into_bytes();
        let place = place.index(bytes.len());
        let line = bytes[..place].iter().filter(|byte| **byte == b'\n').count();
        if cut {
            bytes.truncate(place);
            let (judged, broken) = judge(&bytes);
            let rest = bytes.last().is_some_and(|last| *last != b'\n');
            prop_assert!(judged >= line && judged + broken <= line + usize::from(rest));
        } else if !matches!(bytes[place], b'\n' | b'{') || byte == b' ' {
            let ends_line = bytes[place] == b'\n';
            bytes[place] = byte;
            // The garbled line may be lost, and with its end the line that it runs into.
            let lost = if ends_line { 2 } else { 1 };
            prop_assert!(judge(&bytes).0 >= count - lost);
        }
    }
}
