"""Hostile HTTP: hosts, smuggling, sizes, paths and bombs."""

import contextlib
import gzip
import json
import socket
import time
import zlib

import pytest

from raw_http import json_call, json_headers, send, send_bytes, signed_headers

TARGET = "TrentService.ListKeys"
BODY = b"{}"


def alive(server, root):
    return json_call(server, root, "kms", TARGET, BODY).status == 200


def signed(server, root, body=BODY, extra=None):
    headers = signed_headers(server, root, "kms", json_headers(TARGET) | (extra or {}), body)
    headers["Content-Length"] = str(len(body))
    return headers


class TestHost:
    @pytest.mark.parametrize(
        "host", ["evil.example", "127.0.0.1:1", "kms.us-east-1.amazonaws.com.evil.example", "a b", ""]
    )
    def test_another_host_than_the_signed_one_is_refused(self, server, root, host):
        headers = signed(server, root) | {"Host": host}
        answer = send(server, "POST", "/", headers, BODY)
        assert answer.status in (400, 403) and b'"Keys"' not in answer.body

    def test_a_foreign_host_appears_in_no_answer(self, server):
        answer = send(server, "GET", "/", {"Host": "evil.example"})
        assert b"evil.example" not in answer.body
        assert "evil.example" not in json.dumps(answer.headers)

    def test_two_hosts_are_refused(self, server, root):
        headers = [*list(signed(server, root).items()), ("Host", "evil.example")]
        assert send(server, "POST", "/", headers, BODY).status in (400, 403)

    def test_a_web_page_may_not_read_answers(self, server, root):
        answer = json_call(
            server, root, "kms", TARGET, BODY, change=lambda headers: headers | {"Origin": "https://evil.example"}
        )
        allowed = {k.lower(): v for k, v in answer.headers.items()}.get("access-control-allow-origin")
        assert allowed not in {"*", "https://evil.example"}

    def test_the_admin_calls_need_authority(self, server, account_id):
        """Ready is for everybody; nothing else under /_haechi/ is for strangers."""
        headers = {"Host": f"127.0.0.1:{server.port}", "Content-Length": "2", "Content-Type": "application/json"}
        for path in ("/_haechi/clock/advance", "/_haechi/accounts"):
            assert send(server, "POST", path, headers, b"{}").status in (400, 401, 403, 404, 405), path


