"""Keys that many tests share, made once per worker."""

import pytest

from key_import import KeyImport

USAGE_OF_FAMILY = {
    "SYMMETRIC": "ENCRYPT_DECRYPT",
    "RSA": "ENCRYPT_DECRYPT",
    "ECC": "SIGN_VERIFY",
    "HMAC": "GENERATE_VERIFY_MAC",
    "ML_DSA": "SIGN_VERIFY",
    "ML_KEM": "ENCAPSULATE_DECAPSULATE",
}


def usual_usage(spec):
    return next(usage for family, usage in USAGE_OF_FAMILY.items() if spec.startswith(family))


@pytest.fixture(scope="session")
def shared_key(kms):
    """`shared_key("RSA_2048", "SIGN_VERIFY")` → metadata. Nobody may change the state of these keys."""
    made = {}

    def key(spec="SYMMETRIC_DEFAULT", usage=None):
        usage = usage or usual_usage(spec)
        if (spec, usage) not in made:
            made[spec, usage] = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
        return made[spec, usage]

    return key


@pytest.fixture(scope="session")
def import_material(kms):
    """Wraps material as AWS documents it and imports it: `import_material(key_id, bytes)`."""
    return KeyImport(kms).run
