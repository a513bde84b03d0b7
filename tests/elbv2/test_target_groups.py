"""Target groups: defaults, health checks, attributes."""

import re

import pytest

from aws_clients import SEOUL, refused


def test_a_group_of_http_has_the_documented_defaults(elbv2, new_target_group, network, account_id):
    made = new_target_group("defaults", TargetType=None)
    arn = made.pop("TargetGroupArn")
    assert re.fullmatch(rf"arn:aws:elasticloadbalancing:{SEOUL}:{account_id}:targetgroup/defaults/[0-9a-f]{{16}}", arn)
    assert made == {
        "TargetGroupName": "defaults",
        "Protocol": "HTTP",
        "ProtocolVersion": "HTTP1",
        "Port": 80,
        "VpcId": network.vpc,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckEnabled": True,
        "HealthCheckPath": "/",
        "HealthCheckIntervalSeconds": 30,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
        "Matcher": {"HttpCode": "200"},
        "LoadBalancerArns": [],
        "TargetType": "instance",
        "IpAddressType": "ipv4",
    }
    [described] = elbv2.describe_target_groups(Names=["defaults"])["TargetGroups"]
    assert described == made | {"TargetGroupArn": arn}


def test_tcp_grpc_and_functions_have_others(new_target_group):
    tcp = new_target_group(Protocol="TCP")
    assert (tcp["HealthCheckProtocol"], tcp["HealthCheckTimeoutSeconds"]) == ("TCP", 10)
    assert "HealthCheckPath" not in tcp and "Matcher" not in tcp
    grpc = new_target_group(ProtocolVersion="GRPC")
    assert (grpc["HealthCheckPath"], grpc["Matcher"]) == ("/AWS.ALB/healthcheck", {"GrpcCode": "12"})
    function = new_target_group(Protocol=None, Port=None, VpcId=None, TargetType="lambda")
    assert (function["HealthCheckEnabled"], function["HealthCheckIntervalSeconds"]) == (False, 35)
    assert "Port" not in function and "VpcId" not in function


def test_the_same_settings_give_the_same_group(new_target_group):
    first = new_target_group("again")
    assert new_target_group("again") == first
    message = "A target group with the same name 'again' exists, but with different settings"
    with refused("DuplicateTargetGroupName", message):
        new_target_group("again", Port=81)


@pytest.mark.parametrize(
    "parameters, message",
    [
        ({"Protocol": None}, "A protocol must be specified"),
        ({"Port": None}, "A port must be specified"),
        ({"VpcId": None}, "A VPC ID must be specified"),
        ({"VpcId": "vpc-1"}, "The VPC ID 'vpc-1' is not found"),
        ({"name": "a" * 33}, f"Target group name '{'a' * 33}' cannot be longer than '32' characters"),
        ({"name": "end-"}, "Target group name 'end-' cannot begin or end with '-'"),
        ({"HealthCheckPath": "ping"}, "Health check path 'ping' must begin with a '/' character"),
        (
            {"HealthCheckTimeoutSeconds": 30},
            "Health check interval must be greater than the timeout.",
        ),
        ({"Matcher": {"HttpCode": "600"}}, "Health check matcher HTTP code '600' must be within '200-499' inclusive"),
        (
            {"HealthCheckEnabled": False},
            "Health check enabled must be true for target groups with target type other than lambda",
        ),
    ],
)
def test_a_group_that_can_not_be(new_target_group, parameters, message):
    with refused("ValidationError", message):
        new_target_group(**parameters)


def test_limits_of_the_model_hold(client, network):
    sloppy = client("elbv2", validate=False)
    with refused("ValidationError", matching="'healthCheckIntervalSeconds'.*greater than or equal to 5"):
        sloppy.create_target_group(Name="x", Protocol="HTTP", Port=80, VpcId=network.vpc, HealthCheckIntervalSeconds=1)
    with refused("ValidationError", matching="Value null at 'name'"):
        sloppy.create_target_group(Protocol="HTTP")


def test_a_health_check_is_changed_in_place(elbv2, target_group):
    [changed] = elbv2.modify_target_group(
        TargetGroupArn=target_group,
        HealthCheckPath="/ping",
        HealthCheckPort="8080",
        HealthCheckIntervalSeconds=10,
        HealthyThresholdCount=2,
        Matcher={"HttpCode": "200,300-399"},
    )["TargetGroups"]
    assert (changed["HealthCheckPath"], changed["HealthCheckPort"]) == ("/ping", "8080")
    assert changed["Matcher"] == {"HttpCode": "200,300-399"}
    assert changed["HealthCheckTimeoutSeconds"] == 5
    assert elbv2.describe_target_groups(TargetGroupArns=[target_group])["TargetGroups"] == [changed]
    with refused("InvalidConfigurationRequest"):
        elbv2.modify_target_group(TargetGroupArn=target_group, HealthCheckProtocol="TCP")


