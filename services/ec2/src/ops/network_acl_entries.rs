//! Entries of a network ACL: CreateNetworkAclEntry, ReplaceNetworkAclEntry, DeleteNetworkAclEntry.
//!
//! Source: EC2 API reference: numbers from 1 to 32766; TCP and UDP need ports, ICMP a type and a code. A protocol is kept
//! by its number, whichever way it was named.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::cidr::{Cidr, ipv6};
use crate::model::network_acl::{Entry, Guarded, NetworkAcl};
use crate::noun::{Noun, save};
use crate::{Ec2, error};

/// The last number that an entry of one's own may have.
const LAST: i32 = 32_766;

pub(crate) async fn create_entry(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::CreateNetworkAclEntryRequest,
) -> Result<Empty, Failure> {
    let id = input.network_acl_id.clone().unwrap_or_default();
    let entry = &entry(input.clone())?;
    let change = |acl: &mut NetworkAcl| {
        if acl.position(entry.number, entry.egress).is_some() {
            let message = format!(
                "The network acl entry identified by {} already exists.",
                entry.number
            );
            return Err(error::refuse("NetworkAclEntryAlreadyExists", message));
        }
        acl.entries.push(entry.clone());
        Ok(())
    };
    ec2.change_acl(&call, &id, input.dry_run, change).await
}

pub(crate) async fn replace_entry(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::ReplaceNetworkAclEntryRequest,
) -> Result<Empty, Failure> {
    let id = input.network_acl_id.unwrap_or_default();
    let entry = &entry(api::CreateNetworkAclEntryRequest {
        dry_run: None,
        network_acl_id: None,
        rule_number: input.rule_number,
        protocol: input.protocol,
        rule_action: input.rule_action,
        egress: input.egress,
        cidr_block: input.cidr_block,
        ipv6_cidr_block: input.ipv6_cidr_block,
        icmp_type_code: input.icmp_type_code,
        port_range: input.port_range,
    })?;
    let change = |acl: &mut NetworkAcl| {
        let at = acl.position(entry.number, entry.egress);
        let at = at.ok_or_else(|| no_entry(entry.number))?;
        acl.entries[at] = entry.clone();
        Ok(())
    };
    ec2.change_acl(&call, &id, input.dry_run, change).await
}

pub(crate) async fn delete_entry(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DeleteNetworkAclEntryRequest,
) -> Result<Empty, Failure> {
    let id = input.network_acl_id.unwrap_or_default();
    let number = number(input.rule_number)?;
    let egress = input.egress.unwrap_or_default();
    let change = |acl: &mut NetworkAcl| {
        let at = acl.position(number, egress).ok_or_else(|| no_entry(number))?;
        acl.entries.remove(at);
        Ok(())
    };
    ec2.change_acl(&call, &id, input.dry_run, change).await
}

fn no_entry(number: i32) -> Failure {
    let message = format!("The network acl entry identified by {number} does not exist.");
    error::refuse("InvalidNetworkAclEntry.NotFound", message)
}

impl Ec2 {
    /// Changes the entries of an ACL, if the caller may.
    async fn change_acl(
        &self,
        call: &Call,
        id: &str,
        dry_run: Option<bool>,
        change: impl Fn(&mut NetworkAcl) -> Result<(), Failure> + Send + Sync,
    ) -> Result<Empty, Failure> {
        let (_, own) = self.network_acl(call, id).await?;
        self.may_change(call, NetworkAcl::KIND, id, &own, dry_run).await?;
        let change = &change;
        self.platform
            .write(call, |txn| async move {
                let mut acl = Guarded::read(&txn, call).await?.acl(id)?;
                change(&mut acl)?;
                save(&txn, call, &acl).await?;
                Ok(Empty::default())
            })
            .await
    }
}

fn number(given: Option<i32>) -> Result<i32, Failure> {
    let number = given.ok_or_else(|| error::missing_parameter("ruleNumber"))?;
    if (1..=LAST).contains(&number) {
        Ok(number)
    } else {
        let why = format!("The rule number must be between 1 and {LAST}.");
        Err(error::invalid_value(&number.to_string(), "ruleNumber", &why))
    }
}

