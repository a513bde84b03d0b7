"""Security policies, limits, and the older API of the same name."""

from aws_clients import refused


def test_security_policies(elbv2):
    found = elbv2.describe_ssl_policies(Names=["ELBSecurityPolicy-TLS13-1-2-Res-2021-06"])["SslPolicies"]
    assert found == [
        {
            "Name": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
            "SslProtocols": ["TLSv1.3", "TLSv1.2"],
            "SupportedLoadBalancerTypes": ["application", "network"],
            "Ciphers": [
                {"Name": name, "Priority": priority}
                for priority, name in enumerate(
                    [
                        "TLS_AES_128_GCM_SHA256",
                        "TLS_AES_256_GCM_SHA384",
                        "TLS_CHACHA20_POLY1305_SHA256",
                        "ECDHE-ECDSA-AES128-GCM-SHA256",
                        "ECDHE-RSA-AES128-GCM-SHA256",
                        "ECDHE-ECDSA-AES256-GCM-SHA384",
                        "ECDHE-RSA-AES256-GCM-SHA384",
                    ],
                    start=1,
                )
            ],
        }
    ]
    with refused("SSLPolicyNotFound"):
        elbv2.describe_ssl_policies(Names=["mine"])
    first = elbv2.describe_ssl_policies(PageSize=3)
    second = elbv2.describe_ssl_policies(PageSize=3, Marker=first["NextMarker"])
    names = [policy["Name"] for policy in first["SslPolicies"] + second["SslPolicies"]]
    assert len(set(names)) == 6 and names[0] == "ELBSecurityPolicy-2016-08"


def test_limits(elbv2):
    limits = {limit["Name"]: limit["Max"] for limit in elbv2.describe_account_limits()["Limits"]}
    assert limits["application-load-balancers"] == "50"
    assert limits["target-groups"] == "3000"


def test_classic_load_balancers_are_not_there(client):
    with refused("InvalidAction", "Could not find operation DescribeLoadBalancers for version 2012-06-01"):
        client("elb").describe_load_balancers()


def test_trust_stores_are_not_there(elbv2):
    with refused("InvalidAction", matching="DescribeTrustStores"):
        elbv2.describe_trust_stores()
