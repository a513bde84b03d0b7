//! `IpPermissions` of a request, taken apart: one rule per peer.

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};

use crate::cidr::{Cidr, ipv6};
use crate::error;
use crate::model::security_group::{Peer, Traffic};

/// What a request wants a rule to let pass, and its description.
pub(crate) type Wanted = (Traffic, Option<String>);

/// The rules of a request.
pub(crate) fn from_request(call: &Call, given: Vec<api::IpPermission>) -> Result<Vec<Wanted>, Failure> {
    if given.is_empty() {
        return Err(error::missing_parameter("ipPermissions"));
    }
    let mut wanted: Vec<Wanted> = Vec::new();
    for permission in given {
        let protocol = protocol(permission.ip_protocol.as_deref())?;
        let (from_port, to_port) = ports(&protocol, permission.from_port, permission.to_port)?;
        let before = wanted.len();
        let mut add = |peer, description: Option<String>| {
            let traffic = Traffic {
                protocol: protocol.clone(),
                from_port,
                to_port,
                peer,
            };
            wanted.push((traffic, description.filter(|text| !text.is_empty())));
        };
        for range in permission.ip_ranges.unwrap_or_default() {
            let text = range.cidr_ip.unwrap_or_default();
            let parsed = Cidr::parse(&text).filter(|parsed| parsed.to_string() == text);
            add(
                Peer::Ipv4(parsed.ok_or_else(|| bad_range(&text))?.to_string()),
                range.description,
            );
        }
        for range in permission.ipv6_ranges.unwrap_or_default() {
            let text = range.cidr_ipv6.unwrap_or_default();
            let (parsed, _) = ipv6(&text).ok_or_else(|| bad_range(&text))?;
            add(Peer::Ipv6(parsed), range.description);
        }
        for list in permission.prefix_list_ids.unwrap_or_default() {
            add(
                Peer::PrefixList(list.prefix_list_id.unwrap_or_default()),
                list.description,
            );
        }
        for pair in permission.user_id_group_pairs.unwrap_or_default() {
            let group = Peer::Group {
                id: pair.group_id.ok_or_else(|| error::missing_parameter("groupId"))?,
                owner: pair.user_id.unwrap_or_else(|| call.account.to_string()),
            };
            add(group, pair.description);
        }
        if wanted.len() == before {
            return Err(error::refuse(
                "InvalidParameterValue",
                "Invalid value 'null' for portRange. A source or destination must be specified.",
            ));
        }
    }
    twice(&wanted)?;
    Ok(wanted)
}

fn twice(wanted: &[Wanted]) -> Result<(), Failure> {
    for (at, (traffic, _)) in wanted.iter().enumerate() {
        if wanted[..at].iter().any(|(earlier, _)| earlier == traffic) {
            let message = "The same permission must not appear multiple times";
            return Err(error::refuse("InvalidParameterValue", message));
        }
    }
    Ok(())
}

fn bad_range(text: &str) -> Failure {
    error::refuse("InvalidParameterValue", format!("CIDR block {text} is malformed"))
}

/// Names stay names; the numbers of tcp, udp, icmp and icmpv6 become names.
fn protocol(given: Option<&str>) -> Result<String, Failure> {
    let given = given.ok_or_else(|| error::missing_parameter("ipProtocol"))?;
    let lower = given.to_ascii_lowercase();
    Ok(match lower.as_str() {
        "6" | "tcp" => "tcp".to_owned(),
        "17" | "udp" => "udp".to_owned(),
        "1" | "icmp" => "icmp".to_owned(),
        "58" | "icmpv6" => "icmpv6".to_owned(),
        "all" | "-1" => "-1".to_owned(),
        number if number.parse::<u8>().is_ok() => lower,
        _ => {
            let message = format!("Invalid value '{given}' for IP protocol. Unknown protocol.");
            return Err(error::refuse("InvalidParameterValue", message));
        }
    })
}

type Ports = (Option<i32>, Option<i32>);

fn ports(protocol: &str, from: Option<i32>, to: Option<i32>) -> Result<Ports, Failure> {
    match protocol {
        "tcp" | "udp" => {
            let (Some(from), Some(to)) = (from, to) else {
                let message =
                    "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.";
                return Err(error::refuse("InvalidParameterValue", message));
            };
            if !(0..=65_535).contains(&from) || !(0..=65_535).contains(&to) {
                let bad = if (0..=65_535).contains(&from) { to } else { from };
                let message = format!("Invalid value '{bad}' for port. Must be between 0 and 65535.");
                return Err(error::refuse("InvalidParameterValue", message));
            }
            if from > to {
                let message = format!("Invalid TCP/UDP port range ({from}:{to})");
                return Err(error::refuse("InvalidParameterValue", message));
            }
            Ok((Some(from), Some(to)))
        }
        "icmp" | "icmpv6" => Ok((from.or(Some(-1)), to.or(Some(-1)))),
        // Other protocols have no ports, whatever a request says.
        _ => Ok((None, None)),
    }
}

/// A rule as refusals spell it.
pub(crate) fn describe(traffic: &Traffic) -> String {
    let peer = traffic.peer.name();
    let protocol = if traffic.protocol == "-1" {
        "ALL".to_owned()
    } else {
        traffic.protocol.to_ascii_uppercase()
    };
    match (traffic.from_port, traffic.to_port) {
        (Some(from), Some(to)) => {
            format!("peer: {peer}, {protocol}, from port: {from}, to port: {to}, ALLOW")
        }
        _ => format!("peer: {peer}, {protocol}, ALLOW"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_known_by_name_and_number() {
        for (given, kept) in [
            ("6", "tcp"),
            ("TCP", "tcp"),
            ("-1", "-1"),
            ("all", "-1"),
            ("50", "50"),
        ] {
            assert_eq!(protocol(Some(given)).unwrap(), kept);
        }
        assert!(protocol(Some("carrier-pigeon")).is_err());
        assert!(protocol(None).is_err());
    }

    #[test]
    fn tcp_needs_both_ports_in_order() {
        assert_eq!(ports("tcp", Some(80), Some(81)).unwrap(), (Some(80), Some(81)));
        for (from, to) in [
            (None, Some(1)),
            (Some(2), Some(1)),
            (Some(-1), Some(1)),
            (Some(1), Some(70_000)),
        ] {
            assert!(ports("tcp", from, to).is_err());
        }
        assert_eq!(ports("-1", Some(0), Some(0)).unwrap(), (None, None));
        assert_eq!(ports("icmp", None, None).unwrap(), (Some(-1), Some(-1)));
    }

    #[test]
    fn a_rule_is_spelled_as_the_service_spells_it() {
        let rule = Traffic {
            protocol: "tcp".into(),
            from_port: Some(80),
            to_port: Some(80),
            peer: Peer::Ipv4("0.0.0.0/0".into()),
        };
        assert_eq!(
            describe(&rule),
            "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW"
        );
    }
}
