//! The rules that nothing in this tree decides, judges or tests, each with the reason.

/// A family and numbers, or a whole family, and why. Every rule named here must be cited nowhere, and every rule
/// cited nowhere must be named here.
pub(crate) const LEFT_OUT: &[(&str, &str)] = &[
    (
        "OBJ 17 18 19",
        "fields of hooks, stop signals, probes and readiness gates, which no decision here reads",
    ),
    ("CRE 10 11 12", "how the store retries and skips a write; what is decided here is one attempt"),
    ("PHA 43", "observations that follow from others over time"),
    ("CTR 08", "a consequence for Jobs"),
    ("CTR 37", "follows from CTR-35"),
    ("CTR 51 53", "probes: what they say is an input of a status and of a sync pass"),
    ("CTR 61", "hooks as processes: their success is an input of the kill sequence"),
    ("DEL 25", "says what is not done; the garbage collector does it (CTL-GC)"),
    ("DEL 27", "off by default, and for objects that cannot be read"),
    ("DEL 28", "options of kubectl; what arrives is decided"),
    ("KUB 31 69", "background loops and their periods"),
    ("KUB 48", "the gate is off by default"),
    ("CTL-PRE 02", "the scheduler's preemption; its DELETE is an ordinary one"),
    ("CTL-QUO", "reads pods, changes none"),
    ("CTL-VOL", "reads pods, changes none"),
    ("CTL-NS", "deletion of a namespace; its deletes are ordinary ones"),
    ("CTL-GC 01 04", "the graph of owners"),
    ("CTL-OWN", "adoption and release change owner references, nothing in the life of a pod"),
    ("CTL-RS 03 05 06", "expectations, status and names; which pods go, and how many, is decided"),
    ("CTL-DP 01 02", "templates are compared and hashed as whole objects, which are not read here"),
    ("CTL-DP 03", "defaults and validation of a Deployment"),
    ("CTL-DP 06", "a consequence over time of counting what is asked for"),
    ("CTL-DP 07", "Recreate reads the pods of all old ReplicaSets; the arithmetic of its sizes is CTL-DP-16"),
    ("CTL-DP 10 11 12", "conditions, history and fields of the status"),
    ("CTL-SS 02 10", "consequences over time"),
    ("CTL-SS 12", "claims of volumes"),
    ("CTL-JOB 01 02 04 05 06 07 08 09", "Jobs: no machine yet"),
    (
        "VAL 31 32",
        "create and bind of objects of the outside: the target of a binding, a node that does not exist",
    ),
    ("INV 43", "an invariant of models that are not built yet"),
    ("LIV 11 12", "liveness in models that are not built yet"),
];
