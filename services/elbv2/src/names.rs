//! Names and ARNs.
//!
//! Source: service authorization reference, "Resource types defined by AWS Elastic Load Balancing V2":
//! `loadbalancer/app/NAME/ID`, `listener/app/NAME/ID/LISTENER`, `listener-rule/app/NAME/ID/LISTENER/RULE`,
//! `targetgroup/NAME/ID`.

use haechi_core::{AccountId, Arn, Failure, Region};

use crate::error;
use crate::model::load_balancer::Kind;

/// The most characters of a name.
const LONGEST: usize = 32;

/// Where an ARN leads: what stands under which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name {
    /// A load balancer.
    LoadBalancer { name: String },
    /// A listener of it.
    Listener { name: String, listener: String },
    /// A rule of that.
    Rule {
        name: String,
        listener: String,
        rule: String,
    },
    /// A target group.
    TargetGroup { name: String },
}

impl Name {
    /// Parses an ARN of this service; whether it is of the caller's account and Region is another question.
    pub(crate) fn parse(arn: &str) -> Option<Self> {
        let arn = Arn::parse(arn).filter(|arn| arn.service() == "elasticloadbalancing")?;
        let parts: Vec<&str> = arn.resource().split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let text = |at: usize| parts.get(at).map(|part| (*part).to_owned());
        let kind = |at: usize| parts.get(at).is_some_and(|part| Kind::of_path(part).is_some());
        match (*parts.first()?, parts.len()) {
            ("loadbalancer", 4) if kind(1) => Some(Self::LoadBalancer { name: text(2)? }),
            ("listener", 5) if kind(1) => Some(Self::Listener {
                name: text(2)?,
                listener: text(4)?,
            }),
            ("listener-rule", 6) if kind(1) => Some(Self::Rule {
                name: text(2)?,
                listener: text(4)?,
                rule: text(5)?,
            }),
            ("targetgroup", 3) => Some(Self::TargetGroup { name: text(1)? }),
            _ => None,
        }
    }
}

/// Puts an ARN of this service together.
pub(crate) fn arn(account: &AccountId, region: &Region, resource: &str) -> String {
    let partition = region.partition();
    format!("arn:{partition}:elasticloadbalancing:{region}:{account}:{resource}")
}

/// The ARN of a listener of a load balancer.
pub(crate) fn listener_arn(load_balancer: &str, id: &str) -> String {
    format!(
        "{}/{id}",
        load_balancer.replacen(":loadbalancer/", ":listener/", 1)
    )
}

/// The ARN of a rule of a listener.
pub(crate) fn rule_arn(listener: &str, id: &str) -> String {
    format!("{}/{id}", listener.replacen(":listener/", ":listener-rule/", 1))
}

/// What a request gives is no ARN of `what`.
pub(crate) fn no_arn(given: &str, what: &str) -> Failure {
    error::validation(format!("'{given}' is not a valid {what} ARN"))
}

/// Checks the name of something new: `what` is `Load balancer` or `Target group`.
pub(crate) fn check(what: &str, name: &str) -> Result<(), Failure> {
    let refuse = |why: String| Err(error::validation(format!("{what} name '{name}' {why}")));
    if name.chars().count() > LONGEST {
        return refuse(format!("cannot be longer than '{LONGEST}' characters"));
    }
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return refuse(
            "can only contain characters that are alphanumeric characters or hyphens(-)".to_owned(),
        );
    }
    if name.starts_with('-') || name.ends_with('-') {
        return refuse("cannot begin or end with '-'".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "arn:aws:elasticloadbalancing:eu-north-1:111122223333:";

    #[test]
    fn an_arn_names_what_it_leads_to() {
        let parse = |resource: &str| Name::parse(&format!("{BASE}{resource}"));
        let name = || "web".to_owned();
        assert_eq!(
            parse("loadbalancer/app/web/1"),
            Some(Name::LoadBalancer { name: name() })
        );
        assert_eq!(
            parse("listener/net/web/1/2"),
            Some(Name::Listener {
                name: name(),
                listener: "2".into()
            })
        );
        assert_eq!(
            parse("listener-rule/app/web/1/2/3"),
            Some(Name::Rule {
                name: name(),
                listener: "2".into(),
                rule: "3".into()
            })
        );
        assert_eq!(
            parse("targetgroup/web/1"),
            Some(Name::TargetGroup { name: name() })
        );
        for other in [
            "loadbalancer/web",
            "loadbalancer/xyz/web/1",
            "targetgroup/web/",
            "rule/a",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn listeners_and_rules_are_named_after_their_load_balancer() {
        let listener = listener_arn(&format!("{BASE}loadbalancer/app/web/1"), "2");
        assert_eq!(listener, format!("{BASE}listener/app/web/1/2"));
        assert_eq!(
            rule_arn(&listener, "3"),
            format!("{BASE}listener-rule/app/web/1/2/3")
        );
    }

    #[test]
    fn names_are_short_and_of_letters_digits_and_hyphens() {
        assert!(check("Target group", "web-1").is_ok());
        for bad in ["", "-a", "a-", "a_b", "a.b", &"a".repeat(33)] {
            assert!(check("Target group", bad).is_err(), "{bad}");
        }
    }
}
