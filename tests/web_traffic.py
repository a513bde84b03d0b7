"""Web traffic for tests: an application that says what it got, a server whose gateway is asked, rules."""

import collections
import http.client
import json
import re
import ssl
from http.server import BaseHTTPRequestHandler

from haechi_server import Haechi

Answer = collections.namedtuple("Answer", "status headers body")


class Application(BaseHTTPRequestHandler):
    """Says what it got, as JSON."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode(errors="replace")
        self.server.seen.append((self.command, self.path))
        if self.path == "/page":
            said, kind = b"<!DOCTYPE html><title>Shop</title><h1>Welcome to the shop</h1>", "text/html"
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            told = {"method": self.command, "path": self.path, "headers": headers, "body": body}
            said, kind = json.dumps(told).encode(), "application/json"
        healthy = self.server.healthy or self.path != "/health"
        self.send_response(200 if healthy else 500)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        pass


class Guarded(Haechi):
    """A server whose gateway is wanted too."""

    def printed(self, pattern):
        """What the server said of itself when it started."""
        found = re.search(pattern, self.log())
        assert found, f"{pattern} is not in\n{self.log()}"
        return found[1]

    @property
    def web(self):
        return int(self.printed(r"gateway: http://127\.0\.0\.1:(\d+)"))

    @property
    def web_tls(self):
        return int(self.printed(r"gateway: https://127\.0\.0\.1:(\d+)"))

    def ask(self, host, path="/", method="GET", body=None, headers=None, tls=False, port=None):
        """One request to the gateway."""
        if tls:
            trusted = ssl.create_default_context(cafile=self.data_dir / "gateway-ca.pem")
            connection = Named(host, self.web_tls, trusted)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", port or self.web, timeout=30)
        try:
            connection.request(method, path, body, {"Host": host, **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode(errors="replace"))
        finally:
            connection.close()


class Named(http.client.HTTPSConnection):
    """TLS to the gateway under the name of a front."""

    def __init__(self, host, port, context):
        super().__init__("127.0.0.1", port, timeout=30, context=context)
        self.server_name, self.trusted = host, context

    def connect(self):
        http.client.HTTPConnection.connect(self)
        self.sock = self.trusted.wrap_socket(self.sock, server_hostname=self.server_name)


def visibility(name):
    return {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}


def path_rule(prefix, action, name="path"):
    """A rule for paths that start so."""
    return {
        "Name": name,
        "Priority": 0,
        "Action": action,
        "VisibilityConfig": visibility(name),
        "Statement": {
            "ByteMatchStatement": {
                "SearchString": prefix,
                "PositionalConstraint": "STARTS_WITH",
                "FieldToMatch": {"UriPath": {}},
                "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
            }
        },
    }
