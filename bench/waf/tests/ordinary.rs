//! The managed groups let ordinary traffic through: what of `benign` is refused is written down in `refused.txt` beside it, and
//! nothing else may be.

use std::collections::BTreeSet;
use std::path::PathBuf;

use haechi_bench_waf::{acl, corpus, environment};
use haechi_waf::evaluate::{Environment, Scratch};
use haechi_waf::rate::RateCounters;
use haechi_waf::request::{Limits, ResourceType};
use haechi_waf::verdict::ActionTaken;

fn corpora() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/benign");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

#[test]
fn no_ordinary_request_is_refused_but_those_that_are_known() {
    let plan = acl::plan(&acl::DEFAULT).expect("the groups");
    let rates = RateCounters::new(&plan);
    let environment = Environment {
        resource: "",
        limits: Limits::of(ResourceType::CloudFront, None),
        ..environment::plain(&rates)
    };
    let mut scratch = Scratch::new();
    let mut refused = BTreeSet::new();
    for path in corpora() {
        for record in corpus::read(&path, false).expect("a corpus") {
            let loaded = record.load().expect("a request");
            let verdict = plan.evaluate(&loaded.request(), &environment, &mut scratch);
            if verdict.action == ActionTaken::Block {
                let rule = verdict.terminating_rule.rule_in_group.unwrap_or("-");
                refused.insert(format!("{}\t{}\t{rule}", record.class, record.id));
            }
        }
    }
    let known: BTreeSet<String> = include_str!("../refused.txt")
        .lines()
        .map(ToOwned::to_owned)
        .collect();
    let new: Vec<_> = refused.difference(&known).collect();
    assert!(new.is_empty(), "refused now: {new:#?}");
    let gone: Vec<_> = known.difference(&refused).collect();
    assert!(
        gone.is_empty(),
        "let through now, take them from refused.txt: {gone:#?}"
    );
}
