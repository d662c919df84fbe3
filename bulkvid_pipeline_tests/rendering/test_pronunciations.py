"""Words whose pronunciation is given: where they are found, and what the voice gets."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.core.pronunciations import Pronunciation, read_say_as
from bulkvid_pipeline.rendering.spoken import spoken_form
from bulkvid_pipeline.rendering.voice_gaps import used_in, voice_gaps


def pairs(cell: str) -> tuple[Pronunciation, ...]:
    return read_say_as(cell).value or ()


def said(text: str, cell: str, language: str = "en-us") -> str:
    return spoken_form(text, language, pairs(cell)).text


@pytest.mark.parametrize(
    ("text", "cell", "expected"),
    [
        ("We fly to Xi’an.", "Xi'an = shee ahn", "We fly to shee ahn."),
        ("xi'AN, XI'AN", "Xi'an = shee ahn", "shee ahn, shee ahn"),
        ("us in the US", "US = you ess", "us in the you ess"),
        ("MySQL, SQL2, SQL's (SQL)", "SQL = sequel", "MySQL, SQL2, sequel's (sequel)"),
        ("my_SQL and SQL-based", "SQL = sequel", "my SQL and sequel-based"),
        ("New   York, York", "York = yawk; New York = noo yawk", "noo yawk, yawk"),
        ("C++ and Q&A", "C++ = see plus plus; Q&A = queue and ay", "see plus plus and queue and ay"),
        ("Re\u0301my's Rémy", "R\u00e9my = raymee", "raymee's raymee"),
        ("用SQL查询西安的数据", "SQL = sequel; 西安 = 喜安", "用sequel查询喜安的数据"),
        ("서울에서 SQL을", "서울 = 쎄울; SQL = 시퀄", "쎄울에서 시퀄을"),
        ("क कि", "क = ka", "ka कि"),
        ("It cost $5", "$5 = five bucks", "It cost five bucks"),
        ("Take 3 now", "3 = 007", "Take 007 now"),
    ],
)
def test_whole_words_and_phrases_are_said_as_given(text: str, cell: str, expected: str) -> None:
    assert said(text, cell) == expected


def test_part_of_an_address_is_not_found_but_the_whole_is() -> None:
    assert "tee" not in said("Write to tea@tea.com or see tea.com/tea now", "tea = tee")
    assert said("See example.com now", "example.com = our site") == "See our site now"


def test_the_spoken_form_goes_past_the_rules_for_numbers_and_money() -> None:
    assert said("Model K9", "K9 = model 1,200 $5") == "Model model 1,200 $5"


def test_the_whole_written_phrase_is_what_was_said() -> None:
    spoken = spoken_form("In Xi'an we rest.", "en-us", pairs("Xi'an = shee ahn"))
    start = spoken.text.index("shee")
    assert spoken.script_offset(start) == 3
    assert spoken.script_offset(start + len("shee ahn")) == 8
    assert 3 <= spoken.script_offset(spoken.text.index("ahn")) < 8


def test_only_the_pairs_that_a_script_says_are_used() -> None:
    listed = pairs("Xi'an = shee ahn; Foo = bar; Intro = x; SQL = sequel")
    script = "# Intro\n\n**Xi'an** has [SQL](https://example.com/foo)."
    assert [pair.written for pair in used_in(script, listed)] == ["Xi'an", "SQL"]


KHMER = "ចាក់ទឹកឱ្យពេញ។"


def test_words_that_no_voice_reads_are_named_and_a_number_after_them_is_said() -> None:
    found = voice_gaps(["Angkor អង្គរ 1150 is old."], "en-us")
    assert found.words == ("អង្គរ",)
    assert (found.writing, found.is_too_much) == ("Khmer", False)
    assert "1150" not in found.letters


def test_a_script_that_nobody_can_read_is_too_much_though_it_has_a_word_of_ours() -> None:
    assert voice_gaps([KHMER, "iPhone"], "km").is_too_much
    assert voice_gaps([KHMER], "km").share == 1


def test_a_word_with_a_pronunciation_is_spoken() -> None:
    assert voice_gaps(["Angkor អង្គរ is old."], "en-us", pairs("អង្គរ = ang kor")).words == ()
