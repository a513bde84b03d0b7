"""The AWS Encryption SDK for Python, pointed here by `AWS_ENDPOINT_URL_KMS` alone."""

import sys
import textwrap

import pytest

from aws_clients import STOCKHOLM

PROLOGUE = """
import sys
import aws_encryption_sdk as sdk
from aws_encryption_sdk import CommitmentPolicy
client = sdk.EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
"""


@pytest.fixture
def python(run, program_environment):
    """Runs a script with the SDK in a process of its own."""

    def python(script, *arguments, check=True):
        return run([sys.executable, "-c", PROLOGUE + textwrap.dedent(script), *arguments], program_environment(), check)

    return python


def test_a_message_round_trips_with_its_context(python, new_key, tmp_path):
    arn = new_key()["Arn"]
    done = python(
        """
        provider = sdk.StrictAwsKmsMasterKeyProvider(key_ids=[sys.argv[1]])
        secret = b"x" * 100_000
        sealed, header = client.encrypt(source=secret, key_provider=provider, encryption_context={"team": "red"})
        opened, header = client.decrypt(source=sealed, key_provider=provider)
        assert opened == secret
        assert header.encryption_context["team"] == "red"
        # The SDK signs messages; its public key travels in the context.
        assert "aws-crypto-public-key" in header.encryption_context
        print("opened")
        """,
        arn,
    )
    assert done.stdout.strip() == "opened"


def test_any_of_several_keys_opens(python, new_key, kms):
    first, second = new_key()["Arn"], new_key()["Arn"]
    done = python(
        """
        both = sdk.StrictAwsKmsMasterKeyProvider(key_ids=sys.argv[1:3])
        sealed, _ = client.encrypt(source=b"secret", key_provider=both)
        for arn in sys.argv[1:3]:
            only = sdk.StrictAwsKmsMasterKeyProvider(key_ids=[arn])
            assert client.decrypt(source=sealed, key_provider=only)[0] == b"secret"
        print("opened")
        """,
        first,
        second,
    )
    assert done.stdout.strip() == "opened"


def test_a_changed_message_is_refused(python, new_key):
    done = python(
        """
        provider = sdk.StrictAwsKmsMasterKeyProvider(key_ids=[sys.argv[1]])
        sealed, _ = client.encrypt(source=b"secret", key_provider=provider)
        changed = bytearray(sealed)
        changed[-20] ^= 1
        try:
            client.decrypt(source=bytes(changed), key_provider=provider)
        except Exception as error:
            print(type(error).__name__)
        """,
        new_key()["Arn"],
    )
    assert done.stdout.strip()


def test_a_multi_region_key_opens_in_the_other_region(python, kms):
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]
    kms.replicate_key(KeyId=key["KeyId"], ReplicaRegion=STOCKHOLM)
    replica = key["Arn"].replace("ap-northeast-2", STOCKHOLM)
    done = python(
        """
        from aws_encryption_sdk.key_providers.kms import MRKAwareStrictAwsKmsMasterKeyProvider as Provider
        sealed, _ = client.encrypt(source=b"secret", key_provider=Provider(key_ids=[sys.argv[1]]))
        opened, _ = client.decrypt(source=sealed, key_provider=Provider(key_ids=[sys.argv[2]]))
        print(opened.decode())
        """,
        key["Arn"],
        replica,
    )
    assert done.stdout.strip() == "secret"
