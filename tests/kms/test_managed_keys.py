"""AWS managed keys: made when first asked for, used by services alone, beyond anybody's control."""

import json

import pytest

from aws_clients import refused

ALIAS = "alias/aws/ebs"


@pytest.fixture
def managed(kms):
    """DescribeKey of a predefined alias makes its key, as AWS documents."""
    return kms.describe_key(KeyId=ALIAS)["KeyMetadata"]


def test_its_manager_is_aws(kms, managed):
    assert managed["KeyManager"] == "AWS"
    assert managed["KeyState"] == "Enabled"
    assert managed["KeySpec"] == "SYMMETRIC_DEFAULT"
    assert kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"] == managed["KeyId"]


def test_every_account_and_region_has_its_own(client, managed, other_account):
    for other in (client("kms", region="eu-north-1"), client("kms", credentials=other_account.credentials)):
        assert other.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"] != managed["KeyId"]


def test_its_alias_is_listed(kms, managed):
    pages = kms.get_paginator("list_aliases").paginate()
    targets = {entry["AliasName"]: entry.get("TargetKeyId") for page in pages for entry in page["Aliases"]}
    assert targets[ALIAS] == managed["KeyId"]


def test_its_policy_lets_only_the_service_use_it(kms, managed, account_id):
    statements = json.loads(kms.get_key_policy(KeyId=managed["KeyId"])["Policy"])["Statement"]
    use = next(s for s in statements if "kms:Encrypt" in s["Action"])
    assert use["Condition"]["StringEquals"] == {
        "kms:CallerAccount": account_id,
        "kms:ViaService": "ec2.ap-northeast-2.amazonaws.com",
    }


def test_it_rotates_by_itself(kms, managed):
    assert kms.get_key_rotation_status(KeyId=managed["KeyId"])["KeyRotationEnabled"] is True


@pytest.mark.parametrize(
    "call",
    [
        lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"x"),
        lambda kms, key: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
        lambda kms, key: kms.disable_key(KeyId=key),
        lambda kms, key: kms.schedule_key_deletion(KeyId=key),
        lambda kms, key: kms.disable_key_rotation(KeyId=key),
        lambda kms, key: kms.rotate_key_on_demand(KeyId=key),
        lambda kms, key: kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}]),
        lambda kms, key: kms.put_key_policy(KeyId=key, Policy=kms.get_key_policy(KeyId=key)["Policy"]),
        lambda kms, key: kms.update_key_description(KeyId=key, Description="mine"),
        lambda kms, key: kms.create_alias(AliasName="alias/mine-not-theirs", TargetKeyId=key),
    ],
)
def test_nobody_uses_or_changes_it_directly(kms, managed, call):
    with pytest.raises(kms.exceptions.ClientError) as caught:
        call(kms, managed["KeyId"])
    assert caught.value.response["Error"]["Code"] in {
        "AccessDeniedException",
        "NotAuthorizedException",
        "UnsupportedOperationException",
        "ValidationException",
    }
    assert kms.describe_key(KeyId=managed["KeyId"])["KeyMetadata"]["KeyState"] == "Enabled"


def test_its_alias_can_be_neither_moved_nor_deleted(kms, managed, key_id):
    with refused("NotAuthorizedException"):
        kms.update_alias(AliasName=ALIAS, TargetKeyId=key_id)
    with refused("NotAuthorizedException"):
        kms.delete_alias(AliasName=ALIAS)
    assert kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"] == managed["KeyId"]


def test_an_alias_of_no_service_is_not_found(kms):
    with refused("NotFoundException"):
        kms.describe_key(KeyId="alias/aws/no-such-service")
