"""Global Accelerator: accelerators, listeners, endpoint groups."""

import ipaddress
import re

import pytest

from aws_clients import refused

BALANCER = "arn:aws:elasticloadbalancing:ap-northeast-2:000000000000:loadbalancer/app/a/0123456789abcdef"


@pytest.fixture(scope="session")
def accelerators(client):
    return client("globalaccelerator", region="us-west-2")


@pytest.fixture
def accelerator(accelerators, unique):
    made = accelerators.create_accelerator(Name=unique, IdempotencyToken=unique, Tags=[{"Key": "team", "Value": "red"}])
    return made["Accelerator"]


@pytest.fixture
def listener(accelerators, accelerator, unique):
    made = accelerators.create_listener(
        AcceleratorArn=accelerator["AcceleratorArn"],
        PortRanges=[{"FromPort": 80, "ToPort": 80}],
        Protocol="TCP",
        IdempotencyToken=unique,
    )
    return made["Listener"]["ListenerArn"]


def test_an_accelerator_has_two_addresses_that_lead_nowhere_else(accelerators, accelerator, account_id):
    arn = accelerator["AcceleratorArn"]
    assert re.fullmatch(rf"arn:aws:globalaccelerator::{account_id}:accelerator/[0-9a-f-]{{36}}", arn)
    assert re.fullmatch(r"a[0-9a-f]{16}\.awsglobalaccelerator\.com", accelerator["DnsName"])
    addresses = [ipaddress.ip_address(text) for text in accelerator["IpSets"][0]["IpAddresses"]]
    assert len(set(addresses)) == 2
    assert all(address in ipaddress.ip_network("198.18.0.0/15") for address in addresses)
    assert accelerators.describe_accelerator(AcceleratorArn=arn)["Accelerator"]["Status"] == "DEPLOYED"


def test_parts_go_before_the_whole(accelerators, accelerator, listener, unique):
    of = {"AcceleratorArn": accelerator["AcceleratorArn"]}
    group = accelerators.create_endpoint_group(
        ListenerArn=listener, EndpointGroupRegion="ap-northeast-2", IdempotencyToken=unique
    )["EndpointGroup"]
    assert (group["TrafficDialPercentage"], group["HealthCheckPort"], group["ThresholdCount"]) == (100.0, 80, 3)
    with refused("EndpointGroupAlreadyExistsException"):
        accelerators.create_endpoint_group(
            ListenerArn=listener, EndpointGroupRegion="ap-northeast-2", IdempotencyToken=unique
        )
    with refused("AcceleratorNotDisabledException"):
        accelerators.delete_accelerator(**of)
    accelerators.update_accelerator(**of, Enabled=False)
    with refused("AssociatedListenerFoundException"):
        accelerators.delete_accelerator(**of)
    with refused("AssociatedEndpointGroupFoundException"):
        accelerators.delete_listener(ListenerArn=listener)
    accelerators.delete_endpoint_group(EndpointGroupArn=group["EndpointGroupArn"])
    with refused("EndpointGroupNotFoundException"):
        accelerators.describe_endpoint_group(EndpointGroupArn=group["EndpointGroupArn"])
    accelerators.delete_listener(ListenerArn=listener)
    with refused("ListenerNotFoundException"):
        accelerators.describe_listener(ListenerArn=listener)
    accelerators.delete_accelerator(**of)
    with refused("AcceleratorNotFoundException"):
        accelerators.describe_accelerator(**of)


def test_listeners_do_not_share_ports(accelerators, accelerator, listener, unique):
    of = {"AcceleratorArn": accelerator["AcceleratorArn"], "IdempotencyToken": unique}
    with refused("InvalidPortRangeException"):
        accelerators.create_listener(**of, PortRanges=[{"FromPort": 79, "ToPort": 81}], Protocol="TCP")
    accelerators.create_listener(**of, PortRanges=[{"FromPort": 79, "ToPort": 81}], Protocol="UDP")
    shown = accelerators.list_listeners(AcceleratorArn=accelerator["AcceleratorArn"])["Listeners"]
    assert {item["Protocol"] for item in shown} == {"TCP", "UDP"}


def test_endpoints_come_and_go(accelerators, listener, unique):
    group = accelerators.create_endpoint_group(
        ListenerArn=listener, EndpointGroupRegion="ap-northeast-2", IdempotencyToken=unique
    )["EndpointGroup"]["EndpointGroupArn"]
    accelerators.add_endpoints(EndpointGroupArn=group, EndpointConfigurations=[{"EndpointId": BALANCER}])
    (endpoint,) = accelerators.describe_endpoint_group(EndpointGroupArn=group)["EndpointGroup"]["EndpointDescriptions"]
    assert (endpoint["EndpointId"], endpoint["Weight"]) == (BALANCER, 128)
    assert endpoint["ClientIPPreservationEnabled"]
    accelerators.remove_endpoints(EndpointGroupArn=group, EndpointIdentifiers=[{"EndpointId": BALANCER}])
    assert accelerators.describe_endpoint_group(EndpointGroupArn=group)["EndpointGroup"]["EndpointDescriptions"] == []


def test_tags_come_and_go(accelerators, accelerator):
    of = {"ResourceArn": accelerator["AcceleratorArn"]}
    accelerators.tag_resource(**of, Tags=[{"Key": "stage", "Value": "test"}])
    accelerators.untag_resource(**of, TagKeys=["team"])
    assert accelerators.list_tags_for_resource(**of)["Tags"] == [{"Key": "stage", "Value": "test"}]


def test_no_web_acl_guards_an_accelerator(client, accelerator, unique):
    waf = client("wafv2")
    acl = waf.create_web_acl(
        Name=unique, Scope="REGIONAL", DefaultAction={"Allow": {}},
        VisibilityConfig={
            "SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": unique,
        },
    )["Summary"]["ARN"]  # fmt: skip
    with refused("WAFInvalidParameterException"):
        waf.associate_web_acl(WebACLArn=acl, ResourceArn=accelerator["AcceleratorArn"])
