"""How often something is tried again, and after which waits, in the words of scripts."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError


@dataclass(frozen=True)
class RetryTemplate:
    """Exponential backoff.

    Args:
        initial_delay: seconds before the first retry.
        max_delay: longest wait in seconds.
        max_retries: tries after the first one.
        multiplier: how much longer each wait is than the one before.

    Raises:
        InvalidRequestError: a figure is out of its bounds.
    """

    initial_delay: float = 1.0
    max_delay: float = 60.0
    max_retries: int = 5
    multiplier: float = 3.0

    def __post_init__(self) -> None:
        bounds = {"initial_delay": 0.0, "max_delay": 0.0, "max_retries": 0, "multiplier": 1.0}
        for name, least in bounds.items():
            value = getattr(self, name)
            if not isinstance(value, int | float) or not math.isfinite(value) or value < least:
                raise InvalidRequestError(f"{name} of a RetryTemplate is {value!r}", fix=f"Give {least} or more")
        if self.max_retries != int(self.max_retries):
            raise InvalidRequestError(
                f"max_retries of a RetryTemplate is {self.max_retries!r}", fix="Give a whole number"
            )

    def delay(self, attempt: int) -> float:
        """Seconds to wait after the try of that number (from 1) has failed, without any jitter."""
        growth = self.multiplier ** min(max(0, attempt - 1), 1000 if self.multiplier < 2 else 64)
        return min(self.max_delay, self.initial_delay * growth)

    @property
    def policy(self) -> RetryPolicy:
        """The policy that adapters retry by."""
        return RetryPolicy(
            tries=int(self.max_retries) + 1,
            first_delay_s=self.initial_delay,
            factor=self.multiplier,
            longest_delay_s=self.max_delay,
        )


@dataclass
class SheetsErrorHandler:
    """What a processor does about errors where its script does not decide: reads of sheets, and rows, are tried again.

    Args:
        name: shown in the log.
        retry_template: how often, and after which waits.
    """

    name: str = "batch_processor"
    retry_template: RetryTemplate = field(default_factory=RetryTemplate)

    def is_retryable(self, error: BaseException) -> bool:
        """Whether the same may succeed later without any change."""
        if isinstance(error, BulkVideoError):
            return error.retryable
        return isinstance(error, TimeoutError | ConnectionError)

    def should_retry(self, error: BaseException, attempt: int) -> bool:
        """Whether there is another try after the one of that number (from 1) has failed."""
        return attempt <= self.retry_template.max_retries and self.is_retryable(error)

    def calculate_backoff(self, attempt: int) -> float:
        """Seconds to wait before the next try."""
        return self.retry_template.delay(attempt)
