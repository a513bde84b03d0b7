use proptest::prelude::*;

use super::*;

fn parts() -> impl Strategy<Value = Vec<Part>> {
    prop::collection::vec(
        prop_oneof![
            "[a-c\\x00\u{ff}é]{0,4}".prop_map(Part::Str),
            any::<u64>().prop_map(Part::Num)
        ],
        0..5,
    )
}

/// The order that tuples have by definition: strings before numbers, strings by bytes.
fn rank(parts: &[Part]) -> Vec<(u8, Vec<u8>)> {
    parts
        .iter()
        .map(|part| match part {
            Part::Str(text) => (0, text.as_bytes().to_vec()),
            Part::Num(number) => (1, number.to_be_bytes().to_vec()),
        })
        .collect()
}

fn key(parts: &[Part]) -> Key {
    KeyBuilder::default().part(&Id(parts.to_vec())).finish()
}

proptest! {
    #[test]
    fn a_key_reads_back_as_the_parts_it_was_built_from(parts in parts()) {
        prop_assert_eq!(key(&parts).parts(), Some(parts));
    }

    #[test]
    fn bytes_sort_as_tuples_sort(a in parts(), b in parts()) {
        prop_assert_eq!(key(&a).cmp(&key(&b)), rank(&a).cmp(&rank(&b)));
    }

    #[test]
    fn a_subtree_holds_exactly_the_keys_that_begin_with_its_parts(a in parts(), b in parts()) {
        prop_assert_eq!(key(&a).subtree().contains(&key(&b)), b.starts_with(&a));
    }

    #[test]
    fn bytes_that_are_no_key_are_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let key = Key::from_bytes(bytes);
        if let Some(parts) = key.parts() {
            prop_assert_eq!(KeyBuilder::default().part(&Id(parts)).finish(), key);
        }
    }
}

#[test]
fn scope_and_id_come_back_from_a_table_key() {
    let scope = Scope::new("aws", "123456789012", "ap-northeast-2");
    let key = Key::build(&scope, "kms", "grants").part(&("key-1", 7)).finish();
    assert_eq!(key.scope_and_id(), Some((scope, Id::of(&("key-1", 7)))));
    assert_eq!(
        key.to_string(),
        "/kms/grants/aws/123456789012/ap-northeast-2/key-1/7"
    );
}

#[test]
fn collections_are_the_table_and_every_parent() {
    let scope = Scope::new("aws", "1", "eu");
    let table = Key::build(&scope, "kms", "grants");
    let key = table.clone().part(&("key-1", "grant-1")).finish();
    assert_eq!(
        key.collections(),
        vec![table.clone().finish(), table.str("key-1").finish()]
    );
}
