"""What is not a load balancer, through the gateway: stages, distributions, GraphQL APIs, user pools, accelerators."""

import json

import pytest

from waiting import until
from web_traffic import path_rule, visibility

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


@pytest.fixture
def upstream(application):
    return f"http://127.0.0.1:{application.server_address[1]}"


@pytest.fixture
def protect(client, gateway, unique):
    """A web ACL that blocks `/admin`; for everything but distributions it is associated by WAF."""

    def make(resource=None, scope="REGIONAL", prefix=b"/admin"):
        waf = client("wafv2", on=gateway, **({"region": "us-east-1"} if scope == "CLOUDFRONT" else {}))
        acl = waf.create_web_acl(
            Name=unique,
            Scope=scope,
            DefaultAction={"Allow": {}},
            VisibilityConfig=visibility(unique),
            Rules=[path_rule(prefix, {"Block": {}})],
        )["Summary"]["ARN"]
        if resource:
            waf.associate_web_acl(WebACLArn=acl, ResourceArn=resource)
        return acl

    return make


def answered(gateway, status, *request, **more):
    return until(lambda: gateway.ask(*request, **more), lambda answer: answer.status == status)


def stage_of(apigateway, unique, upstream):
    """An API that passes everything on, and answers `/mock` itself."""
    api = apigateway.create_rest_api(name=unique)

    def method(part, name, **integration):
        made = apigateway.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart=part)
        of = {"restApiId": api["id"], "resourceId": made["id"], "httpMethod": name}
        parameters = {"method.request.path.proxy": True} if part.startswith("{") else {}
        apigateway.put_method(**of, authorizationType="NONE", requestParameters=parameters)
        apigateway.put_integration(**of, **integration)
        return of

    method(
        "{proxy+}", "ANY", type="HTTP_PROXY", integrationHttpMethod="ANY", uri=f"{upstream}/{{proxy}}",
        requestParameters={"integration.request.path.proxy": "method.request.path.proxy"},
    )  # fmt: skip
    mock = method("mock", "GET", type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    apigateway.put_method_response(**mock, statusCode="200")
    apigateway.put_integration_response(**mock, statusCode="200", responseTemplates={"application/json": '{"ok": 1}'})
    apigateway.create_deployment(restApiId=api["id"], stageName="prod")
    return api["id"]


def test_a_stage_serves_its_methods_and_is_guarded(client, gateway, upstream, protect, unique):
    apigateway = client("apigateway", on=gateway)
    api = stage_of(apigateway, unique, upstream)
    host = f"{api}.execute-api.ap-northeast-2.amazonaws.com"
    assert json.loads(answered(gateway, 200, host, "/prod/mock").body) == {"ok": 1}
    told = json.loads(gateway.ask(host, "/prod/pets/7?x=1", method="POST", body="hi").body)
    assert (told["method"], told["path"], told["body"]) == ("POST", "/pets/7?x=1", "hi")
    assert gateway.ask(host, "/prod").status == 403
    arn = f"arn:aws:apigateway:ap-northeast-2::/restapis/{api}/stages/prod"
    acl = protect(arn, prefix=b"/prod/admin")
    blocked = answered(gateway, 403, host, "/prod/admin")
    assert json.loads(blocked.body) == {"message": "Forbidden"}
    assert gateway.ask(host, "/prod/pets").status == 200
    assert apigateway.get_stage(restApiId=api, stageName="prod")["webAclArn"] == acl


def test_a_distribution_passes_to_its_origin_and_is_guarded(client, gateway, application, protect, unique):
    cloudfront = client("cloudfront", on=gateway)
    origin = {
        "Id": "app",
        "DomainName": "localhost",
        "CustomHeaders": {"Quantity": 1, "Items": [{"HeaderName": "X-Origin", "HeaderValue": "cf"}]},
        "CustomOriginConfig": {
            "HTTPPort": application.server_address[1], "HTTPSPort": 443, "OriginProtocolPolicy": "http-only",
        },
    }  # fmt: skip
    behavior = {"TargetOriginId": "app", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": CACHING_DISABLED}
    secure = behavior | {"PathPattern": "/secure/*", "ViewerProtocolPolicy": "redirect-to-https"}
    host = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": unique,
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": behavior,
            "CacheBehaviors": {"Quantity": 1, "Items": [secure]},
            "WebACLId": protect(scope="CLOUDFRONT"),
        }
    )["Distribution"]["DomainName"]
    told = json.loads(answered(gateway, 200, host, "/a?b=c").body)
    assert (told["path"], told["headers"]["x-origin"]) == ("/a?b=c", "cf")
    assert gateway.ask(host, "/a", method="POST", body="x").status == 403
    redirected = gateway.ask(host, "/secure/x?y=z")
    assert redirected.status == 301 and redirected.headers["location"].endswith("/secure/x?y=z")
    answered(gateway, 403, host, "/admin")


