"""Managed and inline policies: versions, attachments, boundaries, and what is malformed."""

import json
import re

import pytest

from aws_clients import refused
from policies import allow, deny, document, text

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture
def policy(iam, unique):
    return iam.create_policy(PolicyName=unique, PolicyDocument=text(allow("kms:DescribeKey")))["Policy"]


def test_a_policy_has_an_arn_an_id_and_a_first_version(iam, policy, unique, account_id):
    assert policy["Arn"] == f"arn:aws:iam::{account_id}:policy/{unique}"
    assert re.fullmatch("ANPA[A-Z2-7]{17}", policy["PolicyId"])
    assert (policy["DefaultVersionId"], policy["AttachmentCount"], policy["IsAttachable"]) == ("v1", 0, True)
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId="v1")["PolicyVersion"]
    assert version["Document"] == document(allow("kms:DescribeKey"))
    assert version["IsDefaultVersion"] is True


def test_the_same_name_again_already_exists(iam, policy, unique):
    message = f"A policy called {unique} already exists. Duplicate names are not allowed."
    with refused("EntityAlreadyExists", message, status=409):
        iam.create_policy(PolicyName=unique, PolicyDocument=text(allow("kms:*")))


class TestVersions:
    def test_the_default_version_decides(self, iam, policy, new_user, shared_encrypt):
        arn, credentials = new_user()
        iam.attach_user_policy(UserName=arn.split("/")[-1], PolicyArn=policy["Arn"])
        with refused("AccessDeniedException"):
            shared_encrypt(credentials)
        iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=text(allow("kms:Encrypt")))
        with refused("AccessDeniedException"):
            shared_encrypt(credentials)
        iam.set_default_policy_version(PolicyArn=policy["Arn"], VersionId="v2")
        shared_encrypt(credentials)

    def test_five_are_the_limit_and_numbers_are_not_reused(self, iam, policy):
        for _ in range(4):
            iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=text(allow("kms:*")))
        with refused("LimitExceeded", status=409):
            iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=text(allow("kms:*")))
        iam.delete_policy_version(PolicyArn=policy["Arn"], VersionId="v5")
        made = iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=text(allow("kms:*")))
        assert made["PolicyVersion"]["VersionId"] == "v6"

    def test_the_default_version_cannot_be_deleted(self, iam, policy):
        with refused("DeleteConflict"):
            iam.delete_policy_version(PolicyArn=policy["Arn"], VersionId="v1")


class TestAttachment:
    def test_an_attached_policy_cannot_be_deleted(self, iam, policy, new_user):
        name = new_user()[0].split("/")[-1]
        iam.attach_user_policy(UserName=name, PolicyArn=policy["Arn"])
        assert iam.get_policy(PolicyArn=policy["Arn"])["Policy"]["AttachmentCount"] == 1
        with refused("DeleteConflict", "Cannot delete a policy attached to entities."):
            iam.delete_policy(PolicyArn=policy["Arn"])
        iam.detach_user_policy(UserName=name, PolicyArn=policy["Arn"])
        iam.delete_policy(PolicyArn=policy["Arn"])
        with refused("NoSuchEntity"):
            iam.get_policy(PolicyArn=policy["Arn"])

    def test_ten_are_the_limit(self, iam, new_user, unique):
        name = new_user()[0].split("/")[-1]
        arns = [
            iam.create_policy(PolicyName=f"{unique}-{i}", PolicyDocument=text(allow("kms:*")))["Policy"]["Arn"]
            for i in range(11)
        ]
        for arn in arns[:10]:
            iam.attach_user_policy(UserName=name, PolicyArn=arn)
        with refused("LimitExceeded", "Cannot exceed quota for PoliciesPerUser: 10"):
            iam.attach_user_policy(UserName=name, PolicyArn=arns[10])

    def test_a_policy_that_is_not_there_is_no_such_entity(self, iam, new_user, account_id):
        ghost = f"arn:aws:iam::{account_id}:policy/never-made"
        with refused("NoSuchEntity", f"Policy {ghost} does not exist or is not attachable."):
            iam.attach_user_policy(UserName=new_user()[0].split("/")[-1], PolicyArn=ghost)

    def test_policies_of_aws_can_be_attached_and_not_changed(self, iam, new_user, shared_encrypt):
        arn, credentials = new_user()
        name = arn.split("/")[-1]
        iam.attach_user_policy(UserName=name, PolicyArn=READ_ONLY)
        with refused("AccessDeniedException"):
            shared_encrypt(credentials)
        iam.attach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)
        shared_encrypt(credentials)
        attached = {p["PolicyArn"] for p in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]}
        assert attached == {READ_ONLY, ADMINISTRATOR}
        with refused("AccessDenied"):
            iam.delete_policy(PolicyArn=READ_ONLY)

    def test_policies_of_aws_are_listed(self, iam):
        pages = iam.get_paginator("list_policies").paginate(Scope="AWS")
        names = {policy["PolicyName"] for page in pages for policy in page["Policies"]}
        assert {"AdministratorAccess", "ReadOnlyAccess", "PowerUserAccess", "AWSKeyManagementServicePowerUser"} <= names
        assert len(names) > 500


