"""The account as a whole: summary, passwords, identity providers, service-linked roles, reports."""

import pytest

from aws_clients import refused
from policies import allow, text

THUMBPRINT = "990f4193972f2becf12ddeda5237f9c952f20d9e"


def test_the_summary_counts_what_is_there(client, new_account, unique):
    iam = client("iam", credentials=new_account().credentials)
    before = iam.get_account_summary()["SummaryMap"]
    iam.create_user(UserName=unique)
    after = iam.get_account_summary()["SummaryMap"]
    assert after["Users"] == before["Users"] + 1
    assert (after["AccessKeysPerUserQuota"], after["PolicySizeQuota"]) == (2, 6144)


def test_an_alias_is_taken_once_for_all_accounts(client, new_account, unique):
    one, two = (client("iam", credentials=new_account().credentials) for _ in range(2))
    one.create_account_alias(AccountAlias=unique)
    with refused("EntityAlreadyExists", f"The account alias {unique} already exists."):
        two.create_account_alias(AccountAlias=unique)


class TestPasswords:
    def test_the_policy_of_the_account_holds_for_new_passwords(self, client, new_account, unique):
        account = new_account()
        iam = client("iam", credentials=account.credentials)
        with refused("NoSuchEntity", f"The Password Policy with domain name {account.id} cannot be found."):
            iam.get_account_password_policy()
        iam.update_account_password_policy(MinimumPasswordLength=12, RequireNumbers=True)
        policy = iam.get_account_password_policy()["PasswordPolicy"]
        assert (policy["MinimumPasswordLength"], policy["RequireNumbers"], policy["ExpirePasswords"]) == (
            12,
            True,
            False,
        )
        iam.create_user(UserName=unique)
        for bad in ("short1", "long-enough-no-digit"):
            with refused("PasswordPolicyViolation"):
                iam.create_login_profile(UserName=unique, Password=bad)
        iam.create_login_profile(UserName=unique, Password="long-enough-1", PasswordResetRequired=True)
        assert iam.get_login_profile(UserName=unique)["LoginProfile"]["PasswordResetRequired"] is True
        with refused("DeleteConflict", "Cannot delete entity, must delete login profile first."):
            iam.delete_user(UserName=unique)
        iam.delete_login_profile(UserName=unique)
        with refused("NoSuchEntity", f"Login Profile for User {unique} cannot be found."):
            iam.get_login_profile(UserName=unique)

    def test_a_user_changes_its_password_with_the_old_one_only(self, client, iam, new_user):
        arn, credentials = new_user({"Version": "2012-10-17", "Statement": [allow("iam:ChangePassword")]})
        iam.create_login_profile(UserName=arn.split("/")[-1], Password="first-password-1")
        own = client("iam", credentials=credentials)
        with refused("AccessDenied"):
            own.change_password(OldPassword="wrong-password-1", NewPassword="second-password-1")
        own.change_password(OldPassword="first-password-1", NewPassword="second-password-1")
        own.change_password(OldPassword="second-password-1", NewPassword="third-password-1")


def test_an_identity_provider_from_creation_to_deletion(iam, unique, account_id):
    url = f"https://{unique}.example.com/realm"
    given = {"Url": url, "ClientIDList": ["a"], "ThumbprintList": [THUMBPRINT]}
    arn = iam.create_open_id_connect_provider(**given)["OpenIDConnectProviderArn"]
    assert arn == f"arn:aws:iam::{account_id}:oidc-provider/{unique}.example.com/realm"
    with refused("EntityAlreadyExists", f"Provider with url {url} already exists."):
        iam.create_open_id_connect_provider(**given)
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="b")
    iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="a")
    read = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (read["Url"], read["ClientIDList"]) == (f"{unique}.example.com/realm", ["b"])
    assert {"Arn": arn} in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    with refused("NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}"):
        iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    with refused("NoSuchEntity", f"OpenId connect Provider {arn} cannot be found."):
        iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def test_a_service_linked_role_is_only_its_services(client, new_account):
    iam = client("iam", credentials=new_account().credentials)
    role = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")["Role"]
    assert role["Path"] == "/aws-service-role/autoscaling.amazonaws.com/"
    name = role["RoleName"]
    assert name == "AWSServiceRoleForAutoScaling"
    with refused("UnmodifiableEntity"):
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=text(allow("*")))
    with refused("UnmodifiableEntity"):
        iam.delete_role(RoleName=name)
    with refused("InvalidInput"):
        iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")
    iam.update_role(RoleName=name, Description="scales the shop")
    iam.tag_role(RoleName=name, Tags=[{"Key": "team", "Value": "shop"}])
    role = iam.get_role(RoleName=name)["Role"]
    assert (role["Description"], role["Tags"]) == ("scales the shop", [{"Key": "team", "Value": "shop"}])
    with refused("UnmodifiableEntity"):
        iam.update_role(RoleName=name, MaxSessionDuration=7200)
    task = iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"


def test_the_credential_report_has_a_line_for_root_and_each_user(iam, new_user):
    name = new_user()[0].split("/")[-1]
    iam.generate_credential_report()
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    lines = iam.get_credential_report()["Content"].decode().splitlines()
    assert lines[0].startswith("user,arn,user_creation_time,password_enabled")
    assert lines[1].startswith("<root_account>,")
    (line,) = [line for line in lines if line.startswith(f"{name},")]
    assert all(len(line.split(",")) == len(lines[0].split(",")) for line in lines)
    assert line.split(",")[8] == "true", "its first access key is active"


