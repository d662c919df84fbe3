"""Platforms named in a cell: `youtube, TikTok`, `Shorts & Reels`, `youtube and tiktok`, `9:16`, `all`, a link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.vocabulary.empties import is_empty_option
from bulkvid_pipeline.core.vocabulary.platforms import (
    CONJUNCTIONS,
    EVERYWHERE,
    FILLERS,
    FOLDERS,
    HOSTS,
    JOINING_SIGNS,
    PLATFORMS,
    SHAPE_TARGETS,
    SHAPES,
)
from bulkvid_pipeline.core.vocabulary.words import key_of, listed_words, plain

_LINK = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})((?:/[^\s,;|\"'\]]*)?)")
_SHAPE = re.compile(r"(?<!\d)(16|9|1|4|5)\s*[:x/×]\s*(16|9|1|4|5)(?!\d)")
_SEPARATOR = re.compile(
    rf"[,;/|+&\n\r、،؛•·{JOINING_SIGNS}]+|\s+-\s+|\s\d{{1,2}}[.)]\s|(?<=\w)と|\sو\s?|\s(?:{'|'.join(CONJUNCTIONS)})\s"
)
_LIST_MARK = re.compile(r"^\W*(?:\d{1,2}[.)]\s)?")
_BLANKS = re.compile(r"[\s()\[\]\-_.:]+")
_LONGEST_NAME = 5
"""Words in the longest name, such as `youtube shorts vertical`, with one to spare."""
LONGEST_CELL = 1000
"""Characters. Nobody names platforms with more; telling names apart takes the square of the length."""
_FILLERS = frozenset(map(key_of, listed_words(FILLERS)))


@dataclass(frozen=True)
class PlatformNames:
    """The platforms in a cell, each once and in the cell's order."""

    known: tuple[Platform, ...]
    unknown: tuple[str, ...] = ()
    """Unknown names, as written but in lower case."""
    likely: tuple[Platform, ...] = ()
    """Platforms that the unknown names probably mean."""
    in_our_words: bool = True
    """Whether the cell uses our own names for the platforms."""


def read_platform_names(cell: str) -> PlatformNames:
    """The platforms in a cell; no platforms for an empty cell and for a word such as `n/a`."""
    if is_empty_option(cell):
        return PlatformNames((), in_our_words=not cell.strip())
    if len(cell.strip()) > LONGEST_CELL:
        return PlatformNames((), (cell.strip().lower(),), in_our_words=False)
    text = plain(cell)
    if EVERYWHERE.meaning(text):
        return PlatformNames(tuple(Platform), in_our_words=False)
    known: dict[Platform, None] = {}
    unknown: dict[str, None] = {}
    likely: dict[Platform, None] = {}
    in_our_words = True
    for name in _names(text):
        found = _platforms_in(name)
        if not found:
            unknown[name] = None
            likely |= dict.fromkeys(PLATFORMS.meanings_in(name))
        known |= dict.fromkeys(found)
        in_our_words &= [key_of(name)] == [platform.value for platform in found]
    return PlatformNames(tuple(known), tuple(unknown), tuple(likely), in_our_words)


def _names(text: str) -> Iterator[str]:
    """The names between the separators; a link is one name, and so is a shape such as 9/16."""
    at = 0
    for link in _LINK.finditer(text):
        if _platform_of_link(link[1], link[2]) is not None:
            yield from _names_between_separators(text[at : link.start()])
            yield link[0]
            at = link.end()
    yield from _names_between_separators(text[at:])


def _names_between_separators(text: str) -> Iterator[str]:
    for part in _SEPARATOR.split(_SHAPE.sub(r"\1:\2", text)):
        name = _LIST_MARK.sub("", part).strip(" \t\"'[](){}.!?“”„«»")
        if any(character.isalnum() for character in name):
            yield name


def _platforms_in(name: str) -> Sequence[Platform]:
    """The platforms of one name, or of several separated by blanks; empty if any part is unknown."""
    if (link := _LINK.fullmatch(name)) is not None and (linked := _platform_of_link(link[1], link[2])) is not None:
        return (linked,)
    if (whole := PLATFORMS.meaning(name)) is not None:
        return (whole,)
    if (shape := SHAPES.meaning(name)) is not None:
        return (SHAPE_TARGETS[shape],)
    words = [word for word in _BLANKS.split(_SHAPE.sub(r"\1x\2", name)) if word and key_of(word) not in _FILLERS]
    platforms: list[Platform] = []
    shapes = []
    at = 0
    while at < len(words):
        for end in range(min(len(words), at + _LONGEST_NAME), at, -1):
            joined = "".join(words[at:end])
            if len(joined) > 1 and (found := PLATFORMS.word(joined)) is not None:
                platforms.append(found)
                break
            if (shape := SHAPES.word(joined)) is not None:
                shapes.append(shape)
                break
        else:
            return ()
        at = end
    if not platforms and len(set(shapes)) == 1:  # `vertical 9:16`
        return (SHAPE_TARGETS[shapes[0]],)
    return platforms if all(platform.aspect is shape for platform in platforms for shape in shapes) else ()


def _platform_of_link(host: str, path: str) -> Platform | None:
    parts = host.split(".")
    ends = [".".join(parts[at:]) for at in range(len(parts) - 1)]
    platform = next((HOSTS[end] for end in ends if end in HOSTS), None)
    if platform is None and "pinterest" in parts[:-1]:  # Pinterest has a domain for each country
        platform = Platform.PINTEREST
    first = path.strip("/").partition("/")[0].partition("?")[0]
    return FOLDERS.get(first, platform) if platform is not None else None
