"""Grants: what they allow, how they end, and that they allow nothing more."""

import re

import pytest

from aws_clients import refused
from policies import allow, document, root_of


@pytest.fixture
def stranger(new_user, client):
    """An IAM user without any policy: (ARN, KMS client)."""
    arn, credentials = new_user()
    return arn, client("kms", credentials=credentials)


def test_a_grant_allows_exactly_its_operations(kms, key_id, stranger):
    arn, theirs = stranger
    with refused("AccessDeniedException"):
        theirs.encrypt(KeyId=key_id, Plaintext=b"x")
    made = kms.create_grant(KeyId=key_id, GranteePrincipal=arn, Operations=["Encrypt", "DescribeKey"])
    assert re.fullmatch("[0-9a-f]{64}", made["GrantId"])
    blob = theirs.encrypt(KeyId=key_id, Plaintext=b"x", GrantTokens=[made["GrantToken"]])["CiphertextBlob"]
    assert theirs.describe_key(KeyId=key_id)["KeyMetadata"]["KeyId"] == key_id
    with refused("AccessDeniedException", matching="is not authorized to perform: kms:Decrypt on resource: "):
        theirs.decrypt(CiphertextBlob=blob, GrantTokens=[made["GrantToken"]])
    with refused("AccessDeniedException"):
        theirs.generate_data_key(KeyId=key_id, KeySpec="AES_256")


def test_a_grant_is_for_its_grantee_only(kms, key_id, new_user, stranger):
    arn, _ = new_user()
    _, theirs = stranger
    token = kms.create_grant(KeyId=key_id, GranteePrincipal=arn, Operations=["Encrypt"])["GrantToken"]
    with refused("AccessDeniedException"):
        theirs.encrypt(KeyId=key_id, Plaintext=b"x", GrantTokens=[token])


def test_a_grant_is_for_its_key_only(kms, key_id, new_key, stranger):
    arn, theirs = stranger
    token = kms.create_grant(KeyId=key_id, GranteePrincipal=arn, Operations=["Encrypt"])["GrantToken"]
    with refused("AccessDeniedException"):
        theirs.encrypt(KeyId=new_key()["KeyId"], Plaintext=b"x", GrantTokens=[token])


class TestConstraints:
    @pytest.mark.parametrize(
        "constraint, context, allowed",
        [
            ("EncryptionContextEquals", {"a": "1"}, True),
            ("EncryptionContextEquals", {"a": "1", "b": "2"}, False),
            ("EncryptionContextEquals", {"a": "2"}, False),
            ("EncryptionContextEquals", {"A": "1"}, False),
            ("EncryptionContextEquals", {}, False),
            ("EncryptionContextSubset", {"a": "1"}, True),
            ("EncryptionContextSubset", {"a": "1", "b": "2"}, True),
            ("EncryptionContextSubset", {"a": "2", "b": "2"}, False),
            ("EncryptionContextSubset", {"b": "2"}, False),
            ("EncryptionContextSubset", {}, False),
        ],
    )
    def test_the_context_decides(self, kms, key_id, stranger, constraint, context, allowed):
        arn, theirs = stranger
        kms.create_grant(
            KeyId=key_id, GranteePrincipal=arn, Operations=["Encrypt", "Decrypt"], Constraints={constraint: {"a": "1"}}
        )
        blob = kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
        if allowed:
            theirs.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext=context)
            assert theirs.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"x"
        else:
            with refused("AccessDeniedException"):
                theirs.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext=context)
            with refused("AccessDeniedException"):
                theirs.decrypt(CiphertextBlob=blob, EncryptionContext=context)

    def test_they_do_not_touch_operations_without_a_context(self, kms, key_id, stranger):
        arn, theirs = stranger
        kms.create_grant(
            KeyId=key_id,
            GranteePrincipal=arn,
            Operations=["DescribeKey", "Encrypt"],
            Constraints={"EncryptionContextEquals": {"a": "1"}},
        )
        assert theirs.describe_key(KeyId=key_id)["KeyMetadata"]["KeyId"] == key_id


