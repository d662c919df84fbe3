"""One request to an OpenAI-compatible speech server, and the mapping of its error responses to our errors."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import requests

from bulkvid_pipeline.adapters.exchanges import Outgoing, outgoing
from bulkvid_pipeline.adapters.recorded_requests import TellingAdapter
from bulkvid_pipeline.core.diagnostics.exchange import Peer
from bulkvid_pipeline.core.errors import (
    AccessDeniedError,
    AuthenticationError,
    BulkVideoError,
    NarrationError,
    NetworkError,
    NotFoundError,
    QuotaExceededError,
    ServiceUnavailableError,
)

LARGEST_ANSWER = 64_000_000
"""In bytes; the longest text that is sent takes about 15 MB as WAV."""
_LONGEST_REFUSAL = 64_000
_LONGEST_LIST = 4_000_000
_SHOWN = 200
_CONNECT_S = 10.0
_NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})


@dataclass(frozen=True)
class SpokenAnswer:
    """The body of a response and its content type."""

    body: bytes
    content_type: str


class SpeechConnection:
    """Posts to `{base_url}/audio/speech`. The key is put only into the Authorization header.

    Proxies and certificate authorities come from the environment, as the requests library reads it.

    Args:
        base_url: such as `https://api.openai.com/v1`.
        key: the bearer key; None for servers that want none.
        timeout_s: longest silence of the server, and a third of the longest time that an answer may take in all.
        on_ask: told how many seconds the server may be silent from now on, before each wait for it.
    """

    def __init__(
        self, base_url: str, key: str | None, timeout_s: float, on_ask: Callable[[float], None] = lambda _: None
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/audio/speech"
        self._key = key
        self._timeout_s = timeout_s
        self._on_ask = on_ask
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, TellingAdapter())

    def close(self) -> None:
        self._session.close()

    def ask(self, fields: dict[str, object], on_accepted: Callable[[], None] = lambda: None) -> SpokenAnswer:
        """The whole response to a request; `on_accepted` is called when it begins with status 200.

        Raises:
            BulkVideoError: as `_post` and `_read`.
        """
        with outgoing(Peer.SPEECH, "audio.speech", pooled=True) as exchange:
            response = self._post(fields, exchange)
            on_accepted()
            answer = self._read(response)
            exchange.answered(response.status_code, response.headers, answer.body)
            return answer

    def _post(self, fields: dict[str, object], exchange: Outgoing) -> requests.Response:
        """The server's response with status 200; its body is not yet read (see `_read`).

        Raises:
            AuthenticationError, AccessDeniedError, NotFoundError, NarrationError: it refused for good.
            QuotaExceededError, ServiceUnavailableError, NetworkError: it may succeed later.
        """
        connect_s = min(_CONNECT_S, self._timeout_s)
        self._on_ask(connect_s + self._timeout_s)
        if exchange.is_recorded:
            said = {
                "content-type": "application/json",
                **({"authorization": f"Bearer {self._key}"} if self._key else {}),
            }
            exchange.sent(self._url, said, json.dumps(fields, ensure_ascii=False))
        try:
            response = self._session.post(
                self._url,
                json=fields,
                headers={"Accept-Encoding": "identity"},
                auth=self._sign,
                timeout=(connect_s, self._timeout_s),
                allow_redirects=False,  # the key is for this address alone
                stream=True,
            )
        except (requests.RequestException, OSError) as error:
            raise self._lost(error) from None  # not chained: the request in the traceback contains the key
        exchange.answered(response.status_code, response.headers)
        if response.status_code == requests.codes.ok:
            return response
        with response:
            raise self._refusal(response, exchange)

    def models(self) -> tuple[str, ...]:
        """The models that the server lists for our key, which costs nothing.

        Raises:
            AuthenticationError, AccessDeniedError: it refuses the key.
            NotFoundError: it keeps no list.
            BulkVideoError: it may answer later, or what it answers is no list.
        """
        with outgoing(Peer.SPEECH, "models", pooled=True) as exchange:
            try:
                response = self._session.get(
                    f"{self._url.removesuffix('/audio/speech')}/models",
                    auth=self._sign,
                    timeout=(min(_CONNECT_S, self._timeout_s), self._timeout_s),
                    allow_redirects=False,
                    stream=True,
                )
            except (requests.RequestException, OSError) as error:
                raise self._lost(error) from None
            with response:
                if response.status_code != requests.codes.ok:
                    raise self._refusal(response, exchange)
                body = self._body(response, _LONGEST_LIST)
                exchange.answered(response.status_code, response.headers, body)
        try:
            return tuple(str(model["id"]) for model in json.loads(body)["data"])
        except (ValueError, KeyError, TypeError) as error:
            raise NotFoundError(f"The voice at {self._url} keeps no list of models") from error

    def _read(self, response: requests.Response) -> SpokenAnswer:
        """The whole response.

        Raises:
            NetworkError: it was interrupted or took too long.
            NarrationError: it is larger than LARGEST_ANSWER.
        """
        with response:
            body = self._body(response, LARGEST_ANSWER)
        if len(body) > LARGEST_ANSWER:
            raise NarrationError(
                f"The voice at {self._url} sent more than {LARGEST_ANSWER:,} bytes for one sentence",
                fix="Check BULKVID_SPEECH_BASE_URL and BULKVID_SPEECH_MODEL",
            )
        return SpokenAnswer(body, response.headers.get("Content-Type", ""))

    def _body(self, response: requests.Response, most: int) -> bytes:
        deadline = time.monotonic() + 3 * self._timeout_s
        body = bytearray()
        try:
            for piece in response.iter_content(65_536):
                body += piece
                if len(body) > most:
                    break
                if time.monotonic() > deadline:
                    raise requests.Timeout("the answer took too long")
                self._on_ask(self._timeout_s)
        except (requests.RequestException, OSError) as error:
            raise self._lost(error) from None
        return bytes(body)

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the Authorization header. Our own signer keeps the requests library from using ~/.netrc instead."""
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request

    def _lost(self, error: Exception) -> NetworkError:
        if isinstance(error, requests.exceptions.SSLError):
            return NetworkError(
                f"No trusted TLS connection to the voice at {self._url}",
                fix="Check the clock; behind a proxy, name its certificate authority in REQUESTS_CA_BUNDLE",
            )
        if isinstance(error, requests.Timeout):
            return NetworkError(f"The voice at {self._url} did not answer in time")
        return NetworkError(f"The connection to the voice at {self._url} failed: {type(error).__name__}")

    def _refusal(self, response: requests.Response, exchange: Outgoing) -> BulkVideoError:
        status = response.status_code
        said, code = self._error_message(response, exchange)
        what = f"The voice at {self._url} answered {status}" + (f": {said}" if said else "")
        wait = retry_after(response.headers.get("Retry-After"))
        if code in _NO_CREDIT or status == 402:
            return AccessDeniedError(what, fix="Add credit to the account of BULKVID_SPEECH_API_KEY")
        match status:
            case 401:
                return AuthenticationError(what, fix="Set BULKVID_SPEECH_API_KEY to a valid key")
            case 403:
                return AccessDeniedError(what, fix="Give the key of BULKVID_SPEECH_API_KEY access to this model")
            case 404 | 405:
                return NotFoundError(what, fix="Check BULKVID_SPEECH_BASE_URL and BULKVID_SPEECH_MODEL")
            case 429:
                return QuotaExceededError(what, retry_after=wait)
            case 408 | 409 | 425:
                return ServiceUnavailableError(what, retry_after=wait)
            case _ if status >= 500:
                return ServiceUnavailableError(what, retry_after=wait)
            case _ if status < 400:
                return NarrationError(what, fix="Set BULKVID_SPEECH_BASE_URL to the address that serves speech itself")
        return NarrationError(
            what, fix="Change the script where the answer says so; check BULKVID_SPEECH_MODEL and BULKVID_SPEECH_VOICES"
        )

    def _error_message(self, response: requests.Response, exchange: Outgoing) -> tuple[str, str]:
        """The server's error message, shortened and without the key, and its error code."""
        try:
            body = self._body(response, _LONGEST_REFUSAL)
            exchange.answered(response.status_code, response.headers, body)
            document = json.loads(body)
        except (ValueError, NetworkError):
            return "", ""
        error = document.get("error", document) if isinstance(document, dict) else {}
        if not isinstance(error, dict):
            error = {"message": error}
        said = " ".join(str(error.get("message") or error.get("detail") or "").split())
        if self._key:
            said = said.replace(self._key, "***")
        return said[:_SHOWN].rstrip("."), str(error.get("code") or "")


def retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3); None if it holds neither."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
