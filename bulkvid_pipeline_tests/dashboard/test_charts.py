"""Charts: what any values look like as geometry, and as SVG with a table beside it."""

from __future__ import annotations

import itertools
import math
import re
import sys
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.dashboard.charts import (
    MOST_LABELS,
    MOST_TICKS,
    Chart,
    Series,
    Subject,
    Tone,
    bar_chart,
    column_chart,
    largest_first,
    line_chart,
    scale_for,
    sparkline,
)
from bulkvid_pipeline.dashboard.rendering import environment

EVIL = "</svg><script>alert(1)</script>"
VALUES = st.floats(min_value=0, max_value=sys.float_info.max, allow_nan=False, allow_infinity=False)
SHOWN = "{% from 'charts.html' import chart_figure, spark %}"


def say(value: float) -> str:
    return f"{value:g}"


def of(*labels: str) -> Subject:
    return Subject("c", "A chart", "Day", labels)


def series(*values: float | None, name: str = "made", tone: Tone = Tone.GOOD) -> Series:
    return Series(name, values, say, tone)


def drawn(chart: Chart) -> ElementTree.Element:
    text = environment().from_string(SHOWN + "{{ chart_figure(chart) }}").render(chart=chart)
    assert "style=" not in text
    return ElementTree.fromstring(text)


@pytest.mark.parametrize(
    ("largest", "values"),
    [
        (0, [0, 1]),
        (1, [0, 0.25, 0.5, 0.75, 1]),
        (7, [0, 2, 4, 6, 8]),
        (10, [0, 2.5, 5, 7.5, 10]),
        (32, [0, 10, 20, 30, 40]),
        (1e-9, [0, 2.5e-10, 5e-10, 7.5e-10, 1e-9]),
    ],
)
def test_steps_are_few_and_round(largest: float, values: list[float]) -> None:
    assert scale_for(largest).values == pytest.approx(values)


def test_whole_numbers_have_whole_steps() -> None:
    assert scale_for(1, whole=True).values == [0, 1]
    assert scale_for(3, whole=True).values == [0, 1, 2, 3]
    assert scale_for(10, whole=True).values == [0, 3, 6, 9, 12]


@given(VALUES)
def test_every_scale_holds_its_value_in_few_finite_steps(value: float) -> None:
    for whole in (False, True):
        scale = scale_for(value, whole=whole)
        assert 2 <= len(scale.values) <= MOST_TICKS + 1
        assert all(math.isfinite(each) for each in scale.values)
        assert all(one < after for one, after in itertools.pairwise(scale.steps))
        assert 0 <= scale.share(value) <= 100


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=70))
def test_columns_and_bars_of_any_values_stay_inside_and_what_is_not_nothing_is_seen(
    values: list[tuple[float, float]],
) -> None:
    subject = of(*(f"day {number}" for number in range(len(values))))
    pair = [series(*(one for one, _ in values)), series(*(two for _, two in values), name="failed", tone=Tone.BAD)]

    for segment in [
        *column_chart(subject, pair).columns,
        *(s for bar in bar_chart(subject, pair).bars for s in bar.segments),
    ]:
        x, width = (float(each.rstrip("%")) for each in (segment.x, segment.width))
        assert x >= 0
        assert x + width <= 100.02
        assert width > 0
    for column in column_chart(subject, pair).columns:
        y, height = float(column.y.rstrip("%")), float(column.height.rstrip("%"))
        assert y >= -0.02
        assert y + height <= 100.02


def test_one_of_very_many_can_be_seen() -> None:
    (bar,) = bar_chart(of("a"), [series(99_999), series(1, name="failed", tone=Tone.BAD)]).bars

    assert [(one.x, one.width) for one in bar.segments] == [("0.00%", "99.40%"), ("99.40%", "0.60%")]


