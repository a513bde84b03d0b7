"""CloudWatch metrics by CBOR, as boto3 speaks, and by the older protocols."""

import datetime
import json
import time
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
import urllib3

from aws_clients import SEOUL, refused

NAMESPACE = "Test/Edge"


@pytest.fixture(scope="module")
def account(new_account):
    return new_account()


@pytest.fixture(scope="module")
def cloudwatch(client, account):
    return client("cloudwatch", credentials=account.credentials)


def minutes_ago(count):
    now = datetime.datetime.now(datetime.UTC).replace(second=0, microsecond=0)
    return now - datetime.timedelta(minutes=count)


@pytest.fixture
def metric(cloudwatch, unique):
    """A metric with 1, 2, 3 an hour ago and 10 a minute later."""
    dimensions = [{"Name": "Rule", "Value": unique}, {"Name": "Acl", "Value": "a"}]
    base = {"MetricName": "Requests", "Dimensions": dimensions, "Unit": "Count"}
    data = [{**base, "Value": value, "Timestamp": minutes_ago(60)} for value in (1, 2, 3)]
    data.append({**base, "Value": 10, "Timestamp": minutes_ago(59)})
    cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data)
    return {"Namespace": NAMESPACE, "MetricName": "Requests", "Dimensions": dimensions}


def test_statistics_of_a_minute(cloudwatch, metric):
    answer = cloudwatch.get_metric_statistics(
        **metric,
        StartTime=minutes_ago(60),
        EndTime=minutes_ago(0),
        Period=60,
        Statistics=["SampleCount", "Sum", "Average", "Minimum", "Maximum"],
    )
    first, second = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    assert (first["SampleCount"], first["Sum"], first["Average"]) == (3, 6, 2)
    assert (first["Minimum"], first["Maximum"], first["Unit"]) == (1, 3, "Count")
    assert (first["Timestamp"], second["Sum"]) == (minutes_ago(60), 10)
    assert answer["Label"] == "Requests"


def test_the_order_of_dimensions_does_not_matter_and_all_must_be_named(cloudwatch, metric):
    window = {"StartTime": minutes_ago(60), "EndTime": minutes_ago(0), "Period": 3600, "Statistics": ["Sum"]}
    turned = {**metric, "Dimensions": metric["Dimensions"][::-1]}
    assert cloudwatch.get_metric_statistics(**turned, **window)["Datapoints"][0]["Sum"] == 16
    less = {**metric, "Dimensions": metric["Dimensions"][:1]}
    assert cloudwatch.get_metric_statistics(**less, **window)["Datapoints"] == []


def test_metric_data_and_math(cloudwatch, metric):
    stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[
            {"Id": "m1", "MetricStat": stat, "Label": "all"},
            {"Id": "m2", "MetricStat": {**stat, "Stat": "p50"}, "ReturnData": False},
            {"Id": "e1", "Expression": "m1 / m2", "Label": "ratio"},
            {"Id": "e2", "Expression": "100 * m1 / SUM(m1)"},
        ],
        StartTime=minutes_ago(61),
        EndTime=minutes_ago(0),
        ScanBy="TimestampAscending",
    )
    results = {result["Id"]: result for result in answer["MetricDataResults"]}
    assert (results["m1"]["Values"], results["m1"]["Label"]) == ([6, 10], "all")
    assert results["m1"]["Timestamps"] == [minutes_ago(60), minutes_ago(59)]
    assert results["e1"]["Values"] == [3, 1]
    assert results["e2"]["Values"] == [37.5, 62.5]
    assert "m2" not in results and results["m1"]["StatusCode"] == "Complete"


def test_metrics_are_listed_by_namespace_name_and_dimension(cloudwatch, metric, unique):
    pages = cloudwatch.get_paginator("list_metrics").paginate(
        Namespace=NAMESPACE, Dimensions=[{"Name": "Rule", "Value": unique}], RecentlyActive="PT3H"
    )
    found = [found for page in pages for found in page["Metrics"]]
    assert [(one["Namespace"], one["MetricName"]) for one in found] == [(NAMESPACE, "Requests")]
    assert {d["Name"] for d in found[0]["Dimensions"]} == {"Acl", "Rule"}


def test_sets_and_counted_values(cloudwatch, unique):
    at = minutes_ago(5)
    cloudwatch.put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {"MetricName": unique, "Timestamp": at, "Values": [1, 5], "Counts": [3, 1]},
            {
                "MetricName": unique,
                "Timestamp": at,
                "StatisticValues": {"SampleCount": 2, "Sum": 20, "Minimum": 9, "Maximum": 11},
            },
        ],
    )
    point = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=unique,
        StartTime=at,
        EndTime=minutes_ago(0),
        Period=300,
        Statistics=["SampleCount", "Sum", "Minimum", "Maximum"],
    )["Datapoints"][0]
    assert (point["SampleCount"], point["Sum"], point["Minimum"], point["Maximum"]) == (6, 28, 1, 11)


