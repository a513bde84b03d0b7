//! From host name and path to what serves them.
//!
//! A [`Table`] is made of a snapshot and never changes; a new one takes its place without disturbing requests that
//! are under way. What must outlive it (health and load of targets, counts of fronts) is on the [`Board`].

mod action;
mod condition;
mod front;
mod template;
mod transform;

pub(crate) use action::{Action, Placeholders, ProxyTo};
pub(crate) use condition::Asked;
pub(crate) use front::{Decided, Front, Listener};

use std::collections::HashMap;
use std::sync::Arc;

use haechi_dataplane::Snapshot;

use crate::board::Board;

/// What is served, by host name.
#[derive(Default)]
pub(crate) struct Table {
    exact: HashMap<Box<str>, Vec<Arc<Front>>>,
    /// By what follows the star of `*.example.com`, its dot included.
    wildcards: HashMap<Box<str>, Vec<Arc<Front>>>,
    by_resource: HashMap<Box<str>, Arc<Front>>,
}

/// The front that a request is for.
pub(crate) enum Found<'t> {
    /// This one.
    Front(&'t Arc<Front>),
    /// The host name is known, but nothing of it has this path.
    NoSuchPath(&'t Arc<Front>),
    /// Nobody has this host name.
    NoSuchHost,
}

impl Table {
    /// The table of a snapshot. What can't be carried out (an expression that is none) is told and left out; such a
    /// rule matches nothing.
    pub(crate) fn new(snapshot: &Snapshot, board: &Board) -> Self {
        let groups: HashMap<&str, _> = snapshot
            .target_groups
            .iter()
            .map(|group| (group.arn.as_str(), board.group(group)))
            .collect();
        let mut table = Self::default();
        for front in &snapshot.fronts {
            let made = Arc::new(Front::new(front, &groups, board));
            for name in &front.host_names {
                let name = name.to_ascii_lowercase();
                let (map, key) = match name.strip_prefix('*') {
                    Some(suffix) => (&mut table.wildcards, suffix),
                    None => (&mut table.exact, name.as_str()),
                };
                map.entry(key.into()).or_default().push(Arc::clone(&made));
            }
            table.by_resource.insert(front.resource.as_str().into(), made);
        }
        // The longest base path first.
        for fronts in table.exact.values_mut().chain(table.wildcards.values_mut()) {
            fronts.sort_by_key(|front| std::cmp::Reverse(front.base_path.as_deref().map_or(0, str::len)));
        }
        table
    }

    /// What serves `host` (in lower case, without port) and `path`. Exact names win over wildcards.
    pub(crate) fn find(&self, host: &str, path: &str) -> Found<'_> {
        let wild = || {
            let dot = host.find('.').filter(|dot| *dot > 0)?;
            self.wildcards.get(&host[dot..])
        };
        let Some(fronts) = self.exact.get(host).or_else(wild) else {
            return Found::NoSuchHost;
        };
        let fits = fronts.iter().find(|front| front.cut_base(path).is_some());
        match (fits, fronts.first()) {
            (Some(front), _) => Found::Front(front),
            (None, Some(first)) => Found::NoSuchPath(first),
            (None, None) => Found::NoSuchHost,
        }
    }

    /// The front of a resource.
    pub(crate) fn of_resource(&self, arn: &str) -> Option<&Arc<Front>> {
        self.by_resource.get(arn)
    }
}

#[cfg(test)]
pub(crate) mod tests;
