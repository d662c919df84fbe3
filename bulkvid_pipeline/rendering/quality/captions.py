"""Checks of a video's caption files: order, agreement of both files, length, lines, whole units, reading speed."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.rendering.caption_lines import MOST_LINES, WIDEST
from bulkvid_pipeline.rendering.quality.checks import Check, Outcome, Subject, check
from bulkvid_pipeline.rendering.script.tokens import units_of
from bulkvid_pipeline.rendering.script.words import script_words

_TIMES = re.compile(r"(\d+):(\d\d):(\d\d)[.,](\d{3}) --> (\d+):(\d\d):(\d\d)[.,](\d{3})(?: [a-z]+:\S+)*")
_MARKS = re.compile("[\\s\u200e\u200f]+")
"""What captions have between and before their words and the script has not: line ends, marks of direction."""
_LEAST_S = 1.0
_TOLERANCE_S = 0.002
"""Files have milliseconds, videos frames."""

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
    def lines(self) -> tuple[str, ...]:
        return tuple(self.text.split("\n"))

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


def caption_checks(srt: str, vtt: str, seconds: float, texts: Sequence[str] = ()) -> Iterator[Check]:
    """Check the two caption files of a video of `seconds` seconds.

    Args:
        srt, vtt: the contents of captions.srt and captions.vtt.
        seconds: length of the video.
        texts: the spoken text of each scene, entries of lists on lines of their own.
    """
    cues = caption_cues(vtt)
    yield _order(cues, seconds)
    yield _agreement(caption_cues(srt), cues)
    yield _shortest(cues, seconds)
    yield _lines(cues)
    yield _widest(cues)
    places = _places(cues, texts)
    yield _units(cues, places, texts)
    yield _entries(cues, places, texts)
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


def _shortest(cues: Sequence[CaptionCue], seconds: float) -> Check:
    """Check that captions stay for a second; only a warning where there is no time for it."""
    said, outcome = "", Outcome.WARNING
    ends = [0.0, *(cue.end for cue in cues)]
    starts = [*(cue.start for cue in cues[1:]), seconds]
    for cue, before, after in zip(cues, ends, starts, strict=False):
        lacking = _LEAST_S - cue.seconds
        if lacking <= _TOLERANCE_S:
            continue
        free = (cue.start - before) + (after - cue.end) > _TOLERANCE_S
        if free or not said:
            said = f"the caption {_quoted(cue)} at {cue.start:.1f} s is gone after {cue.seconds:.2f} s"
        outcome = Outcome.FAULT if free else outcome
    least = min((cue.seconds for cue in cues), default=_LEAST_S)
    return check("shortest_caption_s", Subject.TEXT, least, f"at least {_LEAST_S:g}", said, outcome)


def _lines(cues: Sequence[CaptionCue]) -> Check:
    most = max((len(cue.lines) for cue in cues), default=0)
    high = next((cue for cue in cues if len(cue.lines) > MOST_LINES), None)
    said = f"the caption {_quoted(high)} has {len(high.lines)} lines" if high else ""
    return check("caption_lines", Subject.TEXT, most, f"at most {MOST_LINES}", said)


def _widest(cues: Sequence[CaptionCue]) -> Check:
    """Check that lines are no longer than subtitles' are, but for a single word or address."""
    share, widest = max(((_line_share(line), line) for cue in cues for line in cue.lines), default=(0.0, ""))
    said = f"the line '{shortened(widest)}' is longer than a line of captions" if share > 1 else ""
    limit = f"at most 1, which is {WIDEST.columns} characters, {WIDEST.east_asian} of Chinese, Japanese or Korean"
    return check("widest_caption_line", Subject.TEXT, share, limit, said)


def _line_share(line: str) -> float:
    share = WIDEST.share(line)
    return share if share <= 1 or not _is_one(line) else 1.0


def _is_one(line: str) -> bool:
    """Whether a line is a single word or unit."""
    return len(script_words(line)) < 2 or any(unit.start == 0 and unit.end >= len(line) - 1 for unit in units_of(line))


def _places(cues: Sequence[CaptionCue], texts: Sequence[str]) -> list[tuple[int, int] | None]:
    """Where each caption stands in the texts, all without blanks; None for one that is not found there."""
    whole = _MARKS.sub("", "".join(texts))
    places: list[tuple[int, int] | None] = []
    position = 0
    for cue in cues:
        words = _MARKS.sub("", cue.text)
        start = whole.find(words, position)
        places.append((start, start + len(words)) if start >= 0 and words else None)
        position = start + len(words) if start >= 0 else position
    return places


def _units(cues: Sequence[CaptionCue], places: Sequence[tuple[int, int] | None], texts: Sequence[str]) -> Check:
    """Check that no unit is parted by the end of a caption, nor by that of a line that it would fit into."""
    edges = sorted({edge for place in places if place for edge in place})
    ends_of_lines = sorted(
        place[0] + len(_MARKS.sub("", "".join(cue.lines[:at])))
        for cue, place in zip(cues, places, strict=True)
        if place
        for at in range(1, len(cue.lines))
    )
    parted = [
        unit
        for start, end, unit in _spans_of_units(texts)
        if _holds(edges, start, end) or (_holds(ends_of_lines, start, end) and WIDEST.share(unit) <= 1)
    ]
    said = f"'{shortened(parted[0])}' is parted in the captions" if parted else ""
    return check("parted_caption_units", Subject.TEXT, len(parted), "none", said)


def _holds(places: Sequence[int], start: int, end: int) -> bool:
    """Whether one of the places, which are sorted, is strictly between two others."""
    at = bisect_right(places, start)
    return at < len(places) and places[at] < end


def _spans_of_units(texts: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """The units of the texts, by their places in all of them without blanks."""
    position = 0
    for text in texts:
        for line in text.split("\n"):
            for unit in units_of(line):
                start = position + len(_MARKS.sub("", line[: unit.start]))
                yield start, start + len(_MARKS.sub("", unit.text)), unit.text
            position += len(_MARKS.sub("", line))


def _entries(cues: Sequence[CaptionCue], places: Sequence[tuple[int, int] | None], texts: Sequence[str]) -> Check:
    """Check that no caption holds words of two entries of a list, or of two scenes."""
    lengths = [len(_MARKS.sub("", line)) for text in texts for line in text.split("\n")]
    ends = list(accumulate(lengths))
    mixed = [cue for cue, place in zip(cues, places, strict=True) if place and _holds(ends, *place)]
    said = f"the caption {_quoted(mixed[0])} holds words of two entries" if mixed else ""
    return check("captions_over_entries", Subject.TEXT, len(mixed), "none", said)


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
