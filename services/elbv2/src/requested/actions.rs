//! Actions of a request.
//!
//! Source: API reference, `Action` and what it holds. A rule has one action that ends it: forward, redirect or
//! fixed-response, and it comes last. Actions that authenticate are refused: nothing here could carry them out.

use haechi_api_elbv2 as api;
use haechi_api_elbv2::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_store::Txn;

use crate::error;
use crate::find::{Uses, current};
use crate::model::action::{Action, Effect, Fixed, Forward, Redirect, Stickiness, Weighted};
use crate::model::load_balancer::{Kind, LoadBalancer};
use crate::model::target_group::{TargetGroup, TargetType};

/// The most groups that a forward action may name.
const MOST_GROUPS: usize = 5;
/// The longest that a client may stay with its group.
const LONGEST_STICKINESS: i32 = 604_800;
const CONTENT_TYPES: [&str; 5] = [
    "text/plain",
    "text/css",
    "text/html",
    "application/javascript",
    "application/json",
];

/// Reads the actions of a rule or a listener's default.
pub(crate) fn read(given: Vec<api::Action>) -> Result<Vec<Action>, Failure> {
    if given.is_empty() {
        return Err(error::validation("An action must be specified"));
    }
    let mut actions = Vec::with_capacity(given.len());
    for action in given {
        let order = action.order;
        actions.push(Action {
            order,
            effect: effect(action)?,
        });
    }
    actions.sort_by_key(|action| action.order);
    if actions.len() > 1 {
        let message =
            "The actions must contain exactly one of the following: forward, redirect, fixed-response";
        return Err(error::refuse(ErrorCode::TooManyActionsException, message));
    }
    Ok(actions)
}

fn effect(action: api::Action) -> Result<Effect, Failure> {
    let kind = action
        .r#type
        .clone()
        .ok_or_else(|| error::validation("An action type must be specified"))?;
    match kind {
        api::ActionTypeEnum::Forward => forward(action).map(Effect::Forward),
        api::ActionTypeEnum::Redirect => redirect(action.redirect_config).map(Effect::Redirect),
        api::ActionTypeEnum::FixedResponse => fixed(action.fixed_response_config).map(Effect::Fixed),
        other => Err(error::action(format!(
            "Actions of type '{other}' are not supported"
        ))),
    }
}

fn forward(action: api::Action) -> Result<Forward, Failure> {
    let config = action.forward_config;
    let single = action.target_group_arn;
    let (groups, stickiness) = match config {
        Some(config) => (
            config.target_groups.unwrap_or_default(),
            config.target_group_stickiness_config,
        ),
        None => (Vec::new(), None),
    };
    let mut read = Vec::with_capacity(groups.len().max(1));
    for group in groups {
        let arn = group
            .target_group_arn
            .ok_or_else(|| error::validation("A target group ARN must be specified"))?;
        let weight = group.weight.unwrap_or(1);
        if !(0..=999).contains(&weight) {
            let message = format!("Weight '{weight}' must be between '0' and '999' inclusive");
            return Err(error::action(message));
        }
        if read.iter().any(|known: &Weighted| known.arn == arn) {
            return Err(error::action(format!(
                "Target group '{arn}' is specified more than once"
            )));
        }
        read.push(Weighted { arn, weight });
    }
    match (single, &read[..]) {
        (Some(arn), []) => read.push(Weighted { arn, weight: 1 }),
        (Some(arn), [only]) if only.arn == arn => {}
        (None, [_, ..]) => {}
        (Some(_), _) => {
            let message =
                "You cannot specify both a target group ARN and a forward config with other target groups";
            return Err(error::action(message));
        }
        (None, []) => return Err(error::validation("A target group ARN must be specified")),
    }
    if read.len() > MOST_GROUPS {
        let message = format!("A forward action cannot have more than '{MOST_GROUPS}' target groups");
        return Err(error::refuse(ErrorCode::TooManyTargetGroupsException, message));
    }
    Ok(Forward {
        groups: read,
        stickiness: stickiness.map(sticky).transpose()?,
    })
}

fn sticky(config: api::TargetGroupStickinessConfig) -> Result<Stickiness, Failure> {
    let enabled = config.enabled.unwrap_or(false);
    let seconds = config.duration_seconds;
    let outside = seconds.is_some_and(|seconds| !(1..=LONGEST_STICKINESS).contains(&seconds));
    if outside || (enabled && seconds.is_none()) {
        return Err(error::action(format!(
            "Target group stickiness duration must be between '1' and '{LONGEST_STICKINESS}' seconds"
        )));
    }
    Ok(Stickiness { enabled, seconds })
}

fn redirect(config: Option<api::RedirectActionConfig>) -> Result<Redirect, Failure> {
    let config =
        config.ok_or_else(|| error::action("A redirect config must be specified with type 'redirect'"))?;
    let status = config
        .status_code
        .ok_or_else(|| error::validation("A redirect status code must be specified"))?;
    let or = |given: Option<String>, default: &str| given.unwrap_or_else(|| default.to_owned());
    let redirect = Redirect {
        protocol: or(config.protocol, "#{protocol}"),
        host: or(config.host, "#{host}"),
        port: or(config.port, "#{port}"),
        path: or(config.path, "/#{path}"),
        query: or(config.query, "#{query}"),
        status: status.as_str().to_owned(),
    };
    if !redirect.path.starts_with('/') {
        return Err(error::action("The redirect path must start with '/'"));
    }
    let port = &redirect.port;
    let is_port = port == "#{port}" || port.parse().is_ok_and(|port: u16| port > 0);
    if !is_port {
        return Err(error::action(format!("The redirect port '{port}' is not valid")));
    }
    // What redirects to where the request came from would never end.
    let keeps = |text: &str, same: &str| text == same;
    let same = keeps(&redirect.protocol, "#{protocol}")
        && keeps(&redirect.host, "#{host}")
        && keeps(port, "#{port}")
        && keeps(&redirect.path, "/#{path}");
    if same {
        return Err(error::action(
            "The RedirectConfig values result in a redirect loop: change the protocol, host, port or path",
        ));
    }
    Ok(redirect)
}

fn fixed(config: Option<api::FixedResponseActionConfig>) -> Result<Fixed, Failure> {
    let config = config.ok_or_else(|| {
        error::action("A fixed response config must be specified with type 'fixed-response'")
    })?;
    if let Some(kind) = &config.content_type
        && !CONTENT_TYPES.contains(&kind.as_str())
    {
        return Err(error::action(
            "The ContentType must be one of:'text/html', 'application/json', 'application/javascript', 'text/css', \
             'text/plain'",
        ));
    }
    let body = config.message_body.filter(|body| !body.is_empty());
    Ok(Fixed {
        status: config.status_code.unwrap_or_default(),
        // What has a body has a type.
        content_type: config
            .content_type
            .or_else(|| body.is_some().then(|| "text/plain".to_owned())),
        body,
    })
}

/// Checks that a load balancer may have these actions: their groups are there, speak its protocol, and are no other
/// load balancer's.
pub(crate) async fn admit(
    txn: &Txn,
    call: &Call,
    load_balancer: &LoadBalancer,
    actions: &[Action],
    uses: &Uses,
) -> Result<(), Failure> {
    if load_balancer.kind != Kind::Application
        && actions
            .iter()
            .any(|action| !matches!(action.effect, Effect::Forward(_)))
    {
        return Err(error::action(
            "Only forward actions are supported for listeners of this type of load balancer",
        ));
    }
    for arn in actions.iter().flat_map(|action| action.groups()) {
        let group = current::<TargetGroup>(txn, call, arn).await?;
        fits(load_balancer, &group)?;
        let elsewhere = uses
            .get(arn)
            .is_some_and(|users| users.iter().any(|user| *user != load_balancer.arn));
        if elsewhere {
            let message = format!(
                "The following target groups cannot be associated with more than one load balancer: {arn}"
            );
            return Err(error::refuse(
                ErrorCode::TargetGroupAssociationLimitException,
                message,
            ));
        }
    }
    Ok(())
}

fn fits(load_balancer: &LoadBalancer, group: &TargetGroup) -> Result<(), Failure> {
    let protocol = group.protocol.as_deref().unwrap_or_default();
    let compatible = match load_balancer.kind {
        Kind::Application => group.is_for_http() && group.target_type != TargetType::Alb,
        Kind::Network => Kind::Network.protocols().contains(&protocol),
        Kind::Gateway => protocol == "GENEVE",
    };
    if !compatible {
        let message = format!(
            "The protocol '{protocol}' of target group '{}' is not supported by load balancers with type '{}'",
            group.arn,
            load_balancer.kind.name()
        );
        return Err(error::refuse(ErrorCode::IncompatibleProtocolsException, message));
    }
    if group.vpc.as_ref().is_some_and(|vpc| *vpc != load_balancer.vpc) {
        return Err(error::configuration(format!(
            "The following target groups are not in the same VPC as the load balancer: {}",
            group.arn
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(kind: api::ActionTypeEnum) -> api::Action {
        api::Action {
            r#type: Some(kind),
            ..api::Action::default()
        }
    }

    fn code(failure: Failure) -> String {
        failure.into_api().code.into_owned()
    }

    #[test]
    fn a_single_group_has_weight_one() {
        let mut given = action(api::ActionTypeEnum::Forward);
        given.target_group_arn = Some("arn:a".into());
        let read = read(vec![given]).unwrap();
        assert_eq!(read[0].groups().collect::<Vec<_>>(), ["arn:a"]);
    }

    #[test]
    fn a_redirect_to_itself_is_refused() {
        let mut given = action(api::ActionTypeEnum::Redirect);
        given.redirect_config = Some(api::RedirectActionConfig {
            status_code: Some(api::RedirectActionStatusCodeEnum::Http301),
            ..api::RedirectActionConfig::default()
        });
        assert_eq!(code(read(vec![given]).unwrap_err()), "InvalidLoadBalancerAction");
    }

    #[test]
    fn authentication_is_refused_rather_than_left_out() {
        let given = action(api::ActionTypeEnum::AuthenticateOidc);
        assert_eq!(code(read(vec![given]).unwrap_err()), "InvalidLoadBalancerAction");
    }

    #[test]
    fn only_known_content_types_are_answered_with() {
        let with = |kind: &str| {
            let mut given = action(api::ActionTypeEnum::FixedResponse);
            given.fixed_response_config = Some(api::FixedResponseActionConfig {
                status_code: Some("404".into()),
                content_type: Some(kind.into()),
                message_body: None,
            });
            read(vec![given])
        };
        assert!(with("text/plain").is_ok());
        assert_eq!(code(with("image/png").unwrap_err()), "InvalidLoadBalancerAction");
    }
}
