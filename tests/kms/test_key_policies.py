"""The key policy is law: who may use a key, and who may not even as root."""

import json
import re

import pytest

from aws_clients import SEOUL, refused
from policies import allow, delegates_to_iam, deny, document, root_of, text

NOT_AUTHORIZED = "is not authorized to perform: kms:{} on resource: "


@pytest.fixture
def user(new_user, client):
    """A user with a given identity policy: `user(policy)` → (ARN, KMS client)."""

    def make(policy=None):
        arn, credentials = new_user(policy)
        return arn, client("kms", credentials=credentials)

    return make


@pytest.fixture
def key_with(kms):
    """A key with these statements as its policy; the lock-out check is the tests' own business."""

    def make(*statements):
        return kms.create_key(Policy=text(*statements), BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]

    return make


class TestDefaultPolicy:
    def test_an_iam_policy_is_enough(self, user, key_id):
        _, kms = user(document(allow("kms:Encrypt")))
        kms.encrypt(KeyId=key_id, Plaintext=b"x")

    def test_without_an_iam_policy_the_reason_is_told(self, user, new_key):
        key = new_key()
        arn, kms = user()
        message = (
            f"User: {arn} is not authorized to perform: kms:Encrypt on resource: {key['Arn']} "
            "because no identity-based policy allows the kms:Encrypt action"
        )
        with refused("AccessDeniedException", message, status=400):
            kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    def test_an_iam_policy_for_one_key_is_for_one_key(self, user, new_key):
        mine, other = new_key(), new_key()
        _, kms = user(document(allow("kms:*", mine["Arn"])))
        kms.encrypt(KeyId=mine["KeyId"], Plaintext=b"x")
        with refused("AccessDeniedException"):
            kms.encrypt(KeyId=other["KeyId"], Plaintext=b"x")

    def test_an_alias_arn_in_an_iam_policy_gives_no_right_to_use_the_key(self, user, new_key, new_alias, account_id):
        alias = new_alias(new_key()["KeyId"])
        _, kms = user(document(allow("kms:*", f"arn:aws:kms:{SEOUL}:{account_id}:{alias}")))
        with refused("AccessDeniedException"):
            kms.encrypt(KeyId=alias, Plaintext=b"x")


class TestNoDelegation:
    def test_an_iam_policy_alone_is_nothing(self, key_with, user, account_id, new_user):
        admin, _ = new_user()
        key = key_with(allow("kms:*", principal=admin))
        arn, kms = user(document(allow("kms:*")))
        message = (
            f"User: {arn} is not authorized to perform: kms:Encrypt on resource: {key['Arn']} "
            "because no resource-based policy allows the kms:Encrypt action"
        )
        with refused("AccessDeniedException", message):
            kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    def test_not_even_root_gets_in(self, key_with, kms, new_user):
        admin, _ = new_user()
        key = key_with(allow("kms:*", principal=admin))
        with refused("AccessDeniedException", matching=NOT_AUTHORIZED.format("Encrypt")):
            kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with refused("AccessDeniedException", matching=NOT_AUTHORIZED.format("PutKeyPolicy")):
            kms.put_key_policy(KeyId=key["KeyId"], Policy=text(allow("kms:*", principal="*")))

    def test_a_named_user_needs_no_iam_policy(self, key_with, user):
        arn, kms = user()
        key = key_with(allow(["kms:Encrypt", "kms:Decrypt"], principal=arn))
        blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        with refused("AccessDeniedException"):
            kms.describe_key(KeyId=key["KeyId"])

    def test_the_account_as_principal_delegates_only_the_actions_named(self, key_with, user, account_id):
        key = key_with(allow("kms:Encrypt", principal=root_of(account_id)))
        _, kms = user(document(allow("kms:*")))
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with refused(
            "AccessDeniedException", matching="no resource-based policy allows the kms:GenerateDataKey action"
        ):
            kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")

    def test_the_account_id_alone_is_the_account(self, key_with, user, account_id):
        key = key_with(allow("kms:*", principal=account_id))
        _, kms = user(document(allow("kms:*")))
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")


