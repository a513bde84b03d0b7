"""Secrets leave no trace: not in the data directory, not in the log, not in records."""

import base64
import os
import pathlib
import stat
import time

import pytest

from aws_clients import refused
from key_import import KeyImport


def traces(secret):
    """The forms in which bytes would be found."""
    return {
        "raw": secret,
        "hex": secret.hex().encode(),
        "HEX": secret.hex().upper().encode(),
        "base64": base64.b64encode(secret).rstrip(b"="),
        "base64url": base64.urlsafe_b64encode(secret).rstrip(b"="),
    }


def found_in(folder, secrets):
    """Where any of the secrets stands in any file below the folder."""
    hits = []
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            hits += [
                (path.name, name, form)
                for name, secret in secrets.items()
                for form, trace in traces(secret).items()
                if trace in content
            ]
    return hits


@pytest.fixture
def used(new_server, client):
    """A SQLite server on which known secrets were used, and the secrets."""
    server = new_server("--allow-custom-ids", store=None)
    kms, iam, _sts = (client(service, on=server) for service in ("kms", "iam", "sts"))
    secrets = {"imported material": os.urandom(32), "plaintext": os.urandom(64), "custom material": os.urandom(32)}
    imported = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    KeyImport(kms).run(imported, secrets["imported material"])
    for key_id in (imported, kms.create_key()["KeyMetadata"]["KeyId"]):
        blob = kms.encrypt(KeyId=key_id, Plaintext=secrets["plaintext"], EncryptionContext={"a": "b"})
        kms.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext={"a": "b"})
        made = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
        secrets[f"data key {key_id[:4]}"] = made["Plaintext"]
    pair = kms.generate_data_key_pair(KeyId=imported, KeyPairSpec="ECC_NIST_P256")
    secrets["private key of a pair"] = pair["PrivateKeyPlaintext"][-60:]
    kms.create_key(
        Tags=[{"TagKey": "_custom_key_material_", "TagValue": base64.b64encode(secrets["custom material"]).decode()}]
    )
    mac = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    kms.generate_mac(KeyId=mac, Message=secrets["plaintext"], MacAlgorithm="HMAC_SHA_256")
    iam.create_user(UserName="holder")
    key = iam.create_access_key(UserName="holder")["AccessKey"]
    secrets["secret access key"] = key["SecretAccessKey"].encode()
    # Some time for background writers, then a clean end.
    time.sleep(0.5)
    assert server.stop() == 0
    return server, secrets


def test_a_stopped_servers_data_directory_holds_no_secret(used):
    server, secrets = used
    assert any(path.stat().st_size > 4096 for path in server.data_dir.rglob("*") if path.is_file())
    assert found_in(server.data_dir, secrets) == []


def test_the_log_holds_no_secret(used):
    server, secrets = used
    log = server.log().encode()
    for name, secret in secrets.items():
        assert not any(trace in log for trace in traces(secret).values()), name
    # The first start prints the root key, once.
    assert log.count(server.credentials().secret_access_key.encode()) <= 1


def test_even_the_most_talkative_log_holds_no_secret(new_server, client):
    server = new_server(store=None, environment={"RUST_LOG": "trace", "HAECHI_LOG": "trace"})
    kms = client("kms", on=server)
    secret = b"a-plaintext-that-no-log-may-show"
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.decrypt(CiphertextBlob=kms.encrypt(KeyId=key_id, Plaintext=secret)["CiphertextBlob"])
    made = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")["Plaintext"]
    server.stop()
    log = server.log().encode()
    for hidden in (secret, made):
        assert not any(trace in log for trace in traces(hidden).values())


def test_a_restart_prints_no_root_secret(new_server):
    server = new_server(store=None)
    secret = server.credentials().secret_access_key
    before = server.log().count(secret)
    server.restart()
    assert server.log().count(secret) == before
    assert server.credentials().secret_access_key == secret


def test_what_the_server_writes_is_for_its_owner_alone(new_server):
    server = new_server(store=None)
    assert stat.S_IMODE((server.data_dir / "credentials").stat().st_mode) == 0o600
    server.create_account("123456789012", "second")
    assert stat.S_IMODE((server.data_dir / "credentials").stat().st_mode) == 0o600
    for path in server.data_dir.rglob("*"):
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


def test_root_keys_differ_between_servers(new_server):
    keys = [new_server(store=None).credentials() for _ in range(2)]
    assert keys[0].access_key_id != keys[1].access_key_id
    assert keys[0].secret_access_key != keys[1].secret_access_key


def test_key_material_survives_a_restart_and_opens_only_with_the_root_key(new_server, client):
    server = new_server(store=None)
    kms = client("kms", on=server)
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    server.restart()
    assert client("kms", on=server).decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_ciphertext_of_another_installation_opens_nowhere(new_server, client):
    wanted = "00000000-1111-2222-3333-555555555555"
    tags = [{"TagKey": "_custom_id_", "TagValue": wanted}]
    first, second = (client("kms", on=new_server("--allow-custom-ids", store=None)) for _ in range(2))
    for kms in (first, second):
        assert kms.create_key(Tags=tags)["KeyMetadata"]["KeyId"] == wanted
    blob = first.encrypt(KeyId=wanted, Plaintext=b"x")["CiphertextBlob"]
    with refused("InvalidCiphertextException"):
        second.decrypt(CiphertextBlob=blob)
