"""What every test of the suite may ask for. One server per worker; tests own their keys, names and accounts."""

import collections
import itertools
import json
import os
import pathlib
import uuid

import pytest

import aws_clients
import terraform_runner
from aws_cli import AwsCli
from aws_clients import SEOUL
from haechi_server import MANAGEMENT_ACCOUNT, Credentials, Haechi, built_binary
from postgres import Postgres

Account = collections.namedtuple("Account", "id credentials")


def pytest_addoption(parser):
    parser.addoption("--backend", choices=("sqlite", "postgres"), default="sqlite", help="the store under the server")


def pytest_configure(config):
    # Build once, before workers start; they find the path in their environment.
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        os.environ["HAECHI_BIN"] = str(built_binary())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A failure shows what the server said last."""
    report = yield
    if report.failed:
        for name in ("server", "clocked"):
            server = getattr(item, "funcargs", {}).get(name)
            if server is not None:
                report.sections.append((f"end of the log of {name}", "\n".join(server.log().splitlines()[-20:])))
    return report


@pytest.fixture(scope="session")
def binary():
    return pathlib.Path(os.environ["HAECHI_BIN"])


@pytest.fixture(scope="session")
def postgres():
    """A throw-away PostgreSQL, started by the first test that needs it."""
    server = Postgres().start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def backend(request):
    return request.config.getoption("--backend")


@pytest.fixture(scope="session")
def new_store(request, backend):
    """Makes the value of `--store` for one more server: None for SQLite."""

    def make(kind=backend):
        return request.getfixturevalue("postgres").new_database() if kind == "postgres" else None

    return make


@pytest.fixture(scope="session")
def server(binary, new_store):
    """The worker's shared server. Its clock never moves; other flags: ask `new_server`."""
    server = Haechi(binary, store=new_store())
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture
def new_server(request, binary, new_store):
    """Starts further servers: `new_server("--simulate-time", seed=…)`; all end with the test."""
    servers = []

    def make(*flags, store="", start=True, **options):
        url = new_store() if store == "" else store
        server = Haechi(binary, flags=flags, store=url, **options)
        servers.append(server)
        return server.start() if start else server

    yield make
    for server in servers:
        server.remove()


@pytest.fixture(scope="session")
def clocked(binary, new_store):
    """A second shared server, with `--simulate-time`, for all that waits on the calendar."""
    server = Haechi(binary, store=new_store(), flags=["--simulate-time"])
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def root(server):
    return server.credentials()


@pytest.fixture(scope="session")
def account_id():
    return MANAGEMENT_ACCOUNT


@pytest.fixture(scope="session")
def client(server, root):
    """`client("kms", region=…, credentials=…, validate=False)` against the shared server."""

    def make(service, *, region=SEOUL, credentials=None, on=None, **options):
        target = on or server
        return aws_clients.client(
            target.endpoint, service, credentials or (root if on is None else on.credentials()), region, **options
        )

    return make


@pytest.fixture(scope="session")
def kms(client):
    return client("kms")


@pytest.fixture(scope="session")
def iam(client):
    return client("iam")


@pytest.fixture(scope="session")
def sts(client):
    return client("sts")


@pytest.fixture(scope="session")
def cloudtrail(client):
    return client("cloudtrail")


@pytest.fixture
def unique():
    """A name that no other test uses."""
    return f"t-{uuid.uuid4().hex[:16]}"


_ACCOUNT_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def new_account(server):
    """Makes an account on the shared server (or `on=`) and returns it with its root key."""

    def make(on=None):
        number = f"{next(_ACCOUNT_NUMBERS) + 100_000_000_000:012d}"
        return Account(number, (on or server).create_account(number, f"account {number}"))

    return make


@pytest.fixture(scope="session")
def other_account(new_account):
    """A second account, shared by the tests of a worker."""
    return new_account()


@pytest.fixture
def new_user(iam, client):
    """Makes an IAM user with an access key: `new_user(policy=…, by=iam_client)` → (ARN, Credentials)."""

    def make(policy=None, by=None, name=None):
        admin = by or iam
        name = name or f"user-{uuid.uuid4().hex[:12]}"
        arn = admin.create_user(UserName=name)["User"]["Arn"]
        if policy is not None:
            admin.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=json.dumps(policy))
        key = admin.create_access_key(UserName=name)["AccessKey"]
        return arn, Credentials.from_iam(key)

    return make


@pytest.fixture
def new_role(iam, sts):
    """Makes a role that `trusted` may assume: `new_role(trusted, policy=…, by=…)` → ARN."""

    def make(trusted, policy=None, by=None, name=None):
        admin = by or iam
        name = name or f"role-{uuid.uuid4().hex[:12]}"
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}],
        }
        arn = admin.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        if policy is not None:
            admin.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=json.dumps(policy))
        return arn

    return make


@pytest.fixture
def new_key(kms):
    """Makes a key and returns its metadata: `new_key(KeySpec=…, KeyUsage=…, by=client)`."""

    def make(by=None, **parameters):
        return (by or kms).create_key(**parameters)["KeyMetadata"]

    return make


@pytest.fixture
def key_id(new_key):
    """A fresh symmetric key of the management account in Seoul."""
    return new_key()["KeyId"]


@pytest.fixture
def new_alias(kms):
    """Makes an alias of a fresh name for a key."""

    def make(target, by=None):
        name = f"alias/t-{uuid.uuid4().hex[:16]}"
        (by or kms).create_alias(AliasName=name, TargetKeyId=target)
        return name

    return make


@pytest.fixture
def aws(server, tmp_path):
    """The AWS CLI as the root of the management account: `aws("kms", "list-keys")`."""
    return AwsCli(server, tmp_path)


@pytest.fixture
def terraform(server, root, tmp_path):
    reason = terraform_runner.absence()
    if reason:
        pytest.skip(reason)
    return terraform_runner.Terraform(server, root, tmp_path)