class TestBoundaries:
    def test_a_boundary_gives_nothing_and_limits_everything(self, iam, new_user, client, unique, shared_encrypt):
        boundary = iam.create_policy(PolicyName=unique, PolicyDocument=text(allow("kms:*")))["Policy"]["Arn"]
        arn, credentials = new_user()
        name = arn.split("/")[-1]
        iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
        assert iam.get_user(UserName=name)["User"]["PermissionsBoundary"] == {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": boundary,
        }
        with refused("AccessDeniedException", matching="no identity-based policy allows"):
            shared_encrypt(credentials)
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=text(allow("*")))
        shared_encrypt(credentials)
        with refused(
            "AccessDenied", matching="because no permissions boundary allows the iam:ListUsers action", status=403
        ):
            client("iam", credentials=credentials).list_users()
        iam.delete_user_permissions_boundary(UserName=name)
        client("iam", credentials=credentials).list_users()


class TestMalformed:
    @pytest.mark.parametrize(
        "given",
        [
            "not json",
            "{}",
            '{"Version": "2012-10-17"}',
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*"}]}',
            '{"Version": "2012-10-17", "Statement": [{"Action": "kms:*", "Resource": "*"}]}',
            '{"Version": "2013-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}',
            '{"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": "kms:*", "Resource": "*"}]}',
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms", "Resource": "*"}]}',
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "nothing"}]}',
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "a:b", "NotAction": "a:c", "Resource": "*"}]}',  # noqa: E501
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "a:b", "Resource": "*", "Condition": {"X": {"a": "b"}}}]}',  # noqa: E501
            text(allow("kms:*", principal="*")),
            '{"Version": "2012-10-17", "Statement": [{"Sid": "not ok!", "Effect": "Allow", "Action": "a:b", "Resource": "*"}]}',  # noqa: E501
            text(allow("kms:*", sid="same"), deny("kms:*", sid="same")),
        ],
    )
    @pytest.mark.parametrize("kind", ["managed", "inline"])
    def test_is_refused_everywhere(self, iam, new_user, unique, given, kind):
        with refused("MalformedPolicyDocument", status=400):
            if kind == "managed":
                iam.create_policy(PolicyName=unique, PolicyDocument=given)
            else:
                iam.put_user_policy(UserName=new_user()[0].split("/")[-1], PolicyName="p", PolicyDocument=given)

    def test_an_inline_document_is_returned_url_decoded_by_clients(self, iam, new_user):
        given = document(allow("kms:*", "arn:aws:kms:*:*:key/ü +%"))
        name = new_user(given)[0].split("/")[-1]
        assert iam.get_user_policy(UserName=name, PolicyName="inline")["PolicyDocument"] == given

    def test_inline_documents_beyond_the_quota_are_refused(self, iam, new_user):
        name = new_user()[0].split("/")[-1]
        long = text(*[allow("kms:Encrypt", f"arn:aws:kms:*:*:key/{i:060d}") for i in range(30)])
        assert len(long) > 2048
        with refused("LimitExceeded", f"Maximum policy size of 2048 bytes exceeded for user {name}", status=409):
            iam.put_user_policy(UserName=name, PolicyName="long", PolicyDocument=long)


