//! What the gateway serves of user pools.
//!
//! A pool's issuer is `cognito-idp.REGION.amazonaws.com/POOL`, where its key set and discovery document are; its
//! domain, `PREFIX.auth.REGION.amazoncognito.com` or a name of its own, has the pages on which users sign in. Those
//! pages are not there yet and say so with 501.

use async_trait::async_trait;
use haechi_core::{AccountId, Arn, Failure, Region};
use haechi_dataplane::front::{Action, Condition, FrontSettings, Listener, Rule, TargetGroup};
use haechi_dataplane::{Front, Fronts, ResourceKind};
use haechi_store::{ALL, Scope};

use crate::UserPools;
use crate::model::pool::{Pool, arn};
use crate::model::signing_key::key_set;
use crate::store::{DOMAINS, POOLS};

/// The paths of a domain that users and applications call.
const PAGES: [&str; 8] = [
    "/login",
    "/logout",
    "/signup",
    "/confirmUser",
    "/forgotPassword",
    "/oauth2/{page+}",
    "/saml2/{page+}",
    "/",
];

#[async_trait]
impl Fronts for UserPools {
    async fn fronts(&self) -> Result<(Vec<Front>, Vec<TargetGroup>), Failure> {
        let store = &self.platform.store;
        let mut fronts = Vec::new();
        for (scope, _, pool) in store.list_everywhere(&POOLS, None, ALL).await? {
            let Some((account, region)) = owner(&scope) else {
                continue;
            };
            let mut certificate = None;
            if let Some(name) = &pool.value.custom_domain {
                let domain = store.get(&DOMAINS, &region.shared_scope(), name).await?;
                let config = domain.and_then(|domain| domain.shown.custom_domain_config.clone());
                certificate = config.and_then(|config| config.certificate_arn);
            }
            fronts.extend(of_pool(&account, &region, &pool.value, certificate));
        }
        Ok((fronts, Vec::new()))
    }

    async fn protectable(&self, resource: &Arn) -> Result<Option<(ResourceKind, AccountId)>, Failure> {
        let id = resource.resource().strip_prefix("userpool/");
        let (Some(id), "cognito-idp", Ok(account)) =
            (id, resource.service(), AccountId::parse(resource.account()))
        else {
            return Ok(None);
        };
        let scope = Scope::new(resource.partition(), account.as_str(), resource.region());
        let found = self.platform.store.get(&POOLS, &scope, id).await?;
        Ok(found.map(|_| (ResourceKind::CognitoUserPool, account)))
    }
}

fn owner(scope: &Scope) -> Option<(AccountId, Region)> {
    Some((
        AccountId::parse(&scope.account).ok()?,
        Region::parse(&scope.region).ok()?,
    ))
}

/// The front of the issuer, and that of the domains if the pool has one.
fn of_pool(account: &AccountId, region: &Region, pool: &Pool, certificate: Option<String>) -> Vec<Front> {
    let resource = arn(region.partition(), region, account, &pool.id);
    let front = |host_names: Vec<String>, base_path: Option<String>, rules: Vec<Rule>| Front {
        resource: resource.clone(),
        kind: ResourceKind::CognitoUserPool,
        account: account.to_string(),
        region: region.to_string(),
        host_names,
        base_path,
        listeners: [(443, true), (80, false)]
            .map(|(port, tls)| Listener {
                arn: None,
                port,
                tls,
                certificates: certificate.iter().filter(|_| tls).cloned().collect(),
                rules: rules.clone(),
                default_action: json(404, &serde_json::json!({ "error": "not_found" }).to_string()),
            })
            .to_vec(),
        settings: FrontSettings::default(),
    };
    let host = format!("cognito-idp.{region}.{}", region.partition().dns_suffix());
    let documents = vec![
        page("/.well-known/jwks.json", json(200, &key_set(&pool.keys))),
        page(
            "/.well-known/openid-configuration",
            json(200, &discovery(region, &host, pool)),
        ),
    ];
    let mut fronts = vec![front(vec![host], Some(format!("/{}", pool.id)), documents)];
    let prefix = pool.domain.as_ref().map(|prefix| prefix_host(prefix, region));
    let hosts: Vec<String> = prefix.into_iter().chain(pool.custom_domain.clone()).collect();
    if !hosts.is_empty() {
        fronts.push(front(
            hosts,
            None,
            PAGES.map(|path| page(path, not_there())).to_vec(),
        ));
    }
    fronts
}

fn prefix_host(prefix: &str, region: &Region) -> String {
    format!("{prefix}.auth.{region}.amazoncognito.com")
}

fn page(path: &str, action: Action) -> Rule {
    Rule {
        arn: None,
        conditions: vec![Condition::PathTemplate(vec![path.to_owned()])],
        transforms: Vec::new(),
        action,
    }
}

fn json(status: u16, body: &str) -> Action {
    Action::Fixed {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_owned(),
    }
}

fn not_there() -> Action {
    Action::Fixed {
        status: 501,
        headers: vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())],
        body: "Signing in is not there: this user pool has keys, clients and a domain, but no users.\n"
            .to_owned(),
    }
}

/// The discovery document (OpenID Connect Discovery 1.0, section 3).
fn discovery(region: &Region, host: &str, pool: &Pool) -> String {
    let issuer = format!("https://{host}/{}", pool.id);
    let mut document = serde_json::json!({
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["code", "token"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    });
    let prefix = pool.domain.as_ref().map(|prefix| prefix_host(prefix, region));
    if let Some(domain) = pool.custom_domain.clone().or(prefix) {
        for (name, path) in [
            ("authorization_endpoint", "/oauth2/authorize"),
            ("token_endpoint", "/oauth2/token"),
            ("userinfo_endpoint", "/oauth2/userInfo"),
            ("revocation_endpoint", "/oauth2/revoke"),
            ("end_session_endpoint", "/logout"),
        ] {
            document[name] = format!("https://{domain}{path}").into();
        }
    }
    document.to_string()
}

#[cfg(test)]
mod tests {
    use haechi_wire::Stored;

    use super::*;

    fn fronts(domain: Option<&str>) -> Vec<Front> {
        let pool = Pool {
            id: "ap-northeast-2_abc".into(),
            shown: Stored::default(),
            mfa: Stored::default(),
            keys: Vec::new(),
            domain: domain.map(Into::into),
            custom_domain: None,
        };
        let account = AccountId::parse("111122223333").unwrap();
        of_pool(&account, &Region::parse("ap-northeast-2").unwrap(), &pool, None)
    }

    #[test]
    fn a_pool_without_a_domain_has_its_issuer_only() {
        let fronts = fronts(None);
        assert_eq!(fronts.len(), 1);
        assert_eq!(fronts[0].host_names, ["cognito-idp.ap-northeast-2.amazonaws.com"]);
        assert_eq!(fronts[0].base_path.as_deref(), Some("/ap-northeast-2_abc"));
    }

    #[test]
    fn the_pages_of_a_domain_say_that_they_are_not_there() {
        let fronts = fronts(Some("my-app"));
        assert_eq!(
            fronts[1].host_names,
            ["my-app.auth.ap-northeast-2.amazoncognito.com"]
        );
        assert!(matches!(
            fronts[1].listeners[0].rules[0].action,
            Action::Fixed { status: 501, .. }
        ));
        let Action::Fixed { body, .. } = &fronts[0].listeners[0].rules[1].action else {
            panic!("no discovery document")
        };
        assert!(body.contains("https://my-app.auth.ap-northeast-2.amazoncognito.com/oauth2/token"));
    }
}
