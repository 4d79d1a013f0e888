"""The numbers that a slice is given: what does not move with its addresses, as it is at the point."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache, cached_property
from typing import NamedTuple

from flint import ctx

from derivcheck.balls.ball import Ball, Kernel, Outside, is_infinite, precision
from derivcheck.balls.compiling import Given, literal_step
from derivcheck.balls.exact_steps import Exact, Known, exact_step, known_ball
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.lookup import kernel as ball_kernel
from derivcheck.balls.program import reached
from derivcheck.graph.folding import bits, exact_result
from derivcheck.graph.reachability import reachable
from derivcheck.language import table
from derivcheck.truth.runs import AT_THE_POINT, Runs
from derivcheck.truth.values import PRECISIONS

_LADDER = (160, 384, 1408, 3072, 6144, 12_288, 24_576, 49_152)
"""Precisions in bits at which the numbers outside of a slice are computed: the next one above that of the moment."""

_MOST_STEPS = 20_000
"""Steps whose exact results are looked for, all slices together: that takes far longer than to enclose them."""

_SMALL = 2_000
"""Steps of a program up to which all ties in it are settled exactly, not only those that a slice meets."""

_MOST_KEPT = 2**31
"""Bits of the numbers that are kept: those of 256 MB. Each slice asks for about six precisions."""

_EXACT_BITS = 4_000
"""How long such a number may get."""


class NumbersGiven:
    """The numbers that a slice is given: what the slots of the whole program hold at the point."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._first = len(runs.program.variables)
        self._kept: dict[int, list[Ball]] = {}
        self._exact: dict[int, Known | None] = dict.fromkeys(range(self._first))
        for slot, name in enumerate(runs.program.variables):
            x = runs.coordinates[name]
            self._exact[slot] = Exact(x) if isinstance(x, Fraction) else None
        self._steps_left = _MOST_STEPS
        self._known_given: dict[int, Given] = {}
        self._folds: dict[tuple[str, int, int], int] = {}
        self._folded: list[_Fold] = [_NOTHING]
        self._links: list[tuple[str, int, int]] = []
        self._sums: dict[tuple[int, int], Ball] = {}
        if len(runs.program.code) <= _SMALL:
            runs.settle_ties()

    def depends(self, slot: int) -> bool:
        """Whether what a slot holds depends on an address."""
        return bool(self._runs.program.code.depends[slot])

    def condition(self, slot: int) -> bool | None:
        """Whether a condition holds; None where that is open, and where a number on the way is infinite."""
        if slot in self._infinite:
            return None
        with precision(PRECISIONS[0]):
            ball = self._slots()[slot]
        if not isinstance(ball, bool):
            ball = self._known(slot)
        return ball if isinstance(ball, bool) else None

    def given(self, slot: int) -> Given:
        """What a slot holds, as a step of another program."""
        if slot not in self._known_given:
            self._known_given[slot] = self._given(slot)
        return self._known_given[slot]

    def _given(self, slot: int) -> Given:
        if slot in self._infinite:
            return Given(lambda: self._ball(slot), passes_infinity=True)
        known = self._known(slot)
        if isinstance(known, Exact) and not (known.power and known.factor):
            return Given(literal_step(*known.factor.as_integer_ratio()), known.factor)
        return Given(lambda: self._ball(slot))

    def together(self, name: str, slots: Sequence[int]) -> tuple[Given | None, Given | None]:
        """What a chain of a function makes of several slots: of those known exactly, and of the others.

        Each fold of the first one, the first two, and so on is made once: the chains of two elements of a sum have
        most of it in common.
        """
        at = 0
        for slot in slots:
            key = name, at, slot
            if key not in self._folds:
                self._folds[key] = len(self._folded)
                self._folded.append(self._fold(name, self._folded[at], slot))
            at = self._folds[key]
        exact, link, passes = self._folded[at]
        return (
            None if exact is None else Given(literal_step(*exact.as_integer_ratio()), exact),
            None if link is None else Given(lambda: self._sum(link), passes_infinity=passes),
        )

    def _fold(self, name: str, before: _Fold, slot: int) -> _Fold:
        """One more number."""
        value = self.given(slot).literal
        exact = (
            value if before.exact is None or value is None else exact_result(name, [before.exact, value], _EXACT_BITS)
        )
        if isinstance(exact, Fraction):
            return _Fold(exact, before.link, before.passes)
        self._links.append((name, -1 if before.link is None else before.link, slot))
        return _Fold(before.exact, len(self._links) - 1, before.passes or slot in self._infinite)

    def _sum(self, link: int) -> Ball:
        """What the numbers are together that are not known exactly."""
        bits = _above(ctx.prec)
        pending: list[int] = []
        while link >= 0 and (link, bits) not in self._sums:
            pending.append(link)
            link = self._links[link][1]
        with precision(bits):
            total = self._sums.get((link, bits))
            for at in reversed(pending):
                name, _, slot = self._links[at]
                ball = self.given(slot).kernel()
                total = self._sums[at, bits] = ball if total is None else _kernel(name)(total, ball)
        return total

    def _ball(self, slot: int) -> Ball:
        """What a slot holds, somewhat more precisely than the precision of the moment."""
        ball = self._slots()[slot]
        if isinstance(ball, Outside):
            raise _error(ball)
        return ball

    def _slots(self) -> list[Ball]:
        bits = _above(ctx.prec)
        if bits not in self._kept:
            if (sum(self._kept) + bits) * len(self._runs.program.code) > _MOST_KEPT:
                self._kept.clear()
            with precision(bits):
                self._kept[bits] = self._runs.slots(AT_THE_POINT)
        return self._kept[bits]

    @cached_property
    def _infinite(self) -> set[int]:
        """The slots on the way to which a number is infinite."""
        with precision(PRECISIONS[0]):
            slots = self._slots()
        sources = {slot for slot, ball in enumerate(slots) if slot >= self._first and is_infinite(ball)}
        return reached(self._runs.program, slots, sources)

    def _known(self, slot: int) -> Known | None:
        """What a slot holds exactly, as far as that is found out in few steps."""
        code, first, exact = self._runs.program.code, self._first, self._exact
        if slot not in exact:
            new = sorted(reachable([slot], lambda at: [arg for arg in code[at - first].args if arg not in exact]))
            self._steps_left -= len(new)
            if self._steps_left < 0:
                return None
            with precision(PRECISIONS[0]):
                balls = self._slots()
            for at in new:
                step = code[at - first]
                value = exact_step(step, [exact[arg] for arg in step.args])
                value = known_ball(balls[at]) if value is None else value
                exact[at] = value if isinstance(value, bool) or (value and bits(value.factor) <= _EXACT_BITS) else None
        return exact[slot]


class _Fold(NamedTuple):
    """What a chain makes of some numbers.

    Attributes:
        exact: of those that are known exactly; None where none is.
        link: the last of the others; None where there is none.
        passes: whether a number on the way to one of them is infinite.
    """

    exact: Fraction | None
    link: int | None
    passes: bool


_NOTHING = _Fold(None, None, False)


def _above(prec: int) -> int:
    """The precision at which numbers are computed that are asked for at this one."""
    return next((bits for bits in _LADDER if bits >= prec), prec)


@cache
def _kernel(name: str) -> Kernel:
    row = table.function(name)
    assert row is not None
    assert row.ball is not None
    return ball_kernel(row.ball)


def _error(outside: Outside) -> OutOfDomain:
    """What a kernel raises that has no value for this reason."""
    error = OutOfDomain(outside.reason)
    error.is_pole = outside.is_pole
    return error
