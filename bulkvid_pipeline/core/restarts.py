"""When a process that has died is started again: pure decisions. All times are seconds."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
SOUND_AFTER_S = 60.0
"""A process that has lived for so long was well: its death counts as the first one."""


@dataclass(frozen=True)
class Restarts:
    """How often in a row a process has died young."""

    deaths: int = 0

    def after(self, lived_s: float) -> Restarts:
        """Count the death of a process that has lived for that long."""
        return Restarts(1 if lived_s >= SOUND_AFTER_S else self.deaths + 1)

    @property
    def pause_s(self) -> float:
        """How long to wait before it is started again: doubled with each death, up to `LONGEST_PAUSE_S`."""
        if not self.deaths:
            return 0.0
        doublings = min(self.deaths - 1, 16)
        return float(min(FIRST_PAUSE_S * 2**doublings, LONGEST_PAUSE_S))
