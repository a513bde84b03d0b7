use super::*;
use crate::guard::tests::{ADMIN, answer, path_rule, protection, visit};
use haechi_dataplane::ResourceKind::ApplicationLoadBalancer;
use serde_json::json;

fn snapshot(protections: Vec<Protection>) -> Snapshot {
    Snapshot {
        protections,
        ..Snapshot::default()
    }
}

fn blocking(digest: &str) -> Protection {
    let rules = json!([path_rule("admin", 0, ADMIN, &json!({ "Block": {} }))]);
    protection(digest, "lb", &rules)
}

fn broken(digest: &str) -> Protection {
    let mut broken = blocking(digest);
    broken.definition = "{}".to_owned();
    broken
}

fn guarded(guards: &Guards, resource: &str) -> Arc<Guard> {
    match guards.of(resource) {
        Standing::Guarded(guard) => guard,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_resource_is_guarded_by_its_web_acl_and_others_are_not() {
    let guards = Guards::default();
    guards.apply(&snapshot(vec![blocking("1")])).await;
    answer(guarded(&guards, "lb").decide(&visit("/admin", ApplicationLoadBalancer)));
    assert!(matches!(guards.of("other"), Standing::Unguarded));
    guards.apply(&snapshot(Vec::new())).await;
    assert!(matches!(guards.of("lb"), Standing::Unguarded));
}

#[tokio::test]
async fn nothing_is_compiled_twice() {
    let guards = Guards::default();
    guards.apply(&snapshot(vec![blocking("1")])).await;
    let first = guarded(&guards, "lb");
    guards.apply(&snapshot(vec![blocking("1")])).await;
    assert!(Arc::ptr_eq(&first, &guarded(&guards, "lb")));
    guards.apply(&snapshot(vec![blocking("2")])).await;
    assert_eq!(guarded(&guards, "lb").digest(), "2");
}

#[tokio::test]
async fn a_web_acl_that_fails_to_compile_keeps_the_one_before_in_force() {
    let guards = Guards::default();
    guards.apply(&snapshot(vec![blocking("1")])).await;
    guards.apply(&snapshot(vec![broken("2")])).await;
    assert_eq!(guarded(&guards, "lb").digest(), "1");
}

#[tokio::test]
async fn a_resource_whose_first_web_acl_fails_to_compile_is_not_taken_for_unguarded() {
    let guards = Guards::default();
    guards.apply(&snapshot(vec![broken("1")])).await;
    assert!(matches!(
        guards.settled("lb", Duration::from_millis(1)).await,
        Standing::Unready
    ));
}

#[tokio::test]
async fn a_resource_that_changes_its_web_acl_keeps_the_old_one_until_the_new_one_is_ready() {
    let guards = Guards::default();
    guards.apply(&snapshot(vec![blocking("1")])).await;
    let mut other = broken("3");
    other.web_acl = "another".to_owned();
    guards.apply(&snapshot(vec![other])).await;
    assert_eq!(guarded(&guards, "lb").digest(), "1");
}

#[tokio::test]
async fn who_waits_is_served_as_soon_as_the_web_acl_is_ready() {
    let guards = Arc::new(Guards::default());
    guards.publish(&[blocking("1")], &Applied::default());
    assert!(matches!(guards.of("lb"), Standing::Unready));
    #[expect(clippy::disallowed_methods, reason = "a test that waits for it")]
    let waiting = tokio::spawn({
        let guards = Arc::clone(&guards);
        async move { guards.settled("lb", Duration::from_mins(1)).await }
    });
    guards.apply(&snapshot(vec![blocking("1")])).await;
    assert!(matches!(waiting.await.expect("an end"), Standing::Guarded(_)));
}
