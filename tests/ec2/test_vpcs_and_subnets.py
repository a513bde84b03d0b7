"""VPCs and subnets."""

import pytest

from aws_clients import SEOUL, refused


def test_a_vpc_is_made_as_asked(ec2, account_id):
    made = ec2.create_vpc(CidrBlock="10.60.0.77/16")["Vpc"]
    assert (made["CidrBlock"], made["State"], made["OwnerId"]) == ("10.60.0.0/16", "pending", account_id)
    assert (made["IsDefault"], made["InstanceTenancy"]) == (False, "default")
    [shown] = ec2.describe_vpcs(VpcIds=[made["VpcId"]])["Vpcs"]
    assert shown == made | {"State": "available"}
    assert shown["CidrBlockAssociationSet"][0]["CidrBlockState"] == {"State": "associated"}
    ec2.delete_vpc(VpcId=made["VpcId"])
    with refused("InvalidVpcID.NotFound", f"The vpc ID '{made['VpcId']}' does not exist", status=400):
        ec2.describe_vpcs(VpcIds=[made["VpcId"]])


@pytest.mark.parametrize(
    "code, message, range_",
    [
        (
            "InvalidParameterValue",
            "Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
            "10.0.0.0",
        ),
        ("InvalidVpc.Range", "The CIDR '10.0.0.0/8' is invalid.", "10.0.0.0/8"),
        ("InvalidVpc.Range", "The CIDR '10.0.0.0/29' is invalid.", "10.0.0.0/29"),
    ],
)
def test_ranges_that_can_not_be(ec2, code, message, range_):
    with refused(code, message):
        ec2.create_vpc(CidrBlock=range_)


def test_attributes_are_changed_one_at_a_time(ec2, vpc):
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    assert ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsHostnames")["EnableDnsHostnames"]["Value"]
    with refused("InvalidParameterCombination"):
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True}, EnableDnsSupport={"Value": True})
    answer = ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableNetworkAddressUsageMetrics")
    assert answer["EnableNetworkAddressUsageMetrics"] == {"Value": False}


def test_a_subnet_has_its_place_in_the_vpc(ec2, vpc, account_id):
    made = ec2.create_subnet(VpcId=vpc, CidrBlock="10.50.1.0/24", AvailabilityZone=f"{SEOUL}b")["Subnet"]
    assert (made["AvailabilityZone"], made["AvailabilityZoneId"]) == (f"{SEOUL}b", "apne2-az2")
    assert made["AvailableIpAddressCount"] == 251
    assert made["SubnetArn"] == f"arn:aws:ec2:{SEOUL}:{account_id}:subnet/{made['SubnetId']}"
    with refused("InvalidSubnet.Conflict", "The CIDR '10.50.1.128/25' conflicts with another subnet"):
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.50.1.128/25")
    with refused("InvalidSubnet.Range", "The CIDR '10.51.0.0/24' is invalid."):
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.51.0.0/24")
    with refused("InvalidVpcID.NotFound"):
        ec2.create_subnet(VpcId="vpc-1", CidrBlock="10.50.2.0/24")
    with refused("InvalidParameterValue", matching="Subnets can currently only be created in the following"):
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.50.2.0/24", AvailabilityZone="us-east-1a")
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=vpc)
    ec2.delete_subnet(SubnetId=made["SubnetId"])
    with refused("InvalidSubnetID.NotFound", f"The subnet ID '{made['SubnetId']}' does not exist"):
        ec2.delete_subnet(SubnetId=made["SubnetId"])
    ec2.delete_vpc(VpcId=vpc)


def test_a_subnet_is_changed(ec2, vpc):
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.50.1.0/24")["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    ec2.modify_subnet_attribute(SubnetId=subnet, PrivateDnsHostnameTypeOnLaunch="resource-name")
    [shown] = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"]
    assert shown["MapPublicIpOnLaunch"]
    assert shown["PrivateDnsNameOptionsOnLaunch"]["HostnameType"] == "resource-name"
    with refused("InvalidParameterValue"):
        ec2.modify_subnet_attribute(SubnetId=subnet, AssignIpv6AddressOnCreation={"Value": True})


def test_filters_ids_and_pages(ec2, vpc):
    wanted = sorted(ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.50.{n}.0/24")["Subnet"]["SubnetId"] for n in range(7))
    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    first = ec2.describe_subnets(Filters=mine, MaxResults=5)
    assert len(first["Subnets"]) == 5
    second = ec2.describe_subnets(Filters=mine, MaxResults=5, NextToken=first["NextToken"])
    assert "NextToken" not in second
    assert [subnet["SubnetId"] for subnet in first["Subnets"] + second["Subnets"]] == wanted
    some = ec2.describe_subnets(Filters=[*mine, {"Name": "cidr-block", "Values": ["10.50.[12].0/24", "10.50.?.0/24"]}])
    assert len(some["Subnets"]) == 7
    assert ec2.describe_subnets(Filters=[*mine, {"Name": "state", "Values": ["pending"]}])["Subnets"] == []
    with refused("InvalidParameterValue", "The filter 'colour' is invalid"):
        ec2.describe_subnets(Filters=[{"Name": "colour", "Values": ["red"]}])


def test_what_is_missing_is_named(client):
    sloppy = client("ec2", validate=False)
    with refused("MissingParameter", "The request must contain the parameter vpcId"):
        sloppy.delete_vpc()
    with refused("InvalidParameterValue"):
        sloppy.describe_vpcs(MaxResults=1)


def test_a_dry_run_changes_nothing(ec2, vpc):
    with refused("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", status=412):
        ec2.delete_vpc(VpcId=vpc, DryRun=True)
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]


def test_regions_and_account_attributes(ec2):
    regions = {region["RegionName"]: region for region in ec2.describe_regions()["Regions"]}
    assert regions[SEOUL]["OptInStatus"] == "opt-in-not-required"
    assert "me-south-1" not in regions
    [named] = ec2.describe_regions(RegionNames=["me-south-1"])["Regions"]
    assert named["OptInStatus"] == "not-opted-in"
    [platforms] = ec2.describe_account_attributes(AttributeNames=["supported-platforms"])["AccountAttributes"]
    assert platforms["AttributeValues"] == [{"AttributeValue": "VPC"}]
