"""Prometheus metrics on a port of their own."""

import re
import urllib.request

import pytest


@pytest.fixture
def metrics(new_server):
    server = new_server("--metrics-listen", "127.0.0.1:0")

    def read():
        address = re.search(r"metrics: (http://\S+)", server.log()).group(1)
        with urllib.request.urlopen(address, timeout=5) as answer:
            assert answer.headers["content-type"].startswith("text/plain")
            return answer.read().decode()

    return server, read


def sample(text, name, **labels):
    """The value of the one sample with these labels."""
    for line in text.splitlines():
        if line.startswith(name + "{") and all(f'{key}="{value}"' in line for key, value in labels.items()):
            return float(line.rsplit(" ", 1)[1])
    return 0.0


def test_calls_are_counted_by_operation_and_error(metrics, client):
    server, read = metrics
    kms = client("kms", on=server)
    kms.create_key()
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId="1234abcd-12ab-34cd-56ef-1234567890ab")
    text = read()
    assert sample(text, "haechi_calls_total", service="kms", operation="CreateKey", error="") == 1
    assert sample(text, "haechi_calls_total", service="kms", operation="DescribeKey", error="NotFoundException") == 1
    assert sample(text, "haechi_call_seconds_count", service="kms", operation="CreateKey") == 1


def test_the_version_is_told(metrics):
    _, read = metrics
    assert re.search(r'haechi_build_info\{version="\d+\.\d+\.\d+[^"]*"\} 1', read())
