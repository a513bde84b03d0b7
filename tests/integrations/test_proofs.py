"""Clients pass a challenge through a balancer that asks Haechi, and the application never sees how."""

import hashlib
import http.client
import itertools
import re
import shutil
import subprocess
import urllib.parse

import pytest

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", "accept": "text/html", "host": "shop.example"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
PROGRAMS = ["nginx", "haproxy", "caddy"]


def solution(page):
    """What the page's script would send."""
    challenge = re.search(rb'first\("([0-9a-f]{32}):"', page)[1].decode()
    sealed = re.search(rb'encodeURIComponent\("([^"]+)"\)', page)[1].decode()
    for number in itertools.count():
        if int.from_bytes(hashlib.sha256(f"{challenge}:{number}".encode()).digest()[:4]) < 1 << 17:
            return urllib.parse.urlencode({"sealed": sealed, "answer": number}).encode()


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_answer_to_a_challenge_is_taken_once_and_opens_the_page(balancer, name):
    program = balancer(name)
    _, _, page = program.ask("GET", "/account", BROWSER)
    proof = solution(page)
    status, headers, body = program.ask("POST", "/.haechi/waf/challenge", BROWSER | FORM, proof)
    assert (status, body) == (200, b"")
    token = headers["set-cookie"].split(";")[0]
    assert token.startswith("aws-waf-token=")
    status, headers, _ = program.ask("GET", "/account", BROWSER | {"cookie": token})
    assert (status, headers["x-application"]) == (200, "echo")
    again, headers, _ = program.ask("POST", "/.haechi/waf/challenge", BROWSER | FORM, proof)
    assert (again, headers.get("set-cookie")) == (403, None)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_wrong_answer_to_a_puzzle_gets_another_picture(balancer, name):
    status, headers, page = balancer(name).ask("POST", "/.haechi/waf/captcha", BROWSER | FORM, b"sealed=x&answer=y")
    assert (status, headers["x-amzn-waf-action"]) == (405, "captcha")
    assert b"<svg" in page


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("method,path", [("GET", ""), ("GET", "challenge?a=b"), ("PUT", "challenge"), ("POST", "x/y")])
def test_nothing_below_the_reserved_path_reaches_the_application(balancer, name, method, path):
    status, headers, _ = balancer(name).ask(method, f"/.haechi/waf/{path}", BROWSER)
    assert status == 404
    assert "x-application" not in headers


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_browser_passes_a_challenge(balancer, tmp_path, name):
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "a browser is needed: scripts/install-test-deps installs chromium"
    port = balancer(name).port
    run = subprocess.run(
        [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         f"--user-data-dir={tmp_path}",
         f"--host-resolver-rules=MAP shop.example 127.0.0.1:{port}", "--virtual-time-budget=15000", "--dump-dom",
         "http://shop.example/account"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    # The status of a forward authentication that asks for proof is 403, and a browser shows its page all the same.
    assert '"path": "/account"' in run.stdout, run.stdout


def forwarded(verdicts, method, target, body=None, **headers):
    """A request as Traefik hands it on: its own headers last."""
    connection = http.client.HTTPConnection(verdicts.addresses["check"], timeout=20)
    sent = {"X-Forwarded-Host": "shop.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.1, 192.0.2.9"}
    connection.request(method, target, body, BROWSER | sent | headers)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, dict(response.getheaders()), text


def test_forward_authentication_takes_proofs_from_the_client_that_it_asked(verdicts):
    asked = {"X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/account"}
    status, _, page = forwarded(verdicts, "GET", "/forward-auth", **asked)
    assert status == 403
    proof = solution(page)
    other = {"X-Forwarded-For": "192.0.2.10"}
    assert forwarded(verdicts, "POST", "/forward-auth/.haechi/waf/challenge", proof, **other)[0] == 403
    status, headers, _ = forwarded(verdicts, "POST", "/forward-auth/.haechi/waf/challenge", proof)
    assert status == 200
    assert headers["set-cookie"].endswith("; Secure")
    cookie = {"Cookie": headers["set-cookie"].split(";")[0]}
    assert forwarded(verdicts, "GET", "/forward-auth", **asked, **cookie)[0] == 200


def test_haproxy_gives_custom_responses_with_all_their_headers(balancer):
    status, headers, text = balancer("haproxy").ask("GET", "/teapot", BROWSER)
    assert (status, headers["x-reason"]) == (429, "teapot")
    status, headers, text = balancer("haproxy").ask("HEAD", "/teapot", BROWSER)
    assert (status, headers["x-reason"], text) == (429, "teapot", b"")


def test_haproxy_refuses_a_long_body_and_goes_on(balancer):
    program = balancer("haproxy")
    for _ in range(3):
        body = b"user=kim'%20or%201%3D1--%20-&p=" + b"x" * 300_000
        assert program.ask("POST", "/login", BROWSER | FORM, body)[0] == 403
        assert program.ask("GET", "/", BROWSER)[0] == 200
