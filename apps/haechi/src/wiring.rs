//! Which part is plugged into which.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use haechi_audit::Trail;
use haechi_cloudtrail::CloudTrail;
use haechi_core::ports::{Credential, CredentialError, Credentials};
use haechi_core::{
    Clock, Failure, Gate, Platform, Random, Service, SimulatedClock, SystemClock, SystemRandom,
};
use haechi_dataplane::{Control, ControlPlane, Fronts};
use haechi_gateway::Guards;
use haechi_iam::Iam;
use haechi_keyring::Keyring;
use haechi_kms::{Kms, KmsConfig, XksOptions};
use haechi_metering::{Calls, Meters, Usage};
use haechi_pipeline::{AuditMode, Pipeline, PipelineConfig, PipelineParts, SignaturePolicy};
use haechi_pricing::{PriceList, Pricing};
use haechi_seal::{KeyFileSeal, PassphraseSeal, Seal, SealFile};
use haechi_store::{Backend, Store};
use haechi_store_sqlite::{SqliteBackend, SqliteOptions};
use haechi_sts::{Issuers, Sts};
use haechi_timers::Timers;

use crate::admin::Operator;
use crate::bill::Billing;
use crate::config::{Config, SealChoice, StoreChoice};

/// Everything that runs.
pub(crate) struct House {
    pub(crate) iam: Arc<Iam>,
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) timers: Arc<Timers>,
    pub(crate) store: Store,
    pub(crate) operator: Arc<Operator>,
    pub(crate) kms: Arc<Kms>,
    pub(crate) calls: Arc<Calls>,
    pub(crate) billing: Arc<Billing>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) control: Arc<dyn ControlPlane>,
    pub(crate) guards: Arc<Guards>,
}

/// Long-term keys are IAM's, temporary ones are STS's.
struct AllCredentials {
    long_term: Arc<Iam>,
    temporary: Arc<Sts>,
}

#[async_trait]
impl Credentials for AllCredentials {
    async fn credential(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
    ) -> Result<Result<Arc<Credential>, CredentialError>, Failure> {
        if access_key_id.starts_with("ASIA") {
            self.temporary.credential(access_key_id, session_token).await
        } else {
            self.long_term.credential(access_key_id, session_token).await
        }
    }
}

