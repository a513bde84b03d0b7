//! `haechi policy explain`: the policy engine without any server.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use haechi_policy::{
    Attached, Context, Explanation, Policies, Policy, PolicyKind, Request, Requester, ResourcePolicy,
    ResourcePolicyMode, explain,
};

/// Exit code 0: allowed; 1: denied; 2: the question makes no sense.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Identity policies of the principal; may be repeated
    #[arg(long, value_name = "FILE", num_args = 1..)]
    policy: Vec<PathBuf>,
    /// What is to be done, such as kms:Decrypt
    #[arg(long)]
    action: String,
    /// To which ARN; `*` for actions that have no resource
    #[arg(long, default_value = "*")]
    resource: String,
    /// By whom: an ARN of a user, role, session or root, an account id, a service's name, or `*` for nobody known
    #[arg(long)]
    principal: String,
    /// A condition key; repeat it for more keys, or for more values of one
    #[arg(long, value_name = "KEY=VALUE")]
    context: Vec<String>,
    /// The resource's own policy; of a KMS key it is read as a key policy, of a role as a trust policy
    #[arg(long, value_name = "FILE")]
    resource_policy: Option<PathBuf>,
    /// The account that owns the resource [default: the ARN's, or else the principal's]
    #[arg(long)]
    resource_account: Option<String>,
    /// The permissions boundary of the principal
    #[arg(long, value_name = "FILE")]
    boundary: Option<PathBuf>,
    /// Session policies; may be repeated
    #[arg(long, value_name = "FILE")]
    session: Vec<PathBuf>,
    /// Service control policies, one for each level from the organization's root down; every level must allow
    #[arg(long, value_name = "FILE")]
    scp: Vec<PathBuf>,
    /// Resource control policies, one for each level
    #[arg(long, value_name = "FILE")]
    rcp: Vec<PathBuf>,
}

/// A parsed file.
struct Labelled {
    policy: Policy,
    label: String,
}

impl Labelled {
    fn read(path: &Path, kind: PolicyKind) -> anyhow::Result<Self> {
        let label = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {label}"))?;
        let policy =
            Policy::parse(&text, kind).with_context(|| format!("{label} is not a policy that AWS takes"))?;
        Ok(Self { policy, label })
    }

    fn read_all(paths: &[PathBuf], kind: PolicyKind) -> anyhow::Result<Vec<Self>> {
        paths.iter().map(|path| Self::read(path, kind)).collect()
    }

    fn attached(&self) -> Attached<'_> {
        Attached {
            policy: &self.policy,
            label: &self.label,
        }
    }
}

fn attach(policies: &[Labelled]) -> Vec<Attached<'_>> {
    policies.iter().map(Labelled::attached).collect()
}

