"""Keys for the Captcha API: sealed, and open to their account alone."""

import base64

import pytest

from aws_clients import refused


def test_a_key_is_made_listed_opened_and_deleted(waf, client, account):
    domains = ["example.com", "store.example.com"]
    key = waf.create_api_key(Scope="REGIONAL", TokenDomains=domains)["APIKey"]
    assert b"example" not in base64.b64decode(key)
    opened = waf.get_decrypted_api_key(Scope="REGIONAL", APIKey=key)
    assert opened["TokenDomains"] == domains
    listed = {found["APIKey"]: found for found in waf.list_api_keys(Scope="REGIONAL")["APIKeySummaries"]}
    assert listed[key]["TokenDomains"] == domains
    assert listed[key]["CreationTimestamp"] == opened["CreationTimestamp"]
    # Another Region's calls do not open it.
    elsewhere = client("wafv2", credentials=account.credentials, region="eu-north-1")
    with refused("WAFInvalidResourceException"):
        elsewhere.get_decrypted_api_key(Scope="REGIONAL", APIKey=key)
    waf.delete_api_key(Scope="REGIONAL", APIKey=key)
    with refused("WAFNonexistentItemException"):
        waf.get_decrypted_api_key(Scope="REGIONAL", APIKey=key)
    with refused("WAFNonexistentItemException"):
        waf.delete_api_key(Scope="REGIONAL", APIKey=key)


def test_what_is_no_key_does_not_open(waf):
    key = waf.create_api_key(Scope="REGIONAL", TokenDomains=["example.com"])["APIKey"]
    altered = bytearray(base64.b64decode(key))
    altered[-1] ^= 1
    for bad in ("nonsense", base64.b64encode(bytes(altered)).decode()):
        with refused("WAFInvalidResourceException"):
            waf.get_decrypted_api_key(Scope="REGIONAL", APIKey=bad)


def test_pages_of_keys_meet(client, new_account):
    waf = client("wafv2", credentials=new_account().credentials)
    made = {waf.create_api_key(Scope="REGIONAL", TokenDomains=[f"{n}.example.com"])["APIKey"] for n in range(5)}
    seen, marker = [], {}
    while True:
        page = waf.list_api_keys(Scope="REGIONAL", Limit=2, **marker)
        seen += [found["APIKey"] for found in page["APIKeySummaries"]]
        if "NextMarker" not in page:
            break
        marker = {"NextMarker": page["NextMarker"]}
    assert (len(seen), set(seen)) == (5, made)


@pytest.mark.parametrize("domain", ["com", "example.com/path", "-a.example", "a..b"])
def test_domains_are_host_names(waf, domain):
    with refused("WAFInvalidParameterException", matching=f"field: TOKEN_DOMAIN, parameter: {domain}"):
        waf.create_api_key(Scope="REGIONAL", TokenDomains=[domain])


def test_a_key_is_for_five_domains_at_most(waf):
    with refused("WAFLimitsExceededException"):
        waf.create_api_key(Scope="REGIONAL", TokenDomains=[f"{n}.example.com" for n in range(6)])
