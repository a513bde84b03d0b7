"""Encrypt, Decrypt and ReEncrypt."""

import base64
import os

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from aws_clients import STOCKHOLM, refused

INCORRECT_KEY = "The key ID in the request does not identify a CMK that can perform this operation."
OAEP = {"RSAES_OAEP_SHA_1": hashes.SHA1, "RSAES_OAEP_SHA_256": hashes.SHA256}
OAEP_LIMITS = [
    (f"RSA_{bits}", algorithm, bits // 8 - 2 * hash_type.digest_size - 2)
    for bits in (2048, 3072, 4096)
    for algorithm, hash_type in OAEP.items()
]


@pytest.mark.parametrize("size", [1, 16, 32, 1024, 4095, 4096])
def test_decrypt_returns_the_plaintext(kms, shared_key, size):
    key = shared_key()
    plaintext = os.urandom(size)
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=plaintext)
    assert sealed["KeyId"] == key["Arn"]
    assert sealed["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    assert plaintext not in sealed["CiphertextBlob"] or size < 4
    opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"])
    assert opened["Plaintext"] == plaintext
    assert opened["KeyId"] == key["Arn"]
    assert opened["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    assert opened["KeyMaterialId"] == key["CurrentKeyMaterialId"]


def test_encrypting_twice_gives_different_ciphertext(kms, shared_key):
    blobs = {kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"same")["CiphertextBlob"] for _ in range(20)}
    assert len(blobs) == 20


def test_the_ciphertext_of_the_largest_plaintext_stays_within_the_api_limit(kms, shared_key):
    blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=bytes(4096))["CiphertextBlob"]
    assert len(blob) <= 6144


def test_a_plaintext_above_the_limit_is_refused(client, shared_key):
    message = (
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: "
        "Member must have length less than or equal to 4096"
    )
    with refused("ValidationException", message, status=400):
        client("kms", validate=False).encrypt(KeyId=shared_key()["KeyId"], Plaintext=bytes(4097))


class TestEncryptionContext:
    @pytest.mark.parametrize(
        "context",
        [{"a": "b"}, {"department": "finance", "purpose": "test"}, {"ключ": "값", "emoji": "🔐"}, {"a": "x" * 2000}],
    )
    def test_the_same_context_opens(self, kms, shared_key, context):
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
        turned = dict(reversed(context.items()))
        assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=turned)["Plaintext"] == b"x"

    @pytest.mark.parametrize(
        "given",
        [None, {}, {"a": "other"}, {"A": "bc"}, {"a": "BC"}, {"ab": "c"}, {"a": "bc", "more": ""}],
        ids=str,
    )
    def test_any_other_context_is_invalid_ciphertext(self, client, shared_key, given):
        kms = client("kms", validate=False)
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x", EncryptionContext={"a": "bc"})["CiphertextBlob"]
        parameters = {} if given is None else {"EncryptionContext": given}
        with refused("InvalidCiphertextException", "", status=400):
            kms.decrypt(CiphertextBlob=blob, **parameters)

    def test_a_context_where_there_was_none_is_invalid_ciphertext(self, kms, shared_key):
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        with refused("InvalidCiphertextException", ""):
            kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})

    def test_values_may_not_move_between_pairs(self, kms, shared_key):
        context = {"a": "1", "b": "2"}
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
        with refused("InvalidCiphertextException"):
            kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "2", "b": "1"})

    def test_asymmetric_keys_take_no_context(self, kms, shared_key):
        with refused("ValidationException", matching="EncryptionContext|encryption context"):
            kms.encrypt(
                KeyId=shared_key("RSA_2048")["KeyId"],
                Plaintext=b"x",
                EncryptionAlgorithm="RSAES_OAEP_SHA_256",
                EncryptionContext={"a": "b"},
            )