class TestSmuggling:
    def request(self, server, root, *lines, body=BODY):
        headers = signed(server, root, body)
        headers.pop("Content-Length")
        head = ["POST / HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()), *lines, "", ""]
        return "\r\n".join(head).encode() + body

    def statuses(self, raw):
        return [int(part[:3]) for part in raw.split(b"HTTP/1.1 ")[1:]]

    def test_length_and_chunked_together(self, server, root):
        smuggled = b"0\r\n\r\nGET /_haechi/ready HTTP/1.1\r\nHost: a\r\n\r\n"
        raw = self.request(
            server, root, "Transfer-Encoding: chunked", f"Content-Length: {len(smuggled)}", body=smuggled
        )
        statuses = self.statuses(send_bytes(server, raw))
        assert statuses and statuses[0] >= 400
        assert 200 not in statuses

    def test_two_different_lengths(self, server, root):
        raw = self.request(server, root, "Content-Length: 2", "Content-Length: 3")
        assert all(status >= 400 for status in self.statuses(send_bytes(server, raw)))

    @pytest.mark.parametrize("length", ["-1", "+2", "0x2", "2 ", "99999999999999999999", "2, 2, 3"])
    def test_a_length_that_is_no_number(self, server, root, length):
        statuses = self.statuses(send_bytes(server, self.request(server, root, f"Content-Length: {length}")))
        # Trailing white space is trimmed by HTTP itself.
        assert all(status >= 400 for status in statuses) or length == "2 "
        assert alive(server, root)

    @pytest.mark.parametrize("line", ["X-Amz-Target : TrentService.CreateKey", " folded: x", "X\x00Y: z", "no colon"])
    def test_malformed_header_lines(self, server, root, line):
        statuses = self.statuses(send_bytes(server, self.request(server, root, line, f"Content-Length: {len(BODY)}")))
        assert 200 not in statuses
        assert alive(server, root)

    def test_two_targets(self, server, root):
        headers = [*list(signed(server, root).items()), ("X-Amz-Target", "TrentService.CreateKey")]
        answer = send(server, "POST", "/", headers, BODY)
        assert answer.status in (400, 403) and b"KeyMetadata" not in answer.body

    def test_two_authorizations(self, server, root):
        headers = [*list(signed(server, root).items()), ("Authorization", "AWS4-HMAC-SHA256 Credential=x")]
        assert send(server, "POST", "/", headers, BODY).status in (400, 403)


class TestSize:
    def test_a_body_beyond_the_limit_is_refused_early(self, server, root):
        size = 64 * 1024 * 1024
        head = (
            f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nX-Amz-Target: {TARGET}\r\n"
            f"Content-Type: application/x-amz-json-1.1\r\nContent-Length: {size}\r\n\r\n"
        ).encode()
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            connection.sendall(head)
            sent = 0
            part = bytes(65536)
            answer = b""
            try:
                while sent < size:
                    connection.sendall(part)
                    sent += len(part)
            except OSError:
                pass
            with contextlib.suppress(OSError):
                answer = connection.recv(4096)
        assert sent < size or answer.split(b" ")[1:2] in ([b"413"], [b"400"], [b"403"])
        assert b" 200 " not in answer[:20]
        assert alive(server, root)

    def test_many_long_headers_are_refused(self, server, root):
        lines = [f"X-Filler-{i}: {'x' * 8000}" for i in range(100)]
        raw = "\r\n".join(["POST / HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *lines, "", ""]).encode()
        assert b"HTTP/1.1 200" not in send_bytes(server, raw)
        assert alive(server, root)

    @pytest.mark.parametrize("opening, closing", [(b"[", b"]"), (b'{"a":', b"}")])
    def test_deep_json_does_not_end_the_server(self, server, root, opening, closing):
        depth = 100_000
        body = opening * depth + b"1" + closing * depth
        answer = json_call(server, root, "kms", TARGET, body)
        assert answer.status in (400, 413)
        assert alive(server, root)

    @pytest.mark.parametrize("encoding, pack", [("gzip", gzip.compress), ("deflate", zlib.compress)])
    def test_a_decompression_bomb_is_not_unpacked(self, server, root, encoding, pack):
        body = pack(bytes(50_000_000))
        headers = signed(server, root, body, {"Content-Encoding": encoding})
        began = time.monotonic()
        answer = send(server, "POST", "/", headers, body)
        assert answer.status in (400, 403, 413, 415)
        assert time.monotonic() - began < 10
        assert alive(server, root)

    def test_slow_headers_do_not_hold_up_others(self, server, root):
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
        try:
            for connection in idle:
                connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
            assert alive(server, root)
        finally:
            for connection in idle:
                connection.close()


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "/../../../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/..%2fcredentials",
            "/credentials",
            "/_haechi/../credentials",
            "/_haechi/ready/../../credentials",
            "//etc/passwd",
            "/\\..\\credentials",
            "/%00",
        ],
    )
    def test_no_path_leads_to_a_file(self, server, root, path):
        for method in ("GET", "POST"):
            answer = send(server, method, path, {"Host": f"127.0.0.1:{server.port}", "Content-Length": "0"})
            assert answer.status >= 400, (method, answer.text)
            assert root.secret_access_key not in answer.text
            assert "root:x:" not in answer.text

    def test_ready_says_nothing_of_the_inside(self, server, root):
        answer = send(server, "GET", "/_haechi/ready", {"Host": f"127.0.0.1:{server.port}"})
        assert answer.status == 200
        assert str(server.data_dir) not in answer.text

    @pytest.mark.parametrize("name", ["../../evil", "a/../b", "a\0b", "%2e%2e"])
    def test_names_are_no_paths(self, client, server, name):
        """A name never becomes a file, whatever it holds."""
        iam = client("iam", validate=False)
        try:
            iam.create_user(UserName=name)
        except iam.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "ValidationError"
        else:
            pytest.fail(f"{name!r} was taken as a user name")


def test_an_error_tells_nothing_of_the_inside(server, root):
    """No stack traces, file names or Rust types in what strangers can provoke."""
    for body in (b"\xff" * 100, b'{"Limit": 1e400}', b'{"Limit": "x"}', b'{"Marker": "\\ud800"}', b"null"):
        answer = json_call(server, root, "kms", TARGET, body)
        assert answer.status < 500, answer.text
        for word in ("panicked", ".rs", "src/", "rusqlite", "serde", "tokio", "stack backtrace"):
            assert word not in answer.text
