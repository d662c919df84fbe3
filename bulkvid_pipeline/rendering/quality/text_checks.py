"""The checks that a video's words are its script's: said, captioned and drawn, each once and whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.rendering.model import FPS, TimedScene
from bulkvid_pipeline.rendering.narration import NarratedScene
from bulkvid_pipeline.rendering.quality.captioned_words import captioned_faults
from bulkvid_pipeline.rendering.quality.checks import Check, Subject, check
from bulkvid_pipeline.rendering.quality.script_words import script_faults
from bulkvid_pipeline.rendering.quality.spoken_words import spoken_faults
from bulkvid_pipeline.rendering.quality.written import TextFault

FIXES = {
    "script_is_read_whole": "Report the row with its script; to go on, take out the marks around the lost words",
    "script_in_scenes": "Report the row with its script; to go on, shorten or divide the sentence",
    "words_spoken": "Write the words as they are said, or take out what has no sound, and report the row",
    "words_timed": "Retry the row, and report it if it fails again",
    "words_heard": "Choose a voice for the script's language, or ask for silence, and report the row if it fails again",
    "words_captioned": "Report the row with its script; to go on, shorten the sentence",
    "caption_files": "Report the row with its script; to go on, shorten the sentence",
    "words_drawn": "Shorten or divide the sentence, or choose another style, and report the row",
    "words_drawn_whole": "Shorten or divide the sentence, or choose another style, and report the row",
    "words_in_file": "Retry the row, and report it if it fails again",
}
"""For each check of words what the user can do."""
_NAMED = 3
"""Largest number of places that a message names."""


def text_checks(
    plan: VideoPlan,
    narrated: Sequence[NarratedScene],
    timed: Sequence[TimedScene],
    srt: str,
    vtt: str,
    seen: Sequence[Sequence[TextFault]],
) -> Iterator[Check]:
    """All checks of a video's words.

    Args:
        narrated, timed: its scenes as they are spoken, and with their captions.
        srt, vtt: the contents of its caption files.
        seen: for each scene what its pictures do not show.
    """
    scenes = [scene.scene for scene in narrated]
    faults = [
        *script_faults(plan.title, plan.description, plan.script, scenes),
        *spoken_faults(narrated, is_silent=plan.is_silent),
        *captioned_faults(narrated, timed, srt, vtt),
    ]
    faults += [
        TextFault(fault.check, fault.said, index, fault.frame) for index, found in enumerate(seen) for fault in found
    ]
    starts = list(accumulate((scene.frames for scene in timed), initial=0))
    for name in FIXES:
        if name != "words_in_file":  # which is found while the file is read
            yield _check(name, [fault for fault in faults if fault.check == name], starts)


def _check(name: str, faults: Sequence[TextFault], starts: Sequence[int]) -> Check:
    said = "; ".join(_placed(faults[:_NAMED], starts))
    more = f"; and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
    return check(name, Subject.TEXT, len(faults), "none", said + more)


def _placed(faults: Iterable[TextFault], starts: Sequence[int]) -> Iterator[str]:
    for fault in faults:
        seconds = (starts[min(fault.scene, len(starts) - 1)] + fault.frame) / FPS
        yield f"at {seconds:.1f} s {fault.said}"


def fix_for(names: Iterable[str]) -> str | None:
    """What the user can do about failed checks; None if none of them is about words."""
    return next((FIXES[name] for name in names if name in FIXES), None)
