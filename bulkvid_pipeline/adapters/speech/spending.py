"""The use of a paid speech provider, and its cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Spending:
    """Characters spoken by a paid provider, requests answered, and their cost in the currency of the price."""

    characters: int = 0
    requests: int = 0
    cost: float = 0.0

    def __add__(self, other: Spending) -> Spending:
        return Spending(
            self.characters + other.characters, self.requests + other.requests, round(self.cost + other.cost, 9)
        )

    def __sub__(self, other: Spending) -> Spending:
        return Spending(
            self.characters - other.characters, self.requests - other.requests, round(self.cost - other.cost, 9)
        )


def price_of(characters: int, per_million: float) -> Spending:
    """The spending of one answered request."""
    return Spending(characters, 1, characters * per_million / 1_000_000)
