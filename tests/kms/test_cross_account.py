"""Two accounts, two Regions: both sides must say yes, and both trails tell."""

import json

import pytest

from aws_clients import SEOUL, STOCKHOLM, refused
from haechi_server import Credentials
from policies import allow, delegates_to_iam, root_of, text
from waiting import until

USE = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"]


class Scene:
    """A key of account A, a role of account B with a session, and the two policies between them."""

    def __init__(self, client, account_id, other, region, new_role):
        self.client, self.region = client, region
        self.owner_id, self.other = account_id, other
        self.owner = client("kms", region=region)
        self.iam = client("iam", credentials=other.credentials)
        self.key = self.owner.create_key()["KeyMetadata"]
        self.role_arn = new_role(root_of(other.id), by=self.iam)
        self.role_name = self.role_arn.split("/")[-1]
        user = self.iam.create_user(UserName=f"assumer-{self.role_name}")["User"]["UserName"]
        self.iam.put_user_policy(
            UserName=user, PolicyName="p", PolicyDocument=text(allow("sts:AssumeRole", self.role_arn))
        )
        key = Credentials.from_iam(self.iam.create_access_key(UserName=user)["AccessKey"])
        session = client("sts", credentials=key).assume_role(RoleArn=self.role_arn, RoleSessionName="visit")
        self.session_arn = session["AssumedRoleUser"]["Arn"]
        self.user = client("kms", region=region, credentials=Credentials.from_sts(session["Credentials"]))

    def key_policy(self, allowed):
        statements = [delegates_to_iam(self.owner_id)]
        if allowed:
            statements.append(allow(USE, principal=allowed))
        self.owner.put_key_policy(KeyId=self.key["KeyId"], Policy=text(*statements))

    def iam_policy(self, resource):
        if resource is None:
            self.iam.delete_role_policy(RoleName=self.role_name, PolicyName="use")
        else:
            self.iam.put_role_policy(
                RoleName=self.role_name, PolicyName="use", PolicyDocument=text(allow(USE, resource))
            )


@pytest.fixture(params=[SEOUL, STOCKHOLM])
def scene(request, client, account_id, new_account, new_role):
    return Scene(client, account_id, new_account(), request.param, new_role)


def test_both_sides_must_allow_and_each_single_removal_is_refused(scene):
    arn = scene.key["Arn"]
    denied = f"User: {scene.session_arn} is not authorized to perform: kms:Encrypt on resource: {arn} because "
    no_resource_policy = (
        f"{denied}the resource does not exist in this Region, no resource-based policies allow access, "
        "or a resource-based policy explicitly denies access"
    )
    no_identity_policy = f"{denied}no identity-based policy allows the kms:Encrypt action"

    scene.iam_policy(arn)
    with refused("AccessDeniedException", no_resource_policy, status=400):
        scene.user.encrypt(KeyId=arn, Plaintext=b"x")

    scene.key_policy(root_of(scene.other.id))
    blob = scene.user.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    assert scene.user.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert scene.owner.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    scene.iam_policy(None)
    with refused("AccessDeniedException", no_identity_policy, status=400):
        scene.user.encrypt(KeyId=arn, Plaintext=b"x")

    scene.iam_policy(arn)
    scene.key_policy(scene.role_arn)
    scene.user.encrypt(KeyId=arn, Plaintext=b"x")

    scene.key_policy(None)
    with refused("AccessDeniedException", no_resource_policy):
        scene.user.encrypt(KeyId=arn, Plaintext=b"x")


