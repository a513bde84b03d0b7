"""IP sets and regex pattern sets."""

import re

import pytest

from aws_clients import refused
from waf_rules import ip_set, pattern_set, rule

FORMAT = "The parameter contains formatting that is not valid."


def key(summary):
    return {"Name": summary["Name"], "Scope": "REGIONAL", "Id": summary["Id"]}


def test_an_ip_set_is_read_back_as_it_was_given(waf, new_ip_set, account):
    addresses = ["192.0.2.44/32", "10.0.0.0/8", "198.51.100.0/16"]
    summary = new_ip_set(*addresses, Description="some of them")
    assert re.fullmatch(rf"arn:aws:wafv2:ap-northeast-2:{account.id}:regional/ipset/[\w-]+/[0-9a-f-]+", summary["ARN"])
    answer = waf.get_ip_set(**key(summary))
    assert answer["IPSet"] == {
        "Name": summary["Name"], "Id": summary["Id"], "ARN": summary["ARN"], "Description": "some of them",
        "IPAddressVersion": "IPV4", "Addresses": addresses,
    }  # fmt: skip
    assert answer["LockToken"] == summary["LockToken"]


def test_an_update_replaces_addresses_under_the_token(waf, new_ip_set):
    summary = new_ip_set("2001:db8::/32", version="IPV6")
    token = waf.update_ip_set(**key(summary), Addresses=[], LockToken=summary["LockToken"])["NextLockToken"]
    answer = waf.get_ip_set(**key(summary))
    assert (answer["IPSet"]["Addresses"], answer["IPSet"]["Description"]) == ([], "")
    assert answer["LockToken"] == token
    with refused("WAFOptimisticLockException"):
        waf.update_ip_set(**key(summary), Addresses=[], LockToken=summary["LockToken"])
    # The version stays: addresses of the other are refused.
    with refused("WAFInvalidParameterException"):
        waf.update_ip_set(**key(summary), Addresses=["192.0.2.0/24"], LockToken=token)


@pytest.mark.parametrize(
    "version, address",
    [("IPV4", "0.0.0.0/0"), ("IPV4", "192.0.2.1"), ("IPV4", "192.0.2.0/33"), ("IPV4", "2001:db8::/32"),
     ("IPV4", "x/8"), ("IPV6", "192.0.2.0/24"), ("IPV6", "::/0")],
)  # fmt: skip
def test_addresses_are_cidr_blocks_of_the_version_and_never_all(new_ip_set, version, address):
    with refused("WAFInvalidParameterException", f"Error reason: {FORMAT}, field: IP_ADDRESS, parameter: {address}"):
        new_ip_set(address, version=version)


def test_ten_thousand_addresses_are_fine_and_one_more_is_not(waf, new_ip_set, new_web_acl):
    addresses = [f"10.{number >> 8}.{number & 255}.0/24" for number in range(10_000)]
    summary = new_ip_set(*addresses)
    assert waf.get_ip_set(**key(summary))["IPSet"]["Addresses"] == addresses
    assert new_web_acl(rule(ip_set(summary["ARN"])))["ARN"]
    with refused("WAFLimitsExceededException"):
        waf.update_ip_set(**key(summary), Addresses=[*addresses, "11.0.0.0/8"], LockToken=summary["LockToken"])


def test_a_pattern_set_is_read_back_and_replaced(waf, new_pattern_set):
    summary = new_pattern_set("^/api/v[0-9]+", "admin$", Description="paths")
    answer = waf.get_regex_pattern_set(**key(summary))
    assert answer["RegexPatternSet"] == {
        "Name": summary["Name"], "Id": summary["Id"], "ARN": summary["ARN"], "Description": "paths",
        "RegularExpressionList": [{"RegexString": "^/api/v[0-9]+"}, {"RegexString": "admin$"}],
    }  # fmt: skip
    token = waf.update_regex_pattern_set(
        **key(summary), RegularExpressionList=[{"RegexString": "other"}], LockToken=answer["LockToken"]
    )["NextLockToken"]
    answer = waf.get_regex_pattern_set(**key(summary))
    assert answer["RegexPatternSet"]["RegularExpressionList"] == [{"RegexString": "other"}]
    assert answer["LockToken"] == token
    with refused("WAFOptimisticLockException"):
        waf.delete_regex_pattern_set(**key(summary), LockToken=summary["LockToken"])


def test_a_pattern_set_holds_ten_and_only_what_compiles(new_pattern_set):
    with refused("WAFLimitsExceededException"):
        new_pattern_set(*[f"p{number}" for number in range(11)])
    with refused("WAFInvalidParameterException", f"Error reason: {FORMAT}, field: REGEX_PATTERN_SET, parameter: a(b"):
        new_pattern_set("a(b")


def test_sets_in_use_stay(waf, new_ip_set, new_pattern_set, new_web_acl):
    addresses, patterns = new_ip_set("192.0.2.0/24"), new_pattern_set("x+")
    acl = new_web_acl(rule(ip_set(addresses["ARN"]), "a", 0), rule(pattern_set(patterns["ARN"]), "b", 1))
    message = (
        "AWS WAF couldn’t perform the operation because your resource is being used by another resource "
        "or it’s associated with another resource."
    )
    with refused("WAFAssociatedItemException", message):
        waf.delete_ip_set(**key(addresses), LockToken=addresses["LockToken"])
    with refused("WAFAssociatedItemException", message):
        waf.delete_regex_pattern_set(**key(patterns), LockToken=patterns["LockToken"])
    waf.delete_web_acl(**key(acl), LockToken=acl["LockToken"])
    waf.delete_ip_set(**key(addresses), LockToken=addresses["LockToken"])
    waf.delete_regex_pattern_set(**key(patterns), LockToken=patterns["LockToken"])
    with refused("WAFNonexistentItemException"):
        waf.get_ip_set(**key(addresses))


def test_a_set_that_an_update_drops_is_free(waf, new_ip_set, new_web_acl):
    addresses = new_ip_set("192.0.2.0/24")
    acl = new_web_acl(rule(ip_set(addresses["ARN"])))
    read = waf.get_web_acl(**key(acl))
    waf.update_web_acl(
        **key(acl), DefaultAction={"Allow": {}}, VisibilityConfig=read["WebACL"]["VisibilityConfig"], Rules=[],
        LockToken=read["LockToken"],
    )  # fmt: skip
    waf.delete_ip_set(**key(addresses), LockToken=addresses["LockToken"])


def test_lists_say_what_is_there(waf, new_ip_set, new_pattern_set, unique):
    addresses, patterns = new_ip_set(Description="an empty one"), new_pattern_set("x")
    assert addresses in waf.list_ip_sets(Scope="REGIONAL")["IPSets"]
    assert patterns in waf.list_regex_pattern_sets(Scope="REGIONAL")["RegexPatternSets"]
    with refused("WAFDuplicateItemException"):
        new_ip_set(name=unique)
