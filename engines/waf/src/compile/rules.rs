//! Rules, rule groups and actions as they are carried out.

use super::slots::SlotTable;
use super::statement::nonexistent;
use super::{FloodDetection, ManagedRuleGroup, Plan, RatePlan, Resolver, StatementMeta, Stmt};
use crate::error::{CompileError, InvalidParameter, ParameterField};
use crate::model::{
    CustomRequestHandling, CustomResponse, CustomResponseBodies, CustomResponseBody, DefaultAction,
    ExcludedRule, FirewallManagerRuleGroup, FirewallManagerStatement, ImmunityConfig, OverrideAction, Rule,
    RuleAction, RuleActionOverride, RuleGroup, Statement, WebAcl,
};
use crate::validate;
use std::sync::Arc;

/// AWS's default, in seconds.
const DEFAULT_IMMUNITY: u64 = 300;
/// AWS prefixes headers that it inserts, so that they can't be mistaken for the client's.
const INSERTED: &str = "x-amzn-waf-";

#[derive(Debug)]
pub(crate) struct PlanRule {
    pub(crate) name: Box<str>,
    pub(crate) metric: Box<str>,
    pub(crate) sampled: bool,
    /// Fully qualified.
    pub(crate) labels: Vec<Box<str>>,
    pub(crate) action: Action,
    /// The action that the rule group's author chose, where an override replaced it.
    pub(crate) overridden: Option<&'static str>,
    /// Replaced by `ExcludedRules`.
    pub(crate) excluded: bool,
    pub(crate) body: RuleBody,
    pub(crate) captcha_immunity: u64,
    pub(crate) challenge_immunity: u64,
}

#[derive(Debug)]
pub(crate) enum RuleBody {
    Statement(Stmt),
    /// Index into [`Plan::rates`].
    Rate(usize),
    Group(Box<Group>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GroupKind {
    Own,
    Managed,
}

#[derive(Debug)]
pub(crate) struct Group {
    /// As logs have it: the ARN, or `AWS#AWSManagedRulesCommonRuleSet#Version_1.0`.
    pub(crate) id: Box<str>,
    pub(crate) kind: GroupKind,
    pub(crate) scope_down: Option<Stmt>,
    pub(crate) flood: Option<Flood>,
    pub(crate) rules: Vec<PlanRule>,
    /// The override action is Count: what the group decides is only counted.
    pub(crate) count_only: bool,
}

/// [`super::FloodDetection`], compiled.
#[derive(Debug)]
pub(crate) struct Flood {
    /// Index into [`Plan::floods`].
    pub(crate) index: usize,
    pub(crate) challenges: bool,
    pub(crate) exempt: Option<Stmt>,
}

/// Headers to insert into the request, prefix included.
pub(crate) type Inserted = Vec<(Box<str>, Box<str>)>;

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Allow(Inserted),
    Block(Option<Arc<Response>>),
    Count(Inserted),
    Captcha(Inserted),
    Challenge(Inserted),
    Monetize(Option<Box<str>>),
}

/// A custom response with its body found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(Box<str>, Box<str>)>,
    pub(crate) body: Option<CustomResponseBody>,
}

impl Action {
    /// As logs have it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Allow(_) => "ALLOW",
            Self::Block(_) => "BLOCK",
            Self::Count(_) => "COUNT",
            Self::Captcha(_) => "CAPTCHA",
            Self::Challenge(_) => "CHALLENGE",
            Self::Monetize(_) => "MONETIZE",
        }
    }

    fn new(action: &RuleAction, bodies: &CustomResponseBodies) -> Result<Self, InvalidParameter> {
        Ok(match action {
            RuleAction::Allow(allow) => Self::Allow(inserted(allow.custom_request_handling.as_ref())),
            RuleAction::Count(count) => Self::Count(inserted(count.custom_request_handling.as_ref())),
            RuleAction::Captcha(captcha) => Self::Captcha(inserted(captcha.custom_request_handling.as_ref())),
            RuleAction::Challenge(challenge) => {
                Self::Challenge(inserted(challenge.custom_request_handling.as_ref()))
            }
            RuleAction::Monetize(monetize) => {
                Self::Monetize(monetize.price_multiplier.as_deref().map(Into::into))
            }
            RuleAction::Block(block) => Self::Block(
                block
                    .custom_response
                    .as_ref()
                    .map(|custom| response(custom, bodies))
                    .transpose()?,
            ),
        })
    }
}