def test_the_allowed_call_is_in_both_trails_and_the_refused_one_only_in_the_callers(scene):
    arn = scene.key["Arn"]
    scene.iam_policy(arn)
    with refused("AccessDeniedException"):
        scene.user.encrypt(KeyId=arn, Plaintext=b"x")
    scene.key_policy(root_of(scene.other.id))
    scene.user.encrypt(KeyId=arn, Plaintext=b"x")

    def encrypts(credentials):
        trail = scene.client("cloudtrail", region=scene.region, credentials=credentials)
        pages = trail.get_paginator("lookup_events").paginate(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Encrypt"}]
        )
        records = [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]
        return [r for r in records if r["userIdentity"].get("accountId") == scene.other.id]

    of_caller = until(lambda: encrypts(scene.other.credentials), lambda found: len(found) == 2)
    assert sorted(r.get("errorCode", "") for r in of_caller) == ["", "AccessDenied"]
    of_owner = until(lambda: encrypts(None), lambda found: found)
    (shared,) = of_owner
    assert "errorCode" not in shared
    assert shared["recipientAccountId"] == scene.owner_id
    assert shared["resources"][0]["ARN"] == arn and shared["resources"][0]["accountId"] == scene.owner_id
    allowed = next(r for r in of_caller if "errorCode" not in r)
    assert allowed["sharedEventID"] == shared["sharedEventID"]
    assert allowed["recipientAccountId"] == scene.other.id


def test_a_key_id_alone_means_the_callers_own_account(scene):
    scene.iam_policy("*")
    scene.key_policy(root_of(scene.other.id))
    own_arn = f"arn:aws:kms:{scene.region}:{scene.other.id}:key/{scene.key['KeyId']}"
    with refused("NotFoundException", f"Key '{own_arn}' does not exist"):
        scene.user.encrypt(KeyId=scene.key["KeyId"], Plaintext=b"x")


def test_an_alias_arn_of_the_owner_works(scene, new_alias, account_id):
    scene.iam_policy(scene.key["Arn"])
    scene.key_policy(root_of(scene.other.id))
    alias = new_alias(scene.key["KeyId"], by=scene.owner)
    scene.user.encrypt(KeyId=f"arn:aws:kms:{scene.region}:{account_id}:{alias}", Plaintext=b"x")


def test_management_across_accounts_is_refused_whatever_the_policies_say(scene):
    scene.iam.put_role_policy(RoleName=scene.role_name, PolicyName="use", PolicyDocument=text(allow("kms:*")))
    statements = [delegates_to_iam(scene.owner_id), allow("kms:*", principal=root_of(scene.other.id))]
    scene.owner.put_key_policy(KeyId=scene.key["KeyId"], Policy=text(*statements))
    arn = scene.key["Arn"]
    for call in (
        lambda: scene.user.disable_key(KeyId=arn),
        lambda: scene.user.schedule_key_deletion(KeyId=arn),
        lambda: scene.user.put_key_policy(KeyId=arn, Policy=text(*statements)),
        lambda: scene.user.get_key_policy(KeyId=arn),
        lambda: scene.user.tag_resource(KeyId=arn, Tags=[{"TagKey": "a", "TagValue": "b"}]),
        lambda: scene.user.update_key_description(KeyId=arn, Description="mine now"),
    ):
        with pytest.raises(scene.user.exceptions.ClientError) as caught:
            call()
        assert caught.value.response["Error"]["Code"] in {"AccessDeniedException", "NotFoundException"}
    metadata = scene.owner.describe_key(KeyId=arn)["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Description"]) == ("Enabled", "")


def test_a_foreign_key_that_is_not_there_looks_like_one_without_permission(scene):
    scene.iam_policy("*")
    ghost = f"arn:aws:kms:{scene.region}:{scene.owner_id}:key/134f2428-cec1-4b25-a1ae-9048164dba47"
    with refused("AccessDeniedException", matching="the resource does not exist in this Region"):
        scene.user.encrypt(KeyId=ghost, Plaintext=b"x")


def test_a_grant_opens_a_foreign_key(scene):
    scene.iam_policy(scene.key["Arn"])
    made = scene.owner.create_grant(KeyId=scene.key["KeyId"], GranteePrincipal=scene.role_arn, Operations=["Encrypt"])
    scene.user.encrypt(KeyId=scene.key["Arn"], Plaintext=b"x", GrantTokens=[made["GrantToken"]])
    with refused("AccessDeniedException"):
        scene.user.generate_data_key(KeyId=scene.key["Arn"], KeySpec="AES_256")
