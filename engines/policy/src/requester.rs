//! Who makes a request: all that a `Principal` element can match.

use crate::context::Context;

/// The kind of a requester.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequesterKind {
    /// An account's root user.
    Root,
    /// An IAM user, also with credentials of GetSessionToken.
    User,
    /// A session of a role, however it was assumed.
    AssumedRole,
    /// A session of GetFederationToken.
    FederatedUser,
    /// An AWS service under its own name.
    Service,
    /// Someone who shows an OIDC token (AssumeRoleWithWebIdentity).
    WebIdentity,
    /// Someone who shows a SAML assertion (AssumeRoleWithSAML).
    Saml,
    /// Nobody that is known.
    Anonymous,
}

/// A requester. Made by the constructors; the optional parts are public for the few callers that have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requester {
    /// What it is.
    pub kind: RequesterKind,
    /// Its account; empty for services, web identities and the anonymous.
    pub account: String,
    /// Its ARN as `GetCallerIdentity` gives it, for a session the session's. Empty for the anonymous.
    pub arn: String,
    /// `aws:userid`: `AIDA…`, `AROA…:session`, the account for root, `account:name` for a federated user.
    pub user_id: String,
    /// The ARN behind a session: the role (with its path), or the IAM user that federated.
    pub issuer_arn: Option<String>,
    /// The unique id behind a session: `AROA…` or `AIDA…`.
    pub issuer_id: Option<String>,
    /// The identity provider: `accounts.google.com`, an OIDC or SAML provider's ARN. Sessions that came from
    /// a provider keep it.
    pub provider: Option<String>,
    /// S3's canonical id of the account.
    pub canonical_user: Option<String>,
}

impl Requester {
    fn bare(kind: RequesterKind, account: &str, arn: &str, user_id: &str) -> Self {
        Self {
            kind,
            account: account.to_owned(),
            arn: arn.to_owned(),
            user_id: user_id.to_owned(),
            issuer_arn: None,
            issuer_id: None,
            provider: None,
            canonical_user: None,
        }
    }

    /// The root user of an account, e.g. `arn:aws:iam::111122223333:root`.
    pub fn root(account: &str, arn: &str) -> Self {
        Self::bare(RequesterKind::Root, account, arn, account)
    }

    /// An IAM user with its unique id (`AIDA…`).
    pub fn user(account: &str, arn: &str, user_id: &str) -> Self {
        Self::bare(RequesterKind::User, account, arn, user_id)
    }

    /// A session of the role `role_arn` (`role_id`: `AROA…`); `session_arn` is
    /// `arn:aws:sts::account:assumed-role/role-name/session-name`.
    pub fn assumed_role(account: &str, session_arn: &str, role_arn: &str, role_id: &str) -> Self {
        let session = session_arn.rsplit('/').next().unwrap_or_default();
        Self {
            issuer_arn: Some(role_arn.to_owned()),
            issuer_id: Some(role_id.to_owned()),
            ..Self::bare(
                RequesterKind::AssumedRole,
                account,
                session_arn,
                &format!("{role_id}:{session}"),
            )
        }
    }

    /// A session of GetFederationToken: `arn:aws:sts::account:federated-user/name`, made by the user `user_arn`.
    pub fn federated_user(account: &str, arn: &str, user_arn: &str, user_id: &str) -> Self {
        let name = arn.rsplit('/').next().unwrap_or_default();
        Self {
            issuer_arn: Some(user_arn.to_owned()),
            issuer_id: Some(user_id.to_owned()),
            ..Self::bare(
                RequesterKind::FederatedUser,
                account,
                arn,
                &format!("{account}:{name}"),
            )
        }
    }

    /// A service under its own name, e.g. `events.amazonaws.com`.
    pub fn service(name: &str) -> Self {
        Self::bare(RequesterKind::Service, "", name, name)
    }

    /// The bearer of an OIDC token of `provider`, whose subject is `subject`.
    pub fn web_identity(provider: &str, subject: &str) -> Self {
        Self {
            provider: Some(provider.to_owned()),
            ..Self::bare(RequesterKind::WebIdentity, "", subject, subject)
        }
    }

    /// The bearer of a SAML assertion of the provider with this ARN.
    pub fn saml(provider_arn: &str, subject: &str) -> Self {
        Self {
            provider: Some(provider_arn.to_owned()),
            ..Self::bare(RequesterKind::Saml, "", subject, subject)
        }
    }

    /// Nobody that is known.
    pub fn anonymous() -> Self {
        Self::bare(RequesterKind::Anonymous, "", "", "ANONYMOUS_PRINCIPAL")
    }

    /// The same requester, with the identity provider its session came from.
    pub fn with_provider(mut self, provider: &str) -> Self {
        self.provider = Some(provider.to_owned());
        self
    }

    /// The same requester, with its account's canonical id.
    pub fn with_canonical_user(mut self, id: &str) -> Self {
        self.canonical_user = Some(id.to_owned());
        self
    }

    /// `aws:PrincipalArn`: of a role's session, the role.
    pub fn principal_arn(&self) -> &str {
        match self.kind {
            RequesterKind::AssumedRole => self.issuer_arn.as_deref().unwrap_or(&self.arn),
            _ => &self.arn,
        }
    }

    /// Whether identity policies can be attached to what stands behind the requester.
    pub(crate) fn has_identity(&self) -> bool {
        matches!(
            self.kind,
            RequesterKind::Root
                | RequesterKind::User
                | RequesterKind::AssumedRole
                | RequesterKind::FederatedUser
        )
    }

    /// The global condition keys that follow from the requester alone, set in `context`.
    ///
    /// The table of which key exists for which kind is "Request information that you can use for policy
    /// variables" in the IAM user guide.
    pub fn describe(&self, context: &mut Context) {
        context.set("aws:userid", self.user_id.as_str());
        if self.kind == RequesterKind::Anonymous {
            context.set("aws:principaltype", "Anonymous");
            return;
        }
        if !self.has_identity() {
            return;
        }
        context.set("aws:principalarn", self.principal_arn());
        context.set("aws:principalaccount", self.account.as_str());
        context.set(
            "aws:principaltype",
            match self.kind {
                RequesterKind::Root => "Account",
                RequesterKind::AssumedRole => "AssumedRole",
                RequesterKind::FederatedUser => "FederatedUser",
                _ => "User",
            },
        );
        if self.kind == RequesterKind::User {
            context.set("aws:username", self.arn.rsplit('/').next().unwrap_or_default());
        }
    }
}
