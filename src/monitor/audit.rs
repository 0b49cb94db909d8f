//! What an audit log tells: requests, who sent them, and the states that they were answered with.

use super::{Monitor, Observed, Order, Unknown, Verdict, hash, is_expired};
use crate::deletion::Deletion;
use crate::view::View;
use crate::violation::{Flaw, Violation};
use crate::wire::{AuditEvent, AuditResponse, Body, Document, Pod};

/// The Pod that a verdict is about, and who is answerable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its UID; empty if the log does not hold it.
    pub uid: &'a str,
    /// Who sent the request, if an audit log tells it.
    pub by: Option<By<'a>>,
    /// The observation itself, where it holds a Pod.
    pub pod: Option<&'a Pod<'a>>,
}

/// The sender of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct By<'a> {
    /// The user name.
    pub user: &'a str,
    /// The user agent.
    pub agent: &'a str,
}

impl<'a> Subject<'a> {
    fn of(pod: &'a Pod<'a>, by: Option<By<'a>>) -> Self {
        let metadata = &pod.metadata;
        Self { namespace: &metadata.namespace, name: &metadata.name, uid: &metadata.uid, by, pod: Some(pod) }
    }
}

/// What a request did, as its answer tells it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Read,
    Create,
    Update,
    Delete,
}

impl Monitor {
    /// Judges all that one value of a stream tells, and hands out one verdict for each observation of a Pod.
    /// Returns whether the value held any.
    ///
    /// ```
    /// use pod_lifecycle::monitor::Monitor;
    /// use pod_lifecycle::wire::{self, Document};
    /// let mut monitor = Monitor::new();
    /// let json = br#"{"kind": "PodList", "items": [{"metadata": {"name": "a"}, "status": {"phase": "Odd"}}]}"#;
    /// let document: Document = wire::from_slice(json)?;
    /// let mut found = Vec::new();
    /// monitor.take_in(&document, |subject, verdict| {
    ///     found.extend(verdict.violations.iter().map(|broken| format!("{}: {broken}", subject.name)));
    /// });
    /// assert_eq!(found, ["a: phase went from `` to `Odd`, which is no phase"]);
    /// # Ok::<(), wire::WireError>(())
    /// ```
    pub fn take_in<'a>(
        &mut self,
        document: &'a Document<'a>,
        mut each: impl FnMut(Subject<'a>, Verdict),
    ) -> Told {
        match document {
            Document::Event(event) => match Observed::from_event(event.kind) {
                Some(observed) => {
                    each(Subject::of(&event.object, None), self.observe(observed, View::of(&event.object)));
                    Told::Something
                }
                None => Told::Nothing,
            },
            Document::Pod(pod) => {
                each(Subject::of(pod, None), self.observe(Observed::State, View::of(pod)));
                Told::Something
            }
            Document::List { pods, .. } => {
                for pod in pods {
                    each(Subject::of(pod, None), self.observe(Observed::State, View::of(pod)));
                }
                if pods.is_empty() { Told::Nothing } else { Told::Something }
            }
            Document::Audit(event) => self.audit(event, &mut each),
            Document::Error(_) => {
                self.gap();
                Told::Nothing
            }
            Document::Bookmark | Document::Other(_) => Told::Nothing,
        }
    }

