//! A REST API with its tree of resources.

use std::collections::BTreeMap;

use haechi_api_apigateway as api;
use haechi_core::Failure;
use haechi_wire::Stored;
use serde::{Deserialize, Serialize};

use crate::error;

/// How many resources an API may have (API Gateway quotas, "Resources per API").
const MAX_RESOURCES: usize = 300;

/// A REST API.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RestApi {
    /// What is shown of it; its policy as it was given.
    pub(crate) shown: Stored<api::RestApi>,
    /// Its resources by id, the root among them.
    pub(crate) resources: BTreeMap<String, Resource>,
}

/// A path of an API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub(crate) id: String,
    /// None for the root.
    pub(crate) parent: Option<String>,
    /// Empty for the root.
    pub(crate) part: String,
    pub(crate) path: String,
    /// By HTTP method, `ANY` included.
    pub(crate) methods: BTreeMap<String, Stored<api::Method>>,
}

/// What a path part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartKind {
    Literal,
    Variable,
    Greedy,
}

impl RestApi {
    pub(crate) fn id(&self) -> &str {
        self.shown.id.as_deref().unwrap_or_default()
    }

    pub(crate) fn resource(&self, id: &str) -> Result<&Resource, Failure> {
        self.resources.get(id).ok_or_else(error::no_such_resource)
    }

    pub(crate) fn resource_mut(&mut self, id: &str) -> Result<&mut Resource, Failure> {
        self.resources.get_mut(id).ok_or_else(error::no_such_resource)
    }

    pub(crate) fn method(&self, resource: &str, method: &str) -> Result<&api::Method, Failure> {
        let found = self.resource(resource)?.methods.get(method);
        Ok(&found.ok_or_else(error::no_such_method)?.0)
    }

    pub(crate) fn method_mut(&mut self, resource: &str, method: &str) -> Result<&mut api::Method, Failure> {
        let found = self.resource_mut(resource)?.methods.get_mut(method);
        Ok(&mut found.ok_or_else(error::no_such_method)?.0)
    }

    pub(crate) fn integration_mut(
        &mut self,
        resource: &str,
        method: &str,
    ) -> Result<&mut api::Integration, Failure> {
        let integration = self.method_mut(resource, method)?.method_integration.as_mut();
        integration.ok_or_else(error::no_such_integration)
    }

    /// Puts a new resource under its parent.
    pub(crate) fn add_resource(&mut self, id: &str, parent: &str, part: &str) -> Result<&Resource, Failure> {
        let path = self.path_under(parent, part, id)?;
        if self.resources.len() >= MAX_RESOURCES {
            return Err(error::limit(format!(
                "Maximum number of resources for this API has been reached. Please contact AWS if you need additional \
                 resources. The limit is {MAX_RESOURCES}."
            )));
        }
        let resource = Resource {
            id: id.to_owned(),
            parent: Some(parent.to_owned()),
            part: part.to_owned(),
            path,
            methods: BTreeMap::new(),
        };
        Ok(self.resources.entry(id.to_owned()).or_insert(resource))
    }

    /// Gives a resource another parent or part; the paths below it follow.
    pub(crate) fn move_resource(&mut self, id: &str, parent: &str, part: &str) -> Result<(), Failure> {
        if self.resource(id)?.parent.is_none() {
            return Err(error::bad_request(
                "Root resource cannot update its parent or pathPart.",
            ));
        }
        if self.is_within(parent, id) {
            return Err(error::bad_request("Resources cannot be cyclical."));
        }
        let path = self.path_under(parent, part, id)?;
        let resource = self.resource_mut(id)?;
        resource.parent = Some(parent.to_owned());
        part.clone_into(&mut resource.part);
        let before = std::mem::replace(&mut resource.path, path.clone());
        for below in self.resources.values_mut() {
            let rest = below
                .path
                .strip_prefix(&before)
                .and_then(|rest| rest.strip_prefix('/'));
            if let Some(rest) = rest {
                below.path = format!("{path}/{rest}");
            }
        }
        Ok(())
    }

    /// Takes a resource and all below it away.
    pub(crate) fn remove_resource(&mut self, id: &str) -> Result<(), Failure> {
        if self.resource(id)?.parent.is_none() {
            return Err(error::bad_request("Root resource cannot be deleted."));
        }
        let doomed: Vec<String> = self
            .resources
            .keys()
            .filter(|each| self.is_within(each, id))
            .cloned()
            .collect();
        self.resources.retain(|each, _| !doomed.contains(each));
        Ok(())
    }

