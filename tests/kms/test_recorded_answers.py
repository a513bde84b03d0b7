"""Answers that public test suites recorded from AWS, word for word, where another wording would do as well."""

import pytest

from aws_clients import STOCKHOLM, refused

VALUE = "1 validation error detected: Value "


def test_the_values_of_an_enumeration_stand_in_the_recorded_order(client, shared_key):
    message = (
        f"{VALUE}'INVALID' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: "
        "[HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512]"
    )
    with refused("ValidationException", message):
        client("kms", validate=False).generate_mac(
            KeyId=shared_key("HMAC_256")["KeyId"], Message=b"m", MacAlgorithm="INVALID"
        )


def test_a_replica_is_being_created_when_replicate_key_answers(client, kms):
    primary = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    answer = kms.replicate_key(KeyId=primary, ReplicaRegion=STOCKHOLM)
    made = answer["ReplicaKeyMetadata"]
    assert (made["KeyState"], made["Enabled"]) == ("Creating", False)
    assert "ReplicaTags" not in answer
    north = client("kms", region=STOCKHOLM)
    assert north.describe_key(KeyId=primary)["KeyMetadata"]["KeyState"] == "Enabled"
    with refused("UnsupportedOperationException", f"{made['Arn']} is not a multi-region primary key."):
        north.replicate_key(KeyId=primary, ReplicaRegion="us-east-2")


def test_a_key_that_never_rotates_is_refused_without_a_reason_and_after_its_state(kms, new_key):
    key = new_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    with refused("UnsupportedOperationException", ""):
        kms.rotate_key_on_demand(KeyId=key["KeyId"])
    kms.disable_key(KeyId=key["KeyId"])
    with refused("DisabledException", f"{key['Arn']} is disabled."):
        kms.rotate_key_on_demand(KeyId=key["KeyId"])


def test_a_public_key_that_is_none_is_refused_without_a_reason(kms, shared_key):
    key = shared_key("ECC_NIST_P256", "KEY_AGREEMENT")["KeyId"]
    with refused("ValidationException", ""):
        kms.derive_shared_secret(KeyId=key, KeyAgreementAlgorithm="ECDH", PublicKey=b"InvalidPublicKey")


@pytest.mark.parametrize("name", ["fake-key-id", "134f2428cec14b25a1ae9048164dba47", "mrk-fake-key-id"])
def test_a_text_that_is_no_key_id_is_quoted(kms, name):
    with refused("NotFoundException", f"Invalid keyId '{name}'"):
        kms.describe_key(KeyId=name)
