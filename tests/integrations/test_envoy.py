"""Envoy's two protocols, spoken by gRPC's own client with messages made from Envoy's files."""

import pytest

grpc = pytest.importorskip("grpc")
core = pytest.importorskip("envoy_data_plane.envoy.config.core.v3")
auth = pytest.importorskip("envoy_data_plane.envoy.service.auth.v3")
proc = pytest.importorskip("envoy_data_plane.envoy.service.ext_proc.v3")

BROWSER = {"user-agent": "Mozilla/5.0 Firefox/130.0", "accept": "text/html"}


@pytest.fixture(scope="module")
def channel(verdicts):
    with grpc.insecure_channel(verdicts.addresses["envoy"]) as channel:
        yield channel


@pytest.fixture
def check(channel):
    call = channel.unary_unary(
        "/envoy.service.auth.v3.Authorization/Check",
        request_serializer=bytes,
        response_deserializer=auth.CheckResponse.parse,
    )

    def ask(path, method="GET", body=b"", metadata=(), raw=False, **headers):
        headers = BROWSER | headers | {":authority": "shop.example", ":path": path, ":method": method}
        http = auth.AttributeContextHttpRequest(
            method=method, path=path, host="shop.example", scheme="http", protocol="HTTP/1.1", size=len(body)
        )
        if raw:
            values = [core.HeaderValue(key=name, raw_value=value.encode()) for name, value in headers.items()]
            http.header_map = core.HeaderMap(headers=values)
            http.raw_body = body
        else:
            http.headers = headers
            http.body = body.decode()
        source = auth.AttributeContextPeer(
            address=core.Address(socket_address=core.SocketAddress(address="192.0.2.7", port_value=4711))
        )
        request = auth.AttributeContextRequest(http=http)
        return call(
            auth.CheckRequest(attributes=auth.AttributeContext(source=source, request=request)),
            metadata=metadata,
            timeout=10,
        )

    return ask


def header(options, name):
    return next((o.header.raw_value.decode() or o.header.value for o in options if o.header.key == name), None)


@pytest.mark.parametrize("raw", [False, True])
def test_ext_authz_passes_plain_requests_and_denies_injections(check, raw):
    assert check("/", raw=raw).status.code == 0
    denied = check("/items?id=1%27%20or%201%3D1--%20-", raw=raw)
    assert (denied.status.code, denied.denied_response.status.code) == (7, 403)
    body = check("/login", "POST", b"user=kim'%20or%201%3D1--%20-", raw=raw)
    assert body.denied_response.status.code == 403


def test_ext_authz_inserts_headers_and_gives_custom_responses(check):
    passed = check("/mark")
    assert header(passed.ok_response.headers, "x-amzn-waf-seen") == "yes"
    denied = check("/teapot").denied_response
    assert (denied.status.code, denied.body) == (429, '{"error": "too many requests"}')
    assert header(denied.headers, "x-reason") == "teapot"


def test_ext_authz_with_a_web_acl_that_is_not_there_denies(check):
    answer = check("/", metadata=[("x-haechi-web-acl", "arn:aws:wafv2:us-east-1:1:regional/webacl/no/1")])
    assert answer.status.code == 14


@pytest.fixture
def process(channel):
    call = channel.stream_stream(
        "/envoy.service.ext_proc.v3.ExternalProcessor/Process",
        request_serializer=bytes,
        response_deserializer=proc.ProcessingResponse.parse,
    )

    def ask(path, method="GET", bodies=()):
        headers = BROWSER | {":authority": "shop.example", ":path": path, ":method": method, ":scheme": "http"}
        headers["x-forwarded-for"] = "10.0.0.1, 192.0.2.7"
        values = [core.HeaderValue(key=name, raw_value=value.encode()) for name, value in headers.items()]
        head = proc.HttpHeaders(headers=core.HeaderMap(headers=values), end_of_stream=not bodies)
        requests = [proc.ProcessingRequest(request_headers=head)]
        for at, body in enumerate(bodies):
            part = proc.HttpBody(body=body, end_of_stream=at == len(bodies) - 1)
            requests.append(proc.ProcessingRequest(request_body=part))
        return list(call(iter(requests), timeout=10))

    return ask


def test_ext_proc_decides_with_the_headers_when_there_is_no_body(process):
    (passed,) = process("/mark")
    mutation = passed.request_headers.response.header_mutation
    assert header(mutation.set_headers, "x-amzn-waf-seen") == "yes"
    (refused,) = process("/search?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert refused.immediate_response.status.code == 403


def test_ext_proc_decides_with_the_last_of_the_body(process):
    head, first, last = process("/login", "POST", [b"user=kim'%20or", b"%201%3D1--%20-"])
    assert head.request_headers is not None and first.request_body is not None
    assert last.immediate_response.status.code == 403
    head, body = process("/login", "POST", [b"user=kim"])
    assert head.request_headers is not None and body.request_body is not None


def test_other_services_are_not_implemented(channel):
    call = channel.unary_unary("/grpc.health.v1.Health/Check", request_serializer=bytes, response_deserializer=bytes)
    with pytest.raises(grpc.RpcError) as error:
        call(b"", timeout=10)
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED
