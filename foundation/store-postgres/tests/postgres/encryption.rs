//! Encryption of the way to the database, in libpq's words.

use std::net::TcpListener;

use haechi_store_postgres::PostgresBackend;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use crate::server::Server;

/// A database server that speaks TLS.
struct Encrypted {
    server: Server,
    port: u16,
    roots: TempDir,
}

impl Encrypted {
    /// A server whose certificate is for `localhost`; `own.pem` signed it, `other.pem` did not.
    async fn start() -> Self {
        let roots = tempfile::tempdir().unwrap();
        let (own, own_root) = authority();
        let (_, other_root) = authority();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["localhost".into()])
            .unwrap()
            .signed_by(&key, &own)
            .unwrap();
        std::fs::write(roots.path().join("own.pem"), own_root).unwrap();
        std::fs::write(roots.path().join("other.pem"), other_root).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let server = Server::start_encrypted(port, &certificate.pem(), &key.serialize_pem()).await;
        Self { server, port, roots }
    }

    async fn connect(&self, host: &str, mode: &str, root: Option<&str>) -> Result<(), String> {
        let database = self.server.database().await;
        let (_, name) = database.rsplit_once('/').unwrap();
        let root = root.map_or_else(String::new, |root| {
            format!("&sslrootcert={}", self.roots.path().join(root).display())
        });
        let url = format!(
            "postgres://haechi@{host}:{}/{name}?sslmode={mode}{root}",
            self.port
        );
        let connected = PostgresBackend::connect(&url).await;
        connected.map(drop).map_err(|error| error.to_string())
    }
}

/// One who signs certificates, and its root.
fn authority() -> (Issuer<'static, KeyPair>, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), root)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_believed_depends_on_the_mode() {
    let encrypted = Encrypted::start().await;
    for (host, mode, root, works) in [
        ("localhost", "disable", None, true),
        ("localhost", "prefer", None, true),
        ("localhost", "require", None, true),
        ("localhost", "require", Some("other.pem"), false),
        ("localhost", "verify-full", Some("own.pem"), true),
        ("localhost", "verify-full", Some("other.pem"), false),
        ("localhost", "verify-full", None, false),
        ("127.0.0.1", "verify-ca", Some("own.pem"), true),
        ("127.0.0.1", "verify-full", Some("own.pem"), false),
    ] {
        let connected = encrypted.connect(host, mode, root).await;
        assert_eq!(connected.is_ok(), works, "{host} {mode} {root:?}: {connected:?}");
    }
}
