"""Rule groups: their fixed capacity, their labels, and what refers to them."""

from aws_clients import refused
from waf_rules import both, byte_match, geo, ip_set, label, rule, rule_group, visibility, xss


def key(summary):
    return {"Name": summary["Name"], "Scope": "REGIONAL", "Id": summary["Id"]}


def test_a_rule_group_is_read_back_with_its_labels(waf, new_rule_group, account):
    rules = [
        rule(both(geo(), label("seen")), "a", 0, RuleLabels=[{"Name": "ns:one"}, {"Name": "two"}]),
        rule(label("awswaf:managed:aws:bot-control:", "NAMESPACE"), "b", 1, Action={"Count": {}}),
    ]
    summary = new_rule_group(*rules, capacity=50, Description="of our own")
    answer = waf.get_rule_group(**key(summary))
    group, namespace = answer["RuleGroup"], f"awswaf:{account.id}:rulegroup:{summary['Name']}:"
    assert answer["LockToken"] == summary["LockToken"]
    assert (group["Capacity"], group["Description"], group["ARN"]) == (50, "of our own", summary["ARN"])
    assert (group["Rules"], group["LabelNamespace"]) == (rules, namespace)
    assert group["AvailableLabels"] == [{"Name": f"{namespace}ns:one"}, {"Name": f"{namespace}two"}]
    assert group["ConsumedLabels"] == [{"Name": f"{namespace}seen"}, {"Name": "awswaf:managed:aws:bot-control:"}]
    assert waf.get_rule_group(ARN=summary["ARN"])["RuleGroup"] == group
    with refused("AccessDeniedException", matching=r"GetRuleGroupRequest\(name=null, scope=null, id=null, aRN=null\)"):
        waf.get_rule_group()


def test_the_capacity_holds_for_ever(waf, new_rule_group):
    message = (
        "Error reason: You exceeded the capacity limit for a rule group or web ACL., field: RULE_GROUP, parameter: "
    )
    with refused("WAFInvalidParameterException", message + "41"):
        new_rule_group(rule(xss(), "a", 0), rule(geo(), "b", 1), capacity=40)
    with refused("WAFInvalidParameterException", message + "5001"):
        new_rule_group(capacity=5001)
    summary = new_rule_group(rule(geo()), capacity=40)
    again = {**key(summary), "VisibilityConfig": visibility("x"), "LockToken": summary["LockToken"]}
    with refused("WAFInvalidParameterException", message + "41"):
        waf.update_rule_group(**again, Rules=[rule(xss(), "a", 0), rule(geo(), "b", 1)])
    token = waf.update_rule_group(**again, Rules=[rule(xss())])["NextLockToken"]
    assert token != summary["LockToken"]
    assert waf.get_rule_group(**key(summary))["RuleGroup"]["Rules"] == [rule(xss())]


def test_a_rule_group_in_use_stays(waf, new_rule_group, new_web_acl, new_ip_set):
    addresses = new_ip_set("192.0.2.0/24")
    group = new_rule_group(rule(ip_set(addresses["ARN"]), "inner"))
    overrides = [{"Name": "inner", "ActionToUse": {"Count": {}}}]
    acl = new_web_acl(rule(rule_group(group["ARN"], RuleActionOverrides=overrides)))
    with refused("WAFAssociatedItemException"):
        waf.delete_rule_group(**key(group), LockToken=group["LockToken"])
    with refused("WAFAssociatedItemException"):
        waf.delete_ip_set(**key(addresses), LockToken=addresses["LockToken"])
    waf.delete_web_acl(**key(acl), LockToken=acl["LockToken"])
    waf.delete_rule_group(**key(group), LockToken=group["LockToken"])
    waf.delete_ip_set(**key(addresses), LockToken=addresses["LockToken"])
    assert group not in waf.list_rule_groups(Scope="REGIONAL")["RuleGroups"]


def test_overrides_name_rules_that_are_there(new_rule_group, new_web_acl):
    group = new_rule_group(rule(byte_match(), "inner"))
    overrides = [{"Name": "other", "ActionToUse": {"Count": {}}}]
    with refused("WAFInvalidParameterException", matching="field: EXCLUDED_RULE, parameter: other"):
        new_web_acl(rule(rule_group(group["ARN"], RuleActionOverrides=overrides)))


def test_names_are_unique(waf, new_rule_group):
    summary = new_rule_group()
    assert summary in waf.list_rule_groups(Scope="REGIONAL")["RuleGroups"]
    with refused("WAFDuplicateItemException"):
        new_rule_group(Name=summary["Name"])
