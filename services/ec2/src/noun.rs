//! What VPCs, subnets, groups, gateways and addresses have in common: an id, tags, filters, and being listed in pages.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{AccountId, Call, Failure, Region};
use haechi_store::{ALL, Record, Table, Txn};

use crate::Ec2;
use crate::filters::{Facts, Filters};
use crate::paging::PageRequest;
use crate::store::TAGS;
use crate::tags::{self, Tags};

/// Something that stands in a table under its id.
pub(crate) trait Noun: Record + Clone {
    /// The table.
    const TABLE: Table<Self>;
    /// What it is called in ARNs and tag specifications.
    const KIND: &'static str;
    /// The filters that its Describe operation knows.
    const FILTERS: &'static [&'static str];

    /// Its id.
    fn id(&self) -> &str;
    /// There is none with this id.
    fn missing(id: &str) -> Failure;
    /// What it says of itself to filters.
    fn facts(&self) -> Facts;
}

/// A page of what was asked for, with tags, and the token of the next page.
pub(crate) type Found<T> = (Vec<(T, Tags)>, Option<String>);

/// What a Describe operation asks for.
pub(crate) struct Selection {
    ids: Vec<String>,
    filters: Option<Vec<api::Filter>>,
    page: PageRequest,
}

impl Selection {
    pub(crate) fn new(
        ids: Option<Vec<String>>,
        filters: Option<Vec<api::Filter>>,
        token: Option<&str>,
        max_results: Option<i32>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            ids: ids.unwrap_or_default(),
            filters,
            page: PageRequest::parse(token, max_results)?,
        })
    }

    /// Those of a list at hand that are asked for; `missing` refuses an id that is not in it.
    pub(crate) fn of<T>(
        self,
        all: Vec<(T, Facts, Tags)>,
        known: &[&str],
        id: impl Fn(&T) -> &str,
        missing: impl Fn(&str) -> Failure,
    ) -> Result<Found<T>, Failure> {
        let filters = Filters::parse(self.filters, known)?;
        for wanted in &self.ids {
            if !all.iter().any(|(item, ..)| id(item) == wanted) {
                return Err(missing(wanted));
            }
        }
        let mut found: Vec<(T, Tags)> = all
            .into_iter()
            .filter(|(item, ..)| self.ids.is_empty() || self.ids.iter().any(|wanted| wanted == id(item)))
            .filter(|(_, facts, tags)| filters.admit(facts, tags))
            .map(|(item, _, tags)| (item, tags))
            .collect();
        found.sort_by(|(one, _), (other, _)| id(one).cmp(id(other)));
        Ok(self.page.of(found, |(item, _)| id(item)))
    }
}

impl Ec2 {
    /// All of a kind.
    pub(crate) async fn all<N: Noun>(
        &self,
        account: &AccountId,
        region: &Region,
    ) -> Result<Vec<Arc<N>>, Failure> {
        self.ensure_defaults(account, region).await?;
        let found = self
            .platform
            .store
            .list(&N::TABLE, &region.scope(account), None, ALL)
            .await?;
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }

    /// All tags of an account in a Region, by resource id.
    pub(crate) async fn all_tags(&self, call: &Call) -> Result<Vec<(String, Arc<Tags>)>, Failure> {
        let found = self.platform.store.list(&TAGS, &call.scope(), None, ALL).await?;
        let named = found
            .into_iter()
            .map(|(id, tags)| (id.str(0).unwrap_or_default().to_owned(), tags));
        Ok(named.collect())
    }

    /// Those of a kind that a request asks for, with their tags, and the token of the next page.
    pub(crate) async fn select<N: Noun>(
        &self,
        call: &Call,
        selection: Selection,
    ) -> Result<Found<Arc<N>>, Failure> {
        let tags = self.all_tags(call).await?;
        let all = self.all::<N>(&call.account, &call.region).await?;
        let all = all
            .into_iter()
            .map(|noun| {
                let own = tags.iter().find(|(id, _)| id == noun.id());
                let own = own.map_or_else(Tags::new, |(_, tags)| tags.as_ref().clone());
                (noun.clone(), noun.facts(), own)
            })
            .collect();
        selection.of(all, N::FILTERS, |noun| noun.id(), N::missing)
    }

    /// The one with this id, and its tags.
    pub(crate) async fn find<N: Noun>(&self, call: &Call, id: &str) -> Result<(Arc<N>, Tags), Failure> {
        self.ensure_defaults(&call.account, &call.region).await?;
        let (store, scope) = (&self.platform.store, call.scope());
        let found = store
            .get(&N::TABLE, &scope, id)
            .await?
            .ok_or_else(|| N::missing(id))?;
        Ok((found, tags::of(store, &scope, id).await?))
    }
}

/// The one with this id as the transaction sees it, to be changed.
pub(crate) async fn current<N: Noun>(txn: &Txn, call: &Call, id: &str) -> Result<N, Failure> {
    let found = txn.get(&N::TABLE, &call.scope(), id).await?;
    Ok(found.ok_or_else(|| N::missing(id))?.as_ref().clone())
}

/// All of a kind; the transaction depends on none being added or removed.
pub(crate) async fn current_all<N: Noun>(txn: &Txn, call: &Call) -> Result<Vec<Arc<N>>, Failure> {
    let found = txn.list_locked(&N::TABLE, &call.scope()).await?;
    Ok(found.into_iter().map(|(_, record)| record).collect())
}

/// Puts one.
pub(crate) async fn save<N: Noun>(txn: &Txn, call: &Call, noun: &N) -> Result<(), Failure> {
    Ok(txn.put(&N::TABLE, &call.scope(), noun.id(), noun).await?)
}

/// Takes one away, and its tags.
pub(crate) async fn remove<N: Noun>(txn: &Txn, call: &Call, id: &str) -> Result<(), Failure> {
    let scope = call.scope();
    txn.delete(&N::TABLE, &scope, id).await?;
    Ok(txn.delete(&TAGS, &scope, id).await?)
}
