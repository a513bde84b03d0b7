//! CreateListener, DescribeListeners, ModifyListener, DeleteListener.
//!
//! Source: API reference. Creating is idempotent: the same port with the same settings gives the listener that is there.
//! A listener's default rule comes and goes with it. Certificates are named by ARN and not looked for: whose they are is
//! the gateway's matter.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_api_elbv2::error::ErrorCode;
use haechi_core::{Arn, Call, Failure};
use haechi_policy::Context;
use haechi_store::{ALL, Txn};

use crate::find::{current, current_all, current_uses, key_of, remove, save};
use crate::model::listener::Listener;
use crate::model::load_balancer::{Kind, LoadBalancer};
use crate::ops::limits::MOST_LISTENERS;
use crate::paging::PageRequest;
use crate::requested::actions;
use crate::store::RULES;
use crate::tags::{self, Tags};
use crate::{LoadBalancing, answer, error, names, ssl_policies};

/// The policy of a secure listener that names none.
const DEFAULT_SSL_POLICY: &str = "ELBSecurityPolicy-2016-08";

/// Checks what a listener says of protocol, port and TLS, and fills in what it leaves out.
fn check(listener: &mut Listener) -> Result<(), Failure> {
    let kind = listener.kind;
    let Some(protocol) = listener.protocol.clone() else {
        if kind == Kind::Gateway && listener.port.is_none() {
            return Ok(());
        }
        return Err(error::validation("A listener protocol must be specified"));
    };
    if kind == Kind::Gateway {
        return Err(error::validation(
            "Protocol and port cannot be specified for listeners of a Gateway Load Balancer",
        ));
    }
    if listener.port.is_none() {
        return Err(error::validation("A listener port must be specified"));
    }
    if !kind.protocols().contains(&protocol.as_str()) {
        let message = format!(
            "Listener protocol '{protocol}' must be one of '{}'",
            kind.protocols().join(", ")
        );
        return Err(error::validation(message));
    }
    if listener.is_secure() {
        if listener.certificates.is_empty() {
            return Err(error::validation(format!(
                "A certificate must be specified for {protocol} listeners"
            )));
        }
        let policy = listener
            .ssl_policy
            .get_or_insert_with(|| DEFAULT_SSL_POLICY.to_owned());
        if !ssl_policies::exists(policy) {
            let message = format!("SSL policy '{policy}' not found");
            return Err(error::refuse(ErrorCode::SSLPolicyNotFoundException, message));
        }
    } else {
        if !listener.certificates.is_empty() {
            return Err(error::validation(format!(
                "A certificate cannot be specified for {protocol} listeners"
            )));
        }
        if listener.ssl_policy.is_some() {
            return Err(error::validation(format!(
                "An SSL policy cannot be specified for {protocol} listeners"
            )));
        }
    }
    if !listener.alpn_policy.is_empty() && protocol != "TLS" {
        let message = "An ALPN policy can only be specified for TLS listeners";
        return Err(error::refuse(ErrorCode::ALPNPolicyNotSupportedException, message));
    }
    Ok(())
}

/// The ARNs of certificates, the one that is given first being the default.
pub(crate) fn certificates(given: Option<Vec<api::Certificate>>) -> Result<Vec<String>, Failure> {
    let mut read = Vec::new();
    for certificate in given.unwrap_or_default() {
        let arn = certificate.certificate_arn.unwrap_or_default();
        let parsed = Arn::parse(&arn);
        let is_one = parsed.is_some_and(|parsed| {
            (parsed.service() == "acm" && parsed.resource().starts_with("certificate/"))
                || (parsed.service() == "iam" && parsed.resource().starts_with("server-certificate/"))
        });
        if !is_one {
            let message = format!("Certificate '{arn}' not found");
            return Err(error::refuse(ErrorCode::CertificateNotFoundException, message));
        }
        read.push(arn);
    }
    Ok(read)
}

/// Creating and modifying take one certificate; more are added by AddListenerCertificates.
fn only_one(certificates: &[String]) -> Result<(), Failure> {
    if certificates.len() > 1 {
        return Err(error::validation("You can specify only one default certificate"));
    }
    Ok(())
}

/// Client certificates are not asked for here.
fn no_mutual_authentication(given: Option<&api::MutualAuthenticationAttributes>) -> Result<(), Failure> {
    match given.and_then(|given| given.mode.as_deref()) {
        None | Some("off") => Ok(()),
        Some(mode) => Err(error::configuration(format!(
            "Mutual authentication mode '{mode}' is not supported"
        ))),
    }
}

