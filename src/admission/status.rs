//! The checks of a status update (VAL-20 … VAL-28).

use core::net::{IpAddr, Ipv6Addr}; // parsing only: nothing here opens a socket

use super::cause::Cause;
use super::field::{AddressList, StatusList};
use super::metadata::each;
use super::names;
use crate::container::{self, ContainerFacts, ContainerPolicy, ContainerState, Exit, ExitReason, RestartAll};
use crate::container::{RestartPolicy, RestartRule, Role};
use crate::view;
use crate::wire::{Address, ContainerStatus, Text, WholeContainer, WholePod, WholeStatus};

/// The new status against the stored Pod. The phase is not looked at (VAL-20).
pub(super) fn update<'a>(old: &'a WholePod<'_>, new: &'a WholePod<'_>, found: &mut Vec<Cause<'a>>) {
    if old.spec.node_name != new.spec.node_name {
        found.push(Cause::NodeChanged { old: &old.spec.node_name, new: &new.spec.node_name }); // VAL-21
    }
    nominated(old, new, found);
    if old.status.qos_class != new.status.qos_class {
        found.push(Cause::QosChanged { old: &old.status.qos_class, new: &new.status.qos_class }); // VAL-21
    }
    conditions(&new.status, found);
    for list in [StatusList::Containers, StatusList::InitContainers, StatusList::EphemeralContainers] {
        resurrections(list, old, new, found);
    }
    let (before, after) = (&old.status, &new.status);
    let pod = |status: &'a WholeStatus<'_>| addresses(&status.pod_ip, &status.pod_ips);
    check_addresses(AddressList::Pod, &pod(before), &pod(after), found);
    let host = |status: &'a WholeStatus<'_>| status.host_ips.iter().map(|host| host.ip.as_str()).collect();
    let (before, sent): (Vec<_>, Vec<_>) = (host(before), host(after));
    if let Some(first) = sent.first()
        && *first != after.host_ip.as_str()
    {
        found.push(Cause::HostAddressDiffers { host: &after.host_ip, first }); // VAL-28
    }
    check_addresses(AddressList::Host, &before, &sent, found);
}

/// VAL-25.
fn nominated<'a>(old: &'a WholePod<'_>, new: &'a WholePod<'_>, found: &mut Vec<Cause<'a>>) {
    let node = new.status.nominated_node_name.as_str();
    if node.is_empty() || node == old.status.nominated_node_name.as_str() {
        return;
    }
    found.extend(each(names::subdomain(node)).map(|fault| Cause::NominatedMalformed { node, fault }));
    let bound = old.spec.node_name.as_str();
    if !bound.is_empty() {
        found.push(Cause::NominatedWhileBound { bound, node });
    }
}

/// VAL-21, VAL-26.
fn conditions<'a>(new: &WholeStatus<'_>, found: &mut Vec<Cause<'a>>) {
    if new.observed_generation < 0 {
        found.push(Cause::ObservedNegative { new: new.observed_generation });
    }
    for (index, condition) in new.conditions.iter().enumerate() {
        if condition.observed_generation < 0 {
            let new = condition.observed_generation;
            found.push(Cause::ConditionObservedNegative { index, new });
        }
        if !matches!(condition.kind.as_str(), "PodScheduled" | "Ready" | "Initialized") {
            let faults = each(names::qualified(&condition.kind));
            found.extend(faults.map(|fault| Cause::ConditionType { index, fault }));
        }
    }
}

/// VAL-22, VAL-23, with the old spec; the index is the one in the old list.
fn resurrections<'a>(
    list: StatusList,
    old: &'a WholePod<'_>,
    new: &'a WholePod<'_>,
    found: &mut Vec<Cause<'a>>,
) {
    let after = statuses(list, &new.status);
    for (index, status) in statuses(list, &old.status).iter().enumerate() {
        let Some(ended) = &status.state.terminated else { continue };
        let left = after
            .iter()
            .find(|after| after.name == status.name)
            .is_some_and(|after| after.state.terminated.is_none());
        let exit = Exit { code: ended.exit_code, reason: ExitReason::from_api(&ended.reason) };
        if left && !may_leave(list, &status.name, exit, old) {
            found.push(Cause::Resurrected { list, index, name: &status.name });
        }
    }
}

