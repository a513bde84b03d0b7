//! What the stages of an Encrypt call cost by themselves: `cargo bench -p haechi-bench`.

use divan::{Bencher, black_box};
use haechi_api_kms as kms;
use haechi_store::{LogRecord, Terms, log};
use haechi_wire::{Fields, OperationSchema, Shape, WireRequest};
use http::HeaderMap;

fn main() {
    divan::main();
}

fn encrypt() -> &'static OperationSchema {
    kms::SERVICE.operation("Encrypt").expect("KMS has Encrypt")
}

/// Base64 of so many bytes.
fn text(bytes: usize) -> String {
    "0".repeat(bytes.div_ceil(3) * 4)
}

fn body(plaintext: usize) -> Vec<u8> {
    format!(
        r#"{{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab","Plaintext":"{}"}}"#,
        text(plaintext)
    )
    .into_bytes()
}

fn decoded(body: &[u8]) -> Fields {
    let headers = HeaderMap::new();
    let request = WireRequest {
        method: "POST",
        path: "/",
        query: "",
        headers: &headers,
        body,
    };
    haechi_wire::decode(&kms::SERVICE, encrypt(), &request).expect("a valid body")
}

#[divan::bench(args = [32, 1024, 4096])]
fn json_decode(bencher: Bencher<'_, '_>, plaintext: usize) {
    let body = body(plaintext);
    bencher.bench_local(|| decoded(black_box(&body)));
}

#[divan::bench(args = [32, 1024, 4096])]
fn constraints(bencher: Bencher<'_, '_>, plaintext: usize) {
    let input = decoded(&body(plaintext));
    bencher.bench_local(|| haechi_wire::validate(&kms::SERVICE, encrypt(), black_box(&input)));
}

#[divan::bench(args = [32, 1024, 4096])]
fn json_encode(bencher: Bencher<'_, '_>, plaintext: usize) {
    let output = kms::EncryptResponse {
        ciphertext_blob: Some(vec![7; plaintext + 132].into()),
        key_id: Some("arn:aws:kms:eu-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab".into()),
        encryption_algorithm: Some("SYMMETRIC_DEFAULT".into()),
    }
    .into_fields();
    bencher.bench_local(|| haechi_wire::encode(&kms::SERVICE, encrypt(), black_box(&output), "request"));
}

#[divan::bench]
fn typed_and_back(bencher: Bencher<'_, '_>) {
    let input = decoded(&body(32));
    bencher
        .with_inputs(|| input.clone())
        .bench_local_values(|input| kms::EncryptRequest::from_fields(input).into_fields());
}

/// A group of audit records, packed into a chunk of the event log.
#[divan::bench(args = [1, 16, 64, 256])]
fn log_chunk(bencher: Bencher<'_, '_>, records: usize) {
    let body = format!(
        r#"{{"eventVersion":"1.11","eventName":"Encrypt","filling":"{}"}}"#,
        text(800)
    );
    let records: Vec<LogRecord> = (0..records as u128)
        .map(|number| {
            let mut terms = Terms::new();
            terms.add(&["EventId=", &number.to_string()]);
            terms.add(&["EventName=", "Encrypt"]);
            terms.add(&["Username=", "root"]);
            LogRecord {
                stream: "cloudtrail/111122223333/eu-north-1".into(),
                time: 1_700_000_000_000,
                id: number.to_be_bytes(),
                terms,
                body: body.replace("filling", &format!("filling{number}")).into(),
            }
        })
        .collect();
    bencher.bench_local(|| log::pack(black_box(&records)));
}
