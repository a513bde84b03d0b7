"""IAM users, their access keys and groups."""

import re

import pytest

from aws_clients import refused
from haechi_server import Credentials
from policies import allow, text


@pytest.fixture
def user(iam, unique):
    return iam.create_user(UserName=unique)["User"]


def test_a_user_has_an_arn_an_id_and_a_path(iam, unique, account_id):
    made = iam.create_user(UserName=unique, Path="/team/red/")["User"]
    assert made["Arn"] == f"arn:aws:iam::{account_id}:user/team/red/{unique}"
    assert re.fullmatch("AIDA[A-Z2-7]{17}", made["UserId"])
    assert made["Path"] == "/team/red/"
    assert iam.get_user(UserName=unique)["User"] == made


def test_a_name_is_taken_once_whatever_the_case(iam, user):
    name = user["UserName"]
    for again in (name, name.upper()):
        with refused("EntityAlreadyExists", status=409):
            iam.create_user(UserName=again)


def test_a_user_that_is_not_there_is_no_such_entity(iam, unique):
    with refused("NoSuchEntity", f"The user with name {unique} cannot be found.", status=404):
        iam.get_user(UserName=unique)


def test_a_user_with_belongings_cannot_be_deleted(iam, user):
    name = user["UserName"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    with refused("DeleteConflict", status=409):
        iam.delete_user(UserName=name)
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=text(allow("kms:*")))
    with refused("DeleteConflict"):
        iam.delete_user(UserName=name)
    iam.delete_user_policy(UserName=name, PolicyName="p")
    iam.delete_user(UserName=name)
    with refused("NoSuchEntity"):
        iam.get_user(UserName=name)


def test_list_users_filters_by_path_and_pages(iam, unique):
    path = f"/{unique}/"
    made = {iam.create_user(UserName=f"{unique}-{i}", Path=path)["User"]["UserName"] for i in range(5)}
    pages = list(iam.get_paginator("list_users").paginate(PathPrefix=path, PaginationConfig={"PageSize": 2}))
    assert len(pages) == 3
    assert {user["UserName"] for page in pages for user in page["Users"]} == made


def test_a_renamed_user_keeps_its_id_and_belongings(iam, user, unique):
    iam.put_user_policy(UserName=user["UserName"], PolicyName="p", PolicyDocument=text(allow("kms:*")))
    iam.update_user(UserName=user["UserName"], NewUserName=f"{unique}-new", NewPath="/new/")
    renamed = iam.get_user(UserName=f"{unique}-new")["User"]
    assert renamed["UserId"] == user["UserId"]
    assert renamed["Arn"].endswith(f"user/new/{unique}-new")
    assert iam.list_user_policies(UserName=f"{unique}-new")["PolicyNames"] == ["p"]


def test_tags_are_added_and_removed(iam, user):
    name = user["UserName"]
    iam.tag_user(UserName=name, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam.untag_user(UserName=name, TagKeys=["a"])
    assert iam.list_user_tags(UserName=name)["Tags"] == [{"Key": "b", "Value": "2"}]


class TestAccessKeys:
    def test_a_new_key_works_at_once(self, iam, client, user):
        made = iam.create_access_key(UserName=user["UserName"])["AccessKey"]
        assert re.fullmatch("AKIA[A-Z2-7]{16}", made["AccessKeyId"])
        assert len(made["SecretAccessKey"]) == 40
        caller = client("sts", credentials=Credentials.from_iam(made)).get_caller_identity()
        assert caller["Arn"] == user["Arn"]
        assert caller["UserId"] == user["UserId"]

    def test_an_inactive_key_is_refused_until_it_is_active_again(self, iam, client, user):
        made = iam.create_access_key(UserName=user["UserName"])["AccessKey"]
        sts = client("sts", credentials=Credentials.from_iam(made))
        key = {"UserName": user["UserName"], "AccessKeyId": made["AccessKeyId"]}
        iam.update_access_key(Status="Inactive", **key)
        with refused("InvalidClientTokenId", "The security token included in the request is invalid.", status=403):
            sts.get_caller_identity()
        iam.update_access_key(Status="Active", **key)
        sts.get_caller_identity()

    def test_a_deleted_key_is_refused(self, iam, client, user):
        made = iam.create_access_key(UserName=user["UserName"])["AccessKey"]
        sts = client("sts", credentials=Credentials.from_iam(made))
        sts.get_caller_identity()
        iam.delete_access_key(UserName=user["UserName"], AccessKeyId=made["AccessKeyId"])
        with refused("InvalidClientTokenId"):
            sts.get_caller_identity()

    def test_two_keys_are_the_limit(self, iam, user):
        for _ in range(2):
            iam.create_access_key(UserName=user["UserName"])
        with refused("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", status=409):
            iam.create_access_key(UserName=user["UserName"])

    def test_the_secret_is_shown_once(self, iam, user):
        iam.create_access_key(UserName=user["UserName"])
        (listed,) = iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]
        assert "SecretAccessKey" not in listed
        assert listed["Status"] == "Active"


class TestGroups:
    def test_members_have_the_permissions_of_the_group(self, iam, client, user, unique, shared_encrypt):
        credentials = Credentials.from_iam(iam.create_access_key(UserName=user["UserName"])["AccessKey"])
        iam.create_group(GroupName=unique)
        iam.put_group_policy(GroupName=unique, PolicyName="p", PolicyDocument=text(allow("kms:Encrypt")))
        with refused("AccessDeniedException"):
            shared_encrypt(credentials)
        iam.add_user_to_group(GroupName=unique, UserName=user["UserName"])
        shared_encrypt(credentials)
        assert [g["GroupName"] for g in iam.list_groups_for_user(UserName=user["UserName"])["Groups"]] == [unique]
        assert [u["UserName"] for u in iam.get_group(GroupName=unique)["Users"]] == [user["UserName"]]
        iam.remove_user_from_group(GroupName=unique, UserName=user["UserName"])
        with refused("AccessDeniedException"):
            shared_encrypt(credentials)

    def test_a_group_with_members_cannot_be_deleted(self, iam, user, unique):
        iam.create_group(GroupName=unique)
        iam.add_user_to_group(GroupName=unique, UserName=user["UserName"])
        with refused("DeleteConflict"):
            iam.delete_group(GroupName=unique)
        iam.remove_user_from_group(GroupName=unique, UserName=user["UserName"])
        iam.delete_group(GroupName=unique)
        with refused("NoSuchEntity", f"The group with name {unique} cannot be found."):
            iam.get_group(GroupName=unique)
