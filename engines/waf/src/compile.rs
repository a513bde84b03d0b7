//! From AWS's JSON to a plan.
//!
//! A plan has the rules in order of priority and, apart from them, *slots*: each distinct request component after
//! each distinct chain of text transformations. Whatever number of statements look at a slot, it is computed once
//! per request, and one pass over it finds which of those statements can match at all (`scan`).

mod field;
mod labels;
mod rate;
mod rules;
mod scan;
mod slots;
mod statement;

pub(crate) use field::FieldKey;
pub(crate) use rate::{KeySource, RatePlan};
pub(crate) use rules::{Action, Flood, Group, GroupKind, PlanRule, Response, RuleBody};
pub(crate) use slots::{Slot, SlotId, Source};
pub(crate) use statement::{AddressSource, Match, OnInvalidJson, Span, Stmt, StmtKind, Test};

use crate::error::CompileError;
use crate::ip_set::SharedIpSet;
use crate::model::{
    AssociationConfig, CustomResponseBodies, ManagedRuleGroupConfig, Rule, RuleGroup, Statement, WebAcl,
};
use crate::regex::SharedPatternSet;
use crate::request::{Limits, ResourceType};
use crate::validate;
use std::sync::Arc;

/// Content of a managed rule group.
#[derive(Clone, Debug, PartialEq)]
pub struct ManagedRuleGroup {
    /// Such as `AWS`.
    pub vendor_name: String,
    /// Such as `AWSManagedRulesCommonRuleSet`.
    pub name: String,
    /// The version that a reference without one gets, or that it named; `None` for groups without versions.
    pub version: Option<String>,
    /// Fixed capacity.
    pub capacity: u64,
    /// Prefix of the rules' labels, such as `awswaf:managed:aws:core-rule-set:`.
    pub label_namespace: String,
    /// The rules; their labels are relative to the namespace.
    pub rules: Vec<Rule>,
    /// Bodies that the rules' custom responses name.
    pub custom_response_bodies: CustomResponseBodies,
    /// Present in the group whose rules read what the detector of floods says.
    pub flood_detection: Option<FloodDetection>,
}

/// How the anti-DDoS rule group labels requests before its rules see them.
#[derive(Clone, Debug, PartialEq)]
pub struct FloodDetection {
    /// Whether requests get the label `challengeable-request`.
    pub challenges: bool,
    /// Those that don't get it nevertheless.
    pub exempt: Option<Statement>,
}

/// Finds what rules refer to. Sets come shared: replacing their content reaches plans that were compiled before.
pub trait Resolver {
    /// The rule group with this ARN.
    fn rule_group(&self, arn: &str) -> Option<Arc<RuleGroup>>;
    /// A managed rule group; configurations may change its content.
    fn managed_rule_group(
        &self,
        vendor: &str,
        name: &str,
        version: Option<&str>,
        configs: &[ManagedRuleGroupConfig],
    ) -> Option<Arc<ManagedRuleGroup>>;
    /// The IP set with this ARN.
    fn ip_set(&self, arn: &str) -> Option<Arc<SharedIpSet>>;
    /// The regex pattern set with this ARN.
    fn regex_pattern_set(&self, arn: &str) -> Option<Arc<SharedPatternSet>>;
}

/// Knows nothing, for web ACLs that refer to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoResolver;

impl Resolver for NoResolver {
    fn rule_group(&self, _: &str) -> Option<Arc<RuleGroup>> {
        None
    }

    fn managed_rule_group(
        &self,
        _: &str,
        _: &str,
        _: Option<&str>,
        _: &[ManagedRuleGroupConfig],
    ) -> Option<Arc<ManagedRuleGroup>> {
        None
    }

    fn ip_set(&self, _: &str) -> Option<Arc<SharedIpSet>> {
        None
    }

    fn regex_pattern_set(&self, _: &str) -> Option<Arc<SharedPatternSet>> {
        None
    }
}

/// A web ACL ready to evaluate requests. Cheap to share, never changes; sets under it do.
#[derive(Debug)]
pub struct Plan {
    pub(crate) name: Box<str>,
    pub(crate) rules: Vec<PlanRule>,
    pub(crate) default_action: Action,
    pub(crate) slots: Vec<Slot>,
    pub(crate) rates: Vec<RatePlan>,
    /// The rules of the web ACL that refer to a group with a detector of floods.
    pub(crate) floods: Vec<String>,
    pub(crate) statements: Vec<StatementMeta>,
    pub(crate) association_config: Option<AssociationConfig>,
}

/// What explanations say of a statement.
#[derive(Debug)]
pub(crate) struct StatementMeta {
    /// From the rule's statement down, such as `AndStatement.Statements[1].ByteMatchStatement`.
    pub(crate) path: Box<str>,
    /// Its own capacity.
    pub(crate) capacity: u64,
}

/// A rate-based rule of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateBasedRule<'p> {
    /// Index into the plan's counters.
    pub index: usize,
    /// The rule of the web ACL that leads to it.
    pub rule: &'p str,
    /// The rule group's rule, if the rule of the web ACL is a reference to a rule group.
    pub rule_in_group: Option<&'p str>,
    /// Whether its keys are addresses, so that `GetRateBasedStatementManagedKeys` can list them.
    pub by_address: bool,
}

impl Plan {
    /// Compiles a web ACL of `account`, checking what AWS's service checks.
    pub fn compile(acl: &WebAcl, account: &str, resolver: &dyn Resolver) -> Result<Self, CompileError> {
        validate::web_acl(acl)?;
        rules::Compiler::new(resolver).web_acl(acl, account)
    }

    /// The web ACL's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How much of a request to this kind of resource the web ACL wants inspected.
    pub fn limits(&self, resource: ResourceType) -> Limits {
        Limits::of(resource, self.association_config.as_ref())
    }

    /// The rate-based rules, those in rule groups too, in the order of the plan's counters.
    pub fn rate_based_rules(&self) -> impl Iterator<Item = RateBasedRule<'_>> {
        self.rates.iter().enumerate().map(|(index, rate)| RateBasedRule {
            index,
            rule: &rate.rule,
            rule_in_group: rate.rule_in_group.as_deref(),
            by_address: rate.by_address(),
        })
    }

    /// The number of distinct components after transformations.
    pub fn slot_count(&self) -> usize {
        self.slots.len()
    }
}

/// Checks a rule group by itself and compiles it, references resolved, as creating one does.
pub fn check_rule_group(
    group: &RuleGroup,
    account: &str,
    resolver: &dyn Resolver,
) -> Result<(), CompileError> {
    validate::rule_group(group)?;
    rules::Compiler::new(resolver).rule_group_alone(group, account)
}
