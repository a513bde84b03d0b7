"""Multi-Region keys: one id and material, everything else its own."""

import os

import pytest

from aws_clients import SEOUL, STOCKHOLM, refused
from key_import import KeyImport

OHIO = "us-east-2"


@pytest.fixture(scope="module")
def regions(client):
    return {region: client("kms", region=region) for region in (SEOUL, STOCKHOLM, OHIO)}


@pytest.fixture
def primary(kms):
    return kms.create_key(MultiRegion=True, Description="everywhere")["KeyMetadata"]


@pytest.fixture
def replicated(kms, primary):
    kms.replicate_key(KeyId=primary["KeyId"], ReplicaRegion=STOCKHOLM)
    return primary


def test_a_primary_says_so(primary, account_id):
    assert primary["KeyId"].startswith("mrk-") and len(primary["KeyId"]) == 36
    assert primary["MultiRegion"] is True
    arn = f"arn:aws:kms:{SEOUL}:{account_id}:key/{primary['KeyId']}"
    assert primary["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "PRIMARY",
        "PrimaryKey": {"Arn": arn, "Region": SEOUL},
        "ReplicaKeys": [],
    }


def test_a_replica_shares_the_id_and_names_its_primary(kms, regions, primary, account_id):
    answer = kms.replicate_key(KeyId=primary["KeyId"], ReplicaRegion=STOCKHOLM, Description="north")
    made = answer["ReplicaKeyMetadata"]
    arn = f"arn:aws:kms:{STOCKHOLM}:{account_id}:key/{primary['KeyId']}"
    assert (made["KeyId"], made["Arn"]) == (primary["KeyId"], arn)
    assert made["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA"
    assert '"key-default-1"' in answer["ReplicaPolicy"]
    metadata = regions[STOCKHOLM].describe_key(KeyId=primary["KeyId"])["KeyMetadata"]
    assert metadata["Description"] == "north"
    assert metadata["KeyState"] == "Enabled"
    # Both sides tell the same story.
    told = [regions[r].describe_key(KeyId=primary["KeyId"])["KeyMetadata"] for r in (SEOUL, STOCKHOLM)]
    for metadata in told:
        configuration = metadata["MultiRegionConfiguration"]
        assert configuration["PrimaryKey"] == {"Arn": primary["Arn"], "Region": SEOUL}
        assert configuration["ReplicaKeys"] == [{"Arn": arn, "Region": STOCKHOLM}]
    assert told[0]["CurrentKeyMaterialId"] == told[1]["CurrentKeyMaterialId"]


def test_ciphertext_of_one_region_opens_in_the_other(regions, replicated):
    for here, there in ((SEOUL, STOCKHOLM), (STOCKHOLM, SEOUL)):
        blob = regions[here].encrypt(KeyId=replicated["KeyId"], Plaintext=b"x", EncryptionContext={"a": "b"})
        opened = regions[there].decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext={"a": "b"})
        assert opened["Plaintext"] == b"x"
        assert f":{there}:" in opened["KeyId"]


