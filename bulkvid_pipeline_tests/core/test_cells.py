from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkvid_pipeline.core.cells import (
    READINGS,
    RequestedVoice,
    cleaned,
    formula_fault,
    is_filled,
    is_formula,
    is_valid,
    read_approval,
    read_captions,
    read_priority,
    read_style,
    read_voice,
    script_of,
    text_of,
)
from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.options import Captions, Priority, Style, Voice
from bulkvid_pipeline.core.vocabulary.approvals import Approval

FEMALE, MALE, NEUTRAL = Voice.FEMALE, Voice.MALE, Voice.NEUTRAL
APPROVED, WAITING, UNCLEAR = Approval.APPROVED, Approval.WAITING, Approval.UNCLEAR


@pytest.mark.parametrize("cell", ["female", "Female", " FEMALE\t", "ｆｅｍａｌｅ", "\ufefffemale"])
def test_our_own_words_are_read_in_any_case_and_width_without_a_note(cell: str) -> None:
    reading = read_voice(cell)
    assert reading.value == RequestedVoice(FEMALE)
    assert reading.understood == ""


@pytest.mark.parametrize(
    ("cell", "voice"),
    [
        ("woman", FEMALE),
        ("F", FEMALE),
        ("Female (US)", FEMALE),
        ("feminine", FEMALE),
        ("mujer", FEMALE),
        ("weiblich", FEMALE),
        ("Frauenstimme", FEMALE),
        ("voix féminine", FEMALE),
        ("महिला", FEMALE),
        ("أنثى", FEMALE),
        ("女声", FEMALE),
        ("👩", FEMALE),
        ("Male voice", MALE),
        ("deep male voice", MALE),
        ("m", MALE),
        ("uomo", MALE),
        ("男性", MALE),
        ("neutro", NEUTRAL),
        ("gender-neutral", NEUTRAL),
    ],
)
def test_words_for_a_voice_are_understood_and_the_reading_says_as_what(cell: str, voice: Voice) -> None:
    reading = read_voice(cell)
    assert reading.value == RequestedVoice(voice)
    assert reading.understood == voice.value


@pytest.mark.parametrize(
    ("cell", "provider", "character"),
    [
        ("Rachel", "elevenlabs", FEMALE),
        ("nova", "openai", FEMALE),
        ("OpenAI onyx", "openai", MALE),
        ("en-US-JennyNeural", "azure", FEMALE),
        ("zh-CN-YunxiNeural", "azure", MALE),
        ("en-US-Wavenet-D", "google", MALE),
        ("de-DE-Wavenet-A", "google", None),
        ("en_US-lessac-medium", "piper", FEMALE),
        ("xx_XX-nobody-low", "piper", None),
    ],
)
def test_voices_of_known_providers_are_known_by_their_names(cell: str, provider: str, character: Voice | None) -> None:
    wish = read_voice(cell).value
    assert wish is not None
    assert wish.character is character
    assert [voice.provider for voice in wish.named] == [provider]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("neutral/male", "Unknown voice (likely male or neutral)"),
        ("male or female", "Unknown voice (likely female or male)"),
        ("femail", "Unknown voice (likely female)"),
        ("not female", "Unknown voice (likely female)"),
        ("darth vader", "Unknown voice"),
        ("child", "Unknown voice"),
        ("ditto", "Could mean what the row above says, or the usual one"),
    ],
)
def test_a_voice_that_could_be_several_is_refused_with_its_likely_meanings(cell: str, problem: str) -> None:
    reading = read_voice(cell)
    assert (reading.value, reading.problem) == (None, problem)


@pytest.mark.parametrize(
    ("cell", "style"),
    [
        ("Modern ", Style.MODERN),
        ("Modern style", Style.MODERN),
        ("modern (dark)", Style.MODERN),
        ("Minimalist", Style.MINIMAL),
        ("clean", Style.MINIMAL),
        ("Classic!", Style.CLASSIC),
        ("klassisch", Style.CLASSIC),
        ("professional", Style.CORPORATE),
        ("商务", Style.CORPORATE),
    ],
)
def test_words_for_a_style_are_understood(cell: str, style: Style) -> None:
    assert read_style(cell).value is style


