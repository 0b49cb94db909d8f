//! What tests of several models ask of them.

use std::collections::HashSet;

use pod_lifecycle_models::audit::{Claim, Until};
use pod_lifecycle_models::catalogue::{self, Entry, Variant};
use pod_lifecycle_models::engine::Stored;
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::render::Told;

/// Packs and unpacks every state within reach: nothing is lost, so that two states never share what is hashed. Tells how many
/// there are.
pub(super) fn packing_loses_nothing<M: Protocol, P: Stored<M::State>>(model: &M) -> usize {
    let first = P::pack(&model.initial());
    let (mut seen, mut unseen, mut actions) = (HashSet::from([first]), vec![model.initial()], Vec::new());
    while let Some(state) = unseen.pop() {
        assert_eq!(P::pack(&state).unpack(), state);
        model.actions(&state, &mut actions);
        let nexts = actions.drain(..).map(|action| model.step(&state, action).next);
        unseen.extend(nexts.filter(|next| seen.insert(P::pack(next))));
    }
    seen.len()
}

/// A model and the index of a law of it.
pub(super) fn law(model: &str, id: &str) -> (&'static Entry, usize) {
    let entry = catalogue::find(model).unwrap();
    (entry, (entry.laws)().iter().position(|law| law.id == id).unwrap())
}

/// The shortest path to a claim about a law, or to what is wanted of it.
pub(super) fn path(
    model: &str,
    scope: Scope,
    id: &str,
    variant: Variant<'_>,
    claim: Option<Claim>,
) -> Option<Vec<Told>> {
    let (entry, index) = law(model, id);
    let claim = claim.unwrap_or_else(|| (entry.laws)()[index].kind.wanted());
    let run = (entry.search)(scope, variant, Until::Found(index, claim));
    run.path(index, claim).map(<[Told]>::to_vec)
}
