//! Expected violations that no public report describes as far as it was searched: what Kubernetes does by its own rules and
//! what may surprise. Each comes with a way to try it on a real cluster; `docs/candidates.md` adds the shortest path.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The model that shows it.
    pub model: &'static str,
    /// Its law there.
    pub law: &'static str,
    /// Whom it may hurt.
    pub harm: &'static str,
    /// What is public about it.
    pub known: &'static str,
    /// What a person does to see it.
    pub attempt: &'static [&'static str],
}

/// All of them.
pub const CANDIDATES: &[Candidate] = &[
    Candidate {
        model: "api",
        law: "NON-21/deleting",
        harm: "a Pod that is being deleted with its full grace vanishes at once, while its processes run; a StatefulSet then \
               starts its next Pod of that name beside them",
        known: "the race is public for a successor that nobody has deleted (kubernetes/kubernetes#19403, #20572); that it also \
                cuts short the grace of a successor is not described there",
        attempt: &[
            "Run two API servers on one etcd, the link of the first one to etcd slowed by some 100 ms (`tc qdisc … netem delay`).",
            "Create Pod `web` with a nodeName and no kubelet behind it.",
            "By the slow API server: `kubectl delete pod web --force --grace-period=0`.",
            "By the fast one, at once: DELETE of `web` with grace 0 and its UID, create `web` anew, and \
             `kubectl delete pod web --wait=false`.",
            "The watch shows DELETED of the second `web`, its deletionGracePeriodSeconds still 30.",
        ],
    },
    Candidate {
        model: "api",
        law: "S5/removed",
        harm: "a Pod is bound and removed with grace 0 within moments: its node may have begun to start it, and nobody sends it \
               a stop signal before the object is gone",
        known: "no report found; DEL-22 follows from the code",
        attempt: &[
            "Register a validating webhook for DELETE of Pods that answers after ten seconds: it runs between the first read \
             of a DELETE and its write.",
            "Create Pod `web` with an unknown schedulerName, so that it stays unbound.",
            "`kubectl delete pod web --wait=false`; within ten seconds POST a Binding of `web` to a node.",
            "The Pod is removed without ever having deletionGracePeriodSeconds 30, although it is bound.",
        ],
    },
    Candidate {
        model: "api",
        law: "NON-13",
        harm: "`kubectl delete` of a Pod that has ended answers with success, again and again, and the Pod stays: the answer \
               tells nothing of it",
        known: "many reports of Pods stuck in Terminating (for example kubernetes/kubernetes#96090); that the order of \
                deletionTimestamp and terminal phase decides is not among what was found",
        attempt: &[
            "Create Pod `web` on a node, wait until it runs, and stop the kubelet of that node.",
            "`kubectl delete pod web --wait=false`.",
            "Write the end for the kubelet: `kubectl patch pod web --subresource=status -p '{\"status\":{\"phase\":\"Failed\"}}'`.",
            "`kubectl delete pod web --wait=false` again: success, and nothing changes. With --grace-period=1 or less it goes on.",
        ],
    },
    Candidate {
        model: "pod",
        law: "NON-09",
        harm: "an eviction under node pressure stops the containers, the kubelet restarts before it has published Failed, and \
               the Pod goes on as if nothing had been: the pressure stays, and no trace is left in the API",
        known: "no report found",
        attempt: &[
            "Create Pod `web` with terminationGracePeriodSeconds 300 and a process that ignores SIGTERM.",
            "Fill the node's disk until the kubelet evicts it (its log says so; the API shows nothing yet).",
            "Restart the kubelet, and free the disk.",
            "The Pod is Running, no condition says DisruptionTarget, and what had been stopped is started again.",
        ],
    },
    Candidate {
        model: "kill",
        law: "NON-07",
        harm: "after a forced DELETE a later kill with a longer override makes the kubelet wait longer again",
        known: "no report found",
        attempt: &[
            "Create Pod `web` with a finalizer, terminationGracePeriodSeconds 300 and a process that ignores SIGTERM.",
            "`kubectl delete pod web --grace-period=0 --force`: the finalizer keeps the object, with grace 0.",
            "Make the kubelet evict it softly (evictionMaxPodGracePeriod 60) while it still stops.",
            "The log of the pod worker shows the grace grow from 1 to 60.",
        ],
    },
    Candidate {
        model: "phase",
        law: "CTR-35/frozen",
        harm: "a Pod is shown as Pending for as long as it runs: readiness, endpoints and whoever waits for it never hear of it",
        known: "no report found; kubernetes/kubernetes#123323 was about another way to the same refusal",
        attempt: &[
            "Create Pod `web` with restartPolicy Never and two containers, the first of which ends at once.",
            "Stop the kubelet as soon as the API shows the first container terminated, and remove that dead container from the \
             runtime (`crictl rm`).",
            "Start the kubelet again: it starts the container anew.",
            "Its log repeats that the status manager refuses the transition; `kubectl get pod web` shows what was before.",
        ],
    },
    Candidate {
        model: "identity",
        law: "NON-18/pod-gc",
        harm: "the Pod garbage collector removes the successor of the Pod that it meant, with grace 0, while it runs",
        known: "kubernetes/kubernetes#29522 says the same of the node controller of 2016; of the Pod garbage collector no report was found",
        attempt: &[
            "Let a StatefulSet have Pod `web-0` on a node, and delete the Node object while the API server is slow \
             (a validating webhook for DELETE of Pods that answers after ten seconds for the Pod garbage collector).",
            "Within these seconds force-delete `web-0` by another client; the StatefulSet makes it again on another node.",
            "The DELETE of the Pod garbage collector arrives, by name: the new `web-0` is gone without grace.",
        ],
    },
    Candidate {
        model: "identity",
        law: "NON-19/orphan",
        harm: "a Pod that runs and that nobody touched is stopped with a short grace, then started again: its kubelet takes it \
               for an orphan until its watch has caught up",
        known: "kubernetes/kubernetes#59848 is about the opposite, a Pod of the past that is started; that a Pod of the present is \
                stopped is not among what was found",
        attempt: &[
            "Run two API servers, and hold up the link of the second one to etcd (`iptables … -j DROP`): its cache stands still.",
            "Create Pod `web` by the first one, and wait until it runs.",
            "Let the kubelet use the list fallback (feature gate WatchListClient off), point it to the second API server, restart it.",
            "Its log says that the Pod is orphaned and must be torn down; the API shows no DELETE.",
        ],
    },
    Candidate {
        model: "identity",
        law: "NON-02/stale-list",
        harm: "a Pod that its own kubelet has told to be Failed is Running again: whoever has replaced it, or counted it, was told \
               what did not last",
        known: "kubernetes/kubernetes#59848 is about processes that start beside a successor; the phase that is taken back is not \
                among what was found (kubernetes/kubernetes#58711 and #125410 are about other ways)",
        attempt: &[
            "Run two API servers, and create Pod `web` with a finalizer and terminationGracePeriodSeconds 1; wait until it runs.",
            "Hold up the link of the second API server to etcd: its cache stands still.",
            "By the first one: `kubectl delete pod web --wait=false`, and wait until the phase is Failed.",
            "Let the kubelet use the list fallback, point it to the second API server, and restart it.",
            "The watch at the first API server shows phase Running after Failed.",
        ],
    },
    Candidate {
        model: "phase",
        law: "NON-10/stopped",
        harm: "a container that has done its work runs once more, although policy OnFailure asks for that only after a failure",
        known: "no report found; kubernetes/kubernetes#92613 was about a sandbox that is made anew although nothing is to be started",
        attempt: &[
            "Create Pod `web` with restartPolicy OnFailure and two containers that end with 0 on SIGTERM.",
            "Kill the pause process of its sandbox on the node: the sandbox is not ready, the containers run on.",
            "The kubelet stops both containers, which end with 0, makes a new sandbox and starts both again.",
        ],
    },
    Candidate {
        model: "disruption",
        law: "CTL-EVI-04/slow",
        harm: "two Pods under a budget that lets one go are evicted together: between the grant of the first eviction and its DELETE \
               the disruption controller has forgotten it, because two minutes have passed by its own clock since the time that the \
               API server wrote by another one",
        known: "no report found",
        attempt: &[
            "Run two API servers on one etcd, the link of the first one to etcd slowed by a second (`tc qdisc … netem delay`), and the \
             controller manager with a clock three minutes ahead (`faketime`).",
            "Create a Deployment of two Pods with a PodDisruptionBudget of minAvailable 1, and wait until both are ready.",
            "Evict one Pod by the slow API server and at once, again and again, the other one by the fast API server.",
            "Both are granted: `disruptionsAllowed` was 1 again before the first one had its deletionTimestamp.",
        ],
    },
    Candidate {
        model: "capacity",
        law: "CRE-41/stranded",
        harm: "two processes use one device at a time, each of which was promised it alone",
        known: "kubernetes/kubernetes#133382 and #138446 tell that a restarted kubelet rejects a Pod that runs; that its device is given \
                to the next Pod while it still runs is not described there",
        attempt: &[
            "On a node with one device create Pod `one`, with an init container, that uses it; then Pod `two`, which waits for it.",
            "Stop the device plugin, restart the kubelet, and start the plugin again as soon as `one` is Failed (UnexpectedAdmissionError).",
            "`two` is bound and starts; until housekeeping has stopped what is left of `one`, `crictl ps` shows the containers of both.",
        ],
    },
    Candidate {
        model: "capacity",
        law: "CRE-25/orphan",
        harm: "a Pod that the scheduler has rightly placed is rejected for good: a bare one stays Failed, one of a controller is made again",
        known: "kubernetes/kubernetes#106884 is about Pods that turned terminal too early and is closed; that a rejected Pod which still \
                runs has the same effect was not found",
        attempt: &[
            "Do the same as for CRE-41/stranded, with a process in `one` that ignores SIGTERM.",
            "Start the device plugin only when the kubelet has begun to stop `one`, and wait for `two` to be bound.",
            "`two` is Failed: the kubelet counts the device for `one` until its process is gone.",
        ],
    },
    Candidate {
        model: "capacity",
        law: "CRE-45/older",
        harm: "a Pod that runs is rejected and stopped in favour of an older one that never ran on the node",
        known: "kubernetes/kubernetes#118452 is about priorities in the order by age after a restart; that age beats a Pod that runs was \
                not found",
        attempt: &[
            "Create Pod `old` with a schedulerName that nobody serves, then Pod `young` with nodeName set to a node with one free slot, and \
             wait until it runs.",
            "Stop the kubelet of that node, POST a Binding of `old` to the node, and start the kubelet again.",
            "It lists both and goes by age: `old` starts, `young` is Failed (OutOf…) and its container is killed.",
        ],
    },
];

