"""Choices: where a formula can be read in two ways, and which of them is tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from derivcheck.errors import Span

_MOST_SPOTS = 2
"""Spots whose choices are all combined; of more, all first ones and all second ones are shown."""

Spot = tuple[int, int]
"""The characters of the formula that can be read in two ways."""


class Choices:
    """The choices that one run over a formula makes.

    Attributes:
        spots: where it had one, in order.
    """

    def __init__(self, made: Mapping[Spot, int] | None = None, rest: int = 0) -> None:
        self.made = made or {}
        self.rest = rest
        self.spots: dict[Spot, None] = {}

    def choose(self, start: int, end: int) -> bool:
        """Whether the second of two readings of some characters is tried."""
        spot = (start, end)
        self.spots[spot] = None
        return bool(self.made.get(spot, self.rest))

    def others(self) -> Iterator[Choices]:
        """The other choices that may be made at these spots."""
        spots = list(self.spots)
        if len(spots) > _MOST_SPOTS:
            yield Choices(rest=1)
            return
        for chosen in product((0, 1), repeat=len(spots)):
            if any(chosen):
                yield Choices(dict(zip(spots, chosen, strict=True)))

    def span(self) -> Span:
        """Where the first of the spots is."""
        return Span(*next(iter(self.spots)))
