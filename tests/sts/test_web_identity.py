"""AssumeRoleWithWebIdentity with an issuer whose keys the server was told."""

import base64
import json
import time

import botocore.config
import botocore.session
import pytest
from botocore import UNSIGNED
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from aws_clients import SEOUL, refused
from haechi_server import Credentials
from policies import allow, document, text

ISSUER = "https://issuer.example"
AUDIENCE = "my-app"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """An OIDC issuer: a key, its JWKS, and tokens."""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)

    def jwks(self):
        numbers = self.key.public_key().public_numbers()
        member = {
            "kty": "RSA",
            "kid": "k1",
            "use": "sig",
            "alg": "RS256",
            "n": encode(numbers.n.to_bytes(256, "big")),
            "e": encode(numbers.e.to_bytes(3, "big")),
        }
        return json.dumps({"keys": [member]})

    def token(self, key=None, header=None, **claims):
        head = {"alg": "RS256", "typ": "JWT", "kid": "k1"} | (header or {})
        now = int(time.time())
        body = {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": now, "exp": now + 600} | claims
        signed = ".".join(encode(json.dumps(part).encode()) for part in (head, body))
        signature = (key or self.key).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{encode(signature)}"


@pytest.fixture(scope="module")
def issuer():
    return Issuer()


@pytest.fixture
def federated(new_server, issuer, tmp_path, client):
    """A server that knows the issuer, and a role that trusts its `alice` alone."""
    path = tmp_path / "jwks.json"
    path.write_text(issuer.jwks())
    server = new_server("--oidc-issuer", f"{ISSUER}={path}")
    iam = client("iam", on=server)
    provider = iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=[AUDIENCE], ThumbprintList=["0" * 40])[
        "OpenIDConnectProviderArn"
    ]
    trust = document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {"issuer.example:sub": "alice", "issuer.example:aud": AUDIENCE}},
        }
    )
    role = iam.create_role(RoleName="federated", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="federated", PolicyName="p", PolicyDocument=text(allow("kms:*")))
    anonymous = botocore.session.Session().create_client(
        "sts",
        region_name=SEOUL,
        endpoint_url=server.endpoint,
        config=botocore.config.Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )

    def assume(token):
        return anonymous.assume_role_with_web_identity(RoleArn=role, RoleSessionName="web", WebIdentityToken=token)

    assume.server = server
    return assume


def test_a_good_token_opens_the_role(federated, issuer, client):
    answer = federated(issuer.token())
    assert answer["SubjectFromWebIdentityToken"] == "alice"
    assert answer["Audience"] == AUDIENCE
    assert answer["AssumedRoleUser"]["Arn"].endswith("assumed-role/federated/web")
    kms = client("kms", on=federated.server, credentials=Credentials.from_sts(answer["Credentials"]))
    kms.create_key()


def test_another_subject_is_refused_by_the_trust_policy(federated, issuer):
    with refused("AccessDenied", status=403):
        federated(issuer.token(sub="mallory"))


def test_an_expired_token_is_told(federated, issuer):
    with refused("ExpiredTokenException"):
        federated(issuer.token(exp=int(time.time()) - 3600, iat=int(time.time()) - 7200))


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": rsa.generate_private_key(65537, 2048)},
        {"header": {"alg": "none"}},
        {"header": {"alg": "HS256"}},
        {"header": {"kid": "../../etc/passwd"}},
        {"iss": "https://other.example"},
        {"aud": "another-app"},
        {"header": {"jwk": {"kty": "oct", "k": "AAAA"}}, "key": rsa.generate_private_key(65537, 2048)},
    ],
    ids=["another key", "alg none", "alg HS256", "kid path", "issuer", "audience", "embedded key"],
)
def test_a_token_that_is_not_the_issuers_is_invalid(federated, issuer, wrong):
    with refused("InvalidIdentityToken", status=400):
        federated(issuer.token(**wrong))


def test_a_token_without_its_signature_is_invalid(federated, issuer):
    head, body, _ = issuer.token().split(".")
    for forged in (f"{head}.{body}.", f"{head}.{body}", "nonsense"):
        with refused("InvalidIdentityToken"):
            federated(forged)
