"""A real browser before a challenge and a puzzle."""

import shutil
import subprocess

import pytest

from waiting import until


@pytest.fixture
def browse(gateway, front, tmp_path):
    """What a browser shows of a page, after a while."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "a browser is needed: scripts/install-test-deps installs chromium"

    def show(path, seconds=15):
        done = subprocess.run(
            [
                program,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                f"--user-data-dir={tmp_path}",
                f"--host-resolver-rules=MAP {front.host} 127.0.0.1:{gateway.web}",
                f"--virtual-time-budget={seconds * 1000}",
                "--dump-dom",
                f"http://{front.host}{path}",
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.stdout

    return show


def wait_for(gateway, front, status):
    until(lambda: gateway.ask(front.host, "/page").status, lambda found: found == status)


def test_a_browser_passes_a_challenge(gateway, front, guard, rule, browse, application):
    guard(rule(b"/page", {"Challenge": {}}))
    wait_for(gateway, front, 202)
    application.seen.clear()
    assert "Welcome to the shop" in browse("/page")
    assert ("GET", "/page") in application.seen


def test_a_browser_is_shown_a_puzzle(gateway, front, guard, rule, browse, application):
    guard(rule(b"/page", {"Captcha": {}}))
    wait_for(gateway, front, 405)
    application.seen.clear()
    shown = browse("/page")
    assert "<svg" in shown and "type the five letters" in shown
    assert ("GET", "/page") not in application.seen


def test_who_shows_no_pages_is_told_by_a_header(gateway, front, guard, rule):
    guard(rule(b"/page", {"Challenge": {}}))
    wait_for(gateway, front, 202)
    plain = gateway.ask(front.host, "/page", headers={"Accept": "application/json"})
    assert plain.headers["x-amzn-waf-action"] == "challenge" and plain.body == ""
    page = gateway.ask(front.host, "/page", headers={"Accept": "text/html"})
    assert page.status == 202 and "<script nonce=" in page.body
