//! Alters what the cases expect, one value after another: each alteration must be noticed.

use serde_json::Value;

use crate::files::{self, Lines, Origin};
use crate::harness::{Oracle, Report, tree};

/// Takes the first cases of an oracle's sample and alters every expected value.
pub(crate) fn every_altered_expectation_is_noticed<O: Oracle>() -> Result<(), String> {
    if files::writes_sample() {
        return Ok(()); // another test is writing it
    }
    let sample = files::sample(O::NAME)?;
    let mut altered = 0;
    for line in sample.text.lines().take(20) {
        for leaf in 0.. {
            let mut case = tree(line);
            if !alter(&mut case, O::EXPECTED, false, &mut { leaf }) {
                break;
            }
            let mut report = Report::default();
            report.read::<O>(&Lines {
                name: String::new(),
                origin: Origin::Directory,
                text: case.to_string(),
            });
            assert!(!report.is_clean(), "{}: passes in spite of a wrong expectation: {case}", O::NAME);
            altered += 1;
        }
    }
    assert!(altered > 0, "{}: nothing is expected in {:?}", O::NAME, O::EXPECTED);
    Ok(())
}

/// Changes the scalar number `left` below one of the members `expected`; whether there is one.
fn alter(value: &mut Value, expected: &[&str], inside: bool, left: &mut usize) -> bool {
    match value {
        Value::Object(members) => members
            .iter_mut()
            .any(|(name, member)| alter(member, expected, inside || expected.contains(&&**name), left)),
        Value::Array(items) => items.iter_mut().any(|item| alter(item, expected, inside, left)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) if !inside => false,
        scalar if *left == 0 => {
            *scalar = match scalar {
                Value::Bool(flag) => Value::Bool(!*flag),
                Value::Number(number) => Value::from(number.as_i64().unwrap_or_default() + 1),
                Value::String(text) => Value::String(format!("{text}~")),
                Value::Null | Value::Array(_) | Value::Object(_) => Value::from("null~"),
            };
            true
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            *left -= 1;
            false
        }
    }
}
