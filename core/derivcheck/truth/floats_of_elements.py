"""What is proven of many derivatives of Elements, rounded to floats: before an object is made for any of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from flint import arb

from derivcheck.balls.ball import exact_ball, precision
from derivcheck.model import Evidence, Kind, Side, Truth
from derivcheck.truth.by_quotients import without_lower
from derivcheck.truth.finder import Found
from derivcheck.truth.partials_of_elements import ElementTruths
from derivcheck.truth.referee import Direction
from derivcheck.truth.runs import AT_THE_POINT
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.truth.sums_of_terms import SumsOfTerms
from derivcheck.truth.values import DECIDED_BITS, PRECISIONS


class FloatTruths(ElementTruths):
    """The truth about Elements, of which what is proven on the box is known as floats as well; nan is what is not."""

    def value_floats(self, roots: Sequence[int]) -> list[float]:
        """The roots themselves."""
        with precision(PRECISIONS[0]):
            slots = self._runs.slots(AT_THE_POINT)
            values = [(root, slots[self._program.roots[root]]) for root in roots]
            return [
                float(value) if isinstance(value, arb) and self._is_plain(root, value) else math.nan
                for root, value in values
            ]

    def _is_plain(self, root: int, value: arb) -> bool:
        return is_narrow(value, DECIDED_BITS) and self._program.roots[root] not in self._infinite

    def floats(self, root: int, addresses: Sequence[str]) -> list[float]:
        """The derivatives of a root by some addresses."""
        if root not in self._proven:
            self._prove((root,), ())
        proven = self._proven[root]
        return [
            float(value) if (value := proven.get(name)) is not None else math.nan if self._moves(root, name) else zero
            for zero in (self._float_zero(root),)
            for name in addresses
        ]

    def _float_zero(self, root: int) -> float:
        return 0.0 if self._value(root).truth.kind is Kind.VALUE else math.nan

    def float_along(self, root: int, direction: Direction) -> float:
        """The derivative of a root along a direction."""
        if root not in self._proven:
            self._prove((root,), ())
        proven, total = self._proven[root], arb(0)
        with precision(2 * DECIDED_BITS):
            for name, length in direction.items():
                value = proven.get(name)
                if value is not None:
                    total += value * exact_ball(length)
                elif self._moves(root, name):
                    return math.nan
        return float(total) if is_narrow(total, DECIDED_BITS) else math.nan

    def _second(self, root: int, first: str, second: str, row: Mapping[str, arb]) -> Found:
        """One second derivative, where it can be without a look at quotients; nobody asks for its sides."""
        if second in row or second not in self._places or not self._moves(root, first):
            return super()._second(root, first, second, row)
        lower = self._first(root, first)
        missing = without_lower(lower, 1)
        if missing is not None:
            return Found(missing)
        if lower.kind is Kind.VALUE and self._sums.have_no_term_in_common(root, first, second):
            other = self._first(root, second)
            if _is_defined_beside(other):
                evidence = lower.evidence if other.kind is Kind.VALUE else Evidence.SHOWN
                swings = lower.swings or other.swings
                return Found(replace(self._zero(root).truth, evidence=evidence, swings=swings))
        return super()._second(root, first, second, row)

    def _first(self, root: int, name: str) -> Truth:
        """What is found about a first derivative."""
        if (root, name) not in self._firsts:
            (found,) = self.partial(root, (name,))
            self._firsts[root, name] = found.truth
        return self._firsts[root, name]

    @cached_property
    def _firsts(self) -> dict[tuple[int, str], Truth]:
        return {}

    @cached_property
    def _sums(self) -> SumsOfTerms:
        return SumsOfTerms(self._elements, self._program)

    def second_floats(self, root: int, directions: Sequence[Direction], addresses: Sequence[str]) -> list[list[float]]:
        """The derivatives, by some addresses, of the derivatives of a root along directions: a list for each."""
        zero, moving = self._float_zero(root), [name for name in addresses if self._moves(root, name)]
        rows = self._rows(root, directions, addresses)
        found = []
        for direction, row in zip(directions, rows, strict=True):
            moves = any(length and self._moves(root, at) for at, length in direction.items())
            missing = dict.fromkeys(moving, math.nan) if moves else {}
            missing.update((name, float(value)) for name, value in row.items())
            found.append([missing.get(name, zero) for name in addresses])
        return found


def _is_defined_beside(truth: Truth) -> bool:
    """Whether a function has values on both sides of the point, as its derivative tells."""
    return truth.kind is Kind.VALUE or not _NO_VALUES & {truth.left, truth.right}


_NO_VALUES = frozenset({None, Side.DOMAIN, Side.UNDECIDED})
