//! Tags of anything: CreateTags, DeleteTags, DescribeTags.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::authz::stop_if;
use crate::filters::{Facts, Filters};
use crate::model::address::Address;
use crate::model::internet_gateway::InternetGateway;
use crate::model::nat_gateway::NatGateway;
use crate::model::network_acl::NetworkAcl;
use crate::model::route_table::RouteTable;
use crate::model::security_group::SecurityGroup;
use crate::model::subnet::Subnet;
use crate::model::vpc::Vpc;
use crate::noun::Noun;
use crate::paging::PageRequest;
use crate::store::TAGS;
use crate::tags::{self, Tags};
use crate::{Ec2, error};

/// The kinds of what can be tagged, by the beginning of their ids.
const KINDS: [(&str, &str); 9] = [
    ("vpc", Vpc::KIND),
    ("subnet", Subnet::KIND),
    ("sg", SecurityGroup::KIND),
    ("sgr", "security-group-rule"),
    ("igw", InternetGateway::KIND),
    ("eipalloc", Address::KIND),
    ("rtb", RouteTable::KIND),
    ("nat", NatGateway::KIND),
    ("acl", NetworkAcl::KIND),
];

/// The kind of what has this id.
fn kind_of(id: &str) -> Option<&'static str> {
    let (prefix, _) = id.rsplit_once('-')?;
    KINDS
        .iter()
        .find(|(known, _)| *known == prefix)
        .map(|(_, kind)| *kind)
}

impl Ec2 {
    /// Refuses an id that nothing has.
    async fn is_there(&self, call: &Call, id: &str) -> Result<&'static str, Failure> {
        let unknown = || error::refuse("InvalidID", format!("The ID '{id}' is not valid"));
        let kind = kind_of(id).ok_or_else(unknown)?;
        match kind {
            Vpc::KIND => drop(self.find::<Vpc>(call, id).await?),
            Subnet::KIND => drop(self.find::<Subnet>(call, id).await?),
            SecurityGroup::KIND => drop(self.find::<SecurityGroup>(call, id).await?),
            InternetGateway::KIND => drop(self.find::<InternetGateway>(call, id).await?),
            NatGateway::KIND => drop(self.find::<NatGateway>(call, id).await?),
            Address::KIND => drop(self.find::<Address>(call, id).await?),
            "security-group-rule" => {
                let groups = self.all::<SecurityGroup>(&call.account, &call.region).await?;
                if !groups
                    .iter()
                    .flat_map(|group| &group.rules)
                    .any(|rule| rule.id == id)
                {
                    let message = format!("The security group rule ID '{id}' does not exist");
                    return Err(error::refuse("InvalidSecurityGroupRuleId.NotFound", message));
                }
            }
            RouteTable::KIND => {
                self.route_table(call, id).await?;
            }
            _ => {
                self.network_acl(call, id).await?;
            }
        }
        Ok(kind)
    }

    async fn admit_tagging(&self, call: &Call, ids: &[String], new: &Tags) -> Result<(), Failure> {
        for id in ids {
            let kind = self.is_there(call, id).await?;
            let place = call.scope();
            let own = tags::of(&self.platform.store, &place, id).await?;
            self.may_tag(call, kind, id, &own, new).await?;
        }
        Ok(())
    }
}

pub(crate) async fn create_tags(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::CreateTagsRequest,
) -> Result<Empty, Failure> {
    let (ids, new) = (
        &input.resources.unwrap_or_default(),
        &tags::from_request(input.tags)?,
    );
    ec2.admit_tagging(&call, ids, new).await?;
    stop_if(input.dry_run)?;
    let place = &call.scope();
    ec2.platform
        .write(&call, |txn| async move {
            for id in ids {
                tags::add(&txn, place, id, new).await?;
            }
            Ok(Empty::default())
        })
        .await
}

/// A tag without a value goes whatever its value; one with a value only if it is that.
pub(crate) async fn delete_tags(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DeleteTagsRequest,
) -> Result<Empty, Failure> {
    let ids = &input.resources.unwrap_or_default();
    let given = &input.tags;
    let keys = tags::from_request(given.clone())?;
    ec2.admit_tagging(&call, ids, &keys).await?;
    stop_if(input.dry_run)?;
    let place = &call.scope();
    ec2.platform
        .write(&call, |txn| async move {
            for id in ids {
                let Some(present) = txn.get(&TAGS, place, id.as_str()).await? else {
                    continue;
                };
                let mut kept = present.as_ref().clone();
                kept.retain(|key, value| {
                    given.as_ref().is_some_and(|given| {
                        !given.iter().any(|tag| {
                            tag.key.as_ref() == Some(key)
                                && tag.value.as_ref().is_none_or(|given| given == value)
                        })
                    })
                });
                txn.put(&TAGS, place, id.as_str(), &kept).await?;
            }
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn describe_tags(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeTagsRequest,
) -> Result<api::DescribeTagsResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let known = ["key", "resource-id", "resource-type", "value"];
    let filters = Filters::parse(input.filters, &known)?;
    let page = PageRequest::parse(input.next_token.as_deref(), input.max_results)?;
    let mut found = Vec::new();
    for (id, tags) in ec2.all_tags(&call).await? {
        let kind = kind_of(&id).unwrap_or_default();
        for (key, value) in tags.as_ref() {
            let mut facts = Facts::default();
            facts.add("key", key);
            facts.add("resource-id", &id);
            facts.add("resource-type", kind);
            facts.add("value", value);
            if filters.admit(&facts, &Tags::from([(key.clone(), value.clone())])) {
                let shown = api::TagDescription {
                    key: Some(key.clone()),
                    resource_id: Some(id.clone()),
                    resource_type: Some(api::ResourceType::from(kind)),
                    value: Some(value.clone()),
                };
                found.push((format!("{id}\n{key}"), shown));
            }
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (found, next_token) = page.of(found, |(name, _)| name.as_str());
    Ok(api::DescribeTagsResult {
        next_token,
        tags: Some(found.into_iter().map(|(_, shown)| shown).collect()),
    })
}
