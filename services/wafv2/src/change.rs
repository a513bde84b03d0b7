//! Making and changing a thing: read, judge, write, in one transaction.

use haechi_core::{Call, Failure};
use haechi_wire::Shape;

use crate::model::entity::Entity;
use crate::model::kind::Kind;
use crate::model::name::FullName;
use crate::model::web_scope::WebScope;
use crate::{Waf, error, store};

impl Waf {
    /// The name of a thing of the caller's account.
    pub(crate) fn full_name(call: &Call, kind: Kind, scope: WebScope, name: &str, id: &str) -> FullName {
        FullName {
            kind,
            scope,
            account: call.account.clone(),
            region: call.region.clone(),
            name: name.to_owned(),
            id: id.to_owned(),
        }
    }

    /// The name of a thing that is to be made.
    pub(crate) fn fresh_name(
        &self,
        call: &Call,
        kind: Kind,
        scope: WebScope,
        name: Option<String>,
    ) -> FullName {
        let id = self.platform.random.uuid();
        Self::full_name(call, kind, scope, &name.unwrap_or_default(), &id)
    }

    /// Puts a new thing; the answer is made by `answer`.
    pub(crate) async fn insert<O: Shape>(
        &self,
        call: &Call,
        entity: &Entity,
        answer: impl Fn(&Entity) -> O + Send + Sync,
    ) -> Result<O, Failure> {
        let answer = &answer;
        self.platform
            .write(call, |txn| async move {
                store::insert(&txn, entity).await?;
                Ok(answer(entity))
            })
            .await
    }

    /// Changes a thing that has the lock token, and gives it a new one.
    pub(crate) async fn update<O: Shape>(
        &self,
        call: &Call,
        name: &FullName,
        lock_token: Option<&str>,
        change: impl Fn(&mut Entity) + Send + Sync,
        answer: impl Fn(&Entity) -> O + Send + Sync,
    ) -> Result<O, Failure> {
        let (change, answer) = (&change, &answer);
        let next = &self.platform.random.uuid();
        self.platform
            .write(call, |txn| async move {
                let before = store::present(&txn, name).await?;
                require_token(&before, lock_token)?;
                let mut after = before.as_ref().clone();
                change(&mut after);
                after.lock_token.clone_from(next);
                store::replace(&txn, &before, &after).await?;
                Ok(answer(&after))
            })
            .await
    }
}

/// The token must be the present one.
pub(crate) fn require_token(entity: &Entity, lock_token: Option<&str>) -> Result<(), Failure> {
    if lock_token == Some(entity.lock_token.as_str()) {
        Ok(())
    } else {
        Err(error::optimistic_lock().into())
    }
}