@pytest.mark.parametrize(
    "datum, code, matching",
    [
        ({"Value": 1.0, "Values": [1.0]}, "InvalidParameterCombination", "mutually exclusive"),
        ({}, "InvalidParameterCombination", "At least one of the parameters must be specified"),
        ({"Value": float("nan")}, "InvalidParameterValue", "NaN"),
        ({"Value": 1.0, "Timestamp": 1}, "InvalidParameterValue", "within the past two weeks"),
    ],
)
def test_what_is_no_datum_is_refused(cloudwatch, unique, datum, code, matching):
    with refused(code, matching=matching):
        cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=[{"MetricName": unique, **datum}])


def test_awss_own_namespaces_are_not_for_clients(cloudwatch, unique):
    with refused("InvalidParameterValue", matching="Namespace"):
        cloudwatch.put_metric_data(Namespace="AWS/WAFV2", MetricData=[{"MetricName": unique, "Value": 1}])


def test_great_requests_come_compressed(cloudwatch, unique):
    values = [{"MetricName": unique, "Value": nth, "Timestamp": minutes_ago(2)} for nth in range(900)]
    cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=values)
    point = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=unique,
        StartTime=minutes_ago(3),
        EndTime=minutes_ago(0),
        Period=300,
        Statistics=["SampleCount"],
    )["Datapoints"][0]
    assert point["SampleCount"] == 900


def signed(server, account, body, headers):
    """POST / of the service `monitoring`, as older clients send it."""
    request = botocore.awsrequest.AWSRequest("POST", server.endpoint + "/", headers, body)
    key = account.credentials
    credentials = botocore.credentials.Credentials(key.access_key_id, key.secret_access_key)
    botocore.auth.SigV4Auth(credentials, "monitoring", SEOUL).add_auth(request)
    answer = urllib3.request("POST", server.endpoint + "/", body=body, headers=dict(request.headers), retries=False)
    return answer.status, answer.headers, answer.data.decode()


def test_json_is_spoken(server, account, metric, unique):
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "GraniteServiceVersion20100801.ListMetrics",
    }
    body = json.dumps({"Namespace": NAMESPACE, "Dimensions": [{"Name": "Rule", "Value": unique}]})
    status, _, text = signed(server, account, body, headers)
    assert status == 200
    assert [one["MetricName"] for one in json.loads(text)["Metrics"]] == ["Requests"]
    status, headers, text = signed(
        server, account, "{}", {**headers, "X-Amz-Target": "GraniteServiceVersion20100801.PutMetricData"}
    )
    assert status == 400


def test_query_is_spoken(server, account, unique):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = {"Action": "PutMetricData", "Version": "2010-08-01", "Namespace": NAMESPACE}
    body |= {"MetricData.member.1.MetricName": unique, "MetricData.member.1.Value": "4"}
    status, _, text = signed(server, account, urllib.parse.urlencode(body), form)
    assert (status, "<PutMetricDataResponse" in text) == (200, True)
    body = {"Action": "ListMetrics", "Version": "2010-08-01", "MetricName": unique}
    status, _, text = signed(server, account, urllib.parse.urlencode(body), form)
    assert status == 200
    assert f"<MetricName>{unique}</MetricName>" in text and "<ListMetricsResult>" in text
    body = {"Action": "PutMetricData", "Version": "2010-08-01", "Namespace": "AWS/X"}
    body |= {"MetricData.member.1.MetricName": unique, "MetricData.member.1.Value": "4"}
    status, _, text = signed(server, account, urllib.parse.urlencode(body), form)
    assert (status, "<Code>InvalidParameterValue</Code>" in text) == (400, True)


def test_values_survive_a_kill(new_server, client):
    server = new_server()
    own = client("cloudwatch", on=server)
    own.put_metric_data(Namespace="N", MetricData=[{"MetricName": "m", "Value": 1}])
    server.kill()
    server.start()
    assert [one["MetricName"] for one in own.list_metrics(Namespace="N")["Metrics"]] == ["m"]


def test_old_values_become_coarser_and_stay(new_server, client):
    server = new_server("--simulate-time")
    own = client("cloudwatch", on=server)
    at = datetime.datetime.fromtimestamp(time.time() // 3600 * 3600 - 7200, datetime.UTC)
    for minute in range(3):
        when = at + datetime.timedelta(minutes=minute)
        own.put_metric_data(Namespace="N", MetricData=[{"MetricName": "m", "Value": 2, "Timestamp": when}])
    window = {"StartTime": at, "EndTime": at + datetime.timedelta(hours=1), "Statistics": ["Sum", "SampleCount"]}
    read = lambda: own.get_metric_statistics(Namespace="N", MetricName="m", Period=60, **window)["Datapoints"]  # noqa: E731
    assert len(read()) == 3
    server.advance_clock("20d")
    assert [(point["Sum"], point["SampleCount"]) for point in read()] == [(6, 3)]