@pytest.mark.parametrize("cell", ["Bold", "2", "random", "Corporate/Modern", "modern, clean", "modren", "same"])
def test_a_style_that_is_none_or_several_is_refused(cell: str) -> None:
    reading = read_style(cell)
    assert reading.value is None
    assert reading.problem


@pytest.mark.parametrize(
    ("cell", "priority"),
    [
        ("P1", Priority.URGENT),
        ("ASAP!!!", Priority.URGENT),
        ("rush", Priority.URGENT),
        ("至急", Priority.URGENT),
        ("High!", Priority.HIGH),
        ("priority: high", Priority.HIGH),
        ("hoch", Priority.HIGH),
        ("medium", Priority.NORMAL),
        ("Normal.", Priority.NORMAL),
        ("low priority", Priority.LOW),
        ("not urgent", Priority.LOW),
    ],
)
def test_words_for_a_priority_are_understood(cell: str, priority: Priority) -> None:
    assert read_priority(cell).value is priority


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("1", "1 may be the most urgent, or the least urgent"),
        ("٣", "3 may be the most urgent, or the least urgent"),
        ("🔥", "Unknown priority (likely urgent or high)"),
        ("high/urgent", "Unknown priority (likely urgent or high)"),
        ("very high", "Unknown priority (likely high)"),
        ("soon", "Unknown priority"),
    ],
)
def test_a_priority_that_could_be_several_is_refused(cell: str, problem: str) -> None:
    reading = read_priority(cell)
    assert (reading.value, reading.problem) == (None, problem)


@pytest.mark.parametrize(
    "cell", ["n/a", "N.A.", "TBD", "tbc", "-", "—", "?", "...", "none", "None", "default", "Any", "keine", "无", "なし"]
)
@pytest.mark.parametrize("column", sorted(READINGS.keys() - {"captions"}))
def test_words_for_nothing_make_a_cell_of_options_empty(cell: str, column: str) -> None:
    reading = READINGS[column](cell)
    assert (reading.value, reading.problem) == (None, "")
    assert reading.understood == "an empty cell"
    assert not is_filled(column, cell)


@pytest.mark.parametrize("cell", ["TBD", "n/a", "-", "?", "TODO", "待定"])
def test_marks_for_a_text_that_is_still_to_come_are_no_text(cell: str) -> None:
    assert text_of(cell) == script_of(cell) == ""
    assert not is_filled("idea_title", cell)


@pytest.mark.parametrize("cell", ["None", "Default", "Any", "Nan", "No", "X", "007", "To be or not to be"])
def test_a_title_may_be_any_word(cell: str) -> None:
    assert text_of(cell) == cell
    assert is_filled("idea_title", cell)
    assert is_valid("idea_title", cell)


def test_a_script_needs_a_letter_or_a_digit() -> None:
    assert script_of("🔥 !!") == ""
    assert text_of("🔥 !!") == "🔥 !!"
    assert script_of(" 3 ") == "3"


@pytest.mark.parametrize(
    "cell", ["#REF!", "#N/A", "#VALUE!", " #DIV/0! ", "#BEZUG!", "#NV", "#¿NOMBRE?", "#ERROR!", "Loading..."]
)
@pytest.mark.parametrize("column", ["idea_title", "script_content", "description", "duration_seconds", "priority"])
def test_the_outcome_of_a_formula_that_failed_is_valid_nowhere(cell: str, column: str) -> None:
    assert formula_fault(cell)
    assert is_filled(column, cell)
    assert not is_valid(column, cell)
    assert text_of(cell) == ""


@pytest.mark.parametrize("cell", ["#teatime", "Loading the dishwasher...", "= five ideas", "N/A is not an answer"])
def test_text_that_only_looks_like_a_failed_formula_is_text(cell: str) -> None:
    assert not formula_fault(cell)
    assert is_valid("script_content", cell)


