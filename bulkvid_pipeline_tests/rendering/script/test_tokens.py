from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.options import Aspect
from bulkvid_pipeline.rendering.captions import cue_text, cues_for
from bulkvid_pipeline.rendering.model import SpokenWord
from bulkvid_pipeline.rendering.script import tokens
from bulkvid_pipeline.rendering.script.emphasis import amount_and_unit, emphasis_of, most_whole
from bulkvid_pipeline.rendering.script.sentences import sentences_of
from bulkvid_pipeline.rendering.script.tokens import units_of
from bulkvid_pipeline.rendering.script.words import display_text, script_words
from bulkvid_pipeline_tests.cpu_time import least_cpu_seconds

WHOLE = (
    "4.15亿元", "12,800円", "$1.2bn", "₹1,00,000", "5.7%", "1,234.56元", "24.12.2024", "2024-12-24", "3/4",
    "10:30", "18h30", "400-820-0199", "5–7", "3:1", "2-1", "v2.3.1", "example.com/free-guide",
    "first_last@example.com", "@tea_time_daily", "#tea_break_2024", "my_plan_v2.xlsx", "Wi-Fi",
    "COVID-19", "GPT-4", "MP3", "G20", "1️⃣", "🇯🇵", "👍🏽", "👨‍👩‍👧", "24/7", "50/50", "20%-30%", "3.85%",
    "U.S.", "12.5kg", "1,980원", "2.10.3-beta.1",
)  # fmt: skip
WITH_BLANKS = (
    "-12 °C", "1,2 Mio.", "R$ 4,50", "4 p.m.", "+49 30 1234567", "z. B.", "J. K. Rowling", "USD 49.99", "1 234,56 €",
    "5 kg", "4.15 ล้านบาท", "4.15억 원", "1.4 billion", "12,5 €",
)  # fmt: skip


@pytest.mark.parametrize("token", [*WHOLE, *WITH_BLANKS])
def test_what_stands_together_is_one_unit(token: str) -> None:
    assert [unit.text for unit in units_of(f"so {token} (x)")][:1] == [token]


@pytest.mark.parametrize("token", [token for token in WHOLE if token.isascii()])
def test_units_are_words_among_letters_without_blanks(token: str) -> None:
    assert token in [word.text for word in script_words(f"今年{token}了")]


def test_a_sentence_never_ends_inside_a_unit() -> None:
    text = "It opened at 4 p.m. in the U.S. for J. K. Rowling at $1.2bn. See example.com/a.b now. Then v2.0 came."
    assert sentences_of(text) == (
        "It opened at 4 p.m. in the U.S. for J. K. Rowling at $1.2bn.",
        "See example.com/a.b now.",
        "Then v2.0 came.",
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("ሰላም። እንዴት ነህ።", 2),
        ("Բարև։ Ինչպես ես։", 2),
        ("ខ្ញុំផឹកតែ។ តែល្អ។", 2),
        ("ရေသောက်ပါ။ ကောင်းတယ်။", 2),
        ("चाय पियो।पानी पियो।", 2),
        ("هل تشرب؟ نعم۔ حسنا", 3),
        ("今年4.15亿元。明年呢？好！", 3),
    ],
)
def test_sentences_end_in_every_script(text: str, count: int) -> None:
    assert len(sentences_of(text)) == count


def test_captions_never_part_a_unit() -> None:
    text = "Call us on +49 30 1234567 or pay R$ 4,50 to J. K. Rowling at 4 p.m. with 1,2 Mio. others"
    words = script_words(text)
    spoken = [SpokenWord(word.text, 12 * at, 12 * at + 12, word.gap) for at, word in enumerate(words)]
    texts = [cue_text(cue) for cue in cues_for(spoken, Aspect.TALL, 12 * len(words) + 20)]
    assert " ".join(texts) == text
    for unit in ("+49 30 1234567", "R$ 4,50", "J. K. Rowling", "4 p.m.", "1,2 Mio."):
        assert any(unit in cue for cue in texts), unit


@pytest.mark.parametrize("text", ["ข้างๆ ตอนเช้า", "រៀន តែ", "ສະບາຍດີ ຕອນເຊົ້າ", "茶 叶", "今年Wi-Fi很快"])
def test_blanks_that_a_script_has_are_kept_and_none_is_added(text: str) -> None:
    words = script_words(text)
    assert display_text([word.text for word in words], [word.gap for word in words]) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ตื่นเช้ามาแล้ววางถ้วย", ["ตื่น", "เช้า", "มา", "แล้ว", "วาง", "ถ้วย"]),
        ("ព្រឹកនេះខ្ញុំផឹកតែក្តៅ។", ["ព្រឹក", "នេះ", "ខ្ញុំ", "ផឹក", "តែ", "ក្តៅ។"]),
        ("လက်ဖက်ရည်သောက်ပါ။", ["လက်ဖက်ရည်", "သောက်", "ပါ။"]),
        ("ຕອນເຊົ້າດື່ມຊາຮ້ອນ", ["ຕອນເຊົ້າ", "ດື່ມ", "ຊາ", "ຮ້ອນ"]),
    ],
)
def test_scripts_of_south_east_asia_are_parted_at_words(text: str, words: list[str]) -> None:
    assert [word.text for word in script_words(text)] == words


