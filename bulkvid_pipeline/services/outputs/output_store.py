"""From rendered files to published objects, and what of a row is published already."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath

from pydantic import ValidationError

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.speech.providers import Provider, SpeechChoice
from bulkvid_pipeline.adapters.storage import Storage, StoredObject, content_type_of
from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.core.fingerprints import fingerprint_of
from bulkvid_pipeline.core.ingredients import ingredients_of
from bulkvid_pipeline.core.keys import output_key, slug
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan
from bulkvid_pipeline.core.vocabulary.voices import SILENT
from bulkvid_pipeline.rendering.output import RenderedOutput
from bulkvid_pipeline.rendering.row import ENGINE_VERSION, RenderedRow
from bulkvid_pipeline.services.outputs.generated import Generated
from bulkvid_pipeline.services.outputs.outcomes import OUTPUTS, PublishedOutput

ENGINE = f"bulkvid-{ENGINE_VERSION}"
OWN_GENERATION = "generation-"
"""What the name of an engine begins with that is not ours."""
DOCUMENT = "video.json"
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


def engine_of_generation(name: str) -> str:
    """The name of what makes videos in our engine's place."""
    return f"{OWN_GENERATION}{name}"


def engine_of(speech: SpeechChoice) -> str:
    """The engine's version, and the voice where it is not the offline one: another voice makes another video."""
    if speech.provider is Provider.ESPEAK:
        return ENGINE
    voices = {voice.value: name for voice, name in speech.voices.items()}
    said_by = [speech.provider.value, voices, speech.piper_model, speech.base_url, speech.model, speech.server_paces]
    return f"{ENGINE}-{fingerprint_of('speech', {'said_by': said_by})[:12]}"


