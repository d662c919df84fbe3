"""What rows were made with and into, by style and platform: what analytics add up. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field


@dataclass(frozen=True)
class Amounts:
    """Seconds of work, cost of paid voices, and the finished videos' seconds and bytes."""

    seconds: float = 0.0
    cost: float = 0.0
    video_s: float = 0.0
    bytes: float = 0.0

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))

    def __mul__(self, factor: float) -> Amounts:
        return Amounts(*(amount * factor for amount in astuple(self)))


@dataclass(frozen=True)
class Made:
    """The amounts of a run's rows by their style, which each row has once, by the platforms of their videos, and by
    speech provider.

    Seconds and cost are of rows that were rendered, whatever came of them; videos also of rows found finished.
    """

    styles: Mapping[str, Amounts] = field(default_factory=dict)
    platforms: Mapping[str, Amounts] = field(default_factory=dict)
    providers: Mapping[str, Amounts] = field(default_factory=dict)

    @property
    def total(self) -> Amounts:
        return sum(self.styles.values(), Amounts())

    def __add__(self, other: Made) -> Made:
        return Made(
            added(self.styles, other.styles),
            added(self.platforms, other.platforms),
            added(self.providers, other.providers),
        )

    def __mul__(self, factor: float) -> Made:
        return self._changed(lambda amounts: amounts * factor)

    @property
    def spent(self) -> Made:
        """The seconds and cost alone."""
        return self._changed(lambda amounts: Amounts(amounts.seconds, amounts.cost))

    @property
    def videos(self) -> Made:
        """The videos alone."""
        return self._changed(lambda amounts: Amounts(video_s=amounts.video_s, bytes=amounts.bytes))

    def _changed(self, change: Callable[[Amounts], Amounts]) -> Made:
        groups = (self.styles, self.platforms, self.providers)
        return Made(*({name: change(amounts) for name, amounts in of.items()} for of in groups))

    def as_json(self) -> dict[str, object]:
        """The compact form that stands on the run."""
        return {
            "styles": _listed(self.styles),
            "platforms": _listed(self.platforms),
            "providers": _listed(self.providers),
        }

    @classmethod
    def of_json(cls, told: Mapping[str, Mapping[str, Sequence[float]]]) -> Made:
        """What `as_json` gave; nothing where it gave nothing."""
        groups = ("styles", "platforms", "providers")
        return cls(*({name: Amounts(*its) for name, its in told.get(of, {}).items()} for of in groups))


def added(one: Mapping[str, Amounts], two: Mapping[str, Amounts]) -> dict[str, Amounts]:
    """The amounts of both by name."""
    return {name: one.get(name, Amounts()) + two.get(name, Amounts()) for name in {**one, **two}}


def _listed(amounts: Mapping[str, Amounts]) -> dict[str, list[float]]:
    return {
        name: [round(a.seconds, 2), round(a.cost, 6), round(a.video_s, 2), round(a.bytes)]
        for name, a in amounts.items()
    }
