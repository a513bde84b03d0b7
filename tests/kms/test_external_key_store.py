"""External key stores against a proxy that checks signatures and holds the keys."""

import pytest

from aws_clients import refused
from haechi_server import Haechi
from waiting import until
from xks_proxy import HOST, PREFIX, XksProxy


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    proxy = XksProxy(tmp_path_factory.mktemp("proxy"))
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def kms(proxy, binary, new_store, client):
    server = Haechi(binary, store=new_store(), flags=proxy.flags())
    try:
        server.start()
        yield client("kms", on=server)
    finally:
        server.remove()


def store(kms, proxy, **changes):
    parameters = {
        "CustomKeyStoreName": f"ours-{len(proxy.requests)}",
        "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
        "XksProxyUriEndpoint": f"https://{HOST}",
        "XksProxyUriPath": PREFIX,
        "XksProxyConnectivity": "PUBLIC_ENDPOINT",
        "XksProxyAuthenticationCredential": {"AccessKeyId": proxy.access_key_id, "RawSecretAccessKey": proxy.secret},
    }
    return kms.create_custom_key_store(**parameters | changes)["CustomKeyStoreId"]


def state_of(kms, store_id):
    (found,) = kms.describe_custom_key_stores(CustomKeyStoreId=store_id)["CustomKeyStores"]
    return found["ConnectionState"]


@pytest.fixture(scope="module")
def connected(kms, proxy):
    """A connected store; AWS takes one per proxy endpoint and path."""
    store_id = store(kms, proxy)
    assert state_of(kms, store_id) == "DISCONNECTED"
    kms.connect_custom_key_store(CustomKeyStoreId=store_id)
    until(lambda: state_of(kms, store_id), lambda state: state == "CONNECTED")
    return store_id


@pytest.fixture
def key(kms, connected, proxy):
    xks_key_id = proxy.new_key()
    made = kms.create_key(Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId=connected, XksKeyId=xks_key_id)["KeyMetadata"]
    assert (made["Origin"], made["XksKeyConfiguration"]) == ("EXTERNAL_KEY_STORE", {"Id": xks_key_id})
    return made


def test_what_a_key_encrypts_only_kms_and_proxy_together_can_read(kms, proxy, key):
    context = {"purpose": "test"}
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"our secret", EncryptionContext=context)["CiphertextBlob"]
    path, request = proxy.requests[-1]
    assert path == f"{PREFIX}/keys/{key['XksKeyConfiguration']['Id']}/encrypt"
    seen = request["requestMetadata"]
    assert (seen["kmsOperation"], seen["kmsKeyArn"]) == ("Encrypt", key["Arn"])
    assert seen["awsPrincipalArn"].endswith(":root")
    # KMS seals first with material of its own: the proxy never has the plaintext.
    assert b"our secret" not in repr(proxy.requests).encode()
    answer = kms.decrypt(CiphertextBlob=sealed, EncryptionContext=context)
    assert (answer["Plaintext"], answer["KeyId"]) == (b"our secret", key["Arn"])
    with refused("KMSInvalidStateException", matching="ciphertext or encryption context is corrupted"):
        kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"purpose": "other"})


def test_data_keys_come_from_it_too(kms, key):
    made = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
    assert kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"]


def test_an_external_key_that_is_disabled_answers_nothing(kms, proxy, key):
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    proxy.disabled.add(key["XksKeyConfiguration"]["Id"])
    with refused("KMSInvalidStateException"):
        kms.decrypt(CiphertextBlob=sealed)


def test_an_external_key_backs_one_key_and_must_exist(kms, connected, key):
    place = {"Origin": "EXTERNAL_KEY_STORE", "CustomKeyStoreId": connected}
    with refused("XksKeyAlreadyInUseException"):
        kms.create_key(XksKeyId=key["XksKeyConfiguration"]["Id"], **place)
    with refused("XksKeyNotFoundException"):
        kms.create_key(XksKeyId="unknown", **place)


def test_a_store_that_is_disconnected_serves_nobody(kms, connected, key):
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    with refused("CustomKeyStoreInvalidStateException"):
        kms.delete_custom_key_store(CustomKeyStoreId=connected)
    kms.disconnect_custom_key_store(CustomKeyStoreId=connected)
    until(lambda: state_of(kms, connected), lambda state: state == "DISCONNECTED")
    with refused("KMSInvalidStateException"):
        kms.decrypt(CiphertextBlob=sealed)
    with refused("CustomKeyStoreHasCMKsException"):
        kms.delete_custom_key_store(CustomKeyStoreId=connected)
    kms.connect_custom_key_store(CustomKeyStoreId=connected)
    until(lambda: state_of(kms, connected), lambda state: state == "CONNECTED")
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"


def test_a_wrong_secret_is_found_at_once(kms, proxy):
    wrong = {"AccessKeyId": proxy.access_key_id, "RawSecretAccessKey": "B" * 43}
    with refused("XksProxyIncorrectAuthenticationCredentialException"):
        store(kms, proxy, XksProxyAuthenticationCredential=wrong, XksProxyUriPath="/other" + PREFIX)
