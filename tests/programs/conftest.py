"""Programs that know nothing of the server but `AWS_ENDPOINT_URL_KMS`."""

import os
import subprocess

import pytest

from aws_clients import SEOUL


@pytest.fixture
def program_environment(server, root, tmp_path):
    """The environment of a program with these credentials: `program_environment(credentials)`."""

    def make(credentials=root):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return (
            kept
            | credentials.environment()
            | {
                "AWS_ENDPOINT_URL_KMS": server.endpoint,
                "AWS_REGION": SEOUL,
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_CONFIG_FILE": str(tmp_path / "none"),
                "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
                "HOME": str(tmp_path),
            }
        )

    return make


@pytest.fixture
def run(tmp_path):
    def run(line, environment, check=True):
        done = subprocess.run(
            line, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run
