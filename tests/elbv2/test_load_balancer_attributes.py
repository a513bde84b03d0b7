"""Attributes of load balancers."""

import pytest

from aws_clients import refused

DEFAULTS = {
    "access_logs.s3.enabled": "false",
    "access_logs.s3.bucket": "",
    "access_logs.s3.prefix": "",
    "deletion_protection.enabled": "false",
    "ipv6.deny_all_igw_traffic": "false",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.prefix": "",
    "health_check_logs.s3.enabled": "false",
    "health_check_logs.s3.bucket": "",
    "health_check_logs.s3.prefix": "",
    "idle_timeout.timeout_seconds": "60",
    "client_keep_alive.seconds": "3600",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}


def shown(answer):
    return {one["Key"]: one["Value"] for one in answer["Attributes"]}


def modify(elbv2, arn, values):
    pairs = [{"Key": key, "Value": value} for key, value in values.items()]
    return shown(elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=pairs))


def test_all_have_their_documented_defaults(elbv2, load_balancer):
    assert shown(elbv2.describe_load_balancer_attributes(LoadBalancerArn=load_balancer)) == DEFAULTS


def test_what_is_left_out_stays(elbv2, load_balancer):
    first = {"idle_timeout.timeout_seconds": "120", "routing.http2.enabled": "false"}
    assert modify(elbv2, load_balancer, first) == DEFAULTS | first
    second = {"routing.http.xff_header_processing.mode": "preserve"}
    assert modify(elbv2, load_balancer, second) == DEFAULTS | first | second
    assert shown(elbv2.describe_load_balancer_attributes(LoadBalancerArn=load_balancer)) == DEFAULTS | first | second


@pytest.mark.parametrize(
    "code, values",
    [
        ("ValidationError", {"colour": "red"}),
        ("ValidationError", {"idle_timeout.timeout_seconds": "4001"}),
        ("ValidationError", {"routing.http2.enabled": "yes"}),
        ("ValidationError", {"routing.http.desync_mitigation_mode": "harsh"}),
        ("ValidationError", {"load_balancing.cross_zone.enabled": "false"}),
        ("InvalidConfigurationRequest", {"dns_record.client_routing_policy": "any_availability_zone"}),
        ("InvalidConfigurationRequest", {"access_logs.s3.enabled": "true"}),
    ],
)
def test_an_attribute_that_can_not_be(elbv2, load_balancer, code, values):
    with refused(code):
        modify(elbv2, load_balancer, values)
    assert shown(elbv2.describe_load_balancer_attributes(LoadBalancerArn=load_balancer)) == DEFAULTS


def test_network_load_balancers_have_their_own(elbv2, new_load_balancer, network):
    arn = new_load_balancer(Type="network", Subnets=network.subnets[:1])["LoadBalancerArn"]
    attributes = shown(elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn))
    assert attributes["load_balancing.cross_zone.enabled"] == "false"
    assert attributes["dns_record.client_routing_policy"] == "any_availability_zone"
    assert "waf.fail_open.enabled" not in attributes
