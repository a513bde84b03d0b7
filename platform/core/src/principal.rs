//! Who calls.

use std::sync::Arc;

use haechi_wire::Timestamp;

use crate::ids::{AccountId, Partition};

/// The identity behind a request.
///
/// Source of the forms and of the ids: IAM user guide, "AWS JSON policy elements: Principal" and "IAM identifiers".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Principal {
    /// The root user of an account.
    Root {
        /// Its account.
        account: AccountId,
    },
    /// An IAM user.
    User {
        /// Its account.
        account: AccountId,
        /// `/` or `/division/team/`.
        path: String,
        /// Its friendly name.
        name: String,
        /// `AIDA…`
        id: String,
    },
    /// A session of an IAM role.
    AssumedRole {
        /// The role's account.
        account: AccountId,
        /// The role's path.
        path: String,
        /// The role's name.
        role: String,
        /// `AROA…`
        id: String,
        /// The session's name.
        session: String,
    },
    /// A session made by GetFederationToken.
    FederatedUser {
        /// The account of the user that asked for the token.
        account: AccountId,
        /// The name that was asked for.
        name: String,
        /// The principal that called GetFederationToken, whose policies bound the session.
        issuer: Box<Principal>,
    },
    /// A service acting on its own behalf, such as `kms.amazonaws.com`.
    Service {
        /// The service principal.
        name: String,
    },
    /// Nobody: an unsigned call to an operation that allows it.
    Anonymous,
}

impl Principal {
    /// The account of the identity; none for services and anonymous calls.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Root { account }
            | Self::User { account, .. }
            | Self::AssumedRole { account, .. }
            | Self::FederatedUser { account, .. } => Some(account),
            Self::Service { .. } | Self::Anonymous => None,
        }
    }

    /// The ARN that GetCallerIdentity answers; for a service, its name; empty for an anonymous call.
    pub fn arn(&self, partition: Partition) -> String {
        match self {
            Self::Root { account } => iam_arn(partition, account, &["root"]),
            Self::User {
                account, path, name, ..
            } => iam_arn(partition, account, &["user", path, name]),
            Self::AssumedRole {
                account,
                role,
                session,
                ..
            } => {
                format!("arn:{partition}:sts::{account}:assumed-role/{role}/{session}")
            }
            Self::FederatedUser { account, name, .. } => {
                format!("arn:{partition}:sts::{account}:federated-user/{name}")
            }
            Self::Service { name } => name.clone(),
            Self::Anonymous => String::new(),
        }
    }

    /// The ARN under which policies know the identity: for a role's session, the role (`aws:PrincipalArn`).
    pub fn policy_arn(&self, partition: Partition) -> String {
        match self {
            Self::AssumedRole {
                account, path, role, ..
            } => iam_arn(partition, account, &["role", path, role]),
            _ => self.arn(partition),
        }
    }

    /// `aws:userid`, and the `UserId` of GetCallerIdentity.
    pub fn user_id(&self) -> String {
        match self {
            Self::Root { account } => account.to_string(),
            Self::User { id, .. } => id.clone(),
            Self::AssumedRole { id, session, .. } => format!("{id}:{session}"),
            Self::FederatedUser { account, name, .. } => format!("{account}:{name}"),
            Self::Service { name } => name.clone(),
            Self::Anonymous => "anonymous".to_owned(),
        }
    }

    /// `aws:PrincipalType`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Root { .. } => "Account",
            Self::User { .. } => "User",
            Self::AssumedRole { .. } => "AssumedRole",
            Self::FederatedUser { .. } => "FederatedUser",
            Self::Service { .. } => "Service",
            Self::Anonymous => "Anonymous",
        }
    }
}

/// Several are made for each call.
fn iam_arn(partition: Partition, account: &AccountId, resource: &[&str]) -> String {
    let mut arn = String::with_capacity(96);
    for part in ["arn:", partition.as_str(), ":iam::", account.as_str(), ":"]
        .iter()
        .chain(resource)
    {
        arn.push_str(part);
    }
    arn
}

/// What a set of temporary credentials adds to its principal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// When the credentials were issued (`aws:TokenIssueTime`).
    pub issued: Timestamp,
    /// When they end.
    pub expires: Timestamp,
    /// When the caller proved a second factor, if it did.
    pub mfa: Option<Timestamp>,
    /// Session policies given in the call that made the session, as JSON documents.
    pub policies: Vec<String>,
    /// Managed policies named as session policies.
    pub policy_arns: Vec<String>,
    /// Session tags, which win over the principal's own.
    pub tags: Vec<(String, String)>,
    /// Keys of the tags that go on to the next role in a chain.
    pub transitive_tag_keys: Vec<String>,
    /// `sts:SourceIdentity`, fixed for the whole chain.
    pub source_identity: Option<String>,
    /// How many roles were assumed one from another; a chained session lives an hour at most.
    pub chain: u32,
    /// The web identity or SAML provider that vouched, and its subject.
    pub federated: Option<FederatedIdentity>,
    /// Made by GetSessionToken: the principal itself, with a second key.
    pub session_token: bool,
}

/// Who vouched for a session made by AssumeRoleWithWebIdentity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FederatedIdentity {
    /// The issuer's host and path, or the provider's ARN.
    pub provider: String,
    /// Condition keys that the provider gives, such as `accounts.example:sub`.
    pub attributes: Vec<(String, String)>,
}

/// A principal with the credentials it used.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The identity.
    pub principal: Principal,
    /// The access key id of the request; none for services and anonymous calls.
    pub access_key_id: Option<String>,
    /// Present for temporary credentials.
    pub session: Option<Arc<Session>>,
}

impl Caller {
    /// A caller with long-term credentials, or none at all.
    pub fn new(principal: Principal, access_key_id: Option<String>) -> Self {
        Self {
            principal,
            access_key_id,
            session: None,
        }
    }

    /// A service on its own behalf.
    pub fn service(name: &str) -> Self {
        Self::new(
            Principal::Service {
                name: name.to_owned(),
            },
            None,
        )
    }

    /// The session's policies narrow what the principal may do.
    pub fn has_session_policies(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|s| !s.policies.is_empty() || !s.policy_arns.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> AccountId {
        AccountId::parse("111122223333").unwrap()
    }

    #[test]
    fn a_role_session_has_two_names() {
        let principal = Principal::AssumedRole {
            account: account(),
            path: "/team/".into(),
            role: "deploy".into(),
            id: "AROAEXAMPLE".into(),
            session: "alice".into(),
        };
        assert_eq!(
            principal.arn(Partition::Aws),
            "arn:aws:sts::111122223333:assumed-role/deploy/alice",
            "the session's name leaves the path out"
        );
        assert_eq!(
            principal.policy_arn(Partition::Aws),
            "arn:aws:iam::111122223333:role/team/deploy"
        );
        assert_eq!(principal.user_id(), "AROAEXAMPLE:alice");
    }
}
