"""AWS's managed rule groups, and what only AWS and its vendors have."""

from aws_clients import refused
from waf_rules import managed, rule

NOBODY = {"Name": "mine", "Scope": "REGIONAL", "Id": "11111111-2222-4333-8444-555555555555"}
TOKEN = "00000000-0000-4000-8000-000000000000"
VISIBLE = {
    "AWSManagedRulesCommonRuleSet", "AWSManagedRulesAdminProtectionRuleSet", "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet", "AWSManagedRulesLinuxRuleSet", "AWSManagedRulesUnixRuleSet",
    "AWSManagedRulesWindowsRuleSet", "AWSManagedRulesPHPRuleSet", "AWSManagedRulesWordPressRuleSet",
    "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesAnonymousIpList", "AWSManagedRulesBotControlRuleSet",
    "AWSManagedRulesAntiDDoSRuleSet",
}  # fmt: skip


def test_the_list_pages_and_ends(waf):
    seen, marker = [], {}
    while True:
        page = waf.list_available_managed_rule_groups(Scope="REGIONAL", Limit=5, **marker)
        seen += page["ManagedRuleGroups"]
        if "NextMarker" not in page:
            break
        marker = {"NextMarker": page["NextMarker"]}
    assert {group["VendorName"] for group in seen} == {"AWS"}
    assert {group["Name"] for group in seen} >= VISIBLE
    versioned = {group["Name"]: group["VersioningSupported"] for group in seen}
    assert versioned["AWSManagedRulesCommonRuleSet"] and not versioned["AWSManagedRulesAmazonIpReputationList"]


def test_a_group_is_described_as_aws_names_it(waf):
    group = waf.describe_managed_rule_group(
        VendorName="AWS", Name="AWSManagedRulesCommonRuleSet", Scope="REGIONAL"
    )  # fmt: skip
    assert group["Capacity"] == 700
    assert group["LabelNamespace"] == "awswaf:managed:aws:core-rule-set:"
    assert group["Rules"][0] == {"Name": "NoUserAgent_HEADER", "Action": {"Block": {}}}
    assert len(group["Rules"]) == 22
    labels = [label["Name"] for label in group["AvailableLabels"]]
    assert "awswaf:managed:aws:core-rule-set:CrossSiteScripting_Body" in labels
    with refused("WAFNonexistentItemException"):
        waf.describe_managed_rule_group(VendorName="AWS", Name="NoSuchSet", Scope="REGIONAL")
    with refused("WAFNonexistentItemException"):
        waf.describe_managed_rule_group(
            VendorName="AWS", Name="AWSManagedRulesCommonRuleSet", Scope="REGIONAL", VersionName="Version_99.0"
        )


def test_every_group_can_be_described_and_used(waf, new_web_acl):
    for name in VISIBLE:
        group = waf.describe_managed_rule_group(VendorName="AWS", Name=name, Scope="REGIONAL")
        assert group["Rules"] and group["Capacity"], name
        statement = managed(name)
        if name == "AWSManagedRulesAntiDDoSRuleSet":
            config = {"ClientSideActionConfig": {"Challenge": {"UsageOfAction": "DISABLED"}}}
            configs = [{"AWSManagedRulesAntiDDoSRuleSet": config}]
            statement["ManagedRuleGroupStatement"]["ManagedRuleGroupConfigs"] = configs
        acl = new_web_acl(rule(statement))
        read = waf.get_web_acl(Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"])["WebACL"]
        assert read["Capacity"] == group["Capacity"], name
        waf.delete_web_acl(Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"], LockToken=acl["LockToken"])


def test_versions_are_listed(waf):
    asked = {"VendorName": "AWS", "Name": "AWSManagedRulesSQLiRuleSet", "Scope": "REGIONAL"}
    answer = waf.list_available_managed_rule_group_versions(**asked)
    names = [version["Name"] for version in answer["Versions"]]
    assert answer["CurrentDefaultVersion"] in names and "Version_1.0" in names
    page = waf.list_available_managed_rule_group_versions(**asked, Limit=1)
    assert len(page["Versions"]) == 1 and page["NextMarker"]


def test_products_are_the_groups(waf):
    products = waf.describe_all_managed_products(Scope="REGIONAL")["ManagedProducts"]
    assert {product["ManagedRuleSetName"] for product in products} >= VISIBLE
    by_vendor = waf.describe_managed_products_by_vendor(Scope="REGIONAL", VendorName="AWS")["ManagedProducts"]
    assert by_vendor == products
    assert waf.describe_managed_products_by_vendor(Scope="REGIONAL", VendorName="x")["ManagedProducts"] == []


def test_an_account_that_sells_nothing_has_no_rule_sets(waf):
    assert waf.list_managed_rule_sets(Scope="REGIONAL")["ManagedRuleSets"] == []
    with refused("WAFNonexistentItemException"):
        waf.get_managed_rule_set(**NOBODY)
    with refused("WAFNonexistentItemException"):
        waf.put_managed_rule_set_versions(**NOBODY, LockToken=TOKEN)
    with refused("WAFNonexistentItemException"):
        waf.update_managed_rule_set_version_expiry_date(
            **NOBODY, LockToken=TOKEN, VersionToExpire="v1", ExpiryTimestamp=2_000_000_000
        )


def test_there_are_no_releases_of_the_mobile_sdk(waf):
    assert waf.list_mobile_sdk_releases(Platform="IOS")["ReleaseSummaries"] == []
    with refused("WAFNonexistentItemException"):
        waf.get_mobile_sdk_release(Platform="IOS", ReleaseVersion="1.0")
    with refused("WAFNonexistentItemException"):
        waf.generate_mobile_sdk_release_url(Platform="ANDROID", ReleaseVersion="1.0")


def test_firewall_manager_put_nothing_here(waf, new_web_acl):
    acl = new_web_acl()
    with refused("WAFInvalidOperationException"):
        waf.delete_firewall_manager_rule_groups(WebACLArn=acl["ARN"], WebACLLockToken=acl["LockToken"])
    with refused("WAFOptimisticLockException"):
        waf.delete_firewall_manager_rule_groups(WebACLArn=acl["ARN"], WebACLLockToken=TOKEN)
