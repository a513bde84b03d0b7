"""Automatic and on-demand rotation: new material for what is new, the old for what is old."""

import datetime

import pytest

from aws_clients import refused


@pytest.fixture(scope="module")
def timed(client, clocked):
    return client("kms", on=clocked)


def rotations(kms, key_id, **parameters):
    pages = kms.get_paginator("list_key_rotations").paginate(KeyId=key_id, **parameters)
    return [entry for page in pages for entry in page["Rotations"]]


def material(kms, key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]


def test_rotation_is_off_until_enabled(kms, new_key):
    key = new_key()
    status = kms.get_key_rotation_status(KeyId=key["KeyId"])
    assert status["KeyRotationEnabled"] is False
    assert status["KeyId"] == key["Arn"]
    assert "NextRotationDate" not in status and "RotationPeriodInDays" not in status


def test_the_default_period_is_a_year(kms, key_id):
    kms.enable_key_rotation(KeyId=key_id)
    status = kms.get_key_rotation_status(KeyId=key_id)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)
    wait = status["NextRotationDate"] - datetime.datetime.now(datetime.UTC)
    assert abs(wait - datetime.timedelta(days=365)) < datetime.timedelta(days=1)
    kms.disable_key_rotation(KeyId=key_id)
    assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"] is False


@pytest.mark.parametrize("days", [90, 2560])
def test_the_period_is_the_one_asked_for(kms, key_id, days):
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=days)
    assert kms.get_key_rotation_status(KeyId=key_id)["RotationPeriodInDays"] == days


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256", "HMAC_256"])
def test_only_symmetric_keys_rotate(kms, shared_key, spec):
    key_id = shared_key(spec)["KeyId"]
    with refused("UnsupportedOperationException"):
        kms.enable_key_rotation(KeyId=key_id)
    with refused("UnsupportedOperationException"):
        kms.rotate_key_on_demand(KeyId=key_id)


def test_a_year_later_new_material_encrypts_and_the_old_still_decrypts(timed, clocked):
    key = timed.create_key()["KeyMetadata"]
    timed.enable_key_rotation(KeyId=key["KeyId"])
    old = timed.encrypt(KeyId=key["KeyId"], Plaintext=b"before")["CiphertextBlob"]
    clocked.advance_clock("366d")
    assert material(timed, key["KeyId"]) != key["CurrentKeyMaterialId"]
    opened = timed.decrypt(CiphertextBlob=old)
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"before", key["CurrentKeyMaterialId"])
    new = timed.encrypt(KeyId=key["KeyId"], Plaintext=b"after")
    assert new["KeyId"] == key["Arn"]
    assert timed.decrypt(CiphertextBlob=new["CiphertextBlob"])["KeyMaterialId"] == material(timed, key["KeyId"])
    (entry,) = rotations(timed, key["KeyId"])
    assert entry["RotationType"] == "AUTOMATIC"
    assert entry["KeyMaterialId"] == material(timed, key["KeyId"])


def test_many_rotations_keep_all_material(timed, clocked):
    key_id = timed.create_key()["KeyMetadata"]["KeyId"]
    timed.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    blobs = {}
    for year in range(4):
        blobs[timed.encrypt(KeyId=key_id, Plaintext=b"%d" % year)["CiphertextBlob"]] = b"%d" % year
        clocked.advance_clock("91d")
    assert len(rotations(timed, key_id)) == 4
    for blob, plaintext in blobs.items():
        assert timed.decrypt(CiphertextBlob=blob)["Plaintext"] == plaintext
    everything = rotations(timed, key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")
    assert len(everything) == 5
    assert len({entry["KeyMaterialId"] for entry in everything}) == 5
    states = sorted(entry["KeyMaterialState"] for entry in everything)
    assert states == ["CURRENT", "NON_CURRENT", "NON_CURRENT", "NON_CURRENT", "NON_CURRENT"]


def test_a_disabled_key_is_not_rotated_until_it_is_enabled_again(timed, clocked):
    key = timed.create_key()["KeyMetadata"]
    timed.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
    timed.disable_key(KeyId=key["KeyId"])
    clocked.advance_clock("200d")
    timed.enable_key(KeyId=key["KeyId"])
    # Due rotation happens on re-enabling or shortly after, never while disabled.
    clocked.advance_clock("1h")
    assert len(rotations(timed, key["KeyId"])) <= 1


class TestOnDemand:
    def test_changes_the_material_and_leaves_the_schedule_alone(self, kms, new_key):
        key = new_key()
        kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=365)
        due = kms.get_key_rotation_status(KeyId=key["KeyId"])["NextRotationDate"]
        old = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"before")["CiphertextBlob"]
        assert kms.rotate_key_on_demand(KeyId=key["KeyId"])["KeyId"] == key["Arn"]
        assert material(kms, key["KeyId"]) != key["CurrentKeyMaterialId"]
        assert kms.decrypt(CiphertextBlob=old)["Plaintext"] == b"before"
        assert kms.get_key_rotation_status(KeyId=key["KeyId"])["NextRotationDate"] == due
        (entry,) = rotations(kms, key["KeyId"])
        assert entry["RotationType"] == "ON_DEMAND"

    def test_needs_no_automatic_rotation(self, kms, key_id):
        kms.rotate_key_on_demand(KeyId=key_id)
        assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"] is False
        assert len(rotations(kms, key_id)) == 1

    def test_the_twenty_sixth_exceeds_the_quota(self, kms, key_id):
        for _ in range(25):
            kms.rotate_key_on_demand(KeyId=key_id)
        with refused("LimitExceededException"):
            kms.rotate_key_on_demand(KeyId=key_id)

    def test_list_key_rotations_pages(self, kms, key_id):
        for _ in range(5):
            kms.rotate_key_on_demand(KeyId=key_id)
        first = kms.list_key_rotations(KeyId=key_id, Limit=2)
        assert len(first["Rotations"]) == 2 and first["Truncated"] is True
        assert len(rotations(kms, key_id)) == 5


def test_a_rotated_key_never_reuses_the_blob_of_another_material(kms, key_id):
    before = kms.encrypt(KeyId=key_id, Plaintext=b"same")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=key_id)
    after = kms.encrypt(KeyId=key_id, Plaintext=b"same")["CiphertextBlob"]
    ids = {kms.decrypt(CiphertextBlob=blob)["KeyMaterialId"] for blob in (before, after)}
    assert len(ids) == 2
    moved = kms.re_encrypt(CiphertextBlob=before, DestinationKeyId=key_id)
    assert moved["SourceKeyMaterialId"] != moved["DestinationKeyMaterialId"]
