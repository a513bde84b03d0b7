"""Web ACLs before a load balancer."""

import datetime

from waiting import until


def blocked(gateway, front, path="/admin"):
    return until(lambda: gateway.ask(front.host, path), lambda answer: answer.status != 200)


def test_a_blocked_request_gets_the_load_balancers_403(gateway, front, guard, rule, application):
    guard(rule(b"/admin", {"Block": {}}))
    answer = blocked(gateway, front)
    assert answer.status == 403
    assert answer.headers["server"] == "awselb/2.0"
    assert "<center><h1>403 Forbidden</h1></center>" in answer.body
    before = len(application.seen)
    assert gateway.ask(front.host, "/admin/x").status == 403
    assert not any(path.startswith("/admin") for _, path in application.seen[before:])
    assert gateway.ask(front.host, "/").status == 200


def test_a_custom_response_is_sent_as_it_was_set(gateway, front, guard, rule):
    action = {
        "Block": {
            "CustomResponse": {
                "ResponseCode": 429,
                "CustomResponseBodyKey": "later",
                "ResponseHeaders": [{"Name": "Retry-After", "Value": "60"}],
            }
        }
    }
    bodies = {"later": {"ContentType": "APPLICATION_JSON", "Content": '{"later": true}'}}
    guard(rule(b"/admin", action), CustomResponseBodies=bodies)
    answer = blocked(gateway, front)
    assert (answer.status, answer.body) == (429, '{"later": true}')
    assert answer.headers["retry-after"] == "60"
    assert answer.headers["content-type"] == "application/json"


def test_the_managed_rules_refuse_an_injection_and_let_a_page_through(gateway, front, guard, rule):
    managed = rule(b"", {})
    del managed["Action"]
    managed["OverrideAction"] = {"None": {}}
    managed["Statement"] = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}
    guard(managed)
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0"}

    def attack():
        return gateway.ask(
            front.host, "/?q=<script>alert(1)</script>".replace("<", "%3C").replace(">", "%3E"), headers=browser
        )

    assert until(attack, lambda answer: answer.status != 200, seconds=30).status == 403
    assert gateway.ask(front.host, "/page", headers=browser).status == 200


def test_samples_of_blocked_requests_can_be_read(gateway, front, guard, rule, waf):
    arn = guard(rule(b"/admin", {"Block": {}}, name="refused"))
    blocked(gateway, front, "/admin/seen")

    def samples():
        now = datetime.datetime.now(datetime.UTC)
        window = {"StartTime": now - datetime.timedelta(minutes=10), "EndTime": now + datetime.timedelta(minutes=1)}
        return waf.get_sampled_requests(
            WebAclArn=arn, RuleMetricName="refused", Scope="REGIONAL", TimeWindow=window, MaxItems=100
        )["SampledRequests"]

    found = until(samples, bool)
    assert found[0]["Action"] == "BLOCK"
    assert found[0]["Request"]["URI"] == "/admin/seen"


def test_a_web_acl_that_is_taken_away_guards_no_more(gateway, front, guard, rule, waf):
    guard(rule(b"/admin", {"Block": {}}))
    blocked(gateway, front)
    waf.disassociate_web_acl(ResourceArn=front.arn)
    until(lambda: gateway.ask(front.host, "/admin").status, lambda status: status == 200)
