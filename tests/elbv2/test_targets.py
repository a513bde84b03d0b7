"""Targets: registered, drained, and how they are said to be."""

from aws_clients import SEOUL, refused


def health(elbv2, group, *targets):
    found = elbv2.describe_target_health(TargetGroupArn=group, **({"Targets": list(targets)} if targets else {}))
    shown = found["TargetHealthDescriptions"]
    return {(one["Target"]["Id"], one["Target"].get("Port")): one["TargetHealth"] for one in shown}


def register(elbv2, group, *targets):
    elbv2.register_targets(TargetGroupArn=group, Targets=list(targets))


def test_targets_of_an_unused_group_are_unused(elbv2, target_group):
    register(elbv2, target_group, {"Id": "10.40.0.10"}, {"Id": "10.40.0.10", "Port": 8080}, {"Id": "127.0.0.1"})
    shown = health(elbv2, target_group)
    assert set(shown) == {("10.40.0.10", 80), ("10.40.0.10", 8080), ("127.0.0.1", 80)}
    assert shown["10.40.0.10", 80] == {
        "State": "unused",
        "Reason": "Target.NotInUse",
        "Description": "Target group is not configured to receive traffic from the load balancer",
    }


def test_registering_twice_is_once(elbv2, target_group):
    for _ in range(2):
        register(elbv2, target_group, {"Id": "10.40.0.10"})
    assert len(health(elbv2, target_group)) == 1


def test_a_target_of_a_group_in_use_begins_with_its_first_check(elbv2, load_balancer, target_group, new_listener):
    new_listener(load_balancer, target_group)
    register(elbv2, target_group, {"Id": "10.40.0.10"})
    [shown] = elbv2.describe_target_health(TargetGroupArn=target_group)["TargetHealthDescriptions"]
    assert shown["HealthCheckPort"] == "80"
    assert shown["TargetHealth"]["State"] == "initial"


def test_deregistered_targets_drain_and_go(clocked, client, unique):
    ec2, elbv2 = client("ec2", on=clocked), client("elbv2", on=clocked)
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"] if one["VpcId"] == vpc][:2]
    [group] = elbv2.create_target_group(Name=unique, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")[
        "TargetGroups"
    ]
    group = group["TargetGroupArn"]
    load_balancer = elbv2.create_load_balancer(Name=unique, Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    elbv2.create_listener(
        LoadBalancerArn=load_balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    register(elbv2, group, {"Id": "10.0.0.1"}, {"Id": "10.0.0.2"})
    elbv2.deregister_targets(TargetGroupArn=group, Targets=[{"Id": "10.0.0.1"}])
    assert health(elbv2, group)["10.0.0.1", 80] == {
        "State": "draining",
        "Reason": "Target.DeregistrationInProgress",
        "Description": "Target deregistration is in progress",
    }
    register(elbv2, group, {"Id": "10.0.0.1"})
    assert health(elbv2, group)["10.0.0.1", 80]["State"] == "initial"
    elbv2.deregister_targets(TargetGroupArn=group, Targets=[{"Id": "10.0.0.1", "Port": 80}])
    clocked.advance_clock("301s")
    assert set(health(elbv2, group)) == {("10.0.0.2", 80)}
    assert health(elbv2, group, {"Id": "10.0.0.1"})["10.0.0.1", 80] == {
        "State": "unused",
        "Reason": "Target.NotRegistered",
        "Description": "Target is not registered to the target group",
    }
    elbv2.delete_load_balancer(LoadBalancerArn=load_balancer)


def test_targets_of_an_unused_group_go_at_once(elbv2, target_group):
    register(elbv2, target_group, {"Id": "10.40.0.10"}, {"Id": "10.40.0.10", "Port": 81})
    elbv2.deregister_targets(TargetGroupArn=target_group, Targets=[{"Id": "10.40.0.10"}])
    assert health(elbv2, target_group) == {}


def test_what_can_not_be_a_target(elbv2, target_group, new_target_group, account_id):
    with refused("ValidationError", "The IP address '10.40.0' is not a valid IPv4 address"):
        register(elbv2, target_group, {"Id": "10.40.0"})
    instances = new_target_group(TargetType="instance")["TargetGroupArn"]
    with refused("InvalidTarget", matching="not in a running state"):
        register(elbv2, instances, {"Id": "i-0123456789abcdef0"})
    with refused("ValidationError", "Instance ID 'nobody' is not valid"):
        register(elbv2, instances, {"Id": "nobody"})
    functions = new_target_group(Protocol=None, Port=None, VpcId=None, TargetType="lambda")["TargetGroupArn"]
    with refused("AccessDenied", matching="does not have permission to invoke", status=403):
        register(elbv2, functions, {"Id": f"arn:aws:lambda:{SEOUL}:{account_id}:function:f"})
    missing = f"arn:aws:elasticloadbalancing:{SEOUL}:{account_id}:targetgroup/none/0123456789abcdef"
    with refused("TargetGroupNotFound"):
        register(elbv2, missing, {"Id": "10.0.0.1"})
    with refused("TargetGroupNotFound"):
        health(elbv2, missing)


def test_an_application_load_balancer_is_a_target_of_a_network_one(elbv2, load_balancer, new_target_group):
    group = new_target_group(TargetType="alb", Protocol="TCP")["TargetGroupArn"]
    register(elbv2, group, {"Id": load_balancer})
    assert set(health(elbv2, group)) == {(load_balancer, 80)}
