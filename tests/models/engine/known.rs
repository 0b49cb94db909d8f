//! Models whose answer is plain to see.

use super::*;

const A: u32 = 1;
const B: u32 = 2;
const WEAK_A: Fairness = Fairness { weak: A, ..Fairness::NONE };
const STRONG_A: Fairness = Fairness { strong: A, ..Fairness::NONE };

/// 0 → 1 ⇄ 2, and 3, where the claim holds, is only reached by luck: a cycle, which stateright takes for an end.
#[test]
fn a_violation_on_a_cycle_is_found() {
    let net = Net::of(&[&[(1, 0)], &[(2, 0)], &[(1, 0), (3, 0)], &[]], &[3]);
    assert!(!net.stateright_finds());
    let lasso = net.lasso(Fairness::NONE, Rest::AtTheEnd).unwrap();
    assert_eq!(names(&net, &lasso), (vec![1], vec![2, 1]));
}

/// 0 → 1 → 3 comes by the claim, 0 → 2 → 3 does not: at the join stateright forgets who still owes it.
#[test]
fn a_violation_behind_a_join_is_found() {
    let net = Net::of(&[&[(1, 0), (2, 0)], &[(3, 0)], &[(3, 0)], &[]], &[1]);
    assert!(!net.stateright_finds());
    let (space, graph) = net.graph();
    let property = Property::LeadsTo {
        when: Bits::of(&space, |state| *state == 0),
        then: Bits::of(&space, |state| *state == 1),
    };
    let lasso = find(&graph, &property, Fairness::NONE, Rest::AtTheEnd).unwrap();
    assert_eq!(names(&net, &lasso), (vec![2, 3], vec![]));
}

/// 0 ⇄ 1, and A leads from 1 to the claim: it is enabled again and again, never all the time.
#[test]
fn weak_fairness_is_not_enough_where_strong_is() {
    let net = Net::of(&[&[(1, 0)], &[(0, 0), (2, A)], &[(2, 0)]], &[2]);
    assert!(!net.stateright_finds());
    let lasso = net.lasso(WEAK_A, Rest::Anywhere).unwrap();
    assert_eq!((lasso.stem.len(), lasso.cycle.len()), (0, 0), "it rests in 0, where A is not enabled");
    let lasso = net.lasso(WEAK_A, Rest::AtTheEnd).unwrap();
    assert_eq!(names(&net, &lasso), (vec![], vec![1, 0]));
    assert_eq!(net.lasso(STRONG_A, Rest::AtTheEnd), None);
    // Without the duty to move it may rest in 0, where A is not enabled.
    assert!(net.lasso(STRONG_A, Rest::Anywhere).is_some());
}

/// A is enabled all the time in 0 ⇄ 1: weak fairness suffices, none does not.
#[test]
fn a_violation_without_fairness_is_gone_with_weak() {
    let net = Net::of(&[&[(1, 0), (2, A)], &[(0, 0), (2, A)], &[]], &[2]);
    assert!(!net.stateright_finds());
    assert!(net.lasso(Fairness::NONE, Rest::AtTheEnd).is_some());
    assert_eq!(net.lasso(WEAK_A, Rest::Anywhere), None);
    // A and B each must be taken: B only leads around.
    let net = Net::of(&[&[(1, B), (2, A)], &[(0, B), (2, A)], &[]], &[2]);
    assert_eq!(net.lasso(Fairness { weak: A | B, ..Fairness::NONE }, Rest::Anywhere), None);
    assert!(net.lasso(Fairness { weak: B, ..Fairness::NONE }, Rest::Anywhere).is_some());
}

/// B leads around for ever unless it is taken finitely often.
#[test]
fn what_happens_finitely_often_makes_no_cycle() {
    let net = Net::of(&[&[(0, B), (1, 0)], &[]], &[1]);
    assert!(!net.stateright_finds());
    assert!(net.lasso(Fairness::NONE, Rest::AtTheEnd).is_some());
    assert_eq!(net.lasso(Fairness { finite: B, ..Fairness::NONE }, Rest::AtTheEnd), None);
}

/// Every maximal run comes by the claim again and again.
#[test]
fn no_violation_is_made_up() {
    let net = Net::of(&[&[(1, 0), (2, 0)], &[(0, 0)], &[(0, 0)]], &[0]);
    assert!(!net.stateright_finds());
    assert_eq!(net.lasso(Fairness::NONE, Rest::AtTheEnd), None);
}

/// A state without steps repeats itself: stateright sees this one too.
#[test]
fn an_end_is_a_violation() {
    let net = Net::of(&[&[(1, 0)], &[]], &[]);
    assert!(net.stateright_finds());
    let lasso = net.lasso(Fairness { weak: A, strong: B, finite: 0 }, Rest::AtTheEnd).unwrap();
    assert_eq!(names(&net, &lasso), (vec![1], vec![]));
}

