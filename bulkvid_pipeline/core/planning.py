"""The plan of each row's videos, resolved from the job spec, its template and the row's own cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic.main import IncEx

from bulkvid_pipeline.core.durations import LONGEST_VIDEO_S
from bulkvid_pipeline.core.file_names import file_name
from bulkvid_pipeline.core.fingerprints import fingerprint_of
from bulkvid_pipeline.core.media import PlannedMedium
from bulkvid_pipeline.core.options import (
    AudioCodec,
    Captions,
    Container,
    Platform,
    Priority,
    ProviderVoice,
    Speaker,
    Style,
    VideoCodec,
    Voice,
    frame_size,
)
from bulkvid_pipeline.core.pronunciations import Pronunciation
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import Template

if TYPE_CHECKING:  # its imports include pandas, which render workers do not need
    from bulkvid_pipeline.core.rows import VideoIdea

_RESOLVED: IncEx = {"style": {"base", "captions"}, "audio": {"voice", "pronunciations"}}
"""Template settings that rows and jobs can override or do without. Plans hold the resolved values, so these are left
out of the template's part in the fingerprint: a change that does not affect a row must not render it again."""


class Choice(StrEnum):
    """What of a plan the job decides where the row's cells do not, and its template where neither does."""

    VOICE = "voice"
    STYLE = "style"
    CAPTIONS = "captions"
    LANGUAGE = "language"
    """No template decides this one: it is guessed by the row's texts where it is left to it."""


class Source(StrEnum):
    """Who has decided a choice."""

    CELL = "cell"
    JOB = "job"
    TEMPLATE = "template"


@dataclass(frozen=True)
class PlannedOutput:
    """One video file of a row; sizes in pixels."""

    platform: Platform
    width: int
    height: int
    container: Container
    video_codec: VideoCodec
    audio_codec: AudioCodec


@dataclass(frozen=True)
class VideoPlan:
    """Everything that decides a row's videos; `row_key`, `sheet_row` and `priority` only identify and order the row."""

    row_key: str
    sheet_row: int
    title: str
    description: str
    script: str
    voice: Voice
    style: Style
    target_seconds: float | None
    template: Template
    outputs: tuple[PlannedOutput, ...]
    priority: Priority
    image: PlannedMedium | None = None
    background: PlannedMedium | None = None
    language: str | None = None
    """BCP 47 tag of the row's language, if the sheet or the job names one."""
    likely_language: str | None = None
    """What it seems to be written in, by its texts alone; counts where `language` is None."""
    target_is_limit: bool = False
    """Whether a video shorter than `target_seconds` is as good."""
    captions: Captions = Captions.BURNED
    """Whether the captions stand in the picture."""
    voice_name: str = ""
    """The provider's voice that the row asks for by name, if the job's provider has it."""
    name_is_shared: bool = False
    """Whether another row of the sheet would have files of the same names; no reason to render a row again."""
    is_silent: bool = False
    """Whether nobody narrates: captions alone, as long as it takes to read them."""
    pronunciations: tuple[Pronunciation, ...] = ()
    """How words of the script are spoken."""
    longest_seconds: float = LONGEST_VIDEO_S
    """The longest video if `target_seconds` is None."""
    is_hurried: bool = False
    """Whether the voice has to speak faster because of `longest_seconds`; else that makes no difference to the row."""
    left_to_template: frozenset[Choice] = frozenset()
    """What neither the row nor the job says, so that another template changes it."""
    left_to_job: frozenset[Choice] = frozenset()
    """What the row does not say, but the job."""

    def source_of(self, choice: Choice) -> Source:
        """Who has decided it. A voice that is asked for by its name, and silence, only the cell can say."""
        if choice is Choice.VOICE and (self.voice_name or self.is_silent):
            return Source.CELL
        if choice in self.left_to_template:
            return Source.TEMPLATE
        return Source.JOB if choice in self.left_to_job else Source.CELL

    def with_template(self, template: Template) -> VideoPlan:
        """The plan of the same row by another template. How words are spoken stays, though a template has said so."""
        left, settings = self.left_to_template, template.settings
        return replace(
            self,
            template=template,
            voice=settings.audio.voice if Choice.VOICE in left else self.voice,
            style=settings.style.base if Choice.STYLE in left else self.style,
            captions=settings.style.captions if Choice.CAPTIONS in left else self.captions,
        )

    def file_name(self, platform: Platform, suffix: str) -> str:
        """What the row's file with that suffix is called; see `core.file_names`."""
        return file_name(self.title, self.row_key, platform, suffix, shared=self.name_is_shared)

    @property
    def stretched_to(self) -> float | None:
        """Seconds that a shorter script is drawn out to."""
        return None if self.target_is_limit else self.target_seconds

    @property
    def speaker(self) -> Speaker | None:
        """The voice that narrates the row; None: nobody does."""
        if self.is_silent:
            return None
        return ProviderVoice(self.voice_name, self.voice) if self.voice_name else self.voice

    @property
    def media(self) -> dict[str, PlannedMedium]:
        """The media of the row by their use: image, background."""
        named = {"image": self.image, "background": self.background}
        return {use: medium for use, medium in named.items() if medium is not None}

    @property
    def own_pronunciations(self) -> tuple[Pronunciation, ...]:
        """Those that its template does not say for its language."""
        said = self.template.settings.audio.pronunciations_in(self.language or self.likely_language)
        return tuple(pair for pair in self.pronunciations if pair not in said)

    @property
    def template_part(self) -> dict[str, Any]:
        """What of the template decides the row's videos, whatever its cells and the job say."""
        settings = self.template.settings.model_dump(mode="json", exclude=_RESOLVED)
        return {"settings": settings, "files": self.template.file_digests}

    def output_fingerprint(self, engine: str, output: PlannedOutput) -> str:
        """Hash of everything that decides one file: equal plans on equal engines give equal files."""
        media = {use: medium.identity for use, medium in self.media.items()}
        return fingerprint_of(
            engine,
            {
                "title": self.title,
                "description": self.description,
                "script": self.script,
                "voice": self.voice,
                "style": self.style,
                "target_seconds": self.target_seconds,
                **self.template_part,
                "output": vars(output),
                **({"media": media} if media else {}),
                **({"language": self.language} if self.language else {}),
                **({"target_is_limit": True} if self.target_is_limit else {}),
                **({"captions": self.captions} if self.captions is not Captions.BURNED else {}),
                **({"voice_name": self.voice_name} if self.voice_name else {}),
                **({"longest_seconds": self.longest_seconds} if self.is_hurried else {}),
                **({"silent": True} if self.is_silent else {}),
                **(
                    {"say_as": [[each.written, each.spoken] for each in self.pronunciations]}
                    if self.pronunciations
                    else {}
                ),
            },
        )

    def fingerprint(self, engine: str) -> str:
        """Hash of all outputs of the row; the order of the platforms in the cell does not matter."""
        outputs = sorted(self.output_fingerprint(engine, output) for output in self.outputs)
        return fingerprint_of(engine, {"outputs": outputs})


