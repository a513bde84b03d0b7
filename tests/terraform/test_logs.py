"""Terraform's log group and WAF's logging configuration: apply, an empty second plan, and a clean destroy."""

import pytest

pytestmark = [pytest.mark.terraform, pytest.mark.slow, pytest.mark.timeout(900)]

CONFIGURATION = """
resource "aws_cloudwatch_log_group" "waf" {
  name              = "aws-waf-logs-NAME"
  retention_in_days = 14
  tags              = { team = "edge" }
}

resource "aws_wafv2_web_acl" "front" {
  name  = "NAME"
  scope = "REGIONAL"
  default_action {
    allow {}
  }
  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "NAME"
    sampled_requests_enabled   = true
  }
}

resource "aws_wafv2_web_acl_logging_configuration" "front" {
  resource_arn            = aws_wafv2_web_acl.front.arn
  log_destination_configs = [aws_cloudwatch_log_group.waf.arn]

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }
  redacted_fields {
    uri_path {}
  }

  logging_filter {
    default_behavior = "DROP"
    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"
      condition {
        action_condition {
          action = "BLOCK"
        }
      }
      condition {
        label_name_condition {
          label_name = "awswaf:managed:aws:core-rule-set:NoUserAgent_Header"
        }
      }
    }
  }
}

output "group" {
  value = aws_cloudwatch_log_group.waf.arn
}
"""


def test_a_log_group_and_a_logging_configuration(terraform, client, unique):
    terraform.write(CONFIGURATION.replace("NAME", unique))
    terraform.init()
    terraform.apply()
    terraform.assert_plan_is_empty()
    terraform.write(CONFIGURATION.replace("NAME", unique).replace("= 14", "= 30").replace('"edge"', '"core"'))
    terraform.apply()
    terraform.assert_plan_is_empty()
    logs = client("logs")
    found = logs.describe_log_groups(logGroupNamePrefix=f"aws-waf-logs-{unique}")["logGroups"]
    assert [group["retentionInDays"] for group in found] == [30]
    assert terraform.output()["group"] == found[0]["logGroupArn"]
    terraform.destroy()
    assert logs.describe_log_groups(logGroupNamePrefix=f"aws-waf-logs-{unique}")["logGroups"] == []
