"""Load balancers: what they are made of, and what is refused."""

import re

import pytest

from aws_clients import SEOUL, refused


def test_an_application_load_balancer_has_aws_names(elbv2, new_load_balancer, network, account_id):
    made = new_load_balancer("web-front", SecurityGroups=[network.group])
    arn = rf"arn:aws:elasticloadbalancing:{SEOUL}:{account_id}:loadbalancer/app/web-front/[0-9a-f]{{16}}"
    assert re.fullmatch(arn, made["LoadBalancerArn"])
    assert re.fullmatch(rf"web-front-[0-9]{{10}}\.{SEOUL}\.elb\.amazonaws\.com", made["DNSName"])
    assert made["CanonicalHostedZoneId"] == "ZWKZPGTI48KDX"
    assert made["State"] == {"Code": "provisioning"}
    assert (made["Type"], made["Scheme"], made["IpAddressType"]) == ("application", "internet-facing", "ipv4")
    assert (made["VpcId"], made["SecurityGroups"]) == (network.vpc, [network.group])
    assert [zone["SubnetId"] for zone in made["AvailabilityZones"]] == network.subnets[:2]
    described = elbv2.describe_load_balancers(LoadBalancerArns=[made["LoadBalancerArn"]])["LoadBalancers"]
    assert described == [made | {"State": {"Code": "active"}}]
    assert elbv2.describe_load_balancers(Names=["web-front"])["LoadBalancers"] == described


def test_an_internal_one_says_so_in_its_name(new_load_balancer, unique):
    made = new_load_balancer(Scheme="internal")
    assert made["DNSName"].startswith(f"internal-{unique[:20]}")
    assert made["Scheme"] == "internal"


