"""Tags, and who may do what."""

import pytest

from aws_clients import SEOUL, refused
from policies import allow, deny, document


def tags_of(elbv2, *arns):
    shown = elbv2.describe_tags(ResourceArns=list(arns))["TagDescriptions"]
    return {one["ResourceArn"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]} for one in shown}


def tags(**pairs):
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def test_everything_is_tagged_when_it_is_made_and_later(elbv2, new_load_balancer, new_target_group, new_listener):
    load_balancer = new_load_balancer(Tags=tags(kind="lb"))["LoadBalancerArn"]
    group = new_target_group(Tags=tags(kind="group"))["TargetGroupArn"]
    listener = new_listener(load_balancer, Tags=tags(kind="listener"))["ListenerArn"]
    [rule] = elbv2.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/a"]}],
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
        Tags=tags(kind="rule"),
    )["Rules"]
    arns = [load_balancer, group, listener, rule["RuleArn"]]
    kinds = dict(zip(arns, ["lb", "group", "listener", "rule"], strict=True))
    assert tags_of(elbv2, *arns) == {arn: {"kind": kind} for arn, kind in kinds.items()}
    elbv2.add_tags(ResourceArns=arns, Tags=tags(kind="x", team="red"))
    assert tags_of(elbv2, *arns) == {arn: {"kind": "x", "team": "red"} for arn in arns}
    elbv2.remove_tags(ResourceArns=arns, TagKeys=["kind", "none"])
    assert tags_of(elbv2, *arns) == {arn: {"team": "red"} for arn in arns}


def test_the_default_rule_has_tags_too(elbv2, listener):
    [default] = elbv2.describe_rules(ListenerArn=listener)["Rules"]
    elbv2.add_tags(ResourceArns=[default["RuleArn"]], Tags=tags(a="1"))
    assert tags_of(elbv2, default["RuleArn"], listener) == {default["RuleArn"]: {"a": "1"}, listener: {}}


def test_tags_that_can_not_be(elbv2, load_balancer):
    with refused("DuplicateTagKeys", "Tag key was specified more than once: a"):
        elbv2.add_tags(ResourceArns=[load_balancer], Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])
    with refused("TooManyTags"):
        elbv2.add_tags(ResourceArns=[load_balancer], Tags=tags(**{f"k{n}": "" for n in range(51)}))
    with refused("ValidationError"):
        elbv2.add_tags(ResourceArns=[load_balancer], Tags=[{"Key": "aws:x", "Value": "1"}])


@pytest.mark.parametrize(
    "resource, code",
    [
        ("loadbalancer/app/none/0123456789abcdef", "LoadBalancerNotFound"),
        ("targetgroup/none/0123456789abcdef", "TargetGroupNotFound"),
        ("listener/app/none/0123456789abcdef/0123456789abcdef", "ListenerNotFound"),
        ("listener-rule/app/none/0123456789abcdef/0123456789abcdef/0123456789abcdef", "RuleNotFound"),
    ],
)
def test_tags_of_what_is_not_there(elbv2, account_id, resource, code):
    arn = f"arn:aws:elasticloadbalancing:{SEOUL}:{account_id}:{resource}"
    with refused(code):
        elbv2.describe_tags(ResourceArns=[arn])
    with refused(code):
        elbv2.add_tags(ResourceArns=[arn], Tags=tags(a="1"))


def as_user(client, new_user, *statements):
    return client("elbv2", credentials=new_user(document(*statements))[1])


def test_nothing_is_allowed_without_a_policy(client, new_user, load_balancer):
    nobody = as_user(client, new_user, allow("s3:*"))
    with refused("AccessDenied", matching=r"elasticloadbalancing:DescribeLoadBalancers on resource: \*", status=403):
        nobody.describe_load_balancers()
    with refused("AccessDenied", matching=r"because no identity-based policy allows"):
        nobody.delete_load_balancer(LoadBalancerArn=load_balancer)


def test_resources_and_their_tags_decide(client, new_user, new_load_balancer):
    red = new_load_balancer(Tags=tags(team="red"))["LoadBalancerArn"]
    blue = new_load_balancer(Tags=tags(team="blue"))["LoadBalancerArn"]
    action = "elasticloadbalancing:ModifyLoadBalancerAttributes"
    for key in ("aws:ResourceTag/team", "elasticloadbalancing:ResourceTag/team"):
        user = as_user(client, new_user, allow(action, condition={"StringEquals": {key: "red"}}))
        attribute = {"Key": "idle_timeout.timeout_seconds", "Value": "61"}
        user.modify_load_balancer_attributes(LoadBalancerArn=red, Attributes=[attribute])
        with refused("AccessDenied"):
            user.modify_load_balancer_attributes(LoadBalancerArn=blue, Attributes=[attribute])


def test_tagging_something_new_needs_its_own_permission(client, new_user, new_load_balancer, account_id):
    create = allow("elasticloadbalancing:CreateLoadBalancer")
    maker = as_user(client, new_user, create)
    new_load_balancer(by=maker)
    with refused("AccessDenied", matching="elasticloadbalancing:AddTags"):
        new_load_balancer(by=maker, Tags=tags(team="red"))
    on_creation = {"StringEquals": {"elasticloadbalancing:CreateAction": "CreateLoadBalancer"}}
    tagger = as_user(client, new_user, create, allow("elasticloadbalancing:AddTags", condition=on_creation))
    made = new_load_balancer(by=tagger, Tags=tags(team="red"))
    with refused("AccessDenied"):
        tagger.add_tags(ResourceArns=[made["LoadBalancerArn"]], Tags=tags(a="1"))


def test_the_request_is_described_to_policies(client, new_user, new_load_balancer, network):
    internal = {"StringEquals": {"elasticloadbalancing:Scheme": "internal"}}
    inside = as_user(client, new_user, allow("elasticloadbalancing:CreateLoadBalancer", condition=internal))
    new_load_balancer(by=inside, Scheme="internal")
    with refused("AccessDenied"):
        new_load_balancer(by=inside)
    secure = {"StringEquals": {"elasticloadbalancing:ListenerProtocol": "HTTP"}}
    user = as_user(
        client,
        new_user,
        allow("elasticloadbalancing:*"),
        deny("elasticloadbalancing:CreateListener", condition=secure),
    )
    arn = new_load_balancer(by=user)["LoadBalancerArn"]
    with refused("AccessDenied", matching="explicit deny"):
        user.create_listener(
            LoadBalancerArn=arn,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
        )


def test_an_account_sees_its_own_only(client, other_account, load_balancer):
    stranger = client("elbv2", credentials=other_account.credentials)
    assert stranger.describe_load_balancers()["LoadBalancers"] == []
    with refused("LoadBalancerNotFound"):
        stranger.describe_load_balancers(LoadBalancerArns=[load_balancer])
    stranger.delete_load_balancer(LoadBalancerArn=load_balancer)
    with refused("LoadBalancerNotFound"):
        stranger.modify_load_balancer_attributes(
            LoadBalancerArn=load_balancer, Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "9"}]
        )
    assert client("elbv2").describe_load_balancers(LoadBalancerArns=[load_balancer])["LoadBalancers"]


def test_a_region_sees_its_own_only(client, load_balancer):
    north = client("elbv2", region="eu-north-1")
    with refused("LoadBalancerNotFound"):
        north.describe_load_balancers(LoadBalancerArns=[load_balancer])
