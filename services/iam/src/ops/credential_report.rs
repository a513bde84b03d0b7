//! The credential report: a line for root and each user. It is made when it is asked for, so that it is never stale.
//!
//! Columns: IAM user guide, "Generate credential reports for your AWS account".

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure, Timestamp};
use haechi_policy::Context;
use haechi_store::Scope;
use haechi_wire::{Blob, Empty};

use crate::Iam;
use crate::model::belongings::SigningCertificate;
use crate::store::{ACCESS_KEYS, USERS, scope};

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
    Ok(api::GenerateCredentialReportResponse {
        state: Some(api::ReportStateType::Complete),
        description: None,
    })
}

pub(crate) async fn get_credential_report(
    iam: Arc<Iam>,
    call: Arc<Call>,
    _: Empty,
) -> Result<api::GetCredentialReportResponse, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let mut lines = vec![HEADER.to_owned()];
    if let Some(account) = iam.account(&call.account).await? {
        let created = date(account.created_ms);
        let arn = format!("arn:aws:iam::{}:root", call.account);
        let password = "not_supported,not_supported,not_supported,not_supported";
        let keys = iam.key_columns(&account.root_keys).await?;
        lines.push(format!(
            "<root_account>,{arn},{created},{password},false,{keys},false,N/A,false,N/A"
        ));
    }
    let users = iam
        .platform
        .store
        .list(&USERS, &scope(&call.account), None, usize::MAX / 2)
        .await?;
    for (_, user) in users {
        let password = match &user.login {
            Some(login) => format!("true,no_information,{},N/A", date(login.created_ms)),
            None => "false,N/A,N/A,N/A".to_owned(),
        };
        let keys = iam.key_columns(&user.access_keys).await?;
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
        generated_time: Some(call.time),
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
    async fn key_columns(&self, ids: &[String]) -> Result<String, Failure> {
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
                Some(key) => format!("{},{},N/A,N/A,N/A", key.active, date(key.created_ms)),
                None => "false,N/A,N/A,N/A,N/A".to_owned(),
            });
        }
        Ok(columns.join(","))
    }
}
