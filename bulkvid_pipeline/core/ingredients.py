"""What a video was made of, one short text for each ingredient, so that a later look can tell what has changed since.

The fingerprint says that something has changed; the ingredients, which are published beside it, say what. Long texts
stand as digests: the sheet has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.core.fingerprints import fingerprint_of
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan

DIGEST = 12
"""Hexadecimal digits of a digest."""


class Kind(StrEnum):
    """Where a change comes from; the values are said to users."""

    CELLS = "changed"
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
"""All ingredients, in the order in which changes are told."""

_DIGESTS = frozenset({"idea_title", "description", "script_content", "say_as", "image", "background", "template"})
"""Ingredients whose values say nothing to a reader."""
ADDRESSES: Mapping[str, str] = {"image": "image_url", "background": "background_url"}
"""The cell that each medium was named in. An address alone makes no other video; its content does."""


@dataclass(frozen=True)
class Change:
    """One ingredient that differs; `was` and `now` are empty where only its digest is known, or there is none."""

    ingredient: str
    was: str = ""
    now: str = ""

    @property
    def kind(self) -> Kind:
        return KINDS[self.ingredient]

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
        "say_as": _digest(*(text for pair in plan.pronunciations for text in (pair.written, pair.spoken))),
        **{use: medium.digest[:DIGEST] for use, medium in media.items()},
        **{ADDRESSES[use]: _digest(medium.source) for use, medium in media.items()},
        "template": _template(plan),
        "resolution": f"{output.width}x{output.height}",
        "format": output.container.value,
        "video_codec": output.video_codec.value,
        "audio_codec": output.audio_codec.value,
    }
    return {name: value for name, value in found.items() if value}


def changes(was: Mapping[str, str], now: Mapping[str, str]) -> tuple[Change, ...]:
    """The ingredients that differ and make another video.

    A medium whose content is not known now (its address is in `now`, its content is not) is taken for the same where
    its address is the same, and for another one where that differs.
    """
    found = []
    for name in KINDS.keys() - ADDRESSES.values():
        address = ADDRESSES.get(name)
        if address is not None and name not in now and address in now:
            if was.get(address) != now[address]:
                found.append(Change(address))
        elif was.get(name) != now.get(name):
            values = ("", "") if name in _DIGESTS else _shown(name, was.get(name, ""), now.get(name, ""))
            found.append(Change(name, *values))
    order = list(KINDS)
    return tuple(sorted(found, key=lambda change: order.index(change.ingredient)))


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


def _digest(*texts: str) -> str:
    return fingerprint_of("ingredient", {"texts": texts})[:DIGEST] if any(texts) else ""
