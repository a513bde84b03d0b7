"""Settings: a file, over it the environment, over it flags."""

import socket
import subprocess

import pytest

import aws_clients
from haechi_server import free_port
from waiting import until


@pytest.fixture
def account_of(client):
    def account_of(server):
        return client("sts", on=server).get_caller_identity()["Account"]

    return account_of


class TestOrder:
    """The account id, told in all three places."""

    @pytest.fixture
    def configured(self, new_server, tmp_path):
        path = tmp_path / "haechi.toml"
        path.write_text('account-id = "111111111111"\n')

        def make(environment=None, flags=()):
            server = new_server("--config", str(path), start=False, environment=environment or {})
            line = server.command_line()
            at = line.index("--account-id")
            line[at : at + 2] = flags
            server.command_line = lambda: line
            return server.start()

        return make

    def test_the_file_alone(self, configured, account_of):
        assert account_of(configured()) == "111111111111"

    def test_the_environment_over_the_file(self, configured, account_of):
        assert account_of(configured({"HAECHI_ACCOUNT_ID": "222222222222"})) == "222222222222"

    def test_the_flag_over_both(self, configured, account_of):
        server = configured({"HAECHI_ACCOUNT_ID": "222222222222"}, ["--account-id", "333333333333"])
        assert account_of(server) == "333333333333"


def refusal(server):
    """What a server that must not start says."""
    done = subprocess.run(
        server.command_line(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        env=server.clean_environment(),
    )
    assert done.returncode != 0
    assert "panicked" not in done.stderr
    return done.stderr + done.stdout


def test_an_unknown_setting_in_the_file_is_named(new_server, tmp_path):
    path = tmp_path / "haechi.toml"
    path.write_text("no-such-setting = 1\n")
    assert "no-such-setting" in refusal(new_server("--config", str(path), start=False))


def test_plain_http_stays_on_the_loopback(new_server):
    server = new_server(start=False)
    line = server.command_line()
    line[line.index("--listen") + 1] = f"0.0.0.0:{server.port}"
    server.command_line = lambda: line
    assert "plain HTTP" in refusal(server)


def test_a_store_that_is_none_is_told(new_server):
    assert "--store" in refusal(new_server(store="mysql://nowhere", start=False))


def test_a_database_that_is_not_there_is_told_without_its_password(new_server):
    server = new_server(store=f"postgres://haechi:pass-word-123@127.0.0.1:{free_port()}/none", start=False)
    assert "pass-word-123" not in refusal(server)


def test_quotas_are_enforced_only_when_asked_for(new_server, client):
    """CreateKey has a quota of five a second; throttling is off unless --throttle is given."""

    def refusals(server):
        kms = client("kms", on=server)
        refused_calls = 0
        for _ in range(40):
            try:
                kms.create_key()
            except kms.exceptions.ClientError as error:
                assert error.response["Error"]["Code"] == "ThrottlingException"
                assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
                refused_calls += 1
        return refused_calls

    assert refusals(new_server()) == 0
    assert refusals(new_server("--throttle")) > 0


class TestTls:
    @pytest.fixture
    def certificate(self, tmp_path):
        key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                "-addext", "basicConstraints=critical,CA:FALSE",
            ],
            check=True, stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip
        return cert, key

    def test_clients_verify_the_certificate_and_are_served(self, new_server, certificate, monkeypatch):
        cert, key = certificate
        server = new_server("--tls-cert", str(cert), "--tls-key", str(key), start=False)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(cert))
        server.wait_until_ready = lambda: wait_for_port(server)
        server.start()
        sts = aws_clients.client(f"https://127.0.0.1:{server.port}", "sts", server.credentials())
        assert sts.get_caller_identity()["Account"]

    def test_the_command_line_verifies_it_too(self, new_server, certificate):
        cert, key = certificate
        server = new_server("--tls-cert", str(cert), "--tls-key", str(key), start=False)
        server.wait_until_ready = lambda: wait_for_port(server)
        server.start()
        line = ["account", "list", "--data-dir", str(server.data_dir), "--endpoint", f"https://127.0.0.1:{server.port}"]
        unknown = server.run(*line, connect=False, check=False)
        assert unknown.returncode != 0
        assert "AWS_CA_BUNDLE" in unknown.stderr
        server.environment["AWS_CA_BUNDLE"] = str(cert)
        assert server.run(*line, connect=False).returncode == 0

    def test_plain_http_gets_no_answer(self, new_server, certificate):
        cert, key = certificate
        server = new_server("--tls-cert", str(cert), "--tls-key", str(key), start=False)
        server.wait_until_ready = lambda: wait_for_port(server)
        server.start()
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.sendall(b"GET /_haechi/ready HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b" 200 " not in connection.recv(4096)


def wait_for_port(server):
    """A TLS server is ready when it listens and has written its credentials."""

    def listens():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", server.port)) == 0 and (server.data_dir / "credentials").exists()

    until(listens, bool, seconds=30)


def test_only_the_regions_named_are_served(new_server, client):
    server = new_server("--regions", "ap-northeast-2,us-east-1")
    client("kms", on=server).create_key()
    with pytest.raises(client("kms").exceptions.ClientError):
        client("kms", on=server, region="eu-north-1").create_key()
