"""The network interfaces of load balancers, and what they hold in place."""

import pytest

from aws_clients import refused


@pytest.fixture
def standing(client, new_account):
    """A load balancer in the default VPC of an account of its own."""
    credentials = new_account().credentials
    ec2, elbv2 = client("ec2", credentials=credentials), client("elbv2", credentials=credentials)
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
    [made] = elbv2.create_load_balancer(Name="front", Subnets=subnets)["LoadBalancers"]
    return ec2, elbv2, made, subnets


def test_a_load_balancer_has_an_interface_in_each_subnet(standing):
    ec2, elbv2, made, subnets = standing
    path = made["LoadBalancerArn"].split(":loadbalancer/")[1]
    ours = [
        {"Name": "attachment.instance-owner-id", "Values": ["amazon-elb"]},
        {"Name": "description", "Values": [f"ELB {path}"]},
    ]
    found = ec2.describe_network_interfaces(Filters=ours)["NetworkInterfaces"]
    assert sorted(one["SubnetId"] for one in found) == sorted(subnets)
    assert {one["Status"] for one in found} == {"in-use"}
    assert {group["GroupId"] for one in found for group in one["Groups"]} == set(made["SecurityGroups"])
    [same] = ec2.describe_network_interfaces(NetworkInterfaceIds=[found[0]["NetworkInterfaceId"]])["NetworkInterfaces"]
    assert same == found[0]
    free = {subnet["SubnetId"]: subnet["AvailableIpAddressCount"] for subnet in ec2.describe_subnets()["Subnets"]}
    assert {free[subnet] for subnet in subnets} == {4090}
    elbv2.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])
    assert ec2.describe_network_interfaces(Filters=ours)["NetworkInterfaces"] == []


def test_subnets_and_groups_in_use_stay(standing):
    ec2, elbv2, made, subnets = standing
    with refused("DependencyViolation", f"The subnet '{subnets[0]}' has dependencies and cannot be deleted."):
        ec2.delete_subnet(SubnetId=subnets[0])
    group = ec2.create_security_group(GroupName="web", Description="x", VpcId=made["VpcId"])["GroupId"]
    elbv2.set_security_groups(LoadBalancerArn=made["LoadBalancerArn"], SecurityGroups=[group])
    with refused("DependencyViolation", f"resource {group} has a dependent object"):
        ec2.delete_security_group(GroupId=group)
    elbv2.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])
    ec2.delete_security_group(GroupId=group)
    ec2.delete_subnet(SubnetId=subnets[0])
