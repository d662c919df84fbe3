"""Proof that words are captioned: each once, in order, whole, in the cues and in the files as they were written."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bulkvid_pipeline.rendering.model import FPS, TimedScene
from bulkvid_pipeline.rendering.narration import NarratedScene
from bulkvid_pipeline.rendering.quality.spoken_words import sayable
from bulkvid_pipeline.rendering.quality.written import TextFault, first_difference, quoted, written
from bulkvid_pipeline.rendering.script.tokens import units_of

_TIMES = re.compile(
    r"(?:(\d+):)?(\d\d):(\d\d)[.,](\d{3})[ \t]+-->[ \t]+(?:(\d+):)?(\d\d):(\d\d)[.,](\d{3})(?:[ \t]+\S.*)?"
)
_TAG = re.compile(r"</?(?:[cibuv]|ruby|rt|lang)(?:[.\s][^>]*)?>|<\d[\d:.]*>")
_ROUNDING_S = 0.002


@dataclass(frozen=True)
class FileCue:
    """A caption as a player reads it from a file; times in seconds."""

    start: float
    end: float
    text: str


def captioned_faults(
    narrated: Sequence[NarratedScene], timed: Sequence[TimedScene], srt: str, vtt: str
) -> Iterator[TextFault]:
    """Where the captions of a video, or its two files, are not the words that are spoken."""
    for index, (spoken, scene) in enumerate(zip(narrated, timed, strict=True)):
        for said, frame in _cue_faults(spoken, scene):
            yield TextFault("words_captioned", said, index, frame)
    for name, cues in (("captions.srt", cues_in(srt)), ("captions.vtt", cues_in(vtt))):
        for fault in _file_faults(cues, narrated, timed):
            yield TextFault("caption_files", f"in {name} {fault.said}", fault.scene, fault.frame)
    for index, (first, second) in enumerate(zip(cues_in(srt), cues_in(vtt), strict=False)):
        if written(first.text) != written(second.text):
            said = f"caption {index + 1} is {quoted(first.text)} in captions.srt, {quoted(second.text)} in captions.vtt"
            yield TextFault("caption_files", said)


def _cue_faults(spoken: NarratedScene, scene: TimedScene) -> Iterator[tuple[str, int]]:
    words = [word for cue in scene.cues for word in cue.words]
    for wanted, found in zip(spoken.words, words, strict=False):
        if (wanted.text, wanted.start, wanted.end) != (found.text, found.start, found.end):
            yield f"the captions have {quoted(found.text)} where {quoted(wanted.text)} is said", wanted.start
            break
    else:
        if len(words) != len(spoken.words):
            odd = (spoken.words if len(words) < len(spoken.words) else words)[min(len(words), len(spoken.words))]
            often = "never" if len(words) < len(spoken.words) else "more often than it is said"
            yield f"{quoted(odd.text)} is captioned {often}", odd.start
    before = 0
    for cue in scene.cues:
        if not cue.words:
            yield "a caption is empty", cue.start
        if not before <= cue.start < cue.end <= scene.frames:
            text = " ".join(word.text for word in cue.words)
            yield f"the caption {quoted(text)} stands outside of its scene or over another", max(0, cue.start)
        before = cue.end


def _file_faults(
    cues: Sequence[FileCue], narrated: Sequence[NarratedScene], timed: Sequence[TimedScene]
) -> Iterator[TextFault]:
    wanted = [
        (index, position + cue.start, position + cue.end)
        for index, position, scene in _placed(timed)
        for cue in scene.cues
    ]
    if len(wanted) != len(cues):
        yield TextFault("", f"there are {len(cues)} captions instead of {len(wanted)}")
        return
    for (index, start, end), cue in zip(wanted, cues, strict=True):
        if abs(cue.start - start / FPS) > _ROUNDING_S or abs(cue.end - end / FPS) > _ROUNDING_S:
            said = f"{quoted(cue.text)} stands from {cue.start:.2f} to {cue.end:.2f} s"
            yield TextFault("", said, index, start - _start(timed, index))
    for index, position, _ in _placed(timed):
        texts = [cue.text for (scene, _, _), cue in zip(wanted, cues, strict=True) if scene == index]
        for said in _text_faults(narrated[index].scene.text, texts):
            yield TextFault("", said, index, 0 if not position else 1)


def _text_faults(script: str, texts: Sequence[str]) -> Iterator[str]:
    """Where the captions of a scene are not its script."""
    difference = first_difference(sayable(script), sayable(" ".join(texts)))
    if difference:
        yield f"the text {difference}"
        return
    if any(not written(text) for text in texts):
        yield "a caption is empty"
    place = 0
    units = [unit for unit in units_of(script) if any(map(str.isalnum, unit.text))]
    for unit in units:
        # Its place among the captions' characters: what is sayable is the same in both.
        before = len(sayable(script[: unit.start]))
        length = len(sayable(unit.text))
        place = before
        holder, inside = 0, place
        while holder < len(texts) and inside >= len(sayable(texts[holder])):
            inside -= len(sayable(texts[holder]))
            holder += 1
        if holder == len(texts):
            return
        whole = _flat(unit.text)
        if inside + length > len(sayable(texts[holder])):
            yield f"{quoted(whole)} is parted over two captions"
        elif whole not in _unwrapped(texts[holder], whole):
            yield f"{quoted(whole)} is parted or changed in {quoted(texts[holder])}"


def _unwrapped(text: str, unit: str) -> str:
    """The caption's text; a line may end at a blank, but not in a unit that has none."""
    return _flat(text) if " " in unit else "\n".join(_flat(line) for line in text.split("\n"))


def _flat(text: str) -> str:
    return " ".join(text.replace("-->", "->").split())


def _placed(timed: Sequence[TimedScene]) -> Iterator[tuple[int, int, TimedScene]]:
    position = 0
    for index, scene in enumerate(timed):
        yield index, position, scene
        position += scene.frames


def _start(timed: Sequence[TimedScene], index: int) -> int:
    return sum(scene.frames for scene in timed[:index])


def cues_in(document: str) -> tuple[FileCue, ...]:
    """The captions of a SubRip or WebVTT file as a player reads them."""
    is_vtt = document.startswith("WEBVTT")
    cues: list[FileCue] = []
    for block in re.split(r"\n[ \t]*\n", document.replace("\r\n", "\n")):
        lines = block.strip("\n").split("\n")
        at = next((index for index, line in enumerate(lines) if _TIMES.fullmatch(line.strip())), None)
        if at is None:
            continue
        match = _TIMES.fullmatch(lines[at].strip())
        assert match is not None
        numbers = [int(group or 0) for group in match.groups()]
        start, end = (
            hours * 3600 + minutes * 60 + seconds + thousandths / 1000
            for hours, minutes, seconds, thousandths in (numbers[:4], numbers[4:])
        )
        text = "\n".join(lines[at + 1 :])
        cues.append(FileCue(start, end, html.unescape(_TAG.sub("", text)) if is_vtt else text))
    return tuple(cues)
