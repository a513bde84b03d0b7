"""`haechi waf test`."""

import base64
import gzip
import json
import xml.etree.ElementTree as ElementTree

import pytest

BROWSER = {"user-agent": "Mozilla/5.0 Firefox/130.0", "host": "shop.example"}


def encoded(document):
    """The document with its search strings in Base64, as the API answers it."""
    if isinstance(document, list):
        return [encoded(item) for item in document]
    if not isinstance(document, dict):
        return document
    return {
        name: base64.b64encode(value.encode()).decode() if name == "SearchString" else encoded(value)
        for name, value in document.items()
    }


def test_every_shape_of_a_web_acl_gives_the_same_verdicts(bench, make):
    acl = make.acl(make.rule("admin", make.matching("/admin")))
    answer = {"WebACL": encoded(acl) | {"ARN": "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/acl/1", "Id": "1"},
              "LockToken": "0"}  # fmt: skip
    request = acl | {"Scope": "REGIONAL", "Tags": [{"Key": "a", "Value": "b"}]}
    for document in (acl, encoded(acl), answer, request):
        report, _ = bench.test(document, [{"uri": "/%61dmin"}, {"uri": "/"}], "--list", "all")
        assert [request["action"] for request in report["requests"]] == ["BLOCK", "ALLOW"]
        assert report["summary"]["webAcl"]["capacity"] == 12


def har(entries):
    return {"log": {"version": "1.2", "entries": entries}}


def log_line(uri, action, rule):
    request = {"clientIp": "192.0.2.9", "country": "KR", "uri": uri, "args": "", "httpMethod": "GET",
               "httpVersion": "HTTP/1.1", "headers": [{"name": "Host", "value": "shop.example"}]}  # fmt: skip
    return {"timestamp": 1763888400000, "formatVersion": 1, "terminatingRuleId": rule, "action": action,
            "ruleGroupList": [], "httpRequest": request}  # fmt: skip


def test_recordings_of_every_format_are_told_apart_by_content(bench, make):
    acl = bench.file("acl.json", make.acl(make.rule("admin", make.matching("/admin"))))
    entry = {"startedDateTime": "2025-11-23T09:00:00Z", "request": {
        "method": "GET", "url": "https://shop.example/admin", "headers": [], "bodySize": 0}}  # fmt: skip
    line = json.dumps(log_line("/admin", "BLOCK", "admin"))
    recordings = {
        "plain": '{"uri": "/admin"}\n',
        "array": json.dumps([{"uri": "/admin"}], indent=2),
        "har": json.dumps(har([entry]), indent=2),
        "log": line,
        "events": json.dumps({"events": [{"timestamp": 1, "message": line}]}),
    }
    for name, text in recordings.items():
        for content in (text.encode(), gzip.compress(text.encode())):
            run = bench.run("test", "--web-acl", acl, "--requests", bench.file(name, content), "--format", "json")
            assert run.returncode == 0, run.stderr
            assert json.loads(run.stdout)["summary"]["webAcl"]["actions"] == {"BLOCK": 1}, name
    run = bench.run("test", "--web-acl", acl, "--requests", "-", stdin=recordings["har"])
    assert "standard input" in run.stdout and "BLOCK" in run.stdout


def test_what_changes_against_another_web_acl_is_grouped_by_rule(bench, make):
    before = bench.file("before.json", make.acl(make.rule("old", make.matching("/a"))))
    after = make.acl(make.rule("new", make.matching("/a/b")), make.rule("puzzle", make.matching("/c"), "Captcha", 1))
    requests = [{"uri": uri} for uri in ("/a", "/a/b", "/c", "/d", "/a?x")]
    report, code = bench.test(after, requests, "--against", before, "--fail-on", "changed")
    groups = {(g["from"]["rule"], g["to"]["rule"]): g["count"] for g in report["summary"]["changes"]}
    assert groups == {("old", "Default_Action"): 2, ("Default_Action", "puzzle"): 1}
    assert report["summary"]["sameActionByAnotherRule"][0]["count"] == 1
    assert (code, report["summary"]["changed"]) == (1, 3)
    assert [request["number"] for request in report["requests"]] == [1, 3, 5]


