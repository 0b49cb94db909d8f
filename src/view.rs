//! The only bridge from wire objects to protocol facts.
//!
//! A [`View`] holds what the decisions over a Pod read, with the statuses matched to the containers by name. It
//! is generic over its strings: `View<&str>` borrows from the JSON, `View<Arc<str>>` outlives it.

use std::borrow::Cow;
use std::fmt;

use crate::binding::{Binding, Gates};
use crate::container::{
    ContainerFacts, ContainerPolicy, ContainerState, Exit, ExitReason, Operator, RestartAll, RestartPolicy,
    RestartRule, Role, RuleAction, Started,
};
use crate::deletion::{self, Deletion, Finalizers, Preconditions, Propagation, Request};
use crate::phase::{self, Phase};
use crate::rules::RuleId;
use crate::time::{Grace, Now, Time};
use crate::wire;

/// A Pod as the decisions see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View<S> {
    /// `metadata.namespace`.
    pub namespace: S,
    /// `metadata.name`.
    pub name: S,
    /// `metadata.uid`.
    pub uid: S,
    /// `metadata.resourceVersion` as a number; `None` if it is none (OBJ-02).
    pub version: Option<u64>,
    /// `metadata.generation`.
    pub generation: i64,
    /// `metadata.creationTimestamp`.
    pub created: Option<Time>,
    /// `metadata.deletionTimestamp` and `deletionGracePeriodSeconds`.
    pub deletion: Deletion,
    /// `metadata.finalizers`.
    pub finalizers: Box<[S]>,
    /// Where the kubelet learned of the Pod, as the annotations tell.
    pub source: phase::Source,
    /// The annotation `kubernetes.io/config.mirror`: the object stands for a static Pod (KUB-66).
    pub mirror: Option<S>,
    /// `spec.nodeName`; `None` if it is empty.
    pub node: Option<S>,
    /// `spec.restartPolicy`; `None` if there is none.
    pub policy: Option<RestartPolicy>,
    /// `spec.terminationGracePeriodSeconds`; a negative one is read as 1.
    pub spec_grace: Option<Grace>,
    /// `spec.activeDeadlineSeconds`.
    pub deadline: Option<i64>,
    /// The names of `spec.schedulingGates`.
    pub gates: Box<[S]>,
    /// `status.phase`.
    pub phase: Stored<S>,
    /// `status.startTime`.
    pub started: Option<Time>,
    /// The cause in the condition `DisruptionTarget`, if that is True.
    pub disruption: Option<Disruption>,
    /// Init containers in spec order, then regular, then ephemeral ones.
    pub containers: Box<[Container<S>]>,
}

/// A phase as it is stored: one of the five, or whatever a client wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored<S> {
    /// No phase.
    Absent,
    /// One of the five (OBJ-31).
    Known(Phase),
    /// Any other text.
    Foreign(S),
}

impl<S> Stored<S> {
    /// The phase, if it is one of the five.
    #[must_use]
    pub const fn known(&self) -> Option<Phase> {
        match self {
            Self::Known(phase) => Some(*phase),
            Self::Absent | Self::Foreign(_) => None,
        }
    }
}

impl<S: AsRef<str>> fmt::Display for Stored<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => Ok(()),
            Self::Known(phase) => phase.fmt(f),
            Self::Foreign(text) => f.write_str(text.as_ref()),
        }
    }
}

/// Who disrupts the Pod: the reason of a true `DisruptionTarget`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disruption {
    /// `DeletionByPodGC` (CTL-PGC-06).
    PodGc,
    /// `TerminationByKubelet`: eviction, preemption or shutdown on the node (PHA-18).
    Kubelet,
    /// Any other reason.
    Other,
}

/// One container of a [`View`]: its spec and its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container<S> {
    /// Its name.
    pub name: S,
    /// What it is for.
    pub role: Role,
    /// Its own `restartPolicy`.
    pub policy: Option<RestartPolicy>,
    /// Its `restartPolicyRules`.
    pub rules: Box<[RestartRule]>,
    /// What its status says.
    pub state: ContainerState,
    /// `restartCount`; `None` without a status entry.
    pub restarts: Option<i32>,
    /// When it ran.
    pub span: Span,
}

