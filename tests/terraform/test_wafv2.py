"""Terraform's WAF resources: apply, an empty second plan, a change in place, and a clean destroy."""

import json

import pytest

pytestmark = [pytest.mark.terraform, pytest.mark.slow, pytest.mark.timeout(900)]

SETS = """
resource "aws_wafv2_ip_set" "office" {
  name               = "PREFIX-office"
  description        = "the office"
  scope              = "REGIONAL"
  ip_address_version = "IPV4"
  addresses          = ["192.0.2.0/24", "198.51.100.7/32"]
  tags               = { team = "red" }
}

resource "aws_wafv2_ip_set" "six" {
  name               = "PREFIX-six"
  scope              = "REGIONAL"
  ip_address_version = "IPV6"
  addresses          = ["2001:db8::/32"]
}

resource "aws_wafv2_regex_pattern_set" "paths" {
  name  = "PREFIX-paths"
  scope = "REGIONAL"
  regular_expression {
    regex_string = "^/admin"
  }
  regular_expression {
    regex_string = "[.]php$"
  }
}
"""

GROUP = """
resource "aws_wafv2_rule_group" "own" {
  name        = "PREFIX-group"
  description = "rules of our own"
  scope       = "REGIONAL"
  capacity    = 200

  custom_response_body {
    key          = "no"
    content      = "{\\"no\\": true}"
    content_type = "APPLICATION_JSON"
  }

  rule {
    name     = "paths"
    priority = 1
    action {
      block {
        custom_response {
          response_code            = 403
          custom_response_body_key = "no"
          response_header {
            name  = "x-why"
            value = "path"
          }
        }
      }
    }
    rule_label {
      name = "bad:path"
    }
    statement {
      or_statement {
        statement {
          regex_pattern_set_reference_statement {
            arn = aws_wafv2_regex_pattern_set.paths.arn
            field_to_match {
              uri_path {}
            }
            text_transformation {
              priority = 0
              type     = "URL_DECODE"
            }
            text_transformation {
              priority = 1
              type     = "LOWERCASE"
            }
          }
        }
        statement {
          and_statement {
            statement {
              not_statement {
                statement {
                  ip_set_reference_statement {
                    arn = aws_wafv2_ip_set.office.arn
                    ip_set_forwarded_ip_config {
                      header_name       = "X-Forwarded-For"
                      fallback_behavior = "MATCH"
                      position          = "ANY"
                    }
                  }
                }
              }
            }
            statement {
              byte_match_statement {
                search_string         = "curl"
                positional_constraint = "CONTAINS"
                field_to_match {
                  single_header {
                    name = "user-agent"
                  }
                }
                text_transformation {
                  priority = 0
                  type     = "NONE"
                }
              }
            }
          }
        }
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "paths"
      sampled_requests_enabled   = true
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = false
    metric_name                = "group"
    sampled_requests_enabled   = false
  }
}
"""

ACL = """
resource "aws_wafv2_web_acl" "main" {
  name          = "PREFIX-acl"
  description   = "by terraform"
  scope         = "REGIONAL"
  token_domains = ["example.com", "store.example.com"]

  default_action {
    allow {
      custom_request_handling {
        insert_header {
          name  = "x-seen"
          value = "waf"
        }
      }
    }
  }

  association_config {
    request_body {
      api_gateway {
        default_size_inspection_limit = "KB_64"
      }
    }
  }

  captcha_config {
    immunity_time_property {
      immunity_time = 120
    }
  }

  rule {
    name     = "common"
    priority = 0
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesCommonRuleSet"
        vendor_name = "AWS"
        version     = "Version_1.0"
        rule_action_override {
          name = "SizeRestrictions_BODY"
          action_to_use {
            count {}
          }
        }
        rule_action_override {
          name = "NoUserAgent_HEADER"
          action_to_use {
            captcha {}
          }
        }
        scope_down_statement {
          geo_match_statement {
            country_codes = ["KR", "US"]
          }
        }
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "common"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "bots"
    priority = 1
    override_action {
      count {}
    }
    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesBotControlRuleSet"
        vendor_name = "AWS"
        managed_rule_group_configs {
          aws_managed_rules_bot_control_rule_set {
            inspection_level = "COMMON"
          }
        }
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "bots"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "own"
    priority = 2
    override_action {
      none {}
    }
    statement {
      rule_group_reference_statement {
        arn = aws_wafv2_rule_group.own.arn
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "own"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "rate"
    priority = 3
    action {
      challenge {}
    }
    statement {
      rate_based_statement {
        limit                 = 500
        evaluation_window_sec = 120
        aggregate_key_type    = "CUSTOM_KEYS"
        custom_key {
          header {
            name = "x-user"
            text_transformation {
              priority = 0
              type     = "LOWERCASE"
            }
          }
        }
        custom_key {
          http_method {}
        }
        scope_down_statement {
          and_statement {
            statement {
              size_constraint_statement {
                comparison_operator = "GT"
                size                = 100
                field_to_match {
                  json_body {
                    match_scope       = "VALUE"
                    oversize_handling = "CONTINUE"
                    match_pattern {
                      included_paths = ["/a", "/b/0"]
                    }
                  }
                }
                text_transformation {
                  priority = 0
                  type     = "NONE"
                }
              }
            }
            statement {
              not_statement {
                statement {
                  label_match_statement {
                    scope = "NAMESPACE"
                    key   = "awswaf:managed:aws:bot-control:"
                  }
                }
              }
            }
          }
        }
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "injection"
    priority = 4
    action {
      block {}
    }
    statement {
      or_statement {
        statement {
          sqli_match_statement {
            sensitivity_level = "HIGH"
            field_to_match {
              all_query_arguments {}
            }
            text_transformation {
              priority = 0
              type     = "URL_DECODE"
            }
          }
        }
        statement {
          xss_match_statement {
            field_to_match {
              headers {
                match_scope       = "ALL"
                oversize_handling = "NO_MATCH"
                match_pattern {
                  excluded_headers = ["cookie"]
                }
              }
            }
            text_transformation {
              priority = 0
              type     = "HTML_ENTITY_DECODE"
            }
          }
        }
        statement {
          regex_match_statement {
            regex_string = "^[a-f0-9]{32}$"
            field_to_match {
              cookies {
                match_scope       = "VALUE"
                oversize_handling = "MATCH"
                match_pattern {
                  included_cookies = ["session"]
                }
              }
            }
            text_transformation {
              priority = 0
              type     = "NONE"
            }
          }
        }
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "injection"
      sampled_requests_enabled   = true
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "acl"
    sampled_requests_enabled   = true
  }

  tags = { team = "red", empty = "" }
}

data "aws_wafv2_web_acl" "main" {
  name  = aws_wafv2_web_acl.main.name
  scope = "REGIONAL"
}

data "aws_wafv2_rule_group" "own" {
  name  = aws_wafv2_rule_group.own.name
  scope = "REGIONAL"
}

data "aws_wafv2_ip_set" "office" {
  name  = aws_wafv2_ip_set.office.name
  scope = "REGIONAL"
}

data "aws_wafv2_regex_pattern_set" "paths" {
  name  = aws_wafv2_regex_pattern_set.paths.name
  scope = "REGIONAL"
}

output "arn" { value = aws_wafv2_web_acl.main.arn }
output "capacity" { value = aws_wafv2_web_acl.main.capacity }
output "found" { value = data.aws_wafv2_web_acl.main.arn }
output "found_group" { value = data.aws_wafv2_rule_group.own.arn }
output "addresses" { value = data.aws_wafv2_ip_set.office.addresses }
output "patterns" { value = data.aws_wafv2_regex_pattern_set.paths.regular_expression }
"""


