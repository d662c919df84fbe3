"""Charts as geometry: where bars, lines and words stand. `templates/charts.html` draws them as SVG, with their figures
as a table beside them. Pure.

Places along the width are percentages, so that a chart is as wide as its column while its letters keep their size.
Values are 0 or more; a chart of none says so. What figures are called is the caller's: `say` puts a value into words.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

Say = Callable[[float], str]

MOST_TICKS = 4
MOST_LABELS = 5
ROW_PX, PLOT_PX = 46, 200
"""Height of a bar with its label, and of the plot of columns and lines."""
_LEAST_SHOWN = 0.6
"""Per cent of the plot: what is not nothing can be seen."""
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


class Tone(StrEnum):
    """What a colour means; the style sheet decides which one it is."""

    MAIN = "main"
    GOOD = "good"
    BAD = "bad"
    CALM = "calm"


@dataclass(frozen=True)
class Series:
    """Values of one kind, one for each label; None where there is none to be told, as a mean of nothing."""

    name: str
    values: Sequence[float | None]
    say: Say
    tone: Tone = Tone.MAIN


@dataclass(frozen=True)
class Subject:
    """What a chart is about.

    Args:
        name: the start of its element ids, unique in the page.
        title: above it.
        labelled: what its labels are: "Day", "Template".
        labels: of bars, columns or points, as long as they like.
        short: the same for places with little room; the labels themselves where it is left out.
    """

    name: str
    title: str
    labelled: str
    labels: Sequence[str]
    short: Sequence[str] = ()

    @property
    def short_labels(self) -> Sequence[str]:
        return self.short or self.labels


@dataclass(frozen=True)
class Scale:
    """From 0 to a round number above all values; values are divided by `unit` before anything is done with them, since
    sums of the largest numbers there are would be infinite."""

    unit: float
    steps: Sequence[float]

    @property
    def top(self) -> float:
        return self.steps[-1]

    def share(self, value: float) -> float:
        """Where the value stands, 0..100."""
        return min(100.0, 100 * (value / self.unit) / self.top)

    @property
    def values(self) -> list[float]:
        """At which a line is drawn."""
        return [min(step * self.unit, sys.float_info.max) for step in self.steps]


@dataclass(frozen=True)
class Mark:
    """A line of the scale or a label of the axis: where, and its words.

    `anchor` is SVG's text-anchor; one that `is_extra` can be left out where there is little room.
    """

    at: str
    text: str
    anchor: str = "middle"
    is_extra: bool = False


@dataclass(frozen=True)
class Segment:
    """A rectangle; `told` is its words for who points at it."""

    x: str
    y: str
    width: str
    height: str
    tone: Tone
    told: str


@dataclass(frozen=True)
class Bar:
    """A row of a bar chart: its label and value, and below them its segments. Heights are in pixels."""

    label: str
    value: str
    text_y: int
    segments: Sequence[Segment]


@dataclass(frozen=True)
class Line:
    """A line through the values, in a field of 100 by 100, and the area below it. Where values are missing it breaks;
    one that stands alone is a dot."""

    path: str
    area: str
    tone: Tone


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    label: str
    values: Sequence[str]


@dataclass(frozen=True)
class Chart:
    """What is common to all charts. `described` says the most important of it in a sentence."""

    subject: Subject
    series: Sequence[Series]
    described: str
    rows: Sequence[Row]

    @property
    def is_empty(self) -> bool:
        return not self.rows


@dataclass(frozen=True)
class BarChart(Chart):
    """Bars that lie one below the other, for groups with names of any length."""

    bars: Sequence[Bar]
    height: int


@dataclass(frozen=True)
class ColumnChart(Chart):
    """Columns that stand side by side, for periods of time; several series are stacked."""

    columns: Sequence[Segment]
    ticks: Sequence[Mark]
    axis: Sequence[Mark]
    height: int = PLOT_PX


@dataclass(frozen=True)
class LineChart(Chart):
    """A line with the area below it, for periods of time."""

    line: Line
    ticks: Sequence[Mark]
    axis: Sequence[Mark]
    height: int = PLOT_PX


@dataclass(frozen=True)
class Sparkline:
    """A line without words, beside a figure: `described` says from where to where it goes."""

    name: str
    title: str
    described: str
    line: Line


def scale_for(largest: float, *, whole: bool = False, most_ticks: int = MOST_TICKS) -> Scale:
    """A scale that holds the value, with few and round steps; `whole` numbers have no steps between them."""
    if largest <= 0:
        return Scale(1.0, (0.0, 1.0))
    unit = 10.0 ** max(-300, min(300, math.floor(math.log10(largest))))
    top = largest / unit
    magnitude = 10.0 ** math.floor(math.log10(top / most_ticks))
    step = next(size * magnitude for size in _STEPS if size * magnitude * most_ticks >= top * (1 - 1e-9))
    if whole:
        step = max(step, 1 / unit)
        step = math.ceil(step * unit - 1e-9) / unit
    count = max(1, math.ceil(top / step - 1e-9))
    return Scale(unit, tuple(number * step for number in range(count + 1)))


def bar_chart(subject: Subject, series: Sequence[Series]) -> BarChart:
    """Lying bars; several series are put one after the other. Who wants an order has put the labels into it."""
    _check(subject, series)
    scale = scale_for(_largest_stack(series))
    bars = []
    for at, label in enumerate(subject.labels):
        y = at * ROW_PX
        segments = [
            Segment(_percent(begin), str(y + 22), _percent(length), "12", each.tone, _told(label, each, at))
            for each, begin, length in _stack(series, at, scale)
        ]
        told = [each.say(value) for each in series if (value := each.values[at]) is not None]
        bars.append(Bar(label, " + ".join(told) if told else "–", y + 14, segments))
    return BarChart(subject, series, _description(subject, series), _rows(subject, series), bars, len(bars) * ROW_PX)


def column_chart(subject: Subject, series: Sequence[Series], *, whole: bool = True) -> ColumnChart:
    """Standing columns; several series are put one upon the other."""
    _check(subject, series)
    scale = scale_for(_largest_stack(series), whole=whole)
    slot = 100 / len(subject.labels) if subject.labels else 100.0
    width = min(slot * 0.76, 12.0)
    columns = [
        Segment(
            _percent(at * slot + (slot - width) / 2),
            _percent(100 - begin - length),
            _percent(width),
            _percent(length),
            each.tone,
            _told(label, each, at),
        )
        for at, label in enumerate(subject.labels)
        for each, begin, length in _stack(series, at, scale)
    ]
    return ColumnChart(
        subject,
        series,
        _description(subject, series),
        _rows(subject, series),
        columns,
        _ticks(scale, series),
        _axis(subject.short_labels, slot),
    )


def line_chart(subject: Subject, series: Series) -> LineChart:
    """A line with the area below it."""
    _check(subject, [series])
    scale = scale_for(max(_values(series), default=0.0))
    slot = 100 / len(subject.labels) if subject.labels else 100.0
    return LineChart(
        subject,
        [series],
        _description(subject, [series]),
        _rows(subject, [series]),
        _line([None if value is None else scale.share(value) for value in series.values], series.tone),
        _ticks(scale, [series]),
        _axis(subject.short_labels, slot),
    )


def sparkline(subject: Subject, series: Series) -> Sparkline | None:
    """A line without words; None where there is nothing to draw."""
    _check(subject, [series])
    values = _values(series)
    if not values:
        return None
    largest = max(values)
    shares = [None if value is None else (92 * (value / largest) + 4 if largest else 4.0) for value in series.values]
    return Sparkline(subject.name, subject.title, _description(subject, [series]), _line(shares, series.tone))


def largest_first(series: Sequence[Series], labels: Sequence[str], most: int) -> tuple[list[str], list[Series], int]:
    """The labels with the largest sums and their values, at most so many, and how many were left out."""
    order = sorted(range(len(labels)), key=lambda at: (-_sum(series, at), labels[at]))[:most]
    kept = [replace(each, values=[each.values[at] for at in order]) for each in series]
    return [labels[at] for at in order], kept, len(labels) - len(order)


def _check(subject: Subject, series: Sequence[Series]) -> None:
    """Raises ValueError: values and labels do not belong together, or a value cannot be drawn."""
    for each in series:
        if len(each.values) != len(subject.labels):
            raise ValueError(f"{each.name}: {len(each.values)} values for {len(subject.labels)} labels")
        if any(value is not None and not (math.isfinite(value) and value >= 0) for value in each.values):
            raise ValueError(f"{each.name}: values are finite and not negative")


def _values(series: Series) -> list[float]:
    return [value for value in series.values if value is not None]


def _sum(series: Sequence[Series], at: int) -> float:
    found = [value for each in series if (value := each.values[at]) is not None]
    return min(sum(found), sys.float_info.max)


def _largest_stack(series: Sequence[Series]) -> float:
    return max((_sum(series, at) for at in range(len(series[0].values))), default=0.0) if series else 0.0


def _stack(series: Sequence[Series], at: int, scale: Scale) -> Iterator[tuple[Series, float, float]]:
    """Each series that has something there, with where its part begins and how long it is, in per cent: each can be
    seen, and all of them have room."""
    shown = [(each, scale.share(value)) for each in series if (value := each.values[at])]
    lengths = [max(length, _LEAST_SHOWN) for _, length in shown]
    beyond = sum(lengths) - 100
    begin = 0.0
    for (each, _), length in zip(shown, lengths, strict=True):
        if beyond > 0 and length == max(lengths):
            length, beyond = length - beyond, 0.0
        yield each, begin, length
        begin += length


def _line(shares: Sequence[float | None], tone: Tone) -> Line:
    slot = 100 / len(shares) if shares else 100.0
    stretches: list[list[tuple[float, float]]] = [[]]
    for at, share in enumerate(shares):
        if share is None:
            stretches.append([])
        else:
            stretches[-1].append(((at + 0.5) * slot, 100 - share))
    path, area = [], []
    for points in filter(None, stretches):
        through = " L".join(f"{x:.2f} {y:.2f}" for x, y in points)
        path.append(f"M{through}" if len(points) > 1 else f"M{through} h0.01")
        if len(points) > 1:
            area.append(f"M{points[0][0]:.2f} 100 L{through} L{points[-1][0]:.2f} 100 Z")
    return Line(" ".join(path), " ".join(area), tone)


def _ticks(scale: Scale, series: Sequence[Series]) -> list[Mark]:
    say = series[0].say if series else str
    return [
        Mark(_percent(100 - 100 * step / scale.top), say(value))
        for step, value in zip(scale.steps, scale.values, strict=True)
    ]


def _axis(labels: Sequence[str], slot: float) -> list[Mark]:
    """Some of the labels, so that they do not touch each other; the outer ones stay inside."""
    last = len(labels) - 1
    if last < 0:
        return []
    shown = (
        range(last + 1)
        if last < MOST_LABELS
        else (round(number * last / (MOST_LABELS - 1)) for number in range(MOST_LABELS))
    )
    marks = []
    for number, at in enumerate(shown):
        is_extra = last >= MOST_LABELS and number % 2 == 1
        if last > 1 and at in (0, last):
            marks.append(Mark("0%" if at == 0 else "100%", labels[at], "start" if at == 0 else "end"))
        else:
            marks.append(Mark(_percent((at + 0.5) * slot), labels[at], is_extra=is_extra))
    return marks


def _rows(subject: Subject, series: Sequence[Series]) -> list[Row]:
    return [Row(label, [_said(each, at) for each in series]) for at, label in enumerate(subject.labels)]


def _said(series: Series, at: int) -> str:
    value = series.values[at]
    return "–" if value is None else series.say(value)


def _told(label: str, series: Series, at: int) -> str:
    return f"{label}: {_said(series, at)} {series.name}"


def _description(subject: Subject, series: Sequence[Series]) -> str:
    """How many labels there are, and where each series is largest."""
    if not subject.labels:
        return "There is nothing to show."
    first, last = subject.labels[0], subject.labels[-1]
    count = len(subject.labels)
    parts = [f"{subject.labelled}: {first}" if count == 1 else f"{subject.labelled}: {count}, from {first} to {last}"]
    for each in series:
        told = [(value, label) for value, label in zip(each.values, subject.labels, strict=True) if value is not None]
        if told:
            value, label = max(told, key=lambda pair: pair[0])
            parts.append(f"{each.name}: at most {each.say(value)} ({label})")
    return ". ".join(parts) + "."


def _percent(value: float) -> str:
    return f"{value:.2f}%"