class TestEnd:
    def test_a_revoked_grant_allows_nothing(self, kms, key_id, stranger):
        arn, theirs = stranger
        made = kms.create_grant(KeyId=key_id, GranteePrincipal=arn, Operations=["Encrypt"])
        theirs.encrypt(KeyId=key_id, Plaintext=b"x")
        kms.revoke_grant(KeyId=key_id, GrantId=made["GrantId"])
        with refused("AccessDeniedException"):
            theirs.encrypt(KeyId=key_id, Plaintext=b"x", GrantTokens=[made["GrantToken"]])
        assert kms.list_grants(KeyId=key_id)["Grants"] == []

    def test_the_grantee_may_not_revoke(self, kms, key_id, stranger):
        arn, theirs = stranger
        made = kms.create_grant(KeyId=key_id, GranteePrincipal=arn, Operations=["Encrypt"])
        with refused("AccessDeniedException"):
            theirs.revoke_grant(KeyId=key_id, GrantId=made["GrantId"])

    def test_the_retiring_principal_retires_by_token_or_by_id(self, kms, new_key, stranger):
        arn, theirs = stranger
        key = new_key()
        for by_token in (True, False):
            made = kms.create_grant(
                KeyId=key["KeyId"],
                GranteePrincipal=root_of(key["AWSAccountId"]),
                RetiringPrincipal=arn,
                Operations=["Encrypt"],
            )
            if by_token:
                theirs.retire_grant(GrantToken=made["GrantToken"])
            else:
                theirs.retire_grant(KeyId=key["Arn"], GrantId=made["GrantId"])
            assert kms.list_grants(KeyId=key["KeyId"])["Grants"] == []

    def test_the_grantee_retires_only_with_the_retire_operation(self, kms, new_key, stranger):
        arn, theirs = stranger
        key = new_key()
        without = kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=arn, Operations=["Encrypt"])
        with refused("AccessDeniedException"):
            theirs.retire_grant(KeyId=key["Arn"], GrantId=without["GrantId"])
        granted = kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=arn, Operations=["Decrypt", "RetireGrant"])
        theirs.retire_grant(KeyId=key["Arn"], GrantId=granted["GrantId"])
        assert [g["GrantId"] for g in kms.list_grants(KeyId=key["KeyId"])["Grants"]] == [without["GrantId"]]

    def test_a_grant_that_is_not_there_is_not_found(self, kms, key_id):
        with refused("NotFoundException"):
            kms.revoke_grant(KeyId=key_id, GrantId="0" * 64)


def test_a_namesake_of_a_deleted_grantee_gains_nothing(kms, iam, key_id, new_user, client, unique):
    arn, _ = new_user(name=unique)
    kms.create_grant(KeyId=key_id, GranteePrincipal=arn, Operations=["Encrypt"])
    for access_key in iam.list_access_keys(UserName=unique)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=unique, AccessKeyId=access_key["AccessKeyId"])
    iam.delete_user(UserName=unique)
    _, credentials = new_user(name=unique)
    with refused("AccessDeniedException"):
        client("kms", credentials=credentials).encrypt(KeyId=key_id, Plaintext=b"x")


class TestIdempotency:
    def test_a_name_makes_retries_return_the_same_grant(self, kms, key_id, stranger):
        arn, _ = stranger
        asked = {"KeyId": key_id, "GranteePrincipal": arn, "Operations": ["Encrypt"], "Name": "once"}
        first, second = kms.create_grant(**asked), kms.create_grant(**asked)
        assert first["GrantId"] == second["GrantId"]
        assert first["GrantToken"] != second["GrantToken"]
        assert len(kms.list_grants(KeyId=key_id)["Grants"]) == 1

    def test_other_parameters_under_the_same_name_make_another_grant(self, kms, key_id, stranger):
        arn, _ = stranger
        asked = {"KeyId": key_id, "GranteePrincipal": arn, "Name": "once"}
        ids = {kms.create_grant(Operations=[op], **asked)["GrantId"] for op in ("Encrypt", "Decrypt")}
        assert len(ids) == 2

    def test_without_a_name_every_call_makes_one(self, kms, key_id, stranger):
        arn, _ = stranger
        ids = {kms.create_grant(KeyId=key_id, GranteePrincipal=arn, Operations=["Encrypt"])["GrantId"] for _ in "ab"}
        assert len(ids) == 2