class TestTamperedCiphertext:
    def test_every_changed_byte_is_refused(self, kms, shared_key):
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"guarded")["CiphertextBlob"]
        # The part that names the key may also lead to another error, never to a plaintext.
        for position in range(0, len(blob), 3):
            changed = bytearray(blob)
            changed[position] ^= 0x01
            with pytest.raises(kms.exceptions.ClientError) as caught:
                kms.decrypt(CiphertextBlob=bytes(changed))
            code = caught.value.response["Error"]["Code"]
            assert code in {"InvalidCiphertextException", "AccessDeniedException"}, (position, code)

    @pytest.mark.parametrize("cut", [1, 16, 28, 60])
    def test_a_shortened_blob_is_invalid_ciphertext(self, kms, shared_key, cut):
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"guarded")["CiphertextBlob"]
        with refused("InvalidCiphertextException", ""):
            kms.decrypt(CiphertextBlob=blob[:-cut])

    def test_a_lengthened_blob_is_invalid_ciphertext(self, kms, shared_key):
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"guarded")["CiphertextBlob"]
        with refused("InvalidCiphertextException", ""):
            kms.decrypt(CiphertextBlob=blob + b"\0")

    @pytest.mark.parametrize("junk", [b"x", b"secret", bytes(6144), base64.b64encode(b"hello" * 40)], ids=len)
    def test_a_blob_that_never_was_one_is_invalid_ciphertext(self, kms, junk):
        with refused("InvalidCiphertextException", ""):
            kms.decrypt(CiphertextBlob=junk)


class TestKeyIdOfDecrypt:
    def test_the_right_key_may_be_named(self, kms, new_key, new_alias):
        key = new_key()
        blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        for name in (key["KeyId"], key["Arn"], new_alias(key["KeyId"])):
            assert kms.decrypt(CiphertextBlob=blob, KeyId=name)["Plaintext"] == b"x"

    def test_another_key_is_the_incorrect_key(self, kms, shared_key, key_id):
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        with refused("IncorrectKeyException", INCORRECT_KEY, status=400):
            kms.decrypt(CiphertextBlob=blob, KeyId=key_id)

    def test_a_signing_key_is_the_incorrect_key_for_symmetric_ciphertext(self, kms, shared_key):
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        with refused("IncorrectKeyException", INCORRECT_KEY):
            kms.decrypt(CiphertextBlob=blob, KeyId=shared_key("ECC_NIST_P256")["KeyId"])

    def test_ciphertext_of_one_region_is_refused_in_another(self, kms, client, shared_key):
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        with pytest.raises(kms.exceptions.ClientError) as caught:
            client("kms", region=STOCKHOLM).decrypt(CiphertextBlob=blob)
        assert caught.value.response["Error"]["Code"] in {"InvalidCiphertextException", "AccessDeniedException"}


class TestUsage:
    def test_encrypt_with_a_signing_key_is_refused(self, kms, shared_key):
        key = shared_key("ECC_NIST_P256")
        message = f"{key['Arn']} key usage is SIGN_VERIFY which is not valid for Encrypt."
        with refused("InvalidKeyUsageException", message):
            kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    def test_encrypt_with_an_hmac_key_is_refused(self, kms, shared_key):
        key = shared_key("HMAC_256")
        message = f"{key['Arn']} key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt."
        with refused("InvalidKeyUsageException", message):
            kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    @pytest.mark.parametrize(
        "spec, algorithm", [("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_256"), ("RSA_2048", "SYMMETRIC_DEFAULT")]
    )
    def test_an_algorithm_of_another_spec_is_refused(self, kms, shared_key, spec, algorithm):
        message = f"Algorithm {algorithm} is incompatible with key spec {spec}."
        with refused("InvalidKeyUsageException", message):
            kms.encrypt(KeyId=shared_key(spec)["KeyId"], Plaintext=b"x", EncryptionAlgorithm=algorithm)


