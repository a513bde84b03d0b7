//! CPU time of evaluations by the managed rule groups.

use std::hint::black_box;
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use haechi_bench_waf::clock::{median, thread_nanoseconds};
use haechi_bench_waf::{acl, corpus, environment, requests};
use haechi_waf::compile::Plan;
use haechi_waf::evaluate::Scratch;
use haechi_waf::rate::RateCounters;
use haechi_waf::request::HttpRequest;

/// Microseconds of CPU per evaluation, on one core.
#[derive(Parser)]
struct Arguments {
    /// Files of hostile requests, for the distribution.
    corpora: Vec<PathBuf>,
    /// Only this many evaluations of one request, for a profiler: the browser's GET unless told otherwise.
    #[arg(long)]
    profile: Option<u32>,
    /// Profile the JSON POST.
    #[arg(long)]
    post: bool,
    /// Print the browser's GET (`get`) or the JSON POST (`post`) as a script for wrk.
    #[arg(long)]
    wrk: Option<String>,
    /// Profile a body of 8 KiB made of this.
    #[arg(long)]
    piece: Option<String>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(which) = &arguments.wrk {
        print!("{}", requests::wrk_script(which == "post"));
        return Ok(());
    }
    let start = thread_nanoseconds();
    let plan = acl::plan(&acl::all())?;
    let first = thread_nanoseconds() - start;
    let body = requests::json_body();
    let headers = requests::json_headers();
    let post = requests::post("/cart", &headers, body.as_bytes());
    if let (Some(times), Some(piece)) = (arguments.profile, &arguments.piece) {
        let plan = acl::counting(&acl::all())?;
        let text = piece.repeat(8100 / piece.len());
        let request = requests::post("/", &headers, text.as_bytes());
        let mut run = Runner::new(&plan);
        (0..times).for_each(|_| run.evaluate(&request));
        return Ok(());
    }
    if let Some(times) = arguments.profile {
        let request = if arguments.post {
            post
        } else {
            requests::browser_get()
        };
        let mut run = Runner::new(&plan);
        (0..times).for_each(|_| run.evaluate(&request));
        return Ok(());
    }
    println!("compile, first               {:>9.1} us", micro(first as f64));
    let again = median(9, 1, || drop(black_box(acl::plan(&acl::all()))));
    println!("compile, again               {:>9.1} us", micro(again));

    let empty = acl::plan(&[])?;
    let get = requests::browser_get();
    println!(
        "GET, empty web ACL           {:>9.2} us",
        Runner::new(&empty).cost(&get)
    );
    println!(
        "GET, all groups              {:>9.2} us",
        Runner::new(&plan).cost(&get)
    );
    println!(
        "JSON POST of {:>5} bytes     {:>9.2} us",
        body.len(),
        Runner::new(&plan).cost(&post)
    );
    hostile_bodies(&acl::counting(&acl::all())?);
    if !arguments.corpora.is_empty() {
        distribution(&plan, &arguments.corpora)?;
    }
    Ok(())
}

fn micro(nanoseconds: f64) -> f64 {
    nanoseconds / 1000.0
}

struct Runner<'p> {
    plan: &'p Plan,
    rates: RateCounters,
    scratch: Scratch,
}

impl<'p> Runner<'p> {
    fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            rates: RateCounters::new(plan),
            scratch: Scratch::new(),
        }
    }

    fn evaluate(&mut self, request: &HttpRequest<'_>) {
        let environment = environment::plain(&self.rates);
        black_box(
            self.plan
                .evaluate(black_box(request), &environment, &mut self.scratch),
        );
    }

    fn cost(&mut self, request: &HttpRequest<'_>) -> f64 {
        (0..20).for_each(|_| self.evaluate(request));
        micro(median(101, 50, || self.evaluate(request)))
    }
}

/// 8 KiB of one thing, as text and as a value of a JSON document, looked at by every group.
fn hostile_bodies(plan: &Plan) {
    let mut runner = Runner::new(plan);
    for piece in requests::HOSTILE {
        let text = piece.repeat(8100 / piece.len());
        let json = format!(r#"{{"a":"{}"}}"#, text.replace(['\\', '"'], "'"));
        let headers = requests::json_headers();
        let mut cost = |body: &str| {
            let request = requests::post("/", &headers, body.as_bytes());
            runner.evaluate(&request);
            micro(median(11, 3, || runner.evaluate(&request)))
        };
        let (text, json) = (cost(&text), cost(&json));
        println!("8 KiB of {piece:<15} {text:>9.1} us, in JSON {json:>9.1} us");
    }
}

fn distribution(plan: &Plan, paths: &[PathBuf]) -> Result<()> {
    let mut records = Vec::new();
    for path in paths {
        records.append(&mut corpus::read(path, true)?);
    }
    let loaded = records
        .iter()
        .map(corpus::Record::load)
        .collect::<Result<Vec<_>>>()?;
    let mut runner = Runner::new(plan);
    for pass in ["first pass", "after it"] {
        let mut times: Vec<(u64, usize)> = loaded
            .iter()
            .enumerate()
            .map(|(nth, loaded)| {
                let request = loaded.request();
                let start = thread_nanoseconds();
                runner.evaluate(&request);
                (thread_nanoseconds() - start, nth)
            })
            .collect();
        times.sort_unstable();
        let at = |share: f64| micro(times[((times.len() - 1) as f64 * share) as usize].0 as f64);
        println!(
            "{} requests, {pass}: p50 {:.1}, p99 {:.1}, p99.9 {:.1}, max {:.1} us ({})",
            times.len(),
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0),
            records[times[times.len() - 1].1].id
        );
    }
    Ok(())
}
