"""KMS's condition keys, each with a request that meets it and one that doesn't."""

import pytest

from aws_clients import refused
from policies import allow, delegates_to_iam, deny, document, text


@pytest.fixture
def user(new_user, client):
    """A KMS client of a user whose one statement has this condition."""

    def make(action, condition, resource="*"):
        _, credentials = new_user(document(allow(action, resource, condition=condition)))
        return client("kms", credentials=credentials)

    return make


def test_encryption_context_by_value(user, key_id):
    kms = user("kms:*", {"StringEquals": {"kms:EncryptionContext:team": "red"}})
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"team": "red", "more": "1"})["CiphertextBlob"]
    kms.decrypt(CiphertextBlob=blob, EncryptionContext={"team": "red", "more": "1"})
    for context in ({"team": "blue"}, {"Other": "red"}, {}):
        with refused("AccessDeniedException"):
            kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext=context)


def test_the_value_of_a_context_is_case_sensitive(user, key_id):
    kms = user("kms:Encrypt", {"StringEquals": {"kms:EncryptionContext:team": "red"}})
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"team": "RED"})


def test_encryption_context_keys(user, key_id):
    kms = user("kms:Encrypt", {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["a", "b"]}})
    kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"a": "1"})
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"a": "1", "c": "2"})


def test_a_context_may_be_required(user, key_id):
    kms = user("kms:Encrypt", {"Null": {"kms:EncryptionContextKeys": "false"}})
    kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"a": "1"})
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=key_id, Plaintext=b"x")


