"""Which web ACL guards which resource."""

import pytest

from aws_clients import refused
from waf_rules import geo, rule

BAD_ARN = (
    "The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes."
)


def bad(arn):
    return f"Error reason: {BAD_ARN}, field: RESOURCE_ARN, parameter: {arn}"


@pytest.fixture(scope="module")
def stages(client, account):
    """Makes stages of REST APIs: `stages("prod")` → ARN."""
    apigateway = client("apigateway", credentials=account.credentials)

    def make(name):
        api = apigateway.create_rest_api(name="guarded")
        of = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
        apigateway.put_method(**of, authorizationType="NONE")
        apigateway.put_integration(**of, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        apigateway.create_deployment(restApiId=api["id"], stageName=name)
        return f"arn:aws:apigateway:ap-northeast-2::/restapis/{api['id']}/stages/{name}"

    return make


@pytest.fixture(scope="module")
def load_balancers(client, account):
    """Makes load balancers: `load_balancers(name, Type=…)` → ARN."""
    ec2 = client("ec2", credentials=account.credentials)
    elbv2 = client("elbv2", credentials=account.credentials)
    vpc = ec2.create_vpc(CidrBlock="10.50.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]][:2]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.50.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for number, zone in enumerate(zones)
    ]

    def make(name, **members):
        made = elbv2.create_load_balancer(Name=name, Subnets=subnets, **members)
        return made["LoadBalancers"][0]["LoadBalancerArn"]

    return make


def test_a_stage_is_guarded_and_let_go(waf, new_web_acl, stages):
    stage = stages("prod")
    assert "WebACL" not in waf.get_web_acl_for_resource(ResourceArn=stage)
    acl = new_web_acl(rule(geo()))
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=stage)
    found = waf.get_web_acl_for_resource(ResourceArn=stage)["WebACL"]
    assert found == waf.get_web_acl(ARN=acl["ARN"])["WebACL"]
    listed = waf.list_resources_for_web_acl(WebACLArn=acl["ARN"], ResourceType="API_GATEWAY")
    assert listed["ResourceArns"] == [stage]
    # Without a type, load balancers are meant.
    assert waf.list_resources_for_web_acl(WebACLArn=acl["ARN"])["ResourceArns"] == []
    with refused("WAFAssociatedItemException"):
        waf.delete_web_acl(Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"], LockToken=acl["LockToken"])
    waf.disassociate_web_acl(ResourceArn=stage)
    assert "WebACL" not in waf.get_web_acl_for_resource(ResourceArn=stage)
    # Once more is no error.
    waf.disassociate_web_acl(ResourceArn=stage)
    waf.delete_web_acl(Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"], LockToken=acl["LockToken"])


def test_another_web_acl_takes_the_place_of_the_first(waf, new_web_acl, stages):
    stage, first, second = stages("prod"), new_web_acl(), new_web_acl()
    for acl in (first, second):
        waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=stage)
    assert waf.get_web_acl_for_resource(ResourceArn=stage)["WebACL"]["ARN"] == second["ARN"]
    listed = {"ResourceType": "API_GATEWAY"}
    assert waf.list_resources_for_web_acl(WebACLArn=first["ARN"], **listed)["ResourceArns"] == []
    assert waf.list_resources_for_web_acl(WebACLArn=second["ARN"], **listed)["ResourceArns"] == [stage]


def test_load_balancers_for_applications_only(waf, new_web_acl, load_balancers):
    acl = new_web_acl()["ARN"]
    application, network = load_balancers("waf-app"), load_balancers("waf-net", Type="network")
    waf.associate_web_acl(WebACLArn=acl, ResourceArn=application)
    assert waf.list_resources_for_web_acl(WebACLArn=acl)["ResourceArns"] == [application]
    with refused("WAFInvalidParameterException", bad(network)):
        waf.associate_web_acl(WebACLArn=acl, ResourceArn=network)


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:cloudfront::111122223333:distribution/E2QWRUHAPOMQZL",
        "arn:aws:elasticloadbalancing:eu-north-1:111122223333:loadbalancer/app/a/0123456789abcdef",
        "arn:aws:s3:::a-bucket-that-nobody-has",
        "not-an-arn-but-long-enough",
    ],
)
def test_what_no_web_acl_guards_is_no_valid_arn(waf, new_web_acl, resource):
    acl = new_web_acl()["ARN"]
    with refused("WAFInvalidParameterException", bad(resource)):
        waf.associate_web_acl(WebACLArn=acl, ResourceArn=resource)
    with refused("WAFInvalidParameterException", bad(resource)):
        waf.get_web_acl_for_resource(ResourceArn=resource)


