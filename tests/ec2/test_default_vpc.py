"""What an account finds without having asked for it."""

from aws_clients import refused


def only(items):
    [item] = items
    return item


def test_an_account_finds_a_default_vpc_with_all_that_belongs_to_it(fresh):
    vpc = only(fresh.describe_vpcs()["Vpcs"])
    assert (vpc["IsDefault"], vpc["CidrBlock"], vpc["State"]) == (True, "172.31.0.0/16", "available")
    zones = [zone["ZoneName"] for zone in fresh.describe_availability_zones()["AvailabilityZones"]]
    subnets = fresh.describe_subnets()["Subnets"]
    assert sorted(subnet["AvailabilityZone"] for subnet in subnets) == zones
    assert all(subnet["DefaultForAz"] and subnet["MapPublicIpOnLaunch"] for subnet in subnets)
    assert {subnet["CidrBlock"] for subnet in subnets} >= {"172.31.0.0/20", "172.31.16.0/20"}
    assert {subnet["AvailableIpAddressCount"] for subnet in subnets} == {4091}
    group = only(fresh.describe_security_groups()["SecurityGroups"])
    assert (group["GroupName"], group["VpcId"]) == ("default", vpc["VpcId"])
    assert group["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"] == group["GroupId"]
    gateway = only(fresh.describe_internet_gateways()["InternetGateways"])
    assert gateway["Attachments"] == [{"State": "available", "VpcId": vpc["VpcId"]}]
    table = only(fresh.describe_route_tables()["RouteTables"])
    assert {route["GatewayId"] for route in table["Routes"]} == {"local", gateway["InternetGatewayId"]}
    acl = only(fresh.describe_network_acls()["NetworkAcls"])
    assert acl["IsDefault"] and {one["SubnetId"] for one in acl["Associations"]} == {
        subnet["SubnetId"] for subnet in subnets
    }
    for attribute, member in (("enableDnsSupport", "EnableDnsSupport"), ("enableDnsHostnames", "EnableDnsHostnames")):
        answer = fresh.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=attribute)
        assert answer[member] == {"Value": True}


def test_its_ids_stay(fresh):
    first = fresh.describe_subnets()["Subnets"]
    assert fresh.describe_subnets()["Subnets"] == first


def test_each_region_has_its_own(client, new_account):
    credentials = new_account().credentials
    ids = [
        only(client("ec2", credentials=credentials, region=region).describe_vpcs()["Vpcs"])["VpcId"]
        for region in ("ap-northeast-2", "eu-north-1")
    ]
    assert ids[0] != ids[1]


def test_once_deleted_it_comes_back_only_when_asked_for(fresh):
    vpc = only(fresh.describe_vpcs()["Vpcs"])["VpcId"]
    with refused("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region."):
        fresh.create_default_vpc()
    with refused("DependencyViolation", f"The vpc '{vpc}' has dependencies and cannot be deleted."):
        fresh.delete_vpc(VpcId=vpc)
    for subnet in fresh.describe_subnets()["Subnets"]:
        fresh.delete_subnet(SubnetId=subnet["SubnetId"])
    gateway = only(fresh.describe_internet_gateways()["InternetGateways"])["InternetGatewayId"]
    with refused("DependencyViolation"):
        fresh.delete_internet_gateway(InternetGatewayId=gateway)
    fresh.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    fresh.delete_internet_gateway(InternetGatewayId=gateway)
    fresh.delete_vpc(VpcId=vpc)
    assert fresh.describe_vpcs()["Vpcs"] == []
    assert fresh.describe_security_groups()["SecurityGroups"] == []
    with refused("VPCIdNotSpecified"):
        fresh.create_security_group(GroupName="a", Description="b")
    made = fresh.create_default_vpc()["Vpc"]
    assert made["IsDefault"] and made["VpcId"] != vpc
    assert len(fresh.describe_subnets()["Subnets"]) == len(fresh.describe_availability_zones()["AvailabilityZones"])
