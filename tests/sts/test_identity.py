"""GetCallerIdentity, GetSessionToken and GetFederationToken."""

import datetime

import pytest

from aws_clients import refused
from haechi_server import Credentials
from policies import allow, document, text


def test_root_is_the_account(sts, account_id):
    answer = sts.get_caller_identity()
    assert (answer["Account"], answer["UserId"]) == (account_id, account_id)
    assert answer["Arn"] == f"arn:aws:iam::{account_id}:root"


def test_another_accounts_root_is_that_account(client, other_account):
    answer = client("sts", credentials=other_account.credentials).get_caller_identity()
    assert answer["Arn"] == f"arn:aws:iam::{other_account.id}:root"


def test_nobody_needs_permission_to_ask_who_they_are(client, new_user):
    arn, credentials = new_user(document({"Effect": "Deny", "Action": "*", "Resource": "*"}))
    assert client("sts", credentials=credentials).get_caller_identity()["Arn"] == arn


@pytest.mark.parametrize("region", ["us-east-1", "eu-north-1"])
def test_every_region_answers(client, region, account_id):
    assert client("sts", region=region).get_caller_identity()["Account"] == account_id


class TestSessionToken:
    def test_a_session_has_the_users_permissions_but_iam(self, client, new_user, key_id):
        arn, credentials = new_user(document(allow("*")))
        session = client("sts", credentials=credentials).get_session_token(DurationSeconds=900)["Credentials"]
        assert session["AccessKeyId"].startswith("ASIA")
        left = session["Expiration"] - datetime.datetime.now(datetime.UTC)
        assert datetime.timedelta(seconds=800) < left <= datetime.timedelta(seconds=910)
        temporary = Credentials.from_sts(session)
        assert client("sts", credentials=temporary).get_caller_identity()["Arn"] == arn
        client("kms", credentials=temporary).encrypt(KeyId=key_id, Plaintext=b"x")
        # Without MFA such a session calls no IAM operation.
        with pytest.raises(client("iam").exceptions.ClientError):
            client("iam", credentials=temporary).list_users()

    @pytest.mark.parametrize("seconds", [899, 129601])
    def test_the_duration_has_bounds(self, client, new_user, seconds):
        _, credentials = new_user(document(allow("*")))
        with refused("ValidationError"):
            client("sts", credentials=credentials, validate=False).get_session_token(DurationSeconds=seconds)


class TestFederationToken:
    def test_permissions_are_the_intersection(self, client, new_user, key_id, account_id):
        _, credentials = new_user(document(allow(["sts:GetFederationToken", "kms:Encrypt", "kms:DescribeKey"])))
        answer = client("sts", credentials=credentials).get_federation_token(
            Name="bob", Policy=text(allow(["kms:Encrypt", "kms:Decrypt"]))
        )
        assert answer["FederatedUser"]["Arn"] == f"arn:aws:sts::{account_id}:federated-user/bob"
        assert answer["FederatedUser"]["FederatedUserId"] == f"{account_id}:bob"
        kms = client("kms", credentials=Credentials.from_sts(answer["Credentials"]))
        blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
        for call in (lambda: kms.decrypt(CiphertextBlob=blob), lambda: kms.describe_key(KeyId=key_id)):
            with refused("AccessDeniedException"):
                call()

    def test_without_a_policy_it_may_do_nothing(self, client, new_user, key_id):
        _, credentials = new_user(document(allow("*")))
        answer = client("sts", credentials=credentials).get_federation_token(Name="bob")
        assert answer["PackedPolicySize"] == 0
        with refused("AccessDeniedException"):
            client("kms", credentials=Credentials.from_sts(answer["Credentials"])).encrypt(KeyId=key_id, Plaintext=b"x")


def test_get_access_key_info_names_the_account(sts, root, account_id):
    assert sts.get_access_key_info(AccessKeyId=root.access_key_id)["Account"] == account_id


def test_get_access_key_info_reads_the_account_of_temporary_and_deleted_keys(sts, client, iam, new_user, account_id):
    arn, credentials = new_user()
    session = client("sts", credentials=credentials).get_session_token()["Credentials"]
    iam.delete_access_key(UserName=arn.split("/")[-1], AccessKeyId=credentials.access_key_id)
    for key in (session["AccessKeyId"], credentials.access_key_id):
        assert sts.get_access_key_info(AccessKeyId=key)["Account"] == account_id
    with refused("ValidationError"):
        sts.get_access_key_info(AccessKeyId="AKIAIOSFODNN7EXAMPLE")