class TestLanguage:
    """What a policy says, decided through the API."""

    @pytest.mark.parametrize(
        "statements, allowed",
        [
            ([allow("kms:encrypt")], True),
            ([allow("KMS:Enc*")], True),
            ([allow("kms:Encryp?")], True),
            ([allow("*")], True),
            ([allow(["s3:*", "kms:Encrypt"])], True),
            ([allow("kms:Decrypt")], False),
            ([{"Effect": "Allow", "NotAction": "kms:Decrypt", "Resource": "*"}], True),
            ([{"Effect": "Allow", "NotAction": "kms:*", "Resource": "*"}], False),
            ([allow("kms:*", "arn:aws:kms:*:*:key/*")], True),
            ([allow("kms:*", "arn:aws:kms:us-east-1:*:key/*")], False),
            ([{"Effect": "Allow", "Action": "kms:*", "NotResource": "arn:aws:s3:::*"}], True),
            ([allow("kms:*"), deny("kms:Encrypt")], False),
            ([allow("kms:*", condition={"Bool": {"aws:SecureTransport": "true"}})], False),
            ([allow("kms:*", condition={"Bool": {"aws:SecureTransport": "false"}})], True),
            ([allow("kms:*", condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}})], True),
            ([allow("kms:*", condition={"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}})], False),
            ([allow("kms:*", condition={"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})], True),
            ([allow("kms:*", condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})], False),
            ([allow("kms:*", condition={"StringEquals": {"aws:RequestedRegion": "ap-northeast-2"}})], True),
            ([allow("kms:*", condition={"StringEquals": {"aws:requestedregion": "us-east-1"}})], False),
            ([allow("kms:*", condition={"StringLike": {"aws:username": "user-*"}})], True),
            ([allow("kms:*", condition={"StringEquals": {"aws:username": "${aws:username}"}})], True),
            ([allow("kms:*", condition={"Null": {"aws:MultiFactorAuthPresent": "true"}})], True),
            ([allow("kms:*", condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], False),
            ([allow("kms:*", condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}})], True),
            ([allow("kms:*", condition={"StringNotEquals": {"aws:PrincipalTag/none": "x"}})], True),
            ([allow("kms:*", condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/user-*"}})], True),
            ([allow("kms:*", condition={"StringEquals": {"aws:PrincipalAccount": "000000000000"}})], True),
            ([allow("kms:*", condition={"StringEquals": {"aws:PrincipalType": "User"}})], True),
        ],
    )
    def test_statement(self, new_user, shared_encrypt, statements, allowed):
        _, credentials = new_user(document(*statements))
        if allowed:
            shared_encrypt(credentials)
        else:
            with refused("AccessDeniedException"):
                shared_encrypt(credentials)

    def test_tags_of_the_principal(self, iam, new_user, shared_encrypt):
        condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
        arn, credentials = new_user(document(allow("kms:*", condition=condition)))
        with refused("AccessDeniedException"):
            shared_encrypt(credentials)
        iam.tag_user(UserName=arn.split("/")[-1], Tags=[{"Key": "team", "Value": "red"}])
        shared_encrypt(credentials)


class TestSimulation:
    def test_a_custom_policy(self, iam):
        answer = iam.simulate_custom_policy(
            PolicyInputList=[text(allow("kms:Encrypt"), deny("kms:Decrypt"))],
            ActionNames=["kms:Encrypt", "kms:Decrypt", "kms:ListKeys"],
        )
        decisions = {r["EvalActionName"]: r["EvalDecision"] for r in answer["EvaluationResults"]}
        assert decisions == {"kms:Encrypt": "allowed", "kms:Decrypt": "explicitDeny", "kms:ListKeys": "implicitDeny"}

    def test_a_principal(self, iam, new_user):
        arn, _ = new_user(document(allow("kms:Encrypt")))
        answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["kms:Encrypt", "kms:Decrypt"])
        decisions = {r["EvalActionName"]: r["EvalDecision"] for r in answer["EvaluationResults"]}
        assert decisions == {"kms:Encrypt": "allowed", "kms:Decrypt": "implicitDeny"}

    def test_the_answer_of_the_command_lines_example(self, iam):
        """As `aws iam simulate-custom-policy help` prints it."""
        statement = (
            '{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",'
            '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}'
        )
        entry = {"ContextKeyName": "aws:CurrentTime", "ContextKeyType": "date"}
        results = {}
        for year in (2014, 2019):
            (results[year],) = iam.simulate_custom_policy(
                PolicyInputList=[f'{{"Version":"2012-10-17","Statement":{statement}}}'],
                ActionNames=["dynamodb:CreateBackup"],
                ContextEntries=[entry | {"ContextKeyValues": [f"{year}-04-25T11:00:00Z"]}],
            )["EvaluationResults"]
        (matched,) = results[2019].pop("MatchedStatements")
        assert matched["SourcePolicyId"] == "PolicyInputList.1"
        assert matched["StartPosition"] == {"Line": 1, "Column": 38}
        assert matched["EndPosition"] == {"Line": 1, "Column": 167}
        common = {
            "EvalActionName": "dynamodb:CreateBackup",
            "EvalResourceName": "*",
            "MissingContextValues": [],
        }
        assert results[2019] == common | {"EvalDecision": "allowed"}
        assert results[2014] == common | {"EvalDecision": "implicitDeny", "MatchedStatements": []}

    def test_a_missing_context_key_is_named(self, iam):
        condition = {"StringEquals": {"kms:ViaService": "x"}}
        answer = iam.simulate_custom_policy(
            PolicyInputList=[text(allow("kms:Encrypt", condition=condition))], ActionNames=["kms:Encrypt"]
        )
        (result,) = answer["EvaluationResults"]
        assert result["EvalDecision"] == "implicitDeny"
        assert result["MissingContextValues"] == ["kms:ViaService"]


def test_an_iam_refusal_names_user_action_resource_and_reason(client, new_user, account_id, unique):
    arn, credentials = new_user()
    message = (
        f"User: {arn} is not authorized to perform: iam:CreateUser on resource: "
        f"arn:aws:iam::{account_id}:user/{unique} because no identity-based policy allows the iam:CreateUser action"
    )
    with refused("AccessDenied", message, status=403):
        client("iam", credentials=credentials).create_user(UserName=unique)


def test_account_authorization_details_tell_the_whole_story(iam, policy, new_user):
    arn, _ = new_user(document(allow("kms:Encrypt")))
    name = arn.split("/")[-1]
    iam.attach_user_policy(UserName=name, PolicyArn=policy["Arn"])
    pages = iam.get_paginator("get_account_authorization_details").paginate(Filter=["User"])
    (user,) = [u for page in pages for u in page["UserDetailList"] if u["UserName"] == name]
    assert user["UserPolicyList"][0]["PolicyDocument"] == document(allow("kms:Encrypt"))
    assert user["AttachedManagedPolicies"] == [{"PolicyName": policy["PolicyName"], "PolicyArn": policy["Arn"]}]
    assert json.dumps(user, default=str)
