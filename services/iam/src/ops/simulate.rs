//! SimulateCustomPolicy, SimulatePrincipalPolicy and the questions for context keys.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_api_iam::error::ErrorCode;
use haechi_core::ports::LabelledPolicy;
use haechi_core::{Arn, Call, Failure};
use haechi_policy::{Context, Policy, PolicyKind, Requester};

use crate::access::required;
use crate::entity::{Entity, Holder};
use crate::model::group::Group;
use crate::model::role::Role;
use crate::model::user::User;
use crate::paging::PageRequest;
use crate::simulation::{Simulation, Source};
use crate::{Iam, aws_managed, error};

/// What answers call the source of a document that came with the request.
const INPUT_KIND: &str = "IAM Policy";

/// Documents of a request.
fn parse_list(name: &str, documents: Option<Vec<String>>, kind: PolicyKind) -> Result<Vec<Source>, Failure> {
    let numbered = documents.unwrap_or_default().into_iter().enumerate();
    numbered
        .map(|(at, document)| parse(format!("{name}.{}", at + 1), &document, kind))
        .collect()
}

fn parse(id: String, document: &str, kind: PolicyKind) -> Result<Source, Failure> {
    let policy = Policy::parse(document, kind).map_err(|error| error::invalid_input(error.to_string()))?;
    Ok(Source::new(id, INPUT_KIND, Arc::new(policy), document))
}

fn context_of(entries: Option<Vec<api::ContextEntry>>, requester: &Requester, call: &Call) -> Context {
    let mut context = Context::new();
    requester.describe(&mut context);
    context.set("aws:currenttime", call.time.iso8601());
    context.set("aws:epochtime", call.time.as_millis() / 1_000);
    for entry in entries.unwrap_or_default() {
        let key = required(entry.context_key_name);
        let mut values = entry.context_key_values.unwrap_or_default();
        let is_list = entry
            .context_key_type
            .is_some_and(|kind| kind.as_str().ends_with("List"));
        if is_list || values.len() != 1 {
            context.set(key, values);
        } else {
            context.set(key, values.remove(0));
        }
    }
    context
}

/// The caller that is simulated. Only users may stand in for the principal, as AWS has it.
fn requester_of(caller_arn: Option<&str>, call: &Call) -> Result<Requester, Failure> {
    let Some(text) = caller_arn else {
        let arn = format!("arn:aws:iam::{}:user/simulated", call.account);
        return Ok(Requester::user(call.account.as_str(), &arn, "AIDASIMULATED"));
    };
    let arn = Arn::parse(text).ok_or_else(|| error::invalid_input(format!("Invalid ARN: {text}")))?;
    if !arn.resource().starts_with("user/") {
        return Err(error::invalid_input(format!(
            "CallerArn must be the ARN of an IAM user: {text}"
        )));
    }
    Ok(Requester::user(arn.account(), text, "AIDASIMULATED"))
}

/// What the two simulations have in common.
struct Question {
    actions: Vec<String>,
    resources: Vec<String>,
    page: PageRequest,
}

impl Question {
    fn answer(&self, simulation: &Simulation) -> api::SimulatePolicyResponse {
        let asked: Vec<_> = (0..self.actions.len())
            .flat_map(|action| (0..self.resources.len()).map(move |resource| (action, resource)))
            .collect();
        let page = self
            .page
            .of(asked, |(action, resource)| format!("{action:06}/{resource:06}"));
        let results = page.items.iter().map(|(action, resource)| {
            evaluate(simulation, &self.actions[*action], &self.resources[*resource])
        });
        api::SimulatePolicyResponse {
            is_truncated: Some(page.is_truncated()),
            evaluation_results: Some(results.collect()),
            marker: page.marker.clone(),
        }
    }
}

fn evaluate(simulation: &Simulation, action: &str, resource: &str) -> api::EvaluationResult {
    let verdict = simulation.judge(action, resource);
    let (decision, matched) = (verdict.decision(), verdict.matched_statements());
    let (missing, boundary) = (verdict.missing_context_values(), verdict.within_boundary());
    let specific = (resource != "*").then(|| {
        vec![api::ResourceSpecificResult {
            eval_resource_name: Some(resource.to_owned()),
            eval_resource_decision: Some(decision.clone()),
            matched_statements: Some(matched.clone()),
            missing_context_values: Some(missing.clone()),
            eval_decision_details: None,
            permissions_boundary_decision_detail: boundary.clone(),
        }]
    });
    api::EvaluationResult {
        eval_action_name: Some(action.to_owned()),
        eval_resource_name: Some(resource.to_owned()),
        eval_decision: Some(decision),
        matched_statements: Some(matched),
        missing_context_values: Some(missing),
        organizations_decision_detail: verdict.within_organization(),
        permissions_boundary_decision_detail: boundary,
        eval_decision_details: None,
        resource_specific_results: specific,
    }
}