def test_without_a_credential_report_there_is_none_to_get(client, new_account):
    iam = client("iam", credentials=new_account().credentials)
    with refused("ReportNotPresent", "", status=410):
        iam.get_credential_report()
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    assert iam.get_credential_report()["ReportFormat"] == "text/csv"


def test_the_version_of_the_global_endpoints_tokens_is_kept(client, new_account):
    iam = client("iam", credentials=new_account().credentials)
    assert iam.get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"] == 1
    iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v2Token")
    assert iam.get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"] == 2


def test_an_instance_profile_tells_its_role_in_brief(iam, unique):
    trust = text({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName=unique, AssumeRolePolicyDocument=trust, Description="d")
    iam.create_instance_profile(InstanceProfileName=unique)
    iam.add_role_to_instance_profile(InstanceProfileName=unique, RoleName=unique)
    profile = iam.get_instance_profile(InstanceProfileName=unique)["InstanceProfile"]
    assert profile["Tags"] == []
    (role,) = profile["Roles"]
    assert set(role) == {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}


def test_tags_of_a_policy_come_back_as_given_and_are_listed_short_keys_first(iam, unique):
    tags = [{"Key": key, "Value": "v"} for key in ("abc", "b", "z", "a")]
    made = iam.create_policy(PolicyName=unique, PolicyDocument=text(allow("kms:*")), Tags=tags)["Policy"]
    assert made["Tags"] == tags
    first = iam.list_policy_tags(PolicyArn=made["Arn"], MaxItems=3)
    rest = iam.list_policy_tags(PolicyArn=made["Arn"], Marker=first["Marker"])
    assert [tag["Key"] for tag in first["Tags"] + rest["Tags"]] == ["a", "b", "z", "abc"]


def test_entities_of_a_policy_are_told_by_kind_and_usage(iam, new_user, unique):
    arn = iam.create_policy(PolicyName=unique, PolicyDocument=text(allow("kms:*")))["Policy"]["Arn"]
    name = new_user()[0].split("/")[-1]
    iam.create_group(GroupName=unique)
    iam.attach_group_policy(GroupName=unique, PolicyArn=arn)
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=arn)
    found = iam.list_entities_for_policy(PolicyArn=arn)
    assert [g["GroupName"] for g in found["PolicyGroups"]] == [unique]
    assert [u["UserName"] for u in found["PolicyUsers"]] == [name]
    only = iam.list_entities_for_policy(PolicyArn=arn, PolicyUsageFilter="PermissionsPolicy")
    assert only["PolicyUsers"] == []
    with refused("DeleteConflict"):
        iam.delete_policy(PolicyArn=arn)


@pytest.mark.parametrize("again", [False, True], ids=["gone", "made-again"])
def test_trust_in_a_deleted_user_becomes_its_unique_id(iam, unique, again):
    user = iam.create_user(UserName=unique)["User"]
    trust = text({"Effect": "Allow", "Principal": {"AWS": user["Arn"]}, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName=unique, AssumeRolePolicyDocument=trust)
    iam.delete_user(UserName=unique)
    if again:
        iam.create_user(UserName=unique)
    shown = iam.get_role(RoleName=unique)["Role"]["AssumeRolePolicyDocument"]
    assert shown["Statement"][0]["Principal"]["AWS"] == user["UserId"]


def test_a_renamed_group_keeps_members_and_policies(iam, new_user, unique):
    name = new_user()[0].split("/")[-1]
    arn = iam.create_policy(PolicyName=unique, PolicyDocument=text(allow("kms:*")))["Policy"]["Arn"]
    iam.create_group(GroupName=unique)
    iam.add_user_to_group(GroupName=unique, UserName=name)
    iam.attach_group_policy(GroupName=unique, PolicyArn=arn)
    iam.update_group(GroupName=unique, NewGroupName=f"{unique}-new")
    assert [g["GroupName"] for g in iam.list_groups_for_user(UserName=name)["Groups"]] == [f"{unique}-new"]
    found = iam.list_entities_for_policy(PolicyArn=arn)["PolicyGroups"]
    assert [g["GroupName"] for g in found] == [f"{unique}-new"]


def test_matched_statements_say_where_they_stand(iam):
    given = '{"Version": "2012-10-17",\n "Statement": [\n  {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}'
    answer = iam.simulate_custom_policy(PolicyInputList=[given], ActionNames=["kms:Encrypt"])
    (matched,) = answer["EvaluationResults"][0]["MatchedStatements"]
    assert matched["SourcePolicyId"] == "PolicyInputList.1"
    # Where what lies behind the bracket of the list begins, as in the examples of the AWS CLI.
    assert matched["StartPosition"] == {"Line": 2, "Column": 16}


def test_context_keys_of_documents_and_principals(iam, new_user):
    condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    given = {"Version": "2012-10-17", "Statement": [allow("kms:*", condition=condition)]}
    arn, _ = new_user(given)
    keys = iam.get_context_keys_for_principal_policy(PolicySourceArn=arn)["ContextKeyNames"]
    assert keys == ["aws:PrincipalTag/team"]
    assert iam.get_context_keys_for_custom_policy(PolicyInputList=[text(allow("a:b"))])["ContextKeyNames"] == []
