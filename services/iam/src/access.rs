//! The one way to an entity: the gate decides on its ARN and tags, whether it exists or not, and only then is it shown.

use std::sync::Arc;

use haechi_core::{AccountId, Ask, Call, Failure, Partition, Principal};
use haechi_policy::Context;
use haechi_store::Txn;

use crate::entity::Entity;
use crate::model::user::User;
use crate::store::scope;
use crate::{Iam, error, tags};

/// The boundary that a principal has, or is to have.
const BOUNDARY_KEY: &str = "iam:permissionsboundary";

impl Iam {
    /// Asks the gate for the call's own action on a resource of the caller's account.
    pub(crate) async fn authorize(
        &self,
        call: &Call,
        resource: &str,
        context: Context,
    ) -> Result<(), Failure> {
        self.authorize_action(call, &call.action(), resource, context)
            .await
    }

    /// Sessions of GetSessionToken without a second factor, and those of GetFederationToken, call nothing of IAM
    /// (IAM user guide, "Compare AWS STS credentials").
    fn admit(call: &Call) -> Result<(), Failure> {
        let unproven = call
            .caller
            .session
            .as_ref()
            .is_some_and(|it| it.session_token && it.mfa.is_none());
        if unproven || matches!(call.caller.principal, Principal::FederatedUser { .. }) {
            return Err(error::token_not_taken());
        }
        Ok(())
    }

    /// Asks the gate for another action than the call's own.
    pub(crate) async fn authorize_action(
        &self,
        call: &Call,
        action: &str,
        resource: &str,
        context: Context,
    ) -> Result<(), Failure> {
        Self::admit(call)?;
        let ask = Ask::new(action, resource, &call.account).with_context(context);
        self.platform.gate.authorize(call, ask, ()).await?;
        Ok(())
    }

    /// Asks for an action that makes an entity; where it brings tags, for the action that tags it too.
    pub(crate) async fn authorize_making(
        &self,
        call: &Call,
        arn: &str,
        tagging: &str,
        tags: &tags::Tags,
        mut context: Context,
    ) -> Result<(), Failure> {
        tags::describe_request(tags, &mut context);
        self.authorize(call, arn, context.clone()).await?;
        if !tags.is_empty() {
            self.authorize_action(call, tagging, arn, context).await?;
        }
        Ok(())
    }

    /// The entity that a request names, once the caller may do to it what the call does.
    pub(crate) async fn open<E: Entity>(&self, call: &Call, given: &str) -> Result<Arc<E>, Failure> {
        self.open_with(call, given, Context::new()).await
    }

    /// As [`Iam::open`], with condition keys of the request.
    pub(crate) async fn open_with<E: Entity>(
        &self,
        call: &Call,
        given: &str,
        context: Context,
    ) -> Result<Arc<E>, Failure> {
        let found = self.ask_for::<E>(call, given, context).await?;
        found.ok_or_else(|| E::missing(given))
    }

    /// As [`Iam::open`], with another refusal of what is not there.
    pub(crate) async fn open_or<E: Entity>(
        &self,
        call: &Call,
        given: &str,
        missing: impl FnOnce(&str) -> Failure,
    ) -> Result<Arc<E>, Failure> {
        let found = self.ask_for::<E>(call, given, Context::new()).await?;
        found.ok_or_else(|| missing(given))
    }

    /// The entity that a request names, if it is there, once the caller may do to it what the call does.
    async fn ask_for<E: Entity>(
        &self,
        call: &Call,
        given: &str,
        mut context: Context,
    ) -> Result<Option<Arc<E>>, Failure> {
        Self::admit(call)?;
        let owner = E::owner(given, &call.account);
        let found = self.find::<E>(&owner, given).await?;
        let arn = match &found {
            Some(entity) => {
                if let Some(own) = entity.tags() {
                    tags::describe_resource(own, &mut context);
                }
                // A request that sets another boundary is judged by the new one.
                if let Some(boundary) = entity
                    .boundary()
                    .filter(|_| context.values(BOUNDARY_KEY).is_none())
                {
                    context.set(BOUNDARY_KEY, boundary);
                }
                entity.entity_arn(&owner)
            }
            None => E::presumed_arn(given, &owner),
        };
        let action = call.action();
        let ask = Ask::new(&action, &arn, &owner).with_context(context);
        let found = self.platform.gate.authorize(call, ask, found).await?;
        Ok(found.into_inner().filter(|_| owner == call.account))
    }

