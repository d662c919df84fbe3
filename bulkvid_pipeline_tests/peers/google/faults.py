"""Faults that a test orders: so many of the next answers fail in this way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from bulkvid_pipeline_tests.peers.google.quota import quota_exceeded
from bulkvid_pipeline_tests.peers.google.wire import (
    CONSUMER,
    Answer,
    api_error,
    drive_error,
    html_page,
    json_answer,
    oauth_error,
)

Service = Literal["sheets", "drive", "oauth", "iam", "docs"]


@dataclass(frozen=True)
class Fault:
    """One way to fail.

    reset: the connection is reset before any byte of the answer. cut: it is closed in the middle of the body of the
    right answer. answer: this comes in place of the right answer.
    """

    kind: Literal["reset", "cut", "answer"]
    answer: Answer | None = None


@dataclass
class Faults:
    """Faults still to come, oldest first, each for one service or for all (None)."""

    waiting: list[tuple[Service | None, Fault]] = field(default_factory=list)

    def take(self, service: Service, *kinds: str) -> Fault | None:
        """The oldest fault of these kinds that is meant for the service."""
        for position, (wanted, fault) in enumerate(self.waiting):
            if wanted in (None, service) and fault.kind in kinds:
                del self.waiting[position]
                return fault
        return None


def status_answer(status: int, service: Service, headers: Mapping[str, str]) -> Answer:
    """What this service of Google's sends with a status when it is at fault."""
    answer = _status_answer(status, service)
    return replace(answer, headers={**answer.headers, **headers})


def _status_answer(status: int, service: Service) -> Answer:
    if service == "docs" or status == 502:
        return html_page(status, "Error", "That's an error. The server encountered an error. That's all we know.")
    if service == "oauth":
        return oauth_error("internal_failure" if status >= 500 else "invalid_request", "Backend Error", status)
    if status == 429 and service == "sheets":
        return quota_exceeded("Read")
    if service == "drive":
        return drive_error(status, "Backend Error", reason="backendError")
    texts = {
        401: "Request is missing required authentication credential.",
        403: "The caller does not have permission",
        404: "Requested entity was not found.",
        500: "Internal error encountered.",
        503: "The service is currently unavailable.",
    }
    return api_error(status, texts.get(status, "Request contains an invalid argument."))


def api_disabled(service: Service) -> Answer:
    """The project of the credentials has not enabled the API."""
    label, host = {
        "sheets": ("Google Sheets API", "sheets.googleapis.com"),
        "drive": ("Google Drive API", "drive.googleapis.com"),
    }[service]
    message = (
        f"{label} has not been used in project {CONSUMER} before or it is disabled. Enable it by visiting "
        f"https://console.developers.google.com/apis/api/{host}/overview?project={CONSUMER} then retry. If you enabled "
        "this API recently, wait a few minutes for the action to propagate to our systems and retry."
    )
    if service == "sheets":
        return api_error(403, message, reason="SERVICE_DISABLED", service=host)
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}
    errors = [{"message": message, "domain": "usageLimits", "reason": "accessNotConfigured"}]
    error = {"code": 403, "message": message, "errors": errors, "status": "PERMISSION_DENIED", "details": [info]}
    return json_answer({"error": error}, 403)


def drive_rate_limit() -> Answer:
    """Drive reports its rate limit as 403."""
    return drive_error(403, "User Rate Limit Exceeded", reason="userRateLimitExceeded", domain="usageLimits")
