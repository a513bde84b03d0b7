//! The prefilters and what is remembered of texts only save time: an explanation, which asks every statement, comes to
//! the same verdict as an evaluation, and as another one of the same request.

use std::path::Path;

use haechi_bench_waf::{acl, corpus, environment};
use haechi_waf::evaluate::Scratch;
use haechi_waf::rate::RateCounters;

fn agree(folder: &str, nth: usize) {
    let plan = acl::plan(&acl::DEFAULT).expect("the managed groups");
    let rates = RateCounters::new(&plan);
    let environment = environment::plain(&rates);
    let mut scratch = Scratch::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut compared = 0;
    for entry in folder.read_dir().expect("a folder") {
        let records = corpus::read(&entry.expect("a file").path(), true).expect("a corpus");
        for record in records.iter().step_by(nth) {
            let loaded = record.load().expect("a request");
            let quick = plan.evaluate(&loaded.request(), &environment, &mut scratch);
            let (slow, explanation) = plan.explain(&loaded.request(), &environment, &mut scratch);
            // What was found out about its texts is remembered.
            let again = plan.evaluate(&loaded.request(), &environment, &mut scratch);
            for quick in [quick, again] {
                assert_eq!(
                    (quick.action, quick.terminating_rule.rule_in_group),
                    (slow.action, slow.terminating_rule.rule_in_group),
                    "{}",
                    record.id
                );
            }
            assert!(!explanation.steps.is_empty());
            compared += 1;
        }
    }
    assert!(compared > 50);
}

#[test]
fn evaluation_and_explanation_of_attacks_agree() {
    agree("attacks", 5);
}

#[test]
fn evaluation_and_explanation_of_ordinary_texts_agree() {
    agree("benign", 10);
}
