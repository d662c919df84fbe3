from __future__ import annotations

import pytest

from bulkvid_pipeline.core.colors import hex_of
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.color_verdicts import ColorPart, color_verdicts, nearest_colors
from bulkvid_pipeline.rendering.pictures.themes import theme_for
from bulkvid_pipeline_tests.rendering.pictures.test_themes import PALETTES, STYLES


@pytest.mark.parametrize("colors", PALETTES[1::4])
@pytest.mark.parametrize("style", STYLES)
def test_a_colour_fails_exactly_where_videos_show_another_one(style: Style, colors: tuple[str, ...]) -> None:
    _, warnings = theme_for(style, colors=colors)
    faulty = {verdict.part for verdict in color_verdicts(style, colors) if not verdict.contrast.passes}

    told = {
        part
        for part, word in (
            (ColorPart.ACCENT, "accent "),
            (ColorPart.SECOND_ACCENT, "second accent "),
            (ColorPart.BACKGROUND, "background "),
        )
        if any(warning.startswith(word) for warning in warnings)
    }
    assert faulty == told


@pytest.mark.parametrize("colors", PALETTES[1::4])
@pytest.mark.parametrize("style", STYLES)
def test_colours_as_suggested_pass(style: Style, colors: tuple[str, ...]) -> None:
    suggested = nearest_colors(style, colors)

    assert len(suggested) == len(colors)
    assert [each.use for each in color_verdicts(style, suggested) if not each.contrast.passes] == []
    assert nearest_colors(style, suggested) == suggested


def test_a_style_of_its_own_colours_is_judged_by_texts_and_captions() -> None:
    for style in STYLES:
        verdicts = color_verdicts(style)
        assert [each.part for each in verdicts] == [ColorPart.BACKGROUND, ColorPart.CAPTIONS, ColorPart.CAPTIONS]
        assert all(each.contrast.passes for each in verdicts)


def test_small_words_need_more_than_large_ones() -> None:
    large, small = (each for each in color_verdicts(Style.MINIMAL, ["#D96B00"]) if each.part is ColorPart.ACCENT)

    assert (large.limit, small.limit) == (3.0, 4.5)
    assert large.contrast.passes
    assert not small.contrast.passes
    assert hex_of(small.contrast.color) == "#D96B00"


def test_a_background_of_a_medium_tone_is_judged_by_its_text() -> None:
    (verdict,) = (
        each
        for each in color_verdicts(Style.MODERN, ["#FFFFFF", "#FFFFFF", "#777777"])
        if each.part is ColorPart.BACKGROUND
    )

    assert hex_of(verdict.contrast.color) == "#777777"
    assert not verdict.contrast.passes
    assert hex_of(verdict.contrast.nearest) != "#777777"
