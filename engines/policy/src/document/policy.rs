//! A parsed policy.

use std::str::FromStr;

use serde_json::Value;

use super::error::PolicyError;
use super::kind::PolicyKind;
use super::{grammar, keys, parse, principals, public, validate};
use crate::principal::PrincipalRef;
use crate::statement::Statement;

/// A policy document that AWS would accept, compiled for evaluation. Cheap to share behind an `Arc`.
#[derive(Clone, Debug)]
pub struct Policy {
    kind: PolicyKind,
    pub(crate) statements: Box<[Statement]>,
    json: Box<str>,
    reads_context: bool,
}

impl Policy {
    /// Parses a document, refusing what AWS refuses for this kind.
    pub fn parse(json: &str, kind: PolicyKind) -> Result<Self, PolicyError> {
        let document = read(json)?;
        validate::document(&document, kind)?;
        Self::compile(&document, kind)
    }

    /// Parses a document that AWS itself wrote (managed policies, defaults): the grammar is checked, the
    /// finer rules for customers' documents are not.
    pub fn parse_trusted(json: &str, kind: PolicyKind) -> Result<Self, PolicyError> {
        let document = read(json)?;
        grammar::check(&document)?;
        Self::compile(&document, kind)
    }

    fn compile(document: &Value, kind: PolicyKind) -> Result<Self, PolicyError> {
        let statements: Box<[Statement]> = parse::statements(document, kind)?.into();
        Ok(Self {
            kind,
            reads_context: statements.iter().any(Statement::reads_context),
            statements,
            json: document.to_string().into(),
        })
    }

    /// Whether a decision by this policy can depend on condition keys, through a condition or a variable. Where none
    /// of the policies of a request does, nobody need work the keys out.
    pub fn reads_context(&self) -> bool {
        self.reads_context
    }

    /// What the policy was parsed as.
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// The document without insignificant white space; members keep their order.
    pub fn to_json(&self) -> &str {
        &self.json
    }

    /// How many statements it has.
    pub fn statement_count(&self) -> usize {
        self.statements.len()
    }

    /// Every principal that some statement names, in order, repeated if named twice.
    pub fn principals(&self) -> impl Iterator<Item = PrincipalRef<'_>> {
        self.statements
            .iter()
            .filter_map(|statement| statement.principal.as_ref())
            .flat_map(|element| {
                element
                    .patterns
                    .iter()
                    .map(crate::principal::PrincipalPattern::as_ref)
            })
    }

    /// Whether some statement names this principal (its ARN, account or unique id as written).
    pub fn mentions(&self, principal: &str) -> bool {
        self.principals().any(|named| match named {
            PrincipalRef::Everyone => principal == "*",
            PrincipalRef::Account(text)
            | PrincipalRef::Arn(text)
            | PrincipalRef::UniqueId(text)
            | PrincipalRef::Service(text)
            | PrincipalRef::Federated(text)
            | PrincipalRef::CanonicalUser(text) => text == principal,
        })
    }

    /// The document with the principal `from` written as `to`, or `None` if it names no such principal.
    ///
    /// IAM does so when a user or role is deleted: its ARN turns into the unique id, so that whoever gets the
    /// name next does not inherit the permission.
    pub fn with_principal_renamed(&self, from: &str, to: &str) -> Option<String> {
        let mut document: Value = serde_json::from_str(&self.json).ok()?;
        principals::rename(&mut document, from, to).then(|| document.to_string())
    }

    /// The condition keys that the policy reads, in conditions and as variables, as written, each once.
    pub fn context_keys(&self) -> Vec<String> {
        serde_json::from_str(&self.json)
            .map(|document| keys::of(&document))
            .unwrap_or_default()
    }

    /// Whether the policy gives something to everyone, by S3's meaning of "public": an `Allow` for `*` that no
    /// condition with fixed values narrows to accounts, organizations, networks or sources.
    pub fn allows_public(&self) -> bool {
        self.statements.iter().any(public::is_public)
    }
}

impl FromStr for Policy {
    type Err = PolicyError;

    /// Parses an identity policy.
    fn from_str(json: &str) -> Result<Self, Self::Err> {
        Self::parse(json, PolicyKind::Identity)
    }
}

/// The size of a document as IAM counts it against its quotas: characters other than white space.
pub fn policy_size(json: &str) -> usize {
    json.chars()
        .filter(|character| !character.is_whitespace())
        .count()
}

fn read(json: &str) -> Result<Value, PolicyError> {
    serde_json::from_str(json).map_err(|error| PolicyError::syntax(error.to_string()))
}
