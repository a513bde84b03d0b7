//! The `userIdentity` element.

use haechi_core::{Call, Partition, Principal, Session};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserIdentity<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_context: Option<SessionContext<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoked_by: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionContext<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_issuer: Option<SessionIssuer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    web_id_federation_data: Option<FederationData<'a>>,
    attributes: SessionAttributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionIssuer<'a> {
    r#type: &'static str,
    principal_id: &'a str,
    arn: String,
    account_id: &'a str,
    user_name: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FederationData<'a> {
    federated_provider: &'a str,
    attributes: std::collections::BTreeMap<&'a str, &'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionAttributes {
    creation_date: String,
    mfa_authenticated: &'static str,
}

impl<'a> UserIdentity<'a> {
    /// The caller as its own account sees it.
    pub(crate) fn of_caller(call: &'a Call) -> Self {
        let caller = &call.caller;
        let principal = &caller.principal;
        let partition = call.partition();
        if let Principal::Service { name } = principal {
            return Self { invoked_by: Some(name), ..Self::empty("AWSService") };
        }
        if *principal == Principal::Anonymous {
            return Self {
                principal_id: Some(String::new()),
                account_id: Some("anonymous"),
                ..Self::empty("Unknown")
            };
        }
        Self {
            r#type: kind(principal),
            principal_id: Some(principal.user_id()),
            arn: Some(principal.arn(partition)),
            account_id: principal.account().map(AsRef::as_ref),
            access_key_id: caller.access_key_id.as_deref(),
            user_name: user_name(principal),
            session_context: caller.session.as_deref().map(|s| session_context(principal, s, partition)),
            invoked_by: call.origin.via_service(),
        }
    }

    /// The caller as the account sees it whose resource was used: only which account, and which principal of it.
    pub(crate) fn of_foreign_caller(call: &'a Call) -> Self {
        let principal = &call.caller.principal;
        if let Principal::Service { name } = principal {
            return Self { invoked_by: Some(name), ..Self::empty("AWSService") };
        }
        Self {
            principal_id: Some(principal.user_id()),
            account_id: principal.account().map(AsRef::as_ref),
            invoked_by: call.origin.via_service(),
            ..Self::empty("AWSAccount")
        }
    }

    fn empty(r#type: &'static str) -> Self {
        Self {
            r#type,
            principal_id: None,
            arn: None,
            account_id: None,
            access_key_id: None,
            user_name: None,
            session_context: None,
            invoked_by: None,
        }
    }
}

/// The name by which `LookupEvents` finds the caller's events (`Username`).
pub(crate) fn lookup_name(principal: &Principal) -> Option<&str> {
    match principal {
        Principal::Root { .. } => Some("root"),
        Principal::User { name, .. } | Principal::FederatedUser { name, .. } => Some(name),
        Principal::AssumedRole { session, .. } => Some(session),
        _ => None,
    }
}

fn kind(principal: &Principal) -> &'static str {
    match principal {
        Principal::Root { .. } => "Root",
        Principal::User { .. } => "IAMUser",
        Principal::AssumedRole { .. } => "AssumedRole",
        Principal::FederatedUser { .. } => "FederatedUser",
        _ => "Unknown",
    }
}

fn user_name(principal: &Principal) -> Option<&str> {
    match principal {
        Principal::User { name, .. } => Some(name),
        _ => None,
    }
}

fn session_context<'a>(
    principal: &'a Principal,
    session: &'a Session,
    partition: Partition,
) -> SessionContext<'a> {
    SessionContext {
        session_issuer: issuer(principal, partition),
        web_id_federation_data: session.federated.as_ref().map(|federated| FederationData {
            federated_provider: &federated.provider,
            attributes: federated.attributes.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect(),
        }),
        attributes: SessionAttributes {
            creation_date: crate::record::seconds(session.issued),
            mfa_authenticated: if session.mfa.is_some() { "true" } else { "false" },
        },
        source_identity: session.source_identity.as_deref(),
    }
}

fn issuer(principal: &Principal, partition: Partition) -> Option<SessionIssuer<'_>> {
    match principal {
        Principal::AssumedRole { account, role, id, .. } => Some(SessionIssuer {
            r#type: "Role",
            principal_id: id,
            arn: principal.policy_arn(partition),
            account_id: account.as_str(),
            user_name: role,
        }),
        Principal::FederatedUser { issuer, .. } => match issuer.as_ref() {
            Principal::User { account, name, id, .. } => Some(SessionIssuer {
                r#type: "IAMUser",
                principal_id: id,
                arn: issuer.arn(partition),
                account_id: account.as_str(),
                user_name: name,
            }),
            Principal::Root { account } => Some(SessionIssuer {
                r#type: "Root",
                principal_id: account.as_str(),
                arn: issuer.arn(partition),
                account_id: account.as_str(),
                user_name: "root",
            }),
            _ => None,
        },
        _ => None,
    }
}
