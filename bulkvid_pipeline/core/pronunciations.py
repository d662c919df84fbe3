"""How words are spoken that a voice would say wrong: pairs of a written and a spoken form, in a cell or a template.

A cell has one pair a line, or several with semicolons between them: `SQL = sequel; Xi'an = shee ahn`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.readings import Reading
from bulkvid_pipeline.core.vocabulary.empties import is_empty_option

MOST_PAIRS = 200
"""Of one cell, and of one list in a template."""
LONGEST_FORM = 100
"""Characters of a written or a spoken form."""
PAIR_FIX = "Write pairs such as SQL = sequel, one on each line or with ; between them"

_PROBLEMS_TOLD = 3
_BETWEEN_PAIRS = re.compile(r"[;；؛\r\n\v\f\x85\u2028\u2029]+")
_BETWEEN_FORMS = (
    re.compile(r"\s+(?:=+>?|-+>|→|⇒|＝)\s+"),
    re.compile(r"\s*(?:=+>?|-+>|→|⇒|＝)\s*"),
    re.compile(r"\s*(?::\s|：)\s*"),
)
"""What parts the two forms; the first that is found counts, so that a written form may have a sign of a later one."""
_COMMA = re.compile(r"\s*[,，、،]\s*")
_BULLET = re.compile(r"^[-–—•*·]\s+")
_QUOTES = dict(zip("\"'“„‘«「`*_", "\"'”“’»」`*_", strict=True))
_MARKUP = re.compile(r"[<>\[\]{}|\\`\x00-\x1f\x7f-\x9f\ud800-\udfff]|&#?\w+;|[ˈˌːʃʌɹɾ]|^/.*/$")
"""What belongs to SSML, to phoneme input or to phonetic script, and is no spelling."""


@dataclass(frozen=True)
class Pronunciation:
    """The voice says `spoken` where the script has `written`; captions and cards show what is written."""

    written: str
    spoken: str


@lru_cache(maxsize=1024)
def read_say_as(cell: str) -> Reading[tuple[Pronunciation, ...]]:
    """The pairs in a cell; the value has the good ones where others are faulty."""
    if is_empty_option(cell):
        return Reading(understood="an empty cell" if cell.strip() else "")
    pairs: list[tuple[str, str]] = []
    problems: list[str] = []
    unusual = False
    for part in _BETWEEN_PAIRS.split(cell):
        part = _BULLET.sub("", part.strip())
        if not part:
            continue
        found = _pairs(part)
        unusual |= len(found) > 1 or "=" not in part
        pairs += found
        if not found:
            several = _BETWEEN_FORMS[1].search(part) is not None
            fault = "more than one pair" if several else "no pair of what is written and said"
            problems.append(f"'{shortened(part, 40)}' is {fault}")
    good, faults = checked(pairs)
    problems += faults
    told = "; ".join(problems[:_PROBLEMS_TOLD])
    more = f", and {len(problems) - _PROBLEMS_TOLD} more" if len(problems) > _PROBLEMS_TOLD else ""
    understood = "; ".join(f"{each.written} = {each.spoken}" for each in good) if unusual else ""
    return Reading(good or None, "" if problems else shortened(understood, 120), told + more, PAIR_FIX)


def _pairs(part: str) -> list[tuple[str, str]]:
    """The pairs in one part of a cell: one, or several with commas between them; none where that is not clear."""
    single = _pair(part)
    if single is not None:
        return [single]
    each = [_pair(piece) for piece in _COMMA.split(part)]
    return [pair for pair in each if pair is not None] if None not in each else []


def _pair(text: str) -> tuple[str, str] | None:
    for between in _BETWEEN_FORMS:
        forms = between.split(text)
        if len(forms) == 2:
            return _bare(forms[0]), _bare(forms[1])
        if len(forms) > 2 and between is not _BETWEEN_FORMS[0]:
            return None
    return None


def _bare(form: str) -> str:
    """A form on one line with single blanks, without quotation marks around all of it."""
    form = " ".join(form.split())
    while len(form) > 2 and form[-1] == _QUOTES.get(form[0]):
        form = form[1:-1].strip()
    return form


def checked(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[Pronunciation, ...], list[str]]:
    """The pairs that can be used, each once, and what is wrong with the others."""
    good: dict[str, Pronunciation] = {}
    problems: list[str] = []
    for written, spoken in pairs:
        fault = _fault(written, spoken)
        known = good.get(written)
        if not fault and known is not None and known.spoken != spoken:
            fault = f"'{shortened(written, 40)}' has two pairs"
        if not fault and known is None and len(good) == MOST_PAIRS:
            problems.append(f"There are more than {MOST_PAIRS} pairs")
            break
        if fault:
            problems.append(fault)
        else:
            good.setdefault(written, Pronunciation(written, spoken))
    return tuple(good.values()), problems


def _fault(written: str, spoken: str) -> str:
    pair = f"'{shortened(f'{written} = {spoken}', 40)}'"
    if not written:
        return f"{pair} has nothing before the ="
    if not any(map(str.isalnum, spoken)):
        return f"{pair} does not tell how it is said"
    if max(len(written), len(spoken)) > LONGEST_FORM:
        return f"{pair} has more than {LONGEST_FORM} characters on one side"
    if _MARKUP.search(spoken):
        return f"{pair} is not spelt with plain letters: phonetic signs and SSML are not understood"
    return ""


def template_pairs(document: Mapping[str, str]) -> tuple[Pronunciation, ...]:
    """The pairs of a template's list.

    Raises:
        ValueError: names each faulty pair.
    """
    good, problems = checked((_bare(written), _bare(spoken)) for written, spoken in document.items())
    if problems:
        raise ValueError("; ".join(problems[:_PROBLEMS_TOLD]))
    return good


def merged(*lists: Iterable[Pronunciation]) -> tuple[Pronunciation, ...]:
    """Pairs of several lists, of which a later one counts more where they have the same written form."""
    by_written = {key_of_written(pair.written): pair for pairs in lists for pair in pairs}
    return tuple(sorted(by_written.values(), key=lambda pair: (-len(pair.written), pair.written)))


def is_exact(written: str) -> bool:
    """Whether a written form is meant in this case alone: its letters are capitals, such as `SQL`, `US` or `5G`."""
    return written.upper() == written and any(map(str.isupper, written))


def key_of_written(written: str) -> str:
    """Equal for written forms that are found at the same places."""
    return written if is_exact(written) else written.casefold()