def test_encryption_algorithm(user, shared_key):
    kms = user("kms:Encrypt", {"StringEquals": {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}})
    rsa = shared_key("RSA_2048")["KeyId"]
    kms.encrypt(KeyId=rsa, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256")
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=rsa, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_1")
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x")


def test_signing_algorithm_and_message_type(user, shared_key):
    key_id = shared_key("RSA_2048", "SIGN_VERIFY")["KeyId"]
    condition = {"StringLike": {"kms:SigningAlgorithm": "RSASSA_PSS_*"}, "StringEquals": {"kms:MessageType": "RAW"}}
    kms = user("kms:Sign", condition)
    kms.sign(KeyId=key_id, Message=b"m", SigningAlgorithm="RSASSA_PSS_SHA_256")
    with refused("AccessDeniedException"):
        kms.sign(KeyId=key_id, Message=b"m", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256")
    with refused("AccessDeniedException"):
        kms.sign(KeyId=key_id, Message=bytes(32), MessageType="DIGEST", SigningAlgorithm="RSASSA_PSS_SHA_256")


def test_mac_algorithm(user, shared_key):
    kms = user("kms:GenerateMac", {"StringEquals": {"kms:MacAlgorithm": "HMAC_SHA_256"}})
    kms.generate_mac(KeyId=shared_key("HMAC_256")["KeyId"], Message=b"m", MacAlgorithm="HMAC_SHA_256")
    with refused("AccessDeniedException"):
        kms.generate_mac(KeyId=shared_key("HMAC_512")["KeyId"], Message=b"m", MacAlgorithm="HMAC_SHA_512")


def test_key_spec_usage_and_origin_at_creation(user):
    condition = {
        "StringEquals": {
            "kms:KeySpec": "ECC_NIST_P256",
            "kms:KeyUsage": "SIGN_VERIFY",
            "kms:KeyOrigin": "AWS_KMS",
        },
        "Bool": {"kms:MultiRegion": "false"},
    }
    kms = user("kms:CreateKey", condition)
    kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    for other in (
        {},
        {"KeySpec": "ECC_NIST_P384", "KeyUsage": "SIGN_VERIFY"},
        {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"},
        {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY", "Origin": "EXTERNAL"},
        {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY", "MultiRegion": True},
    ):
        with refused("AccessDeniedException", matching="kms:CreateKey"):
            kms.create_key(**other)


def test_key_spec_of_an_existing_key(user, shared_key):
    kms = user("kms:Encrypt", {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}})
    kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x")
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=shared_key("RSA_2048")["KeyId"], Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256")


def test_request_alias_is_the_name_in_the_request(user, key_id, new_alias):
    alias = new_alias(key_id)
    kms = user("kms:Encrypt", {"StringEquals": {"kms:RequestAlias": alias}})
    kms.encrypt(KeyId=alias, Plaintext=b"x")
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=key_id, Plaintext=b"x")


def test_resource_aliases_are_those_of_the_key(user, new_key, new_alias):
    named, other = new_key()["KeyId"], new_key()["KeyId"]
    alias = new_alias(named)
    kms = user("kms:Encrypt", {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}})
    kms.encrypt(KeyId=named, Plaintext=b"x")
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=other, Plaintext=b"x")


def test_caller_account(kms, new_user, client, account_id, other_account):
    _, credentials = new_user()
    allowed = [
        delegates_to_iam(account_id),
        allow("kms:Encrypt", principal="*", condition={"StringEquals": {"kms:CallerAccount": account_id}}),
    ]
    key = kms.create_key(Policy=text(*allowed))["KeyMetadata"]
    client("kms", credentials=credentials).encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    with refused("AccessDeniedException"):
        client("kms", credentials=other_account.credentials).encrypt(KeyId=key["Arn"], Plaintext=b"x")


def test_via_service_is_never_true_of_a_direct_call(kms, new_user, client, account_id, key_id):
    condition = {"StringEquals": {"kms:ViaService": "s3.ap-northeast-2.amazonaws.com"}}
    _, credentials = new_user(document(allow("kms:*", condition=condition)))
    with refused("AccessDeniedException"):
        client("kms", credentials=credentials).encrypt(KeyId=key_id, Plaintext=b"x")


def test_grants_for_aws_resources_only(user, key_id, account_id):
    kms = user("kms:CreateGrant", {"Bool": {"kms:GrantIsForAWSResource": "true"}})
    with refused("AccessDeniedException", matching="kms:CreateGrant"):
        kms.create_grant(KeyId=key_id, GranteePrincipal=f"arn:aws:iam::{account_id}:root", Operations=["Encrypt"])


def test_grant_operations_grantee_and_constraint_type(user, key_id, account_id):
    root = f"arn:aws:iam::{account_id}:root"
    condition = {
        "ForAllValues:StringEquals": {"kms:GrantOperations": ["Encrypt", "Decrypt"]},
        "StringEquals": {"kms:GranteePrincipal": root, "kms:GrantConstraintType": "EncryptionContextSubset"},
    }
    kms = user("kms:CreateGrant", condition)
    subset = {"EncryptionContextSubset": {"a": "1"}}
    kms.create_grant(KeyId=key_id, GranteePrincipal=root, Operations=["Encrypt"], Constraints=subset)
    for operations, constraints in (
        (["Encrypt", "DescribeKey"], subset),
        (["Encrypt"], {"EncryptionContextEquals": {"a": "1"}}),
    ):
        with refused("AccessDeniedException"):
            kms.create_grant(KeyId=key_id, GranteePrincipal=root, Operations=operations, Constraints=constraints)


def test_the_waiting_period_of_a_deletion(user, key_id):
    condition = {"NumericGreaterThanEquals": {"kms:ScheduleKeyDeletionPendingWindowInDays": "21"}}
    kms = user("kms:ScheduleKeyDeletion", condition)
    with refused("AccessDeniedException"):
        kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=21)


def test_the_rotation_period(user, key_id):
    kms = user("kms:EnableKeyRotation", {"NumericEquals": {"kms:RotationPeriodInDays": "180"}})
    with refused("AccessDeniedException"):
        kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=365)
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=180)


