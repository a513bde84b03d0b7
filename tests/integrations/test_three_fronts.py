"""One web ACL before one application, through the gateway, nginx and HAProxy of one server: the same verdicts."""

import collections
import http.client
import socket

import pytest

import aws_clients
import wire_requests
from haechi_server import free_port
from waf_rules import NONE, rule
from waiting import until
from web_traffic import Guarded

Outcome = collections.namedtuple("Outcome", "status reached action")
GROUPS = ["CommonRuleSet", "KnownBadInputsRuleSet", "SQLiRuleSet", "LinuxRuleSet", "AdminProtectionRuleSet"]


def contains(field, text, transformations=NONE, position="CONTAINS"):
    return {
        "ByteMatchStatement": {
            "SearchString": text,
            "FieldToMatch": field,
            "TextTransformations": transformations,
            "PositionalConstraint": position,
        }
    }


def longer(field, size):
    statement = {"FieldToMatch": field, "Size": size, "ComparisonOperator": "GT", "TextTransformations": NONE}
    return {"SizeConstraintStatement": statement}


def cookies(scope):
    return {"Cookies": {"MatchPattern": {"All": {}}, "MatchScope": scope, "OversizeHandling": "MATCH"}}


def headers(scope):
    return {"Headers": {"MatchPattern": {"All": {}}, "MatchScope": scope, "OversizeHandling": "MATCH"}}


def document(scope):
    return {"JsonBody": {"MatchPattern": {"All": {}}, "MatchScope": scope, "OversizeHandling": "CONTINUE"}}


FORWARDED = {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "MATCH", "Position": "LAST"}
DECODED = [{"Priority": 0, "Type": "URL_DECODE"}, {"Priority": 1, "Type": "LOWERCASE"}]
LATER = {"CustomResponse": {"ResponseCode": 429, "CustomResponseBodyKey": "later"}}
WORD = b"sesame"


def rules(own_addresses):
    """Rules on every component, then managed groups."""
    forwarded = {"IPSetReferenceStatement": {"ARN": own_addresses, "IPSetForwardedIPConfig": FORWARDED}}
    statements = [
        (contains({"UriPath": {}}, b"/forbidden", DECODED, "STARTS_WITH"), {}),
        (contains({"UriPath": {}}, b"/challenged", NONE, "EXACTLY"), {"Action": {"Challenge": {}}}),
        (contains({"UriPath": {}}, b"/puzzled", NONE, "EXACTLY"), {"Action": {"Captcha": {}}}),
        (contains({"UriPath": {}}, b"/teapot", NONE, "EXACTLY"), {"Action": {"Block": LATER}}),
        (contains({"SingleQueryArgument": {"Name": "word"}}, WORD, DECODED), {}),
        (contains({"QueryString": {}}, b'"quoted"'), {}),
        (contains({"Method": {}}, b"PURGE", NONE, "EXACTLY"), {}),
        (contains({"SingleHeader": {"Name": "x-word"}}, WORD, NONE, "EXACTLY"), {}),
        (contains(headers("VALUE"), WORD), {}),
        (contains(headers("KEY"), b"x-http-method-override"), {}),
        (contains({"SingleHeader": {"Name": "x-name"}}, "해치".encode()), {}),
        (contains({"SingleHeader": {"Name": "x-name"}}, b"caf\xe9"), {}),
        (longer({"SingleHeader": {"Name": "x-long"}}, 5999), {}),
        (contains(cookies("VALUE"), WORD), {}),
        (longer({"SingleHeader": {"Name": "cookie"}}, 4999), {}),
        (contains(document("VALUE"), WORD), {}),
        (longer({"Body": {"OversizeHandling": "NO_MATCH"}}, 8191), {}),
        (contains({"Body": {"OversizeHandling": "CONTINUE"}}, WORD), {}),
        (forwarded, {}),
    ]
    own = [rule(statement, f"r{n}", n, **members) for n, (statement, members) in enumerate(statements)]
    managed = [
        rule({"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": f"AWSManagedRules{name}"}}, name, 100 + n)
        for n, name in enumerate(GROUPS)
    ]
    return own + managed


@pytest.fixture(scope="module")
def addresses():
    return {name: f"127.0.0.1:{free_port()}" for name in ("check", "haproxy")}