/// When the newest instance of a container that was started ran, in whole seconds, as far as its status tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// When it was started.
    pub began: Option<Time>,
    /// When it ended; `None` while it runs.
    pub ended: Option<Time>,
    /// When the instance before it ended.
    pub before: Option<Time>,
}

impl<S> Container<S> {
    /// The container as a decision takes it.
    #[must_use]
    pub fn facts(&self) -> ContainerFacts<'_> {
        let policy = ContainerPolicy { own: self.policy, rules: &self.rules };
        ContainerFacts { role: self.role, policy, state: self.state }
    }
}

impl<'a> View<&'a str> {
    /// Reads a wire object.
    ///
    /// ```
    /// use pod_lifecycle::view::View;
    /// use pod_lifecycle::wire::{self, Pod};
    /// let pod: Pod = wire::from_slice(br#"{"metadata": {"name": "web"}, "status": {"phase": "Running"}}"#)?;
    /// assert!(!View::of(&pod).is_terminal());
    /// # Ok::<(), pod_lifecycle::wire::WireError>(())
    /// ```
    #[must_use]
    pub fn of(pod: &'a wire::Pod<'_>) -> Self {
        let (metadata, spec, status) = (&pod.metadata, &pod.spec, &pod.status);
        Self {
            namespace: metadata.namespace.as_str(),
            name: metadata.name.as_str(),
            uid: metadata.uid.as_str(),
            version: metadata.resource_version.parse().ok(),
            generation: metadata.generation,
            created: metadata.creation_timestamp,
            deletion: Deletion::from_fields(
                metadata.deletion_timestamp,
                metadata.deletion_grace_period_seconds,
            ),
            finalizers: metadata.finalizers.iter().map(wire::Text::as_str).collect(),
            source: match metadata.annotations.config_source.as_deref() {
                None | Some("api") => phase::Source::Api,
                Some(_) => phase::Source::Static,
            },
            mirror: metadata.annotations.config_mirror.as_deref(),
            node: Some(spec.node_name.as_str()).filter(|node| !node.is_empty()),
            policy: RestartPolicy::from_api(&spec.restart_policy),
            spec_grace: spec.termination_grace_period_seconds.map(Grace::from_signed),
            deadline: spec.active_deadline_seconds,
            gates: spec.scheduling_gates.iter().map(|gate| gate.name.as_str()).collect(),
            phase: match status.phase.as_str() {
                "" => Stored::Absent,
                text => Phase::from_api(text).map_or(Stored::Foreign(text), Stored::Known),
            },
            started: status.start_time,
            disruption: status
                .conditions
                .iter()
                .find(|condition| &*condition.kind == "DisruptionTarget" && &*condition.status == "True")
                .map(|condition| match condition.reason.as_str() {
                    "DeletionByPodGC" => Disruption::PodGc,
                    "TerminationByKubelet" => Disruption::Kubelet,
                    _ => Disruption::Other,
                }),
            containers: containers(pod).collect(),
        }
    }

    /// The same view with other strings.
    pub fn map<T>(self, mut keep: impl FnMut(&'a str) -> T) -> View<T> {
        View {
            namespace: keep(self.namespace),
            name: keep(self.name),
            uid: keep(self.uid),
            version: self.version,
            generation: self.generation,
            created: self.created,
            deletion: self.deletion,
            finalizers: self.finalizers.iter().map(|name| keep(name)).collect(),
            source: self.source,
            mirror: self.mirror.map(&mut keep),
            node: self.node.map(&mut keep),
            policy: self.policy,
            spec_grace: self.spec_grace,
            deadline: self.deadline,
            gates: self.gates.iter().map(|name| keep(name)).collect(),
            phase: match self.phase {
                Stored::Absent => Stored::Absent,
                Stored::Known(phase) => Stored::Known(phase),
                Stored::Foreign(text) => Stored::Foreign(keep(text)),
            },
            started: self.started,
            disruption: self.disruption,
            containers: self
                .containers
                .into_iter()
                .map(|container| Container {
                    name: keep(container.name),
                    role: container.role,
                    policy: container.policy,
                    rules: container.rules,
                    state: container.state,
                    restarts: container.restarts,
                    span: container.span,
                })
                .collect(),
        }
    }
}

impl<S: AsRef<str>> View<S> {
    /// Whether `deletionTimestamp` is set.
    #[must_use]
    pub const fn is_deleting(&self) -> bool {
        self.deletion.is_deleting()
    }

