//! An accelerator with its listeners and endpoint groups.

use std::collections::BTreeMap;

use haechi_api_globalaccelerator as api;
use haechi_core::{AccountId, Arn, Failure, Partition};
use haechi_wire::Stored;
use serde::{Deserialize, Serialize};

use crate::error;

/// An accelerator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Accelerator {
    pub(crate) id: String,
    /// What is shown of it, but for its status.
    pub(crate) shown: Stored<api::Accelerator>,
    pub(crate) attributes: Stored<api::AcceleratorAttributes>,
    pub(crate) tags: BTreeMap<String, String>,
    /// By id.
    pub(crate) listeners: BTreeMap<String, Listener>,
}

/// A listener.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Listener {
    pub(crate) shown: Stored<api::Listener>,
    /// Its endpoint groups by id; one for each Region at most.
    pub(crate) groups: BTreeMap<String, Stored<api::EndpointGroup>>,
}

/// What an ARN of this service names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) accelerator: String,
    pub(crate) listener: Option<String>,
    pub(crate) group: Option<String>,
}

impl Accelerator {
    pub(crate) fn is_enabled(&self) -> bool {
        self.shown.enabled == Some(true)
    }

    pub(crate) fn listener_mut(&mut self, place: &Place) -> Result<&mut Listener, Failure> {
        let id = place.listener.as_deref().unwrap_or_default();
        self.listeners.get_mut(id).ok_or_else(error::no_such_listener)
    }

    pub(crate) fn listener(&self, place: &Place) -> Result<&Listener, Failure> {
        let id = place.listener.as_deref().unwrap_or_default();
        self.listeners.get(id).ok_or_else(error::no_such_listener)
    }

    pub(crate) fn group_mut(&mut self, place: &Place) -> Result<&mut api::EndpointGroup, Failure> {
        let id = place.group.as_deref().unwrap_or_default();
        let listener = self.listener_mut(place).map_err(|_| error::no_such_group())?;
        Ok(&mut listener.groups.get_mut(id).ok_or_else(error::no_such_group)?.0)
    }

    pub(crate) fn group(&self, place: &Place) -> Result<&api::EndpointGroup, Failure> {
        let id = place.group.as_deref().unwrap_or_default();
        let listener = self.listener(place).map_err(|_| error::no_such_group())?;
        Ok(&listener.groups.get(id).ok_or_else(error::no_such_group)?.0)
    }

    /// As it is shown.
    pub(crate) fn answer(&self, status: api::AcceleratorStatus) -> api::Accelerator {
        api::Accelerator {
            status: Some(status),
            ..self.shown.0.clone()
        }
    }
}

impl Place {
    /// Reads an ARN of an accelerator, a listener or an endpoint group of this account.
    pub(crate) fn parse(text: &str, account: &AccountId) -> Option<Self> {
        let arn = Arn::parse(text)?;
        if arn.service() != "globalaccelerator" || arn.account() != account.as_str() {
            return None;
        }
        let named = |text: &&str| !text.is_empty();
        let (accelerator, listener, group) = match arn.resource().split('/').collect::<Vec<_>>().as_slice() {
            ["accelerator", id] => (*id, None, None),
            ["accelerator", id, "listener", listener] => (*id, Some(*listener), None),
            ["accelerator", id, "listener", listener, "endpoint-group", group] => {
                (*id, Some(*listener), Some(*group))
            }
            _ => return None,
        };
        Some(accelerator).filter(named)?;
        Some(Self {
            accelerator: accelerator.to_owned(),
            listener: listener.map(str::to_owned),
            group: group.map(str::to_owned),
        })
    }
}

/// `arn:aws:globalaccelerator::ACCOUNT:accelerator/ID`.
pub(crate) fn arn(account: &AccountId, id: &str) -> String {
    format!(
        "arn:{}:globalaccelerator::{account}:accelerator/{id}",
        Partition::Aws
    )
}

/// Ports are ordered, within bounds, and no two ranges share one.
pub(crate) fn check_ports(ranges: &[api::PortRange]) -> Result<(), Failure> {
    let mut bounds = Vec::with_capacity(ranges.len());
    for range in ranges {
        match (range.from_port, range.to_port) {
            (Some(from), Some(to)) if (1..=65_535).contains(&from) && from <= to && to <= 65_535 => {
                bounds.push((from, to));
            }
            _ => return Err(error::invalid_ports()),
        }
    }
    bounds.sort_unstable();
    let overlap = bounds.windows(2).any(|pair| pair[1].0 <= pair[0].1);
    if overlap || bounds.is_empty() {
        return Err(error::invalid_ports());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> AccountId {
        AccountId::parse("111122223333").unwrap()
    }

    #[test]
    fn an_arn_names_an_accelerator_or_a_part_of_it() {
        let base = arn(&account(), "a");
        let place = |below: &str| Place::parse(&format!("{base}{below}"), &account());
        assert_eq!(place("").unwrap().listener, None);
        let group = place("/listener/l/endpoint-group/g").unwrap();
        assert_eq!(
            (group.listener.as_deref(), group.group.as_deref()),
            (Some("l"), Some("g"))
        );
        assert_eq!(place("/listener"), None);
        let other = AccountId::parse("444455556666").unwrap();
        assert_eq!(Place::parse(&base, &other), None);
    }

    #[test]
    fn port_ranges_do_not_overlap() {
        let range = |from, to| api::PortRange {
            from_port: Some(from),
            to_port: Some(to),
        };
        assert!(check_ports(&[range(80, 80), range(443, 450)]).is_ok());
        assert!(check_ports(&[range(80, 90), range(90, 91)]).is_err());
        assert!(check_ports(&[range(90, 80)]).is_err());
        assert!(check_ports(&[range(0, 80)]).is_err());
    }
}
