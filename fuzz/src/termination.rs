//! One attempt to kill a Pod: containers of any role, hooks and processes; judged by a second statement in milliseconds.

use std::time::Duration;

use pod_lifecycle::container::Role;
use pod_lifecycle::termination::{
    Actor, Behaviour, HookRun, Member, Outcome, Process, StopRun, Times, simulate,
};

/// Plays one attempt; every time in it must be as chapter 6 says, container for container.
pub fn termination(data: &[u8]) {
    let Some((grace, containers)) = data.split_first() else { return };
    let grace = i64::from(*grace % 48) - 1;
    let containers: Vec<_> = containers.chunks_exact(4).take(8).map(Container::read).collect();
    let mut pod: Vec<_> = containers.iter().map(|container| container.actor(grace)).collect();
    let attempt = simulate(&mut pod);
    let expected = expect(&containers, grace);
    for ((actor, times), container) in pod.iter().zip(&expected).zip(&containers) {
        assert_eq!(actor.times, times.times(), "grace {grace}: {container:?} of {containers:?}");
    }
    let running = || containers.iter().filter(|container| container.running);
    let failed = running().any(|container| container.stops == Stops::Fails);
    assert_eq!(attempt.outcome == Outcome::Failed, failed, "{containers:?}");
    let last = expected.iter().filter_map(|times| times.ended.or(times.due)).max().unwrap_or(0);
    assert_eq!(attempt.ended, Duration::from_millis(last), "{containers:?}");
}

/// A container in plain numbers: milliseconds.
#[derive(Clone, Copy, Debug)]
struct Container {
    role: Role,
    running: bool,
    /// How long its hook runs; one that hangs runs longer than any grace.
    hook: Option<u64>,
    stops: Stops,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stops {
    After(u64),
    Never,
    Fails,
}

const HANGS: u64 = 1_000_000;

/// What must be done to a container, and when.
#[derive(Clone, Copy, Debug, Default)]
struct Done {
    signal: Option<u64>,
    due: Option<u64>,
    killed: Option<u64>,
    ended: Option<u64>,
}

impl Container {
    fn read(bytes: &[u8]) -> Self {
        let [kind, hook, stop, fraction] = [bytes[0], bytes[1], bytes[2], bytes[3]];
        let millis = |byte: u8, part: u8| u64::from(byte % 48) * 1_000 + u64::from(part & 15) * 100;
        Self {
            role: [Role::Regular, Role::Sidecar, Role::Init, Role::Ephemeral][usize::from(kind & 3)],
            running: kind & 4 == 0,
            hook: match kind >> 3 & 3 {
                0 | 1 => None,
                2 => Some(millis(hook, fraction)),
                _ => Some(HANGS),
            },
            stops: match kind >> 5 {
                0..=3 => Stops::After(millis(stop, fraction >> 4)),
                4..=6 => Stops::Never,
                _ => Stops::Fails,
            },
        }
    }

    fn actor(&self, grace: i64) -> Actor {
        let hook = match self.hook {
            None => HookRun::None,
            Some(HANGS) => HookRun::Hangs,
            Some(millis) => HookRun::Takes(Duration::from_millis(millis)),
        };
        let process = match self.stops {
            Stops::After(millis) => StopRun::Ends(Duration::from_millis(millis)),
            Stops::Never => StopRun::Ignores,
            Stops::Fails => StopRun::Fails,
        };
        let running = if self.running { Process::Running } else { Process::Stopped };
        Actor::new(Member { role: self.role, process: running }, Behaviour { hook, process }, grace)
    }

    /// KUB-43 for one container; `ready` is when all that it waits for is stopped, `None` for never.
    fn killed(&self, grace: u64, has_sidecars: bool, ready: Option<u64>) -> Done {
        let (mut now, mut left) = (0, grace);
        if let Some(hook) = self.hook {
            now = hook.min(left * 1_000); // step 2
            left -= now / 1_000;
        }
        if has_sidecars && left > 0 {
            let turn = ready.unwrap_or(u64::MAX).clamp(now, now + left * 1_000); // step 3
            left -= (turn - now) / 1_000;
            now = turn;
        }
        let due = now + left.max(2) * 1_000; // steps 4 and 5
        let (killed, ended) = match self.stops {
            Stops::After(millis) if now + millis <= due => (None, Some(now + millis)),
            Stops::After(_) | Stops::Never => (Some(due), Some(due)),
            Stops::Fails => (None, None),
        };
        Done { signal: Some(now), due: Some(due), killed, ended }
    }
}

/// All containers, from the last to the first: a sidecar waits for later ones and for regular ones only (KUB-45).
fn expect(containers: &[Container], grace: i64) -> Vec<Done> {
    let grace = u64::try_from(grace).unwrap_or(0);
    let has_sidecars = containers.iter().any(|container| container.role == Role::Sidecar);
    let mut done = vec![Done::default(); containers.len()];
    let regular = |container: &Container| container.role != Role::Sidecar;
    for (place, container) in containers.iter().enumerate().filter(|(_, it)| it.running && regular(it)) {
        done[place] = container.killed(grace, has_sidecars, Some(0));
    }
    for place in (0..containers.len()).rev() {
        let container = containers[place];
        if !container.running || regular(&container) {
            continue;
        }
        let later = (place + 1..containers.len()).find(|other| containers[*other].role == Role::Sidecar);
        let regulars = (0..containers.len()).filter(|other| containers[*other].role == Role::Regular);
        let waited = regulars.chain(later).filter(|other| containers[*other].running);
        let ready = waited.map(|other| done[other].ended).try_fold(0, |ready, end| Some(end?.max(ready)));
        done[place] = container.killed(grace, has_sidecars, ready);
    }
    done
}

impl Done {
    fn times(self) -> Times {
        let time = |millis: Option<u64>| millis.map(Duration::from_millis);
        Times {
            signal: time(self.signal),
            sigkill_due: time(self.due),
            killed: time(self.killed),
            ended: time(self.ended),
        }
    }
}
