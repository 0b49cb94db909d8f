//! What people say about Pods: judged as recorded, by judges that could say otherwise, in two languages.

use std::collections::BTreeSet;

use pod_lifecycle_models::catalogue::Variant;
use pod_lifecycle_models::claims::{
    self, Claim, Heard, Judge, Language, Twist, Verdict, hear, hear_variant, page, translations,
};
use pod_lifecycle_models::law::Scope;

use crate::documents::compare;

fn all() -> Vec<&'static Claim> {
    claims::all().collect()
}

fn named(id: &str) -> &'static Claim {
    claims::all().find(|claim| claim.id == id).unwrap()
}

/// Every claim is judged as it is recorded, and both pages say so.
#[test]
fn every_verdict_is_as_recorded() {
    let hearing = hear(&all(), Scope::Standard, 2, |_| {});
    for heard in &hearing.heard {
        assert!(!heard.differs(), "{}: recorded {}, {:?}", heard.claim.id, heard.claim.verdict, heard.judged);
        if let Some(judged) = &heard.judged {
            assert!(!judged.evidence.is_empty(), "{} shows nothing", heard.claim.id);
            assert!(judged.evidence.iter().all(|evidence| !evidence.path.is_empty()), "{}", heard.claim.id);
        }
    }
    compare("claims.md", &page(&hearing, Language::English));
    compare("claims.zh.md", &page(&hearing, Language::Chinese));
}

/// Another verdict than the one that is found differs, whichever it is.
#[test]
fn another_record_differs() {
    let hearing = hear(&all(), Scope::Tiny, 2, |_| {});
    for heard in hearing.heard.iter().filter(|heard| heard.judged.is_some()) {
        assert!(!heard.differs(), "{}", heard.claim.id);
        for verdict in Verdict::ALL.into_iter().filter(|verdict| *verdict != heard.claim.verdict) {
            let claim = Box::leak(Box::new(Claim { verdict, ..*heard.claim }));
            let heard = Heard { claim, judged: heard.judged.clone() };
            assert!(heard.differs(), "{} recorded as {verdict}", claim.id);
        }
    }
}

/// No judge has its verdict whatever happens: were the claimed so wherever it is at stake, it would say true, and were it so
/// nowhere, false.
#[test]
fn every_judge_can_say_otherwise() {
    let judged: Vec<_> =
        all().into_iter().filter(|claim| !matches!(claim.judge, Judge::Rule | Judge::Live { .. })).collect();
    for (twist, expected) in [(Twist::Holds, Verdict::True), (Twist::Fails, Verdict::False)] {
        let hearing = hear_variant(&judged, (Scope::Tiny, Variant::Faithful, twist), 2, |_| {});
        for Heard { claim, judged } in hearing.heard {
            assert_eq!(judged.and_then(|judged| judged.verdict), Some(expected), "{} {twist:?}", claim.id);
        }
    }
}

/// A component that makes a mistake makes another verdict.
#[test]
fn a_mutant_changes_a_verdict() {
    let changed = [
        ("FOLK-28", "delete-lengthens", Verdict::True),
        ("FOLK-30", "update-undeletes", Verdict::True),
        ("FOLK-33", "finalizer-added", Verdict::True),
        ("FOLK-42", "uid-forgotten", Verdict::False),
    ];
    for (id, mutant, expected) in changed {
        let over = (Scope::Tiny, Variant::Mutant(mutant), Twist::None);
        let hearing = hear_variant(&[named(id)], over, 1, |_| {});
        let found = hearing.heard[0].judged.as_ref().and_then(|judged| judged.verdict);
        assert_eq!(found, Some(expected), "{id} over {mutant}");
    }
}

/// A claim alone is judged as it is among all, and what nobody judges is not counted as judged.
#[test]
fn one_claim_is_judged_alone() {
    for id in ["FOLK-31", "FOLK-65", "FOLK-12", "TUT-17"] {
        let hearing = hear(&[named(id)], Scope::Tiny, 1, |_| {});
        assert!(hearing.heard[0].judged.is_some() && !hearing.heard[0].differs(), "{id}");
    }
    let by_rule = hear(&[named("FOLK-62")], Scope::Tiny, 1, |_| {});
    assert!(by_rule.heard[0].judged.is_none() && !by_rule.heard[0].differs());
    assert!(by_rule.states.is_empty());
}

/// Identifiers are unique, every claim names its rules.
#[test]
fn claims_are_well_formed() {
    let mut seen = BTreeSet::new();
    for claim in claims::all() {
        assert!(seen.insert(claim.id), "{} twice", claim.id);
        assert!(!claim.rules.is_empty(), "{} rests on nothing", claim.id);
        assert!(!claim.says.ends_with('.') && !claim.because.ends_with('.'), "{}", claim.id);
    }
}

/// The Chinese page is complete, and each text translates what the English one says now.
#[test]
fn translations_are_complete_and_current() {
    let translations = translations();
    let ids: Vec<_> = translations.iter().map(|translation| translation.id).collect();
    assert_eq!(ids, claims::all().map(|claim| claim.id).collect::<Vec<_>>());
    for (claim, translation) in claims::all().zip(&translations) {
        let english = [claim.says, claim.because];
        assert_eq!(
            translation.english, english,
            "{}: translate it anew in models/src/claims/zh.txt",
            claim.id
        );
        for text in translation.chinese {
            let chinese = text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
            assert!(chinese, "{}: `{text}`", claim.id);
        }
    }
}
