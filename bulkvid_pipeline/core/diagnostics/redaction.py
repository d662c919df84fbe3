"""Taking secrets out of what is kept of a request.

Known secrets are found in every usual encoding. What is not known beforehand is found by where it stands: the values of
a query, user information of an address, headers, fields whose names tell, and tokens whose forms are known. Where in
doubt it goes: a log is read by people who may not know the keys.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlsplit

HIDDEN = "[redacted]"
CUT = "…"

MOST_TEXT = 2_000
"""Characters of an error's or a failed answer's text."""
MOST_CONTENT = 200
"""Characters of what users have written, or have been answered: enough to tell what kind of content it is."""
LOOKED_AT = 16_384
"""Characters of a text that are read at all."""
_MOST_HEADERS = 60
_MOST_HEADER = 300
_SHORTEST_KNOWN = 4
"""Shorter texts are in every second word, and no secrets."""
_SHORTEST_SEEN = 5
"""The same for what is taken for a secret because of where it stood."""
_SHORTEST_ENCODED = 6
_SHORTEST_BROKEN = 12
"""Shorter secrets that are broken over lines are not looked for: they may stand so by chance."""
_WORD = re.compile(r"[a-z]{1,12}|[A-Z][a-z]{1,11}|[A-Z]{1,12}|[0-9]{1,5}")
"""Secrets that may be ordinary words, like `password`: where they name a field, its value is the secret."""
_LONGEST_WITHIN = 5
"""Shorter ones are in many others, as `test` in `latest`, and are hidden only where they stand alone."""

_HARMLESS = frozenset(
    [
        "true",
        "false",
        "json",
        "none",
        "null",
        "rows",
        "columns",
        "media",
        "raw",
        "text/plain",
        "formatted_value",
        "unformatted_value",
        "grid_range",
    ]
)

_SHOWN_HEADERS = frozenset(
    [
        "accept",
        "accept-encoding",
        "accept-ranges",
        "age",
        "allow",
        "cache-control",
        "cf-ray",
        "connection",
        "content-encoding",
        "content-language",
        "content-length",
        "content-md5",
        "content-range",
        "content-type",
        "date",
        "etag",
        "expires",
        "host",
        "if-modified-since",
        "if-none-match",
        "keep-alive",
        "last-modified",
        "location",
        "openai-processing-ms",
        "openai-version",
        "pragma",
        "range",
        "referer",
        "retry-after",
        "server",
        "strict-transport-security",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "vary",
        "via",
        "warning",
        "www-authenticate",
        "webhook-id",
        "webhook-timestamp",
        "x-amz-bucket-region",
        "x-amz-copy-source",
        "x-amz-id-2",
        "x-amz-request-id",
        "x-cache",
        "x-content-type-options",
        "x-frame-options",
        "x-openstack-request-id",
        "x-request-id",
        "x-trans-id",
        "x-xss-protection",
    ]
)
_SHOWN_PREFIXES = ("ratelimit-", "x-ratelimit-", "x-rate-limit-")

_SECRET_NAME = (
    r"[\w.-]{0,40}(?:secret|passw|passphrase|token|credential|signature|assertion|authori[sz]ation|cookie|session|csrf|"
    r"jwt|bearer|signed|stringtosign|canonicalrequest|api[-_]?key|access[-_]?key|private[-_]?key|client[-_]?key|"
    r"signing[-_]?key|auth[-_]?key|keyid)[\w.-]{0,40}"
)
_Q = r"\\{0,8}[\"']"
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
)
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s\"'<>\\`|{}]+")
_USER = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]{1,20}:(?://|\\/\\/|%2[fF]%2[fF]))[^\s/\"'<>?#]{1,400}@")
_PAIR = re.compile(
    r"((?:[?&;#]|\\u0026|&amp;|%3[fF]|%26)[\w.~\-\[\]$%*]{1,60}?(?:=|\\u003[dD]|%3[dD]))"
    r"((?:(?!\\u0026|&amp;|%26)[^&\s\"'<>;#])+)"
)
_FIELD = re.compile(rf"({_Q}{_SECRET_NAME}{_Q}\s*:\s*)(\\{{0,8}}[\"'])(.*?)(?:(?<!\\)\2|\Z)", re.IGNORECASE | re.DOTALL)
_BARE_FIELD = re.compile(rf"({_Q}{_SECRET_NAME}{_Q}\s*:\s*)([^\s\"'\\,}}\]\[{{][^,}}\]]*)", re.IGNORECASE)
_ELEMENT = re.compile(rf"(<(?:\w{{1,20}}:)?{_SECRET_NAME}(?:\s[^>]{{0,200}})?>)([^<]+)", re.IGNORECASE)
_LINE = re.compile(
    rf"(\b(?!(?<=Invalid )JWT:){_SECRET_NAME}[ \t]*[:=][ \t]*)(?!\[redacted\])([^\r\n\"'<>]+)", re.IGNORECASE
)
_SCHEME = re.compile(
    r"\b(Bearer|Basic|Negotiate|Digest|Token|GoogleLogin|AWS4-HMAC-SHA256)(\s+|%20|\+)"
    r"(?!\[|(?:must|has|have|is|was|are|not|no|or|and|for|of|in|auth|authentication|expired|expires|invalid|required|"
    r"missing|cannot|could|should|will|used)\b)[^\s\"'<>]{4,}",
    re.IGNORECASE,
)
_TOKENS = re.compile(
    r"eyJ[\w-]{8,}(?:\.[\w-]*){0,4}"
    r"|\bya29\.[\w.-]+|\b1//[\w-]{20,}|\bAIza[\w-]{20,}|\bGOCSPX-[\w-]+"
    r"|\b(?:AKIA|ASIA|AROA|AGPA|AIDA)[A-Z0-9]{12,}"
    r"|\b(?:sk|pk|rk|whsec|ghp|gho|ghu|ghs|ghr|glpat|xox[abprs]|hf|npm|pypi)[-_][\w/+=-]{10,}"
    r"|\bgithub_pat_\w{10,}"
)
_FORM = re.compile(r"[\w.~\-\[\]%+]+=[^&\s]*(?:&[\w.~\-\[\]%+]+=[^&\s]*)*")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))")
_MOST_LAYERS = 3
_BREAK = re.compile(r"(?:\\+[nrt]|\s)+")
"""Spaces and ends of lines, also such as JSON writes them."""
_USUAL = re.compile(
    r"(?:api|v\d{1,2}|(?:web)?hooks?|callbacks?|services?|events?|jobs?|videos?|messages?|notify|notifications?|incoming|"
    r"integrations?|workflows?|projects?|teams?|channels?|bulkvid|public|internal|test)",
    re.IGNORECASE,
)
"""Parts of a callback's path that are nobody's secret."""
_NO_TEXT = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")
_TEXT_TYPES = re.compile(
    r"^(?:text/|application/(?:[\w.+-]*(?:json|xml|yaml|javascript)|x-www-form-urlencoded|problem))"
)


@dataclass(frozen=True)
class Redactor:
    """Knows the secrets of an installation, and what secrets look like."""

    secrets: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        known = [secret for secret in self.secrets if len(secret) >= _SHORTEST_KNOWN]
        words = {secret for secret in known if _WORD.fullmatch(secret)}
        forms = {form for secret in known for form in encodings(secret)} - words
        solid = {_BREAK.sub("", form) for form in forms if len(form) >= _SHORTEST_BROKEN}
        alone = [word if len(word) > _LONGEST_WITHIN else rf"(?<![^\W_]){word}(?![^\W_])" for word in words]
        told = re.compile("|".join(sorted(alone, key=len, reverse=True))) if words else None
        object.__setattr__(self, "_forms", tuple(sorted(forms, key=len, reverse=True)))
        object.__setattr__(self, "_solid", tuple(sorted(filter(None, solid), key=len, reverse=True)))
        object.__setattr__(self, "_words", told)

    def knowing(self, more: Iterable[str]) -> Redactor:
        """A redactor that also hides what a request held at places where secrets stand."""
        seen = {text for text in more if len(text) >= _SHORTEST_SEEN and text.lower() not in _HARMLESS}
        return Redactor(self.secrets | seen) if seen - self.secrets else self

    def text(self, text: str, most: int = MOST_TEXT) -> str:
        """The text without secrets, shortened to about `most` characters."""
        if len(text) > LOOKED_AT:
            text = self._without_beginnings(text[:LOOKED_AT])
        text = self._without_known(text)
        text = _PRIVATE_KEY.sub(HIDDEN, text)
        text = _ADDRESS.sub(lambda found: _plain_address(found[0]), text)
        text = _USER.sub(rf"\1{HIDDEN}@", text)
        text = _PAIR.sub(rf"\1{HIDDEN}", text)
        text = _FIELD.sub(rf"\1\2{HIDDEN}\2", text)
        text = _BARE_FIELD.sub(rf"\1{HIDDEN}", text)
        text = _ELEMENT.sub(rf"\1{HIDDEN}", text)
        text = _SCHEME.sub(rf"\1 {HIDDEN}", text)
        text = _LINE.sub(rf"\1{HIDDEN}", text)
        text = _TOKENS.sub(HIDDEN, text)
        text = self._without_words(text)
        return text if len(text) <= most else self._without_beginnings(text[:most]) + CUT

    def url(self, url: str, *, hide_path: bool = False) -> str:
        """The address without user information, fragment and values of its query.

        `hide_path` is for addresses that are secrets themselves, as chat services give them for callbacks: then the
        parts of the path are hidden, but for usual words.
        """
        plain = _plain_address(url)
        if hide_path:
            head, _, query = plain.partition("?")
            scheme, is_absolute, rest = head.partition("://")
            host, *parts = rest.split("/")
            shown = "/".join([host, *(HIDDEN if part and not _is_usual(part) else part for part in parts)])
            head = f"{scheme}://{shown}" if is_absolute else HIDDEN
            plain = f"{head}?{query}" if query else head
        return _TOKENS.sub(HIDDEN, self._without_words(self._without_known(plain)))[:MOST_TEXT]

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers by lower-case name; only those that never hold secrets keep their values."""
        shown = {}
        for written, value in list(headers.items())[:_MOST_HEADERS]:
            name = str(written).lower()
            known = name in _SHOWN_HEADERS or name.startswith(_SHOWN_PREFIXES)
            shown[self.text(name, 100)] = self.text(str(value), _MOST_HEADER) if known else HIDDEN
        return shown

    def body(self, body: object, content_type: str = "", *, size: int | None = None, most: int = MOST_TEXT) -> str:
        """A text's beginning without secrets; anything else is described by its type and size."""
        if body is None or (isinstance(body, str | bytes) and not body):
            return ""
        kind = content_type.partition(";")[0].strip().lower()
        text = body if isinstance(body, str) else _as_text(body, kind)
        if text is None:
            length = size if size is not None else len(body) if isinstance(body, bytes) else None
            about = self.text(kind, 60) or "binary"
            return f"[{about}, {length:,} bytes]" if length is not None else f"[{about}]"
        if kind == "application/x-www-form-urlencoded" or _FORM.fullmatch(text[:LOOKED_AT].strip()):
            text = "&".join(f"{pair.partition('=')[0]}={HIDDEN}" for pair in text.strip()[:LOOKED_AT].split("&"))
        return self.text(text, most)

    def _without_known(self, text: str) -> str:
        for form in self._forms:  # type: ignore[attr-defined]
            if form in text:
                text = text.replace(form, HIDDEN)
        text = self._without_broken(text)
        return HIDDEN if self._holds_disguised(text) else text

    def _without_words(self, text: str) -> str:
        """Without secrets that might be ordinary words: last, as names of fields tell what else is secret."""
        words: re.Pattern[str] | None = self._words  # type: ignore[attr-defined]
        return text if words is None else words.sub(HIDDEN, text)

    def _without_broken(self, text: str) -> str:
        """Without secrets that are broken over lines, as mail and PEM break base64."""
        if not ("\n" in text or "\r" in text or "\\" in text):
            return text
        kept, solid = _unbroken(text)
        for form in self._solid:  # type: ignore[attr-defined]
            while (at := solid.find(form)) >= 0:
                text = text[: _place(kept, at)] + HIDDEN + text[_place(kept, at + len(form) - 1) + 1 :]
                kept, solid = _unbroken(text)
        return text

    def _holds_disguised(self, text: str) -> bool:
        """Whether a secret shows when what was encoded in part, or in a way of somebody's own, is decoded."""
        if not ("%" in text or "\\" in text or "&#" in text):
            return False
        decoded = {text, unquote_plus(text), html.unescape(text)}
        for _ in range(_MOST_LAYERS):
            decoded |= {unquote(plain) for plain in decoded}
            decoded |= {_ESCAPE.sub(_unescaped, plain) for plain in decoded if "\\" in plain}
        known = [secret for secret in self.secrets if len(secret) >= _SHORTEST_KNOWN]
        return any(plain.count(secret) > text.count(secret) for plain in decoded for secret in known)

    def _without_beginnings(self, text: str) -> str:
        """A text that was cut, without the beginning of a secret that it may end with."""
        words = (secret for secret in self.secrets if len(secret) > _LONGEST_WITHIN and _WORD.fullmatch(secret))
        for form in (*self._forms, *words):  # type: ignore[attr-defined]
            tail = text[-len(form) + 1 :] if len(form) > 1 else ""
            at = tail.find(form[:3])
            while at >= 0:
                if form.startswith(tail[at:]):
                    text = text[: len(text) - len(tail) + at] + HIDDEN
                    break
                at = tail.find(form[:3], at + 1)
        return text