def test_a_formula_is_told_from_text_that_begins_with_its_sign() -> None:
    assert is_formula('=CONCAT("a", "b")')
    assert is_formula("=$B$2")
    assert not is_formula("=1+1 is text here")
    assert not is_valid("script_content", "=A1")


@pytest.mark.parametrize(
    ("cell", "approval"),
    [
        *dict.fromkeys(
            ["ready", "Yes", "approved", "TRUE", "✓", "☑", "✅ Approved", "x", "1", "да", "是", "oui"], APPROVED
        ).items(),
        *dict.fromkeys(["", "no", "FALSE", "draft", "pending", "not approved", "☐", "0", "-", "nein"], WAITING).items(),
        *dict.fromkeys(["done", "published", "Approved?", "waiting for approval by Ann, ready soon"], UNCLEAR).items(),
    ],
)
def test_a_status_says_whether_a_row_is_approved(cell: str, approval: Approval) -> None:
    assert read_approval(cell) is approval


@pytest.mark.parametrize(
    "cell", ["", "   ", "\t\r\n", "\u00a0", "\u3000", "\u200b\u200d", "\ufeff", "\x00\x07", "\u202e"]
)
def test_a_cell_in_which_nothing_can_be_seen_is_empty(cell: str) -> None:
    assert cleaned(cell) == ""


def test_cleaning_keeps_what_can_be_seen_as_it_is() -> None:
    text = " 007 \nline\ttab می\u200cخواهم 👨\u200d👩\u200d👧 "
    assert cleaned(text) == text


def test_cleaning_drops_control_characters_and_shows_broken_ones() -> None:
    assert cleaned("a\x00b\x1b[2Jc") == "ab[2Jc"
    assert cleaned("half \ud83d emoji") == "half \ufffd emoji"


@given(st.text(alphabet=st.characters()))
def test_a_cleaned_cell_can_be_encoded_and_stays_as_it_is(cell: str) -> None:
    once = cleaned(cell)
    once.encode("utf-8")
    assert cleaned(once) == once
    assert once == "" or once.strip()


@settings(deadline=None)  # the first cell loads the tables of languages
@given(st.text(alphabet=st.characters()))
def test_any_text_is_read_without_an_error(cell: str) -> None:
    for column, read in READINGS.items():
        reading = read(cell)
        assert not (reading.problem and reading.understood)
        assert is_valid(column, cell) or reading.problem or formula_fault(cell)
    for column in COLUMNS:
        is_filled(column, cell)
    assert read_approval(cell) in Approval
    assert text_of(cell) in {cell.strip(), ""}


@pytest.mark.parametrize(
    ("cell", "voice"),
    [
        *dict.fromkeys(
            ["Mujer joven", "女の声", "👩🏽", "female en-US", "woman in her 30s", "Female 1", "voz femenina suave"],
            FEMALE,
        ).items(),
        *dict.fromkeys(
            ["male narrator, 40s", "middle-aged man", "voix masculine grave", "tiefe Männerstimme"], MALE
        ).items(),
    ],
)
def test_what_tells_a_voice_more_closely_does_not_hide_it(cell: str, voice: Voice) -> None:
    assert read_voice(cell).value == RequestedVoice(voice)


@pytest.mark.parametrize("cell", ["male or female", "M/F", "female/male", "child", "robot", "British", "modern"])
def test_a_voice_that_could_be_two_or_none_is_refused(cell: str) -> None:
    assert read_voice(cell).problem.startswith("Unknown voice")


@pytest.mark.parametrize(
    ("cell", "provider"),
    [
        ("11labs Rachel", "elevenlabs"),
        ("eleven_labs:Bella", "elevenlabs"),
        ("Rachel - calm", "elevenlabs"),
        ("Voice: Rachel", "elevenlabs"),
        ("21m00Tcm4TlvDq8ikWAM", "elevenlabs"),
        ("Amazon Polly - Joanna", "polly"),
        ("Azure Jenny", "azure"),
        ("Jenny", "azure"),
        ("Google en-GB-Standard-A", "google"),
        ("Chirp3-HD-Kore", "google"),
    ],
)
def test_a_providers_voice_is_known_with_and_without_its_provider(cell: str, provider: str) -> None:
    wish = read_voice(cell).value
    assert wish is not None
    assert provider in {voice.provider for voice in wish.named}


