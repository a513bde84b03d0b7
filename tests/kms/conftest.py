"""Keys that many tests share, made once per worker."""

import os

import pytest
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding

USAGE_OF_FAMILY = {
    "SYMMETRIC": "ENCRYPT_DECRYPT",
    "RSA": "ENCRYPT_DECRYPT",
    "ECC": "SIGN_VERIFY",
    "HMAC": "GENERATE_VERIFY_MAC",
    "ML_DSA": "SIGN_VERIFY",
    "ML_KEM": "ENCAPSULATE_DECAPSULATE",
}


def usual_usage(spec):
    return next(usage for family, usage in USAGE_OF_FAMILY.items() if spec.startswith(family))


@pytest.fixture(scope="session")
def shared_key(kms):
    """`shared_key("RSA_2048", "SIGN_VERIFY")` → metadata. Nobody may change the state of these keys."""
    made = {}

    def key(spec="SYMMETRIC_DEFAULT", usage=None):
        usage = usage or usual_usage(spec)
        if (spec, usage) not in made:
            made[spec, usage] = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
        return made[spec, usage]

    return key


@pytest.fixture(scope="session")
def import_material(kms):
    """Wraps material as AWS documents it and imports it: `import_material(key_id, bytes)`."""
    return KeyImport(kms).run


class KeyImport:
    """GetParametersForImport, wrapping by another library, ImportKeyMaterial."""

    def __init__(self, client):
        self.client = client

    def run(self, key_id, material, *, algorithm=None, wrapping_spec="RSA_2048", **parameters):
        # Private keys are longer than RSA-OAEP can hold.
        algorithm = algorithm or ("RSA_AES_KEY_WRAP_SHA_256" if len(material) > 64 else "RSAES_OAEP_SHA_256")
        token, wrapped = self.prepare(key_id, material, algorithm, wrapping_spec)
        if "ValidTo" not in parameters:
            parameters.setdefault("ExpirationModel", "KEY_MATERIAL_DOES_NOT_EXPIRE")
        return self.client.import_key_material(
            KeyId=key_id, ImportToken=token, EncryptedKeyMaterial=wrapped, **parameters
        )

    def prepare(self, key_id, material, algorithm, wrapping_spec="RSA_2048"):
        answer = self.client.get_parameters_for_import(
            KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec=wrapping_spec
        )
        public = serialization.load_der_public_key(answer["PublicKey"])
        assert public.key_size == int(wrapping_spec[4:])
        return answer["ImportToken"], wrap(public, material, algorithm)


def wrap(public, material, algorithm):
    """The material as the wrapping algorithm seals it."""
    if algorithm == "RSAES_PKCS1_V1_5":
        return public.encrypt(material, padding.PKCS1v15())
    digest = hashes.SHA1() if algorithm.endswith("SHA_1") else hashes.SHA256()
    oaep = padding.OAEP(padding.MGF1(digest), digest, None)
    if algorithm.startswith("RSAES_OAEP"):
        return public.encrypt(material, oaep)
    aes = os.urandom(32)
    return public.encrypt(aes, oaep) + keywrap.aes_key_wrap_with_padding(aes, material)