fn inserted(handling: Option<&CustomRequestHandling>) -> Inserted {
    let headers = handling.into_iter().flat_map(|handling| &handling.insert_headers);
    headers
        .map(|header| {
            (
                format!("{INSERTED}{}", header.name).into(),
                header.value.as_str().into(),
            )
        })
        .collect()
}

fn response(
    custom: &CustomResponse,
    bodies: &CustomResponseBodies,
) -> Result<Arc<Response>, InvalidParameter> {
    let body = custom
        .custom_response_body_key
        .as_ref()
        .map(|key| {
            bodies.get(key).cloned().ok_or_else(|| {
                let reason = "There is no custom response body with this key.";
                InvalidParameter::new(ParameterField::CustomResponseBody, key, reason)
            })
        })
        .transpose()?;
    Ok(Arc::new(Response {
        status: custom.response_code,
        headers: custom
            .response_headers
            .iter()
            .map(|h| (h.name.as_str().into(), h.value.as_str().into()))
            .collect(),
        body,
    }))
}

/// What a list of rules has around it.
#[derive(Clone, Copy)]
struct Surroundings<'a> {
    bodies: &'a CustomResponseBodies,
    /// Prefix of labels that the rules add.
    context: &'a str,
    captcha_immunity: u64,
    challenge_immunity: u64,
    /// The rule of the web ACL, inside a rule group.
    outer_rule: Option<&'a str>,
}

/// What a reference changes in the rules of its group.
#[derive(Clone, Copy)]
struct Overrides<'a> {
    excluded: &'a [ExcludedRule],
    actions: &'a [RuleActionOverride],
    /// Bodies of the one who overrides.
    bodies: &'a CustomResponseBodies,
}

