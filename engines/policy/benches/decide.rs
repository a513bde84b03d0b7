//! What a decision costs: `cargo bench -p haechi-policy`.

use divan::{Bencher, black_box};
use haechi_policy::{
    Attached, Context, Policies, Policy, PolicyKind, Request, Requester, ResourcePolicy, ResourcePolicyMode,
    decide, explain,
};

fn main() {
    divan::main();
}

const KEY: &str = "arn:aws:kms:eu-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const IDENTITY: [&str; 3] = [
    r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["arn:aws:s3:::logs","arn:aws:s3:::logs/${aws:username}/*"]},
        {"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:*:111122223333:jobs-*"}]}"#,
    r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:DescribeKey"],
         "Resource":"arn:aws:kms:*:111122223333:key/*",
         "Condition":{"StringEquals":{"kms:EncryptionContext:app":["billing","orders"]},"Bool":{"aws:SecureTransport":"true"}}}]}"#,
    r#"{"Version":"2012-10-17","Statement":[
        {"Sid":"Regions","Effect":"Deny","NotAction":["iam:*","sts:*","organizations:*"],"Resource":"*",
         "Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-north-1","ap-northeast-2"]}}},
        {"Sid":"Office","Effect":"Deny","Action":"*","Resource":"*",
         "Condition":{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","2001:db8::/32"]},"BoolIfExists":{"aws:ViaAWSService":"false"}}}]}"#,
];

const BOUNDARY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:*","s3:*","sqs:*"],"Resource":"*"}]}"#;

const KEY_POLICY: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"Root","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"},
    {"Sid":"Partner","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::444455556666:role/reader","arn:aws:iam::444455556666:role/writer"]},
     "Action":["kms:Decrypt","kms:DescribeKey"],"Resource":"*"}]}"#;

fn parse(json: &str, kind: PolicyKind) -> Policy {
    Policy::parse(json, kind).expect("a valid policy")
}

fn context() -> Context {
    let mut context = Context::with_capacity(24)
        .with("aws:requestedregion", "eu-north-1")
        .with("aws:securetransport", true)
        .with("aws:sourceip", "192.0.2.44")
        .with("aws:viaawsservice", false)
        .with("aws:currenttime", "2026-11-23T09:00:00Z")
        .with("aws:epochtime", 1_795_424_400_i64)
        .with("aws:useragent", "aws-cli/2.31")
        .with("aws:resourceaccount", "111122223333")
        .with("kms:calleraccount", "111122223333")
        .with("kms:encryptionalgorithm", "SYMMETRIC_DEFAULT")
        .with("kms:keyspec", "SYMMETRIC_DEFAULT")
        .with("kms:keyusage", "ENCRYPT_DECRYPT")
        .with("kms:keyorigin", "AWS_KMS")
        .with("kms:multiregion", false)
        .with("kms:EncryptionContext:app", "orders")
        .with("kms:encryptioncontextkeys", ["app"]);
    user().describe(&mut context);
    context
}

fn user() -> Requester {
    Requester::user(
        "111122223333",
        "arn:aws:iam::111122223333:user/ana",
        "AIDAEXAMPLEEXAMPLE",
    )
}

/// Encrypt with three identity policies, a boundary and a key policy.
fn with_five_policies<T>(
    answer: impl Fn(&Request<'_>, &Policies<'_>) -> T,
    run: impl FnOnce(&dyn Fn() -> T),
) {
    let identity: Vec<_> = IDENTITY
        .iter()
        .map(|json| parse(json, PolicyKind::Identity))
        .collect();
    let boundary = parse(BOUNDARY, PolicyKind::Boundary);
    let key_policy = parse(KEY_POLICY, PolicyKind::KeyPolicy);
    let attached: Vec<_> = identity
        .iter()
        .map(|policy| Attached {
            policy,
            label: "inline",
        })
        .collect();
    let (requester, context) = (user(), context());
    let request = Request {
        requester: &requester,
        action: "kms:Encrypt",
        resource: KEY,
        resource_account: Some("111122223333"),
        context: &context,
    };
    let policies = Policies {
        identity: &attached,
        boundary: Some(Attached {
            policy: &boundary,
            label: "boundary",
        }),
        resource: Some(ResourcePolicy {
            attached: Attached {
                policy: &key_policy,
                label: "default",
            },
            mode: ResourcePolicyMode::KeyPolicy,
        }),
        ..Policies::default()
    };
    assert!(decide(&request, &policies).is_allowed());
    run(&|| answer(black_box(&request), black_box(&policies)));
}

#[divan::bench]
fn decide_five_policies(bencher: Bencher<'_, '_>) {
    with_five_policies(decide, |run| bencher.bench_local(run));
}

#[divan::bench]
fn explain_five_policies(bencher: Bencher<'_, '_>) {
    with_five_policies(explain, |run| bencher.bench_local(run));
}

#[divan::bench]
fn build_a_context_of_twenty_keys() -> Context {
    context()
}

#[divan::bench]
fn parse_a_key_policy() -> Policy {
    parse(black_box(KEY_POLICY), PolicyKind::KeyPolicy)
}
