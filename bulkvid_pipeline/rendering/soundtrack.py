"""The sound of a row's videos: the narration, and its mix with the music, shared by all outputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bulkvid_pipeline.adapters.cache import Cache, CacheOfKind, UtteranceCache
from bulkvid_pipeline.adapters.speech.contract import Speech
from bulkvid_pipeline.core.options import AudioCodec
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.rendering.language import narration_language
from bulkvid_pipeline.rendering.narration import Programme, narrate
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.sound.beds import load_bed, load_music
from bulkvid_pipeline.rendering.sound.mix import ProgrammeSound, programme_sound

NO_MUSIC = "none"

_CEILING_DBTP = -1.0
_CEILING_FOR_OPUS_DBTP = -1.5
"""Opus raises peaks by up to 0.5 dB more than AAC does."""


@dataclass
class Soundtrack:
    """The sound of a row. Call `record`, then `master`; a repair repeats one or both, for all further outputs."""

    plan: VideoPlan
    speech: Speech
    cache: Cache | None
    """Cache of utterances."""
    salt: str
    """Version of the code that makes the cached entries: part of their keys."""
    programme: Programme = field(init=False)
    sound: ProgrammeSound = field(init=False)

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to hear: neither a voice nor music is wanted."""
        return self.plan.is_silent and self.plan.template.settings.audio.background_music == NO_MUSIC

    def record(self, *, without_cache: bool = False) -> None:
        """Narrate the row; `without_cache`: without reading cached utterances.

        Raises:
            DurationInfeasibleError: the video would be too long.
            NarrationError: speaking failed.
        """
        plan, spoken = self.plan, self.plan.template.settings.audio.voice_settings
        kept = None if without_cache or self.cache is None else CacheOfKind(self.cache, "narration", self.salt)
        self.programme = narrate(
            split_scenes(plan.title, plan.description, plan.script, plan.stretched_to),
            self.speech,
            plan.speaker,
            language=narration_language(plan),
            target_seconds=plan.target_seconds,
            may_be_shorter=plan.target_is_limit,
            template_speed=spoken.speed,
            pitch=spoken.pitch,
            pronunciations=plan.pronunciations,
            limit=plan.longest_seconds,
            store=UtteranceCache(kept) if kept else None,
        )

    def master(self, *, lower_by_db: float = 0.0) -> None:
        """Mix and master the recorded narration, with a true-peak ceiling lowered by `lower_by_db` dB.

        Raises:
            TemplateInvalidError: the template's music cannot be used.
        """
        plan = self.plan
        opus = any(output.audio_codec is AudioCodec.OPUS for output in plan.outputs)
        ceiling = (_CEILING_FOR_OPUS_DBTP if opus else _CEILING_DBTP) - lower_by_db
        music = plan.template.settings.audio.background_music
        if music == NO_MUSIC:
            bed = None
        elif music is not None and plan.template.folder:
            bed = load_music(Path(plan.template.folder) / music)
        else:
            bed = load_bed(plan.style)
        self.sound = programme_sound(self.programme.voice, bed, max_true_peak_dbtp=ceiling)
