"""Terraform's usual network: public and private subnets, their route tables, a NAT gateway with its address."""

import pytest

pytestmark = [pytest.mark.terraform, pytest.mark.slow, pytest.mark.timeout(600)]

NETWORK = """
resource "aws_vpc" "main" {
  cidr_block = "10.91.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.91.1.0/24"
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.91.2.0/24"
}

resource "aws_default_route_table" "main" {
  default_route_table_id = aws_vpc.main.default_route_table_id
  route                  = []
  tags                   = { Name = "default" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
  tags = { Name = "public" }
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

resource "aws_eip" "nat" {
  domain = "vpc"
  tags   = { Name = "nat" }
}

resource "aws_nat_gateway" "main" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public.id
  depends_on    = [aws_internet_gateway.main]
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main.id
}

resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}
"""


def test_a_network_with_public_and_private_subnets(terraform, client):
    terraform.write(NETWORK)
    terraform.init()
    terraform.apply()
    terraform.assert_plan_is_empty()
    ec2 = client("ec2")
    [nat] = ec2.describe_nat_gateways(Filters=[{"Name": "state", "Values": ["available"]}])["NatGateways"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [nat["VpcId"]]}])["RouteTables"]
    assert len(tables) == 3
    terraform.destroy()
    assert ec2.describe_nat_gateways(NatGatewayIds=[])["NatGateways"] == []


# What the usual module of a VPC makes with its default settings: it takes over the default network ACL, route table and
# security group, and makes an ACL of its own for its public subnets.
GUARDED = """
data "aws_availability_zones" "available" {}

locals {
  zones = data.aws_availability_zones.available.names
}

resource "aws_vpc" "this" {
  cidr_block                           = "10.93.0.0/16"
  instance_tenancy                     = "default"
  enable_dns_hostnames                 = true
  enable_dns_support                   = true
  enable_network_address_usage_metrics = false
  tags                                 = { Name = "demo" }
}

resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "demo-default" }
}

resource "aws_default_network_acl" "this" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id
  subnet_ids             = null
  dynamic "ingress" {
    for_each = [
      { rule_no = 100, cidr_block = "0.0.0.0/0", ipv6 = null },
      { rule_no = 101, cidr_block = null, ipv6 = "::/0" },
    ]
    content {
      action          = "allow"
      cidr_block      = ingress.value.cidr_block
      ipv6_cidr_block = ingress.value.ipv6
      from_port       = 0
      to_port         = 0
      protocol        = "-1"
      rule_no         = ingress.value.rule_no
    }
  }
  dynamic "egress" {
    for_each = [
      { rule_no = 100, cidr_block = "0.0.0.0/0", ipv6 = null },
      { rule_no = 101, cidr_block = null, ipv6 = "::/0" },
    ]
    content {
      action          = "allow"
      cidr_block      = egress.value.cidr_block
      ipv6_cidr_block = egress.value.ipv6
      from_port       = 0
      to_port         = 0
      protocol        = "-1"
      rule_no         = egress.value.rule_no
    }
  }
  tags = { Name = "demo-default" }
  lifecycle {
    ignore_changes = [subnet_ids]
  }
}

resource "aws_default_route_table" "default" {
  default_route_table_id = aws_vpc.this.default_route_table_id
  timeouts {
    create = "5m"
    update = "5m"
  }
  tags = { Name = "demo-default" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "demo" }
}

resource "aws_subnet" "public" {
  count                                          = 2
  availability_zone                              = local.zones[count.index]
  cidr_block                                     = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
  enable_resource_name_dns_a_record_on_launch    = false
  enable_resource_name_dns_aaaa_record_on_launch = false
  map_public_ip_on_launch                        = true
  vpc_id                                         = aws_vpc.this.id
  tags                                           = { Name = "demo-public" }
}

resource "aws_subnet" "private" {
  count             = 2
  availability_zone = local.zones[count.index]
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, 10 + count.index)
  vpc_id            = aws_vpc.this.id
  tags              = { Name = "demo-private" }
}

resource "aws_network_acl" "public" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = aws_subnet.public[*].id
  tags       = { Name = "demo-public" }
}

resource "aws_network_acl_rule" "public_inbound" {
  network_acl_id = aws_network_acl.public.id
  egress         = false
  rule_number    = 100
  rule_action    = "allow"
  from_port      = 80
  to_port        = 443
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
}

resource "aws_network_acl_rule" "public_outbound" {
  network_acl_id  = aws_network_acl.public.id
  egress          = true
  rule_number     = 101
  rule_action     = "allow"
  from_port       = 0
  to_port         = 0
  protocol        = "-1"
  ipv6_cidr_block = "::/0"
}

resource "aws_network_acl_rule" "ping" {
  network_acl_id = aws_network_acl.public.id
  rule_number    = 120
  rule_action    = "deny"
  icmp_type      = 8
  icmp_code      = -1
  protocol       = "icmp"
  cidr_block     = "0.0.0.0/0"
}

resource "aws_network_acl" "intra" {
  vpc_id = aws_vpc.this.id
  ingress {
    rule_no    = 200
    action     = "allow"
    from_port  = 22
    to_port    = 22
    protocol   = "tcp"
    cidr_block = "10.93.0.0/16"
  }
}

resource "aws_network_acl_association" "intra" {
  network_acl_id = aws_network_acl.intra.id
  subnet_id      = aws_subnet.private[1].id
}

resource "aws_route_table" "private" {
  count  = 2
  vpc_id = aws_vpc.this.id
}

resource "aws_route_table_association" "private" {
  count          = 2
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private[count.index].id
}

resource "aws_eip" "nat" {
  count  = 2
  domain = "vpc"
}

resource "aws_nat_gateway" "this" {
  count         = 2
  allocation_id = aws_eip.nat[count.index].id
  subnet_id     = aws_subnet.public[count.index].id
  depends_on    = [aws_internet_gateway.this]
}

resource "aws_route" "private_nat_gateway" {
  count                  = 2
  route_table_id         = aws_route_table.private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[count.index].id
  timeouts {
    create = "5m"
  }
}
"""


def test_a_network_with_its_defaults_taken_over_and_acls_of_its_own(terraform, client):
    terraform.write(GUARDED)
    terraform.init()
    terraform.apply()
    terraform.assert_plan_is_empty()
    ec2 = client("ec2")
    named = [{"Name": "tag:Name", "Values": ["demo-public"]}]
    [acl] = ec2.describe_network_acls(Filters=named)["NetworkAcls"]
    assert len(acl["Associations"]) == 2
    assert [entry["RuleNumber"] for entry in acl["Entries"]] == [101, 32767, 100, 120, 32767]
    terraform.destroy()
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["demo"]}])["Vpcs"]
    assert vpcs == []
