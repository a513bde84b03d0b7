"""Web ACLs: made, read back as they were given, changed under lock tokens, deleted."""

import re

import pytest

from aws_clients import refused
from waf_rules import both, byte_match, either, geo, ip_set, label, managed, negated, rate, rule, size, visibility

UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
NONEXISTENT = "AWS WAF couldn’t perform the operation because your resource doesn’t exist."


def key(summary, scope="REGIONAL"):
    return {"Name": summary["Name"], "Scope": scope, "Id": summary["Id"]}


def get(waf, summary):
    return waf.get_web_acl(**key(summary))["WebACL"]


def test_a_new_web_acl_has_id_arn_and_lock_token(new_web_acl, account):
    summary = new_web_acl()
    assert re.fullmatch(UUID, summary["Id"]) and re.fullmatch(UUID, summary["LockToken"])
    assert summary["ARN"] == (
        f"arn:aws:wafv2:ap-northeast-2:{account.id}:regional/webacl/{summary['Name']}/{summary['Id']}"
    )
    assert summary["Description"] == ""


def test_what_aws_fills_in_is_filled_in(waf, new_web_acl, account):
    summary = new_web_acl(rule(byte_match()))
    acl = get(waf, summary)
    assert acl["Capacity"] == 2
    assert acl["LabelNamespace"] == f"awswaf:{account.id}:webacl:{summary['Name']}:"
    assert acl["ManagedByFirewallManager"] is False
    assert (acl["Description"], acl["DefaultAction"]) == ("", {"Allow": {}})
    assert acl["ARN"] == summary["ARN"]
    assert "CustomResponseBodies" not in acl


def test_a_web_acl_is_read_by_its_arn_too(waf, new_web_acl):
    summary = new_web_acl()
    answer = waf.get_web_acl(ARN=summary["ARN"])
    assert (answer["WebACL"]["Id"], answer["LockToken"]) == (summary["Id"], summary["LockToken"])
    with refused("AccessDeniedException", matching=r"GetWebACLRequest\(name=x, scope=null, id=null, aRN=null\)"):
        waf.get_web_acl(Name="x")


