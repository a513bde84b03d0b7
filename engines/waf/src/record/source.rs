//! The resource that received a request, as logs name it.

/// `httpSourceName` and `httpSourceId` of a log record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSource {
    /// `ALB`, `APIGW`, `CF`, `APPSYNC`, …; `-` when unknown.
    pub name: &'static str,
    /// The resource's id, as AWS writes it for this kind of resource; `-` when unknown.
    pub id: Box<str>,
}

impl HttpSource {
    /// A request that came to no resource of ours, such as one from a file or another balancer.
    pub fn unknown() -> Self {
        Self {
            name: "-",
            id: "-".into(),
        }
    }

    /// The source for a resource's ARN; `account` stands in ids of resources whose ARN has none.
    pub fn of_resource(arn: &str, account: &str) -> Self {
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, _region, owner, resource) = (
            parts.next().unwrap_or_default(),
            parts.next(),
            parts.next().filter(|owner| !owner.is_empty()).unwrap_or(account),
            parts.next().unwrap_or_default(),
        );
        let last = resource.rsplit(['/', ':']).next().unwrap_or_default();
        let (name, id) = match service {
            "elasticloadbalancing" => {
                let id = resource.strip_prefix("loadbalancer/").unwrap_or(resource);
                ("ALB", format!("{owner}-{id}"))
            }
            "apigateway" => {
                let mut path = resource.split('/').skip_while(|part| *part != "restapis").skip(1);
                let api = path.next().unwrap_or_default();
                ("APIGW", format!("{owner}:{api}:{last}"))
            }
            "cloudfront" => ("CF", last.to_owned()),
            "appsync" => ("APPSYNC", format!("{owner}:{last}")),
            "cognito-idp" => ("COGNITOIDP", last.to_owned()),
            "apprunner" => ("APPRUNNER", last.to_owned()),
            "ec2" => ("VERIFIED_ACCESS", last.to_owned()),
            "amplify" => ("AMPLIFY", last.to_owned()),
            _ => return Self::unknown(),
        };
        Self { name, id: id.into() }
    }
}
