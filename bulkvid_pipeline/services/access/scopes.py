"""Who calls, for which project, and what the caller may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.core.errors import AccessDeniedError


class Scope(StrEnum):
    """What a token permits. `admin` includes the others."""

    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    TEMPLATES_WRITE = "templates:write"
    ADMIN = "admin"


DEFAULT_SCOPES = (Scope.JOBS_READ, Scope.JOBS_WRITE, Scope.TEMPLATES_WRITE)


@dataclass(frozen=True)
class Caller:
    """Somebody with a valid token. `expires_at` is in epoch seconds; `token_id` is empty where the token has no id."""

    user_id: str
    project_id: str
    scopes: frozenset[Scope]
    expires_at: float
    token_id: str = ""

    @property
    def is_admin(self) -> bool:
        return Scope.ADMIN in self.scopes

    def may(self, scope: Scope) -> bool:
        """Whether the token has the scope, or is an administrator's."""
        return self.is_admin or scope in self.scopes

    def require(self, scopes: Iterable[Scope]) -> None:
        """Raises AccessDeniedError unless the token has all these scopes."""
        missing = [scope.value for scope in scopes if not self.may(scope)]
        if missing:
            raise AccessDeniedError(
                "Insufficient permissions", fix=f"Use a token with the scope {' and '.join(missing)}"
            )
