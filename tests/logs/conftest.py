"""Log groups of an account of the module's own."""

import time

import pytest


@pytest.fixture(scope="module")
def account(new_account):
    return new_account()


@pytest.fixture(scope="module")
def logs(client, account):
    return client("logs", credentials=account.credentials)


@pytest.fixture
def group(logs, unique):
    logs.create_log_group(logGroupName=unique)
    return unique


@pytest.fixture
def stream(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    return {"logGroupName": group, "logStreamName": "s"}


@pytest.fixture
def put(logs, stream):
    """Puts messages a millisecond apart: `put("a", "b", at=…)` → answer."""

    def make(*messages, at=None, **members):
        first = at if at is not None else int(time.time() * 1000)
        events = [{"timestamp": first + nth, "message": text} for nth, text in enumerate(messages)]
        return logs.put_log_events(**{**stream, **members}, logEvents=events)

    return make
