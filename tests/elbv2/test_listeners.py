"""Listeners: ports, protocols, certificates, default actions."""

import pytest

from aws_clients import SEOUL, refused

CERTIFICATE = f"arn:aws:acm:{SEOUL}:000000000000:certificate/{{}}"
FIRST, SECOND, THIRD = (CERTIFICATE.format(f"0000000{n}-0000-4000-8000-000000000000") for n in range(3))


def fixed(status="404", **more):
    return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status} | more}


def test_a_listener_forwards_to_a_group(elbv2, load_balancer, target_group, new_listener):
    made = new_listener(load_balancer, target_group)
    assert made["ListenerArn"].startswith(load_balancer.replace(":loadbalancer/", ":listener/") + "/")
    assert (made["Protocol"], made["Port"], made["LoadBalancerArn"]) == ("HTTP", 80, load_balancer)
    assert made["DefaultActions"] == [
        {
            "Type": "forward",
            "TargetGroupArn": target_group,
            "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": target_group, "Weight": 1}],
                "TargetGroupStickinessConfig": {"Enabled": False},
            },
        }
    ]
    assert elbv2.describe_listeners(LoadBalancerArn=load_balancer)["Listeners"] == [made]
    assert elbv2.describe_listeners(ListenerArns=[made["ListenerArn"]])["Listeners"] == [made]


def test_groups_have_weights_and_clients_stay(elbv2, load_balancer, new_target_group, new_listener):
    one, other = (new_target_group()["TargetGroupArn"] for _ in range(2))
    config = {
        "TargetGroups": [{"TargetGroupArn": one, "Weight": 3}, {"TargetGroupArn": other, "Weight": 0}],
        "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60},
    }
    made = new_listener(load_balancer, DefaultActions=[{"Type": "forward", "ForwardConfig": config}])
    assert made["DefaultActions"] == [{"Type": "forward", "ForwardConfig": config}]


def test_a_redirect_keeps_what_it_does_not_name(load_balancer, new_listener):
    redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    made = new_listener(load_balancer, DefaultActions=[{"Type": "redirect", "RedirectConfig": redirect}])
    assert made["DefaultActions"][0]["RedirectConfig"] == redirect | {
        "Host": "#{host}",
        "Path": "/#{path}",
        "Query": "#{query}",
    }


def test_the_same_settings_give_the_same_listener(load_balancer, new_listener):
    first = new_listener(load_balancer)
    assert new_listener(load_balancer) == first
    message = f"A listener already exists on this port for this load balancer '{load_balancer}'"
    with refused("DuplicateListener", message):
        new_listener(load_balancer, DefaultActions=[fixed("503")])


