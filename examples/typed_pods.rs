//! For programs that hold Pods of `k8s-openapi`: is this change legal?
//!
//! `cargo run --example typed_pods --features k8s-openapi,k8s-openapi/latest`

use k8s_openapi::api::core::v1;
use pod_lifecycle::{RuleId, View, review, wire};

fn pod(phase: &str) -> v1::Pod {
    v1::Pod {
        spec: Some(v1::PodSpec { node_name: Some("node-a".to_owned()), ..v1::PodSpec::default() }),
        status: Some(v1::PodStatus { phase: Some(phase.to_owned()), ..v1::PodStatus::default() }),
        ..v1::Pod::default()
    }
}

fn main() {
    let (old, new) = (pod("Succeeded"), pod("Running"));
    let broken = review(&View::of(&wire::Pod::from(&old)), &View::of(&wire::Pod::from(&new)));
    assert_eq!(broken.first().map(pod_lifecycle::Violation::rule), Some(RuleId::PHA_15));
}
