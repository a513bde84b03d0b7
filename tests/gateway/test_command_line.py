"""Where the gateway listens, what it says, and a gateway on its own."""

import contextlib
import re
import socket
import subprocess
import urllib.request

import pytest

from waiting import until
from web_traffic import Guarded


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_named_address_that_is_taken_is_an_error(new_server, taken_port):
    server = new_server("--gateway-listen", f"127.0.0.1:{taken_port}", start=False)
    with pytest.raises(RuntimeError, match="give another --gateway-listen, or `off`"):
        server.start()


def test_the_default_address_may_be_taken(new_server):
    with contextlib.ExitStack() as held:
        listener = held.enter_context(socket.socket())
        # Whoever has it, it is taken now.
        with contextlib.suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", 8080))
            listener.listen()
        server = new_server()
        assert "gateway: off, as 127.0.0.1:8080 is taken" in server.log()


def test_off_is_off(new_server):
    assert "gateway" not in new_server("--gateway-listen", "off").log()


def test_numbers_are_on_the_metrics_page(gateway, front):
    gateway.ask(front.host)
    page = urllib.request.urlopen(gateway.printed(r"metrics: (http://\S+)"), timeout=10).read().decode()
    assert re.search(r'haechi_gateway_responses_total\{class="2xx"\} [1-9]', page)
    assert f'haechi_gateway_targets{{group="{front.target_group}"' in page


def test_requests_are_in_the_access_log(new_server, tmp_path):
    log = tmp_path / "access.log"
    server = new_server("--gateway-listen", "127.0.0.1:0", "--gateway-access-log", str(log), start=False)
    server.__class__ = Guarded
    server.start()
    server.ask("nobody.test", "/x?y=z")
    line = until(lambda: log.read_text() if log.exists() else "", bool)
    assert '"host":"nobody.test"' in line and '"path":"/x"' in line and '"status":404' in line


def test_a_gateway_on_its_own_follows_a_server(gateway, front, guard, rule, binary):
    guard(rule(b"/admin", {"Block": {}}))
    alone = subprocess.Popen(
        [
            str(binary),
            "gateway",
            "--follow",
            gateway.endpoint,
            "--data-dir",
            str(gateway.data_dir),
            "--gateway-listen",
            "127.0.0.1:0",
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=gateway.clean_environment(),
    )
    try:
        port = int(re.fullmatch(r"gateway: http://127\.0\.0\.1:(\d+)\n", alone.stdout.readline())[1])
        until(lambda: gateway.ask(front.host, port=port).status, lambda status: status == 200)
        until(lambda: gateway.ask(front.host, "/admin", port=port).status, lambda status: status == 403)
    finally:
        alone.terminate()
        assert alone.wait(timeout=15) == 0
