"""The real `haechi` binary, started on a free port with a data directory of its own."""

import configparser
import contextlib
import itertools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
MANAGEMENT_ACCOUNT = "000000000000"
START_SECONDS = 30
STOP_SECONDS = 15
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PORTS = itertools.cycle(range(10_000 + WORKER % 20 * 1000, 11_000 + WORKER % 20 * 1000))


@dataclass(frozen=True)
class Credentials:
    """An access key, as a client would hold it."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None

    @classmethod
    def from_sts(cls, answer):
        """The `Credentials` member of an STS answer."""
        return cls(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])

    @classmethod
    def from_iam(cls, access_key):
        """The `AccessKey` member of CreateAccessKey's answer."""
        return cls(access_key["AccessKeyId"], access_key["SecretAccessKey"])

    def environment(self):
        """The environment variables by which every AWS tool takes these credentials."""
        variables = {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
        }
        if self.session_token:
            variables["AWS_SESSION_TOKEN"] = self.session_token
        return variables


def built_binary():
    """The program under test: `HAECHI_BIN`, or what `cargo build -p haechi` makes."""
    named = os.environ.get("HAECHI_BIN")
    if named:
        return pathlib.Path(named).resolve()
    subprocess.run(["cargo", "build", "--package", "haechi"], cwd=REPOSITORY, check=True, stdin=subprocess.DEVNULL)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    return target / "debug" / "haechi"


def free_port():
    """A port that is free, and that no socket of another test gets while its owner is down.

    The kernel gives out ports from 32768 on (net.ipv4.ip_local_port_range), so these lie below; every worker of
    pytest-xdist counts through a thousand of its own.
    """
    for port in PORTS:
        with contextlib.suppress(OSError), socket.socket() as listener:
            listener.bind(("127.0.0.1", port))
            return port
    raise AssertionError("the ports never end")


class Haechi:
    """One server: start, stop, kill, and the command line against it."""

    def __init__(self, binary, *, flags=(), store=None, data_dir=None, seed=None, environment=None):
        self.binary = binary
        self.flags = list(flags)
        self.store = store
        self.seed = seed
        self.environment = dict(environment or {})
        self.owns_data_dir = data_dir is None
        self.data_dir = pathlib.Path(data_dir or tempfile.mkdtemp(prefix="haechi-test-"))
        self.log_path = self.data_dir.parent / f"{self.data_dir.name}.log"
        self.port = free_port()
        self.process = None

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def command_line(self):
        line = [
            str(self.binary),
            "serve",
            "--data-dir", str(self.data_dir),
            "--listen", f"127.0.0.1:{self.port}",
            "--account-id", MANAGEMENT_ACCOUNT,
        ]  # fmt: skip
        if self.store:
            line += ["--store", self.store]
        if self.seed:
            line += ["--seed", str(self.seed)]
        return line + self.flags

    def clean_environment(self):
        """Nothing of the tester's own AWS or Haechi set-up may reach the program."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "HAECHI_"))}
        return kept | self.environment

    def start(self):
        log = self.log_path.open("ab")
        self.process = subprocess.Popen(
            self.command_line(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=self.clean_environment(),
        )
        log.close()
        self.wait_until_ready()
        return self

    def wait_until_ready(self):
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                raise RuntimeError(f"haechi ended with {self.process.returncode}:\n{self.log()}")
            with contextlib.suppress(OSError, urllib.error.URLError):
                with urllib.request.urlopen(f"{self.endpoint}/_haechi/ready", timeout=2) as answer:
                    if answer.status == 200:
                        return
            time.sleep(0.02)
        raise RuntimeError(f"haechi was not ready within {START_SECONDS} s:\n{self.log()}")

    def log(self):
        """All that the server has printed since its data directory was made."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def stop(self):
        """Asks the server to end, as a service manager does, and returns its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
                raise RuntimeError(f"haechi did not stop within {STOP_SECONDS} s") from None
        status, self.process = self.process.returncode, None
        return status

    def kill(self):
        """kill -9: no goodbye, no flush."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def restart(self):
        self.stop()
        return self.start()

    def remove(self):
        try:
            self.stop()
        finally:
            self.kill()
            if self.owns_data_dir:
                shutil.rmtree(self.data_dir, ignore_errors=True)
                self.log_path.unlink(missing_ok=True)

    def credentials(self, profile="root"):
        """A profile of the credentials file that the server and `account create` write."""
        parser = configparser.ConfigParser()
        parser.read(self.data_dir / "credentials")
        section = parser[profile]
        return Credentials(section["aws_access_key_id"], section["aws_secret_access_key"])

    def run(self, *arguments, check=True, connect=True, text=True):
        """Runs one `haechi` command against this server."""
        line = [str(self.binary), *arguments]
        if connect:
            line += ["--data-dir", str(self.data_dir), "--endpoint", self.endpoint]
        done = subprocess.run(
            line, stdin=subprocess.DEVNULL, capture_output=True, text=text, env=self.clean_environment(), timeout=120
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def create_account(self, account_id, name):
        self.run("account", "create", account_id, "--name", name)
        return self.credentials(f"account-{account_id}")

    def advance_clock(self, duration):
        """Moves the server's clock, for example by `366d`; needs `--simulate-time`."""
        return self.run("clock", "advance", duration)
