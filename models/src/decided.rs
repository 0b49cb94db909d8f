//! Where each statement of the protocol that looks like a theorem is decided, as far as no law of a model bears its
//! identifier, and how the models were made smaller. `docs/laws.md` is made from this and from the laws.

/// How a statement is decided that no law of a model bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A type in this file makes the contrary unwritable; a `compile_fail` example there shows it.
    ByConstruction(&'static str),
    /// One machine decides it alone, and this test tries it: file and function.
    ByTest(&'static str, &'static str),
    /// A law of this model, under another identifier.
    ByLaw(&'static str, &'static str),
    /// By none here, until a model contains it.
    Later,
}

/// A statement that no law of a model bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Its identifier.
    pub id: &'static str,
    /// How it is decided.
    pub how: How,
    /// Why so.
    pub why: &'static str,
}

const fn elsewhere(id: &'static str, how: How, why: &'static str) -> Elsewhere {
    Elsewhere { id, how, why }
}

/// All of them.
pub const ELSEWHERE: &[Elsewhere] = &[
    elsewhere(
        "INV-01",
        How::ByConstruction("src/creation.rs"),
        "what has a name is nothing or one object; CTL-SS-01 of model `identity` is what an owner makes of that",
    ),
    elsewhere(
        "INV-03",
        How::ByTest("tests/laws/validate_table.rs", "val_01_identity_stays"),
        "no model has a `resourceVersion`: etcd gives it, no component decides it; of a history it is judged",
    ),
    elsewhere(
        "INV-13",
        How::ByTest("tests/laws/validate_table.rs", "inv_13_the_spec_is_for_life"),
        "no actor of a model changes a spec; the API server compares old with new, and nothing races with that",
    ),
    elsewhere(
        "INV-15",
        How::ByTest("tests/laws/validate_table.rs", "inv_13_the_spec_is_for_life"),
        "no actor of a model changes a spec; the API server compares old with new, and nothing races with that",
    ),
    elsewhere(
        "INV-43",
        How::Later,
        "the controllers have no model yet: it needs caches that are fresh after a sync",
    ),
    elsewhere("LIV-11", How::Later, "the controllers have no model yet: a Deployment and a Job that wait"),
    elsewhere("LIV-12", How::Later, "the controllers have no model yet: a namespace that waits"),
    elsewhere(
        "NON-15",
        How::ByTest("tests/laws/restart_counts.rs", "ctr_22_a_loss_counts_one_more"),
        "no model counts restarts: the number has no bound, and one function computes it",
    ),
    elsewhere(
        "NON-16",
        How::ByConstruction("src/binding.rs"),
        "a binding is decided from the Pod alone: there is no room for a node in what it reads",
    ),
    elsewhere(
        "S23",
        How::ByLaw("pod", "NON-02"),
        "the phase that another client writes is the fault of that model; its second end, Failed for good, is LIV-01",
    ),
];

/// What was done to a model so that it has fewer states and decides the same.
pub const REDUCTIONS: &[(&str, &[&str])] = &[
    (
        "api",
        &[
            "all Pods that have left the store are one: nobody asks which",
            "time is a free choice between «not past» and «past» at each shortening",
        ],
    ),
    (
        "phase",
        &[
            "a Pod is created with any of its shapes and policies, so that one exploration has them all",
            "the steps of the kubelet up to its next call to the runtime, or to the store, are one: nobody reads between them",
            "what nobody will read again has one value: what a worker that has ended saw, probes of what does not run",
        ],
    ),
    (
        "kill",
        &[
            "the clock runs inside an attempt only and stops at what is due: between two attempts nothing depends on it",
            "of the record of the pod worker only what a kill reads is kept",
        ],
    ),
    (
        "pod",
        &[
            "incarnations are renamed: there are two names, so that there may be any number one after another, and cycles are real",
            "the worker takes an update as soon as it is free, and the steps of a pass that touch nothing that others read are one",
            "what nobody will read again has one value, and an incarnation of which nothing is left is forgotten",
        ],
    ),
    (
        "identity",
        &[
            "incarnations are renamed by their age when one is created, so that there may be any number one after another",
            "of two nodes that are alike and hold nothing the scheduler takes the first",
            "a node that holds nothing is as good as new: what broke there can be mended without anybody of this model",
            "reads and writes of one request are one step; what lies between them is in `api` and `pod`",
            "what nobody will read again has one value, and an incarnation of which nothing is left is forgotten",
        ],
    ),
    (
        "capacity",
        &[
            "a kubelet that begins lists in the same step, and sees at once what it wrote: nobody tells what lies between from a slow kubelet",
            "below the large scope a second fault happens only where an expected violation takes two",
        ],
    ),
    (
        "disruption",
        &[
            "a kubelet that is reached sees at once what is stored; a condition and its DELETE are one step, so is a pass of the node controller",
            "a toleration of minutes runs out only when nothing is left to happen that takes seconds: the order of times without a clock",
        ],
    ),
];
