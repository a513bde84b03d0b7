"""boto3 clients that fail at once, and assertions on AWS's errors."""

import contextlib
import functools
import re

import boto3
import botocore.config
import botocore.exceptions
import botocore.session
import pytest

SEOUL = "ap-northeast-2"
STOCKHOLM = "eu-north-1"

_LOADER = botocore.session.Session().get_component("data_loader")


@functools.lru_cache(maxsize=512)
def client(endpoint, service, credentials, region=SEOUL, validate=True, read_timeout=60):
    """A client of one service; `validate=False` sends what botocore itself would refuse."""
    session = botocore.session.Session()
    session.register_component("data_loader", _LOADER)
    config = botocore.config.Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        connect_timeout=10,
        read_timeout=read_timeout,
        parameter_validation=validate,
        max_pool_connections=64,
    )
    return boto3.Session(
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
        region_name=region,
        botocore_session=session,
    ).client(service, endpoint_url=endpoint, config=config)


class Refusal:
    """What AWS would have said; filled when the block ends."""

    code = message = status = None


@contextlib.contextmanager
def refused(code, message=None, *, matching=None, status=None):
    """The block must end in AWS's error `code`; `message` is the whole text, `matching` a pattern in it."""
    refusal = Refusal()
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        yield refusal
    error = caught.value.response["Error"]
    refusal.code, refusal.message = error["Code"], error.get("Message", "")
    refusal.status = caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert refusal.code == code, f"{refusal.code}: {refusal.message}"
    if message is not None:
        assert refusal.message == message
    if matching is not None:
        assert re.search(matching, refusal.message), refusal.message
    if status is not None:
        assert refusal.status == status