def plan_video(
    idea: VideoIdea,
    spec: BulkJobSpec,
    template: Template,
    voice_name: str = "",
    longest_seconds: float = LONGEST_VIDEO_S,
) -> VideoPlan:
    """The plan of one row. The row's cells win over the job's overrides, which win over the template.

    `voice_name` is the name of the provider's voice that will narrate; "" if the row's character decides.
    """
    video_codec, audio_codec = spec.output.codecs
    outputs = []
    named = () if idea.names_platforms else spec.template.overrides.named_platforms
    for platform in named or idea.platforms:
        width, height = frame_size(platform.aspect, spec.output.resolution)
        outputs.append(PlannedOutput(platform, width, height, spec.output.format, video_codec, audio_codec))
    overrides = spec.template.overrides
    in_cells = {
        Choice.VOICE: idea.voice,
        Choice.STYLE: idea.style,
        Choice.CAPTIONS: idea.captions,
        Choice.LANGUAGE: idea.language,
    }
    without_cell = frozenset(choice for choice, said in in_cells.items() if not said)
    by_job = frozenset(choice for choice in Choice if getattr(overrides, choice) is not None)
    return VideoPlan(
        row_key=idea.row_key,
        sheet_row=idea.sheet_row,
        title=idea.title,
        description=idea.description,
        script=idea.script,
        voice=idea.voice or overrides.voice or template.settings.audio.voice,
        style=idea.style or overrides.style or template.settings.style.base,
        target_seconds=idea.duration_seconds,
        target_is_limit=idea.duration_is_limit,
        template=template,
        outputs=tuple(outputs),
        priority=idea.priority or spec.priority,
        image=PlannedMedium(idea.image) if idea.image else None,
        background=PlannedMedium(idea.background) if idea.background else None,
        language=idea.language or overrides.language,
        captions=idea.captions or overrides.captions or template.settings.style.captions,
        voice_name=voice_name,
        is_silent=idea.is_silent,
        pronunciations=idea.say_as,
        longest_seconds=longest_seconds,
        left_to_template=without_cell - by_job,
        left_to_job=without_cell & by_job,
    )


def in_priority_order(plans: Iterable[VideoPlan]) -> tuple[VideoPlan, ...]:
    """Urgent first; rows of equal priority keep the order of the sheet."""
    return tuple(sorted(plans, key=lambda plan: (plan.priority.rank, plan.sheet_row)))