def test_a_graphql_api_lets_keys_through_to_its_data_source(client, gateway, upstream, protect, unique):
    appsync = client("appsync", on=gateway)
    api = appsync.create_graphql_api(name=unique, authenticationType="API_KEY")["graphqlApi"]
    host = api["dns"]["GRAPHQL"]
    key = {"x-api-key": appsync.create_api_key(apiId=api["apiId"])["apiKey"]["id"]}
    query = json.dumps({"query": "{ pets }"})
    missing = answered(gateway, 501, host, "/graphql", method="POST", body=query, headers=key)
    assert json.loads(missing.body)["errors"][0]["errorType"] == "NotImplementedException"
    appsync.create_data_source(apiId=api["apiId"], name="b", type="HTTP", httpConfig={"endpoint": f"{upstream}/gql"})
    told = json.loads(answered(gateway, 200, host, "/graphql", method="POST", body=query, headers=key).body)
    assert (told["path"], told["body"]) == ("/gql", query)
    assert gateway.ask(host, "/graphql", method="POST", body=query).status == 401
    protect(api["arn"], prefix=b"/graphql")
    answered(gateway, 403, host, "/graphql", method="POST", body=query, headers=key)


def test_a_user_pool_shows_its_keys_and_is_guarded(client, gateway, protect, unique):
    cognito = client("cognito-idp", on=gateway)
    pool = cognito.create_user_pool(PoolName=unique)["UserPool"]
    cognito.create_user_pool_domain(Domain=unique, UserPoolId=pool["Id"])
    issuer, known = "cognito-idp.ap-northeast-2.amazonaws.com", f"/{pool['Id']}/.well-known"
    keys = json.loads(answered(gateway, 200, issuer, f"{known}/jwks.json").body)["keys"]
    assert len(keys) == 2 and {key["kty"] for key in keys} == {"RSA"}
    document = json.loads(gateway.ask(issuer, f"{known}/openid-configuration").body)
    assert document["issuer"] == f"https://{issuer}/{pool['Id']}"
    domain = f"{unique}.auth.ap-northeast-2.amazoncognito.com"
    answered(gateway, 501, domain, "/login")
    protect(pool["Arn"], prefix=b"/login")
    answered(gateway, 403, domain, "/login")


def test_an_accelerator_leads_to_the_load_balancer_and_its_web_acl(client, gateway, front, protect, unique):
    accelerators = client("globalaccelerator", on=gateway, region="us-west-2")
    made = accelerators.create_accelerator(Name=unique, IdempotencyToken=unique)["Accelerator"]
    listener = accelerators.create_listener(
        AcceleratorArn=made["AcceleratorArn"],
        Protocol="TCP",
        PortRanges=[{"FromPort": 80, "ToPort": 80}],
        IdempotencyToken=unique,
    )["Listener"]["ListenerArn"]
    accelerators.create_endpoint_group(
        ListenerArn=listener,
        EndpointGroupRegion="ap-northeast-2",
        EndpointConfigurations=[{"EndpointId": front.arn}],
        IdempotencyToken=unique,
    )
    for host in [made["DnsName"], made["IpSets"][0]["IpAddresses"][0]]:
        assert json.loads(answered(gateway, 200, host, "/x").body)["path"] == "/x"
    protect(front.arn)
    answered(gateway, 403, made["DnsName"], "/admin")