    /// Only the last stage of a request tells what became of it; refused requests and dry runs change nothing.
    fn audit<'a>(&mut self, event: &'a AuditEvent<'a>, each: &mut impl FnMut(Subject<'a>, Verdict)) -> Told {
        let by = Some(By { user: &event.user.username, agent: &event.agent });
        let done = &*event.stage == "ResponseComplete" && (200..300).contains(&event.code);
        let dry = event.request.dry_run || event.uri.contains("dryRun=");
        if &*event.object.resource != "pods" || !done || dry {
            return Told::Nothing;
        }
        let deed = match (&*event.verb, &*event.object.subresource) {
            ("get" | "list", "" | "status" | "ephemeralcontainers" | "resize") => Deed::Read,
            ("create", "") => Deed::Create,
            ("update" | "patch", "" | "status" | "ephemeralcontainers" | "resize") => Deed::Update,
            ("delete", "") => Deed::Delete,
            ("deletecollection", "") => return self.collection(event, by, each),
            ("create", "binding") => {
                let by_name = event.request.uid.is_none() && event.request.body == Body::Logged;
                let mut verdict = by_name_only("binding", by_name);
                verdict.violations.extend(self.bound_elsewhere(event));
                each(named(event, by), verdict);
                return Told::Something;
            }
            ("create", "eviction") => {
                self.maybe_gone(&event.object.namespace, &event.object.name);
                let by_name = event.request.uid.is_none() && event.request.body == Body::Logged;
                each(named(event, by), by_name_only("eviction", by_name));
                return Told::Something;
            }
            _ => return Told::Nothing,
        };
        match &event.response {
            AuditResponse::Pod(pod) => each(Subject::of(pod, by), self.answer(event, deed, pod)),
            AuditResponse::Pods(pods) => {
                for pod in pods {
                    each(Subject::of(pod, by), self.answer(event, deed, pod));
                }
            }
            AuditResponse::Partial(metadata) => {
                let deletion = Deletion::from_fields(
                    metadata.deletion_timestamp,
                    metadata.deletion_grace_period_seconds,
                );
                if metadata.finalizers.is_empty() && is_expired(deletion) {
                    self.maybe_gone(&event.object.namespace, &event.object.name);
                }
                each(named(event, by), Verdict::default());
            }
            AuditResponse::None if deed == Deed::Read => return Told::Nothing,
            AuditResponse::None => {
                if deed == Deed::Delete {
                    self.maybe_gone(&event.object.namespace, &event.object.name);
                }
                each(named(event, by), Verdict::unknown(Unknown::Unlogged));
            }
        }
        Told::Something
    }

    /// The state that a request was answered with.
    fn answer(&mut self, event: &AuditEvent<'_>, deed: Deed, pod: &Pod<'_>) -> Verdict {
        let view = View::of(pod);
        // DEL-13 rows 2, 6 and 8, DEL-16; a Pod that a DELETE leaves without DT was removed as another's successor.
        let leaves = view.finalizers.is_empty() && is_expired(view.deletion);
        let observed = match deed {
            Deed::Read => Observed::State,
            Deed::Create => Observed::Added,
            Deed::Update if leaves => Observed::Deleted,
            Deed::Delete if leaves || !view.is_deleting() => Observed::Deleted,
            Deed::Update | Deed::Delete => Observed::Modified,
        };
        let mut verdict = self.judge(Order::Answered, observed, &view);
        if deed == Deed::Delete {
            verdict.violations.extend(final_delete(event, &view));
            let by_name = by_name_only("DELETE", event.request.uid.is_none());
            verdict.violations.extend(by_name.violations);
        }
        verdict
    }

    /// INV-09: a binding that succeeded names the node that the Pod is known to have, whichever answer came first.
    fn bound_elsewhere(&self, event: &AuditEvent<'_>) -> Option<Violation> {
        let (uid, target) = (event.request.uid.as_ref()?, event.request.target.as_ref()?);
        let key = hash(&[uid.as_str()]);
        let packed = self.recent.get(&key).or_else(|| self.older.get(&key))?;
        let (_, last) = packed.open()?;
        let node = last.node.filter(|node| *node != target.as_str())?;
        Some(Violation::NodeChanged { old: node.into(), new: target.as_str().into() })
    }

    /// The answer holds the Pods as they were listed; what became of each is not logged (DEL-26).
    fn collection<'a>(
        &mut self,
        event: &'a AuditEvent<'a>,
        by: Option<By<'a>>,
        each: &mut impl FnMut(Subject<'a>, Verdict),
    ) -> Told {
        let AuditResponse::Pods(pods) = &event.response else {
            let pods: Vec<(String, String)> = self
                .pods()
                .filter_map(|(_, pod)| pod.open())
                .map(|(_, pod)| (pod.namespace.to_owned(), pod.name.to_owned()))
                .filter(|(namespace, _)| *namespace == *event.object.namespace)
                .collect();
            for (namespace, name) in pods {
                self.maybe_gone(&namespace, &name);
            }
            each(named(event, by), Verdict::unknown(Unknown::Unlogged));
            return Told::Something;
        };
        for pod in pods {
            let mut verdict = self.judge(Order::Answered, Observed::State, &View::of(pod));
            let by_name = by_name_only("deletecollection", event.request.uid.is_none());
            verdict.violations.extend(by_name.violations);
            each(Subject::of(pod, by), verdict);
            self.maybe_gone(&pod.metadata.namespace, &pod.metadata.name);
        }
        if pods.is_empty() { Told::Nothing } else { Told::Something }
    }
}

/// Whether a value of a stream told anything about a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Told {
    /// It did.
    Something,
    /// A bookmark, an error, an object of another kind, a request without effect.
    Nothing,
}

fn named<'a>(event: &'a AuditEvent<'a>, by: Option<By<'a>>) -> Subject<'a> {
    let object = &event.object;
    Subject { namespace: &object.namespace, name: &object.name, uid: &object.uid, by, pod: None }
}

/// DEL-24, CRE-33.
fn by_name_only(verb: &'static str, by_name: bool) -> Verdict {
    if by_name { Verdict::broken(Violation::ByNameOnly { verb }) } else { Verdict::default() }
}

/// KUB-35, KUB-36. Mirror Pods are exempt (KUB-67).
fn final_delete(event: &AuditEvent<'_>, pod: &View<&str>) -> Option<Violation> {
    if !event.user.username.starts_with("system:node:") || pod.mirror.is_some() {
        return None;
    }
    let flaw = match (event.request.uid.is_some(), pod.is_terminal()) {
        (true, true) => return None,
        (false, _) => Flaw::NoUid,
        (true, false) => Flaw::NotTerminal,
    };
    Some(Violation::FinalDelete { flaw, phase: pod.phase.to_string().into() })
}
