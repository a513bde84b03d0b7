"""AppSync GraphQL APIs, their keys and data sources."""

import re
import time

import pytest

from aws_clients import refused


@pytest.fixture(scope="session")
def appsync(client):
    return client("appsync")


@pytest.fixture
def api(appsync, unique):
    made = appsync.create_graphql_api(name=unique, authenticationType="API_KEY", tags={"team": "red"})
    return made["graphqlApi"]


def test_an_api_has_hosts_of_its_own(appsync, api, account_id):
    assert re.fullmatch("[a-z0-9]{26}", api["apiId"])
    assert api["arn"] == f"arn:aws:appsync:ap-northeast-2:{account_id}:apis/{api['apiId']}"
    host = api["dns"]["GRAPHQL"]
    assert re.fullmatch(r"[a-z0-9]{26}\.appsync-api\.ap-northeast-2\.amazonaws\.com", host)
    assert api["uris"]["GRAPHQL"] == f"https://{host}/graphql"
    assert appsync.get_graphql_api(apiId=api["apiId"])["graphqlApi"] == api


def test_an_api_that_is_not_there_is_named(appsync):
    with refused("NotFoundException", "GraphQL API nothere not found.", status=404):
        appsync.get_graphql_api(apiId="nothere")


def test_an_update_keeps_what_it_does_not_name(appsync, api):
    updated = appsync.update_graphql_api(
        apiId=api["apiId"], name="renamed", authenticationType="API_KEY", xrayEnabled=True
    )["graphqlApi"]
    assert (updated["name"], updated["xrayEnabled"], updated["dns"]) == ("renamed", True, api["dns"])


def test_a_key_ends_on_the_hour(appsync, api):
    of = {"apiId": api["apiId"]}
    made = appsync.create_api_key(**of, description="d")["apiKey"]
    assert re.fullmatch("da2-[a-z0-9]{26}", made["id"])
    assert made["expires"] % 3600 == 0 and made["deletes"] == made["expires"] + 60 * 86400
    later = int(time.time()) + 30 * 86400
    assert appsync.update_api_key(**of, id=made["id"], expires=later)["apiKey"]["expires"] > made["expires"]
    assert [key["id"] for key in appsync.list_api_keys(**of)["apiKeys"]] == [made["id"]]
    with refused("ApiKeyValidityOutOfBoundsException", status=400):
        appsync.create_api_key(**of, expires=int(time.time()) + 400 * 86400)
    appsync.delete_api_key(**of, id=made["id"])
    with refused("NotFoundException", status=404):
        appsync.delete_api_key(**of, id=made["id"])


def test_a_key_is_not_in_the_audit_record(appsync, cloudtrail, api):
    made = appsync.create_api_key(apiId=api["apiId"])["apiKey"]
    attribute = {"AttributeKey": "EventName", "AttributeValue": "CreateApiKey"}
    events = cloudtrail.lookup_events(LookupAttributes=[attribute], MaxResults=50)["Events"]
    mine = [event["CloudTrailEvent"] for event in events if api["apiId"] in event["CloudTrailEvent"]]
    assert len(mine) == 1 and made["id"] not in mine[0]


def test_a_data_source_has_the_settings_of_its_type(appsync, api):
    of = {"apiId": api["apiId"], "name": "backend"}
    with refused("BadRequestException", status=400):
        appsync.create_data_source(**of, type="HTTP")
    made = appsync.create_data_source(**of, type="HTTP", httpConfig={"endpoint": "http://127.0.0.1:9/"})
    assert made["dataSource"]["dataSourceArn"] == f"{api['arn']}/datasources/backend"
    with refused("BadRequestException", "Data source with name backend already exists"):
        appsync.create_data_source(**of, type="NONE")
    appsync.update_data_source(**of, type="NONE")
    assert appsync.get_data_source(**of)["dataSource"]["type"] == "NONE"
    assert len(appsync.list_data_sources(apiId=api["apiId"])["dataSources"]) == 1
    appsync.delete_data_source(**of)
    with refused("NotFoundException", "Data source backend not found.", status=404):
        appsync.get_data_source(**of)


def test_tags_are_found_by_an_arn_in_the_path(appsync, api):
    appsync.tag_resource(resourceArn=api["arn"], tags={"stage": "test"})
    appsync.untag_resource(resourceArn=api["arn"], tagKeys=["team"])
    assert appsync.list_tags_for_resource(resourceArn=api["arn"])["tags"] == {"stage": "test"}


def test_permission_is_asked_for_the_api(client, new_user, api):
    allowed = {"Effect": "Allow", "Action": "appsync:GetGraphqlApi", "Resource": api["arn"]}
    _, key = new_user({"Version": "2012-10-17", "Statement": [allowed]})
    reader = client("appsync", credentials=key)
    assert reader.get_graphql_api(apiId=api["apiId"])["graphqlApi"]["apiId"] == api["apiId"]
    with refused("AccessDeniedException", matching="appsync:DeleteGraphqlApi", status=403):
        reader.delete_graphql_api(apiId=api["apiId"])
