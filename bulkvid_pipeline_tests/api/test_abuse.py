"""Requests that no well-meaning client sends, against the API's real process: each is answered quickly and clearly."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator

import pytest

from bulkvid_pipeline_tests.api.raw_http import connected, head, read
from bulkvid_pipeline_tests.api.target import JOBS, JSON, Target, target
from bulkvid_pipeline_tests.waiting import wait_until

__all__ = ["target"]  # the fixture
pytestmark = [pytest.mark.heavy, pytest.mark.parametrize("target", ["sqlite", "postgres"], indirect=True)]


@pytest.fixture(autouse=True)
def it_stays_well(target: Target) -> Iterator[None]:
    """Whatever a test sends: afterwards the server answers, has failed at nothing, and its log gives nothing away."""
    yield
    assert target.get(target.job).status == 200
    assert "Traceback" not in target.server.log
    assert target.bearer.rpartition(" ")[2] not in target.server.log


def chunked(*parts: bytes) -> list[bytes]:
    return [f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts]


# Headers


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(["X-Big: " + "a" * 65_536], id="64 KiB"),
        pytest.param(["X-Big: " + "a" * 5_000_000], id="5 MB"),
        pytest.param([f"X-{number}: {'a' * 10}" for number in range(5_000)], id="5,000"),
        pytest.param(["If-None-Match: " + ", ".join(f'"{number:08}"' for number in range(10_000))], id="10^4 tags"),
        pytest.param(["Accept-Encoding: " + ",".join(["gzip;q=0.1"] * 10_000)], id="10^4 encodings"),
    ],
)
def test_headers_that_are_too_large_are_refused(target: Target, headers: list[str]) -> None:
    answer = target.get(JOBS, *headers)

    assert (answer.status, answer.error["code"]) == (431, "HEADERS_TOO_LARGE")


@pytest.mark.parametrize(
    "headers",
    [
        ["If-None-Match: " + ", ".join(f'"{number:06}"' for number in range(5_000))],
        ["Accept-Encoding: gzip;q=0, *;q=0, x-bomb, " + ",".join(["br"] * 500)],
        ["Accept: " + ",".join(["*/*"] * 1_000)],
    ],
)
def test_long_lists_within_the_bound_do_no_harm(target: Target, headers: list[str]) -> None:
    assert target.get(JOBS, *headers).status == 200


def test_headers_that_never_end_are_given_up(target: Target) -> None:
    with connected(target.server.port) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        answer = read(slow)

    assert (answer.status, answer.error["code"]) == (408, "REQUEST_TIMEOUT")


def test_two_tokens_are_none(target: Target) -> None:
    answer = target.get(JOBS, target.bearer)

    assert (answer.status, answer.error["code"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    "lengths",
    [
        ["Content-Length: 2", "Content-Length: 2"],
        ["Content-Length: 2", "Content-Length: 5"],
        ["Content-Length: 2", "Transfer-Encoding: chunked"],
        ["Content-Length: 2, 2"],
        ["Content-Length: -2"],
        ["Content-Length: +2"],
        ["Content-Length: 0x2"],
        ["Content-Length: " + "9" * 400],
        ["Transfer-Encoding: identity"],
        ["Transfer-Encoding: chunked, identity"],
    ],
)
def test_a_body_whose_length_can_be_understood_in_two_ways_is_refused(target: Target, lengths: list[str]) -> None:
    answer = target.send(head("POST", JOBS, target.bearer, JSON, *lengths) + b"{}   ")

    assert (answer.status, answer.headers["connection"]) == (400, "close")
    assert answer.error["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("injected", ["a\r\n b", "a\0b", "a\nSet-Cookie: x", "a\rb"])
def test_no_header_can_be_smuggled_in_by_an_id(target: Target, injected: str) -> None:
    answer = target.get(JOBS, f"X-Request-Id: {injected}")

    assert answer.status == 400
    assert "set-cookie" not in answer.headers
    assert answer.error["request_id"].startswith("req_")


@pytest.mark.parametrize(
    "host",
    [
        *(
            "Host: ",
            "Host: a b",
            "Host: \udcff",
            "Host: [::1",
            "Host: x:99999999",
            "Host: x/../y",
            "Host: a@b",
            "Host: a,b",
        ),
        *("Host: " + "a" * 5_000, "Host: x\r\nHost: y", ""),
    ],
)
def test_a_host_that_is_none_is_refused(target: Target, host: str) -> None:
    answer = target.send(head("GET", f"{target.job}/results", target.bearer, host=host))

    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("host", ["Host: localhost", "Host: 127.0.0.1:80", "Host: [::1]:8000", "Host: API.example."])
def test_hosts_are_names_and_addresses(target: Target, host: str) -> None:
    assert target.send(head("GET", JOBS, target.bearer, host=host)).status == 200


# Methods and versions


def test_http_1_0_is_spoken(target: Target) -> None:
    answer = target.send(head("GET", JOBS, target.bearer, version="HTTP/1.0", host=""))

    assert (answer.status, answer.headers["connection"]) == (200, "close")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PATCH", "PROPFIND"])
def test_methods_that_a_route_does_not_have_are_refused(target: Target, method: str) -> None:
    answer = target.send(head(method, target.job, target.bearer))

    assert answer.status == 405
    assert "GET" in answer.headers["allow"]
    assert method == "HEAD" or target.bearer.encode() not in answer.body


@pytest.mark.parametrize(
    "sent",
    [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100) + b"\r\n\r\n",
        b"GET / HTTP/3.0\r\nHost: x\r\n\r\n",
        b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX Y: z\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX : z\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused_in_the_one_shape(target: Target, sent: bytes) -> None:
    answer = target.send(sent)

    assert answer.status in {400, 431}
    assert answer.error["fix"]


def test_an_upgrade_to_another_protocol_is_not_taken_up(target: Target) -> None:
    wanted = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: eA==", "Sec-WebSocket-Version: 13")

    assert target.get(JOBS, *wanted).status == 200


# Bodies


def test_a_body_without_a_length_is_refused_when_it_passes_the_limit(target: Target) -> None:
    parts = chunked(*[b"x" * 65_536] * 20)
    answer = target.send(head("POST", JOBS, target.bearer, JSON, "Transfer-Encoding: chunked"), *parts)

    assert (answer.status, answer.error["code"], answer.headers["connection"]) == (413, "BODY_TOO_LARGE", "close")


def test_a_body_that_stops_arriving_is_given_up(target: Target) -> None:
    with connected(target.server.port) as slow:
        slow.sendall(head("POST", JOBS, target.bearer, JSON, "Content-Length: 100") + b"{")
        began = time.monotonic()
        others = [target.get(target.job).status for _ in range(20)]
        answered_s = time.monotonic() - began
        answer = read(slow)

    assert others == [200] * 20
    assert answered_s < 10  # they did not wait for the slow one
    assert (answer.status, answer.headers["connection"]) == (408, "close")


def test_many_slow_bodies_hold_nobody_up(target: Target) -> None:
    slow = [connected(target.server.port) for _ in range(200)]
    for connection in slow:
        connection.sendall(head("POST", "/api/sheets", target.bearer, "Content-Type: text/csv", "Content-Length: 999"))
    began = time.monotonic()
    statuses = {target.get(target.job).status for _ in range(20)}
    answered_s = time.monotonic() - began
    for connection in slow:
        connection.close()

    assert statuses == {200}
    assert answered_s < 10


@pytest.mark.parametrize("path", [JOBS, "/api/sheets/preview", "/api/templates/deep"])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="deep lists"),
        pytest.param(b'{"title":' * 100_000 + b"1" + b"}" * 100_000, id="deep objects"),
        pytest.param(b'{"title":' + b"[" * 900 + b"]" * 900 + b"}", id="deep title"),
        pytest.param(b'{"processing_deadline_ms": NaN}', id="NaN"),
        pytest.param(b'{"processing_deadline_ms": -Infinity}', id="-Infinity"),
        pytest.param(b'{"processing_deadline_ms": 1e400}', id="1e400"),
        pytest.param(b'{"rows": ' + b"9" * 4_000 + b"}", id="4,000 digits"),
        pytest.param(b'{"rows": ' + b"9" * 5_000 + b"}", id="5,000 digits"),
        pytest.param(b'{"title": "\xc0\xaf"}', id="overlong"),
        pytest.param(b'{"title": "\xff"}', id="no UTF-8"),
        pytest.param(b"{} x", id="more than one value"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="half"),
    ],
)
def test_json_that_cannot_be_used_is_refused(target: Target, path: str, body: bytes) -> None:
    method = "PUT" if "templates" in path else "POST"
    answer = target.post(path, body, method=method)

    assert answer.status == 400
    assert answer.error["fix"]


def test_of_two_equal_json_keys_the_last_counts(target: Target) -> None:
    twice = f'{{"input_source":{{"path":"nothing"}},"input_source":{{"path":"{target.upload()}"}}}}'.encode()

    assert target.post(f"{JOBS}?dry_run=true", twice).status == 200


@pytest.mark.parametrize("path", [JOBS, "/api/sheets"])
def test_compressed_bodies_are_refused(target: Target, path: str) -> None:
    kind = "Content-Type: text/csv" if path == "/api/sheets" else JSON
    answer = target.post(path, b"\x1f\x8b\x08\x00", "Content-Encoding: gzip", kind=kind)

    assert (answer.status, answer.error["field"]) == (415, "Content-Encoding")


HALF = ["\\ud800", "\\udc00\\ud800", "a\\u0000b", "\\u0000"]


@pytest.mark.parametrize("text", HALF)
@pytest.mark.parametrize(
    "field",
    [
        *("title", "priority", "callback_url", "input_source.range", "input_source.path", "output.format"),
        *("template.template_id", "template.overrides.style"),
    ],
)
def test_texts_that_no_database_takes_are_refused_by_name(target: Target, field: str, text: str) -> None:
    value = f'"{text}"'
    for part in reversed(field.split(".")):
        value = f'{{"{part}": {value}}}'
    for path in (JOBS, f"{JOBS}?dry_run=true", "/api/sheets/preview"):
        answer = target.post(path, value.encode())

        assert (answer.status, answer.error["field"]) == (400, field)


@pytest.mark.parametrize("text", HALF)
def test_nor_are_they_taken_as_keys_rows_or_parts_of_templates(target: Target, text: str) -> None:
    template = f'{{"template_id":"odd","name":"{text}","settings":{{}}}}'.encode()

    assert target.post(JOBS, f'{{"{text}": 1}}'.encode()).status == 400
    assert target.post("/api/templates/odd", template, method="PUT").status == 400
    assert target.post(f"{target.job}/retry", f'{{"items": ["{text}"]}}'.encode()).status in {400, 409}


# Paths and queries

ODD = ["%00", "a%00b", "%ED%A0%80", "%C0%AF", "%FF", "..%2F..%2Fetc%2Fpasswd", "%2e%2e", "a%2Fb", "9" * 400]
ODD += ["%F0%9F%98%80", "%0D%0AX:%20y", "a" * 5_000, "%25", "%5C", "%E2%80%AE", "%27%3B--", "NaN", "-1"]


def operations(target: Target) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Method, path and parameters of each operation, but those that stay open."""
    for path, methods in json.loads(target.get("/api/openapi.json").body)["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, [(one["in"], one["name"]) for one in operation.get("parameters", ())]


@pytest.mark.parametrize("odd", ODD)
def test_odd_values_in_path_and_query_are_no_fault_of_the_server(target: Target, odd: str) -> None:
    good = {"job_id": target.job_id, "row": "2", "upload_id": "x", "template_id": "odd", "delivery_id": "m"}
    good.update(token="t", name="n")
    failed = {}
    for method, path, parameters in operations(target):
        if path.endswith("/stream"):
            continue  # with a good id it would stay open
        headers = [target.bearer] if method == "GET" else [target.bearer, JSON]
        body = b"" if method == "GET" else b"{}"
        for place, name in parameters:
            if place == "header":
                continue
            values = {**good, name: odd} if place == "path" else good
            asked = path.format(**values) + (f"?{name}={odd}" if place == "query" else "")
            answer = target.send(head(method, asked, *headers, f"Content-Length: {len(body)}") + body)
            if answer.status == 0 or answer.status >= 500 or (answer.status >= 400 and not answer.error["fix"]):
                failed[f"{method} {asked[:80]}"] = answer.status

    assert failed == {}


def test_the_log_has_no_line_of_a_callers_making(target: Target) -> None:
    target.get("/api/bulk-jobs/x%0D%0A2026-01-01%20forged%1b[31m")
    wait_until(lambda: "forged" in target.server.log)

    [line] = [line for line in target.server.log.splitlines() if "forged" in line]
    assert "/api/bulk-jobs/x\\r\\n2026-01-01 forged\\x1b[31m 404" in line


@pytest.mark.parametrize("of", ["bulk-jobs", "bulk-jobs/{job}/items", "bulk-jobs/{job}/results", "webhooks/deliveries"])
@pytest.mark.parametrize(
    "query",
    [
        *(f"page_size=1{'0' * 400}", "page_size=0", "page_size=-1", "page_size=1.5", "page_size=%EF%BC%95"),
        *(f"page_token={'A' * 10_000}", "page_token=AAAA", "page_token=%F0%9F%98%80", "page_token=%ED%A0%80"),
    ],
)
def test_pages_that_cannot_be_are_refused_by_name(target: Target, of: str, query: str) -> None:
    answer = target.get(f"/api/{of.format(job=target.job_id)}?{query}")

    assert (answer.status, answer.error["field"]) == (400, query.partition("=")[0])


def test_a_page_token_is_good_for_its_own_list_alone(target: Target) -> None:
    for _ in range(2):
        body = json.dumps({"input_source": {"path": target.upload()}}).encode()
        assert target.post(JOBS, body).status == 201
    token = target.get(f"{JOBS}?page_size=1").data["next_page_token"]

    assert target.get(f"{JOBS}?page_size=1&page_token={token}").status == 200
    for other in (f"{JOBS}?q=a&", f"{JOBS}?order=asc&", f"{JOBS}?state=failed&", f"{target.job}/items?"):
        answer = target.get(f"{other}page_size=1&page_token={token}")
        assert (answer.status, answer.error["field"]) == (400, "page_token"), other


@pytest.mark.parametrize("cursor", ["x", "A" * 10_000, "%F0%9F%98%80", "-1", "AQB_HJ9"])
def test_cursors_that_are_none_are_refused(target: Target, cursor: str) -> None:
    for query in (f"events?cursor={cursor}", f"events?before={cursor}", f"stream?last_event_id={cursor}"):
        assert target.get(f"{target.job}/{query}").status == 400, query


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "ü", "😀", "\t", "a\r\nIdempotency-Key: b"])
def test_idempotency_keys_that_are_none_are_refused(target: Target, key: str) -> None:
    answer = target.post(JOBS, b"{}", f"Idempotency-Key: {key}")

    assert (answer.status, answer.error["field"]) == (400, "Idempotency-Key")


