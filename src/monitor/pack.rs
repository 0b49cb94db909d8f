//! One Pod in few bytes: what the monitor remembers of it, and what a saved state holds.
//!
//! A [`View`] is made for deciding and takes some 600 bytes with its strings. Packed it takes some 150: numbers
//! are variable in length, times are distances from the creation, a UID in the usual form is 16 bytes.

use std::borrow::Cow;

use super::restarts::{Held, Run};
use crate::container::{
    ContainerState, Exit, ExitReason, Operator, RestartPolicy, RestartRule, Role, RuleAction, Started,
};
use crate::deletion::Deletion;
use crate::phase::{Phase, Source};
use crate::time::{Grace, Time};
use crate::view::{Container, Disruption, Span, Stored, View};

/// What is known of a Pod beside its last state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notes {
    /// How many gaps the history had before the last observation.
    pub(super) gaps: u64,
    /// Whether a request may have removed the object without a trace of it in the history.
    pub(super) fate: Fate,
    /// The first DELETE, as far as it was seen.
    pub(super) asked: Option<Asked>,
    /// Of each container, when it ran.
    pub(super) runs: Box<[Run]>,
}

/// Whether a Pod is known to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Stored,
    MaybeGone,
    /// It was seen in mid-life in a log of answers; that of its create may still come.
    Unborn,
}

/// The first DELETE of a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// When it was sent: `deletionTimestamp` less the grace.
    pub(super) at: Time,
    /// The grace that it gave.
    pub(super) grace: Grace,
}

/// A Pod and its notes as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packed(Box<[u8]>);

impl Packed {
    pub(super) fn new(pod: &View<&str>, notes: &Notes) -> Self {
        let mut out = Writer(Vec::with_capacity(192));
        out.uint(notes.gaps);
        out.byte(match notes.fate {
            Fate::Stored => 0,
            Fate::MaybeGone => 1,
            Fate::Unborn => 2,
        });
        out.uid(pod.uid);
        let epoch = pod.created.map_or(0, Time::as_unix);
        out.int(epoch);
        out.byte(u8::from(pod.created.is_some()));
        match notes.asked {
            None => out.byte(0),
            Some(Asked { at, grace }) => {
                out.byte(1);
                out.int(at.as_unix().wrapping_sub(epoch));
                out.uint(grace.as_secs());
            }
        }
        out.text(pod.namespace);
        out.text(pod.name);
        out.option(pod.version, Writer::uint);
        out.int(pod.generation);
        out.deletion(pod.deletion, epoch);
        out.texts(&pod.finalizers);
        out.byte(u8::from(pod.source == Source::Static));
        out.option(pod.mirror, Writer::text);
        out.option(pod.node, Writer::text);
        out.byte(policy_byte(pod.policy));
        out.option(pod.spec_grace.map(Grace::as_secs), Writer::uint);
        out.option(pod.deadline, Writer::int);
        out.texts(&pod.gates);
        match pod.phase {
            Stored::Absent => out.byte(0),
            Stored::Foreign(text) => {
                out.byte(1);
                out.text(text);
            }
            Stored::Known(phase) => out.byte(match phase {
                Phase::Pending => 2,
                Phase::Running => 3,
                Phase::Succeeded => 4,
                Phase::Failed => 5,
                Phase::Unknown => 6,
            }),
        }
        out.option(pod.started.map(|time| time.as_unix().wrapping_sub(epoch)), Writer::int);
        out.byte(match pod.disruption {
            None => 0,
            Some(Disruption::PodGc) => 1,
            Some(Disruption::Kubelet) => 2,
            Some(Disruption::Other) => 3,
        });
        out.uint(pod.containers.len() as u64);
        for (place, container) in pod.containers.iter().enumerate() {
            out.container(container);
            out.run(notes.runs.get(place).copied().unwrap_or_default(), epoch);
        }
        Self(out.0.as_slice().into())
    }

