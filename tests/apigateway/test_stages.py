"""Deployments, stages, custom domain names and their base path mappings."""

import re

import pytest

from aws_clients import refused


def test_what_cannot_be_served_cannot_be_deployed(apigateway, api):
    with refused("BadRequestException", "The REST API doesn't contain any methods"):
        apigateway.create_deployment(restApiId=api["id"])
    of = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    apigateway.put_method(**of, authorizationType="NONE")
    with refused("BadRequestException", "No integration defined for method"):
        apigateway.create_deployment(restApiId=api["id"])


def test_a_deployment_with_a_stages_name_makes_the_stage(apigateway, deployed):
    of = {"restApiId": deployed["id"]}
    stage = apigateway.get_stage(**of, stageName="prod")
    assert (stage["deploymentId"], stage["tracingEnabled"]) == (deployed["deploymentId"], False)
    assert (stage["cacheClusterStatus"], stage["methodSettings"]) == ("NOT_AVAILABLE", {})
    assert "webAclArn" not in stage
    with refused("BadRequestException", "Active stages pointing to this deployment must be moved or deleted"):
        apigateway.delete_deployment(**of, deploymentId=deployed["deploymentId"])
    apigateway.delete_stage(**of, stageName="prod")
    apigateway.delete_deployment(**of, deploymentId=deployed["deploymentId"])
    with refused("NotFoundException", "Invalid stage identifier specified", status=404):
        apigateway.get_stage(**of, stageName="prod")
    with refused("NotFoundException", "Invalid Deployment identifier specified", status=404):
        apigateway.get_deployment(**of, deploymentId=deployed["deploymentId"])


def test_a_deployment_shows_its_methods_when_asked(apigateway, deployed):
    of = {"restApiId": deployed["id"], "deploymentId": deployed["deploymentId"]}
    assert "apiSummary" not in apigateway.get_deployment(**of)
    summary = apigateway.get_deployment(**of, embed=["apisummary"])["apiSummary"]
    assert summary == {"/pets": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}}


def test_a_stage_is_changed_by_path(apigateway, deployed):
    of = {"restApiId": deployed["id"], "stageName": "prod"}
    changed = apigateway.update_stage(
        **of,
        patchOperations=[
            {"op": "replace", "path": "/variables/color", "value": "blue"},
            {"op": "replace", "path": "/*/*/logging/loglevel", "value": "INFO"},
            {"op": "replace", "path": "/tracingEnabled", "value": "true"},
        ],
    )
    assert (changed["variables"], changed["tracingEnabled"]) == ({"color": "blue"}, True)
    assert changed["methodSettings"]["*/*"]["loggingLevel"] == "INFO"
    with refused("BadRequestException", matching="Invalid patch path"):
        apigateway.update_stage(**of, patchOperations=[{"op": "replace", "path": "/webAclArn", "value": "x"}])


def test_a_stage_wants_a_deployment_and_a_plain_name(apigateway, deployed):
    of = {"restApiId": deployed["id"]}
    with refused("NotFoundException", "Invalid Deployment identifier specified"):
        apigateway.create_stage(**of, stageName="test", deploymentId="nothere")
    with refused("BadRequestException", matching="Stage name only allows"):
        apigateway.create_stage(**of, stageName="a b", deploymentId=deployed["deploymentId"])
    with refused("ConflictException", "Stage already exists", status=409):
        apigateway.create_stage(**of, stageName="prod", deploymentId=deployed["deploymentId"])
    made = apigateway.create_stage(
        **of, stageName="test", deploymentId=deployed["deploymentId"], tags={"a": "b"}, variables={"v": "1"}
    )
    assert (made["tags"], made["variables"]) == ({"a": "b"}, {"v": "1"})
    assert {s["stageName"] for s in apigateway.get_stages(**of)["item"]} == {"prod", "test"}


@pytest.fixture
def domain(apigateway, unique, account_id):
    return apigateway.create_domain_name(
        domainName=f"{unique}.example.com",
        regionalCertificateArn=f"arn:aws:acm:ap-northeast-2:{account_id}:certificate/{unique}",
        endpointConfiguration={"types": ["REGIONAL"]},
    )


def test_a_domain_name_leads_to_a_stage(apigateway, deployed, domain):
    name = domain["domainName"]
    assert re.fullmatch(r"d-[a-z0-9]{10}\.execute-api\.ap-northeast-2\.amazonaws\.com", domain["regionalDomainName"])
    mapping = apigateway.create_base_path_mapping(domainName=name, restApiId=deployed["id"], stage="prod")
    assert mapping["basePath"] == "(none)"
    with refused("ConflictException", "Base path already exists for this domain name", status=409):
        apigateway.create_base_path_mapping(domainName=name, restApiId=deployed["id"], stage="prod")
    with refused("BadRequestException", "Invalid stage identifier specified"):
        apigateway.create_base_path_mapping(domainName=name, basePath="v1", restApiId=deployed["id"], stage="x")
    with refused("BadRequestException", matching="base path mappings"):
        apigateway.delete_rest_api(restApiId=deployed["id"])
    assert apigateway.get_base_path_mappings(domainName=name)["items"] == [
        {"basePath": "(none)", "restApiId": deployed["id"], "stage": "prod"}
    ]
    apigateway.delete_base_path_mapping(domainName=name, basePath="(none)")
    apigateway.delete_rest_api(restApiId=deployed["id"])
    apigateway.delete_domain_name(domainName=name)
    with refused("NotFoundException", "Invalid domain name identifier specified", status=404):
        apigateway.get_domain_name(domainName=name)


def test_a_call_is_recorded_under_its_own_name(apigateway, cloudtrail, api):
    apigateway.delete_rest_api(restApiId=api["id"])
    found = cloudtrail.lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "DeleteRestApi"}], MaxResults=50
    )["Events"]
    mine = [event for event in found if api["id"] in event["CloudTrailEvent"]]
    assert len(mine) == 1 and mine[0]["EventSource"] == "apigateway.amazonaws.com"
