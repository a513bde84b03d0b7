"""CloudFront distributions, their versions, invalidations, tags and web ACLs."""

import copy
import re
import uuid

import pytest

from aws_clients import refused

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


@pytest.fixture(scope="session")
def cloudfront(client):
    return client("cloudfront")


def configuration(reference, **changes):
    return {
        "CallerReference": reference,
        "Comment": "made by a test",
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "app",
                    "DomainName": "origin.example.com",
                    "CustomOriginConfig": {
                        "HTTPPort": 8080, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only",
                    },
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "app",
            "ViewerProtocolPolicy": "allow-all",
            "CachePolicyId": CACHING_DISABLED,
        },
    } | changes  # fmt: skip


@pytest.fixture
def made(cloudfront, unique):
    return cloudfront.create_distribution(DistributionConfig=configuration(unique))


def test_a_distribution_is_completed_and_deployed(cloudfront, made, account_id):
    distribution = made["Distribution"]
    assert re.fullmatch("E[A-Z0-9]{13}", distribution["Id"])
    assert distribution["ARN"] == f"arn:aws:cloudfront::{account_id}:distribution/{distribution['Id']}"
    assert re.fullmatch(r"d[a-z0-9]{13}\.cloudfront\.net", distribution["DomainName"])
    assert made["Location"].endswith(f"/2020-05-31/distribution/{distribution['Id']}")
    read = cloudfront.get_distribution(Id=distribution["Id"])
    assert (read["Distribution"]["Status"], read["ETag"]) == ("Deployed", made["ETag"])
    config = cloudfront.get_distribution_config(Id=distribution["Id"])["DistributionConfig"]
    assert (config["PriceClass"], config["HttpVersion"]) == ("PriceClass_All", "http2")
    assert config["DefaultCacheBehavior"]["AllowedMethods"]["Quantity"] == 2
    assert config["Restrictions"]["GeoRestriction"] == {"RestrictionType": "none", "Quantity": 0}


def test_the_same_request_again_makes_nothing_new(cloudfront, made, unique):
    again = cloudfront.create_distribution(DistributionConfig=configuration(unique))
    assert again["Distribution"]["Id"] == made["Distribution"]["Id"]
    with refused("DistributionAlreadyExists", matching=made["Distribution"]["Id"], status=409):
        cloudfront.create_distribution(DistributionConfig=configuration(unique, Comment="another"))


def test_a_change_names_the_version_it_was_made_of(cloudfront, made):
    of = {"Id": made["Distribution"]["Id"]}
    config = cloudfront.get_distribution_config(**of)["DistributionConfig"]
    changed = copy.deepcopy(config) | {"Comment": "changed"}
    with refused("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.", status=400):
        cloudfront.update_distribution(**of, DistributionConfig=changed)
    with refused("PreconditionFailed", status=412):
        cloudfront.update_distribution(**of, DistributionConfig=changed, IfMatch="EOTHER")
    updated = cloudfront.update_distribution(**of, DistributionConfig=changed, IfMatch=made["ETag"])
    assert updated["ETag"] != made["ETag"]
    assert updated["Distribution"]["DistributionConfig"]["Comment"] == "changed"
    with refused("IllegalUpdate", status=400):
        other = changed | {"CallerReference": "another"}
        cloudfront.update_distribution(**of, DistributionConfig=other, IfMatch=updated["ETag"])


def test_only_a_disabled_distribution_is_deleted(cloudfront, made):
    of = {"Id": made["Distribution"]["Id"]}
    message = "The distribution you are trying to delete has not been disabled."
    with refused("DistributionNotDisabled", message, status=409):
        cloudfront.delete_distribution(**of, IfMatch=made["ETag"])
    config = cloudfront.get_distribution_config(**of)["DistributionConfig"] | {"Enabled": False}
    updated = cloudfront.update_distribution(**of, DistributionConfig=config, IfMatch=made["ETag"])
    cloudfront.delete_distribution(**of, IfMatch=updated["ETag"])
    with refused("NoSuchDistribution", "The specified distribution does not exist.", status=404):
        cloudfront.get_distribution(**of)


def test_what_a_behavior_names_must_be_there(cloudfront, unique):
    behavior = configuration(unique)["DefaultCacheBehavior"]
    for change, code in [
        ({"TargetOriginId": "nothere"}, "NoSuchOrigin"),
        ({"CachePolicyId": "nothere"}, "NoSuchCachePolicy"),
        ({"OriginRequestPolicyId": "nothere"}, "NoSuchOriginRequestPolicy"),
    ]:
        with refused(code):
            config = configuration(unique, DefaultCacheBehavior=behavior | change)
            cloudfront.create_distribution(DistributionConfig=config)


