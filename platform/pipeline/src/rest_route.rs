//! Operations of the rest protocols: found by method, path and literal parts of the query string.
//!
//! The service is the one in the signing scope, so that a key scoped to one service reaches no other; an unsigned
//! request is looked up by the first label of its host name. Templates come from the models: `/restapis/{id}`,
//! `/tags/{arn}`, `/files/{path+}`, `/2020-05-31/tagging?Operation=Tag`. Several may fit; the most specific one is
//! meant: more literal query parts win, then, segment by segment, a literal wins over a label and a label over a
//! greedy one. A label is one segment as it was sent: an ARN comes with its slashes percent-encoded, and what is
//! encoded never divides.

use std::cmp::Ordering;
use std::sync::Arc;

use haechi_core::Service;
use haechi_wire::{ApiError, OperationSchema, Protocol, ServiceSchema};
use http::Method;

use crate::route::{RequestView, Target};

/// The services that speak a rest protocol, with their templates.
pub(crate) struct RestRoutes {
    services: Vec<(Arc<dyn Service>, Vec<Template>)>,
}

/// The method, path and query string that an operation is called with.
struct Template {
    operation: &'static OperationSchema,
    segments: Vec<Segment>,
    query: Vec<(&'static str, Option<&'static str>)>,
}

/// A part of a path between slashes, the more specific the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(&'static str),
    Label,
    Greedy,
}

impl RestRoutes {
    pub(crate) fn new(services: &[Arc<dyn Service>]) -> Self {
        let speaks_rest =
            |s: &&Arc<dyn Service>| matches!(s.schema().protocol, Protocol::RestJson | Protocol::RestXml);
        let services = services
            .iter()
            .filter(speaks_rest)
            .map(|service| (Arc::clone(service), templates(service.schema())))
            .collect();
        Self { services }
    }

    /// The target of a request, if a service of these protocols is meant.
    pub(crate) fn find(&self, request: &RequestView<'_>, scope: Option<&str>) -> Option<Target> {
        let (service, templates) = self.services.iter().find(|(service, _)| match scope {
            Some(scope) => service.schema().signing_name == scope,
            None => request.host_label() == Some(service.schema().endpoint_prefix),
        })?;
        let operation = templates
            .iter()
            .find(|template| template.fits(request))
            .map(|template| template.operation)
            .ok_or_else(no_such_path);
        Some(Target::own(service, operation))
    }
}

/// What AWS's services answer to a method and path that none of their operations has.
pub(crate) fn no_such_path() -> ApiError {
    ApiError::new("UnknownOperationException", 404, "")
}

fn templates(schema: &ServiceSchema) -> Vec<Template> {
    let mut templates: Vec<Template> = schema.operations.iter().map(|o| Template::new(o)).collect();
    templates.sort_by(Template::by_specificity);
    templates
}

impl Template {
    fn new(operation: &'static OperationSchema) -> Self {
        let (path, query) = operation.uri.split_once('?').unwrap_or((operation.uri, ""));
        let parts = query.split('&').filter(|part| !part.is_empty());
        Self {
            operation,
            segments: segments(path).map(Segment::parse).collect(),
            query: parts
                .map(|part| match part.split_once('=') {
                    Some((name, value)) => (name, Some(value)),
                    None => (part, None),
                })
                .collect(),
        }
    }

    fn by_specificity(one: &Self, other: &Self) -> Ordering {
        let query = other.query.len().cmp(&one.query.len());
        query.then_with(|| {
            let (one, other) = (one.segments.iter(), other.segments.iter());
            one.map(|s| s.rank()).cmp(other.map(|s| s.rank()))
        })
    }

    fn fits(&self, request: &RequestView<'_>) -> bool {
        *request.method == Method::from_bytes(self.operation.method.as_bytes()).unwrap_or_default()
            && self.query.iter().all(|part| has_parameter(request.query, *part))
            && fits(&self.segments, &segments(request.path).collect::<Vec<_>>())
    }
}

impl Segment {
    fn parse(text: &'static str) -> Self {
        match text.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
            Some(label) if label.ends_with('+') => Self::Greedy,
            Some(_) => Self::Label,
            None => Self::Literal(text),
        }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Literal(_) => 0,
            Self::Label => 1,
            Self::Greedy => 2,
        }
    }
}

/// The segments of a path; a slash at its end makes none.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/').filter(move |_| !path.is_empty())
}

