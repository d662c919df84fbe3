"""`bulkvid login-link`."""

from __future__ import annotations

from collections.abc import Sequence

from bulkvid_pipeline.services.access.login_links import address_of, login_link
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Caller, Scope
from bulkvid_pipeline.services.access.sessions import LONGEST_S
from bulkvid_pipeline.services.access.tokens import check_identity
from bulkvid_pipeline.services.jobs.instance import open_instance
from bulkvid_pipeline.settings import dagster_home, settings

EVERYTHING = (*DEFAULT_SCOPES, Scope.ADMIN)


def print_login_link(user_id: str | None, project_id: str, scopes: Sequence[Scope], minutes: float) -> int:
    """Print a new link; returns the exit code. Without a user and scopes it is an administrator's.

    Raises:
        InvalidRequestError: a value is refused.
        ServiceUnavailableError: the instance's database does not answer.
    """
    own = EVERYTHING if user_id is None else DEFAULT_SCOPES
    caller = somebody(user_id if user_id is not None else "local", project_id, scopes or own)
    with open_instance(dagster_home()) as instance:
        print(login_link(instance, address_of(instance, settings()), caller, minutes * 60))
    return 0


def somebody(user_id: str, project_id: str, scopes: Sequence[Scope]) -> Caller:
    """Who is to be logged in. When that ends is decided when the link is used.

    Raises:
        InvalidRequestError: user or project cannot be named so.
    """
    check_identity("user", user_id)
    check_identity("project", project_id)
    return Caller(user_id, project_id, frozenset(scopes), LONGEST_S)
