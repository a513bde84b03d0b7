"""Encapsulate and Decapsulate, cross-checked with OpenSSL's ML-KEM."""

import os

import pytest
from cryptography.hazmat.primitives import serialization

from aws_clients import refused

SIZES = {"ML_KEM_512": 768, "ML_KEM_768": 1088, "ML_KEM_1024": 1568}
ML_KEM = {"EncapsulationAlgorithm": "ML_KEM"}


@pytest.mark.parametrize("spec", SIZES)
def test_decapsulate_recovers_the_shared_secret(kms, shared_key, spec):
    key = shared_key(spec)
    made = kms.encapsulate(KeyId=key["KeyId"], **ML_KEM)
    assert (made["KeyId"], made["EncapsulationAlgorithm"]) == (key["Arn"], "ML_KEM")
    assert len(made["SharedSecret"]) == 32
    assert len(made["SharedSecretCiphertextBlob"]) == SIZES[spec]
    opened = kms.decapsulate(
        KeyId=key["KeyId"], SharedSecretCiphertextBlob=made["SharedSecretCiphertextBlob"], **ML_KEM
    )
    assert opened["SharedSecret"] == made["SharedSecret"]


@pytest.mark.parametrize("spec", ["ML_KEM_768", "ML_KEM_1024"])
def test_what_another_library_encapsulates_decapsulates(kms, shared_key, spec):
    key_id = shared_key(spec)["KeyId"]
    public = serialization.load_der_public_key(kms.get_public_key(KeyId=key_id)["PublicKey"])
    secret, ciphertext = public.encapsulate()
    opened = kms.decapsulate(KeyId=key_id, SharedSecretCiphertextBlob=ciphertext, **ML_KEM)
    assert opened["SharedSecret"] == secret


@pytest.mark.parametrize("spec", SIZES)
def test_a_changed_ciphertext_is_rejected_implicitly(kms, shared_key, spec):
    key_id = shared_key(spec)["KeyId"]
    made = kms.encapsulate(KeyId=key_id, **ML_KEM)
    changed = bytearray(made["SharedSecretCiphertextBlob"])
    changed[0] ^= 1
    opened = kms.decapsulate(KeyId=key_id, SharedSecretCiphertextBlob=bytes(changed), **ML_KEM)
    assert len(opened["SharedSecret"]) == 32
    assert opened["SharedSecret"] != made["SharedSecret"]


@pytest.mark.parametrize("size", [1, 767, 769, 1088])
def test_a_ciphertext_of_another_length_is_invalid(kms, shared_key, size):
    with refused("InvalidCiphertextException"):
        kms.decapsulate(KeyId=shared_key("ML_KEM_512")["KeyId"], SharedSecretCiphertextBlob=os.urandom(size), **ML_KEM)


def test_a_signing_key_encapsulates_nothing(kms, shared_key):
    key = shared_key("ECC_NIST_P256")
    message = f"{key['Arn']} key usage is SIGN_VERIFY which is not valid for Encapsulate."
    with refused("InvalidKeyUsageException", message):
        kms.encapsulate(KeyId=key["KeyId"], **ML_KEM)
