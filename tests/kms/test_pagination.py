"""Markers and limits of the list operations."""

import pytest

from aws_clients import refused


@pytest.fixture
def fresh(client, new_account):
    """A client of an account of its own, so that nobody else adds to the lists."""
    return client("kms", credentials=new_account().credentials)


def walk(operation, member, **parameters):
    """All entries, page by page; checks each page's size and marker on the way."""
    entries, sizes = [], []
    marker = {}
    while True:
        page = operation(**parameters, **marker)
        entries += page[member]
        sizes.append(len(page[member]))
        if not page["Truncated"]:
            assert "NextMarker" not in page
            return entries, sizes
        marker = {"Marker": page["NextMarker"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_list_keys_shows_every_key_once(fresh, limit):
    made = {fresh.create_key()["KeyMetadata"]["KeyId"] for _ in range(7)}
    entries, sizes = walk(fresh.list_keys, "Keys", Limit=limit)
    assert len(entries) == 7
    assert {entry["KeyId"] for entry in entries} == made
    assert max(sizes) <= limit


def test_list_aliases_shows_every_alias_once(fresh):
    key_id = fresh.create_key()["KeyMetadata"]["KeyId"]
    made = {f"alias/page-{i}" for i in range(7)}
    for name in made:
        fresh.create_alias(AliasName=name, TargetKeyId=key_id)
    entries, _ = walk(fresh.list_aliases, "Aliases", Limit=2, KeyId=key_id)
    assert sorted(entry["AliasName"] for entry in entries) == sorted(made)
    everything, _ = walk(fresh.list_aliases, "Aliases", Limit=3)
    assert made <= {entry["AliasName"] for entry in everything}


def test_list_grants_shows_every_grant_once(fresh, account_id):
    key_id = fresh.create_key()["KeyMetadata"]["KeyId"]
    principal = f"arn:aws:iam::{account_id}:root"
    made = {
        fresh.create_grant(KeyId=key_id, GranteePrincipal=principal, Operations=["Decrypt"], Name=f"g{i}")["GrantId"]
        for i in range(5)
    }
    entries, _ = walk(fresh.list_grants, "Grants", Limit=2, KeyId=key_id)
    assert sorted(entry["GrantId"] for entry in entries) == sorted(made)


def test_list_resource_tags_shows_every_tag_once(fresh):
    tags = [{"TagKey": f"k{i}", "TagValue": "v"} for i in range(7)]
    key_id = fresh.create_key(Tags=tags)["KeyMetadata"]["KeyId"]
    entries, sizes = walk(fresh.list_resource_tags, "Tags", Limit=3, KeyId=key_id)
    assert sorted(entries, key=str) == tags
    assert max(sizes) <= 3


def test_list_key_policies_shows_the_one_policy(kms, key_id):
    answer = kms.list_key_policies(KeyId=key_id)
    assert (answer["PolicyNames"], answer["Truncated"]) == (["default"], False)


@pytest.mark.parametrize("operation", ["list_keys", "list_aliases"])
def test_a_marker_that_never_was_one_is_invalid(kms, operation):
    with refused("InvalidMarkerException"):
        getattr(kms, operation)(Marker="not-a-marker")


@pytest.mark.parametrize("limit, side", [(0, "greater than or equal to 1"), (1001, "less than or equal to 1000")])
def test_a_limit_outside_the_bounds_is_refused(client, limit, side):
    message = (
        f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
        f"Member must have value {side}"
    )
    with refused("ValidationException", message):
        client("kms", validate=False).list_keys(Limit=limit)