    /// What tables print as `Terminating`: deleting, and not terminal yet (PHA-42).
    ///
    /// ```
    /// use pod_lifecycle::View;
    /// use pod_lifecycle::wire::{self, Pod};
    /// let metadata = r#""metadata": {"deletionTimestamp": "2026-01-02T03:04:05Z", "deletionGracePeriodSeconds": 30}"#;
    /// let read = |phase| format!(r#"{{ {metadata}, "status": {{"phase": "{phase}"}} }}"#);
    /// let (running, ended) = (read("Running"), read("Failed"));
    /// let (running, ended): (Pod, Pod) = (wire::from_slice(running.as_bytes())?, wire::from_slice(ended.as_bytes())?);
    /// let (running, ended) = (View::of(&running), View::of(&ended));
    /// assert!(running.is_deleting() && !running.is_terminal() && running.is_terminating());
    /// assert!(ended.is_deleting() && ended.is_terminal() && !ended.is_terminating());
    /// # Ok::<(), wire::WireError>(())
    /// ```
    #[must_use]
    pub fn is_terminating(&self) -> bool {
        self.is_deleting() && !self.is_terminal()
    }

    /// Whether the phase is `Succeeded` or `Failed`.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.phase.known().is_some_and(Phase::is_terminal)
    }

    /// Whether `spec.nodeName` is set.
    #[must_use]
    pub const fn binding(&self) -> Binding {
        match self.node {
            None => Binding::Unbound,
            Some(_) => Binding::Bound,
        }
    }

    /// Whether scheduling gates are left.
    #[must_use]
    pub const fn gating(&self) -> Gates {
        if self.gates.is_empty() { Gates::Open } else { Gates::Closed }
    }

    /// Whether some rule of the Pod restarts all its containers.
    #[must_use]
    pub fn restart_all(&self) -> RestartAll {
        let possible = self.containers.iter().any(|container| container.facts().policy.can_restart_all());
        if possible { RestartAll::Possible } else { RestartAll::Impossible }
    }

    /// What the API server reads when it decides over the deletion of this Pod.
    ///
    /// ```
    /// use pod_lifecycle::deletion::{Begin, Request, begin};
    /// use pod_lifecycle::wire::{self, Pod};
    /// use pod_lifecycle::{Now, Time, View};
    /// let json = br#"{"spec": {"nodeName": "n", "terminationGracePeriodSeconds": 20}, "status": {"phase": "Running"}}"#;
    /// let pod: Pod = wire::from_slice(json)?;
    /// let (pod, now) = (View::of(&pod), Now::at(Time::from_unix(100)));
    /// let begun = begin(pod.deletion, Request { grace: None, propagation: None }, pod.deletion_facts(now));
    /// assert!(matches!(begun, Begin::Commit(Request { grace: Some(grace), .. }) if grace.as_secs() == 20));
    /// # Ok::<(), wire::WireError>(())
    /// ```
    #[must_use]
    pub fn deletion_facts(&self, now: Now) -> deletion::Facts {
        deletion::Facts {
            now,
            binding: self.binding(),
            phase: self.phase.known(),
            spec_grace: self.spec_grace,
            finalizers: Finalizers::from_names(self.finalizers.iter().map(AsRef::as_ref)),
        }
    }
}

