"""A server with a gateway, an application behind it, and a load balancer in front of the application."""

import collections
import threading
from http.server import ThreadingHTTPServer

import pytest

from waiting import until
from web_traffic import Application, Guarded, path_rule, visibility

Front = collections.namedtuple("Front", "arn host listener target_group")


@pytest.fixture
def application():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    server.seen, server.healthy = [], True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def gateway(binary, new_store):
    flags = ["--gateway-listen", "127.0.0.1:0", "--gateway-tls-listen", "127.0.0.1:0"]
    server = Guarded(binary, store=new_store(), flags=flags)
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def elbv2(client, gateway):
    return client("elbv2", on=gateway)


@pytest.fixture(scope="session")
def waf(client, gateway):
    return client("wafv2", on=gateway)


@pytest.fixture(scope="session")
def network(client, gateway):
    ec2 = client("ec2", on=gateway)
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]][:2]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.40.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for number, zone in enumerate(zones)
    ]
    return vpc, subnets


@pytest.fixture
def front(elbv2, network, gateway, application, unique):
    """A load balancer that forwards all to the application, once it serves."""
    vpc, subnets = network
    name = unique[:24]
    group = elbv2.create_target_group(
        Name=name,
        Protocol="HTTP",
        Port=80,
        VpcId=vpc,
        TargetType="ip",
        HealthCheckPath="/health",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
        HealthyThresholdCount=2,
        UnhealthyThresholdCount=2,
    )["TargetGroups"][0]["TargetGroupArn"]
    target = {"Id": "127.0.0.1", "Port": application.server_address[1], "AvailabilityZone": "all"}
    elbv2.register_targets(TargetGroupArn=group, Targets=[target])
    balancer = elbv2.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]
    listener = elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )["Listeners"][0]["ListenerArn"]
    made = Front(balancer["LoadBalancerArn"], balancer["DNSName"], listener, group)
    until(lambda: gateway.ask(made.host).status, lambda status: status == 200)
    yield made
    elbv2.delete_load_balancer(LoadBalancerArn=made.arn)


@pytest.fixture
def guard(waf, gateway, front, unique):
    """Puts a web ACL with these rules before the load balancer: `guard(rule, …)` → ARN."""

    def make(*rules, **members):
        made = waf.create_web_acl(
            Name=unique,
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            VisibilityConfig=visibility(unique),
            Rules=list(rules),
            **members,
        )["Summary"]["ARN"]
        waf.associate_web_acl(WebACLArn=made, ResourceArn=front.arn)
        return made

    return make


@pytest.fixture
def rule():
    return path_rule
