//! Bytes of a stream: cut into frames, read as documents, written and read again.

use pod_lifecycle::wire::{self, Document, Frame, Frames, More, Pod, WatchEvent};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Deserializer;

/// Reads the bytes as a stream: no panic, every frame lies where it says, every value of a well-formed stream is found.
pub fn wire(data: &[u8]) {
    let Some((&sizes, stream)) = data.split_first() else { return };
    let piece = usize::from(sizes & 0x3f) + 1;
    let generous = cut(stream, piece, stream.len().max(1));
    if let Some(values) = well_formed(stream) {
        assert_eq!(generous, values, "of {:?}", String::from_utf8_lossy(stream));
    }
    cut(stream, piece, usize::from(sizes >> 6) * 16);
    documents(stream);
}

/// Feeds a stream piece by piece and returns the values found, as ranges of bytes.
fn cut(stream: &[u8], piece: usize, max_line: usize) -> Vec<(usize, usize)> {
    let mut frames = Frames::new(max_line);
    let mut found = Vec::new();
    let mut passed = 0;
    let mut pieces = stream.chunks(piece);
    loop {
        let over = match pieces.next() {
            Some(piece) => {
                frames.feed(piece);
                false
            }
            None => {
                frames.end();
                true
            }
        };
        while let Some(frame) = frames.pull() {
            let (at, length) = match frame {
                Frame::Record { bytes, at, .. } => (at, bytes.len()),
                Frame::Garbage { at, length } | Frame::TooLong { at, length } => {
                    (at, usize::try_from(length).expect("inside the stream"))
                }
            };
            let start = usize::try_from(at.byte).expect("inside the stream");
            let lines = stream[..start].iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(at.line, 1 + lines as u64, "the line of byte {start}");
            assert!(
                passed <= start && length > 0 && start + length <= stream.len(),
                "{frame:?} after {passed}"
            );
            passed = start + length;
            let Frame::Record { bytes, more, .. } = frame else { continue };
            assert_eq!(bytes, &stream[start..passed]);
            let mut values = Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
            let (mut ends, mut cut, mut broken) = (vec![0], false, false);
            while let Some(value) = values.next() {
                match value {
                    Ok(_) => ends.push(values.byte_offset()),
                    Err(error) => (cut, broken) = (error.is_eof(), true),
                }
                if broken {
                    break;
                }
            }
            if cut && more == More::Possible {
                frames.unfinished();
                passed = start;
                continue;
            }
            found.extend(ends.windows(2).map(|ends| {
                let blank = bytes[ends[0]..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                (start + ends[0] + blank, start + ends[1])
            }));
            if broken {
                frames.broken();
            }
        }
        if over {
            return found;
        }
    }
}

/// The values of a stream of JSON objects none of which has a line of its own that begins with `{`; `None` for any
/// other stream. Counts braces outside strings, and knows nothing of frames.
fn well_formed(stream: &[u8]) -> Option<Vec<(usize, usize)>> {
    let (mut depth, mut quoted, mut escaped, mut start) = (0_u32, false, false, 0);
    let mut values = Vec::new();
    for (place, byte) in stream.iter().enumerate() {
        let begins_line = place == 0 || stream[place - 1] == b'\n';
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' if depth > 0 => quoted = !quoted,
            _ if quoted => {}
            b'{' if depth == 0 => (depth, start) = (1, place),
            b'{' if begins_line => return None,
            b'{' => depth += 1,
            b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    serde_json::from_slice::<IgnoredAny>(&stream[start..=place]).ok()?;
                    values.push((start, place + 1));
                }
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    (depth == 0 && !quoted).then_some(values)
}

/// Reads every line as a document; what was read can be written and read again.
fn documents(stream: &[u8]) {
    for line in stream.split(|byte| *byte == b'\n') {
        read_alike(line);
        match wire::first::<Document<'_>>(line) {
            Ok((document, taken)) => {
                assert!(taken <= line.len());
                if let Document::Pod(pod) | Document::Event(WatchEvent { object: pod, .. }) = &document {
                    again(pod);
                } else if let Document::List { pods, .. } = &document {
                    pods.iter().for_each(again);
                }
            }
            Err(error) => {
                assert!(error.offset().is_none_or(|offset| offset <= line.len()), "{error:?}");
                assert!(!error.to_string().is_empty());
            }
        }
    }
}

/// What is read of the bytes, at their front and as a whole, is what `serde_json` reads of them.
///
/// # Panics
/// If it is not.
pub fn read_alike(bytes: &[u8]) {
    alike::<Document<'_>>(bytes);
    alike::<Pod<'_>>(bytes);
    alike::<WatchEvent<'_>>(bytes);
    alike::<serde_json::Value>(bytes);
}

fn alike<'a, T: Deserialize<'a> + std::fmt::Debug + PartialEq>(bytes: &'a [u8]) {
    let shown = String::from_utf8_lossy(bytes);
    let theirs = serde_json::from_slice::<T>(bytes).map_err(|error| (error.line(), error.is_eof()));
    let ours = wire::from_slice::<T>(bytes)
        .map_err(|error| (1 + usize::try_from(error.line()).unwrap_or(usize::MAX - 1), error.is_cut()));
    assert_eq!(ours.as_ref().ok(), theirs.as_ref().ok(), "{shown}");
    if let (Err((line, cut)), Err(theirs)) = (&ours, &theirs) {
        assert_eq!((line.max(&1), cut), (&theirs.0.max(1), &theirs.1), "{shown}");
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut values = Deserializer::from_slice(bytes).into_iter::<T>();
    let theirs = values.next().and_then(Result::ok).map(|value| (value, values.byte_offset()));
    assert_eq!(wire::first_of_text::<T>(text).ok(), theirs, "{shown}");
}

fn again(pod: &Pod<'_>) {
    let json = serde_json::to_vec(pod).expect("a Pod has only plain fields");
    let read: Pod<'_> = wire::from_slice(&json).expect("what was written can be read");
    assert_eq!(&read, pod, "{}", String::from_utf8_lossy(&json));
}
