"""CheckCapacity: every cost that the developer guide's pages give, and what is shared."""

import pytest

from aws_clients import refused
from waf_rules import (
    both,
    byte_match,
    either,
    geo,
    ip_set,
    label,
    managed,
    negated,
    pattern_set,
    rate,
    regex,
    rule,
    rule_group,
    size,
    sqli,
    transformations,
    xss,
)

ARGUMENTS = {"AllQueryArguments": {}}
JSON = {"JsonBody": {"MatchPattern": {"All": {}}, "MatchScope": "ALL"}}
HOST = {"SingleHeader": {"Name": "host"}}


def capacity(waf, *statements):
    rules = [rule(statement, f"r{number}", number) for number, statement in enumerate(statements)]
    return waf.check_capacity(Scope="REGIONAL", Rules=rules)["Capacity"]


@pytest.mark.parametrize(
    "statement, cost",
    [
        (geo(), 1),
        ({"AsnMatchStatement": {"AsnList": [64496]}}, 1),
        (label("a"), 1),
        (size(), 1),
        (size(ARGUMENTS), 11),
        (size(JSON), 2),
        (byte_match(), 2),
        (byte_match(constraint="STARTS_WITH"), 2),
        (byte_match(constraint="ENDS_WITH"), 2),
        (byte_match(constraint="CONTAINS"), 10),
        (byte_match(constraint="CONTAINS_WORD"), 10),
        (byte_match(chain=("LOWERCASE",)), 12),
        (byte_match(chain=("URL_DECODE", "LOWERCASE", "NONE")), 22),
        (byte_match(field=JSON, chain=("LOWERCASE",)), 14),
        (byte_match(field=ARGUMENTS, constraint="CONTAINS", chain=("LOWERCASE",)), 30),
        (regex(), 3),
        (regex(field=JSON), 6),
        (sqli(), 20),
        (sqli(SensitivityLevel="LOW"), 20),
        (sqli(SensitivityLevel="HIGH"), 30),
        (sqli(JSON, SensitivityLevel="HIGH", chain=("URL_DECODE",)), 70),
        (xss(), 40),
        (xss(ARGUMENTS), 50),
        (rate(), 2),
        (rate(ScopeDownStatement=byte_match(chain=("LOWERCASE",))), 14),
        (rate(keys="CUSTOM_KEYS", CustomKeys=[{"IP": {}}, {"HTTPMethod": {}}]), 62),
        (
            rate(
                keys="CUSTOM_KEYS",
                CustomKeys=[{"Header": {"Name": "a", "TextTransformations": transformations("LOWERCASE")}}],
            ),
            32,
        ),
        (negated(byte_match()), 2),
        (both(byte_match(), geo()), 3),
        (either(xss(), both(sqli(), geo())), 61),
        (managed(), 700),
        (managed("AWSManagedRulesAmazonIpReputationList"), 25),
        (managed(ScopeDownStatement=byte_match()), 702),
    ],
)
def test_what_a_statement_costs(waf, statement, cost):
    assert capacity(waf, statement) == cost


def test_the_example_of_the_aws_cli_costs_15(waf):
    first = both(byte_match(b"example.com", field=HOST, chain=("LOWERCASE",)), geo("US", "IN"))
    assert capacity(waf, first, rate(1000)) == 15


def test_the_same_transformation_of_the_same_component_is_paid_once(waf):
    lower = byte_match(b"a", chain=("LOWERCASE",))
    assert capacity(waf, lower, byte_match(b"b", chain=("LOWERCASE",))) == 14
    assert capacity(waf, lower, byte_match(b"b", field=HOST, chain=("LOWERCASE",))) == 24
    assert capacity(waf, lower, byte_match(b"b", chain=("URL_DECODE",))) == 24
    assert capacity(waf, both(lower, byte_match(b"b", chain=("LOWERCASE",)))) == 14


def test_sets_and_rule_groups(waf, new_ip_set, new_pattern_set, new_rule_group):
    addresses, patterns = new_ip_set("192.0.2.0/24")["ARN"], new_pattern_set("x")["ARN"]
    forwarded = {"HeaderName": "x", "FallbackBehavior": "MATCH", "Position": "ANY"}
    assert capacity(waf, ip_set(addresses)) == 1
    assert capacity(waf, ip_set(addresses, IPSetForwardedIPConfig={**forwarded, "Position": "FIRST"})) == 1
    assert capacity(waf, ip_set(addresses, IPSetForwardedIPConfig=forwarded)) == 5
    assert capacity(waf, pattern_set(patterns)) == 25
    assert capacity(waf, pattern_set(patterns, chain=("LOWERCASE",))) == 35
    # A rule group costs what it may cost, not what its rules cost now.
    assert capacity(waf, rule_group(new_rule_group(rule(geo()), capacity=77)["ARN"])) == 77


def test_the_capacity_of_a_web_acl_is_that_of_its_rules(waf, new_web_acl):
    acl = new_web_acl(rule(byte_match(chain=("LOWERCASE",)), "a", 0), rule(managed(), "b", 1))
    assert waf.get_web_acl(Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"])["WebACL"]["Capacity"] == 712


def test_rules_that_can_not_be_are_refused(waf):
    with refused("WAFInvalidParameterException", matching="field: STATEMENT, parameter: Statement"):
        capacity(waf, {})
    with refused("WAFNonexistentItemException"):
        capacity(waf, managed("AWSManagedRulesNoSuchSet"))