def test_expectations_decide_the_exit_code(bench, make):
    acl = make.acl(make.rule("admin", make.matching("/admin"), RuleLabels=[{"Name": "seen"}]))
    good = [
        {"uri": "/admin", "expect": "BLOCK"},
        {"uri": "/", "expect": {"action": "ALLOW", "rule": "Default_Action"}},
        {"uri": "/admin", "expect": {"labels": ["awswaf:000000000000:webacl:acl:seen"]}},
    ]
    assert bench.test(acl, good)[1] == 0
    report, code = bench.test(acl, [*good, {"name": "mine", "uri": "/", "expect": {"rule": "admin"}}])
    assert (code, report["requests"][0]["unmet"]) == (1, ["expected rule admin to decide"])
    assert bench.test(acl, good, "--fail-on", "blocked")[1] == 1
    assert bench.test(acl, good, "--fail-on", "challenged")[1] == 0


def test_logs_are_compared_with_what_aws_did(bench, make):
    lines = [
        log_line("/admin", "BLOCK", "admin"),
        log_line("/x", "BLOCK", "other"),
        log_line("/", "ALLOW", "Default_Action"),
    ]
    acl = make.acl(make.rule("admin", make.matching("/admin")))
    report, code = bench.test(acl, lines, "--fail-on", "logged")
    (difference,) = report["summary"]["differFromLog"]
    assert (difference["from"]["rule"], difference["to"]["rule"], code) == ("other", "Default_Action", 1)


def test_a_log_without_bodies_says_that_rules_on_bodies_saw_nothing(bench, make):
    line = log_line("/", "ALLOW", "Default_Action") | {"requestBodySize": 70}
    report, _ = bench.test(make.acl(make.rule("r", make.matching("x", {"Body": {}}, "CONTAINS"))), [line])
    assert report["summary"]["withoutBody"] == 1 and "body" in report["summary"]["notes"][0]


def test_rates_are_counted_by_the_times_of_the_recording(bench, make):
    statement = {"RateBasedStatement": {"Limit": 10, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}}
    acl = make.acl(make.rule("rate", statement))
    fast = [{"uri": "/", "clientIp": "192.0.2.1", "timestamp": 1763888400 + n} for n in range(20)]
    slow = [request | {"timestamp": 1763888400 + 30 * n} for n, request in enumerate(fast)]
    assert bench.test(acl, fast)[0]["summary"]["webAcl"]["actions"] == {"ALLOW": 10, "BLOCK": 10}
    assert bench.test(acl, slow)[0]["summary"]["webAcl"]["actions"] == {"ALLOW": 20}


def test_an_explanation_shows_the_bytes_after_transformations(bench, make):
    acl = make.acl(make.rule("admin", make.matching("/admin")))
    report, _ = bench.test(acl, [{"uri": "/"}, {"uri": "/%61dmin/x"}], "--explain", "matching")
    (request,) = report["requests"]
    (step,) = request["explanation"]
    assert step["inspected"] == {"component": "URI", "name": None, "transformations": ["URL_DECODE"],
                                 "text": "/admin/x", "start": 0, "end": 6}  # fmt: skip
    text = bench.run("test", "--web-acl", "acl.json", "--requests", "requests.jsonl", "--explain", "2").stdout
    assert "«/admin»/x" in text
    unnamed = bench.run("test", "--web-acl", "acl.json", "--requests", "requests.jsonl", "--explain").stdout
    assert "«/admin»/x" in unnamed


def test_junit_has_a_case_per_request_and_a_failure_per_mismatch(bench, make):
    acl = bench.file("acl.json", make.acl(make.rule("admin", make.matching("/admin"))))
    requests = [{"uri": "/admin?a=<b>&\u0007", "expect": "ALLOW"}, {"uri": "/", "expect": "ALLOW"}]
    run = bench.run("test", "--web-acl", acl, "--requests", bench.file("r.jsonl", requests), "--format", "junit")
    suite = ElementTree.fromstring(run.stdout)
    assert (run.returncode, suite.get("tests"), suite.get("failures")) == (1, "2", "1")
    assert "expected ALLOW" in suite.find(".//failure").get("message")


