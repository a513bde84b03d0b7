"""Tags of keys."""

import pytest

from aws_clients import refused


def tags_of(kms, key_id):
    pages = kms.get_paginator("list_resource_tags").paginate(KeyId=key_id)
    return {tag["TagKey"]: tag["TagValue"] for page in pages for tag in page["Tags"]}


def as_list(tags):
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


def test_tags_are_added_overwritten_and_removed(kms, key_id):
    kms.tag_resource(KeyId=key_id, Tags=as_list({"team": "red", "cost center": "42"}))
    kms.tag_resource(KeyId=key_id, Tags=as_list({"team": "blue", "empty": ""}))
    assert tags_of(kms, key_id) == {"team": "blue", "cost center": "42", "empty": ""}
    kms.untag_resource(KeyId=key_id, TagKeys=["team", "never there"])
    assert tags_of(kms, key_id) == {"cost center": "42", "empty": ""}


def test_a_key_without_tags_lists_none(kms, key_id):
    answer = kms.list_resource_tags(KeyId=key_id)
    assert (answer["Tags"], answer["Truncated"]) == ([], False)


def test_keys_of_tags_are_case_sensitive(kms, key_id):
    kms.tag_resource(KeyId=key_id, Tags=as_list({"a": "1", "A": "2"}))
    assert tags_of(kms, key_id) == {"a": "1", "A": "2"}


def test_a_key_twice_in_one_request_is_refused(kms, key_id):
    with refused("TagException"):
        kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": "a", "TagValue": "1"}, {"TagKey": "a", "TagValue": "2"}])


@pytest.mark.parametrize("name", ["aws:mine", "AWS:mine"])
def test_keys_of_aws_are_reserved(kms, key_id, name):
    with refused("TagException"):
        kms.tag_resource(KeyId=key_id, Tags=as_list({name: "1"}))


def test_a_key_has_at_most_fifty_tags(kms, key_id):
    kms.tag_resource(KeyId=key_id, Tags=as_list({f"k{i}": "v" for i in range(50)}))
    with pytest.raises((kms.exceptions.LimitExceededException, kms.exceptions.TagException)):
        kms.tag_resource(KeyId=key_id, Tags=as_list({"one more": "v"}))
    # Overwriting adds none.
    kms.tag_resource(KeyId=key_id, Tags=as_list({"k0": "w"}))
    assert tags_of(kms, key_id)["k0"] == "w"


def test_the_longest_key_and_value_are_kept(kms, key_id):
    kms.tag_resource(KeyId=key_id, Tags=as_list({"k" * 128: "v" * 256}))
    assert tags_of(kms, key_id) == {"k" * 128: "v" * 256}


@pytest.mark.parametrize(
    "tags", [{"k" * 129: "v"}, {"k": "v" * 257}, {"": "v"}], ids=["long key", "long value", "no key"]
)
def test_longer_ones_are_refused(client, key_id, tags):
    with refused("ValidationException", matching="^1 validation error detected: Value "):
        client("kms", validate=False).tag_resource(KeyId=key_id, Tags=as_list(tags))


def test_tags_of_an_alias_are_not_a_thing(kms, key_id, new_alias):
    with refused("InvalidArnException"):
        kms.tag_resource(KeyId=new_alias(key_id), Tags=as_list({"a": "b"}))
