//! `Principal` and `NotPrincipal`, and how they name a requester.

use crate::requester::{Requester, RequesterKind};

/// How directly a policy names a requester. It matters within one account: what is granted directly needs
/// nothing else; what is granted to the role or user behind a session is still limited by the permissions
/// boundary and session policies; what is granted to the account is delegated to its identity policies
/// ("How AWS enforcement code logic evaluates requests" in the IAM user guide).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Naming {
    /// By its account.
    Account,
    /// By the role, user or provider behind its session.
    Issuer,
    /// Itself, or as one of everyone.
    Direct,
}

/// A principal as a policy names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PrincipalRef<'p> {
    /// `*`.
    Everyone,
    /// An account, by id or as `arn:…:root`.
    Account(&'p str),
    /// A user, role, role session or federated user.
    Arn(&'p str),
    /// A unique id such as `AIDA…` or `AROA…`: what a deleted principal turns into.
    UniqueId(&'p str),
    /// A service.
    Service(&'p str),
    /// An identity provider.
    Federated(&'p str),
    /// An account, by S3's canonical id.
    CanonicalUser(&'p str),
}

/// One entry of a `Principal` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PrincipalPattern {
    Everyone,
    Account(Box<str>),
    Arn(Box<str>),
    UniqueId(Box<str>),
    AnyService,
    Service(Box<str>),
    AnyProvider,
    Federated(Box<str>),
    CanonicalUser(Box<str>),
}

impl PrincipalPattern {
    pub(crate) fn as_ref(&self) -> PrincipalRef<'_> {
        match self {
            Self::Everyone => PrincipalRef::Everyone,
            Self::Account(id) => PrincipalRef::Account(id),
            Self::Arn(arn) => PrincipalRef::Arn(arn),
            Self::UniqueId(id) => PrincipalRef::UniqueId(id),
            Self::AnyService => PrincipalRef::Service("*"),
            Self::Service(name) => PrincipalRef::Service(name),
            Self::AnyProvider => PrincipalRef::Federated("*"),
            Self::Federated(provider) => PrincipalRef::Federated(provider),
            Self::CanonicalUser(id) => PrincipalRef::CanonicalUser(id),
        }
    }

    fn naming(&self, requester: &Requester) -> Option<Naming> {
        let when = |holds: bool, naming| holds.then_some(naming);
        match self {
            Self::Everyone => Some(Naming::Direct),
            Self::Account(id) => account_naming(id, requester),
            Self::Arn(arn) => requester.named_by(arn),
            Self::UniqueId(id) => {
                if requester.issuer_id.as_deref() == Some(id) {
                    Some(Naming::Issuer)
                } else {
                    when(
                        requester.kind == RequesterKind::User && requester.user_id == **id,
                        Naming::Direct,
                    )
                }
            }
            Self::AnyService => when(requester.kind == RequesterKind::Service, Naming::Direct),
            Self::Service(name) => when(
                requester.kind == RequesterKind::Service && requester.arn == **name,
                Naming::Direct,
            ),
            Self::AnyProvider => provider_naming(requester.provider.is_some(), requester),
            Self::Federated(provider) => {
                provider_naming(requester.provider.as_deref() == Some(provider), requester)
            }
            Self::CanonicalUser(id) => match requester.canonical_user.as_deref() == Some(id) {
                true if requester.kind == RequesterKind::Root => Some(Naming::Direct),
                true => Some(Naming::Account),
                false => None,
            },
        }
    }
}

fn account_naming(account: &str, requester: &Requester) -> Option<Naming> {
    if requester.account != account || !requester.has_identity() {
        return None;
    }
    Some(if requester.kind == RequesterKind::Root {
        Naming::Direct
    } else {
        Naming::Account
    })
}

fn provider_naming(named: bool, requester: &Requester) -> Option<Naming> {
    named.then_some(match requester.kind {
        RequesterKind::WebIdentity | RequesterKind::Saml => Naming::Direct,
        _ => Naming::Issuer,
    })
}

/// The account of `arn:partition:iam::account:root`.
pub(crate) fn root_account(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let shape = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let account = parts.next()?;
    let root = parts.next()? == "root" && parts.next().is_none();
    (root && shape.0 == "arn" && shape.2 == "iam" && shape.3.is_empty()).then_some(account)
}

impl Requester {
    /// How the principal with this ARN (or account id, or unique id) names the requester, if it does. KMS asks
    /// it of a grant's grantee.
    pub fn named_by(&self, principal: &str) -> Option<Naming> {
        if let Some(account) = root_account(principal) {
            return account_naming(account, self);
        }
        if principal == self.arn && self.has_identity() {
            return Some(Naming::Direct);
        }
        if self.issuer_arn.as_deref() == Some(principal) || self.issuer_id.as_deref() == Some(principal) {
            return Some(Naming::Issuer);
        }
        if self.kind == RequesterKind::Service && principal == self.arn {
            return Some(Naming::Direct);
        }
        if !principal.is_empty() && principal == self.account {
            return account_naming(principal, self);
        }
        (self.kind == RequesterKind::User && principal == self.user_id).then_some(Naming::Direct)
    }
}

/// A `Principal` or `NotPrincipal` element.
#[derive(Clone, Debug)]
pub(crate) struct PrincipalElement {
    pub(crate) negated: bool,
    pub(crate) patterns: Box<[PrincipalPattern]>,
}

impl PrincipalElement {
    /// How the element names the requester in a statement of this effect, if it does; `bounded` is whether the
    /// requester has a permissions boundary.
    pub(crate) fn naming(&self, requester: &Requester, denies: bool, bounded: bool) -> Option<Naming> {
        if self.negated {
            let about = if denies {
                bounded || !self.exempts(requester)
            } else {
                !self.lists(requester)
            };
            return about.then_some(Naming::Direct);
        }
        let mut best = None;
        for pattern in &self.patterns {
            best = best.max(pattern.naming(requester));
            if best == Some(Naming::Direct) {
                break;
            }
        }
        best
    }

    /// `NotPrincipal` with `Deny`: whether the requester escapes. It does only if each of the principals that it
    /// stands for is listed: the account, the role, the session; and nobody with a permissions boundary does
    /// ("JSON policy elements: NotPrincipal" in the IAM user guide).
    fn exempts(&self, requester: &Requester) -> bool {
        if self.patterns.contains(&PrincipalPattern::Everyone) {
            return true;
        }
        let listed = |naming| {
            self.patterns
                .iter()
                .any(|pattern| pattern.naming(requester) == Some(naming))
        };
        match requester.kind {
            RequesterKind::User => listed(Naming::Direct) && listed(Naming::Account),
            RequesterKind::AssumedRole | RequesterKind::FederatedUser => {
                listed(Naming::Direct) && listed(Naming::Issuer) && listed(Naming::Account)
            }
            _ => listed(Naming::Direct),
        }
    }

    /// Whether the requester is listed in any way. It is then left out of a `NotPrincipal` with `Allow`, so that
    /// the statement never gives too much.
    fn lists(&self, requester: &Requester) -> bool {
        self.patterns
            .iter()
            .any(|pattern| pattern.naming(requester).is_some())
    }
}
