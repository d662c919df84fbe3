"""What rows took, added up by kind, and the paces of rows to come that follow from it. Pure.

Each run keeps such sums (`Took`) in a tag. Paces are the built-in figures times what past rows have shown: first by
codec, size and style, where little is known of these by codec, and where nothing is known as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field

from bulkvid_pipeline.core.options import VideoCodec
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan

ROW_S = 0.7
"""Seconds of narrating, mixing and storing a row, besides making its videos."""
START_S = 1.0
"""Seconds of a run in which no row is made: workers start, and the gallery is written."""
LEAD_S, DRAWN_OUT = 3.2, 1.1
"""Checks of rows find the shortest video that a script makes; at its ease, with title and pauses, it lasts longer."""
_OUTPUT_S = 0.33
"""Seconds for each video, whatever its length."""
_SECONDS = {VideoCodec.H264: 0.031, VideoCodec.H265: 0.135, VideoCodec.VP9: 0.075}
"""Seconds for each second of video and million pixels of its frame."""
_BYTES = {VideoCodec.H264: (42_000, 49_500), VideoCodec.H265: (34_000, 35_000), VideoCodec.VP9: (27_500, 28_500)}
"""Bytes of a second of video with its sound: whatever the frame, and for each million of its pixels."""


MOST_RUNS = 60
"""Newest runs whose sums are looked at."""
ENOUGH_ROWS = 1000
"""Older runs are left out once so many rows are known: machines and engines change."""
MOST_KINDS = 12
"""PostgreSQL indexes the values of tags, and refuses longer ones than 2,700 bytes."""
_MOST = 1e18
"""No seconds, characters or bytes of a run come near it."""


@dataclass(frozen=True)
class Sums:
    """What the videos of one kind took: their number, their seconds, these times millions of pixels, the seconds in
    which they were made, and their bytes."""

    outputs: float = 0
    video_s: float = 0.0
    megapixel_s: float = 0.0
    made_s: float = 0.0
    bytes: float = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Took:
    """What rows took that were rendered, and not found finished.

    Attributes:
        rows: their number.
        row_s: seconds of their turns, without those in which their videos were made.
        kinds: their videos by `kind_of`.
        lengths: by narrator (`narrator_of`), the seconds that were expected of rows without a wanted length, and those
            that became of them.
        spoken: by speech provider, the characters of the rows' scripts, and those that a paid voice has spoken.
        idle_s: seconds of runs in which no row was in work; `runs` is the number of these runs.
    """

    rows: float = 0
    row_s: float = 0.0
    kinds: Mapping[str, Sums] = field(default_factory=dict)
    lengths: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    spoken: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    idle_s: float = 0.0
    runs: float = 0

    def __add__(self, other: Took) -> Took:
        return Took(
            self.rows + other.rows,
            self.row_s + other.row_s,
            {
                kind: self.kinds.get(kind, Sums()) + other.kinds.get(kind, Sums())
                for kind in {**self.kinds, **other.kinds}
            },
            _pairs_added(self.lengths, other.lengths),
            _pairs_added(self.spoken, other.spoken),
            self.idle_s + other.idle_s,
            self.runs + other.runs,
        )

    def as_json(self) -> dict[str, object]:
        """The compact form that stands on the run; of more than `MOST_KINDS` kinds and narrators, the commonest."""
        kinds = sorted(self.kinds.items(), key=lambda kind: -kind[1].outputs)[:MOST_KINDS]
        lengths = sorted(self.lengths.items(), key=lambda length: -length[1][1])[:MOST_KINDS]
        return {
            "rows": self.rows,
            "row_s": round(self.row_s, 2),
            "kinds": {kind: [round(value, 2) for value in astuple(sums)] for kind, sums in kinds},
            "lengths": {name: [round(value, 2) for value in pair] for name, pair in lengths},
            "spoken": {name: list(pair) for name, pair in self.spoken.items()},
            "idle_s": round(self.idle_s, 2),
            "runs": self.runs,
        }

    @classmethod
    def of_json(cls, told: Mapping[str, object]) -> Took:
        """What `as_json` gave.

        Raises:
            ValueError, TypeError, KeyError: it is something else.
        """
        return cls(
            _number(told["rows"]),
            _number(told["row_s"]),
            {_known(kind): Sums(*map(_number, values)) for kind, values in _named(told["kinds"])},
            {name: _pair(values) for name, values in _named(told["lengths"])},
            {name: _pair(values) for name, values in _named(told["spoken"])},
            _number(told["idle_s"]),
            _number(told["runs"]),
        )


def kind_of(plan: VideoPlan, output: PlannedOutput) -> str:
    """What outputs have in common that take alike: codec, size of the frame, style, and whether media move behind."""
    ground = " media" if plan.background is not None else ""
    return f"{output.video_codec} {output.width}x{output.height} {plan.style}{ground}"


def narrator_of(provider: str, plan: VideoPlan) -> str:
    """Who speaks a row in which language, as far as the plan says it; rows without narration are `silent`."""
    return "silent" if plan.is_silent else f"{provider} {plan.language or plan.likely_language or ''}".strip()


@dataclass(frozen=True)
class Paces:
    """How fast rows are made and how large they become, by what past rows `took`; by built-in figures without any.

    Args:
        took: of past rows.
        provider: the speech provider that the rows to come are for.
    """

    took: Took = field(default_factory=Took)
    provider: str = ""

    @property
    def based_on_rows(self) -> int:
        """Past rows from which the figures come; 0 for built-in figures."""
        return round(self.took.rows)

    @property
    def start_s(self) -> float:
        """Seconds of a run in which no row is in work."""
        return (self.took.idle_s + START_S) / (self.took.runs + 1)

    @property
    def row_s(self) -> float:
        """Seconds of a row besides making its videos."""
        return (self.took.row_s + ROW_S) / (self.took.rows + 1)

    def video_s(self, plan: VideoPlan, expected_s: float) -> float:
        """The likely length of a row's videos, from the shortest one, which the checks of its row have found."""
        if plan.target_seconds is not None:
            return expected_s
        expected_s = likely_length(expected_s)
        narrator = narrator_of(self.provider, plan)
        alike = [
            pair for name, pair in self.took.lengths.items() if name.partition(" ")[0] == narrator.partition(" ")[0]
        ]
        of_provider = _ratio(alike, 1.0, expected_s)
        known = self.took.lengths.get(narrator)
        return expected_s * _ratio([known] if known else [], of_provider, expected_s)

    def made_s(self, plan: VideoPlan, output: PlannedOutput, video_s: float) -> float:
        """Seconds for making a video of that length."""
        codec, sums = output.video_codec, sums_of(output, video_s)
        expected = _made_s(codec, sums)
        pairs = {kind: (_made_s(_codec(kind), known), known.made_s) for kind, known in self.took.kinds.items()}
        return expected * self._factor(kind_of(plan, output), pairs, expected)

    def bytes(self, plan: VideoPlan, output: PlannedOutput, video_s: float) -> float:
        """The size of a video of that length."""
        codec, sums = output.video_codec, sums_of(output, video_s)
        expected = _bytes(codec, sums)
        pairs = {kind: (_bytes(_codec(kind), known), known.bytes) for kind, known in self.took.kinds.items()}
        return expected * self._factor(kind_of(plan, output), pairs, expected)

    def spoken_share(self) -> float:
        """Characters that a paid voice speaks for each character of the scripts."""
        known = self.took.spoken.get(self.provider)
        return _ratio([known] if known else [], 1.0, 100.0)

    def _factor(self, kind: str, pairs: Mapping[str, tuple[float, float]], expected: float) -> float:
        """How much past videos of that kind exceeded the built-in figures: of the codec where few are known."""
        codec = kind.partition(" ")[0]
        of_codec = [pair for name, pair in pairs.items() if name.partition(" ")[0] == codec]
        return _ratio([pairs[kind]] if kind in pairs else [], _ratio(of_codec, 1.0, expected), expected)


