"""Network ACLs: a VPC's default one, those that are made, their entries, and the subnets that they hold."""

import pytest

from aws_clients import refused


@pytest.fixture
def subnet(ec2, vpc):
    return ec2.create_subnet(VpcId=vpc, CidrBlock="10.50.1.0/24")["Subnet"]["SubnetId"]


def default_acl(ec2, vpc):
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default", "Values": ["true"]}]
    [found] = ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
    return found


def shown(ec2, acl):
    [found] = ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"]
    return found


def numbers(acl, egress):
    return [(entry["RuleNumber"], entry["RuleAction"]) for entry in acl["Entries"] if entry["Egress"] == egress]


def test_the_default_one_lets_everything_pass_until_its_entries_change(ec2, vpc):
    acl = default_acl(ec2, vpc)
    assert numbers(acl, True) == numbers(acl, False) == [(100, "allow"), (32767, "deny")]
    place = {"NetworkAclId": acl["NetworkAclId"], "RuleNumber": 100, "Egress": False}
    ec2.delete_network_acl_entry(**place)
    with refused("InvalidNetworkAclEntry.NotFound"):
        ec2.delete_network_acl_entry(**place)
    assert numbers(default_acl(ec2, vpc), False) == [(32767, "deny")]
    assert numbers(default_acl(ec2, vpc), True) == [(100, "allow"), (32767, "deny")]
    with refused("InvalidParameterValue"):
        ec2.delete_network_acl(NetworkAclId=acl["NetworkAclId"])


def test_entries_are_made_replaced_and_shown_with_their_ports(ec2, vpc):
    made = ec2.create_network_acl(
        VpcId=vpc,
        TagSpecifications=[{"ResourceType": "network-acl", "Tags": [{"Key": "Name", "Value": "web"}]}],
    )["NetworkAcl"]
    assert numbers(made, False) == [(32767, "deny")]
    assert (made["IsDefault"], made["Tags"]) == (False, [{"Key": "Name", "Value": "web"}])
    entry = {
        "NetworkAclId": made["NetworkAclId"],
        "RuleNumber": 110,
        "Protocol": "6",
        "Egress": False,
        "CidrBlock": "0.0.0.0/0",
    }
    ports = {"PortRange": {"From": 443, "To": 443}}
    with refused("MissingParameter"):
        ec2.create_network_acl_entry(**entry, RuleAction="allow")
    with refused("InvalidNetworkAclEntry.NotFound"):
        ec2.replace_network_acl_entry(**entry, **ports, RuleAction="allow")
    ec2.create_network_acl_entry(**entry, **ports, RuleAction="allow")
    with refused("NetworkAclEntryAlreadyExists", "The network acl entry identified by 110 already exists."):
        ec2.create_network_acl_entry(**entry, **ports, RuleAction="deny")
    ec2.replace_network_acl_entry(**entry, **ports, RuleAction="deny")
    assert shown(ec2, made["NetworkAclId"])["Entries"][1] == {
        "CidrBlock": "0.0.0.0/0",
        "Egress": False,
        "PortRange": {"From": 443, "To": 443},
        "Protocol": "6",
        "RuleAction": "deny",
        "RuleNumber": 110,
    }


def test_a_subnet_moves_between_acls_and_holds_the_one_it_has(ec2, vpc, subnet):
    default = default_acl(ec2, vpc)
    [tie] = default["Associations"]
    assert tie["SubnetId"] == subnet
    other = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    new = ec2.replace_network_acl_association(AssociationId=tie["NetworkAclAssociationId"], NetworkAclId=other)[
        "NewAssociationId"
    ]
    assert default_acl(ec2, vpc)["Associations"] == []
    filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
    [found] = ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
    assert found["Associations"] == [{"NetworkAclAssociationId": new, "NetworkAclId": other, "SubnetId": subnet}]
    with refused("InvalidAssociationID.NotFound"):
        ec2.replace_network_acl_association(AssociationId=tie["NetworkAclAssociationId"], NetworkAclId=other)
    with refused("DependencyViolation"):
        ec2.delete_network_acl(NetworkAclId=other)
    ec2.replace_network_acl_association(AssociationId=new, NetworkAclId=default["NetworkAclId"])
    ec2.delete_network_acl(NetworkAclId=other)
    with refused("InvalidNetworkAclID.NotFound", f"The networkAcl ID '{other}' does not exist"):
        ec2.describe_network_acls(NetworkAclIds=[other])


def test_a_vpc_stays_while_an_acl_of_ones_own_is_in_it(ec2, vpc):
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=vpc)
    ec2.delete_network_acl(NetworkAclId=acl)
    ec2.delete_vpc(VpcId=vpc)