pub(super) struct Compiler<'a> {
    pub(super) resolver: &'a dyn Resolver,
    pub(super) slots: SlotTable,
    pub(super) rates: Vec<RatePlan>,
    pub(super) floods: Vec<String>,
    pub(super) statements: Vec<StatementMeta>,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(resolver: &'a dyn Resolver) -> Self {
        Self {
            resolver,
            slots: SlotTable::default(),
            rates: Vec::new(),
            floods: Vec::new(),
            statements: Vec::new(),
        }
    }

    pub(super) fn web_acl(mut self, acl: &WebAcl, account: &str) -> Result<Plan, CompileError> {
        let context = format!("awswaf:{account}:webacl:{}:", acl.name);
        let around = Surroundings {
            bodies: &acl.custom_response_bodies,
            context: &context,
            captcha_immunity: immunity(acl.captcha_config.as_ref(), DEFAULT_IMMUNITY),
            challenge_immunity: immunity(acl.challenge_config.as_ref(), DEFAULT_IMMUNITY),
            outer_rule: None,
        };
        let first = managed_by_firewall_manager(&acl.pre_process_firewall_manager_rule_groups);
        let last = managed_by_firewall_manager(&acl.post_process_firewall_manager_rule_groups);
        let mut rules = Vec::new();
        for list in [&first, &acl.rules, &last] {
            rules.append(&mut self.rules(list, around)?);
        }
        let default_action = Action::new(
            &match &acl.default_action {
                DefaultAction::Allow(allow) => RuleAction::Allow(allow.clone()),
                DefaultAction::Block(block) => RuleAction::Block(block.clone()),
            },
            &acl.custom_response_bodies,
        )?;
        Ok(Plan {
            name: acl.name.as_str().into(),
            rules,
            default_action,
            slots: self.slots.finish(),
            rates: self.rates,
            floods: self.floods,
            statements: self.statements,
            association_config: acl.association_config.clone(),
        })
    }

    pub(super) fn rule_group_alone(mut self, group: &RuleGroup, account: &str) -> Result<(), CompileError> {
        let context = format!("awswaf:{account}:rulegroup:{}:", group.name);
        let around = Surroundings {
            bodies: &group.custom_response_bodies,
            context: &context,
            captcha_immunity: DEFAULT_IMMUNITY,
            challenge_immunity: DEFAULT_IMMUNITY,
            outer_rule: Some(""),
        };
        self.rules(&group.rules, around).map(drop)
    }

    fn rules(&mut self, rules: &[Rule], around: Surroundings<'_>) -> Result<Vec<PlanRule>, CompileError> {
        let mut ordered: Vec<_> = rules.iter().collect();
        ordered.sort_by_key(|rule| rule.priority);
        ordered.into_iter().map(|rule| self.rule(rule, around)).collect()
    }

    fn rule(&mut self, rule: &Rule, around: Surroundings<'_>) -> Result<PlanRule, CompileError> {
        let body = match &rule.statement {
            Statement::RateBased(rate) => {
                let (outer, inner) = match around.outer_rule {
                    Some(outer) => (outer, Some(rule.name.as_str())),
                    None => (rule.name.as_str(), None),
                };
                RuleBody::Rate(self.rate_based(rate, outer, inner, around.context)?)
            }
            Statement::RuleGroupReference(reference) => {
                let overrides = Overrides {
                    excluded: &reference.excluded_rules,
                    actions: &reference.rule_action_overrides,
                    bodies: around.bodies,
                };
                RuleBody::Group(Box::new(self.own_group(
                    rule,
                    &reference.arn,
                    overrides,
                    around,
                )?))
            }
            Statement::ManagedRuleGroup(_) => RuleBody::Group(Box::new(self.managed_group(rule, around)?)),
            statement => RuleBody::Statement(self.statement(statement, &rule.name, "", around.context)?),
        };
        let action = match &rule.action {
            Some(action) => Action::new(action, around.bodies)?,
            // A reference to a rule group has no action of its own.
            None => Action::Count(match &rule.override_action {
                Some(OverrideAction::Count(count)) => inserted(count.custom_request_handling.as_ref()),
                _ => Inserted::new(),
            }),
        };
        Ok(PlanRule {
            name: rule.name.as_str().into(),
            metric: rule.visibility_config.metric_name.as_str().into(),
            sampled: rule.visibility_config.sampled_requests_enabled,
            labels: rule
                .rule_labels
                .iter()
                .map(|label| format!("{}{}", around.context, label.name).into())
                .collect(),
            action,
            overridden: None,
            excluded: false,
            body,
            captcha_immunity: immunity(rule.captcha_config.as_ref(), around.captcha_immunity),
            challenge_immunity: immunity(rule.challenge_config.as_ref(), around.challenge_immunity),
        })
    }

    fn own_group(
        &mut self,
        rule: &Rule,
        arn: &str,
        overrides: Overrides<'_>,
        around: Surroundings<'_>,
    ) -> Result<Group, CompileError> {
        let group = self
            .resolver
            .rule_group(arn)
            .ok_or_else(|| nonexistent(&rule.name, arn))?;
        validate::rule_group(&group)?;
        let account = arn.split(':').nth(4).unwrap_or_default();
        let context = match &group.label_namespace {
            Some(namespace) => namespace.clone(),
            None => format!("awswaf:{account}:rulegroup:{}:", group.name),
        };
        let inside = Surroundings {
            bodies: &group.custom_response_bodies,
            context: &context,
            outer_rule: Some(&rule.name),
            ..around
        };
        let mut rules = self.rules(&group.rules, inside)?;
        apply(overrides, &mut rules)?;
        Ok(Group {
            id: arn.into(),
            kind: GroupKind::Own,
            scope_down: None,
            flood: None,
            rules,
            count_only: count_only(rule),
        })
    }

    fn managed_group(&mut self, rule: &Rule, around: Surroundings<'_>) -> Result<Group, CompileError> {
        let Statement::ManagedRuleGroup(reference) = &rule.statement else {
            return Err(CompileError::Unsupported {
                rule: rule.name.clone(),
                what: "this statement".to_owned(),
            });
        };
        let version = reference.version.as_deref();
        let group: Arc<ManagedRuleGroup> = self
            .resolver
            .managed_rule_group(
                &reference.vendor_name,
                &reference.name,
                version,
                &reference.managed_rule_group_configs,
            )
            .ok_or_else(|| {
                let version = version.map(|version| format!(" {version}")).unwrap_or_default();
                nonexistent(
                    &rule.name,
                    &format!("{} {}{version}", reference.vendor_name, reference.name),
                )
            })?;
        let scope_down = reference
            .scope_down_statement
            .as_deref()
            .map(|statement| {
                let path = "ManagedRuleGroupStatement.ScopeDownStatement.";
                self.statement(statement, &rule.name, path, around.context)
            })
            .transpose()?;
        let flood = group.flood_detection.as_ref();
        let flood = flood
            .map(|detection| self.flood(detection, rule, &group.label_namespace))
            .transpose()?;
        let inside = Surroundings {
            bodies: &group.custom_response_bodies,
            context: &group.label_namespace,
            outer_rule: Some(&rule.name),
            ..around
        };
        let mut rules = self.rules(&group.rules, inside)?;
        let overrides = Overrides {
            excluded: &reference.excluded_rules,
            actions: &reference.rule_action_overrides,
            bodies: around.bodies,
        };
        apply(overrides, &mut rules)?;
        let mut id = format!("{}#{}", group.vendor_name, group.name);
        if let Some(version) = version {
            id = format!("{id}#{version}");
        }
        Ok(Group {
            id: id.into(),
            kind: GroupKind::Managed,
            scope_down,
            flood,
            rules,
            count_only: count_only(rule),
        })
    }

    fn flood(
        &mut self,
        detection: &FloodDetection,
        rule: &Rule,
        context: &str,
    ) -> Result<Flood, CompileError> {
        let exempt = detection.exempt.as_ref();
        let exempt = exempt
            .map(|exempt| self.statement(exempt, &rule.name, "ExemptUriRegularExpressions.", context))
            .transpose()?;
        self.floods.push(rule.name.clone());
        Ok(Flood {
            index: self.floods.len() - 1,
            challenges: detection.challenges,
            exempt,
        })
    }
}

