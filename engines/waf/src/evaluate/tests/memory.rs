//! What a scratch remembers of texts changes no verdict.

use super::*;
use crate::verdict::ActionTaken;

fn action(plan: &Plan, request: &HttpRequest<'_>, scratch: &mut Scratch) -> ActionTaken {
    let rates = RateCounters::new(plan);
    let environment = Environment {
        resource: "",
        limits: Limits::default(),
        geo: &World,
        rates: &rates,
        token: TokenState::Absent,
        now: 1_000_000_000,
    };
    plan.evaluate(request, &environment, scratch).action
}

fn contains(text: &str) -> Plan {
    blocking(&format!(
        r#"{{"RegexMatchStatement":{{"RegexString":"{text}","FieldToMatch":{{"UriPath":{{}}}},$T}}}}"#
    ))
}

#[test]
fn texts_that_come_again_are_judged_as_the_first_time_by_each_plan_of_its_own() {
    // Both look closer at the same texts, and find different things there.
    let plans = [contains("attack[0-9]"), contains("attack[a-z]")];
    let mut scratch = Scratch::new();
    for _ in 0..3 {
        for (nth, path, expected) in [
            (0, "/attack7", ActionTaken::Block),
            (1, "/attack7", ActionTaken::Allow),
            (0, "/attackx", ActionTaken::Allow),
            (1, "/attackx", ActionTaken::Block),
            (0, "/ordinary", ActionTaken::Allow),
        ] {
            assert_eq!(action(&plans[nth], &get(path), &mut scratch), expected, "{path}");
        }
    }
}

#[test]
fn a_text_is_asked_again_when_a_pattern_set_was_replaced() {
    struct One(Arc<SharedPatternSet>);
    impl Resolver for One {
        fn rule_group(&self, _: &str) -> Option<Arc<RuleGroup>> {
            None
        }
        fn managed_rule_group(
            &self,
            _: &str,
            _: &str,
            _: Option<&str>,
            _: &[ManagedRuleGroupConfig],
        ) -> Option<Arc<ManagedRuleGroup>> {
            None
        }
        fn ip_set(&self, _: &str) -> Option<Arc<SharedIpSet>> {
            None
        }
        fn regex_pattern_set(&self, _: &str) -> Option<Arc<SharedPatternSet>> {
            Some(Arc::clone(&self.0))
        }
    }
    let set = |pattern: &str| PatternSet::new(&[pattern]).expect("a set");
    let shared = Arc::new(SharedPatternSet::new(set("^/admin")));
    let arn = r#""ARN":"arn:aws:wafv2:us-east-1:1:regional/regexpatternset/one/1""#;
    // The second statement gives the slot a scan.
    let statement = format!(
        r#"{{"OrStatement":{{"Statements":[
            {{"RegexPatternSetReferenceStatement":{{{arn},"FieldToMatch":{{"UriPath":{{}}}},$T}}}},
            {{"ByteMatchStatement":{{"SearchString":"needle","FieldToMatch":{{"UriPath":{{}}}},$T,"PositionalConstraint":"CONTAINS"}}}}]}}}}"#
    );
    let acl = acl(&[rule("r", 0, &statement, r#""Action":{"Block":{}}"#)]);
    let plan = Plan::compile(&acl, "1", &One(Arc::clone(&shared))).expect("a plan");
    let mut scratch = Scratch::new();
    for _ in 0..2 {
        assert_eq!(action(&plan, &get("/shop"), &mut scratch), ActionTaken::Allow);
    }
    shared.store(set("^/shop"));
    assert_eq!(action(&plan, &get("/shop"), &mut scratch), ActionTaken::Block);
}
