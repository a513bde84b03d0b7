"""ML-DSA signatures, cross-checked with OpenSSL's implementation."""

import hashlib
import os

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import mldsa

from aws_clients import refused

SIZES = {"ML_DSA_44": 2420, "ML_DSA_65": 3309, "ML_DSA_87": 4627}
PUBLIC_TYPES = {
    "ML_DSA_44": mldsa.MLDSA44PublicKey,
    "ML_DSA_65": mldsa.MLDSA65PublicKey,
    "ML_DSA_87": mldsa.MLDSA87PublicKey,
}


@pytest.fixture
def signer(kms, shared_key):
    """Sign and verify with one key, keyword by keyword."""

    class Signer:
        def __init__(self, spec):
            self.key_id = shared_key(spec)["KeyId"]
            self.public_der = kms.get_public_key(KeyId=self.key_id)["PublicKey"]
            self.public = serialization.load_der_public_key(self.public_der)
            self.common = {"KeyId": self.key_id, "SigningAlgorithm": "ML_DSA_SHAKE_256"}

        def sign(self, message, kind="RAW"):
            return kms.sign(Message=message, MessageType=kind, **self.common)["Signature"]

        def verify(self, message, signature, kind="RAW"):
            answer = kms.verify(Message=message, MessageType=kind, Signature=signature, **self.common)
            return answer["SignatureValid"]

    return Signer


def external_mu(public_key, message):
    """FIPS 204: mu = SHAKE256(SHAKE256(pk, 64) || 0 || len(ctx) || ctx || M, 64) with an empty context."""
    raw = public_key.public_bytes_raw()
    tr = hashlib.shake_256(raw).digest(64)
    return hashlib.shake_256(tr + b"\0\0" + message).digest(64)


@pytest.mark.parametrize("spec", SIZES)
class TestEverySize:
    def test_another_library_accepts_the_signature(self, signer, spec):
        key = signer(spec)
        assert isinstance(key.public, PUBLIC_TYPES[spec])
        message = os.urandom(500)
        signature = key.sign(message)
        assert len(signature) == SIZES[spec]
        key.public.verify(signature, message)
        with pytest.raises(InvalidSignature):
            key.public.verify(signature, message + b"!")
        assert key.verify(message, signature) is True

    def test_a_signature_over_external_mu_is_one_over_the_message(self, signer, spec):
        key = signer(spec)
        message = os.urandom(5000)
        mu = external_mu(key.public, message)
        signature = key.sign(mu, "EXTERNAL_MU")
        key.public.verify(signature, message)
        assert key.verify(mu, signature, "EXTERNAL_MU") is True
        with refused("KMSInvalidSignatureException", ""):
            key.verify(bytes(64), signature, "EXTERNAL_MU")

    def test_a_changed_signature_is_refused(self, signer, spec):
        key = signer(spec)
        signature = bytearray(key.sign(b"m"))
        signature[100] ^= 1
        with refused("KMSInvalidSignatureException", ""):
            key.verify(b"m", bytes(signature))


def test_external_mu_is_64_bytes(signer):
    with refused("ValidationException"):
        signer("ML_DSA_44").sign(bytes(63), "EXTERNAL_MU")


def test_ml_dsa_signs_no_digests(signer):
    with refused("ValidationException"):
        signer("ML_DSA_44").sign(bytes(32), "DIGEST")
