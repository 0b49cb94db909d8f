//! Random models against a reference: a fair run exists if and only if some set of states can be all that it visits
//! for ever, and every set is tried.

use pod_lifecycle_models::engine::Hop;
use proptest::prelude::*;

use super::*;

/// Marks that tests ask about.
const MARKS: u32 = 0b111;

prop_compose! {
    /// At most `most` states with at most three steps each, and the sets of a property.
    fn net(most: u8)(states in 1..=most)(
        steps in prop::collection::vec(
            prop::collection::vec((0..states, prop_oneof![3 => Just(0), 1 => 0..=MARKS]), 0..4),
            usize::from(states),
        ),
        then in prop::collection::vec(0..states, 0..4),
    ) -> Net {
        Net { steps, then }
    }
}

fn fairness() -> impl Strategy<Value = Fairness> {
    let marks = || prop_oneof![1 => Just(0), 2 => 0..=MARKS];
    let finite = prop_oneof![3 => Just(0), 1 => 0..=MARKS];
    (marks(), marks(), finite).prop_map(|(weak, strong, finite)| Fairness { weak, strong, finite })
}

#[derive(Clone, Copy, Debug)]
enum Form {
    LeadsTo,
    AlwaysEventually,
    EventuallyAlways,
}

/// A claim about a net in terms of bit sets of its states.
struct Claim<'a> {
    net: &'a Net,
    form: Form,
    when: u16,
    then: u16,
    fairness: Fairness,
    rest: Rest,
}

