"""Google's errors as ours: from its answers' statuses and reasons, and from what its client libraries raise."""

from __future__ import annotations

import email.utils
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import gspread.exceptions
import requests
from google.auth import exceptions as auth

from bulkvid_pipeline.core.errors import (
    AccessDeniedError,
    AuthenticationError,
    BulkVideoError,
    InvalidRangeError,
    InvalidRequestError,
    InvalidSheetError,
    NetworkError,
    QuotaExceededError,
    ServiceUnavailableError,
    SheetAccessDeniedError,
    SheetNotFoundError,
)

CLIENT_ERRORS = (gspread.exceptions.GSpreadException, auth.GoogleAuthError, requests.RequestException, OSError)
"""All that gspread, google-auth and requests raise for a call that failed."""

_QUOTA_REASONS = {
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "dailyLimitExceeded",
    "quotaExceeded",
    "RATE_LIMIT_EXCEEDED",
}
_DISABLED_REASONS = {"SERVICE_DISABLED", "accessNotConfigured"}


@dataclass(frozen=True)
class Attempted:
    """What was asked of Google, for the error's words."""

    sheet_id: str
    range_text: str | None = None
    reader: str | None = None
    """Address of the service account that read, where one did."""


def from_client_error(error: Exception, attempted: Attempted) -> BulkVideoError:
    """The error that one of CLIENT_ERRORS means."""
    if isinstance(error, PermissionError) and isinstance(error.__cause__, gspread.exceptions.APIError):
        return from_response(error.__cause__.response, attempted)  # how gspread's own methods report a 403
    match error:
        case gspread.exceptions.APIError():
            return from_response(error.response, attempted)
        case PermissionError():
            return _access_denied(attempted)
        case auth.RefreshError():
            return _from_token_endpoint(error)
        case requests.exceptions.JSONDecodeError():
            return ServiceUnavailableError(
                f"Google's answer for sheet ID '{attempted.sheet_id}' is not JSON: something on the way changed it",
                fix="Wait and retry; check the proxy if it stays so",
            )
        case requests.exceptions.SSLError():
            return NetworkError(
                f"No trusted TLS connection to Google for sheet ID '{attempted.sheet_id}': {_innermost(error)}",
                fix="Check the clock; behind a proxy, name its certificate authority in REQUESTS_CA_BUNDLE",
            )
        case requests.exceptions.Timeout():
            return NetworkError(f"Google did not answer in time for sheet ID '{attempted.sheet_id}'")
        case _:
            return NetworkError(
                f"The connection to Google failed for sheet ID '{attempted.sheet_id}': {_innermost(error)}"
            )


def from_sign_in_error(error: Exception) -> BulkVideoError:
    """The error that one of CLIENT_ERRORS means where a token was asked for."""
    if isinstance(error, auth.RefreshError):
        return _from_token_endpoint(error)
    return NetworkError(
        f"Google's sign-in service cannot be reached: {_innermost(error)}",
        fix="Check the network; behind a proxy, set HTTPS_PROXY, and REQUESTS_CA_BUNDLE to its certificate authority",
    )


def from_response(response: requests.Response, attempted: Attempted) -> BulkVideoError:
    """The error that an answer which is not 2xx means."""
    body = _error_body(response)
    reasons = _reasons(body)
    said = str(body.get("message", "")).strip().rstrip(".")
    match response.status_code:
        case 400:
            return _bad_request(said, reasons, str(body.get("status", "")), attempted)
        case 401:
            return AuthenticationError(
                f"Google refused the credentials for sheet ID '{attempted.sheet_id}': {said or 'invalid or expired'}",
                fix="Create a new key for the service account, or a new API key, and check the machine's clock",
            )
        case 403:
            return _forbidden(response, said, reasons, attempted)
        case 404 | 410:
            return SheetNotFoundError(f"Sheet ID '{attempted.sheet_id}' not found or not accessible")
        case 429:
            return _quota(response, said)
        case status if status >= 500 or status == 408:
            return ServiceUnavailableError(
                f"Google cannot serve sheet ID '{attempted.sheet_id}' now (HTTP {status})",
                retry_after=retry_after_s(response),
            )
        case status:
            return InvalidRequestError(
                f"Google answered HTTP {status} for sheet ID '{attempted.sheet_id}': {said}", fix="Check the sheet ID"
            )


def fault_in(response: requests.Response) -> BulkVideoError | None:
    """The error that an answer means, whatever was asked; None for one that is no failure."""
    if response.status_code < 400:
        return None
    path = urlsplit(response.url).path
    if path.rstrip("/").endswith("token"):
        return _from_token_endpoint(auth.RefreshError(response.text[:300], retryable=response.status_code >= 500))  # type: ignore[no-untyped-call]
    sheet_id = re.search(r"/(?:spreadsheets|files)/(?:d/)?([\w-]+)", path)
    return from_response(response, Attempted(sheet_id[1] if sheet_id else ""))


