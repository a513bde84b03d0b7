"""Nothing gets in without the right signature over exactly this request."""

import base64
import datetime
import hashlib
import json
import re
from urllib.parse import urlencode

import pytest

from haechi_server import Credentials
from raw_http import json_call, json_headers, send, signed_headers

TARGET = "TrentService.ListKeys"
BODY = b'{"Limit": 1}'


def code_of(answer):
    """The error code of a JSON or XML answer."""
    found = re.search(rb'"__type"\s*:\s*"(?:[^"]*#)?([A-Za-z]+)"', answer.body) or re.search(
        rb"<Code>([A-Za-z]+)</Code>", answer.body
    )
    return found.group(1).decode() if found else None


def call(server, root, **options):
    return json_call(server, root, "kms", TARGET, options.pop("body", BODY), **options)


def assert_refused(answer, *codes):
    assert answer.status in (400, 403), (answer.status, answer.text)
    assert code_of(answer) in codes, answer.text
    assert b"Keys" not in answer.body


def test_the_untouched_request_is_answered(server, root):
    assert call(server, root).status == 200


def test_an_unsigned_request_lacks_a_token(server):
    headers = json_headers(TARGET) | {"Host": f"127.0.0.1:{server.port}", "Content-Length": str(len(BODY))}
    assert_refused(
        send(server, "POST", "/", headers, BODY), "MissingAuthenticationToken", "MissingAuthenticationTokenException"
    )


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "nonsense",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.",
        "Basic cm9vdDpyb290",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=",
        "AWS4-HMAC-SHA256 Credential=x/20200101/a/kms/aws4_request, SignedHeaders=host, Signature=",
        "AWS4-HMAC-SHA256 " + ", ".join(["Credential=a/b/c/d/e"] * 50),
        "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=",
        "AWS4-ECDSA-P256-SHA256 Credential=x/20200101/kms/aws4_request, SignedHeaders=host, Signature=00",
    ],
)
def test_a_malformed_authorization_is_refused(server, root, authorization):
    def change(headers):
        headers["Authorization"] = authorization

    assert_refused(
        call(server, root, change=change),
        "IncompleteSignature",
        "IncompleteSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
    )


