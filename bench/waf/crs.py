#!/usr/bin/env python3
"""Turns the regression tests of OWASP's Core Rule Set into requests for waf-detect, a JSON object per line.

    crs.py FOLDER-OF-TESTS > crs.jsonl

A test is an attack if it expects rules to fire. Tests that expect a rule not to fire are not therefore ordinary
requests: they are other attacks, or fragments. The tests' own user agent and host, which reputation rules would
refuse, are replaced.
"""

import base64
import json
import sys
from pathlib import Path

import yaml

CLASSES = {
    "911": "method", "913": "scanner", "920": "protocol", "921": "protocol attack", "922": "multipart",
    "930": "file inclusion", "931": "remote inclusion", "932": "command injection", "933": "PHP",
    "934": "generic", "941": "XSS", "942": "SQL injection", "943": "session fixation", "944": "Java",
}  # fmt: skip
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def headers(given: dict) -> list[list[str]]:
    """The test's headers with a browser's name and an ordinary host."""
    replaced = {"OWASP CRS test agent": AGENT, "localhost": "www.example.com", "127.0.0.1": "www.example.com"}
    return [
        [str(name), replaced.get(str(value), str(value)) if name.lower() in ("host", "user-agent") else str(value)]
        for name, value in given.items()
    ]


def requests(path: Path):
    """The requests of a file."""
    document = yaml.safe_load(path.read_text()) or {}
    rule = str(document.get("rule_id") or path.stem)
    for test in document.get("tests", []) if rule[:3] in CLASSES else []:
        for stage in test["stages"]:
            given, log = stage["input"], stage["output"].get("log") or {}
            attack = bool(log.get("expect_ids"))
            if "encoded_request" in given or not (attack or log.get("no_expect_ids")):
                continue
            body = (
                base64.b64decode(given["encoded_data"])
                if "encoded_data" in given
                else str(given.get("data") or "").encode("utf-8", "surrogateescape")
            )
            sent = headers(given.get("headers") or {})
            if body and not any(name.lower() == "content-type" for name, _ in sent):
                sent.append(["Content-Type", "application/x-www-form-urlencoded"])
            yield {
                "id": f"{rule}-{test['test_id']}",
                "class": CLASSES[rule[:3]] + ("" if attack else ", rule must not fire"),
                "attack": attack,
                "method": given.get("method", "GET"),
                "target": str(given.get("uri", "/")),
                "headers": sent,
                "body_base64": base64.b64encode(body).decode(),
            }


for file in sorted(Path(sys.argv[1]).rglob("REQUEST-*/*.yaml")):
    for request in requests(file):
        print(json.dumps(request))