/// Opens the store, opens the root key, and puts the house together.
pub(crate) async fn build(config: &Config) -> anyhow::Result<House> {
    let simulated = config.simulate_time.then(|| Arc::new(SimulatedClock::default()));
    let clock: Arc<dyn Clock> = match &simulated {
        Some(clock) => Arc::clone(clock) as Arc<dyn Clock>,
        None => Arc::new(SystemClock),
    };
    let random: Arc<dyn Random> = Arc::new(SystemRandom::new());
    let store = Store::new(open_store(config).await?);
    let keyring = Arc::new(Keyring::new(open_root(config, &store).await?, store.clone()));
    let gate = Arc::new(Gate::new());
    let audit = Arc::new(Trail::new(Arc::clone(&random)));
    let platform = Platform {
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        store: store.clone(),
        gate: Arc::clone(&gate),
        audit: audit.clone(),
    };
    let iam = Iam::new(platform.clone(), Arc::clone(&keyring));
    gate.connect_identities(iam.clone());
    let kms_config = KmsConfig {
        allow_custom_ids: config.allow_custom_ids,
    };
    let kms = Kms::new(platform.clone(), Arc::clone(&keyring), kms_config);
    if config.xks != XksOptions::default() {
        kms.set_xks_options(&config.xks)?;
    }
    let timers = Timers::new(store.clone(), Arc::clone(&clock), platform.random.uuid());
    haechi_kms::register_timers(&kms, &timers);
    let issuers = Issuers::read(&config.oidc_issuers)?;
    let sts = Sts::new(platform.clone(), Arc::clone(&keyring), iam.clone(), issuers);
    let cloudtrail = CloudTrail::new(platform.clone());
    let pricing = Pricing::new(
        platform.clone(),
        Arc::new(PriceList::built_in().context("the built-in prices")?),
    );
    let apigateway = haechi_apigateway::ApiGateway::new(platform.clone());
    let appsync = haechi_appsync::AppSync::new(platform.clone(), Arc::clone(&keyring));
    let cloudfront = haechi_cloudfront::CloudFront::new(platform.clone());
    let cloudwatch = haechi_cloudwatch::CloudWatch::new(platform.clone());
    haechi_cloudwatch::register_timers(&cloudwatch, &timers);
    let user_pools = haechi_cognito_idp::UserPools::new(platform.clone(), Arc::clone(&keyring));
    let ec2 = haechi_ec2::Ec2::new(platform.clone());
    let load_balancing = haechi_elbv2::LoadBalancing::new(platform.clone(), ec2.clone());
    ec2.connect_users(vec![load_balancing.clone()]);
    let firehose = haechi_firehose::Firehose::new(platform.clone(), Arc::clone(&keyring))?;
    haechi_firehose::register_timers(&firehose, &timers);
    let global_accelerator = haechi_globalaccelerator::GlobalAccelerator::new(platform.clone());
    let logs = haechi_logs::Logs::new(platform.clone());
    haechi_logs::register_timers(&logs, &timers);
    let waf = haechi_wafv2::Waf::new(platform.clone(), Arc::clone(&keyring));
    waf.connect_telemetry(vec![logs.clone(), firehose.clone()], cloudwatch.clone());
    // What web ACLs may guard, and what the gateway serves.
    let fronts: Vec<Arc<dyn Fronts>> = vec![
        apigateway.clone(),
        appsync.clone(),
        cloudfront.clone(),
        global_accelerator.clone(),
        load_balancing.clone(),
        user_pools.clone(),
    ];
    waf.connect_fronts(fronts.clone());
    let control: Arc<dyn ControlPlane> = Control::new(
        store.clone(),
        fronts,
        waf.clone(),
        vec![waf.clone(), load_balancing.clone()],
    );
    cloudfront.connect_web_acls(waf.clone());
    let services: Vec<Arc<dyn Service>> = vec![
        haechi_apigateway::service(apigateway),
        haechi_appsync::service(appsync),
        haechi_cloudfront::service(cloudfront),
        haechi_cloudwatch::service(cloudwatch),
        haechi_cognito_idp::service(user_pools),
        haechi_ec2::service(ec2),
        haechi_elbv2::service(load_balancing),
        haechi_firehose::service(firehose),
        haechi_globalaccelerator::service(global_accelerator),
        haechi_logs::service(logs),
        haechi_wafv2::service(waf),
        haechi_cloudtrail::service(cloudtrail),
        haechi_iam::service(iam.clone()),
        haechi_kms::service(kms.clone()),
        haechi_pricing::service(pricing),
        haechi_sts::service(sts.clone()),
    ];
    let (calls, usage) = (Arc::new(Calls::default()), Arc::new(Usage::default()));
    let billing = Arc::new(Billing {
        usage: Arc::clone(&usage),
        kms: Arc::clone(&kms),
        store: store.clone(),
        clock: Arc::clone(&clock),
    });
    let operator = Arc::new(Operator::new(
        Arc::clone(&iam),
        store.clone(),
        seal_file(config),
        Arc::clone(&billing),
        Arc::clone(&timers),
        clock.clone(),
        simulated,
        Arc::clone(&control),
    ));
    let pipeline = Arc::new(Pipeline::new(PipelineParts {
        config: pipeline_config(config),
        services,
        credentials: Arc::new(AllCredentials {
            long_term: iam.clone(),
            temporary: sts.clone(),
        }),
        clock: Arc::clone(&clock),
        random,
        store: store.clone(),
        audit,
        meter: Arc::new(Meters {
            calls: Arc::clone(&calls),
            usage,
        }),
        admin: operator.clone(),
    }));
    Ok(House {
        iam,
        pipeline,
        timers,
        store,
        operator,
        kms,
        calls,
        billing,
        clock,
        control,
        guards: config.gateway.guards()?,
    })
}

fn pipeline_config(config: &Config) -> PipelineConfig {
    let mut settings = PipelineConfig::new(config.account.clone(), config.region.clone());
    if config.accept_any_signature {
        settings.signatures = SignaturePolicy::AcceptAny;
    }
    if !config.durable_audit {
        settings.audit = AuditMode::Relaxed;
    }
    settings.throttling = config.throttle;
    settings.regions.clone_from(&config.regions);
    settings
}