/// Answers the question.
pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<Explanation> {
    let requester = requester(&args.principal)?;
    let context = context(&requester, &args.context)?;
    let identity = Labelled::read_all(&args.policy, PolicyKind::Identity)?;
    let session = Labelled::read_all(&args.session, PolicyKind::Session)?;
    let service_control = Labelled::read_all(&args.scp, PolicyKind::ServiceControl)?;
    let resource_control = Labelled::read_all(&args.rcp, PolicyKind::ResourceControl)?;
    let boundary = args
        .boundary
        .as_deref()
        .map(|path| Labelled::read(path, PolicyKind::Boundary))
        .transpose()?;
    let (kind, mode) = resource_kind(&args.resource);
    let resource = args
        .resource_policy
        .as_deref()
        .map(|path| Labelled::read(path, kind))
        .transpose()?;

    let (identity, session) = (attach(&identity), attach(&session));
    let (service_control, resource_control) = (attach(&service_control), attach(&resource_control));
    let service_levels: Vec<&[Attached<'_>]> = service_control.chunks(1).collect();
    let resource_levels: Vec<&[Attached<'_>]> = resource_control.chunks(1).collect();
    let policies = Policies {
        identity: &identity,
        boundary: boundary.as_ref().map(Labelled::attached),
        session: (!session.is_empty()).then_some(session.as_slice()),
        service_control: &service_levels,
        resource_control: &resource_levels,
        resource: resource.as_ref().map(|policy| ResourcePolicy {
            attached: policy.attached(),
            mode,
        }),
        endpoint: None,
        grant: None,
    };
    let in_arn = args
        .resource
        .split(':')
        .nth(4)
        .filter(|account| !account.is_empty() && *account != "*");
    let request = Request {
        requester: &requester,
        action: &args.action,
        resource: &args.resource,
        resource_account: args.resource_account.as_deref().or(in_arn),
        context: &context,
    };
    Ok(explain(&request, &policies))
}

fn resource_kind(arn: &str) -> (PolicyKind, ResourcePolicyMode) {
    let mut parts = arn.split(':').skip(2);
    let (service, resource) = (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default());
    match service {
        "kms" => (PolicyKind::KeyPolicy, ResourcePolicyMode::KeyPolicy),
        "iam" if resource.starts_with("role/") => (PolicyKind::Trust, ResourcePolicyMode::Trust),
        _ => (PolicyKind::Resource, ResourcePolicyMode::Standard),
    }
}

fn context(requester: &Requester, given: &[String]) -> anyhow::Result<Context> {
    let mut context = Context::new();
    requester.describe(&mut context);
    let mut seen = std::collections::BTreeSet::new();
    for entry in given {
        let (key, value) = entry
            .split_once('=')
            .with_context(|| format!("--context {entry}: write KEY=VALUE"))?;
        if seen.insert(key.to_ascii_lowercase()) {
            context.set(key.to_owned(), value);
        } else {
            context.add(key.to_owned(), value);
        }
    }
    Ok(context)
}

/// Unique ids are not known here; policies that name them can't be told apart.
fn requester(principal: &str) -> anyhow::Result<Requester> {
    if principal == "*" || principal == "anonymous" {
        return Ok(Requester::anonymous());
    }
    if principal.len() == 12 && principal.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(Requester::root(
            principal,
            &format!("arn:aws:iam::{principal}:root"),
        ));
    }
    let parts: Vec<&str> = principal.splitn(6, ':').collect();
    let ["arn", partition, service, "", account, resource] = parts[..] else {
        if principal.ends_with(".amazonaws.com") {
            return Ok(Requester::service(principal));
        }
        bail!(
            "--principal {principal}: give an ARN, an account id, a service such as events.amazonaws.com, or *"
        );
    };
    let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
    Ok(match (service, kind) {
        ("iam", "root") => Requester::root(account, principal),
        ("iam", "user") => Requester::user(account, principal, "AIDAUNKNOWN"),
        ("iam", "role") => {
            let name = name.rsplit('/').next().unwrap_or(name);
            let session = format!("arn:{partition}:sts::{account}:assumed-role/{name}/session");
            Requester::assumed_role(account, &session, principal, "AROAUNKNOWN")
        }
        ("sts", "assumed-role") => {
            let role = name.split('/').next().unwrap_or(name);
            let role = format!("arn:{partition}:iam::{account}:role/{role}");
            Requester::assumed_role(account, principal, &role, "AROAUNKNOWN")
        }
        ("sts", "federated-user") => Requester::federated_user(
            account,
            principal,
            &format!("arn:{partition}:iam::{account}:root"),
            account,
        ),
        _ => bail!("--principal {principal}: this is no user, role, session or root"),
    })
}

#[cfg(test)]
mod tests {
    use haechi_policy::RequesterKind;

    use super::*;

    #[test]
    fn principals_are_read_as_people_write_them() {
        let kind = |text: &str| requester(text).unwrap().kind;
        assert_eq!(kind("111122223333"), RequesterKind::Root);
        assert_eq!(
            kind("arn:aws:iam::111122223333:user/team/ana"),
            RequesterKind::User
        );
        assert_eq!(kind("events.amazonaws.com"), RequesterKind::Service);
        assert_eq!(kind("*"), RequesterKind::Anonymous);
        let session = requester("arn:aws:iam::111122223333:role/path/admin").unwrap();
        assert_eq!(session.kind, RequesterKind::AssumedRole);
        assert_eq!(
            session.principal_arn(),
            "arn:aws:iam::111122223333:role/path/admin"
        );
        assert!(requester("ana").is_err());
    }

    #[test]
    fn a_key_repeated_has_several_values() {
        let who = Requester::anonymous();
        let given = ["aws:TagKeys=a".to_owned(), "aws:tagkeys=b".to_owned()];
        let context = context(&who, &given).unwrap();
        assert_eq!(context.values("aws:TagKeys").unwrap(), ["a", "b"]);
        assert!(super::context(&who, &["nonsense".to_owned()]).is_err());
    }
}
