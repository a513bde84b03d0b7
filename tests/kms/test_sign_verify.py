"""Sign, Verify and GetPublicKey, each algorithm cross-checked with another library."""

import hashlib
import os

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from aws_clients import refused

HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
RSA_ALGORITHMS = [f"RSASSA_{p}_SHA_{n}" for p in ("PSS", "PKCS1_V1_5") for n in HASHES]
EC_ALGORITHMS = {
    "ECC_NIST_P256": "ECDSA_SHA_256",
    "ECC_NIST_P384": "ECDSA_SHA_384",
    "ECC_NIST_P521": "ECDSA_SHA_512",
    "ECC_SECG_P256K1": "ECDSA_SHA_256",
}
PAIRS = [(spec, a) for spec in ("RSA_2048", "RSA_3072", "RSA_4096") for a in RSA_ALGORITHMS] + list(
    EC_ALGORITHMS.items()
)
ONE_OF_EACH = [("RSA_2048", a) for a in RSA_ALGORITHMS] + list(EC_ALGORITHMS.items())


def hash_of(algorithm):
    return HASHES[algorithm[-3:]]()


def verify_outside(public, algorithm, signature, message):
    """Raises InvalidSignature unless an independent implementation agrees; PSS salts are as long as the digest."""
    digest = hash_of(algorithm)
    if algorithm.startswith("ECDSA"):
        public.verify(signature, message, ec.ECDSA(digest))
    elif "PSS" in algorithm:
        public.verify(signature, message, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    else:
        public.verify(signature, message, padding.PKCS1v15(), digest)


@pytest.fixture
def public_key(kms):
    def load(key):
        return serialization.load_der_public_key(kms.get_public_key(KeyId=key["KeyId"])["PublicKey"])

    return load


@pytest.mark.parametrize("spec, algorithm", PAIRS)
class TestEveryAlgorithm:
    def test_another_library_accepts_the_signature(self, kms, shared_key, public_key, spec, algorithm):
        key = shared_key(spec, "SIGN_VERIFY")
        message = os.urandom(700)
        signed = kms.sign(KeyId=key["KeyId"], Message=message, SigningAlgorithm=algorithm)
        assert (signed["KeyId"], signed["SigningAlgorithm"]) == (key["Arn"], algorithm)
        verify_outside(public_key(key), algorithm, signed["Signature"], message)
        with pytest.raises(InvalidSignature):
            verify_outside(public_key(key), algorithm, signed["Signature"], message + b"!")

    def test_verify_accepts_raw_and_digest_of_the_same_message(self, kms, shared_key, spec, algorithm):
        key_id = shared_key(spec, "SIGN_VERIFY")["KeyId"]
        message = os.urandom(64)
        digest = hashlib.new(f"sha{algorithm[-3:]}", message).digest()
        forms = {"RAW": message, "DIGEST": digest}
        for kind, given in forms.items():
            signature = kms.sign(KeyId=key_id, Message=given, MessageType=kind, SigningAlgorithm=algorithm)["Signature"]
            for other, shown in forms.items():
                answer = kms.verify(
                    KeyId=key_id, Message=shown, MessageType=other, Signature=signature, SigningAlgorithm=algorithm
                )
                assert answer["SignatureValid"] is True

    def test_a_digest_of_another_length_is_refused(self, kms, shared_key, spec, algorithm):
        key_id = shared_key(spec, "SIGN_VERIFY")["KeyId"]
        with refused("ValidationException", f"Digest is invalid length for algorithm {algorithm}."):
            kms.sign(KeyId=key_id, Message=b"short", MessageType="DIGEST", SigningAlgorithm=algorithm)


@pytest.mark.parametrize("spec, algorithm", ONE_OF_EACH)
class TestVerifyRefuses:
    @pytest.fixture
    def signed(self, kms, shared_key, spec, algorithm):
        key = shared_key(spec, "SIGN_VERIFY")
        signature = kms.sign(KeyId=key["KeyId"], Message=b"contract", SigningAlgorithm=algorithm)["Signature"]
        return {"KeyId": key["KeyId"], "Message": b"contract", "Signature": signature, "SigningAlgorithm": algorithm}

    def test_another_message(self, kms, signed, spec, algorithm):
        with refused("KMSInvalidSignatureException", "", status=400):
            kms.verify(**signed | {"Message": b"another contract"})

    def test_a_changed_signature(self, kms, signed, spec, algorithm):
        changed = bytearray(signed["Signature"])
        changed[-1] ^= 1
        with refused("KMSInvalidSignatureException", ""):
            kms.verify(**signed | {"Signature": bytes(changed)})

    def test_a_signature_of_another_key(self, kms, signed, new_key, spec, algorithm):
        if spec.startswith("RSA"):
            pytest.skip("one RSA key pair is enough work per test")
        other = new_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")
        with refused("KMSInvalidSignatureException", ""):
            kms.verify(**signed | {"KeyId": other["KeyId"]})

    def test_junk(self, kms, signed, spec, algorithm):
        with refused("KMSInvalidSignatureException", ""):
            kms.verify(**signed | {"Signature": b"bad signature"})


@pytest.mark.parametrize("algorithm", RSA_ALGORITHMS)
def test_what_another_library_signs_with_imported_material_verifies(kms, algorithm, import_material):
    private = rsa.generate_private_key(65537, 2048)
    key_id = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY", Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    der = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    import_material(key_id, der)
    digest = hash_of(algorithm)
    scheme = padding.PSS(padding.MGF1(digest), digest.digest_size) if "PSS" in algorithm else padding.PKCS1v15()
    signature = private.sign(b"from outside", scheme, digest)
    answer = kms.verify(KeyId=key_id, Message=b"from outside", Signature=signature, SigningAlgorithm=algorithm)
    assert answer["SignatureValid"] is True


class TestEd25519:
    def test_raw_signatures_are_plain_ed25519(self, kms, shared_key, public_key):
        key = shared_key("ECC_NIST_EDWARDS25519")
        signed = kms.sign(KeyId=key["KeyId"], Message=b"m", MessageType="RAW", SigningAlgorithm="ED25519_SHA_512")
        public_key(key).verify(signed["Signature"], b"m")
        answer = kms.verify(
            KeyId=key["KeyId"], Message=b"m", Signature=signed["Signature"], SigningAlgorithm="ED25519_SHA_512"
        )
        assert answer["SignatureValid"] is True

    def test_digest_signatures_are_ed25519ph_and_no_plain_ones(self, kms, shared_key, public_key):
        key = shared_key("ECC_NIST_EDWARDS25519")
        digest = hashlib.sha512(b"m").digest()
        parameters = {"KeyId": key["KeyId"], "MessageType": "DIGEST", "SigningAlgorithm": "ED25519_PH_SHA_512"}
        signature = kms.sign(Message=digest, **parameters)["Signature"]
        assert kms.verify(Message=digest, Signature=signature, **parameters)["SignatureValid"] is True
        for plain in (b"m", digest):
            with pytest.raises(InvalidSignature):
                public_key(key).verify(signature, plain)

    @pytest.mark.parametrize("algorithm, kind", [("ED25519_SHA_512", "DIGEST"), ("ED25519_PH_SHA_512", "RAW")])
    def test_each_algorithm_has_one_message_type(self, kms, shared_key, algorithm, kind):
        key_id = shared_key("ECC_NIST_EDWARDS25519")["KeyId"]
        with refused("ValidationException"):
            kms.sign(KeyId=key_id, Message=bytes(64), MessageType=kind, SigningAlgorithm=algorithm)


class TestUsage:
    @pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", "RSA_2048"])
    def test_an_encryption_key_does_not_sign(self, kms, shared_key, spec):
        key = shared_key(spec, "ENCRYPT_DECRYPT")
        message = f"{key['Arn']} key usage is ENCRYPT_DECRYPT which is not valid for Sign."
        with refused("InvalidKeyUsageException", message):
            kms.sign(KeyId=key["KeyId"], Message=b"m", SigningAlgorithm="RSASSA_PSS_SHA_256")

    def test_an_encryption_key_does_not_verify(self, kms, shared_key):
        key = shared_key()
        message = f"{key['Arn']} key usage is ENCRYPT_DECRYPT which is not valid for Verify."
        with refused("InvalidKeyUsageException", message):
            kms.verify(KeyId=key["KeyId"], Message=b"m", Signature=b"s", SigningAlgorithm="RSASSA_PSS_SHA_256")

    @pytest.mark.parametrize(
        "spec, algorithm",
        [("ECC_NIST_P256", "ECDSA_SHA_384"), ("ECC_SECG_P256K1", "ECDSA_SHA_512"), ("RSA_2048", "ECDSA_SHA_256")],
    )
    def test_an_algorithm_of_another_spec_is_refused(self, kms, shared_key, spec, algorithm):
        key_id = shared_key(spec, "SIGN_VERIFY")["KeyId"]
        with refused("InvalidKeyUsageException", f"Algorithm {algorithm} is incompatible with key spec {spec}."):
            kms.sign(KeyId=key_id, Message=b"m", SigningAlgorithm=algorithm)


class TestGetPublicKey:
    def test_says_what_the_key_is_for(self, kms, shared_key):
        key = shared_key("ECC_NIST_P256")
        answer = kms.get_public_key(KeyId=key["KeyId"])
        assert answer["KeyId"] == key["Arn"]
        assert answer["KeySpec"] == answer["CustomerMasterKeySpec"] == "ECC_NIST_P256"
        assert answer["KeyUsage"] == "SIGN_VERIFY"
        assert answer["SigningAlgorithms"] == ["ECDSA_SHA_256"]

    @pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", "HMAC_256"])
    def test_there_is_none_without_a_key_pair(self, kms, shared_key, spec):
        with refused("UnsupportedOperationException"):
            kms.get_public_key(KeyId=shared_key(spec)["KeyId"])
