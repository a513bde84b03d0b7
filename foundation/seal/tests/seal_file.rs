//! The sealed root in a data directory: first start, exchange of seals, crashes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use haechi_crypto::{Plaintext, RootKey};
use haechi_seal::{
    Argon2idParameters, KeyFileSeal, Opened, PassphraseSeal, Seal, SealError, SealFile, SealedRoot,
};

fn passphrase(text: &str) -> PassphraseSeal {
    let cheap = Argon2idParameters {
        memory_kib: 8 * 1024,
        passes: 1,
        lanes: 1,
    };
    PassphraseSeal::with_parameters(Plaintext::copy_of(text.as_bytes()), cheap).unwrap()
}

#[test]
fn first_start_makes_a_root_and_later_ones_open_it() {
    let directory = tempfile::tempdir().unwrap();
    let file = SealFile::in_directory(directory.path());
    let seal = KeyFileSeal::at_or_create(directory.path().join("root.key")).unwrap();
    assert!(matches!(file.open(&seal), Err(SealError::Missing(_))));
    let (root, opened) = file.open_or_create(&seal).unwrap();
    assert_eq!(opened, Opened::Created);
    assert_eq!(
        fs::metadata(file.path()).unwrap().permissions().mode() & 0o777,
        0o600
    );

    let seal = KeyFileSeal::at(directory.path().join("root.key")).unwrap();
    assert_eq!(
        file.open_or_create(&seal).unwrap(),
        (root.clone(), Opened::Existing)
    );
    assert_eq!(file.open(&seal).unwrap(), root);
}

#[test]
fn starts_at_the_same_moment_share_one_root() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        let seal = KeyFileSeal::at_or_create(directory.path().join("root.key")).unwrap();
        SealFile::in_directory(directory.path())
            .open_or_create(&seal)
            .unwrap()
    };
    let starts: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(starts.iter().all(|(root, _)| *root == starts[0].0));
    assert_eq!(
        starts
            .iter()
            .filter(|(_, opened)| *opened == Opened::Created)
            .count(),
        1
    );
    assert_eq!(
        fs::read_dir(directory.path()).unwrap().count(),
        2,
        "no draft stays behind"
    );
}

#[test]
fn reseal_keeps_the_root_and_shuts_out_the_old_seal() {
    let directory = tempfile::tempdir().unwrap();
    let file = SealFile::in_directory(directory.path());
    let key_file = KeyFileSeal::create(directory.path().join("root.key")).unwrap();
    let (root, _) = file.open_or_create(&key_file).unwrap();

    let resealed = file
        .reseal(&key_file, &passphrase("correct horse battery"))
        .unwrap();
    assert_eq!(resealed.method().name(), "passphrase");
    assert_eq!(resealed.root_id(), root.id().to_string());
    assert_eq!(file.open(&passphrase("correct horse battery")).unwrap(), root);
    assert!(matches!(
        file.open(&key_file),
        Err(SealError::AnotherMethod {
            sealed_by: "passphrase",
            tried: "key-file"
        })
    ));

    key_file.remove().unwrap();
    file.reseal(
        &passphrase("correct horse battery"),
        &passphrase("a better passphrase"),
    )
    .unwrap();
    assert_eq!(file.open(&passphrase("a better passphrase")).unwrap(), root);
    assert!(matches!(
        file.open(&passphrase("correct horse battery")),
        Err(SealError::WrongKey)
    ));
    assert_eq!(
        fs::read_dir(directory.path()).unwrap().count(),
        1,
        "no draft and no key file stays behind"
    );
}

#[test]
fn failed_reseal_leaves_the_old_record() {
    let directory = tempfile::tempdir().unwrap();
    let file = SealFile::in_directory(directory.path());
    let key_file = KeyFileSeal::create(directory.path().join("root.key")).unwrap();
    file.open_or_create(&key_file).unwrap();
    let before = fs::read(file.path()).unwrap();
    let stranger = KeyFileSeal::create(directory.path().join("other.key")).unwrap();
    assert!(matches!(
        file.reseal(&stranger, &passphrase("a better passphrase")),
        Err(SealError::WrongKey)
    ));

    /// Closes what it can't open again.
    struct Forgetful;
    impl Seal for Forgetful {
        fn close(&self, _: &RootKey) -> Result<SealedRoot, SealError> {
            passphrase("a better passphrase").close(&RootKey::generate()?)
        }
        fn open(&self, sealed: &SealedRoot) -> Result<RootKey, SealError> {
            passphrase("a better passphrase").open(sealed)
        }
    }
    assert!(matches!(
        file.reseal(&key_file, &Forgetful),
        Err(SealError::WrongKey)
    ));
    assert_eq!(fs::read(file.path()).unwrap(), before);
    file.open(&key_file).unwrap();
}

#[test]
fn draft_that_a_crash_left_behind_is_no_obstacle() {
    let directory = tempfile::tempdir().unwrap();
    let file = SealFile::in_directory(directory.path());
    let key_file = KeyFileSeal::create(directory.path().join("root.key")).unwrap();
    let (root, _) = file.open_or_create(&key_file).unwrap();
    let draft = directory
        .path()
        .join(format!("seal.json.draft-{}-0", std::process::id()));
    fs::write(&draft, b"half a reco").unwrap();
    assert_eq!(file.open(&key_file).unwrap(), root, "the draft is not looked at");
    file.reseal(&key_file, &passphrase("correct horse battery"))
        .unwrap();
    assert_eq!(file.open(&passphrase("correct horse battery")).unwrap(), root);
}

#[test]
fn sealed_root_does_not_contain_the_root() {
    let directory = tempfile::tempdir().unwrap();
    let file = SealFile::in_directory(directory.path());
    let (root, _) = file.open_or_create(&passphrase("correct horse battery")).unwrap();
    let record = fs::read_to_string(file.path()).unwrap();
    let hex = hex::encode(root.key().expose());
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode(root.key().expose());
    assert!(!record.contains(&hex) && !record.contains(&base64) && !record.contains("correct horse"));
}
