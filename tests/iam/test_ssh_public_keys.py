"""SSH public keys of users."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from aws_clients import refused


def ssh_text(private):
    return (
        private.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    )


def pem_text(private):
    return (
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


@pytest.fixture(scope="module")
def private():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def user(iam, unique):
    return iam.create_user(UserName=unique)["User"]["UserName"]


def test_a_key_is_told_in_both_encodings(iam, user, private):
    body = ssh_text(private)
    made = iam.upload_ssh_public_key(UserName=user, SSHPublicKeyBody=body)["SSHPublicKey"]
    digest = hashlib.md5(base64.b64decode(body.split()[1])).hexdigest()
    assert made["Fingerprint"] == ":".join(digest[at : at + 2] for at in range(0, 32, 2))
    assert made["SSHPublicKeyId"].startswith("APKA")
    assert made["Status"] == "Active"
    ask = {"UserName": user, "SSHPublicKeyId": made["SSHPublicKeyId"]}
    assert iam.get_ssh_public_key(Encoding="SSH", **ask)["SSHPublicKey"] == made
    assert iam.get_ssh_public_key(Encoding="PEM", **ask)["SSHPublicKey"]["SSHPublicKeyBody"] == pem_text(private)


def test_a_pem_key_is_the_same_key(iam, user, private):
    made = iam.upload_ssh_public_key(UserName=user, SSHPublicKeyBody=pem_text(private))["SSHPublicKey"]
    told = iam.get_ssh_public_key(UserName=user, SSHPublicKeyId=made["SSHPublicKeyId"], Encoding="SSH")
    assert told["SSHPublicKey"]["SSHPublicKeyBody"] == ssh_text(private)
    with refused("DuplicateSSHPublicKey", status=400):
        iam.upload_ssh_public_key(UserName=user, SSHPublicKeyBody=ssh_text(private))


def test_other_kinds_and_short_keys_are_refused(iam, user):
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    for body in (ssh_text(ed25519.Ed25519PrivateKey.generate()), ssh_text(short), "no key"):
        with refused("InvalidPublicKey", status=400):
            iam.upload_ssh_public_key(UserName=user, SSHPublicKeyBody=body)


def test_a_key_is_switched_off_and_deleted_before_its_user(iam, user, private):
    made = iam.upload_ssh_public_key(UserName=user, SSHPublicKeyBody=ssh_text(private))["SSHPublicKey"]
    ask = {"UserName": user, "SSHPublicKeyId": made["SSHPublicKeyId"]}
    iam.update_ssh_public_key(Status="Inactive", **ask)
    (listed,) = iam.list_ssh_public_keys(UserName=user)["SSHPublicKeys"]
    assert (listed["Status"], listed["SSHPublicKeyId"]) == ("Inactive", made["SSHPublicKeyId"])
    with refused("DeleteConflict", status=409):
        iam.delete_user(UserName=user)
    iam.delete_ssh_public_key(**ask)
    assert iam.list_ssh_public_keys(UserName=user)["SSHPublicKeys"] == []
    text = f"The Public Key with id {made['SSHPublicKeyId']} cannot be found."
    with refused("NoSuchEntity", text, status=404):
        iam.delete_ssh_public_key(**ask)
    iam.delete_user(UserName=user)


def test_keys_follow_a_renamed_user(iam, user, private):
    iam.upload_ssh_public_key(UserName=user, SSHPublicKeyBody=ssh_text(private))
    iam.update_user(UserName=user, NewUserName=f"{user}-new")
    (listed,) = iam.list_ssh_public_keys(UserName=f"{user}-new")["SSHPublicKeys"]
    assert listed["UserName"] == f"{user}-new"
