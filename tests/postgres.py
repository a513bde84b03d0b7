"""A throw-away PostgreSQL server for the suite, run by an unprivileged user."""

import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import uuid

from haechi_server import free_port


def program_folder():
    """Debian keeps the server's programs out of PATH, one folder per version; the newest wins."""
    versions = sorted(
        pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: float(path.parent.parent.name),
    )
    if versions:
        return versions[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return pathlib.Path(on_path).parent
    raise RuntimeError("PostgreSQL's server programs are missing: scripts/install-test-deps installs them")


class Postgres:
    """One server with a database per caller; nothing of it outlives `remove`."""

    def __init__(self):
        self.programs = program_folder()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="haechi-postgres-"))
        self.port = free_port()
        self.user = self._unprivileged_user()
        if self.user:
            shutil.chown(self.folder, self.user.pw_uid, self.user.pw_gid)

    @staticmethod
    def _unprivileged_user():
        """PostgreSQL refuses to run as root, so root lends it another user."""
        if os.geteuid() != 0:
            return None
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise RuntimeError("no unprivileged user to run PostgreSQL as")

    def _run(self, program, *arguments):
        identity = {}
        if self.user:
            identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self.folder)},
            **identity,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} ended with {done.returncode}:\n{done.stdout}")

    def start(self):
        data = str(self.folder / "data")
        self._run(
            "initdb", "--pgdata", data, "--username", "haechi", "--auth", "trust", "--encoding", "UTF8", "--no-sync"
        )
        # The tests kill Haechi, never the database, so the database may skip fsync.
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} "
            "-c fsync=off -c max_connections=300"
        )
        # Output to a file: pg_ctl's child would hold a pipe open.
        self._run(
            "pg_ctl", "--pgdata", data, "--wait", "--log", str(self.folder / "log"), "--options", options, "start"
        )
        return self

    def new_database(self):
        """The URL of an empty database."""
        name = f"haechi_{uuid.uuid4().hex}"
        self._run("createdb", "--host", "127.0.0.1", "--port", str(self.port), "--username", "haechi", name)
        return f"postgres://haechi@127.0.0.1:{self.port}/{name}"

    def remove(self):
        try:
            self._run("pg_ctl", "--pgdata", str(self.folder / "data"), "--mode", "immediate", "--wait", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