fn containers<'a>(pod: &'a wire::Pod<'_>) -> impl Iterator<Item = Container<&'a str>> {
    let (spec, status) = (&pod.spec, &pod.status);
    let with = |statuses: &'a [wire::ContainerStatus<'_>], regular: Role| {
        move |container: &'a wire::Container<'_>| {
            // The first entry of the name counts (VAL-22).
            let status = statuses.iter().find(|status| status.name == container.name);
            let (policy, rules) = restart_settings(container);
            let role = match (regular, policy) {
                (Role::Init, Some(RestartPolicy::Always)) => Role::Sidecar,
                (role, _) => role,
            };
            Container {
                name: container.name.as_str(),
                role,
                policy,
                rules,
                state: status.map_or(ContainerState::Missing, state),
                restarts: status.map(|status| status.restart_count),
                span: status.map(span).unwrap_or_default(),
            }
        }
    };
    let inits = spec.init_containers.iter().map(with(&status.init_container_statuses, Role::Init));
    let regulars = spec.containers.iter().map(with(&status.container_statuses, Role::Regular));
    let ephemerals =
        spec.ephemeral_containers.iter().map(with(&status.ephemeral_container_statuses, Role::Ephemeral));
    inits.chain(regulars).chain(ephemerals)
}

/// Reads the restart settings of one container: its own policy and its rules.
#[must_use]
pub fn restart_settings(container: &wire::Container<'_>) -> (Option<RestartPolicy>, Box<[RestartRule]>) {
    let policy = container.restart_policy.as_deref().and_then(RestartPolicy::from_api);
    (policy, container.restart_policy_rules.iter().filter_map(restart_rule).collect())
}

/// A rule whose action is neither of the two does nothing (CTR-01).
pub(crate) fn restart_rule(rule: &wire::RestartPolicyRule<'_>) -> Option<RestartRule> {
    let action = match rule.action.as_str() {
        "Restart" => RuleAction::Restart,
        "RestartAllContainers" => RuleAction::RestartAllContainers,
        _ => return None,
    };
    let codes = rule.exit_codes.as_ref();
    let operator = match codes.map(|codes| codes.operator.as_str()) {
        Some("In") => Operator::In,
        Some("NotIn") => Operator::NotIn,
        Some(_) | None => Operator::Unknown,
    };
    let values = codes.map_or(Cow::Borrowed(&[][..]), |codes| Cow::Owned(codes.values.clone()));
    Some(RestartRule { action, operator, values })
}

/// Reads the state of one status entry.
#[must_use]
pub fn state(status: &wire::ContainerStatus<'_>) -> ContainerState {
    let exit = |ended: &wire::ContainerStateTerminated<'_>| Exit {
        code: ended.exit_code,
        reason: ExitReason::from_api(&ended.reason),
    };
    let wire::ContainerState { waiting, running, terminated } = &status.state;
    match (running, terminated, waiting) {
        (Some(_), _, _) if status.started == Some(true) => ContainerState::Running(Started::Yes),
        (Some(_), _, _) => ContainerState::Running(Started::NotYet),
        (None, Some(ended), _) => ContainerState::Terminated(exit(ended)),
        (None, None, Some(_)) => match &status.last_state.terminated {
            Some(ended) => ContainerState::WaitingAfter(exit(ended)),
            None => ContainerState::Waiting,
        },
        (None, None, None) => ContainerState::Empty,
    }
}

/// A time that the kubelet made up is none (CTR-41, CTR-31).
fn span(status: &wire::ContainerStatus<'_>) -> Span {
    let ended = |state: &wire::ContainerState<'_>| {
        let told = state.terminated.as_ref().filter(|ended| match ExitReason::from_api(&ended.reason) {
            ExitReason::RestartingAllContainers | ExitReason::ContainerStatusUnknown => false,
            ExitReason::OomKilled | ExitReason::Other => true,
        });
        told.map_or((None, None), |told| (told.started_at, told.finished_at))
    };
    let (last_began, last_ended) = ended(&status.last_state);
    match (&status.state.running, &status.state.terminated) {
        (Some(running), _) => Span { began: running.started_at, ended: None, before: last_ended },
        (None, Some(_)) => {
            let (began, ended) = ended(&status.state);
            Span { began, ended, before: last_ended }
        }
        (None, None) => Span { began: last_began, ended: last_ended, before: None },
    }
}

