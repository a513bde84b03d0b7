use haechi_store::memory::MemoryBackend;

use super::*;

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

fn region(name: &str) -> Region {
    Region::parse(name).unwrap()
}

#[tokio::test]
async fn secret_opens_for_its_owner_alone() {
    let keyring = Keyring::new(RootKey::generate().unwrap(), Store::new(MemoryBackend::shared()));
    let (a, b) = (account("111122223333"), account("444455556666"));
    let (seoul, stockholm) = (region("ap-northeast-2"), region("eu-north-1"));
    let binding = Binding::new("test/secret").with("one");
    let sealed = keyring.seal(&a, &seoul, &binding, b"secret").await.unwrap();
    assert_eq!(
        keyring
            .open(&a, &seoul, &binding, &sealed)
            .await
            .unwrap()
            .expose(),
        b"secret"
    );
    assert!(keyring.open(&b, &seoul, &binding, &sealed).await.is_err());
    assert!(keyring.open(&a, &stockholm, &binding, &sealed).await.is_err());
    assert!(
        keyring
            .open(&a, &seoul, &Binding::new("test/secret").with("two"), &sealed)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn domain_key_outlives_the_process() {
    let (root, backend) = (RootKey::generate().unwrap(), MemoryBackend::shared());
    let (account, region) = (account("111122223333"), region("eu-north-1"));
    let before = Keyring::new(root.clone(), Store::new(backend.clone()));
    assert!(before.opened(&account, &region).is_none());
    let id = before.domain(&account, &region).await.unwrap().id();
    assert_eq!(before.opened(&account, &region).unwrap().id(), id);
    let after = Keyring::new(root, Store::new(backend));
    assert_eq!(after.domain(&account, &region).await.unwrap().id(), id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_ask_at_once_get_the_same_key() {
    let (root, backend) = (RootKey::generate().unwrap(), MemoryBackend::shared());
    let (account, region) = (account("111122223333"), region("eu-north-1"));
    for _ in 0..20 {
        let mut asked = Vec::new();
        for _ in 0..8 {
            let keyring = Keyring::new(root.clone(), Store::new(backend.clone()));
            let (account, region) = (account.clone(), region.clone());
            #[expect(clippy::disallowed_methods, reason = "a test that waits for them")]
            asked.push(tokio::spawn(async move {
                keyring.domain(&account, &region).await.unwrap().id()
            }));
        }
        let mut ids = Vec::new();
        for task in asked {
            ids.push(task.await.unwrap());
        }
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
}

#[tokio::test]
async fn domain_key_of_another_root_is_an_error_and_not_replaced() {
    let store = Store::new(MemoryBackend::shared());
    let (account, region) = (account("111122223333"), region("eu-north-1"));
    let root = RootKey::generate().unwrap();
    let right = Keyring::new(root.clone(), store.clone());
    let id = right.domain(&account, &region).await.unwrap().id();
    let wrong = Keyring::new(RootKey::generate().unwrap(), store.clone());
    assert!(matches!(
        wrong.domain(&account, &region).await,
        Err(KeyringError::DomainKey { .. })
    ));
    let right = Keyring::new(root, store);
    assert_eq!(right.domain(&account, &region).await.unwrap().id(), id);
}

#[tokio::test]
async fn domain_key_moved_to_another_account_does_not_open() {
    let (root, store) = (RootKey::generate().unwrap(), Store::new(MemoryBackend::shared()));
    let (a, b, eu) = (
        account("111122223333"),
        account("444455556666"),
        region("eu-north-1"),
    );
    Keyring::new(root.clone(), store.clone())
        .domain(&a, &eu)
        .await
        .unwrap();
    let scope = |account: &AccountId| Scope::new("aws", account.as_str(), "eu-north-1");
    let stolen = store
        .get(&DOMAIN_KEYS, &scope(&a), CURRENT)
        .await
        .unwrap()
        .unwrap();
    let (stolen, to) = (&stolen, &scope(&b));
    store
        .txn::<_, KeyringError, _, _>(
            |txn| async move { Ok(txn.put(&DOMAIN_KEYS, to, CURRENT, stolen).await?) },
        )
        .await
        .unwrap();
    let keyring = Keyring::new(root, store);
    assert!(matches!(
        keyring.domain(&b, &eu).await,
        Err(KeyringError::DomainKey { .. })
    ));
}
