"""`haechi waf capacity` and `haechi waf lint`."""

import json


def test_capacity_is_told_by_rule_and_statement(bench, make):
    rules = [make.rule("a", make.matching("/a")), make.rule("b", make.matching("/b"), priority=1),
             make.group("AWSManagedRulesCommonRuleSet", 2)]  # fmt: skip
    for document in (rules, {"Scope": "REGIONAL", "Rules": rules}, make.acl(*rules)):
        run = bench.run("capacity", bench.file("rules.json", document), "--format", "json")
        counted = json.loads(run.stdout)
        # The second rule shares the transformation of the first.
        assert [rule["adds"] for rule in counted["rules"]] == [12, 2, 700]
        assert (counted["capacity"], counted["fits"], run.returncode) == (714, True, 0)
    named = [["rules.json"], ["--web-acl", "rules.json"], ["--rules", "rules.json"]]
    (told,) = {bench.run("capacity", *arguments).stdout for arguments in named}
    assert "10 shared with rules before" in told


def test_more_than_aws_takes_is_exit_code_1(bench, make):
    groups = [make.group("AWSManagedRulesCommonRuleSet", n) | {"Name": f"g{n}"} for n in range(8)]
    run = bench.run("capacity", bench.file("acl.json", make.acl(*groups)))
    assert run.returncode == 1 and "5000" in run.stdout


def test_findings_have_an_id_a_severity_and_a_place(bench, make):
    acl = make.acl(
        make.rule("wide", make.matching("/admin"), "Allow"), make.rule("narrow", make.matching("/admin/x"), priority=1)
    )
    run = bench.run("lint", bench.file("acl.json", acl), "--format", "json", "--fail-on", "warning")
    (finding,) = json.loads(run.stdout)["findings"]
    assert (finding["id"], finding["severity"], finding["rule"]) == ("shadowed-rule", "warning", "narrow")
    assert (finding["position"], run.returncode) == ("Rules[1]", 1)
    assert bench.run("lint", "acl.json").returncode == 0


def test_a_search_that_can_never_match_is_an_error(bench, make):
    acl = make.acl(make.rule("r", make.matching("/Admin", transformation="LOWERCASE")))
    run = bench.run("lint", bench.file("acl.json", acl))
    assert run.returncode == 1
    assert "[never-matches]" in run.stdout and "Rules[0].Statement.ByteMatchStatement" in run.stdout


def test_what_aws_refuses_is_bad_input(bench, make):
    acl = make.acl(make.rule("r", {"AndStatement": {"Statements": [make.matching("/a")]}}))
    for command in ("lint", "capacity"):
        run = bench.run(command, bench.file("acl.json", acl))
        assert run.returncode == 2 and "AND_STATEMENT" in run.stderr
    run = bench.run("lint", bench.file("acl.json", {"Hello": 1}))
    assert run.returncode == 2 and "get-web-acl" in run.stderr
