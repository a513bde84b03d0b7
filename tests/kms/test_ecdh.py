"""DeriveSharedSecret: both sides arrive at the same raw secret."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from aws_clients import refused

CURVES = {"ECC_NIST_P256": ec.SECP256R1, "ECC_NIST_P384": ec.SECP384R1, "ECC_NIST_P521": ec.SECP521R1}


def spki(private):
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@pytest.mark.parametrize("spec", CURVES)
def test_another_library_derives_the_same_secret(kms, shared_key, spec):
    key = shared_key(spec, "KEY_AGREEMENT")
    ours = ec.generate_private_key(CURVES[spec]())
    answer = kms.derive_shared_secret(KeyId=key["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=spki(ours))
    public = serialization.load_der_public_key(kms.get_public_key(KeyId=key["KeyId"])["PublicKey"])
    assert answer["SharedSecret"] == ours.exchange(ec.ECDH(), public)
    assert (answer["KeyId"], answer["KeyAgreementAlgorithm"], answer["KeyOrigin"]) == (key["Arn"], "ECDH", "AWS_KMS")


def test_two_kms_keys_derive_the_same_secret(kms, new_key):
    keys = [new_key(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")["KeyId"] for _ in range(2)]
    public = [kms.get_public_key(KeyId=key)["PublicKey"] for key in keys]
    secrets = [
        kms.derive_shared_secret(KeyId=mine, KeyAgreementAlgorithm="ECDH", PublicKey=theirs)["SharedSecret"]
        for mine, theirs in zip(keys, reversed(public), strict=True)
    ]
    assert secrets[0] == secrets[1]


def with_another_last_bit(given: bytes) -> bytes:
    return given[:-1] + bytes([given[-1] ^ 1])


@pytest.mark.parametrize(
    "public",
    [
        spki(ec.generate_private_key(ec.SECP384R1())),
        spki(ed25519.Ed25519PrivateKey.generate()),
        b"not a key",
        spki(ec.generate_private_key(ec.SECP256R1()))[:-1],
        # A point that is not on the curve: the classic invalid-curve attack.
        with_another_last_bit(spki(ec.generate_private_key(ec.SECP256R1()))),
    ],
    ids=["another curve", "edwards", "junk", "short", "off the curve"],
)
def test_a_public_key_that_does_not_fit_is_refused(kms, shared_key, public):
    key_id = shared_key("ECC_NIST_P256", "KEY_AGREEMENT")["KeyId"]
    with refused("ValidationException", status=400):
        kms.derive_shared_secret(KeyId=key_id, KeyAgreementAlgorithm="ECDH", PublicKey=public)


def test_a_signing_key_derives_nothing(kms, shared_key):
    key = shared_key("ECC_NIST_P256", "SIGN_VERIFY")
    message = f"{key['Arn']} key usage is SIGN_VERIFY which is not valid for DeriveSharedSecret."
    with refused("InvalidKeyUsageException", message):
        kms.derive_shared_secret(
            KeyId=key["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=spki(ec.generate_private_key(ec.SECP256R1()))
        )
