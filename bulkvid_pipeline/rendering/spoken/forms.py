"""The spoken form of a text with its way back, and the engine that makes it by replacing what is written."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

Say = Callable[[re.Match[str]], "str | None"]
"""What is said instead of a match; None leaves it to other rules."""


@dataclass(frozen=True)
class Rule:
    """A written form and what is said for it. The pattern must be bounded: no `*` or `+` that runs over a text."""

    pattern: re.Pattern[str]
    say: str | Say
    digits: bool = False
    """It matches nothing in a text without digits, and need not be tried there."""


@dataclass(frozen=True)
class SpokenText:
    """The spoken form of a part of the script."""

    script: str
    text: str
    """The text for the voice."""
    anchors: tuple[tuple[int, int], ...]
    """Pairs (offset in `text`, offset in `script`), both increasing, first (0, 0), last the two lengths."""

    def script_offset(self, offset: int) -> int:
        """The offset in the script for an offset in the spoken text."""
        index = bisect_right(self.anchors, offset, key=lambda anchor: anchor[0]) - 1
        index = max(0, min(index, len(self.anchors) - 2))
        (spoken, script), (next_spoken, next_script) = self.anchors[index], self.anchors[index + 1]
        if next_spoken == spoken:
            return next_script
        return script + (offset - spoken) * (next_script - script) // (next_spoken - spoken)


def kept_stop(match: re.Match[str]) -> str:
    """The stop of an abbreviation where it ends the text as well."""
    return "." if match.group().endswith(".") and not match.string[match.end() :].strip(" \"'”’»)") else ""


def said_by(rules: Sequence[Rule], text: str, given: Sequence[tuple[int, int, str]] = ()) -> SpokenText:
    """The text with all matches of the rules replaced; where two overlap, the earlier rule's is. Linear time.

    `given` replacements (start, end, said) go before all rules.
    """
    has_digits = any(map(str.isdecimal, text))
    taken = bytearray(len(text))
    replacements = list(given)
    for start, end, _ in given:
        taken[start:end] = b"\x01" * (end - start)
    for rule in rules:
        if has_digits or not rule.digits:
            replacements += _matches(rule, text, taken)
    return _replaced(text, sorted(replacements))


def _matches(rule: Rule, text: str, taken: bytearray) -> list[tuple[int, int, str]]:
    """What the rule replaces (start, end, said) of what no rule has taken; it is marked as taken."""
    found: list[tuple[int, int, str]] = []
    position = 0
    while position <= len(text) and (match := rule.pattern.search(text, position)):
        start, end = match.span()
        position = max(end, start + 1)
        overlap = taken.find(1, start, end)
        if overlap >= 0:
            position = _next_free(taken, overlap)
            shorter = rule.pattern.match(text, start, overlap)
            if shorter is None:
                continue
            match, end = shorter, shorter.end()
        if end > start:
            said = rule.say if isinstance(rule.say, str) else rule.say(match)
            if said is not None:
                taken[start:end] = b"\x01" * (end - start)
                found.append(_changed(match.group(), said, start))
    return found


def _changed(written: str, said: str, start: int) -> tuple[int, int, str]:
    """The part that is said in other words, without words on both sides that stay: of "in 1956" the year."""
    lead = _common(written, said)
    lead = written.rfind(" ", 0, lead) + 1
    written, said, start = written[lead:], said[lead:], start + lead
    tail = _common(reversed(written), reversed(said))
    blank = written.find(" ", len(written) - tail)
    if blank > 0 and len(said) > len(written) - blank:
        said = said[: len(said) - (len(written) - blank)]
        written = written[:blank]
    return start, start + len(written), said


def _common(first: Iterable[str], second: Iterable[str]) -> int:
    """How many characters two texts have in common from their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def _next_free(taken: bytearray, place: int) -> int:
    free = taken.find(0, place)
    return free if free >= 0 else len(taken)


def _replaced(text: str, replacements: list[tuple[int, int, str]]) -> SpokenText:
    parts: list[str] = []
    anchors: list[tuple[int, int]] = [(0, 0)]
    spoken_length, position = 0, 0
    for start, end, said in replacements:
        parts += [text[position:start], said]
        spoken_start = spoken_length + start - position
        spoken_length = spoken_start + len(said)
        anchors += [(spoken_start, start), (spoken_length, end)]
        position = end
    parts.append(text[position:])
    anchors.append((spoken_length + len(text) - position, len(text)))
    return SpokenText(text, "".join(parts), tuple(anchors))