def test_both_must_exist(waf, new_web_acl, stages, account):
    stage, acl = stages("prod"), new_web_acl()["ARN"]
    nowhere = "arn:aws:apigateway:ap-northeast-2::/restapis/unknown/stages/unknown"
    load_balancer = f"arn:aws:elasticloadbalancing:ap-northeast-2:{account.id}:loadbalancer/app/none/0123456789abcdef"
    for resource in (nowhere, load_balancer):
        with refused("WAFNonexistentItemException"):
            waf.associate_web_acl(WebACLArn=acl, ResourceArn=resource)
        with refused("WAFNonexistentItemException"):
            waf.get_web_acl_for_resource(ResourceArn=resource)
        with refused("WAFNonexistentItemException"):
            waf.disassociate_web_acl(ResourceArn=resource)
    with refused("WAFNonexistentItemException"):
        waf.associate_web_acl(WebACLArn=acl[:-1] + ("0" if acl[-1] != "0" else "1"), ResourceArn=stage)


def test_another_accounts_resource_is_not_there(client, other_account, waf, new_web_acl, stages):
    stage = stages("prod")
    acl = new_web_acl()["ARN"]
    stranger = client("wafv2", credentials=other_account.credentials)
    with refused("WAFNonexistentItemException"):
        stranger.get_web_acl_for_resource(ResourceArn=stage)
    with refused("WAFNonexistentItemException"):
        stranger.associate_web_acl(WebACLArn=acl, ResourceArn=stage)


def test_web_acls_for_cloudfront_are_not_associated_here(global_waf, unique):
    acl = global_waf.create_web_acl(
        Name=unique, Scope="CLOUDFRONT", DefaultAction={"Allow": {}},
        VisibilityConfig={"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "x"},
    )["Summary"]["ARN"]  # fmt: skip
    with refused("WAFInvalidParameterException", bad(acl)):
        global_waf.associate_web_acl(WebACLArn=acl, ResourceArn="arn:aws:cloudfront::111122223333:distribution/E2QWRU")
    with refused("WAFInvalidParameterException", bad(acl)):
        global_waf.list_resources_for_web_acl(WebACLArn=acl)


def test_a_deleted_stage_leaves_its_web_acl(client, account, waf, new_web_acl, stages):
    stage, acl = stages("prod"), new_web_acl()
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=stage)
    api = stage.split("/")[2]
    client("apigateway", credentials=account.credentials).delete_stage(restApiId=api, stageName="prod")
    waf.delete_web_acl(Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"], LockToken=acl["LockToken"])


def test_associating_needs_leave_on_both(client, account, new_user, new_web_acl, stages):
    stage, acl = stages("prod"), new_web_acl()["ARN"]
    admin = client("iam", credentials=account.credentials)

    def user(*statements):
        allowed = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in statements]
        _, credentials = new_user({"Version": "2012-10-17", "Statement": allowed}, by=admin)
        return client("wafv2", credentials=credentials)

    on_acl, on_stage = ("wafv2:AssociateWebACL", acl), ("wafv2:AssociateWebACL", stage)
    setting = ("apigateway:SetWebACL", stage)
    for partial in ([on_acl], [on_acl, on_stage], [on_stage, setting]):
        with refused("AccessDeniedException"):
            user(*partial).associate_web_acl(WebACLArn=acl, ResourceArn=stage)
    user(on_acl, on_stage, setting).associate_web_acl(WebACLArn=acl, ResourceArn=stage)
