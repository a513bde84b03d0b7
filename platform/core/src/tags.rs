//! The condition keys of tags.
//!
//! Source: IAM user guide, "AWS global condition context keys": `aws:RequestTag/…` for each tag that a request brings,
//! `aws:TagKeys` for the keys of those and of the tags that it takes away, `aws:ResourceTag/…` for each tag that the
//! resource has. What a tag may be is the matter of each service.

use std::collections::BTreeMap;

use haechi_policy::Context;

/// The condition keys of a request's tags, of the `keys` of tags that it takes away, and of the resource's tags.
pub fn context(
    of_request: &BTreeMap<String, String>,
    keys: &[String],
    of_resource: Option<&BTreeMap<String, String>>,
) -> Context {
    let mut context = Context::new();
    describe_request(of_request, &mut context);
    if !keys.is_empty() {
        let keys: Vec<String> = of_request.keys().chain(keys).cloned().collect();
        describe_keys(&keys, &mut context);
    }
    describe_resource(of_resource.into_iter().flatten(), &mut context);
    context
}

/// The condition keys of a request that brings tags.
pub fn describe_request<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>, context: &mut Context) {
    let mut keys = Vec::new();
    for (key, value) in tags {
        context.set(format!("aws:requesttag/{key}"), value.as_str());
        keys.push(key.clone());
    }
    describe_keys(&keys, context);
}

/// `aws:TagKeys`, in place of what it was; without keys it stays as it was.
pub fn describe_keys(keys: &[String], context: &mut Context) {
    if !keys.is_empty() {
        context.set("aws:tagkeys", keys.to_vec());
    }
}

/// The condition keys of the tags that a resource has.
pub fn describe_resource<'a>(
    tags: impl IntoIterator<Item = (&'a String, &'a String)>,
    context: &mut Context,
) {
    for (key, value) in tags {
        context.set(format!("aws:resourcetag/{key}"), value.as_str());
    }
}

/// As [`describe_resource`], and the same under the prefix of a service that has such a key of its own, as
/// `ec2:ResourceTag/…`.
pub fn describe_resource_of<'a>(
    service: &str,
    tags: impl IntoIterator<Item = (&'a String, &'a String)>,
    context: &mut Context,
) {
    for (key, value) in tags {
        context.set(format!("aws:resourcetag/{key}"), value.as_str());
        context.set(format!("{service}:resourcetag/{key}"), value.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn each_tag_has_its_key_and_tag_keys_has_them_all() {
        let (brought, present) = (tags(&[("Team", "red")]), tags(&[("Cost", "9")]));
        let context = context(&brought, &["Gone".to_owned()], Some(&present));
        let expected = Context::new()
            .with("aws:RequestTag/Team", "red")
            .with("aws:TagKeys", ["Team", "Gone"])
            .with("aws:ResourceTag/Cost", "9");
        assert_eq!(context, expected);
    }

    #[test]
    fn a_request_without_tags_has_no_key_of_them() {
        assert_eq!(context(&tags(&[]), &[], Some(&tags(&[]))), Context::new());
        assert_eq!(context(&tags(&[]), &[], None), Context::new());
    }

    #[test]
    fn a_services_own_key_says_the_same() {
        let mut context = Context::new();
        describe_resource_of("ec2", &tags(&[("Team", "red")]), &mut context);
        let expected = Context::new()
            .with("aws:ResourceTag/Team", "red")
            .with("ec2:ResourceTag/Team", "red");
        assert_eq!(context, expected);
    }
}
