//! A monitor as data, so that whoever is stopped can go on.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::pack::Packed;
use super::removed::{End, Processes};
use super::{Monitor, hash};

/// The form of a saved monitor; one of another form is refused.
const FORM: u32 = 3;

/// Why a saved monitor cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SavedError {
    /// Another version of this library wrote it.
    #[error("the saved monitor has form {found}, expected {FORM}")]
    Form {
        /// The form that was found.
        found: u32,
    },
    /// A Pod in it cannot be read.
    #[error("Pod {index} of the saved monitor cannot be read")]
    Pod {
        /// Its place, from 0.
        index: usize,
    },
}

#[derive(Deserialize, Serialize)]
struct Saved {
    form: u32,
    limit: usize,
    seen: u64,
    gaps: u64,
    forgotten: u64,
    recent: Vec<String>,
    older: Vec<String>,
    removed: Vec<SavedEnd>,
}

/// Hash of the UID, hash of the name, resourceVersion, gaps, and the UID if processes may be left.
type SavedEnd = (u64, u64, Option<u64>, u64, Option<String>);

impl Serialize for Monitor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let texts = |pods: &std::collections::HashMap<u64, Packed>| {
            let mut texts: Vec<String> = pods.values().map(|pod| hex(pod.as_bytes())).collect();
            texts.sort_unstable();
            texts
        };
        let removed = self.removed.iter().map(|(uid, name, end)| {
            let running = match &end.processes {
                Processes::Ended => None,
                Processes::MayRun(uid) => Some(uid.to_string()),
            };
            (uid, name, end.version, end.gaps, running)
        });
        Saved {
            form: FORM,
            limit: self.limit,
            seen: self.seen,
            gaps: self.gaps,
            forgotten: self.forgotten,
            recent: texts(&self.recent),
            older: texts(&self.older),
            removed: removed.collect(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Monitor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(Saved::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl TryFrom<Saved> for Monitor {
    type Error = SavedError;

    fn try_from(saved: Saved) -> Result<Self, SavedError> {
        if saved.form != FORM {
            return Err(SavedError::Form { found: saved.form });
        }
        let mut monitor = Self::with_limit(saved.limit);
        let (older, all) = (saved.older.len(), saved.older.iter().chain(&saved.recent));
        for (index, text) in all.enumerate() {
            let pod = unhex(text).and_then(Packed::from_bytes).ok_or(SavedError::Pod { index })?;
            let key = hash(&[&pod.uid()]);
            if let Some((_, view)) = pod.open() {
                monitor.names.insert(hash(&[view.namespace, view.name]), key);
            }
            let table = if index < older { &mut monitor.older } else { &mut monitor.recent };
            table.insert(key, pod);
        }
        for (uid, name, version, gaps, running) in saved.removed {
            let processes = running.map_or(Processes::Ended, |uid| Processes::MayRun(uid.into()));
            monitor.removed.add(uid, name, End { version, gaps, processes });
        }
        (monitor.seen, monitor.gaps, monitor.forgotten) = (saved.seen, saved.gaps, saved.forgotten);
        Ok(monitor)
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex(text: &str) -> Option<Box<[u8]>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let digits = digits?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| Some(pair.first()? << 4 | pair.get(1)?)).collect()
}