BUILT_IN = Paces()
"""While nothing is known of past rows."""


def sums_of(output: PlannedOutput, video_s: float, made_s: float = 0.0, size_bytes: float = 0) -> Sums:
    """One video as sums."""
    return Sums(1, video_s, video_s * output.width * output.height / 1_000_000, made_s, size_bytes)


def likely_length(shortest_s: float) -> float:
    """The length of a row's videos without a wanted length, by the shortest that they may have."""
    return LEAD_S + DRAWN_OUT * shortest_s


def added_up(past: Iterable[Took]) -> Took:
    """All of them together."""
    return sum(past, Took())


def _made_s(codec: VideoCodec, sums: Sums) -> float:
    return _OUTPUT_S * sums.outputs + _SECONDS[codec] * sums.megapixel_s


def _bytes(codec: VideoCodec, sums: Sums) -> float:
    of_all, of_pixels = _BYTES[codec]
    return of_all * sums.video_s + of_pixels * sums.megapixel_s


def _codec(kind: str) -> VideoCodec:
    return VideoCodec(kind.partition(" ")[0])


def _ratio(known: Iterable[tuple[float, float]], otherwise: float, weight: float) -> float:
    """What was to what was expected; `otherwise` counts as if `weight` had been expected on its account."""
    expected, was = weight, weight * otherwise
    for one in known:
        expected, was = expected + one[0], was + one[1]
    return was / expected if expected else otherwise


def _pairs_added(
    one: Mapping[str, tuple[float, float]], two: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    none = (0.0, 0.0)
    return {
        name: (one.get(name, none)[0] + two.get(name, none)[0], one.get(name, none)[1] + two.get(name, none)[1])
        for name in {**one, **two}
    }


def _number(told: object) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise TypeError(f"{told!r} is no number")
    if not 0 <= told <= _MOST:  # nor is NaN
        raise ValueError(f"{told} is no amount")
    return told


def _known(kind: str) -> str:
    _codec(kind)
    return kind


def _named(told: object) -> Iterable[tuple[str, Sequence[object]]]:
    if not isinstance(told, Mapping):
        raise TypeError(f"{told!r} is no mapping")
    return told.items()


def _pair(told: Sequence[object]) -> tuple[float, float]:
    first, second = told
    return _number(first), _number(second)
