use super::*;
use haechi_dataplane::ResourceKind;
use haechi_dataplane::front::{self, Condition, FrontSettings, Patterns, Rule};
use http::{HeaderMap, Method};

/// A front that answers with its own name.
pub(crate) fn front(resource: &str, host_names: &[&str], base_path: Option<&str>) -> front::Front {
    front::Front {
        resource: resource.to_owned(),
        kind: ResourceKind::ApplicationLoadBalancer,
        account: "111122223333".to_owned(),
        region: "us-east-1".to_owned(),
        host_names: host_names.iter().map(ToString::to_string).collect(),
        base_path: base_path.map(ToOwned::to_owned),
        listeners: vec![listener(80, false), listener(8443, true)],
        settings: FrontSettings::default(),
    }
}

fn listener(port: u16, tls: bool) -> front::Listener {
    front::Listener {
        arn: None,
        port,
        tls,
        certificates: Vec::new(),
        rules: Vec::new(),
        default_action: fixed(200, "default"),
    }
}

pub(crate) fn fixed(status: u16, body: &str) -> front::Action {
    front::Action::Fixed {
        status,
        headers: Vec::new(),
        body: body.to_owned(),
    }
}

fn table(fronts: Vec<front::Front>) -> Table {
    let snapshot = Snapshot {
        fronts,
        ..Snapshot::default()
    };
    Table::new(&snapshot, &Board::default())
}

fn found(table: &Table, host: &str, path: &str) -> Option<String> {
    match table.find(host, path) {
        Found::Front(front) => Some(front.resource.to_string()),
        Found::NoSuchPath(_) | Found::NoSuchHost => None,
    }
}

#[test]
fn exact_names_win_over_wildcards_of_one_label() {
    let table = table(vec![
        front("wild", &["*.example.com"], None),
        front("exact", &["Shop.example.com", "192.0.2.1"], None),
    ]);
    assert_eq!(found(&table, "shop.example.com", "/").as_deref(), Some("exact"));
    assert_eq!(found(&table, "192.0.2.1", "/").as_deref(), Some("exact"));
    assert_eq!(found(&table, "other.example.com", "/").as_deref(), Some("wild"));
    for host in ["a.b.example.com", "example.com", ".example.com"] {
        assert_eq!(found(&table, host, "/"), None, "{host}");
    }
}

#[test]
fn the_longest_base_path_is_meant_and_cut_off() {
    let table = table(vec![
        front("v1", &["api.test"], Some("/v1")),
        front("beta", &["api.test"], Some("/v1/beta/")),
    ]);
    assert_eq!(found(&table, "api.test", "/v1/x").as_deref(), Some("v1"));
    assert_eq!(found(&table, "api.test", "/v1/beta").as_deref(), Some("beta"));
    assert_eq!(found(&table, "api.test", "/v1/betamax").as_deref(), Some("v1"));
    assert_eq!(found(&table, "api.test", "/v10"), None);
    let front = table.of_resource("v1").expect("a front");
    assert_eq!(front.cut_base("/v1"), Some("/"));
    assert_eq!(front.cut_base("/v1/a/b"), Some("/a/b"));
}

#[test]
fn a_declared_port_names_its_listener_and_others_go_by_protocol() {
    let table = table(vec![front("lb", &["lb.test"], None)]);
    let front = table.of_resource("lb").expect("a front");
    let port = |named, tls| front.listener(named, tls).map(|listener| listener.port);
    assert_eq!(port(Some(8443), false), Some(8443));
    assert_eq!(port(Some(9999), false), Some(80));
    assert_eq!(port(Some(9999), true), Some(8443));
    assert_eq!(port(None, true), Some(8443));
}

fn decided(rules: Vec<Rule>, asked: &Asked<'_>) -> String {
    let mut front = front("lb", &["lb.test"], None);
    front.listeners[0].rules = rules;
    let table = table(vec![front]);
    let listener = table
        .of_resource("lb")
        .and_then(|front| front.listener(None, false))
        .expect("a listener");
    match listener.decide(asked).action {
        Action::Fixed(fixed) => String::from_utf8_lossy(&fixed.body).into_owned(),
        _ => panic!("not a fixed response"),
    }
}

fn asked<'a>(path: &'a str, query: Option<&'a str>, headers: &'a HeaderMap) -> Asked<'a> {
    Asked {
        host: "shop.example.com",
        path,
        query,
        method: &Method::GET,
        headers,
        peer: [192, 0, 2, 7].into(),
    }
}

fn rule(body: &str, conditions: Vec<Condition>) -> Rule {
    Rule {
        arn: None,
        conditions,
        transforms: Vec::new(),
        action: fixed(200, body),
    }
}

fn wildcards(text: &str) -> Patterns {
    Patterns::Wildcards(vec![text.to_owned()])
}

#[test]
fn the_first_rule_whose_conditions_all_hold_decides() {
    let mut headers = HeaderMap::new();
    headers.insert("user-agent", "Mozilla/5.0 Chrome".parse().expect("a value"));
    let rules = || {
        vec![
            rule("post", vec![Condition::Method(vec!["POST".to_owned()])]),
            rule(
                "both",
                vec![
                    Condition::HostHeader(wildcards("*.EXAMPLE.com")),
                    Condition::PathPattern(wildcards("/img/*")),
                ],
            ),
            rule(
                "query",
                vec![Condition::Query(vec![(
                    Some("Version".to_owned()),
                    "v?".to_owned(),
                )])],
            ),
            rule(
                "agent",
                vec![
                    Condition::Header {
                        name: "User-Agent".to_owned(),
                        values: Patterns::Regexes(vec!["^mozilla.*chrome$".to_owned()]),
                    },
                    Condition::SourceIp(vec!["192.0.2.0/24".to_owned()]),
                    Condition::PathPattern(wildcards("/agent")),
                ],
            ),
        ]
    };
    for (path, query, body) in [
        ("/img/a.png", None, "both"),
        ("/IMG/a.png", None, "default"),
        ("/", Some("a=b&version=V1"), "query"),
        ("/", Some("version=v10"), "default"),
        ("/agent", None, "agent"),
    ] {
        assert_eq!(
            decided(rules(), &asked(path, query, &headers)),
            body,
            "{path} {query:?}"
        );
    }
}

#[test]
fn a_rule_that_can_not_be_carried_out_matches_nothing() {
    let broken = Condition::PathPattern(Patterns::Regexes(vec!["(".to_owned()]));
    let headers = HeaderMap::new();
    assert_eq!(
        decided(vec![rule("broken", vec![broken])], &asked("/", None, &headers)),
        "default"
    );
}
