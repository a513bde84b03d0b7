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