class TestTampering:
    CODES = ("InvalidSignatureException", "SignatureDoesNotMatch")

    def test_another_body(self, server, root):
        headers = signed_headers(server, root, "kms", json_headers(TARGET), BODY)
        other = b'{"Limit": 2}'
        headers["Content-Length"] = str(len(other))
        assert_refused(send(server, "POST", "/", headers, other), *self.CODES)

    def test_a_body_where_there_was_none(self, server, root):
        headers = signed_headers(server, root, "kms", json_headers(TARGET), b"{}")
        headers["Content-Length"] = str(len(BODY))
        assert_refused(send(server, "POST", "/", headers, BODY), *self.CODES)

    def test_another_target(self, server, root):
        def change(headers):
            headers["X-Amz-Target"] = "TrentService.CreateKey"

        assert_refused(call(server, root, change=change), *self.CODES)

    def test_another_path_or_query(self, server, root):
        headers = signed_headers(server, root, "kms", json_headers(TARGET), BODY)
        headers["Content-Length"] = str(len(BODY))
        for path in ("/other", "/?Action=ListUsers"):
            answer = send(server, "POST", path, headers, BODY)
            assert answer.status >= 400 and b"Keys" not in answer.body, path

    def test_another_method(self, server, root):
        headers = signed_headers(server, root, "kms", json_headers(TARGET), BODY)
        headers["Content-Length"] = str(len(BODY))
        answer = send(server, "PUT", "/", headers, BODY)
        assert answer.status >= 400 and b"Keys" not in answer.body

    @pytest.mark.parametrize("position", [0, 31, 63])
    def test_one_digit_of_the_signature(self, server, root, position):
        def change(headers):
            start, signature = headers["Authorization"].rsplit("=", 1)
            digit = "0" if signature[position] != "0" else "1"
            headers["Authorization"] = f"{start}={signature[:position]}{digit}{signature[position + 1 :]}"

        assert_refused(call(server, root, change=change), *self.CODES)

    def test_an_empty_or_cut_signature(self, server, root):
        for cut in (0, 32, 63):

            def change(headers, cut=cut):
                start, signature = headers["Authorization"].rsplit("=", 1)
                headers["Authorization"] = f"{start}={signature[:cut]}"

            assert_refused(
                call(server, root, change=change), *self.CODES, "IncompleteSignature", "IncompleteSignatureException"
            )

    def test_another_region_or_service_in_the_scope(self, server, root):
        for old, new in (("/ap-northeast-2/", "/eu-north-1/"), ("/kms/", "/iam/"), ("/kms/", "/sts/")):

            def change(headers, old=old, new=new):
                headers["Authorization"] = headers["Authorization"].replace(old, new)

            answer = call(server, root, change=change)
            assert answer.status >= 400 and b'"Keys"' not in answer.body, new

    def test_an_amz_header_added_after_signing(self, server, root):
        def change(headers):
            headers["X-Amz-Security-Token"] = "smuggled"

        answer = call(server, root, change=change)
        assert answer.status in (400, 403) and b'"Keys"' not in answer.body

    def test_a_declared_payload_hash_that_is_not_the_bodys(self, server, root):
        headers = json_headers(TARGET) | {"X-Amz-Content-SHA256": hashlib.sha256(BODY).hexdigest()}
        headers = signed_headers(server, root, "kms", headers, BODY)
        other = b'{"Limit": 2}'
        headers["Content-Length"] = str(len(other))
        answer = send(server, "POST", "/", headers, other)
        assert answer.status in (400, 403) and b'"Keys"' not in answer.body

    def test_an_unsigned_payload_is_for_s3_alone(self, server, root):
        headers = json_headers(TARGET) | {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
        headers = signed_headers(server, root, "kms", headers, BODY)
        other = b'{"Limit": 2}'
        headers["Content-Length"] = str(len(other))
        answer = send(server, "POST", "/", headers, other)
        assert answer.status in (400, 403) and b'"Keys"' not in answer.body

    def test_a_signature_that_leaves_the_host_out(self, server, root):
        def change(headers):
            headers["Authorization"] = re.sub(
                r"SignedHeaders=[^,]+", "SignedHeaders=x-amz-date", headers["Authorization"]
            )

        answer = call(server, root, change=change)
        assert answer.status in (400, 403) and b'"Keys"' not in answer.body


class TestTime:
    @pytest.mark.parametrize("minutes", [-16, 16, -60 * 24 * 7, 60 * 24 * 365 * 5])
    def test_a_date_more_than_fifteen_minutes_away_is_refused(self, server, root, minutes):
        at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
        assert_refused(
            call(server, root, at=at),
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "RequestExpired",
            "RequestTimeTooSkewed",
        )

    @pytest.mark.parametrize("minutes", [-4, 4])
    def test_a_few_minutes_of_skew_are_forgiven(self, server, root, minutes):
        at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
        assert call(server, root, at=at).status == 200

    def test_a_date_that_is_not_the_scopes_is_refused(self, server, root):
        def change(headers):
            headers["Authorization"] = re.sub(r"/20\d{6}/", "/20200101/", headers["Authorization"])

        answer = call(server, root, change=change)
        assert answer.status in (400, 403) and b'"Keys"' not in answer.body


class TestKeys:
    INVALID = ("UnrecognizedClientException", "InvalidClientTokenId")

    def test_an_unknown_access_key(self, server, root):
        unknown = Credentials("AKIAIOSFODNN7EXAMPLE", root.secret_access_key)
        assert_refused(call(server, unknown), *self.INVALID)

    @pytest.mark.parametrize("secret", ["", "wrong", "x" * 40])
    def test_another_secret(self, server, root, secret):
        wrong = Credentials(root.access_key_id, secret)
        assert_refused(call(server, wrong), "InvalidSignatureException", "SignatureDoesNotMatch")

    @pytest.mark.parametrize("key", ["test", "000000000000", "111111111111", "mock_access_key", "root", "AKIATEST"])
    def test_default_credentials_of_emulators_open_nothing(self, server, key):
        assert_refused(call(server, Credentials(key, "test")), *self.INVALID)

    def test_an_account_number_as_key_works_only_with_the_insecure_flag(self, new_server, client):
        insecure = new_server("--insecure-accept-any-signature")
        anybody = Credentials("111111111111", "anything")
        assert client("sts", on=insecure, credentials=anybody).get_caller_identity()["Account"] == "111111111111"
        assert "insecure" in insecure.log().lower()


class TestSessionTokens:
    @pytest.fixture
    def session(self, client, new_user):
        _, credentials = new_user(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        )
        answer = client("sts", credentials=credentials).get_session_token()["Credentials"]
        return Credentials.from_sts(answer)

    def test_the_session_itself_works(self, server, session):
        assert call(server, session).status == 200

    def test_without_its_token(self, server, session):
        bare = Credentials(session.access_key_id, session.secret_access_key)
        assert_refused(call(server, bare), "UnrecognizedClientException", "InvalidClientTokenId")

    def test_with_another_sessions_token(self, server, session, client, new_user):
        other = Credentials.from_sts(client("sts", credentials=new_user()[1]).get_session_token()["Credentials"])
        mixed = Credentials(session.access_key_id, session.secret_access_key, other.session_token)
        assert_refused(
            call(server, mixed), "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException"
        )

    @pytest.mark.parametrize("position", [0, 10, -1])
    def test_with_a_changed_token(self, server, session, position):
        characters = list(session.session_token)
        characters[position] = "A" if characters[position] != "A" else "B"
        changed = Credentials(session.access_key_id, session.secret_access_key, "".join(characters))
        assert_refused(call(server, changed), "UnrecognizedClientException", "InvalidClientTokenId")

    def test_of_another_server(self, new_server, client, session):
        stranger = new_server()
        assert_refused(call(stranger, session), "UnrecognizedClientException", "InvalidClientTokenId")

    def test_a_token_with_long_lived_keys(self, server, root, session):
        mixed = Credentials(root.access_key_id, root.secret_access_key, session.session_token)
        assert_refused(
            call(server, mixed), "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException"
        )


class TestPresigned:
    def presign(self, client, expires=60):
        return client("sts").generate_presigned_url("get_caller_identity", ExpiresIn=expires, HttpMethod="GET")

    def fetch(self, server, url):
        path = url[len(server.endpoint) :]
        return send(server, "GET", path, {"Host": f"127.0.0.1:{server.port}"})

    def test_a_presigned_call_is_answered(self, server, client, account_id):
        answer = self.fetch(server, self.presign(client))
        assert answer.status == 200 and account_id in answer.text

    @pytest.mark.parametrize(
        "old, new", [("GetCallerIdentity", "GetSessionToken"), ("X-Amz-Expires=60", "X-Amz-Expires=604800")]
    )
    def test_a_changed_one_is_refused(self, server, client, old, new):
        url = self.presign(client)
        assert old in url
        answer = self.fetch(server, url.replace(old, new))
        assert answer.status == 403 and code_of(answer) == "SignatureDoesNotMatch"

    def test_an_expired_one_is_refused(self, server, client):
        url = re.sub(r"X-Amz-Date=\d{8}T\d{6}Z", "X-Amz-Date=20200101T000000Z", self.presign(client))
        assert self.fetch(server, url).status in (400, 403)


class TestWebIdentity:
    """A forged OIDC token opens no role."""

    @staticmethod
    def part(data):
        return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()

    @pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS256"])
    def test_alg_none_and_forged_signatures_are_invalid(self, server, iam, unique, algorithm):
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": "accounts.google.com"},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                }
            ],
        }
        role = iam.create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        claims = {"iss": "https://accounts.google.com", "sub": "me", "aud": "x", "exp": 4102444800, "iat": 1}
        token = f"{self.part({'alg': algorithm, 'typ': 'JWT'})}.{self.part(claims)}."
        if algorithm not in ("none", "None"):
            token += self.part({"not": "a signature"})
        form = urlencode(
            {
                "Action": "AssumeRoleWithWebIdentity",
                "Version": "2011-06-15",
                "RoleArn": role,
                "RoleSessionName": "visit",
                "WebIdentityToken": token,
            }
        ).encode()
        headers = {
            "Host": f"127.0.0.1:{server.port}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(form)),
        }
        answer = send(server, "POST", "/", headers, form)
        assert answer.status in (400, 403)
        assert code_of(answer) in {"InvalidIdentityToken", "AccessDenied", "IDPCommunicationError"}
        assert b"SecretAccessKey" not in answer.body