def secrets_in(url: str, headers: Mapping[str, str], body: object = None, *, hide_path: bool = False) -> Iterator[str]:
    """What a request holds at places where secrets stand: they may come back in its answer, or in an error's text."""
    try:
        parts = urlsplit(url)
        yield from (text for text in (parts.username, parts.password) if text)
        for pair in parts.query.split("&"):
            value = pair.partition("=")[2] or pair
            yield value
            yield unquote_plus(value)
        if parts.fragment:
            yield parts.fragment
    except ValueError:
        yield url
    if hide_path:
        for part in secret_parts(url):
            yield part
            yield unquote(part)
    for name, value in headers.items():
        lower = str(name).lower()
        if lower not in _SHOWN_HEADERS and re.search(
            r"auth|cookie|token|key|secret|signature|sign|credential|session", lower
        ):
            yield from _parts_of_header(str(value))
    text = body if isinstance(body, str) else body.decode("utf-8", "replace") if isinstance(body, bytes) else ""
    text = text[:LOOKED_AT]
    if text and _FORM.fullmatch(text.strip()):
        for _, value in parse_qsl(text.strip()):
            yield value
    elif text:
        yield from (found[3] for found in _FIELD.finditer(text))


def secret_parts(url: str) -> list[str]:
    """The parts of a callback's path that are no usual words: somebody may have made a key of them."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return [url]
    return sorted({part for part in path.split("/") if part and not _is_usual(part)}, key=len, reverse=True)


@lru_cache(maxsize=1024)
def encodings(secret: str) -> frozenset[str]:
    """The texts as which a secret may appear: as it is, in addresses, JSON, HTML, base64 and hexadecimal."""
    data = secret.encode("utf-8", "surrogatepass")
    forms = {secret, repr(secret)[1:-1], html.escape(secret), html.escape(secret, quote=False)}
    for ascii_only in (True, False):
        escaped = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        again = json.dumps(escaped, ensure_ascii=ascii_only)[1:-1]
        forms |= {escaped, escaped.replace("/", "\\/"), again}
    for quoted in (quote(data, safe=""), quote(data), quote_plus(data), quote(quote(data, safe=""), safe="")):
        forms |= {quoted, re.sub(r"%[0-9A-F]{2}", lambda code: code[0].lower(), quoted)}
    encoded = {data.hex(), data.hex().upper()}
    for shift in range(3):
        # Of a longer text that holds the secret: its own digits are those that depend on nothing beside it.
        whole = base64.b64encode(b"\0" * shift + data).decode().rstrip("=")
        own = whole[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]
        plain = own.replace("+", "-").replace("/", "_")
        encoded |= {own, plain, quote(own, safe="")}
    encoded |= {
        base64.b64encode(data).decode(),
        base64.urlsafe_b64encode(data).decode(),
        base64.b32encode(data).decode(),
    }
    return frozenset(form for form in forms if len(form) >= _SHORTEST_KNOWN) | {
        form for form in encoded if len(form) >= _SHORTEST_ENCODED
    }


def _plain_address(url: str) -> str:
    """The address without user information, values of its query, and fragment; what is no address as it is."""
    head, has_query, query = url.partition("#")[0].partition("?")
    scheme, is_absolute, rest = head.partition("://")
    if is_absolute:
        authority, slash, path = rest.partition("/")
        head = f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
    if not has_query:
        return head
    return f"{head}?{'&'.join(_plain_pair(pair) for pair in query.split('&'))}"


def _plain_pair(pair: str) -> str:
    name, has_value, _ = pair.partition("=")
    if not has_value or len(name) > 60:
        return HIDDEN if pair else ""
    return f"{name}={HIDDEN}"


def _parts_of_header(value: str) -> Iterator[str]:
    """A secret header's value, the values of its parts, and what is encoded there."""
    yield value
    words = re.split(r"[\s,;]+", value)
    for word in words:
        name, has_value, part = word.partition("=")
        if has_value and name.lower() != "signedheaders":
            yield part
            yield part.partition("/")[0]
        elif not has_value and len(word) > len("AWS4-HMAC-SHA256") and not word.startswith("x-amz-"):
            yield word
    if len(words) > 1:
        yield words[-1]
    try:
        user, _, password = base64.b64decode(words[-1], validate=True).decode().partition(":")
    except ValueError:
        return
    yield user
    yield password


