"""A running server's web ACLs answer balancers too, named by their ARN."""

import json
import urllib.error
import urllib.request

import aws_clients
from haechi_server import REPOSITORY, free_port
from waiting import until

ACL = json.loads((REPOSITORY / "examples" / "integrations" / "web-acl.json").read_text())


def ask(address, arn, target):
    headers = {"X-Original-Method": "GET", "X-Original-URI": target, "User-Agent": "Mozilla/5.0 Firefox/130.0"}
    request = urllib.request.Request(f"http://{address}/check/{arn}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def test_a_web_acl_without_resources_answers_by_its_arn(new_server):
    address = f"127.0.0.1:{free_port()}"
    server = new_server("--waf-check-listen", address, "--gateway-listen", "off")
    waf = aws_clients.client(server.endpoint, "wafv2", server.credentials(), "ap-northeast-2")
    arns = [waf.create_web_acl(**(ACL | {"Name": name}))["Summary"]["ARN"] for name in ("one", "two")]
    for arn in arns:
        until(lambda arn=arn: ask(address, arn, "/")[0], lambda status: status == 200)
    status, headers = ask(address, arns[1], "/teapot")
    assert (status, headers["x-haechi-status"]) == (403, "429")
    assert ask(address, arns[1], "/search?q=%3Cscript%3Ealert(1)%3C/script%3E")[0] == 403
    # Two web ACLs, and none is named.
    assert ask(address, "", "/")[0] == 500
