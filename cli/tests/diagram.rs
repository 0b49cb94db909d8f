//! `podlife diagram`.

use crate::{podlife, transcript};

#[test]
fn a_machine_is_drawn_as_dot() {
    insta::assert_snapshot!(transcript(&mut podlife(&["diagram", "phase", "--dot"])));
}

#[test]
fn an_unknown_machine_is_an_unusable_call() {
    let shown = transcript(&mut podlife(&["diagram", "x"]));
    assert!(shown.starts_with("error: there is no machine `x`\nhint: one of deletion,"), "{shown}");
    assert!(shown.ends_with("exit 2\n"), "{shown}");
}
