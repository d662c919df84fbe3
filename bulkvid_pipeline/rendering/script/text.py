"""Text without marks: the words alone, with what the marks said about them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bulkvid_pipeline.rendering.script.words import gap_between


@dataclass(frozen=True)
class Pause:
    """Silence of so many seconds, before the word at `at` of the text that it is in."""

    at: int
    seconds: float


@dataclass(frozen=True)
class Text:
    """Words as they are shown and said."""

    words: str
    strong: tuple[tuple[int, int], ...] = ()
    """Stretches (start, end) that the author set off, in order and apart."""
    pauses: tuple[Pause, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any characters."""
        return bool(self.words)

    @property
    def is_spoken(self) -> bool:
        """Whether there is anything to say."""
        return any(map(str.isalnum, self.words))

    @property
    def strong_phrases(self) -> tuple[str, ...]:
        """What the author set off."""
        return tuple(self.words[start:end] for start, end in self.strong)

    def part(self, start: int, end: int) -> Text:
        """The stretch from `start` to `end`; a pause at its end belongs to what follows, if anything does."""
        if start == 0 and end == len(self.words):
            return self
        if not (self.strong or self.pauses):
            return Text(self.words[start:end])
        first = bisect_right(self.strong, start, key=lambda span: span[1])
        last = bisect_left(self.strong, end, key=lambda span: span[0])
        strong = tuple((max(a, start) - start, min(b, end) - start) for a, b in self.strong[first:last])
        early = bisect_left(self.pauses, start, key=_place)
        find = bisect_right if end == len(self.words) else bisect_left
        pauses = self.pauses[early : find(self.pauses, end, key=_place)]
        return Text(self.words[start:end], strong, _shifted(pauses, start, start, end))

    def parts(self, spans: Sequence[tuple[int, int]]) -> Iterator[Text]:
        """Stretches one after the other, with all pauses: those between two stretches belong to the first."""
        done = 0
        for index, (start, end) in enumerate(spans):
            if not (self.strong or self.pauses):
                yield Text(self.words[start:end])
                continue
            is_last = index + 1 == len(spans)
            until = len(self.pauses) if is_last else bisect_right(self.pauses, spans[index + 1][0], key=_place)
            pauses = _shifted(self.pauses[done:until], start, start, end)
            done = until
            yield replace(self.part(start, end), pauses=pauses)

    def only(self, start: int, end: int) -> Text:
        """The stretch with all pauses of the text, those outside at its ends."""
        if not self.pauses:
            return self.part(start, end)
        return replace(self.part(start, end), pauses=_shifted(self.pauses, start, start, end))

    def without(self, cuts: Iterable[tuple[int, int, float]]) -> Text:
        """The text without some stretches (start, end, seconds of the pause to leave there), which are in order."""
        kept: list[Text] = []
        position = 0
        for start, end, seconds in cuts:
            before = self.part(position, start)
            pauses = (*before.pauses, Pause(len(before.words), seconds)) if seconds else before.pauses
            kept.append(Text(before.words, before.strong, pauses))
            position = end
        return concatenated([*kept, self.part(position, len(self.words))]) if kept else self

    def flattened(self) -> Text:
        """With single blanks for all white space, and none at the ends."""
        flat = " ".join(self.words.split())
        if flat == self.words:
            return self
        places: list[int] = []  # place of each character in the flattened text
        position, pending = 0, False
        for char in self.words:
            if char.isspace():
                pending = position > 0
            else:
                position += pending
                pending = False
            places.append(min(position, len(flat)))
            position += not char.isspace()
        places.append(len(flat))
        strong = tuple((places[a], places[b - 1] + 1) for a, b in self.strong if self.words[a:b].strip())
        return Text(flat, strong, tuple(Pause(places[pause.at], pause.seconds) for pause in self.pauses))


EMPTY = Text("")


def _place(pause: Pause) -> int:
    return pause.at


def _shifted(pauses: Iterable[Pause], by: int, least: int, most: int) -> tuple[Pause, ...]:
    return tuple(Pause(min(max(pause.at, least), most) - by, pause.seconds) for pause in pauses)


def concatenated(texts: Iterable[Text], between: str = "") -> Text:
    """Texts in one, with the same characters between each two."""
    words: list[str] = []
    strong: list[tuple[int, int]] = []
    pauses: list[Pause] = []
    position = 0
    for index, text in enumerate(texts):
        if index and between:
            words.append(between)
            position += len(between)
        words.append(text.words)
        strong += [(start + position, end + position) for start, end in text.strong]
        pauses += [Pause(pause.at + position, pause.seconds) for pause in text.pauses]
        position += len(text.words)
    return Text("".join(words), tuple(strong), tuple(pauses))


def joined(texts: Sequence[Text], gaps: Sequence[str | None] = ()) -> Text:
    """Sentences or clauses put together again: with the `gaps`, one before each, or where none is known as their script
    writes them."""
    parts: list[Text] = []
    before = ""
    for text, gap in zip(texts, gaps or [None] * len(texts), strict=True):
        if before and text.words:
            parts.append(Text(gap_between(before, text.words) if gap is None else gap))
        parts.append(text)
        before = text.words or before
    return concatenated(parts)
