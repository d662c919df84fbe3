"""What validation says of languages, voices and lengths, and that a run does not say otherwise."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.adapters.speech.providers import Provider
from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.durations import LONGEST_VIDEO_S
from bulkvid_pipeline.core.findings import Finding, Severity
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES, Template, parse_template
from bulkvid_pipeline.rendering.soundtrack import Soundtrack
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.sheets.narration_checks import Narrator
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet, validate_sheet
from bulkvid_pipeline.settings import Settings

ENGLISH = "Fill the kettle the night before. Set the cup beside it. In the morning you only press one button."
KHMER = "ចាក់ទឹកឱ្យពេញកំសៀវពីយប់។ ដាក់ពែងនៅក្បែរ។"
SENTENCE = "The quiet street changes an honest answer."

_folders = itertools.count()


def validated(
    folder: Path,
    *,
    level: str = "moderate",
    narrator: Narrator | None = None,
    overrides: str | None = None,
    template: Template = BUILT_IN_TEMPLATES["default_template"],
    longest_seconds: float = LONGEST_VIDEO_S,
    **cells: str,
) -> ValidatedSheet:
    row = {
        "idea_title": "A title",
        "description": "About it",
        "target_audience": "everyone",
        "tone": "calm",
        "duration_seconds": "",
        "platform_preferences": "youtube",
        "script_content": ENGLISH,
        "voice_preference": "female",
        "style_override": "modern",
        "priority": "normal",
    } | cells
    path = folder / f"{next(_folders)}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows(
            [[*COLUMNS, *(set(row) - set(COLUMNS))], [row[c] for c in (*COLUMNS, *(set(row) - set(COLUMNS)))]]
        )
    chosen = {"overrides": {"language": overrides}} if overrides else {}
    spec = BulkJobSpec.for_input(str(path), validation_level=level, template=chosen)
    sheet = load_sheet(spec.input_source, Settings(), spec.project_id)
    return validate_sheet(sheet, spec, template, None, narrator or Narrator(), longest_seconds=longest_seconds)


def found(sheet: ValidatedSheet, code: str) -> Finding:
    return next(finding for finding in sheet.report.findings if finding.code == code)


def codes(sheet: ValidatedSheet) -> list[str]:
    return [finding.code for finding in sheet.report.findings]


def plan(sheet: ValidatedSheet) -> VideoPlan:
    (only,) = sheet.plans
    return only


@pytest.fixture(scope="module")
def speech() -> Iterator[EspeakSpeech]:
    with EspeakSpeech() as espeak:
        yield espeak


def spoken_in(sheet: ValidatedSheet, speech: EspeakSpeech) -> str:
    soundtrack = Soundtrack(plan(sheet), speech, None, "")
    soundtrack.record()
    return soundtrack.programme.language


def test_the_language_column_wins_over_what_the_text_looks_like(tmp_path: Path, speech: EspeakSpeech) -> None:
    sheet = validated(
        tmp_path, idea_title="Dica", description="", script_content="Beba água. Durma bem.", language="pt-PT"
    )
    assert codes(sheet) == []
    assert spoken_in(sheet, speech) == "pt"


@pytest.mark.parametrize(
    ("cell", "code"),
    [("Brazilian Portuguese", "pt-br"), ("English (UK)", "en-gb"), ("Mexican Spanish", "es-419"), ("zh-HK", "yue")],
)
def test_a_dialect_has_its_voice(tmp_path: Path, speech: EspeakSpeech, cell: str, code: str) -> None:
    assert spoken_in(validated(tmp_path, script_content="Radio.", language=cell), speech) == code


def test_the_job_s_language_is_that_of_rows_which_name_none(tmp_path: Path, speech: EspeakSpeech) -> None:
    assert spoken_in(validated(tmp_path, script_content="Radio. Hotel.", overrides="German"), speech) == "de"
    assert spoken_in(validated(tmp_path, script_content="Radio.", overrides="German", language="fr"), speech) == "fr"


def test_an_unclear_language_rejects_its_row_and_at_permissive_is_found_out_from_the_text(tmp_path: Path) -> None:
    refused = validated(tmp_path, language="Germn")
    assert refused.report.rejected == (2,)
    assert "German (de)" in found(refused, "INVALID_CELL").fix
    repaired = validated(tmp_path, level="permissive", language="Germn")
    assert "found out from the text" in found(repaired, "INVALID_CELL").problem
    assert plan(repaired).likely_language == "en"


def test_a_column_that_says_what_is_found_out_anyway_renders_nothing_anew(tmp_path: Path) -> None:
    without = plan(validated(tmp_path)).fingerprint("1")
    with_it = plan(validated(tmp_path, language="English")).fingerprint("1")
    other = plan(validated(tmp_path, language="en-GB")).fingerprint("1")
    assert without == with_it
    assert without != other


def test_a_guess_in_doubt_is_a_warning_that_names_it_and_the_cure(tmp_path: Path) -> None:
    sheet = validated(tmp_path, idea_title="Порада", description="", script_content="Пий воду. Спи добре.")
    doubt = found(sheet, "LANGUAGE_DOUBTFUL")
    assert doubt.severity is Severity.WARNING
    assert doubt.problem.startswith("The language was guessed: ")
    assert doubt.fix.startswith("Add a column language")
    told = validated(
        tmp_path, idea_title="Порада", description="", script_content="Пий воду. Спи добре.", language="uk"
    )
    assert "LANGUAGE_DOUBTFUL" not in codes(told)


def test_a_language_that_the_text_clearly_is_not_in_is_warned_of(tmp_path: Path) -> None:
    sheet = validated(tmp_path, language="ca")
    assert found(sheet, "LANGUAGE_UNLIKELY").problem == ("The script reads like English; it will be spoken as Catalan")


@pytest.mark.parametrize(("level", "accepted"), [("strict", False), ("moderate", False), ("permissive", True)])
def test_a_row_that_nobody_would_hear_is_no_success_but_at_permissive(
    tmp_path: Path, level: str, accepted: bool
) -> None:
    sheet = validated(tmp_path, level=level, duration_seconds="10", script_content=KHMER)
    assert bool(sheet.report.accepted) is accepted
    assert all(made.is_silent for made in sheet.plans)
    told = found(sheet, "NARRATION_MISSING")
    assert "the video would be silent" in told.problem
    assert "BULKVID_SPEECH_PROVIDER" in told.fix


def test_what_the_offline_voice_cannot_read_is_no_matter_to_another_provider(tmp_path: Path) -> None:
    assert codes(validated(tmp_path, script_content=KHMER, narrator=Narrator(Provider.OPENAI))) == []


def test_a_language_without_a_model_is_refused_before_the_run_fails_for_it(tmp_path: Path) -> None:
    piper = Narrator(Provider.PIPER, frozenset({"de", "fr"}))
    sheet = validated(tmp_path, level="permissive", narrator=piper)
    assert sheet.report.rejected == (2,)
    assert "there are voices for de, fr" in found(sheet, "NARRATION_MISSING").problem


@pytest.mark.parametrize(
    "script", ["สวัสดีครับ วันนี้อากาศดี", "קראו את העמוד הראשון.", "Uminom ka ng tubig bago mag-almusal."]
)
def test_a_voice_that_is_hard_to_understand_is_warned_of(tmp_path: Path, script: str) -> None:
    told = found(validated(tmp_path, script_content=script), "NARRATION_POOR")
    assert told.severity is Severity.WARNING
    assert "hard to understand" in told.problem


def test_part_of_a_script_that_is_not_spoken_is_warned_of(tmp_path: Path) -> None:
    sheet = validated(tmp_path, script_content=f"{ENGLISH} {KHMER}")
    assert "it is shown, not spoken" in found(sheet, "NARRATION_POOR").problem
    assert sheet.report.accepted


def test_a_long_script_that_is_hurried_says_so(tmp_path: Path) -> None:
    script = " ".join([SENTENCE] * 125)
    sheet = validated(tmp_path, script_content=script, longest_seconds=300)
    assert "times its pace" in found(sheet, "SPEECH_HURRIED").problem
    assert sheet.report.accepted
    natural = validated(tmp_path, script_content=script)
    assert codes(natural) == []
    assert plan(sheet).fingerprint("1") != plan(natural).fingerprint("1")


def test_a_limit_that_makes_no_difference_to_a_row_renders_nothing_anew(tmp_path: Path) -> None:
    limits = (100, 300)
    assert len({plan(validated(tmp_path, longest_seconds=limit)).fingerprint("1") for limit in limits}) == 1


def test_a_wanted_length_that_hurries_the_voice_says_so(tmp_path: Path) -> None:
    told = found(validated(tmp_path, script_content=" ".join([SENTENCE] * 10), duration_seconds="26"), "SPEECH_HURRIED")
    assert (told.column, told.severity) == ("duration_seconds", Severity.WARNING)
    a_little = validated(tmp_path, script_content=" ".join([SENTENCE] * 10), duration_seconds="32")
    assert found(a_little, "SPEECH_HURRIED").severity is Severity.INFO


SAID = "We fly to Xi'an and ask the database. It answers."


def test_pairs_of_a_row_reach_its_narration_and_its_fingerprint(tmp_path: Path, speech: EspeakSpeech) -> None:
    plain = plan(validated(tmp_path, script_content=SAID))
    sheet = validated(tmp_path, script_content=SAID, say_as="Xi'an = shee ahn over there")
    assert codes(sheet) == []
    assert plan(sheet).fingerprint("1") != plain.fingerprint("1")
    lengths = []
    for made in (plain, plan(sheet)):
        soundtrack = Soundtrack(made, speech, None, "")
        soundtrack.record()
        lengths.append(soundtrack.programme.frames)
        words = [word.text for scene in soundtrack.programme.scenes for word in scene.words]
        assert " ".join(words) == SAID
    assert lengths[1] > lengths[0]


def test_a_pair_that_is_found_nowhere_is_a_warning_and_renders_nothing_anew(tmp_path: Path) -> None:
    sheet = validated(tmp_path, script_content=SAID, say_as="Rome = Roma; Xi'an = shee ahn")
    told = found(sheet, "SAY_AS_UNUSED")
    assert (told.severity, told.column, told.column_letter) == (Severity.WARNING, "say_as", "K")
    assert "'Rome'" in told.problem
    assert "Xi'an" not in told.problem
    only = validated(tmp_path, script_content=SAID, say_as="Xi'an = shee ahn")
    assert plan(sheet).fingerprint("1") == plan(only).fingerprint("1")


@pytest.mark.parametrize(("level", "accepted"), [("strict", False), ("moderate", False), ("permissive", True)])
def test_a_faulty_pair_rejects_its_row_and_is_left_out_at_permissive(
    tmp_path: Path, level: str, accepted: bool
) -> None:
    sheet = validated(tmp_path, level=level, duration_seconds="10", say_as="Xi'an = shee ahn; SQL", script_content=SAID)
    assert bool(sheet.report.accepted) is accepted
    assert "'SQL' is no pair" in found(sheet, "INVALID_CELL").problem
    assert all([pair.written for pair in made.pronunciations] == ["Xi'an"] for made in sheet.plans)


def test_the_template_s_pairs_apply_to_its_rows_and_the_row_s_own_win(tmp_path: Path) -> None:
    listed = {"Xi'an": "wrong", "database": "data base", "unused": "x", "de": {"database": "Datenbank"}}
    document = {"settings": {"audio": {"pronunciations": listed}}}
    template = parse_template(document, template_id="own")
    sheet = validated(tmp_path, script_content=SAID, say_as="xi'an = shee ahn", template=template)
    assert {pair.written: pair.spoken for pair in plan(sheet).pronunciations} == {
        "xi'an": "shee ahn",
        "database": "data base",
    }
    assert codes(sheet) == []


@pytest.mark.parametrize("cell", ["silent", "No voice", "ohne Stimme", "无声", "🔇"])
def test_a_row_that_asks_for_silence_needs_no_voice(tmp_path: Path, cell: str) -> None:
    sheet = validated(tmp_path, script_content=KHMER, voice_preference=cell)
    assert plan(sheet).is_silent
    assert not sheet.report.errors


def test_a_voice_of_none_is_an_empty_cell(tmp_path: Path) -> None:
    assert not plan(validated(tmp_path, voice_preference="none")).is_silent


def test_a_word_that_nobody_can_read_is_no_matter_once_its_pronunciation_is_given(tmp_path: Path) -> None:
    script = f"{ENGLISH} អង្គរ is a temple."
    assert codes(validated(tmp_path, script_content=script)) == ["NARRATION_POOR"]
    assert codes(validated(tmp_path, script_content=script, say_as="អង្គរ = ang kor")) == []


@pytest.mark.parametrize(
    ("level", "duration"), [("strict", "60"), ("moderate", "60"), ("moderate", ""), ("permissive", "")]
)
def test_a_script_that_fits_no_video_is_refused_at_every_level(tmp_path: Path, level: str, duration: str) -> None:
    script = " ".join([SENTENCE] * 180)
    sheet = validated(tmp_path, level=level, duration_seconds=duration, script_content=script, longest_seconds=300)
    assert not sheet.plans
    assert "seconds to say" in found(sheet, "DURATION_INFEASIBLE").problem


def test_what_a_script_that_is_too_long_is_advised_helps(tmp_path: Path) -> None:
    script = " ".join([SENTENCE] * 180)
    fix = found(validated(tmp_path, script_content=script, longest_seconds=300), "DURATION_INFEASIBLE").fix
    advised = fix.split("set duration_seconds to ")[1].split(",")[0]
    followed = validated(tmp_path, level="strict", duration_seconds=advised, script_content=script, longest_seconds=300)
    assert followed.report.accepted == (2,)


@pytest.mark.parametrize("script", ["-", "...", "🎉🎉", "#REF!", "#N/A", "#DIV/0!", "Loading...", "— — —"])
def test_a_script_without_a_word_is_empty(tmp_path: Path, script: str) -> None:
    refused = validated(tmp_path, script_content=script)
    assert refused.report.rejected == (2,)
    assert [finding.column for finding in refused.report.errors] == ["script_content"]
    repaired = validated(tmp_path, level="permissive", script_content=script, description="Fill the kettle.")
    assert plan(repaired).script == "Fill the kettle."