def test_the_table_has_the_figures_of_the_picture() -> None:
    chart = column_chart(of("Monday", "Tuesday"), [series(3, 0), series(1, 2, name="failed", tone=Tone.BAD)])
    figure = drawn(chart)

    rows = [["".join(cell.itertext()) for cell in row] for row in figure.iter("tr")]
    assert rows == [["Day", "made", "failed"], ["Monday", "3", "1"], ["Tuesday", "0", "2"]]
    scopes = [cell.get("scope") for cell in figure.iter("th")]
    assert scopes == ["col", "col", "col", "row", "row"]
    assert "".join(next(figure.iter("caption")).itertext()) == "A chart"
    (picture,) = (svg for svg in figure.iter("svg") if svg.get("role") == "img")
    named = {element.get("id"): "".join(element.itertext()) for element in picture if element.tag in ("title", "desc")}
    assert named[picture.get("aria-labelledby")] == "A chart"
    assert named[picture.get("aria-describedby")] == (
        "Day: 2, from Monday to Tuesday. made: at most 3 (Monday). failed: at most 2 (Tuesday)."
    )
    assert [title.text for title in figure.iter("title")][1:] == [
        "Monday: 3 made",
        "Monday: 1 failed",
        "Tuesday: 2 failed",
    ]


@pytest.mark.parametrize("labels", [[], ["only"], ["a", "b"], [f"{number} Nov" for number in range(40)]])
def test_few_labels_are_written_below_however_many_there_are(labels: list[str]) -> None:
    chart = column_chart(of(*labels), [series(*range(len(labels)))])

    assert len(chart.axis) <= MOST_LABELS
    assert [mark.text for mark in chart.axis][:1] == labels[:1]
    assert [mark.text for mark in chart.axis][-1:] == labels[-1:]
    if not labels:
        assert "There is nothing to show" in "".join(drawn(chart).itertext())


def test_a_line_breaks_where_there_is_no_value_and_one_alone_is_a_dot() -> None:
    chart = line_chart(of("a", "b", "c", "d", "e"), series(4, 2, None, 1, None))

    assert chart.line.path == "M10.00 0.00 L30.00 50.00 M70.00 75.00 h0.01"
    assert chart.line.area == "M10.00 100 L10.00 0.00 L30.00 50.00 L30.00 100 Z"
    assert [row.values for row in chart.rows] == [["4"], ["2"], ["–"], ["1"], ["–"]]
    assert line_chart(of("only"), series(7)).line.path == "M50.00 12.50 h0.01"
    drawn(line_chart(of("a"), series(None)))


def test_a_sparkline_has_words_and_none_without_values() -> None:
    line = sparkline(of("a", "b"), series(0, 0))
    assert line is not None
    text = environment().from_string(SHOWN + "{{ spark(line) }}").render(line=line)
    (svg,) = [ElementTree.fromstring(text)]
    assert svg.get("role") == "img"
    assert sparkline(of("a"), series(None)) is None
    assert environment().from_string(SHOWN + "{{ spark(line) }}").render(line=None).strip() == ""


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_values_that_cannot_be_drawn_are_refused(value: float) -> None:
    for make in (bar_chart, column_chart):
        with pytest.raises(ValueError, match="not negative"):
            make(of("a"), [series(value)])
    with pytest.raises(ValueError, match="2 values for 1 labels"):
        line_chart(of("a"), series(1, 2))


def test_labels_are_text_however_long_and_whatever_they_hold() -> None:
    names = (EVIL, "long " * 100, "שלום", "")
    for chart in (bar_chart(of(*names), [series(1, 2, 3, 4)]), column_chart(of(*names), [series(1, 2, 3, 4)])):
        figure = drawn(chart)
        assert not list(figure.iter("script"))
        assert EVIL in ["".join(cell.itertext()) for cell in figure.iter("th")]
    assert not re.search(r"nan|inf", ElementTree.tostring(figure, "unicode"))


def test_of_many_groups_the_largest_come_first() -> None:
    labels, kept, left_out = largest_first([series(1, 9, 5), series(0, 0, 7)], ["a", "b", "c"], 2)

    assert (labels, left_out) == (["c", "b"], 1)
    assert [each.values for each in kept] == [[5, 9], [7, 0]]
