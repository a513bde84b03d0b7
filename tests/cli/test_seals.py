"""What seals the root key: a file, a passphrase, an HSM. Without it, nothing opens."""

import os
import pathlib
import shutil
import subprocess

import pytest

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


@pytest.fixture
def round_trip(client):
    """Encrypts before a restart and decrypts after it."""

    def round_trip(server):
        kms = client("kms", on=server)
        blob = kms.encrypt(KeyId=kms.create_key()["KeyMetadata"]["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        server.restart()
        assert client("kms", on=server).decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    return round_trip


def assert_does_not_start(server, *secrets):
    with pytest.raises(RuntimeError) as caught:
        server.start()
    assert "panicked" not in str(caught.value)
    for secret in secrets:
        assert secret not in str(caught.value)


@pytest.fixture
def passphrase_file(tmp_path):
    path = tmp_path / "passphrase"
    path.write_text("correct horse battery staple\n")
    path.chmod(0o600)
    return path


class TestPassphrase:
    def test_opens_after_a_restart(self, new_server, round_trip, passphrase_file):
        round_trip(new_server("--seal", "passphrase", "--seal-passphrase-file", str(passphrase_file)))

    def test_another_one_opens_nothing(self, new_server, passphrase_file):
        server = new_server("--seal", "passphrase", "--seal-passphrase-file", str(passphrase_file))
        server.stop()
        passphrase_file.write_text("wrong horse\n")
        assert_does_not_start(server, "wrong horse")


class TestFile:
    def test_its_key_is_for_the_owner_alone(self, new_server):
        server = new_server(store=None)
        assert (server.data_dir / "seal.key").stat().st_mode & 0o077 == 0

    def test_without_its_key_nothing_opens(self, new_server):
        server = new_server(store=None)
        server.stop()
        (server.data_dir / "seal.key").unlink()
        assert_does_not_start(server)

    def test_another_key_opens_nothing(self, new_server):
        server, other = new_server(store=None), new_server(store=None)
        server.stop()
        shutil.copy2(other.data_dir / "seal.key", server.data_dir / "seal.key")
        assert_does_not_start(server)

    def test_its_key_may_lie_elsewhere(self, new_server, round_trip, tmp_path):
        path = tmp_path / "elsewhere.key"
        server = new_server("--seal-key-file", str(path), store=None)
        round_trip(server)
        assert path.exists()
        assert not (server.data_dir / "seal.key").exists()


class TestHsm:
    @pytest.fixture
    def token(self, tmp_path):
        """A SoftHSM token of the test's own: (flags of the server, its environment)."""
        module = next((m for m in MODULES if pathlib.Path(m).exists()), None)
        assert module, "SoftHSM is missing: scripts/install-test-deps installs it"
        folder = tmp_path / "tokens"
        folder.mkdir()
        configuration = tmp_path / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\n")
        environment = {"SOFTHSM2_CONF": str(configuration)}
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", "haechi", "--pin", "1234", "--so-pin", "5678"],
            check=True, env=os.environ | environment, stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip
        pin = tmp_path / "pin"
        pin.write_text("1234\n")
        pin.chmod(0o600)
        flags = ["--seal", "pkcs11", "--seal-pkcs11-module", module, "--seal-pkcs11-token", "haechi"]
        return [*flags, "--seal-pkcs11-pin-file", str(pin)], environment, pin

    def test_opens_after_a_restart(self, new_server, round_trip, token):
        flags, environment, _ = token
        round_trip(new_server(*flags, environment=environment))

    def test_another_pin_opens_nothing(self, new_server, token):
        flags, environment, pin = token
        server = new_server(*flags, environment=environment)
        server.stop()
        pin.write_text("9999\n")
        assert_does_not_start(server, "9999")
