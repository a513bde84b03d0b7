"""Requests made by hand, for what no SDK would send; signed by botocore where a signature is wanted."""

import contextlib
import datetime
import http.client
import json as json_module
from dataclasses import dataclass
from urllib.parse import urlsplit

import botocore.auth
import botocore.awsrequest
import botocore.credentials

AMZ_JSON = "application/x-amz-json-1.1"


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json_module.loads(self.body)

    @property
    def text(self):
        return self.body.decode(errors="replace")


def send(server, method, path, headers, body=b""):
    """One request, exactly as given; header names and order are kept."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        pairs = headers.items() if isinstance(headers, dict) else headers
        for name, value in pairs:
            connection.putheader(name, value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def send_bytes(server, raw, limit=1_000_000):
    """Bytes as they are, for requests that an HTTP library refuses to make; returns all that comes back."""
    import socket

    with socket.create_connection(("127.0.0.1", server.port), timeout=15) as connection:
        # The server may refuse, and close, before it has read everything.
        with contextlib.suppress(OSError):
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while len(received) < limit:
            try:
                part = connection.recv(65536)
            except OSError:
                break
            if not part:
                break
            received += part
        return received


def signed_headers(
    server, credentials, service, headers, body, *, region="ap-northeast-2", method="POST", path="/", at=None
):
    """The headers of a request that `credentials` signed, at the present or at the time `at`."""
    request = botocore.awsrequest.AWSRequest(method, f"{server.endpoint}{path}", headers=dict(headers), data=body)
    keys = botocore.credentials.Credentials(
        credentials.access_key_id, credentials.secret_access_key, credentials.session_token
    )
    signer = botocore.auth.SigV4Auth(keys, service, region)
    if at is None:
        signer.add_auth(request)
    else:
        real = botocore.auth.get_current_datetime
        botocore.auth.get_current_datetime = lambda *a, **k: at.astimezone(datetime.UTC).replace(tzinfo=None)
        try:
            signer.add_auth(request)
        finally:
            botocore.auth.get_current_datetime = real
    return {"Host": urlsplit(server.endpoint).netloc} | dict(request.headers.items())


def json_headers(target):
    return {"Content-Type": AMZ_JSON, "X-Amz-Target": target}


def json_call(server, credentials, service, target, body, *, region="ap-northeast-2", at=None, change=None):
    """A signed JSON call; `change(headers)` may spoil the headers after signing."""
    headers = signed_headers(server, credentials, service, json_headers(target), body, region=region, at=at)
    headers["Content-Length"] = str(len(body))
    if change:
        headers = change(headers) or headers
    return send(server, "POST", "/", headers, body)
