//! What people say about Pods, judged: each sentence has a recorded verdict, the rules that settle it and, where a model or
//! a machine can tell, a judge that is asked at run time.
//!
//! A judge is a formula «always» or «sometimes» over plain fields of states and steps of a model, or over every case of a
//! machine. It says what the sentence speaks of (`when`), what it claims there (`then`), and for a sentence that holds only
//! under a condition that condition (`provided`). The verdict follows from what is found; a formula of which nothing is ever
//! at stake gives none.

mod api;
mod ask;
mod cases;
mod kubelet;
mod machine;
mod page;
mod phases;
mod restart;
mod tutorial;
mod workloads;

use std::fmt;
use std::time::{Duration, Instant};

use pod_lifecycle::RuleId;

use crate::api as api_model;
use crate::catalogue::{self, Variant};
use crate::identity as identity_model;
use crate::kill as kill_model;
use crate::law::Scope;
use crate::liveness::{Given, Which};
use crate::phase as phase_model;
use crate::pod as pod_model;
use crate::render::{self, Told};
use crate::verify::{Progress, side_by_side};

pub use ask::Formula;
pub use cases::{Cases, Machine};
pub use page::{Language, Translation, page, translations};

/// What is said of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It holds under a condition that the sentence does not name.
    Cond,
}

impl Verdict {
    /// The three.
    pub const ALL: [Self; 3] = [Self::True, Self::False, Self::Cond];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
            Self::Cond => "cond",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a sentence claims of the states, steps or cases that it speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// It is always so.
    Always,
    /// It can be so.
    Sometimes,
}

/// A formula over model `api`.
pub type OfApi = Formula<api_model::State, api_model::Action>;
/// A formula over model `pod`.
pub type OfPod = Formula<pod_model::State, pod_model::Action>;
/// A formula over model `phase`.
pub type OfPhase = Formula<phase_model::State, phase_model::Action>;
/// A formula over model `kill`.
pub type OfKill = Formula<kill_model::State, kill_model::Action>;
/// A formula over model `identity`.
pub type OfIdentity = Formula<identity_model::State, identity_model::Action>;

/// Who judges a sentence.
#[derive(Clone, Copy, Debug)]
pub enum Judge {
    /// Model `api`.
    Api(OfApi),
    /// Model `pod`.
    Pod(OfPod),
    /// Model `phase`.
    Phase(OfPhase),
    /// Model `kill`.
    Kill(OfKill),
    /// Model `identity`.
    Identity(OfIdentity),
    /// Every case of a machine.
    Machine(Machine),
    /// The law of this model says what comes about, or need not: the sentence says that it does.
    Live {
        /// The model.
        model: &'static str,
        /// The law.
        law: &'static str,
    },
    /// Nobody: no model and no machine has what it speaks of. The rules settle it.
    Rule,
}

impl Judge {
    /// The model that is explored, if one is.
    #[must_use]
    pub const fn model(&self) -> Option<&'static str> {
        match self {
            Self::Api(_) => Some("api"),
            Self::Pod(_) => Some("pod"),
            Self::Phase(_) => Some("phase"),
            Self::Kill(_) => Some("kill"),
            Self::Identity(_) => Some("identity"),
            Self::Live { model, .. } => Some(model),
            Self::Machine(_) | Self::Rule => None,
        }
    }

    /// In a few words.
    #[must_use]
    pub fn name(&self) -> String {
        match (self, self.model()) {
            (Self::Live { law, .. }, Some(model)) => format!("model {model}, {law}"),
            (_, Some(model)) => format!("model {model}"),
            (Self::Machine(machine), None) => format!("machine {}", machine.name),
            (_, None) => "by rule".to_owned(),
        }
    }
}

/// A sentence that people say.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Its identifier.
    pub id: &'static str,
    /// The sentence.
    pub says: &'static str,
    /// The verdict that is recorded.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub because: &'static str,
    /// The rules that settle it.
    pub rules: &'static [RuleId],
    /// Who judges it.
    pub judge: Judge,
}

impl Claim {
    const fn new(
        id: &'static str,
        verdict: Verdict,
        says: &'static str,
        because: &'static str,
        rules: &'static [RuleId],
        judge: Judge,
    ) -> Self {
        Self { id, says, verdict, because, rules, judge }
    }
}

/// Sentences that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// The sentences.
    pub claims: &'static [Claim],
}

