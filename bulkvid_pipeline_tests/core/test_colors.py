"""Known contrasts are those that W3C's own examples and techniques name (G18, G145, SC 1.4.3)."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.core.colors import (
    BLACK,
    GRAPHIC_CONTRAST,
    TEXT_CONTRAST,
    WHITE,
    contrast,
    contrast_verdict,
    hex_of,
    luminance,
    parse_hex,
)


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [
        ("#000000", "#FFFFFF", 21.0),
        ("#FFFFFF", "#FFFFFF", 1.0),
        ("#777777", "#FFFFFF", 4.48),
        ("#767676", "#FFFFFF", 4.54),
        ("#949494", "#FFFFFF", 3.03),
        ("#FF0000", "#FFFFFF", 4.0),
        ("#0000FF", "#FFFFFF", 8.59),
        ("#00FF00", "#FFFFFF", 1.37),
    ],
)
def test_the_contrast_of_two_colours_is_that_of_wcag(first: str, second: str, ratio: float) -> None:
    one, other = parse_hex(first), parse_hex(second)
    assert one is not None
    assert other is not None
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


def test_luminance_goes_from_black_to_white() -> None:
    assert luminance(BLACK) == 0
    assert luminance(WHITE) == pytest.approx(1)


@pytest.mark.parametrize("needed", [GRAPHIC_CONTRAST, TEXT_CONTRAST])
@pytest.mark.parametrize("grounds", [[WHITE], [BLACK], [(120, 40, 90), (90, 20, 60)]])
@pytest.mark.parametrize("given", ["#FFE100", "#808080", "#0B6E4F", "#20203A", "#FF0000"])
def test_the_nearest_colour_passes_on_the_worst_ground(
    given: str, grounds: list[tuple[int, int, int]], needed: float
) -> None:
    color = parse_hex(given)
    assert color is not None

    verdict = contrast_verdict(color, grounds, needed)

    assert verdict.ratio == min(contrast(color, ground) for ground in grounds)
    assert verdict.ground in grounds
    again = contrast_verdict(verdict.nearest, grounds, needed)
    assert again.passes
    assert again.nearest == verdict.nearest
    assert (verdict.nearest == color) == verdict.passes


def test_the_nearest_colour_is_no_further_than_it_must_be() -> None:
    verdict = contrast_verdict((119, 119, 119), [WHITE], TEXT_CONTRAST)

    assert not verdict.passes
    assert hex_of(verdict.nearest) in {"#767676", "#757575"}
