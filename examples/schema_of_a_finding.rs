//! For programs that pass findings on: the JSON Schema of what is serialised.
//!
//! `cargo run --example schema_of_a_finding --features schemars`

use pod_lifecycle::Force;

fn main() {
    let schema = schemars::schema_for!(Force);
    let text = serde_json::to_string(&schema).expect("a schema is JSON");
    assert!(text.contains("undisciplined"));
}
