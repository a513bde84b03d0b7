"""sops keeps a file under a KMS key and an encryption context."""

import json

import pytest

from aws_cli import program
from policies import allow, document


@pytest.fixture
def sops():
    return program("sops")


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secrets.yaml"
    path.write_text("database:\n  password: hunter2\n  port: 5432\n")
    return path


def test_a_file_round_trips_under_an_encryption_context(sops, run, program_environment, secret_file, new_key, tmp_path):
    arn = new_key()["Arn"]
    environment = program_environment()
    sealed = run(
        [sops, "encrypt", "--kms", arn, "--encryption-context", "team:red,stage:test", str(secret_file)], environment
    ).stdout
    assert "hunter2" not in sealed
    assert arn in sealed and "team: red" in sealed
    path = tmp_path / "sealed.yaml"
    path.write_text(sealed)
    assert "password: hunter2" in run([sops, "decrypt", str(path)], environment).stdout


def test_another_context_does_not_open_it(sops, run, program_environment, secret_file, new_key, tmp_path):
    environment = program_environment()
    arn = new_key()["Arn"]
    sealed = run([sops, "encrypt", "--kms", arn, "--encryption-context", "team:red", str(secret_file)], environment)
    path = tmp_path / "sealed.yaml"
    path.write_text(sealed.stdout.replace("team: red", "team: blue"))
    done = run([sops, "decrypt", str(path)], environment, check=False)
    assert done.returncode != 0
    assert "InvalidCiphertextException" in done.stderr


def test_the_policy_decides_who_opens_it(sops, run, program_environment, secret_file, new_key, new_user, tmp_path):
    arn = new_key()["Arn"]
    sealed = run(
        [sops, "encrypt", "--kms", arn, "--encryption-context", "team:red", str(secret_file)], program_environment()
    )
    path = tmp_path / "sealed.yaml"
    path.write_text(sealed.stdout)
    condition = {"StringEquals": {"kms:EncryptionContext:team": "red"}}
    _, reader = new_user(document(allow("kms:Decrypt", arn, condition=condition)))
    _, stranger = new_user(document(allow("kms:Encrypt", arn)))
    assert "hunter2" in run([sops, "decrypt", str(path)], program_environment(reader)).stdout
    done = run([sops, "decrypt", str(path)], program_environment(stranger), check=False)
    assert done.returncode != 0
    assert "AccessDeniedException" in done.stderr


def test_a_rotated_file_has_a_new_data_key(sops, run, program_environment, secret_file, new_key, tmp_path):
    environment = program_environment()
    path = tmp_path / "sealed.json"
    source = tmp_path / "source.json"
    source.write_text(json.dumps({"password": "hunter2"}))
    path.write_text(run([sops, "encrypt", "--kms", new_key()["Arn"], str(source)], environment).stdout)
    before = json.loads(path.read_text())["sops"]["kms"][0]["enc"]
    run([sops, "rotate", "--in-place", str(path)], environment)
    assert json.loads(path.read_text())["sops"]["kms"][0]["enc"] != before
    assert json.loads(run([sops, "decrypt", str(path)], environment).stdout) == {"password": "hunter2"}
