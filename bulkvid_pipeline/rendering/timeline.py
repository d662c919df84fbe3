"""Timing: pauses, holds, and the pace that meets a target duration. Pure; whole frames only.

A target duration is met by choosing one of a fixed sequence of paces ("steps"): each step changes the rate by 1 % and
the pauses with it; beyond the slowest rate only the pauses grow. The remaining difference is put into the title card
and the last scene's hold. So a changed word does not affect other scenes, unless it leads to another step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from bulkvid_pipeline.core.durations import LONGEST_VIDEO_S, MAX_DURATION_S
from bulkvid_pipeline.rendering.model import FPS
from bulkvid_pipeline.rendering.script.statements import display_width

SLOWEST, FASTEST = 0.85, 1.25
SLOWEST_STEP, FASTEST_STEP = -15, 25
"""The steps beyond which the rate does not change."""
CALMEST_STEP = -45
"""The step with the longest pauses."""
_HURRIED, _MUCH_HURRIED = 1.05, 1.15
"""Factors of the voice's own pace from which a speed-up is reported, and is a warning."""
_SLOW_PAUSES, _SHORT_PAUSES = 1.5, 0.4
"""Factors of the natural pauses at the slowest and the fastest rate."""
_LEAD, _SENTENCE_PAUSE, _TAIL, _JOINT = 0.30, 0.36, 0.40, 0.10
_LONGEST_LEAD, _LONGEST_PAUSE, _LONGEST_TAIL, _LONGEST_JOINT = 0.95, 1.5, 1.55, 0.45
_TITLE_LEAST, _TITLE_MOST = 48, 120
_HOLD_LEAST, _HOLD_NATURAL, _HOLD_MOST = 12, 30, 120
_TITLE_COMFORT, _HOLD_COMFORT = (54, 84), (15, 66)
_COARSE = 3


@dataclass(frozen=True)
class Pace:
    """Speech rate (1.0 is the voice's own) and the pauses at this rate, in frames."""

    step: int
    rate: float
    lead: int
    """Before a scene's first word."""
    pause: int
    """Between sentences."""
    tail: int
    """After a scene's last word."""
    joint: int
    """Used instead of lead and tail where a sentence continues in the next scene."""


@dataclass(frozen=True)
class Lengths:
    """Frames of the title card, and of the hold of the last scene after its own tail."""

    title: int
    hold: int


@dataclass(frozen=True)
class Feasibility:
    """Whether a duration can be met, and if not, the reason and the fix."""

    ok: bool
    nearest_seconds: float
    """The length that the video will have."""
    words_to_cut: int = 0
    words_to_add: int = 0
    problem: str = ""
    """Message for the user; empty if ok."""
    fix: str = ""
    """What the user can do, beginning with a lower-case letter; empty if ok."""
    renders: bool = True
    """Whether a video of the nearest length is made nevertheless; not if it would be longer than allowed."""

    hurry: str = ""
    """Message for the user if the voice must speak noticeably faster than by itself; empty if not."""
    is_much_hurried: bool = False
    """Whether the speed-up is to be warned of."""

    @property
    def message(self) -> str:
        """Problem and fix in one sentence; empty if ok."""
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
    """Natural length of a title card in frames: time to read it at 18 characters a second."""
    seconds = 1.0 + (display_width(title) + display_width(description) / 2) / 18
    return min(_TITLE_COMFORT[1], max(_TITLE_COMFORT[0], round(seconds * FPS)))


def natural_lengths(title: int) -> Lengths:
    """The holds without a target duration."""
    return Lengths(title, _HOLD_NATURAL)


def tolerance_frames(target: int) -> int:
    """Allowed difference from the target in frames: 1 s or 2 %, whichever is more."""
    return math.floor(max(FPS, 0.02 * target))


@dataclass(frozen=True)
class Solution:
    """The pace and holds for a target duration; `missed` is the number of frames above (+) or below (-) the target."""

    step: int
    lengths: Lengths
    missed: int = 0


