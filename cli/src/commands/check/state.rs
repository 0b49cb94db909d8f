//! `--state`: where a check stands, in one file that is replaced whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use pod_lifecycle::Monitor;
use pod_lifecycle::wire::Place;
use serde::{Deserialize, Serialize};

use super::history::History;
use super::judging::Judging;
use crate::args;
use crate::exit::CliError;

/// All that is needed to go on.
#[derive(Deserialize, Serialize)]
struct Saved {
    monitor: Monitor,
    history: History,
    /// How far each file has been judged.
    files: BTreeMap<String, Place>,
    /// Whether the check that wrote it came to its end and told what it found.
    told: bool,
}

#[derive(Serialize)]
struct Saving<'a> {
    monitor: &'a Monitor,
    history: &'a History,
    files: &'a BTreeMap<String, Place>,
    told: bool,
}

/// Takes up where the check that wrote the file stood. What it has told is not told again.
#[allow(clippy::disallowed_methods, reason = "only the library is kept from reading files")]
pub(super) fn load<'a>(file: &Path, args: &'a args::Check) -> Result<Judging<'a>, CliError> {
    let mut judging = Judging::new(args);
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(judging),
        Err(error) => return Err(unusable(file, &error.to_string())),
    };
    let saved: Saved = serde_json::from_slice(&bytes).map_err(|error| unusable(file, &error.to_string()))?;
    (judging.monitor, judging.files) = (saved.monitor, saved.files);
    if saved.told {
        judging.history.pods_before = judging.monitor.seen();
    } else {
        judging.history = saved.history;
    }
    Ok(judging)
}

/// Saves where the check stands, and tells how many bytes that took.
pub(super) fn save(file: &Path, judging: &Judging<'_>) -> io::Result<usize> {
    let Judging { monitor, history, files, .. } = judging;
    let bytes = serde_json::to_vec(&Saving { monitor, history, files, told: false })?;
    replace(file, &bytes)?;
    Ok(bytes.len())
}

/// Notes that all that was found has been told.
#[allow(clippy::disallowed_methods, reason = "only the library is kept from reading files")]
pub(super) fn told(file: &Path) -> io::Result<()> {
    let saved: Saved = serde_json::from_slice(&fs::read(file)?)?;
    let Saved { monitor, history, files, .. } = &saved;
    replace(file, &serde_json::to_vec(&Saving { monitor, history, files, told: true })?)
}

/// Writes beside the file, then renames: whoever is killed leaves the old state or the new one.
#[allow(clippy::disallowed_methods, reason = "only the library is kept from writing files")]
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let mut new = File::create(&beside)?;
    new.write_all(bytes)?;
    new.sync_all()?;
    fs::rename(&beside, file)
}

fn unusable(file: &Path, reason: &str) -> CliError {
    CliError::unusable(
        format!("the state {} cannot be used: {reason}", file.display()),
        "remove it to begin anew",
    )
}
