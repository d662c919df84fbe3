"""How long everything takes: pauses, holds, and the pace that meets a wanted duration. Pure; whole frames only.

A wanted duration is met along one path of paces, in steps: faster or slower by 1 % of rate, with pauses that move
along; where the slowest rate is not slow enough, pauses alone grow further. What a step leaves over goes into the title
card and the last scene's hold, so a changed word leaves other scenes as they are, unless it pushes the whole to another
step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from bulkvid_pipeline.core.durations import MAX_DURATION_S
from bulkvid_pipeline.rendering.model import FPS
from bulkvid_pipeline.rendering.script.statements import display_width

SLOWEST, FASTEST = 0.85, 1.25
SLOWEST_STEP, FASTEST_STEP = -15, 25
"""The steps from which on the rate stays as it is."""
CALMEST_STEP = -45
"""The step of the longest pauses."""
MAX_SECONDS = 300.0
"""The longest video that nobody asked a duration for."""
HURRIED_SECONDS = MAX_SECONDS / 1.02
"""What to aim at where the natural length is over MAX_SECONDS, so that the tolerance does not go beyond it."""
_SLOW_PAUSES, _SHORT_PAUSES = 1.5, 0.4
"""What natural pauses are multiplied with at the slowest and the fastest rate."""
_LEAD, _SENTENCE_PAUSE, _TAIL, _JOINT = 0.30, 0.36, 0.40, 0.10
_LONGEST_LEAD, _LONGEST_PAUSE, _LONGEST_TAIL, _LONGEST_JOINT = 0.95, 1.5, 1.55, 0.45
_TITLE_LEAST, _TITLE_MOST = 48, 120
_HOLD_LEAST, _HOLD_NATURAL, _HOLD_MOST = 12, 30, 120
_TITLE_COMFORT, _HOLD_COMFORT = (54, 84), (15, 66)
_COARSE = 3


@dataclass(frozen=True)
class Pace:
    """Speech rate (1.0 is the voice's own) and the pauses that go with it, in frames."""

    step: int
    rate: float
    lead: int
    """Before a scene's first word."""
    pause: int
    """Between sentences."""
    tail: int
    """After a scene's last word."""
    joint: int
    """Instead of lead and tail, where a sentence goes on in the next scene."""


@dataclass(frozen=True)
class Lengths:
    """What the holds come to, in frames: the title card, and what the last scene gets beyond its own tail."""

    title: int
    hold: int


@dataclass(frozen=True)
class Feasibility:
    """Whether a duration can be met, and what to do about it."""

    ok: bool
    nearest_seconds: float
    """The length that the video gets."""
    words_to_cut: int = 0
    words_to_add: int = 0
    problem: str = ""
    """For the user; empty where ok."""
    fix: str = ""
    """What the user can do, beginning with a small letter; empty where ok."""
    renders: bool = True
    """Whether a video is made all the same, of the nearest length; one that is longer than allowed is not."""

    rate: float = 1.0
    """The speech rate that it takes."""

    @property
    def hurry(self) -> tuple[str, ...]:
        """What to say of a script for which no duration is wanted, where the voice speeds up to keep it short."""
        if not self.renders or self.rate <= 1.0:
            return ()
        return (f"The voice speaks at {self.rate:.2f} times its pace, to stay under {MAX_SECONDS:g} seconds",)

    @property
    def message(self) -> str:
        """Problem and fix in one sentence; empty where ok."""
        return f"{self.problem}: {self.fix}" if self.problem else ""


def pace(step: int) -> Pace:
    """The pace of a step: 0 natural, -15 slowest, -45 slowest with the longest pauses, 25 fastest with short pauses."""
    if step < SLOWEST_STEP:
        calm = min(1.0, (SLOWEST_STEP - step) / (SLOWEST_STEP - CALMEST_STEP))
        stretch = _SLOW_PAUSES
    else:
        calm = 0.0
        end, at_end = (SLOWEST_STEP, _SLOW_PAUSES) if step < 0 else (FASTEST_STEP, _SHORT_PAUSES)
        stretch = 1 + (at_end - 1) * step / end

    def frames(natural: float, longest: float) -> int:
        seconds = natural * stretch
        return round((seconds + (longest - seconds) * calm) * FPS)

    return Pace(
        step,
        round(1 + max(SLOWEST_STEP, step) / 100, 2),
        frames(_LEAD, _LONGEST_LEAD),
        frames(_SENTENCE_PAUSE, _LONGEST_PAUSE),
        frames(_TAIL, _LONGEST_TAIL),
        frames(_JOINT, _LONGEST_JOINT),
    )


def title_frames(title: str, description: str) -> int:
    """How long a title card stands by itself: time to read it at 18 characters a second."""
    seconds = 1.0 + (display_width(title) + display_width(description) / 2) / 18
    return min(_TITLE_COMFORT[1], max(_TITLE_COMFORT[0], round(seconds * FPS)))


def natural_lengths(title: int) -> Lengths:
    """Holds where no duration is wanted."""
    return Lengths(title, _HOLD_NATURAL)


def tolerance_frames(target: int) -> int:
    """How far from the target still counts as met: 1 s or 2 %."""
    return math.floor(max(FPS, 0.02 * target))


@dataclass(frozen=True)
class Solution:
    """The pace and holds for a wanted duration; `missed` frames are over (+) or under (-) what was wanted."""

    step: int
    lengths: Lengths
    missed: int = 0


def solve(target: int, title: int, spoken_frames: Callable[[int], int]) -> Solution:
    """Meet `target` frames, to the frame in short videos.

    In long ones a step is more than the holds can level out (60 pauses change at once), but stays under 3 % of the
    length, so that what is missed is under the tolerance.

    Args:
        title: the title card's natural length in frames.
        spoken_frames: length of all spoken scenes, without title and final hold, at the pace of a step. Costs a
            synthesis the first time it is asked for a step.
    """
    step = 0
    tried: dict[int, int] = {}
    while True:
        tried[step] = rest = target - spoken_frames(step)
        if _least(_TITLE_COMFORT, _HOLD_COMFORT) <= rest <= _most(_TITLE_COMFORT, _HOLD_COMFORT):
            return Solution(step, _share(rest, title, _TITLE_COMFORT, _HOLD_COMFORT))
        step = _next_step(tried, target)
        if step in tried:
            break
    step = min(tried, key=lambda each: (_outside(tried[each]), abs(each)))
    title_range, hold_range = (_TITLE_LEAST, _TITLE_MOST), (_HOLD_LEAST, _HOLD_MOST)
    rest = min(max(tried[step], _least(title_range, hold_range)), _most(title_range, hold_range))
    return Solution(step, _share(rest, title, title_range, hold_range), rest - tried[step])


def _least(*ranges: tuple[int, int]) -> int:
    return sum(least for least, _ in ranges)


def _most(*ranges: tuple[int, int]) -> int:
    return sum(most for _, most in ranges)


def _outside(rest: int) -> int:
    """By how much a rest goes beyond what holds can take."""
    least, most = _TITLE_LEAST + _HOLD_LEAST, _TITLE_MOST + _HOLD_MOST
    return max(0, least - rest, rest - most)


def _next_step(tried: dict[int, int], target: int) -> int:
    """The step to try: between those that are too slow and too fast, where a straight line through them says."""
    wanted_low = _least(_TITLE_COMFORT, _HOLD_COMFORT)
    too_long = [step for step, rest in tried.items() if rest < wanted_low]
    too_short = [step for step in tried if step not in too_long]
    low = max(too_long, default=CALMEST_STEP - 1) + 1
    high = min(too_short, default=FASTEST_STEP + 1) - 1
    if low > high:
        return next(iter(tried))
    if not too_long or not too_short:
        # Only one side is known: speech takes 1/rate of its time, pauses move with it.
        (step, rest), *_ = sorted(tried.items(), key=lambda item: abs(item[1]))
        ratio = (target - rest) / max(1, target - (wanted_low + 20))
        guess = step + math.ceil((ratio - 1) * (70 if ratio > 1 else 45))
        if not too_long and guess < SLOWEST_STEP:
            # Beyond the slowest rate only pauses grow, along another line: its ends are looked at first.
            guess = SLOWEST_STEP if step > SLOWEST_STEP else CALMEST_STEP
        coarse = _coarse(guess)
        return min(high, max(low, coarse if coarse != step else step + (_COARSE if too_long else -_COARSE)))
    slow, fast = low - 1, high + 1
    share = (wanted_low + 20 - tried[slow]) / max(1, tried[fast] - tried[slow])
    guess = slow + round(share * (fast - slow))
    coarse = _coarse(guess)
    return min(high, max(low, coarse if low <= coarse <= high else guess))


def _coarse(step: int) -> int:
    """A step near by, so that a changed word, which moves a guess a little, mostly ends at the same step."""
    return _COARSE * round(step / _COARSE)


def _share(rest: int, title: int, title_range: tuple[int, int], hold_range: tuple[int, int]) -> Lengths:
    """Title card and final hold that make up `rest`: the hold gives and takes first."""
    hold = min(hold_range[1], max(hold_range[0], rest - title))
    card = min(title_range[1], max(title_range[0], rest - hold))
    return Lengths(card, rest - card)


def longest_seconds(target_seconds: float | None) -> float:
    """The longest video that is made: MAX_SECONDS, and what was asked for where that is more."""
    return max(MAX_SECONDS, target_seconds or 0.0)


def most_frames(target_seconds: float | None) -> int:
    """`longest_seconds` in frames, with the tolerance."""
    frames = round(longest_seconds(target_seconds) * FPS)
    return frames + tolerance_frames(frames)


def shortest(spoken_frames: int) -> int:
    """Frames of a video whose spoken scenes last so long, with the shortest title card and hold."""
    return spoken_frames + _TITLE_LEAST + _HOLD_LEAST


def feasibility(
    target_seconds: float | None, solution: Solution, frames_per_word: float, *, unit: str = "words"
) -> Feasibility:
    """What to tell the user about a solution for the target (HURRIED_SECONDS where there is none).

    Args:
        unit: what a "word" of the script is called.
    """
    target = target_frames(target_seconds)
    nearest = (target + solution.missed) / FPS
    if abs(solution.missed) <= tolerance_frames(target):
        return Feasibility(True, nearest)
    count = math.ceil(abs(solution.missed) / frames_per_word)
    if solution.missed > 0:
        return too_long(target_seconds, nearest, count, unit=unit)
    return Feasibility(
        False,
        nearest,
        words_to_add=count,
        problem=f"The script fills at most {nearest:.0f} seconds, not {target / FPS:g} seconds",
        fix=f"add about {_counted(count, unit)}, or set duration_seconds to {math.floor(nearest)}",
    )


def target_frames(target_seconds: float | None) -> int:
    """What to aim at, in frames."""
    return max(1, round((target_seconds or HURRIED_SECONDS) * FPS))


def too_long(
    target_seconds: float | None, nearest: float, cut: int, *, unit: str = "words", advised: float | None = None
) -> Feasibility:
    """The verdict on a script that even hurried takes longer than wanted, or than allowed where nothing is wanted.

    Args:
        nearest: seconds of the shortest video.
        cut: words to cut.
        advised: the duration to advise instead; None where `nearest` is exact.
    """
    wanted = f"not {target_seconds:g} seconds" if target_seconds else f"more than the {MAX_SECONDS:g} allowed"
    instead = math.ceil(nearest if advised is None else advised)
    longer = f", set duration_seconds to {instead}" if instead <= MAX_DURATION_S else ""
    return Feasibility(
        False,
        nearest,
        words_to_cut=cut,
        problem=f"The script takes at least {nearest:.0f} seconds to say, {wanted}",
        fix=f"cut about {_counted(cut, unit)}{longer}, or split it into several rows",
        renders=shortest_fits(nearest, target_seconds),
    )


def shortest_fits(nearest: float, target_seconds: float | None) -> bool:
    """Whether a video of `nearest` seconds is short enough to be made."""
    return round(nearest * FPS) <= most_frames(target_seconds)


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit.removesuffix('s') if count == 1 else unit}"
