//! `podlife walkthrough`.

use crate::{podlife, transcript};

#[test]
fn a_pod_is_created() {
    insta::assert_snapshot!(transcript(&mut podlife(&["walkthrough", "create"])));
}

/// The order of «End-to-end order of a plain delete of a running pod».
#[test]
fn a_pod_is_deleted() {
    insta::assert_snapshot!(transcript(&mut podlife(&["walkthrough", "delete"])));
}

#[test]
fn a_deletion_is_drawn() {
    insta::assert_snapshot!(transcript(&mut podlife(&["walkthrough", "delete", "--mermaid"])));
}
