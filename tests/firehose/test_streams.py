"""Firehose streams to an HTTP endpoint: the API, the format, and that nothing is lost."""

import json

import pytest

import waiting
from aws_clients import refused


def test_a_stream_is_described_as_it_was_made(firehose, new_stream, receiver):
    arn = new_stream("s", Tags=[{"Key": "team", "Value": "edge"}])
    description = firehose.describe_delivery_stream(DeliveryStreamName="s")["DeliveryStreamDescription"]
    assert (description["DeliveryStreamARN"], description["DeliveryStreamStatus"]) == (arn, "ACTIVE")
    destination = description["Destinations"][0]["HttpEndpointDestinationDescription"]
    assert destination["EndpointConfiguration"] == {"Url": receiver.url, "Name": "receiver"}
    assert destination["BufferingHints"] == {"SizeInMBs": 1, "IntervalInSeconds": 1}
    assert "s3cr3t" not in json.dumps(description, default=str)
    assert firehose.list_delivery_streams()["DeliveryStreamNames"] == ["s"]
    assert firehose.list_tags_for_delivery_stream(DeliveryStreamName="s")["Tags"] == [{"Key": "team", "Value": "edge"}]
    with refused("ResourceInUseException", matching="already exists"):
        new_stream("s")


def test_records_are_posted_in_firehoses_format(firehose, new_stream, receiver):
    arn = new_stream("s")
    answer = firehose.put_record(DeliveryStreamName="s", Record={"Data": b"hello"})
    assert answer["RecordId"]
    waiting.until(receiver.records, lambda records: records == ["hello"])
    headers, path, body = receiver.requests[0]
    assert path == "/take"
    assert headers["x-amz-firehose-protocol-version"] == "1.0"
    assert headers["x-amz-firehose-request-id"] == body["requestId"]
    assert headers["x-amz-firehose-source-arn"] == arn
    assert headers["x-amz-firehose-access-key"] == "s3cr3t"
    assert json.loads(headers["x-amz-firehose-common-attributes"]) == {"commonAttributes": {"stage": "test"}}
    assert headers["content-type"] == "application/json" and isinstance(body["timestamp"], int)


def test_a_batch_is_one_request_and_may_be_compressed(firehose, new_stream, receiver):
    new_stream("s", gzip=True)
    texts = [f"r{nth}" for nth in range(100)]
    answer = firehose.put_record_batch(DeliveryStreamName="s", Records=[{"Data": text.encode()} for text in texts])
    assert (answer["FailedPutCount"], len(answer["RequestResponses"])) == (0, 100)
    waiting.until(receiver.records, lambda records: records == texts)
    assert len(receiver.requests) == 1
    assert receiver.requests[0][0]["content-encoding"] == "gzip"


def test_a_full_buffer_does_not_wait(firehose, new_stream, receiver):
    new_stream("s", seconds=900)
    for _ in range(3):
        firehose.put_record(DeliveryStreamName="s", Record={"Data": b"x" * 400_000})
    waiting.until(receiver.records, lambda records: len(records) == 3)


def test_what_is_refused_is_sent_again_under_the_same_id(firehose, new_stream, receiver):
    receiver.refusals = 2
    new_stream("s")
    firehose.put_record(DeliveryStreamName="s", Record={"Data": b"hello"})
    waiting.until(receiver.records, lambda records: records == ["hello"], seconds=20)
    ids = {headers["x-amz-firehose-request-id"] for headers, _, _ in receiver.requests}
    assert (len(receiver.requests), len(ids)) == (3, 1)


def test_what_was_accepted_survives_a_kill(firehose, house, new_stream, receiver):
    receiver.refusals = 1_000
    new_stream("s")
    for nth in range(10):
        firehose.put_record(DeliveryStreamName="s", Record={"Data": f"r{nth}".encode()})
    house.kill()
    receiver.refusals = 0
    house.start()
    waiting.until(
        receiver.records, lambda records: sorted(set(records)) == [f"r{nth}" for nth in range(10)], seconds=60
    )


def test_a_destination_is_updated_by_its_version(firehose, new_stream):
    new_stream("s")
    update = {
        "DeliveryStreamName": "s",
        "DestinationId": "destinationId-000000000001",
        "HttpEndpointDestinationUpdate": {"BufferingHints": {"IntervalInSeconds": 60}},
    }
    with refused("ConcurrentModificationException"):
        firehose.update_destination(**update, CurrentDeliveryStreamVersionId="7")
    firehose.update_destination(**update, CurrentDeliveryStreamVersionId="1")
    description = firehose.describe_delivery_stream(DeliveryStreamName="s")["DeliveryStreamDescription"]
    destination = description["Destinations"][0]["HttpEndpointDestinationDescription"]
    assert description["VersionId"] == "2"
    assert destination["BufferingHints"] == {"SizeInMBs": 1, "IntervalInSeconds": 60}


def test_a_deleted_stream_is_gone(firehose, new_stream):
    new_stream("s")
    firehose.delete_delivery_stream(DeliveryStreamName="s")
    with refused("ResourceNotFoundException", "Firehose s under account 000000000000 not found."):
        firehose.put_record(DeliveryStreamName="s", Record={"Data": b"x"})


@pytest.mark.parametrize(
    "destination",
    [
        {
            "ExtendedS3DestinationConfiguration": {
                "RoleARN": "arn:aws:iam::000000000000:role/f",
                "BucketARN": "arn:aws:s3:::b",
            }
        },
        {"S3DestinationConfiguration": {"RoleARN": "arn:aws:iam::000000000000:role/f", "BucketARN": "arn:aws:s3:::b"}},
    ],
)
def test_what_is_not_carried_is_refused(firehose, destination):
    with refused("InvalidArgumentException", matching="HTTP endpoint"):
        firehose.create_delivery_stream(DeliveryStreamName="s", **destination)
