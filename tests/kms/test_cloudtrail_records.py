"""The CloudTrail records of KMS: who, what, on which key, and nothing secret."""

import base64
import json

import pytest

from aws_clients import SEOUL, refused
from haechi_server import Credentials
from policies import allow, document
from raw_http import json_headers, send
from waiting import until


@pytest.fixture
def records(client):
    """Records of an event name about one key, newest first: `records("Encrypt", arn)`."""

    def find(name, arn, on=None, count=1, region=SEOUL):
        trail = client("cloudtrail", on=on, region=region)

        def read():
            pages = trail.get_paginator("lookup_events").paginate(
                LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}]
            )
            found = [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]
            return [r for r in found if arn in json.dumps(r)]

        return until(read, lambda found: len(found) >= count)

    return find


def test_a_record_has_cloudtrails_shape(kms, sts, records, new_key, account_id):
    key = new_key()
    answer = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"team": "red"})
    (record,) = records("Encrypt", key["KeyId"])
    major, minor = record["eventVersion"].split(".")
    assert (major, int(minor) >= 8) == ("1", True)
    assert record["eventSource"] == "kms.amazonaws.com"
    assert record["eventName"] == "Encrypt"
    assert record["awsRegion"] == SEOUL
    assert record["sourceIPAddress"] == "127.0.0.1"
    assert "Boto3" in record["userAgent"]
    assert record["requestID"] == answer["ResponseMetadata"]["RequestId"]
    assert record["eventType"] == "AwsApiCall"
    assert record["eventCategory"] == "Management"
    assert record["managementEvent"] is True
    assert record["readOnly"] is True
    assert record["recipientAccountId"] == account_id
    assert record["responseElements"] is None
    assert record["requestParameters"] == {
        "keyId": key["KeyId"],
        "encryptionContext": {"team": "red"},
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }
    assert record["resources"] == [{"accountId": account_id, "type": "AWS::KMS::Key", "ARN": key["Arn"]}]
    assert record["additionalEventData"]["keyMaterialId"] == key["CurrentKeyMaterialId"]
    identity = record["userIdentity"]
    assert (identity["type"], identity["accountId"]) == ("Root", account_id)
    assert identity["arn"] == f"arn:aws:iam::{account_id}:root"
    assert identity["accessKeyId"].startswith("AKIA")


def test_no_record_holds_plaintext_ciphertext_or_material(kms, records, new_key):
    key = new_key()
    secret = b"the-plaintext-that-nobody-may-log"
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=secret)["CiphertextBlob"]
    kms.decrypt(CiphertextBlob=blob)
    made = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
    hidden = [secret.decode()] + [
        base64.b64encode(part).decode() for part in (secret, blob, made["Plaintext"], made["CiphertextBlob"])
    ]
    for name in ("Encrypt", "Decrypt", "GenerateDataKey"):
        text = json.dumps(records(name, key["KeyId"]))
        for part in hidden:
            assert part not in text, name


def test_a_refused_call_is_recorded_with_its_error(client, new_user, records, new_key):
    key = new_key()
    arn, credentials = new_user()
    with refused("AccessDeniedException") as refusal:
        client("kms", credentials=credentials).encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    (record,) = records("Encrypt", key["KeyId"])
    assert record["errorCode"] == "AccessDenied"
    assert record["errorMessage"] == refusal.message
    assert record["responseElements"] is None
    identity = record["userIdentity"]
    assert (identity["type"], identity["arn"], identity["userName"]) == ("IAMUser", arn, arn.split("/")[-1])
    assert identity["principalId"].startswith("AIDA")


def test_a_call_that_fails_is_recorded_with_its_error(kms, records, new_key):
    key = new_key()
    kms.disable_key(KeyId=key["KeyId"])
    with refused("DisabledException"):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    (record,) = records("Encrypt", key["KeyId"])
    assert record["errorCode"] == "DisabledException"
    assert record["errorMessage"] == f"{key['Arn']} is disabled."


def test_a_change_is_not_read_only_and_names_its_parameters(kms, records, new_key):
    key = new_key(Description="billing", Tags=[{"TagKey": "a", "TagValue": "b"}])
    (record,) = records("CreateKey", key["KeyId"])
    assert record["readOnly"] is False
    assert record["requestParameters"]["description"] == "billing"
    assert record["requestParameters"]["tags"] == [{"tagKey": "a", "tagValue": "b"}]
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    (record,) = records("ScheduleKeyDeletion", key["KeyId"])
    assert record["requestParameters"] == {"keyId": key["KeyId"], "pendingWindowInDays": 7}
    assert record["responseElements"]["keyState"] == "PendingDeletion"


