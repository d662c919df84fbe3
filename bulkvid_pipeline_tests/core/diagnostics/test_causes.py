"""Why single requests failed, as real services say it."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.core.diagnostics.causes import Cause, cause_of, is_cancelled
from bulkvid_pipeline.core.diagnostics.exchange import Exchange, ExchangeError, Fault, Peer
from bulkvid_pipeline.core.diagnostics.redaction import Redactor
from bulkvid_pipeline_tests.core.diagnostics.exchanges import answered, asked, broken, s3_error, speech_error
from bulkvid_pipeline_tests.peers.google.faults import api_disabled, drive_rate_limit, status_answer
from bulkvid_pipeline_tests.peers.google.quota import quota_exceeded
from bulkvid_pipeline_tests.peers.google.wire import api_error, oauth_error

SHEET, STORAGE, MEDIA, WEBHOOK, SPEECH = Peer.SHEET, Peer.STORAGE, Peer.MEDIA, Peer.WEBHOOK, Peer.SPEECH


NOT_THERE = ExchangeError(type="FileNotFoundError", message="No such place", code="NOT_FOUND", fault=Fault.OTHER)
FAILED = [
    (answered(SHEET, quota_exceeded("Read")), Cause.READ_QUOTA_PER_USER),
    (answered(SHEET, quota_exceeded("Read", "", 300)), Cause.READ_QUOTA_PER_PROJECT),
    (answered(SHEET, quota_exceeded("Write")), Cause.WRITE_QUOTA_PER_USER),
    (answered(SHEET, quota_exceeded("Write", "", 300)), Cause.WRITE_QUOTA_PER_PROJECT),
    (answered(SHEET, drive_rate_limit(), operation="files.get"), Cause.READ_QUOTA_PER_USER),
    (asked(SHEET, 429, "<html>Too many requests</html>", host="docs.google.com"), Cause.RATE_LIMITED),
    (answered(SHEET, status_answer(401, "sheets", {})), Cause.WRONG_CREDENTIALS),
    (answered(SHEET, api_error(400, "API key not valid.", reason="API_KEY_INVALID")), Cause.WRONG_CREDENTIALS),
    (answered(SHEET, oauth_error("invalid_grant", "Invalid JWT Signature.")), Cause.WRONG_CREDENTIALS),
    (
        answered(SHEET, oauth_error("invalid_grant", "Token must be short-lived. Check your iat and exp values")),
        Cause.WRONG_CLOCK,
    ),
    (answered(SHEET, oauth_error("invalid_grant", "Token has been expired or revoked.")), Cause.EXPIRED_TOKEN),
    (answered(SHEET, api_error(401, "Expired.", reason="ACCESS_TOKEN_EXPIRED")), Cause.EXPIRED_TOKEN),
    (answered(SHEET, api_disabled("sheets")), Cause.API_DISABLED),
    (answered(SHEET, api_disabled("drive")), Cause.API_DISABLED),
    (answered(SHEET, api_error(403, "Blocked", reason="API_KEY_SERVICE_BLOCKED")), Cause.PERMISSION_DENIED),
    (answered(SHEET, status_answer(403, "sheets", {})), Cause.SHEET_NOT_SHARED),
    (asked(SHEET, 401, host="docs.google.com"), Cause.SHEET_NOT_SHARED),
    (asked(SHEET, 200, "<html>Sign in</html>", host="accounts.google.com"), Cause.SHEET_NOT_SHARED),
    (answered(SHEET, status_answer(404, "sheets", {})), Cause.SHEET_NOT_FOUND),
    (answered(SHEET, api_error(400, "Unable to parse range: Nope!A1")), Cause.INVALID_REQUEST),
    (answered(SHEET, status_answer(503, "sheets", {})), Cause.SERVER_OVERLOADED),
    (s3_error("NoSuchBucket", 404), Cause.BUCKET_NOT_FOUND),
    (asked(STORAGE, 404, operation="HeadBucket"), Cause.BUCKET_NOT_FOUND),
    (s3_error("AccessDenied", 403), Cause.BUCKET_DENIED),
    (asked(STORAGE, 403, operation="HeadObject"), Cause.BUCKET_DENIED),
    (s3_error("InvalidAccessKeyId", 403), Cause.WRONG_CREDENTIALS),
    (s3_error("SignatureDoesNotMatch", 403), Cause.WRONG_CREDENTIALS),
    (s3_error("ExpiredToken", 400), Cause.EXPIRED_TOKEN),
    (s3_error("RequestTimeTooSkewed", 403), Cause.WRONG_CLOCK),
    (s3_error("PermanentRedirect", 301, succeeded=False), Cause.WRONG_REGION),
    (s3_error("AuthorizationHeaderMalformed", 400), Cause.WRONG_REGION),
    (s3_error("SlowDown", 503), Cause.RATE_LIMITED),
    (s3_error("InternalError", 500), Cause.SERVER_OVERLOADED),
    (s3_error("QuotaExceeded", 403), Cause.STORAGE_FULL),
    (asked(STORAGE, 507), Cause.STORAGE_FULL),
    (s3_error("InvalidBucketName", 400), Cause.INVALID_REQUEST),
    (speech_error(401, "Incorrect API key provided: ***", "invalid_api_key"), Cause.WRONG_CREDENTIALS),
    (speech_error(401, "Your API key has expired", "key_expired"), Cause.EXPIRED_TOKEN),
    (speech_error(403, "Project has no access to model tts-1"), Cause.PERMISSION_DENIED),
    (speech_error(404, "The model does not exist", "model_not_found"), Cause.NOT_FOUND),
    (speech_error(429, "Rate limit reached for tts-1", "rate_limit_exceeded"), Cause.RATE_LIMITED),
    (speech_error(429, "You exceeded your current quota", "insufficient_quota"), Cause.NO_CREDIT),
    (speech_error(400, "Invalid voice"), Cause.INVALID_REQUEST),
    (speech_error(502, "Bad gateway"), Cause.SERVER_OVERLOADED),
    (asked(SPEECH, 200, "<html>", succeeded=False), Cause.UNUSABLE_ANSWER),
    (asked(MEDIA, 404), Cause.NOT_FOUND),
    (asked(MEDIA, 403), Cause.PERMISSION_DENIED),
    (asked(MEDIA, 403, "<Code>AccessDenied</Code>Request has expired"), Cause.EXPIRED_TOKEN),
    (asked(MEDIA, 429), Cause.RATE_LIMITED),
    (asked(MEDIA, 407), Cause.PROXY_REFUSED),
    (asked(WEBHOOK, 410), Cause.RECEIVER_GONE),
    (asked(WEBHOOK, 422), Cause.RECEIVER_REFUSED),
    (asked(WEBHOOK, 401), Cause.WRONG_CREDENTIALS),
    (asked(WEBHOOK, 404), Cause.NOT_FOUND),
    (asked(WEBHOOK, 302, succeeded=False), Cause.REDIRECTED),
    (asked(WEBHOOK, 500), Cause.SERVER_OVERLOADED),
    (broken(STORAGE, Fault.OTHER, operation="upload", error=NOT_THERE), Cause.NOT_FOUND),
    (broken(STORAGE, Fault.DNS), Cause.DNS),
    (broken(SPEECH, Fault.REFUSED), Cause.REFUSED),
    (broken(SHEET, Fault.DROPPED), Cause.DROPPED),
    (asked(SHEET, 200, succeeded=False, error=broken(SHEET, Fault.DROPPED).error), Cause.DROPPED),
    (broken(MEDIA, Fault.TLS), Cause.TLS),
    (broken(WEBHOOK, Fault.TIMEOUT), Cause.TIMEOUT),
    (broken(SPEECH, Fault.UNREACHABLE), Cause.UNREACHABLE),
    (broken(SPEECH, Fault.OTHER), Cause.OTHER),
    (broken(SPEECH, None), Cause.OTHER),
]


@pytest.mark.parametrize(
    ("failed", "cause"),
    FAILED,
    ids=lambda value: value.value if isinstance(value, Cause) else f"{value.peer}-{value.status}",
)
def test_the_answer_tells_why(failed: Exchange, cause: Cause) -> None:
    assert cause_of(failed) is cause


def test_what_redaction_leaves_of_the_answer_still_tells_why() -> None:
    redactor = Redactor(frozenset({"sk-secret-of-ours"}))
    told = {}
    for number, (failed, cause) in enumerate(FAILED):
        body = redactor.body(failed.response_body.encode(), failed.response_headers.get("content-type", ""))
        told[number, cause] = cause_of(failed.model_copy(update={"response_body": body}))

    assert {case: found for case, found in told.items() if found is not case[1]} == {}


def test_our_own_error_tells_where_neither_fault_nor_status_does() -> None:
    error = ExchangeError(type="SheetAccessDeniedError", message="Not public", code="SHEET_ACCESS_DENIED")

    assert cause_of(asked(SHEET, 200, succeeded=False, error=error)) is Cause.SHEET_NOT_SHARED


@pytest.mark.parametrize(
    "planned",
    [
        asked(STORAGE, 404, operation="HeadObject"),
        s3_error("NoSuchKey", 404, operation="GetObject"),
        asked(STORAGE, 412, operation="PutObject"),
        asked(STORAGE, 304, operation="GetObject", succeeded=False),
        asked(MEDIA, 304, succeeded=False),
        broken(STORAGE, Fault.OTHER, operation="read", error=NOT_THERE),
        asked(MEDIA, 200),
    ],
    ids=lambda one: f"{one.operation}-{one.status}",
)
def test_answers_that_are_planned_for_are_no_failures(planned: Exchange) -> None:
    assert cause_of(planned) is None


def test_what_we_have_ended_ourselves_is_no_failure() -> None:
    ended = broken(STORAGE, Fault.CANCELLED)

    assert cause_of(ended) is None
    assert is_cancelled(ended)
