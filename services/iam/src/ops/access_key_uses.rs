//! When and where an access key was last used: what the audit log says of it.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_audit::stream;
use haechi_core::{AccountId, Call, Failure, Region, Timestamp, access_denied};
use haechi_policy::Context;
use haechi_store::{Direction, LogQuery, LogRecord, Scope};
use serde_json::Value;

use crate::access::required;
use crate::model::access_key::KeyOwner;
use crate::model::user::User;
use crate::store::ACCESS_KEYS;
use crate::{Iam, answer};

/// Where uses are looked for: the Regions of AWS's commercial partition, China and GovCloud.
const REGIONS: [&str; 38] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

pub(crate) async fn get_access_key_last_used(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetAccessKeyLastUsedRequest,
) -> Result<api::GetAccessKeyLastUsedResponse, Failure> {
    let id = required(input.access_key_id);
    let found = iam
        .platform
        .store
        .get(&ACCESS_KEYS, &Scope::deployment(), id.as_str())
        .await?;
    let Some(key) = found.filter(|key| key.account == call.account) else {
        // A key that is not there is one that nobody may ask about.
        let message = format!(
            "User: {} is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key {id}",
            call.caller_arn()
        );
        return Err(access_denied(call.service, message).into());
    };
    let user = match &key.owner {
        KeyOwner::User(name) => iam.find::<User>(&call.account, name).await?,
        KeyOwner::Root => None,
    };
    let resource = user
        .as_ref()
        .map_or_else(|| "*".to_owned(), |user| user.arn(&call.account));
    iam.authorize(&call, &resource, Context::new()).await?;
    Ok(api::GetAccessKeyLastUsedResponse {
        user_name: user.map(|user| user.name.clone()),
        access_key_last_used: Some(iam.last_use(&call.account, &id, call.time).await?),
    })
}

impl Iam {
    /// Where a key was last used.
    pub(crate) async fn last_use(
        &self,
        account: &AccountId,
        id: &str,
        now: Timestamp,
    ) -> Result<api::AccessKeyLastUsed, Failure> {
        let term = format!("AccessKeyId={id}");
        let mut newest: Option<LogRecord> = None;
        for region in REGIONS.iter().filter_map(|name| Region::parse(name).ok()) {
            let stream = stream(account, &region);
            let query = LogQuery {
                stream: &stream,
                from_ms: i64::MIN,
                to_ms: now.as_millis(),
                term: Some(&term),
                direction: Direction::Backward,
                cursor: None,
                limit: 1,
            };
            let page = self.platform.store.scan(&query).await?;
            let later = |record: &LogRecord| newest.as_ref().is_none_or(|known| known.time < record.time);
            if let Some(record) = page.records.into_iter().next().filter(later) {
                newest = Some(record);
            }
        }
        Ok(newest.map_or_else(never_used, |record| last_used(&record)))
    }
}

fn never_used() -> api::AccessKeyLastUsed {
    api::AccessKeyLastUsed {
        last_used_date: None,
        service_name: Some("N/A".to_owned()),
        region: Some("N/A".to_owned()),
    }
}

/// What a record says of the key that signed its call.
fn last_used(record: &LogRecord) -> api::AccessKeyLastUsed {
    let parsed: Value = serde_json::from_slice(&record.body).unwrap_or_default();
    let member = |name: &str| parsed[name].as_str().map(str::to_owned);
    let service = member("eventSource").map(|source| source.trim_end_matches(".amazonaws.com").to_owned());
    api::AccessKeyLastUsed {
        last_used_date: answer::date(record.time),
        service_name: service,
        region: member("awsRegion"),
    }
}
