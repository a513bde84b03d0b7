//! The credential report: a line for root and each user.
//!
//! GenerateCredentialReport makes it, for four hours; what it shows is as fresh as the moment when it is read. Without
//! one, GetCredentialReport answers 410 ReportNotPresent without a message (recorded in 2026), with one that is too old
//! 410 ReportExpired.
//!
//! Columns: IAM user guide, "Generate credential reports for your AWS account".

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_api_iam::error::ErrorCode;
use haechi_core::{AccountId, Call, Failure, Timestamp};
use haechi_policy::Context;
use haechi_store::{ALL, Scope};
use haechi_wire::{Blob, Empty};

use super::account::{current_account, save_account};
use crate::model::belongings::SigningCertificate;
use crate::store::{ACCESS_KEYS, USERS, scope};
use crate::{Iam, answer};

/// How long a report is given out.
const GOOD_FOR_MS: i64 = 4 * 3_600_000;
const DAY_MS: i64 = 24 * 3_600_000;

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
    password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
    access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
    access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
    cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

pub(crate) async fn generate_credential_report(
    iam: Arc<Iam>,
    call: Arc<Call>,
    _: Empty,
) -> Result<api::GenerateCredentialReportResponse, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let (id, now) = (&call.account, call.time.as_millis());
    iam.platform
        .write(&call, |txn| async move {
            let mut account = current_account(&txn, id).await?;
            let there = account
                .credential_report_ms
                .is_some_and(|made| is_good(made, now));
            account.credential_report_ms = Some(now);
            save_account(&txn, &account).await?;
            let (state, description) = if there {
                (api::ReportStateType::Complete, None)
            } else {
                let started = "No report exists. Starting a new report generation task";
                (api::ReportStateType::Started, Some(started.to_owned()))
            };
            Ok(api::GenerateCredentialReportResponse {
                state: Some(state),
                description,
            })
        })
        .await
}

/// Whether a report of that time is still given out.
fn is_good(made_ms: i64, now_ms: i64) -> bool {
    now_ms - made_ms < GOOD_FOR_MS
}

pub(crate) async fn get_credential_report(
    iam: Arc<Iam>,
    call: Arc<Call>,
    _: Empty,
) -> Result<api::GetCredentialReportResponse, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let account = iam.account(&call.account).await?;
    let made = account.as_ref().and_then(|account| account.credential_report_ms);
    let made = made.ok_or_else(|| ErrorCode::CredentialReportNotPresentException.with(""))?;
    if !is_good(made, call.time.as_millis()) {
        return Err(ErrorCode::CredentialReportExpiredException.with("").into());
    }
    let max_age_days = account
        .as_ref()
        .and_then(|account| account.password_policy.as_ref()?.max_age_days);
    let mut lines = vec![HEADER.to_owned()];
    if let Some(account) = &account {
        let created = date(account.created_ms);
        let arn = format!("arn:aws:iam::{}:root", call.account);
        let password = "not_supported,not_supported,not_supported,not_supported";
        let keys = iam
            .key_columns(&account.id, &account.root_keys, call.time)
            .await?;
        lines.push(format!(
            "<root_account>,{arn},{created},{password},false,{keys},false,N/A,false,N/A"
        ));
    }
    let users = iam
        .platform
        .store
        .list(&USERS, &scope(&call.account), None, ALL)
        .await?;
    for (_, user) in users {
        let password = match &user.login {
            Some(login) => {
                let next = max_age_days.map(|days| login.created_ms + i64::from(days) * DAY_MS);
                let next = next.map_or_else(|| "N/A".to_owned(), date);
                format!("true,no_information,{},{next}", date(login.created_ms))
            }
            None => "false,N/A,N/A,N/A".to_owned(),
        };
        let keys = iam
            .key_columns(&call.account, &user.access_keys, call.time)
            .await?;
        let (name, arn, created) = (&user.name, user.arn(&call.account), date(user.created_ms));
        let mfa = !user.belongings.mfa_devices.is_empty();
        let certificates = certificate_columns(&user.belongings.signing_certificates);
        lines.push(format!(
            "{name},{arn},{created},{password},{mfa},{keys},{certificates}"
        ));
    }
    Ok(api::GetCredentialReportResponse {
        content: Some(Blob::from(lines.join("\n").into_bytes())),
        report_format: Some(api::ReportFormatType::TextCsv),
        generated_time: answer::date(made),
    })
}

/// The columns of two signing certificates.
fn certificate_columns(certificates: &[SigningCertificate]) -> String {
    let columns: Vec<String> = (0..2)
        .map(|at| match certificates.get(at) {
            Some(own) => format!("{},{}", own.active, date(own.uploaded_ms)),
            None => "false,N/A".to_owned(),
        })
        .collect();
    columns.join(",")
}

fn date(ms: i64) -> String {
    // The report writes the zone as an offset.
    Timestamp::from_millis(ms)
        .iso8601_seconds()
        .replace('Z', "+00:00")
}

impl Iam {
    /// The columns of two keys.
    async fn key_columns(
        &self,
        account: &AccountId,
        ids: &[String],
        now: Timestamp,
    ) -> Result<String, Failure> {
        let mut columns = Vec::new();
        for at in 0..2 {
            let key = match ids.get(at) {
                Some(id) => {
                    self.platform
                        .store
                        .get(&ACCESS_KEYS, &Scope::deployment(), id.as_str())
                        .await?
                }
                None => None,
            };
            columns.push(match key {
                Some(key) => {
                    let used = self.last_use(account, &key.id, now).await?;
                    let at = used.last_used_date.map(Timestamp::as_millis);
                    let at = at.map_or_else(|| "N/A".to_owned(), date);
                    let (region, service) = (
                        used.region.unwrap_or_default(),
                        used.service_name.unwrap_or_default(),
                    );
                    format!("{},{},{at},{region},{service}", key.active, date(key.created_ms))
                }
                None => "false,N/A,N/A,N/A,N/A".to_owned(),
            });
        }
        Ok(columns.join(","))
    }
}