@pytest.mark.parametrize(
    ("cell", "style"),
    [
        ("Minimal & clean", Style.MINIMAL),
        ("极简风格", Style.MINIMAL),
        ("ビジネス風", Style.CORPORATE),
        ("Modern style, please", Style.MODERN),
        ("modern or classic", None),
        ("clean, modern", None),
    ],
)
def test_words_of_one_style_agree_and_words_of_two_do_not(cell: str, style: Style | None) -> None:
    assert read_style(cell).value is style


@pytest.mark.parametrize(
    ("cell", "priority"),
    [
        ("1 - High", Priority.HIGH),
        ("1 (urgent)", Priority.URGENT),
        ("3 - Low", Priority.LOW),
        ("H", Priority.HIGH),
        ("M", Priority.NORMAL),
        ("L", Priority.LOW),
        ("very low", Priority.LOW),
        ("medium-high", None),
        ("A", None),
    ],
)
def test_a_number_beside_a_word_for_a_priority_says_nothing(cell: str, priority: Priority | None) -> None:
    assert read_priority(cell).value is priority


@pytest.mark.parametrize(
    ("cell", "approval"),
    [
        *dict.fromkeys(
            ["Approved by Anna", "Approved 12/03", "approved - 3 Jan", "OK 2024-05-01", "Yes, please", "👍🏽"], APPROVED
        ).items(),
        *dict.fromkeys(
            ["Not yet approved", "to be approved", "approval pending", "don't render", "disapproved"], WAITING
        ).items(),
        *dict.fromkeys(
            [
                "Ready (draft)",
                "approved with changes",
                "yes but shorten",
                "Approved (after edits)",
                "maybe",
                "approved by Friday",
            ],
            UNCLEAR,
        ).items(),
    ],
)
def test_an_approval_may_be_signed_and_a_condition_makes_it_doubtful(cell: str, approval: Approval) -> None:
    assert read_approval(cell) is approval


@pytest.mark.parametrize(
    "cell",
    ["Script TBD", "to be written", "Lorem ipsum dolor sit amet", "Write script here", "待写", "à rédiger", "_ _ _"],
)
def test_a_mark_for_a_script_to_come_is_no_script(cell: str) -> None:
    assert script_of(cell) == ""


@pytest.mark.parametrize("cell", ["you decide", "not sure yet", "leave blank", "不限", "unknown"])
def test_a_writer_who_leaves_the_choice_to_us_says_nothing(cell: str) -> None:
    assert not is_filled("style_override", cell)


@pytest.mark.parametrize(
    ("cell", "captions"),
    [
        ("off", Captions.OFF),
        ("no", Captions.OFF),
        ("None", Captions.OFF),
        ("keine", Captions.OFF),
        ("無", Captions.OFF),
        ("FALSE", Captions.OFF),
        ("File only", Captions.OFF),
        ("No captions please", Captions.OFF),
        ("burned", Captions.BURNED),
        ("Burned-in", Captions.BURNED),
        ("yes", Captions.BURNED),
        ("TRUE", Captions.BURNED),
        ("oui", Captions.BURNED),
        ("", None),
        ("n/a", None),
        ("default", None),
    ],
)
def test_captions_are_burned_or_off_and_no_is_an_answer(cell: str, captions: Captions | None) -> None:
    reading = read_captions(cell)
    assert (reading.value, reading.problem) == (captions, "")


def test_an_unknown_word_for_captions_is_refused_and_the_text_of_a_post_is_left_alone() -> None:
    assert read_captions("sometimes").problem == "Unknown captions"
    assert read_captions("as SRT only").problem == "Unknown captions (likely off)"
    post = read_captions("Five teas for slow mornings. Save this one for later! #tea #morning")
    assert (post.value, post.problem) == (None, "")
    assert "not used" in post.understood