/// The loop of a strongly fair run takes every mark that it enables; taken apart, the rest without them is fair too.
#[test]
fn strong_fairness_takes_components_apart() {
    // 0 → 1 ⇄ 2 ⇄ 3, and 3 enables A, which leads to the claim.
    let net = Net::of(&[&[(1, 0)], &[(2, 0)], &[(1, 0), (3, 0)], &[(2, 0), (4, A)], &[]], &[4]);
    assert!(!net.stateright_finds());
    let lasso = net.lasso(STRONG_A, Rest::AtTheEnd).unwrap();
    assert_eq!(names(&net, &lasso), (vec![1], vec![2, 1]));
}

/// `EventuallyAlways` is broken by a loop that comes by and leaves again.
#[test]
fn what_holds_and_fails_for_ever_does_not_settle() {
    let net = Net::of(&[&[(1, A)], &[(0, 0), (2, 0)], &[(2, 0)]], &[1, 2]);
    let (space, graph) = net.graph();
    let settles = Property::EventuallyAlways(Bits::of(&space, |state| net.then.contains(state)));
    let lasso = find(&graph, &settles, Fairness::NONE, Rest::AtTheEnd).unwrap();
    assert_eq!(names(&net, &lasso), (vec![], vec![1, 0]));
    assert_eq!(find(&graph, &settles, Fairness { finite: A, ..Fairness::NONE }, Rest::AtTheEnd), None);
}

/// Many states, few steps: pairs of numbers below a bound.
struct Grid(u32);

impl Model for Grid {
    type State = (u32, u32);
    type Action = u8;

    fn init_states(&self) -> Vec<(u32, u32)> {
        vec![(0, 0)]
    }
    fn actions(&self, _: &(u32, u32), actions: &mut Vec<u8>) {
        actions.extend([0, 1]);
    }
    fn next_state(&self, (x, y): &(u32, u32), action: u8) -> Option<(u32, u32)> {
        let next = if action == 0 { (x + 1, *y) } else { (*x, y + 1) };
        (next.0.max(next.1) < self.0).then_some(next)
    }
}

impl Steps for Grid {}

/// Every state once, on a shortest path, in at most 16 bytes more than itself; `(u32, u32)` is 8 bytes.
#[test]
fn a_large_space_is_whole_and_small() {
    for side in [1, 300, 350, 420] {
        let space: Space<(u32, u32)> = explore(&Grid(side), Limit::NONE, |_| Flow::On);
        assert_eq!((space.len(), space.outcome), (side * side, Outcome::Complete));
        assert_eq!(space.steps, 2 * u64::from(side) * u64::from(side - 1));
        let (last, path) = (space.len() - 1, space.path(&Grid(side), space.len() - 1));
        assert_eq!(space.state::<(u32, u32)>(last), Some((side - 1, side - 1)));
        assert_eq!(path.len(), 2 * (side as usize - 1));
        let spare = 13 * 4096; // a piece that is not yet full, and the smallest index
        assert!(space.bytes() <= (8 + 16) * space.len() as usize + spare, "{} bytes", space.bytes());
    }
}

/// A pair that is kept in 64 bytes, so that fingerprints are smaller.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Wide(u32, u32, [u64; 7]);

impl pod_lifecycle_models::engine::Stored<(u32, u32)> for Wide {
    fn pack((x, y): &(u32, u32)) -> Self {
        Self(*x, *y, [0; 7])
    }
    fn unpack(self) -> (u32, u32) {
        (self.0, self.1)
    }
}

/// A limit stops an exploration and says so; with compaction it goes on and says what that is worth.
#[test]
fn a_limit_is_kept_and_told() {
    let limit = |beyond| Limit { bytes: 1 << 20, beyond };
    let stopped: Space<(u32, u32)> = explore(&Grid(300), limit(Beyond::Stop), |_| Flow::On);
    assert_eq!(stopped.outcome, Outcome::Stopped);
    assert!(stopped.len() < 90_000 && stopped.bytes() <= 1 << 20);
    let graph = Graph::explore::<_, (u32, u32)>(&Grid(300), limit(Beyond::Compact), |_, _, _| 0);
    assert!(matches!(graph, Err(Outcome::Compacted { .. } | Outcome::Stopped)));

    let limit = Limit { bytes: 3 << 20, beyond: Beyond::Compact };
    let mut visited = 0;
    let space: Space<Wide> = explore(&Grid(300), limit, |visit| {
        assert_eq!(visit.id, visited);
        visited += 1;
        Flow::On
    });
    assert_eq!((space.len(), visited), (90_000, 90_000));
    let Outcome::Compacted { omission } = space.outcome else { panic!("{}", space.outcome) };
    assert!((1e-10..1e-9).contains(&omission), "{omission}");
    assert!(space.outcome.to_string().contains("probability ≤ 2.2e-10"), "{}", space.outcome);
    assert_eq!(space.path(&Grid(300), 89_999).len(), 598);
    let whole = Limit { beyond: Beyond::Stop, ..limit };
    assert_eq!(explore::<_, Wide>(&Grid(300), whole, |_| Flow::On).outcome, Outcome::Stopped);
}

/// A visitor that has seen enough ends it.
#[test]
fn a_visitor_ends_an_exploration() {
    let space: Space<(u32, u32)> =
        explore(&Grid(300), Limit::NONE, |visit| if *visit.state == (3, 4) { Flow::End } else { Flow::On });
    assert_eq!(space.outcome, Outcome::Ended);
    assert!(space.len() < 60);
}