def _is_usual(part: str) -> bool:
    return bool(_USUAL.fullmatch(part))


def _unbroken(text: str) -> tuple[list[tuple[int, int]], str]:
    """Where the pieces between breaks begin and end, and all of them joined."""
    breaks = [(0, 0), *((found.start(), found.end()) for found in _BREAK.finditer(text)), (len(text), len(text))]
    kept = [(one[1], other[0]) for one, other in pairwise(breaks)]
    return kept, "".join(text[start:end] for start, end in kept)


def _place(kept: Sequence[tuple[int, int]], at: int) -> int:
    """Where the character stands in a text whose `kept` pieces were joined."""
    for start, end in kept:
        if at < end - start:
            return start + at
        at -= end - start
    raise IndexError(at)


def _unescaped(code: re.Match[str]) -> str:
    return chr(int(code[1] or code[2], 16)) if code[1] or code[2] else code[3]


def _as_text(body: object, kind: str) -> str | None:
    """The beginning of a body as text; None where it is none."""
    if not isinstance(body, bytes | bytearray | memoryview):
        return None
    data = bytes(body[: 4 * LOOKED_AT])
    if kind and not _TEXT_TYPES.match(kind):
        return None
    if _NO_TEXT.search(data):
        return None  # compressed, perhaps: whoever unpacks it finds what was never looked at
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        # A character that was cut in two at the end is no sign of another encoding.
        at_end = error.start >= len(data) - 4 and len(data) < len(body)
        return data[: error.start].decode() if at_end else data.decode("latin-1") if kind else None
