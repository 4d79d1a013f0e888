"""The truth: what the exact derivative is at the exact point, with proven bounds.

First on a ball: where f and SymPy's derivative have narrow enclosures on a ball around the point that is smaller than
any float, the derivative exists and is that value. Otherwise by one-sided difference quotients of f. In either case the
central quotient of f, which never saw SymPy's derivative, is the referee over SymPy's formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import permutations

from flint import arb

from derivcheck.balls.ball import Outside, enclosure, is_infinite, precision, to_ball
from derivcheck.balls.program import Program
from derivcheck.model import Evidence, Kind, Side, Truth, Wrt
from derivcheck.model.light_records import record
from derivcheck.numbers import Enclosure
from derivcheck.truth.box import AllPartials, proven_partials
from derivcheck.truth.by_quotients import Quotients
from derivcheck.truth.quotients import central, sizes_of_referee
from derivcheck.truth.rows_of_second import MakeRow, SecondRows
from derivcheck.truth.runs import BALL_EXPONENT, Coordinate, Runs
from derivcheck.truth.sequence_limits import TINY, is_narrow
from derivcheck.truth.sides import outside
from derivcheck.truth.values import (
    AGREED_BITS,
    CONTINUOUS_BITS,
    DECIDED_BITS,
    PRECISIONS,
    at_ends,
    is_nonzero,
    value_at,
)

FINE_BALL_EXPONENT = 40_000
"""That of a smaller ball, for functions that swing within the other one."""

_STEEP = 400
"""A power of two beyond which a step of 2**-1500 may be no small part of a period: fmod(1, x) jumps every x**2."""

_AGREED = arb((1, -AGREED_BITS))
_CLOSER = arb((1, -60))
"""By how much of a derivative the referee's quotient may be off, and how much closer the second one has to be."""

FormulaProgram = Callable[[Wrt], Program | None]
"""SymPy's derivative by `wrt` as a ball program, None where there is none."""


def truth_of_value(value: arb | Outside | None, evidence: Evidence = Evidence.PROVEN) -> Truth:
    """The truth about a value of f, or about its absence; None is a value that was not enclosed."""
    if isinstance(value, Outside):
        return Truth(Kind.UNDEFINED, reason=f"outside the real domain: {value.reason}", evidence=evidence)
    if value is None:
        return Truth(Kind.UNDECIDED, reason=f"not enclosed narrowly at {PRECISIONS[-1]} bits")
    if not value.is_finite():
        return Truth(Kind.UNDEFINED, reason="the function is infinite here", evidence=evidence)
    return Truth(Kind.VALUE, enclosure(value), evidence=evidence)


PASSES_INFINITY = Outside("a number on the way is infinite")
"""Why f has no value although what it is composed of gives one: as 1/(1/x) at 0."""


@record
class Found:
    """What was found out about one derivative.

    Attributes:
        truth: what the derivative is.
        symbolic: what SymPy's formula gives at the point, None where it gives no number.
        formula_is_wrong: whether SymPy's formula, a smooth one, contradicts the quotients of f.
    """

    truth: Truth
    symbolic: Enclosure | None = None
    formula_is_wrong: bool = False


