"""What traffic leaves behind: log lines, metrics, the addresses that a rate-based rule holds back."""

import datetime
import json

import pytest

from waiting import until
from web_traffic import visibility


def window():
    now = datetime.datetime.now(datetime.UTC)
    return {"StartTime": now - datetime.timedelta(minutes=10), "EndTime": now + datetime.timedelta(minutes=2)}


@pytest.fixture(scope="module")
def logs(client, gateway):
    return client("logs", on=gateway)


@pytest.fixture
def logged(waf, logs, unique):
    """Has a web ACL's requests logged: `logged(acl, …)` → reads the records in the group."""
    group = f"aws-waf-logs-{unique}"
    logs.create_log_group(logGroupName=group)
    destination = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["logGroupArn"]

    def start(acl, **members):
        waf.put_logging_configuration(
            LoggingConfiguration={"ResourceArn": acl, "LogDestinationConfigs": [destination], **members}
        )

        def records(pattern=""):
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern=pattern)
            events = [event for page in pages for event in page["events"]]
            return [{**json.loads(event["message"]), "stream": event["logStreamName"]} for event in events]

        return records

    return start


def test_a_blocked_request_is_in_the_log(gateway, front, guard, rule, logged, unique):
    arn = guard(rule(b"/admin", {"Block": {}}, name="refused"))
    records = logged(arn, RedactedFields=[{"SingleHeader": {"Name": "x-secret"}}])

    def ask():
        gateway.ask(front.host, "/admin/log?a=1", headers={"X-Secret": "s3cr3t", "X-Plain": "p"})
        return records('{ $.action = "BLOCK" && $.httpRequest.uri = "/admin/log" }')

    record = until(ask, bool, seconds=30)[-1]
    assert (record["webaclId"], record["terminatingRuleId"]) == (arn, "refused")
    assert (record["formatVersion"], record["terminatingRuleType"]) == (1, "REGULAR")
    assert record["httpSourceName"] == "ALB"
    assert record["httpSourceId"] == "000000000000-" + front.arn.split(":loadbalancer/")[1]
    request = record["httpRequest"]
    assert (request["clientIp"], request["args"], request["httpMethod"]) == ("127.0.0.1", "a=1", "GET")
    headers = {header["name"].lower(): header["value"] for header in request["headers"]}
    assert (headers["x-secret"], headers["x-plain"]) == ("REDACTED", "p")
    assert record["stream"] == f"{arn.split(':')[3]}_{unique}_0"


def test_a_filter_keeps_only_what_it_says(gateway, front, guard, rule, logged):
    arn = guard(rule(b"/admin", {"Block": {}}))
    keep = {
        "Behavior": "KEEP",
        "Requirement": "MEETS_ANY",
        "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
    }
    records = logged(arn, LoggingFilter={"DefaultBehavior": "DROP", "Filters": [keep]})

    def ask():
        gateway.ask(front.host, "/fine")
        gateway.ask(front.host, "/admin")
        return records()

    assert {record["action"] for record in until(ask, lambda found: len(found) > 3, seconds=30)} == {"BLOCK"}


def test_what_a_web_acl_did_is_counted(gateway, front, guard, rule, client, unique):
    guard(rule(b"/admin", {"Block": {}}, name="refused"))
    until(lambda: gateway.ask(front.host, "/admin").status, lambda status: status == 403)
    gateway.ask(front.host, "/")
    cloudwatch = client("cloudwatch", on=gateway)
    region = cloudwatch.meta.region_name

    def total(namespace, name, **dimensions):
        listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        points = cloudwatch.get_metric_statistics(
            Namespace=namespace, MetricName=name, Dimensions=listed, Period=60, Statistics=["Sum"], **window()
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    of_acl = {"WebACL": unique, "Region": region}
    until(lambda: total("AWS/WAFV2", "BlockedRequests", Rule="refused", **of_acl), lambda count: count == 1)
    assert total("AWS/WAFV2", "BlockedRequests", Rule="ALL", **of_acl) == 1
    until(lambda: total("AWS/WAFV2", "AllowedRequests", Rule="Default_Action", **of_acl), lambda count: count >= 1)
    balancer = front.arn.split(":loadbalancer/")[1]
    until(lambda: total("AWS/ApplicationELB", "RequestCount", LoadBalancer=balancer), lambda count: count >= 2)


def test_addresses_over_the_rate_are_told(gateway, front, guard, waf, unique):
    limited = {
        "Name": "rate",
        "Priority": 0,
        "Action": {"Block": {}},
        "VisibilityConfig": visibility("rate"),
        "Statement": {"RateBasedStatement": {"Limit": 10, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}},
    }
    arn = guard(limited)

    def flood():
        return [gateway.ask(front.host, "/").status for _ in range(15)]

    until(flood, lambda statuses: 403 in statuses, seconds=40)
    named = {"Scope": "REGIONAL", "WebACLName": unique, "WebACLId": arn.split("/")[-1], "RuleName": "rate"}
    until(
        lambda: waf.get_rate_based_statement_managed_keys(**named)["ManagedKeysIPV4"]["Addresses"],
        lambda addresses: addresses == ["127.0.0.1/32"],
    )