def test_bypassing_the_lockout_check(user, kms, key_id):
    policy = kms.get_key_policy(KeyId=key_id)["Policy"]
    careful = user("kms:PutKeyPolicy", {"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "false"}})
    careful.put_key_policy(KeyId=key_id, Policy=policy)
    with refused("AccessDeniedException"):
        careful.put_key_policy(KeyId=key_id, Policy=policy, BypassPolicyLockoutSafetyCheck=True)


def test_the_region_of_a_replica(user, kms):
    key_id = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    theirs = user(["kms:ReplicateKey", "kms:CreateKey"], {"StringEqualsIfExists": {"kms:ReplicaRegion": "eu-north-1"}})
    with refused("AccessDeniedException"):
        theirs.replicate_key(KeyId=key_id, ReplicaRegion="us-east-2")
    theirs.replicate_key(KeyId=key_id, ReplicaRegion="eu-north-1")


def test_wrapping_algorithm_and_key_spec(user, kms):
    key_id = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    condition = {"StringEquals": {"kms:WrappingAlgorithm": "RSAES_OAEP_SHA_256", "kms:WrappingKeySpec": "RSA_4096"}}
    theirs = user("kms:GetParametersForImport", condition)
    theirs.get_parameters_for_import(KeyId=key_id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_4096")
    with refused("AccessDeniedException"):
        theirs.get_parameters_for_import(
            KeyId=key_id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
        )


def test_data_key_pair_spec(user, shared_key):
    kms = user("kms:GenerateDataKeyPair", {"StringEquals": {"kms:DataKeyPairSpec": "ECC_NIST_P256"}})
    kms.generate_data_key_pair(KeyId=shared_key()["KeyId"], KeyPairSpec="ECC_NIST_P256")
    with refused("AccessDeniedException"):
        kms.generate_data_key_pair(KeyId=shared_key()["KeyId"], KeyPairSpec="ECC_NIST_P384")


def test_re_encrypt_on_the_same_key(user, kms, new_key):
    one, two = new_key()["KeyId"], new_key()["KeyId"]
    blob = kms.encrypt(KeyId=one, Plaintext=b"x")["CiphertextBlob"]
    theirs = user("kms:ReEncrypt*", {"Bool": {"kms:ReEncryptOnSameKey": "true"}})
    theirs.re_encrypt(CiphertextBlob=blob, DestinationKeyId=one)
    with refused("AccessDeniedException"):
        theirs.re_encrypt(CiphertextBlob=blob, DestinationKeyId=two)


def test_tags_of_the_key(user, kms, new_key):
    red = new_key(Tags=[{"TagKey": "team", "TagValue": "red"}])["KeyId"]
    theirs = user("kms:Encrypt", {"StringEquals": {"aws:ResourceTag/team": "red"}})
    theirs.encrypt(KeyId=red, Plaintext=b"x")
    with refused("AccessDeniedException"):
        theirs.encrypt(KeyId=new_key()["KeyId"], Plaintext=b"x")


def test_tags_of_the_request(user):
    kms = user(["kms:CreateKey", "kms:TagResource"], {"StringEquals": {"aws:RequestTag/team": "red"}})
    kms.create_key(Tags=[{"TagKey": "team", "TagValue": "red"}])
    with refused("AccessDeniedException"):
        kms.create_key(Tags=[{"TagKey": "team", "TagValue": "blue"}])


def test_a_deny_with_a_condition_in_the_key_policy(kms, account_id):
    unless_audited = deny(
        "kms:Decrypt", principal="*", condition={"StringNotEquals": {"kms:EncryptionContext:audited": "yes"}}
    )
    key_id = kms.create_key(Policy=text(delegates_to_iam(account_id), unless_audited))["KeyMetadata"]["KeyId"]
    for context, allowed in (({"audited": "yes"}, True), ({"audited": "no"}, False), ({}, False)):
        blob = kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
        if allowed:
            kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
        else:
            with refused("AccessDeniedException", matching="explicit deny in a resource-based policy"):
                kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