/// Expected violations that look like candidates and are public: model, law, and where.
pub const PUBLIC: &[(&str, &str, &str)] = &[
    (
        "identity",
        "NON-01/stale-list",
        "kubernetes/kubernetes#59848 tells it, and that it is not solved while lists may be old",
    ),
    (
        "identity",
        "NON-01/out-of-service",
        "kubernetes/enhancements#1116 asks to add the taint only if the node is not coming back for some time, and not while it \
         restarts: a machine that boots before the taint is taken back is what that warns of",
    ),
    (
        "phase",
        "CTR-12/again",
        "kubernetes/kubernetes#90271: init containers may run again once the runtime has lost them and all regular ones are stopped; \
         kubernetes/kubernetes#96572 made it impossible beside one that runs",
    ),
    (
        "capacity",
        "CRE-25/failover",
        "kubernetes/kubernetes#137308 tells of a scheduler whose cache misses what was bound before it took over",
    ),
    (
        "capacity",
        "CRE-41/forced",
        "kubernetes/kubernetes#104824: what is left of a Pod that was removed is not counted at admission",
    ),
    (
        "disruption",
        "CTL-NOD-03/reported",
        "kubernetes/kubernetes#125618: Pods stay Ready when their kubelet itself reports that the node is not",
    ),
];
