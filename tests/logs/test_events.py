"""PutLogEvents, GetLogEvents, FilterLogEvents."""

import json
import time

import pytest

from aws_clients import refused

DAY = 86_400_000


def now():
    return int(time.time() * 1000)


def messages(events):
    return [event["message"] for event in events]


def test_events_come_out_in_order_of_time(logs, put, stream):
    put("c", "d", at=now())
    put("a", "b", at=now() - 10_000)
    answer = logs.get_log_events(**stream, startFromHead=True)
    assert messages(answer["events"]) == ["a", "b", "c", "d"]
    assert all(event["ingestionTime"] >= event["timestamp"] - 1000 for event in answer["events"])


def test_events_of_the_same_millisecond_keep_their_order(logs, stream):
    at = now()
    texts = [f"m{nth}" for nth in range(50)]
    logs.put_log_events(**stream, logEvents=[{"timestamp": at, "message": text} for text in texts])
    assert messages(logs.get_log_events(**stream)["events"]) == texts


def test_pages_forward_meet_and_end_with_the_same_token(logs, put, stream):
    put(*(f"m{nth}" for nth in range(7)))
    seen, token = [], None
    while True:
        more = {"nextToken": token} if token else {}
        answer = logs.get_log_events(**stream, limit=3, startFromHead=True, **more)
        seen += messages(answer["events"])
        if answer["nextForwardToken"] == token:
            break
        token = answer["nextForwardToken"]
    assert seen == [f"m{nth}" for nth in range(7)]
    put("later", at=now() + 1000)
    assert messages(logs.get_log_events(**stream, nextToken=token)["events"]) == ["later"]


def test_without_a_token_the_last_page_comes_first(logs, put, stream):
    put(*(f"m{nth}" for nth in range(5)))
    last = logs.get_log_events(**stream, limit=2)
    assert messages(last["events"]) == ["m3", "m4"]
    before = logs.get_log_events(**stream, limit=2, nextToken=last["nextBackwardToken"])
    assert messages(before["events"]) == ["m1", "m2"]


def test_the_end_of_a_range_is_not_part_of_it(logs, put, stream):
    at = now()
    put("a", "b", "c", at=at)
    answer = logs.get_log_events(**stream, startTime=at + 1, endTime=at + 2)
    assert messages(answer["events"]) == ["b"]


def test_what_is_too_old_or_too_new_is_told(put):
    assert put("old", at=now() - 15 * DAY)["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert put("new", at=now() + 3 * 3_600_000)["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 0}
    assert "rejectedLogEventsInfo" not in put("fine")


def test_a_batch_is_in_order_and_spans_a_day_at_most(logs, stream):
    def batch(*times):
        logs.put_log_events(**stream, logEvents=[{"timestamp": at, "message": "m"} for at in times])

    with refused(
        "InvalidParameterException",
        "Log events in a single PutLogEvents request must be in chronological order.",
    ):
        batch(now(), now() - 10)
    with refused("InvalidParameterException", matching="cannot span more than 24 hours"):
        batch(now() - DAY - 10_000, now())


@pytest.fixture
def filtered(logs, group):
    """Three streams with events of WAF's kind; `filtered(pattern, …)` → messages."""
    at = now()
    for nth, action in enumerate(["ALLOW", "BLOCK", "BLOCK"]):
        name = f"s{nth}"
        logs.create_log_stream(logGroupName=group, logStreamName=name)
        text = json.dumps({"action": action, "nth": nth, "httpRequest": {"uri": f"/page/{nth}"}})
        logs.put_log_events(
            logGroupName=group, logStreamName=name, logEvents=[{"timestamp": at + nth, "message": text}]
        )

    def read(pattern="", **members):
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern=pattern, **members)
        return [json.loads(event["message"])["nth"] for page in pages for event in page["events"]]

    return read


def test_a_filter_finds_by_json_and_by_terms(filtered):
    assert filtered() == [0, 1, 2]
    assert filtered('{ $.action = "BLOCK" }') == [1, 2]
    assert filtered('{ $.action = "BLOCK" && $.httpRequest.uri = "*/2" }') == [2]
    assert filtered("ALLOW") == [0]
    assert filtered("-ALLOW") == [1, 2]


def test_a_filter_is_bound_to_streams_and_has_pages(filtered, logs, group):
    assert filtered(logStreamNames=["s0", "s2"]) == [0, 2]
    assert filtered(logStreamNamePrefix="s1") == [1]
    assert filtered(PaginationConfig={"PageSize": 1}) == [0, 1, 2]
    with refused("InvalidParameterException", matching="Invalid filter pattern"):
        logs.filter_log_events(logGroupName=group, filterPattern="{ $.a ")


def test_expired_events_are_gone_at_once_and_for_good(new_server, client):
    server = new_server("--simulate-time")
    own = client("logs", on=server)
    own.create_log_group(logGroupName="g")
    own.create_log_stream(logGroupName="g", logStreamName="s")
    own.put_retention_policy(logGroupName="g", retentionInDays=1)
    own.put_log_events(logGroupName="g", logStreamName="s", logEvents=[{"timestamp": now(), "message": "m"}])
    read = lambda: messages(own.get_log_events(logGroupName="g", logStreamName="s")["events"])  # noqa: E731
    server.advance_clock("23h")
    assert read() == ["m"]
    server.advance_clock("2h")
    assert read() == []
    server.advance_clock("48h")
    own.delete_retention_policy(logGroupName="g")
    assert read() == []


def test_what_was_accepted_survives_a_kill(new_server, client):
    server = new_server()
    own = client("logs", on=server)
    own.create_log_group(logGroupName="g")
    own.create_log_stream(logGroupName="g", logStreamName="s")
    for nth in range(20):
        event = {"timestamp": now(), "message": f"m{nth}"}
        own.put_log_events(logGroupName="g", logStreamName="s", logEvents=[event])
    server.kill()
    server.start()
    assert len(own.get_log_events(logGroupName="g", logStreamName="s")["events"]) == 20
