"""Rules: conditions, actions, transforms, priorities."""

import pytest

from aws_clients import refused


def path(*values):
    return {"Field": "path-pattern", "Values": list(values)}


def fixed(status="404"):
    return [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status}}]


@pytest.fixture
def new_rule(elbv2, listener):
    def make(priority=1, conditions=(), actions=None, **more):
        answer = elbv2.create_rule(
            ListenerArn=listener,
            Priority=priority,
            Conditions=list(conditions) or [path("/a")],
            Actions=actions or fixed(),
            **more,
        )
        return answer["Rules"][0]

    return make


EVERY_CONDITION = [
    {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}},
    path("/img/*"),
    {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Kind", "Values": ["a"]}},
    {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
    {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "1"}]}},
]


def test_a_rule_shows_its_conditions_in_both_forms(elbv2, listener, new_rule):
    made = new_rule(10, EVERY_CONDITION)
    assert made["RuleArn"].startswith(listener.replace(":listener/", ":listener-rule/") + "/")
    assert (made["Priority"], made["IsDefault"]) == ("10", False)
    host, path_pattern, *others = made["Conditions"]
    assert host == {
        "Field": "host-header",
        "Values": ["*.example.com"],
        "HostHeaderConfig": {"Values": ["*.example.com"]},
    }
    assert path_pattern == path("/img/*") | {"PathPatternConfig": {"Values": ["/img/*"]}}
    assert others == EVERY_CONDITION[2:]
    source = new_rule(11, [{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8", "::/0"]}}])
    assert source["Conditions"][0]["SourceIpConfig"] == {"Values": ["10.0.0.0/8", "::/0"]}


def test_regular_expressions_and_transforms(new_rule):
    conditions = [{"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/v[0-9]+/"]}}]
    transforms = [
        {
            "Type": "url-rewrite",
            "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/v[0-9]+/(.*)$", "Replace": "/$1"}]},
        },
        {
            "Type": "host-header-rewrite",
            "HostHeaderRewriteConfig": {"Rewrites": [{"Regex": ".*", "Replace": "inside"}]},
        },
    ]
    made = new_rule(1, conditions, Transforms=transforms)
    assert made["Transforms"] == transforms
    assert made["Conditions"][0]["PathPatternConfig"] == {"RegexValues": ["^/v[0-9]+/"]}


def test_rules_are_listed_by_priority_and_the_default_last(elbv2, listener, new_rule):
    for priority in (20, 3, 100):
        new_rule(priority)
    shown = elbv2.describe_rules(ListenerArn=listener)["Rules"]
    assert [rule["Priority"] for rule in shown] == ["3", "20", "100", "default"]
    default = shown[-1]
    assert (default["IsDefault"], default["Conditions"]) == (True, [])
    assert elbv2.describe_rules(RuleArns=[default["RuleArn"]])["Rules"] == [default]
    pages = elbv2.get_paginator("describe_rules").paginate(ListenerArn=listener, PaginationConfig={"PageSize": 2})
    assert [rule["Priority"] for page in pages for rule in page["Rules"]] == ["3", "20", "100", "default"]


@pytest.mark.parametrize(
    "condition, message",
    [
        ({"Field": "colour", "Values": ["a"]}, None),
        (
            {"Field": "source-ip", "Values": ["10.0.0.0/8"]},
            "The 'Values' field is not compatible with 'source-ip'",
        ),
        ({"Field": "http-header"}, "A 'HttpHeaderConfig' must be specified with 'http-header'"),
        (
            {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["get"]}},
            "The 'http-request-method' value is invalid; the allowed characters are A-Z, hyphen and underscore",
        ),
        (
            {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "a"}]}},
            "A 'Value' must be specified in 'QueryStringKeyValuePair'",
        ),
        (
            {"Field": "source-ip", "SourceIpConfig": {"Values": []}},
            "A 'source-ip' value must be specified",
        ),
        (path("/" + "a" * 128), "The 'path-pattern' value is too long; the limit is '128'"),
        (path(), "A condition value must be specified"),
        (path("/1", "/2", "/3", "/4", "/5", "/6"), "Rules cannot have more than '5' condition values"),
        (
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "x" * 41, "Values": ["a"]}},
            "The 'HttpHeaderName' value is too long; the limit is '40'",
        ),
    ],
)
def test_a_condition_that_can_not_be(new_rule, condition, message):
    with refused("ValidationError", message):
        new_rule(1, [condition])


