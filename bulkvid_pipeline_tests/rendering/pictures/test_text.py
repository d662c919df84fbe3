from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.rendering.pictures import scripts
from bulkvid_pipeline.rendering.pictures.hyphens import syllables
from bulkvid_pipeline.rendering.pictures.scripts import HanVariant
from bulkvid_pipeline.rendering.pictures.typefaces import Cut, families_of, font_for, runs_of
from bulkvid_pipeline.rendering.pictures.typesetting import SetText, TextLook, set_text
from bulkvid_pipeline_tests.rendering.pictures.scenes import SAMPLES

FAMILIES = ("Inter", "Source Serif 4", "Source Serif 4 Italic", "Noto Sans", "Noto Serif", "JetBrains Mono")


def look(size: float = 80, least: float = 40) -> TextLook:
    return TextLook(Cut("Inter", 700), (0, 0, 0), size, least, line_height=1.15)


def fitted(text: str, width: float = 900, height: float = 500, lines: int = 6) -> SetText:
    return set_text(text, look(), width, height, max_lines=lines)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_has_a_glyph_for_every_character(name: str, family: str) -> None:
    variant = scripts.han_variant(SAMPLES[name])
    for char in scripts.display_text(SAMPLES[name]):
        assert scripts.is_invisible(char) or font_for(char, family, variant), f"U+{ord(char):04X}"


def test_han_characters_are_drawn_in_the_shapes_of_their_language() -> None:
    fonts = {name: font_for("直", "Inter", scripts.han_variant(SAMPLES[name])) for name in SAMPLES}
    families = {name: font.family for name, font in fonts.items() if font}
    assert families["japanese"] == "Noto Sans JP"
    assert families["chinese"] == "Noto Sans SC"
    assert families["traditional"] == "Noto Sans TC"
    assert families["korean"] == "Noto Sans KR"


def test_han_alone_follows_the_language_of_the_script_around_it() -> None:
    assert scripts.settled_variant("写真", HanVariant.JAPANESE) is HanVariant.JAPANESE
    assert scripts.settled_variant("写真", None) is HanVariant.SIMPLIFIED
    assert scripts.settled_variant("カメラ", HanVariant.SIMPLIFIED) is HanVariant.JAPANESE
    assert scripts.settled_variant("photo", HanVariant.JAPANESE) is None


def test_emoji_sequences_are_drawn_by_the_emoji_font_and_the_text_around_by_its_own() -> None:
    text = "Hi 👨‍👩‍👧‍👦🇪🇸1️⃣ 5"
    runs = runs_of(text, families_of(text, Cut("Inter", 700), None))
    assert [(text, aliases[0].split(":")[0]) for text, aliases in runs] == [
        ("Hi ", "Inter"),
        ("👨‍👩‍👧‍👦🇪🇸1️⃣", "Noto Color Emoji"),
        (" 5", "Inter"),
    ]


@given(st.text())
def test_splitting_emoji_loses_nothing(text: str) -> None:
    assert "".join(part for part, _ in scripts.split_emoji(text)) == text


@given(st.text(st.characters()))
def test_display_text_is_one_clean_line_and_cleaning_twice_changes_nothing(text: str) -> None:
    shown = scripts.display_text(text)
    assert not set("\n\r\t\x00\u2028\u202e\u2066") & set(shown)
    assert not any(0xD800 <= ord(char) <= 0xDFFF for char in shown)
    assert scripts.display_text(shown) == shown


def test_stacked_marks_are_thinned_and_real_ones_kept() -> None:
    assert scripts.display_text("a" + "\u0316" * 50) == "a" + "\u0316" * scripts.MAX_MARKS
    assert scripts.display_text("हिन्दी ที่") == "हिन्दी ที่"


@pytest.mark.parametrize(("text", "right"), [("abc אבג", False), ("123 אבג", True), ("“مرحبا” hi", True), ("", False)])
def test_direction_is_that_of_the_first_strong_character(text: str, right: bool) -> None:
    assert scripts.is_right_to_left(text) is right


def test_a_long_text_shrinks_until_it_fits() -> None:
    block = fitted("The quick brown fox jumps over the lazy dog and runs on " * 4)
    assert block.look.size < 80
    assert block.height <= 500
    assert block.width <= 900


def test_words_stay_whole_as_long_as_shrinking_suffices() -> None:
    block = fitted("Incomprehensibilities explained", width=620)
    assert "-" not in block.text
    assert block.look.size < 80


def test_a_word_too_wide_for_the_least_size_is_hyphenated_at_syllables() -> None:
    block = fitted(SAMPLES["german"], width=700)
    parts = [line.removesuffix("-") for line in block.line_texts]
    assert len(parts) > 2
    assert all(line.endswith("-") for line in block.line_texts[:-1])
    assert "".join(parts) == SAMPLES["german"] == block.words
    assert all(len(part) >= 4 for part in parts)
    assert not any(part.endswith("sc") or part.startswith("h") for part in parts)


@pytest.mark.parametrize("spacing", [0.0, -0.02, -0.04])
@pytest.mark.parametrize("width", [620, 700, 900, 1200])
def test_lines_are_no_wider_than_the_block(width: float, spacing: float) -> None:
    tight = replace(look(), letter_spacing=spacing)
    block = set_text(SAMPLES["german"], tight, width, 900, max_lines=6)
    for line in block.line_texts:
        alone = set_text(line, replace(tight, size=block.look.size, least_size=block.look.size), 5000, 900, max_lines=1)
        assert alone.width <= block.width + 1


@given(st.text(st.sampled_from("abcdeschungäöüß. "), max_size=120), st.integers(4, 30))
def test_hyphenating_loses_nothing(text: str, letters: int) -> None:
    assert "".join(syllables(text, letters)) == text


def test_lines_are_balanced() -> None:
    balanced = fitted("Productivity tools for the many people who work at home", width=900)
    assert balanced.lines >= 2
    assert balanced.width < 0.95 * 900


def test_the_smallest_size_cuts_with_an_ellipsis_rather_than_overflow() -> None:
    block = fitted("word " * 400, width=200, height=40)
    assert block.words.endswith("…")
    assert block.height <= 40


@pytest.mark.parametrize("pair", [*itertools.combinations(["english", "arabic", "chinese", "emoji"], 2)])
def test_mixing_scripts_keeps_the_line_height_of_the_tallest(pair: tuple[str, str]) -> None:
    mixed = fitted(f"{SAMPLES[pair[0]]} {SAMPLES[pair[1]]}", width=3000)
    heights = {fitted(SAMPLES[name], width=3000).line_height for name in pair}
    assert mixed.line_height == max(heights)


def test_korean_words_are_not_parted() -> None:
    block = fitted("천 리 길도 한 걸음부터 시작됩니다", width=420, lines=4)
    assert " ".join(block.line_texts) == "천 리 길도 한 걸음부터 시작됩니다"