def _bad_request(said: str, reasons: set[str], status: str, attempted: Attempted) -> BulkVideoError:
    if "API_KEY_INVALID" in reasons or "API key" in said:
        return AuthenticationError(
            f"Google refused the API key: {said}",
            fix="Copy the key from the Google Cloud console (APIs & Services, Credentials)",
        )
    if status == "FAILED_PRECONDITION":
        return InvalidSheetError(
            f"Sheet ID '{attempted.sheet_id}' is not a Google sheet: {said}",
            fix="Open it in Google Sheets and choose File, Save as Google Sheets, then use the new sheet's ID",
        )
    if attempted.range_text is None:
        return InvalidRequestError(f"Google refused sheet ID '{attempted.sheet_id}': {said}", fix="Check the sheet ID")
    fix = ""
    if said.startswith("Unable to parse range") and "!" in attempted.range_text:
        fix = f"Check that the spreadsheet has a sheet of exactly this name: {attempted.range_text.rpartition('!')[0]}"
    return InvalidRangeError(f"Range '{attempted.range_text}' is invalid or out of bounds: {said}", fix=fix)


def _forbidden(response: requests.Response, said: str, reasons: set[str], attempted: Attempted) -> BulkVideoError:
    if reasons & _QUOTA_REASONS:
        return _quota(response, said)
    if reasons & _DISABLED_REASONS:
        return AccessDeniedError(
            f"Google refused sheet ID '{attempted.sheet_id}': an API is not enabled for the credentials: {said}",
            fix="Enable the Google Sheets API and the Google Drive API in the Google Cloud console, wait a few minutes",
        )
    if any(reason.startswith("API_KEY_") for reason in reasons):
        return AccessDeniedError(
            f"Google refused the API key for sheet ID '{attempted.sheet_id}': {said}",
            fix="Allow the Google Sheets API and this machine in the key's restrictions in the Google Cloud console",
        )
    if "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in reasons:
        return AccessDeniedError(
            f"The credentials' scopes do not cover sheet ID '{attempted.sheet_id}': {said}",
            fix="Allow the service account the Sheets and Drive scopes",
        )
    return _access_denied(attempted)


def _access_denied(attempted: Attempted) -> SheetAccessDeniedError:
    fix = ""
    if attempted.reader:
        fix = f'Share the sheet with the service account {attempted.reader}, or with "Anyone with the link"'
    return SheetAccessDeniedError(f"Insufficient permissions to access sheet ID '{attempted.sheet_id}'", fix=fix)


def _quota(response: requests.Response, said: str) -> QuotaExceededError:
    return QuotaExceededError(
        f"Google's rate limit is exceeded: {said or 'too many requests'}", retry_after=retry_after_s(response)
    )


def _from_token_endpoint(error: auth.RefreshError) -> BulkVideoError:
    said = str(error.args[0]) if error.args else "no reason given"
    if error.retryable:
        return ServiceUnavailableError("Google's sign-in service cannot serve us now")
    fix = "Create a new JSON key for the service account in the Google Cloud console; the old one may be deleted"
    if "iat and exp" in said:
        fix = "Set the machine's clock: Google refuses tokens from another time"
    return AuthenticationError(f"Google refused the service account's key: {said[:300]}", fix=fix)


def retry_after_s(response: requests.Response) -> float | None:
    """Seconds of a Retry-After header, which holds a number or a date (RFC 9110, 10.2.3); None without one."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        date = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, date.timestamp() - time.time())


def _error_body(response: requests.Response) -> dict[str, Any]:
    """The `error` object of Google's JSON error format; {} for HTML pages and the like."""
    try:
        body = response.json()
    except (ValueError, requests.RequestException):
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _reasons(body: dict[str, Any]) -> set[str]:
    """Reasons from `details` (newer APIs) and `errors` (Drive v3)."""
    entries = [*(body.get("details") or []), *(body.get("errors") or [])]
    return {str(entry["reason"]) for entry in entries if isinstance(entry, dict) and "reason" in entry}


def _innermost(error: BaseException) -> str:
    """The plainest words in a chain of wrapped errors; the outer ones of urllib3 repeat the whole request."""
    for _ in range(10):
        inner = [part for part in (getattr(error, "reason", None), *error.args) if isinstance(part, BaseException)]
        if not inner:
            break
        error = inner[-1]
    return str(error)[:200]