@pytest.mark.parametrize(
    ("heading", "phrases"),
    [
        ("今年茶叶出口达到4.15亿元，同比增长5.7%", ("4.15亿元", "5.7%")),
        ("利率从3.85%降到3.45%", ("3.85%", "3.45%")),
        ("It costs $1.2bn a year", ("$1.2bn",)),
        ("Rund 1,2 Mio. Menschen trinken Tee", ("1,2 Mio.",)),
        ("Rendez-vous à 18h30 ce soir", ("18h30",)),
        ("Custa R$ 4,50 na padaria", ("R$ 4,50",)),
        ("COVID-19 changed B2B sales", ()),
        ("The MP3 player of the G20", ()),
        ("It is -5 °C outside now", ("-5 °C",)),
        ("全程用时3小时58分跑完", ("3小时58分",)),
    ],
)
def test_a_figure_that_is_set_off_is_a_whole_one(heading: str, phrases: tuple[str, ...]) -> None:
    assert emphasis_of(heading) == phrases


@pytest.mark.parametrize(
    ("heading", "marked", "phrases"),
    [
        ("Trade fell by 4.15 percent", ("15",), ("4.15",)),
        ("Write to first_last@example.com today", ("last@example",), ("first_last@example.com",)),
        ("The last one comes first, not last", ("last", "first"), ("last", "first")),
        ("今年达到4.15亿元，创下新高", ("亿元",), ("4.15亿元",)),
    ],
)
def test_what_the_author_sets_off_never_ends_inside_a_unit(
    heading: str, marked: tuple[str, ...], phrases: tuple[str, ...]
) -> None:
    assert emphasis_of(heading, marked) == phrases


@pytest.mark.parametrize(
    ("text", "phrase", "start"),
    [
        ("Room №5 holds 5 people", "5", 14),
        ("Concatenate one cat with another", "cat", 16),
        ("Unbelievable", "believ", 2),
        ("第1届有1", "1", 4),
    ],
)
def test_a_phrase_is_found_where_it_cuts_no_other_word(text: str, phrase: str, start: int) -> None:
    places = [match.span() for match in re.finditer(phrase, text)]
    assert most_whole(text, places) == (start, start + len(phrase))


@pytest.mark.parametrize(
    "heading",
    [
        "In 2024 we began again",
        "The 1990s were good to us",
        "Version 2.0 is here",
        "Visit example.com/10-tips today",
        "iPhone 15 comes in blue",
        "Step 3 is easy",
        "Q3 2024 was quiet",
        "第3名是他",
        "这十分重要",
    ],
)
def test_digits_that_count_nothing_are_not_set_off(heading: str) -> None:
    assert emphasis_of(heading) == ()


@pytest.mark.parametrize(
    ("phrase", "amount"),
    [
        ("R$ 4,50", ("R$ 4,50", "")),
        ("42.5 million dollars", ("42.5 million", "dollars")),
        ("12 million people", ("12 million", "people")),
        ("$1.2 billion", ("$1.2 billion", "")),
        ("1,2 Mio. Euro", ("1,2 Mio.", "Euro")),
        ("1,234,567 dollars", ("1,234,567", "dollars")),
        ("$1.2bn", ("$1.2bn", "")),
        ("-12 °C", ("-12 °C", "")),
        ("1,2 Mio.", ("1,2 Mio.", "")),
        ("4.15亿元", ("4.15亿元", "")),
        ("18 percent", ("18", "percent")),
        ("₹1,00,000", ("₹1,00,000", "")),
    ],
)
def test_a_figure_is_parted_from_what_it_counts(phrase: str, amount: tuple[str, str]) -> None:
    assert amount_and_unit(phrase) == amount


@pytest.mark.parametrize(
    "phrase",
    [
        "COVID-19", "MP3", "G20", "A4", "18h30", "4 p.m.", "10:30", "24.12.2024", "March 14th, 2025", "+49 30 1234567",
        "555-0142", "v2.0", "2.3.1", "example.com/10", "2024", "1990s", "2024年", "第3名", "44 and 46 million dollars",
        "$1,234.56 to $2,345.67", "3 out of 4", "5", "never", "half",
    ],
)  # fmt: skip
def test_what_is_no_whole_amount_is_no_figure(phrase: str) -> None:
    assert amount_and_unit(phrase) is None


@given(st.text(alphabet=st.characters() | st.sampled_from("0123456789.,:/-+% $€@#"), max_size=80))
def test_units_lie_in_order_inside_any_text(text: str) -> None:
    reached = 0
    for unit in units_of(text):
        assert reached <= unit.start < unit.end
        assert text[unit.start : unit.end] == unit.text
        reached = unit.end


@pytest.mark.parametrize("bit", ["1", "1 ", "a-", "a.", "1:", "@a", "+1 ", "A. ", "1,", "👨‍"])
def test_units_are_found_in_time_that_grows_with_the_text(bit: str) -> None:
    def seconds(length: int) -> float:
        text = bit * (length // len(bit))
        return least_cpu_seconds(lambda number: units_of(f"{text} {number}"))

    assert seconds(40_000) < 30 * max(seconds(4_000), 0.002)


@given(st.from_regex(tokens._PLAIN, fullmatch=True, alphabet="abhiptzABDMNPTUéÖ .,:;!?'’\"()…"))
def test_what_is_taken_for_plain_words_at_a_glance_has_no_unit(text: str) -> None:
    assert not any(match.group() for match in tokens._UNIT.finditer(text))


@pytest.mark.parametrize("text", ["Call Mr. Smith, please.", "The U.S. Army", "See p. ex. this", "Go to tea.com now"])
def test_words_with_stops_are_looked_at_closely(text: str) -> None:
    assert units_of(text)
