"""GenerateDataKey, GenerateDataKeyPair, their forms without plaintext, and GenerateRandom."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mlkem, rsa

from aws_clients import refused

PAIR_SPECS = [
    "RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521",
    "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519", "ML_KEM_512", "ML_KEM_768", "ML_KEM_1024",
]  # fmt: skip
READABLE = [spec for spec in PAIR_SPECS if spec != "ML_KEM_512"]
CURVES = {
    "ECC_NIST_P256": ec.SECP256R1,
    "ECC_NIST_P384": ec.SECP384R1,
    "ECC_NIST_P521": ec.SECP521R1,
    "ECC_SECG_P256K1": ec.SECP256K1,
}


@pytest.mark.parametrize(
    "asked, size",
    [
        ({"KeySpec": "AES_256"}, 32),
        ({"KeySpec": "AES_128"}, 16),
        ({"NumberOfBytes": 1}, 1),
        ({"NumberOfBytes": 1024}, 1024),
    ],
)
def test_a_data_key_has_the_size_asked_for_and_its_blob_decrypts_to_it(kms, shared_key, asked, size):
    key = shared_key()
    made = kms.generate_data_key(KeyId=key["KeyId"], EncryptionContext={"a": "b"}, **asked)
    assert len(made["Plaintext"]) == size
    assert made["KeyId"] == key["Arn"]
    assert made["KeyMaterialId"] == key["CurrentKeyMaterialId"]
    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"a": "b"})
    assert opened["Plaintext"] == made["Plaintext"]
    with refused("InvalidCiphertextException", ""):
        kms.decrypt(CiphertextBlob=made["CiphertextBlob"])


def test_two_data_keys_differ(kms, shared_key):
    made = {kms.generate_data_key(KeyId=shared_key()["KeyId"], KeySpec="AES_256")["Plaintext"] for _ in range(20)}
    assert len(made) == 20


def test_without_plaintext_shows_only_the_blob(kms, shared_key):
    made = kms.generate_data_key_without_plaintext(KeyId=shared_key()["KeyId"], KeySpec="AES_256")
    assert "Plaintext" not in made
    assert len(kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"]) == 32


@pytest.mark.parametrize("asked", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}], ids=str)
@pytest.mark.parametrize("operation", ["generate_data_key", "generate_data_key_without_plaintext"])
def test_a_size_must_be_given_exactly_once(kms, shared_key, operation, asked):
    with refused("ValidationException", "Please specify either number of bytes or key spec."):
        getattr(kms, operation)(KeyId=shared_key()["KeyId"], **asked)


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256", "HMAC_256"])
def test_only_symmetric_keys_make_data_keys(kms, shared_key, spec):
    key = shared_key(spec)
    with refused("InvalidKeyUsageException") as refusal:
        kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
    assert key["Arn"] in refusal.message or spec in refusal.message


@pytest.mark.parametrize("spec", READABLE)
def test_a_pair_is_readable_by_another_library_and_belongs_together(kms, shared_key, spec):
    made = kms.generate_data_key_pair(KeyId=shared_key()["KeyId"], KeyPairSpec=spec)
    assert made["KeyPairSpec"] == spec
    private = serialization.load_der_private_key(made["PrivateKeyPlaintext"], None)
    public = serialization.load_der_public_key(made["PublicKey"])
    raw = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    assert private.public_key().public_bytes(*raw) == public.public_bytes(*raw)
    if spec.startswith("RSA"):
        assert isinstance(private, rsa.RSAPrivateKey) and private.key_size == int(spec[4:])
    elif spec in CURVES:
        assert isinstance(private.curve, CURVES[spec])
    elif spec == "ECC_NIST_EDWARDS25519":
        assert isinstance(private, ed25519.Ed25519PrivateKey)
    else:
        assert isinstance(
            private, {"ML_KEM_768": mlkem.MLKEM768PrivateKey, "ML_KEM_1024": mlkem.MLKEM1024PrivateKey}[spec]
        )


@pytest.mark.parametrize("spec", PAIR_SPECS)
def test_the_private_key_of_a_pair_comes_back_by_decrypt(kms, shared_key, spec):
    key = shared_key()
    context = {"pair": spec}
    made = kms.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec=spec, EncryptionContext=context)
    assert made["KeyId"] == key["Arn"]
    opened = kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"], EncryptionContext=context)
    assert opened["Plaintext"] == made["PrivateKeyPlaintext"]
    with refused("InvalidCiphertextException", ""):
        kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"])


def test_a_pair_without_plaintext_shows_no_private_key(kms, shared_key):
    made = kms.generate_data_key_pair_without_plaintext(KeyId=shared_key()["KeyId"], KeyPairSpec="ECC_NIST_P256")
    assert "PrivateKeyPlaintext" not in made
    plaintext = kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"])["Plaintext"]
    public = serialization.load_der_private_key(plaintext, None).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert der == made["PublicKey"]


@pytest.mark.parametrize("size", [1, 12, 44, 91, 1024])
def test_random_bytes_have_the_length_asked_for(kms, size):
    assert len(kms.generate_random(NumberOfBytes=size)["Plaintext"]) == size


def test_random_bytes_are_not_repeated(kms):
    assert len({kms.generate_random(NumberOfBytes=16)["Plaintext"] for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "asked, message",
    [
        ({}, "NumberOfBytes is required."),
        (
            {"NumberOfBytes": 0},
            "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
        ),
        (
            {"NumberOfBytes": 1025},
            "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy constraint: "
            "Member must have value less than or equal to 1024",
        ),
    ],
    ids=str,
)
def test_random_bytes_outside_the_limits_are_refused(client, asked, message):
    with refused("ValidationException", message):
        client("kms", validate=False).generate_random(**asked)
