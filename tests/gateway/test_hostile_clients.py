"""What attackers send: nothing ambiguous reaches the application, nobody keeps others out, no web ACL is skipped."""

import http.client
import socket
import threading

import pytest

from web_traffic import path_rule, visibility

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


def raw(gateway, request):
    """Sends bytes and reads until the other side closes."""
    with socket.create_connection(("127.0.0.1", gateway.web), timeout=20) as stream:
        stream.sendall(request)
        answer = b""
        try:
            while piece := stream.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
        return answer


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        b"X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n",
        b"Content-Length: 0, 44\r\n\r\n",
        b"Content-Length: +0\r\n\r\n",
        b"X: y\nContent-Length: 44\r\n\r\n",
        b"X: y\rContent-Length: 44\r\n\r\n",
        b"Host: other.test\r\n\r\n",
        b"X\0: y\r\n\r\n",
    ],
)
def test_ambiguous_requests_get_400_and_the_connection_ends(gateway, front, application, lines):
    application.seen.clear()
    answer = raw(gateway, b"POST / HTTP/1.1\r\nHost: " + front.host.encode() + b"\r\n" + lines + SMUGGLED)
    assert answer.startswith(b"HTTP/1.1 400") and answer.count(b"HTTP/1.1 ") == 1
    assert not any(path == "/smuggled" or method == "POST" for method, path in application.seen)


def test_a_bad_chunk_ends_the_request_and_the_connection(gateway, front, application):
    application.seen.clear()
    for chunks in (b"0x5\r\nhello\r\n0\r\n\r\n", b"5 \r\nhello\r\n0\r\n\r\n", b"5\nhello\n0\n\n"):
        head = b"POST / HTTP/1.1\r\nHost: " + front.host.encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert b" 200 " not in raw(gateway, head + chunks + SMUGGLED)
    assert not any(path == "/smuggled" for _, path in application.seen)


@pytest.mark.parametrize("lines", [b"X: y\r\n" * 5_000, b"X: " + b"y" * 100_000 + b"\r\n"])
def test_header_bombs_are_refused(gateway, front, lines):
    answer = raw(gateway, b"GET / HTTP/1.1\r\nHost: " + front.host.encode() + b"\r\n" + lines + b"\r\n")
    assert answer == b"" or answer[9:12] in (b"400", b"431")
    assert gateway.ask(front.host).status == 200


def test_slow_clients_keep_nobody_out(gateway, front):
    slow = []
    try:
        for _ in range(1_000):
            stream = socket.create_connection(("127.0.0.1", gateway.web))
            stream.sendall(b"GET / HTTP/1.1\r\nX: ")
            slow.append(stream)
        assert gateway.ask(front.host).status == 200
        slow[0].settimeout(30)
        assert slow[0].recv(1024) == b"", "cut off after ten seconds"
    finally:
        for stream in slow:
            stream.close()


def test_a_web_acl_changed_again_and_again_under_load_lets_nothing_through(gateway, front, guard, waf, unique):
    arn = guard(path_rule(b"/admin", {"Block": {}}))
    identity = arn.rsplit("/", 1)[1]
    while gateway.ask(front.host, "/admin").status != 403:
        pass
    stop, wrong, asked = threading.Event(), [], []

    def load():
        connection = http.client.HTTPConnection("127.0.0.1", gateway.web, timeout=30)
        while not stop.is_set():
            for path, status in (("/admin", 403), ("/", 200)):
                connection.request("GET", path, headers={"Host": front.host})
                answer = connection.getresponse()
                answer.read()
                asked.append(path)
                if answer.status != status:
                    wrong.append((path, answer.status))

    workers = [threading.Thread(target=load) for _ in range(3)]
    for worker in workers:
        worker.start()
    for number in range(40):
        extra = path_rule(f"/extra-{number}".encode(), {"Block": {}}, name="extra")
        extra["Priority"] = 1
        token = waf.get_web_acl(Name=unique, Scope="REGIONAL", Id=identity)["LockToken"]
        waf.update_web_acl(
            Name=unique,
            Scope="REGIONAL",
            Id=identity,
            LockToken=token,
            DefaultAction={"Allow": {}},
            VisibilityConfig=visibility(unique),
            Rules=[path_rule(b"/admin", {"Block": {}}), extra],
        )
    stop.set()
    for worker in workers:
        worker.join(timeout=60)
    assert wrong == []
    assert len(asked) >= 30
