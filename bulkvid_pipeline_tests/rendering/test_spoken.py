from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.rendering.spoken import spoken_form


def said(text: str, language: str = "en-us") -> str:
    return " ".join(spoken_form(text, language).text.split())


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("$42.5 million", "42.5 million dollars"),
        ("It costs $1, not $5.", "It costs 1 dollar, not 5 dollars."),
        ("€5.10 or 5 €", "5 euros 10 or 5 euros"),
        ("$5k and £3bn", "5 thousand dollars and 3 billion pounds"),
        ("$1,234,567", "1,234,567 dollars"),
        ("In 1956", "In 19 56"),
        ("since 1905 and in 1900", "since 19 oh 5 and in 19 hundred"),
        ("in 2008, by 2024", "in 2008, by 20 24"),
        ("the 1990s", "the 19 nineties"),
        ("1500 people", "1500 people"),
        ("on 2024-05-03", "on May 3rd, 20 24"),
        ("2024-99-99", "2024-99-99"),
        ("5 kg, 1 km, 20°C", "5 kilograms, 1 kilometer, 20 degrees Celsius"),
        ("10-20 min", "10 to 20 minutes"),
        ("555-123-4567", "555-123-4567"),
        ("at 9:00, 10:30", "at 9 o'clock, 10:30"),
        ("open 10:00am", "open 10 AM"),
        ("1/2 cup", "one half cup"),
        ("24/7 help", "24 7 help"),
        ("e.g. tea vs. coffee", "for example tea versus coffee"),
        ("Dr. Smith is No. 5 and #1", "Doctor Smith is number 5 and number 1"),
        ("salt & pepper, AT&T", "salt and pepper, AT&T"),
        ("the FAQ", "the F.A.Q"),
        ("~5 eggs", "about 5 eggs"),
        ("1+1=2", "1+1 equals 2"),
        ("Visit https://www.example.com/a/b?x=1&y=2.", "Visit example dot com slash a slash b."),
        ("see example.com today", "see example dot com today"),
        ("mail me@example.com.", "mail me at example dot com."),
        ("I ❤️ this 🧠👨‍👩‍👧!", "I this !"),
        ("now — or never", "now, or never"),
        ("*bold* and `code` and snake_case", "bold and code and snake case"),
        ("Agent 007 and 18 percent", "Agent 007 and 18 percent"),
    ],
)
def test_english_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written) == spoken


def test_other_languages_keep_their_numbers_and_say_addresses_their_way() -> None:
    assert said("Am 3. Mai 1956 kostet es 5,10 €", "de") == "Am 3. Mai 1956 kostet es 5,10 €"
    assert said("Mehr auf beispiel.de/a", "de") == "Mehr auf beispiel Punkt de Schrägstrich a"
    assert said("Cuesta €5 🥱", "es") == "Cuesta 5 €"
    assert said("先用热水温一下茶壶。", "cmn") == "先用热水温一下茶壶。"


@pytest.mark.parametrize(
    "text",
    ['<break time="30s"/>', "[[h@l'oU]]", "&lt;speak&gt; <speak>", "%{pts} {\\an8} $(reboot) `id`", "a\x00b\x1b[2J"],
)
def test_no_markup_reaches_the_voice(text: str) -> None:
    assert not re.search(r"[<>\[\]{}\\`|\x00-\x08\x1b]", spoken_form(text, "en-us").text)


def test_spoken_places_lead_back_to_the_written_words() -> None:
    spoken = spoken_form("We paid $42.5 million at example.com today.", "en-us")
    back = {
        word: spoken.script_offset(spoken.text.index(word)) for word in ("We", "42.5", "dollars", "example", "today")
    }
    assert spoken.script[back["We"] :].startswith("We")
    assert spoken.script[back["42.5"] :].startswith("$42.5")
    assert "$42.5 million".find(spoken.script[back["dollars"]]) >= 0
    assert spoken.script[back["example"] :].startswith("example.com")
    assert spoken.script[back["today"] :].startswith("today")


@given(st.text() | st.text("0123456789$€.,-/:#~<>[]@ aksmhW°%"), st.sampled_from(["en-us", "de", "cmn", "ar"]))
def test_any_text_is_said_with_a_way_back_that_only_goes_forward(text: str, language: str) -> None:
    spoken = spoken_form(text, language)
    assert spoken.script == text
    places = [spoken.script_offset(offset) for offset in range(len(spoken.text) + 1)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    assert not re.search("[<>\\[\\]{}\\\\\x00\ud800-\udfff]", spoken.text)