@dataclass(frozen=True)
class OutputStore:
    """The place of one sheet's outputs in storage."""

    storage: Storage
    prefix: str
    sheet_label: str
    retry: RetryPolicy
    engine: str = ENGINE
    """What makes the files: part of every fingerprint."""

    @property
    def folder(self) -> str:
        """Key prefix of everything that belongs to the sheet."""
        return "/".join(part for part in (self.prefix, slug(self.sheet_label)) if part)

    def key(self, plan: VideoPlan, output: PlannedOutput, name: str) -> str:
        """Key of one file of an output: it names the content by its hash."""
        return output_key(
            name,
            prefix=self.prefix,
            job_folder=self.sheet_label,
            title=plan.title,
            row_key=plan.row_key,
            platform=output.platform,
            fingerprint=plan.output_fingerprint(self.engine, output),
        )

    def row_folder(self, plan: VideoPlan) -> str:
        """Key prefix of everything that belongs to the row, of all its versions."""
        return self.key(plan, plan.outputs[0], DOCUMENT).rsplit("/", 2)[0]

    def beside(self, name: str) -> str:
        """Key of a document about the sheet as a whole."""
        return f"{self.folder}/{name}"

    def write_text(self, name: str, text: str) -> None:
        """Store a document about the sheet as a whole, all or nothing."""
        self.retry.call(lambda: self.storage.write_text(self.beside(name), text))

    def published_documents(self) -> frozenset[str]:
        """Keys of all `video.json` of the sheet, in one listing."""
        listed = self.retry.call(lambda: self.storage.list(self.folder + "/"))
        return frozenset(item.key for item in listed if item.key.endswith("/" + DOCUMENT))

    def documents_of(self, plan: VideoPlan) -> frozenset[str]:
        """Keys of the row's `video.json`, older versions included, in one listing of the row's folder."""
        listed = self.retry.call(lambda: self.storage.list(self.row_folder(plan) + "/"))
        return frozenset(item.key for item in listed if item.key.endswith("/" + DOCUMENT))

    def missing_outputs(self, plan: VideoPlan, documents: Collection[str]) -> tuple[PlannedOutput, ...]:
        """The outputs of the plan that are not published yet."""
        return tuple(output for output in plan.outputs if self.key(plan, output, DOCUMENT) not in documents)

    def read_outputs(self, plan: VideoPlan) -> tuple[PublishedOutput | None, ...]:
        """What is published of each output of the plan, as `read_document`."""
        return tuple(self.read_document(self.key(plan, output, DOCUMENT)) for output in plan.outputs)

    def read_document(self, key: str) -> PublishedOutput | None:
        """What a `video.json` says; None where there is none, or it cannot be understood and so counts as missing."""
        try:
            return OUTPUTS.validate_json(self.retry.call(lambda: self.storage.read_bytes(key)))
        except (NotFoundError, ValidationError):
            return None

    def publish(
        self, plan: VideoPlan, planned: Sequence[PlannedOutput], row: RenderedRow, cost: float = 0.0
    ) -> tuple[PublishedOutput, ...]:
        """Store the files of a rendered row, which has cost so much; each output's document goes last.

        Raises:
            BulkVideoError: storage refused; what is stored of the row so far is not visible as finished.
        """
        return tuple(
            self._publish_output(plan, output, rendered, row, cost / len(row.outputs))
            for output, rendered in zip(planned, row.outputs, strict=True)
        )

    def publish_generated(
        self,
        plan: VideoPlan,
        planned: Sequence[PlannedOutput],
        video: Generated,
        seconds: float,
        warnings: Sequence[str],
    ) -> tuple[PublishedOutput, ...]:
        """Tell of a video that was made elsewhere as of each of the row's outputs; a file of it is stored for each.

        Args:
            video: what was made, with what it has cost in all.
            seconds: how long it took.
            warnings: what was noticed beside what the video itself says.

        Raises:
            BulkVideoError: storage refused; what is stored of the row so far is not visible as finished.
        """
        said = tuple(dict.fromkeys((*warnings, *video.warnings)))
        return tuple(self._publish_generated(plan, output, video, seconds, said, len(planned)) for output in planned)

    def _publish_generated(
        self,
        plan: VideoPlan,
        output: PlannedOutput,
        video: Generated,
        seconds: float,
        said: tuple[str, ...],
        share: int,
    ) -> PublishedOutput:
        key, size, url = "", 0, video.output_url
        if video.file is not None:
            suffix = video.file.suffix.lower()
            name = plan.file_name(output.platform, suffix if _SUFFIX.fullmatch(suffix) else "")
            key = self.key(plan, output, name)
            size = self._stored(video.file, key).size
            url = self.storage.url(key)
        published = PublishedOutput(
            row_key=plan.row_key,
            title=plan.title,
            platform=output.platform,
            fingerprint=plan.output_fingerprint(self.engine, output),
            engine=self.engine,
            url=url,
            video=key,
            poster="",
            srt="",
            vtt="",
            document=self.key(plan, output, DOCUMENT),
            width=0,
            height=0,
            duration_s=video.duration_s or 0.0,
            frames=0,
            size_bytes=size,
            loudness_lufs=-math.inf,
            true_peak_dbtp=-math.inf,
            render_seconds=round(seconds / share, 3),
            cpu_seconds=0.0,
            voice=SILENT if plan.is_silent else plan.voice_name or plan.voice,
            style=plan.style,
            language=plan.language or plan.likely_language or "",
            voice_rate=0.0,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            warnings=said,
            cost=round(video.cost / share, 6),
            generation=self.engine,
            details=dict(video.details),
            ingredients=ingredients_of(plan, output),
        )
        document = OUTPUTS.dump_json(published, indent=2)
        self.retry.call(lambda: self.storage.write_bytes(published.document, document))
        return published

    def _publish_output(
        self, plan: VideoPlan, output: PlannedOutput, rendered: RenderedOutput, row: RenderedRow, cost: float
    ) -> PublishedOutput:
        keys = {
            name: self._store(rendered.folder / name, self.key(plan, output, self._public_name(plan, output, name)))
            for name in (rendered.video, rendered.poster, rendered.srt, rendered.vtt)
        }
        document_key = self.key(plan, output, DOCUMENT)
        published = PublishedOutput(
            row_key=plan.row_key,
            title=plan.title,
            platform=output.platform,
            fingerprint=plan.output_fingerprint(self.engine, output),
            engine=self.engine,
            url=self.storage.url(keys[rendered.video]),
            video=keys[rendered.video],
            poster=keys[rendered.poster],
            srt=keys[rendered.srt],
            vtt=keys[rendered.vtt],
            document=document_key,
            width=rendered.width,
            height=rendered.height,
            duration_s=rendered.duration_s,
            frames=rendered.frames,
            size_bytes=rendered.size_bytes,
            loudness_lufs=rendered.loudness_lufs,
            true_peak_dbtp=rendered.true_peak_dbtp,
            render_seconds=rendered.render_seconds,
            cpu_seconds=rendered.cpu_seconds,
            voice=SILENT if plan.is_silent else plan.voice_name or plan.voice,
            style=plan.style,
            language=row.language,
            voice_rate=row.voice_rate,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            warnings=(*row.warnings, *(f"{output.platform}: {said}" for said in rendered.quality.warnings)),
            cost=round(cost, 6),
            thumbnail=rendered.thumbnail,
            quality=rendered.quality,
            ingredients=ingredients_of(plan, output),
        )
        document = rendered.folder / DOCUMENT
        document.write_bytes(OUTPUTS.dump_json(published, indent=2))
        self._store(document, document_key)
        return published

    @staticmethod
    def _public_name(plan: VideoPlan, output: PlannedOutput, name: str) -> str:
        """What a file is called in storage: the kind of file is told by its suffix."""
        return plan.file_name(output.platform, PurePath(name).suffix)

    def _store(self, local: Path, key: str) -> str:
        self._stored(local, key)
        return key

    def _stored(self, local: Path, key: str) -> StoredObject:
        return self.retry.call(lambda: self.storage.publish(local, key, content_type=content_type_of(key), metadata={}))
