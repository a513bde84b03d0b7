"""Key material, wrapped by another library and imported as AWS documents it."""

import os

from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding


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
