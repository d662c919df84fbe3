"""Decides how to repair an output that failed its checks; `rendering.output` carries it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bulkvid_pipeline.rendering.quality import Check, Examination, Subject
from bulkvid_pipeline.rendering.quality.sound import CODEC_OVERSHOOT_DB

_SILENCES = frozenset({"longest_silence_s"})
_PEAKS = frozenset({"true_peak_dbtp", "clipped_samples"})
_SAFETY_DB = 0.3


@dataclass(frozen=True)
class Remedy:
    """How to make an output a second time."""

    record: bool = False
    """Narrate again without cached utterances: one of them may be damaged."""
    master: bool = False
    """Mix and master again."""
    lower_by_db: float = 0.0
    """By how many dB to lower the true-peak ceiling."""
    other_renderer: bool = False
    """Render with the graph renderer and without cached scenes, so that neither can cause the fault again."""

    def __str__(self) -> str:
        done = []
        if self.record:
            done.append("the narration was spoken again")
        if self.master:
            lower = f" with its peaks {self.lower_by_db:.1f} dB lower" if self.lower_by_db else ""
            done.append(f"the sound was mastered again{lower}")
        if self.other_renderer:
            done.append("the pictures were rendered again with the graph renderer and without cached scenes")
        return " and ".join(done)


def remedy_for(faults: Sequence[Check], found: Examination, true_peak_dbtp: float | None) -> Remedy | None:
    """A remedy for the faults; None if making the output again would give the same result.

    Args:
        found: the measures of the faulty file.
        true_peak_dbtp: its true-peak limit in dBTP.
    """
    if any(fault.subject is Subject.TEXT for fault in faults):
        return None
    sound = {fault.name for fault in faults if fault.subject is Subject.SOUND}
    silent = bool(sound & _SILENCES) or found.integrated_lufs == float("-inf")
    over = 0.0
    if sound & _PEAKS and true_peak_dbtp is not None:
        over = max(0.0, found.true_peak_dbtp - true_peak_dbtp - CODEC_OVERSHOOT_DB) + _SAFETY_DB
    return Remedy(
        record=bool(sound) and silent,
        master=bool(sound),
        lower_by_db=round(over, 2),
        other_renderer=len(sound) < len(faults),
    )
