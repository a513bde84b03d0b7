"""Requests through a load balancer to two applications: rules, weights, redirects, stickiness, health."""

import collections
import json
import threading
from http.server import ThreadingHTTPServer

import pytest

from waiting import until
from web_traffic import Application, Guarded

Site = collections.namedtuple("Site", "host arn listener blue green")


@pytest.fixture(scope="module")
def gateway(binary, new_store):
    server = Guarded(binary, store=new_store(), flags=["--gateway-listen", "127.0.0.1:0"])
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="module")
def balancers(client, gateway):
    return client("elbv2", on=gateway)


@pytest.fixture
def applications():
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Application) for _ in range(2)]
    for server in servers:
        server.seen, server.healthy = [], True
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def site(balancers, client, gateway, applications, unique):
    """A load balancer whose listener sends to the blue application; the green one has a group of its own."""
    ec2 = client("ec2", on=gateway)
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
    [made] = balancers.create_load_balancer(Name=unique, Subnets=subnets)["LoadBalancers"]
    groups = []
    for colour, server in zip(("blue", "green"), applications, strict=True):
        [group] = balancers.create_target_group(
            Name=f"{unique[:20]}-{colour}",
            Protocol="HTTP",
            Port=server.server_address[1],
            VpcId=vpc,
            TargetType="ip",
            HealthCheckPath="/health",
            HealthCheckIntervalSeconds=5,
            HealthCheckTimeoutSeconds=2,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
        )["TargetGroups"]
        groups.append(group["TargetGroupArn"])
        balancers.register_targets(TargetGroupArn=groups[-1], Targets=[{"Id": "127.0.0.1"}])
    [listener] = balancers.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[forward(groups[0])]
    )["Listeners"]
    host = made["DNSName"]
    until(lambda: gateway.ask(host).status, lambda status: status == 200, 20)
    yield Site(host, made["LoadBalancerArn"], listener["ListenerArn"], *groups)
    balancers.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])


def forward(*groups, weights=None, stickiness=None):
    weights = weights or [1] * len(groups)
    config = {
        "TargetGroups": [
            {"TargetGroupArn": group, "Weight": weight} for group, weight in zip(groups, weights, strict=True)
        ]
    }
    if stickiness:
        config["TargetGroupStickinessConfig"] = {"Enabled": True, "DurationSeconds": stickiness}
    return {"Type": "forward", "ForwardConfig": config}


def rule(balancers, site, priority, conditions, action, **more):
    return balancers.create_rule(
        ListenerArn=site.listener, Priority=priority, Conditions=conditions, Actions=[action], **more
    )["Rules"][0]["RuleArn"]


def path(*values):
    return [{"Field": "path-pattern", "Values": list(values)}]


def asked(server):
    """The paths that an application was asked for, health checks left out."""
    return [path for _, path in server.seen if path != "/health"]


def test_rules_decide_in_their_order(balancers, gateway, site, applications):
    text = {"StatusCode": "418", "ContentType": "text/plain", "MessageBody": "short"}
    # Changes reach the gateway in their order: who sees the second rule sees the first.
    rule(balancers, site, 20, path("/tea/*", "/green/*"), forward(site.green))
    rule(balancers, site, 10, path("/tea/*"), {"Type": "fixed-response", "FixedResponseConfig": text})
    answer = until(lambda: gateway.ask(site.host, "/tea/pot"), lambda answer: answer.status == 418)
    assert (answer.body, answer.headers["content-type"]) == ("short", "text/plain")
    gateway.ask(site.host, "/green/1")
    assert "/green/1" in asked(applications[1])
    assert "/green/1" not in asked(applications[0])
    gateway.ask(site.host, "/other")
    assert "/other" in asked(applications[0])


@pytest.mark.parametrize(
    "condition, yes, no",
    [
        ({"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Kind", "Values": ["a*"]}},
         {"headers": {"x-kind": "ABC"}}, {"headers": {"x-kind": "b"}}),
        ({"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["DELETE"]}},
         {"method": "DELETE"}, {"method": "GET"}),
        ({"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "1*"}]}},
         {"path": "/?v=12"}, {"path": "/?w=12"}),
        ({"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/v[0-9]+$"]}},
         {"path": "/v12"}, {"path": "/vx"}),
        ({"Field": "source-ip", "SourceIpConfig": {"Values": ["127.0.0.0/8"]}}, {}, None),
    ],
)  # fmt: skip
def test_each_condition_is_asked(balancers, gateway, site, condition, yes, no):
    action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "299"}}
    rule(balancers, site, 1, [condition], action)
    until(lambda: gateway.ask(site.host, **yes).status, lambda status: status == 299)
    if no is not None:
        assert gateway.ask(site.host, **no).status == 200


def test_a_redirect_keeps_what_it_does_not_name(balancers, gateway, site):
    redirect = {"Protocol": "HTTPS", "Port": "443", "Path": "/new/#{path}", "StatusCode": "HTTP_301"}
    rule(balancers, site, 1, path("/old"), {"Type": "redirect", "RedirectConfig": redirect})
    answer = until(lambda: gateway.ask(site.host, "/old?a=1"), lambda answer: answer.status == 301)
    assert answer.headers["location"] == f"https://{site.host}:443/new/old?a=1"


def test_weights_are_shares(balancers, gateway, site, applications):
    balancers.modify_listener(
        ListenerArn=site.listener, DefaultActions=[forward(site.blue, site.green, weights=[3, 1])]
    )
    until(lambda: gateway.ask(site.host, "/first") and asked(applications[1]), lambda paths: "/first" in paths)
    before = [len(asked(server)) for server in applications]
    for _ in range(200):
        assert gateway.ask(site.host, "/share").status == 200
    blue, green = (len(asked(server)) - count for server, count in zip(applications, before, strict=True))
    assert blue + green == 200
    # Three standard deviations around 50.
    assert 31 <= green <= 69


def test_a_url_is_rewritten_on_the_way(balancers, gateway, site, applications):
    rewrites = [{"Regex": "^/api/v[0-9]+/(.*)$", "Replace": "/$1"}]
    transform = {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": rewrites}}
    rule(balancers, site, 1, path("/api/*"), forward(site.green), Transforms=[transform])
    until(lambda: gateway.ask(site.host, "/api/v2/pets") and asked(applications[1]), lambda paths: "/pets" in paths)


def test_health_goes_down_and_up(balancers, gateway, site, applications):
    def state():
        [found] = balancers.describe_target_health(TargetGroupArn=site.blue)["TargetHealthDescriptions"]
        return found["TargetHealth"]

    assert until(state, lambda health: health["State"] == "healthy", 30) == {"State": "healthy"}
    applications[0].healthy = False
    down = until(state, lambda health: health["State"] == "unhealthy", 40)
    assert down["Reason"] == "Target.ResponseCodeMismatch"
    assert down["Description"] == "Health checks failed with these codes: [500]"
    applications[0].healthy = True
    assert until(state, lambda health: health["State"] == "healthy", 40) == {"State": "healthy"}


def test_a_target_that_is_gone_is_asked_no_more(balancers, gateway, site):
    balancers.deregister_targets(TargetGroupArn=site.blue, Targets=[{"Id": "127.0.0.1"}])
    until(lambda: gateway.ask(site.host).status, lambda status: status == 503)
    balancers.register_targets(TargetGroupArn=site.blue, Targets=[{"Id": "127.0.0.1"}])
    answer = until(lambda: gateway.ask(site.host, "/back"), lambda answer: answer.status == 200)
    assert json.loads(answer.body)["path"] == "/back"
