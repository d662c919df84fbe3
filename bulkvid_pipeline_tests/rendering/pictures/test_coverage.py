from __future__ import annotations

import pytest

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.coverage import missing_glyphs
from bulkvid_pipeline.rendering.pictures.themes import THEMES
from bulkvid_pipeline_tests.rendering.pictures.scenes import SAMPLES


@pytest.mark.parametrize("style", list(Style))
def test_all_samples_are_covered(style: Style) -> None:
    assert missing_glyphs(SAMPLES.values(), THEMES[style]) == ()


def test_characters_without_a_glyph_are_named_once_in_order() -> None:
    texts = ["ok \U00012000 then \U00013000", "again \U00012000", "\ue000"]
    assert missing_glyphs(texts, THEMES[Style.MODERN]) == ("\U00012000", "\U00013000", "\ue000")


def test_a_missing_base_is_named_with_its_marks() -> None:
    assert missing_glyphs(["\U00012000\u0301x"], THEMES[Style.MODERN]) == ("\U00012000\u0301",)


def test_characters_that_draw_nothing_are_never_missing() -> None:
    unseen = (
        "\x00\x07\n\t\u200b\u200d\u200e\u200f\u202b\u2066\u2069\ufe0e\ufe0f\U000e0100\ufeff\u00ad\ud800\udfff\u2060"
    )
    assert missing_glyphs([unseen, f"a{unseen}b"], THEMES[Style.CLASSIC]) == ()


def test_emoji_sequences_are_not_missing() -> None:
    texts = ["👨‍👩‍👧‍👦", "🏳️‍🌈", "👩🏽‍🚀", "🇺🇦", "#️⃣", "❤️‍🔥", "☺️", "🫠"]
    assert missing_glyphs(texts, THEMES[Style.MINIMAL]) == ()
