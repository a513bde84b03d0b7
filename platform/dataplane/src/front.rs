//! What is served: a resource with its host names, listeners, rules and targets.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The kinds of resources that serve web traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResourceKind {
    /// An application load balancer.
    ApplicationLoadBalancer,
    /// A stage of an API Gateway REST API.
    ApiGatewayStage,
    /// An AppSync GraphQL API.
    AppSyncApi,
    /// A Cognito user pool.
    CognitoUserPool,
    /// A CloudFront distribution.
    CloudFrontDistribution,
    /// A Global Accelerator accelerator, which passes requests on to another front.
    Accelerator,
}

/// A resource that serves web traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Front {
    /// Its ARN: what a web ACL is associated with.
    pub resource: String,
    /// What it is.
    pub kind: ResourceKind,
    /// The account that owns it.
    pub account: String,
    /// Its Region; `us-east-1` for global ones.
    pub region: String,
    /// The host names and addresses that reach it, in lower case, without ports. `*.example.com` stands for all
    /// names of one label more.
    pub host_names: Vec<String>,
    /// Where its paths start, such as `/prod` of a stage on the API's own host name; it is cut off before rules look
    /// at the path. Several fronts may share a host name with different base paths; the longest that fits is meant.
    pub base_path: Option<String>,
    /// Its listeners, by port.
    pub listeners: Vec<Listener>,
    /// How it treats requests.
    pub settings: FrontSettings,
}

/// What a front does whatever the listener.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FrontSettings {
    /// Seconds that a connection may be silent.
    pub idle_timeout: u32,
    /// Header fields with names that are not tokens are taken out.
    pub drop_invalid_header_fields: bool,
    /// The `Host` header goes on to the target as it came.
    pub preserve_host: bool,
    /// What happens to `X-Forwarded-For`.
    pub forwarded_for: ForwardedFor,
    /// `X-Forwarded-Port` and `X-Forwarded-Proto` are added.
    pub forwarded_headers: bool,
    /// HTTP/2 is offered on TLS listeners.
    pub http2: bool,
    /// What AWS calls desync mitigation.
    pub desync_mitigation: DesyncMitigation,
    /// Requests pass when the web ACL can't be evaluated (`waf.fail_open.enabled`).
    pub fail_open: bool,
    /// Headers that are added to every response, such as `x-amz-cf-id`'s kin; values may not depend on the request.
    pub response_headers: Vec<(String, String)>,
}

impl Default for FrontSettings {
    fn default() -> Self {
        Self {
            idle_timeout: 60,
            drop_invalid_header_fields: false,
            preserve_host: false,
            forwarded_for: ForwardedFor::Append,
            forwarded_headers: true,
            http2: true,
            desync_mitigation: DesyncMitigation::Defensive,
            fail_open: false,
            response_headers: Vec::new(),
        }
    }
}

/// `routing.http.xff_header_processing.mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ForwardedFor {
    /// The client's address is put at the end.
    Append,
    /// The header stays as it came.
    Preserve,
    /// The header is taken out.
    Remove,
}

/// `routing.http.desync_mitigation_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DesyncMitigation {
    /// Everything but what is certainly an attack passes.
    Monitor,
    /// Ambiguous requests pass on a connection of their own.
    Defensive,
    /// Only requests that comply with RFC 7230 pass.
    Strictest,
}

/// A port of a front.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listener {
    /// Its ARN, where it has one.
    pub arn: Option<String>,
    /// The port that the resource declares. The gateway's own port is another; requests that don't name a declared
    /// port go to the listener of their protocol.
    pub port: u16,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// ARNs of its certificates, the default first.
    pub certificates: Vec<String>,
    /// Rules in order; the first whose conditions all hold decides.
    pub rules: Vec<Rule>,
    /// What happens where no rule decides.
    pub default_action: Action,
}

/// A rule of a listener.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Its ARN, where it has one.
    pub arn: Option<String>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Changes of host and URL before the request goes on.
    pub transforms: Vec<Transform>,
    /// What happens then.
    pub action: Action,
}

/// What a rule asks of a request. Lists hold alternatives. Patterns know `*` and `?`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Condition {
    /// The host name, without its port, whatever the case.
    HostHeader(Patterns),
    /// The path, in its case.
    PathPattern(Patterns),
    /// The path fits one of these templates: `/pets/{id}`, `/files/{proxy+}`. The parameters are at the disposal of
    /// [`Action::Proxy`]'s URL.
    PathTemplate(Vec<String>),
    /// A header; whatever the case.
    Header {
        /// Its name.
        name: String,
        /// Its values.
        values: Patterns,
    },
    /// The method, exactly.
    Method(Vec<String>),
    /// Query arguments: a key that must be there with the value, or a value under any key; whatever the case.
    Query(Vec<(Option<String>, String)>),
    /// The peer's address, as CIDR blocks.
    SourceIp(Vec<String>),
}

