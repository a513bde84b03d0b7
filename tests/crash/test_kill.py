"""kill -9 under load: what was acknowledged is there afterwards, on either backend."""

import concurrent.futures
import contextlib
import json
import threading
import time

import botocore.exceptions
import pytest

import aws_clients
from policies import root_of

ROUNDS = 3
WRITERS = 6


class Load:
    """Clients that write until the server dies, and remember every acknowledgement."""

    def __init__(self, server, account_id, round_number):
        self.server, self.account_id, self.round_number = server, account_id, round_number
        self.credentials = server.credentials()
        self.lock = threading.Lock()
        self.keys, self.aliases, self.grants, self.requests, self.blobs = [], {}, [], [], []
        self.tags, self.users = {}, []

    def note(self, answer):
        with self.lock:
            self.requests.append(answer["ResponseMetadata"]["RequestId"])

    def write(self, number):
        make = lambda service: aws_clients.client(self.server.endpoint, service, self.credentials)  # noqa: E731
        kms, iam = make("kms"), make("iam")
        try:
            for step in range(100_000):
                name = f"r{self.round_number}-w{number}-{step}"
                answer = kms.create_key(Description=name)
                self.note(answer)
                key_id = answer["KeyMetadata"]["KeyId"]
                self.keys.append(key_id)
                self.note(kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key_id))
                self.aliases[f"alias/{name}"] = key_id
                grant = kms.create_grant(
                    KeyId=key_id, GranteePrincipal=root_of(self.account_id), Operations=["Decrypt"]
                )
                self.note(grant)
                self.grants.append((key_id, grant["GrantId"]))
                self.note(kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": "name", "TagValue": name}]))
                self.tags[key_id] = name
                sealed = kms.encrypt(KeyId=key_id, Plaintext=name.encode())
                self.note(sealed)
                self.blobs.append((sealed["CiphertextBlob"], name.encode()))
                iam.create_user(UserName=name)
                self.users.append(name)
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, OSError) as error:
            return error
        return None

    def run_until_killed(self, seconds):
        with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
            running = [pool.submit(self.write, number) for number in range(WRITERS)]
            time.sleep(seconds)
            assert self.server.process.poll() is None, self.server.log()
            self.server.kill()
            for outcome in running:
                error = outcome.result(60)
                # Only the kill may end a writer: an answer with an error is a failure of its own.
                assert isinstance(error, botocore.exceptions.BotoCoreError | OSError), error

    def assert_kept(self):
        make = lambda service, region="ap-northeast-2": aws_clients.client(  # noqa: E731
            self.server.endpoint, service, self.credentials, region
        )
        kms, iam, trail = make("kms"), make("iam"), make("cloudtrail")
        assert len(self.keys) >= WRITERS
        for key_id in self.keys:
            assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Enabled"
        for alias, key_id in self.aliases.items():
            assert kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"] == key_id
        for key_id, grant_id in self.grants:
            assert grant_id in {g["GrantId"] for g in kms.list_grants(KeyId=key_id)["Grants"]}
        for key_id, name in self.tags.items():
            assert {"TagKey": "name", "TagValue": name} in kms.list_resource_tags(KeyId=key_id)["Tags"]
        for blob, plaintext in self.blobs:
            assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == plaintext
        for name in self.users:
            iam.get_user(UserName=name)
        pages = trail.get_paginator("lookup_events").paginate()
        recorded = {json.loads(e["CloudTrailEvent"])["requestID"] for page in pages for e in page["Events"]}
        missing = set(self.requests) - recorded
        assert not missing, f"{len(missing)} of {len(self.requests)} acknowledged calls have no record"


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_no_acknowledged_write_is_lost(new_server, new_store, account_id, store):
    server = new_server(store=new_store(store))
    loads = []
    for number in range(ROUNDS):
        load = Load(server, account_id, number)
        load.run_until_killed(1.5)
        loads.append(load)
        server.start()
    for load in loads:
        load.assert_kept()


def test_a_kill_during_the_first_start_leaves_a_usable_directory(new_server, client):
    server = new_server(start=False, store=None)
    for delay in (0.005, 0.02, 0.05, 0.1):
        try:
            starter = threading.Thread(target=self_start, args=(server,))
            starter.start()
            time.sleep(delay)
        finally:
            if server.process:
                server.process.kill()
            starter.join()
            server.process = None
    server.start()
    assert client("sts", on=server).get_caller_identity()["Account"]


def test_a_root_key_whose_account_was_never_stored_is_replaced(new_server, client):
    """A start writes the key before the account: this is what one leaves that is killed in between."""
    server = new_server(start=False, store=None)
    (server.data_dir / "credentials").write_text(
        "[root]\naws_access_key_id = AKIAOFTHEKILLEDSTART\naws_secret_access_key = never-stored\n"
    )
    server.start()
    assert server.credentials().access_key_id != "AKIAOFTHEKILLEDSTART"
    assert client("sts", on=server).get_caller_identity()["Account"]


def self_start(server):
    """A start that is meant to be killed."""
    with contextlib.suppress(RuntimeError):
        server.start()
