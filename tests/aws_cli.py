"""The unmodified AWS CLI, pointed at a server the way the README tells a person to."""

import json
import os
import pathlib
import shutil
import subprocess
import sys


def program(name):
    """A program of the suite's own Python environment, else of PATH."""
    beside = pathlib.Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise RuntimeError(f"{name} is missing: scripts/install-test-deps installs it")
    return found


class AwsCli:
    """`aws …` with a profile of the server's credentials file, or with given credentials."""

    def __init__(self, server, home, *, profile="root", region="ap-northeast-2", credentials=None):
        self.home = pathlib.Path(home)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        self.environment |= {
            "HOME": str(home),
            "AWS_ENDPOINT_URL": server.endpoint,
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "AWS_PAGER": "",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_CONFIG_FILE": str(self.home / "no-config"),
        }
        if credentials:
            self.environment |= credentials.environment()
        else:
            self.environment |= {
                "AWS_SHARED_CREDENTIALS_FILE": str(server.data_dir / "credentials"),
                "AWS_PROFILE": profile,
            }

    def run(self, *arguments, check=True):
        done = subprocess.run(
            [program("aws"), *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, env=self.environment, timeout=120,
        )  # fmt: skip
        if check:
            assert done.returncode == 0, f"aws {' '.join(arguments)}: {done.stderr}"
        return done

    def json(self, *arguments):
        output = self.run(*arguments, "--output", "json").stdout
        return json.loads(output) if output.strip() else None

    def text(self, *arguments):
        return self.run(*arguments, "--output", "text").stdout.strip()
