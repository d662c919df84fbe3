"""What somebody may choose from for a job: only what the project may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bulkvid_pipeline.core.options import (
    CONTAINER_CODECS,
    AudioCodec,
    Captions,
    Container,
    Platform,
    Priority,
    Resolution,
    Style,
    ValidationLevel,
    VideoCodec,
    Voice,
)
from bulkvid_pipeline.core.spec import MOST_MACHINES, HiddenRows, OnlyRows, SheetFormat
from bulkvid_pipeline.services.drafts.drafts import Step
from bulkvid_pipeline.services.drafts.editing import field
from bulkvid_pipeline.services.intake.allowed import EVERYTHING, AllowedPlaces
from bulkvid_pipeline.services.templates.project_templates import ProjectTemplates
from bulkvid_pipeline.services.templates.template_store import TemplateStore
from bulkvid_pipeline.services.templates.template_views import TemplateSummary, template_summaries
from bulkvid_pipeline.settings import Settings

Options = tuple[tuple[str, str], ...]
"""Values and what people read for them."""

_WITH_TEMPLATES = (Step.LOOK, Step.REVIEW)


@dataclass(frozen=True)
class Choices:
    """The choices of all steps."""

    templates: tuple[TemplateSummary, ...]
    """Only of the steps that show them."""
    buckets: tuple[str, ...]
    any_bucket: bool
    """Whether any other bucket may be named too."""
    usual_machines: int
    """How many may make the rows of a job that does not say it."""

    styles: Options = (
        ("", "As the template says"),
        (Style.MODERN, "Modern: bold type on a deep gradient"),
        (Style.CLASSIC, "Classic: serif on warm paper"),
        (Style.MINIMAL, "Minimal: much white, one accent"),
        (Style.CORPORATE, "Corporate: sober blocks, clear numbers"),
    )
    voices: Options = (
        ("", "As the template says"),
        (Voice.FEMALE, "Female"),
        (Voice.MALE, "Male"),
        (Voice.NEUTRAL, "Neutral"),
    )
    captions: Options = (
        ("", "As the template says"),
        (Captions.BURNED, "In the picture"),
        (Captions.OFF, "As files only"),
    )
    formats: Options = (
        (Container.MP4, "MP4: plays everywhere"),
        (Container.MOV, "MOV: for editing on a Mac"),
        (Container.WEBM, "WebM: for the web"),
    )
    resolutions: Options = (
        (Resolution.P720, "720p: small files"),
        (Resolution.P1080, "1080p: recommended"),
        (Resolution.P2160, "4K: largest, slowest"),
    )
    video_codecs: Options = (
        ("", "The usual one of the format"),
        (VideoCodec.H264, "H.264: most compatible"),
        (VideoCodec.H265, "H.265: smaller files"),
        (VideoCodec.VP9, "VP9"),
    )
    audio_codecs: Options = (
        ("", "The usual one of the format"),
        (AudioCodec.AAC, "AAC: most compatible"),
        (AudioCodec.OPUS, "Opus"),
    )
    priorities: Options = (
        (Priority.LOW, "Low: background work"),
        (Priority.NORMAL, "Normal"),
        (Priority.HIGH, "High: before others"),
        (Priority.URGENT, "Urgent: next"),
    )
    levels: Options = (
        (ValidationLevel.STRICT, "Strict: one wrong cell stops the job"),
        (ValidationLevel.MODERATE, "Moderate: rows with errors are left out, recommended"),
        (ValidationLevel.PERMISSIVE, "Permissive: make what can be made"),
    )
    layouts: Options = (
        (SheetFormat.STANDARD, "The first row names the columns"),
        (SheetFormat.POSITIONAL, "No header row: columns A to J in the fixed order"),
    )
    only: Options = (("", "All rows"), (OnlyRows.APPROVED, "Only rows marked as approved"))
    hidden: Options = (
        (HiddenRows.SKIP, "Leave hidden rows out"),
        (HiddenRows.INCLUDE, "Take hidden rows too"),
    )
    platforms: Options = tuple((platform.value, platform.label) for platform in Platform)
    most_machines: int = MOST_MACHINES

    @property
    def template_options(self) -> Options:
        """The templates that can be used."""
        return tuple(
            (
                each.template_id,
                f"{each.name}: {each.description}" if each.description else each.name,
            )
            for each in self.templates
        )

    @property
    def bucket_options(self) -> Options:
        """The output places."""
        return (("", "The default output"), *((bucket, bucket) for bucket in self.buckets))

    @property
    def codecs(self) -> dict[str, str]:
        """The codecs that each format can hold, for the script that greys the others out."""
        return {
            container.value: " ".join(sorted(codec.value for codec in (*video, *audio)))
            for container, (video, audio) in CONTAINER_CODECS.items()
        }


def choices_of(settings: Settings, project_id: str, spec: Mapping[str, Any], step: Step) -> Choices:
    """The choices of a step; what the draft says already is among them, so that a form never changes it."""
    allowed = AllowedPlaces.of(project_id, settings)
    named = [_as_bucket(place) for place in allowed.outputs if place not in (EVERYTHING, settings.output_url)]
    chosen = field(spec, "output.output_bucket")
    return Choices(
        templates=_usable_templates(settings, allowed) if step in _WITH_TEMPLATES else (),
        buckets=tuple(dict.fromkeys([*named, *([str(chosen)] if chosen else [])])),
        any_bucket=EVERYTHING in allowed.outputs,
        usual_machines=settings.max_machines,
    )


def _usable_templates(settings: Settings, allowed: AllowedPlaces) -> tuple[TemplateSummary, ...]:
    templates = ProjectTemplates(TemplateStore(settings.templates_folder, allowed.project_id))
    return tuple(
        each
        for each in template_summaries(templates)
        if not each.problem and allowed.has_template(each.origin, each.template_id)
    )


def _as_bucket(place: str) -> str:
    """`bucket/folder` as an output is written."""
    return f"s3://{place}" if "/" in place and "://" not in place else place
