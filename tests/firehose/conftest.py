"""A server that trusts a receiver of its own, and streams to it."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from receiver import Receiver


@pytest.fixture
def receiver(tmp_path):
    receiver = Receiver(tmp_path)
    yield receiver
    receiver.close()


@pytest.fixture
def house(new_server, receiver):
    return new_server(environment={"SSL_CERT_FILE": str(receiver.ca_file)})


@pytest.fixture
def firehose(client, house):
    return client("firehose", on=house)


@pytest.fixture
def new_stream(firehose, receiver):
    """Makes a stream to the receiver: `new_stream("name", gzip=…, seconds=…)` → ARN."""

    def make(name, *, gzip=False, seconds=1, **members):
        configuration = {
            "EndpointConfiguration": {"Url": receiver.url, "Name": "receiver", "AccessKey": "s3cr3t"},
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": seconds},
            "RequestConfiguration": {
                "ContentEncoding": "GZIP" if gzip else "NONE",
                "CommonAttributes": [{"AttributeName": "stage", "AttributeValue": "test"}],
            },
            "S3Configuration": {
                "RoleARN": "arn:aws:iam::000000000000:role/firehose",
                "BucketARN": "arn:aws:s3:::backup",
            },
        }
        return firehose.create_delivery_stream(
            DeliveryStreamName=name, HttpEndpointDestinationConfiguration=configuration, **members
        )["DeliveryStreamARN"]

    return make
