"""Custom key stores: what is refused without a cluster or a proxy."""

import pytest

from aws_clients import refused

# The password of a CloudHSM user; the API takes 7 to 32 characters.
HSM = {
    "CustomKeyStoreType": "AWS_CLOUDHSM",
    "CloudHsmClusterId": "cluster-2a23b4cdefg",
    "KeyStorePassword": "kmsPswd-123",
    "TrustAnchorCertificate": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
}


def test_a_cloudhsm_cluster_that_is_not_there_is_not_found(kms, unique):
    with refused("CloudHsmClusterNotFoundException"):
        kms.create_custom_key_store(CustomKeyStoreName=unique, **HSM)


def test_describing_a_store_that_is_not_there_is_not_found(kms, unique):
    with refused("CustomKeyStoreNotFoundException"):
        kms.describe_custom_key_stores(CustomKeyStoreId="cks-1234567890abcdef0")
    with refused("CustomKeyStoreNotFoundException"):
        kms.describe_custom_key_stores(CustomKeyStoreName=unique)


def test_an_account_without_stores_lists_none(client, other_account):
    answer = client("kms", credentials=other_account.credentials).describe_custom_key_stores()
    assert (answer["CustomKeyStores"], answer["Truncated"]) == ([], False)


@pytest.mark.parametrize("operation", ["connect", "disconnect", "delete"])
def test_managing_a_store_that_is_not_there_is_not_found(kms, operation):
    with refused("CustomKeyStoreNotFoundException"):
        getattr(kms, f"{operation}_custom_key_store")(CustomKeyStoreId="cks-1234567890abcdef0")


def test_a_key_in_a_store_that_is_not_there_is_not_found(kms):
    with refused("CustomKeyStoreNotFoundException"):
        kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId="cks-1234567890abcdef0")
    with refused("CustomKeyStoreNotFoundException"):
        kms.create_key(Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId="cks-1234567890abcdef0", XksKeyId="k1")


def test_a_proxy_that_does_not_answer_is_unreachable(kms, unique):
    with refused("XksProxyUriUnreachableException"):
        kms.create_custom_key_store(
            CustomKeyStoreName=unique,
            CustomKeyStoreType="EXTERNAL_KEY_STORE",
            XksProxyUriEndpoint="https://127.0.0.1",
            XksProxyUriPath="/kms/xks/v1",
            XksProxyConnectivity="PUBLIC_ENDPOINT",
            XksProxyAuthenticationCredential={
                "AccessKeyId": "A" * 20,
                "RawSecretAccessKey": "B" * 43,
            },
        )