fn resources(given: Option<Vec<String>>) -> Vec<String> {
    given
        .filter(|arns| !arns.is_empty())
        .unwrap_or_else(|| vec!["*".to_owned()])
}

/// The account of a resource's owner: an ARN of the account, or its id.
fn owner_account(given: Option<&str>) -> Option<String> {
    let given = given?;
    Some(Arn::parse(given).map_or_else(|| given.to_owned(), |arn| arn.account().to_owned()))
}

pub(crate) async fn simulate_custom_policy(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::SimulateCustomPolicyRequest,
) -> Result<api::SimulatePolicyResponse, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let requester = requester_of(input.caller_arn.as_deref(), &call)?;
    let boundary = input.permissions_boundary_policy_input_list;
    let mut service_control = Vec::new();
    for (at, level) in input
        .ordered_organization_policy_input_list
        .unwrap_or_default()
        .into_iter()
        .enumerate()
    {
        let name = format!("OrderedOrganizationPolicyInputList.{}", at + 1);
        service_control.push(parse_list(
            &name,
            level.service_control_policy_input_list,
            PolicyKind::ServiceControl,
        )?);
    }
    let simulation = Simulation {
        identity: parse_list("PolicyInputList", input.policy_input_list, PolicyKind::Identity)?,
        boundary: boundary
            .map(|documents| {
                parse_list(
                    "PermissionsBoundaryPolicyInputList",
                    Some(documents),
                    PolicyKind::Boundary,
                )
            })
            .transpose()?,
        service_control,
        resource: input
            .resource_policy
            .map(|document| parse("ResourcePolicy".to_owned(), &document, PolicyKind::Resource))
            .transpose()?,
        resource_owner: owner_account(input.resource_owner.as_deref()),
        context: context_of(input.context_entries, &requester, &call),
        requester,
    };
    let question = Question {
        actions: input.action_names.unwrap_or_default(),
        resources: resources(input.resource_arns),
        page: PageRequest::parse(input.marker.as_deref(), input.max_items)?,
    };
    Ok(question.answer(&simulation))
}

pub(crate) async fn simulate_principal_policy(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::SimulatePrincipalPolicyRequest,
) -> Result<api::SimulatePolicyResponse, Failure> {
    let source = required(input.policy_source_arn);
    let stored = stored_policies(&iam, &call, &source).await?;
    let requester = match input.caller_arn.as_deref().or(stored.requester_arn.as_deref()) {
        Some(arn) => requester_of(Some(arn), &call)?,
        None => stored.requester(&call, &source),
    };
    let mut identity = stored.identity;
    identity.extend(parse_list(
        "PolicyInputList",
        input.policy_input_list,
        PolicyKind::Identity,
    )?);
    let boundary = match input.permissions_boundary_policy_input_list {
        Some(documents) => Some(parse_list(
            "PermissionsBoundaryPolicyInputList",
            Some(documents),
            PolicyKind::Boundary,
        )?),
        None => stored.boundary,
    };
    let mut context = context_of(input.context_entries, &requester, &call);
    for (key, value) in stored.tags {
        let key = format!("aws:principaltag/{key}");
        if context.values(&key).is_none() {
            context.set(key, value);
        }
    }
    let simulation = Simulation {
        identity,
        boundary,
        service_control: Vec::new(),
        resource: input
            .resource_policy
            .map(|document| parse("ResourcePolicy".to_owned(), &document, PolicyKind::Resource))
            .transpose()?,
        resource_owner: owner_account(input.resource_owner.as_deref()),
        context,
        requester,
    };
    let question = Question {
        actions: input.action_names.unwrap_or_default(),
        resources: resources(input.resource_arns),
        page: PageRequest::parse(input.marker.as_deref(), input.max_items)?,
    };
    Ok(question.answer(&simulation))
}

/// What IAM keeps of a user, group or role that is simulated.
struct Stored {
    identity: Vec<Source>,
    boundary: Option<Vec<Source>>,
    tags: Vec<(String, String)>,
    /// The user's ARN; the caller of groups and roles is made up.
    requester_arn: Option<String>,
    role_id: Option<String>,
}

impl Stored {
    fn requester(&self, call: &Call, source: &str) -> Requester {
        let account = call.account.as_str();
        match &self.role_id {
            Some(id) => {
                let name = source.rsplit('/').next().unwrap_or(source);
                let session = format!("arn:aws:sts::{account}:assumed-role/{name}/simulated");
                Requester::assumed_role(account, &session, source, id)
            }
            None => Requester::user(
                account,
                &format!("arn:aws:iam::{account}:user/simulated"),
                "AIDASIMULATED",
            ),
        }
    }
}

