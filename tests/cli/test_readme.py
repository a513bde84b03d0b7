"""The AWS CLI, the way the README shows it to a newcomer."""

import base64
import json
import stat

import pytest

from aws_cli import AwsCli
from waiting import until


def test_the_first_steps(aws, account_id):
    assert aws.json("sts", "get-caller-identity")["Account"] == account_id
    key = aws.json("kms", "create-key", "--description", "first")["KeyMetadata"]
    aws.run("kms", "create-alias", "--alias-name", f"alias/cli-{key['KeyId'][:8]}", "--target-key-id", key["KeyId"])
    blob = aws.text(
        "kms", "encrypt", "--key-id", f"alias/cli-{key['KeyId'][:8]}", "--plaintext", "hello",
        "--encryption-context", "purpose=readme", "--query", "CiphertextBlob",
    )  # fmt: skip
    path = aws.home / "blob"
    path.write_bytes(base64.b64decode(blob))
    plaintext = aws.text(
        "kms", "decrypt", "--ciphertext-blob", f"fileb://{path}", "--encryption-context", "purpose=readme",
        "--query", "Plaintext",
    )  # fmt: skip
    assert base64.b64decode(plaintext) == b"hello"

    def decrypts():
        answer = aws.json(
            "cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=EventName,AttributeValue=Decrypt"
        )
        return [e for e in answer["Events"] if key["KeyId"] in e["CloudTrailEvent"]]

    (event,) = until(decrypts, bool)
    assert json.loads(event["CloudTrailEvent"])["requestParameters"]["encryptionContext"] == {"purpose": "readme"}


def test_a_refusal_reads_as_from_aws(aws):
    done = aws.run("kms", "describe-key", "--key-id", "alias/never-made", check=False)
    assert done.returncode in (254, 255)
    assert (
        "An error occurred (NotFoundException) when calling the DescribeKey operation: Alias arn:aws:kms:"
        in done.stderr
    )


def test_another_account_by_its_profile(server, other_account, tmp_path):
    theirs = AwsCli(server, tmp_path, profile=f"account-{other_account.id}")
    assert theirs.json("sts", "get-caller-identity")["Account"] == other_account.id


def test_another_region(aws):
    answer = aws.json("kms", "create-key", "--region", "eu-north-1")
    assert ":eu-north-1:" in answer["KeyMetadata"]["Arn"]


def test_rotation_and_deletion(aws):
    key_id = aws.text("kms", "create-key", "--query", "KeyMetadata.KeyId")
    aws.run("kms", "enable-key-rotation", "--key-id", key_id, "--rotation-period-in-days", "180")
    status = aws.json("kms", "get-key-rotation-status", "--key-id", key_id)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 180)
    answer = aws.json("kms", "schedule-key-deletion", "--key-id", key_id, "--pending-window-in-days", "7")
    assert answer["KeyState"] == "PendingDeletion"


def test_iam_by_the_cli(aws, unique):
    aws.run("iam", "create-user", "--user-name", unique)
    aws.run(
        "iam", "attach-user-policy", "--user-name", unique,
        "--policy-arn", "arn:aws:iam::aws:policy/ReadOnlyAccess",
    )  # fmt: skip
    listed = aws.json("iam", "list-attached-user-policies", "--user-name", unique)["AttachedPolicies"]
    assert listed == [{"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]


class TestHaechiCommands:
    def test_version_names_the_version(self, server):
        done = server.run("version", connect=False)
        assert done.stdout.startswith("haechi ")

    def test_account_create_adds_a_profile_that_works(self, server, client, new_account):
        account = new_account()
        answer = client("sts", credentials=account.credentials).get_caller_identity()
        assert answer["Arn"] == f"arn:aws:iam::{account.id}:root"
        assert stat.S_IMODE((server.data_dir / "credentials").stat().st_mode) == 0o600

    @pytest.mark.parametrize("number", ["1", "12345678901a", "1234567890123", ""])
    def test_an_account_id_has_twelve_digits(self, server, number):
        done = server.run("account", "create", number, "--name", "x", check=False)
        assert done.returncode != 0
        assert done.stderr.strip()

    def test_an_account_is_made_once(self, server, new_account):
        account = new_account()
        done = server.run("account", "create", account.id, "--name", "again", check=False)
        assert done.returncode != 0
        assert server.credentials(f"account-{account.id}") == account.credentials

    def test_the_clock_moves_only_when_it_may(self, server):
        done = server.run("clock", "advance", "1d", check=False)
        assert done.returncode != 0
        assert "simulate-time" in done.stderr + done.stdout

    def test_a_server_that_is_not_there_is_told_plainly(self, server):
        done = server.run(
            "clock", "advance", "1d", "--data-dir", str(server.data_dir), "--endpoint", "http://127.0.0.1:9",
            connect=False, check=False,
        )  # fmt: skip
        assert done.returncode != 0
        assert "127.0.0.1:9" in done.stderr
        assert "panicked" not in done.stderr

    def test_an_unknown_flag_is_explained(self, server):
        done = server.run("serve", "--no-such-flag", connect=False, check=False)
        assert done.returncode == 2
        assert "--no-such-flag" in done.stderr