@pytest.fixture(scope="module")
def server(binary, addresses):
    flags = [part for name, address in addresses.items() for part in (f"--waf-{name}-listen", address)]
    server = Guarded(binary, flags=["--gateway-listen", "127.0.0.1:0", *flags])
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="module")
def guarded(server, application):
    """A load balancer before the application, guarded by the web ACL."""

    def client(service):
        return aws_clients.client(server.endpoint, service, server.credentials(), "ap-northeast-2")

    elbv2, waf, ec2 = client("elbv2"), client("wafv2"), client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]][:2]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.40.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for n, zone in enumerate(zones)
    ]
    group = elbv2.create_target_group(Name="shop", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
    group = group["TargetGroups"][0]["TargetGroupArn"]
    target = {"Id": "127.0.0.1", "Port": int(application.split(":")[1]), "AvailabilityZone": "all"}
    elbv2.register_targets(TargetGroupArn=group, Targets=[target])
    balancer = elbv2.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    elbv2.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=forward)
    barred = waf.create_ip_set(Name="barred", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=["203.0.113.66/32"])[
        "Summary"
    ]["ARN"]
    arn = waf.create_web_acl(
        Name="shop",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig=rule({})["VisibilityConfig"],
        CustomResponseBodies={"later": {"ContentType": "APPLICATION_JSON", "Content": '{"later": true}'}},
        Rules=rules(barred),
    )["Summary"]["ARN"]
    waf.associate_web_acl(WebACLArn=arn, ResourceArn=balancer["LoadBalancerArn"])
    host = balancer["DNSName"]
    until(lambda: server.ask(host, "/").status, lambda status: status == 200, 60)
    until(lambda: server.ask(host, "/forbidden").status, lambda status: status == 403, 60)
    return balancer["LoadBalancerArn"], host


@pytest.fixture(scope="module")
def fronts(server, guarded, addresses, application, start_balancer):
    """The ports of the three, by their names."""
    arn, _ = guarded
    named = {
        f"{addresses['check']}/check;": f"{addresses['check']}/check/{arn};",
        "http://haechi/check;": f"http://haechi/check/{arn};",
        "args method=method": f"args web-acl=str({arn}) method=method",
    }
    ports = {name: start_balancer(name, addresses, application, named).port for name in ("nginx", "haproxy")}
    return {"gateway": server.web} | ports


def ask(port, request, host):
    """What a front does with a request (the status, whether the application got it, AWS's header), and the body."""
    request = request.replace(b"{host}", host.encode()).replace(b"{HOST}", host.upper().encode())
    method = request.split(b" ", 1)[0].decode()
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(request)
        answer = http.client.HTTPResponse(connection, method=method)
        answer.begin()
        body = answer.read()
    reached = answer.status == 200 and answer.headers["x-application"] == "echo"
    return Outcome(answer.status, reached, answer.headers["x-amzn-waf-action"]), body


# What a front refuses by itself, before anybody is asked.
MALFORMED = {
    "nginx": {"traversal", "encoded traversal", "a null byte", "a star"},
    "haproxy": set(),
}
# Headers that nginx neither asks about nor passes on: names with odd letters, and those of the connection.
DROPPED = {
    "nginx": {
        "an underscore in a name",
        "a dot in a name",
        "an injection in TE",
        "an injection in Keep-Alive",
        "an injection in Upgrade",
    },
    "haproxy": set(),
}


def expected(front, what, wanted):
    """The gateway's verdict, except of what the front never passes on anyhow."""
    if what in MALFORMED[front]:
        return Outcome(400, False, None)
    return Outcome(200, True, None) if what in DROPPED[front] else wanted


def agree(front, fronts, host, requests):
    """The verdicts of the gateway, after a look that another front gives the same."""
    verdicts, differences = {}, []
    for what, request in requests.items():
        verdicts[what], _ = ask(fronts["gateway"], request, host)
        got, body = ask(fronts[front], request, host)
        if got != expected(front, what, verdicts[what]):
            differences.append(f"{what}: {front} {got}, gateway {verdicts[what]}")
        if what in DROPPED[front] and b"sesame" in body:
            differences.append(f"{what}: it reached the application unseen")
    assert not differences, "\n".join(differences)
    return {outcome.reached for outcome in verdicts.values()}


WITHOUT_BODIES = ["PATHS", "QUERIES", "RAW_TARGETS", "HEADERS", "COOKIES", "METHODS"]


@pytest.mark.parametrize("kind", [*WITHOUT_BODIES, "RAW_TARGETS_OF_NGINX"])
def test_nginx_gives_the_gateways_verdicts_of_requests_without_bodies(fronts, guarded, kind):
    assert agree("nginx", fronts, guarded[1], getattr(wire_requests, kind)) == {True, False}


@pytest.mark.parametrize("kind", [*WITHOUT_BODIES, "BODIES"])
def test_haproxy_gives_the_gateways_verdicts_of_all_requests(fronts, guarded, kind):
    assert agree("haproxy", fronts, guarded[1], getattr(wire_requests, kind)) == {True, False}


@pytest.mark.parametrize("name", ["teapot", "challenged", "puzzled", "forbidden"])
def test_each_kind_of_refusal_has_its_status(fronts, guarded, name):
    status = {"teapot": 429, "challenged": 202, "puzzled": 405, "forbidden": 403}[name]
    for front, port in fronts.items():
        outcome, _ = ask(port, wire_requests.wire(b"/" + name.encode()), guarded[1])
        assert (outcome.status, outcome.reached) == (status, False), front
