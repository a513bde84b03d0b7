//! What the hot operations cost on this machine: `cargo bench -p haechi-crypto`.

use divan::{Bencher, black_box};
use haechi_crypto::{
    CanonicalContext, HmacKey, HmacSpec, KeyPairSpec, MaterialId, MessageType, PrivateKey, SigningAlgorithm,
    SymmetricKey, envelope,
};

const KEY_ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

fn main() {
    divan::main();
}

fn material() -> (SymmetricKey, MaterialId) {
    let id = MaterialId::of(KEY_ID, &[7; 32]).expect("a material id");
    (SymmetricKey::from_bytes(&[7; 32]).expect("32 bytes"), id)
}

#[divan::bench(args = [32, 1024, 4096])]
fn envelope_encrypt(bencher: Bencher<'_, '_>, len: usize) {
    let (key, id) = material();
    let plaintext = vec![0; len];
    let context = CanonicalContext::new([("tenant", "7")]);
    bencher.bench_local(|| envelope::encrypt(&key, KEY_ID, &id, black_box(&plaintext), &context));
}

#[divan::bench(args = [32, 1024, 4096])]
fn envelope_decrypt(bencher: Bencher<'_, '_>, len: usize) {
    let (key, id) = material();
    let context = CanonicalContext::new([("tenant", "7")]);
    let blob = envelope::encrypt(&key, KEY_ID, &id, &vec![0; len], &context).expect("encrypts");
    bencher.bench_local(|| envelope::decrypt(&key, black_box(&blob), &context));
}

#[divan::bench(args = [32, 1024, 4096])]
fn hmac_sha_256(bencher: Bencher<'_, '_>, len: usize) {
    let key = HmacKey::generate(HmacSpec::Sha256).expect("a key");
    let message = vec![0; len];
    bencher.bench_local(|| key.mac(black_box(&message)));
}

#[divan::bench(args = [
    SigningAlgorithm::RsassaPssSha256,
    SigningAlgorithm::EcdsaSha256,
    SigningAlgorithm::Ed25519Sha512,
    SigningAlgorithm::MlDsaShake256,
])]
fn sign(bencher: Bencher<'_, '_>, algorithm: SigningAlgorithm) {
    let key = PrivateKey::generate(spec_for(algorithm)).expect("a key");
    bencher.bench_local(|| key.sign(algorithm, MessageType::Raw, black_box(b"message")));
}

#[divan::bench(args = [
    SigningAlgorithm::RsassaPssSha256,
    SigningAlgorithm::EcdsaSha256,
    SigningAlgorithm::Ed25519Sha512,
    SigningAlgorithm::MlDsaShake256,
])]
fn verify(bencher: Bencher<'_, '_>, algorithm: SigningAlgorithm) {
    let key = PrivateKey::generate(spec_for(algorithm)).expect("a key");
    let signature = key.sign(algorithm, MessageType::Raw, b"message").expect("signs");
    bencher.bench_local(|| key.verify(algorithm, MessageType::Raw, black_box(b"message"), &signature));
}

fn spec_for(algorithm: SigningAlgorithm) -> KeyPairSpec {
    KeyPairSpec::ALL
        .into_iter()
        .find(|spec| algorithm.fits(*spec))
        .expect("every algorithm has a spec")
}