    /// Whether a resource is another one or below it.
    fn is_within(&self, id: &str, above: &str) -> bool {
        let mut at = Some(id);
        while let Some(id) = at {
            if id == above {
                return true;
            }
            at = self
                .resources
                .get(id)
                .and_then(|resource| resource.parent.as_deref());
        }
        false
    }

    /// The path of a part under a parent, if the part may stand there; `own` is the resource that is to have it.
    fn path_under(&self, parent: &str, part: &str, own: &str) -> Result<String, Failure> {
        let parent = self.resource(parent)?;
        let Some(kind) = part_kind(part) else {
            return Err(error::bad_request(
                "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at \
                 the beginning and the end.",
            ));
        };
        if part_kind(&parent.part) == Some(PartKind::Greedy) {
            return Err(error::bad_request(format!(
                "Cannot create a child of a resource with a greedy path variable: {}",
                parent.part
            )));
        }
        let mut siblings = self
            .resources
            .values()
            .filter(|other| other.parent.as_deref() == Some(&parent.id) && other.id != own);
        if siblings.clone().any(|other| other.part == part) {
            return Err(error::conflict(format!(
                "Another resource with the same parent already has this name: {part}"
            )));
        }
        let variable = |part: &str| matches!(part_kind(part), Some(PartKind::Variable | PartKind::Greedy));
        if kind != PartKind::Literal
            && let Some(other) = siblings.find(|other| variable(&other.part))
        {
            return Err(error::bad_request(format!(
                "A sibling ({}) of this resource already has a variable path part -- only one is allowed",
                other.part
            )));
        }
        Ok(format!("{}/{part}", parent.path.trim_end_matches('/')))
    }
}

fn part_kind(part: &str) -> Option<PartKind> {
    let plain = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':'))
    };
    match part.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
        Some(inner) => match inner.strip_suffix('+') {
            Some(name) => plain(name).then_some(PartKind::Greedy),
            None => plain(inner).then_some(PartKind::Variable),
        },
        None => plain(part).then_some(PartKind::Literal),
    }
}

impl Resource {
    /// The root of every API.
    pub(crate) fn root(id: String) -> Self {
        Self {
            id,
            parent: None,
            part: String::new(),
            path: "/".to_owned(),
            methods: BTreeMap::new(),
        }
    }

    /// As it is shown: methods by name only, unless they are asked for.
    pub(crate) fn shown(&self, with_methods: bool) -> api::Resource {
        let methods = self.methods.iter().map(|(name, method)| {
            let shown = if with_methods {
                method.0.clone()
            } else {
                api::Method::default()
            };
            (name.clone(), shown)
        });
        api::Resource {
            id: Some(self.id.clone()),
            parent_id: self.parent.clone(),
            path_part: (!self.part.is_empty()).then(|| self.part.clone()),
            path: Some(self.path.clone()),
            resource_methods: (!self.methods.is_empty()).then(|| methods.collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> RestApi {
        let mut api = RestApi {
            shown: Stored::default(),
            resources: [("root".to_owned(), Resource::root("root".into()))].into(),
        };
        api.add_resource("pets", "root", "pets").unwrap();
        api.add_resource("pet", "pets", "{id}").unwrap();
        api.add_resource("toys", "pet", "toys").unwrap();
        api
    }

    fn message(failure: Failure) -> String {
        failure.into_api().message
    }

    #[test]
    fn paths_follow_a_resource_that_moves() {
        let mut api = tree();
        api.move_resource("pets", "root", "animals").unwrap();
        assert_eq!(api.resource("toys").unwrap().path, "/animals/{id}/toys");
    }

    #[test]
    fn a_resource_goes_with_all_below_it() {
        let mut api = tree();
        api.remove_resource("pets").unwrap();
        assert_eq!(api.resources.keys().collect::<Vec<_>>(), ["root"]);
        assert!(api.remove_resource("root").is_err());
    }

    #[test]
    fn siblings_have_different_names_and_one_variable_at_most() {
        let mut api = tree();
        let twice = api.add_resource("x", "root", "pets").unwrap_err();
        assert_eq!(
            message(twice),
            "Another resource with the same parent already has this name: pets"
        );
        let variable = api.add_resource("x", "pets", "{name+}").unwrap_err();
        assert!(message(variable).starts_with("A sibling ({id})"));
        assert!(api.add_resource("x", "pets", "a/b").is_err());
    }

    #[test]
    fn a_resource_is_not_its_own_ancestor() {
        let error = tree().move_resource("pets", "toys", "pets").unwrap_err();
        assert_eq!(message(error), "Resources cannot be cyclical.");
    }
}
