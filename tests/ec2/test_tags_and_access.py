"""Tags of anything, gateways and addresses, and who may do what."""

from aws_clients import refused
from policies import allow, document


def specification(kind, **tags):
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return [{"ResourceType": kind, "Tags": pairs}]


def test_tags_come_with_what_is_made_and_later(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.70.0.0/16", TagSpecifications=specification("vpc", team="red"))["Vpc"]
    assert vpc["Tags"] == [{"Key": "team", "Value": "red"}]
    ec2.create_tags(Resources=[vpc["VpcId"]], Tags=[{"Key": "team", "Value": "blue"}, {"Key": "a", "Value": "1"}])
    mine = [{"Name": "resource-id", "Values": [vpc["VpcId"]]}]
    found = {tag["Key"]: tag["Value"] for tag in ec2.describe_tags(Filters=mine)["Tags"]}
    assert found == {"team": "blue", "a": "1"}
    by_tag = ec2.describe_vpcs(Filters=[{"Name": "tag:team", "Values": ["bl*"]}])["Vpcs"]
    assert vpc["VpcId"] in [one["VpcId"] for one in by_tag]
    ec2.delete_tags(Resources=[vpc["VpcId"]], Tags=[{"Key": "team", "Value": "red"}, {"Key": "a"}])
    assert [tag["Key"] for tag in ec2.describe_tags(Filters=mine)["Tags"]] == ["team"]
    ec2.delete_vpc(VpcId=vpc["VpcId"])
    assert ec2.describe_tags(Filters=mine)["Tags"] == []


def test_tags_that_can_not_be(ec2, vpc):
    with refused("InvalidParameterValue"):
        ec2.create_tags(Resources=[vpc], Tags=[{"Key": "aws:x", "Value": "1"}])
    with refused("InvalidVpcID.NotFound"):
        ec2.create_tags(Resources=["vpc-0123456789abcdef0"], Tags=[{"Key": "a", "Value": "1"}])
    with refused("InvalidParameterValue", "'subnet' is not a valid taggable resource type for this operation."):
        ec2.create_vpc(CidrBlock="10.71.0.0/16", TagSpecifications=specification("subnet", a="1"))


def test_a_vpc_has_one_gateway(ec2, vpc):
    one, other = (ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"] for _ in range(2))
    ec2.attach_internet_gateway(InternetGatewayId=one, VpcId=vpc)
    with refused("Resource.AlreadyAssociated"):
        ec2.attach_internet_gateway(InternetGatewayId=one, VpcId=vpc)
    with refused("InvalidParameterValue", f"Network {vpc} already has an internet gateway attached"):
        ec2.attach_internet_gateway(InternetGatewayId=other, VpcId=vpc)
    with refused("Gateway.NotAttached"):
        ec2.detach_internet_gateway(InternetGatewayId=other, VpcId=vpc)
    ec2.detach_internet_gateway(InternetGatewayId=one, VpcId=vpc)
    ec2.delete_internet_gateway(InternetGatewayId=one)
    with refused("InvalidInternetGatewayID.NotFound"):
        ec2.describe_internet_gateways(InternetGatewayIds=[one])


def test_addresses_come_and_go(ec2):
    one, other = (ec2.allocate_address(Domain="vpc") for _ in range(2))
    assert one["PublicIp"] != other["PublicIp"]
    [found] = ec2.describe_addresses(PublicIps=[one["PublicIp"]])["Addresses"]
    assert found["AllocationId"] == one["AllocationId"]
    for address in (one, other):
        ec2.release_address(AllocationId=address["AllocationId"])
    with refused("InvalidAllocationID.NotFound", f"The allocation ID '{one['AllocationId']}' does not exist"):
        ec2.release_address(AllocationId=one["AllocationId"])


def test_policies_decide(client, new_user, ec2):
    red = ec2.create_vpc(CidrBlock="10.72.0.0/16", TagSpecifications=specification("vpc", team="red"))["Vpc"]["VpcId"]
    blue = ec2.create_vpc(CidrBlock="10.73.0.0/16")["Vpc"]["VpcId"]
    condition = {"StringEquals": {"ec2:ResourceTag/team": "red"}}
    user = client("ec2", credentials=new_user(document(allow("ec2:DeleteVpc", condition=condition)))[1])
    with refused(
        "UnauthorizedOperation", matching="^You are not authorized to perform this operation. User: .*", status=403
    ):
        user.delete_vpc(VpcId=blue)
    with refused("UnauthorizedOperation"):
        user.describe_vpcs()
    with refused("UnauthorizedOperation"):
        user.delete_vpc(VpcId=blue, DryRun=True)
    user.delete_vpc(VpcId=red)
    ec2.delete_vpc(VpcId=blue)


def test_tagging_something_new_needs_its_own_permission(client, new_user):
    user = client("ec2", credentials=new_user(document(allow("ec2:CreateVpc")))[1])
    user.create_vpc(CidrBlock="10.74.0.0/16")
    with refused("UnauthorizedOperation", matching="ec2:CreateTags"):
        user.create_vpc(CidrBlock="10.74.0.0/16", TagSpecifications=specification("vpc", a="1"))
