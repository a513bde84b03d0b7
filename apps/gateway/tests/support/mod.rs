//! A gateway with a control plane in memory and servers behind it.

#![expect(clippy::disallowed_methods, reason = "tests wait for their tasks")]
#![allow(dead_code, reason = "each test file uses its own part")]

use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use haechi_core::{Failure, SystemClock};
use haechi_dataplane::front::{
    Action, Front, FrontSettings, HealthCheck, Listener, Target, TargetGroup, WeightedGroup,
};
use haechi_dataplane::report::Report;
use haechi_dataplane::{ControlPlane, Protection, ResourceKind, SigningKey, Snapshot};
use haechi_gateway::{Gateway, GatewayConfig, Guards};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

pub const LB: &str = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/shop/1";
pub const HOST: &str = "shop.test";

/// A control plane that says what it is told.
pub struct Plane {
    snapshot: watch::Sender<Arc<Snapshot>>,
    pub reports: Mutex<Vec<Report>>,
}

impl Plane {
    pub fn show(&self, change: impl FnOnce(&mut Snapshot)) {
        self.snapshot.send_modify(|snapshot| {
            let mut new = (**snapshot).clone();
            change(&mut new);
            new.revision += 1;
            *snapshot = Arc::new(new);
        });
    }
}

#[async_trait]
impl ControlPlane for Plane {
    async fn next(&self, known: Option<u64>) -> Result<Arc<Snapshot>, Failure> {
        let mut watching = self.snapshot.subscribe();
        let new = watching
            .wait_for(|snapshot| known != Some(snapshot.revision))
            .await
            .map_err(Failure::internal)?;
        Ok(Arc::clone(&new))
    }

    async fn report(&self, report: Report) -> Result<(), Failure> {
        self.reports.lock().push(report);
        Ok(())
    }
}

/// A gateway under test; it ends with the test.
pub struct Running {
    pub address: SocketAddr,
    pub tls_address: Option<SocketAddr>,
    pub plane: Arc<Plane>,
    pub guards: Arc<Guards>,
    pub metrics: haechi_gateway::metrics::Source,
    _stop: oneshot::Sender<()>,
}

impl Running {
    /// Serves this; waits until it does.
    pub async fn start(snapshot: Snapshot) -> Self {
        Self::with(snapshot, |_| ()).await
    }

    pub async fn with(snapshot: Snapshot, change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let plane = Arc::new(Plane {
            snapshot: watch::channel(Arc::new(snapshot)).0,
            reports: Mutex::default(),
        });
        let socket = StdListener::bind("127.0.0.1:0").expect("a socket");
        let mut config = GatewayConfig {
            plain: Some(socket),
            workers: 2,
            ..GatewayConfig::default()
        };
        change(&mut config);
        let guards = Arc::new(Guards::default());
        let gateway = Gateway::start(
            config,
            Arc::clone(&plane) as Arc<dyn ControlPlane>,
            Arc::new(SystemClock),
            Arc::clone(&guards),
        )
        .expect("a gateway");
        let (stop, stopped) = oneshot::channel::<()>();
        let running = Self {
            address: gateway.plain_address().expect("an address"),
            tls_address: gateway.tls_address(),
            plane,
            guards,
            metrics: gateway.metrics(),
            _stop: stop,
        };
        tokio::spawn(gateway.run(async move {
            let _ = stopped.await;
        }));
        for _ in 0..1_000 {
            if !running.get(HOST, "/up").await.starts_with("HTTP/1.1 404") {
                return running;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the gateway never served {HOST}");
    }

    /// Sends bytes and reads until the other side closes.
    pub async fn raw(&self, bytes: &[u8]) -> String {
        raw(self.address, bytes).await
    }

    pub async fn get(&self, host: &str, target: &str) -> String {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        self.raw(request.as_bytes()).await
    }
}

pub async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    // A reset after the answer is an end as well.
    let _ = tokio::time::timeout(Duration::from_secs(30), reading)
        .await
        .expect("an end within 30 s");
    String::from_utf8_lossy(&answer).into_owned()
}

/// A server that answers with the head and the body that it got.
pub struct Echo {
    pub address: SocketAddr,
    pub requests: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Echo {
    pub async fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let address = socket.local_addr().expect("an address");
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = socket.accept().await {
                connections.spawn(echo(stream, Arc::clone(&counter)));
            }
        });
        Self {
            address,
            requests,
            task,
        }
    }

    pub fn seen(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Dies with all its connections.
    pub fn die(&self) {
        self.task.abort();
    }
}