def test_signatures_of_one_region_verify_in_the_other(kms, regions):
    key = kms.create_key(MultiRegion=True, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.replicate_key(KeyId=key, ReplicaRegion=STOCKHOLM)
    asked = {"KeyId": key, "Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = kms.sign(**asked)["Signature"]
    assert regions[STOCKHOLM].verify(Signature=signature, **asked)["SignatureValid"] is True
    public = {region: regions[region].get_public_key(KeyId=key)["PublicKey"] for region in (SEOUL, STOCKHOLM)}
    assert public[SEOUL] == public[STOCKHOLM]


def test_state_description_tags_and_aliases_are_each_regions_own(regions, replicated, unique):
    key_id = replicated["KeyId"]
    north = regions[STOCKHOLM]
    north.disable_key(KeyId=key_id)
    north.tag_resource(KeyId=key_id, Tags=[{"TagKey": "where", "TagValue": "north"}])
    north.create_alias(AliasName=f"alias/{unique}", TargetKeyId=key_id)
    seoul = regions[SEOUL]
    assert seoul.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Enabled"
    assert seoul.describe_key(KeyId=key_id)["KeyMetadata"]["Description"] == "everywhere"
    assert seoul.list_resource_tags(KeyId=key_id)["Tags"] == []
    assert seoul.list_aliases(KeyId=key_id)["Aliases"] == []


def test_rotation_at_the_primary_reaches_the_replica(regions, replicated):
    key_id = replicated["KeyId"]
    seoul, north = regions[SEOUL], regions[STOCKHOLM]
    old = north.encrypt(KeyId=key_id, Plaintext=b"old")["CiphertextBlob"]
    seoul.rotate_key_on_demand(KeyId=key_id)
    materials = {k.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"] for k in (seoul, north)}
    assert len(materials) == 1 and materials != {replicated["CurrentKeyMaterialId"]}
    new = seoul.encrypt(KeyId=key_id, Plaintext=b"new")["CiphertextBlob"]
    assert north.decrypt(CiphertextBlob=new)["Plaintext"] == b"new"
    assert seoul.decrypt(CiphertextBlob=old)["Plaintext"] == b"old"


def test_rotation_is_set_at_the_primary_only(regions, replicated):
    key_id = replicated["KeyId"]
    regions[SEOUL].enable_key_rotation(KeyId=key_id, RotationPeriodInDays=100)
    status = regions[STOCKHOLM].get_key_rotation_status(KeyId=key_id)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 100)
    for call in ("enable_key_rotation", "disable_key_rotation", "rotate_key_on_demand"):
        with refused("UnsupportedOperationException"):
            getattr(regions[STOCKHOLM], call)(KeyId=key_id)


def test_one_replica_per_region(kms, replicated):
    with refused("AlreadyExistsException"):
        kms.replicate_key(KeyId=replicated["KeyId"], ReplicaRegion=STOCKHOLM)


def test_a_primary_is_not_replicated_into_its_own_region(kms, primary):
    with pytest.raises(kms.exceptions.ClientError):
        kms.replicate_key(KeyId=primary["KeyId"], ReplicaRegion=SEOUL)


def test_only_primaries_are_replicated(kms, regions, replicated, key_id):
    with refused("UnsupportedOperationException"):
        regions[STOCKHOLM].replicate_key(KeyId=replicated["KeyId"], ReplicaRegion=OHIO)
    with refused("UnsupportedOperationException"):
        kms.replicate_key(KeyId=key_id, ReplicaRegion=STOCKHOLM)


def test_a_replica_becomes_the_primary(regions, replicated):
    key_id = replicated["KeyId"]
    regions[SEOUL].update_primary_region(KeyId=key_id, PrimaryRegion=STOCKHOLM)
    kinds = {}
    for region in (SEOUL, STOCKHOLM):
        metadata = regions[region].describe_key(KeyId=key_id)["KeyMetadata"]
        kinds[region] = metadata["MultiRegionConfiguration"]["MultiRegionKeyType"]
        assert metadata["MultiRegionConfiguration"]["PrimaryKey"]["Region"] == STOCKHOLM
        assert [r["Region"] for r in metadata["MultiRegionConfiguration"]["ReplicaKeys"]] == [SEOUL]
    assert kinds == {SEOUL: "REPLICA", STOCKHOLM: "PRIMARY"}
    blob = regions[SEOUL].encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    assert regions[STOCKHOLM].decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_a_region_without_a_replica_cannot_become_the_primary(kms, replicated):
    with pytest.raises((kms.exceptions.NotFoundException, kms.exceptions.UnsupportedOperationException)):
        kms.update_primary_region(KeyId=replicated["KeyId"], PrimaryRegion=OHIO)


def test_a_single_region_keys_ciphertext_opens_nowhere_else(kms, regions, key_id):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    with pytest.raises(kms.exceptions.ClientError):
        regions[STOCKHOLM].decrypt(CiphertextBlob=blob)


def test_a_replica_is_deleted_without_its_primary(kms, regions, replicated):
    answer = regions[STOCKHOLM].schedule_key_deletion(KeyId=replicated["KeyId"], PendingWindowInDays=7)
    assert answer["KeyState"] == "PendingDeletion"
    kms.encrypt(KeyId=replicated["KeyId"], Plaintext=b"x")


def test_replicas_of_imported_material_wait_for_their_own_import(kms, regions):
    key = kms.create_key(MultiRegion=True, Origin="EXTERNAL")["KeyMetadata"]
    material = os.urandom(32)
    KeyImport(kms).run(key["KeyId"], material)
    made = kms.replicate_key(KeyId=key["KeyId"], ReplicaRegion=STOCKHOLM)["ReplicaKeyMetadata"]
    assert made["KeyState"] in {"Creating", "PendingImport"}
    north = regions[STOCKHOLM]
    assert north.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingImport"
    with refused("IncorrectKeyMaterialException"):
        KeyImport(north).run(key["KeyId"], os.urandom(32))
    KeyImport(north).run(key["KeyId"], material)
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    assert north.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