    /// The entity that a request names, for the service's own use.
    pub(crate) async fn find<E: Entity>(
        &self,
        account: &AccountId,
        given: &str,
    ) -> Result<Option<Arc<E>>, Failure> {
        let id = E::id_of(given);
        let found = self
            .platform
            .store
            .get(&E::TABLE, &scope(account), id.as_str())
            .await?;
        Ok(found.filter(|entity| entity.is_called(given, account)))
    }

    /// As [`Iam::open`], the user that a request is about: the caller where it names none.
    pub(crate) async fn open_user(&self, call: &Call, given: Option<String>) -> Result<Arc<User>, Failure> {
        let name = match given {
            Some(name) => Some(name),
            None => Self::own_name(call)?,
        };
        let name = name
            .ok_or_else(|| error::validation("Must specify userName when calling with root credentials"))?;
        self.open::<User>(call, &name).await
    }

    /// The user that a request means by naming none: the caller itself.
    pub(crate) fn own_name(call: &Call) -> Result<Option<String>, Failure> {
        match &call.caller.principal {
            Principal::User { name, .. } => Ok(Some(name.clone())),
            Principal::Root { .. } => Ok(None),
            _ => Err(error::validation(
                "Must specify userName when calling with non-User credentials",
            )),
        }
    }
}

/// Changes a user; what `change` says is the call's answer.
pub(crate) async fn change_user<O: haechi_wire::Shape>(
    iam: &Iam,
    call: &Call,
    name: &str,
    change: impl Fn(&mut User) -> Result<O, Failure> + Send + Sync,
) -> Result<O, Failure> {
    let (account, change) = (&call.account, &change);
    iam.platform
        .write(call, |txn| async move {
            let mut user = current::<User>(&txn, account, name).await?;
            let answer = change(&mut user)?;
            save(&txn, account, &user).await?;
            Ok(answer)
        })
        .await
}

/// The entity as the transaction sees it, to be changed.
pub(crate) async fn current<E: Entity>(txn: &Txn, account: &AccountId, given: &str) -> Result<E, Failure> {
    let id = E::id_of(given);
    let found = txn.get(&E::TABLE, &scope(account), id.as_str()).await?;
    let found = found
        .filter(|entity| entity.is_called(given, account))
        .ok_or_else(|| E::missing(given))?;
    Ok(found.as_ref().clone())
}

/// Puts a changed entity back.
pub(crate) async fn save<E: Entity>(txn: &Txn, account: &AccountId, entity: &E) -> Result<(), Failure> {
    Ok(txn
        .put(&E::TABLE, &scope(account), entity.own_id().as_str(), entity)
        .await?)
}

/// Puts a new entity; `false` where its name is taken.
pub(crate) async fn insert<E: Entity>(txn: &Txn, account: &AccountId, entity: &E) -> Result<bool, Failure> {
    let taken = txn
        .get(&E::TABLE, &scope(account), entity.own_id().as_str())
        .await?
        .is_some();
    if !taken {
        save(txn, account, entity).await?;
    }
    Ok(!taken)
}

/// Takes an entity away.
pub(crate) async fn remove<E: Entity>(txn: &Txn, account: &AccountId, entity: &E) -> Result<(), Failure> {
    Ok(txn
        .delete(&E::TABLE, &scope(account), entity.own_id().as_str())
        .await?)
}

/// `arn:aws:iam::<account>:<kind><path><name>`.
pub(crate) fn arn(account: &AccountId, kind: &str, path: &str, name: &str) -> String {
    format!("arn:{}:iam::{account}:{kind}{path}{name}", Partition::Aws)
}

/// The path of a request: `/` where none is given.
pub(crate) fn path_of(given: Option<String>) -> String {
    given
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| "/".to_owned())
}

/// A required member: the codec has checked that it is there.
pub(crate) fn required(given: Option<String>) -> String {
    given.unwrap_or_default()
}
