"""ScheduleKeyDeletion, CancelKeyDeletion and the end of a key."""

import datetime

import pytest

from aws_clients import refused


@pytest.fixture(scope="module")
def timed(client, clocked):
    """KMS on the server whose clock can be moved."""
    return client("kms", on=clocked)


def test_the_default_waiting_period_is_thirty_days(kms, key_id):
    answer = kms.schedule_key_deletion(KeyId=key_id)
    assert (answer["KeyState"], answer["PendingWindowInDays"]) == ("PendingDeletion", 30)
    wait = answer["DeletionDate"] - datetime.datetime.now(datetime.UTC)
    assert abs(wait - datetime.timedelta(days=30)) < datetime.timedelta(minutes=5)
    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert metadata["KeyState"] == "PendingDeletion"
    assert metadata["Enabled"] is False
    assert metadata["DeletionDate"] == answer["DeletionDate"]


@pytest.mark.parametrize("days", [7, 15, 30])
def test_the_waiting_period_is_the_one_asked_for(kms, new_key, days):
    key = new_key()
    answer = kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=days)
    assert answer["KeyId"] == key["Arn"]
    assert answer["PendingWindowInDays"] == days


def test_a_cancelled_deletion_leaves_the_key_disabled(kms, new_key):
    key = new_key()
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert kms.cancel_key_deletion(KeyId=key["KeyId"])["KeyId"] == key["Arn"]
    metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert metadata["KeyState"] == "Disabled"
    assert "DeletionDate" not in metadata
    kms.enable_key(KeyId=key["KeyId"])
    kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")


def test_after_the_waiting_period_the_key_and_its_aliases_are_gone(timed, clocked, unique):
    key = timed.create_key()["KeyMetadata"]
    timed.create_alias(AliasName=f"alias/{unique}", TargetKeyId=key["KeyId"])
    blob = timed.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    timed.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    clocked.advance_clock("6d")
    assert timed.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    clocked.advance_clock("25h")
    with refused("NotFoundException", f"Key '{key['Arn']}' does not exist"):
        timed.describe_key(KeyId=key["KeyId"])
    with refused("NotFoundException"):
        timed.describe_key(KeyId=f"alias/{unique}")
    with pytest.raises(timed.exceptions.ClientError):
        timed.decrypt(CiphertextBlob=blob)
    listed = [entry["KeyId"] for page in timed.get_paginator("list_keys").paginate() for entry in page["Keys"]]
    assert key["KeyId"] not in listed


def test_a_cancelled_deletion_never_happens(timed, clocked):
    key_id = timed.create_key()["KeyMetadata"]["KeyId"]
    timed.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    timed.cancel_key_deletion(KeyId=key_id)
    clocked.advance_clock("40d")
    assert timed.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Disabled"


def test_the_last_replica_releases_the_primary(timed, client, clocked):
    elsewhere = client("kms", on=clocked, region="eu-north-1")
    primary = timed.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    timed.replicate_key(KeyId=primary, ReplicaRegion="eu-north-1")
    answer = timed.schedule_key_deletion(KeyId=primary, PendingWindowInDays=7)
    assert answer["KeyState"] == "PendingReplicaDeletion"
    assert "DeletionDate" not in answer
    metadata = timed.describe_key(KeyId=primary)["KeyMetadata"]
    assert metadata["PendingDeletionWindowInDays"] == 7
    # Its own waiting period begins when the last replica is deleted.
    elsewhere.schedule_key_deletion(KeyId=primary, PendingWindowInDays=7)
    clocked.advance_clock("8d")
    with refused("NotFoundException"):
        elsewhere.describe_key(KeyId=primary)
    metadata = timed.describe_key(KeyId=primary)["KeyMetadata"]
    assert metadata["KeyState"] == "PendingDeletion"
    assert "DeletionDate" in metadata
    clocked.advance_clock("8d")
    with refused("NotFoundException"):
        timed.describe_key(KeyId=primary)
