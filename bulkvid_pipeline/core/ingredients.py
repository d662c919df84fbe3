"""What a video was made of, one short text for each ingredient, so that a later look can tell what has changed since.

The fingerprint says that something has changed; the ingredients, which are published beside it, say what. Long texts
stand as digests: the sheet has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bulkvid_pipeline.core.fingerprints import fingerprint_of
from bulkvid_pipeline.core.planning import Choice, PlannedOutput, Source, VideoPlan
from bulkvid_pipeline.core.pronunciations import Pronunciation

DIGEST = 12
"""Hexadecimal digits of a digest."""


class Kind(StrEnum):
    """Where a change comes from; the values are said to users."""

    CELLS = "changed cell"
    MEDIA = "media changed"
    TEMPLATE = "changed template"
    OPTIONS = "changed options"


KINDS: Mapping[str, Kind] = {
    "idea_title": Kind.CELLS,
    "description": Kind.CELLS,
    "script_content": Kind.CELLS,
    "duration_seconds": Kind.CELLS,
    "longest_seconds": Kind.OPTIONS,
    "voice": Kind.CELLS,
    "style": Kind.CELLS,
    "captions": Kind.CELLS,
    "language": Kind.CELLS,
    "say_as": Kind.CELLS,
    "image": Kind.MEDIA,
    "background": Kind.MEDIA,
    "image_url": Kind.CELLS,
    "background_url": Kind.CELLS,
    "template": Kind.TEMPLATE,
    "resolution": Kind.OPTIONS,
    "format": Kind.OPTIONS,
    "video_codec": Kind.OPTIONS,
    "audio_codec": Kind.OPTIONS,
}
"""All ingredients, in the order in which changes are told, with what has changed them where nothing else is known."""

_DIGESTS = frozenset({"idea_title", "description", "script_content", "say_as", "image", "background", "template"})
"""Ingredients whose values say nothing to a reader."""
ADDRESSES: Mapping[str, str] = {"image": "image_url", "background": "background_url"}
"""The cell that each medium was named in. An address alone makes no other video; its content does."""

_SOURCES: Mapping[str, str] = {choice.value: f"{choice}_from" for choice in Choice}
"""Who has decided each choice; makes no other video, and no older document has it."""
_OF_SOURCE = {Source.CELL: Kind.CELLS, Source.JOB: Kind.OPTIONS, Source.TEMPLATE: Kind.TEMPLATE}
_NAME, _SAID_AS_IN_CELL = "template_id", "say_as_in_cell"
"""The template's name, and what the row's own cell says of pronunciations; they make no other video either."""


@dataclass(frozen=True)
class Change:
    """One ingredient that differs; `was` and `now` are empty where only its digest is known, or there is none."""

    ingredient: str
    was: str = ""
    now: str = ""
    kind: Kind = Kind.CELLS

    def __str__(self) -> str:
        if not self.was and not self.now:
            return self.ingredient
        return f"{self.ingredient} ({self.was or 'none'}, now {self.now or 'none'})"


def ingredients_of(plan: VideoPlan, output: PlannedOutput) -> dict[str, str]:
    """What decides that output of the plan, but for the engine and its voices. Absent ones are left out.

    A medium stands by its content, so only once that is known.
    """
    media = plan.media
    found = {
        "idea_title": _digest(plan.title),
        "description": _digest(plan.description),
        "script_content": _digest(plan.script),
        "duration_seconds": _length(plan),
        "longest_seconds": f"{plan.longest_seconds:g}" if plan.is_hurried else "",
        "voice": _voice(plan),
        "style": plan.style.value,
        "captions": plan.captions.value,
        "language": plan.language or "",
        "say_as": _said_as(plan.pronunciations),
        **{use: medium.digest[:DIGEST] for use, medium in media.items()},
        **{ADDRESSES[use]: _digest(medium.source) for use, medium in media.items()},
        "template": _template(plan),
        "resolution": f"{output.width}x{output.height}",
        "format": output.container.value,
        "video_codec": output.video_codec.value,
        "audio_codec": output.audio_codec.value,
        **{_SOURCES[choice]: plan.source_of(choice).value for choice in Choice},
        _NAME: plan.template.template_id,
        _SAID_AS_IN_CELL: _said_as(plan.own_pronunciations),
    }
    return {name: value for name, value in found.items() if value}


def changes(was: Mapping[str, str], now: Mapping[str, str]) -> tuple[Change, ...]:
    """The ingredients that differ and make another video.

    A medium whose content is not known now (its address is in `now`, its content is not) is taken for the same where
    its address is the same, and for another one where that differs.
    """
    found = {change.ingredient: replace(change, kind=_kind(change.ingredient, was, now)) for change in _all(was, now)}
    names = was.get(_NAME, ""), now.get(_NAME, "")
    if names[0] and names[0] != names[1] and any(change.kind is Kind.TEMPLATE for change in found.values()):
        found["template"] = Change("template", *names, Kind.TEMPLATE)
    order = list(KINDS)
    return tuple(sorted(found.values(), key=lambda change: order.index(change.ingredient)))


def _all(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    for name in KINDS.keys() - ADDRESSES.values():
        address = ADDRESSES.get(name)
        if address is not None and name not in now and address in now:
            if was.get(address) != now[address]:
                yield Change(address)
        elif was.get(name) != now.get(name):
            values = ("", "") if name in _DIGESTS else _shown(name, was.get(name, ""), now.get(name, ""))
            yield Change(name, *values)


def _kind(name: str, was: Mapping[str, str], now: Mapping[str, str]) -> Kind:
    """What has changed it: of those who decided it then and now, the one whose word counts most.

    A cell that was emptied has changed what it said, though the job or the template says it now.
    """
    if name == "say_as" and _NAME in was:
        return Kind.CELLS if was.get(_SAID_AS_IN_CELL) != now.get(_SAID_AS_IN_CELL) else Kind.TEMPLATE
    told = {of[_SOURCES[name]] for of in (was, now) if _SOURCES.get(name) in of}
    return next((kind for source, kind in _OF_SOURCE.items() if source in told), KINDS[name])


def _shown(name: str, was: str, now: str) -> tuple[str, str]:
    """The values as people know them: a frame by its short side, where that is what differs."""
    if name != "resolution":
        return was, now
    short = [f"{min(map(int, size.split('x')))}p" if size else "" for size in (was, now)]
    return (short[0], short[1]) if short[0] != short[1] else (was, now)


def _voice(plan: VideoPlan) -> str:
    if plan.is_silent:
        return f"silent, else {plan.voice_name or plan.voice}"
    return f"{plan.voice_name} for {plan.voice}" if plan.voice_name else plan.voice.value


def _length(plan: VideoPlan) -> str:
    if plan.target_seconds is None:
        return "at most" if plan.target_is_limit else ""
    return f"{'at most ' if plan.target_is_limit else ''}{plan.target_seconds:g} s"


def _template(plan: VideoPlan) -> str:
    """What of the template counts whatever rows and jobs say, see `VideoPlan.template_part`."""
    return fingerprint_of("ingredient", plan.template_part)[:DIGEST]


def _said_as(pairs: Iterable[Pronunciation]) -> str:
    return _digest(*(text for pair in pairs for text in (pair.written, pair.spoken)))


def _digest(*texts: str) -> str:
    return fingerprint_of("ingredient", {"texts": texts})[:DIGEST] if any(texts) else ""
