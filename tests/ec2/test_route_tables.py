"""Route tables, their routes and what uses them; NAT gateways and the addresses that they hold."""

import pytest

from aws_clients import refused


@pytest.fixture
def network(ec2):
    """A VPC with a way out and a subnet."""
    vpc = ec2.create_vpc(CidrBlock="10.70.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.70.1.0/24")["Subnet"]["SubnetId"]
    return vpc, gateway, subnet


def table_of(ec2, vpc, **tags):
    tags = [{"Key": key, "Value": value} for key, value in tags.items()]
    given = {"TagSpecifications": [{"ResourceType": "route-table", "Tags": tags}]} if tags else {}
    return ec2.create_route_table(VpcId=vpc, **given)["RouteTable"]["RouteTableId"]


def shown(ec2, table):
    [found] = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    return found


def main_table(ec2, vpc):
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    [found] = ec2.describe_route_tables(Filters=filters)["RouteTables"]
    return found


def test_a_new_table_knows_the_way_within_its_vpc(ec2, network):
    vpc, _, _ = network
    made = ec2.create_route_table(VpcId=vpc)["RouteTable"]
    assert made["Routes"] == [
        {
            "DestinationCidrBlock": "10.70.0.0/16",
            "GatewayId": "local",
            "Origin": "CreateRouteTable",
            "State": "active",
        }
    ]
    assert (made["Associations"], made["VpcId"]) == ([], vpc)
    with refused("InvalidVpcID.NotFound"):
        ec2.create_route_table(VpcId="vpc-1")
    with refused("InvalidRouteTableID.NotFound", "The routeTable ID 'rtb-1' does not exist"):
        ec2.describe_route_tables(RouteTableIds=["rtb-1"])


def test_routes_are_made_replaced_and_taken_away(ec2, network):
    vpc, gateway, _ = network
    table = table_of(ec2, vpc)
    out = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    with refused("InvalidParameterValue", matching="There is no route defined for '0.0.0.0/0'"):
        ec2.replace_route(**out, GatewayId=gateway)
    assert ec2.create_route(**out, GatewayId=gateway)["Return"] is True
    with refused("RouteAlreadyExists", "The route identified by 0.0.0.0/0 already exists."):
        ec2.create_route(**out, GatewayId=gateway)
    ec2.create_route(RouteTableId=table, DestinationIpv6CidrBlock="::/0", GatewayId=gateway)
    [_, ipv4, ipv6] = shown(ec2, table)["Routes"]
    assert ipv4 == {
        "DestinationCidrBlock": "0.0.0.0/0",
        "GatewayId": gateway,
        "Origin": "CreateRoute",
        "State": "active",
    }
    assert ipv6["DestinationIpv6CidrBlock"] == "::/0"
    found = ec2.describe_route_tables(Filters=[{"Name": "route.gateway-id", "Values": [gateway]}])["RouteTables"]
    assert [other["RouteTableId"] for other in found] == [table]

    ec2.delete_route(**out)
    with refused("InvalidRoute.NotFound", f"no route with destination-cidr-block 0.0.0.0/0 in route table {table}"):
        ec2.delete_route(**out)
    with refused("InvalidParameterValue", matching="cannot remove local route 10.70.0.0/16"):
        ec2.delete_route(RouteTableId=table, DestinationCidrBlock="10.70.0.0/16")


def test_a_route_leads_to_something_of_its_own_network(ec2, network):
    vpc, gateway, _ = network
    other = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    table = table_of(ec2, vpc)
    out = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    with refused(
        "InvalidParameterValue", f"route table {table} and network gateway {other} belong to different networks"
    ):
        ec2.create_route(**out, GatewayId=other)
    with refused("InvalidGatewayID.NotFound"):
        ec2.create_route(**out, GatewayId="igw-1")
    with refused("InvalidNatGatewayID.NotFound"):
        ec2.create_route(**out, NatGatewayId="nat-1")
    with refused("InvalidInstanceID.NotFound"):
        ec2.create_route(**out, InstanceId="i-1")
    with refused("InvalidParameterValue", matching="equal to or more specific than one of this VPC's CIDR blocks"):
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.70.9.0/24", GatewayId=gateway)

    ec2.create_route(**out, GatewayId=gateway)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    assert [route["State"] for route in shown(ec2, table)["Routes"]] == ["active", "blackhole"]


