"""Constraint violations in AWS's exact words."""

import re

import pytest

from aws_clients import refused
from raw_http import json_call

VALUE = "1 validation error detected: Value "


@pytest.fixture(scope="module")
def raw(client):
    """A client that sends anything."""
    return client("kms", validate=False)


def test_an_empty_plaintext_is_too_short(raw, shared_key):
    message = f"{VALUE}at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1"
    with refused("ValidationException", message, status=400):
        raw.encrypt(KeyId=shared_key()["KeyId"], Plaintext=b"")


@pytest.mark.parametrize(
    "operation, parameters, member",
    [
        ("encrypt", {"Plaintext": b"x"}, "keyId"),
        ("encrypt", {"KeyId": "k"}, "plaintext"),
        ("describe_key", {}, "keyId"),
        ("create_alias", {"TargetKeyId": "k"}, "aliasName"),
        ("create_alias", {"AliasName": "alias/a"}, "targetKeyId"),
        ("schedule_key_deletion", {}, "keyId"),
        ("sign", {"KeyId": "k", "Message": b"m"}, "signingAlgorithm"),
        ("generate_data_key_pair", {"KeyId": "k"}, "keyPairSpec"),
    ],
)
def test_a_missing_member_is_null(raw, operation, parameters, member):
    message = (
        f"1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    )
    with refused(
        "ValidationException", matching=f"^{re.escape(message)}$|^{re.escape(message.replace('Value null', 'Value'))}$"
    ):
        getattr(raw, operation)(**parameters)


def test_two_violations_are_counted_and_joined(raw):
    with refused("ValidationException", matching=r"^2 validation errors detected: Value .*; Value ") as refusal:
        raw.create_alias()
    assert "'aliasName'" in refusal.message and "'targetKeyId'" in refusal.message


def test_an_unknown_key_spec_names_the_value_and_the_set(raw):
    start = re.escape(
        f"{VALUE}'HMAC_random' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: ["
    )
    with refused("ValidationException", matching=f"^{start}.*SYMMETRIC_DEFAULT.*]$"):
        raw.create_key(KeySpec="HMAC_random", KeyUsage="GENERATE_VERIFY_MAC")


def test_an_unknown_key_usage_names_the_value_and_the_set(raw):
    start = re.escape(
        f"{VALUE}'RANDOM' at 'keyUsage' failed to satisfy constraint: Member must satisfy enum value set: ["
    )
    with refused("ValidationException", matching=f"^{start}.*ENCRYPT_DECRYPT.*]$"):
        raw.create_key(KeySpec="HMAC_256", KeyUsage="RANDOM")


def test_an_unknown_mac_algorithm_names_the_value_and_the_set(raw, shared_key):
    start = re.escape(
        f"{VALUE}'INVALID' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: ["
    )
    with refused("ValidationException", matching=f"^{start}.*HMAC_SHA_256.*]$"):
        raw.generate_mac(KeyId=shared_key("HMAC_256")["KeyId"], Message=b"m", MacAlgorithm="INVALID")


@pytest.mark.parametrize("days", [6, 31])
def test_a_waiting_period_outside_seven_to_thirty_days_is_refused(raw, key_id, days):
    with refused("ValidationException"):
        raw.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=days)


@pytest.mark.parametrize("days, side", [(89, "greater than or equal to 90"), (2561, "less than or equal to 2560")])
def test_a_rotation_period_outside_the_bounds_is_refused(raw, key_id, days, side):
    message = f"{VALUE}'{days}' at 'rotationPeriodInDays' failed to satisfy constraint: Member must have value {side}"
    with refused("ValidationException", message):
        raw.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=days)


def test_a_key_id_beyond_2048_characters_is_too_long(raw):
    long = "a" * 2049
    constraint = "Member must have length less than or equal to 2048"
    with refused("ValidationException", f"{VALUE}'{long}' at 'keyId' failed to satisfy constraint: {constraint}"):
        raw.describe_key(KeyId=long)


@pytest.mark.parametrize("target", ["TrentService.NoSuchThing", "NoSuchService.ListKeys", "ListKeys"])
def test_an_unknown_operation_is_unknown(server, root, target):
    answer = json_call(server, root, "kms", target, b"{}")
    assert answer.status == 400
    assert answer.json["__type"].endswith("UnknownOperationException")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe", b'{"KeyId": 5}', b'{"KeyId": ["a"]}'], ids=repr)
def test_a_body_that_is_not_the_json_of_the_operation_is_a_serialization_error(server, root, body):
    answer = json_call(server, root, "kms", "TrentService.DescribeKey", body)
    assert answer.status == 400
    assert answer.json["__type"].endswith("SerializationException")


def test_unknown_members_are_ignored(server, root, key_id):
    body = f'{{"KeyId": "{key_id}", "Surprise": {{"deep": [1, null]}}}}'.encode()
    assert json_call(server, root, "kms", "TrentService.DescribeKey", body).status == 200


def test_every_answer_carries_a_request_id(kms, key_id):
    first = kms.describe_key(KeyId=key_id)["ResponseMetadata"]["RequestId"]
    second = kms.describe_key(KeyId=key_id)["ResponseMetadata"]["RequestId"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first)
    assert first != second
