"""The rest protocols on the wire: paths that mean nothing, errors and their headers."""

import pytest

import raw_http


def ask(server, root, method, path, service="apigateway"):
    headers = raw_http.signed_headers(server, root, service, {}, b"", method=method, path=path)
    return raw_http.send(server, method, path, headers)


def test_an_error_names_its_type_in_a_header(server, root):
    answer = ask(server, root, "GET", "/restapis/nothere")
    assert answer.status == 404
    assert {k.lower(): v for k, v in answer.headers.items()}["x-amzn-errortype"] == "NotFoundException"
    assert answer.json["message"].startswith("Invalid API identifier specified")


@pytest.mark.parametrize("method,path", [("GET", "/nothing"), ("PUT", "/restapis"), ("GET", "/restapis/a/b/c/d")])
def test_a_path_that_no_operation_has_is_unknown(server, root, method, path):
    answer = ask(server, root, method, path)
    assert answer.status == 404
    assert {k.lower(): v for k, v in answer.headers.items()}["x-amzn-errortype"] == "UnknownOperationException"


def test_a_path_spelled_otherwise_is_not_served(server, root):
    assert ask(server, root, "GET", "/restapis/../restapis").status == 404


def test_a_key_scoped_to_another_service_reaches_nothing(server, root):
    answer = ask(server, root, "GET", "/restapis", service="kms")
    assert answer.status in (403, 404)


def test_a_distribution_that_is_not_there_is_an_xml_error(server, root):
    answer = ask(server, root, "GET", "/2020-05-31/distribution/ENOTHERE", service="cloudfront")
    assert answer.status == 404
    assert "<ErrorResponse" in answer.text and "<Code>NoSuchDistribution</Code>" in answer.text
    assert "<RequestId>" in answer.text and "<Type>Sender</Type>" in answer.text