/// The entry that a request describes.
fn entry(input: api::CreateNetworkAclEntryRequest) -> Result<Entry, Failure> {
    let number = number(input.rule_number)?;
    let protocol = protocol(&input.protocol.unwrap_or_default())?;
    let (icmp, ports) = match protocol.as_str() {
        "6" | "17" => (None, Some(port_range(input.port_range)?)),
        "1" | "58" => {
            let given = input
                .icmp_type_code
                .ok_or_else(|| error::missing_parameter("icmpTypeCode"))?;
            (Some((given.r#type.unwrap_or(-1), given.code.unwrap_or(-1))), None)
        }
        _ => (None, None),
    };
    Ok(Entry {
        number,
        egress: input.egress.unwrap_or_default(),
        allow: input.rule_action == Some(api::RuleAction::Allow),
        protocol,
        range: range(input.cidr_block, input.ipv6_cidr_block)?,
        icmp,
        ports,
    })
}

fn protocol(given: &str) -> Result<String, Failure> {
    let number = match given.to_ascii_lowercase().as_str() {
        "all" | "-1" => "-1".to_owned(),
        "tcp" => "6".to_owned(),
        "udp" => "17".to_owned(),
        "icmp" => "1".to_owned(),
        "icmpv6" => "58".to_owned(),
        other => {
            let number = other.parse::<u8>().map_err(|_| {
                let message = format!("Invalid value '{given}' for IP protocol. Unknown protocol.");
                error::refuse("InvalidParameterValue", message)
            })?;
            number.to_string()
        }
    };
    Ok(number)
}

fn port_range(given: Option<api::PortRange>) -> Result<(i32, i32), Failure> {
    let given = given.ok_or_else(|| error::missing_parameter("portRange"))?;
    let end = |port: Option<i32>, name| port.ok_or_else(|| error::missing_parameter(name));
    let (from, to) = (end(given.from, "portRange.from")?, end(given.to, "portRange.to")?);
    if !(0..=65_535).contains(&from) || !(0..=65_535).contains(&to) || from > to {
        let message = format!("Invalid TCP/UDP port range ({from}:{to})");
        return Err(error::refuse("InvalidParameterValue", message));
    }
    Ok((from, to))
}

fn range(ipv4: Option<String>, given_ipv6: Option<String>) -> Result<String, Failure> {
    let (text, read) = match (ipv4, given_ipv6) {
        (Some(text), None) => {
            let read = Cidr::parse(&text).map(|cidr| cidr.to_string());
            (text, read)
        }
        (None, Some(text)) => {
            let read = ipv6(&text).map(|(range, _)| range);
            (text, read)
        }
        (None, None) => return Err(error::missing_parameter("cidrBlock")),
        (Some(_), Some(_)) => {
            let message = "You may specify only one of cidrBlock and ipv6CidrBlock.";
            return Err(error::refuse("InvalidParameterCombination", message));
        }
    };
    let malformed = || error::refuse("InvalidParameterValue", format!("CIDR block {text} is malformed"));
    read.ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(protocol: &str) -> api::CreateNetworkAclEntryRequest {
        api::CreateNetworkAclEntryRequest {
            rule_number: Some(100),
            protocol: Some(protocol.to_owned()),
            rule_action: Some(api::RuleAction::Allow),
            cidr_block: Some("10.0.0.1/8".to_owned()),
            ..Default::default()
        }
    }

    #[test]
    fn an_entry_is_kept_by_protocol_number_and_network() {
        let entry = entry(given("all")).unwrap();
        assert_eq!(
            (entry.protocol.as_str(), entry.range.as_str()),
            ("-1", "10.0.0.0/8")
        );
    }

    #[test]
    fn tcp_needs_ports_and_icmp_a_type() {
        for protocol in ["tcp", "17", "icmp", "58", "nonsense"] {
            assert!(entry(given(protocol)).is_err(), "{protocol}");
        }
        let with_ports = api::CreateNetworkAclEntryRequest {
            port_range: Some(api::PortRange {
                from: Some(80),
                to: Some(81),
            }),
            ..given("6")
        };
        assert_eq!(entry(with_ports).unwrap().ports, Some((80, 81)));
    }

    #[test]
    fn the_last_numbers_are_not_free() {
        assert!(number(Some(32_766)).is_ok());
        for bad in [None, Some(0), Some(32_767)] {
            assert!(number(bad).is_err());
        }
    }
}