    /// Takes bytes that were saved; `None` if they are no packed Pod.
    pub(super) fn from_bytes(bytes: Box<[u8]>) -> Option<Self> {
        let packed = Self(bytes);
        packed.read().is_some().then_some(packed)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same, no longer waiting for its create.
    pub(super) fn settled(self) -> Self {
        let uid = self.uid();
        match self.open() {
            Some((notes @ Notes { fate: Fate::Unborn, .. }, mut pod)) => {
                pod.uid = &uid;
                Self::new(&pod, &Notes { fate: Fate::Stored, ..notes })
            }
            Some(_) | None => self,
        }
    }

    /// The UID as it was written.
    pub(super) fn uid(&self) -> String {
        self.read().map(|(_, _, uid)| uid).unwrap_or_default()
    }

    /// The notes and the Pod; its UID is empty: see [`uid`](Self::uid).
    pub(super) fn open(&self) -> Option<(Notes, View<&str>)> {
        let mut input = Reader(&self.0);
        let (notes, view) = input.pod(Uid::Skipped)?;
        Some((notes, view.0))
    }

    fn read(&self) -> Option<(Notes, View<&str>, String)> {
        let mut input = Reader(&self.0);
        let (notes, (view, uid)) = input.pod(Uid::Wanted)?;
        input.0.is_empty().then_some((notes, view, uid))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Uid {
    Skipped,
    Wanted,
}

const fn policy_byte(policy: Option<RestartPolicy>) -> u8 {
    match policy {
        None => 0,
        Some(RestartPolicy::Always) => 1,
        Some(RestartPolicy::OnFailure) => 2,
        Some(RestartPolicy::Never) => 3,
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    #[allow(clippy::cast_possible_truncation, reason = "seven bits at a time")]
    fn uint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    #[allow(clippy::cast_sign_loss, reason = "zigzag")]
    fn int(&mut self, value: i64) {
        self.uint(((value << 1) ^ (value >> 63)) as u64);
    }

    fn text(&mut self, text: &str) {
        self.uint(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn texts(&mut self, texts: &[&str]) {
        self.uint(texts.len() as u64);
        for text in texts {
            self.text(text);
        }
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.byte(0),
            Some(value) => {
                self.byte(1);
                write(self, value);
            }
        }
    }

    fn uid(&mut self, uid: &str) {
        match uuid(uid) {
            Some(bits) => {
                self.byte(1);
                self.0.extend_from_slice(&bits.to_be_bytes());
            }
            None => {
                self.byte(0);
                self.text(uid);
            }
        }
    }

    fn deletion(&mut self, deletion: Deletion, epoch: i64) {
        let (tag, due) = match deletion {
            Deletion::Live => (0, None),
            Deletion::Graceful { due, .. } => (1, Some(due)),
            Deletion::Expired { due } => (2, Some(due)),
            Deletion::Unrecorded { due } => (3, Some(due)),
        };
        self.byte(tag);
        if let Some(due) = due {
            self.int(due.as_unix().wrapping_sub(epoch));
        }
        if let Deletion::Graceful { grace, .. } = deletion {
            self.uint(grace.get());
        }
    }

    fn container(&mut self, container: &Container<&str>) {
        self.text(container.name);
        let role = match container.role {
            Role::Init => 0,
            Role::Sidecar => 1,
            Role::Regular => 2,
            Role::Ephemeral => 3,
        };
        let rules = u8::from(!container.rules.is_empty());
        self.byte(role | policy_byte(container.policy) << 2 | rules << 4);
        if rules == 1 {
            self.uint(container.rules.len() as u64);
            for rule in &container.rules {
                let action = u8::from(rule.action == RuleAction::RestartAllContainers);
                let operator = match rule.operator {
                    Operator::In => 0,
                    Operator::NotIn => 1,
                    Operator::Unknown => 2,
                };
                self.byte(action | operator << 1);
                self.uint(rule.values.len() as u64);
                for value in rule.values.iter() {
                    self.int((*value).into());
                }
            }
        }
        let (tag, exit) = match container.state {
            ContainerState::Missing => (0, None),
            ContainerState::Empty => (1, None),
            ContainerState::Waiting => (2, None),
            ContainerState::WaitingAfter(exit) => (3, Some(exit)),
            ContainerState::Running(Started::NotYet) => (4, None),
            ContainerState::Running(Started::Yes) => (5, None),
            ContainerState::Terminated(exit) => (6, Some(exit)),
        };
        let reason = exit.map_or(0, |exit| match exit.reason {
            ExitReason::Other => 0,
            ExitReason::RestartingAllContainers => 1,
            ExitReason::ContainerStatusUnknown => 2,
            ExitReason::OomKilled => 3,
        });
        self.byte(tag | reason << 4);
        if let Some(exit) = exit {
            self.int(exit.code.into());
        }
        self.option(container.restarts.map(i64::from), Self::int);
    }

    /// Times after the start are told from it.
    fn run(&mut self, Run { span: Span { began, ended, before }, held }: Run, epoch: i64) {
        let (tag, delay) = match held {
            Held::Clear => (0, None),
            Held::Unknown => (8, None),
            Held::For(delay) => (16, Some(delay)),
        };
        let present = |time: Option<Time>, bit| time.map_or(0, |_| bit);
        self.byte(tag | present(began, 1) | present(ended, 2) | present(before, 4));
        let mut from = epoch;
        for time in [began, ended, before].into_iter().flatten() {
            self.int(time.as_unix().wrapping_sub(from));
            from = time.as_unix();
        }
        if let Some(delay) = delay {
            self.uint(delay.as_secs());
        }
    }
}

/// For so many containers room is made before they are read.
const ROOM: usize = 16;

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn uint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    #[allow(clippy::cast_possible_wrap, reason = "zigzag")]
    fn int(&mut self) -> Option<i64> {
        let value = self.uint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn length(&mut self) -> Option<usize> {
        // Each item takes a byte at least, so a longer list cannot be there.
        usize::try_from(self.uint()?).ok().filter(|length| *length <= self.0.len())
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.length()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    fn texts(&mut self) -> Option<Box<[&'a str]>> {
        (0..self.length()?).map(|_| self.text()).collect()
    }

    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            _ => Some(Some(read(self)?)),
        }
    }

    fn uid(&mut self, wanted: Uid) -> Option<String> {
        let text = |text: &str| if wanted == Uid::Wanted { text.to_owned() } else { String::new() };
        if self.byte()? == 0 {
            return self.text().map(text);
        }
        let bits = u128::from_be_bytes(self.take(16)?.try_into().ok()?);
        Some(if wanted == Uid::Wanted { uuid_text(bits) } else { String::new() })
    }

    fn time(&mut self, epoch: i64) -> Option<Time> {
        Some(Time::from_unix(epoch.wrapping_add(self.int()?)))
    }

    fn policy(tag: u8) -> Option<Option<RestartPolicy>> {
        Some(match tag {
            0 => None,
            1 => Some(RestartPolicy::Always),
            2 => Some(RestartPolicy::OnFailure),
            3 => Some(RestartPolicy::Never),
            _ => return None,
        })
    }

    fn pod(&mut self, wanted: Uid) -> Option<(Notes, (View<&'a str>, String))> {
        let gaps = self.uint()?;
        let fate = match self.byte()? {
            0 => Fate::Stored,
            1 => Fate::MaybeGone,
            2 => Fate::Unborn,
            _ => return None,
        };
        let uid = self.uid(wanted)?;
        let epoch = self.int()?;
        let created = (self.byte()? != 0).then(|| Time::from_unix(epoch));
        let asked = self
            .option(|input| Some(Asked { at: input.time(epoch)?, grace: Grace::from_secs(input.uint()?) }))?;
        let mut view = View {
            namespace: self.text()?,
            name: self.text()?,
            uid: "",
            version: self.option(Self::uint)?,
            generation: self.int()?,
            created,
            deletion: self.deletion(epoch)?,
            finalizers: self.texts()?,
            source: if self.byte()? == 0 { Source::Api } else { Source::Static },
            mirror: self.option(Self::text)?,
            node: self.option(Self::text)?,
            policy: Self::policy(self.byte()?)?,
            spec_grace: self.option(Self::uint)?.map(Grace::from_secs),
            deadline: self.option(Self::int)?,
            gates: self.texts()?,
            phase: match self.byte()? {
                0 => Stored::Absent,
                1 => Stored::Foreign(self.text()?),
                2 => Stored::Known(Phase::Pending),
                3 => Stored::Known(Phase::Running),
                4 => Stored::Known(Phase::Succeeded),
                5 => Stored::Known(Phase::Failed),
                6 => Stored::Known(Phase::Unknown),
                _ => return None,
            },
            started: self.option(|input| input.time(epoch))?,
            disruption: match self.byte()? {
                0 => None,
                1 => Some(Disruption::PodGc),
                2 => Some(Disruption::Kubelet),
                3 => Some(Disruption::Other),
                _ => return None,
            },
            containers: Box::default(),
        };
        let count = self.length()?;
        let room = count.min(ROOM);
        let (mut containers, mut runs) = (Vec::with_capacity(room), Vec::with_capacity(room));
        for _ in 0..count {
            containers.push(self.container()?);
            runs.push(self.run(epoch)?);
        }
        view.containers = containers.into();
        let runs = runs.into();
        Some((Notes { gaps, fate, asked, runs }, (view, uid)))
    }

    fn deletion(&mut self, epoch: i64) -> Option<Deletion> {
        Some(match self.byte()? {
            0 => Deletion::Live,
            1 => Deletion::Graceful { due: self.time(epoch)?, grace: self.uint()?.try_into().ok()? },
            2 => Deletion::Expired { due: self.time(epoch)? },
            3 => Deletion::Unrecorded { due: self.time(epoch)? },
            _ => return None,
        })
    }

    fn rule(&mut self) -> Option<RestartRule> {
        let tag = self.byte()?;
        let action = if tag & 1 == 0 { RuleAction::Restart } else { RuleAction::RestartAllContainers };
        let operator = match tag >> 1 {
            0 => Operator::In,
            1 => Operator::NotIn,
            2 => Operator::Unknown,
            _ => return None,
        };
        let values: Option<Vec<i32>> = (0..self.length()?).map(|_| self.int()?.try_into().ok()).collect();
        Some(RestartRule { action, operator, values: Cow::Owned(values?) })
    }

    fn container(&mut self) -> Option<Container<&'a str>> {
        let name = self.text()?;
        let tag = self.byte()?;
        let role = match tag & 3 {
            0 => Role::Init,
            1 => Role::Sidecar,
            2 => Role::Regular,
            _ => Role::Ephemeral,
        };
        let policy = Self::policy(tag >> 2 & 3)?;
        let rules = match tag >> 4 {
            0 => Box::default(),
            1 => (0..self.length()?).map(|_| self.rule()).collect::<Option<_>>()?,
            _ => return None,
        };
        let tag = self.byte()?;
        let exit = |input: &mut Self| {
            let reason = match tag >> 4 {
                0 => ExitReason::Other,
                1 => ExitReason::RestartingAllContainers,
                2 => ExitReason::ContainerStatusUnknown,
                3 => ExitReason::OomKilled,
                _ => return None,
            };
            Some(Exit { code: input.int()?.try_into().ok()?, reason })
        };
        let state = match tag & 15 {
            0 => ContainerState::Missing,
            1 => ContainerState::Empty,
            2 => ContainerState::Waiting,
            3 => ContainerState::WaitingAfter(exit(self)?),
            4 => ContainerState::Running(Started::NotYet),
            5 => ContainerState::Running(Started::Yes),
            6 => ContainerState::Terminated(exit(self)?),
            _ => return None,
        };
        let restarts = match self.option(Self::int)? {
            None => None,
            Some(count) => Some(count.try_into().ok()?),
        };
        Some(Container { name, role, policy, rules, state, restarts, span: Span::default() })
    }

    fn run(&mut self, epoch: i64) -> Option<Run> {
        let tag = self.byte()?;
        let mut from = epoch;
        let mut time = |input: &mut Self, bit: u8| {
            if tag & bit == 0 {
                return Some(None);
            }
            from = from.wrapping_add(input.int()?);
            Some(Some(Time::from_unix(from)))
        };
        let span = Span { began: time(self, 1)?, ended: time(self, 2)?, before: time(self, 4)? };
        let held = match tag >> 3 {
            0 => Held::Clear,
            1 => Held::Unknown,
            2 => Held::For(Grace::from_secs(self.uint()?)),
            _ => return None,
        };
        Some(Run { span, held })
    }
}

/// The bits of a UID in the usual form, 8-4-4-4-12 lower-case hexadecimal digits.
fn uuid(text: &str) -> Option<u128> {
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let mut bits = 0_u128;
    for (place, byte) in bytes.iter().enumerate() {
        match (place, byte) {
            (8 | 13 | 18 | 23, b'-') => {}
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => bits = bits << 4 | u128::from(byte - b'0'),
            (_, b'a'..=b'f') => bits = bits << 4 | u128::from(byte - b'a' + 10),
            _ => return None,
        }
    }
    Some(bits)
}

fn uuid_text(bits: u128) -> String {
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        bits >> 96,
        bits >> 80 & 0xffff,
        bits >> 64 & 0xffff,
        bits >> 48 & 0xffff,
        bits & 0xffff_ffff_ffff
    )
}