def attributes(elbv2, arn):
    answer = elbv2.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    return {one["Key"]: one["Value"] for one in answer}


def test_attributes_have_defaults_and_are_changed(elbv2, target_group):
    shown = attributes(elbv2, target_group)
    assert shown == {
        "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
        "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
        "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
        "deregistration_delay.timeout_seconds": "300",
        "stickiness.enabled": "false",
        "stickiness.type": "lb_cookie",
        "stickiness.lb_cookie.duration_seconds": "86400",
        "stickiness.app_cookie.cookie_name": "",
        "stickiness.app_cookie.duration_seconds": "86400",
        "slow_start.duration_seconds": "0",
        "load_balancing.algorithm.type": "round_robin",
        "load_balancing.algorithm.anomaly_mitigation": "off",
    }
    change = {"stickiness.enabled": "true", "load_balancing.algorithm.type": "least_outstanding_requests"}
    modify(elbv2, target_group, change)
    assert attributes(elbv2, target_group) == shown | change


def modify(elbv2, arn, values):
    pairs = [{"Key": key, "Value": value} for key, value in values.items()]
    return elbv2.modify_target_group_attributes(TargetGroupArn=arn, Attributes=pairs)


@pytest.mark.parametrize(
    "code, values",
    [
        ("ValidationError", {"colour": "red"}),
        ("ValidationError", {"deregistration_delay.timeout_seconds": "3601"}),
        ("ValidationError", {"slow_start.duration_seconds": "5"}),
        ("InvalidConfigurationRequest", {"stickiness.app_cookie.cookie_name": "AWSALB-mine"}),
        ("InvalidConfigurationRequest", {"stickiness.enabled": "true", "stickiness.type": "app_cookie"}),
        ("InvalidConfigurationRequest", {"load_balancing.algorithm.anomaly_mitigation": "on"}),
    ],
)
def test_an_attribute_that_can_not_be(elbv2, target_group, code, values):
    with refused(code):
        modify(elbv2, target_group, values)


def test_a_group_in_use_is_not_deleted(elbv2, load_balancer, target_group, new_listener):
    listener = new_listener(load_balancer, target_group)["ListenerArn"]
    [group] = elbv2.describe_target_groups(LoadBalancerArn=load_balancer)["TargetGroups"]
    assert group["LoadBalancerArns"] == [load_balancer]
    message = f"Target group '{target_group}' is currently in use by a listener or a rule"
    with refused("ResourceInUse", message):
        elbv2.delete_target_group(TargetGroupArn=target_group)
    elbv2.delete_listener(ListenerArn=listener)
    elbv2.delete_target_group(TargetGroupArn=target_group)
    with refused("TargetGroupNotFound", "One or more target groups not found"):
        elbv2.describe_target_groups(TargetGroupArns=[target_group])
    elbv2.delete_target_group(TargetGroupArn=target_group)


def test_a_group_belongs_to_one_load_balancer(new_load_balancer, new_listener, target_group):
    one, other = (new_load_balancer()["LoadBalancerArn"] for _ in range(2))
    new_listener(one, target_group)
    with refused("TargetGroupAssociationLimit", matching="more than one load balancer"):
        new_listener(other, target_group)


def test_lists_come_in_pages(elbv2, new_target_group, unique):
    wanted = sorted(new_target_group(f"{unique[:20]}-p{n}")["TargetGroupName"] for n in range(5))
    pages = elbv2.get_paginator("describe_target_groups").paginate(PaginationConfig={"PageSize": 2})
    names = [one["TargetGroupName"] for page in pages for one in page["TargetGroups"]]
    assert [name for name in names if name in wanted] == wanted


@pytest.mark.parametrize(
    "protocol, kind, message",
    [
        ("HTTP", "source_ip", "Stickiness type 'source_ip' is not supported for target groups with the HTTP protocol"),
        ("TCP", "lb_cookie", "Stickiness type 'lb_cookie' is not supported for target groups with the TCP protocol"),
        ("UDP", "source_ip_dest_ip", "'Stickiness type' must be one of [app_cookie, lb_cookie, source_ip]"),
        ("TLS", "source_ip", "You cannot enable stickiness on target groups with the TLS protocol"),
    ],
)
def test_stickiness_that_the_protocol_does_not_have(elbv2, ec2, protocol, kind, message):
    vpc = ec2.create_vpc(CidrBlock="10.72.0.0/16")["Vpc"]["VpcId"]
    made = elbv2.create_target_group(Name=f"sticky-{protocol.lower()}", Protocol=protocol, Port=80, VpcId=vpc)
    change = {"stickiness.enabled": "true", "stickiness.type": kind}
    with refused("InvalidConfigurationRequest", message):
        elbv2.modify_target_group_attributes(
            TargetGroupArn=made["TargetGroups"][0]["TargetGroupArn"],
            Attributes=[{"Key": key, "Value": value} for key, value in change.items()],
        )