fn context(protocol: Option<&str>, policy: Option<&str>) -> Context {
    let mut context = Context::new();
    if let Some(protocol) = protocol {
        context.set("elasticloadbalancing:listenerprotocol", protocol);
    }
    if let Some(policy) = policy {
        context.set("elasticloadbalancing:securitypolicy", policy);
    }
    context
}

pub(crate) async fn create_listener(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::CreateListenerInput,
) -> Result<api::CreateListenerOutput, Failure> {
    let load_balancer = input.load_balancer_arn.unwrap_or_default();
    let own = tags::from_request(input.tags)?;
    let found = elbv2.find::<LoadBalancer>(&call, &load_balancer).await?;
    let protocol = input.protocol.map(|protocol| protocol.as_str().to_owned());
    let mut context = context(protocol.as_deref(), input.ssl_policy.as_deref());
    if let Some(found) = &found {
        tags::describe_resource(&found.tags, &mut context);
    }
    elbv2
        .may_make(
            &call,
            &load_balancer,
            &names::listener_arn(&load_balancer, "*"),
            &own,
            context,
        )
        .await?;
    let kind = found.ok_or_else(|| error::no_load_balancer(&load_balancer))?.kind;
    no_mutual_authentication(input.mutual_authentication.as_ref())?;
    let random = &*elbv2.platform.random;
    let arn = names::listener_arn(&load_balancer, &random.hex(16));
    let mut new = Listener {
        default_rule: names::rule_arn(&arn, &random.hex(16)),
        arn,
        load_balancer,
        kind,
        port: input.port.and_then(|port| u16::try_from(port).ok()),
        protocol,
        ssl_policy: input.ssl_policy,
        certificates: certificates(input.certificates)?,
        default_actions: actions::read(input.default_actions.unwrap_or_default())?,
        alpn_policy: input.alpn_policy.unwrap_or_default(),
        attributes: BTreeMap::new(),
        tags: own,
        rule_tags: Tags::new(),
    };
    only_one(&new.certificates)?;
    check(&mut new)?;
    let (new, call) = (&new, &call);
    elbv2
        .platform
        .write(call, |txn| async move {
            let shown = admit(&txn, call, new).await?;
            Ok(api::CreateListenerOutput {
                listeners: Some(vec![shown]),
            })
        })
        .await
}

/// Puts a new listener, unless its port is taken.
async fn admit(txn: &Txn, call: &Call, new: &Listener) -> Result<api::Listener, Failure> {
    let load_balancer = current::<LoadBalancer>(txn, call, &new.load_balancer).await?;
    let all = current_all::<Listener>(txn, call).await?;
    let others = || {
        all.iter()
            .filter(|other| other.load_balancer == new.load_balancer)
    };
    if let Some(present) = others().find(|other| other.port == new.port) {
        let same = present.protocol == new.protocol
            && present.ssl_policy == new.ssl_policy
            && present.certificates == new.certificates
            && present.default_actions == new.default_actions
            && present.alpn_policy == new.alpn_policy
            && present.tags == new.tags;
        if same {
            return Ok(answer::listener(present));
        }
        return Err(port_taken(&new.load_balancer));
    }
    if others().count() >= MOST_LISTENERS {
        let message = "The maximum number of listeners has been reached for this load balancer";
        return Err(error::refuse(ErrorCode::TooManyListenersException, message));
    }
    let uses = current_uses(txn, call).await?;
    actions::admit(txn, call, &load_balancer, &new.default_actions, &uses).await?;
    save(txn, call, new).await?;
    Ok(answer::listener(new))
}

fn port_taken(load_balancer: &str) -> Failure {
    let message = format!("A listener already exists on this port for this load balancer '{load_balancer}'");
    error::refuse(ErrorCode::DuplicateListenerException, message)
}

