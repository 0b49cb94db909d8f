//! `podlife rules`: the catalogue.

use pod_lifecycle::RuleId;
use pod_lifecycle::rules::Rule;

use crate::args;
use crate::exit::{CliError, Outcome};
use crate::render;

pub(crate) fn run(args: &args::Rules) -> Result<Outcome, CliError> {
    let rules: Vec<&Rule> = match &args.id {
        None => RuleId::all().collect(),
        Some(text) => named(text),
    };
    if rules.is_empty() {
        let message = format!("there is no rule or family `{}`", args.id.as_deref().unwrap_or_default());
        return Err(CliError::unusable(message, "`podlife rules` lists them; a rule is named like DEL-08"));
    }
    if args.json {
        render::rules::json(&rules)?;
    } else {
        render::rules::text(&rules)?;
    }
    Ok(Outcome::Expected)
}

/// The rule of that name, or the rules of that family.
fn named(text: &str) -> Vec<&'static Rule> {
    if let Ok(id) = text.parse::<RuleId>() {
        return vec![id.rule()];
    }
    let family = format!("{}-", text.to_uppercase());
    RuleId::all().filter(|rule| rule.id.to_string().starts_with(&family)).collect()
}