class TestDeny:
    def test_in_the_key_policy_beats_every_allow(self, key_with, user, account_id):
        arn, kms = user(document(allow("kms:*")))
        key = key_with(delegates_to_iam(account_id), allow("kms:*", principal=arn), deny("kms:Decrypt", principal=arn))
        blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        with refused("AccessDeniedException", matching="with an explicit deny in a resource-based policy"):
            kms.decrypt(CiphertextBlob=blob)

    def test_in_the_iam_policy_beats_the_key_policy(self, key_with, user):
        arn, kms = user(document(deny("kms:Encrypt")))
        key = key_with(allow("kms:*", principal=arn))
        with refused("AccessDeniedException", matching="with an explicit deny in an identity-based policy"):
            kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    def test_stops_root_too(self, key_with, kms, account_id):
        key = key_with(delegates_to_iam(account_id), deny("kms:Encrypt", principal="*"))
        with refused("AccessDeniedException", matching="with an explicit deny in a resource-based policy"):
            kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")


class TestBoundary:
    def test_the_permissions_boundary_limits_what_iam_gives(self, iam, client, new_user, key_id, unique):
        arn, credentials = new_user(document(allow("kms:*")))
        boundary = iam.create_policy(PolicyName=unique, PolicyDocument=text(allow("kms:DescribeKey")))["Policy"]["Arn"]
        iam.put_user_permissions_boundary(UserName=arn.split("/")[-1], PermissionsBoundary=boundary)
        kms = client("kms", credentials=credentials)
        kms.describe_key(KeyId=key_id)
        with refused("AccessDeniedException", matching="because no permissions boundary allows the kms:Encrypt action"):
            kms.encrypt(KeyId=key_id, Plaintext=b"x")


class TestPutKeyPolicy:
    def test_replaces_the_policy_and_takes_effect_at_once(self, kms, user, key_id, account_id):
        arn, theirs = user()
        with refused("AccessDeniedException"):
            theirs.encrypt(KeyId=key_id, Plaintext=b"x")
        policy = text(delegates_to_iam(account_id), allow("kms:Encrypt", principal=arn))
        kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=policy)
        theirs.encrypt(KeyId=key_id, Plaintext=b"x")
        assert json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]) == json.loads(policy)
        kms.put_key_policy(KeyId=key_id, Policy=text(delegates_to_iam(account_id)))
        with refused("AccessDeniedException"):
            theirs.encrypt(KeyId=key_id, Plaintext=b"x")

    def test_locking_yourself_out_is_refused(self, kms, key_id, new_user):
        admin, _ = new_user()
        policy = text(allow("kms:*", principal=admin))
        with refused(
            "MalformedPolicyDocumentException", matching="will not allow you to update the key policy in the future"
        ):
            kms.put_key_policy(KeyId=key_id, Policy=policy)
        kms.put_key_policy(KeyId=key_id, Policy=policy, BypassPolicyLockoutSafetyCheck=True)
        with refused("AccessDeniedException"):
            kms.get_key_policy(KeyId=key_id)

    def test_creating_a_key_that_locks_you_out_is_refused(self, kms, new_user):
        admin, _ = new_user()
        with refused(
            "MalformedPolicyDocumentException", matching="will not allow you to update the key policy in the future"
        ):
            kms.create_key(Policy=text(allow("kms:*", principal=admin)))

    @pytest.mark.parametrize(
        "policy",
        [
            "not json",
            "{}",
            "[]",
            '{"Version": "2012-10-17"}',
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}',
            '{"Version": "1999-01-01", "Statement": []}',
            text({"Effect": "Maybe", "Principal": "*", "Action": "kms:*", "Resource": "*"}),
            text({"Effect": "Allow", "Action": "kms:*", "Resource": "*"}),
            text(
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "kms:*",
                    "Resource": "*",
                    "Condition": {"NoSuch": {"a": "b"}},
                }
            ),
            text({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*", "Extra": 1}),
        ],
    )
    def test_a_malformed_policy_is_refused(self, kms, key_id, policy):
        with refused("MalformedPolicyDocumentException"):
            kms.put_key_policy(KeyId=key_id, Policy=policy, BypassPolicyLockoutSafetyCheck=True)

    def test_principals_must_exist(self, kms, key_id, account_id):
        ghost = f"arn:aws:iam::{account_id}:user/nobody-here"
        with refused("MalformedPolicyDocumentException", matching="invalid principals"):
            kms.put_key_policy(KeyId=key_id, Policy=text(delegates_to_iam(account_id), allow("kms:*", principal=ghost)))

    def test_statements_may_share_a_sid(self, kms, new_key, user, account_id):
        arn, theirs = user()
        policy = text(
            delegates_to_iam(account_id), allow("kms:Encrypt", principal=arn, sid="Enable IAM User Permissions")
        )
        key_id = new_key(Policy=policy)["KeyId"]
        theirs.encrypt(KeyId=key_id, Plaintext=b"x")
        assert json.loads(kms.get_key_policy(KeyId=key_id)["Policy"]) == json.loads(policy)
        kms.put_key_policy(KeyId=key_id, Policy=policy)

    def test_the_only_name_is_default(self, kms, key_id, account_id):
        with refused("NotFoundException"):
            kms.get_key_policy(KeyId=key_id, PolicyName="other")
        with pytest.raises(kms.exceptions.ClientError):
            kms.put_key_policy(KeyId=key_id, PolicyName="other", Policy=text(delegates_to_iam(account_id)))

    def test_a_policy_beyond_32_kilobytes_is_refused(self, kms, key_id, account_id):
        filler = [allow("kms:Encrypt", principal=root_of(account_id), sid=f"s{'x' * 900}{i}") for i in range(40)]
        with refused("LimitExceededException"):
            kms.put_key_policy(KeyId=key_id, Policy=text(delegates_to_iam(account_id), *filler))

    def test_a_deleted_principal_turns_into_its_id_and_a_namesake_gains_nothing(
        self, kms, iam, new_user, client, key_id, account_id, unique
    ):
        arn, _ = new_user(name=unique)
        kms.put_key_policy(KeyId=key_id, Policy=text(delegates_to_iam(account_id), allow("kms:Encrypt", principal=arn)))
        user_id = iam.get_user(UserName=unique)["User"]["UserId"]
        iam.delete_user_policy(UserName=unique, PolicyName="inline") if iam.list_user_policies(UserName=unique)[
            "PolicyNames"
        ] else None
        for key in iam.list_access_keys(UserName=unique)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=unique, AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName=unique)
        _, credentials = new_user(name=unique)
        with refused("AccessDeniedException"):
            client("kms", credentials=credentials).encrypt(KeyId=key_id, Plaintext=b"x")
        assert re.search(user_id, kms.get_key_policy(KeyId=key_id)["Policy"])


