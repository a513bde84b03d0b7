"""AssumeRole: trust, external ids, session policies, tags, chaining and expiry."""

import datetime
import json

import pytest

from aws_clients import refused
from haechi_server import Credentials
from policies import allow, deny, document, root_of, text


@pytest.fixture
def assumer(new_user, client):
    """An STS client of a user that may assume anything, and the user's ARN."""
    arn, credentials = new_user(document(allow("sts:*")))
    return arn, client("sts", credentials=credentials)


@pytest.fixture
def session_of(client):
    """A client of a service with an AssumeRole answer's credentials."""

    def make(answer, service="kms", **options):
        return client(service, credentials=Credentials.from_sts(answer["Credentials"]), **options)

    return make


def test_a_session_acts_as_the_role(assumer, new_role, session_of, account_id, key_id, iam):
    _, sts = assumer
    role = new_role(root_of(account_id), policy=document(allow("kms:Encrypt")))
    answer = sts.assume_role(RoleArn=role, RoleSessionName="visit")
    name = role.split("/")[-1]
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{account_id}:assumed-role/{name}/visit"
    role_id = iam.get_role(RoleName=name)["Role"]["RoleId"]
    assert answer["AssumedRoleUser"]["AssumedRoleId"] == f"{role_id}:visit"
    left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.UTC)
    assert abs(left - datetime.timedelta(hours=1)) < datetime.timedelta(minutes=1)
    identity = session_of(answer, "sts").get_caller_identity()
    assert identity["Arn"] == answer["AssumedRoleUser"]["Arn"]
    kms = session_of(answer)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    message = f"^User: {answer['AssumedRoleUser']['Arn']} is not authorized to perform: kms:Decrypt on resource: "
    with refused("AccessDeniedException", matching=message):
        kms.decrypt(CiphertextBlob=blob)


class TestTrust:
    def test_the_caller_needs_permission_when_the_account_is_trusted(self, client, new_user, new_role, account_id):
        role = new_role(root_of(account_id))
        arn, credentials = new_user()
        message = (
            f"User: {arn} is not authorized to perform: sts:AssumeRole on resource: {role} "
            "because no identity-based policy allows the sts:AssumeRole action"
        )
        with refused(
            "AccessDenied",
            matching=f"^{message}$|^User: {arn} is not authorized to perform: sts:AssumeRole on resource: {role}$",
            status=403,
        ):
            client("sts", credentials=credentials).assume_role(RoleArn=role, RoleSessionName="visit")

    def test_a_user_trusted_by_name_needs_no_permission(self, client, new_user, new_role):
        arn, credentials = new_user()
        client("sts", credentials=credentials).assume_role(RoleArn=new_role(arn), RoleSessionName="visit")

    def test_a_stranger_is_refused_whatever_its_policies(self, assumer, new_user, new_role):
        role = new_role(new_user()[0])
        with refused("AccessDenied", status=403):
            assumer[1].assume_role(RoleArn=role, RoleSessionName="visit")

    def test_root_may_not_assume_roles(self, sts, new_role, account_id):
        with refused("AccessDenied", "Roles may not be assumed by root accounts.", status=403):
            sts.assume_role(RoleArn=new_role(root_of(account_id)), RoleSessionName="visit")

    def test_a_role_that_is_not_there_is_refused_like_any_other(self, assumer, account_id):
        with refused("AccessDenied", status=403):
            assumer[1].assume_role(RoleArn=f"arn:aws:iam::{account_id}:role/never-made", RoleSessionName="visit")

    def test_the_external_id_must_match(self, assumer, iam, unique, account_id):
        trust = document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": root_of(account_id)},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "42"}},
            }
        )
        role = iam.create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        asked = {"RoleArn": role, "RoleSessionName": "visit"}
        assumer[1].assume_role(ExternalId="42", **asked)
        for wrong in ({}, {"ExternalId": "43"}):
            with refused("AccessDenied", status=403):
                assumer[1].assume_role(**wrong, **asked)


class TestSessionPolicy:
    def test_limits_and_never_adds(self, assumer, new_role, session_of, account_id, key_id):
        role = new_role(root_of(account_id), policy=document(allow(["kms:Encrypt", "kms:DescribeKey"])))
        answer = assumer[1].assume_role(
            RoleArn=role, RoleSessionName="visit", Policy=text(allow(["kms:Encrypt", "kms:Decrypt"]))
        )
        kms = session_of(answer)
        blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
        with refused("AccessDeniedException", matching="because no session policy allows the kms:DescribeKey action"):
            kms.describe_key(KeyId=key_id)
        with refused("AccessDeniedException"):
            kms.decrypt(CiphertextBlob=blob)

    def test_a_deny_in_it_is_named(self, assumer, new_role, session_of, account_id, key_id):
        role = new_role(root_of(account_id), policy=document(allow("*")))
        answer = assumer[1].assume_role(
            RoleArn=role, RoleSessionName="visit", Policy=text(allow("*"), deny("kms:Encrypt"))
        )
        with refused("AccessDeniedException", matching="with an explicit deny in a session policy"):
            session_of(answer).encrypt(KeyId=key_id, Plaintext=b"x")

    def test_managed_policies_limit_too(self, assumer, iam, new_role, session_of, account_id, key_id, unique):
        arn = iam.create_policy(PolicyName=unique, PolicyDocument=text(allow("kms:DescribeKey")))["Policy"]["Arn"]
        role = new_role(root_of(account_id), policy=document(allow("*")))
        answer = assumer[1].assume_role(RoleArn=role, RoleSessionName="visit", PolicyArns=[{"arn": arn}])
        kms = session_of(answer)
        kms.describe_key(KeyId=key_id)
        with refused("AccessDeniedException"):
            kms.encrypt(KeyId=key_id, Plaintext=b"x")

    def test_a_malformed_one_is_refused(self, assumer, new_role, account_id):
        with refused("MalformedPolicyDocument"):
            assumer[1].assume_role(RoleArn=new_role(root_of(account_id)), RoleSessionName="visit", Policy="{")