def solve(target: int, title: int, spoken_frames: Callable[[int], int]) -> Solution:
    """Find pace and holds for `target` frames; exact to the frame in short videos.

    In long videos a step is larger than the holds can compensate (60 pauses change at once), but less than 3 % of the
    length, so that the difference is within the tolerance.

    Args:
        title: the title card's natural length in frames.
        spoken_frames: returns the length of all spoken scenes, without title and final hold, at the pace of a step.
                Costs a synthesis at the first call for each step.
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
    """By how many frames a remainder exceeds the range of the holds."""
    least, most = _TITLE_LEAST + _HOLD_LEAST, _TITLE_MOST + _HOLD_MOST
    return max(0, least - rest, rest - most)


def _next_step(tried: dict[int, int], target: int) -> int:
    """The next step to try: the linear interpolation between the known too slow and too fast steps."""
    wanted_low = _least(_TITLE_COMFORT, _HOLD_COMFORT)
    too_long = [step for step, rest in tried.items() if rest < wanted_low]
    too_short = [step for step in tried if step not in too_long]
    low = max(too_long, default=CALMEST_STEP - 1) + 1
    high = min(too_short, default=FASTEST_STEP + 1) - 1
    if low > high:
        return next(iter(tried))
    if not too_long or not too_short:
        # Only one side is known: speech time is proportional to 1/rate, and pauses change with it.
        (step, rest), *_ = sorted(tried.items(), key=lambda item: abs(item[1]))
        ratio = (target - rest) / max(1, target - (wanted_low + 20))
        guess = step + math.ceil((ratio - 1) * (70 if ratio > 1 else 45))
        if not too_long and guess < SLOWEST_STEP:
            # Beyond the slowest rate only pauses grow, with another slope: the ends of this range are tried first.
            guess = SLOWEST_STEP if step > SLOWEST_STEP else CALMEST_STEP
        coarse = _coarse(guess)
        return min(high, max(low, coarse if coarse != step else step + (_COARSE if too_long else -_COARSE)))
    slow, fast = low - 1, high + 1
    share = (wanted_low + 20 - tried[slow]) / max(1, tried[fast] - tried[slow])
    guess = slow + round(share * (fast - slow))
    coarse = _coarse(guess)
    return min(high, max(low, coarse if low <= coarse <= high else guess))


def _coarse(step: int) -> int:
    """The step rounded to a multiple of `_COARSE`, so that a changed word mostly leads to the same step."""
    return _COARSE * round(step / _COARSE)


def _share(rest: int, title: int, title_range: tuple[int, int], hold_range: tuple[int, int]) -> Lengths:
    """Divide `rest` frames into title card and final hold; the hold is changed first."""
    hold = min(hold_range[1], max(hold_range[0], rest - title))
    card = min(title_range[1], max(title_range[0], rest - hold))
    return Lengths(card, rest - card)


def most_frames(target_seconds: float | None, limit: float) -> int:
    """Frames of the longest allowed video: `limit` seconds; with a target the more of both and its tolerance."""
    frames = round(max(limit, target_seconds or 0.0) * FPS)
    return frames + (tolerance_frames(frames) if target_seconds else 0)


def shortest(spoken_frames: int) -> int:
    """Frames of a video with `spoken_frames` frames of spoken scenes and the shortest title card and hold."""
    return spoken_frames + _TITLE_LEAST + _HOLD_LEAST


def target_frames(target_seconds: float | None, limit: float) -> int:
    """The target in frames; without one, so much less than the limit that its tolerance of 2 % stays within it."""
    return max(1, round((target_seconds or limit / 1.02) * FPS))


def feasibility(
    target_seconds: float | None,
    solution: Solution,
    frames_per_word: float,
    *,
    limit: float = LONGEST_VIDEO_S,
    unit: str = "words",
) -> Feasibility:
    """The verdict for the user on a solution for the target, or for the limit if there is no target.

    Args:
        limit: the longest video without a target duration, in seconds.
        unit: the name of the units in messages: words or characters.
    """
    target = target_frames(target_seconds, limit)
    nearest = (target + solution.missed) / FPS
    if abs(solution.missed) <= tolerance_frames(target):
        return _hurried(Feasibility(True, nearest), pace(solution.step).rate, target_seconds, limit)
    count = math.ceil(abs(solution.missed) / frames_per_word)
    if solution.missed > 0:
        return too_long(target_seconds, nearest, count, limit=limit, unit=unit)
    return Feasibility(
        False,
        nearest,
        words_to_add=count,
        problem=f"The script fills at most {nearest:.0f} seconds, not {target / FPS:g} seconds",
        fix=f"add about {_counted(count, unit)}, or set duration_seconds to {math.floor(nearest)}",
    )


def _hurried(verdict: Feasibility, rate: float, target_seconds: float | None, limit: float) -> Feasibility:
    """The verdict with what is to be said of the speech rate; 1.0 is the voice's own."""
    if rate < _HURRIED and not (target_seconds is None and rate > 1):
        return verdict
    within = f"fit into {target_seconds:g}" if target_seconds else f"stay under {limit:g}"
    return replace(
        verdict,
        hurry=f"The voice speaks at {rate:.2f} times its pace, to {within} seconds",
        is_much_hurried=target_seconds is None or rate >= _MUCH_HURRIED,
    )


def too_long(
    target_seconds: float | None,
    nearest: float,
    cut: int,
    *,
    limit: float = LONGEST_VIDEO_S,
    unit: str = "words",
    advised: float | None = None,
) -> Feasibility:
    """The verdict on a script that even at the fastest pace exceeds the target, or the limit if there is no target.

    Args:
        nearest: length of the shortest video in seconds.
        cut: number of units to cut.
        limit: the longest video without a target duration, in seconds.
        advised: the duration to recommend instead; None if `nearest` is exact.
    """
    wanted = f"not {target_seconds:g} seconds" if target_seconds else f"more than the {limit:g} allowed"
    instead = math.ceil(nearest if advised is None else advised)
    fixes = [
        f"cut about {_counted(cut, unit)}",
        *([f"set duration_seconds to {instead}"] if instead <= MAX_DURATION_S else []),
        "split it into several rows",
        *([] if target_seconds else ["raise BULKVID_LONGEST_VIDEO_S"]),
    ]
    return Feasibility(
        False,
        nearest,
        words_to_cut=cut,
        problem=f"The script takes at least {nearest:.0f} seconds to say, {wanted}",
        fix=f"{', '.join(fixes[:-1])}, or {fixes[-1]}",
        renders=round(nearest * FPS) <= most_frames(target_seconds, limit),
    )


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit.removesuffix('s') if count == 1 else unit}"
