"""What became of a row: values that are stored as `video.json`, shown in Dagster, and listed in the gallery."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field, TypeAdapter

from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.rendering.quality import QualityReport

Level = Annotated[float, BeforeValidator(lambda level: -math.inf if level is None else level)]
"""A loudness or peak in decibels; JSON has no number for that of silence."""


@dataclass(frozen=True)
class PublishedOutput:
    """One finished video in storage. Keys are relative to the storage's root; `cpu_seconds` covers render and checks.

    This is the content of `video.json`, which is published last: where it stands, everything else stands too. Of a
    video that was not rendered here (`generation`) little may be known: what is not is 0, or empty, and `video` is so
    too where it lies elsewhere, at `url`.
    """

    row_key: str
    title: str
    platform: str
    fingerprint: str
    engine: str
    url: str
    video: str
    poster: str
    srt: str
    vtt: str
    document: str
    width: int
    height: int
    duration_s: float
    frames: int
    size_bytes: int
    loudness_lufs: Level
    true_peak_dbtp: Level
    render_seconds: float
    cpu_seconds: float
    voice: str
    style: str
    language: str
    voice_rate: float
    created_at: str
    warnings: tuple[str, ...] = ()
    cost: float = 0.0
    """What a paid voice, or what made it in the engine's place, has asked: its share of what its row has cost, in the
    currency of the price."""
    thumbnail: str = ""
    """The poster in miniature: base64 of a WebP, empty where it has too many details."""
    quality: Annotated[QualityReport, Field(validation_alias=AliasChoices("quality", "certificate"))] = field(
        default_factory=QualityReport
    )
    """The checks that the files were put to before they were published; older documents say `certificate`."""
    ingredients: dict[str, str] = field(default_factory=dict)
    """What it was made of, see `core.ingredients`; empty in older documents."""
    generation: str = ""
    """What has made it in the engine's place."""
    details: Mapping[str, object] = field(default_factory=dict)
    """All that it has said about the video."""

    @property
    def external_url(self) -> str:
        """Where the video is, if it lies elsewhere; empty if it is a file of the storage."""
        return "" if self.video else self.url

    @property
    def checked(self) -> str:
        """What came of its checks, in one line."""
        return "not checked: made elsewhere" if self.generation else self.quality.summary


OUTPUTS = TypeAdapter(PublishedOutput)


@dataclass(frozen=True)
class Failure:
    """Why a row failed, in words for the user."""

    code: str
    message: str
    fix: str

    @classmethod
    def of(cls, error: BulkVideoError) -> Failure:
        return cls(error.code, error.message, error.fix)

    def __str__(self) -> str:
        return f"{self.message}. {self.fix}" if self.fix else self.message


@dataclass(frozen=True)
class RowOutcome:
    """The end of one row's turn.

    `rendered` is False when its outputs stood in storage already. `attempts` counts the tries of this run.
    """

    plan: VideoPlan
    state: ItemState
    fingerprint: str
    outputs: tuple[PublishedOutput, ...] = ()
    failure: Failure | None = None
    rendered: bool = False
    attempts: int = 1
    seconds: float = 0.0
    cost: float = 0.0
    """What a paid voice, or what makes rows in the engine's place, has asked for it, in the currency of the price."""
    warnings: tuple[str, ...] = field(default=())

    @classmethod
    def completed(
        cls, plan: VideoPlan, engine: str, outputs: tuple[PublishedOutput, ...], *, rendered: bool
    ) -> RowOutcome:
        """The outcome of a row all of whose outputs are published."""
        warnings = tuple(dict.fromkeys(warning for output in outputs for warning in output.warnings))
        fingerprint = plan.fingerprint(engine)
        return cls(plan, ItemState.COMPLETED, fingerprint, outputs, rendered=rendered, warnings=warnings)