/// Every sentence.
pub const GROUPS: &[Group] = &[
    Group { title: "Phases", claims: phases::CLAIMS },
    Group { title: "Deletion: the API server", claims: api::CLAIMS },
    Group { title: "Deletion: the node", claims: kubelet::CLAIMS },
    Group { title: "Restarts and scheduling", claims: restart::CLAIMS },
    Group { title: "Controllers", claims: workloads::CLAIMS },
    Group { title: "A well-known tutorial", claims: tutorial::CLAIMS },
];

/// Every sentence in order.
pub fn all() -> impl Iterator<Item = &'static Claim> {
    GROUPS.iter().flat_map(|group| group.claims)
}

/// What a piece of evidence shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// That it is not always so.
    Counterexample,
    /// That it can be so.
    Instance,
    /// Where it is at stake, and nothing speaks against it.
    AtStake,
    /// Where it is at stake under the condition, and holds.
    Provided,
    /// Where it is tried, and does not happen.
    Tried,
    /// A run on which it never comes about.
    Never,
}

impl Shows {
    /// In a few words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counterexample => "counterexample",
            Self::Instance => "it happens",
            Self::AtStake => "at stake here, and it holds everywhere",
            Self::Provided => "under the condition it holds, as here",
            Self::Tried => "tried here, and it never happens",
            Self::Never => "a run on which it never comes about",
        }
    }
}

/// A shortest path, or a case, and what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What it shows.
    pub shows: Shows,
    /// What happens; of a lasso its stem.
    pub path: Vec<Told>,
    /// What is repeated for ever; nothing if the run rests; `None` if it is no lasso.
    pub cycle: Option<Vec<Told>>,
}

impl Evidence {
    fn new(shows: Shows, path: Vec<Told>) -> Self {
        Self { shows, path, cycle: None }
    }

    fn lasso(&self) -> Option<render::Lasso> {
        let cycle = self.cycle.clone()?;
        Some(render::Lasso { stem: self.path.clone(), cycle, events: None })
    }

    /// As numbered steps.
    #[must_use]
    pub fn steps(&self) -> String {
        self.lasso().map_or_else(|| render::steps(&self.path), |lasso| lasso.steps())
    }

    /// As a Mermaid sequence diagram.
    #[must_use]
    pub fn mermaid(&self) -> String {
        self.lasso().map_or_else(|| render::mermaid(&self.path), |lasso| lasso.mermaid())
    }
}

/// What a judge found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Its verdict; `None` if what the sentence speaks of never occurs.
    pub verdict: Option<Verdict>,
    /// What it goes by.
    pub evidence: Vec<Evidence>,
}

/// A sentence with what was found.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The sentence.
    pub claim: &'static Claim,
    /// What was found; `None` if nobody judges it.
    pub judged: Option<Judged>,
}

impl Heard {
    /// Whether what was found differs from the verdict that is recorded.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.judged.as_ref().is_some_and(|judged| judged.verdict != Some(self.claim.verdict))
    }
}

/// What was found of some sentences.
#[derive(Clone, Debug)]
pub struct Hearing {
    /// The sentences, in the order in which they were given.
    pub heard: Vec<Heard>,
    /// Distinct states of each model that was explored.
    pub states: Vec<(&'static str, usize)>,
    /// How long it took.
    pub elapsed: Duration,
}

/// What is held for true in place of what a sentence claims: a judge that does not change its verdict then is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twist {
    /// Nothing.
    None,
    /// The claimed holds wherever it is at stake.
    Holds,
    /// It holds nowhere.
    Fails,
}

impl Twist {
    const fn of(self, then: bool) -> bool {
        match self {
            Self::None => then,
            Self::Holds => true,
            Self::Fails => false,
        }
    }
}

