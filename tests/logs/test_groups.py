"""Log groups, streams, retention, tags, resource policies."""

import json

import pytest

from aws_clients import SEOUL, refused


def arn(account, name):
    return f"arn:aws:logs:{SEOUL}:{account.id}:log-group:{name}"


def test_a_group_is_described_as_it_was_made(logs, account, unique):
    logs.create_log_group(logGroupName=unique, tags={"team": "edge"})
    found = logs.describe_log_groups(logGroupNamePrefix=unique)["logGroups"]
    assert [group["logGroupName"] for group in found] == [unique]
    assert found[0]["arn"] == arn(account, unique) + ":*"
    assert found[0]["logGroupArn"] == arn(account, unique)
    assert (found[0]["storedBytes"], found[0]["logGroupClass"]) == (0, "STANDARD")
    assert "retentionInDays" not in found[0]
    assert logs.list_tags_for_resource(resourceArn=arn(account, unique))["tags"] == {"team": "edge"}


def test_names_are_taken_once(logs, group, stream):
    with refused("ResourceAlreadyExistsException", "The specified log group already exists"):
        logs.create_log_group(logGroupName=group)
    with refused("ResourceAlreadyExistsException", "The specified log stream already exists"):
        logs.create_log_stream(**stream)


def test_what_is_not_there_is_not_found(logs, unique, group):
    with refused("ResourceNotFoundException", "The specified log group does not exist."):
        logs.create_log_stream(logGroupName=unique + "x", logStreamName="s")
    with refused("ResourceNotFoundException", "The specified log group does not exist."):
        logs.delete_log_group(logGroupName=unique + "x")
    with refused("ResourceNotFoundException", "The specified log stream does not exist."):
        logs.get_log_events(logGroupName=group, logStreamName="none")


def test_a_deleted_group_takes_its_events_along(logs, put, stream):
    put("old")
    logs.delete_log_group(logGroupName=stream["logGroupName"])
    logs.create_log_group(logGroupName=stream["logGroupName"])
    logs.create_log_stream(**stream)
    assert logs.get_log_events(**stream)["events"] == []


def test_retention_is_one_of_awss_numbers_of_days(logs, group):
    logs.put_retention_policy(logGroupName=group, retentionInDays=14)
    describe = lambda: logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]  # noqa: E731
    assert describe()["retentionInDays"] == 14
    with refused("InvalidParameterException", matching="Member must satisfy enum value set"):
        logs.put_retention_policy(logGroupName=group, retentionInDays=2)
    logs.delete_retention_policy(logGroupName=group)
    assert "retentionInDays" not in describe()


def test_tags_by_arn_and_by_name(logs, account, group):
    logs.tag_resource(resourceArn=arn(account, group), tags={"a": "1", "b": "2"})
    logs.untag_log_group(logGroupName=group, tags=["a"])
    assert logs.list_tags_log_group(logGroupName=group)["tags"] == {"b": "2"}


def test_lists_have_pages(logs, unique):
    names = [f"{unique}-{nth}" for nth in range(5)]
    for name in names:
        logs.create_log_group(logGroupName=name)
    pages = logs.get_paginator("describe_log_groups").paginate(
        logGroupNamePrefix=unique, PaginationConfig={"PageSize": 2}
    )
    assert [group["logGroupName"] for page in pages for group in page["logGroups"]] == names


def test_resource_policies_come_and_go(logs, unique):
    document = json.dumps({"Version": "2012-10-17", "Statement": []})
    logs.put_resource_policy(policyName=unique, policyDocument=document)
    policies = logs.describe_resource_policies()["resourcePolicies"]
    assert [policy["policyDocument"] for policy in policies if policy["policyName"] == unique] == [document]
    logs.delete_resource_policy(policyName=unique)
    with refused("ResourceNotFoundException", f"Policy with name [{unique}] does not exist."):
        logs.delete_resource_policy(policyName=unique)


def test_what_is_not_carried_is_refused(logs, unique, account):
    with refused("InvalidParameterException", matching="KMS"):
        logs.create_log_group(logGroupName=unique, kmsKeyId=f"arn:aws:kms:{SEOUL}:{account.id}:key/x")


@pytest.mark.parametrize("allowed", [True, False])
def test_policies_bind_groups(client, account, group, new_user, allowed):
    name = group if allowed else "other"
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": arn(account, name) + ":*"}],
    }
    iam = client("iam", credentials=account.credentials)
    _, credentials = new_user(policy=policy, by=iam)
    own = client("logs", credentials=credentials)
    if allowed:
        own.create_log_stream(logGroupName=group, logStreamName="mine")
    else:
        with refused("AccessDeniedException", matching=r"not authorized to perform: logs:CreateLogStream"):
            own.create_log_stream(logGroupName=group, logStreamName="mine")
