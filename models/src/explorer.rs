//! A model on stateright's page: one chooses a step after the other and sees where it leads.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::net::{SocketAddr, TcpListener};

use stateright::{Model, Path, Property};

use crate::law::{Kind, On, Protocol, Taken};
use crate::render::{self, Told};

/// A state as the page shows it: what differs from the beginning, a line a field. It remembers the way to it, so that what
/// is told has its names; that is no part of what it is.
#[derive(Clone)]
pub struct Shown<S, A> {
    state: S,
    initial: S,
    path: Vec<Taken<S, A>>,
}

impl<S: PartialEq, A> PartialEq for Shown<S, A> {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state
    }
}

impl<S: Hash, A> Hash for Shown<S, A> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.state.hash(hasher);
    }
}

impl<S: fmt::Debug, A> fmt::Debug for Shown<S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (state, initial) = (format!("{:?}", self.state), format!("{:?}", self.initial));
        let initial = fields(&initial);
        let changed: Vec<_> = fields(&state).into_iter().filter(|field| !initial.contains(field)).collect();
        if changed.is_empty() {
            return f.write_str("as in the beginning");
        }
        f.write_str(&changed.join("\n"))
    }
}

/// The fields of a struct, as the one line of its `Debug` tells them.
fn fields(debug: &str) -> Vec<&str> {
    let inside =
        debug.split_once(" { ").map_or(debug, |(_, inside)| inside.strip_suffix(" }").unwrap_or(inside));
    let (mut fields, mut depth, mut first) = (Vec::new(), 0_usize, 0);
    for (place, letter) in inside.char_indices() {
        match letter {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                fields.push(inside[first..place].trim());
                first = place + 1;
            }
            _ => {}
        }
    }
    fields.push(inside[first..].trim());
    fields
}

/// A step of a model, and what it says.
#[derive(Clone, PartialEq)]
pub struct Step<A> {
    action: A,
    says: String,
}

impl<A> fmt::Debug for Step<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

/// A model for the page.
#[derive(Debug)]
pub struct Explorer<M>(M);

impl<M: Protocol> Explorer<M> {
    /// Shows this model.
    pub const fn new(model: M) -> Self {
        Self(model)
    }

    /// The state after this step.
    fn after(&self, shown: &Shown<M::State, M::Action>, action: M::Action) -> Shown<M::State, M::Action> {
        let moved = self.0.step(&shown.state, action);
        let mut path = shown.path.clone();
        path.push(Taken { before: shown.state, action, after: moved.next, refused: moved.refused });
        Shown { state: moved.next, initial: shown.initial, path }
    }

    /// What is told of this step.
    fn told(&self, shown: &Shown<M::State, M::Action>, action: M::Action) -> Vec<Told> {
        let before = M::tell(&shown.path).len();
        M::tell(&self.after(shown, action).path).split_off(before)
    }
}

/// `Kubelet: start the container of u1 (CRE-54)`.
fn says(told: &[Told]) -> String {
    let one = |step: &Told| format!("{}: {}", step.from, step.says);
    told.iter().map(one).collect::<Vec<_>>().join("; ")
}

impl<M: Protocol> Model for Explorer<M> {
    type State = Shown<M::State, M::Action>;
    type Action = Step<M::Action>;

    fn init_states(&self) -> Vec<Self::State> {
        let state = self.0.initial();
        vec![Shown { state, initial: state, path: Vec::new() }]
    }

    fn actions(&self, shown: &Self::State, steps: &mut Vec<Self::Action>) {
        let mut actions = Vec::new();
        self.0.actions(&shown.state, &mut actions);
        steps.extend(actions.into_iter().map(|action| {
            let says = says(&self.told(shown, action));
            Step { action, says }
        }));
    }

    fn next_state(&self, shown: &Self::State, step: Self::Action) -> Option<Self::State> {
        Some(self.after(shown, step.action))
    }

    fn format_action(&self, step: &Self::Action) -> String {
        step.says.clone()
    }

    /// What the step changes.
    fn format_step(&self, shown: &Self::State, step: Self::Action) -> Option<String> {
        let changes: Vec<_> =
            self.told(shown, step.action).into_iter().flat_map(|step| step.changes).collect();
        Some(if changes.is_empty() { "nothing that is told".to_owned() } else { changes.join("\n") })
    }

    fn as_svg(&self, path: Path<Self::State, Self::Action>) -> Option<String> {
        Some(render::svg(&M::tell(&path.last_state().path)))
    }

    /// The page judges the laws that are about one state; `podlife verify` judges all of them.
    fn properties(&self) -> Vec<Property<Self>> {
        let holds = |_: &Self, shown: &Self::State| {
            M::LAWS.iter().all(|law| match &law.kind {
                Kind::Always { holds: On::State(holds), .. } => holds(&shown.state),
                Kind::Always { holds: On::Step(_), .. }
                | Kind::Sometimes(_)
                | Kind::Expected { .. }
                | Kind::Eventually { .. }
                | Kind::Stuck { .. } => true,
            })
        };
        vec![Property::always("every law about a state", holds)]
    }
}

/// Serves a model at this address until the process ends.
///
/// # Errors
/// If the address is not of this machine alone, or cannot be had.
pub fn serve<M: Protocol>(model: M, address: SocketAddr) -> io::Result<()> {
    is_free(address)?;
    drop(Explorer::new(model).checker().serve(address));
    Ok(())
}

/// Whether the page may be served there: it shows a model to whoever can reach it, so only to this machine.
///
/// # Errors
/// If the address is not of this machine alone, or cannot be had.
pub fn is_free(address: SocketAddr) -> io::Result<()> {
    if !address.ip().is_loopback() {
        let text = format!("{address} can be reached from other machines");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    // stateright panics where it cannot listen.
    drop(TcpListener::bind(address)?);
    Ok(())
}
