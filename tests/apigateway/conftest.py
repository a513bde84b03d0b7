"""REST APIs, made for one test each."""

import pytest


@pytest.fixture(scope="session")
def apigateway(client):
    return client("apigateway")


@pytest.fixture
def api(apigateway, unique):
    """A fresh REST API."""
    return apigateway.create_rest_api(name=unique, description="made by a test")


@pytest.fixture
def add_method(apigateway):
    """`add_method(api, "/pets/{id}", "GET", type="MOCK", …)` makes the path, the method and its integration."""

    def add(api, path, method="GET", integration=None, **options):
        parent = api["rootResourceId"]
        known = {r["path"]: r["id"] for r in apigateway.get_resources(restApiId=api["id"], limit=500)["items"]}
        so_far = ""
        for part in filter(None, path.split("/")):
            so_far += f"/{part}"
            if so_far not in known:
                made = apigateway.create_resource(restApiId=api["id"], parentId=parent, pathPart=part)
                known[so_far] = made["id"]
            parent = known[so_far]
        of = {"restApiId": api["id"], "resourceId": parent, "httpMethod": method}
        apigateway.put_method(**of, authorizationType="NONE", **options)
        integration = integration or {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
        apigateway.put_integration(**of, **integration)
        return of

    return add


@pytest.fixture
def deployed(apigateway, api, add_method):
    """An API with one mock method, deployed to the stage `prod`."""
    add_method(api, "/pets")
    deployment = apigateway.create_deployment(restApiId=api["id"], stageName="prod")
    return api | {"deploymentId": deployment["id"]}