class TruthFinder:
    """The truth about one function at one point, an order at a time.

    Args:
        function: f as a ball program.
        formula: SymPy's derivatives of it.
        point: each variable's value.
        partials: all first ones in one program, where there are many variables; see `box`.
        row: a row of the second ones in one program; see `rows_of_second`.
    """

    def __init__(
        self,
        function: Program,
        formula: FormulaProgram,
        point: Mapping[str, Coordinate],
        partials: Callable[[], AllPartials | None] = lambda: None,
        row: MakeRow = lambda _: None,
    ) -> None:
        self.function = function
        self.formula = formula
        self.partials = partials
        self.runs = Runs(function, point)
        self.sampled = self.runs
        """The runs that quotients are made of: other ones than `runs` where a step lies at the end of its domain."""
        self.point = self.runs.point
        self._row = row
        self.known: dict[Wrt, Found] = {}

    def find(self, wrt: Wrt) -> Found:
        """The truth about the derivative by `wrt`; the empty `wrt` is the value."""
        if wrt not in self.known:
            self.known[wrt] = self._derivative(wrt) if wrt else Found(self._value())
        return self.known[wrt]

    # --- the value -----------------------------------------------------------------------------------------------

    def _value(self) -> Truth:
        """The truth about the value of f."""
        value = self._own_value()
        evidence = Evidence.PROVEN if self.sampled is self.runs else Evidence.SHOWN
        return truth_of_value(value, evidence)

    def _own_value(self) -> arb | Outside | None:
        """The value of f at the exact point, a reason why there is none, or None where it is not enclosed.

        Where an infinity arises on the way to a number, f has no value: exp(log(x)) and 1/(1/x) have a limit at 0, and
        no value.
        """
        value = value_at(self.runs)
        if isinstance(value, Outside) or is_infinite(value):
            return value
        if self._passes_infinity():
            return PASSES_INFINITY
        return self._at_an_end() if value is None else value

    def _passes_infinity(self) -> bool:
        with precision(PRECISIONS[0]):
            return self.runs.passes_infinity()

    def _at_an_end(self) -> arb | Outside | None:
        """The value of f where a step lies at the end of its domain, as far as many bits show; None where none does.

        From then on `sampled` are the runs in which that step lies within its domain: sqrt(x - sin(1)**2 - cos(1)**2)
        at 1.
        """
        if self.sampled is not self.runs:
            return value_at(self.sampled)
        value, self.sampled = at_ends(self.runs)
        return value

    # --- derivatives ---------------------------------------------------------------------------------------------

    def _derivative(self, wrt: Wrt) -> Found:
        if not self.point.keys() >= set(wrt):
            there = self.find(()).truth
            if there.kind is not Kind.VALUE:
                return Found(there)
            return Found(replace(there, value=enclosure(arb(0))), enclosure(arb(0)))
        with_others = self._on_box.get(wrt[0]) if len(wrt) == 1 else self._rows.find(wrt)
        if with_others is not None:
            value = enclosure(with_others)
            return Found(Truth(Kind.VALUE, value, evidence=Evidence.PROVEN), value)
        on_ball = self._on_ball(wrt)
        if on_ball is None:
            on_ball = self._in_another_order(wrt)
        if isinstance(on_ball, Truth):
            return Found(on_ball)
        if on_ball is not None and not self._passes_infinity() and self._referee_agrees(wrt, on_ball):
            value = enclosure(on_ball)
            return Found(Truth(Kind.VALUE, value, evidence=Evidence.PROVEN), value)
        truth = self._by_quotients(wrt)
        if truth.kind is not Kind.UNDECIDED and truth.evidence is None:
            truth = replace(truth, evidence=Evidence.SHOWN, swings=self.runs.swings)
        if self._is_steeper_than_a_step(wrt, truth):
            truth = Truth(
                Kind.UNDECIDED, reason="the function may swing or jump more often than any step can tell apart"
            )
        contradicted = self._contradicts(on_ball, truth)
        if contradicted and self.function.jumps and self._is_smaller_than_a_jump():
            truth = Truth(Kind.UNDECIDED, reason="the function is smaller than the jumps that can be told apart")
            contradicted = False
        return Found(truth, self._symbolic(wrt), formula_is_wrong=contradicted)

    def is_on_box(self, wrt: Wrt) -> bool:
        """Whether a derivative is proven along with many others."""
        return wrt[0] in self._on_box if len(wrt) == 1 else self._rows.has(wrt)

    @cached_property
    def _rows(self) -> SecondRows:
        """The second derivatives that are proven a row at a time."""
        return SecondRows(self.runs, self._row)

    @cached_property
    def _on_box(self) -> Mapping[str, arb]:
        """The first derivatives that are proven all at once."""
        partials = self.partials()
        return {} if partials is None else proven_partials(self.runs, partials)

    def _is_steeper_than_a_step(self, wrt: Wrt, truth: Truth) -> bool:
        """Whether f may swing or jump between the point and every step: fmod(1/x**3, y) has 1e970 periods at 5e-324.

        The quotients then grow as those of a vertical tangent do, while the formula is a number.
        """
        if truth.value is not None:
            return truth.value.mid.magnitude > BALL_EXPONENT
        infinite = {Side.POSITIVE_INFINITY, Side.NEGATIVE_INFINITY} & {truth.left, truth.right}
        return bool(infinite) and self._is_steep(wrt)

    def _is_smaller_than_a_jump(self) -> bool:
        """Whether f itself is so small that it may jump unseen: remainder(pi, exp(-1e300))."""
        value = value_at(self.runs)
        with precision(PRECISIONS[0]):
            return isinstance(value, arb) and bool(abs(value) < arb((1, -CONTINUOUS_BITS)))

    def _on_ball(self, wrt: Wrt) -> arb | Truth | None:
        """SymPy's derivative on a ball around the point, once f and all derivatives up to it are narrow there.

        A Truth where f has no value on the whole ball; None where the ball does not decide.
        """
        chain = [self.formula(wrt[: order + 1]) for order in range(len(wrt))]
        jumps = self.function.jumps or any(program is not None and program.jumps for program in chain)
        found = self._on_ball_of(wrt, chain, BALL_EXPONENT, PRECISIONS[-1:] if jumps else PRECISIONS, jumps=jumps)
        if found is not None or jumps or None in chain or not self._is_steep(wrt):
            return found
        return self._on_ball_of(wrt, chain, FINE_BALL_EXPONENT, PRECISIONS[-1:], jumps=False)

    def _on_ball_of(
        self, wrt: Wrt, chain: Sequence[Program | None], exponent: int, precisions: Sequence[int], *, jumps: bool
    ) -> arb | Truth | None:
        """What `_on_ball` finds on the ball of the radius 2**-exponent * max(1, |x|), at some precisions.

        Args:
            wrt: the variables.
            chain: SymPy's derivatives by the first of these, by the first two, and so on.
            exponent: of the radius.
            precisions: the precisions in bits, tried in turn.
            jumps: whether f or a derivative may jump, so that continuity has to be seen in many bits.
        """
        around = {name: self.runs.around(name, exponent) for name in set(wrt)}
        needed = CONTINUOUS_BITS if jumps else DECIDED_BITS
        for bits in precisions:
            with precision(bits):
                value = self.runs.value(self.function, around)
                if isinstance(value, Outside):
                    return outside(value.reason)
                if None in chain:
                    return None
                narrow = is_narrow(value, needed)
                for program in chain:
                    value = self.runs.value(program, around)
                    if isinstance(value, Outside):
                        return None
                    narrow = narrow and is_narrow(value, needed)
                if narrow:
                    return value
        return None

    def _is_steep(self, wrt: Wrt) -> bool:
        """Whether a slope is such that f may swing within the ball: sin(x**4) has 1e300 periods in one at 1e300."""
        slopes = [self._symbolic(wrt[: order + 1]) for order in range(len(wrt))]
        return any(slope is not None and slope.mid.magnitude > _STEEP for slope in slopes)

    def _in_another_order(self, wrt: Wrt) -> arb | None:
        """A mixed derivative on the ball in an order that has formulas, where this one lacks them.

        Where that one is continuous and the derivatives of this order exist before it, the two are the same (G. Peano,
        1890): lowergamma(a, x) has a derivative by x and a, and none by a.
        """
        if all(self.formula(wrt[: order + 1]) is not None for order in range(len(wrt))):
            return None
        for other in sorted(set(permutations(wrt))):
            if all(self.formula(other[: order + 1]) is not None for order in range(len(other))):
                value = self._on_ball(other)
                return value if isinstance(value, arb) and self.find(wrt[:-1]).truth.value is not None else None
        return None

    def _referee_agrees(self, wrt: Wrt, formula: arb) -> bool:
        """Whether the central quotient tends to what SymPy's formula gives.

        It need not be equal: its error is of the order of h. What counts is that it is close, or comes closer as h
        shrinks, or is close inside of the ball.
        """
        distances: list[arb] = []
        for size in (*sizes_of_referee(self.point, wrt), BALL_EXPONENT + 100):
            if len(distances) == 2:
                with precision(256):
                    if distances[1] < distances[0] * _CLOSER:
                        return True
            quotient = central(self.runs, wrt, size)
            if quotient is None:
                return True
            with precision(256):
                distance = abs(quotient - formula)
                allowed = abs(formula) * _AGREED
                if not distance > (allowed if is_nonzero(formula) else allowed + TINY):
                    return True
                distances.append(distance)
        return False

    def _symbolic(self, wrt: Wrt) -> Enclosure | None:
        """What SymPy's formula gives at the point."""
        program = self.formula(wrt)
        value = None if program is None else value_at(self.runs, program)
        return enclosure(value) if isinstance(value, arb) and value.is_finite() else None

    @staticmethod
    def _contradicts(formula: arb | Truth | None, truth: Truth) -> bool:
        """Whether a formula that is smooth around the point is not what the quotients of f say."""
        return isinstance(formula, arb) and truth.value is not None and not formula.overlaps(to_ball(truth.value))

    def _by_quotients(self, wrt: Wrt) -> Truth:
        """The truth by one-sided difference quotients of f."""
        value = self._own_value()
        self.sampled.settle_ties()
        quotients = Quotients(self.sampled, self.runs)
        if isinstance(value, Outside):
            return quotients.without_value(wrt, value)
        if len(wrt) > 1:
            return quotients.of_higher_order(wrt, self.find(wrt[:-1]).truth)
        if value is None:
            return quotients.beside_the_unknown(wrt)
        return quotients.of_first_order(wrt, value)
