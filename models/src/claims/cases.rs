//! Judges that go through every case of a machine.

use super::ask::{Seen, Tally};
use super::{Evidence, Judged, Quantifier, Twist};
use crate::render::Told;

/// A sentence over every case of a machine.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// The machine.
    pub name: &'static str,
    quantifier: Quantifier,
    conditional: bool,
    cases: fn(&mut Cases),
}

impl Machine {
    /// It is so in every case.
    pub(super) const fn always(name: &'static str, cases: fn(&mut Cases)) -> Self {
        Self { name, quantifier: Quantifier::Always, conditional: false, cases }
    }

    /// It is so in every case of a condition that the sentence does not name.
    pub(super) const fn provided(name: &'static str, cases: fn(&mut Cases)) -> Self {
        Self { name, quantifier: Quantifier::Always, conditional: true, cases }
    }

    /// It is so in some case.
    pub(super) const fn can(name: &'static str, cases: fn(&mut Cases)) -> Self {
        Self { name, quantifier: Quantifier::Sometimes, conditional: false, cases }
    }

    pub(super) fn judge(&self, twist: Twist) -> Judged {
        let mut cases = Cases { tally: Tally::new(self.quantifier, self.conditional), twist };
        (self.cases)(&mut cases);
        let (verdict, shown) = cases.tally.verdict();
        let evidence = shown.into_iter().map(|(shows, told)| Evidence::new(shows, told));
        Judged { verdict, evidence: evidence.collect() }
    }
}

/// Takes the cases of a machine.
#[derive(Debug)]
pub struct Cases {
    tally: Tally<Vec<Told>>,
    twist: Twist,
}

impl Cases {
    /// A case that the sentence speaks of; `then` is what it claims.
    pub(super) fn case(&mut self, then: bool, told: impl Fn() -> Told) {
        self.case_if(then, false, told);
    }

    /// The same, and whether the condition holds.
    pub(super) fn case_if(&mut self, then: bool, provided: bool, told: impl Fn() -> Told) {
        let then = self.twist.of(then);
        self.tally.note(Seen { when: true, then, provided }, || vec![told()]);
    }
}

/// One thing that happens, and what becomes of it.
pub(super) fn told(from: &'static str, to: &'static str, says: String, then: String) -> Told {
    Told { from, to, says, changes: vec![then] }
}
