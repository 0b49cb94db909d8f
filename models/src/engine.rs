//! An engine of its own for models of [stateright](stateright::Model): it keeps whole states, so that it can look for
//! cycles, and decides what eventually happens under fairness.
//!
//! stateright decides safety here. Its `eventually` forgets, where two paths join, which of them still owes
//! something, and takes a cycle for an end of the road: it misses violations there. It knows no fairness, and each
//! entry of its queue carries the whole path to it.
//!
//! [`explore`] visits every reachable state breadth first. A state is kept once, packed if the model can, in an arena
//! with an index of small integers; its number is its place. That costs the packed state and at most 14 bytes: four for
//! the parent and, at the worst moment, ten for the index. The queue is a cursor in the arena. Beyond a limit of memory
//! an exploration stops, or goes on with fingerprints in place of states and says how likely it misses one.
//!
//! [`Reduced`] explores states that differ by an exchange of equal parts as one.
//!
//! [`Graph`] adds the steps between the states, each with the marks that fairness asks about. [`find`] then decides a
//! [`Property`] under a [`Fairness`]: a violation is a [`Lasso`], a stem and a loop of real steps.
//!
//! ```
//! use pod_lifecycle_models::engine::{Bits, Fairness, Graph, Limit, Property, Rest, Steps, find};
//! use stateright::Model;
//!
//! /// A lamp that anyone may switch.
//! struct Lamp;
//! impl Model for Lamp {
//!     type State = bool;
//!     type Action = ();
//!     fn init_states(&self) -> Vec<bool> {
//!         vec![false]
//!     }
//!     fn actions(&self, _: &bool, actions: &mut Vec<()>) {
//!         actions.push(());
//!     }
//!     fn next_state(&self, on: &bool, (): ()) -> Option<bool> {
//!         Some(!on)
//!     }
//! }
//! impl Steps for Lamp {}
//!
//! const SWITCH: u32 = 1;
//! let (space, graph) = Graph::explore::<_, bool>(&Lamp, Limit::NONE, |_, (), _| SWITCH)?;
//! let lit = Property::AlwaysEventually(Bits::of(&space, |on| *on));
//! // Nobody need switch it on …
//! let lasso = find(&graph, &lit, Fairness::NONE, Rest::Anywhere).expect("a run in the dark");
//! assert!(lasso.stem.is_empty() && lasso.cycle.is_empty());
//! // … unless somebody always eventually does.
//! assert_eq!(find(&graph, &lit, Fairness { weak: SWITCH, ..Fairness::NONE }, Rest::Anywhere), None);
//! # Ok::<(), pod_lifecycle_models::engine::Outcome>(())
//! ```

mod ahead;
mod arena;
mod explore;
mod fair;
mod graph;
mod lasso;
mod reduced;

pub use arena::{Folded, Stored};
pub use explore::{
    Beyond, Flow, Limit, Outcome, Space, Steps, Taken, Visit, explore, explore_on, explore_steps,
};
pub use fair::{Fairness, Rest, components};
pub use graph::{Bits, Edge, Graph};
pub use lasso::{Hop, Lasso, Property, find};
pub use reduced::Reduced;
