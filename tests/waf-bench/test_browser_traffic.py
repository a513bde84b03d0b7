"""Traffic of a real browser on six applications, as `bench/waf/record` writes it, before the managed rule groups."""

import json

from haechi_server import REPOSITORY

WAF = REPOSITORY / "bench" / "waf"


def test_at_least_99_of_100_requests_of_a_browser_pass_the_managed_groups(bench):
    files = ["--web-acl", WAF / "all-groups.json", "--requests", WAF / "browser.jsonl"]
    run = bench.run("test", *files, "--format", "json", "--list", "all", "--fail-on", "never")
    assert run.returncode == 0, run.stderr
    requests = json.loads(run.stdout)["requests"]
    refused = [request for request in requests if request["action"] != "ALLOW"]
    assert len(requests) > 500
    assert len(refused) <= len(requests) / 100, refused
