"""`haechi policy explain`, which needs no server."""

import json
import subprocess

import pytest

READER = "arn:aws:iam::111122223333:user/reader"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def explain(binary, tmp_path):
    """Runs the command; policies are given as statements."""

    def run(action, *flags, resource=KEY, **policies):
        line = [binary, "policy", "explain", "--principal", READER, "--action", action, "--resource", resource, *flags]
        for flag, statements in policies.items():
            file = tmp_path / f"{flag}.json"
            file.write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
            line += [f"--{flag.replace('_', '-')}", file]
        return subprocess.run(line, capture_output=True, text=True, timeout=30)

    return run


def test_an_allowed_request_names_the_statement(explain):
    told = explain("kms:Decrypt", policy=[{"Sid": "Open", "Effect": "Allow", "Action": "kms:*", "Resource": "*"}])
    assert told.returncode == 0, told.stderr
    assert "Open" in told.stdout


def test_what_nothing_allows_is_denied_implicitly(explain):
    told = explain("kms:Decrypt", policy=[{"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}])
    assert told.returncode == 1
    assert "the action is not named" in told.stdout


def test_an_explicit_deny_wins_and_is_named(explain):
    statements = [
        {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Sid": "NotFromThere",
            "Effect": "Deny",
            "Action": "kms:*",
            "Resource": "*",
            "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        },
    ]
    outside = explain("kms:Decrypt", "--context", "aws:SourceIp=192.0.2.1", policy=statements)
    inside = explain("kms:Decrypt", "--context", "aws:SourceIp=10.1.2.3", policy=statements)
    assert (outside.returncode, inside.returncode) == (1, 0)
    assert "NotFromThere" in outside.stdout


def test_a_boundary_limits_what_a_policy_gives(explain):
    allow = [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]
    bound = [{"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}]
    assert explain("kms:Encrypt", policy=allow, boundary=bound).returncode == 0
    assert explain("kms:Decrypt", policy=allow, boundary=bound).returncode == 1


def test_a_malformed_policy_is_told_with_its_file(explain):
    told = explain("kms:Decrypt", policy=[{"Effect": "Perhaps", "Action": "kms:*", "Resource": "*"}])
    assert told.returncode not in (0, 1)
    assert "policy.json" in told.stderr
