"""The bench as people run it: `haechi waf …` on files."""

import json
import subprocess

import pytest

VISIBILITY = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}


def visibility(name):
    return VISIBILITY | {"MetricName": name}


def matching(text, field=None, position="STARTS_WITH", transformation="URL_DECODE"):
    """A ByteMatchStatement."""
    return {
        "ByteMatchStatement": {
            "SearchString": text,
            "FieldToMatch": field or {"UriPath": {}},
            "PositionalConstraint": position,
            "TextTransformations": [{"Priority": 0, "Type": transformation}],
        }
    }


def a_rule(name, statement, action="Block", priority=0, **members):
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "Action": {action: {}},
        "VisibilityConfig": visibility(name),
    } | members


def a_group(name, priority=0, **members):
    statement = {"VendorName": "AWS", "Name": name} | members
    return {
        "Name": name,
        "Priority": priority,
        "Statement": {"ManagedRuleGroupStatement": statement},
        "OverrideAction": {"None": {}},
        "VisibilityConfig": visibility(name),
    }


def an_acl(*rules, **members):
    return {
        "Name": "acl",
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": visibility("acl"),
        "Rules": list(rules),
    } | members


class Bench:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder

    def file(self, name, content):
        path = self.folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content)
        elif isinstance(content, list) and name.endswith(".jsonl"):
            path.write_text("".join(json.dumps(line) + "\n" for line in content))
        else:
            path.write_text(json.dumps(content))
        return path

    def run(self, *arguments, stdin=None):
        command = [self.binary, "waf", *arguments]
        return subprocess.run(command, capture_output=True, text=True, input=stdin, timeout=120, cwd=self.folder)

    def test(self, acl, requests, *arguments):
        """The JSON report and the exit code."""
        run = self.run(
            "test", "--web-acl", self.file("acl.json", acl), "--requests", self.file("requests.jsonl", requests),
            "--format", "json", *arguments,
        )  # fmt: skip
        assert run.returncode in (0, 1), run.stderr
        return json.loads(run.stdout), run.returncode


@pytest.fixture
def bench(binary, tmp_path):
    return Bench(binary, tmp_path)


@pytest.fixture
def make():
    """Builders of documents: `make.rule`, `make.group`, `make.acl`, `make.matching`."""

    class Make:
        rule, group, acl = staticmethod(a_rule), staticmethod(a_group), staticmethod(an_acl)
        matching, visibility = staticmethod(matching), staticmethod(visibility)

    return Make
