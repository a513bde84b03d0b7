//! `haechi waf`: judge recorded traffic, count capacity, find mistakes; all without a server.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand, ValueEnum};
use haechi_waf::model::SearchStringEncoding;
use haechi_waf::request::ResourceType;
use haechi_waf_bench::lint::Severity;
use haechi_waf_bench::{
    BenchError, Explain, FailOn, Judge, Listing, References, ReportFormat, Sources, TestOptions, capacity,
    lint,
};
use haechi_web_acl::Places;

use crate::waf_serve::{self, ServeArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum WafCommand {
    /// Say what a web ACL would have done to recorded traffic (exit code 1 if a condition of --fail-on holds)
    Test(Box<TestArgs>),
    /// Count the capacity units (WCU) of a web ACL, rule group or list of rules (exit code 1 if AWS would refuse)
    Capacity(RulesArgs),
    /// Find rules that never decide, can't match, or leave holes (exit code 1 from --fail-on upwards)
    Lint(LintArgs),
    /// Answer nginx, HAProxy, Envoy, Traefik and Caddy by web ACLs in files, without any server
    Serve(Box<ServeArgs>),
}

/// Where the documents are that rules refer to. Managed rule groups are built in.
#[derive(Debug, Args)]
pub(crate) struct ReferenceArgs {
    /// A rule group that rules refer to, as `aws wafv2 get-rule-group` prints it; may be repeated
    #[arg(long, value_name = "FILE")]
    rule_group: Vec<PathBuf>,
    /// An IP set, as `aws wafv2 get-ip-set` prints it; may be repeated
    #[arg(long, value_name = "FILE")]
    ip_set: Vec<PathBuf>,
    /// A regex pattern set, as `aws wafv2 get-regex-pattern-set` prints it; may be repeated
    #[arg(long, value_name = "FILE")]
    regex_set: Vec<PathBuf>,
    /// Addresses of a managed reputation group, such as AnonymousIPList=tor.txt; may be repeated
    #[arg(long, value_name = "NAME=FILE", value_parser = feed)]
    feed: Vec<(String, PathBuf)>,
    /// How search strings are written; found out by default
    #[arg(long, value_enum, default_value_t = Strings::Auto)]
    search_strings: Strings,
}

#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// A web ACL, rule group or list of rules: the document, what `get-…` prints or what `create-…` takes
    #[arg(value_name = "FILE", required_unless_present = "web_acl")]
    file: Option<PathBuf>,
    /// The same, in the manner of `haechi waf test`
    #[arg(long, value_name = "FILE", visible_alias = "rules", conflicts_with = "file")]
    web_acl: Option<PathBuf>,
    #[command(flatten)]
    references: ReferenceArgs,
    /// For whom
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    #[command(flatten)]
    rules: RulesArgs,
    /// Findings that make the run fail
    #[arg(long, value_enum, default_value_t = FailingSeverity::Error)]
    fail_on: FailingSeverity,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// The web ACL: the document, what `aws wafv2 get-web-acl` prints or what `create-web-acl` takes
    #[arg(long, value_name = "FILE")]
    web_acl: PathBuf,
    /// Recorded traffic: a HAR file, WAF logs, or requests as lines of JSON; gzip or not; `-` is standard input; may
    /// be repeated
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    requests: Vec<PathBuf>,
    /// The web ACL of before: say which requests it decides differently
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    #[command(flatten)]
    references: ReferenceArgs,
    /// A database of places or networks in MaxMind's format; may be repeated [default: countries and autonomous systems, built in]
    #[arg(long, value_name = "FILE")]
    geo_db: Vec<PathBuf>,
    /// What the web ACL protects; decides how much of a body is inspected
    #[arg(long, value_enum, default_value_t = Resource::Alb)]
    resource: Resource,
    /// Stands for clients that the recording does not name
    #[arg(long, value_name = "ADDRESS", default_value = "192.0.2.1")]
    client_ip: IpAddr,
    /// Whether clients have solved the puzzles and challenges
    #[arg(long, value_enum, default_value_t = Token::Absent)]
    token: Token,
    /// For whom the report is
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    format: TestFormat,
    /// Requests that are listed one by one: those that are not as expected (in JSON also those that changed), or all
    #[arg(long, value_enum, default_value_t = List::Notable)]
    list: List,
    /// Show which statement looked at which bytes: of request number N, of those that a rule matched (where nothing is
    /// said), of all
    #[arg(long, value_name = "N|matching|all", value_parser = explain, num_args = 0..=1, default_missing_value = "matching")]
    explain: Option<Explain>,
    /// What makes the run fail
    #[arg(long, value_enum, value_delimiter = ',', default_value = "mismatch")]
    fail_on: Vec<Condition>,
    /// Requests shown per group of changes
    #[arg(long, value_name = "N", default_value_t = 5)]
    examples: usize,
    /// Pass over records that are no requests
    #[arg(long)]
    skip_bad_records: bool,
    /// Threads that evaluate; rate-based rules take one, for they count in order
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Strings {
    Auto,
    Base64,
    Text,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TestFormat {
    Text,
    Json,
    Junit,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FailingSeverity {
    Note,
    Warning,
    Error,
    /// Nothing
    Never,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Resource {
    Alb,
    Appsync,
    ApiGateway,
    Cognito,
    AppRunner,
    VerifiedAccess,
    Cloudfront,
    Amplify,
    AgentcoreGateway,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Token {
    Absent,
    Valid,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum List {
    None,
    Notable,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Condition {
    /// A request is blocked
    #[value(alias = "block")]
    Blocked,
    /// A request is allowed
    #[value(alias = "allow")]
    Allowed,
    /// A request is answered with a puzzle or challenge
    #[value(alias = "challenge")]
    Challenged,
    /// The web ACLs decide differently
    #[value(aliases = ["change", "diff", "difference"])]
    Changed,
    /// A record's `expect` is not met
    Mismatch,
    /// The log says otherwise
    Logged,
    /// Nothing
    #[value(alias = "none")]
    Never,
}

fn feed(text: &str) -> Result<(String, PathBuf), String> {
    let (name, file) = text.split_once('=').ok_or("write NAME=FILE")?;
    Ok((name.to_owned(), file.into()))
}

fn explain(text: &str) -> Result<Explain, String> {
    match text {
        "matching" => Ok(Explain::Matching),
        "all" => Ok(Explain::All),
        number => number
            .parse()
            .map(Explain::Number)
            .map_err(|_| "write a number, `matching` or `all`".to_owned()),
    }
}

impl RulesArgs {
    /// The document, however it was named; the command line has made sure that it was.
    fn document(&self) -> &Path {
        self.file
            .as_deref()
            .or(self.web_acl.as_deref())
            .unwrap_or(Path::new(""))
    }
}

impl ReferenceArgs {
    fn encoding(&self) -> Option<SearchStringEncoding> {
        match self.search_strings {
            Strings::Auto => None,
            Strings::Base64 => Some(SearchStringEncoding::Base64),
            Strings::Text => Some(SearchStringEncoding::Text),
        }
    }

    /// The files of rule groups and sets.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.rule_group.iter().chain(&self.ip_set).chain(&self.regex_set)
    }

    pub(crate) fn sources(&self) -> Result<Sources, BenchError> {
        Sources::read(&References {
            rule_groups: self.rule_group.clone(),
            ip_sets: self.ip_set.clone(),
            regex_sets: self.regex_set.clone(),
            feeds: self.feed.clone(),
            encoding: self.encoding(),
        })
    }
}

/// Runs a command. Exit code 2 stands for input that can't be read.
pub(crate) async fn run(command: WafCommand) -> anyhow::Result<ExitCode> {
    let answer = match command {
        WafCommand::Serve(args) => {
            waf_serve::serve(&args).await?;
            return Ok(ExitCode::SUCCESS);
        }
        WafCommand::Test(args) => test(&args),
        WafCommand::Capacity(args) => count(&args),
        WafCommand::Lint(args) => find(&args),
    };
    Ok(match answer {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // `haechi waf test … | head` is not a failure of anything.
        Err(BenchError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("haechi: {error}");
            ExitCode::from(2)
        }
    })
}

fn test(args: &TestArgs) -> Result<bool, BenchError> {
    let sources = args.references.sources()?;
    let judge = Judge::load(&args.web_acl, &sources)?;
    let against = args
        .against
        .as_ref()
        .map(|path| Judge::load(path, &sources))
        .transpose()?;
    let places = match args.geo_db.as_slice() {
        [] => Places::built_in(),
        files => Arc::new(Places::open(files).map_err(|error| BenchError::Shape {
            path: files[0].clone(),
            what: error.to_string(),
        })?),
    };
    let threads = args
        .threads
        .or_else(|| std::thread::available_parallelism().ok().map(Into::into));
    let options = TestOptions {
        recordings: args.requests.clone(),
        resource: args.resource.into(),
        client_ip: args.client_ip,
        has_token: args.token == Token::Valid,
        format: match args.format {
            TestFormat::Text => ReportFormat::Text,
            TestFormat::Json => ReportFormat::Json,
            TestFormat::Junit => ReportFormat::Junit,
        },
        list: match args.list {
            List::None => Listing::None,
            List::Notable => Listing::Notable,
            List::All => Listing::All,
        },
        explain: args.explain.unwrap_or(Explain::None),
        fail_on: args
            .fail_on
            .iter()
            .filter_map(|condition| condition.fails())
            .collect(),
        skip_bad_records: args.skip_bad_records,
        examples: args.examples,
        threads: threads.unwrap_or(1),
    };
    let mut progress = Progress::new();
    let mut out = BufWriter::new(io::stdout().lock());
    let outcome = haechi_waf_bench::test(
        &judge,
        against.as_ref(),
        &options,
        &*places,
        &mut out,
        &mut |requests| {
            progress.show(requests);
        },
    );
    progress.clear();
    let outcome = outcome?;
    out.flush()?;
    Ok(outcome.failures == 0)
}

fn count(args: &RulesArgs) -> Result<bool, BenchError> {
    let sources = args.references.sources()?;
    let counted = capacity::capacity(args.document(), &sources, args.references.encoding())?;
    print(&match args.format {
        Format::Text => counted.text(),
        Format::Json => format!("{:#}\n", counted.json()),
    })?;
    Ok(counted.fits())
}

fn find(args: &LintArgs) -> Result<bool, BenchError> {
    let rules = &args.rules;
    let sources = rules.references.sources()?;
    let found = lint::lint(rules.document(), &sources, rules.references.encoding())?;
    print(&match rules.format {
        Format::Text => found.text(),
        Format::Json => format!("{:#}\n", found.json()),
    })?;
    let limit = match args.fail_on {
        FailingSeverity::Note => Severity::Note,
        FailingSeverity::Warning => Severity::Warning,
        FailingSeverity::Error => Severity::Error,
        FailingSeverity::Never => return Ok(true),
    };
    Ok(found.worst().is_none_or(|worst| worst < limit))
}

fn print(text: &str) -> io::Result<()> {
    io::stdout().lock().write_all(text.as_bytes())
}

/// Tells people at a terminal how far the run is.
struct Progress {
    began: Instant,
    told: Option<Instant>,
    terminal: bool,
}

/// Short runs are over before anyone wonders.
const PATIENCE: Duration = Duration::from_millis(500);

impl Progress {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a command runs is told to the person before it"
    )]
    fn new() -> Self {
        Self {
            began: Instant::now(),
            told: None,
            terminal: io::stderr().is_terminal(),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "how long a command runs is told to the person before it"
    )]
    fn show(&mut self, requests: u64) {
        if self.terminal && self.told.unwrap_or(self.began).elapsed() >= PATIENCE {
            self.told = Some(Instant::now());
            let rate = requests as f64 / self.began.elapsed().as_secs_f64();
            eprint!("\r{requests} requests, {rate:.0} a second\x1b[K");
        }
    }

    fn clear(&self) {
        if self.told.is_some() {
            eprint!("\r\x1b[K");
        }
    }
}

impl Condition {
    fn fails(self) -> Option<FailOn> {
        Some(match self {
            Self::Blocked => FailOn::Blocked,
            Self::Allowed => FailOn::Allowed,
            Self::Challenged => FailOn::Challenged,
            Self::Changed => FailOn::Changed,
            Self::Mismatch => FailOn::Mismatch,
            Self::Logged => FailOn::Logged,
            Self::Never => return None,
        })
    }
}

impl From<Resource> for ResourceType {
    fn from(resource: Resource) -> Self {
        match resource {
            Resource::Alb => Self::ApplicationLoadBalancer,
            Resource::Appsync => Self::AppSync,
            Resource::ApiGateway => Self::ApiGateway,
            Resource::Cognito => Self::CognitoUserPool,
            Resource::AppRunner => Self::AppRunnerService,
            Resource::VerifiedAccess => Self::VerifiedAccessInstance,
            Resource::Cloudfront => Self::CloudFront,
            Resource::Amplify => Self::Amplify,
            Resource::AgentcoreGateway => Self::AgentcoreGateway,
        }
    }
}