def test_who_names_no_group_gets_the_default_one(ec2, new_load_balancer, network):
    filters = [{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    [group] = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    assert new_load_balancer()["SecurityGroups"] == [group["GroupId"]]


def test_network_and_gateway_load_balancers_are_described_as_such(new_load_balancer, network):
    net = new_load_balancer(Type="network", Subnets=network.subnets[:1])
    assert ":loadbalancer/net/" in net["LoadBalancerArn"]
    assert net["CanonicalHostedZoneId"] == "ZIBE1TIR4HY56"
    assert re.search(rf"-[0-9a-f]{{16}}\.elb\.{SEOUL}\.amazonaws\.com$", net["DNSName"])
    gateway = new_load_balancer(Type="gateway", Subnets=network.subnets[:1])
    assert ":loadbalancer/gwy/" in gateway["LoadBalancerArn"]
    assert "DNSName" not in gateway


def test_the_same_settings_give_the_same_load_balancer(elbv2, new_load_balancer, network):
    first = new_load_balancer("twice")
    again = new_load_balancer("twice")
    assert again["LoadBalancerArn"] == first["LoadBalancerArn"]
    message = "A load balancer with the same name 'twice' exists, but with different settings"
    with refused("DuplicateLoadBalancerName", message):
        new_load_balancer("twice", Scheme="internal")
    with refused("DuplicateLoadBalancerName", message):
        elbv2.create_load_balancer(Name="twice", Subnets=network.subnets)


@pytest.mark.parametrize(
    "name, why",
    [
        ("a" * 33, "cannot be longer than '32' characters"),
        ("under_score", "can only contain characters that are alphanumeric characters or hyphens(-)"),
        ("-front", "cannot begin or end with '-'"),
        ("internal-web", "cannot begin with 'internal-'"),
    ],
)
def test_a_name_that_is_none(elbv2, network, name, why):
    with refused("ValidationError", f"Load balancer name '{name}' {why}"):
        elbv2.create_load_balancer(Name=name, Subnets=network.subnets)


def test_subnets_must_be_there_in_two_zones(elbv2, ec2, network, unique):
    two_zones = "At least two subnets in two different Availability Zones must be specified"
    with refused("ValidationError", two_zones):
        elbv2.create_load_balancer(Name=unique, Subnets=network.subnets[:1])
    with refused("ValidationError", two_zones):
        elbv2.create_load_balancer(Name=unique)
    with refused("SubnetNotFound", "The subnet ID 'subnet-1' does not exist", status=400):
        elbv2.create_load_balancer(Name=unique, Subnets=["subnet-1", "subnet-2"])
    zone = ec2.describe_subnets(SubnetIds=network.subnets[:1])["Subnets"][0]["AvailabilityZone"]
    same = ec2.create_subnet(VpcId=network.vpc, CidrBlock="10.40.99.0/24", AvailabilityZone=zone)["Subnet"]
    with refused("InvalidConfigurationRequest", matching="same Availability Zone"):
        elbv2.create_load_balancer(Name=unique, Subnets=[network.subnets[0], same["SubnetId"]])
    ec2.delete_subnet(SubnetId=same["SubnetId"])


def test_the_internet_needs_a_gateway(elbv2, new_network, unique):
    closed = new_network(gateway=False)
    with refused("InvalidSubnet", f"VPC {closed.vpc} has no internet gateway"):
        elbv2.create_load_balancer(Name=unique, Subnets=closed.subnets)
    arn = elbv2.create_load_balancer(Name=unique, Subnets=closed.subnets, Scheme="internal")
    elbv2.delete_load_balancer(LoadBalancerArn=arn["LoadBalancers"][0]["LoadBalancerArn"])


def test_groups_must_be_there_and_of_the_vpc(elbv2, new_network, network, unique):
    with refused("InvalidSecurityGroup"):
        elbv2.create_load_balancer(Name=unique, Subnets=network.subnets, SecurityGroups=["sg-0123456789abcdef0"])
    elsewhere = new_network()
    with refused("InvalidConfigurationRequest", "One or more security groups are invalid"):
        elbv2.create_load_balancer(Name=unique, Subnets=network.subnets, SecurityGroups=[elsewhere.group])


def test_what_is_not_there_is_not_found(elbv2, account_id):
    missing = f"arn:aws:elasticloadbalancing:{SEOUL}:{account_id}:loadbalancer/app/none/0123456789abcdef"
    with refused("LoadBalancerNotFound", "One or more load balancers not found", status=400):
        elbv2.describe_load_balancers(LoadBalancerArns=[missing])
    with refused("LoadBalancerNotFound", "Load balancers '[none]' not found"):
        elbv2.describe_load_balancers(Names=["none"])
    with refused("ValidationError", "'nonsense' is not a valid load balancer ARN"):
        elbv2.describe_load_balancers(LoadBalancerArns=["nonsense"])
    with refused("LoadBalancerNotFound", f"Load balancer '{missing}' not found"):
        elbv2.describe_load_balancer_attributes(LoadBalancerArn=missing)
    elbv2.delete_load_balancer(LoadBalancerArn=missing)


def test_deleting_takes_listeners_along_and_leaves_groups(elbv2, new_load_balancer, new_listener, target_group):
    arn = new_load_balancer()["LoadBalancerArn"]
    listener = new_listener(arn, target_group)["ListenerArn"]
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
    with refused("LoadBalancerNotFound"):
        elbv2.describe_load_balancers(LoadBalancerArns=[arn])
    with refused("ListenerNotFound"):
        elbv2.describe_listeners(ListenerArns=[listener])
    [group] = elbv2.describe_target_groups(TargetGroupArns=[target_group])["TargetGroups"]
    assert group["LoadBalancerArns"] == []
    elbv2.delete_target_group(TargetGroupArn=target_group)


def test_a_protected_one_is_not_deleted(elbv2, load_balancer):
    attribute = {"Key": "deletion_protection.enabled", "Value": "true"}
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=load_balancer, Attributes=[attribute])
    message = f"Load balancer '{load_balancer}' cannot be deleted because deletion protection is enabled"
    with refused("OperationNotPermitted", message):
        elbv2.delete_load_balancer(LoadBalancerArn=load_balancer)


def test_groups_and_subnets_are_replaced(elbv2, load_balancer, network):
    groups = [network.group, network.other_group]
    answer = elbv2.set_security_groups(LoadBalancerArn=load_balancer, SecurityGroups=groups)
    assert answer["SecurityGroupIds"] == groups
    answer = elbv2.set_subnets(LoadBalancerArn=load_balancer, Subnets=network.subnets[1:])
    assert [zone["SubnetId"] for zone in answer["AvailabilityZones"]] == network.subnets[1:]
    [described] = elbv2.describe_load_balancers(LoadBalancerArns=[load_balancer])["LoadBalancers"]
    assert described["SecurityGroups"] == groups
    assert described["AvailabilityZones"] == answer["AvailabilityZones"]
    with refused("ValidationError", matching="At least two subnets"):
        elbv2.set_subnets(LoadBalancerArn=load_balancer, Subnets=network.subnets[:1])


def test_dualstack_needs_ipv6_in_the_subnets(elbv2, ec2, load_balancer, unique):
    with refused("InvalidSubnet", matching="IPv6"):
        elbv2.set_ip_address_type(LoadBalancerArn=load_balancer, IpAddressType="dualstack")
    vpc = ec2.create_vpc(CidrBlock="10.41.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    range6 = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("00::/56", "")
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc["VpcId"],
            CidrBlock=f"10.41.{n}.0/24",
            Ipv6CidrBlock=f"{range6}{n:02x}::/64",
            AvailabilityZone=zones[n],
        )["Subnet"]["SubnetId"]
        for n in range(2)
    ]
    [made] = elbv2.create_load_balancer(Name=unique, Subnets=subnets, Scheme="internal")["LoadBalancers"]
    answer = elbv2.set_ip_address_type(LoadBalancerArn=made["LoadBalancerArn"], IpAddressType="dualstack")
    assert answer["IpAddressType"] == "dualstack"
    elbv2.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])


