//! What KMS does by itself, as CloudTrail shows it (`AwsServiceEvent`).
//!
//! Follows the KMS developer guide, "Examples of AWS KMS log entries": RotateKey, DeleteKey, DeleteExpiredKeyMaterial,
//! SynchronizeMultiRegionKey.

use haechi_core::AuditedResource;
use haechi_core::ports::ServiceEvent;
use haechi_crypto::MaterialId;
use haechi_store::Txn;
use serde_json::{Value, json};

use crate::Kms;
use crate::model::key::Key;
use crate::model::material::RotationType;

impl Kms {
    /// The key has new current material.
    pub(crate) async fn log_rotation(
        &self,
        txn: &Txn,
        key: &Key,
        kind: RotationType,
        before: Option<MaterialId>,
        after: MaterialId,
    ) {
        let details = json!({
            "rotationType": kind.name(),
            "keyOrigin": key.origin.name(),
            "keyId": key.id.as_str(),
            "previousKeyMaterialId": before.map(|id| id.to_string()),
            "currentKeyMaterialId": after.to_string(),
        });
        self.log_event(txn, key, "RotateKey", named(key), details).await;
    }

    /// The key is gone.
    pub(crate) async fn log_deletion(&self, txn: &Txn, key: &Key) {
        self.log_event(txn, key, "DeleteKey", named(key), Value::Null)
            .await;
    }

    /// Imported material has reached its end.
    pub(crate) async fn log_expiry(&self, txn: &Txn, key: &Key) {
        self.log_event(txn, key, "DeleteExpiredKeyMaterial", Value::Null, Value::Null)
            .await;
    }

    /// What the members of a multi-Region family share was copied from their primary. The event names the primary
    /// alone, in its Region.
    pub(crate) async fn log_synchronization(&self, txn: &Txn, primary: &Key) {
        let response = named(primary);
        self.log_event(txn, primary, "SynchronizeMultiRegionKey", response, Value::Null)
            .await;
    }

    async fn log_event(&self, txn: &Txn, key: &Key, name: &'static str, response: Value, details: Value) {
        let event = ServiceEvent {
            time: self.platform.now(),
            source: "kms.amazonaws.com",
            name,
            account: key.account.clone(),
            region: key.region.clone(),
            resources: vec![AuditedResource {
                arn: key.arn(),
                kind: "AWS::KMS::Key",
                account: key.account.clone(),
            }],
            response,
            details,
        };
        for record in self.platform.audit.service_event(&event) {
            txn.log(record).await;
        }
    }
}

/// `responseElements` that name the key.
fn named(key: &Key) -> Value {
    json!({ "keyId": key.arn() })
}
