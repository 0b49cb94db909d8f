//! Endpoints: every Pod that a Service may select.

use pod_lifecycle::controllers::Readiness;
use pod_lifecycle::controllers::endpoints::{Address, Publish, endpoint};
use pod_lifecycle::{Deletion, Phase, Time};

/// CTL-EPS-01, NON-17: who has an IP and has not ended is listed; it serves as long as it is ready, whether or not it is
/// deleting, and gets traffic if it serves and is not.
#[test]
fn ctl_eps_01_readiness_serves_and_deletion_terminates() {
    let at = Some(Time::from_unix(0));
    let deletions = [Some(30), Some(0), None].map(|grace| Deletion::from_fields(at, grace));
    let mut listed = 0;
    for phase in Phase::ALL.into_iter().map(Some).chain([None]) {
        for address in [Address::None, Address::Assigned] {
            for readiness in
                [Readiness::NotReady, Readiness::Ready { since: None }, Readiness::Ready { since: at }]
            {
                for deletion in deletions.into_iter().chain([Deletion::Live]) {
                    for publish in [Publish::Ready, Publish::All] {
                        let found = endpoint(phase, address, readiness, deletion, publish);
                        let ended = matches!(phase, Some(Phase::Succeeded | Phase::Failed));
                        assert_eq!(found.is_some(), !ended && address == Address::Assigned);
                        let Some(found) = found else { continue };
                        listed += 1;
                        assert_eq!(found.serving, readiness != Readiness::NotReady);
                        assert_eq!(found.terminating, deletion != Deletion::Live);
                        let takes = found.serving && !found.terminating;
                        assert_eq!(found.ready, takes || publish == Publish::All);
                    }
                }
            }
        }
    }
    assert_eq!(listed, 4 * 3 * 4 * 2);
}