def apply(terraform, configuration):
    terraform.write(configuration)
    terraform.init()
    terraform.apply()
    terraform.assert_plan_is_empty()
    return terraform.output()


def test_web_acl_rule_group_sets_and_data_sources(terraform, client, unique):
    waf = client("wafv2")
    configuration = (SETS + GROUP + ACL).replace("PREFIX", unique)
    output = apply(terraform, configuration)
    assert output["found"] == output["arn"]
    assert output["found_group"].split("/")[-2] == f"{unique}-group"
    assert sorted(output["addresses"]) == ["192.0.2.0/24", "198.51.100.7/32"]
    assert {pattern["regex_string"] for pattern in output["patterns"]} == {"^/admin", "[.]php$"}
    acl = waf.get_web_acl(ARN=output["arn"])["WebACL"]
    assert acl["Capacity"] == output["capacity"]
    assert [rule["Name"] for rule in sorted(acl["Rules"], key=lambda rule: rule["Priority"])] == [
        "common", "bots", "own", "rate", "injection",
    ]  # fmt: skip
    terraform.destroy()
    left = [summary["Name"] for summary in waf.list_web_acls(Scope="REGIONAL")["WebACLs"]]
    left += [summary["Name"] for summary in waf.list_ip_sets(Scope="REGIONAL")["IPSets"]]
    assert not [name for name in left if name.startswith(unique)]


def test_rules_as_json(terraform, client, unique):
    rules = [
        {
            "Name": "deep",
            "Priority": 0,
            "Action": {"Block": {}},
            "Statement": {"AndStatement": {"Statements": [
                {"OrStatement": {"Statements": [
                    {"GeoMatchStatement": {"CountryCodes": ["KR"]}},
                    {"NotStatement": {"Statement": {"AndStatement": {"Statements": [
                        {"LabelMatchStatement": {"Scope": "LABEL", "Key": "a"}},
                        {"LabelMatchStatement": {"Scope": "LABEL", "Key": "b"}},
                    ]}}}},
                ]}},
                {"ByteMatchStatement": {
                    "SearchString": "admin", "FieldToMatch": {"UriPath": {}}, "PositionalConstraint": "CONTAINS",
                    "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
                }},
            ]}},
            "VisibilityConfig": {
                "SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "deep",
            },
        }
    ]  # fmt: skip
    configuration = f"""
resource "aws_wafv2_web_acl" "json" {{
  name      = "{unique}"
  scope     = "REGIONAL"
  rule_json = {json.dumps(json.dumps(rules))}
  default_action {{
    block {{}}
  }}
  visibility_config {{
    cloudwatch_metrics_enabled = false
    metric_name                = "json"
    sampled_requests_enabled   = false
  }}
}}

output "arn" {{ value = aws_wafv2_web_acl.json.arn }}
"""
    arn = apply(terraform, configuration)["arn"]
    waf = client("wafv2")
    acl = waf.get_web_acl(ARN=arn)["WebACL"]
    statement = acl["Rules"][0]["Statement"]["AndStatement"]["Statements"][1]["ByteMatchStatement"]
    assert statement["SearchString"] == b"admin"
    # A change is made in place.
    terraform.write(configuration.replace('json"\n    sampled', 'other"\n    sampled'))
    terraform.apply()
    assert waf.get_web_acl(ARN=arn)["WebACL"]["VisibilityConfig"]["MetricName"] == "other"
    terraform.destroy()