fn fits(wanted: &[Segment], given: &[&str]) -> bool {
    match (wanted.split_first(), given.split_first()) {
        (None, None) => true,
        (Some((Segment::Literal(text), wanted)), Some((first, given))) => {
            first == text && fits(wanted, given)
        }
        (Some((Segment::Label, wanted)), Some((first, given))) => !first.is_empty() && fits(wanted, given),
        // A greedy label takes at least one segment and leaves what the rest needs; templates have one at most.
        (Some((Segment::Greedy, rest)), Some(_)) => given
            .len()
            .checked_sub(rest.len())
            .is_some_and(|taken| taken > 0 && fits(rest, &given[taken..])),
        _ => false,
    }
}

/// Whether a query string has a literal part of a template: a name, with its value where the template has one.
fn has_parameter(query: &str, (name, value): (&str, Option<&str>)) -> bool {
    query.split('&').any(|pair| {
        let (given, held) = pair.split_once('=').map_or((pair, None), |(n, v)| (n, Some(v)));
        given == name && value.is_none_or(|value| held == Some(value))
    })
}

#[cfg(test)]
mod tests {
    use haechi_wire::{Empty, Shape};

    use super::*;

    fn template(method: &'static str, uri: &'static str) -> Template {
        let schema = OperationSchema::new(uri, Empty::SCHEMA, Empty::SCHEMA).http(method, uri, 200);
        Template::new(Box::leak(Box::new(schema)))
    }

    /// The template that a request is for, of these.
    fn meant(uris: &[&'static str], path: &str, query: &str) -> Option<&'static str> {
        let mut templates: Vec<_> = uris.iter().map(|uri| template("GET", uri)).collect();
        templates.sort_by(Template::by_specificity);
        let request = RequestView {
            method: &Method::GET,
            path,
            query,
            headers: &http::HeaderMap::new(),
            body: b"",
        };
        let found = templates.iter().find(|template| template.fits(&request));
        found.map(|template| template.operation.uri)
    }

    #[test]
    fn a_literal_wins_over_a_label_and_a_label_over_a_greedy_one() {
        let uris = ["/{any+}", "/a/{x}", "/a/b", "/a/{x}/c"];
        assert_eq!(meant(&uris, "/a/b", ""), Some("/a/b"));
        assert_eq!(meant(&uris, "/a/z", ""), Some("/a/{x}"));
        assert_eq!(meant(&uris, "/a/z/c", ""), Some("/a/{x}/c"));
        assert_eq!(meant(&uris, "/a/z/d", ""), Some("/{any+}"));
    }

    #[test]
    fn a_label_is_never_empty() {
        assert_eq!(meant(&["/a/{x}", "/a"], "/a/", ""), Some("/a"));
        assert_eq!(meant(&["/a/{x}/b"], "/a//b", ""), None);
        assert_eq!(meant(&["/a/{x+}"], "/a", ""), None);
    }

    #[test]
    fn an_encoded_slash_does_not_divide() {
        let arn = "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fabc";
        assert_eq!(meant(&["/tags/{arn}"], arn, ""), Some("/tags/{arn}"));
        assert_eq!(
            meant(&["/tags/{arn}"], "/tags/arn:aws:x:::/restapis/abc", ""),
            None
        );
        assert_eq!(
            meant(&["/tags/{arn+}"], "/tags/arn:aws:x:::/restapis/abc", ""),
            Some("/tags/{arn+}")
        );
    }

    #[test]
    fn literal_query_parts_choose_the_operation() {
        let uris = [
            "/tagging",
            "/tagging?Operation=Tag",
            "/tagging?Operation=Untag",
            "/d",
            "/d?WithTags",
        ];
        assert_eq!(meant(&uris, "/tagging", "Resource=x"), Some("/tagging"));
        assert_eq!(
            meant(&uris, "/tagging", "Operation=Untag&Resource=x"),
            Some("/tagging?Operation=Untag")
        );
        assert_eq!(meant(&uris, "/d", "WithTags"), Some("/d?WithTags"));
        assert_eq!(meant(&uris, "/d", "WithTags="), Some("/d?WithTags"));
        assert_eq!(meant(&uris, "/d", "NoTags"), Some("/d"));
    }

    #[test]
    fn another_method_is_another_operation() {
        let post = template("POST", "/a");
        let request = RequestView {
            method: &Method::GET,
            path: "/a",
            query: "",
            headers: &http::HeaderMap::new(),
            body: b"",
        };
        assert!(!post.fits(&request));
    }
}