impl Claim<'_> {
    fn states(&self) -> impl Iterator<Item = usize> {
        0..self.net.steps.len()
    }

    /// The states that some step leads to from one of `from`, over `inside` only.
    fn after(&self, from: u16, inside: u16, without: u32) -> u16 {
        self.states()
            .filter(|state| from >> state & 1 == 1)
            .flat_map(|state| &self.net.steps[state])
            .filter(|(_, marks)| marks & without == 0)
            .fold(0, |set, (to, _)| set | 1 << to)
            & inside
    }

    fn closure(&self, from: u16, inside: u16, without: u32) -> u16 {
        let mut set = from & inside;
        loop {
            let more = set | self.after(set, inside, without);
            if more == set {
                return set;
            }
            set = more;
        }
    }

    /// The states that may follow once the property is owed, and never again paid.
    fn owing(&self) -> u16 {
        let reachable = self.closure(1, u16::MAX, 0);
        match self.form {
            Form::LeadsTo => self.closure(reachable & self.when, !self.then, 0),
            Form::AlwaysEventually => reachable & !self.then,
            Form::EventuallyAlways => reachable,
        }
    }

    /// Whether a run can visit exactly these states infinitely often, be fair, and break the property.
    fn can_be_all(&self, set: u16) -> bool {
        let Fairness { weak, strong, finite } = self.fairness;
        let members: Vec<_> = self.states().filter(|state| set >> state & 1 == 1).collect();
        let enabled = |state: &usize| self.net.steps[*state].iter().fold(0, |all, (_, marks)| all | marks);
        let inside = members.iter().flat_map(|state| &self.net.steps[*state]);
        let inside: Vec<_> = inside.filter(|(to, marks)| set >> to & 1 == 1 && marks & finite == 0).collect();
        let connected = members.iter().all(|state| self.closure(1 << state, set, finite) == set);
        let rests = members.len() == 1
            && match self.rest {
                Rest::Anywhere => true,
                Rest::AtTheEnd => self.net.steps[members[0]].is_empty(),
            };
        let taken = inside.iter().fold(0, |all, (_, marks)| all | marks);
        let always = members.iter().map(enabled).fold(u32::MAX, |all, marks| all & marks);
        let ever = members.iter().map(enabled).fold(0, |all, marks| all | marks);
        let broken = match self.form {
            Form::LeadsTo | Form::AlwaysEventually => true,
            Form::EventuallyAlways => set & !self.then != 0,
        };
        connected
            && (rests || !inside.is_empty())
            && weak & always & !taken == 0
            && strong & ever & !taken == 0
            && broken
    }

    fn reference(&self) -> bool {
        let owing = self.owing();
        (1..=owing).any(|set| set & owing == set && self.can_be_all(set))
    }

    /// Checks that a lasso is what it says, step by step.
    fn check(&self, lasso: &Lasso) {
        let (space, graph) = self.net.graph();
        let name = |id: u32| space.state::<u8>(id).unwrap();
        let is = |set: u16, id: u32| set >> name(id) & 1 == 1;
        let mut at = lasso.root;
        assert_eq!(name(at), 0);
        let mut owed = matches!(self.form, Form::AlwaysEventually) && !is(self.then, at)
            || matches!(self.form, Form::LeadsTo) && is(self.when & !self.then, at);
        let mut follow = |hop: &Hop| {
            assert_eq!(hop.from, at);
            assert_eq!(graph.edges(at)[hop.edge].to, hop.to);
            at = hop.to;
            owed = !is(self.then, at)
                && (owed || matches!(self.form, Form::AlwaysEventually) || is(self.when, at));
            owed
        };
        lasso.stem.iter().for_each(|hop| _ = follow(hop));
        let start = lasso.stem.last().map_or(lasso.root, |hop| hop.to);
        // All of it is followed, also behind a state where nothing is owed.
        let owed: Vec<_> = lasso.cycle.iter().map(&mut follow).collect();
        let stays = !owed.contains(&false);
        assert_eq!(at, start, "the cycle closes");
        let mut set = 1 << name(start);
        let (mut taken, mut always, mut ever) = (0, graph.enabled(start), graph.enabled(start));
        for hop in &lasso.cycle {
            let marks = graph.edges(hop.from)[hop.edge].marks;
            assert_eq!(marks & self.fairness.finite, 0);
            taken |= marks;
            always &= graph.enabled(hop.to);
            ever |= graph.enabled(hop.to);
            set |= 1 << name(hop.to);
        }
        assert_eq!(self.fairness.weak & always & !taken, 0, "weakly fair");
        assert_eq!(self.fairness.strong & ever & !taken, 0, "strongly fair");
        match self.form {
            Form::LeadsTo | Form::AlwaysEventually => assert!(stays && self.owing() & set == set),
            Form::EventuallyAlways => assert_ne!(set & !self.then, 0),
        }
        if lasso.cycle.is_empty() && matches!(self.rest, Rest::AtTheEnd) {
            assert!(graph.edges(start).is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    /// A lasso is found if and only if some set of states is one, and it is one.
    #[test]
    fn lassos_are_found_where_they_are(
        net in net(12),
        when in any::<u16>(),
        fairness in fairness(),
        form in prop_oneof![Just(Form::LeadsTo), Just(Form::AlwaysEventually), Just(Form::EventuallyAlways)],
        rest in prop_oneof![Just(Rest::Anywhere), Just(Rest::AtTheEnd)],
    ) {
        let then = net.then.iter().fold(0, |set, state| set | 1 << state);
        let claim = Claim { net: &net, form, when, then, fairness, rest };
        let (space, graph) = net.graph();
        let bits = |set: u16| Bits::of(&space, |state: &u8| set >> state & 1 == 1);
        let property = match form {
            Form::LeadsTo => Property::LeadsTo { when: bits(when), then: bits(then) },
            Form::AlwaysEventually => Property::AlwaysEventually(bits(then)),
            Form::EventuallyAlways => Property::EventuallyAlways(bits(then)),
        };
        let lasso = find(&graph, &property, fairness, rest);
        prop_assert_eq!(lasso.is_some(), claim.reference());
        if let Some(lasso) = lasso {
            claim.check(&lasso);
        }
    }

    /// What stateright does find is a violation here too, and both count the same states.
    #[test]
    fn what_stateright_finds_is_found(net in net(10)) {
        let (space, graph) = net.graph();
        let property = Property::LeadsTo {
            when: Bits::of(&space, |state| *state == 0),
            then: Bits::of(&space, |state| net.then.contains(state)),
        };
        if net.stateright_finds() {
            prop_assert!(find(&graph, &property, Fairness::NONE, Rest::AtTheEnd).is_some());
        } else {
            let checker = net.clone().checker().spawn_bfs().join();
            prop_assert_eq!(space.len() as usize, checker.unique_state_count());
        }
    }
}
