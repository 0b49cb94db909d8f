//! `restartCount`, and when a reset is over: CTR-20, CTR-22, CTR-30, enumerated.

use pod_lifecycle::container::{Instance, Role};
use pod_lifecycle::sync::{cleaned_up, first_count, lost_count};

/// CTR-20, NON-15: one more than the previous instance counted, else than the highest log, else 0; the largest count stays.
#[test]
fn ctr_20_a_new_instance_counts_one_more() {
    let counts = [None, Some(0), Some(3), Some(i32::MAX)];
    for previous in counts {
        for log in counts {
            let expected = previous.or(log).map_or(0, |count| i64::from(count) + 1);
            assert_eq!(i64::from(first_count(previous, log)), expected.min(i32::MAX.into()));
        }
    }
}

/// CTR-22, NON-15: what is lost counts as a restart, though nothing started.
#[test]
fn ctr_22_a_loss_counts_one_more() {
    assert_eq!([0, 3, i32::MAX].map(lost_count), [1, 4, i32::MAX]);
}

/// CTR-30: a reset is over when no instance is left, of ephemeral containers apart.
#[test]
fn ctr_30_a_reset_is_over_when_nothing_is_left() {
    let roles = [Role::Regular, Role::Init, Role::Sidecar, Role::Ephemeral];
    for set in 0..1_u32 << roles.len() {
        let left = |place: usize| (set >> place & 1 == 1).then_some(Instance::Created);
        let containers = (0..).zip(roles).map(|(place, role)| (role, left(place)));
        assert_eq!(cleaned_up(containers), set & 0b0111 == 0, "{set:04b}");
    }
}
