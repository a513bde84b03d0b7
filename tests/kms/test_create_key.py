"""CreateKey and DescribeKey: what a key is from its first moment."""

import datetime
import json
import re

import pytest

from aws_clients import SEOUL, refused
from policies import allow, root_of, text

RSA_SIGNING = {f"RSASSA_{padding}_SHA_{bits}" for padding in ("PSS", "PKCS1_V1_5") for bits in (256, 384, 512)}
SPECS = [
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", {"SYMMETRIC_DEFAULT"}),
    *[
        (spec, "ENCRYPT_DECRYPT", "EncryptionAlgorithms", {"RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"})
        for spec in ("RSA_2048", "RSA_3072", "RSA_4096")
    ],
    ("RSA_2048", "SIGN_VERIFY", "SigningAlgorithms", RSA_SIGNING),
    ("ECC_NIST_P256", "SIGN_VERIFY", "SigningAlgorithms", {"ECDSA_SHA_256"}),
    ("ECC_NIST_P384", "SIGN_VERIFY", "SigningAlgorithms", {"ECDSA_SHA_384"}),
    ("ECC_NIST_P521", "SIGN_VERIFY", "SigningAlgorithms", {"ECDSA_SHA_512"}),
    ("ECC_SECG_P256K1", "SIGN_VERIFY", "SigningAlgorithms", {"ECDSA_SHA_256"}),
    ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "SigningAlgorithms", {"ED25519_SHA_512", "ED25519_PH_SHA_512"}),
    *[(f"ML_DSA_{n}", "SIGN_VERIFY", "SigningAlgorithms", {"ML_DSA_SHAKE_256"}) for n in (44, 65, 87)],
    *[(f"HMAC_{n}", "GENERATE_VERIFY_MAC", "MacAlgorithms", {f"HMAC_SHA_{n}"}) for n in (224, 256, 384, 512)],
    *[(f"ECC_NIST_P{n}", "KEY_AGREEMENT", "KeyAgreementAlgorithms", {"ECDH"}) for n in (256, 384, 521)],
    *[(f"ML_KEM_{n}", "ENCAPSULATE_DECAPSULATE", "EncapsulationAlgorithms", {"ML_KEM"}) for n in (512, 768, 1024)],
]
ALGORITHM_LISTS = {
    "EncryptionAlgorithms",
    "SigningAlgorithms",
    "MacAlgorithms",
    "KeyAgreementAlgorithms",
    "EncapsulationAlgorithms",
}


