"""IAM roles, trust policies and instance profiles."""

import re

import pytest

from aws_clients import refused
from policies import allow, document, root_of, text


@pytest.fixture
def trust(account_id):
    return document({"Effect": "Allow", "Principal": {"AWS": root_of(account_id)}, "Action": "sts:AssumeRole"})


@pytest.fixture
def role(iam, unique, account_id):
    trust = text({"Effect": "Allow", "Principal": {"AWS": root_of(account_id)}, "Action": "sts:AssumeRole"})
    return iam.create_role(RoleName=unique, AssumeRolePolicyDocument=trust, Description="d")["Role"]


def test_a_role_has_an_arn_an_id_and_its_trust_policy(iam, role, unique, account_id, trust):
    assert role["Arn"] == f"arn:aws:iam::{account_id}:role/{unique}"
    assert re.fullmatch("AROA[A-Z2-7]{17}", role["RoleId"])
    read = iam.get_role(RoleName=unique)["Role"]
    assert read["AssumeRolePolicyDocument"] == trust
    assert (read["MaxSessionDuration"], read["Description"]) == (3600, "d")


def test_a_role_that_is_not_there_is_no_such_entity(iam, unique):
    with refused("NoSuchEntity", f"The role with name {unique} cannot be found.", status=404):
        iam.get_role(RoleName=unique)


def test_the_same_name_again_already_exists(iam, role, unique, trust):
    with refused("EntityAlreadyExists", f"Role with name {unique} already exists.", status=409):
        iam.create_role(RoleName=unique, AssumeRolePolicyDocument=text(*trust["Statement"]))


@pytest.mark.parametrize(
    "given",
    [
        "not json",
        text({"Effect": "Allow", "Action": "sts:AssumeRole"}),
        text({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Resource": "*"}),
        text({"Effect": "Allow", "Principal": {"Planet": "earth"}, "Action": "sts:AssumeRole"}),
    ],
)
def test_a_malformed_trust_policy_is_refused(iam, unique, given):
    with refused("MalformedPolicyDocument"):
        iam.create_role(RoleName=unique, AssumeRolePolicyDocument=given)


def test_a_trusted_principal_must_exist(iam, unique, account_id):
    ghost = f"arn:aws:iam::{account_id}:user/nobody-here"
    trust = text({"Effect": "Allow", "Principal": {"AWS": ghost}, "Action": "sts:AssumeRole"})
    with refused("MalformedPolicyDocument", matching="Invalid principal in policy"):
        iam.create_role(RoleName=unique, AssumeRolePolicyDocument=trust)


def test_the_trust_policy_can_be_replaced(iam, role, unique, account_id, other_account):
    trust = document({"Effect": "Allow", "Principal": {"AWS": root_of(other_account.id)}, "Action": "sts:AssumeRole"})
    iam.update_assume_role_policy(RoleName=unique, PolicyDocument=text(*trust["Statement"]))
    assert iam.get_role(RoleName=unique)["Role"]["AssumeRolePolicyDocument"] == trust


def test_a_role_with_policies_cannot_be_deleted(iam, role, unique):
    iam.put_role_policy(RoleName=unique, PolicyName="p", PolicyDocument=text(allow("kms:*")))
    with refused("DeleteConflict", "Cannot delete entity, must delete policies first."):
        iam.delete_role(RoleName=unique)
    iam.delete_role_policy(RoleName=unique, PolicyName="p")
    iam.delete_role(RoleName=unique)


def test_the_session_duration_has_bounds(iam, role, unique):
    iam.update_role(RoleName=unique, MaxSessionDuration=43200)
    assert iam.get_role(RoleName=unique)["Role"]["MaxSessionDuration"] == 43200
    with refused("ValidationError"):
        iam.update_role(RoleName=unique, MaxSessionDuration=43201)


def test_an_instance_profile_holds_one_role(iam, role, unique):
    made = iam.create_instance_profile(InstanceProfileName=unique)["InstanceProfile"]
    assert re.fullmatch("AIPA[A-Z2-7]{17}", made["InstanceProfileId"])
    iam.add_role_to_instance_profile(InstanceProfileName=unique, RoleName=unique)
    held = iam.get_instance_profile(InstanceProfileName=unique)["InstanceProfile"]["Roles"]
    assert [r["RoleName"] for r in held] == [unique]
    with refused("LimitExceeded"):
        iam.add_role_to_instance_profile(InstanceProfileName=unique, RoleName=unique)
    with refused("DeleteConflict"):
        iam.delete_instance_profile(InstanceProfileName=unique)
    iam.remove_role_from_instance_profile(InstanceProfileName=unique, RoleName=unique)
    iam.delete_instance_profile(InstanceProfileName=unique)


def test_tags_of_a_role(iam, role, unique):
    iam.tag_role(RoleName=unique, Tags=[{"Key": "a", "Value": "1"}])
    assert iam.list_role_tags(RoleName=unique)["Tags"] == [{"Key": "a", "Value": "1"}]


def test_accounts_do_not_see_each_others_roles(client, role, unique, other_account):
    with refused("NoSuchEntity"):
        client("iam", credentials=other_account.credentials).get_role(RoleName=unique)


def test_iam_answers_the_same_in_every_region(client, role, unique):
    for region in ("us-east-1", "eu-north-1"):
        assert client("iam", region=region).get_role(RoleName=unique)["Role"]["RoleId"] == role["RoleId"]


def test_the_account_alias_is_set_listed_and_deleted(client, new_account, unique):
    iam = client("iam", credentials=new_account().credentials)
    iam.create_account_alias(AccountAlias=unique)
    assert iam.list_account_aliases()["AccountAliases"] == [unique]
    iam.delete_account_alias(AccountAlias=unique)
    assert iam.list_account_aliases()["AccountAliases"] == []