class TestLists:
    def test_an_entry_says_everything(self, kms, new_key, stranger, account_id):
        arn, _ = stranger
        key = new_key()
        asked = {
            "GranteePrincipal": arn,
            "RetiringPrincipal": root_of(account_id),
            "Operations": ["Encrypt", "Decrypt"],
            "Constraints": {"EncryptionContextSubset": {"a": "1"}},
            "Name": "complete",
        }
        made = kms.create_grant(KeyId=key["KeyId"], **asked)
        (entry,) = kms.list_grants(KeyId=key["KeyId"])["Grants"]
        entry.pop("CreationDate")
        assert sorted(entry.pop("Operations")) == sorted(asked.pop("Operations"))
        assert entry == asked | {
            "KeyId": key["Arn"],
            "GrantId": made["GrantId"],
            "IssuingAccount": root_of(account_id),
        }

    def test_filters_by_grant_and_grantee(self, kms, key_id, new_user):
        (one, _), (two, _) = new_user(), new_user()
        first = kms.create_grant(KeyId=key_id, GranteePrincipal=one, Operations=["Encrypt"])["GrantId"]
        second = kms.create_grant(KeyId=key_id, GranteePrincipal=two, Operations=["Encrypt"])["GrantId"]
        by_grantee = kms.list_grants(KeyId=key_id, GranteePrincipal=two)["Grants"]
        by_id = kms.list_grants(KeyId=key_id, GrantId=first)["Grants"]
        assert [g["GrantId"] for g in by_grantee] == [second]
        assert [g["GrantId"] for g in by_id] == [first]

    def test_retirable_grants_are_those_of_the_retiring_principal(self, kms, key_id, new_user):
        (arn, _), (other, _) = new_user(), new_user()
        asked = {"KeyId": key_id, "Operations": ["Encrypt"], "GranteePrincipal": other}
        mine = kms.create_grant(RetiringPrincipal=arn, **asked)["GrantId"]
        kms.create_grant(RetiringPrincipal=other, **asked)
        kms.create_grant(**asked)
        listed = kms.list_retirable_grants(RetiringPrincipal=arn)["Grants"]
        assert [g["GrantId"] for g in listed] == [mine]


class TestChildren:
    def test_a_grantee_with_create_grant_grants_no_more_than_it_has(self, kms, key_id, stranger, new_user, client):
        arn, theirs = stranger
        child, credentials = new_user()
        kms.create_grant(KeyId=key_id, GranteePrincipal=arn, Operations=["Encrypt", "CreateGrant"])
        with refused("AccessDeniedException"):
            theirs.create_grant(KeyId=key_id, GranteePrincipal=child, Operations=["Encrypt", "Decrypt"])
        theirs.create_grant(KeyId=key_id, GranteePrincipal=child, Operations=["Encrypt"])
        client("kms", credentials=credentials).encrypt(KeyId=key_id, Plaintext=b"x")

    def test_a_child_keeps_the_parents_constraint(self, kms, key_id, stranger, new_user):
        arn, theirs = stranger
        child, _ = new_user()
        kms.create_grant(
            KeyId=key_id,
            GranteePrincipal=arn,
            Operations=["Encrypt", "CreateGrant"],
            Constraints={"EncryptionContextSubset": {"a": "1"}},
        )
        asked = {"KeyId": key_id, "GranteePrincipal": child, "Operations": ["Encrypt"]}
        with refused("AccessDeniedException"):
            theirs.create_grant(**asked)
        with refused("AccessDeniedException"):
            theirs.create_grant(Constraints={"EncryptionContextSubset": {"a": "2"}}, **asked)
        theirs.create_grant(Constraints={"EncryptionContextSubset": {"a": "1", "b": "2"}}, **asked)


class TestRefusals:
    def test_operations_must_fit_the_kind_of_key(self, kms, key_id, stranger):
        arn, _ = stranger
        with refused("ValidationException"):
            kms.create_grant(KeyId=key_id, GranteePrincipal=arn, Operations=["Sign"])

    def test_the_grantee_must_exist(self, kms, key_id, account_id):
        with refused("InvalidArnException"):
            kms.create_grant(
                KeyId=key_id, GranteePrincipal=f"arn:aws:iam::{account_id}:user/nobody-here", Operations=["Encrypt"]
            )

    def test_a_token_that_never_was_one_is_invalid(self, kms, key_id):
        with refused("InvalidGrantTokenException"):
            kms.encrypt(KeyId=key_id, Plaintext=b"x", GrantTokens=["junk"])

    def test_eleven_tokens_are_too_many(self, client, key_id):
        with refused("ValidationException", matching="'grantTokens' failed to satisfy constraint"):
            client("kms", validate=False).encrypt(KeyId=key_id, Plaintext=b"x", GrantTokens=["t"] * 11)

    def test_an_explicit_deny_beats_a_grant(self, kms, key_id, new_user, client):
        policy = document({"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*"})
        arn, credentials = new_user(policy)
        kms.create_grant(KeyId=key_id, GranteePrincipal=arn, Operations=["Encrypt", "Decrypt"])
        with refused("AccessDeniedException", matching="with an explicit deny in an identity-based policy"):
            client("kms", credentials=credentials).encrypt(KeyId=key_id, Plaintext=b"x")

    def test_creating_grants_needs_permission(self, key_id, new_user, client):
        arn, credentials = new_user(document(allow("kms:Encrypt")))
        with refused("AccessDeniedException", matching="kms:CreateGrant"):
            client("kms", credentials=credentials).create_grant(
                KeyId=key_id, GranteePrincipal=arn, Operations=["Encrypt"]
            )