fn statuses<'a, 'w>(list: StatusList, status: &'a WholeStatus<'w>) -> &'a [ContainerStatus<'w>] {
    match list {
        StatusList::Containers => &status.container_statuses,
        StatusList::InitContainers => &status.init_container_statuses,
        StatusList::EphemeralContainers => &status.ephemeral_container_statuses,
    }
}

/// Looks the container up in the same list, and the rules in both.
fn may_leave(list: StatusList, name: &Text<'_>, exit: Exit, pod: &WholePod<'_>) -> bool {
    let spec = &pod.spec;
    let (containers, role) = match list {
        StatusList::Containers => (&spec.containers, Role::Regular),
        StatusList::InitContainers => (&spec.init_containers, Role::Init),
        StatusList::EphemeralContainers => (&spec.ephemeral_containers, Role::Ephemeral),
    };
    let restart_all = spec.containers.iter().chain(&spec.init_containers).any(|container| {
        let rules = rules(container);
        ContainerPolicy { own: None, rules: &rules }.can_restart_all()
    });
    let restart_all = if restart_all { RestartAll::Possible } else { RestartAll::Impossible };
    let of_name = containers.iter().find(|container| container.name == *name);
    let rules = of_name.map(rules).unwrap_or_default();
    let own = match of_name {
        Some(container) => container.restart_policy.as_deref().and_then(RestartPolicy::from_api),
        None => Some(RestartPolicy::Never), // nothing restarts what is not in the spec
    };
    let policy = ContainerPolicy { own, rules: &rules };
    let facts = ContainerFacts { role, policy, state: ContainerState::Terminated(exit) };
    container::may_leave_terminated(facts, exit, RestartPolicy::from_api(&spec.restart_policy), restart_all)
}

fn rules(container: &WholeContainer<'_>) -> Vec<RestartRule> {
    container.restart_policy_rules.iter().filter_map(view::restart_rule).collect()
}

/// The stored form of `podIP` and `podIPs`: a `podIP` that is not the first of the list replaces it (VAL-28).
fn addresses<'a>(single: &'a str, list: &'a [Address<'_>]) -> Vec<&'a str> {
    match list.first() {
        None if single.is_empty() => Vec::new(),
        Some(first) if single.is_empty() || first.ip.as_str() == single => {
            list.iter().map(|address| address.ip.as_str()).collect()
        }
        None | Some(_) => vec![single],
    }
}

/// VAL-28.
fn check_addresses<'a>(list: AddressList, old: &[&str], new: &[&'a str], found: &mut Vec<Cause<'a>>) {
    for (index, text) in new.iter().enumerate() {
        if !old.contains(text) && !is_plain_address(text) {
            found.push(Cause::Address { list, index, text });
        }
    }
    let is_pair = match new {
        [] | [_] => true,
        [first, second] => {
            matches!((family(first), family(second)), (Some(one), Some(other)) if one != other)
        }
        [_, _, _, ..] => false,
    };
    if !is_pair {
        found.push(Cause::AddressFamilies { list, count: new.len() });
    }
}

/// The family of an address as it may be stored, with leading zeros; an IPv4 address in IPv6 form is one of IPv4.
fn family(text: &str) -> Option<Family> {
    if text.contains(':') {
        let address: Ipv6Addr = text.parse().ok()?;
        return Some(if address.to_ipv4_mapped().is_some() { Family::V4 } else { Family::V6 });
    }
    let is_octet = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse::<u8>().is_ok();
    (text.split('.').count() == 4 && text.split('.').all(is_octet)).then_some(Family::V4)
}

/// The family of an address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    V4,
    V6,
}

/// No leading zeros, which Rust's parser refuses, and no IPv4 address in IPv6 form.
fn is_plain_address(text: &str) -> bool {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => true,
        Ok(IpAddr::V6(address)) => address.to_ipv4_mapped().is_none(),
        Err(_) => false,
    }
}
