"""`haechi backup` of a running server and `haechi restore`."""

import shutil
import stat

import pytest


@pytest.fixture
def running(new_server):
    return new_server()


def kms_of(server, client):
    return client("kms", on=server)


@pytest.mark.parametrize("before", ["sqlite", "postgres"])
@pytest.mark.parametrize("after", ["sqlite", "postgres"])
def test_what_was_encrypted_before_the_backup_opens_after_the_restore(
    new_server, new_store, client, tmp_path, before, after
):
    running = new_server(store=new_store(before))
    kms = kms_of(running, client)
    key = kms.create_key(Description="kept")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/kept", TargetKeyId=key)
    blob = kms.encrypt(KeyId=key, Plaintext=b"kept")["CiphertextBlob"]
    copy = tmp_path / "copy.haechi"
    running.run("backup", "--to", str(copy))
    kms.create_key(Description="too late")
    opener = (running.data_dir / "seal.key", running.data_dir / "credentials")

    restored = tmp_path / "restored"
    store = new_store(after)
    place = ["--data-dir", str(restored), *(["--store", store] if store else [])]
    done = running.run("restore", "--from", str(copy), *place, connect=False, check=False)
    assert done.returncode == 0, done.stderr
    for file in opener:
        shutil.copy2(file, restored / file.name)
    second = kms_of(new_server(data_dir=restored, store=store), client)
    assert second.decrypt(CiphertextBlob=blob)["Plaintext"] == b"kept"
    assert second.describe_key(KeyId="alias/kept")["KeyMetadata"]["KeyId"] == key
    descriptions = [
        second.describe_key(KeyId=known["KeyId"])["KeyMetadata"]["Description"] for known in second.list_keys()["Keys"]
    ]
    assert "too late" not in descriptions
    if store:
        again = running.run(
            "restore", "--from", str(copy), "--data-dir", str(tmp_path / "again"), "--store", store,
            connect=False, check=False,
        )  # fmt: skip
        assert again.returncode != 0 and "holds data already" in again.stderr


def test_a_backup_is_for_its_owner_alone_and_holds_no_key(running, tmp_path):
    copy = tmp_path / "copy.haechi"
    running.run("backup", "--to", str(copy))
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    secret = running.credentials().secret_access_key.encode()
    seal = (running.data_dir / "seal.key").read_bytes()
    content = copy.read_bytes()
    assert secret not in content
    assert seal.strip() not in content


def test_a_backup_never_overwrites(running, tmp_path):
    copy = tmp_path / "copy.haechi"
    copy.write_text("mine")
    refused = running.run("backup", "--to", str(copy), check=False)
    assert refused.returncode != 0
    assert copy.read_text() == "mine"


def test_a_restore_never_touches_a_directory_that_holds_data(new_server, tmp_path):
    running = new_server(store=None)
    copy = tmp_path / "copy.haechi"
    running.run("backup", "--to", str(copy))
    refused = running.run(
        "restore", "--from", str(copy), "--data-dir", str(running.data_dir), connect=False, check=False
    )
    assert refused.returncode != 0
    assert "exists already" in refused.stderr


def test_a_damaged_backup_is_refused(running, tmp_path):
    copy = tmp_path / "copy.haechi"
    running.run("backup", "--to", str(copy))
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 0xFF
    copy.write_bytes(content)
    restored = tmp_path / "restored"
    refused = running.run("restore", "--from", str(copy), "--data-dir", str(restored), connect=False, check=False)
    assert refused.returncode != 0
