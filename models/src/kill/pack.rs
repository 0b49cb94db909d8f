//! A state as one word: what is hashed.

use std::hash::{Hash, Hasher};
use std::num::NonZeroU8;

use crate::engine::Stored;

use super::state::{Activity, Attempt, Container, Kill, Record, Stage, State, Waiting};

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u128(self.pack());
    }
}

impl Stored<State> for u128 {
    fn pack(state: &State) -> Self {
        state.pack()
    }
    fn unpack(self) -> State {
        State::unpack(self).expect("`pack` made it")
    }
}

impl State {
    /// All of it in 88 bits. Every number of seconds is below 15.
    #[must_use]
    pub fn pack(&self) -> u128 {
        let mut bits = Bits(0);
        for Container { runs, kill } in self.containers {
            bits.flag(runs);
            let (tag, a, b) = match kill {
                Kill::Idle => (0, 0, 0),
                Kill::Hook(until) => (1, until, 0),
                Kill::Turn(until) => (2, until, 0),
                Kill::Stopping { since, timeout } => (3, since, timeout),
                Kill::Stopped => (4, 0, 0),
                Kill::Failed => (5, 0, 0),
            };
            bits.push(tag, 3);
            bits.push(a, 4);
            bits.push(b, 4);
        }
        let nothing = Attempt { lasted: 0, grace: NONE };
        let Attempt { lasted, grace } = self.attempt.unwrap_or(nothing);
        bits.push(lasted, 4);
        bits.push(grace, 4);
        bits.record(self.worker);
        bits.secs(self.least);
        bits.secs(self.g);
        bits.push(self.spec, 4);
        bits.flag(self.gone);
        bits.flag(self.hooked);
        bits.0
    }

    /// What [`pack`](Self::pack) packed; `None` for bits that it never makes.
    #[must_use]
    pub fn unpack(bits: u128) -> Option<Self> {
        let mut bits = Bits(bits);
        let (hooked, gone) = (bits.pull(1) == 1, bits.pull(1) == 1);
        let spec = bits.pull(4);
        let (g, least) = (bits.pull_secs(), bits.pull_secs());
        let worker = bits.pull_record()?;
        let (grace, lasted) = (bits.pull(4), bits.pull(4));
        let attempt = (grace != NONE).then_some(Attempt { lasted, grace });
        if attempt.is_none() && lasted != 0 {
            return None;
        }
        let [c, b, a] = [bits.pull_container()?, bits.pull_container()?, bits.pull_container()?];
        let state = Self { spec, g, gone, worker, attempt, containers: [a, b, c], least, hooked };
        (bits.0 == 0).then_some(state)
    }
}

/// No number of seconds.
const NONE: u8 = 15;

const STAGES: [Stage; 5] = [Stage::Forgotten, Stage::Sync, Stage::Requested, Stage::Begun, Stage::Terminated];
const ACTIVITIES: [Activity; 5] =
    [Activity::New, Activity::Resting, Activity::Syncing, Activity::Killing, Activity::KillingOrphan];

/// A stack of bit fields in one word.
struct Bits(u128);

impl Bits {
    fn push(&mut self, value: u8, width: u32) {
        self.0 = self.0 << width | u128::from(value);
    }

    fn flag(&mut self, value: bool) {
        self.push(value.into(), 1);
    }

    fn secs(&mut self, secs: Option<u8>) {
        self.push(secs.unwrap_or(NONE), 4);
    }

    fn pull(&mut self, width: u32) -> u8 {
        #[allow(clippy::cast_possible_truncation, reason = "at most 4 bits")]
        let value = (self.0 & ((1 << width) - 1)) as u8;
        self.0 >>= width;
        value
    }

    fn pull_secs(&mut self) -> Option<u8> {
        Some(self.pull(4)).filter(|secs| *secs != NONE)
    }

    fn pull_container(&mut self) -> Option<Container> {
        let (b, a, tag) = (self.pull(4), self.pull(4), self.pull(3));
        let kill = match (tag, a, b) {
            (0, 0, 0) => Kill::Idle,
            (1, until, 0) => Kill::Hook(until),
            (2, until, 0) => Kill::Turn(until),
            (3, since, timeout) => Kill::Stopping { since, timeout },
            (4, 0, 0) => Kill::Stopped,
            (5, 0, 0) => Kill::Failed,
            _ => return None,
        };
        Some(Container { runs: self.pull(1) == 1, kill })
    }

    fn record(&mut self, record: Record) {
        self.push(record.stage as u8, 3);
        self.push(record.activity as u8, 3);
        self.secs(record.held.map(NonZeroU8::get));
        let (tag, g, grace) = match record.waiting {
            None => (0, None, None),
            Some(Waiting::Orphan) => (1, None, None),
            Some(Waiting::Pod { g, grace }) => (2, g, grace),
        };
        self.push(tag, 2);
        self.secs(g);
        self.secs(grace.map(NonZeroU8::get));
    }

    fn pull_record(&mut self) -> Option<Record> {
        let non_zero = |secs: Option<u8>| match secs {
            None => Some(None),
            Some(secs) => NonZeroU8::new(secs).map(Some),
        };
        let (grace, g, tag) = (non_zero(self.pull_secs())?, self.pull_secs(), self.pull(2));
        let waiting = match (tag, g, grace) {
            (0, None, None) => None,
            (1, None, None) => Some(Waiting::Orphan),
            (2, g, grace) => Some(Waiting::Pod { g, grace }),
            _ => return None,
        };
        let held = non_zero(self.pull_secs())?;
        let activity = *ACTIVITIES.get(usize::from(self.pull(3)))?;
        let stage = *STAGES.get(usize::from(self.pull(3)))?;
        Some(Record { stage, activity, held, waiting })
    }
}
