//! Cache behaviors as rules.

use haechi_api_cloudfront as api;
use haechi_dataplane::front::{Action, Condition, Patterns, Rule};

use crate::config::Behavior;

/// Seconds that an origin has for its answer, where nothing is said.
const READ_TIMEOUT: u32 = 30;

/// The rules of a listener, and what happens to requests that no pattern and no method of the default behavior takes.
pub(super) fn rules(config: &api::DistributionConfig, tls: bool) -> (Vec<Rule>, Action) {
    let mut rules = Vec::new();
    for (pattern, behavior) in Behavior::all(config) {
        let here = pattern.map(path_pattern);
        if let Some(closed) = closed(&behavior, tls) {
            rules.push(rule(here.into_iter().collect(), closed));
            continue;
        }
        let methods = Condition::Method(behavior.methods().into_iter().map(str::to_owned).collect());
        let root = config
            .default_root_object
            .as_deref()
            .filter(|root| !root.is_empty());
        if let (None, Some(root)) = (pattern, root) {
            let at_root = Condition::PathPattern(Patterns::Wildcards(vec!["/".to_owned()]));
            let action = origin_action(config, &behavior, tls, Some(root));
            rules.push(rule(vec![at_root, methods.clone()], action));
        }
        let conditions = here.iter().cloned().chain([methods]).collect();
        rules.push(rule(conditions, origin_action(config, &behavior, tls, None)));
        // The pattern decides which behavior is meant, and that one does not take the method.
        rules.extend(here.map(|here| rule(vec![here], wrong_method())));
    }
    (rules, wrong_method())
}

/// Whether the viewer's `Host` goes on to the origins. A front has one setting for all its behaviors: the default
/// behavior's.
pub(super) fn passes_host(config: &api::DistributionConfig) -> bool {
    let Some(behavior) = config.default_cache_behavior.as_ref().map(Behavior::from) else {
        return false;
    };
    let headers = behavior.forwarded_values.and_then(|it| it.headers.as_ref());
    let mut headers = headers.iter().flat_map(|it| it.items.iter().flatten());
    headers.any(|name| name == "*" || name.eq_ignore_ascii_case("host"))
        || behavior
            .origin_request_policy
            .is_some_and(|id| crate::config::WITH_HOST.contains(&id))
}

fn rule(conditions: Vec<Condition>, action: Action) -> Rule {
    Rule {
        arn: None,
        conditions,
        transforms: Vec::new(),
        action,
    }
}

/// `images/*.jpg` and `/images/*.jpg` mean the same.
fn path_pattern(pattern: &str) -> Condition {
    let pattern = format!("/{}", pattern.strip_prefix('/').unwrap_or(pattern));
    Condition::PathPattern(Patterns::Wildcards(vec![pattern]))
}

/// What keeps every request of a behavior from its origin.
fn closed(behavior: &Behavior<'_>, tls: bool) -> Option<Action> {
    use api::ViewerProtocolPolicy as Policy;
    match behavior.viewer_protocol_policy {
        Some(Policy::RedirectToHttps) if !tls => return Some(to_https()),
        Some(Policy::HttpsOnly) if !tls => return Some(refusal(403, "Forbidden")),
        _ => {}
    }
    // Who may sign can't be told here, so that nobody is let in.
    behavior.wants_signed_urls().then(|| Action::Fixed {
        status: 403,
        headers: vec![("content-type".to_owned(), "text/xml".to_owned())],
        body: "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>MissingKey</Code><Message>Missing Key-Pair-Id \
               query parameter or cookie value</Message></Error>"
            .to_owned(),
    })
}

fn to_https() -> Action {
    Action::Redirect {
        protocol: "HTTPS".to_owned(),
        host: "#{host}".to_owned(),
        port: "443".to_owned(),
        path: "/#{path}".to_owned(),
        query: "#{query}".to_owned(),
        status: 301,
    }
}

fn wrong_method() -> Action {
    refusal(
        403,
        "This distribution is not configured to allow the HTTP request method",
    )
}

/// A page of CloudFront's own.
fn refusal(status: u16, reason: &str) -> Action {
    Action::Fixed {
        status,
        headers: vec![
            ("content-type".to_owned(), "text/html".to_owned()),
            ("x-cache".to_owned(), "Error from cloudfront".to_owned()),
        ],
        body: format!(
            "<!DOCTYPE html><html><head><title>ERROR: The request could not be satisfied</title></head><body>\
             <h1>{status} ERROR</h1><h2>The request could not be satisfied.</h2><p>{reason}.</p></body></html>\n"
        ),
    }
}

fn origin_action(
    config: &api::DistributionConfig,
    behavior: &Behavior<'_>,
    tls: bool,
    object: Option<&str>,
) -> Action {
    let Some(origin) = origin(config, behavior.origin) else {
        return refusal(502, "The origin does not exist");
    };
    let Some(custom) = &origin.custom_origin_config else {
        return refusal(502, "Buckets are not there as origins");
    };
    let secure = match custom.origin_protocol_policy {
        Some(api::OriginProtocolPolicy::HttpsOnly) => true,
        Some(api::OriginProtocolPolicy::MatchViewer) => tls,
        _ => false,
    };
    let (scheme, port) = if secure {
        ("https", custom.https_port.unwrap_or(443))
    } else {
        ("http", custom.http_port.unwrap_or(80))
    };
    let domain = origin.domain_name.as_deref().unwrap_or_default();
    let path = origin.origin_path.as_deref().unwrap_or_default();
    let object = object.map(|object| format!("/{object}")).unwrap_or_default();
    let headers = origin
        .custom_headers
        .iter()
        .flat_map(|it| it.items.iter().flatten());
    let header = |it: &api::OriginCustomHeader| Some((it.header_name.clone()?, it.header_value.clone()?));
    let seconds = custom.origin_read_timeout.and_then(|it| u32::try_from(it).ok());
    Action::Proxy {
        append_path: object.is_empty(),
        // The port that a scheme implies stays out of the `Host` that the origin sees.
        url: match (scheme, port) {
            ("http", 80) | ("https", 443) => format!("{scheme}://{domain}{path}{object}"),
            _ => format!("{scheme}://{domain}:{port}{path}{object}"),
        },
        method: None,
        headers: headers.filter_map(header).collect(),
        timeout: seconds.unwrap_or(READ_TIMEOUT) * 1_000,
    }
}

/// The origin of this id; of an origin group, its first member.
fn origin<'a>(config: &'a api::DistributionConfig, id: &str) -> Option<&'a api::Origin> {
    let groups = config
        .origin_groups
        .iter()
        .flat_map(|it| it.items.iter().flatten());
    let group = groups.into_iter().find(|group| group.id.as_deref() == Some(id));
    let first = group.and_then(|group| {
        group
            .members
            .as_ref()?
            .items
            .as_ref()?
            .first()?
            .origin_id
            .as_deref()
    });
    let id = first.unwrap_or(id);
    let mut origins = config.origins.iter().flat_map(|it| it.items.iter().flatten());
    origins.find(|origin| origin.id.as_deref() == Some(id))
}
