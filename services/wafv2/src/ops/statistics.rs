//! GetTopPathStatisticsByTraffic, GetRevenueStatistics and its kin, ListSettlementRecords.
//!
//! No payments are taken here: nothing was earned and nothing settled, which is what these answer. Paths of bots are
//! not counted, so that question is refused rather than answered with zeros.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_api_wafv2::error::ErrorCode;
use haechi_core::{Call, Failure};

use crate::model::web_scope::WebScope;
use crate::protections::web_acl_name;
use crate::{Waf, error};

/// The longest window of statistics about revenue.
const WINDOW_MS: i64 = 90 * 86_400_000;

pub(crate) async fn get_top_path_statistics_by_traffic(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetTopPathStatisticsByTrafficRequest,
) -> Result<api::GetTopPathStatisticsByTrafficResponse, Failure> {
    let arn = input.web_acl_arn.unwrap_or_default();
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    let name = web_acl_name(&arn)
        .filter(|name| name.region == call.region && name.scope == scope)
        .ok_or_else(|| error::bad_arn(&arn))?;
    waf.own(&call, &name).await?;
    let text = "The operation isn't valid. Paths that bots ask for are not counted here; see the logs and their labels.";
    Err(ErrorCode::WAFInvalidOperationException.with(text).into())
}

impl Waf {
    /// What all questions about revenue have in common.
    async fn ask_revenue(
        &self,
        call: &Call,
        scope: Option<&api::Scope>,
        window: Option<&api::TimeWindow>,
    ) -> Result<(), Failure> {
        self.permit(call).await?;
        if WebScope::of(call, scope)? != WebScope::CloudFront {
            return Err(error::invalid("SCOPE_VALUE", "REGIONAL", "The scope is not valid.").into());
        }
        let ends =
            window.and_then(|window| Some((window.start_time?.as_millis(), window.end_time?.as_millis())));
        match ends {
            Some((start, end)) if start <= end && end - start <= WINDOW_MS => Ok(()),
            _ => Err(error::invalid("TIME_WINDOW", "TimeWindow", "The time window is not valid.").into()),
        }
    }
}

pub(crate) async fn get_revenue_statistics(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetRevenueStatisticsRequest,
) -> Result<api::GetRevenueStatisticsResponse, Failure> {
    waf.ask_revenue(&call, input.scope.as_ref(), input.time_window.as_ref())
        .await?;
    let by_source = input.statistic_type == Some(api::RankingStatisticType::TopSourcesByRevenue);
    if by_source && input.group_by.is_none() {
        return Err(error::invalid(
            "STATEMENT",
            "GroupBy",
            "GroupBy is required for TOP_SOURCES_BY_REVENUE.",
        )
        .into());
    }
    Ok(api::GetRevenueStatisticsResponse {
        source_statistics: by_source.then(Vec::new),
        revenue_path_statistics: (!by_source).then(Vec::new),
        next_marker: None,
    })
}

pub(crate) async fn get_revenue_statistics_summary(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetRevenueStatisticsSummaryRequest,
) -> Result<api::GetRevenueStatisticsSummaryResponse, Failure> {
    waf.ask_revenue(&call, input.scope.as_ref(), input.time_window.as_ref())
        .await?;
    let nothing = || Some("0".to_owned());
    Ok(api::GetRevenueStatisticsSummaryResponse {
        revenue_breakdown: Some(api::RevenueBreakdown {
            total_amount: nothing(),
            verified_amount: nothing(),
            unverified_amount: nothing(),
            currency: input.currency,
            total_settled: Some(0),
            total_monetize_served: Some(0),
        }),
    })
}

pub(crate) async fn get_revenue_statistics_time_series(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetRevenueStatisticsTimeSeriesRequest,
) -> Result<api::GetRevenueStatisticsTimeSeriesResponse, Failure> {
    waf.ask_revenue(&call, input.scope.as_ref(), input.time_window.as_ref())
        .await?;
    Ok(api::GetRevenueStatisticsTimeSeriesResponse {
        data_points: Some(Vec::new()),
        next_marker: None,
    })
}

pub(crate) async fn list_settlement_records(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::ListSettlementRecordsRequest,
) -> Result<api::ListSettlementRecordsResponse, Failure> {
    waf.ask_revenue(&call, input.scope.as_ref(), input.time_window.as_ref())
        .await?;
    Ok(api::ListSettlementRecordsResponse {
        settlements: Some(Vec::new()),
        next_marker: None,
    })
}
