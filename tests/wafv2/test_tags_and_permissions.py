"""Tags of all kinds of things, and IAM's policies on them."""

import pytest

from aws_clients import refused
from waf_rules import geo, ip_set, managed, rule, visibility


def tags_of(waf, arn):
    tags = waf.list_tags_for_resource(ResourceARN=arn)["TagInfoForResource"]["TagList"]
    return {tag["Key"]: tag["Value"] for tag in tags}


def listed(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def test_all_kinds_bear_tags(waf, new_web_acl, new_rule_group, new_ip_set, new_pattern_set):
    for make in (new_web_acl, new_rule_group, new_ip_set, new_pattern_set):
        arn = make(Tags=listed({"team": "red"}))["ARN"]
        waf.tag_resource(ResourceARN=arn, Tags=listed({"team": "blue", "empty": ""}))
        assert tags_of(waf, arn) == {"team": "blue", "empty": ""}
        waf.untag_resource(ResourceARN=arn, TagKeys=["team", "never there"])
        assert tags_of(waf, arn) == {"empty": ""}


def test_tags_do_not_change_the_lock_token(waf, new_web_acl):
    acl = new_web_acl()
    waf.tag_resource(ResourceARN=acl["ARN"], Tags=listed({"a": "b"}))
    waf.delete_web_acl(Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"], LockToken=acl["LockToken"])


def test_tags_come_in_pages(waf, new_web_acl):
    arn = new_web_acl(Tags=listed({f"k{n}": "v" for n in range(5)}))["ARN"]
    first = waf.list_tags_for_resource(ResourceARN=arn, Limit=3)
    rest = waf.list_tags_for_resource(ResourceARN=arn, Limit=3, NextMarker=first["NextMarker"])
    keys = [tag["Key"] for page in (first, rest) for tag in page["TagInfoForResource"]["TagList"]]
    assert keys == [f"k{n}" for n in range(5)] and "NextMarker" not in rest


def test_reserved_keys_and_too_many_are_refused(waf, new_web_acl):
    arn = new_web_acl(Tags=listed({f"k{n}": "v" for n in range(50)}))["ARN"]
    with refused("WAFLimitsExceededException"):
        waf.tag_resource(ResourceARN=arn, Tags=listed({"one more": "v"}))
    with refused("WAFInvalidParameterException", matching="field: TAG_KEYS"):
        waf.tag_resource(ResourceARN=arn, Tags=listed({"aws:mine": "v"}))


def test_only_what_is_there_bears_tags(waf, account):
    arn = f"arn:aws:wafv2:ap-northeast-2:{account.id}:regional/webacl/none/11111111-2222-4333-8444-555555555555"
    with refused("WAFNonexistentItemException"):
        waf.tag_resource(ResourceARN=arn, Tags=listed({"a": "b"}))
    for bad in (arn.replace("wafv2", "other"), arn.replace("ap-northeast-2", "eu-north-1"), "a-text-of-twenty-letters"):
        with refused("WAFInvalidParameterException", matching="The ARN isn't valid.*field: RESOURCE_ARN"):
            waf.list_tags_for_resource(ResourceARN=bad)


@pytest.fixture
def as_user(client, account, new_user):
    """A client of a user with one policy: `as_user(action, resource, **condition)`."""
    admin = client("iam", credentials=account.credentials)

    def make(*statements):
        _, credentials = new_user({"Version": "2012-10-17", "Statement": list(statements)}, by=admin)
        return client("wafv2", credentials=credentials)

    return make


def allow(actions, resource="*", **members):
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **members}


def test_a_policy_names_things_by_arn(new_ip_set, as_user, unique):
    one, other = new_ip_set("192.0.2.0/24"), new_ip_set("192.0.2.0/24", name=f"{unique}-other")
    user = as_user(allow("wafv2:GetIPSet", one["ARN"]))
    assert user.get_ip_set(Name=one["Name"], Scope="REGIONAL", Id=one["Id"])["IPSet"]
    with refused("AccessDeniedException", matching=f"wafv2:GetIPSet on resource: {other['ARN']}"):
        user.get_ip_set(Name=other["Name"], Scope="REGIONAL", Id=other["Id"])
    # Nobody learns what is there who may not ask.
    with refused("AccessDeniedException"):
        user.get_ip_set(Name="none", Scope="REGIONAL", Id="11111111-2222-4333-8444-555555555555")
    with refused("AccessDeniedException"):
        user.list_ip_sets(Scope="REGIONAL")


def test_a_policy_names_things_by_tag(new_ip_set, as_user, unique):
    red = new_ip_set(Tags=listed({"team": "red"}))
    blue = new_ip_set(name=f"{unique}-blue", Tags=listed({"team": "blue"}))
    user = as_user(allow("wafv2:*", Condition={"StringEquals": {"aws:ResourceTag/team": "red"}}))
    assert user.get_ip_set(Name=red["Name"], Scope="REGIONAL", Id=red["Id"])
    with refused("AccessDeniedException"):
        user.get_ip_set(Name=blue["Name"], Scope="REGIONAL", Id=blue["Id"])


def test_making_with_tags_needs_leave_to_tag(as_user, unique):
    make = {"Name": unique, "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": []}
    user = as_user(allow("wafv2:CreateIPSet"))
    with refused("AccessDeniedException", matching="wafv2:TagResource"):
        user.create_ip_set(**make, Tags=listed({"team": "red"}))
    user = as_user(
        allow(["wafv2:CreateIPSet", "wafv2:TagResource"], Condition={"StringEquals": {"aws:RequestTag/team": "red"}})
    )
    with refused("AccessDeniedException"):
        user.create_ip_set(**make, Tags=listed({"team": "blue"}))
    assert user.create_ip_set(**make, Tags=listed({"team": "red"}))["Summary"]


def test_what_rules_refer_to_is_asked_for_too(account, new_ip_set, as_user, unique):
    addresses = new_ip_set("192.0.2.0/24")["ARN"]
    prefix = f"arn:aws:wafv2:ap-northeast-2:{account.id}:regional"
    make = {
        "Name": unique, "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": visibility("x"),
    }  # fmt: skip
    user = as_user(allow("wafv2:CreateWebACL", f"{prefix}/webacl/{unique}/*"))
    with refused("AccessDeniedException", matching=addresses):
        user.create_web_acl(**make, Rules=[rule(ip_set(addresses))])
    with refused("AccessDeniedException", matching=r"regional/managedruleset/\*/\*"):
        user.create_web_acl(**make, Rules=[rule(managed())])
    assert user.create_web_acl(**make, Rules=[rule(geo())])["Summary"]


def test_changes_are_on_record(client, account, new_web_acl, waf):
    acl = new_web_acl()
    trail = client("cloudtrail", credentials=account.credentials)
    found = trail.lookup_events(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": acl["ARN"]}])
    assert [event["EventName"] for event in found["Events"]] == ["CreateWebACL"]
    assert found["Events"][0]["EventSource"] == "wafv2.amazonaws.com"
