"""An account of one's own, so that default VPCs and lists are nobody else's."""

import pytest


@pytest.fixture(scope="session")
def ec2(client):
    return client("ec2")


@pytest.fixture(scope="session")
def elbv2(client):
    return client("elbv2")


@pytest.fixture
def fresh(client, new_account):
    """A client of an account that has never looked."""
    return client("ec2", credentials=new_account().credentials)


@pytest.fixture
def vpc(ec2):
    return ec2.create_vpc(CidrBlock="10.50.0.0/16")["Vpc"]["VpcId"]
