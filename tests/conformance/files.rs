//! Where the cases come from: the sample in the repository and directories named by the environment.
#![allow(
    clippy::disallowed_methods,
    reason = "a test harness reads files and its environment; the library does not"
)]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};

/// One file of cases.
pub(crate) struct Lines {
    /// How messages call it.
    pub(crate) name: String,
    /// Whether it is the sample.
    pub(crate) origin: Origin,
    /// JSON, one case a line.
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    Sample,
    Directory,
}

/// The directories in `POD_LIFECYCLE_ORACLE_DIR`.
pub(crate) fn directories() -> Vec<PathBuf> {
    let named = std::env::var("POD_LIFECYCLE_ORACLE_DIR").unwrap_or_default();
    named.split(':').filter(|path| !path.is_empty()).map(PathBuf::from).collect()
}

/// Whether the sample is to be written.
pub(crate) fn writes_sample() -> bool {
    std::env::var("POD_LIFECYCLE_SAMPLE").is_ok_and(|mode| mode == "write")
}

/// The folders of a directory of oracles: none is an error.
pub(crate) fn folders(directory: &Path) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = entries(directory)?
        .into_iter()
        .filter(|path| path.is_dir())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    if names.is_empty() {
        return Err(format!("{}: no folder of an oracle in it", directory.display()));
    }
    Ok(names)
}

/// The files of one oracle in a directory; `None` if it has no folder of that name. A folder without cases is an error.
pub(crate) fn oracle(directory: &Path, name: &str) -> Result<Option<Vec<Lines>>, String> {
    if !folders(directory)?.iter().any(|folder| folder == name) {
        return Ok(None);
    }
    let folder = directory.join(name);
    let mut paths = entries(&folder)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    let files: Vec<Lines> = paths.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    if files.iter().all(|file| file.text.trim().is_empty()) {
        return Err(format!("{}: no case in it", folder.display()));
    }
    Ok(Some(files))
}

fn read(path: &Path) -> Result<Lines, String> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    Ok(Lines { name, origin: Origin::Directory, text })
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let trouble = |error| format!("{}: {error}", directory.display());
    fs::read_dir(directory).map_err(trouble)?.map(|entry| Ok(entry.map_err(trouble)?.path())).collect()
}

fn sample_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/sample").join(format!("{name}.jsonl.gz"))
}

/// The sample of one oracle.
pub(crate) fn sample(name: &str) -> Result<Lines, String> {
    let path = sample_path(name);
    let trouble = |error| format!("{}: {error}", path.display());
    let mut text = String::new();
    GzDecoder::new(File::open(&path).map_err(trouble)?).read_to_string(&mut text).map_err(trouble)?;
    Ok(Lines { name: path.display().to_string(), origin: Origin::Sample, text })
}

/// Writes the sample of one oracle: no time and no name in the header, so equal cases give equal bytes.
pub(crate) fn write_sample(name: &str, text: &str) -> Result<(), String> {
    let path = sample_path(name);
    let trouble = |error| format!("{}: {error}", path.display());
    let file = File::create(&path).map_err(trouble)?;
    let mut gzip = GzBuilder::new().mtime(0).operating_system(255).write(file, Compression::best());
    gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish().map(drop)).map_err(trouble)
}

/// Compares how many cases of the sample each rule decides with the list beside it, from which `docs/coverage.md` is made.
pub(crate) fn compare_rules(name: &str, decided: &str) -> Result<(), String> {
    let path = sample_path(name).with_extension("").with_extension("rules");
    let trouble = |error| format!("{}: {error}", path.display());
    if writes_sample() || std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        return fs::write(&path, decided).map_err(trouble);
    }
    if fs::read_to_string(&path).map_err(trouble)? == decided {
        return Ok(());
    }
    Err(format!("{} is stale: run `UPDATE_DOCUMENTS=1 cargo test --test conformance`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn a_missing_directory_is_an_error() {
        let missing = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-such-directory");
        assert!(oracle(&missing, "phase").err().unwrap().contains("no-such-directory"));
    }

    #[test]
    fn a_directory_without_folders_is_an_error() {
        assert!(oracle(&scratch("bare"), "phase").err().unwrap().contains("no folder of an oracle"));
    }

    #[test]
    fn a_folder_without_cases_is_an_error() {
        let directory = scratch("hollow");
        fs::create_dir_all(directory.join("phase")).unwrap();
        fs::write(directory.join("phase/hand.jsonl"), "\n").unwrap();
        assert!(oracle(&directory, "phase").err().unwrap().contains("no case"));
        assert!(oracle(&directory, "merge").unwrap().is_none());
    }
}
