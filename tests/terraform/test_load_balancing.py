"""Terraform's network and load balancers: apply, an empty second plan, and a clean destroy."""

import pytest

# The provider waits half a minute, whatever it is answered, after each change of a load balancer, and starts anew for
# each command: on a busy machine that adds up to more than the suite's limit for a test.
pytestmark = [pytest.mark.terraform, pytest.mark.slow, pytest.mark.timeout(900)]

NETWORK = """
data "aws_availability_zones" "all" {
  state = "available"
}

resource "aws_vpc" "main" {
  cidr_block           = "10.90.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "main" }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "public" {
  count                   = 2
  vpc_id                  = aws_vpc.main.id
  cidr_block              = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone       = data.aws_availability_zones.all.names[count.index]
  map_public_ip_on_launch = true
  tags                    = { Name = "public-${count.index}" }
}

resource "aws_security_group" "web" {
  name        = "web"
  description = "what the load balancer lets in"
  vpc_id      = aws_vpc.main.id

  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
    description = "everybody"
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_vpc_security_group_ingress_rule" "other" {
  security_group_id = aws_security_group.apart.id
  cidr_ipv4         = "10.0.0.0/8"
  from_port         = 8080
  to_port           = 8081
  ip_protocol       = "tcp"
}

resource "aws_security_group" "apart" {
  name   = "apart"
  vpc_id = aws_vpc.main.id
}
"""

BALANCER = """
resource "aws_lb" "main" {
  name                       = "%(name)s"
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.web.id]
  subnets                    = aws_subnet.public[*].id
  idle_timeout               = 90
  drop_invalid_header_fields = true
  tags                       = { team = "red" }
  depends_on                 = [aws_internet_gateway.main]
}

resource "aws_lb_target_group" "blue" {
  name                 = "%(name)s-blue"
  port                 = 8080
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = aws_vpc.main.id
  deregistration_delay = 5

  health_check {
    path                = "/ping"
    interval            = 5
    timeout             = 2
    healthy_threshold   = 2
    unhealthy_threshold = 2
    matcher             = "200-299"
  }

  stickiness {
    type            = "lb_cookie"
    cookie_duration = 600
  }
}

resource "aws_lb_target_group" "green" {
  name        = "%(name)s-green"
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}

resource "aws_lb_target_group_attachment" "blue" {
  target_group_arn = aws_lb_target_group.blue.arn
  target_id        = "10.90.0.20"
  port             = 9000
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.blue.arn
        weight = 9
      }
      target_group {
        arn    = aws_lb_target_group.green.arn
        weight = 1
      }
    }
  }
}

resource "aws_lb_listener_rule" "fixed" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 10

  action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      message_body = "not here"
      status_code  = "404"
    }
  }

  condition {
    path_pattern {
      values = ["/secret/*"]
    }
  }

  condition {
    http_header {
      http_header_name = "X-Kind"
      values           = ["a", "b*"]
    }
  }
}

resource "aws_lb_listener_rule" "redirect" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 20

  action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }

  condition {
    host_header {
      values = ["*.example.com"]
    }
  }

  condition {
    query_string {
      key   = "v"
      value = "1"
    }
  }
}

data "aws_lb" "main" {
  arn = aws_lb.main.arn
}

data "aws_lb_target_group" "blue" {
  name = aws_lb_target_group.blue.name
}

output "dns_name" { value = data.aws_lb.main.dns_name }
output "arn" { value = aws_lb.main.arn }
output "zone_id" { value = aws_lb.main.zone_id }
output "vpc" { value = aws_vpc.main.id }
output "path" { value = data.aws_lb_target_group.blue.health_check[0].path }
"""


def run(terraform, configuration):
    terraform.write(configuration)
    terraform.init()
    terraform.apply()
    terraform.assert_plan_is_empty()
    return terraform.output()


def test_a_load_balancer_with_all_around_it(terraform, client, unique):
    name = unique[:20]
    output = run(terraform, NETWORK + BALANCER % {"name": name})
    elbv2, ec2 = client("elbv2"), client("ec2")
    [made] = elbv2.describe_load_balancers(Names=[name])["LoadBalancers"]
    assert (made["LoadBalancerArn"], made["DNSName"]) == (output["arn"], output["dns_name"])
    assert (output["zone_id"], output["path"]) == ("ZWKZPGTI48KDX", "/ping")
    attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=output["arn"])["Attributes"]
    assert {"Key": "idle_timeout.timeout_seconds", "Value": "90"} in attributes
    terraform.destroy()
    with pytest.raises(elbv2.exceptions.LoadBalancerNotFoundException):
        elbv2.describe_load_balancers(Names=[name])
    assert ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [output["vpc"]]}])["Vpcs"] == []


def test_a_change_is_applied_in_place(terraform, client, unique):
    configuration = """
data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

resource "aws_lb" "main" {
  name         = "NAME"
  subnets      = slice(sort(data.aws_subnets.default.ids), 0, 2)
  idle_timeout = 90
  tags         = { team = "red" }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener_rule" "secret" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 10

  action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "403"
    }
  }

  condition {
    path_pattern {
      values = ["/secret/*"]
    }
  }
}

output "arn" { value = aws_lb.main.arn }
output "rule" { value = aws_lb_listener_rule.secret.arn }
""".replace("NAME", unique[:20])
    first = run(terraform, configuration)
    changed = configuration
    for before, after in (("idle_timeout = 90", "idle_timeout = 30"), ("/secret/*", "/hidden/*"), ("red", "blue")):
        assert before in changed
        changed = changed.replace(before, after)
    assert run(terraform, changed) == first
    elbv2 = client("elbv2")
    [rule] = elbv2.describe_rules(RuleArns=[first["rule"]])["Rules"]
    assert rule["Conditions"][0]["Values"] == ["/hidden/*"]
    attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=first["arn"])["Attributes"]
    assert {"Key": "idle_timeout.timeout_seconds", "Value": "30"} in attributes
    terraform.destroy()


def test_the_default_network_is_found(terraform):
    output = run(
        terraform,
        """
data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_subnet" "one" {
  id = data.aws_subnets.default.ids[0]
}

data "aws_security_group" "default" {
  vpc_id = data.aws_vpc.default.id
  name   = "default"
}

resource "aws_default_vpc" "default" {
  tags = { Name = "adopted" }
}

output "cidr" { value = data.aws_vpc.default.cidr_block }
output "subnets" { value = length(data.aws_subnets.default.ids) }
output "group" { value = data.aws_security_group.default.id }
""",
    )
    assert output["cidr"] == "172.31.0.0/16"
    assert output["subnets"] == 4
    terraform.destroy()