/// Alternatives of a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Patterns {
    /// With `*` and `?`.
    Wildcards(Vec<String>),
    /// Regular expressions.
    Regexes(Vec<String>),
}

/// A change before a request goes on (`host-header-rewrite`, `url-rewrite`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Transform {
    /// The host name: what `regex` finds becomes `replace` (`$1` names a group).
    HostHeader {
        /// What to find.
        regex: String,
        /// What stands there then.
        replace: String,
    },
    /// Path and query.
    Url {
        /// What to find.
        regex: String,
        /// What stands there then.
        replace: String,
    },
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// It goes to a target of one of these groups.
    Forward {
        /// Groups with their weights.
        groups: Vec<WeightedGroup>,
        /// How long a client stays with its group, in seconds.
        group_stickiness: Option<u32>,
    },
    /// It goes to a URL. `{name}` stands for a parameter of the rule's template; the query string goes along.
    Proxy {
        /// `http://` or `https://`, host, port and path.
        url: String,
        /// Whether the request's path (after the front's base path) is put behind the URL's.
        append_path: bool,
        /// Another method than the request's.
        method: Option<String>,
        /// Headers that are set on the way.
        headers: Vec<(String, String)>,
        /// How long the answer may take, in milliseconds.
        timeout: u32,
    },
    /// A response of our own.
    Fixed {
        /// Its status.
        status: u16,
        /// Its headers.
        headers: Vec<(String, String)>,
        /// Its body.
        body: String,
    },
    /// A redirection. `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}` stand for the request's.
    Redirect {
        /// `HTTP` or `HTTPS`.
        protocol: String,
        /// The host.
        host: String,
        /// The port.
        port: String,
        /// The path, from its slash.
        path: String,
        /// The query string, without `?`.
        query: String,
        /// 301 or 302.
        status: u16,
    },
    /// It goes to another front, web ACL and all: what an accelerator does.
    Front(String),
}

/// A target group of a forward action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightedGroup {
    /// ARN of the group, one of [`crate::Snapshot::target_groups`].
    pub group: String,
    /// 0 to 999.
    pub weight: u32,
}

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: String,
    /// Whether targets speak TLS; their certificates are not checked, as AWS doesn't.
    pub tls: bool,
    /// Whether targets speak HTTP/2 (`ProtocolVersion` `HTTP2` or `GRPC`).
    pub http2: bool,
    /// The targets.
    pub targets: Vec<Target>,
    /// How their health is known.
    pub health_check: HealthCheck,
    /// `round_robin`, `least_outstanding_requests` or `weighted_random`.
    pub algorithm: String,
    /// Name and seconds of the cookie that keeps a client with its target.
    pub stickiness: Option<Stickiness>,
    /// Seconds in which a target that was taken out ends what it has.
    pub deregistration_delay: u32,
    /// Seconds in which a new target gets its share little by little.
    pub slow_start: u32,
}

/// How a client stays with a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stickiness {
    /// By the balancer's cookie `AWSALB`.
    Balancer {
        /// Its life in seconds.
        seconds: u32,
    },
    /// By the application's cookie of this name, kept in `AWSALBAPP-0`.
    Application {
        /// The application's cookie.
        cookie: String,
        /// Its life in seconds.
        seconds: u32,
    },
}

/// A target: an address and a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Target {
    /// Its id, as it was registered.
    pub id: String,
    /// Its address.
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// It was taken out and only ends what it has.
    pub draining: bool,
}

/// How the health of targets is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// Whether there is one; without, targets count as healthy.
    pub enabled: bool,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// Another port than the target's.
    pub port: Option<u16>,
    /// What is asked for.
    pub path: String,
    /// Seconds between checks.
    pub interval: u32,
    /// Seconds a check may take.
    pub timeout: u32,
    /// As many good ones in a row make a target healthy.
    pub healthy_threshold: u32,
    /// As many bad ones in a row make it unhealthy.
    pub unhealthy_threshold: u32,
    /// The status codes that are good: `200`, `200,202`, `200-299`.
    pub matcher: String,
}
