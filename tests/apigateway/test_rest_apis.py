"""REST APIs, their resources, methods and integrations."""

import json
import re

import pytest

from aws_clients import refused


def test_a_new_api_has_a_root_and_what_aws_gives_it(apigateway, api, unique):
    assert re.fullmatch("[a-z0-9]{10}", api["id"])
    assert (api["name"], api["apiKeySource"], api["disableExecuteApiEndpoint"]) == (unique, "HEADER", False)
    assert api["endpointConfiguration"] == {"types": ["EDGE"], "ipAddressType": "ipv4"}
    assert apigateway.get_rest_api(restApiId=api["id"])["createdDate"] == api["createdDate"]
    (root,) = apigateway.get_resources(restApiId=api["id"])["items"]
    assert root == {"id": api["rootResourceId"], "path": "/"}


def test_an_api_that_is_not_there_is_named_with_its_account(apigateway, account_id):
    with refused("NotFoundException", f"Invalid API identifier specified {account_id}:nothere", status=404):
        apigateway.get_rest_api(restApiId="nothere")


def test_pages_of_apis_follow_each_other(apigateway, api):
    seen, position = [], {}
    while True:
        page = apigateway.get_rest_apis(limit=1, **position)
        seen += [item["id"] for item in page["items"]]
        if "position" not in page:
            break
        position = {"position": page["position"]}
    assert api["id"] in seen and len(seen) == len(set(seen))


def test_an_update_patches_by_path(apigateway, api):
    changed = apigateway.update_rest_api(
        restApiId=api["id"],
        patchOperations=[
            {"op": "replace", "path": "/name", "value": "renamed"},
            {"op": "add", "path": "/binaryMediaTypes/image~1png"},
            {"op": "replace", "path": "/minimumCompressionSize", "value": "1024"},
            {"op": "remove", "path": "/description"},
        ],
    )
    assert (changed["name"], changed["binaryMediaTypes"]) == ("renamed", ["image/png"])
    assert changed["minimumCompressionSize"] == 1024 and "description" not in changed
    with refused("BadRequestException", matching="Invalid patch path  '/nothing' specified for op 'replace'"):
        apigateway.update_rest_api(
            restApiId=api["id"], patchOperations=[{"op": "replace", "path": "/nothing", "value": "x"}]
        )


def test_a_policy_comes_back_escaped(apigateway, unique):
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}],
    }
    api = apigateway.create_rest_api(name=unique, policy=json.dumps(policy))
    assert json.loads(json.loads(f'"{api["policy"]}"')) == policy
    with refused("BadRequestException"):
        apigateway.create_rest_api(name=unique, policy="{no policy}")


def test_resources_make_paths_and_siblings_differ(apigateway, api):
    of = {"restApiId": api["id"]}
    pets = apigateway.create_resource(**of, parentId=api["rootResourceId"], pathPart="pets")
    pet = apigateway.create_resource(**of, parentId=pets["id"], pathPart="{id}")
    assert (pet["path"], pet["parentId"]) == ("/pets/{id}", pets["id"])
    with refused("ConflictException", "Another resource with the same parent already has this name: pets", status=409):
        apigateway.create_resource(**of, parentId=api["rootResourceId"], pathPart="pets")
    with refused("NotFoundException", "Invalid Resource identifier specified", status=404):
        apigateway.create_resource(**of, parentId="nothere", pathPart="x")
    apigateway.delete_resource(**of, resourceId=pets["id"])
    assert [r["path"] for r in apigateway.get_resources(**of)["items"]] == ["/"]


def test_a_method_has_responses_and_an_integration(apigateway, api, add_method):
    of = add_method(api, "/pets")
    with refused("ConflictException", "Method already exists for this resource", status=409):
        apigateway.put_method(**of, authorizationType="NONE")
    with refused("NotFoundException", "Invalid Response status code specified", status=404):
        apigateway.put_integration_response(**of, statusCode="200")
    apigateway.put_method_response(**of, statusCode="200", responseParameters={"method.response.header.X": True})
    apigateway.put_integration_response(**of, statusCode="200", responseTemplates={"application/json": "{}"})
    method = apigateway.get_method(**of)
    assert method["methodResponses"]["200"]["responseParameters"] == {"method.response.header.X": True}
    integration = method["methodIntegration"]
    assert (integration["type"], integration["timeoutInMillis"]) == ("MOCK", 29000)
    assert integration["integrationResponses"]["200"]["responseTemplates"] == {"application/json": "{}"}
    apigateway.update_integration(**of, patchOperations=[{"op": "replace", "path": "/timeoutInMillis", "value": "50"}])
    assert apigateway.get_integration(**of)["timeoutInMillis"] == 50
    apigateway.delete_method(**of)
    with refused("NotFoundException", "Invalid Method identifier specified", status=404):
        apigateway.get_method(**of)


@pytest.mark.parametrize(
    "integration,message",
    [
        ({"type": "HTTP_PROXY", "uri": "ftp://x", "integrationHttpMethod": "GET"}, "Invalid HTTP endpoint"),
        ({"type": "HTTP_PROXY", "uri": "http://x/"}, "Enumeration value for HttpMethod must be non-empty"),
        ({"type": "AWS_PROXY", "uri": "nothing", "integrationHttpMethod": "POST"}, "Invalid ARN specified"),
    ],
)
def test_an_integration_that_cannot_work_is_a_bad_request(apigateway, api, add_method, integration, message):
    of = add_method(api, "/x")
    with refused("BadRequestException", matching=message, status=400):
        apigateway.put_integration(**of, **integration)


def test_tags_of_an_api_are_found_by_its_arn(apigateway, unique):
    api = apigateway.create_rest_api(name=unique, tags={"team": "red"})
    arn = f"arn:aws:apigateway:ap-northeast-2::/restapis/{api['id']}"
    apigateway.tag_resource(resourceArn=arn, tags={"stage": "test"})
    apigateway.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert apigateway.get_tags(resourceArn=arn)["tags"] == {"stage": "test"}


def test_permission_is_asked_for_the_http_method_on_the_path(client, new_user, api):
    resource = f"arn:aws:apigateway:ap-northeast-2::/restapis/{api['id']}"
    allowed = {"Effect": "Allow", "Action": "apigateway:GET", "Resource": resource}
    _, key = new_user({"Version": "2012-10-17", "Statement": [allowed]})
    reader = client("apigateway", credentials=key)
    assert reader.get_rest_api(restApiId=api["id"])["id"] == api["id"]
    with refused("AccessDeniedException", matching="apigateway:DELETE on resource", status=403):
        reader.delete_rest_api(restApiId=api["id"])
    with refused("AccessDeniedException", status=403):
        reader.get_resources(restApiId=api["id"])
