//! How the program ends: the four exit statuses of the contract, errors with a hint, closed pipes.

use std::io;
use std::process::ExitCode;

use crate::render;

/// What a command that ran to its end found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// 0: as expected.
    Expected,
    /// 3: no violation, but part of the input was unreadable.
    PartlyUnreadable,
    /// 1: a violation, or an outcome that differs from the recorded one.
    Unexpected,
}

/// Why a command could not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The call or the whole input is unusable.
    #[error("{message}")]
    Unusable {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// Writing the result failed.
    #[error("cannot write the result: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    pub(crate) fn unusable(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Unusable { message: message.into(), hint: Some(hint.into()) }
    }
}

/// Turns the outcome of a command into the exit status.
pub(crate) fn finish(outcome: Result<Outcome, CliError>) -> ExitCode {
    match outcome {
        Ok(Outcome::Expected) => ExitCode::SUCCESS,
        Ok(Outcome::Unexpected) => ExitCode::from(1),
        Ok(Outcome::PartlyUnreadable) => ExitCode::from(3),
        // Whoever reads has enough: `podlife check … | head`.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let hint = match &error {
                CliError::Unusable { hint, .. } => hint.as_deref(),
                CliError::Output(_) => None,
            };
            render::error(&error.to_string(), hint);
            ExitCode::from(2)
        }
    }
}
