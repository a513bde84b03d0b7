"""Virtual MFA devices: made, enabled with real codes, and proved to STS."""

import base64
import hashlib
import hmac
import json
import struct
import time

import pytest

from aws_clients import refused
from haechi_server import Credentials
from policies import allow, document


def code(seed, steps=0):
    """RFC 6238, `steps` of thirty seconds from now."""
    counter = struct.pack(">q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(seed), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


@pytest.fixture
def user(iam, unique):
    return iam.create_user(UserName=unique)["User"]["UserName"]


@pytest.fixture
def device(iam, unique):
    return iam.create_virtual_mfa_device(VirtualMFADeviceName=unique)["VirtualMFADevice"]


def enable(iam, user, device):
    seed = device["Base32StringSeed"]
    iam.enable_mfa_device(
        UserName=user,
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=code(seed, -2),
        AuthenticationCode2=code(seed, -1),
    )


def test_a_device_has_a_seed_and_a_picture_of_it(iam, unique, account_id):
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=unique, Path="/team/")["VirtualMFADevice"]
    assert made["SerialNumber"] == f"arn:aws:iam::{account_id}:mfa/team/{unique}"
    assert len(base64.b32decode(made["Base32StringSeed"])) == 40
    assert made["QRCodePNG"].startswith(b"\x89PNG\r\n\x1a\n")
    with refused("EntityAlreadyExists", "MFA device already exists.", status=409):
        iam.create_virtual_mfa_device(VirtualMFADeviceName=unique, Path="/team/")


def test_enabling_needs_two_codes_in_a_row(iam, user, device):
    seed, serial = device["Base32StringSeed"], device["SerialNumber"]
    for first, second in ((code(seed, -1), code(seed, -2)), (code(seed, -9), code(seed, -8))):
        with refused("InvalidAuthenticationCode", status=403):
            iam.enable_mfa_device(
                UserName=user, SerialNumber=serial, AuthenticationCode1=first, AuthenticationCode2=second
            )
    enable(iam, user, device)
    (listed,) = iam.list_mfa_devices(UserName=user)["MFADevices"]
    assert (listed["SerialNumber"], listed["UserName"]) == (serial, user)
    told = iam.get_mfa_device(SerialNumber=serial, UserName=user)
    assert told["EnableDate"] == listed["EnableDate"]
    with refused("EntityAlreadyExists", "MFA Device is already in use.", status=409):
        enable(iam, user, device)


def test_a_device_in_use_is_deactivated_before_it_is_deleted(iam, user, device):
    serial = device["SerialNumber"]
    enable(iam, user, device)

    def virtual(status):
        pages = iam.get_paginator("list_virtual_mfa_devices").paginate(AssignmentStatus=status)
        return {one["SerialNumber"]: one for page in pages for one in page["VirtualMFADevices"]}

    assert virtual("Assigned")[serial]["User"]["UserName"] == user
    assert serial not in virtual("Unassigned")
    with refused("DeleteConflict", status=409):
        iam.delete_virtual_mfa_device(SerialNumber=serial)
    with refused("DeleteConflict", status=409):
        iam.delete_user(UserName=user)
    iam.deactivate_mfa_device(UserName=user, SerialNumber=serial)
    assert iam.list_mfa_devices(UserName=user)["MFADevices"] == []
    assert "User" not in virtual("Unassigned")[serial]
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    text = f"MFA Device with serial number {serial} does not exist."
    with refused("NoSuchEntity", text, status=404):
        iam.delete_virtual_mfa_device(SerialNumber=serial)
    iam.delete_user(UserName=user)


def test_a_device_is_synchronized_again(iam, user, device):
    enable(iam, user, device)
    seed = device["Base32StringSeed"]
    ask = {"UserName": user, "SerialNumber": device["SerialNumber"]}
    iam.resync_mfa_device(AuthenticationCode1=code(seed, 9), AuthenticationCode2=code(seed, 10), **ask)
    with refused("InvalidAuthenticationCode", status=403):
        iam.resync_mfa_device(AuthenticationCode1=code(seed, 90), AuthenticationCode2=code(seed, 91), **ask)


def test_devices_have_tags(iam, device):
    serial = device["SerialNumber"]
    iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "team", "Value": "red"}])
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [{"Key": "team", "Value": "red"}]
    iam.untag_mfa_device(SerialNumber=serial, TagKeys=["team"])
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == []


class TestSessions:
    @pytest.fixture
    def proved(self, client, iam, new_user, device):
        """A user with an enabled device: its STS client, the device and its name."""
        arn, credentials = new_user(document(allow("*")))
        name = arn.rsplit("/", 1)[1]
        enable(iam, name, device)
        return client("sts", credentials=credentials), device, arn

    def test_a_session_with_a_code_may_call_iam(self, client, proved):
        sts, device, _ = proved
        seed, serial = device["Base32StringSeed"], device["SerialNumber"]
        session = sts.get_session_token(SerialNumber=serial, TokenCode=code(seed))["Credentials"]
        client("iam", credentials=Credentials.from_sts(session)).list_users(MaxItems=1)

    def test_a_code_is_good_once_and_only_for_its_owner(self, client, proved, new_user):
        sts, device, _ = proved
        ask = {"SerialNumber": device["SerialNumber"], "TokenCode": code(device["Base32StringSeed"])}
        sts.get_session_token(**ask)
        with refused("AccessDenied", matching="invalid MFA one time pass code", status=403):
            sts.get_session_token(**ask)
        _, other = new_user(document(allow("*")))
        with refused("AccessDenied", matching="unable to validate MFA code", status=403):
            client("sts", credentials=other).get_session_token(**ask)

    def test_a_role_can_ask_for_a_second_factor(self, iam, proved, unique):
        sts, device, arn = proved
        trust = {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": arn},
                "Action": "sts:AssumeRole",
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            },
        }
        role = iam.create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        ask = {"RoleArn": role, "RoleSessionName": "session"}
        with refused("AccessDenied", status=403):
            sts.assume_role(**ask)
        sts.assume_role(SerialNumber=device["SerialNumber"], TokenCode=code(device["Base32StringSeed"]), **ask)


def test_the_report_and_the_summary_count_devices(iam, user, device):
    before = iam.get_account_summary()["SummaryMap"]
    enable(iam, user, device)
    after = iam.get_account_summary()["SummaryMap"]
    assert after["MFADevicesInUse"] == before["MFADevicesInUse"] + 1
    iam.generate_credential_report()
    lines = iam.get_credential_report()["Content"].decode().splitlines()
    columns = next(line for line in lines if line.startswith(f"{user},")).split(",")
    assert columns[lines[0].split(",").index("mfa_active")] == "true"
