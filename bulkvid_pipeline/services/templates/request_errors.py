"""Errors of templates that a request names or sends: they are the request's, not the server's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bulkvid_pipeline.core.errors import TemplateInvalidError, TemplateNotFoundError


class NoSuchTemplateError(TemplateNotFoundError):
    """A template was asked for by an id that the project does not have."""

    http_status = 404


class RefusedTemplateError(TemplateInvalidError):
    """A template that was sent cannot be used."""

    http_status = 400


@contextmanager
def errors_of_requests(*, sent: bool = True) -> Iterator[None]:
    """Templates that are not found, and faulty ones that were `sent`, are errors of the request, not of the server.

    Raises:
        NoSuchTemplateError, RefusedTemplateError: in place of the errors that they are made of.
    """
    try:
        yield
    except TemplateNotFoundError as error:
        raise NoSuchTemplateError(error.message, fix=error.fix, field="template_id") from error
    except TemplateInvalidError as error:
        if not sent:
            raise
        raise RefusedTemplateError(error.message, fix=error.fix, field=error.field, details=error.details) from error