def test_order_and_counts_hold_over_many_chunks_and_threads(bench, make):
    acl = make.acl(make.rule("odd", make.matching("/odd")), make.group("AWSManagedRulesCommonRuleSet", 1))
    requests = [{"uri": f"/{'odd' if n % 2 else 'even'}/{n}", "headers": BROWSER} for n in range(20_000)]
    report, _ = bench.test(acl, requests, "--list", "all", "--threads", "4")
    assert [request["number"] for request in report["requests"]] == list(range(1, 20_001))
    assert report["summary"]["webAcl"]["actions"] == {"ALLOW": 10_000, "BLOCK": 10_000}


@pytest.mark.parametrize(
    "requests,words",
    [
        ('{"uri": "/"}\n{"uri": 1}\n', ["line 2"]),
        ('{"uri": "/", "clientip": "192.0.2.1"}\n', ["line 1", "clientip", "clientIp"]),
        ('{"log": {"entries": [{"request": ', ["middle"]),
        ('{"log": {"pages": []}}', ["no list of requests"]),
    ],
)
def test_bad_recordings_end_with_code_2_and_say_where(bench, make, requests, words):
    acl = bench.file("acl.json", make.acl())
    run = bench.run("test", "--web-acl", acl, "--requests", bench.file("bad", requests))
    assert run.returncode == 2 and all(word in run.stderr for word in words), run.stderr


def test_bad_records_can_be_passed_over(bench, make):
    acl = bench.file("acl.json", make.acl())
    flags = ["--requests", bench.file("bad", '{"uri": "/"}\nnonsense\n'), "--skip-bad-records", "--format", "json"]
    summary = json.loads(bench.run("test", "--web-acl", acl, *flags).stdout)["summary"]
    assert (summary["requests"], summary["skipped"]) == (1, 1)


def test_references_come_from_files(bench, make):
    arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/{}/x/1".format
    inner = make.rule("in", make.matching("/group", transformation="NONE"))
    members = {"Name": "x", "Id": "1"}
    group = members | {"ARN": arn("rulegroup"), "Capacity": 5, "VisibilityConfig": make.visibility("x")}
    group = {"RuleGroup": group | {"Rules": encoded([inner])}, "LockToken": "t"}
    ips = {"ARN": arn("ipset"), "IPAddressVersion": "IPV4", "Addresses": ["198.51.100.0/24"]}
    addresses = {"IPSet": members | ips}
    reference = make.rule("group", {"RuleGroupReferenceStatement": {"ARN": arn("rulegroup")}})
    del reference["Action"]
    acl = make.acl(reference | {"OverrideAction": {"None": {}}},
                   make.rule("ip", {"IPSetReferenceStatement": {"ARN": arn("ipset")}}, priority=1))  # fmt: skip
    requests = [{"uri": "/group"}, {"uri": "/", "clientIp": "198.51.100.7"}, {"uri": "/"}]
    flags = ["--rule-group", bench.file("g.json", group), "--ip-set", bench.file("i.json", addresses)]
    report, _ = bench.test(acl, requests, "--list", "all", *flags)
    assert [(r["rule"], r["ruleInGroup"]) for r in report["requests"]] == [
        ("group", "in"), ("ip", None), ("Default_Action", None)]  # fmt: skip
    run = bench.run("test", "--web-acl", "acl.json", "--requests", "requests.jsonl", *flags[:2])
    assert run.returncode == 2 and "--ip-set" in run.stderr


def test_more_of_a_body_is_inspected_where_the_resource_allows_it(bench, make):
    acl = make.acl(make.rule("r", make.matching("evil", {"Body": {}}, "CONTAINS", "NONE")))
    requests = [{"method": "POST", "uri": "/", "body": "x" * 10_000 + "evil"}]
    assert bench.test(acl, requests)[0]["summary"]["webAcl"]["actions"] == {"ALLOW": 1}
    assert bench.test(acl, requests, "--resource", "cloudfront")[0]["summary"]["webAcl"]["actions"] == {"BLOCK": 1}
