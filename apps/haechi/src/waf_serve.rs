//! `haechi waf serve`: verdicts for balancers by web ACLs in files. Web ACLs and what they refer to are read again when
//! their files change; address lists of reputation groups and databases of places are not.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use clap::Args;
use haechi_core::{Random, SystemClock, SystemRandom};
use haechi_dataplane::{Protection, SigningKey, Snapshot};
use haechi_gateway::Guards;
use haechi_waf::geo::Geo;
use haechi_waf_bench::protection;
use haechi_web_acl::{Feeds, Places};

use crate::balancers::BalancerSettings;
use crate::logging;
use crate::server::Signals;
use crate::waf::ReferenceArgs;

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// A web ACL: the document, what `aws wafv2 get-web-acl` prints or what `create-web-acl` takes; may be repeated
    #[arg(long, value_name = "FILE", required = true)]
    web_acl: Vec<PathBuf>,
    #[command(flatten)]
    references: ReferenceArgs,
    /// A database of places or networks in MaxMind's format; may be repeated [default: countries and autonomous systems, built in]
    #[arg(long, value_name = "FILE")]
    geo_db: Vec<PathBuf>,
    #[command(flatten)]
    balancers: BalancerSettings,
}

/// How soon a changed file is noticed.
const LOOK: Duration = Duration::from_secs(1);

/// Serves until SIGINT or SIGTERM.
pub(crate) async fn serve(args: &ServeArgs) -> anyhow::Result<()> {
    logging::start();
    let random = Arc::new(SystemRandom::new());
    let mut key = vec![0; 32];
    random.fill(&mut key);
    let key = SigningKey::new(key);
    let geo: Arc<dyn Geo + Send + Sync> = match args.geo_db.as_slice() {
        [] => Places::built_in(),
        files => Arc::new(Places::open(files)?),
    };
    let mut read = Read::new(args, &key)?;
    let guards = Arc::new(Guards::new(Arc::clone(&read.feeds), geo));
    guards.apply(&read.snapshot()).await;
    let integrations = args.balancers.bind()?;
    if !integrations.any() {
        bail!("there is nothing to do: give --waf-check-listen, --waf-envoy-listen or --waf-haproxy-listen");
    }
    for protection in &read.protections {
        println!("web ACL: {}", protection.web_acl);
    }
    let mut signals = Signals::new()?;
    let serving = integrations.run(
        Arc::clone(&guards),
        Arc::new(SystemClock),
        random,
        std::future::pending(),
    );
    tokio::pin!(serving);
    loop {
        tokio::select! {
            ended = &mut serving => return ended.context("a socket"),
            () = signals.next() => return Ok(()),
            () = tokio::time::sleep(LOOK) => if read.changed() {
                match Read::new(args, &key) {
                    Ok(again) => {
                        read = again.after(&read);
                        guards.apply(&read.snapshot()).await;
                        tracing::info!("the web ACLs were read again");
                    }
                    Err(error) => {
                        tracing::error!("{error:#}; what was read before stays in force");
                        read.times = times(args);
                    }
                }
            },
        }
    }
}

/// What the files say.
struct Read<'a> {
    args: &'a ServeArgs,
    protections: Vec<Protection>,
    feeds: Arc<Feeds>,
    times: Vec<Option<SystemTime>>,
    reading: u64,
}

impl<'a> Read<'a> {
    fn new(args: &'a ServeArgs, key: &SigningKey) -> anyhow::Result<Self> {
        // Before the files are read: a change in between is found again.
        let times = times(args);
        let sources = args.references.sources()?;
        let protections = args
            .web_acl
            .iter()
            .map(|path| protection(path, &sources, key.clone()));
        Ok(Self {
            args,
            protections: protections.collect::<Result<_, _>>()?,
            feeds: sources.feeds(),
            times,
            reading: 1,
        })
    }

    fn after(self, before: &Self) -> Self {
        Self {
            reading: before.reading + 1,
            ..self
        }
    }

    fn changed(&self) -> bool {
        self.times != times(self.args)
    }

    fn snapshot(&self) -> Snapshot {
        let protections = self.protections.iter().map(|protection| Protection {
            digest: format!("{}-{}", self.reading, protection.web_acl),
            ..protection.clone()
        });
        Snapshot {
            revision: self.reading,
            protections: protections.collect(),
            ..Snapshot::default()
        }
    }
}

/// When each file was changed last.
fn times(args: &ServeArgs) -> Vec<Option<SystemTime>> {
    let files = args.web_acl.iter().chain(args.references.files());
    files
        .map(|file| std::fs::metadata(file).and_then(|data| data.modified()).ok())
        .collect()
}