def test_a_key_without_parameters_is_symmetric_enabled_and_single_region(kms, account_id):
    key = kms.create_key()["KeyMetadata"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", key["KeyId"])
    assert key["Arn"] == f"arn:aws:kms:{SEOUL}:{account_id}:key/{key['KeyId']}"
    assert key["AWSAccountId"] == account_id
    assert key["KeySpec"] == key["CustomerMasterKeySpec"] == "SYMMETRIC_DEFAULT"
    assert key["KeyUsage"] == "ENCRYPT_DECRYPT"
    assert key["KeyState"] == "Enabled" and key["Enabled"] is True
    assert key["KeyManager"] == "CUSTOMER"
    assert key["Origin"] == "AWS_KMS"
    assert key["MultiRegion"] is False
    assert key["Description"] == ""
    assert key["EncryptionAlgorithms"] == ["SYMMETRIC_DEFAULT"]
    assert re.fullmatch("[0-9a-f]{64}", key["CurrentKeyMaterialId"])
    age = datetime.datetime.now(datetime.UTC) - key["CreationDate"]
    assert abs(age.total_seconds()) < 60
    absent = {"DeletionDate", "ValidTo", "ExpirationModel", "CustomKeyStoreId", "MultiRegionConfiguration"}
    assert not absent & key.keys()


@pytest.mark.parametrize("spec, usage, member, algorithms", SPECS)
def test_a_key_lists_the_algorithms_of_its_spec_and_usage(shared_key, spec, usage, member, algorithms):
    key = shared_key(spec, usage)
    assert (key["KeySpec"], key["KeyUsage"]) == (spec, usage)
    assert set(key[member]) == algorithms
    assert ALGORITHM_LISTS & key.keys() == {member}
    assert ("CurrentKeyMaterialId" in key) == (spec == "SYMMETRIC_DEFAULT")


def test_describe_key_returns_what_create_key_returned(kms):
    created = kms.create_key(Description="billing")["KeyMetadata"]
    for name in (created["KeyId"], created["Arn"]):
        assert kms.describe_key(KeyId=name)["KeyMetadata"] == created


def test_describe_key_finds_a_key_by_alias_name_and_alias_arn(kms, new_key, new_alias, account_id):
    key = new_key()
    alias = new_alias(key["KeyId"])
    for name in (alias, f"arn:aws:kms:{SEOUL}:{account_id}:{alias}"):
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == key["Arn"]


def test_the_older_parameter_for_the_spec_still_works(kms):
    key = kms.create_key(CustomerMasterKeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    assert key["KeySpec"] == "ECC_NIST_P256"


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256", "HMAC_256", "ML_DSA_44", "ML_KEM_768"])
def test_every_spec_but_the_symmetric_needs_a_usage(kms, spec):
    message = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
    with refused("ValidationException", message):
        kms.create_key(KeySpec=spec)


@pytest.mark.parametrize(
    "spec, usage",
    [
        ("SYMMETRIC_DEFAULT", "SIGN_VERIFY"),
        ("ECC_SECG_P256K1", "KEY_AGREEMENT"),
        ("ECC_NIST_P256", "ENCRYPT_DECRYPT"),
        ("HMAC_256", "ENCRYPT_DECRYPT"),
        ("RSA_2048", "GENERATE_VERIFY_MAC"),
        ("ML_DSA_44", "ENCRYPT_DECRYPT"),
        ("ML_KEM_768", "KEY_AGREEMENT"),
        ("ECC_NIST_EDWARDS25519", "KEY_AGREEMENT"),
    ],
)
def test_a_usage_that_the_spec_cannot_do_is_refused(kms, spec, usage):
    with refused("ValidationException", matching=f"KeyUsage {usage} is not compatible with KeySpec {spec}"):
        kms.create_key(KeySpec=spec, KeyUsage=usage)


def test_sm2_is_for_china_regions_only(kms):
    with refused("UnsupportedOperationException"):
        kms.create_key(KeySpec="SM2", KeyUsage="SIGN_VERIFY")


def test_the_default_policy_delegates_to_the_account(kms, key_id, account_id):
    answer = kms.get_key_policy(KeyId=key_id)
    assert answer["PolicyName"] == "default"
    assert json.loads(answer["Policy"]) == {
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [
            {
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": {"AWS": root_of(account_id)},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }


def test_a_policy_given_at_creation_is_kept(kms, account_id):
    policy = text(allow("kms:*", principal=root_of(account_id), sid="mine"))
    key = kms.create_key(Policy=policy)["KeyMetadata"]
    assert json.loads(kms.get_key_policy(KeyId=key["KeyId"])["Policy"]) == json.loads(policy)


def test_tags_given_at_creation_are_kept(kms):
    tags = [{"TagKey": "team", "TagValue": "red"}, {"TagKey": "empty", "TagValue": ""}]
    key = kms.create_key(Tags=tags)["KeyMetadata"]
    kept = kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
    assert sorted(kept, key=str) == sorted(tags, key=str)


def test_update_key_description_changes_the_description(kms, key_id):
    kms.update_key_description(KeyId=key_id, Description="후추 🔑")
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["Description"] == "후추 🔑"


def test_a_key_of_one_region_is_not_found_in_another(client, key_id, account_id):
    elsewhere = client("kms", region="ap-southeast-1")
    arn = f"arn:aws:kms:ap-southeast-1:{account_id}:key/{key_id}"
    with refused("NotFoundException", f"Key '{arn}' does not exist"):
        elsewhere.describe_key(KeyId=key_id)


def test_an_arn_of_another_region_is_invalid(client, new_key):
    arn = new_key()["Arn"]
    with refused("NotFoundException", f"Invalid arn {SEOUL}"):
        client("kms", region="ap-southeast-1").describe_key(KeyId=arn)


@pytest.mark.parametrize("name", ["fake-key-id", "134f2428cec14b25a1ae9048164dba47", "mrk-fake-key-id"])
def test_a_malformed_key_id_is_an_invalid_key_id(kms, name):
    with refused("NotFoundException", f"Invalid keyId '{name}'", status=400):
        kms.describe_key(KeyId=name)


@pytest.mark.parametrize("name", ["134f2428-cec1-4b25-a1ae-9048164dba47", "mrk-d3b95762d3b95762d3b95762d3b95762"])
def test_a_well_formed_key_id_that_is_not_there_does_not_exist(kms, name, account_id):
    with refused("NotFoundException", f"Key 'arn:aws:kms:{SEOUL}:{account_id}:key/{name}' does not exist"):
        kms.describe_key(KeyId=name)


def test_an_alias_that_is_not_there_is_not_found(kms, account_id, unique):
    with refused("NotFoundException", f"Alias arn:aws:kms:{SEOUL}:{account_id}:alias/{unique} is not found."):
        kms.describe_key(KeyId=f"alias/{unique}")


def test_list_keys_shows_ids_and_arns(kms, new_key):
    key = new_key()
    listed = [entry for page in kms.get_paginator("list_keys").paginate() for entry in page["Keys"]]
    assert {"KeyId": key["KeyId"], "KeyArn": key["Arn"]} in listed


def test_custom_ids_by_tag_are_honoured_only_when_asked_for(kms, new_server, client):
    wanted = "00000000-1111-2222-3333-444444444444"
    tags = [{"TagKey": "_custom_id_", "TagValue": wanted}]
    assert kms.create_key(Tags=tags)["KeyMetadata"]["KeyId"] != wanted
    permissive = client("kms", on=new_server("--allow-custom-ids"))
    assert permissive.create_key(Tags=tags)["KeyMetadata"]["KeyId"] == wanted
