"""Security groups and their rules, in both forms."""

import pytest

from aws_clients import refused


@pytest.fixture
def group(ec2, vpc):
    return ec2.create_security_group(GroupName="web", Description="for tests", VpcId=vpc)["GroupId"]


def tcp(port, *ranges, **more):
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": range_} for range_ in ranges],
    } | more


def shown(ec2, group):
    return ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]


def test_a_new_group_lets_everything_out_and_nothing_in(ec2, group, vpc):
    found = shown(ec2, group)
    assert (found["GroupName"], found["Description"], found["VpcId"]) == ("web", "for tests", vpc)
    assert found["IpPermissions"] == []
    assert found["IpPermissionsEgress"] == [
        {
            "IpProtocol": "-1",
            "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
            "Ipv6Ranges": [],
            "PrefixListIds": [],
            "UserIdGroupPairs": [],
        }
    ]


def test_names_are_unique_in_a_vpc(ec2, group, vpc):
    message = f"The security group 'web' already exists for VPC '{vpc}'"
    with refused("InvalidGroup.Duplicate", message):
        ec2.create_security_group(GroupName="web", Description="x", VpcId=vpc)
    with refused("InvalidParameterValue", "Cannot use reserved security group name: default"):
        ec2.create_security_group(GroupName="default", Description="x", VpcId=vpc)


def test_rules_are_added_shown_and_taken(ec2, group):
    permissions = [
        tcp(80, "0.0.0.0/0", "10.0.0.0/8"),
        tcp(443, Ipv6Ranges=[{"CidrIpv6": "::/0", "Description": "all"}]),
    ]
    added = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)["SecurityGroupRules"]
    assert [rule.get("CidrIpv4", rule.get("CidrIpv6")) for rule in added] == ["0.0.0.0/0", "10.0.0.0/8", "::/0"]
    assert {rule["IsEgress"] for rule in added} == {False}
    first, second = shown(ec2, group)["IpPermissions"]
    assert first["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}, {"CidrIp": "10.0.0.0/8"}]
    assert second["Ipv6Ranges"] == [{"CidrIpv6": "::/0", "Description": "all"}]
    listed = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert {rule["SecurityGroupRuleId"] for rule in listed} >= {rule["SecurityGroupRuleId"] for rule in added}
    message = 'the specified rule "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW" already exists'
    with refused("InvalidPermission.Duplicate", message):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(80, "0.0.0.0/0")])
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[tcp(80, "0.0.0.0/0")])
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[added[1]["SecurityGroupRuleId"]])
    assert [permission["FromPort"] for permission in shown(ec2, group)["IpPermissions"]] == [443]
    with refused("InvalidPermission.NotFound", "The specified rule does not exist in this security group."):
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[tcp(80, "0.0.0.0/0")])


def test_a_request_is_done_as_a_whole_or_not_at_all(ec2, group):
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(80, "10.0.0.0/8")])
    with refused("InvalidPermission.Duplicate"):
        ec2.authorize_security_group_ingress(
            GroupId=group, IpPermissions=[tcp(81, "10.0.0.0/8"), tcp(80, "10.0.0.0/8")]
        )
    assert [permission["FromPort"] for permission in shown(ec2, group)["IpPermissions"]] == [80]


def test_egress_and_the_older_form(ec2, group):
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=shown(ec2, group)["IpPermissionsEgress"])
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[tcp(443, "10.0.0.0/8")])
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="udp", FromPort=53, ToPort=53, CidrIp="10.0.0.0/8")
    found = shown(ec2, group)
    assert [permission["FromPort"] for permission in found["IpPermissionsEgress"]] == [443]
    assert found["IpPermissions"][0]["IpProtocol"] == "udp"


@pytest.mark.parametrize(
    "permission",
    [
        tcp(80, "10.0.0.0/33"),
        tcp(80),
        {"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
        {"IpProtocol": "tcp", "FromPort": 2, "ToPort": 1, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
        {"IpProtocol": "pigeon", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
    ],
)
def test_a_rule_that_can_not_be(ec2, group, permission):
    with refused("InvalidParameterValue"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])


def test_a_group_that_others_name_stays(ec2, group, vpc):
    other = ec2.create_security_group(GroupName="other", Description="x", VpcId=vpc)["GroupId"]
    reference = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[reference])
    with refused("DependencyViolation", f"resource {group} has a dependent object"):
        ec2.delete_security_group(GroupId=group)
    ec2.revoke_security_group_ingress(GroupId=other, IpPermissions=[reference])
    ec2.delete_security_group(GroupId=group)
    with refused("InvalidGroup.NotFound", f"The security group '{group}' does not exist"):
        ec2.describe_security_groups(GroupIds=[group])
    with refused("InvalidGroupId.Malformed", 'Invalid id: "nobody" (expecting "sg-...")'):
        ec2.describe_security_groups(GroupIds=["nobody"])


def test_the_default_group_stays(ec2, vpc):
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    [group] = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    with refused("CannotDelete", matching="cannot be deleted by a user"):
        ec2.delete_security_group(GroupId=group["GroupId"])
