//! The PKCS#11 seal against SoftHSM2 (Debian: `apt-get install softhsm2`).
//!
//! SoftHSM finds its tokens through an environment variable, which a multi-threaded test can't set for itself. So the
//! visible test makes a token and runs the one that does the work in a process of its own.
#![cfg(feature = "pkcs11")]

use std::path::{Path, PathBuf};
use std::process::Command;

use haechi_crypto::{Plaintext, RootKey};
use haechi_seal::pkcs11::{Pkcs11Configuration, Pkcs11Seal};
use haechi_seal::{KeyFileSeal, Seal, SealError, SealFile};

const INNER: &str = "inside_a_process_with_a_token";

fn library() -> Option<PathBuf> {
    [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib64/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so",
    ]
    .into_iter()
    .map(PathBuf::from)
    .find(|path| path.exists())
}

fn softhsm(configuration: &Path) -> Command {
    let mut command = Command::new("softhsm2-util");
    command.env("SOFTHSM2_CONF", configuration);
    command
}

#[test]
fn key_in_an_hsm_seals_and_opens_the_root() {
    let Some(_) = library() else {
        println!("NOT TESTED: SoftHSM2 is not installed; `apt-get install softhsm2` and run again");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let configuration = directory.path().join("softhsm2.conf");
    let tokens = directory.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\n",
        tokens.display()
    );
    std::fs::write(&configuration, text).unwrap();
    let made = softhsm(&configuration)
        .args([
            "--init-token",
            "--free",
            "--label",
            "haechi",
            "--so-pin",
            "so-pin",
            "--pin",
            "user-pin",
        ])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let inner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", INNER, "--ignored", "--nocapture"])
        .env("SOFTHSM2_CONF", &configuration)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&inner.stdout);
    assert!(
        inner.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&inner.stderr)
    );
    assert!(said.contains("1 passed"), "the inner test must have run: {said}");
}

#[test]
#[ignore = "needs a token; run by key_in_an_hsm_seals_and_opens_the_root"]
fn inside_a_process_with_a_token() {
    let configuration = |key: &str, pin: &str| Pkcs11Configuration {
        module: library().unwrap(),
        token: "haechi".into(),
        key: key.into(),
        pin: Plaintext::copy_of(pin.as_bytes()),
    };
    // A wrong PIN first: logging in counts for the whole process.
    assert!(matches!(
        Pkcs11Seal::at(configuration("root", "wrong")),
        Err(SealError::Pkcs11 {
            action: "logging in",
            ..
        })
    ));
    assert!(matches!(
        Pkcs11Seal::at(configuration("root", "user-pin")),
        Err(SealError::Pkcs11 {
            action: "finding the key",
            ..
        })
    ));
    let seal = Pkcs11Seal::at_or_create(configuration("root", "user-pin")).unwrap();
    let root = RootKey::generate().unwrap();
    let sealed = seal.close(&root).unwrap();
    assert_eq!(sealed.method().name(), "pkcs11");
    assert_eq!(seal.open(&sealed).unwrap(), root);

    // The key stays on the token from one start to the next, and another key does not open the seal.
    let again = Pkcs11Seal::at(configuration("root", "user-pin")).unwrap();
    assert_eq!(again.open(&sealed).unwrap(), root);
    let other = Pkcs11Seal::at_or_create(configuration("other", "user-pin")).unwrap();
    assert!(matches!(other.open(&sealed), Err(SealError::WrongKey)));

    // From a key file to the HSM and back, with the same root.
    let directory = tempfile::tempdir().unwrap();
    let file = SealFile::in_directory(directory.path());
    let key_file = KeyFileSeal::create(directory.path().join("root.key")).unwrap();
    let (root, _) = file.open_or_create(&key_file).unwrap();
    file.reseal(&key_file, &seal).unwrap();
    assert_eq!(file.open(&again).unwrap(), root);
    file.reseal(&again, &key_file).unwrap();
    assert_eq!(file.open(&key_file).unwrap(), root);
}
