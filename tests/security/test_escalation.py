"""Ways from little to more authority that must lead nowhere."""

import itertools
import json

import pytest

from aws_clients import refused
from haechi_server import Credentials
from policies import allow, document, root_of, text


def test_a_user_cannot_give_itself_rights(client, new_user):
    arn, credentials = new_user(document(allow("kms:*")))
    iam = client("iam", credentials=credentials)
    name = arn.split("/")[-1]
    for call in (
        lambda: iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=text(allow("*"))),
        lambda: iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"),
        lambda: iam.create_access_key(UserName=name),
        lambda: iam.create_user(UserName="accomplice"),
        lambda: iam.delete_user_permissions_boundary(UserName=name),
    ):
        with refused("AccessDenied", status=403):
            call()


def test_a_user_named_root_is_no_root(client, new_user, account_id, kms):
    """The ARN of a user whose name ends like the account's principal matches nothing of root's."""
    try:
        _, credentials = new_user(name="root")
    except client("iam").exceptions.EntityAlreadyExistsException:
        pytest.skip("another test of this worker made the user")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    with refused("AccessDeniedException"):
        client("kms", credentials=credentials).encrypt(KeyId=key_id, Plaintext=b"x")


def test_an_account_has_no_power_over_another(client, other_account, kms, account_id):
    key = kms.create_key()["KeyMetadata"]
    theirs = client("kms", credentials=other_account.credentials)
    for call in (
        lambda: theirs.encrypt(KeyId=key["Arn"], Plaintext=b"x"),
        lambda: theirs.schedule_key_deletion(KeyId=key["Arn"]),
        lambda: theirs.put_key_policy(KeyId=key["Arn"], Policy=text(allow("kms:*", principal="*"))),
        lambda: theirs.create_grant(
            KeyId=key["Arn"], GranteePrincipal=root_of(other_account.id), Operations=["Decrypt"]
        ),
        lambda: theirs.get_key_policy(KeyId=key["Arn"]),
    ):
        with pytest.raises(theirs.exceptions.ClientError) as caught:
            call()
        assert caught.value.response["Error"]["Code"] in {"AccessDeniedException", "NotFoundException"}


def test_a_confused_deputy_is_stopped_by_the_external_id(client, new_account, new_user, account_id, iam, unique):
    condition = {"StringEquals": {"sts:ExternalId": "customer-1"}}
    trust = document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": root_of(account_id)},
            "Action": "sts:AssumeRole",
            "Condition": condition,
        }
    )
    customer = client("iam", credentials=new_account().credentials)
    role = customer.create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    _, credentials = new_user(document(allow("sts:AssumeRole")))
    sts = client("sts", credentials=credentials)
    sts.assume_role(RoleArn=role, RoleSessionName="visit", ExternalId="customer-1")
    with refused("AccessDenied"):
        sts.assume_role(RoleArn=role, RoleSessionName="visit", ExternalId="customer-2")


def test_session_tokens_cannot_be_guessed(client, new_user):
    """Two sessions of one user share nothing that lets one make the other."""
    _, credentials = new_user()
    sts = client("sts", credentials=credentials)
    made = [Credentials.from_sts(sts.get_session_token()["Credentials"]) for _ in range(10)]
    assert len({c.access_key_id for c in made}) == len({c.secret_access_key for c in made}) == 10
    assert len({c.session_token for c in made}) == 10


def test_grant_tokens_and_ids_are_not_sequential(kms, key_id, account_id):
    made = [
        kms.create_grant(KeyId=key_id, GranteePrincipal=root_of(account_id), Operations=["Encrypt"]) for _ in range(10)
    ]
    ids = sorted(int(grant["GrantId"], 16) for grant in made)
    assert min(b - a for a, b in itertools.pairwise(ids)) > 2**128


def test_policy_variables_do_not_break_out(client, iam, account_id, kms):
    """A user name with a wildcard-like text in it opens no other name's resource."""
    alias_arn = f"arn:aws:kms:ap-northeast-2:{account_id}:alias/${{aws:username}}/*"
    iam.create_user(UserName="a.b")
    iam.put_user_policy(UserName="a.b", PolicyName="p", PolicyDocument=text(allow("kms:CreateAlias", alias_arn)))
    key = Credentials.from_iam(iam.create_access_key(UserName="a.b")["AccessKey"])
    with refused("AccessDeniedException"):
        client("kms", credentials=key).create_alias(
            AliasName="alias/axb/c", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"]
        )