class TestIamOnly:
    """Operations without a key are decided by IAM alone."""

    @pytest.mark.parametrize(
        "action, call",
        [
            ("kms:CreateKey", lambda kms: kms.create_key()),
            ("kms:ListKeys", lambda kms: kms.list_keys()),
            ("kms:ListAliases", lambda kms: kms.list_aliases()),
            ("kms:GenerateRandom", lambda kms: kms.generate_random(NumberOfBytes=1)),
        ],
    )
    def test_need_an_iam_policy(self, user, action, call):
        _, without = user()
        with refused(
            "AccessDeniedException", matching=f"{action} .*because no identity-based policy allows the {action} action"
        ):
            call(without)
        _, granted = user(document(allow(action)))
        call(granted)

    def test_tags_at_creation_need_their_own_permission(self, user):
        _, kms = user(document(allow("kms:CreateKey")))
        with refused("AccessDeniedException", matching="kms:TagResource"):
            kms.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}])

    def test_aliases_need_permission_on_the_alias_and_on_the_key(self, user, new_key, account_id, unique):
        key = new_key()
        alias_arn = f"arn:aws:kms:{SEOUL}:{account_id}:alias/*"
        asked = {"AliasName": f"alias/{unique}", "TargetKeyId": key["KeyId"]}
        for only in (alias_arn, key["Arn"]):
            _, half = user(document(allow("kms:CreateAlias", only)))
            with refused("AccessDeniedException", matching="kms:CreateAlias"):
                half.create_alias(**asked)
        _, both = user(document(allow("kms:CreateAlias", [alias_arn, key["Arn"]])))
        both.create_alias(**asked)