async fn stored_policies(iam: &Iam, call: &Call, arn: &str) -> Result<Stored, Failure> {
    let parsed = Arn::parse(arn).filter(|arn| arn.service() == "iam");
    let parsed = parsed.ok_or_else(|| error::invalid_input(format!("Invalid Entity Arn: {arn}")))?;
    let name = arn.rsplit('/').next().unwrap_or(arn);
    iam.authorize(call, arn, Context::new()).await?;
    if parsed.account() != call.account.as_str() {
        return Err(error::no_such_entity(format!("{arn} does not exist.")));
    }
    match parsed.resource().split('/').next().unwrap_or_default() {
        "user" => {
            let user = named::<User>(iam, call, arn, name).await?;
            let mut stored = stored_of(iam, call, &*user).await?;
            for group in &user.groups {
                if let Some(group) = iam.find::<Group>(&call.account, group).await? {
                    stored
                        .identity
                        .extend(stored_of(iam, call, &*group).await?.identity);
                }
            }
            Ok(Stored {
                requester_arn: Some(arn.to_owned()),
                ..stored
            })
        }
        "group" => stored_of(iam, call, &*named::<Group>(iam, call, arn, name).await?).await,
        "role" => {
            let role = named::<Role>(iam, call, arn, name).await?;
            Ok(Stored {
                role_id: Some(role.id.clone()),
                ..stored_of(iam, call, &*role).await?
            })
        }
        _ => Err(error::invalid_input(format!("Invalid Entity Arn: {arn}"))),
    }
}

async fn named<E: Entity>(iam: &Iam, call: &Call, arn: &str, name: &str) -> Result<Arc<E>, Failure> {
    let found = iam.find::<E>(&call.account, name).await?;
    let found = found.filter(|entity| entity.entity_arn(&call.account) == arn);
    found.ok_or_else(|| error::no_such_entity(format!("{arn} does not exist.")))
}

async fn stored_of<H: Holder>(iam: &Iam, call: &Call, holder: &H) -> Result<Stored, Failure> {
    let permissions = holder.permissions();
    let mut identity = Vec::new();
    for arn in &permissions.attached {
        identity.extend(
            iam.managed(&call.account, arn, PolicyKind::Identity)
                .await?
                .map(managed_source),
        );
    }
    for (name, document) in &permissions.inline {
        let policy = Policy::parse(document, PolicyKind::Identity)
            .map_err(|error| ErrorCode::PolicyEvaluationException.with(error.to_string()))?;
        let id = format!("{}_{}_{name}", H::KIND, holder.name());
        identity.push(Source::new(id, H::KIND, Arc::new(policy), document));
    }
    let boundary = match &permissions.boundary {
        Some(arn) => {
            let found = iam.managed(&call.account, arn, PolicyKind::Boundary).await?;
            Some(found.map(managed_source).into_iter().collect())
        }
        None => None,
    };
    let tags = holder
        .tags()
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.clone()));
    Ok(Stored {
        identity,
        boundary,
        tags: tags.collect(),
        requester_arn: None,
        role_id: None,
    })
}

fn managed_source(policy: LabelledPolicy) -> Source {
    let is_aws = policy.label.starts_with(aws_managed::PREFIX);
    let name = policy
        .label
        .rsplit('/')
        .next()
        .unwrap_or(&policy.label)
        .to_owned();
    let document = policy.policy.to_json().to_owned();
    Source::new(
        name,
        if is_aws { "aws-managed" } else { "user-managed" },
        policy.policy,
        &document,
    )
}

fn context_keys<'a>(policies: impl Iterator<Item = &'a Source>) -> api::GetContextKeysForPolicyResponse {
    let mut keys: Vec<String> = Vec::new();
    for key in policies.flat_map(|source| source.policy.context_keys()) {
        if !keys.iter().any(|known| known.eq_ignore_ascii_case(&key)) {
            keys.push(key);
        }
    }
    api::GetContextKeysForPolicyResponse {
        context_key_names: Some(keys),
    }
}

pub(crate) async fn get_context_keys_for_custom_policy(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetContextKeysForCustomPolicyRequest,
) -> Result<api::GetContextKeysForPolicyResponse, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let sources = parse_list("PolicyInputList", input.policy_input_list, PolicyKind::Identity)?;
    Ok(context_keys(sources.iter()))
}

pub(crate) async fn get_context_keys_for_principal_policy(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetContextKeysForPrincipalPolicyRequest,
) -> Result<api::GetContextKeysForPolicyResponse, Failure> {
    let mut sources = stored_policies(&iam, &call, &required(input.policy_source_arn))
        .await?
        .identity;
    sources.extend(parse_list(
        "PolicyInputList",
        input.policy_input_list,
        PolicyKind::Identity,
    )?);
    Ok(context_keys(sources.iter()))
}
