//! The `userIdentity` element.

use haechi_core::{Call, Partition, Principal, Session};
use serde_json::Value;

use crate::json::Object;

pub(crate) struct UserIdentity<'a> {
    r#type: &'static str,
    principal_id: Option<String>,
    arn: Option<String>,
    account_id: Option<&'a str>,
    access_key_id: Option<&'a str>,
    user_name: Option<&'a str>,
    identity_provider: Option<&'a str>,
    session_context: Option<SessionContext<'a>>,
    invoked_by: Option<&'a str>,
}

struct SessionContext<'a> {
    session_issuer: Option<SessionIssuer<'a>>,
    web_id_federation_data: Option<FederationData<'a>>,
    attributes: SessionAttributes,
    source_identity: Option<&'a str>,
}

struct SessionIssuer<'a> {
    r#type: &'static str,
    principal_id: &'a str,
    arn: String,
    account_id: &'a str,
    user_name: &'a str,
}

struct FederationData<'a> {
    federated_provider: &'a str,
    attributes: std::collections::BTreeMap<&'a str, &'a str>,
}

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
            return Self {
                invoked_by: Some(name),
                ..Self::empty("AWSService")
            };
        }
        Self {
            r#type: kind(principal),
            principal_id: Some(principal.user_id()),
            arn: Some(principal.arn(partition)),
            account_id: principal.account().map(AsRef::as_ref),
            access_key_id: caller.access_key_id.as_deref(),
            user_name: user_name(principal),
            session_context: caller
                .session
                .as_deref()
                .map(|s| session_context(principal, s, partition)),
            identity_provider: None,
            invoked_by: call.origin.via_service(),
        }
    }

    /// The caller as the account sees it whose resource was used: only which account, and which principal of it.
    pub(crate) fn of_foreign_caller(call: &'a Call) -> Self {
        let principal = &call.caller.principal;
        if let Principal::Service { name } = principal {
            return Self {
                invoked_by: Some(name),
                ..Self::empty("AWSService")
            };
        }
        Self {
            principal_id: Some(principal.user_id()),
            account_id: principal.account().map(AsRef::as_ref),
            invoked_by: call.origin.via_service(),
            ..Self::empty("AWSAccount")
        }
    }

    /// Who brought an identity provider's token instead of a signature. Only the answer to a token that was taken
    /// says who that is.
    pub(crate) fn of_bearer(call: &Call, response: &'a Value) -> Self {
        if !call.operation.name.starts_with("AssumeRoleWith") {
            return Self::empty("Unknown");
        }
        let said = |member: &str| response.get(member).and_then(Value::as_str);
        let subject = said("subjectFromWebIdentityToken");
        let provider = said("provider");
        let parts = provider.zip(said("audience")).zip(subject);
        Self {
            principal_id: parts.map(|((provider, client), subject)| format!("{provider}:{client}:{subject}")),
            user_name: subject,
            identity_provider: provider,
            ..Self::empty("WebIdentityUser")
        }
    }

    /// The name by which `LookupEvents` finds the event (`Username`).
    pub(crate) fn lookup_name(&self, principal: &'a Principal) -> Option<&'a str> {
        match principal {
            Principal::Root { .. } => Some("root"),
            Principal::User { name, .. } | Principal::FederatedUser { name, .. } => Some(name),
            Principal::AssumedRole { session, .. } => Some(session),
            _ => self.user_name,
        }
    }

    /// Writes the members.
    pub(crate) fn write(&self, identity: &mut Object<'_>) {
        identity.text("type", self.r#type);
        identity.optional("principalId", self.principal_id.as_deref());
        identity.optional("arn", self.arn.as_deref());
        identity.optional("accountId", self.account_id);
        identity.optional("accessKeyId", self.access_key_id);
        identity.optional("userName", self.user_name);
        identity.optional("identityProvider", self.identity_provider);
        if let Some(context) = &self.session_context {
            identity.object("sessionContext", |session| context.write(session));
        }
        identity.optional("invokedBy", self.invoked_by);
    }

    fn empty(r#type: &'static str) -> Self {
        Self {
            r#type,
            principal_id: None,
            arn: None,
            account_id: None,
            access_key_id: None,
            user_name: None,
            identity_provider: None,
            session_context: None,
            invoked_by: None,
        }
    }
}

impl SessionContext<'_> {
    fn write(&self, session: &mut Object<'_>) {
        if let Some(issuer) = &self.session_issuer {
            session.object("sessionIssuer", |members| {
                members.text("type", issuer.r#type);
                members.text("principalId", issuer.principal_id);
                members.text("arn", &issuer.arn);
                members.text("accountId", issuer.account_id);
                members.text("userName", issuer.user_name);
            });
        }
        if let Some(federated) = &self.web_id_federation_data {
            session.object("webIdFederationData", |members| {
                members.text("federatedProvider", federated.federated_provider);
                let attributes = serde_json::json!(federated.attributes);
                crate::json::push_value(members.member("attributes"), &attributes);
            });
        }
        session.object("attributes", |members| {
            members.text("creationDate", &self.attributes.creation_date);
            members.text("mfaAuthenticated", self.attributes.mfa_authenticated);
        });
        session.optional("sourceIdentity", self.source_identity);
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
            attributes: federated
                .attributes
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str()))
                .collect(),
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
        Principal::AssumedRole {
            account, role, id, ..
        } => Some(SessionIssuer {
            r#type: "Role",
            principal_id: id,
            arn: principal.policy_arn(partition),
            account_id: account.as_str(),
            user_name: role,
        }),
        Principal::FederatedUser { issuer, .. } => match issuer.as_ref() {
            Principal::User {
                account, name, id, ..
            } => Some(SessionIssuer {
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
