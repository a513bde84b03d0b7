"""Permission policies: rule groups for other accounts."""

import json

import pytest

from aws_clients import refused
from waf_rules import geo, ip_set, rule, rule_group, visibility

NEEDED = ["wafv2:CreateWebACL", "wafv2:UpdateWebACL", "wafv2:PutFirewallManagerRuleGroups"]


def policy(account, actions, **members):
    statement = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": actions, **members}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def friend(client, other_account):
    return client("wafv2", credentials=other_account.credentials)


def use(waf, name, arn):
    return waf.create_web_acl(
        Name=name, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visibility("x"),
        Rules=[rule(rule_group(arn))],
    )["Summary"]  # fmt: skip


def test_a_shared_rule_group_is_used_by_the_other_account(
    waf, friend, other_account, new_rule_group, new_ip_set, unique
):
    addresses = new_ip_set("192.0.2.0/24")["ARN"]
    group = new_rule_group(rule(ip_set(addresses)), capacity=7)
    key = {"Name": group["Name"], "Scope": "REGIONAL", "Id": group["Id"]}
    with refused("WAFNonexistentItemException"):
        use(friend, unique, group["ARN"])
    waf.put_permission_policy(ResourceArn=group["ARN"], Policy=policy(other_account.id, NEEDED))
    acl = use(friend, unique, group["ARN"])
    mine = {"Name": unique, "Scope": "REGIONAL", "Id": acl["Id"]}
    assert friend.get_web_acl(**mine)["WebACL"]["Capacity"] == 7
    # Reading it was not among the actions.
    with refused("AccessDeniedException"):
        friend.get_rule_group(ARN=group["ARN"])
    waf.put_permission_policy(
        ResourceArn=group["ARN"], Policy=policy(other_account.id, [*NEEDED, "wafv2:GetRuleGroup"])
    )
    assert friend.get_rule_group(ARN=group["ARN"])["RuleGroup"]["Name"] == group["Name"]
    # The owner can't delete it while somebody uses it.
    with refused("WAFAssociatedItemException"):
        waf.delete_rule_group(**key, LockToken=group["LockToken"])
    friend.delete_web_acl(**mine, LockToken=acl["LockToken"])
    waf.delete_permission_policy(ResourceArn=group["ARN"])
    with refused("WAFNonexistentItemException"):
        use(friend, unique, group["ARN"])


def test_a_policy_is_put_read_and_deleted(waf, other_account, new_rule_group):
    arn = new_rule_group(rule(geo()))["ARN"]
    with refused("WAFNonexistentItemException"):
        waf.get_permission_policy(ResourceArn=arn)
    with refused("WAFNonexistentItemException"):
        waf.delete_permission_policy(ResourceArn=arn)
    text = policy(other_account.id, NEEDED)
    waf.put_permission_policy(ResourceArn=arn, Policy=text)
    assert json.loads(waf.get_permission_policy(ResourceArn=arn)["Policy"]) == json.loads(text)
    waf.delete_permission_policy(ResourceArn=arn)
    with refused("WAFNonexistentItemException"):
        waf.get_permission_policy(ResourceArn=arn)


@pytest.mark.parametrize(
    "actions, members",
    [
        (NEEDED[:2], {}),
        ([*NEEDED, "wafv2:DeleteRuleGroup"], {}),
        ("wafv2:*", {}),
        (NEEDED, {"Effect": "Deny"}),
        (NEEDED, {"Resource": "*"}),
        (NEEDED, {"Principal": {"AWS": "999999999999"}}),
    ],
)
def test_a_policy_is_as_aws_wants_it(waf, other_account, new_rule_group, actions, members):
    arn = new_rule_group()["ARN"]
    with refused("WAFInvalidPermissionPolicyException"):
        waf.put_permission_policy(ResourceArn=arn, Policy=policy(other_account.id, actions, **members))


def test_only_rule_groups_are_shared(waf, new_ip_set, other_account):
    arn = new_ip_set("192.0.2.0/24")["ARN"]
    with refused("WAFInvalidParameterException", matching="field: RESOURCE_ARN"):
        waf.put_permission_policy(ResourceArn=arn, Policy=policy(other_account.id, NEEDED))
