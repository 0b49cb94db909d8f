//! The three passes over metadata (VAL-08).

use std::collections::BTreeMap;

use super::cause::{Cause, Immutable, OwnerField};
use super::field::LabelMap;
use super::names::{self, Faults, NameFault};
use crate::wire::{Text, WholeMetadata};

/// Bytes of all annotations together.
const ANNOTATIONS_MAX: usize = 256 << 10;

/// Which names pass C accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum NameForm {
    /// A DNS sub-domain: the pass that knows Pods.
    Subdomain,
    /// A segment of a path: the pass of every kind.
    Segment,
}

/// Pass U: new against stored (VAL-01 … VAL-04, VAL-06).
pub(super) fn update<'a>(old: &'a WholeMetadata<'_>, new: &'a WholeMetadata<'_>, found: &mut Vec<Cause<'a>>) {
    if old.deletion_timestamp.is_some()
        && let Some(added) = new.finalizers.iter().find(|name| !old.finalizers.contains(name))
    {
        found.push(Cause::FinalizerAdded { name: added }); // VAL-04
    }
    if new.resource_version.is_empty() {
        found.push(Cause::VersionMissing); // VAL-03
    }
    if new.generation < old.generation {
        found.push(Cause::GenerationFell { old: old.generation, new: new.generation }); // VAL-03
    }
    let fixed = [
        (Immutable::Name, &old.name, &new.name),
        (Immutable::Namespace, &old.namespace, &new.namespace),
        (Immutable::Uid, &old.uid, &new.uid),
    ];
    for (field, old, new) in fixed {
        if old.as_str() != new.as_str() {
            found.push(Cause::Changed { field, old, new }); // VAL-01
        }
    }
    if old.creation_timestamp != new.creation_timestamp {
        let (old, new) = (old.creation_timestamp, new.creation_timestamp);
        found.push(Cause::CreationChanged { old, new }); // VAL-01
    }
    if old.deletion_timestamp != new.deletion_timestamp {
        let (old, new) = (old.deletion_timestamp, new.deletion_timestamp);
        found.push(Cause::DeletionChanged { old, new }); // VAL-02
    }
    if old.deletion_grace_period_seconds != new.deletion_grace_period_seconds {
        let (old, new) = (old.deletion_grace_period_seconds, new.deletion_grace_period_seconds);
        found.push(Cause::GraceChanged { old, new }); // VAL-02
    }
    maps(new, found);
}

/// Pass C: new alone (VAL-05, VAL-06, VAL-08).
pub(super) fn content<'a>(new: &'a WholeMetadata<'_>, form: NameForm, found: &mut Vec<Cause<'a>>) {
    let faults = match form {
        NameForm::Subdomain => names::subdomain,
        NameForm::Segment => names::segment,
    };
    let beginning = new.generate_name.as_str();
    if !beginning.is_empty() {
        let faults = match form {
            NameForm::Subdomain => names::subdomain_prefix(beginning),
            NameForm::Segment => names::segment_prefix(beginning),
        };
        found.extend(each(faults).map(|fault| Cause::GenerateNameMalformed { name: beginning, fault }));
    }
    named(Immutable::Name, &new.name, faults, found);
    named(Immutable::Namespace, &new.namespace, names::label, found);
    if new.generation < 0 {
        found.push(Cause::GenerationNegative { new: new.generation });
    }
    maps(new, found);
    for name in &new.finalizers {
        found.extend(
            each(names::qualified(name)).map(|fault| Cause::FinalizerMalformed { name, fault }), // VAL-05
        );
    }
    let has = |wanted: &str| new.finalizers.iter().any(|name| name.as_str() == wanted);
    if has("orphan") && has("foregroundDeletion") {
        found.push(Cause::FinalizersExclusive); // VAL-05
    }
}

/// Pass K: the third part of VAL-05.
pub(super) fn standard<'a>(new: &'a WholeMetadata<'_>, found: &mut Vec<Cause<'a>>) {
    for (index, name) in new.finalizers.iter().enumerate() {
        if !name.contains('/') && !matches!(name.as_str(), "orphan" | "foregroundDeletion" | "kubernetes") {
            found.push(Cause::FinalizerNotStandard { index, name });
        }
    }
}

/// A map with the form of labels (VAL-06, VAL-13).
pub(super) fn labels<'a>(map: LabelMap, pairs: &'a BTreeMap<Text<'_>, Text<'_>>, found: &mut Vec<Cause<'a>>) {
    for (key, value) in pairs {
        found.extend(each(names::qualified(key)).map(|fault| Cause::LabelKey { map, key, fault }));
        found.extend(each(names::label_value(value)).map(|fault| Cause::LabelValue { map, value, fault }));
    }
}

/// Every fault of a name.
pub(super) fn each(faults: Faults) -> impl Iterator<Item = NameFault> {
    faults.into_iter().flatten()
}

fn named<'a>(field: Immutable, name: &'a str, faults: fn(&str) -> Faults, found: &mut Vec<Cause<'a>>) {
    if name.is_empty() {
        found.push(Cause::NameMissing { field });
    } else {
        found.extend(each(faults(name)).map(|fault| Cause::NameMalformed { field, name, fault }));
    }
}

/// VAL-06, OBJ-07.
fn maps<'a>(new: &'a WholeMetadata<'_>, found: &mut Vec<Cause<'a>>) {
    labels(LabelMap::Labels, &new.labels, found);
    for key in new.annotations.keys() {
        let faults = names::qualified(&key.to_lowercase());
        found.extend(each(faults).map(|fault| Cause::AnnotationKey { key, fault }));
    }
    let size = new.annotations.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > ANNOTATIONS_MAX {
        found.push(Cause::AnnotationsTooLong { size });
    }
    let mut controllers = 0;
    for (index, owner) in new.owner_references.iter().enumerate() {
        // With more than one slash it is not read at all.
        let (group, version) = match owner.api_version.split_once('/') {
            None => ("", owner.api_version.as_str()),
            Some((_, version)) if version.contains('/') => ("", ""),
            Some(parts) => parts,
        };
        let fields = [
            (OwnerField::ApiVersion, version),
            (OwnerField::Kind, &*owner.kind),
            (OwnerField::Name, &*owner.name),
            (OwnerField::Uid, &*owner.uid),
        ];
        let missing = fields.into_iter().filter(|(_, value)| value.is_empty());
        found.extend(missing.map(|(field, _)| Cause::OwnerIncomplete { index, field }));
        if (group, version, &*owner.kind) == ("", "v1", "Event") {
            found.push(Cause::OwnerBanned { index });
        }
        if owner.controller == Some(true) {
            controllers += 1;
            if controllers > 1 {
                found.push(Cause::ControllerAgain { index });
            }
        }
    }
}
