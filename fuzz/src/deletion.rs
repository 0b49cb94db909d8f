//! One stored object, a list of requests, a clock that moves on; judged by a second statement over plain fields.

use pod_lifecycle::binding::Binding;
use pod_lifecycle::deletion::{
    Deletion, Effect, Facts, Finalizers, Generation, Input, Propagation, Request, Step,
};
use pod_lifecycle::phase::Phase;
use pod_lifecycle::time::{Grace, Now, Time};

/// Plays requests on one object until they end or it is gone; after each one the fields must be as chapter 5 says.
pub fn deletion(data: &[u8]) {
    let mut bytes = data.iter().copied();
    let Some(mut object) = Object::read(&mut bytes) else { return };
    while let Some(request) = Ask::read(&mut bytes, &mut object) {
        if object.play(request).is_none() {
            return;
        }
    }
}

/// The fields of the object and of the world, as numbers.
#[derive(Clone, Copy, Debug)]
struct Object {
    second: i64,
    nanos: u32,
    dt: Option<i64>,
    g: Option<i64>,
    held_by: [bool; 4],
    bound: bool,
    phase: u8,
    spec_grace: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
enum Ask {
    Delete { grace: Option<i64>, propagation: Option<Propagation> },
    Update { leaves: [bool; 4] },
}

/// What must be true after a request.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    dt: Option<i64>,
    g: Option<i64>,
    held_by: [bool; 4],
    marked: bool,
    stored: bool,
    removed: bool,
}

const GRACES: [i64; 16] = [0, 1, 2, 3, 5, 9, 10, 11, 29, 30, 31, 60, 3_600, 86_400, 1 << 40, -1];
const NANOS: [u32; 4] = [0, 1, 500_000_000, 999_999_999];

fn pick(byte: u8) -> Option<i64> {
    GRACES.get(usize::from(byte)).copied()
}

fn bits(byte: u8) -> [bool; 4] {
    [byte & 1 != 0, byte & 2 != 0, byte & 4 != 0, byte & 8 != 0]
}

impl Object {
    fn read(bytes: &mut impl Iterator<Item = u8>) -> Option<Self> {
        let [kind, grace, spec, held_by] = [bytes.next()?, bytes.next()?, bytes.next()?, bytes.next()?];
        Some(Self {
            second: 1_700_000_000,
            nanos: 0,
            dt: (kind & 1 != 0).then_some(1_700_000_000 + i64::from(grace) % 64 - 16),
            g: (kind & 2 != 0).then(|| GRACES[usize::from(grace % 16)]),
            held_by: bits(held_by),
            bound: kind & 4 != 0,
            phase: kind >> 4,
            spec_grace: pick(spec % 32),
        })
    }

    fn facts(&self) -> Facts {
        Facts {
            now: Now::with_nanos(Time::from_unix(self.second), self.nanos),
            binding: if self.bound { Binding::Bound } else { Binding::Unbound },
            phase: Phase::ALL.get(usize::from(self.phase)).copied(),
            spec_grace: self.spec_grace.map(Grace::from_signed),
            finalizers: set(self.held_by),
        }
    }

    /// Lets the library decide, compares, and takes over what is stored; `None` once the object is gone.
    fn play(&mut self, ask: Ask) -> Option<()> {
        let state = Deletion::from_fields(self.dt.map(Time::from_unix), self.g);
        let input = match ask {
            Ask::Delete { grace, propagation } => {
                Input::Delete(Request { grace: grace.map(Grace::from_signed), propagation })
            }
            Ask::Update { leaves } => Input::Update { finalizers: set(leaves) },
        };
        let expected = self.outcome(ask);
        let Ok(step) = state.step(input, self.facts()) else {
            assert_eq!(expected, None, "refused: {ask:?} on {self:?}");
            return Some(());
        };
        let Step { next, finalizers, generation, effects, request, .. } = step;
        let got = Outcome {
            dt: next.due().map(Time::as_unix),
            g: next.grace().map(|grace| grace.as_secs().try_into().expect("no grace exceeds the table's")),
            held_by: [0, 1, 2, 3]
                .map(|place| finalizers.contains(set([0, 1, 2, 3].map(|other| other == place)))),
            marked: generation == Generation::Increased,
            stored: effects[0] == Some(Effect::Store),
            removed: effects.contains(&Some(Effect::Remove)),
        };
        assert_eq!(Some(&got), expected.as_ref(), "{ask:?} on {self:?}");
        if matches!(ask, Ask::Delete { .. }) {
            // DEL-21: with the overwritten options the decision is the same.
            assert_eq!(state.step(Input::Delete(request), self.facts()), Ok(step), "{ask:?} on {self:?}");
        }
        (self.dt, self.g, self.held_by) = (got.dt, got.g, got.held_by);
        (!got.removed).then_some(())
    }

