//! How long 100,000 recorded requests take with every managed rule group: four browser GETs to one JSON POST, as lines
//! of JSON and as gzip. `cargo bench -p haechi-waf-bench`.

#![expect(clippy::disallowed_methods, reason = "it measures")]

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use haechi_waf::geo::NoGeo;
use haechi_waf::request::ResourceType;
use haechi_waf_bench::{
    Explain, FailOn, Judge, Listing, References, ReportFormat, Sources, TestOptions, test,
};
use serde_json::{Value, json};

const REQUESTS: u64 = 100_000;

const GROUPS: [&str; 13] = [
    "AmazonIpReputationList",
    "AnonymousIpList",
    "CommonRuleSet",
    "AdminProtectionRuleSet",
    "KnownBadInputsRuleSet",
    "SQLiRuleSet",
    "LinuxRuleSet",
    "UnixRuleSet",
    "WindowsRuleSet",
    "PHPRuleSet",
    "WordPressRuleSet",
    "BotControlRuleSet",
    "AntiDDoSRuleSet",
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let acl = folder.path().join("acl.json");
    fs::write(&acl, web_acl().to_string())?;
    let lines = folder.path().join("requests.jsonl");
    let packed = folder.path().join("requests.jsonl.gz");
    let mut plain = BufWriter::new(File::create(&lines)?);
    let mut gzip = GzEncoder::new(File::create(&packed)?, Compression::fast());
    for number in 0..REQUESTS {
        let line = format!("{}\n", request(number));
        plain.write_all(line.as_bytes())?;
        gzip.write_all(line.as_bytes())?;
    }
    plain.flush()?;
    gzip.finish()?;
    let begun = Instant::now();
    let judge = Judge::load(&acl, &Sources::read(&References::default())?)?;
    println!(
        "{:>8.3} s  to load and compile the web ACL",
        begun.elapsed().as_secs_f64()
    );
    for (recording, threads) in [(&lines, 1), (&lines, 2), (&packed, 1), (&packed, 2)] {
        run(&judge, recording, threads)?;
    }
    Ok(())
}

fn run(judge: &Judge, recording: &Path, threads: usize) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let mut report = Vec::new();
    let outcome = test(
        judge,
        None,
        &options(recording.to_owned(), threads),
        &NoGeo,
        &mut report,
        &mut |_| {},
    )?;
    assert_eq!(outcome.requests, REQUESTS);
    let seconds = begun.elapsed().as_secs_f64();
    let name = recording.file_name().unwrap_or_default().display();
    println!("{seconds:>8.3} s  {REQUESTS} requests of {name}, {threads} threads");
    Ok(())
}

fn options(recording: PathBuf, threads: usize) -> TestOptions {
    TestOptions {
        recordings: vec![recording],
        resource: ResourceType::ApplicationLoadBalancer,
        client_ip: [192, 0, 2, 1].into(),
        has_token: false,
        format: ReportFormat::Text,
        list: Listing::Notable,
        explain: Explain::None,
        fail_on: vec![FailOn::Mismatch],
        skip_bad_records: false,
        examples: 5,
        threads,
    }
}

fn web_acl() -> Value {
    let visibility = |name: &str| json!({"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": name});
    let rules: Vec<_> = (0..)
        .zip(GROUPS)
        .map(|(priority, group)| {
            let name = format!("AWSManagedRules{group}");
            json!({"Name": group, "Priority": priority, "OverrideAction": {"None": {}}, "VisibilityConfig": visibility(group),
                "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}}})
        })
        .collect();
    json!({"Name": "all", "DefaultAction": {"Allow": {}}, "Rules": rules, "VisibilityConfig": visibility("all")})
}

fn request(number: u64) -> Value {
    let headers = json!({
        "host": "shop.example",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "accept-encoding": "gzip, deflate, br, zstd",
        "accept-language": "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7",
        "cookie": format!("session={number:032x}; theme=dark; _ga=GA1.1.{number}.1763888400"),
        "referer": "https://shop.example/category/shoes?page=2",
        "sec-fetch-mode": "navigate",
    });
    let client = format!("198.51.{}.{}", number / 250 % 250, number % 250);
    let time = 1_763_888_400_000 + number * 7;
    if number % 5 == 4 {
        let items: Vec<_> = (0..12)
            .map(|n| json!({"sku": format!("SKU-{n}-{number}"), "quantity": n, "note": "Please wrap it as a gift."}))
            .collect();
        let body = json!({"customer": {"name": "Kim Minji", "email": format!("minji{number}@shop.example")}, "items": items});
        return json!({"method": "POST", "uri": "/api/orders", "headers": headers, "body": body.to_string(),
            "clientIp": client, "timestamp": time});
    }
    let uri = format!(
        "/products/{number}/red-shoes?color=red&size=4{}&sort=price%20asc&page={}",
        number % 10,
        number % 40
    );
    json!({"method": "GET", "uri": uri, "headers": headers, "clientIp": client, "timestamp": time})
}