class TestRsa:
    @pytest.mark.parametrize("spec, algorithm, limit", OAEP_LIMITS)
    def test_the_largest_plaintext_round_trips_and_one_more_byte_is_refused(
        self, kms, shared_key, spec, algorithm, limit
    ):
        key_id = shared_key(spec)["KeyId"]
        plaintext = os.urandom(limit)
        sealed = kms.encrypt(KeyId=key_id, Plaintext=plaintext, EncryptionAlgorithm=algorithm)
        assert sealed["EncryptionAlgorithm"] == algorithm
        opened = kms.decrypt(KeyId=key_id, CiphertextBlob=sealed["CiphertextBlob"], EncryptionAlgorithm=algorithm)
        assert opened["Plaintext"] == plaintext
        message = f"Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {limit} bytes."
        with refused("ValidationException", message):
            kms.encrypt(KeyId=key_id, Plaintext=bytes(limit + 1), EncryptionAlgorithm=algorithm)

    @pytest.mark.parametrize("algorithm", OAEP)
    def test_what_another_library_encrypts_with_the_public_key_decrypts(self, kms, shared_key, algorithm):
        key_id = shared_key("RSA_2048")["KeyId"]
        public = serialization.load_der_public_key(kms.get_public_key(KeyId=key_id)["PublicKey"])
        digest = OAEP[algorithm]()
        blob = public.encrypt(b"from outside", padding.OAEP(padding.MGF1(digest), digest, None))
        opened = kms.decrypt(KeyId=key_id, CiphertextBlob=blob, EncryptionAlgorithm=algorithm)
        assert opened["Plaintext"] == b"from outside"

    def test_the_other_oaep_hash_is_invalid_ciphertext(self, kms, shared_key):
        key_id = shared_key("RSA_2048")["KeyId"]
        blob = kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_1")["CiphertextBlob"]
        with refused("InvalidCiphertextException", ""):
            kms.decrypt(KeyId=key_id, CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256")


class TestReEncrypt:
    def test_moves_ciphertext_to_another_key_and_context(self, kms, shared_key, new_key):
        source, destination = shared_key(), new_key()
        blob = kms.encrypt(KeyId=source["KeyId"], Plaintext=b"moved", EncryptionContext={"a": "1"})["CiphertextBlob"]
        moved = kms.re_encrypt(
            CiphertextBlob=blob,
            SourceEncryptionContext={"a": "1"},
            DestinationKeyId=destination["KeyId"],
            DestinationEncryptionContext={"b": "2"},
        )
        assert moved["SourceKeyId"] == source["Arn"]
        assert moved["KeyId"] == destination["Arn"]
        assert moved["SourceEncryptionAlgorithm"] == moved["DestinationEncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
        assert moved["SourceKeyMaterialId"] == source["CurrentKeyMaterialId"]
        assert moved["DestinationKeyMaterialId"] == destination["CurrentKeyMaterialId"]
        opened = kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"b": "2"})
        assert (opened["Plaintext"], opened["KeyId"]) == (b"moved", destination["Arn"])

    def test_with_the_wrong_source_context_is_invalid_ciphertext(self, kms, shared_key, key_id):
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x", EncryptionContext={"a": "1"})["CiphertextBlob"]
        with refused("InvalidCiphertextException", ""):
            kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key_id)

    def test_with_the_wrong_source_key_is_the_incorrect_key(self, kms, shared_key, key_id):
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        with refused("IncorrectKeyException", INCORRECT_KEY):
            kms.re_encrypt(CiphertextBlob=blob, SourceKeyId=key_id, DestinationKeyId=key_id)

    def test_from_symmetric_to_rsa_and_back(self, kms, shared_key):
        symmetric, rsa = shared_key(), shared_key("RSA_2048")
        blob = kms.encrypt(KeyId=symmetric["KeyId"], Plaintext=b"both ways")["CiphertextBlob"]
        there = kms.re_encrypt(
            CiphertextBlob=blob, DestinationKeyId=rsa["KeyId"], DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_256"
        )
        back = kms.re_encrypt(
            CiphertextBlob=there["CiphertextBlob"],
            SourceKeyId=rsa["KeyId"],
            SourceEncryptionAlgorithm="RSAES_OAEP_SHA_256",
            DestinationKeyId=symmetric["KeyId"],
        )
        assert kms.decrypt(CiphertextBlob=back["CiphertextBlob"])["Plaintext"] == b"both ways"

    def test_to_a_signing_key_is_refused(self, kms, shared_key):
        blob = kms.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        with refused("InvalidKeyUsageException", matching="key usage is SIGN_VERIFY which is not valid for ReEncrypt"):
            kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=shared_key("ECC_NIST_P256")["KeyId"])
