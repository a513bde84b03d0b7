"""The anti-DDoS managed rule group before a load balancer that is flooded."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from waiting import until
from web_traffic import Guarded, visibility

BURST = 100


@pytest.fixture
def flooded(binary, new_store, client, unique):
    """A gateway whose clock can be moved, and the name of a load balancer there that answers by itself."""
    flags = ["--simulate-time", "--gateway-listen", "127.0.0.1:0"]
    gateway = Guarded(binary, store=new_store(), flags=flags)
    try:
        yield gateway.start(), front(lambda service: client(service, on=gateway), unique)
    finally:
        gateway.remove()


def front(client, name):
    ec2, elbv2, waf = client("ec2"), client("elbv2"), client("wafv2")
    vpc = ec2.create_vpc(CidrBlock="10.41.0.0/16")["Vpc"]["VpcId"]
    igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]][:2]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.41.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for number, zone in enumerate(zones)
    ]
    balancer = elbv2.create_load_balancer(Name=name[:24], Subnets=subnets)["LoadBalancers"][0]
    answer = {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "here"}
    elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": answer}],
    )
    challenge = {"UsageOfAction": "ENABLED", "ExemptUriRegularExpressions": [{"RegexString": "^/api/"}]}
    group = {
        "VendorName": "AWS",
        "Name": "AWSManagedRulesAntiDDoSRuleSet",
        "ManagedRuleGroupConfigs": [
            {"AWSManagedRulesAntiDDoSRuleSet": {"ClientSideActionConfig": {"Challenge": challenge}}}
        ],
    }
    rules = [
        {
            "Name": "floods",
            "Priority": 0,
            "Statement": {"ManagedRuleGroupStatement": group},
            "OverrideAction": {"None": {}},
            "VisibilityConfig": visibility("floods"),
        },
        {
            # Says that the web ACL is in force.
            "Name": "marker",
            "Priority": 1,
            "Statement": {
                "ByteMatchStatement": {
                    "FieldToMatch": {"UriPath": {}},
                    "PositionalConstraint": "EXACTLY",
                    "SearchString": b"/marker",
                    "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
                }
            },
            "Action": {"Block": {"CustomResponse": {"ResponseCode": 418}}},
            "VisibilityConfig": visibility("marker"),
        },
    ]
    acl = waf.create_web_acl(
        Name=name,
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig=visibility(name),
        Rules=rules,
    )["Summary"]["ARN"]
    waf.associate_web_acl(WebACLArn=acl, ResourceArn=balancer["LoadBalancerArn"])
    return balancer["DNSName"]


def test_a_flood_is_challenged_and_where_nobody_can_be_its_source_is_blocked(flooded):
    gateway, host = flooded
    until(lambda: gateway.ask(host, "/marker").status, lambda status: status == 418)
    gateway.advance_clock("10m")
    assert gateway.ask(host).status == 200

    def burst():
        with ThreadPoolExecutor(4) as several:
            return [answer.status for answer in several.map(lambda _: gateway.ask(host), range(BURST))]

    until(burst, lambda statuses: 202 in statuses, seconds=30)
    challenged = gateway.ask(host)
    assert (challenged.status, challenged.headers["x-amzn-waf-action"]) == (202, "challenge")
    assert gateway.ask(host, "/api/orders").status == 403
    gateway.advance_clock("10m")
    assert gateway.ask(host).status == 200
