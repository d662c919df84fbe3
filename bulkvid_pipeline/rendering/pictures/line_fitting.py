"""The best division of a text's pieces into lines: dynamic programming over measured widths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from bulkvid_pipeline.rendering.pictures.line_breaks import Piece

_LONELY_END, _LONELY_START = 0.35, 0.06
"""Costs of a single short word on the last line, or the first."""
_SHORT_LINE = 0.75
"""Share of the usual line up to which a line of one word looks lonely."""


@dataclass(frozen=True)
class Division:
    """Lines as (start, end) of pieces, and how much a reader minds the division."""

    lines: tuple[tuple[int, int], ...]
    cost: float


class MeasuredPieces:
    """Pieces with their widths in ems."""

    def __init__(self, pieces: Sequence[Piece], widths: Sequence[float], blank: float, hyphen: float) -> None:
        self.pieces = pieces
        self._widths = widths
        self._gaps = [blank if piece.blank else 0.0 for piece in pieces]
        self._ends = [hyphen if piece.hyphen else 0.0 for piece in pieces]
        self._begins = list(
            accumulate((width + gap for width, gap in zip(widths, self._gaps, strict=True)), initial=0.0)
        )

        self._line_ends = _line_ends(pieces)
        """For each piece, the end of the text's own line that it is on."""

    @property
    def widest(self) -> float:
        return max((width + end for width, end in zip(self._widths, self._ends, strict=True)), default=0.0)

    def line(self, start: int, end: int) -> float:
        """Width of the pieces from `start` to before `end` as one line."""
        return self._begins[end] - self._begins[start] - self._gaps[end - 1] + self._ends[end - 1]

    def fewest_lines(self, width: float) -> int | None:
        """The smallest number of lines of a width; None if a piece is wider."""
        reached = self._reached(width)
        return len(reached) - 1 if reached else None

    def divided(self, width: float, count: int) -> Division:
        """The best division into `count` lines, which must be possible, of at most `width` ems."""
        size = len(self.pieces)
        latest = self._latest_ends(width, count)
        reached = self._reached(width)
        usual = max(min(width, self.line(0, size) / count), 1e-6)
        best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
        for line in range(1, count + 1):
            final = line == count
            most = reached[min(line, len(reached) - 1)]
            low, high = (size, size) if final else (latest[line], min(size - (count - line), most))
            found: dict[int, tuple[float, tuple[int, ...]]] = {}
            for start, (cost, ends) in best.items():
                for end in range(max(low, start + 1), min(high, self._line_ends[start]) + 1):
                    wide = self.line(start, end)
                    if wide > width:
                        break
                    total = cost + self._line_cost(start, end, wide / usual, first=line == 1, final=final)
                    if end not in found or total < found[end][0]:
                        found[end] = total, (*ends, end)
            best = found
        cost, ends = best[size]
        return Division(tuple(zip((0, *ends[:-1]), ends, strict=True)), cost)

    def _line_cost(self, start: int, end: int, share: float, *, first: bool, final: bool) -> float:
        cost = (share - 1.0) ** 2
        if end - start == 1 and share < _SHORT_LINE:
            cost += _LONELY_END if final else _LONELY_START if first else 0.0
        return cost if final else cost + self.pieces[end - 1].cost

    def _reached(self, width: float) -> list[int]:
        """The number of pieces on the first 0, 1, 2 ... lines if each takes as many as it can; empty: impossible."""
        reached = [0]
        end, size = 0, len(self.pieces)
        while end < size:
            start = end
            while end < self._line_ends[start] and self.line(start, end + 1) <= width:
                end += 1
            if end == start:
                return []
            reached.append(end)
        return reached

    def _latest_ends(self, width: float, count: int) -> list[int]:
        """For each number of lines, the least number of pieces on them that lets the others hold the rest."""
        least = [0] * (count + 1)
        least[count] = start = len(self.pieces)
        for line in range(count - 1, 0, -1):
            end = start
            while start > 0 and end <= self._line_ends[start - 1] and self.line(start - 1, end) <= width:
                start -= 1
            least[line] = max(start, line)
        return least


def _line_ends(pieces: Sequence[Piece]) -> list[int]:
    ends: list[int] = []
    end = len(pieces)
    for index in range(len(pieces) - 1, -1, -1):
        end = index + 1 if pieces[index].ends_line else end
        ends.append(end)
    return ends[::-1]


def lines_that_fit(height: float, line: float) -> int:
    """How many lines of a height fit."""
    return math.floor(height / line + 0.01)
