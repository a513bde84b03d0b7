//! A front, ready for requests.

use std::collections::HashMap;
use std::sync::Arc;

use haechi_dataplane::ResourceKind;
use haechi_dataplane::front::{self, FrontSettings};
use haechi_waf::record::HttpSource;
use http::{HeaderName, HeaderValue};

use super::action::Action;
use super::condition::{Asked, Condition};
use super::template::Parameters;
use super::transform::Transform;
use crate::board::{Board, FrontCounters, Group};

/// A resource that serves web traffic.
pub(crate) struct Front {
    pub(crate) resource: Box<str>,
    pub(crate) kind: ResourceKind,
    pub(crate) base_path: Option<Box<str>>,
    pub(crate) settings: FrontSettings,
    /// Added to every response.
    pub(crate) response_headers: Vec<(HeaderName, HeaderValue)>,
    /// As logs of web ACLs name it.
    pub(crate) source: HttpSource,
    pub(crate) counters: Arc<FrontCounters>,
    listeners: Vec<Listener>,
}

/// A port of a front.
pub(crate) struct Listener {
    pub(crate) port: u16,
    pub(crate) tls: bool,
    rules: Vec<Rule>,
    default_action: Action,
}

struct Rule {
    conditions: Vec<Condition>,
    transforms: Vec<Transform>,
    action: Action,
}

/// What a listener decided.
pub(crate) struct Decided<'l> {
    pub(crate) action: &'l Action,
    pub(crate) transforms: &'l [Transform],
    pub(crate) parameters: Parameters,
}

impl Front {
    pub(super) fn new(front: &front::Front, groups: &HashMap<&str, Arc<Group>>, board: &Board) -> Self {
        let listener = |listener: &front::Listener| Listener {
            port: listener.port,
            tls: listener.tls,
            rules: listener
                .rules
                .iter()
                .filter_map(|rule| Rule::new(rule, groups))
                .collect(),
            default_action: Action::new(&listener.default_action, groups),
        };
        let header = |(name, value): &(String, String)| Some((name.parse().ok()?, value.parse().ok()?));
        Self {
            resource: front.resource.as_str().into(),
            kind: front.kind,
            base_path: front
                .base_path
                .as_deref()
                .map(|path| path.trim_end_matches('/'))
                .filter(|path| !path.is_empty())
                .map(Into::into),
            settings: front.settings.clone(),
            response_headers: front
                .settings
                .response_headers
                .iter()
                .filter_map(header)
                .collect(),
            source: HttpSource::of_resource(&front.resource, &front.account),
            counters: board.front(&front.resource),
            listeners: front.listeners.iter().map(listener).collect(),
        }
    }

    /// The path without the base path; `None` where it is not under it.
    pub(crate) fn cut_base<'p>(&self, path: &'p str) -> Option<&'p str> {
        let Some(base) = &self.base_path else {
            return Some(path);
        };
        match path.strip_prefix(&**base)? {
            "" => Some("/"),
            rest if rest.starts_with('/') => Some(rest),
            _ => None,
        }
    }

    /// The listener that a request means: the one whose port it names; else one of its protocol, the well-known port
    /// before others; else any. The gateway has one port for all.
    pub(crate) fn listener(&self, named: Option<u16>, tls: bool) -> Option<&Listener> {
        let well_known = if tls { 443 } else { 80 };
        let by_port = |port| self.listeners.iter().find(move |listener| listener.port == port);
        named
            .and_then(by_port)
            .or_else(|| by_port(well_known).filter(|listener| listener.tls == tls))
            .or_else(|| self.listeners.iter().find(|listener| listener.tls == tls))
            .or_else(|| self.listeners.first())
    }
}

impl Listener {
    /// The first rule whose conditions hold, or the default action.
    pub(crate) fn decide(&self, asked: &Asked<'_>) -> Decided<'_> {
        for rule in &self.rules {
            let mut parameters = Parameters::default();
            if rule
                .conditions
                .iter()
                .all(|condition| condition.holds(asked, &mut parameters))
            {
                return Decided {
                    action: &rule.action,
                    transforms: &rule.transforms,
                    parameters,
                };
            }
        }
        Decided {
            action: &self.default_action,
            transforms: &[],
            parameters: Parameters::default(),
        }
    }
}

impl Rule {
    fn new(rule: &front::Rule, groups: &HashMap<&str, Arc<Group>>) -> Option<Self> {
        let conditions: Result<_, _> = rule.conditions.iter().map(Condition::new).collect();
        let transforms: Result<_, _> = rule.transforms.iter().map(Transform::new).collect();
        match (conditions, transforms) {
            (Ok(conditions), Ok(transforms)) => Some(Self {
                conditions,
                transforms,
                action: Action::new(&rule.action, groups),
            }),
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(rule = rule.arn, %error, "a rule can't be carried out and matches nothing");
                None
            }
        }
    }
}
