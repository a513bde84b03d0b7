//! Whom a role trusts: principals must exist when they are named, and a name that goes to another does not take the
//! trust with it.
//!
//! AWS keeps the unique ids of the users and roles that a trust policy names and shows their ARNs; once one is deleted,
//! its id shows instead (IAM user guide, "AWS JSON policy elements: Principal").

use std::collections::BTreeMap;

use haechi_core::ports::{Identities, PrincipalLookup};
use haechi_core::{AccountId, Arn, Failure};
use haechi_policy::{Policy, PolicyKind, PrincipalRef};

use crate::model::role::Role;
use crate::store::{UNIQUE_IDS, scope};
use crate::{Iam, documents, error};

impl Iam {
    /// Checks a trust policy and tells the unique ids of the users and roles in it.
    pub(crate) async fn check_trust(&self, document: &str) -> Result<BTreeMap<String, String>, Failure> {
        let named: Vec<String> = documents::check_trust(document)?
            .principals()
            .filter_map(|principal| match principal {
                PrincipalRef::Account(text) | PrincipalRef::Arn(text) => Some(text.to_owned()),
                _ => None,
            })
            .collect();
        let mut trusted = BTreeMap::new();
        for principal in named {
            match self.principal_exists(&principal).await? {
                PrincipalLookup::Exists(Some(id)) => {
                    trusted.insert(principal, id);
                }
                PrincipalLookup::Exists(None) => {}
                PrincipalLookup::Missing => {
                    let message = format!("Invalid principal in policy: \"AWS\":\"{principal}\"");
                    return Err(error::malformed_text(message));
                }
            }
        }
        Ok(trusted)
    }

    /// The trust policy as it holds now: who was renamed has its new name, who is gone its unique id.
    pub(crate) async fn trust_policy(&self, role: &Role) -> Result<String, Failure> {
        let mut document = role.trust_policy.clone();
        for (arn, id) in &role.trusted {
            let Some(account) = Arn::parse(arn).and_then(|arn| AccountId::parse(arn.account()).ok()) else {
                continue;
            };
            let now = self
                .platform
                .store
                .get(&UNIQUE_IDS, &scope(&account), id.as_str())
                .await?;
            let now = now.map_or_else(|| id.clone(), |now| now.as_ref().clone());
            if now != *arn {
                let parsed =
                    Policy::parse_trusted(&document, PolicyKind::Trust).map_err(Failure::internal)?;
                document = parsed.with_principal_renamed(arn, &now).unwrap_or(document);
            }
        }
        Ok(document)
    }
}
