"""Why a video would be rendered: what differs from the one that is published. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.core.ingredients import Change, Kind, changes


class Why(StrEnum):
    """The reasons; the values are said to users and programs."""

    NEW = "new"
    CHANGED = "changed cell"
    CHANGED_SOMEHOW = "changed"
    MEDIA = "media changed"
    TEMPLATE = "changed template"
    VOICE = "changed voice"
    """The provider of the voices, or what it is told; a row that wants another voice has a changed cell."""
    OPTIONS = "changed options"
    ENGINE = "engine changed"
    GENERATION = "made by another program"
    """By a generation of the user's own, see `services.batch.generation`; runs without it make it with the engine."""
    FAILED = "failed last time"
    MISSING = "missing file"


_OF_KIND = {
    Kind.CELLS: Why.CHANGED,
    Kind.MEDIA: Why.MEDIA,
    Kind.TEMPLATE: Why.TEMPLATE,
    Kind.OPTIONS: Why.OPTIONS,
}
_OF_ITSELF = {Why.TEMPLATE: "template"}
"""What a reason says already by its name."""
NOT_KNOWN = "what has changed is not known: its video was made by an older version of this program"
OTHER_VOICES = "another provider of voices, or other settings of it"
NOT_SEEN = "its picture or video is not looked at before the job runs"


@dataclass(frozen=True)
class Reason:
    """One reason; `changes` are the ingredients that differ, `note` is a remark for people."""

    why: Why
    changes: tuple[Change, ...] = ()
    note: str = ""

    def __str__(self) -> str:
        told = ", ".join(str(change) for change in self.changes if str(change) != _OF_ITSELF.get(self.why))
        note = f" ({self.note})" if self.note else ""
        return f"{self.why}{': ' if told else ''}{told}{note}"


@dataclass(frozen=True)
class Version:
    """What a video was made of, or would be: the engine's name with its version and voice, and the ingredients.

    `generation` names what has made it in the engine's place.
    """

    engine: str
    ingredients: Mapping[str, str]
    generation: str = ""


def why_again(was: Version, now: Version) -> tuple[Reason, ...]:
    """What makes another video than the published one; nothing if they would be equal as far as is known."""
    return tuple(_differences(was, now))


def _differences(was: Version, now: Version) -> Iterator[Reason]:
    if was.ingredients:
        yield from _grouped(changes(was.ingredients, now.ingredients))
    if was.generation:
        yield Reason(Why.GENERATION, note=f"{was.generation}; a run from here makes it anew, with the engine")
    elif _engine(was.engine) != _engine(now.engine):
        yield Reason(Why.ENGINE)
    elif was.engine != now.engine:
        yield Reason(Why.VOICE, note=OTHER_VOICES)
    elif not was.ingredients:
        yield Reason(Why.CHANGED_SOMEHOW, note=NOT_KNOWN)


def _grouped(found: Sequence[Change]) -> Iterator[Reason]:
    for kind, why in _OF_KIND.items():
        of_kind = tuple(change for change in found if change.kind is kind)
        if of_kind:
            yield Reason(why, of_kind)


def _engine(name: str) -> str:
    """The engine and its version, without what stands behind it about the voice."""
    return "-".join(name.split("-")[:2])
