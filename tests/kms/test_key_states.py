"""What every operation does to a key in every state (the guide's key-state table)."""

import os

import pytest

from aws_clients import refused

OK = ("ok",)
DISABLED = ("DisabledException", "{arn} is disabled.")
PENDING_DELETION = ("KMSInvalidStateException", "{arn} is pending deletion.")
PENDING_REPLICA_DELETION = ("KMSInvalidStateException", "{arn} is pending replica deletion.")
PENDING_IMPORT = ("KMSInvalidStateException", "{arn} is pending import.")
NOT_PENDING_DELETION = ("KMSInvalidStateException", "{arn} is not pending deletion.")
UNSUPPORTED = ("UnsupportedOperationException", None)
# Two rules apply and the guide doesn't say which wins.
EITHER = None
WRONG_ORIGIN = ("UnsupportedOperationException", "{arn} origin is AWS_KMS which is not valid for this operation.")

ECDSA = {"SigningAlgorithm": "ECDSA_SHA_256", "Message": b"m"}
HMAC = {"MacAlgorithm": "HMAC_SHA_256", "Message": b"m"}
OTHER_SPECS = {
    "signing": {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
    "mac": {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
    "agreement": {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"},
    "kem": {"KeySpec": "ML_KEM_768", "KeyUsage": "ENCAPSULATE_DECAPSULATE"},
}


class Subject:
    """A key with ciphertext, a signature, a MAC, a grant and an alias made while it was enabled."""

    def __init__(self, kms, parameters, account_id, unique):
        self.kms = kms
        self.metadata = kms.create_key(**parameters)["KeyMetadata"]
        self.id, self.arn = self.metadata["KeyId"], self.metadata["Arn"]
        self.account_id = account_id
        self.unique = unique
        self.alias = None
        self.blob = self.signature = self.mac = None

    def use_once(self):
        usage = self.metadata["KeyUsage"]
        if usage == "ENCRYPT_DECRYPT":
            self.blob = self.kms.encrypt(KeyId=self.id, Plaintext=b"x")["CiphertextBlob"]
        elif usage == "SIGN_VERIFY":
            self.signature = self.kms.sign(KeyId=self.id, **ECDSA)["Signature"]
        elif usage == "GENERATE_VERIFY_MAC":
            self.mac = self.kms.generate_mac(KeyId=self.id, **HMAC)["Mac"]

    def grant(self):
        grantee = f"arn:aws:iam::{self.account_id}:root"
        return self.kms.create_grant(KeyId=self.id, GranteePrincipal=grantee, Operations=["DescribeKey"])

    def make_alias(self, name="a"):
        self.kms.create_alias(AliasName=f"alias/{self.unique}-{name}", TargetKeyId=self.id)


# Operations by name: what is called, and on which kind of key.
CRYPTO = {
    "Encrypt": ("symmetric", lambda s: s.kms.encrypt(KeyId=s.id, Plaintext=b"x")),
    "Decrypt": ("symmetric", lambda s: s.kms.decrypt(CiphertextBlob=s.blob)),
    "ReEncryptFrom": (
        "symmetric",
        lambda s: s.kms.re_encrypt(CiphertextBlob=s.blob, DestinationKeyId=s.kms.create_key()["KeyMetadata"]["KeyId"]),
    ),
    "GenerateDataKey": ("symmetric", lambda s: s.kms.generate_data_key(KeyId=s.id, KeySpec="AES_256")),
    "GenerateDataKeyWithoutPlaintext": (
        "symmetric",
        lambda s: s.kms.generate_data_key_without_plaintext(KeyId=s.id, KeySpec="AES_256"),
    ),
    "GenerateDataKeyPair": (
        "symmetric",
        lambda s: s.kms.generate_data_key_pair(KeyId=s.id, KeyPairSpec="ECC_NIST_P256"),
    ),
    "Sign": ("signing", lambda s: s.kms.sign(KeyId=s.id, **ECDSA)),
    "Verify": ("signing", lambda s: s.kms.verify(KeyId=s.id, Signature=s.signature, **ECDSA)),
    "GetPublicKey": ("signing", lambda s: s.kms.get_public_key(KeyId=s.id)),
    "GenerateMac": ("mac", lambda s: s.kms.generate_mac(KeyId=s.id, **HMAC)),
    "VerifyMac": ("mac", lambda s: s.kms.verify_mac(KeyId=s.id, Mac=s.mac, **HMAC)),
    "DeriveSharedSecret": (
        "agreement",
        lambda s: s.kms.derive_shared_secret(KeyId=s.id, KeyAgreementAlgorithm="ECDH", PublicKey=P256_PUBLIC),
    ),
    "Encapsulate": ("kem", lambda s: s.kms.encapsulate(KeyId=s.id, EncapsulationAlgorithm="ML_KEM")),
}
P256_PUBLIC = bytes.fromhex(
    "3059301306072a8648ce3d020106082a8648ce3d030107034200046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945"
    "d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
MANAGEMENT = {
    "CreateGrant": lambda s: s.grant(),
    "EnableKey": lambda s: s.kms.enable_key(KeyId=s.id),
    "DisableKey": lambda s: s.kms.disable_key(KeyId=s.id),
    "EnableKeyRotation": lambda s: s.kms.enable_key_rotation(KeyId=s.id),
    "DisableKeyRotation": lambda s: s.kms.disable_key_rotation(KeyId=s.id),
    "RotateKeyOnDemand": lambda s: s.kms.rotate_key_on_demand(KeyId=s.id),
    "ScheduleKeyDeletion": lambda s: s.kms.schedule_key_deletion(KeyId=s.id, PendingWindowInDays=7),
    "CancelKeyDeletion": lambda s: s.kms.cancel_key_deletion(KeyId=s.id),
    "CreateAlias": lambda s: s.make_alias("b"),
    "TagResource": lambda s: s.kms.tag_resource(KeyId=s.id, Tags=[{"TagKey": "a", "TagValue": "b"}]),
    "UntagResource": lambda s: s.kms.untag_resource(KeyId=s.id, TagKeys=["a"]),
    "UpdateKeyDescription": lambda s: s.kms.update_key_description(KeyId=s.id, Description="new"),
    "GetParametersForImport": lambda s: s.kms.get_parameters_for_import(
        KeyId=s.id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    ),
    "DescribeKey": lambda s: s.kms.describe_key(KeyId=s.id),
    "GetKeyPolicy": lambda s: s.kms.get_key_policy(KeyId=s.id),
    "PutKeyPolicy": lambda s: s.kms.put_key_policy(KeyId=s.id, Policy=s.kms.get_key_policy(KeyId=s.id)["Policy"]),
    "ListKeyPolicies": lambda s: s.kms.list_key_policies(KeyId=s.id),
    "ListGrants": lambda s: s.kms.list_grants(KeyId=s.id),
    "ListAliases": lambda s: s.kms.list_aliases(KeyId=s.id),
    "ListResourceTags": lambda s: s.kms.list_resource_tags(KeyId=s.id),
    "RevokeGrant": lambda s: s.kms.revoke_grant(KeyId=s.id, GrantId=s.granted["GrantId"]),
    "RetireGrant": lambda s: s.kms.retire_grant(KeyId=s.arn, GrantId=s.granted["GrantId"]),
    "DeleteAlias": lambda s: s.kms.delete_alias(AliasName=f"alias/{s.unique}-a"),
}
EVERYWHERE = [
    "DescribeKey", "GetKeyPolicy", "PutKeyPolicy", "ListKeyPolicies", "ListGrants", "ListAliases",
    "ListResourceTags", "RevokeGrant", "RetireGrant", "DeleteAlias",
]  # fmt: skip
MENDED_ANYTIME = ["CreateAlias", "TagResource", "UntagResource", "UpdateKeyDescription"]

# Rows of the table: operation → outcome by state. What is not named here is OK in every state.
STATES = ("Enabled", "Disabled", "PendingDeletion", "PendingImport")
TABLE = {
    **{name: (OK, DISABLED, PENDING_DELETION, PENDING_IMPORT) for name in CRYPTO},
    "CreateGrant": (OK, DISABLED, PENDING_DELETION, PENDING_IMPORT),
    "EnableKey": (OK, OK, PENDING_DELETION, PENDING_IMPORT),
    "DisableKey": (OK, OK, PENDING_DELETION, PENDING_IMPORT),
    "EnableKeyRotation": (OK, DISABLED, PENDING_DELETION, UNSUPPORTED),
    "DisableKeyRotation": (OK, DISABLED, PENDING_DELETION, UNSUPPORTED),
    "RotateKeyOnDemand": (OK, DISABLED, PENDING_DELETION, PENDING_IMPORT),
    "ScheduleKeyDeletion": (OK, OK, PENDING_DELETION, OK),
    "CancelKeyDeletion": (NOT_PENDING_DELETION, NOT_PENDING_DELETION, OK, NOT_PENDING_DELETION),
    **{name: (OK, OK, PENDING_DELETION, OK) for name in MENDED_ANYTIME},
    "GetParametersForImport": (WRONG_ORIGIN, WRONG_ORIGIN, EITHER, OK),
    **{name: (OK, OK, OK, OK) for name in EVERYWHERE},
}
# An operation that needs something made while the key was usable has no case before the first import.
NEEDS_USE = {"Decrypt", "ReEncryptFrom", "Verify", "VerifyMac", "RevokeGrant", "RetireGrant"}
# ECDH and ML-KEM cells need an imported key of that kind; the state check itself is one and the same.
CASES = [
    (operation, state, outcome)
    for operation, row in TABLE.items()
    for state, outcome in zip(STATES, row, strict=True)
    if outcome is not EITHER and not (state == "PendingImport" and operation in NEEDS_USE | {"Encapsulate"})
]


@pytest.fixture
def subject(kms, account_id, unique):
    def make(kind, state):
        parameters = dict(OTHER_SPECS.get(kind, {}))
        if state == "PendingImport":
            parameters["Origin"] = "EXTERNAL"
        subject = Subject(kms, parameters, account_id, unique)
        subject.make_alias()
        if state != "PendingImport":
            subject.use_once()
            subject.granted = subject.grant()
        if state == "Disabled":
            kms.disable_key(KeyId=subject.id)
        elif state == "PendingDeletion":
            kms.schedule_key_deletion(KeyId=subject.id, PendingWindowInDays=7)
        assert kms.describe_key(KeyId=subject.id)["KeyMetadata"]["KeyState"] == state
        return subject

    return make


@pytest.mark.parametrize("operation, state, outcome", CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_the_table(subject, operation, state, outcome):
    kind, call = CRYPTO.get(operation) or ("symmetric", MANAGEMENT[operation])
    key = subject(kind, state)
    if outcome == OK:
        call(key)
        return
    code, message = outcome
    with refused(code, message and message.format(arn=key.arn), status=400):
        call(key)


def test_destination_of_re_encrypt_must_be_enabled(kms, shared_key, new_key):
    blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    destination = new_key()
    kms.disable_key(KeyId=destination["KeyId"])
    with refused("DisabledException", f"{destination['Arn']} is disabled."):
        kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=destination["KeyId"])


def test_update_alias_refuses_only_a_target_that_is_pending_deletion(kms, new_key, new_alias):
    disabled, dying = new_key(), new_key()
    alias = new_alias(new_key()["KeyId"])
    kms.disable_key(KeyId=disabled["KeyId"])
    kms.schedule_key_deletion(KeyId=dying["KeyId"], PendingWindowInDays=7)
    kms.update_alias(AliasName=alias, TargetKeyId=disabled["KeyId"])
    with refused("KMSInvalidStateException", f"{dying['Arn']} is pending deletion."):
        kms.update_alias(AliasName=alias, TargetKeyId=dying["KeyId"])


def test_an_alias_moves_away_from_a_key_that_is_pending_deletion(kms, new_key, new_alias):
    dying, heir = new_key(), new_key()
    alias = new_alias(dying["KeyId"])
    kms.schedule_key_deletion(KeyId=dying["KeyId"], PendingWindowInDays=7)
    kms.update_alias(AliasName=alias, TargetKeyId=heir["KeyId"])
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"] == heir["KeyId"]


def test_a_disabled_key_works_again_once_enabled(kms, key_id):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key_id)
    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Enabled"]) == ("Disabled", False)
    kms.enable_key(KeyId=key_id)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_a_primary_with_replicas_is_pending_replica_deletion_and_refuses(kms, client):
    primary = kms.create_key(MultiRegion=True)["KeyMetadata"]
    kms.replicate_key(KeyId=primary["KeyId"], ReplicaRegion="eu-north-1")
    kms.schedule_key_deletion(KeyId=primary["KeyId"], PendingWindowInDays=7)
    assert kms.describe_key(KeyId=primary["KeyId"])["KeyMetadata"]["KeyState"] == "PendingReplicaDeletion"
    with refused("KMSInvalidStateException", matching=r" is pending (replica )?deletion\.$"):
        kms.encrypt(KeyId=primary["KeyId"], Plaintext=b"x")
    # The replica works on.
    elsewhere = client("kms", region="eu-north-1")
    elsewhere.encrypt(KeyId=primary["KeyId"], Plaintext=os.urandom(8))


def test_delete_imported_key_material_of_an_aws_key_is_unsupported(kms, new_key):
    key = new_key()
    with refused(
        "UnsupportedOperationException", f"{key['Arn']} origin is AWS_KMS which is not valid for this operation."
    ):
        kms.delete_imported_key_material(KeyId=key["KeyId"])
