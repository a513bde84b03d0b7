"""The query protocol answered in JSON: how EKS's authenticators read somebody else's signed GetCallerIdentity."""

from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from raw_http import send, signed_headers

JSON = {"Accept": "application/json"}
CLUSTER = {"x-k8s-aws-id": "our-cluster"}
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


@pytest.fixture
def token(server, root):
    """A presigned GetCallerIdentity that names a cluster, as `aws eks get-token` makes it."""
    url = f"{server.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15"
    request = AWSRequest("GET", url, headers=CLUSTER)
    keys = Credentials(root.access_key_id, root.secret_access_key)
    SigV4QueryAuth(keys, "sts", "us-east-1", expires=60).add_auth(request)
    return request.url


def fetch(server, url, headers):
    parts = urlsplit(url)
    return send(server, "GET", f"{parts.path}?{parts.query}", {"Host": parts.netloc} | headers)


def test_a_token_names_its_bearer_in_json(server, token, account_id):
    answer = fetch(server, token, CLUSTER | JSON)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    (response,) = answer.json.values()
    assert list(answer.json) == ["GetCallerIdentityResponse"]
    assert response["GetCallerIdentityResult"] == {
        "Account": account_id,
        "Arn": f"arn:aws:iam::{account_id}:root",
        "UserId": account_id,
    }
    assert response["ResponseMetadata"]["RequestId"] == answer.headers["x-amzn-requestid"]


def test_a_token_of_another_cluster_is_refused_in_json(server, token):
    answer = fetch(server, token, JSON | {"x-k8s-aws-id": "another"})
    assert answer.status == 403
    assert (answer.json["Error"]["Code"], answer.json["Error"]["Type"]) == ("SignatureDoesNotMatch", "Sender")
    assert answer.json["RequestId"] == answer.headers["x-amzn-requestid"]


def test_lists_instants_and_absent_members(server, root, iam, unique):
    made = iam.create_user(UserName=unique, Path=f"/{unique}/")["User"]
    body = f"Action=ListUsers&Version=2010-05-08&PathPrefix=/{unique}/".encode()
    headers = signed_headers(server, root, "iam", FORM | JSON, body, region="us-east-1")
    answer = send(server, "POST", "/", headers | {"Content-Length": str(len(body))}, body)
    result = answer.json["ListUsersResponse"]["ListUsersResult"]
    (user,) = result["Users"]
    assert (user["UserName"], user["Arn"], user["Tags"]) == (unique, made["Arn"], None)
    assert user["CreateDate"] == made["CreateDate"].timestamp()
    assert (result["IsTruncated"], result["Marker"]) == (False, None)


def test_without_that_wish_the_answer_is_xml(server, token):
    assert fetch(server, token, CLUSTER | {"Accept": "*/*"}).text.startswith("<GetCallerIdentityResponse")
