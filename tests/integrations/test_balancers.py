"""Real nginx, HAProxy and Caddy in front of an application give the verdicts of the web ACL."""

import base64
import json

import pytest

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", "accept": "text/html", "host": "shop.example"}

WITHOUT_BODY = [
    ("GET", "/", {}),
    ("GET", "/search?q=red+shoes&page=2", {}),
    ("GET", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", {}),
    ("GET", "/items?id=1%27%20or%201%3D1--%20-", {}),
    ("GET", "/download?file=../../../../etc/passwd", {}),
    ("GET", "/t%65apot", {}),
    ("GET", "/mark", {}),
    ("GET", "/account", {}),
    ("GET", "/" + "a" * 2000, {}),
    ("DELETE", "/items/4?x=%EA%B0%80", {}),
    ("GET", "/", {"user-agent": "nikto/2.5"}),
    ("GET", "/", {"cookie": "a=<script>alert(1)</script>"}),
    # A client can't ask on its own account.
    ("GET", "/teapot", {"x-original-uri": "/", "x-forwarded-uri": "/", "x-original-method": "POST"}),
    ("GET", "/", {"x-original-uri": "/teapot", "x-forwarded-uri": "/teapot"}),
]

WITH_BODY = [
    ("POST", "/login", {"content-type": "application/x-www-form-urlencoded"}, b"user=kim&password=secret"),
    ("POST", "/login", {"content-type": "application/x-www-form-urlencoded"}, b"user=kim'%20or%201%3D1--%20-&p=x"),
    ("POST", "/note", {"content-type": "application/json"}, b'{"text": "<script>alert(document.cookie)</script>"}'),
    ("POST", "/note", {"content-type": "application/json"}, b'{"text": "\xea\xb0\x80 plain"}'),
    ("PUT", "/upload", {"content-type": "application/octet-stream"}, b"x" * 20_000),
    ("PUT", "/upload", {"content-type": "application/octet-stream"}, b"x" * 8_000),
]

STATUS = {"ALLOW": {200}, "BLOCK": {403, 429}, "CHALLENGE": {202, 403}}


def records(requests):
    for method, target, headers, *body in requests:
        record = {"method": method, "uri": target, "headers": BROWSER | headers}
        if body:
            record["bodyBase64"] = base64.b64encode(body[0]).decode()
        yield record


def agree(program, requests, judged):
    wanted = judged(list(records(requests)))
    answers = [program.ask(method, target, BROWSER | headers, *body) for method, target, headers, *body in requests]
    for request, action, (status, _headers, _) in zip(requests, wanted, answers, strict=True):
        assert status in STATUS[action], f"{request[:2]} should {action}, got {status}"
    assert set(wanted) >= {"ALLOW", "BLOCK"}


@pytest.mark.parametrize("name", ["nginx", "haproxy", "caddy"])
def test_requests_without_bodies_get_the_verdict_of_the_web_acl(balancer, judged, name):
    agree(balancer(name), WITHOUT_BODY, judged)


def test_haproxy_sends_bodies_along(balancer, judged):
    agree(balancer("haproxy"), WITH_BODY, judged)


@pytest.mark.parametrize("name", ["nginx", "haproxy", "caddy"])
def test_what_passes_reaches_the_application_whole_with_inserted_headers(balancer, name):
    status, _, text = balancer(name).ask("POST", "/mark?a=b", BROWSER, b"x" * 20)
    seen = json.loads(text)
    assert (status, seen["path"], seen["length"]) == (200, "/mark?a=b", 20)
    assert seen["headers"]["x-amzn-waf-seen"] == "yes"
    assert seen["headers"]["host"] == "shop.example"


@pytest.mark.parametrize("name", ["nginx", "haproxy", "caddy"])
def test_a_header_that_a_rule_would_insert_can_not_be_sent_by_a_client(balancer, name):
    _, _, text = balancer(name).ask("GET", "/mark", BROWSER | {"x-amzn-waf-seen": "forged"})
    assert json.loads(text)["headers"]["x-amzn-waf-seen"] == "yes"


@pytest.mark.parametrize("name", ["nginx", "haproxy", "caddy"])
def test_custom_responses_arrive_as_the_rule_says(balancer, name):
    status, headers, text = balancer(name).ask("GET", "/teapot", BROWSER)
    assert (status, json.loads(text)) == (429, {"error": "too many requests"})
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("name,status", [("nginx", 202), ("haproxy", 202), ("caddy", 403)])
def test_a_challenge_is_named_as_aws_names_it(balancer, name, status):
    got, headers, _ = balancer(name).ask("GET", "/account", BROWSER)
    assert (got, headers["x-amzn-waf-action"]) == (status, "challenge")


@pytest.mark.parametrize("name", ["nginx", "haproxy", "caddy"])
def test_without_verdicts_nothing_passes(new_pair, name):
    verdicts, program = new_pair(name)
    assert program.ask("GET", "/", BROWSER)[0] == 200
    verdicts.stop()
    assert program.ask("GET", "/", BROWSER)[0] in (500, 502, 503)
