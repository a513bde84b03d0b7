"""Web ACLs and what they refer to, in an account of the module's own, so that quotas are too."""

import pytest

import waf_rules


@pytest.fixture(scope="module")
def account(new_account):
    return new_account()


@pytest.fixture(scope="module")
def waf(client, account):
    return client("wafv2", credentials=account.credentials)


@pytest.fixture(scope="module")
def global_waf(client, account):
    """For things of CloudFront."""
    return client("wafv2", credentials=account.credentials, region="us-east-1")


@pytest.fixture
def new_web_acl(waf, unique):
    """Makes a web ACL in the Region: `new_web_acl(*rules, **members)` → summary."""
    count = 0

    def make(*rules, **members):
        nonlocal count
        count += 1
        members = {"Name": f"{unique}-{count}", "Scope": "REGIONAL", "Rules": list(rules), **members}
        members.setdefault("DefaultAction", {"Allow": {}})
        members.setdefault("VisibilityConfig", waf_rules.visibility(members["Name"]))
        return waf.create_web_acl(**members)["Summary"]

    return make


@pytest.fixture
def new_rule_group(waf, unique):
    """Makes a rule group: `new_rule_group(*rules, capacity=…)` → summary."""
    count = 0

    def make(*rules, capacity=100, **members):
        nonlocal count
        count += 1
        members = {"Name": f"{unique}-{count}", "Scope": "REGIONAL", "Rules": list(rules), **members}
        members.setdefault("VisibilityConfig", waf_rules.visibility(members["Name"]))
        return waf.create_rule_group(Capacity=capacity, **members)["Summary"]

    return make


@pytest.fixture
def new_ip_set(waf, unique):
    def make(*addresses, version="IPV4", name=unique, **members):
        return waf.create_ip_set(
            Name=name, Scope="REGIONAL", IPAddressVersion=version, Addresses=list(addresses), **members
        )["Summary"]

    return make


@pytest.fixture
def new_pattern_set(waf, unique):
    """Regex pattern sets are few: this one is taken away again where the test did not."""
    made = []

    def make(*patterns, name=unique, **members):
        listed = [{"RegexString": pattern} for pattern in patterns]
        summary = waf.create_regex_pattern_set(Name=name, Scope="REGIONAL", RegularExpressionList=listed, **members)[
            "Summary"
        ]
        made.append(summary)
        return summary

    yield make
    for summary in made:
        key = {"Name": summary["Name"], "Scope": "REGIONAL", "Id": summary["Id"]}
        try:
            token = waf.get_regex_pattern_set(**key)["LockToken"]
            waf.delete_regex_pattern_set(**key, LockToken=token)
        except (waf.exceptions.WAFNonexistentItemException, waf.exceptions.WAFAssociatedItemException):
            pass