def test_rules_come_back_as_they_were_given(waf, new_web_acl, new_ip_set):
    addresses = new_ip_set("192.0.2.0/24")["ARN"]
    rules = [
        rule(
            both(
                byte_match(b"\x00\xff/admin", "STARTS_WITH", chain=("URL_DECODE", "LOWERCASE")),
                negated(either(geo("KR", "US"), label("seen"))),
                size({"JsonBody": {
                    "MatchPattern": {"IncludedPaths": ["/a/0/b", "/c"]}, "MatchScope": "VALUE",
                    "InvalidFallbackBehavior": "EVALUATE_AS_STRING", "OversizeHandling": "MATCH",
                }}),
                ip_set(addresses, IPSetForwardedIPConfig={
                    "HeaderName": "X-Forwarded-For", "FallbackBehavior": "NO_MATCH", "Position": "ANY",
                }),
            ),
            "deep", 3,
            Action={"Block": {"CustomResponse": {
                "ResponseCode": 403, "CustomResponseBodyKey": "no",
                "ResponseHeaders": [{"Name": "x-why", "Value": "because"}],
            }}},
            RuleLabels=[{"Name": "ns:bad"}],
            CaptchaConfig={"ImmunityTimeProperty": {"ImmunityTime": 60}},
        ),
        rule(
            rate(
                100, "CUSTOM_KEYS", EvaluationWindowSec=120,
                CustomKeys=[{"Header": {"Name": "x-user", "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}},
                            {"HTTPMethod": {}}, {"LabelNamespace": {"Namespace": "awswaf:managed:aws:bot-control:"}}],
                ScopeDownStatement=byte_match(b"POST", field={"Method": {}}),
            ),
            "rate", 1, Action={"Captcha": {}},
        ),
        rule(
            managed(
                Version="Version_1.0", ScopeDownStatement=geo("KR"),
                RuleActionOverrides=[{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}],
            ),
            "common", 2, OverrideAction={"Count": {}},
        ),
    ]  # fmt: skip
    members = {
        "Description": "all of it",
        "DefaultAction": {"Allow": {"CustomRequestHandling": {"InsertHeaders": [{"Name": "a", "Value": "b"}]}}},
        "CustomResponseBodies": {"no": {"ContentType": "APPLICATION_JSON", "Content": '{"no": true}'}},
        "CaptchaConfig": {"ImmunityTimeProperty": {"ImmunityTime": 120}},
        "ChallengeConfig": {"ImmunityTimeProperty": {"ImmunityTime": 300}},
        "TokenDomains": ["example.com", "store.example.com"],
        "AssociationConfig": {"RequestBody": {"API_GATEWAY": {"DefaultSizeInspectionLimit": "KB_32"}}},
        "DataProtectionConfig": {
            "DataProtections": [{"Field": {"FieldType": "SINGLE_HEADER", "FieldKeys": ["cookie"]}, "Action": "HASH"}]
        },
        "OnSourceDDoSProtectionConfig": {"ALBLowReputationMode": "ALWAYS_ON"},
        "ApplicationConfig": {"Attributes": [{"Name": "kind", "Values": ["api"]}]},
    }
    acl = get(waf, new_web_acl(*rules, **members))
    assert acl["Rules"] == rules
    assert {name: acl[name] for name in members} == members


def test_an_update_replaces_everything_and_gives_a_new_token(waf, new_web_acl):
    summary = new_web_acl(rule(geo()), Description="first", TokenDomains=["example.com"])
    again = {
        **key(summary),
        "DefaultAction": {"Block": {"CustomResponse": {"ResponseCode": 412}}},
        "VisibilityConfig": visibility("other"),
        "Rules": [],
    }
    token = waf.update_web_acl(**again, LockToken=summary["LockToken"])["NextLockToken"]
    assert token != summary["LockToken"]
    answer = waf.get_web_acl(**key(summary))
    acl = answer["WebACL"]
    assert answer["LockToken"] == token
    assert (acl["Rules"], acl["Description"], acl["Capacity"]) == ([], "", 0)
    assert acl["DefaultAction"] == again["DefaultAction"] and acl["VisibilityConfig"] == visibility("other")
    assert "TokenDomains" not in acl
    with refused(
        "WAFOptimisticLockException",
        "AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. "
        "Reapply your changes.",
    ):
        waf.update_web_acl(**again, LockToken=summary["LockToken"])


def test_names_are_unique_per_scope(waf, global_waf, new_web_acl):
    summary = new_web_acl()
    with refused("WAFDuplicateItemException", matching="duplicate of an existing one"):
        new_web_acl(Name=summary["Name"])
    other = global_waf.create_web_acl(
        Name=summary["Name"], Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, VisibilityConfig=visibility("x")
    )["Summary"]
    assert other["ARN"].startswith("arn:aws:wafv2:us-east-1:") and ":global/webacl/" in other["ARN"]
    listed = [acl["Name"] for acl in global_waf.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]]
    assert summary["Name"] in listed
    assert global_waf.list_web_acls(Scope="REGIONAL")["WebACLs"] == []


@pytest.mark.parametrize("operation", ["list_web_acls", "list_ip_sets", "list_rule_groups", "list_regex_pattern_sets",
                                       "list_available_managed_rule_groups", "list_api_keys"])  # fmt: skip
def test_the_scope_cloudfront_is_for_one_region(waf, operation):
    with refused(
        "WAFInvalidParameterException",
        "Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT",
    ):
        getattr(waf, operation)(Scope="CLOUDFRONT")


def test_an_invalid_parameter_is_told_in_members_too(waf):
    with pytest.raises(waf.exceptions.WAFInvalidParameterException) as caught:
        waf.list_web_acls(Scope="CLOUDFRONT")
    answer = caught.value.response
    assert (answer["Field"], answer["Parameter"]) == ("SCOPE_VALUE", "CLOUDFRONT")
    assert answer["Reason"] == "The scope is not valid."


def test_deleting_needs_the_token_and_ends_it(waf, new_web_acl):
    summary = new_web_acl()
    with refused("WAFOptimisticLockException"):
        waf.delete_web_acl(**key(summary), LockToken="00000000-0000-4000-8000-000000000000")
    waf.delete_web_acl(**key(summary), LockToken=summary["LockToken"])
    with refused("WAFNonexistentItemException", NONEXISTENT):
        waf.get_web_acl(**key(summary))
    with refused("WAFNonexistentItemException", NONEXISTENT):
        waf.delete_web_acl(**key(summary), LockToken=summary["LockToken"])
    # The name is free again.
    assert new_web_acl(Name=summary["Name"])["Id"] != summary["Id"]


def test_id_and_name_must_belong_together(waf, new_web_acl):
    one, other = new_web_acl(), new_web_acl()
    with refused("WAFNonexistentItemException"):
        waf.get_web_acl(Name=one["Name"], Scope="REGIONAL", Id=other["Id"])


def test_pages_of_a_list_meet(client, new_account):
    waf = client("wafv2", credentials=new_account().credentials)
    for name in ("b", "d", "a", "c", "e"):
        waf.create_web_acl(Name=name, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visibility(name))
    seen, marker = [], {}
    while True:
        page = waf.list_web_acls(Scope="REGIONAL", Limit=2, **marker)
        seen += [acl["Name"] for acl in page["WebACLs"]]
        if "NextMarker" not in page:
            break
        # AWS's marker is the name of the last item.
        assert page["NextMarker"] == seen[-1]
        marker = {"NextMarker": page["NextMarker"]}
    assert seen == ["a", "b", "c", "d", "e"]


def test_a_description_has_the_form_that_the_model_says(waf, new_web_acl):
    assert get(waf, new_web_acl(Description="a b"))["Description"] == "a b"
    with refused("ValidationException", matching="description"):
        new_web_acl(Description=" a ")


def test_an_account_has_at_most_a_hundred(client, new_account):
    waf = client("wafv2", credentials=new_account().credentials)

    def make(number):
        return waf.create_ip_set(Name=f"s{number}", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[])

    for number in range(100):
        make(number)
    with refused("WAFLimitsExceededException", matching="exceeded your resource limit"):
        make(100)