def test_priorities_are_taken_once(new_rule):
    new_rule(7)
    with refused("PriorityInUse", "Priority '7' is currently in use"):
        new_rule(7)


def test_rules_change_places_in_one_request(elbv2, listener, new_rule):
    one, other = new_rule(1)["RuleArn"], new_rule(2)["RuleArn"]
    pairs = [{"RuleArn": one, "Priority": 2}, {"RuleArn": other, "Priority": 1}]
    moved = elbv2.set_rule_priorities(RulePriorities=pairs)["Rules"]
    assert {rule["RuleArn"]: rule["Priority"] for rule in moved} == {one: "2", other: "1"}
    third = new_rule(3)["RuleArn"]
    with refused("PriorityInUse"):
        elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": third, "Priority": 1}])
    with refused("ValidationError", "Priority '9' was provided multiple times"):
        elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": one, "Priority": 9}, {"RuleArn": other, "Priority": 9}])


def test_the_default_rule_is_changed_with_its_listener_only(elbv2, listener):
    [default] = elbv2.describe_rules(ListenerArn=listener)["Rules"]
    arn = default["RuleArn"]
    with refused("OperationNotPermitted", f"Default rule '{arn}' cannot be deleted"):
        elbv2.delete_rule(RuleArn=arn)
    with refused("OperationNotPermitted"):
        elbv2.modify_rule(RuleArn=arn, Actions=fixed())
    with refused("OperationNotPermitted"):
        elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": arn, "Priority": 1}])
    elbv2.modify_listener(ListenerArn=listener, DefaultActions=fixed("503"))
    [default] = elbv2.describe_rules(ListenerArn=listener)["Rules"]
    assert default["Actions"][0]["FixedResponseConfig"]["StatusCode"] == "503"


def test_a_rule_is_changed_in_part(elbv2, new_rule):
    transform = {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "a", "Replace": "b"}]}}
    arn = new_rule(1, Transforms=[transform])["RuleArn"]
    [changed] = elbv2.modify_rule(RuleArn=arn, Conditions=[path("/b")])["Rules"]
    assert changed["Conditions"][0]["Values"] == ["/b"]
    assert (changed["Actions"], changed["Transforms"]) == (fixed(), [transform])
    [changed] = elbv2.modify_rule(RuleArn=arn, Actions=fixed("500"), ResetTransforms=True)["Rules"]
    assert (changed["Actions"], changed["Transforms"]) == (fixed("500"), [])
    with refused("ValidationError", "Either conditions or actions must be specified"):
        elbv2.modify_rule(RuleArn=arn)


def test_a_deleted_rule_is_not_found(elbv2, new_rule):
    arn = new_rule()["RuleArn"]
    elbv2.delete_rule(RuleArn=arn)
    with refused("RuleNotFound", "One or more rules not found"):
        elbv2.describe_rules(RuleArns=[arn])
    with refused("RuleNotFound"):
        elbv2.delete_rule(RuleArn=arn)


def test_what_rules_are_asked_for(elbv2, listener):
    with refused("ValidationError", "You must specify either listener rule ARNs or a listener ARN"):
        elbv2.describe_rules()
    with refused("ListenerNotFound"):
        elbv2.describe_rules(ListenerArn=listener[:-16] + "0123456789abcdef")


def test_network_load_balancers_have_no_rules(elbv2, new_load_balancer, new_target_group, new_listener, network):
    arn = new_load_balancer(Type="network", Subnets=network.subnets[:1])["LoadBalancerArn"]
    group = new_target_group(Protocol="TCP")["TargetGroupArn"]
    listener = new_listener(arn, group, Protocol="TCP")["ListenerArn"]
    with refused("UnsupportedProtocol"):
        elbv2.create_rule(ListenerArn=listener, Priority=1, Conditions=[path("/a")], Actions=fixed())
