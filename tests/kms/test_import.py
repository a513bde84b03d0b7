"""Imported key material, wrapped by another library with every algorithm."""

import datetime
import os

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from aws_clients import refused
from key_import import KeyImport, wrap

WRAPPING_SPECS = ("RSA_2048", "RSA_3072", "RSA_4096")
SHORT_ALGORITHMS = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256")
LONG_ALGORITHMS = ("RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256")


@pytest.fixture
def external(kms):
    """A fresh symmetric key that waits for its material."""

    def make(**parameters):
        return kms.create_key(Origin="EXTERNAL", **parameters)["KeyMetadata"]

    return make


@pytest.fixture(scope="module")
def timed(client, clocked):
    return client("kms", on=clocked)


def pkcs8(private):
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_key_without_material_is_pending_import(kms, external):
    key = external()
    assert (key["KeyState"], key["Enabled"], key["Origin"]) == ("PendingImport", False, "EXTERNAL")
    assert "ExpirationModel" not in key and "CurrentKeyMaterialId" not in key
    with refused("KMSInvalidStateException", f"{key['Arn']} is pending import."):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")


@pytest.mark.parametrize("wrapping_spec", WRAPPING_SPECS)
@pytest.mark.parametrize("algorithm", SHORT_ALGORITHMS)
def test_symmetric_material_arrives_by_every_wrapping(kms, external, import_material, algorithm, wrapping_spec):
    key = external()
    material = os.urandom(32)
    answer = import_material(key["KeyId"], material, algorithm=algorithm, wrapping_spec=wrapping_spec)
    assert answer["KeyId"] == key["Arn"]
    metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Enabled"]) == ("Enabled", True)
    assert metadata["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    assert metadata["CurrentKeyMaterialId"] == answer["KeyMaterialId"]
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_parameters_are_valid_for_a_day(kms, external):
    answer = kms.get_parameters_for_import(
        KeyId=external()["KeyId"], WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )
    left = answer["ParametersValidTo"] - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(hours=23) < left <= datetime.timedelta(hours=24, minutes=5)


@pytest.mark.parametrize("algorithm", LONG_ALGORITHMS)
class TestAsymmetricMaterial:
    @pytest.mark.parametrize("bits", [2048, 3072, 4096])
    def test_rsa(self, kms, external, import_material, algorithm, bits):
        private = rsa.generate_private_key(65537, bits)
        key = external(KeySpec=f"RSA_{bits}", KeyUsage="ENCRYPT_DECRYPT")
        import_material(key["KeyId"], pkcs8(private), algorithm=algorithm, wrapping_spec="RSA_4096")
        blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256")
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        assert private.decrypt(blob["CiphertextBlob"], oaep) == b"x"

    @pytest.mark.parametrize(
        "spec, curve, hash_type",
        [
            ("ECC_NIST_P256", ec.SECP256R1, hashes.SHA256),
            ("ECC_NIST_P384", ec.SECP384R1, hashes.SHA384),
            ("ECC_NIST_P521", ec.SECP521R1, hashes.SHA512),
            ("ECC_SECG_P256K1", ec.SECP256K1, hashes.SHA256),
        ],
    )
    def test_elliptic_curves(self, kms, external, import_material, algorithm, spec, curve, hash_type):
        private = ec.generate_private_key(curve())
        key = external(KeySpec=spec, KeyUsage="SIGN_VERIFY")
        import_material(key["KeyId"], pkcs8(private), algorithm=algorithm)
        scheme = f"ECDSA_SHA_{hash_type.digest_size * 8}"
        signature = kms.sign(KeyId=key["KeyId"], Message=b"m", SigningAlgorithm=scheme)["Signature"]
        private.public_key().verify(signature, b"m", ec.ECDSA(hash_type()))

    def test_ed25519(self, kms, external, import_material, algorithm):
        private = ed25519.Ed25519PrivateKey.generate()
        key = external(KeySpec="ECC_NIST_EDWARDS25519", KeyUsage="SIGN_VERIFY")
        import_material(key["KeyId"], pkcs8(private), algorithm=algorithm)
        signature = kms.sign(KeyId=key["KeyId"], Message=b"m", SigningAlgorithm="ED25519_SHA_512")["Signature"]
        assert signature == private.sign(b"m")


class TestReimport:
    def test_the_same_material_is_accepted_after_deletion(self, kms, external, import_material):
        key, material = external(), os.urandom(32)
        first = import_material(key["KeyId"], material)["KeyMaterialId"]
        blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        kms.delete_imported_key_material(KeyId=key["KeyId"])
        metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        assert metadata["KeyState"] == "PendingImport"
        assert "ExpirationModel" not in metadata
        with refused("KMSInvalidStateException", f"{key['Arn']} is pending import."):
            kms.decrypt(CiphertextBlob=blob)
        assert import_material(key["KeyId"], material)["KeyMaterialId"] == first
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    def test_other_material_is_incorrect(self, kms, external, import_material):
        key = external()
        import_material(key["KeyId"], os.urandom(32))
        with refused("IncorrectKeyMaterialException"):
            import_material(key["KeyId"], os.urandom(32))
        kms.delete_imported_key_material(KeyId=key["KeyId"])
        with refused("IncorrectKeyMaterialException"):
            import_material(key["KeyId"], os.urandom(32))

    def test_the_same_material_under_another_key_opens_nothing(self, kms, external, import_material):
        material = os.urandom(32)
        first, second = external(), external()
        for key in (first, second):
            import_material(key["KeyId"], material)
        blob = kms.encrypt(KeyId=first["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        with refused("IncorrectKeyException"):
            kms.decrypt(CiphertextBlob=blob, KeyId=second["KeyId"])
        ids = {kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["CurrentKeyMaterialId"] for key in (first, second)}
        assert len(ids) == 2

    def test_material_of_an_hmac_key_never_changes(self, kms, external, import_material):
        key = external(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
        import_material(key["KeyId"], os.urandom(32))
        with refused("IncorrectKeyMaterialException"):
            import_material(key["KeyId"], os.urandom(32))


class TestRotationOfImportedMaterial:
    def test_new_material_waits_and_an_on_demand_rotation_makes_it_current(self, kms, external, import_material):
        key = external()
        first = import_material(key["KeyId"], os.urandom(32))["KeyMaterialId"]
        old = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"before")["CiphertextBlob"]
        second = import_material(key["KeyId"], os.urandom(32), ImportType="NEW_KEY_MATERIAL")["KeyMaterialId"]
        assert first != second
        states = self.states(kms, key["KeyId"])
        assert states == {first: "CURRENT", second: "PENDING_ROTATION"}
        kms.rotate_key_on_demand(KeyId=key["KeyId"])
        assert self.states(kms, key["KeyId"]) == {first: "NON_CURRENT", second: "CURRENT"}
        assert kms.decrypt(CiphertextBlob=old)["KeyMaterialId"] == first
        new = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"after")["CiphertextBlob"]
        assert kms.decrypt(CiphertextBlob=new)["KeyMaterialId"] == second

    @staticmethod
    def states(kms, key_id):
        answer = kms.list_key_rotations(KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")
        assert {entry["ImportState"] for entry in answer["Rotations"]} == {"IMPORTED"}
        return {entry["KeyMaterialId"]: entry["KeyMaterialState"] for entry in answer["Rotations"]}

    def test_without_new_material_there_is_nothing_to_rotate_to(self, kms, external, import_material):
        key = external()
        import_material(key["KeyId"], os.urandom(32))
        with pytest.raises(kms.exceptions.ClientError):
            kms.rotate_key_on_demand(KeyId=key["KeyId"])

    def test_automatic_rotation_is_unsupported(self, kms, external, import_material):
        key = external()
        import_material(key["KeyId"], os.urandom(32))
        with refused("UnsupportedOperationException"):
            kms.enable_key_rotation(KeyId=key["KeyId"])

    def test_one_missing_material_of_several_makes_the_key_unusable(self, kms, external, import_material):
        key, old_material = external(), os.urandom(32)
        first = import_material(key["KeyId"], old_material)["KeyMaterialId"]
        import_material(key["KeyId"], os.urandom(32), ImportType="NEW_KEY_MATERIAL")
        kms.rotate_key_on_demand(KeyId=key["KeyId"])
        kms.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=first)
        assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingImport"
        import_material(key["KeyId"], old_material, KeyMaterialId=first)
        assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Enabled"


class TestExpiry:
    def test_the_date_is_shown(self, kms, external, import_material):
        key = external()
        end = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(days=30)
        import_material(key["KeyId"], os.urandom(32), ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo=end)
        metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        assert (metadata["ExpirationModel"], metadata["ValidTo"]) == ("KEY_MATERIAL_EXPIRES", end)

    def test_expired_material_is_gone_until_it_is_imported_again(self, timed, clocked):
        key = timed.create_key(Origin="EXTERNAL")["KeyMetadata"]
        material = os.urandom(32)
        created = key["CreationDate"]
        run = KeyImport(timed).run
        run(
            key["KeyId"],
            material,
            ValidTo=created + datetime.timedelta(days=10),
            ExpirationModel="KEY_MATERIAL_EXPIRES",
        )
        blob = timed.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        clocked.advance_clock("11d")
        assert timed.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingImport"
        with refused("KMSInvalidStateException", f"{key['Arn']} is pending import."):
            timed.decrypt(CiphertextBlob=blob)
        run(key["KeyId"], material)
        assert timed.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    def test_an_expiring_import_needs_a_date(self, kms, external, import_material):
        message = "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
        with refused("ValidationException", message):
            import_material(external()["KeyId"], os.urandom(32), ExpirationModel="KEY_MATERIAL_EXPIRES")

    @pytest.mark.parametrize("days", [-1, 366])
    def test_a_date_in_the_past_or_beyond_a_year_is_refused(self, kms, external, import_material, days):
        end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
        with refused("ValidationException"):
            import_material(external()["KeyId"], os.urandom(32), ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo=end)

    def test_an_import_token_expires_after_a_day(self, timed, clocked):
        key_id = timed.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
        token, wrapped = KeyImport(timed).prepare(key_id, os.urandom(32), "RSAES_OAEP_SHA_256")
        clocked.advance_clock("25h")
        with refused("ExpiredImportTokenException"):
            timed.import_key_material(
                KeyId=key_id,
                ImportToken=token,
                EncryptedKeyMaterial=wrapped,
                ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
            )


class TestRefusals:
    def import_as_is(self, kms, key_id, token, wrapped):
        return kms.import_key_material(
            KeyId=key_id,
            ImportToken=token,
            EncryptedKeyMaterial=wrapped,
            ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
        )

    def test_a_token_of_another_key_is_invalid(self, kms, external):
        mine, other = external()["KeyId"], external()["KeyId"]
        token, wrapped = KeyImport(kms).prepare(other, os.urandom(32), "RSAES_OAEP_SHA_256")
        with refused("InvalidImportTokenException"):
            self.import_as_is(kms, mine, token, wrapped)

    def test_a_token_that_never_was_one_is_invalid(self, kms, external):
        key_id = external()["KeyId"]
        _, wrapped = KeyImport(kms).prepare(key_id, os.urandom(32), "RSAES_OAEP_SHA_256")
        with refused("InvalidImportTokenException"):
            self.import_as_is(kms, key_id, b"junk", wrapped)

    def test_material_wrapped_for_another_token_is_invalid_ciphertext(self, kms, external):
        key_id = external()["KeyId"]
        token, _ = KeyImport(kms).prepare(key_id, os.urandom(32), "RSAES_OAEP_SHA_256")
        stranger = rsa.generate_private_key(65537, 2048).public_key()
        with refused("InvalidCiphertextException"):
            self.import_as_is(kms, key_id, token, wrap(stranger, os.urandom(32), "RSAES_OAEP_SHA_256"))

    @pytest.mark.parametrize("size", [16, 31, 33])
    def test_symmetric_material_is_32_bytes(self, kms, external, size):
        key_id = external()["KeyId"]
        token, wrapped = KeyImport(kms).prepare(key_id, os.urandom(size), "RSAES_OAEP_SHA_256")
        with pytest.raises(kms.exceptions.ClientError) as caught:
            self.import_as_is(kms, key_id, token, wrapped)
        assert caught.value.response["Error"]["Code"] in {"InvalidCiphertextException", "IncorrectKeyMaterialException"}

    def test_a_private_key_of_another_spec_is_refused(self, kms, external):
        key_id = external(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyId"]
        other = pkcs8(ec.generate_private_key(ec.SECP384R1()))
        token, wrapped = KeyImport(kms).prepare(key_id, other, "RSA_AES_KEY_WRAP_SHA_256")
        with pytest.raises(kms.exceptions.ClientError) as caught:
            self.import_as_is(kms, key_id, token, wrapped)
        assert caught.value.response["Error"]["Code"] in {"InvalidCiphertextException", "IncorrectKeyMaterialException"}

    def test_a_key_of_aws_takes_no_material(self, kms, new_key):
        key = new_key()
        message = f"{key['Arn']} origin is AWS_KMS which is not valid for this operation."
        with refused("UnsupportedOperationException", message):
            kms.get_parameters_for_import(
                KeyId=key["KeyId"], WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
            )
