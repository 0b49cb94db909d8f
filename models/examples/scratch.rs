//! x
use pod_lifecycle_models::catalogue::*;
use pod_lifecycle_models::*;
fn main() {
    let scope = match std::env::args().nth(1).as_deref() {
        Some("tiny") => Scope::Tiny,
        Some("large") => Scope::Large,
        _ => Scope::Standard,
    };
    let report = verify::verify(&[&MODELS[0]], scope, 2, |_| ());
    for m in &report.models {
        println!("{} states {} steps {} in {:.2}", m.name, m.states, m.steps, m.seconds);
        for l in &m.laws {
            println!("  {} holds {} witness {:?} by {:?}", l.id, l.holds, l.witness_steps, l.challenged_by);
        }
        for l in &m.scenarios {
            println!("  {} {:?}", l.id, l.steps);
        }
        for l in &m.expected_violations {
            println!("  {} {:?} remedied {:?}", l.id, l.steps, l.remedied);
        }
        for l in &m.mutants {
            println!(
                "  {} {} caught {} broken {:?} steps {:?} states {}",
                l.id, l.law, l.caught, l.broken, l.steps, l.states
            );
        }
        println!("{:?}\n{:?}", m.actions, m.refusals);
    }
    println!("{} s, problems {:#?}", report.seconds, report.problems);
}