class TestTags:
    @pytest.fixture
    def tagging_role(self, iam, unique, account_id):
        trust = document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": root_of(account_id)},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
            }
        )
        role = iam.create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
        iam.put_role_policy(RoleName=unique, PolicyName="p", PolicyDocument=text(allow("kms:*", condition=condition)))
        return role

    def test_of_the_session_decide(self, assumer, tagging_role, session_of, key_id):
        asked = {"RoleArn": tagging_role, "RoleSessionName": "visit"}
        answer = assumer[1].assume_role(Tags=[{"Key": "team", "Value": "red"}], **asked)
        session_of(answer).encrypt(KeyId=key_id, Plaintext=b"x")
        answer = assumer[1].assume_role(Tags=[{"Key": "team", "Value": "blue"}], **asked)
        with refused("AccessDeniedException"):
            session_of(answer).encrypt(KeyId=key_id, Plaintext=b"x")

    def test_need_their_own_permission(self, assumer, new_role, account_id):
        with refused("AccessDenied", matching="sts:TagSession"):
            assumer[1].assume_role(
                RoleArn=new_role(root_of(account_id)),
                RoleSessionName="visit",
                Tags=[{"Key": "a", "Value": "b"}],
            )


class TestChaining:
    def test_a_session_may_assume_the_next_role_for_an_hour_at_most(
        self, assumer, iam, new_role, session_of, account_id
    ):
        first = new_role(root_of(account_id), policy=document(allow("sts:AssumeRole")))
        second = new_role(first)
        iam.update_role(RoleName=second.split("/")[-1], MaxSessionDuration=43200)
        answer = assumer[1].assume_role(RoleArn=first, RoleSessionName="one")
        sts = session_of(answer, "sts")
        again = sts.assume_role(RoleArn=second, RoleSessionName="two", DurationSeconds=3600)
        assert again["AssumedRoleUser"]["Arn"].endswith(f"{second.split('/')[-1]}/two")
        with refused("ValidationError", matching="1 hour|role chaining"):
            sts.assume_role(RoleArn=second, RoleSessionName="two", DurationSeconds=3601)

    def test_the_duration_stays_below_the_roles_maximum(self, assumer, new_role, account_id):
        role = new_role(root_of(account_id))
        message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        with refused("ValidationError", message):
            assumer[1].assume_role(RoleArn=role, RoleSessionName="visit", DurationSeconds=3601)


class TestEnd:
    def test_an_expired_session_is_refused(self, client, clocked):
        iam = client("iam", on=clocked)
        user = iam.create_user(UserName="expiring")["User"]
        iam.put_user_policy(UserName="expiring", PolicyName="p", PolicyDocument=text(allow("sts:*")))
        key = Credentials.from_iam(iam.create_access_key(UserName="expiring")["AccessKey"])
        trust = text({"Effect": "Allow", "Principal": {"AWS": user["Arn"]}, "Action": "sts:AssumeRole"})
        role = iam.create_role(RoleName="expiring", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        answer = client("sts", on=clocked, credentials=key).assume_role(RoleArn=role, RoleSessionName="visit")
        session = client("sts", on=clocked, credentials=Credentials.from_sts(answer["Credentials"]))
        session.get_caller_identity()
        clocked.advance_clock("61m")
        with refused("ExpiredToken", "The security token included in the request is expired", status=403):
            session.get_caller_identity()

    def test_a_deleted_roles_session_may_do_nothing_more(self, assumer, iam, new_role, session_of, account_id, key_id):
        role = new_role(root_of(account_id), policy=document(allow("kms:*")))
        name = role.split("/")[-1]
        kms = session_of(assumer[1].assume_role(RoleArn=role, RoleSessionName="visit"))
        kms.encrypt(KeyId=key_id, Plaintext=b"x")
        iam.delete_role_policy(RoleName=name, PolicyName="inline")
        iam.delete_role(RoleName=name)
        with pytest.raises(kms.exceptions.ClientError):
            kms.encrypt(KeyId=key_id, Plaintext=b"x")

    def test_a_changed_policy_holds_for_running_sessions(self, assumer, iam, new_role, session_of, account_id, key_id):
        role = new_role(root_of(account_id), policy=document(allow("kms:*")))
        kms = session_of(assumer[1].assume_role(RoleArn=role, RoleSessionName="visit"))
        kms.encrypt(KeyId=key_id, Plaintext=b"x")
        iam.delete_role_policy(RoleName=role.split("/")[-1], PolicyName="inline")
        with refused("AccessDeniedException"):
            kms.encrypt(KeyId=key_id, Plaintext=b"x")


@pytest.mark.parametrize("name", ["a", "has space", "x" * 65, "slash/"])
def test_a_session_name_outside_the_pattern_is_refused(assumer, client, new_role, account_id, new_user, name):
    _, credentials = new_user(document(allow("sts:*")))
    with refused("ValidationError", matching="'roleSessionName' failed to satisfy constraint"):
        client("sts", credentials=credentials, validate=False).assume_role(
            RoleArn=new_role(root_of(account_id)), RoleSessionName=name
        )


def test_only_tags_of_the_request_can_be_made_transitive(assumer, new_role, account_id):
    role = new_role(root_of(account_id))
    with refused("InvalidParameterValue", "The specified transitive tag key must be included in the requested tags."):
        assumer[1].assume_role(
            RoleArn=role, RoleSessionName="visit", Tags=[{"Key": "a", "Value": "1"}], TransitiveTagKeys=["b"]
        )