def test_lists_come_in_pages(elbv2, new_load_balancer, unique):
    wanted = sorted(new_load_balancer(f"{unique[:20]}-p{n}")["LoadBalancerName"] for n in range(5))
    first = elbv2.describe_load_balancers(PageSize=2)
    assert len(first["LoadBalancers"]) == 2 and first["NextMarker"]
    pages = elbv2.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 2})
    names = [one["LoadBalancerName"] for page in pages for one in page["LoadBalancers"]]
    assert [name for name in names if name in wanted] == wanted
    with refused("ValidationError"):
        elbv2.describe_load_balancers(Marker="not a marker")


def test_capacity_is_reserved_and_lowered_twice_a_day(elbv2, load_balancer):
    def reserve(units):
        return elbv2.modify_capacity_reservation(
            LoadBalancerArn=load_balancer, MinimumLoadBalancerCapacity={"CapacityUnits": units}
        )

    answer = reserve(100)
    assert answer["DecreaseRequestsRemaining"] == 2
    assert [zone["EffectiveCapacityUnits"] for zone in answer["CapacityReservationState"]] == [50.0, 50.0]
    assert reserve(50)["DecreaseRequestsRemaining"] == 1
    assert reserve(40)["DecreaseRequestsRemaining"] == 0
    with refused("CapacityDecreaseRequestLimitExceeded"):
        reserve(30)
    described = elbv2.describe_capacity_reservation(LoadBalancerArn=load_balancer)
    assert described["MinimumLoadBalancerCapacity"] == {"CapacityUnits": 40}


def test_ip_pools_come_and_go(elbv2, load_balancer):
    pool = {"Ipv4IpamPoolId": "ipam-pool-0123456789abcdef0"}
    assert elbv2.modify_ip_pools(LoadBalancerArn=load_balancer, IpamPools=pool)["IpamPools"] == pool
    assert "IpamPools" not in elbv2.modify_ip_pools(LoadBalancerArn=load_balancer, RemoveIpamPools=["ipv4"])


def test_elastic_addresses_are_for_network_load_balancers(elbv2, ec2, network, unique):
    address = ec2.allocate_address(Domain="vpc")
    mapping = [{"SubnetId": network.subnets[0], "AllocationId": address["AllocationId"]}]
    [net] = elbv2.create_load_balancer(Name=unique, Type="network", SubnetMappings=mapping)["LoadBalancers"]
    [given] = net["AvailabilityZones"][0]["LoadBalancerAddresses"]
    assert (given["IpAddress"], given["AllocationId"]) == (address["PublicIp"], address["AllocationId"])
    elbv2.delete_load_balancer(LoadBalancerArn=net["LoadBalancerArn"])
    mapping[0]["AllocationId"] = "eipalloc-0123456789abcdef0"
    with refused("AllocationIdNotFound"):
        elbv2.create_load_balancer(Name=unique, Type="network", SubnetMappings=mapping)
