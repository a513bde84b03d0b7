"""An application, `haechi waf serve` with the example web ACL, and real balancers with the example configurations."""

import http.client
import http.server
import json
import shutil
import socket
import subprocess
import threading
import time

import pytest

from haechi_server import REPOSITORY, free_port

EXAMPLES = REPOSITORY / "examples" / "integrations"
ADDRESSES = {"check": "127.0.0.1:9180", "haproxy": "127.0.0.1:9181", "envoy": "127.0.0.1:9182"}
APPLICATION = "127.0.0.1:3000"
FRONT = "127.0.0.1:8080"


class Echo(http.server.BaseHTTPRequestHandler):
    """Says what reached it."""

    protocol_version = "HTTP/1.1"

    def body(self):
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        whole = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            """A trailer."""
        return whole

    def answer(self):
        body = self.body()
        seen = {"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "length": len(body)}
        text = json.dumps(seen).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.send_header("x-application", "echo")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_PROPFIND = do_PURGE = answer

    def log_message(self, *arguments):
        pass


def wait_for(port, process):
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        assert process.poll() is None, "the program ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")


class Application(http.server.ThreadingHTTPServer):
    def handle_error(self, *arguments):
        """Balancers hang up on connections that they keep."""


@pytest.fixture(scope="session")
def application():
    server = Application(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()


class Verdicts:
    """`haechi waf serve`: where each kind of balancer asks."""

    def __init__(self, binary, web_acl):
        self.addresses = {name: f"127.0.0.1:{free_port()}" for name in ADDRESSES}
        flags = [part for name, address in self.addresses.items() for part in (f"--waf-{name}-listen", address)]
        self.process = subprocess.Popen(
            [binary, "waf", "serve", "--web-acl", web_acl, *flags], stdout=subprocess.PIPE, text=True
        )
        for address in self.addresses.values():
            wait_for(int(address.split(":")[1]), self.process)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="session")
def verdicts(binary):
    server = Verdicts(binary, EXAMPLES / "web-acl.json")
    yield server
    server.stop()


class Balancer:
    """A real program with an example configuration, its addresses (and what else `named` says) replaced."""

    def __init__(self, folder, command, directory, addresses, application, named=()):
        self.directory = directory
        self.port = free_port()
        replace = {FRONT: f"127.0.0.1:{self.port}", APPLICATION: application}
        replace["http://:8080"] = f"http://:{self.port}"
        replace |= {ADDRESSES[name]: address for name, address in addresses.items()}
        replace |= dict(named)
        for source in (EXAMPLES / folder).iterdir():
            text = source.read_text()
            for old, new in replace.items():
                text = text.replace(old, new)
            (directory / source.name).write_text(text)
        self.log = (directory / "log").open("w+")
        self.process = subprocess.Popen(
            [part.format(directory=directory) for part in command], cwd=directory, stdout=self.log, stderr=self.log
        )
        try:
            wait_for(self.port, self.process)
        except AssertionError as error:
            self.log.seek(0)
            raise AssertionError(self.log.read()) from error

    def ask(self, method, target, headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, target, body=body, headers=headers or {})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, text

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


COMMANDS = {
    "nginx": ["nginx", "-e", "stderr", "-p", "{directory}", "-c", "{directory}/nginx.conf", "-g",
              "daemon off; master_process off; pid nginx.pid;"],
    "haproxy": ["haproxy", "-db", "-f", "haproxy.cfg"],
    "caddy": ["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"],
}  # fmt: skip


@pytest.fixture(scope="session")
def start_balancer(tmp_path_factory):
    """`start_balancer("nginx", addresses, application)`: the program, which asks at these addresses."""
    running = []

    def start(name, addresses, application, named=()):
        program = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin")
        if program is None:
            pytest.skip(f"{name} is not installed")
        command = [program, *COMMANDS[name][1:]]
        running.append(Balancer(name, command, tmp_path_factory.mktemp(name), addresses, application, named))
        return running[-1]

    yield start
    for program in running:
        program.stop()


@pytest.fixture(scope="session")
def balancer(verdicts, application, start_balancer):
    """`balancer("nginx")`: the program, started once."""
    running = {}

    def start(name):
        if name not in running:
            running[name] = start_balancer(name, verdicts.addresses, application)
        return running[name]

    return start


@pytest.fixture
def new_pair(binary, application, tmp_path):
    """`new_pair("nginx")`: verdicts and a balancer of the test's own."""
    running = []

    def start(name):
        verdicts = Verdicts(binary, EXAMPLES / "web-acl.json")
        running.append(verdicts)
        running.append(Balancer(name, COMMANDS[name], tmp_path, verdicts.addresses, application))
        return running

    yield start
    for program in running:
        program.stop()


@pytest.fixture(scope="session")
def judged(binary):
    """What `haechi waf test` says of requests by the same web ACL: their actions."""

    def judge(requests):
        lines = "\n".join(json.dumps(request) for request in requests)
        run = subprocess.run(
            [binary, "waf", "test", "--web-acl", EXAMPLES / "web-acl.json", "--requests", "-", "--format", "json",
             "--list", "all", "--client-ip", "127.0.0.1"],
            input=lines, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return [request["action"] for request in json.loads(run.stdout)["requests"]]

    return judge