/// What one piece of work found: of each sentence by its place.
type Found = (Option<(&'static str, usize)>, Vec<(usize, Judged)>);

/// One piece of work: the sentences that one exploration judges, by place.
#[derive(Clone, Debug)]
enum Work {
    /// A model, explored once for all of its sentences.
    Model(&'static str, Vec<usize>),
    /// A machine, or a law of liveness.
    One(usize),
}

/// Judges these sentences over Kubernetes as it is. Each model is explored once.
pub fn hear(
    claims: &[&'static Claim],
    scope: Scope,
    threads: usize,
    progress: impl Fn(Progress) + Sync,
) -> Hearing {
    hear_variant(claims, (scope, Variant::Faithful, Twist::None), threads, progress)
}

/// The same over a variant of the models, or with something else in place of what is claimed.
pub fn hear_variant(
    claims: &[&'static Claim],
    over: (Scope, Variant<'_>, Twist),
    threads: usize,
    progress: impl Fn(Progress) + Sync,
) -> Hearing {
    #[allow(clippy::disallowed_methods, reason = "the duration is reported, nothing is decided by it")]
    let start = Instant::now();
    let mut work: Vec<Work> = Vec::new();
    for (place, claim) in claims.iter().enumerate() {
        match claim.judge {
            Judge::Rule => {}
            Judge::Machine(_) | Judge::Live { .. } => work.push(Work::One(place)),
            Judge::Api(_) | Judge::Pod(_) | Judge::Phase(_) | Judge::Kill(_) | Judge::Identity(_) => {
                let model = claim.judge.model().unwrap_or_default();
                let shared = work.iter_mut().find_map(|work| match work {
                    Work::Model(name, places) if *name == model => Some(places),
                    Work::Model(..) | Work::One(_) => None,
                });
                match shared {
                    Some(places) => places.push(place),
                    None => work.push(Work::Model(model, vec![place])),
                }
            }
        }
    }
    let done = side_by_side(&work, threads, |work| do_work(claims, work, over), progress);
    let mut found: Vec<Option<Judged>> = vec![None; claims.len()];
    let mut states = Vec::new();
    for (explored, judged) in done {
        states.extend(explored);
        for (place, judged) in judged {
            found[place] = Some(judged);
        }
    }
    states.sort_unstable();
    let heard = claims.iter().zip(found).map(|(claim, judged)| Heard { claim, judged }).collect();
    Hearing { heard, states, elapsed: start.elapsed() }
}

fn do_work(claims: &[&'static Claim], work: &Work, over: (Scope, Variant<'_>, Twist)) -> Found {
    let (scope, variant, twist) = over;
    match work {
        Work::Model(model, places) => {
            /// Explores one model for the formulas that are about it.
            macro_rules! explore {
                ($judge:ident, $model:expr, $kept:ty) => {{
                    let formulas = places.iter().filter_map(|place| {
                        if let Judge::$judge(formula) = &claims[*place].judge { Some(formula) } else { None }
                    });
                    ask::ask::<_, $kept>($model, &formulas.collect::<Vec<_>>(), twist)
                }};
            }
            let (states, judged) = match *model {
                "api" => explore!(Api, catalogue::api(scope, variant), api_model::State),
                "pod" => explore!(Pod, catalogue::pods(scope, variant), [u64; 3]),
                "phase" => explore!(Phase, catalogue::phases(scope, variant), u64),
                "kill" => explore!(Kill, catalogue::kills(scope, variant), u128),
                _ => explore!(Identity, catalogue::identities(scope, variant), u128),
            };
            (Some((*model, states)), places.iter().copied().zip(judged).collect())
        }
        Work::One(place) => {
            let judged = match &claims[*place].judge {
                Judge::Machine(machine) => machine.judge(twist),
                Judge::Live { model, law } => comes_about(model, law, scope, variant),
                Judge::Api(_)
                | Judge::Pod(_)
                | Judge::Phase(_)
                | Judge::Kill(_)
                | Judge::Identity(_)
                | Judge::Rule => Judged::default(),
            };
            (None, vec![(*place, judged)])
        }
    }
}

/// Whether what a law of liveness speaks of comes about on every fair run.
fn comes_about(model: &str, law: &str, scope: Scope, variant: Variant<'_>) -> Judged {
    let Some(entry) = catalogue::find(model) else { return Judged::default() };
    let Some(index) = (entry.laws)().iter().position(|known| known.id == law) else {
        return Judged::default();
    };
    let run = (entry.live)(scope, variant, Which::Law(index, Given::AsStated));
    let Some(check) = run.checks.into_iter().find(|check| check.obliging > 0) else {
        return Judged::default();
    };
    match check.lasso {
        None => Judged { verdict: Some(Verdict::True), evidence: Vec::new() },
        Some(lasso) => {
            let never = Evidence { shows: Shows::Never, path: lasso.stem, cycle: Some(lasso.cycle) };
            Judged { verdict: Some(Verdict::False), evidence: vec![never] }
        }
    }
}
