"""Traffic through a load balancer that was made by its API."""

import json

from waiting import until


def test_a_request_reaches_the_target_with_forwarding_headers(gateway, front):
    answer = gateway.ask(front.host, "/a?b=c", method="POST", body="hello", headers={"X-Forwarded-For": "192.0.2.1"})
    told = json.loads(answer.body)
    assert (told["method"], told["path"], told["body"]) == ("POST", "/a?b=c", "hello")
    assert told["headers"]["x-forwarded-for"] == "192.0.2.1, 127.0.0.1"
    assert told["headers"]["x-forwarded-proto"] == "http"
    assert told["headers"]["x-forwarded-port"] == "80"
    assert told["headers"]["x-amzn-trace-id"].startswith("Root=1-")


def test_tls_by_the_gateways_own_authority(gateway, front):
    answer = gateway.ask(front.host, "/secure", tls=True)
    assert answer.status == 200
    assert json.loads(answer.body)["headers"]["x-forwarded-proto"] == "https"


def test_a_host_that_nobody_has_is_not_found(gateway):
    assert gateway.ask("nobody.test").status == 404


def test_a_changed_rule_is_in_force_at_once(gateway, front, elbv2):
    elbv2.create_rule(
        ListenerArn=front.listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/tea/*"]}}],
        Actions=[
            {
                "Type": "fixed-response",
                "FixedResponseConfig": {"StatusCode": "418", "ContentType": "text/plain", "MessageBody": "short"},
            }
        ],
    )
    answer = until(lambda: gateway.ask(front.host, "/tea/pot"), lambda answer: answer.status != 200)
    assert answer == (418, answer.headers, "short")
    assert answer.headers["content-type"] == "text/plain"


def test_health_is_what_checks_find(gateway, front, elbv2, application):
    def health():
        described = elbv2.describe_target_health(TargetGroupArn=front.target_group)["TargetHealthDescriptions"]
        return described[0]["TargetHealth"]

    until(health, lambda health: health["State"] == "healthy", seconds=20)
    application.healthy = False
    sick = until(health, lambda health: health["State"] == "unhealthy", seconds=30)
    assert sick["Reason"] == "Target.ResponseCodeMismatch"
    assert sick["Description"] == "Health checks failed with these codes: [500]"
    assert gateway.ask(front.host).status == 200, "where all are sick, all are tried"


def test_a_load_balancer_that_is_gone_serves_no_more(gateway, front, elbv2):
    elbv2.delete_load_balancer(LoadBalancerArn=front.arn)
    until(lambda: gateway.ask(front.host).status, lambda status: status == 404)
