"""Examples for the API's document: of errors in the words of the error reference, of parameters, of any schema."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

PARAMETERS: dict[str, Any] = {
    "job_id": "job_123",
    "row": "row-2",
    "upload_id": "upl_2f6d1c",
    "token": "eyJrIjoidmlkZW8ubXA0In0",
    "page_token": "k3J9d2Zb",
    "cursor": "1042",
    "before": "942",
    "last_event_id": "1042",
    "last-event-id": "1042",
    "idempotency-key": "8e03978e-40d5-43e8-bc93-6894a57f9324",
    "if-match": '"038fde89dad7258e2e6ba49462955da9"',
    "if-none-match": '"038fde89dad7258e2e6ba49462955da9"',
    "q": "spring",
    "name": "ideas.csv",
    "accept": "text/csv",
    "format": "csv",
}
"""Examples of parameters by their names in small letters."""

_ERRORS: dict[str, tuple[str, str, str, str | None]] = {
    "400": ("INVALID_RANGE", "Invalid range format", "Use A1:Z100 format for ranges", "input_source.range"),
    "401": ("UNAUTHENTICATED", "Invalid JWT token", "Generate new authentication token", None),
    "403": ("ACCESS_DENIED", "Insufficient permissions", "Use a token with the scope jobs:write", None),
    "404": ("JOB_NOT_FOUND", "Job 'job_123' not found", "List the jobs that exist", None),
    "409": ("ACTION_NOT_ALLOWED", "A completed job cannot be paused", "Look at its actions first", None),
    "412": ("TEMPLATE_CHANGED", "Template 'brand' was changed by somebody else", "Read the template again", None),
    "413": ("BODY_TOO_LARGE", "A body of 2097152 bytes is too large", "Send at most 1 MiB", None),
    "415": ("UNSUPPORTED_MEDIA_TYPE", "The body has no content type", "Send application/json", "Content-Type"),
    "416": ("RANGE_NOT_SATISFIABLE", "The range lies outside the file", "Ask for bytes within its size", None),
    "422": ("IDEMPOTENCY_KEY_REUSED", "The key was used with another body", "Send another key", "Idempotency-Key"),
    "429": ("RATE_LIMITED", "Rate limit exceeded (per-user)", "Wait 60 seconds before retrying", None),
    "500": ("INTERNAL", "Server error", "Try again; if it stays, contact support with the request id", None),
    "503": ("SERVICE_UNAVAILABLE", "Processing service unavailable", "Wait and retry, or contact support", None),
    "504": ("DEADLINE_EXCEEDED", "The sheet was not read in time", "Try again", None),
    "507": ("STORAGE_QUOTA_EXCEEDED", "Insufficient storage quota", "Free up space or upgrade storage plan", None),
}


def error_example(status: str) -> Json:
    """An error answer with that status."""
    code, message, fix, field = _ERRORS[status]
    error = {"code": code, "message": message, "fix": fix, "field": field, "details": None, "request_id": "req_2f6d1c"}
    return {"success": False, "error": error}


def example_of(schema: Json, schemas: Json, *, depth: int = 0) -> Any:
    """A value that the schema allows: its own example where it has one, else one made of its parts.

    Args:
        schema: of the OpenAPI document.
        schemas: the document's, to which references lead.
    """
    for name in ("example", "default", "const"):
        if schema.get(name) is not None:
            return schema[name]
    for name in ("examples", "enum"):
        if schema.get(name):
            return schema[name][0]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth=depth + 1)
    for name in ("anyOf", "oneOf", "allOf"):
        if name in schema:
            return _first_that_is_something(schema[name], schemas, depth)
    return _of_type(schema, schemas, depth)


def _first_that_is_something(parts: list[Json], schemas: Json, depth: int) -> Any:
    something = [part for part in parts if part.get("type") != "null"]
    return example_of(something[0], schemas, depth=depth) if something else None


def _of_type(schema: Json, schemas: Json, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return {name: example_of(part, schemas, depth=depth + 1) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return _items(schema, schemas, depth)
    if kind == "string":
        return _text(schema)
    plain: dict[Any, Any] = {"boolean": True, "null": None, None: None}
    if kind in plain:
        return plain[kind]
    return schema.get("minimum", schema.get("exclusiveMinimum", 0) and 1)


def _items(schema: Json, schemas: Json, depth: int) -> list[Any]:
    if "prefixItems" in schema:
        return [example_of(part, schemas, depth=depth + 1) for part in schema["prefixItems"]]
    return [example_of(schema["items"], schemas, depth=depth + 1)] if "items" in schema else []


def _text(schema: Json) -> str:
    formats = {"date-time": "2025-10-30T01:00:00Z", "uri": "https://yourapp.com/hook", "binary": ""}
    return formats.get(schema.get("format", ""), "text"[: schema.get("maxLength", 4)])
