//! ARNs of WAF's things.

use haechi_core::{AccountId, Arn, Region};

use super::kind::Kind;
use super::web_scope::WebScope;

/// Everything that an ARN says: `arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FullName {
    pub(crate) kind: Kind,
    pub(crate) scope: WebScope,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) name: String,
    pub(crate) id: String,
}

impl FullName {
    /// Reads an ARN; `None` where it is not one of WAF's.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let arn = Arn::parse(text)?;
        let mut parts = arn.resource().split('/');
        let (scope, kind, name, id) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let region = Region::parse(arn.region()).ok()?;
        let whole = arn.service() == "wafv2"
            && parts.next().is_none()
            && region.partition().as_str() == arn.partition()
            && !name.is_empty()
            && !id.is_empty();
        whole.then_some(())?;
        Some(Self {
            kind: Kind::from_arn(kind)?,
            scope: WebScope::from_arn(scope)?,
            account: AccountId::parse(arn.account()).ok()?,
            region,
            name: name.to_owned(),
            id: id.to_owned(),
        })
    }

    /// The ARN.
    pub(crate) fn arn(&self) -> String {
        let Self {
            account,
            region,
            name,
            id,
            ..
        } = self;
        let (scope, kind) = (self.scope.in_arn(), self.kind.as_str());
        format!(
            "arn:{}:wafv2:{region}:{account}:{scope}/{kind}/{name}/{id}",
            region.partition()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_they_went_in() {
        for text in [
            "arn:aws:wafv2:ap-northeast-2:111122223333:regional/webacl/front/6ee7e5f2-0000-4000-8000-000000000000",
            "arn:aws:wafv2:us-east-1:111122223333:global/regexpatternset/a_b-c/x",
            "arn:aws-cn:wafv2:cn-north-1:111122223333:regional/ipset/n/i",
        ] {
            assert_eq!(FullName::parse(text).expect(text).arn(), text);
        }
    }

    #[test]
    fn what_is_no_name_of_wafs_is_refused() {
        for text in [
            "arn:aws:waf:us-east-1:111122223333:regional/webacl/n/i",
            "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/n",
            "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/n/i/j",
            "arn:aws:wafv2:us-east-1:111122223333:global/thing/n/i",
            "arn:aws:wafv2:us-east-1:111122223333:local/webacl/n/i",
            "arn:aws-cn:wafv2:us-east-1:111122223333:regional/webacl/n/i",
            "arn:aws:wafv2:us-east-1::regional/webacl/n/i",
            "webacl",
        ] {
            assert_eq!(FullName::parse(text), None, "{text}");
        }
    }
}