/// Reads requests as simply as can be: what it takes for the next request is what a smuggler would have got in.
async fn echo(mut stream: TcpStream, requests: Arc<AtomicUsize>) {
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            let mut piece = [0; 4096];
            match stream.read(&mut piece).await {
                Ok(0) | Err(_) => return,
                Ok(count) => buffer.extend_from_slice(&piece[..count]),
            }
        };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        buffer.drain(..end);
        requests.fetch_add(1, Ordering::SeqCst);
        if head.contains("\r\nupgrade: shout\r\n") {
            let _ = stream
                .write_all(
                    b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: shout\r\n\r\n",
                )
                .await;
            return shout(stream).await;
        }
        let body = if head.contains("transfer-encoding: chunked") {
            let end = loop {
                if let Some(at) = buffer.windows(5).position(|five| five == b"0\r\n\r\n") {
                    break at + 5;
                }
                let mut piece = vec![0; 65_536];
                match stream.read(&mut piece).await {
                    Ok(0) | Err(_) => return,
                    Ok(count) => buffer.extend_from_slice(&piece[..count]),
                }
            };
            buffer.drain(..end).collect::<Vec<u8>>()
        } else {
            let length = head
                .split("\r\ncontent-length: ")
                .nth(1)
                .and_then(|rest| rest.split("\r\n").next()?.parse::<usize>().ok())
                .unwrap_or(0);
            while buffer.len() < length {
                let mut piece = vec![0; 65_536];
                match stream.read(&mut piece).await {
                    Ok(0) | Err(_) => return,
                    Ok(count) => buffer.extend_from_slice(&piece[..count]),
                }
            }
            buffer.drain(..length).collect()
        };
        let mut answer = head.into_bytes();
        answer.extend_from_slice(&body);
        let start = format!(
            "HTTP/1.1 200 OK\r\nX-Served-By: echo\r\nContent-Length: {}\r\n\r\n",
            answer.len()
        );
        if stream.write_all(start.as_bytes()).await.is_err() || stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

async fn shout(mut stream: TcpStream) {
    let mut piece = [0; 1024];
    while let Ok(count @ 1..) = stream.read(&mut piece).await {
        let loud = piece[..count].to_ascii_uppercase();
        if stream.write_all(&loud).await.is_err() {
            return;
        }
    }
}

/// A load balancer that forwards all to these servers.
pub fn balancer(servers: &[SocketAddr]) -> Snapshot {
    let target = |address: &SocketAddr| Target {
        id: address.ip().to_string(),
        address: address.ip(),
        port: address.port(),
        draining: false,
    };
    Snapshot {
        revision: 1,
        fronts: vec![front(LB, HOST, forward())],
        target_groups: vec![TargetGroup {
            arn: "tg".to_owned(),
            tls: false,
            http2: false,
            targets: servers.iter().map(target).collect(),
            health_check: HealthCheck {
                enabled: false,
                tls: false,
                port: None,
                path: "/".to_owned(),
                interval: 1,
                timeout: 1,
                healthy_threshold: 2,
                unhealthy_threshold: 2,
                matcher: "200".to_owned(),
            },
            algorithm: "round_robin".to_owned(),
            stickiness: None,
            deregistration_delay: 0,
            slow_start: 0,
        }],
        protections: Vec::new(),
    }
}

pub fn forward() -> Action {
    Action::Forward {
        groups: vec![WeightedGroup {
            group: "tg".to_owned(),
            weight: 1,
        }],
        group_stickiness: None,
    }
}

pub fn front(resource: &str, host: &str, default_action: Action) -> Front {
    Front {
        resource: resource.to_owned(),
        kind: ResourceKind::ApplicationLoadBalancer,
        account: "111122223333".to_owned(),
        region: "us-east-1".to_owned(),
        host_names: vec![host.to_owned()],
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
    }
}

/// A web ACL for `resource` that blocks paths below `/admin` and bodies with `evil`; `more` is added to its rules.
pub fn protection(digest: &str, resource: &str, more: Vec<Value>) -> Protection {
    let mut rules = vec![
        block("path", 0, "L2FkbWlu", "STARTS_WITH", json!({ "UriPath": {} })),
        block(
            "body",
            1,
            "ZXZpbA==",
            "CONTAINS",
            json!({ "Body": { "OversizeHandling": "CONTINUE" } }),
        ),
    ];
    rules.extend(more);
    let definition = json!({
        "Name": "acl", "DefaultAction": { "Allow": {} }, "VisibilityConfig": visibility(), "Rules": rules,
    });
    Protection {
        web_acl: "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/acl/1".to_owned(),
        account: "111122223333".to_owned(),
        digest: digest.to_owned(),
        definition: definition.to_string(),
        rule_groups: Default::default(),
        ip_sets: Default::default(),
        regex_pattern_sets: Default::default(),
        resources: vec![resource.to_owned()],
        logging: None,
        token_key: SigningKey::new(vec![7; 32]),
    }
}

pub fn block(name: &str, priority: u32, text: &str, position: &str, field: Value) -> Value {
    json!({
        "Name": name, "Priority": priority, "Action": { "Block": {} }, "VisibilityConfig": visibility(),
        "Statement": { "ByteMatchStatement": {
            "SearchString": text, "PositionalConstraint": position, "FieldToMatch": field,
            "TextTransformations": [{ "Priority": 0, "Type": "NONE" }],
        }},
    })
}

fn visibility() -> Value {
    json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" })
}