def test_a_subnet_uses_one_table(ec2, network):
    vpc, _, subnet = network
    one, other = table_of(ec2, vpc), table_of(ec2, vpc)
    tie = ec2.associate_route_table(RouteTableId=one, SubnetId=subnet)
    assert tie["AssociationState"] == {"State": "associated"}
    with refused("Resource.AlreadyAssociated"):
        ec2.associate_route_table(RouteTableId=other, SubnetId=subnet)
    with refused("DependencyViolation", f"The routeTable '{one}' has dependencies and cannot be deleted."):
        ec2.delete_route_table(RouteTableId=one)
    moved = ec2.replace_route_table_association(AssociationId=tie["AssociationId"], RouteTableId=other)
    assert shown(ec2, one)["Associations"] == []
    [association] = shown(ec2, other)["Associations"]
    assert (association["SubnetId"], association["Main"]) == (subnet, False)
    assert association["RouteTableAssociationId"] == moved["NewAssociationId"]
    ec2.disassociate_route_table(AssociationId=moved["NewAssociationId"])
    with refused("InvalidAssociationID.NotFound"):
        ec2.disassociate_route_table(AssociationId=moved["NewAssociationId"])
    ec2.associate_route_table(RouteTableId=one, SubnetId=subnet)
    ec2.delete_subnet(SubnetId=subnet)
    assert shown(ec2, one)["Associations"] == []
    ec2.delete_route_table(RouteTableId=one)


def test_another_table_becomes_the_main_one(ec2, network):
    vpc, gateway, _ = network
    first = main_table(ec2, vpc)
    [main] = first["Associations"]
    with refused("InvalidParameterValue", matching="cannot disassociate the main route table association"):
        ec2.disassociate_route_table(AssociationId=main["RouteTableAssociationId"])
    with refused("DependencyViolation"):
        ec2.delete_route_table(RouteTableId=first["RouteTableId"])
    ec2.create_route(RouteTableId=first["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)

    table = table_of(ec2, vpc, Name="private")
    ec2.replace_route_table_association(AssociationId=main["RouteTableAssociationId"], RouteTableId=table)
    assert main_table(ec2, vpc)["RouteTableId"] == table
    kept = shown(ec2, first["RouteTableId"])
    assert (kept["Associations"], len(kept["Routes"])) == ([], 2)
    with refused("DependencyViolation"):
        ec2.delete_route_table(RouteTableId=table)
    ec2.delete_route_table(RouteTableId=first["RouteTableId"])
    found = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    assert [(one["RouteTableId"], one["Tags"]) for one in found] == [(table, [{"Key": "Name", "Value": "private"}])]


def test_a_vpc_stays_while_it_has_tables_of_its_own(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.71.0.0/16")["Vpc"]["VpcId"]
    main = main_table(ec2, vpc)["RouteTableId"]
    table = table_of(ec2, vpc)
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=vpc)
    ec2.delete_route_table(RouteTableId=table)
    ec2.delete_vpc(VpcId=vpc)
    with refused("InvalidRouteTableID.NotFound"):
        ec2.describe_route_tables(RouteTableIds=[main])


def test_a_nat_gateway_holds_its_address(ec2, network):
    vpc, gateway, subnet = network
    address = ec2.allocate_address(Domain="vpc")
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address["AllocationId"])["NatGateway"]
    nat = made["NatGatewayId"]
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat])
    [found] = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"]
    [held] = found["NatGatewayAddresses"]
    assert (held["PublicIp"], found["ConnectivityType"]) == (address["PublicIp"], "public")
    [seen] = ec2.describe_addresses(AllocationIds=[address["AllocationId"]])["Addresses"]
    assert seen["AssociationId"] == held["AssociationId"]
    assert seen["NetworkInterfaceId"] == held["NetworkInterfaceId"]
    [interface] = ec2.describe_network_interfaces(NetworkInterfaceIds=[held["NetworkInterfaceId"]])["NetworkInterfaces"]
    assert (interface["InterfaceType"], interface["PrivateIpAddress"]) == ("nat_gateway", held["PrivateIp"])

    with refused("InvalidIPAddress.InUse"):
        ec2.release_address(AllocationId=address["AllocationId"])
    with refused("AuthFailure"):
        ec2.disassociate_address(AssociationId=held["AssociationId"])
    with refused("Resource.AlreadyAssociated"):
        ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address["AllocationId"])
    with refused("DependencyViolation", matching="has some mapped public address"):
        ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    with refused("DependencyViolation"):
        ec2.delete_subnet(SubnetId=subnet)
    table = table_of(ec2, vpc)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    assert shown(ec2, table)["Routes"][1]["NatGatewayId"] == nat

    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert shown(ec2, table)["Routes"][1]["State"] == "blackhole"
    with refused("NatGatewayNotFound", f"The Nat Gateway {nat} was not found"):
        ec2.describe_nat_gateways(NatGatewayIds=[nat])
    with refused("InvalidAssociationID.NotFound"):
        ec2.disassociate_address(AssociationId=held["AssociationId"])
    ec2.release_address(AllocationId=address["AllocationId"])


def test_addresses_have_no_names_of_their_own(ec2):
    address = ec2.allocate_address(Domain="vpc")
    answer = ec2.describe_addresses_attribute(AllocationIds=[address["AllocationId"]], Attribute="domain-name")
    expected = {"PublicIp": address["PublicIp"], "AllocationId": address["AllocationId"]}
    assert answer["Addresses"] == [expected]
    ec2.release_address(AllocationId=address["AllocationId"])
