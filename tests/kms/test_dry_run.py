"""DryRun: the permission is checked, nothing is done."""

import pytest

from aws_clients import refused

DONE = "The request would have succeeded, but the DryRun option is set."
OPERATIONS = {
    "encrypt": ("SYMMETRIC_DEFAULT", {"Plaintext": b"x"}),
    "generate_data_key": ("SYMMETRIC_DEFAULT", {"KeySpec": "AES_256"}),
    "generate_data_key_without_plaintext": ("SYMMETRIC_DEFAULT", {"KeySpec": "AES_256"}),
    "generate_data_key_pair": ("SYMMETRIC_DEFAULT", {"KeyPairSpec": "ECC_NIST_P256"}),
    "generate_data_key_pair_without_plaintext": ("SYMMETRIC_DEFAULT", {"KeyPairSpec": "ECC_NIST_P256"}),
    "sign": ("ECC_NIST_P256", {"Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}),
    "generate_mac": ("HMAC_256", {"Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}),
    "encapsulate": ("ML_KEM_768", {"EncapsulationAlgorithm": "ML_KEM"}),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_would_succeed_says_so(kms, shared_key, operation):
    spec, parameters = OPERATIONS[operation]
    with refused("DryRunOperationException", DONE, status=400):
        getattr(kms, operation)(KeyId=shared_key(spec)["KeyId"], DryRun=True, **parameters)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_would_be_denied_is_denied(client, new_user, shared_key, operation):
    spec, parameters = OPERATIONS[operation]
    _, credentials = new_user()
    with refused("AccessDeniedException"):
        getattr(client("kms", credentials=credentials), operation)(
            KeyId=shared_key(spec)["KeyId"], DryRun=True, **parameters
        )


def test_decrypt_is_not_done(kms, shared_key):
    blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    with refused("DryRunOperationException", DONE):
        kms.decrypt(CiphertextBlob=blob, DryRun=True)


def test_decrypt_may_leave_the_ciphertext_out(kms, shared_key):
    with refused("DryRunOperationException", DONE):
        kms.decrypt(KeyId=shared_key()["KeyId"], DryRun=True, DryRunModifiers=["IGNORE_CIPHERTEXT"])


def test_a_grant_is_not_made(kms, key_id, account_id):
    with refused("DryRunOperationException", DONE):
        kms.create_grant(
            KeyId=key_id,
            GranteePrincipal=f"arn:aws:iam::{account_id}:root",
            Operations=["Encrypt"],
            DryRun=True,
        )
    assert kms.list_grants(KeyId=key_id)["Grants"] == []


def test_a_grant_is_not_revoked(kms, key_id, account_id):
    made = kms.create_grant(KeyId=key_id, GranteePrincipal=f"arn:aws:iam::{account_id}:root", Operations=["Encrypt"])
    with refused("DryRunOperationException", DONE):
        kms.revoke_grant(KeyId=key_id, GrantId=made["GrantId"], DryRun=True)
    assert len(kms.list_grants(KeyId=key_id)["Grants"]) == 1


def test_a_disabled_key_is_told_before_the_dry_run(kms, key_id):
    kms.disable_key(KeyId=key_id)
    with refused("DisabledException"):
        kms.encrypt(KeyId=key_id, Plaintext=b"x", DryRun=True)
