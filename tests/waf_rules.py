"""Rules and statements as requests have them."""

NONE = [{"Priority": 0, "Type": "NONE"}]


def visibility(name):
    return {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}


def rule(statement, name="r", priority=0, **members):
    """A rule that blocks; of rule groups one that overrides nothing."""
    if "ManagedRuleGroupStatement" in statement or "RuleGroupReferenceStatement" in statement:
        members.setdefault("OverrideAction", {"None": {}})
    else:
        members.setdefault("Action", {"Block": {}})
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "VisibilityConfig": visibility(name),
        **members,
    }


def transformations(*names):
    return [{"Priority": priority, "Type": name} for priority, name in enumerate(names or ("NONE",))]


def byte_match(text=b"x", constraint="EXACTLY", field=None, chain=()):
    return {
        "ByteMatchStatement": {
            "SearchString": text,
            "PositionalConstraint": constraint,
            "FieldToMatch": field or {"UriPath": {}},
            "TextTransformations": transformations(*chain),
        }
    }


def size(field=None, chain=(), operator="GT", number=1):
    return {
        "SizeConstraintStatement": {
            "FieldToMatch": field or {"UriPath": {}},
            "ComparisonOperator": operator,
            "Size": number,
            "TextTransformations": transformations(*chain),
        }
    }


def geo(*codes):
    return {"GeoMatchStatement": {"CountryCodes": list(codes) or ["KR"]}}


def label(key, scope="LABEL"):
    return {"LabelMatchStatement": {"Scope": scope, "Key": key}}


def ip_set(arn, **members):
    return {"IPSetReferenceStatement": {"ARN": arn, **members}}


def pattern_set(arn, field=None, chain=()):
    return {
        "RegexPatternSetReferenceStatement": {
            "ARN": arn,
            "FieldToMatch": field or {"UriPath": {}},
            "TextTransformations": transformations(*chain),
        }
    }


def regex(text="a+", field=None, chain=()):
    return {
        "RegexMatchStatement": {
            "RegexString": text,
            "FieldToMatch": field or {"UriPath": {}},
            "TextTransformations": transformations(*chain),
        }
    }


def sqli(field=None, chain=(), **members):
    return {
        "SqliMatchStatement": {
            "FieldToMatch": field or {"UriPath": {}},
            "TextTransformations": transformations(*chain),
            **members,
        }
    }


def xss(field=None, chain=()):
    return {
        "XssMatchStatement": {
            "FieldToMatch": field or {"UriPath": {}},
            "TextTransformations": transformations(*chain),
        }
    }


def rate(limit=1000, keys="IP", **members):
    return {"RateBasedStatement": {"Limit": limit, "AggregateKeyType": keys, **members}}


def both(*inner):
    return {"AndStatement": {"Statements": list(inner)}}


def either(*inner):
    return {"OrStatement": {"Statements": list(inner)}}


def negated(inner):
    return {"NotStatement": {"Statement": inner}}


def managed(name="AWSManagedRulesCommonRuleSet", **members):
    return {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name, **members}}


def rule_group(arn, **members):
    return {"RuleGroupReferenceStatement": {"ARN": arn, **members}}
