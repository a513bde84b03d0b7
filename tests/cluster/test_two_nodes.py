"""Two nodes on one PostgreSQL are one server."""

import concurrent.futures
import json
import shutil
import time

import botocore.exceptions
import pytest

import aws_clients
from haechi_server import Credentials
from policies import allow, text
from waiting import until


def pair(new_server, store, *flags):
    """The second node gets a copy of the first one's small files: the seal and the credentials."""
    first = new_server(*flags, store=store)
    second = new_server(*flags, store=store, start=False)
    for path in first.data_dir.iterdir():
        if path.is_file():
            shutil.copy2(path, second.data_dir / path.name)
    return first, second.start()


@pytest.fixture
def nodes(new_server, new_store):
    """Two nodes that share a database and the root key's seal."""
    return pair(new_server, new_store("postgres"))


@pytest.fixture
def clients(nodes):
    credentials = nodes[0].credentials()

    def make(service, **options):
        return [aws_clients.client(node.endpoint, service, credentials, **options) for node in nodes]

    return make


def test_a_key_made_on_one_is_usable_on_the_other_at_once(clients):
    one, two = clients("kms")
    for _ in range(20):
        key_id = one.create_key()["KeyMetadata"]["KeyId"]
        blob = two.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
        assert one.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        one, two = two, one


def within_a_second(call, code):
    """The call must be refused with this code no later than a second from now."""
    give_up = time.monotonic() + 1
    while True:
        try:
            call()
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == code
            return
        assert time.monotonic() < give_up, f"no {code} within a second"
        time.sleep(0.05)


def test_a_key_disabled_on_one_is_refused_on_the_other_within_a_second(clients):
    one, two = clients("kms")
    for _ in range(5):
        key_id = one.create_key()["KeyMetadata"]["KeyId"]
        # Both nodes have used the key, so that whatever they cache is warm.
        for node in (one, two):
            node.encrypt(KeyId=key_id, Plaintext=b"x")
        one.disable_key(KeyId=key_id)
        within_a_second(lambda: two.encrypt(KeyId=key_id, Plaintext=b"x"), "DisabledException")  # noqa: B023
        one, two = two, one


def test_policies_and_credentials_taken_away_on_one_are_gone_on_the_other(clients, nodes):
    iams = clients("iam")
    key_id = clients("kms")[0].create_key()["KeyMetadata"]["KeyId"]
    iams[0].create_user(UserName="fleeting")
    iams[0].put_user_policy(UserName="fleeting", PolicyName="p", PolicyDocument=text(allow("kms:*")))
    made = iams[0].create_access_key(UserName="fleeting")["AccessKey"]
    theirs = [aws_clients.client(node.endpoint, "kms", Credentials.from_iam(made)) for node in nodes]
    for kms in theirs:
        kms.encrypt(KeyId=key_id, Plaintext=b"x")
    iams[0].delete_user_policy(UserName="fleeting", PolicyName="p")
    within_a_second(lambda: theirs[1].encrypt(KeyId=key_id, Plaintext=b"x"), "AccessDeniedException")
    iams[0].put_user_policy(UserName="fleeting", PolicyName="p", PolicyDocument=text(allow("kms:*")))
    iams[0].delete_access_key(UserName="fleeting", AccessKeyId=made["AccessKeyId"])
    within_a_second(lambda: theirs[1].encrypt(KeyId=key_id, Plaintext=b"x"), "UnrecognizedClientException")


def test_one_name_is_given_once(clients):
    nodes = clients("kms")
    keys = [kms.create_key()["KeyMetadata"]["KeyId"] for kms in nodes]

    def attempt(index, name):
        try:
            nodes[index].create_alias(AliasName=name, TargetKeyId=keys[index])
            return True
        except nodes[index].exceptions.AlreadyExistsException:
            return False

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for number in range(20):
            tries = [pool.submit(attempt, i % 2, f"alias/race-{number}") for i in range(8)]
            assert sum(t.result() for t in tries) == 1


def test_the_trail_of_both_is_one(clients):
    one, two = clients("kms")
    key_id = one.create_key()["KeyMetadata"]["KeyId"]
    for node in (one, two):
        node.encrypt(KeyId=key_id, Plaintext=b"x")
    for trail in clients("cloudtrail"):

        def found(trail=trail):
            pages = trail.get_paginator("lookup_events").paginate(
                LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Encrypt"}]
            )
            return [e for page in pages for e in page["Events"] if key_id in json.dumps(e, default=str)]

        until(found, lambda events: len(events) == 2)


def test_killing_one_loses_nothing_and_the_other_goes_on(clients, nodes):
    one, two = clients("kms")
    made = []
    for number in range(10):
        key_id = one.create_key()["KeyMetadata"]["KeyId"]
        one.create_alias(AliasName=f"alias/kill-{number}", TargetKeyId=key_id)
        made.append((key_id, one.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]))
    nodes[0].kill()
    for number, (key_id, blob) in enumerate(made):
        assert two.describe_key(KeyId=f"alias/kill-{number}")["KeyMetadata"]["KeyId"] == key_id
        assert two.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    two.create_key()
    nodes[0].start()
    again = aws_clients.client(nodes[0].endpoint, "kms", nodes[0].credentials())
    assert again.decrypt(CiphertextBlob=made[0][1])["Plaintext"] == b"x"


def test_what_is_due_happens_once(new_server, new_store):
    """Rotation and deletion are timers with a lease: two nodes do each of them once."""
    first, second = pair(new_server, new_store("postgres"), "--simulate-time")
    kms = aws_clients.client(first.endpoint, "kms", first.credentials())
    keys = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(5)]
    for key_id in keys:
        kms.enable_key_rotation(KeyId=key_id)
    for node in (first, second):
        node.advance_clock("366d")
    for key_id in keys:
        until(lambda: kms.list_key_rotations(KeyId=key_id)["Rotations"], bool)  # noqa: B023
        assert len(kms.list_key_rotations(KeyId=key_id)["Rotations"]) == 1
