"""GenerateMac and VerifyMac."""

import hashlib
import hmac
import os

import pytest

from aws_clients import refused

ALGORITHMS = [(f"HMAC_{n}", f"HMAC_SHA_{n}") for n in (224, 256, 384, 512)]


@pytest.mark.parametrize("spec, algorithm", ALGORITHMS)
def test_verify_accepts_what_generate_made(kms, shared_key, spec, algorithm):
    key = shared_key(spec)
    made = kms.generate_mac(KeyId=key["KeyId"], Message=b"some important message", MacAlgorithm=algorithm)
    assert (made["KeyId"], made["MacAlgorithm"]) == (key["Arn"], algorithm)
    assert len(made["Mac"]) == int(spec[5:]) // 8
    answer = kms.verify_mac(
        KeyId=key["KeyId"], Message=b"some important message", MacAlgorithm=algorithm, Mac=made["Mac"]
    )
    assert (answer["KeyId"], answer["MacValid"], answer["MacAlgorithm"]) == (key["Arn"], True, algorithm)


@pytest.mark.parametrize("spec, algorithm", ALGORITHMS)
def test_imported_material_gives_the_mac_that_python_computes(kms, import_material, spec, algorithm):
    material = os.urandom(int(spec[5:]) // 8)
    key = kms.create_key(KeySpec=spec, KeyUsage="GENERATE_VERIFY_MAC", Origin="EXTERNAL")["KeyMetadata"]
    import_material(key["KeyId"], material)
    made = kms.generate_mac(KeyId=key["KeyId"], Message=b"m", MacAlgorithm=algorithm)["Mac"]
    assert made == hmac.new(material, b"m", getattr(hashlib, f"sha{spec[5:]}")).digest()


def test_the_mac_of_the_same_message_is_the_same(kms, shared_key):
    key_id = shared_key("HMAC_256")["KeyId"]
    macs = {kms.generate_mac(KeyId=key_id, Message=b"m", MacAlgorithm="HMAC_SHA_256")["Mac"] for _ in range(3)}
    assert len(macs) == 1


class TestVerifyRefuses:
    @pytest.fixture
    def made(self, kms, shared_key):
        asked = {"KeyId": shared_key("HMAC_256")["KeyId"], "Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}
        return asked | {"Mac": kms.generate_mac(**asked)["Mac"]}

    def test_another_message(self, kms, made):
        with refused("KMSInvalidMacException", "", status=400):
            kms.verify_mac(**made | {"Message": b"n"})

    def test_a_changed_mac(self, kms, made):
        with refused("KMSInvalidMacException", ""):
            kms.verify_mac(**made | {"Mac": bytes([made["Mac"][0] ^ 1]) + made["Mac"][1:]})

    def test_a_prefix_of_the_mac(self, kms, made):
        with refused("KMSInvalidMacException", ""):
            kms.verify_mac(**made | {"Mac": made["Mac"][:16]})

    def test_a_mac_of_another_key(self, kms, made, new_key):
        other = new_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
        with refused("KMSInvalidMacException", ""):
            kms.verify_mac(**made | {"KeyId": other["KeyId"]})


def test_an_algorithm_of_another_spec_is_refused(kms, shared_key):
    with refused("InvalidKeyUsageException", "Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224."):
        kms.generate_mac(KeyId=shared_key("HMAC_224")["KeyId"], Message=b"m", MacAlgorithm="HMAC_SHA_256")


def test_an_encryption_key_makes_no_mac(kms, shared_key):
    key = shared_key()
    message = f"{key['Arn']} key usage is ENCRYPT_DECRYPT which is not valid for GenerateMac."
    with refused("InvalidKeyUsageException", message):
        kms.generate_mac(KeyId=key["KeyId"], Message=b"m", MacAlgorithm="HMAC_SHA_256")


def test_a_key_id_that_is_none_is_an_invalid_key_id(kms):
    with refused("NotFoundException", "Invalid keyId 'key_id'"):
        kms.generate_mac(KeyId="key_id", Message=b"m", MacAlgorithm="HMAC_SHA_256")
