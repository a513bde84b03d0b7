"""Signing certificates of users and server certificates of accounts."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from aws_clients import refused

FORMAT = serialization.PrivateFormat
NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def issue(name, key, issuer=None, signer=None):
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(issuer.subject if issuer else named(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + datetime.timedelta(days=90))
        .sign(signer or key, hashes.SHA256())
    )


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key, form=serialization.PrivateFormat.PKCS8):
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def fresh(name="example.com"):
    key = ec.generate_private_key(ec.SECP256R1())
    return issue(name, key), key


@pytest.fixture
def user(iam, unique):
    return iam.create_user(UserName=unique)["User"]["UserName"]


class TestSigningCertificates:
    def test_one_is_kept_as_it_was_uploaded(self, iam, user):
        body = pem(fresh()[0])
        made = iam.upload_signing_certificate(UserName=user, CertificateBody=body)["Certificate"]
        assert (made["CertificateBody"], made["Status"], made["UserName"]) == (body, "Active", user)
        iam.update_signing_certificate(UserName=user, CertificateId=made["CertificateId"], Status="Inactive")
        (listed,) = iam.list_signing_certificates(UserName=user)["Certificates"]
        assert listed == made | {"Status": "Inactive"}
        iam.delete_signing_certificate(UserName=user, CertificateId=made["CertificateId"])
        assert iam.list_signing_certificates(UserName=user)["Certificates"] == []

    def test_a_user_has_two_at_most_and_none_twice(self, iam, user):
        body = pem(fresh()[0])
        iam.upload_signing_certificate(UserName=user, CertificateBody=body)
        with refused("DuplicateCertificate", status=409):
            iam.upload_signing_certificate(UserName=user, CertificateBody=body)
        iam.upload_signing_certificate(UserName=user, CertificateBody=pem(fresh()[0]))
        with refused("LimitExceeded", "Cannot exceed quota for CertificatesPerUser: 2", status=409):
            iam.upload_signing_certificate(UserName=user, CertificateBody=pem(fresh()[0]))
        with refused("DeleteConflict", status=409):
            iam.delete_user(UserName=user)

    def test_what_is_no_certificate_is_malformed(self, iam, user):
        with refused("MalformedCertificate", "Certificate invalid-certificate-body is malformed.", status=400):
            iam.upload_signing_certificate(UserName=user, CertificateBody="invalid-certificate-body")

    def test_one_that_is_not_there_is_no_such_entity(self, iam, user):
        unknown = "NONEXISTENTCERTID12345678901"
        with refused("NoSuchEntity", f"The Certificate with id {unknown} cannot be found.", status=404):
            iam.delete_signing_certificate(UserName=user, CertificateId=unknown)


class TestServerCertificates:
    def test_its_key_never_comes_back(self, iam, unique, account_id):
        certificate, key = fresh()
        made = iam.upload_server_certificate(
            ServerCertificateName=unique,
            Path="/cloudfront/",
            CertificateBody=pem(certificate),
            PrivateKey=key_pem(key),
            Tags=[{"Key": "team", "Value": "red"}],
        )
        assert made["Tags"] == [{"Key": "team", "Value": "red"}]
        metadata = made["ServerCertificateMetadata"]
        assert metadata["Arn"] == f"arn:aws:iam::{account_id}:server-certificate/cloudfront/{unique}"
        assert metadata["ServerCertificateId"].startswith("ASCA")
        assert metadata["Expiration"] == certificate.not_valid_after_utc
        told = iam.get_server_certificate(ServerCertificateName=unique)["ServerCertificate"]
        assert told == {
            "ServerCertificateMetadata": metadata,
            "CertificateBody": pem(certificate).strip(),
            "Tags": [{"Key": "team", "Value": "red"}],
        }

    @pytest.mark.parametrize("form", [FORMAT.PKCS8, FORMAT.TraditionalOpenSSL])
    def test_rsa_and_curves_in_either_form(self, iam, unique, form):
        for at, key in enumerate((rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1()))):
            iam.upload_server_certificate(
                ServerCertificateName=f"{unique}-{at}",
                CertificateBody=pem(issue("example.com", key)),
                PrivateKey=key_pem(key, form),
            )
            iam.delete_server_certificate(ServerCertificateName=f"{unique}-{at}")

    def test_the_chain_must_begin_with_the_signer(self, iam, unique):
        authority, authority_key = fresh("authority")
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = issue("leaf", key, authority, authority_key)
        upload = {"ServerCertificateName": unique, "CertificateBody": pem(leaf), "PrivateKey": key_pem(key)}
        with refused("MalformedCertificate", status=400):
            iam.upload_server_certificate(CertificateChain=pem(fresh("authority")[0]), **upload)
        iam.upload_server_certificate(CertificateChain=pem(authority), **upload)
        told = iam.get_server_certificate(ServerCertificateName=unique)["ServerCertificate"]
        assert told["CertificateChain"] == pem(authority).strip()
        with refused("EntityAlreadyExists", f"The Server Certificate with name {unique} already exists.", status=409):
            iam.upload_server_certificate(**upload)
        iam.delete_server_certificate(ServerCertificateName=unique)

    def test_somebody_elses_key_is_refused(self, iam, unique):
        with refused("KeyPairMismatch", status=400):
            iam.upload_server_certificate(
                ServerCertificateName=unique, CertificateBody=pem(fresh()[0]), PrivateKey=key_pem(fresh()[1])
            )
        with refused("MalformedCertificate", status=400):
            iam.upload_server_certificate(
                ServerCertificateName=unique, CertificateBody=pem(fresh()[0]), PrivateKey="no key"
            )

    def test_it_is_renamed_listed_by_path_and_tagged(self, iam, unique):
        certificate, key = fresh()
        iam.upload_server_certificate(
            ServerCertificateName=unique, CertificateBody=pem(certificate), PrivateKey=key_pem(key)
        )
        name = f"{unique}-new"
        iam.update_server_certificate(
            ServerCertificateName=unique, NewServerCertificateName=name, NewPath=f"/{unique}/"
        )
        (listed,) = iam.list_server_certificates(PathPrefix=f"/{unique}/")["ServerCertificateMetadataList"]
        assert listed["ServerCertificateName"] == name
        iam.tag_server_certificate(ServerCertificateName=name, Tags=[{"Key": "a", "Value": "1"}])
        assert iam.list_server_certificate_tags(ServerCertificateName=name)["Tags"] == [{"Key": "a", "Value": "1"}]
        iam.untag_server_certificate(ServerCertificateName=name, TagKeys=["a"])
        iam.delete_server_certificate(ServerCertificateName=name)
        text = f"The Server Certificate with name {name} cannot be found."
        with refused("NoSuchEntity", text, status=404):
            iam.get_server_certificate(ServerCertificateName=name)
