from __future__ import annotations

from pathlib import Path

import pytest

from bulkvid_pipeline.adapters.speech.providers import Provider
from bulkvid_pipeline.core.options import ValidationLevel, Voice
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.core.vocabulary.named_voices import named_voices
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.sheets.named_voices import NamedVoices
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet, validate_sheet
from bulkvid_pipeline.settings import Settings


def validated(folder: Path, voice: str, voices: NamedVoices | None = None, level: str = "moderate") -> ValidatedSheet:
    """A sheet of one row that asks for a voice, at an installation with these."""
    sheet = folder / "ideas.csv"
    sheet.write_text(f"idea_title,script_content,voice_preference\nTea,Fill the kettle.,{voice}\n", encoding="utf-8")
    spec = BulkJobSpec.for_input(str(sheet), validation_level=level)
    loaded = load_sheet(spec.input_source, Settings(), spec.project_id)
    return validate_sheet(loaded, spec, BUILT_IN_TEMPLATES["classic"], voices=voices)


@pytest.mark.parametrize(
    ("cell", "voices", "name", "character"),
    [
        ("nova", NamedVoices(Provider.OPENAI), "nova", Voice.FEMALE),
        ("Onyx (OpenAI)", NamedVoices(Provider.OPENAI), "onyx", Voice.MALE),
        (
            "en_US-lessac-medium",
            NamedVoices(Provider.PIPER, frozenset({"en_US-lessac-medium"})),
            "en_US-lessac-medium",
            Voice.FEMALE,
        ),
    ],
)
def test_a_voice_of_the_provider_that_narrates_is_passed_on_to_it(
    tmp_path: Path, cell: str, voices: NamedVoices, name: str, character: Voice
) -> None:
    found = validated(tmp_path, cell, voices)
    assert [(plan.voice_name, plan.voice) for plan in found.plans] == [(name, character)]
    assert found.report.findings == ()


@pytest.mark.parametrize(
    ("cell", "voices", "problem", "character"),
    [
        (
            "Rachel",
            NamedVoices(Provider.OPENAI),
            "Rachel is a voice of ElevenLabs, which does not narrate here; a female voice is used",
            Voice.FEMALE,
        ),
        (
            "en-US-GuyNeural",
            NamedVoices(),
            "en-US-GuyNeural is a voice of Azure, which does not narrate here; a male voice is used",
            Voice.MALE,
        ),
        (
            "de-DE-Wavenet-A",
            NamedVoices(),
            "de-DE-Wavenet-A is a voice of Google, which does not narrate here; the template's voice is used",
            Voice.MALE,
        ),
        (
            "en_US-amy-medium",
            NamedVoices(Provider.PIPER, frozenset({"en_US-lessac-medium"})),
            "en_US-amy-medium is a voice of Piper, of which there is no model here; a female voice is used",
            Voice.FEMALE,
        ),
    ],
)
def test_a_voice_that_cannot_be_had_gives_way_to_the_nearest_with_a_warning(
    tmp_path: Path, cell: str, voices: NamedVoices, problem: str, character: Voice
) -> None:
    found = validated(tmp_path, cell, voices)
    assert [(plan.voice_name, plan.voice) for plan in found.plans] == [("", character)]
    assert [(f.severity, f.cell, f.problem) for f in found.report.findings] == [("warning", "C2", problem)]


def test_strict_refuses_a_row_whose_voice_cannot_be_had() -> None:
    idea = VideoIdea("key", 2, "Tea", "Fill the kettle.", named_voices=named_voices("Rachel"))
    (problem,) = NamedVoices()(idea)
    assert problem.error_at == {ValidationLevel.STRICT}
    assert problem.fix == "Use female, male, neutral"


def test_a_provider_that_could_narrate_is_named_in_the_way_out() -> None:
    idea = VideoIdea("key", 2, "Tea", "Fill the kettle.", named_voices=named_voices("nova"))
    (problem,) = NamedVoices()(idea)
    assert problem.fix == "Use female, male, neutral, or set BULKVID_SPEECH_PROVIDER to openai"


def test_the_settings_say_which_voices_there_are() -> None:
    assert NamedVoices.of(Settings()) == NamedVoices(Provider.ESPEAK)
    assert NamedVoices.of(Settings(speech_provider="openai")).provider is Provider.OPENAI