def test_an_alternate_name_is_taken_once(cloudfront, unique, account_id):
    certificate = {"ACMCertificateArn": f"arn:aws:acm:us-east-1:{account_id}:certificate/x"}
    certificate |= {"SSLSupportMethod": "sni-only"}
    aliases = {"Quantity": 1, "Items": [f"{unique}.example.com"]}
    with refused("InvalidViewerCertificate", matching="attach a trusted certificate"):
        cloudfront.create_distribution(DistributionConfig=configuration(unique, Aliases=aliases))
    with_alias = {"Aliases": aliases, "ViewerCertificate": certificate}
    cloudfront.create_distribution(DistributionConfig=configuration(unique, **with_alias))
    with refused("CNAMEAlreadyExists", status=409):
        cloudfront.create_distribution(DistributionConfig=configuration(f"{unique}-2", **with_alias))


def test_quantities_count_items(cloudfront, unique):
    config = configuration(unique)
    config["Origins"]["Quantity"] = 2
    with refused("InconsistentQuantities", status=400):
        cloudfront.create_distribution(DistributionConfig=config)


def test_tags_are_found_by_arn(cloudfront, unique):
    made = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={
            "DistributionConfig": configuration(unique),
            "Tags": {"Items": [{"Key": "team", "Value": "red"}]},
        }
    )
    arn = made["Distribution"]["ARN"]
    cloudfront.tag_resource(Resource=arn, Tags={"Items": [{"Key": "stage", "Value": "test"}]})
    cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["team"]})
    assert cloudfront.list_tags_for_resource(Resource=arn)["Tags"]["Items"] == [{"Key": "stage", "Value": "test"}]
    with refused("NoSuchResource", status=404):
        cloudfront.list_tags_for_resource(Resource=arn[:-4] + "NONE")


def test_an_invalidation_completes(cloudfront, made, unique):
    of = {"DistributionId": made["Distribution"]["Id"]}
    batch = {"CallerReference": unique, "Paths": {"Quantity": 1, "Items": ["/*"]}}
    invalidation = cloudfront.create_invalidation(**of, InvalidationBatch=batch)["Invalidation"]
    assert invalidation["Status"] == "InProgress"
    read = cloudfront.get_invalidation(**of, Id=invalidation["Id"])["Invalidation"]
    assert (read["Status"], read["InvalidationBatch"]) == ("Completed", batch)
    listed = cloudfront.list_invalidations(**of)["InvalidationList"]["Items"]
    assert [item["Id"] for item in listed] == [invalidation["Id"]]
    with refused("NoSuchInvalidation", status=404):
        cloudfront.get_invalidation(**of, Id="INOTHERE")


def test_distributions_are_listed_page_by_page(cloudfront, made):
    pages = cloudfront.get_paginator("list_distributions").paginate(PaginationConfig={"PageSize": 1})
    ids = [item["Id"] for page in pages for item in page["DistributionList"].get("Items", [])]
    assert made["Distribution"]["Id"] in ids and len(ids) == len(set(ids))


@pytest.fixture
def web_acl(client, unique):
    waf = client("wafv2", region="us-east-1")
    made = waf.create_web_acl(
        Name=unique, Scope="CLOUDFRONT", DefaultAction={"Allow": {}},
        VisibilityConfig={
            "SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": unique,
        },
    )  # fmt: skip
    return made["Summary"]["ARN"]


def test_a_web_acl_is_associated_by_the_configuration(cloudfront, made, web_acl):
    of = {"Id": made["Distribution"]["Id"]}
    with refused("InvalidWebACLId"):
        cloudfront.associate_distribution_web_acl(**of, WebACLArn=f"{web_acl.rsplit('/', 1)[0]}/{uuid.uuid4()}")
    associated = cloudfront.associate_distribution_web_acl(**of, WebACLArn=web_acl, IfMatch=made["ETag"])
    config = cloudfront.get_distribution_config(**of)
    assert (config["DistributionConfig"]["WebACLId"], config["ETag"]) == (web_acl, associated["ETag"])
    listed = cloudfront.list_distributions_by_web_acl_id(WebACLId=web_acl)["DistributionList"]
    assert [item["Id"] for item in listed["Items"]] == [of["Id"]]
    cloudfront.disassociate_distribution_web_acl(**of)
    assert cloudfront.get_distribution_config(**of)["DistributionConfig"]["WebACLId"] == ""


def test_permission_is_asked_for_the_distribution(client, new_user, made):
    arn = made["Distribution"]["ARN"]
    allowed = {"Effect": "Allow", "Action": "cloudfront:GetDistribution", "Resource": arn}
    _, key = new_user({"Version": "2012-10-17", "Statement": [allowed]})
    reader = client("cloudfront", credentials=key)
    assert reader.get_distribution(Id=made["Distribution"]["Id"])["ETag"] == made["ETag"]
    with refused("AccessDenied", matching="cloudfront:DeleteDistribution", status=403):
        reader.delete_distribution(Id=made["Distribution"]["Id"], IfMatch=made["ETag"])
