//! Counts what the managed rule groups find in corpora.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use haechi_bench_waf::{acl, corpus, environment};
use haechi_waf::evaluate::{Environment, Scratch};
use haechi_waf::rate::RateCounters;
use haechi_waf::request::{Limits, ResourceType};
use haechi_waf::verdict::ActionTaken;

/// True positives and true negatives of the managed rule groups, by class.
#[derive(Parser)]
struct Arguments {
    /// Files of requests, a JSON object per line, and of texts that are attacks, one per line.
    corpora: Vec<PathBuf>,
    /// Files of texts that are not attacks.
    #[arg(long, num_args = 1..)]
    ordinary: Vec<PathBuf>,
    /// List attacks that passed and ordinary requests that were blocked.
    #[arg(long)]
    wrong: bool,
    /// A folder of groups' files to use instead of those that were built in.
    #[arg(long)]
    groups: Option<PathBuf>,
    /// Every group, not only those that look for attacks.
    #[arg(long)]
    all_groups: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let groups = if arguments.all_groups {
        acl::all()
    } else {
        acl::DEFAULT.to_vec()
    };
    let plan = match &arguments.groups {
        Some(folder) => acl::edited(&groups, folder)?,
        None => acl::plan(&groups)?,
    };
    let rates = RateCounters::new(&plan);
    let environment = Environment {
        resource: "",
        limits: Limits::of(ResourceType::CloudFront, None),
        ..environment::plain(&rates)
    };
    let mut scratch = Scratch::new();
    // Of each kind and class: how many, how many right.
    let mut classes: BTreeMap<(bool, String), (u32, u32)> = BTreeMap::new();
    let attacks = arguments.corpora.iter().map(|path| (path, true));
    let ordinary = arguments.ordinary.iter().map(|path| (path, false));
    for (path, attack) in attacks.chain(ordinary) {
        for record in corpus::read(path, attack)? {
            let loaded = record.load()?;
            let verdict = plan.evaluate(&loaded.request(), &environment, &mut scratch);
            let blocked = verdict.action == ActionTaken::Block;
            let counted = classes.entry((record.attack, record.class.clone())).or_default();
            counted.0 += 1;
            counted.1 += u32::from(blocked == record.attack);
            if arguments.wrong && blocked != record.attack {
                let rule = verdict.terminating_rule.rule_in_group.unwrap_or("-");
                println!("{}\t{}\t{rule}", record.class, record.id);
            }
        }
    }
    for attack in [true, false] {
        let (mut total, mut right) = (0, 0);
        for ((_, class), counted) in classes.iter().filter(|((kind, _), _)| *kind == attack) {
            print(class, *counted);
            total += counted.0;
            right += counted.1;
        }
        if total > 0 {
            print(if attack { "TPR" } else { "TNR" }, (total, right));
        }
    }
    Ok(())
}

fn print(class: &str, (total, right): (u32, u32)) {
    let percent = 100.0 * f64::from(right) / f64::from(total);
    println!("{class:<28} {right:>6} of {total:>6}  {percent:>6.2} %");
}