/// A DELETE as a client sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeleteCall<'a> {
    /// The options that decide.
    pub request: Request,
    /// What must hold of the stored object.
    pub preconditions: Preconditions<&'a str, &'a str>,
    /// Whether anything is stored at all.
    pub run: Run,
}

/// `dryRun`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Run {
    /// The request is carried out.
    Real,
    /// Everything is decided and nothing stored (DEL-07).
    Dry,
}

/// Options that the API server refuses with 422, before it looks the object up (DEL-01).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", RuleId::DEL_01, self.say())]
pub struct InvalidOptions {
    causes: Vec<OptionCause>,
}

impl InvalidOptions {
    /// Everything that is wrong.
    #[must_use]
    pub fn causes(&self) -> &[OptionCause] {
        &self.causes
    }

    /// The rule that refuses.
    #[must_use]
    pub const fn rule(&self) -> RuleId {
        RuleId::DEL_01
    }

    fn say(&self) -> String {
        self.causes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

/// One thing that is wrong with the options of a DELETE.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionCause {
    /// `propagationPolicy`, `FieldValueInvalid`.
    #[error("propagationPolicy and orphanDependents are both set")]
    BothPolicies,
    /// `propagationPolicy`, `FieldValueNotSupported`.
    #[error("propagationPolicy is `{0}`, expected `Foreground`, `Background` or `Orphan`")]
    UnknownPolicy(String),
    /// `dryRun`, `FieldValueNotSupported`.
    #[error("dryRun has `{0}`, expected `All`")]
    UnknownDryRun(String),
}

impl OptionCause {
    /// The field and the reason of the cause in the API server's answer.
    #[must_use]
    pub const fn field_and_reason(&self) -> (&'static str, &'static str) {
        match self {
            Self::BothPolicies => ("propagationPolicy", "FieldValueInvalid"),
            Self::UnknownPolicy(_) => ("propagationPolicy", "FieldValueNotSupported"),
            Self::UnknownDryRun(_) => ("dryRun", "FieldValueNotSupported"),
        }
    }
}

impl<'a> DeleteCall<'a> {
    /// Checks and reads the options of a DELETE (DEL-01, DEL-04).
    ///
    /// # Errors
    /// [`InvalidOptions`] if the API server would answer 422.
    ///
    /// ```
    /// use pod_lifecycle::view::DeleteCall;
    /// use pod_lifecycle::wire::{self, DeleteOptions};
    /// let options: DeleteOptions = wire::from_slice(br#"{"gracePeriodSeconds": -3}"#)?;
    /// let call = DeleteCall::of(&options)?;
    /// assert_eq!(call.request.grace.map(|grace| grace.as_secs()), Some(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(options: &'a wire::DeleteOptions<'_>) -> Result<Self, InvalidOptions> {
        let mut causes = Vec::new();
        let policy = options.propagation_policy.as_deref();
        if policy.is_some() && options.orphan_dependents.is_some() {
            causes.push(OptionCause::BothPolicies);
        }
        let propagation =
            match (policy.map(|text| (text, Propagation::from_api(text))), options.orphan_dependents) {
                (Some((_, Some(propagation))), _) => Some(propagation),
                (Some((text, None)), _) => {
                    causes.push(OptionCause::UnknownPolicy(text.to_owned()));
                    None
                }
                (None, Some(true)) => Some(Propagation::Orphan),
                (None, Some(false)) => Some(Propagation::Background),
                (None, None) => None,
            };
        let unknown = options.dry_run.iter().filter(|entry| entry.as_str() != "All");
        causes.extend(unknown.map(|entry| OptionCause::UnknownDryRun(entry.to_string())));
        if !causes.is_empty() {
            return Err(InvalidOptions { causes });
        }
        Ok(Self {
            request: Request { grace: options.grace_period_seconds.map(Grace::from_signed), propagation },
            preconditions: Preconditions {
                uid: options.preconditions.uid.as_deref(),
                resource_version: options.preconditions.resource_version.as_deref(),
            },
            run: if options.dry_run.is_empty() { Run::Real } else { Run::Dry },
        })
    }
}
