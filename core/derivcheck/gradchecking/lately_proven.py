"""What was proven lately: a second call of gradcheck for the same graph at the same numbers proves nothing again.

One function is often checked several times in a row: first derivatives and second ones, one mode and the other. What is
true depends on the recorded graph and on the numbers alone, so what one call has proven holds in the next one; at other
numbers what was compiled serves again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from threading import local

from derivcheck.elements.elements import Elements
from derivcheck.gradchecking.lately_seen import Seen
from derivcheck.truth.floats_of_elements import FloatTruths

Weights = Sequence[Sequence[Fraction]]

MOST_KEPT = 4
"""So many graphs are kept."""

MOST_NODES = 100_000
"""Graphs of more nodes are not kept."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What truths are asked for.

    Attributes:
        elements: the graph.
        weights: the weights of sums of its roots.
        exact: the exact value of each address.
        seen: what the tape has shown of the function that was recorded.
    """

    elements: Elements
    weights: Weights
    exact: Mapping[str, Fraction]
    seen: Seen = field(default_factory=Seen, compare=False)

    def is_same_graph(self, other: Asked) -> bool:
        """Whether another one asks about the same graph, whatever the numbers."""
        one, two = self.elements, other.elements
        return (
            len(one.nodes) == len(two.nodes)
            and one.roots == two.roots
            and one.addresses == two.addresses
            and list(map(tuple, self.weights)) == list(map(tuple, other.weights))
            and one.nodes == two.nodes
        )


class _Kept(local):
    """Those that are kept, for each thread: the latest is the last."""

    def __init__(self) -> None:
        self.found: list[tuple[Asked, FloatTruths]] = []


_KEPT = _Kept()


def take(asked: Asked) -> FloatTruths:
    """The truths that were kept, which nobody else has then; new ones where there are none."""
    for at, (known, truths) in enumerate(_KEPT.found):
        if known.is_same_graph(asked):
            del _KEPT.found[at]
            if known.exact != asked.exact:
                return truths.at(asked.exact)
            asked.seen.take_over(known.seen)
            return truths
    return FloatTruths(asked.elements, asked.exact, asked.weights, lazily=True)


def keep(asked: Asked, truths: FloatTruths) -> None:
    """Keep truths for the next call; only where nothing broke off what it looked for."""
    if len(asked.elements.nodes) <= MOST_NODES:
        _KEPT.found = [*_KEPT.found[1 - MOST_KEPT :], (asked, truths)]


def forget() -> None:
    """Keep nothing of what was proven, as where times are measured."""
    _KEPT.found = []