def test_an_idempotency_key_may_hold_any_printable_character(target: Target) -> None:
    body = json.dumps({"input_source": {"path": target.upload()}}).encode()
    key = "Idempotency-Key: ~!@#$%^&*()'\";-- %00 ../x"
    first, second = target.post(JOBS, body, key), target.post(JOBS, body, key)

    assert (first.status, second.status) == (201, 201)
    assert first.body == second.body
    assert second.headers["idempotent-replayed"] == "true"


# Files


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ("bytes=0-9", 206),
        ("bytes=-10", 206),
        ("bytes=999999999999-", 416),
        (f"bytes={'9' * 400}-", 416),
        ("bytes=-0", 416),
        ("bytes=0-9,999999999999-", 206),
        ("bytes=0-9, -10", 206),
        ("bytes=9-5", 200),
        ("bytes=--5", 200),
        ("bytes=a-b", 200),
        ("bytes=", 200),
        ("lines=0-9", 200),
        ("bytes=" + ",".join(["0-"] * 1_000), 200),
        ("bytes=" + ",".join(f"{at}-{at}" for at in range(0, 10_000, 2)), 200),
    ],
)
def test_odd_ranges_of_a_file(target: Target, wanted: str, status: int) -> None:
    link = target.link()
    size = len(target.get(link).body)
    answer = target.get(link, f"Range: {wanted}")

    assert answer.status == status, answer.body[:200]
    assert len(answer.body) <= size
    if status >= 400:
        assert answer.error["fix"]


def test_links_that_were_altered_or_made_up_lead_nowhere(target: Target) -> None:
    _, _, _, token, name = target.link().split("/")
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    altered = [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in range(len(raw))]
    tokens = [base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in altered[::7]]
    tokens += ["", "a", "=" * 10, "A" * 100, "%2e%2e%2f%2e%2e", "..", token[:-4], token + "AAAA", token + "%00", "é"]

    for made_up in tokens:
        answer = target.get(f"/api/files/{made_up}/{name}".encode().decode("latin-1"))
        assert answer.status in {400, 404}, made_up
    assert target.get(f"/api/files/{token}/..%2F..%2Fetc%2Fpasswd").status in {200, 404}


def test_the_log_does_not_hold_links_to_files(target: Target) -> None:
    token = target.link().split("/")[3]

    assert target.get(target.link()).status == 200
    wait_until(lambda: "GET /api/files/... 200" in target.server.log)
    assert token not in target.server.log
