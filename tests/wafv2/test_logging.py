"""Logging configurations, samples, managed keys: the API; what traffic leaves behind is in the gateway's tests."""

import datetime
import json

import pytest

from aws_clients import SEOUL, refused
from waf_rules import byte_match, rule


@pytest.fixture(scope="module")
def logs(client, account):
    return client("logs", credentials=account.credentials)


@pytest.fixture
def group(logs, account, unique):
    name = f"aws-waf-logs-{unique}"
    logs.create_log_group(logGroupName=name)
    return f"arn:aws:logs:{SEOUL}:{account.id}:log-group:{name}"


def configuration(acl, destination, **members):
    return {"ResourceArn": acl["ARN"], "LogDestinationConfigs": [destination], **members}


FILTER = {
    "DefaultBehavior": "DROP",
    "Filters": [
        {
            "Behavior": "KEEP",
            "Requirement": "MEETS_ANY",
            "Conditions": [
                {"ActionCondition": {"Action": "BLOCK"}},
                {"LabelNameCondition": {"LabelName": "awswaf:managed:aws:core-rule-set:NoUserAgent_Header"}},
            ],
        }
    ],
}
REDACTED = [{"SingleHeader": {"Name": "authorization"}}, {"UriPath": {}}, {"QueryString": {}}, {"Method": {}}]


def test_a_configuration_comes_back_as_it_was_put(waf, new_web_acl, group):
    acl = new_web_acl()
    wanted = configuration(acl, group, RedactedFields=REDACTED, LoggingFilter=FILTER)
    expected = {**wanted, "ManagedByFirewallManager": False, "LogType": "WAF_LOGS", "LogScope": "CUSTOMER"}
    assert waf.put_logging_configuration(LoggingConfiguration=wanted)["LoggingConfiguration"] == expected
    assert waf.get_logging_configuration(ResourceArn=acl["ARN"])["LoggingConfiguration"] == expected
    listed = waf.list_logging_configurations(Scope="REGIONAL")["LoggingConfigurations"]
    assert expected in listed


def test_a_deleted_configuration_is_not_there(waf, new_web_acl, group):
    acl = new_web_acl()
    waf.put_logging_configuration(LoggingConfiguration=configuration(acl, group))
    waf.delete_logging_configuration(ResourceArn=acl["ARN"])
    for call in (waf.get_logging_configuration, waf.delete_logging_configuration):
        with refused("WAFNonexistentItemException"):
            call(ResourceArn=acl["ARN"])


def test_a_destinations_name_begins_with_aws_waf_logs(waf, new_web_acl, logs, account, unique):
    logs.create_log_group(logGroupName=unique)
    destination = f"arn:aws:logs:{SEOUL}:{account.id}:log-group:{unique}"
    with refused("WAFInvalidParameterException", matching="field: LOG_DESTINATION"):
        waf.put_logging_configuration(LoggingConfiguration=configuration(new_web_acl(), destination))


@pytest.mark.parametrize(
    "destination",
    [
        f"arn:aws:logs:{SEOUL}:ACCOUNT:log-group:aws-waf-logs-none",
        f"arn:aws:firehose:{SEOUL}:ACCOUNT:deliverystream/aws-waf-logs-none",
        "arn:aws:s3:::aws-waf-logs-none",
    ],
)
def test_a_destination_that_is_not_there_is_refused(waf, new_web_acl, account, destination):
    wanted = configuration(new_web_acl(), destination.replace("ACCOUNT", account.id))
    with refused("WAFLogDestinationPermissionIssueException", matching="Unable to deliver logs"):
        waf.put_logging_configuration(LoggingConfiguration=wanted)


def test_one_who_may_not_deliver_logs_may_not_configure_them(client, account, new_user, new_web_acl, group):
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "wafv2:*", "Resource": "*"}]}
    _, credentials = new_user(policy=policy, by=client("iam", credentials=account.credentials))
    own = client("wafv2", credentials=credentials)
    with refused("WAFLogDestinationPermissionIssueException"):
        own.put_logging_configuration(LoggingConfiguration=configuration(new_web_acl(), group))


