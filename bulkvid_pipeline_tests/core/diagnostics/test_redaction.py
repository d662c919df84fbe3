"""Secrets planted everywhere: none of them is found again, in any of the usual encodings."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
import time
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bulkvid_pipeline.core.diagnostics.redaction import HIDDEN, LOOKED_AT, Redactor, encodings, secrets_in

SECRETS = st.one_of(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=60),
    st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=6, max_size=30),
)
PLAIN = st.text(max_size=60)

ENCODED: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in an address": lambda text: quote(text, safe=""),
    "in an address, in lower case": lambda text: re.sub("%..", lambda code: code[0].lower(), quote(text, safe="")),
    "in an address, in part": lambda text: quote(text, safe="!$&'()*+,;=:@[]"),
    "in a form": quote_plus,
    "twice in an address": lambda text: quote(quote(text, safe=""), safe=""),
    "in JSON": lambda text: json.dumps(text)[1:-1],
    "in JSON as UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "in JSON in JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "in HTML": html.escape,
    "in Python": lambda text: repr(text)[1:-1],
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "as user and password": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "amid something in base64": lambda text: base64.b64encode(f"abcd{text}xyz".encode()).decode(),
    "in hexadecimal": lambda text: text.encode().hex(),
}


def found_in(text: str, secret: str) -> list[str]:
    return [name for name, encode in ENCODED.items() if encode(secret) in text]


@pytest.mark.parametrize("encoding", ENCODED)
@settings(max_examples=25)
@given(secret=SECRETS, before=PLAIN, after=PLAIN)
def test_a_known_secret_is_in_no_text_however_it_was_encoded(
    encoding: str, secret: str, before: str, after: str
) -> None:
    planted = ENCODED[encoding](secret)
    assume(not found_in(before + HIDDEN + after, secret))
    assert not found_in(Redactor(frozenset({secret})).text(before + planted + after), secret)


@given(secret=SECRETS, at=st.integers(1, 80), most=st.integers(10, 100))
def test_the_end_of_a_shortened_text_is_no_beginning_of_a_secret(secret: str, at: int, most: int) -> None:
    shown = Redactor(frozenset({secret})).text("." * at + secret + "." * 300, most)
    assert secret[:5] not in shown or secret[:5] == "." * 5


def test_a_secret_at_the_end_of_what_is_read_is_not_shown_in_part() -> None:
    secret = "q7Zr-very-secret-value"
    for cut in range(1, len(secret)):
        shown = Redactor(frozenset({secret})).text("x" * (LOOKED_AT - cut) + secret, LOOKED_AT + 100)
        assert secret[:4] not in shown


@given(value=st.from_regex(r"[A-Za-z0-9_.~-]{6,40}", fullmatch=True), path=st.sampled_from(["", "/a", "/a/b.png"]))
def test_values_of_a_query_are_in_no_address_whoever_names_it(value: str, path: str) -> None:
    address = f"https://media.example{path}?name={value}&{value}#{value}"
    assume(value not in "https://media.example/a/b.png?name=[redacted]&[redacted]")
    redactor = Redactor()
    for shown in (
        redactor.url(address),
        redactor.text(f"GET {address} failed"),
        redactor.text(json.dumps({"next": address}).replace("/", "\\/")),
        redactor.text(json.dumps({"next": address}).replace("&", "\\u0026").replace(f"#{value}", "")),
        redactor.headers({"Location": address})["location"],
        redactor.headers({"Referer": address})["referer"],
        redactor.text(f"/relative{path}?name={value} is gone"),
        redactor.text(html.escape(address).replace(f"#{value}", "")),
    ):
        assert f"={value}" not in shown


def test_user_information_is_in_no_address() -> None:
    redactor = Redactor()
    assert redactor.url("https://ada:hunter22@store.example/x") == "https://store.example/x"
    assert "hunter22" not in redactor.text("could not reach postgresql://ada:hunter22@db.example/videos")
    assert "hunter22" not in redactor.text('{"at": "https:\\/\\/ada:hunter22@store.example\\/x"}')
    assert "hunter22" not in redactor.text("proxy http://ada:hunter22@proxy.example:3128 refused")


@pytest.mark.parametrize(
    "text",
    [
        '{"access_token": "PLANTED", "expires_in": 3599}',
        '{"access_token":"PLANTED',
        "{'refresh_token': 'PLANTED'}",
        '{"password": "it\'s PLANTED"}',
        '{"password": "with \\" quote PLANTED"}',
        '{"inner": "{\\"client_secret\\": \\"PLANTED\\"}"}',
        '{"api_key": PLANTED}',
        '{"x-api-key": "PLANTED", "apiKey": "PLANTED"}',
        "<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>PLANTED</AWSAccessKeyId></Error>",
        "<StringToSign>AWS4-HMAC-SHA256\n20261128\nPLANTED</StringToSign>",
        "<SessionToken>PLANTED</SessionToken>",
        "Authorization: Bearer PLANTED",
        "authorization=Basic PLANTED",
        "Set-Cookie: sid=PLANTED; Path=/",
        "the token: [PLANTED]",
        "sent Bearer PLANTED and was refused",
        "X-Amz-Signature=PLANTED",
        "https://bucket.example/a.mp4?X-Amz-Credential=PLANTED&X-Amz-Signature=PLANTED",
        '{"url": "https:\\/\\/bucket.example\\/a.mp4?X-Amz-Signature=PLANTED"}',
        "-----BEGIN PRIVATE KEY-----\nPLANTED\nPLANTED\n-----END PRIVATE KEY-----",
        '{"private_key": "-----BEGIN RSA PRIVATE KEY-----\\nPLANTED\\n-----END RSA PRIVATE KEY-----\\n"}',
        "-----BEGIN PRIVATE KEY-----\nPLANTED",
        "webhook-signature: v1,PLANTED",
    ],
)
def test_what_stands_where_secrets_stand_is_hidden_though_nobody_knew_it(text: str) -> None:
    shown = Redactor().text(text.replace("PLANTED", "Zq81vXw07pLm"))
    assert "Zq81vXw07pLm" not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize(
    "token",
    [
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJlLW9mLWl0",
        "ya29.a0AfH6SMBx-longish_token",
        "AIzaSyA-0123456789abcdefghijklmnopqrstu",
        "AKIAIOSFODNN7EXAMPLE",
        "sk-proj-0123456789abcdef",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "ghp_0123456789abcdefghij",
        "xoxb-0123456789-abcdefghij",
    ],
)
def test_tokens_of_known_forms_are_hidden_wherever_they_stand(token: str) -> None:
    assert token[:12] not in Redactor().text(f"it said {token} and no more")


def test_only_headers_that_never_hold_secrets_are_shown() -> None:
    shown = Redactor().headers(
        {
            "Content-Type": "application/json",
            "Retry-After": "30",
            "X-RateLimit-Remaining": "0",
            "Authorization": "Bearer abcdefgh",
            "Cookie": "sid=abcdefgh",
            "X-Amz-Security-Token": "abcdefgh",
            "X-Goog-Api-Key": "abcdefgh",
            "webhook-signature": "v1,abcdefgh",
            "X-Whatever-They-Call-It": "abcdefgh",
        }
    )
    assert shown["content-type"] == "application/json"
    assert (shown["retry-after"], shown["x-ratelimit-remaining"]) == ("30", "0")
    assert "abcdefgh" not in json.dumps(shown)
    assert shown["authorization"] == HIDDEN


def test_a_secret_in_the_name_or_value_of_a_shown_header_is_hidden() -> None:
    shown = Redactor(frozenset({"hunter22"})).headers(
        {"X-Hunter22": "1", "x-hunter22-hunter22": "1", "Server": "hunter22"}
    )
    assert "hunter22" not in json.dumps(shown)


@given(secret=st.from_regex(r"[A-Za-z0-9_-]{12,40}", fullmatch=True))
def test_what_a_request_held_is_not_shown_when_it_comes_back(secret: str) -> None:
    assume(secret.lower() not in "https://hook.example/services/")
    seen = list(
        secrets_in(
            f"https://user:pw-{secret}@hook.example/x?key={secret}&odd",
            {"Authorization": f"Bearer {secret}", "X-Api-Key": secret, "Cookie": f"a={secret}"},
            f"grant_type=x&assertion={secret}",
        )
    )
    shown = Redactor().knowing(seen).text(f"You sent {secret}, pw-{secret} and {quote(secret)}: no")
    assert secret not in shown


def test_callback_addresses_that_are_secrets_themselves_are_hidden_in_part() -> None:
    slack = "https://hooks.slack.com/services/T00000000/B0000000000A/XXXXxxxx1234abcdEFGH5678"
    assert Redactor().url(slack, hide_path=True).endswith(f"/services/{HIDDEN}/{HIDDEN}/{HIDDEN}")
    discord = (
        "https://discord.com/api/webhooks/1234567890123456789/aBcDeFgHiJkLmNoPqRsTuVwXyZ-0123456789_abcdefghijklmnop"
    )
    assert Redactor().url(discord, hide_path=True) == f"https://discord.com/api/webhooks/{HIDDEN}/{HIDDEN}"
    ours = "https://ours.example/api/v1/callbacks/videos"
    assert Redactor().url(ours, hide_path=True) == ours
    for secret in ("opensesame", "open-sesame-please", "hunter2", "%70lanted", "planted@home"):
        assert Redactor().url(f"{ours}/{secret}", hide_path=True) == f"{ours}/{HIDDEN}"


def test_bodies_are_shortened_and_what_is_no_text_is_described() -> None:
    redactor = Redactor()
    assert redactor.body(b"\x89PNG\r\n\x1a\n\0\0", "image/png", size=123_456) == "[image/png, 123,456 bytes]"
    assert redactor.body(bytes(range(256)), "") == "[binary, 256 bytes]"
    assert redactor.body(object(), "video/mp4", size=5) == "[video/mp4, 5 bytes]"
    assert redactor.body(None) == redactor.body(b"") == ""
    assert len(redactor.body("x" * 50_000, "text/plain", most=200)) <= 201
    assert redactor.body("ü".encode() * 40_000, "text/plain", most=10) == "ü" * 10 + "…"
    assert redactor.body(b"a=hidden1&b=hidden2", "application/x-www-form-urlencoded") == f"a={HIDDEN}&b={HIDDEN}"


def test_ordinary_words_stay_readable() -> None:
    said = "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user'"
    document = json.dumps({"error": {"code": 429, "message": said, "status": "RESOURCE_EXHAUSTED"}})
    redactor = Redactor(frozenset({"hunter22"}))
    assert redactor.text(document) == document
    assert redactor.url("https://sheets.googleapis.com/v4/spreadsheets/1A2b/values/A%3AJ?alt=json") == (
        f"https://sheets.googleapis.com/v4/spreadsheets/1A2b/values/A%3AJ?alt={HIDDEN}"
    )


@given(st.text(max_size=400))
def test_any_text_is_taken_and_taking_it_twice_changes_nothing_more(text: str) -> None:
    redactor = Redactor(frozenset({"hunter22"}))
    once = redactor.text(text)
    assert redactor.text(once).replace(HIDDEN, "") == redactor.text(redactor.text(once)).replace(HIDDEN, "")
    redactor.body(text.encode("utf-8", "replace"))
    redactor.url(text, hide_path=True)


@pytest.mark.parametrize(
    "piece", ["a-", "\\", '"', "<", "token", "token=", '"token":"', "https://", "&a=", "eyJ", "%26", "A" * 9]
)
def test_no_text_takes_long_however_it_is_made(piece: str) -> None:
    text = (piece * LOOKED_AT)[: 2 * LOOKED_AT]
    began = time.process_time()
    Redactor(frozenset({"hunter22"})).body(text, "text/plain")
    assert time.process_time() - began < 2.0


def test_the_encodings_of_a_short_secret_are_no_ordinary_words() -> None:
    assert all(len(form) >= 4 for form in encodings("abcd"))


def test_a_secret_of_three_letters_eats_nothing() -> None:
    said = "Access denied to the access point of the ace"
    assert Redactor(frozenset({"a", "ac", "ace", ""})).text(said) == said


def test_a_secret_that_is_an_ordinary_word_does_not_eat_the_log_nor_open_what_its_field_hides() -> None:
    redactor = Redactor(frozenset({"test", "secret", "password", "token", "12345", "Bearer", "https"}))
    assert redactor.text("the latest contest of 1234567 tests") == "the latest contest of 1234567 tests"
    assert redactor.text("signed in as test:12345") == f"signed in as {HIDDEN}:{HIDDEN}"
    for text in (
        '{"client_secret": "Zq81vXw07pLm"}',
        '{"password": "Zq81vXw07pLm"}',
        "<SessionToken>Zq81vXw07pLm</SessionToken>",
        "Authorization: Bearer Zq81vXw07pLm",
        "token=Zq81vXw07pLm",
        "https://store.example/a?token=Zq81vXw07pLm",
        "https://ada:Zq81vXw07pLm@store.example/",
    ):
        assert "Zq81" not in redactor.text(text), text
        assert "Zq81" not in redactor.text(f"100 % of {text} \\n"), text


@pytest.mark.parametrize(
    "break_up",
    [
        lambda text: "\n".join(text[at : at + 5] for at in range(0, len(text), 5)),
        lambda text: "\r\n\t ".join(text[at : at + 4] for at in range(0, len(text), 4)),
        lambda text: "\\n".join(text[at : at + 5] for at in range(0, len(text), 5)),
        lambda text: json.dumps(json.dumps("\r\n".join(text[at : at + 7] for at in range(0, len(text), 7)))),
        lambda text: base64.encodebytes((text * 3).encode()).decode(),
        lambda text: json.dumps({"body": base64.encodebytes((text * 3).encode()).decode()}),
        lambda text: quote(quote(quote(text, safe=""), safe="")),
    ],
    ids=["lines", "indented", "escaped", "escaped twice", "mail", "mail in JSON", "three times in an address"],
)
def test_a_secret_that_is_broken_over_lines_is_hidden(break_up: Callable[[str], str]) -> None:
    secret = "Zq81vXw07pLm+Kd/93nB=qq4"
    shown = Redactor(frozenset({secret})).text(f"before it {break_up(secret)} after it")
    assert HIDDEN in shown
    solid = re.sub(r"\\+[nrt]|\s", "", shown)
    assert secret not in solid
    assert "Zq81" not in solid
    assert base64.b64encode((secret * 3).encode()).decode()[:12] not in solid


def test_what_is_compressed_is_not_shown_though_it_calls_itself_text() -> None:
    packed = gzip.compress(b'{"access_token": "Zq81vXw07pLm"}', mtime=0x01020304)
    deflated = zlib.compress(b'{"access_token": "Zq81vXw07pLm"}' * 3)
    for body in (packed, deflated, deflated[2:]):
        assert Redactor().body(body, "application/json") == f"[application/json, {len(body)} bytes]"


def test_what_google_says_of_a_token_is_shown_and_the_token_is_not() -> None:
    said = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
    assert Redactor().text(json.dumps({"error_description": said})) == json.dumps({"error_description": said})
    token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJlLW9mLWl0"
    assert Redactor().text(f"Invalid JWT: {token} is old") == f"Invalid JWT: {HIDDEN} is old"
    assert "Zq81" not in Redactor().text("Invalid token: Zq81vXw07pLm")
    assert "Zq81" not in Redactor().text("jwt: Zq81vXw07pLm")
