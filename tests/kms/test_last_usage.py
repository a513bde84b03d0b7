"""GetKeyLastUsage ties a key to the trail."""

import json

from waiting import until


def test_a_key_that_was_never_used_says_so(kms, new_key):
    key = new_key()
    answer = kms.get_key_last_usage(KeyId=key["KeyId"])
    assert answer["KeyId"].endswith(key["KeyId"])
    assert answer["KeyCreationDate"] == key["CreationDate"]
    assert answer.get("KeyLastUsage", {}) == {}
    assert answer["TrackingStartDate"] <= answer["KeyCreationDate"]


def test_the_last_cryptographic_use_names_its_event(kms, cloudtrail, new_key):
    key = new_key()
    kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    kms.describe_key(KeyId=key["KeyId"])
    usage = until(lambda: kms.get_key_last_usage(KeyId=key["KeyId"]).get("KeyLastUsage"), bool)
    assert usage["Operation"] == "Encrypt"
    events = until(
        lambda: cloudtrail.lookup_events(
            LookupAttributes=[{"AttributeKey": "EventId", "AttributeValue": usage["CloudTrailEventId"]}]
        )["Events"],
        bool,
    )
    record = json.loads(events[0]["CloudTrailEvent"])
    assert record["eventName"] == "Encrypt"
    assert record["resources"][0]["ARN"] == key["Arn"]


def test_management_is_no_use(kms, key_id):
    kms.disable_key(KeyId=key_id)
    kms.enable_key(KeyId=key_id)
    assert kms.get_key_last_usage(KeyId=key_id).get("KeyLastUsage", {}) == {}