@pytest.mark.parametrize("field", [{"Body": {}}, {"AllQueryArguments": {}}, {"SingleQueryArgument": {"Name": "a"}}])
def test_only_four_kinds_of_fields_are_redacted(waf, new_web_acl, group, field):
    with refused("WAFInvalidParameterException"):
        waf.put_logging_configuration(LoggingConfiguration=configuration(new_web_acl(), group, RedactedFields=[field]))


def window(hours=1):
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    return {"StartTime": now - datetime.timedelta(hours=hours), "EndTime": now}


def test_without_traffic_there_are_no_samples(waf, new_web_acl):
    acl = new_web_acl(rule(byte_match(), name="r"))
    for metric in (acl["Name"], "r"):
        answer = waf.get_sampled_requests(
            WebAclArn=acl["ARN"], RuleMetricName=metric, Scope="REGIONAL", TimeWindow=window(), MaxItems=100
        )
        assert (answer["SampledRequests"], answer["PopulationSize"]) == ([], 0)
    with refused("WAFNonexistentItemException"):
        waf.get_sampled_requests(
            WebAclArn=acl["ARN"], RuleMetricName="none", Scope="REGIONAL", TimeWindow=window(), MaxItems=100
        )


def test_a_window_reaches_back_three_hours_at_most(waf, new_web_acl):
    acl = new_web_acl()
    answer = waf.get_sampled_requests(
        WebAclArn=acl["ARN"], RuleMetricName=acl["Name"], Scope="REGIONAL", TimeWindow=window(hours=10), MaxItems=1
    )
    start = answer["TimeWindow"]["StartTime"]
    assert datetime.datetime.now(datetime.UTC) - start < datetime.timedelta(hours=3, minutes=1)


def rate(kind, **members):
    return {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": kind, **members}}


def test_managed_keys_are_of_rules_by_address(waf, new_web_acl):
    key = {"Header": {"Name": "a", "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}}
    acl = new_web_acl(
        rule(rate("IP"), name="ip"),
        rule(rate("CUSTOM_KEYS", CustomKeys=[key]), name="custom", priority=1),
        rule(byte_match(), name="plain", priority=2),
    )
    named = {"Scope": "REGIONAL", "WebACLName": acl["Name"], "WebACLId": acl["Id"]}
    answer = waf.get_rate_based_statement_managed_keys(**named, RuleName="ip")
    assert answer["ManagedKeysIPV4"] == {"IPAddressVersion": "IPV4", "Addresses": []}
    with refused("WAFUnsupportedAggregateKeyTypeException"):
        waf.get_rate_based_statement_managed_keys(**named, RuleName="custom")
    for name in ("plain", "none"):
        with refused("WAFNonexistentItemException"):
            waf.get_rate_based_statement_managed_keys(**named, RuleName=name)


def test_nothing_was_earned(global_waf, waf):
    asked = {"TimeWindow": window(), "Currency": "USDC"}
    summary = global_waf.get_revenue_statistics_summary(Scope="CLOUDFRONT", **asked)
    assert summary["RevenueBreakdown"]["TotalSettled"] == 0
    assert global_waf.list_settlement_records(Scope="CLOUDFRONT", **asked)["Settlements"] == []
    with refused("WAFInvalidParameterException"):
        waf.list_settlement_records(Scope="REGIONAL", **asked)


def test_a_web_acl_takes_its_configuration_along(waf, new_web_acl, group):
    acl = new_web_acl()
    waf.put_logging_configuration(LoggingConfiguration=configuration(acl, group))
    waf.delete_web_acl(Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"], LockToken=acl["LockToken"])
    listed = waf.list_logging_configurations(Scope="REGIONAL")["LoggingConfigurations"]
    assert acl["ARN"] not in json.dumps(listed)
