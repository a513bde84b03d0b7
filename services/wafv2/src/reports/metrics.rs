//! Counts on their way to CloudWatch: `AWS/WAFV2` per web ACL, `AWS/ApplicationELB` per load balancer.
//!
//! Source: developer guide, "AWS WAF metrics and dimensions"; Elastic Load Balancing user guide, "CloudWatch metrics
//! for your Application Load Balancer".

use haechi_core::telemetry::MetricDatum;
use haechi_core::{AccountId, Arn, Failure, Region};
use haechi_dataplane::report::{FrontCount, MetricCount};

use crate::model::entity::{Content, Entity};
use crate::model::name::FullName;
use crate::model::web_scope::WebScope;
use crate::{Waf, documents};

const WAF: &str = "AWS/WAFV2";
const BALANCERS: &str = "AWS/ApplicationELB";

impl Waf {
    /// Publishes what a web ACL did.
    pub(super) async fn count(
        &self,
        name: &FullName,
        acl: &Entity,
        counts: &[MetricCount],
    ) -> Result<(), Failure> {
        let (Some(sink), Content::WebAcl { request, .. }) = (self.telemetry.metrics.get(), &acl.content)
        else {
            return Ok(());
        };
        if counts.is_empty() {
            return Ok(());
        }
        let web_acl = documents::web_acl(request)?.visibility_config.metric_name;
        let region = (name.scope == WebScope::Regional).then(|| name.region.to_string());
        let data = counts
            .iter()
            .flat_map(|count| data_of(count, &web_acl, region.as_deref()))
            .collect();
        sink.record(&name.account, &name.region, data).await
    }

    /// Publishes what load balancers did.
    pub(super) async fn count_fronts(&self, fronts: &[FrontCount]) -> Result<(), Failure> {
        let Some(sink) = self.telemetry.metrics.get() else {
            return Ok(());
        };
        for front in fronts {
            let Some(arn) = Arn::parse(&front.resource).filter(|arn| arn.service() == "elasticloadbalancing")
            else {
                continue;
            };
            let place = (AccountId::parse(arn.account()), Region::parse(arn.region()));
            let (Ok(account), Ok(region)) = place else {
                continue;
            };
            let id = arn
                .resource()
                .strip_prefix("loadbalancer/")
                .unwrap_or(arn.resource());
            sink.record(&account, &region, data_of_front(front, id)).await?;
        }
        Ok(())
    }
}

/// The data of a count. A rule group's stand under the group alone too; those that it only counts or passes nowhere
/// else.
fn data_of(count: &MetricCount, web_acl: &str, region: Option<&str>) -> Vec<MetricDatum> {
    let at_ms = i64::try_from(count.minute.saturating_mul(1_000)).unwrap_or(i64::MAX);
    let datum = |of_web_acl: bool| {
        let mut dimensions = count.dimensions.clone();
        if of_web_acl {
            dimensions.push(("WebACL".to_owned(), web_acl.to_owned()));
        }
        dimensions.extend(region.map(|region| ("Region".to_owned(), region.to_owned())));
        MetricDatum::count(WAF, &count.name, dimensions, at_ms, count.count)
    };
    let of_group = count.dimensions.iter().any(|(name, _)| name == "RuleGroup");
    let of_group_alone = matches!(count.name.as_str(), "CountedRequests" | "PassedRequests");
    match (of_group, of_group_alone) {
        (false, _) => vec![datum(true)],
        (true, true) => vec![datum(false)],
        (true, false) => vec![datum(false), datum(true)],
    }
}

/// The data of a load balancer in a minute; what did not happen is not told.
fn data_of_front(front: &FrontCount, balancer: &str) -> Vec<MetricDatum> {
    let at_ms = i64::try_from(front.minute.saturating_mul(1_000)).unwrap_or(i64::MAX);
    let counts = [
        ("RequestCount", front.requests),
        ("HTTPCode_ELB_4XX_Count", front.front_4xx),
        ("HTTPCode_ELB_5XX_Count", front.front_5xx),
        ("HTTPCode_Target_5XX_Count", front.target_5xx),
    ];
    let happened = counts.into_iter().filter(|(_, count)| *count > 0);
    happened
        .map(|(name, count)| {
            let dimensions = vec![("LoadBalancer".to_owned(), balancer.to_owned())];
            MetricDatum::count(BALANCERS, name, dimensions, at_ms, count)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dimensions(name: &str, given: &[(&str, &str)]) -> Vec<String> {
        let count = MetricCount {
            minute: 60,
            name: name.into(),
            dimensions: given
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            count: 2,
        };
        let data = data_of(&count, "acl", Some("eu-north-1"));
        assert!(
            data.iter()
                .all(|datum| datum.at_ms == 60_000 && datum.sum.to_bits() == 2.0_f64.to_bits())
        );
        let names = |datum: &MetricDatum| {
            datum
                .dimensions
                .iter()
                .map(|(name, _)| name.as_str())
                .collect::<Vec<_>>()
                .join(",")
        };
        data.iter().map(names).collect()
    }

    #[test]
    fn a_web_acls_metric_has_its_name_and_region() {
        assert_eq!(
            dimensions("BlockedRequests", &[("Rule", "r")]),
            ["Rule,WebACL,Region"]
        );
    }

    #[test]
    fn a_rule_groups_metric_stands_alone_too() {
        let group = [("RuleGroup", "g"), ("Rule", "r")];
        assert_eq!(
            dimensions("BlockedRequests", &group),
            ["RuleGroup,Rule,Region", "RuleGroup,Rule,WebACL,Region"]
        );
        assert_eq!(dimensions("CountedRequests", &group), ["RuleGroup,Rule,Region"]);
    }
}
