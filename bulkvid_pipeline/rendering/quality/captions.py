"""Checks of a video's caption files: order, agreement of both files, and reading speed."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bulkvid_pipeline.rendering.quality.checks import Check, Outcome, Subject, check

_TIMES = re.compile(r"(\d+):(\d\d):(\d\d)[.,](\d{3}) --> (\d+):(\d\d):(\d\d)[.,](\d{3})")

READABLE_CPS = 20.0
"""Readable characters a second, for adults in their own language: Netflix, "English Timed Text Style Guide", reading
speed for SDH. (BBC, "Subtitle Guidelines": 160 to 180 words a minute, up to 200 for live subtitles.)"""
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_KANA = "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d"
_HANGUL = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
_SCRIPT_CPS = (
    (re.compile(f"[{_KANA}]"), re.compile(f"[{_KANA}{_HAN}]"), 7.0),
    (re.compile(f"[{_HANGUL}]"), re.compile(f"[{_HANGUL}{_HAN}]"), 14.0),
    (re.compile(f"[{_HAN}]"), re.compile(f"[{_HAN}]"), 11.0),
)
"""For Japanese, Korean and Chinese: characters that identify the language, its script, and readable characters a second
of that script (Netflix's SDH guides for these languages). Other characters count with the general speed."""
_HURRIED = 1.1
"""Factor of the readable speed above which a caption gets a warning: slightly too fast is tolerated."""
_UNREADABLE = 2.0
"""Factor of the readable speed at which a caption counts as unreadable."""
_UNREADABLE_SHARE = 0.25
"""Largest share of the text that may be unreadable: the voice skips unknown words in very little time."""
_SHOWN = 40
"""Largest number of a caption's characters that are quoted in a message."""


@dataclass(frozen=True)
class CaptionCue:
    """One caption as read from a file; times in seconds."""

    start: float
    end: float
    text: str

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def is_visible(self) -> bool:
        """Whether its text has visible characters."""
        return any(unicodedata.category(char)[0] not in "CZ" for char in self.text)


def caption_cues(document: str) -> tuple[CaptionCue, ...]:
    """The cues of a SubRip or WebVTT document, in the order of the file; blocks without a time line are skipped."""
    return tuple(_cues(document, escaped=document.startswith("WEBVTT")))


def _cues(document: str, *, escaped: bool) -> Iterator[CaptionCue]:
    for block in document.split("\n\n"):
        lines = block.strip("\n").split("\n")
        at = next((number for number, line in enumerate(lines) if _TIMES.fullmatch(line)), None)
        if at is not None:
            found = _TIMES.fullmatch(lines[at])
            assert found is not None
            hours, minutes, seconds, thousandths, *ends = map(int, found.groups())
            text = "\n".join(lines[at + 1 :])
            yield CaptionCue(
                hours * 3600 + minutes * 60 + seconds + thousandths / 1000,
                ends[0] * 3600 + ends[1] * 60 + ends[2] + ends[3] / 1000,
                html.unescape(text) if escaped else text,
            )


def caption_checks(srt: str, vtt: str, seconds: float) -> Iterator[Check]:
    """Check the two caption files of a video of `seconds` seconds.

    Args:
        srt, vtt: the contents of captions.srt and captions.vtt.
        seconds: length of the video.
    """
    cues = caption_cues(vtt)
    yield _order(cues, seconds)
    yield _agreement(caption_cues(srt), cues)
    yield from _speed([cue for cue in cues if cue.is_visible])


def _order(cues: Sequence[CaptionCue], seconds: float) -> Check:
    said = ""
    for cue in cues:
        if cue.seconds <= 0 or cue.end > seconds + 0.001:
            said = f"the caption {_quoted(cue)} stands at {cue.start:.2f} to {cue.end:.2f} s of {seconds:.2f}"
    for before, after in pairwise(cues):
        if after.start < before.end:
            said = f"the captions {_quoted(before)} and {_quoted(after)} overlap"
    return check("captions", Subject.TEXT, len(cues), "in order, inside the video", said)


def _agreement(srt: Sequence[CaptionCue], vtt: Sequence[CaptionCue]) -> Check:
    same = [(cue.start, cue.end) for cue in srt] == [(cue.start, cue.end) for cue in vtt]
    said = "" if same else f"captions.srt has {len(srt)} captions, captions.vtt {len(vtt)}, or at other times"
    return check("caption_files_agree", Subject.TEXT, same, "the same times in captions.srt and captions.vtt", said)


def _speed(cues: Sequence[CaptionCue]) -> Iterator[Check]:
    """Checks of the fastest caption, and of the share of unreadable text."""
    limit = READABLE_CPS * _HURRIED
    speeds = [READABLE_CPS * reading_seconds(cue.text) / max(cue.seconds, 0.001) for cue in cues]
    hurried = [index for index, speed in enumerate(speeds) if speed > limit]
    said = ""
    if hurried:
        worst = max(hurried, key=lambda index: speeds[index])
        many = f"{len(hurried)} of {len(cues)} captions pass" if len(hurried) > 1 else "a caption passes"
        said = (
            f"{many} too fast for comfortable reading: {_quoted(cues[worst])} at {cues[worst].start:.1f} s "
            f"with {speeds[worst]:.0f} characters a second; shorten the script or give it more time"
        )
    yield check(
        "caption_characters_per_second",
        Subject.TEXT,
        max(speeds, default=0.0),
        f"at most {limit:g}; those of Chinese count {READABLE_CPS / 11:.1f}, Korean 1.4, Japanese 2.9",
        said,
        Outcome.WARNING,
    )
    lost = sum(len(cue.text) for cue, speed in zip(cues, speeds, strict=True) if speed > READABLE_CPS * _UNREADABLE)
    share = lost / max(1, sum(len(cue.text) for cue in cues))
    said = f"{share:.0%} of the captions' text passes too fast to be read" if share > _UNREADABLE_SHARE else ""
    yield check("unreadable_captions", Subject.TEXT, share, f"at most {_UNREADABLE_SHARE:g} of the text", said)


def reading_seconds(text: str) -> float:
    """Seconds for reading a caption at readable speed. Blanks count; combining and invisible characters do not."""
    seen = [char for char in text if unicodedata.category(char) not in ("Mn", "Me", "Cf", "Cc")]
    for identifying, script, speed in _SCRIPT_CPS:
        if identifying.search(text):
            own = sum(bool(script.match(char)) for char in seen)
            return own / speed + (len(seen) - own) / READABLE_CPS
    return len(seen) / READABLE_CPS


def _quoted(cue: CaptionCue) -> str:
    text = " ".join(cue.text.split())
    return f"'{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}'"
