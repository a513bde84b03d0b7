"""What IAM's tests decide about: one key that everybody may be given."""

import pytest


@pytest.fixture(scope="session")
def shared_encrypt(client, kms):
    """Encrypts with these credentials under a key whose policy leaves the decision to IAM."""
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]

    def encrypt(credentials):
        return client("kms", credentials=credentials).encrypt(KeyId=key_id, Plaintext=b"x")

    return encrypt