def test_a_grant_records_its_parameters(kms, records, new_key, account_id):
    key = new_key()
    grantee = f"arn:aws:iam::{account_id}:root"
    made = kms.create_grant(
        KeyId=key["KeyId"],
        GranteePrincipal=grantee,
        Operations=["Encrypt"],
        Constraints={"EncryptionContextSubset": {"a": "1"}},
    )
    (record,) = records("CreateGrant", key["KeyId"])
    parameters = record["requestParameters"]
    assert parameters["granteePrincipal"] == grantee
    assert parameters["operations"] == ["Encrypt"]
    assert parameters["constraints"] == {"encryptionContextSubset": {"a": "1"}}
    assert record["responseElements"]["grantId"] == made["GrantId"]
    assert made["GrantToken"] not in json.dumps(record)


def test_a_change_that_answers_nothing_names_its_key(kms, records, new_key, new_alias):
    key, other = new_key(), new_key()
    kms.disable_key(KeyId=key["KeyId"])
    kms.enable_key(KeyId=key["KeyId"])
    for name in ("DisableKey", "EnableKey"):
        (record,) = records(name, key["KeyId"])
        assert record["responseElements"] == {"keyId": key["Arn"]}
    alias = new_alias(key["KeyId"])
    kms.update_alias(AliasName=alias, TargetKeyId=other["KeyId"])
    (record,) = records("CreateAlias", alias)
    assert record["responseElements"] == {"keyId": key["Arn"]}
    (record,) = records("UpdateAlias", alias)
    assert record["responseElements"] == {"keyId": other["Arn"]}


def test_a_retired_grant_is_named_by_its_id_and_not_by_its_token(kms, records, new_key, account_id):
    key = new_key()
    grantee = f"arn:aws:iam::{account_id}:root"
    made = kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=grantee, Operations=["Encrypt"])
    kms.retire_grant(GrantToken=made["GrantToken"])
    (record,) = records("RetireGrant", key["KeyId"])
    assert made["GrantToken"] not in str(record)
    assert record["requestParameters"] is None
    assert record["responseElements"] == {"keyId": key["Arn"]}
    assert record["additionalEventData"] == {"grantId": made["GrantId"]}


def test_a_session_names_its_issuer(client, new_role, records, new_key, account_id, new_user):
    _, user = new_user(document(allow("sts:AssumeRole")))
    role = new_role(f"arn:aws:iam::{account_id}:root", policy=document(allow("kms:*")))
    session = client("sts", credentials=user).assume_role(RoleArn=role, RoleSessionName="visit")
    key = new_key()
    kms = client("kms", credentials=Credentials.from_sts(session["Credentials"]))
    kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    (record,) = records("Encrypt", key["KeyId"])
    identity = record["userIdentity"]
    assert identity["type"] == "AssumedRole"
    assert identity["arn"] == session["AssumedRoleUser"]["Arn"]
    assert identity["principalId"] == session["AssumedRoleUser"]["AssumedRoleId"]
    issuer = identity["sessionContext"]["sessionIssuer"]
    assert (issuer["type"], issuer["arn"], issuer["userName"]) == ("Role", role, role.split("/")[-1])
    assert identity["sessionContext"]["attributes"]["mfaAuthenticated"] == "false"


def test_rotation_and_deletion_by_the_calendar_are_service_events(client, clocked, records):
    kms = client("kms", on=clocked)
    key = kms.create_key()["KeyMetadata"]
    kms.enable_key_rotation(KeyId=key["KeyId"])
    clocked.advance_clock("366d")
    (record,) = records("RotateKey", key["KeyId"], on=clocked)
    assert record["eventType"] == "AwsServiceEvent"
    assert record["userIdentity"]["invokedBy"] == "AWS Internal"
    assert record["resources"][0]["ARN"] == key["Arn"]
    details = record["serviceEventDetails"]
    assert details["keyId"] in {key["KeyId"], key["Arn"]}
    assert details["rotationType"] == "AUTOMATIC"
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    clocked.advance_clock("8d")
    (record,) = records("DeleteKey", key["KeyId"], on=clocked)
    assert record["eventType"] == "AwsServiceEvent"


def test_an_unsigned_call_is_in_nobodys_trail(server, kms, cloudtrail):
    marker = "alias/unsigned-caller-marker"
    body = json.dumps({"KeyId": marker}).encode()
    headers = json_headers("TrentService.DescribeKey") | {
        "Host": f"127.0.0.1:{server.port}",
        "Content-Length": str(len(body)),
    }
    assert send(server, "POST", "/", headers, body).status in (400, 403)
    pages = cloudtrail.get_paginator("lookup_events").paginate()
    assert not any(marker in event["CloudTrailEvent"] for page in pages for event in page["Events"])
