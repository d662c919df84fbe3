"""Request quotas of the Sheets API: per user and per project, reads and writes apart."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bulkvid_pipeline_tests.peers.google.wire import CONSUMER, Answer, Refusal, api_error

WINDOW_S = 60.0


@dataclass
class Quota:
    now: Callable[[], float]
    per_user: int = 60
    per_project: int = 300
    _seen: dict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def spend(self, kind: str, user: str) -> None:
        """Count one "Read" or "Write" request; refuses the one past a limit, which does not count."""
        now = self.now()
        windows = [(self._seen[kind, user], self.per_user, " per user"), (self._seen[kind, ""], self.per_project, "")]
        for seen, limit, whose in windows:
            while seen and seen[0] <= now - WINDOW_S:
                seen.popleft()
            if len(seen) >= limit:
                raise Refusal(quota_exceeded(kind, whose, limit))
        for seen, _, _ in windows:
            seen.append(now)

    def refill(self) -> None:
        self._seen.clear()


def quota_exceeded(kind: str, whose: str = " per user", limit: int = 60) -> Answer:
    """Google's answer; it carries no Retry-After."""
    message = (
        f"Quota exceeded for quota metric '{kind} requests' and limit '{kind} requests per minute{whose}' "
        f"of service 'sheets.googleapis.com' for consumer 'project_number:{CONSUMER}'."
    )
    return api_error(
        429,
        message,
        reason="RATE_LIMIT_EXCEEDED",
        quota_metric=f"sheets.googleapis.com/{kind.lower()}_requests",
        quota_limit=f"{kind}RequestsPerMinute{'PerUser' if whose else 'PerProject'}",
        quota_limit_value=str(limit),
        consumer=f"projects/{CONSUMER}",
        service="sheets.googleapis.com",
    )
