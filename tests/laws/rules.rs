//! The catalogue of rules.

use std::collections::BTreeSet;

use pod_lifecycle::rules::{KUBERNETES, RuleId};
use proptest::prelude::*;

use crate::strategies::config;

/// Every identifier stands once, is looked up as itself and survives being printed and read.
#[test]
fn identifiers_are_unique_and_survive_printing() {
    let mut seen = BTreeSet::new();
    for rule in RuleId::all() {
        let text = rule.id.to_string();
        assert!(seen.insert(text.clone()), "{text} stands twice");
        assert_eq!(rule.id.rule(), rule);
        assert_eq!(text.parse(), Ok(rule.id));
        assert_eq!(text.to_lowercase().parse(), Ok(rule.id));
        let json = serde_json::to_string(&rule.id).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<RuleId>(&json).unwrap(), rule.id);
    }
    assert!(seen.len() > 400, "{}", seen.len());
}

/// Every rule says one sentence and names its source; one that follows from others names existing rules.
#[test]
fn every_rule_has_a_sentence_and_a_source() {
    for rule in RuleId::all() {
        assert!(rule.says.ends_with('.') && !rule.says.contains('\n'), "{}: {}", rule.id, rule.says);
        assert!(!rule.source.is_empty(), "{}", rule.id);
    }
}

/// A rule's versions are of the form `1.30` and frame [`KUBERNETES`], except of a rule that has ended.
#[test]
fn versions_are_in_order() {
    let minor = |version: &str| version.strip_prefix("1.").unwrap().parse::<u32>().unwrap();
    let mut versioned = 0;
    for rule in RuleId::all() {
        let (since, until) = (rule.since.map_or(27, minor), minor(rule.until.unwrap_or(KUBERNETES)));
        assert!(since >= 27 && since <= until && until <= minor(KUBERNETES), "{}", rule.id);
        versioned += usize::from(rule.since.is_some() || rule.until.is_some());
    }
    assert!(versioned > 0);
}

proptest! {
    #![proptest_config(config(500))]

    /// A text that names no rule is refused with its own words.
    #[test]
    fn other_texts_are_refused(text in "([A-Z]{3}|CTL-[A-Z]{2,3})-[0-9]{1,3}|.{0,12}") {
        match text.parse::<RuleId>() {
            Ok(id) => prop_assert!(id.to_string().eq_ignore_ascii_case(&text)),
            Err(unknown) => prop_assert!(unknown.to_string().contains(&text)),
        }
    }
}
