"""SAML identity providers."""

import pytest

from aws_clients import refused

METADATA = """<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
      Location="https://idp.example.com/sso"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>""" % ("A" * 1000)


@pytest.fixture
def provider(iam, unique):
    return iam.create_saml_provider(Name=unique, SAMLMetadataDocument=METADATA)["SAMLProviderArn"]


def test_a_provider_keeps_its_metadata(iam, provider, unique, account_id):
    assert provider == f"arn:aws:iam::{account_id}:saml-provider/{unique}"
    told = iam.get_saml_provider(SAMLProviderArn=provider)
    assert told["SAMLMetadataDocument"] == METADATA
    assert (told["AssertionEncryptionMode"], told["PrivateKeyList"], told["Tags"]) == ("Allowed", [], [])
    (listed,) = (p for p in iam.list_saml_providers()["SAMLProviderList"] if p["Arn"] == provider)
    assert (listed["ValidUntil"], listed["CreateDate"]) == (told["ValidUntil"], told["CreateDate"])


def test_metadata_can_be_changed_for_other_metadata_only(iam, provider):
    other = METADATA.replace("idp.example.com", "other.example.com")
    iam.update_saml_provider(SAMLProviderArn=provider, SAMLMetadataDocument=other)
    assert iam.get_saml_provider(SAMLProviderArn=provider)["SAMLMetadataDocument"] == other
    with refused("InvalidInput", status=400):
        iam.update_saml_provider(SAMLProviderArn=provider, SAMLMetadataDocument="a" * 1000)


def test_a_deleted_provider_is_not_found(iam, provider):
    iam.tag_saml_provider(SAMLProviderArn=provider, Tags=[{"Key": "a", "Value": "1"}])
    assert iam.list_saml_provider_tags(SAMLProviderArn=provider)["Tags"] == [{"Key": "a", "Value": "1"}]
    iam.delete_saml_provider(SAMLProviderArn=provider)
    for call in (iam.get_saml_provider, iam.delete_saml_provider):
        with refused("NoSuchEntity", f"Manifest not found for arn {provider}", status=404):
            call(SAMLProviderArn=provider)


def test_a_name_is_taken_once(iam, provider, unique):
    with refused("EntityAlreadyExists", status=409):
        iam.create_saml_provider(Name=unique, SAMLMetadataDocument=METADATA)
