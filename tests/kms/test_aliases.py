"""Aliases: names for keys within an account and Region."""

import pytest

from aws_clients import SEOUL, refused


def listed(kms, **parameters):
    pages = kms.get_paginator("list_aliases").paginate(**parameters)
    return {entry["AliasName"]: entry for page in pages for entry in page["Aliases"]}


def test_an_alias_stands_for_its_key(kms, shared_key, key_id, new_alias):
    alias = new_alias(key_id)
    blob = kms.encrypt(KeyId=alias, Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["KeyId"].endswith(key_id)


def test_an_alias_is_listed_with_its_key_and_times(kms, key_id, new_alias, account_id):
    alias = new_alias(key_id)
    entry = listed(kms, KeyId=key_id)[alias]
    assert entry["AliasArn"] == f"arn:aws:kms:{SEOUL}:{account_id}:{alias}"
    assert entry["TargetKeyId"] == key_id
    assert entry["CreationDate"] == entry["LastUpdatedDate"]
    assert listed(kms)[alias] == entry


def test_listing_by_key_shows_no_other_keys_alias(kms, new_key, new_alias):
    mine, other = new_key()["KeyId"], new_key()["KeyId"]
    new_alias(other)
    alias = new_alias(mine)
    assert set(listed(kms, KeyId=mine)) == {alias}


def test_one_key_has_many_aliases(kms, key_id, new_alias):
    aliases = {new_alias(key_id) for _ in range(5)}
    assert set(listed(kms, KeyId=key_id)) == aliases


def test_the_fifty_first_alias_of_a_key_exceeds_the_quota(kms, key_id, new_alias):
    for _ in range(50):
        new_alias(key_id)
    with refused("LimitExceededException"):
        new_alias(key_id)


def test_the_same_name_again_already_exists(kms, key_id, new_alias, account_id):
    alias = new_alias(key_id)
    message = f"An alias with the name arn:aws:kms:{SEOUL}:{account_id}:{alias} already exists"
    with refused("AlreadyExistsException", message):
        kms.create_alias(AliasName=alias, TargetKeyId=key_id)


def test_the_same_name_is_free_in_another_region_and_account(client, new_key, unique, other_account):
    name = f"alias/{unique}"
    owners = [client("kms"), client("kms", region="eu-north-1"), client("kms", credentials=other_account.credentials)]
    for kms in owners:
        kms.create_alias(AliasName=name, TargetKeyId=new_key(by=kms)["KeyId"])
    assert len({kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] for kms in owners}) == 3


def test_update_alias_moves_the_name(kms, new_key, new_alias):
    first, second = new_key(), new_key()
    alias = new_alias(first["KeyId"])
    kms.update_alias(AliasName=alias, TargetKeyId=second["KeyId"])
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"] == second["KeyId"]
    entry = listed(kms, KeyId=second["KeyId"])[alias]
    assert entry["LastUpdatedDate"] >= entry["CreationDate"]
    assert not listed(kms, KeyId=first["KeyId"])


@pytest.mark.parametrize(
    "other",
    [
        {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
        {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"},
    ],
    ids=str,
)
def test_update_alias_keeps_to_the_same_kind_of_key(kms, key_id, new_key, new_alias, other):
    alias = new_alias(key_id)
    with refused("ValidationException"):
        kms.update_alias(AliasName=alias, TargetKeyId=new_key(**other)["KeyId"])


def test_update_of_a_name_that_is_not_there_is_not_found(kms, key_id, unique, account_id):
    message = f"Alias arn:aws:kms:{SEOUL}:{account_id}:alias/{unique} is not found."
    with refused("NotFoundException", message):
        kms.update_alias(AliasName=f"alias/{unique}", TargetKeyId=key_id)


def test_a_deleted_alias_is_not_found_and_its_key_stays(kms, key_id, new_alias, account_id):
    alias = new_alias(key_id)
    kms.delete_alias(AliasName=alias)
    with refused("NotFoundException", f"Alias arn:aws:kms:{SEOUL}:{account_id}:{alias} is not found."):
        kms.delete_alias(AliasName=alias)
    with refused("NotFoundException"):
        kms.describe_key(KeyId=alias)
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Enabled"


def test_a_name_without_the_prefix_is_refused(kms, key_id):
    message = (
        'Alias must start with the prefix "alias/". '
        "Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
    )
    with refused("ValidationException", message):
        kms.create_alias(AliasName="nothing", TargetKeyId=key_id)


@pytest.mark.parametrize("name", ["alias/aws/s3", "alias/aws/mine"])
def test_names_of_aws_can_be_neither_made_nor_changed(kms, key_id, name):
    with refused("NotAuthorizedException"):
        kms.create_alias(AliasName=name, TargetKeyId=key_id)


def test_an_alias_of_an_alias_is_refused(kms, key_id, new_alias, unique):
    alias = new_alias(key_id)
    with refused("ValidationException", "Aliases must refer to keys. Not aliases"):
        kms.create_alias(AliasName=f"alias/{unique}", TargetKeyId=alias)


@pytest.mark.parametrize("name", ["alias/my-alias!", "alias/my key", "alias/ключ"])
def test_a_name_with_other_characters_violates_the_pattern(client, key_id, name):
    message = (
        f"1 validation error detected: Value '{name}' at 'aliasName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$"
    )
    with refused("ValidationException", message):
        client("kms", validate=False).create_alias(AliasName=name, TargetKeyId=key_id)


def test_a_name_with_a_colon_is_refused(kms, key_id, unique):
    name = f"alias/{unique}:b"
    with refused("ValidationException", f"{name} contains invalid characters for an alias"):
        kms.create_alias(AliasName=name, TargetKeyId=key_id)


def test_an_alias_for_a_key_that_is_not_there_is_refused(kms, unique, account_id):
    ghost = "134f2428-cec1-4b25-a1ae-9048164dba47"
    with refused("NotFoundException", f"Key 'arn:aws:kms:{SEOUL}:{account_id}:key/{ghost}' does not exist"):
        kms.create_alias(AliasName=f"alias/{unique}", TargetKeyId=ghost)
