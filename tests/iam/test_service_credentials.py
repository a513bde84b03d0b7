"""Service-specific credentials of users."""

import datetime

import pytest

from aws_clients import refused

GIT = "codecommit.amazonaws.com"


@pytest.fixture
def user(iam, unique):
    return iam.create_user(UserName=unique)["User"]["UserName"]


def make(iam, user, service=GIT, **more):
    answer = iam.create_service_specific_credential(UserName=user, ServiceName=service, **more)
    return answer["ServiceSpecificCredential"]


def test_the_password_is_shown_when_it_is_made_or_reset(iam, user, account_id):
    made = make(iam, user)
    assert made["ServiceUserName"] == f"{user}-at-{account_id}"
    assert made["ServiceSpecificCredentialId"].startswith("ACCA")
    (listed,) = iam.list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]
    assert listed == {key: value for key, value in made.items() if key != "ServicePassword"}
    again = iam.reset_service_specific_credential(
        UserName=user, ServiceSpecificCredentialId=made["ServiceSpecificCredentialId"]
    )["ServiceSpecificCredential"]
    assert again["ServicePassword"] != made["ServicePassword"]


def test_two_for_each_service_with_names_of_their_own(iam, user):
    names = {make(iam, user)["ServiceUserName"] for _ in range(2)}
    assert len(names) == 2
    with refused("LimitExceeded", status=409):
        make(iam, user)
    make(iam, user, "cassandra.amazonaws.com")


def test_an_api_key_ends(iam, user):
    made = make(iam, user, "bedrock.amazonaws.com", CredentialAgeDays=30)
    assert made["ExpirationDate"] - made["CreateDate"] == datetime.timedelta(days=30)
    assert made["ServiceCredentialSecret"].startswith("ABSK")
    assert "ServicePassword" not in made


def test_one_is_switched_off_and_deleted(iam, user):
    ask = {"UserName": user, "ServiceSpecificCredentialId": make(iam, user)["ServiceSpecificCredentialId"]}
    iam.update_service_specific_credential(Status="Inactive", **ask)
    (listed,) = iam.list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]
    assert listed["Status"] == "Inactive"
    iam.delete_service_specific_credential(**ask)
    with refused("NoSuchEntity", status=404):
        iam.delete_service_specific_credential(**ask)


def test_other_services_have_none(iam, user):
    with refused("NoSuchEntity", status=404):
        make(iam, user, "s3.amazonaws.com")