@pytest.mark.parametrize(
    "code, message, parameters",
    [
        ("ValidationError", "Listener protocol 'TCP' must be one of 'HTTP, HTTPS'", {"Protocol": "TCP"}),
        ("ValidationError", "A certificate must be specified for HTTPS listeners", {"Protocol": "HTTPS"}),
        (
            "ValidationError",
            "A certificate cannot be specified for HTTP listeners",
            {"Certificates": [{"CertificateArn": FIRST}]},
        ),
        (
            "SSLPolicyNotFound",
            "SSL policy 'mine' not found",
            {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": FIRST}], "SslPolicy": "mine"},
        ),
        (
            "CertificateNotFound",
            "Certificate 'arn:x' not found",
            {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": "arn:x"}]},
        ),
        (
            "InvalidLoadBalancerAction",
            "The ContentType must be one of:'text/html', 'application/json', 'application/javascript', 'text/css', "
            "'text/plain'",
            {"DefaultActions": [fixed(ContentType="image/png")]},
        ),
        (
            "InvalidLoadBalancerAction",
            "Actions of type 'authenticate-cognito' are not supported",
            {
                "DefaultActions": [
                    {
                        "Type": "authenticate-cognito",
                        "AuthenticateCognitoConfig": {
                            "UserPoolArn": "arn",
                            "UserPoolClientId": "id",
                            "UserPoolDomain": "d",
                        },
                    }
                ]
            },
        ),
        ("ValidationError", "A target group ARN must be specified", {"DefaultActions": [{"Type": "forward"}]}),
    ],
)
def test_a_listener_that_can_not_be(load_balancer, new_listener, code, message, parameters):
    with refused(code, message):
        new_listener(load_balancer, **parameters)


def test_status_codes_are_held_to_the_model(client, load_balancer):
    sloppy = client("elbv2", validate=False)
    with refused("ValidationError", matching=r"'100'.*statusCode.*\^\(2\|4\|5\)"):
        sloppy.create_listener(LoadBalancerArn=load_balancer, Protocol="HTTP", Port=80, DefaultActions=[fixed("100")])


def test_groups_must_fit_the_load_balancer(load_balancer, new_listener, new_target_group, new_network):
    with refused("IncompatibleProtocols"):
        new_listener(load_balancer, new_target_group(Protocol="TCP")["TargetGroupArn"])
    elsewhere = new_target_group(VpcId=new_network().vpc)["TargetGroupArn"]
    with refused("InvalidConfigurationRequest", matching="not in the same VPC"):
        new_listener(load_balancer, elsewhere)


def test_what_is_not_there_is_not_found(elbv2, load_balancer, new_listener, target_group):
    missing = target_group[:-16] + "0123456789abcdef"
    with refused("TargetGroupNotFound", f"Target group '{missing}' not found"):
        new_listener(load_balancer, missing)
    nowhere = load_balancer[:-16] + "0123456789abcdef"
    with refused("LoadBalancerNotFound"):
        new_listener(nowhere)
    with refused("LoadBalancerNotFound"):
        elbv2.describe_listeners(LoadBalancerArn=nowhere)
    listener = nowhere.replace(":loadbalancer/", ":listener/") + "/0123456789abcdef"
    for operation in (elbv2.delete_listener, elbv2.describe_listener_attributes):
        with refused("ListenerNotFound"):
            operation(ListenerArn=listener)
    with refused("ValidationError", "You must specify either listener ARNs or a load balancer ARN"):
        elbv2.describe_listeners()


def test_a_listener_learns_tls_and_forgets_it(elbv2, load_balancer, new_listener):
    arn = new_listener(load_balancer)["ListenerArn"]
    [secure] = elbv2.modify_listener(
        ListenerArn=arn, Port=443, Protocol="HTTPS", Certificates=[{"CertificateArn": FIRST}]
    )["Listeners"]
    assert (secure["Port"], secure["Protocol"]) == (443, "HTTPS")
    assert (secure["SslPolicy"], secure["Certificates"]) == ("ELBSecurityPolicy-2016-08", [{"CertificateArn": FIRST}])
    assert secure["MutualAuthentication"] == {"Mode": "off"}
    [plain] = elbv2.modify_listener(ListenerArn=arn, Port=80, Protocol="HTTP")["Listeners"]
    assert "SslPolicy" not in plain and "Certificates" not in plain


def test_a_port_is_not_taken_twice(elbv2, load_balancer, new_listener):
    new_listener(load_balancer, port=80)
    other = new_listener(load_balancer, port=81)["ListenerArn"]
    with refused("DuplicateListener"):
        elbv2.modify_listener(ListenerArn=other, Port=80)


def test_further_certificates_come_and_go(elbv2, load_balancer, new_listener):
    arn = new_listener(load_balancer, Protocol="HTTPS", Certificates=[{"CertificateArn": FIRST}])["ListenerArn"]
    elbv2.add_listener_certificates(
        ListenerArn=arn, Certificates=[{"CertificateArn": SECOND}, {"CertificateArn": THIRD}]
    )

    def shown():
        certificates = elbv2.describe_listener_certificates(ListenerArn=arn)["Certificates"]
        return {one["CertificateArn"]: one["IsDefault"] for one in certificates}

    assert shown() == {FIRST: True, SECOND: False, THIRD: False}
    elbv2.remove_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": SECOND}])
    assert shown() == {FIRST: True, THIRD: False}
    with refused("OperationNotPermitted", "The default certificate cannot be removed"):
        elbv2.remove_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": FIRST}])


def test_attributes_of_listeners(elbv2, listener):
    hsts = {"Key": "routing.http.response.strict_transport_security.header_value", "Value": "max-age=1"}
    changed = elbv2.modify_listener_attributes(ListenerArn=listener, Attributes=[hsts])["Attributes"]
    assert hsts in changed and {"Key": "routing.http.response.server.enabled", "Value": "true"} in changed
    assert elbv2.describe_listener_attributes(ListenerArn=listener)["Attributes"] == changed
    with refused("ValidationError", "Listener attribute key 'tcp.idle_timeout.seconds' is not recognized"):
        elbv2.modify_listener_attributes(
            ListenerArn=listener, Attributes=[{"Key": "tcp.idle_timeout.seconds", "Value": "60"}]
        )


def test_listeners_of_network_load_balancers(new_load_balancer, new_target_group, new_listener, network):
    arn = new_load_balancer(Type="network", Subnets=network.subnets[:1])["LoadBalancerArn"]
    group = new_target_group(Protocol="TCP")["TargetGroupArn"]
    assert new_listener(arn, group, Protocol="TCP")["Protocol"] == "TCP"
    with refused("InvalidLoadBalancerAction"):
        new_listener(arn, port=81, Protocol="TCP")
    with refused("ValidationError", matching="Listener protocol 'HTTP' must be one of"):
        new_listener(arn, group, port=82)
