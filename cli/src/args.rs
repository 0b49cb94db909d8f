//! The command line. `docs/cli.md` is generated from these types.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use pod_lifecycle::{Now, RuleId};

/// The Kubernetes Pod lifecycle: verified, explained, and checked against what a cluster did
///
/// Rules of Kubernetes 1.36. Exit status: 0 as expected; 1 a violation, or an outcome that differs from the recorded
/// one; 2 the call or the whole input is unusable; 3 no violation, but part of the input was unreadable.
#[derive(Debug, Parser)]
#[command(name = "podlife", version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check every law of the models exhaustively, and that every mutant is caught
    Verify(Verify),
    /// Judge what a cluster did: watch events, Pods, lists or an audit log
    Check(Check),
    /// Explain why a Pod is where it is, who must act, and what would help
    Explain(Explain),
    /// Show what a DELETE of a Pod does, second by second
    Timeline(Timeline),
    /// Show the rules of the protocol
    Rules(Rules),
    /// List, show or run a single model
    Model(Model),
    /// Re-introduce real mistakes, one at a time, and show which law catches each
    Mutants(Mutants),
    /// Judge what people say about Pods, with a witness or a counterexample
    Claims(Claims),
    /// Draw the machines from their tables
    Diagram(Diagram),
    /// Walk through the ordinary life of a Pod, step by step, as the model `pod` finds it
    Walkthrough(Walkthrough),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// Models to verify; all of them if none is named
    #[arg(value_name = "MODEL")]
    pub(crate) models: Vec<String>,
    /// How large the models are
    #[arg(long, value_enum, default_value_t = Scope::Standard)]
    pub(crate) scope: Scope,
    /// Threads of the checker; the default is one per core
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Name every law, witness and mutant
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// How large a model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scope {
    /// Small enough for a debug build
    Tiny,
    /// What `verify` is asserted on
    Standard,
    /// As far as memory goes
    Large,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// Files to judge, each one history, gzip and zstd too; `-` is standard input, judged as it comes
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// What the input must hold; by default each value is told by itself
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    pub(crate) format: Format,
    /// Print XML as test runners do, instead of text
    #[arg(long, conflicts_with = "json")]
    pub(crate) junit: bool,
    /// Name every hazard, and tell the story of the Pod up to each finding
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Add counts, phase changes, the rules that were exercised, and the slowest deletions
    #[arg(long)]
    pub(crate) summary: bool,
    /// Take all files together as one history, in the order given
    #[arg(long)]
    pub(crate) join: bool,
    /// Go on where the check that wrote this file was stopped, and save there; implies --join
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Report this hazard, or this violation, as a failure
    #[arg(long, value_name = "RULE")]
    pub(crate) deny: Vec<RuleId>,
    /// Do not report breaches of this rule
    #[arg(long, value_name = "RULE")]
    pub(crate) allow: Vec<RuleId>,
    /// The longest value that is read, unless it is a list; units k, M and G are understood
    #[arg(long, value_name = "SIZE", default_value = "16M", value_parser = size)]
    pub(crate) max_line: usize,
}

