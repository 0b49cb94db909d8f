//! `podlife check`: reads histories, feeds the monitor, gathers what it says.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::args;
use crate::exit::{CliError, Outcome};
use crate::render;

mod history;
pub(crate) mod input;
mod judging;
mod state;

pub(crate) use history::{Found, History, Slow, Unreadable};
use judging::Judging;

pub(crate) fn run(args: &args::Check) -> Result<Outcome, CliError> {
    let histories =
        if args.state.is_some() || args.join { vec![one_history(args)?] } else { each_file(args) };
    if histories.iter().all(History::is_unusable) {
        return Err(CliError::unusable(
            "none of the input can be judged",
            "give the output of `kubectl get pods -A -w -o json --output-watch-events`, Pods or lists as JSON",
        ));
    }
    if args.json {
        render::check::json(&histories)?;
    } else if args.junit {
        render::check::junit(&histories)?;
    } else {
        render::check::text(&histories, args)?;
    }
    // Whoever is killed before tells it all again; nothing is lost.
    if let Some(file) = &args.state {
        state::told(file)?;
    }
    Ok(if histories.iter().any(History::fails) {
        Outcome::Unexpected
    } else if histories.iter().any(|history| history.unreadable_parts > 0) {
        Outcome::PartlyUnreadable
    } else {
        Outcome::Expected
    })
}

/// All files are one history, in the order given; it can be saved and taken up again.
fn one_history(args: &args::Check) -> Result<History, CliError> {
    let mut judging = match &args.state {
        Some(file) => state::load(file, args)?,
        None => Judging::new(args),
    };
    judging.history.file = args.files.iter().map(|file| shown(file)).collect::<Vec<_>>().join(" + ");
    for file in &args.files {
        judging.file(file)?;
    }
    judging.end()
}

/// Each file is a history of its own; as many are read at a time as there are cores.
fn each_file(args: &args::Check) -> Vec<History> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((place, file)) = take(&next, &args.files) {
            let mut judging = Judging::new(args);
            judging.history.file = shown(file);
            // Without a state nothing is written, so nothing can fail.
            let history = judging.file(file).and_then(|()| judging.end());
            if let (Ok(history), Ok(mut done)) = (history, done.lock()) {
                done.push((place, history));
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, Into::into).min(args.files.len());
    #[allow(clippy::disallowed_methods, reason = "only the library is kept from threads")]
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, history)| history).collect()
}

fn take<'a>(next: &AtomicUsize, files: &'a [PathBuf]) -> Option<(usize, &'a Path)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    Some((place, files.get(place)?))
}

fn shown(file: &Path) -> String {
    if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() }
}