    /// The second statement; `None` is a refusal.
    fn outcome(&self, ask: Ask) -> Option<Outcome> {
        let kept = Outcome {
            dt: self.dt,
            // G without DT counts for nothing, a negative one for 1.
            g: self.dt.and(self.g).map(|g| if g < 0 { 1 } else { g }),
            held_by: self.held_by,
            marked: false,
            stored: false,
            removed: false,
        };
        let nobody = [false; 4];
        match ask {
            Ask::Update { leaves } => {
                let adds = (0..4).any(|place| leaves[place] && !self.held_by[place]);
                if self.dt.is_some() && adds {
                    return None;
                }
                let removed = self.dt.is_some() && kept.g.unwrap_or(0) == 0 && leaves == nobody;
                Some(Outcome { held_by: leaves, stored: !removed, removed, ..kept })
            }
            Ask::Delete { grace, propagation } => {
                let grace = grace.map(|grace| if grace < 0 { 1 } else { grace });
                let [orphan, foreground, a, b] = self.held_by;
                let held_by = match propagation {
                    Some(policy) => [policy == Propagation::Orphan, policy == Propagation::Foreground, a, b],
                    None => [orphan, foreground && !orphan, a, b],
                };
                let (dt, g, marked) = match (self.dt, kept.g.unwrap_or(0)) {
                    (None, _) => {
                        let wanted = grace.or(self.spec_grace).unwrap_or(0);
                        let ended = self.phase == 2 || self.phase == 3;
                        let g = if !self.bound || ended {
                            0
                        } else if wanted < 0 {
                            1
                        } else {
                            wanted
                        };
                        (self.second + g, Some(g), true)
                    }
                    (Some(dt), 0) if held_by == nobody => {
                        // Collected by one operation: nothing is stored before.
                        return Some(Outcome { removed: true, dt: Some(dt), ..kept });
                    }
                    (Some(dt), 0) => (dt.min(self.second), Some(0), false),
                    (Some(dt), left) => match grace {
                        Some(asked) if asked < left => {
                            let moved = dt - left + asked;
                            let past = moved < self.second || (moved == self.second && self.nanos > 0);
                            (moved.max(self.second), Some(if past { asked.min(1) } else { asked }), false)
                        }
                        _ => return Some(kept),
                    },
                };
                let changed = marked || (Some(dt), g, held_by) != (kept.dt, kept.g, kept.held_by);
                Some(Outcome {
                    dt: Some(dt),
                    g,
                    held_by,
                    marked,
                    stored: changed,
                    removed: g == Some(0) && held_by == nobody,
                })
            }
        }
    }
}

impl Ask {
    /// Four bytes a request; the clock moves on with each.
    fn read(bytes: &mut impl Iterator<Item = u8>, object: &mut Object) -> Option<Self> {
        let [kind, what, wait, fraction] = [bytes.next()?, bytes.next()?, bytes.next()?, bytes.next()?];
        object.second += i64::from(wait % 64);
        let nanos = NANOS[usize::from(fraction % 4)];
        object.nanos = if wait % 64 == 0 { nanos.max(object.nanos) } else { nanos };
        if fraction & 0x80 != 0 {
            // The world changes between two requests; a bound Pod stays bound.
            object.bound |= fraction & 0x40 != 0;
            object.phase = fraction >> 2 & 7;
        }
        Some(match kind % 4 {
            0..=2 => Self::Delete {
                grace: pick(what % 32),
                propagation: match what >> 5 {
                    0 => Some(Propagation::Orphan),
                    1 => Some(Propagation::Foreground),
                    2 => Some(Propagation::Background),
                    _ => None,
                },
            },
            _ => Self::Update { leaves: bits(what) },
        })
    }
}

fn set([orphan, foreground, a, b]: [bool; 4]) -> Finalizers {
    let members = [
        (orphan, Finalizers::ORPHAN),
        (foreground, Finalizers::FOREGROUND),
        (a, Finalizers::other(0)),
        (b, Finalizers::other(1)),
    ];
    members.into_iter().filter(|(on, _)| *on).fold(Finalizers::NONE, |set, (_, one)| set.with(one))
}
