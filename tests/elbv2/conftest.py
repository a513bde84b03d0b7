"""A network for load balancers to stand in, and short ways to make them."""

import collections
import contextlib

import pytest

Network = collections.namedtuple("Network", "vpc subnets group other_group")


@pytest.fixture(scope="session")
def elbv2(client):
    return client("elbv2")


@pytest.fixture(scope="session")
def ec2(client):
    return client("ec2")


@pytest.fixture(scope="session")
def new_network(ec2):
    """Makes a VPC with an internet gateway and a subnet in each of three zones."""

    def make(gateway=True):
        vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
        if gateway:
            igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
            ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
        zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]][:3]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.40.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
            for number, zone in enumerate(zones)
        ]
        groups = [
            ec2.create_security_group(GroupName=name, Description="for tests", VpcId=vpc)["GroupId"]
            for name in ("one", "two")
        ]
        return Network(vpc, subnets, *groups)

    return make


@pytest.fixture(scope="session")
def network(new_network):
    """A network that the tests of a worker share."""
    return new_network()


@pytest.fixture
def new_load_balancer(elbv2, network, unique):
    """Makes a load balancer in the shared network and takes it away again."""
    made = []

    def make(name=None, by=None, **parameters):
        parameters.setdefault("Subnets", network.subnets[:2])
        answer = (by or elbv2).create_load_balancer(Name=name or f"{unique[:20]}-{len(made)}", **parameters)
        made.append(answer["LoadBalancers"][0])
        return made[-1]

    yield make
    for load_balancer in made:
        arn = load_balancer["LoadBalancerArn"]
        with contextlib.suppress(elbv2.exceptions.LoadBalancerNotFoundException):
            elbv2.modify_load_balancer_attributes(
                LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}]
            )
        elbv2.delete_load_balancer(LoadBalancerArn=arn)


@pytest.fixture
def new_target_group(elbv2, network, unique):
    """Makes a target group of addresses in the shared network."""
    made = []

    def make(name=None, **parameters):
        settings = {"Protocol": "HTTP", "Port": 80, "VpcId": network.vpc, "TargetType": "ip"} | parameters
        settings = {key: value for key, value in settings.items() if value is not None}
        name = name or f"{unique[:20]}-{len(made)}"
        made.append(elbv2.create_target_group(Name=name, **settings)["TargetGroups"][0])
        return made[-1]

    return make


@pytest.fixture
def load_balancer(new_load_balancer):
    return new_load_balancer()["LoadBalancerArn"]


@pytest.fixture
def target_group(new_target_group):
    return new_target_group()["TargetGroupArn"]


@pytest.fixture
def new_listener(elbv2):
    """Makes a listener of HTTP that forwards to a group, or answers by itself."""

    def make(load_balancer, group=None, port=80, **parameters):
        action = {"Type": "forward", "TargetGroupArn": group} if group else fixed("404")
        settings = {"Protocol": "HTTP", "Port": port, "DefaultActions": [action]} | parameters
        return elbv2.create_listener(LoadBalancerArn=load_balancer, **settings)["Listeners"][0]

    return make


@pytest.fixture
def listener(new_listener, load_balancer):
    return new_listener(load_balancer)["ListenerArn"]


def fixed(status, body=None):
    config = {"StatusCode": status}
    if body is not None:
        config |= {"MessageBody": body, "ContentType": "text/plain"}
    return {"Type": "fixed-response", "FixedResponseConfig": config}