pub(crate) async fn open_store(config: &Config) -> anyhow::Result<Arc<dyn Backend>> {
    match &config.store {
        StoreChoice::Sqlite => {
            let backend = SqliteBackend::open(&config.data_dir, &SqliteOptions::default())
                .with_context(|| format!("cannot open the data in {}", config.data_dir.display()))?;
            Ok(Arc::new(backend))
        }
        #[cfg(feature = "postgres")]
        StoreChoice::Postgres(url) => {
            let backend = haechi_store_postgres::PostgresBackend::connect(url).await?;
            Ok(Arc::new(backend))
        }
        #[cfg(not(feature = "postgres"))]
        StoreChoice::Postgres(_) => anyhow::bail!("this binary was built without the feature `postgres`"),
    }
}

/// One node keeps its sealed root beside its data; several keep it where all can read it.
fn seal_file(config: &Config) -> Option<PathBuf> {
    let directory = match &config.store {
        StoreChoice::Sqlite => Some(&config.data_dir),
        StoreChoice::Postgres(_) => None,
    };
    directory.map(|directory| SealFile::in_directory(directory).path().to_owned())
}

async fn open_root(config: &Config, store: &Store) -> anyhow::Result<haechi_crypto::RootKey> {
    let choice = config.seal.clone();
    // Once there is a sealed root, a fresh key would open nothing: what is missing must be told, not replaced.
    let sealed = match &config.store {
        StoreChoice::Sqlite => SealFile::in_directory(&config.data_dir).load()?,
        StoreChoice::Postgres(_) => haechi_keyring::root::load(store)
            .await?
            .map(|record| record.as_ref().clone()),
    };
    let first = sealed.is_none();
    if let Some(method) = sealed.as_ref().map(|record| record.method().name())
        && method != choice.method()
    {
        anyhow::bail!(
            "the root key is sealed by {method}, not by {}: give that --seal",
            choice.method()
        );
    }
    let seal = tokio::task::spawn_blocking(move || open_seal(&choice, first)).await??;
    match &config.store {
        StoreChoice::Sqlite => {
            let file = SealFile::in_directory(&config.data_dir);
            let opened = tokio::task::spawn_blocking(move || file.open_or_create(&*seal)).await??;
            Ok(opened.0)
        }
        StoreChoice::Postgres(_) => Ok(haechi_keyring::root::open_or_create(store, seal).await?.0),
    }
}

/// The configured seal. With `create`, a key file or an HSM key that is not there is made.
pub(crate) fn open_seal(choice: &SealChoice, create: bool) -> anyhow::Result<Arc<dyn Seal>> {
    Ok(match choice {
        SealChoice::File(path) if create => Arc::new(KeyFileSeal::at_or_create(path)?),
        SealChoice::File(path) => Arc::new(KeyFileSeal::at(path)?),
        SealChoice::Passphrase(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the passphrase in {}", path.display()))?;
            let passphrase =
                haechi_crypto::Plaintext::copy_of(text.trim_end_matches(['\r', '\n']).as_bytes());
            Arc::new(PassphraseSeal::new(passphrase)?)
        }
        #[cfg(feature = "pkcs11")]
        SealChoice::Pkcs11 {
            module,
            token,
            pin_file,
        } => {
            let pin = std::fs::read_to_string(pin_file)
                .with_context(|| format!("cannot read the PIN in {}", pin_file.display()))?;
            let configuration = haechi_seal::pkcs11::Pkcs11Configuration {
                module: module.clone(),
                token: token.clone(),
                pin: haechi_crypto::Plaintext::copy_of(pin.trim_end().as_bytes()),
                key: "haechi-root".to_owned(),
            };
            Arc::new(if create {
                haechi_seal::pkcs11::Pkcs11Seal::at_or_create(configuration)?
            } else {
                haechi_seal::pkcs11::Pkcs11Seal::at(configuration)?
            })
        }
        #[cfg(not(feature = "pkcs11"))]
        SealChoice::Pkcs11 { .. } => anyhow::bail!("this binary was built without the feature `pkcs11`"),
    })
}