fn count_only(rule: &Rule) -> bool {
    matches!(rule.override_action, Some(OverrideAction::Count(_)))
}

fn immunity(config: Option<&ImmunityConfig>, default: u64) -> u64 {
    config
        .and_then(|config| config.immunity_time_property.as_ref())
        .map_or(default, |time| time.immunity_time)
}

/// Firewall Manager's rule groups, which have no other form than references.
fn managed_by_firewall_manager(groups: &[FirewallManagerRuleGroup]) -> Vec<Rule> {
    let rule = |group: &FirewallManagerRuleGroup| Rule {
        name: group.name.clone(),
        priority: group.priority,
        statement: match &group.firewall_manager_statement {
            FirewallManagerStatement::ManagedRuleGroup(managed) => {
                Statement::ManagedRuleGroup(managed.clone())
            }
            FirewallManagerStatement::RuleGroupReference(own) => Statement::RuleGroupReference(own.clone()),
        },
        action: None,
        override_action: Some(group.override_action.clone()),
        rule_labels: Vec::new(),
        visibility_config: group.visibility_config.clone(),
        captcha_config: None,
        challenge_config: None,
    };
    groups.iter().map(rule).collect()
}

/// Replaces actions of the group's rules. A name that the group does not have is an error, or an override that
/// someone relies on would silently do nothing.
fn apply(overrides: Overrides<'_>, rules: &mut [PlanRule]) -> Result<(), CompileError> {
    for excluded in overrides.excluded {
        let rule = named(rules, &excluded.name)?;
        rule.overridden = Some(rule.action.name());
        rule.action = Action::Count(Inserted::new());
        rule.excluded = true;
    }
    for replacement in overrides.actions {
        let rule = named(rules, &replacement.name)?;
        rule.overridden = Some(rule.action.name());
        rule.action = Action::new(&replacement.action_to_use, overrides.bodies)?;
    }
    Ok(())
}

fn named<'r>(rules: &'r mut [PlanRule], name: &str) -> Result<&'r mut PlanRule, InvalidParameter> {
    rules.iter_mut().find(|rule| &*rule.name == name).ok_or_else(|| {
        InvalidParameter::new(
            ParameterField::ExcludedRule,
            name,
            "The rule group has no rule with this name.",
        )
    })
}
