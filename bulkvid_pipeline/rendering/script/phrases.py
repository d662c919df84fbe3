"""What is said in one go: a sentence, or what of it stands between two pauses that the script asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bulkvid_pipeline.rendering.script.sentences import sentence_spans
from bulkvid_pipeline.rendering.script.text import Pause


@dataclass(frozen=True)
class Phrase:
    """Words that are said in one go, with the silence that the script asks for around them, in seconds."""

    words: str
    before: float = 0.0
    """Only the first has any: later ones have it after the one before."""
    after: float = 0.0
    goes_on: bool = False
    """Whether its sentence goes on in the next phrase, so that nothing but `after` parts the two."""
    gap: str | None = None
    """What stands before the next phrase in the text, a line's end between entries of a list; None at the end."""


def phrases_of(text: str, pauses: Sequence[Pause] = ()) -> tuple[Phrase, ...]:
    """The phrases of a text whose lines have single blanks; those without a letter or digit are left to the others."""
    found: list[Phrase] = []
    ends: list[int] = []
    silence = 0.0
    for start, end, after in _stretches(text, pauses):
        for first, last in sentence_spans(text[start:end]):
            words = text[start + first : start + last]
            if not any(map(str.isalnum, words)):
                continue
            if found:
                between = text[ends[-1] : start + first]
                found[-1] = replace(
                    found[-1], gap="\n" if "\n" in between else between, after=found[-1].after + silence
                )
                found.append(Phrase(words))
            else:
                found.append(Phrase(words, before=silence))
            silence = 0.0
            ends.append(start + last)
        silence += after
    if found:
        found[-1] = replace(found[-1], after=found[-1].after + silence)
    sentence_ends = _sentence_ends(text)
    return tuple(
        replace(phrase, goes_on=phrase.gap is not None and end not in sentence_ends)
        for phrase, end in zip(found, ends, strict=True)
    )


def _sentence_ends(text: str) -> frozenset[int]:
    """Where sentences would end without the pauses."""
    ends: set[int] = set()
    position = 0
    for line in text.split("\n"):
        ends |= {position + end for _, end in sentence_spans(line)}
        position += len(line) + 1
    return frozenset(ends)


def _stretches(text: str, pauses: Sequence[Pause]) -> Iterator[tuple[int, int, float]]:
    """Lines and what pauses make of them: (start, end, seconds of silence after it)."""
    silent: dict[int, float] = {}
    for pause in pauses:
        silent[pause.at] = silent.get(pause.at, 0.0) + pause.seconds
    breaks = {index for index, char in enumerate(text) if char == "\n"}
    position = 0
    for place in sorted({*silent, *breaks, len(text)}):
        yield position, place, silent.get(place, 0.0)
        position = place + (place in breaks)
