"""Cognito user pools, their clients, domains and second step."""

import re

import pytest

from aws_clients import refused


@pytest.fixture(scope="session")
def cognito(client):
    return client("cognito-idp")


@pytest.fixture
def pool(cognito, unique):
    return cognito.create_user_pool(PoolName=unique, UserPoolTags={"team": "red"})["UserPool"]


def test_a_new_pool_has_cognitos_defaults(cognito, pool, account_id):
    assert re.fullmatch("ap-northeast-2_[A-Za-z0-9]{9}", pool["Id"])
    assert pool["Arn"] == f"arn:aws:cognito-idp:ap-northeast-2:{account_id}:userpool/{pool['Id']}"
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    assert (pool["MfaConfiguration"], pool["UserPoolTier"]) == ("OFF", "ESSENTIALS")
    names = [attribute["Name"] for attribute in pool["SchemaAttributes"]]
    assert "email" in names and len(names) == len(set(names))
    assert cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"] == pool


def test_a_pool_that_is_not_there_is_named(cognito):
    with refused("ResourceNotFoundException", "User pool ap-northeast-2_nothere does not exist.", status=400):
        cognito.describe_user_pool(UserPoolId="ap-northeast-2_nothere")


def test_a_protected_pool_stays(cognito, pool):
    cognito.update_user_pool(UserPoolId=pool["Id"], DeletionProtection="ACTIVE")
    with refused("InvalidParameterException", matching="deletion protection is activated"):
        cognito.delete_user_pool(UserPoolId=pool["Id"])
    cognito.update_user_pool(UserPoolId=pool["Id"], DeletionProtection="INACTIVE")
    cognito.delete_user_pool(UserPoolId=pool["Id"])
    with refused("ResourceNotFoundException"):
        cognito.describe_user_pool(UserPoolId=pool["Id"])


def test_a_clients_secret_stays_the_same(cognito, pool):
    of = {"UserPoolId": pool["Id"]}
    made = cognito.create_user_pool_client(**of, ClientName="app", GenerateSecret=True)["UserPoolClient"]
    assert re.fullmatch("[a-z0-9]{26}", made["ClientId"]) and len(made["ClientSecret"]) == 51
    updated = cognito.update_user_pool_client(**of, ClientId=made["ClientId"], RefreshTokenValidity=7)
    assert updated["UserPoolClient"]["ClientSecret"] == made["ClientSecret"]
    read = cognito.describe_user_pool_client(**of, ClientId=made["ClientId"])["UserPoolClient"]
    assert (read["ClientSecret"], read["RefreshTokenValidity"]) == (made["ClientSecret"], 7)
    assert [c["ClientId"] for c in cognito.list_user_pool_clients(**of)["UserPoolClients"]] == [made["ClientId"]]
    cognito.delete_user_pool_client(**of, ClientId=made["ClientId"])
    with refused("ResourceNotFoundException", f"User pool client {made['ClientId']} does not exist."):
        cognito.describe_user_pool_client(**of, ClientId=made["ClientId"])


def test_a_secret_is_not_in_the_audit_record(cognito, cloudtrail, pool):
    made = cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="app", GenerateSecret=True)
    attribute = {"AttributeKey": "EventName", "AttributeValue": "CreateUserPoolClient"}
    events = cloudtrail.lookup_events(LookupAttributes=[attribute], MaxResults=50)["Events"]
    mine = [event["CloudTrailEvent"] for event in events if pool["Id"] in event["CloudTrailEvent"]]
    assert len(mine) == 1 and made["UserPoolClient"]["ClientSecret"] not in mine[0]


def test_a_domain_belongs_to_one_pool(cognito, pool, unique):
    of = {"Domain": unique, "UserPoolId": pool["Id"]}
    cognito.create_user_pool_domain(**of)
    described = cognito.describe_user_pool_domain(Domain=unique)["DomainDescription"]
    assert (described["UserPoolId"], described["Status"]) == (pool["Id"], "ACTIVE")
    assert cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]["Domain"] == unique
    other = cognito.create_user_pool(PoolName=unique)["UserPool"]["Id"]
    with refused("InvalidParameterException", "Domain already associated with another user pool."):
        cognito.create_user_pool_domain(Domain=unique, UserPoolId=other)
    with refused("InvalidParameterException", matching="domain configured that should be deleted first"):
        cognito.delete_user_pool(UserPoolId=pool["Id"])
    cognito.delete_user_pool_domain(**of)
    assert cognito.describe_user_pool_domain(Domain=unique)["DomainDescription"] == {}
    with refused("InvalidParameterException", "No such domain or user pool exists."):
        cognito.delete_user_pool_domain(**of)


def test_a_second_step_needs_a_factor(cognito, pool):
    of = {"UserPoolId": pool["Id"]}
    with refused("InvalidParameterException", matching="can't turn on MFA"):
        cognito.set_user_pool_mfa_config(**of, MfaConfiguration="ON")
    cognito.set_user_pool_mfa_config(**of, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True})
    read = cognito.get_user_pool_mfa_config(**of)
    assert (read["MfaConfiguration"], read["SoftwareTokenMfaConfiguration"]) == ("OPTIONAL", {"Enabled": True})


def test_tags_come_and_go(cognito, pool):
    cognito.tag_resource(ResourceArn=pool["Arn"], Tags={"stage": "test"})
    cognito.untag_resource(ResourceArn=pool["Arn"], TagKeys=["team"])
    assert cognito.list_tags_for_resource(ResourceArn=pool["Arn"])["Tags"] == {"stage": "test"}


def test_permission_is_asked_for_the_pool(client, new_user, pool):
    allowed = {"Effect": "Allow", "Action": "cognito-idp:DescribeUserPool", "Resource": pool["Arn"]}
    _, key = new_user({"Version": "2012-10-17", "Statement": [allowed]})
    reader = client("cognito-idp", credentials=key)
    assert reader.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]["Id"] == pool["Id"]
    with refused("AccessDeniedException", matching="cognito-idp:DeleteUserPool"):
        reader.delete_user_pool(UserPoolId=pool["Id"])
