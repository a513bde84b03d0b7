"""`haechi serve`: start, stop, restart, configuration and what it says."""

import signal
import subprocess
import time
import urllib.request

import pytest

import aws_clients
from haechi_server import Haechi


def test_it_says_where_it_listens_and_where_the_data_is(new_server):
    server = new_server()
    log = server.log()
    assert f"127.0.0.1:{server.port}" in log
    assert str(server.data_dir) in log


def test_sigterm_ends_it_cleanly(new_server):
    server = new_server()
    assert server.stop() == 0


def test_sigint_ends_it_cleanly(new_server):
    server = new_server()
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(15) == 0


def test_a_port_in_use_is_told_plainly(new_server, server, binary):
    second = new_server(start=False)
    second.port = server.port
    done = subprocess.run(
        second.command_line(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
        env=second.clean_environment(),
    )  # fmt: skip
    assert done.returncode != 0
    assert str(server.port) in done.stderr + done.stdout
    assert "panicked" not in done.stderr


def test_everything_is_there_after_a_restart(new_server, client):
    server = new_server()
    kms, iam = client("kms", on=server), client("iam", on=server)
    key = kms.create_key(Description="kept", Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]
    kms.create_alias(AliasName="alias/kept", TargetKeyId=key["KeyId"])
    blob = kms.encrypt(KeyId="alias/kept", Plaintext=b"x")["CiphertextBlob"]
    iam.create_user(UserName="kept")
    server.restart()
    kms, iam = client("kms", on=server), client("iam", on=server)
    assert kms.describe_key(KeyId="alias/kept")["KeyMetadata"] == key
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert iam.get_user(UserName="kept")["User"]["UserName"] == "kept"


def test_the_account_id_is_the_one_asked_for(binary, tmp_path):
    server = Haechi(binary, data_dir=tmp_path / "data")
    line = server.command_line()
    line[line.index("--account-id") + 1] = "987654321098"
    server.command_line = lambda: line
    server.data_dir.mkdir()
    try:
        server.start()
        sts = aws_clients.client(server.endpoint, "sts", server.credentials())
        assert sts.get_caller_identity()["Account"] == "987654321098"
    finally:
        server.remove()


def test_ready_answers_soon(new_server):
    began = time.monotonic()
    server = new_server(store=None)
    with urllib.request.urlopen(f"{server.endpoint}/_haechi/ready") as answer:
        assert answer.status == 200
    # Thirty seconds is the harness's own limit; a start that takes more than five is broken on any machine.
    assert time.monotonic() - began < 5


class TestSeed:
    @pytest.fixture
    def seed(self, tmp_path):
        path = tmp_path / "seed.toml"
        path.write_text(SEED)
        return path

    def test_makes_what_it_declares_and_again_changes_nothing(self, new_server, client, seed):
        server = new_server(seed=seed)
        kms = client("kms", on=server)
        key = kms.describe_key(KeyId="alias/seeded")["KeyMetadata"]
        assert key["KeyId"] == "bc436485-5092-42b8-92a3-0aa8b93536dc"
        blob = kms.encrypt(KeyId="alias/seeded", Plaintext=b"x")["CiphertextBlob"]
        server.restart()
        assert client("kms", on=server).decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        assert client("kms", on=server).describe_key(KeyId="alias/seeded")["KeyMetadata"] == key

    def test_the_same_material_opens_on_another_server(self, new_server, client, seed):
        first, second = (client("kms", on=new_server(seed=seed)) for _ in range(2))
        blob = first.encrypt(KeyId="alias/seeded", Plaintext=b"x")["CiphertextBlob"]
        assert second.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    def test_a_wrong_file_is_told_with_its_place(self, new_server, tmp_path):
        path = tmp_path / "wrong.toml"
        path.write_text("[[key]\nnonsense")
        server = new_server(seed=path, start=False)
        with pytest.raises(RuntimeError, match=r"wrong\.toml"):
            server.start()


SEED = """
[[keys]]
account = "000000000000"
region = "ap-northeast-2"
id = "bc436485-5092-42b8-92a3-0aa8b93536dc"
material = "XZUxPtxN1W7h1mKhUxKj6Hlrd1LXrQTBd1Jj4CWgTjw="
aliases = ["seeded"]
"""
