"""LookupEvents: attributes, order, pages, time and whose events."""

import datetime
import json

import pytest

from aws_clients import refused
from raw_http import json_call
from waiting import until


@pytest.fixture
def own(client, new_account):
    """Clients of an account of its own: nobody else writes its trail."""
    account = new_account()
    return lambda service, **options: client(service, credentials=account.credentials, **options), account


def events(cloudtrail, **parameters):
    pages = cloudtrail.get_paginator("lookup_events").paginate(**parameters)
    return [event for page in pages for event in page["Events"]]


def by(key, value):
    return {"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]}


def test_an_entry_summarizes_its_record(own):
    client, account = own
    kms, trail = client("kms"), client("cloudtrail")
    key = kms.create_key()["KeyMetadata"]
    (event,) = until(lambda: events(trail, **by("EventName", "CreateKey")), bool)
    record = json.loads(event["CloudTrailEvent"])
    assert event["EventId"] == record["eventID"]
    assert event["EventName"] == "CreateKey"
    assert event["EventSource"] == "kms.amazonaws.com"
    assert event["ReadOnly"] == "false"
    assert event["AccessKeyId"] == account.credentials.access_key_id
    assert event["Username"] == "root"
    assert abs(event["EventTime"] - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=1)
    assert {"ResourceType": "AWS::KMS::Key", "ResourceName": key["Arn"]} in event["Resources"]


@pytest.fixture
def busy(own):
    """An account with calls of several kinds."""
    client, account = own
    kms, trail = client("kms"), client("cloudtrail")
    key = kms.create_key()["KeyMetadata"]
    for _ in range(5):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    kms.list_keys()
    until(lambda: events(trail), lambda found: len(found) >= 7)
    return trail, key, account


class TestAttributes:
    def test_event_name(self, busy):
        trail, _, _ = busy
        assert len(events(trail, **by("EventName", "Encrypt"))) == 5
        assert events(trail, **by("EventName", "Decrypt")) == []

    def test_event_id(self, busy):
        trail, _, _ = busy
        wanted = events(trail, **by("EventName", "ListKeys"))[0]["EventId"]
        assert [e["EventId"] for e in events(trail, **by("EventId", wanted))] == [wanted]

    def test_read_only(self, busy):
        trail, _, _ = busy
        changes = {e["EventName"] for e in events(trail, **by("ReadOnly", "false"))}
        assert "CreateKey" in changes
        assert not changes & {"Encrypt", "ListKeys"}

    def test_event_source(self, busy):
        trail, _, _ = busy
        found = {e["EventName"] for e in events(trail, **by("EventSource", "kms.amazonaws.com"))}
        assert found == {"CreateKey", "Encrypt", "ListKeys"}

    def test_access_key_id(self, busy):
        trail, _, account = busy
        assert len(events(trail, **by("AccessKeyId", account.credentials.access_key_id))) >= 7
        assert events(trail, **by("AccessKeyId", "AKIAIOSFODNN7EXAMPLE")) == []

    def test_user_name(self, busy):
        trail, _, _ = busy
        assert len(events(trail, **by("Username", "root"))) >= 7

    def test_resource_name_and_type(self, busy):
        trail, key, _ = busy
        assert len(events(trail, **by("ResourceName", key["Arn"]))) == 6
        assert len(events(trail, **by("ResourceType", "AWS::KMS::Key"))) == 6

    def test_one_attribute_at_a_time(self, busy):
        trail, _, _ = busy
        two = by("EventName", "Encrypt")["LookupAttributes"] + by("ReadOnly", "true")["LookupAttributes"]
        with pytest.raises(trail.exceptions.ClientError) as caught:
            trail.lookup_events(LookupAttributes=two)
        assert caught.value.response["Error"]["Code"] in {"InvalidLookupAttributesException", "ValidationException"}


class TestOrderAndPages:
    def test_the_newest_comes_first(self, busy):
        times = [e["EventTime"] for e in events(busy[0])]
        assert times == sorted(times, reverse=True)

    def test_pages_show_every_event_once(self, busy):
        trail, _, _ = busy
        pages = list(
            trail.get_paginator("lookup_events").paginate(
                **by("EventName", "Encrypt"), PaginationConfig={"PageSize": 2}
            )
        )
        ids = [event["EventId"] for page in pages for event in page["Events"]]
        assert len(ids) == len(set(ids)) == 5
        assert all(len(page["Events"]) <= 2 for page in pages)

    def test_a_token_that_never_was_one_is_invalid(self, busy):
        with refused("InvalidNextTokenException"):
            busy[0].lookup_events(NextToken="junk")

    @pytest.mark.parametrize("count", [0, 51])
    def test_the_page_size_has_bounds(self, client, count):
        with pytest.raises(client("cloudtrail").exceptions.ClientError) as caught:
            client("cloudtrail", validate=False).lookup_events(MaxResults=count)
        assert caught.value.response["Error"]["Code"] in {"InvalidMaxResultsException", "ValidationException"}


class TestTime:
    def test_a_range_limits(self, busy):
        trail, _, _ = busy
        now = datetime.datetime.now(datetime.UTC)
        hour = datetime.timedelta(hours=1)
        assert events(trail, StartTime=now - 2 * hour, EndTime=now - hour) == []
        assert events(trail, EndTime=now - hour) == []
        assert len(events(trail, StartTime=now - hour, EndTime=now + hour)) >= 7

    def test_an_end_before_the_start_is_an_invalid_range(self, busy):
        now = datetime.datetime.now(datetime.UTC)
        with refused("InvalidTimeRangeException"):
            busy[0].lookup_events(StartTime=now, EndTime=now - datetime.timedelta(days=1))

    def test_events_older_than_ninety_days_are_gone(self, client, clocked):
        kms, trail = client("kms", on=clocked), client("cloudtrail", on=clocked)
        key = kms.create_key()["KeyMetadata"]["Arn"]

        def found():
            return [e for e in events(trail, **by("EventName", "CreateKey")) if key in e["CloudTrailEvent"]]

        until(found, bool)
        clocked.advance_clock("89d")
        assert found()
        clocked.advance_clock("2d")
        assert not found()


class TestWhose:
    def test_accounts_and_regions_do_not_see_each_others(self, own):
        client, _ = own
        key = client("kms", region="eu-north-1").create_key()["KeyMetadata"]
        north = client("cloudtrail", region="eu-north-1")
        until(lambda: events(north, **by("ResourceName", key["Arn"])), bool)
        assert events(client("cloudtrail"), **by("ResourceName", key["Arn"])) == []

    def test_events_of_global_services_are_in_us_east_1(self, own):
        client, _ = own
        client("iam").create_user(UserName="bob")
        trail = client("cloudtrail", region="us-east-1")
        (event,) = until(lambda: events(trail, **by("EventName", "CreateUser")), bool)
        assert json.loads(event["CloudTrailEvent"])["awsRegion"] == "us-east-1"

    def test_looking_needs_permission(self, client, new_user):
        _, credentials = new_user()
        with refused("AccessDeniedException", matching="cloudtrail:LookupEvents"):
            client("cloudtrail", credentials=credentials).lookup_events()


@pytest.mark.parametrize("target", ["CloudTrail_20131101", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"])
def test_the_target_of_every_sdk_is_known(server, root, target):
    """SDKs made from Smithy models, such as the one for JavaScript, write only the last part of botocore's prefix."""
    answer = json_call(server, root, "cloudtrail", f"{target}.LookupEvents", b'{"MaxResults": 1}')
    assert answer.status == 200, answer.body
