"""The Price List API, and the bill that comes from the same file."""

import datetime
import json

import pytest

from aws_clients import refused


@pytest.fixture
def pricing(client):
    return client("pricing", region="us-east-1")


def test_kms_is_a_service_with_attributes(pricing):
    (service,) = pricing.describe_services(ServiceCode="awskms", FormatVersion="aws_v1")["Services"]
    assert service["ServiceCode"] == "awskms"
    assert {"location", "regionCode", "usagetype"} <= set(service["AttributeNames"])


def test_a_service_that_is_not_there_is_told(pricing):
    with pytest.raises(pricing.exceptions.ClientError) as caught:
        pricing.describe_services(ServiceCode="NoSuchService")
    assert caught.value.response["Error"]["Code"] in {"InvalidParameterException", "NotFoundException"}


def test_the_values_of_an_attribute_include_seoul(pricing):
    pages = pricing.get_paginator("get_attribute_values").paginate(ServiceCode="awskms", AttributeName="regionCode")
    values = {entry["Value"] for page in pages for entry in page["AttributeValues"]}
    assert {"ap-northeast-2", "eu-north-1", "us-east-1"} <= values


def test_a_key_costs_a_dollar_a_month_in_seoul(pricing):
    filters = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": "ap-northeast-2"}]
    pages = pricing.get_paginator("get_products").paginate(ServiceCode="awskms", Filters=filters)
    products = [json.loads(product) for page in pages for product in page["PriceList"]]
    assert products
    assert {product["product"]["attributes"]["regionCode"] for product in products} == {"ap-northeast-2"}
    prices = [
        (dimension["unit"].lower(), float(dimension["pricePerUnit"]["USD"]))
        for product in products
        for term in product["terms"]["OnDemand"].values()
        for dimension in term["priceDimensions"].values()
    ]
    assert any("key" in unit and price == 1.0 for unit, price in prices), prices
    assert any("request" in unit and price == pytest.approx(0.000003) for unit, price in prices), prices


def test_asking_needs_permission(client, new_user):
    _, credentials = new_user()
    with refused("AccessDeniedException", matching="pricing:DescribeServices"):
        client("pricing", region="us-east-1", credentials=credentials).describe_services()


def test_the_bill_counts_keys_and_calls(new_server, client):
    server = new_server()
    kms = client("kms", on=server)
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    for _ in range(10):
        kms.encrypt(KeyId=key_id, Plaintext=b"x")
    month = datetime.datetime.now(datetime.UTC).strftime("%Y-%m")
    bill = server.run("bill", "--month", month).stdout
    assert "ap-northeast-2" in bill
    assert "USD" in bill
