"""What holds in all languages: the way back to the script, no markup, any text, linear time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.adapters.speech.voices import speech_code
from bulkvid_pipeline.rendering.spoken import spoken_form
from bulkvid_pipeline.rendering.spoken.languages import readings_of
from bulkvid_pipeline_tests.cpu_time import least_cpu_seconds
from bulkvid_pipeline_tests.rendering.spoken.saying import said

CODES = [
    "en-us",
    "en-gb",
    "de",
    "fr",
    "fr-ch",
    "es",
    "es-419",
    "it",
    "pt",
    "pt-br",
    "nl",
    "cmn",
    "ja",
    "ko",
    "hi",
    "ru",
]
CODES += ["pl", "tr", "ar", "el", "sv", "th", "am", "sw", "lo"]


@pytest.mark.parametrize(
    "text",
    ['<break time="30s"/>', "[[h@l'oU]]", "&lt;speak&gt; <speak>", "%{pts} {\\an8} $(reboot) `id`", "a\x00b\x1b[2J"],
)
def test_no_markup_reaches_the_voice(text: str) -> None:
    assert not re.search(r"[<>\[\]{}\\`|\x00-\x08\x1b]", spoken_form(text, "en-us").text)


def test_spoken_places_lead_back_to_the_written_words() -> None:
    spoken = spoken_form("We paid $42.5 million at example.com on 24/12/2024, all of us.", "en-us")
    told = ("We", "42.5", "dollars", "example", "December", "twenty-four,", "us.")
    back = {word: spoken.script[spoken.script_offset(spoken.text.index(word)) :] for word in told}
    assert back["We"].startswith("We")
    assert back["42.5"].startswith("$42.5")
    assert (
        len("at example.com") < len(back["dollars"]) - len(" on 24/12/2024, all of us.") < len("$42.5 million at ") * 3
    )
    assert back["example"].startswith("example.com")
    assert back["December"].startswith("24/12/2024")
    assert back["us."] == "us."


def test_each_replaced_unit_leads_back_to_its_whole_span() -> None:
    script = "Call 555-0142 before 18:30 for -12 °C."
    spoken = spoken_form(script, "de")
    spans = {
        (spoken.script_offset(start), spoken.script_offset(end))
        for start, end in (
            (spoken.text.index(part), spoken.text.index(part) + len(part)) for part in ("5 5 5, 0 1 4 2",)
        )
    }
    assert {script[start:end] for start, end in spans} == {"555-0142"}
    degrees = spoken.text.index("minus")
    assert script[spoken.script_offset(degrees) :].startswith("-12")


def test_words_beside_what_is_replaced_keep_their_own_places() -> None:
    spoken = spoken_form("World War II ended in 1945, under Henry VIII or Louis XIV.", "en-us")
    told = {
        "War": "War",
        "two": "II",
        "nineteen": "1945",
        "forty-five": "1945",
        "the eighth": "VIII",
        "the four": "XIV",
    }
    for said_word, written in told.items():
        place = spoken.script_offset(spoken.text.index(said_word))
        assert spoken.script.index(written) <= place < spoken.script.index(written) + len(written)


@given(
    st.text() | st.text("0123456789$€£₹.,-–/:#~<>[]@ aksmhWVIX°%½'’°º²+=×&±pe\u00a0"),
    st.sampled_from(CODES),
)
def test_any_text_is_said_with_a_way_back_that_only_goes_forward(text: str, language: str) -> None:
    spoken = spoken_form(text, language)
    assert spoken.script == text
    places = [spoken.script_offset(offset) for offset in range(len(spoken.text) + 1)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    assert not re.search("[<>\\[\\]{}\\\\\x00\ud800-\udfff]", spoken.text)


@pytest.mark.parametrize(
    "piece", ["1", "1,", "1 ", "1.", "a.", "A. ", "@", "a@", "x.", "-1", "1:", "/", "$", "I", "#a", "½", " "]
)
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        return least_cpu_seconds(lambda _: spoken_form(text, "en-us"))

    assert seconds(20_000) < 1.5


@pytest.mark.parametrize(
    "tag", ["en", "en-GB", "de", "fr-CH", "es-MX", "pt", "pt-PT", "zh", "zh-HK", "no", "fil", "km", "yo", "haw"]
)
def test_every_language_has_readings(tag: str) -> None:
    code = speech_code(tag)
    assert code is not None
    assert readings_of(code).locale
    assert said("5 < 6", code)


def test_a_language_without_a_table_says_units_in_its_own_words() -> None:
    assert said("5 km", "sw") == "kilomita 5"
    assert said("1.500 km", "id") == "1500 kilometer"
    assert said("10-15 kg, ½ kg", "af") == "10, 15 kilogram, 0,5 kilogram"
    assert said("5 km", "nog") == "5 km"
