//! A gateway before one server, without a control plane beside it: what `bench/gateway` measures.
//!
//! `carry LISTEN SERVER [web-acl.json]`, one worker; the web ACL in AWS's JSON guards everything.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use async_trait::async_trait;
use haechi_core::{Failure, SystemClock};
use haechi_dataplane::front::{
    Action, Front, FrontSettings, HealthCheck, Listener, Target, TargetGroup, WeightedGroup,
};
use haechi_dataplane::report::Report;
use haechi_dataplane::{ControlPlane, Protection, ResourceKind, SigningKey, Snapshot};
use haechi_gateway::{Gateway, GatewayConfig, Guards};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/bench/1";

/// Always the same.
struct Fixed(Arc<Snapshot>);

#[async_trait]
impl ControlPlane for Fixed {
    async fn next(&self, known: Option<u64>) -> Result<Arc<Snapshot>, Failure> {
        if known.is_some() {
            std::future::pending::<()>().await;
        }
        Ok(Arc::clone(&self.0))
    }

    async fn report(&self, _: Report) -> Result<(), Failure> {
        Ok(())
    }
}

fn snapshot(server: SocketAddr, web_acl: Option<String>) -> Snapshot {
    let default_action = Action::Forward {
        groups: vec![WeightedGroup {
            group: "servers".to_owned(),
            weight: 1,
        }],
        group_stickiness: None,
    };
    Snapshot {
        revision: 1,
        fronts: vec![Front {
            resource: BALANCER.to_owned(),
            kind: ResourceKind::ApplicationLoadBalancer,
            account: "111122223333".to_owned(),
            region: "us-east-1".to_owned(),
            host_names: vec!["www.example.test".to_owned()],
            base_path: None,
            listeners: vec![Listener {
                arn: None,
                port: 80,
                tls: false,
                certificates: Vec::new(),
                rules: Vec::new(),
                default_action,
            }],
            settings: FrontSettings::default(),
        }],
        target_groups: vec![TargetGroup {
            arn: "servers".to_owned(),
            tls: false,
            http2: false,
            targets: vec![Target {
                id: server.ip().to_string(),
                address: server.ip(),
                port: server.port(),
                draining: false,
            }],
            health_check: HealthCheck {
                enabled: false,
                tls: false,
                port: None,
                path: "/".to_owned(),
                interval: 30,
                timeout: 5,
                healthy_threshold: 2,
                unhealthy_threshold: 2,
                matcher: "200".to_owned(),
            },
            algorithm: "round_robin".to_owned(),
            stickiness: None,
            deregistration_delay: 0,
            slow_start: 0,
        }],
        protections: web_acl.into_iter().map(protection).collect(),
    }
}

fn protection(definition: String) -> Protection {
    Protection {
        web_acl: "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/bench/1".to_owned(),
        account: "111122223333".to_owned(),
        digest: "1".to_owned(),
        definition,
        rule_groups: Default::default(),
        ip_sets: Default::default(),
        regex_pattern_sets: Default::default(),
        resources: vec![BALANCER.to_owned()],
        logging: None,
        token_key: SigningKey::new(vec![7; 32]),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "carry LISTEN SERVER [web-acl.json]";
    let listen: SocketAddr = arguments.next().ok_or(usage)?.parse()?;
    let server = arguments.next().ok_or(usage)?.parse()?;
    let web_acl = arguments.next().map(std::fs::read_to_string).transpose()?;
    let config = GatewayConfig {
        plain: Some(TcpListener::bind(listen)?),
        workers: 1,
        ..GatewayConfig::default()
    };
    let control = Arc::new(Fixed(Arc::new(snapshot(server, web_acl))));
    let gateway = Gateway::start(
        config,
        control,
        Arc::new(SystemClock),
        Arc::new(Guards::default()),
    )?;
    gateway.run(std::future::pending()).await;
    Ok(())
}