/// What the input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Any of the others, each value by itself
    Auto,
    /// Watch events, or the Pods of a watch
    Watch,
    /// Lists, or single Pods
    List,
    /// Events of an audit log
    Audit,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// Pods, and what is known beside them, JSON or YAML: their Nodes, events, disruption budgets and controllers, as
    /// `kubectl get pod,events,pdb,statefulset -o json` prints them; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Further objects that are known beside the Pods
    #[arg(long, value_name = "FILE")]
    pub(crate) with: Vec<PathBuf>,
    /// The Node of the Pod
    #[arg(long, value_name = "FILE")]
    pub(crate) node: Option<PathBuf>,
    /// The Node of the Pod does not exist
    #[arg(long, conflicts_with = "node")]
    pub(crate) node_gone: bool,
    /// The time of the question, such as 2026-01-02T03:04:05Z; by default now
    #[arg(long, value_name = "TIME", value_parser = Now::parse)]
    pub(crate) at: Option<Now>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Timeline {
    /// A Pod, a list, or a manifest with a Pod or a workload, JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// `gracePeriodSeconds` of the DELETE; by default the one of the Pod counts
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) grace: Option<i64>,
    /// Print a Mermaid Gantt chart
    #[arg(long, conflicts_with = "json")]
    pub(crate) mermaid: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Rules {
    /// Show only this rule, or this family, such as DEL-08 or DEL
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Mutants {
    /// Show only this one, with the steps to its counterexample
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Look at all of each mutant, and show every law that it breaks
    #[arg(long)]
    pub(crate) matrix: bool,
    /// How large the models are; by default standard, and tiny for the matrix
    #[arg(long, value_enum)]
    pub(crate) scope: Option<Scope>,
    /// Mutants that are looked at side by side; the default is one per core
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Claims {
    /// Show only this one, such as FOLK-31, with the steps and a Mermaid diagram, or this family, such as TUT
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// How large the models are
    #[arg(long, value_enum, default_value_t = Scope::Standard)]
    pub(crate) scope: Scope,
    /// Explorations side by side; the default is one per core
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Diagram {
    /// Draw only this machine
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Print Mermaid state diagrams; the default
    #[arg(long, conflicts_with = "dot")]
    pub(crate) mermaid: bool,
    /// Print DOT graphs
    #[arg(long)]
    pub(crate) dot: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Walkthrough {
    /// Which part of its life
    #[arg(value_enum)]
    pub(crate) part: Part,
    /// Print a Mermaid sequence diagram
    #[arg(long)]
    pub(crate) mermaid: bool,
}

/// A part of the life of a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// From the free name to a running Pod
    Create,
    /// From a running Pod by a DELETE to the free name
    Delete,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Model {
    #[command(subcommand)]
    pub(crate) command: ModelCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// List the models
    List {
        /// Print one JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Show what a model contains: actors, actions, laws, scenarios, mutants
    Show {
        /// The model
        name: String,
        /// Print one JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Run one model and show what it finds
    Run(ModelRun),
    /// Walk through a model on a page of its own: choose a step after the other, see the state and the diagram
    Explore(ModelExplore),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ModelRun {
    /// The model
    pub(crate) name: String,
    /// Run it with this mistake; exit status 1 if a law catches it
    #[arg(long, value_name = "ID")]
    pub(crate) mutant: Option<String>,
    /// Show the path to this scenario or expected violation, such as S21 or NON-21, or the lasso of a LIV law
    #[arg(long, value_name = "ID")]
    pub(crate) find: Option<String>,
    /// Drop this assumption of the LIV law, such as A5
    #[arg(long, value_name = "ID", requires = "find")]
    pub(crate) without: Option<String>,
    /// How large the model is
    #[arg(long, value_enum, default_value_t = Scope::Standard)]
    pub(crate) scope: Scope,
    /// Print the path in another form
    #[arg(long, value_enum)]
    pub(crate) export: Option<Export>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ModelExplore {
    /// The model
    pub(crate) name: String,
    /// Where the page is served; only this machine can reach it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub(crate) addr: SocketAddr,
    /// Show it with this mistake
    #[arg(long, value_name = "ID")]
    pub(crate) mutant: Option<String>,
    /// How large the model is
    #[arg(long, value_enum, default_value_t = Scope::Standard)]
    pub(crate) scope: Scope,
}

/// How a path is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Export {
    /// A Mermaid sequence diagram
    Mermaid,
    /// The events that `kubectl get pod -w -o json --output-watch-events` would print, for `podlife check`
    Watch,
    /// One JSON object
    Json,
}

fn size(text: &str) -> Result<usize, String> {
    let (number, unit) = text.split_at(text.trim_end_matches(char::is_alphabetic).len());
    let unit: usize = match unit {
        "" | "B" => 1,
        "k" | "K" | "KiB" => 1 << 10,
        "M" | "MiB" => 1 << 20,
        "G" | "GiB" => 1 << 30,
        _ => return Err(format!("unknown unit `{unit}`; use k, M or G")),
    };
    let number: usize = number.parse().map_err(|_| "expected a number such as 16M".to_owned())?;
    number.checked_mul(unit).filter(|size| *size > 0).ok_or_else(|| "out of range".to_owned())
}