pub(crate) async fn describe_listeners(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeListenersInput,
) -> Result<api::DescribeListenersOutput, Failure> {
    elbv2.may_read(&call).await?;
    let page = PageRequest::parse(input.marker.as_deref(), input.page_size)?;
    let mut all = elbv2.all::<Listener>(&call).await?;
    match (input.load_balancer_arn, input.listener_arns) {
        (Some(_), Some(_)) => {
            let message = "Listener ARNs and a load balancer ARN cannot be specified at the same time";
            return Err(error::validation(message));
        }
        (None, None) => {
            let message = "You must specify either listener ARNs or a load balancer ARN";
            return Err(error::validation(message));
        }
        (Some(arn), None) => {
            if elbv2.find::<LoadBalancer>(&call, &arn).await?.is_none() {
                return Err(error::no_load_balancer(&arn));
            }
            all.retain(|listener| listener.load_balancer == arn);
        }
        (None, Some(arns)) => {
            for arn in &arns {
                key_of::<Listener>(arn)?;
            }
            if !arns.iter().all(|arn| all.iter().any(|known| known.arn == *arn)) {
                let message = "One or more listeners not found";
                return Err(error::refuse(ErrorCode::ListenerNotFoundException, message));
            }
            all.retain(|known| arns.contains(&known.arn));
        }
    }
    let (all, next_marker) = page.of(all, |listener| listener.arn.clone());
    Ok(api::DescribeListenersOutput {
        listeners: Some(all.iter().map(|listener| answer::listener(listener)).collect()),
        next_marker,
    })
}

pub(crate) async fn modify_listener(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::ModifyListenerInput,
) -> Result<api::ModifyListenerOutput, Failure> {
    let arn = &input.listener_arn.clone().unwrap_or_default();
    let found = elbv2.find::<Listener>(&call, arn).await?;
    let none = Tags::new();
    let protocol = input.protocol.as_ref().map(|protocol| protocol.as_str());
    elbv2
        .may_change_with(
            &call,
            arn,
            found.as_ref().map_or(&none, |found| &found.tags),
            context(protocol, input.ssl_policy.as_deref()),
        )
        .await?;
    found.ok_or_else(|| error::no_listener(arn))?;
    no_mutual_authentication(input.mutual_authentication.as_ref())?;
    let default_actions = &input.default_actions.clone().map(actions::read).transpose()?;
    let replaced = &certificates(input.certificates.clone())?;
    only_one(replaced)?;
    let (call, input) = (&call, &input);
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut changed = current::<Listener>(&txn, call, arn).await?;
            apply(&mut changed, input, replaced);
            if let Some(actions) = default_actions {
                changed.default_actions.clone_from(actions);
            }
            check(&mut changed)?;
            let all = current_all::<Listener>(&txn, call).await?;
            let taken = all.iter().any(|other| {
                other.arn != changed.arn
                    && other.load_balancer == changed.load_balancer
                    && other.port == changed.port
            });
            if taken {
                return Err(port_taken(&changed.load_balancer));
            }
            let load_balancer = current::<LoadBalancer>(&txn, call, &changed.load_balancer).await?;
            let uses = current_uses(&txn, call).await?;
            actions::admit(&txn, call, &load_balancer, &changed.default_actions, &uses).await?;
            save(&txn, call, &changed).await?;
            Ok(api::ModifyListenerOutput {
                listeners: Some(vec![answer::listener(&changed)]),
            })
        })
        .await
}

/// What a request names replaces what is there; a listener that stops to speak TLS forgets what belonged to it.
fn apply(changed: &mut Listener, input: &api::ModifyListenerInput, certificates: &[String]) {
    if let Some(port) = input.port {
        changed.port = u16::try_from(port).ok();
    }
    if let Some(protocol) = &input.protocol {
        changed.protocol = Some(protocol.as_str().to_owned());
        if !changed.is_secure() {
            changed.certificates.clear();
            changed.ssl_policy = None;
            changed.alpn_policy.clear();
        }
    }
    if let Some(policy) = &input.ssl_policy {
        changed.ssl_policy = Some(policy.clone());
    }
    if let Some(alpn) = &input.alpn_policy {
        changed.alpn_policy.clone_from(alpn);
    }
    if let [default] = certificates {
        changed.certificates.retain(|known| known != default);
        if changed.certificates.is_empty() {
            changed.certificates.push(default.clone());
        } else {
            changed.certificates[0].clone_from(default);
        }
    }
}

pub(crate) async fn delete_listener(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DeleteListenerInput,
) -> Result<api::DeleteListenerOutput, Failure> {
    let arn = &input.listener_arn.unwrap_or_default();
    elbv2.open::<Listener>(&call, arn).await?;
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            current::<Listener>(&txn, call, arn).await?;
            let place = call.scope();
            let key = key_of::<Listener>(arn)?;
            for (rule, _) in txn.list_under(&RULES, &place, &key, None, ALL).await? {
                txn.delete(&RULES, &place, &rule).await?;
            }
            remove::<Listener>(&txn, call, arn).await?;
            Ok(api::DeleteListenerOutput::default())
        })
        .await
}
