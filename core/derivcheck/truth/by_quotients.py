"""The truth by one-sided difference quotients of f, where no ball around the point decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

from flint import arb

from derivcheck.balls.ball import Outside, to_ball
from derivcheck.model import Evidence, Kind, Side, Truth, Wrt
from derivcheck.numbers import Enclosure
from derivcheck.truth.quotients import Beside, Step, iterated, jump, one_sided, one_sided_value
from derivcheck.truth.runs import Runs
from derivcheck.truth.sequence_limits import Limit
from derivcheck.truth.sides import agree, combine, opposite, outside, same
from derivcheck.truth.values import PRECISIONS

_BOTH = (Step.LEFT, Step.RIGHT)
_INFINITIES = frozenset({Side.POSITIVE_INFINITY, Side.NEGATIVE_INFINITY})


@dataclass(frozen=True, slots=True)
class Quotients:
    """What the quotients of f say at one point.

    Attributes:
        runs: the runs that quotients are made of: others than those of f where f is open at the end of a domain.
        function: the runs of f itself.
    """

    runs: Runs
    function: Runs

    def of_first_order(self, wrt: Wrt, value: arb) -> Truth:
        """The truth about a first derivative where f has a value at the point, be it an infinite one."""
        left, right = self._sides(wrt)
        if value.is_finite():
            jumps = self._jumps(wrt)
            if self.function.program.jumps:
                left, right = map(_known_slope, (left, right), jumps)
            return combine(left, right, *map(bool, jumps))
        reason = "the function is infinite here"
        return Truth(Kind.UNDEFINED, left=left, right=right, reason=reason, evidence=Evidence.PROVEN)

    def _sides(self, wrt: Wrt, *, skip: bool = False, beside: Beside = ()) -> tuple[Limit, Limit]:
        """The limits of the quotients on the left and on the right."""
        left, right = (one_sided(self.runs, wrt, step, skip=skip, beside=beside) for step in _BOTH)
        return left, right

    def _jumps(self, wrt: Wrt, beside: Beside = ()) -> tuple[bool | None, bool | None]:
        """Whether f, or its derivative by all but the last of several variables, jumps on the left and on the right.

        None where nobody knows.
        """

        def jumps(step: Step) -> bool | None:
            size = jump(self.runs, wrt, step, beside=beside)
            if size is Side.UNDECIDED:
                return None
            if isinstance(size, Side):
                return size in _INFINITIES
            return not size.contains_zero()

        return jumps(Step.LEFT), jumps(Step.RIGHT)

    # --- a higher order ------------------------------------------------------------------------------------------

    def of_higher_order(self, wrt: Wrt, lower: Truth) -> Truth:
        """The truth about a higher or mixed derivative.

        The derivative of one order less has to exist beside the point as well: quotients that look to either side in
        the other variables have to agree.

        Args:
            wrt: the variables.
            lower: the truth about the derivative of one order less.
        """
        below = len(wrt) - 1
        others = [name for name in dict.fromkeys(wrt) if name != wrt[-1]]
        ways = [tuple(zip(others, steps, strict=True)) for steps in product(_BOTH, repeat=len(others))]
        pairs = [self._sides(wrt, beside=way) for way in ways]
        inside = [pair for pair in pairs if pair != (Side.DOMAIN, Side.DOMAIN)] or pairs[:1]
        left, right = inside[0][0], inside[-1][1]
        if any(Side.UNDECIDED in pair for pair in inside):
            truth = combine(Side.UNDECIDED, Side.UNDECIDED, jump_left=False, jump_right=False)
        elif not all(same(pair[0], left) and same(pair[1], right) for pair in inside):
            truth = _missing(below, "does not exist beside this point", left, right)
        else:
            truth = combine(left, right, jump_left=False, jump_right=False)
            infinite = not _INFINITIES.isdisjoint((left, right))
            if infinite and lower.kind is Kind.VALUE and any(self._jumps(wrt, ways[0])):
                return _missing(below, "jumps here", left, right)
            if truth.kind in {Kind.VALUE, Kind.INFINITE} and len(inside) < len(pairs):
                return Truth(Kind.ENDPOINT, left=Side.DOMAIN, right=right, reason="the domain ends here")
            if self._swings_in(wrt, left, right):
                reason = f"the quotients of the derivative of order {below} show no limit"
                truth = Truth(Kind.UNDECIDED, left=left, right=right, reason=reason)
        return _above(lower, truth, below, left, right)

    def _swings_in(self, wrt: Wrt, left: Limit, right: Limit) -> bool:
        """Whether quotients of quotients contradict the limits of a pure derivative where something swings."""
        if wrt[-1] not in wrt[:-1] or not self.function.swings:
            return False
        return not all(
            same(iterated(self.runs, wrt, step), side)
            for step, side in zip(_BOTH, (left, right), strict=True)
            if isinstance(side, Enclosure)
        )

    # --- no value at the point -----------------------------------------------------------------------------------

    def without_value(self, wrt: Wrt, value: Outside) -> Truth:
        """The truth where f has no value at the point: no derivative of any order, but perhaps a limit of f."""
        beside = [one_sided_value(self.runs, wrt[0], step) for step in _BOTH]
        if beside == [Side.DOMAIN, Side.DOMAIN]:
            return outside(value.reason)
        infinite = [side in _INFINITIES for side in beside]
        if any(infinite):
            # The quotient with any finite value at the pole: f(x0 + h)/h on the right, -f(x0 - h)/h on the left. At the
            # end of the domain the value is that infinity, as log's is at 0, and the sign is the other one.
            ends = Side.DOMAIN in beside
            left, right = (limit if at_pole else Side.DOMAIN for limit, at_pole in zip(beside, infinite, strict=True))
            return Truth(
                Kind.UNDEFINED,
                left=left if ends else opposite(left),
                right=opposite(right) if ends else right,
                reason=value.reason if value.is_pole else f"a pole: {value.reason}",
                evidence=Evidence.PROVEN,
            )
        missing = f"the function has no value here: {value.reason}"
        limits = [side for side in beside if isinstance(side, Enclosure)]
        if Side.UNDECIDED in beside:
            missing = f"{missing}; it shows no limit either"
        elif len(limits) == 2 and not agree(*map(to_ball, limits)):
            missing = f"{missing}; it jumps from {limits[0].decimal(12)} to {limits[1].decimal(12)}"
        else:
            missing = f"{missing}; its limit is {limits[0].decimal(12)}"
            return Truth(Kind.UNDEFINED, reason=missing, limit=limits[0], evidence=Evidence.PROVEN)
        return Truth(Kind.UNDEFINED, reason=missing, evidence=Evidence.PROVEN)

    def beside_the_unknown(self, wrt: Wrt) -> Truth:
        """The truth where the value of f at the point is not enclosed: nobody knows whether it has one."""
        unknown = f"its value is not enclosed narrowly at {PRECISIONS[-1]} bits"
        beside = [one_sided_value(self.runs, wrt[0], step) for step in _BOTH]
        if beside == [Side.DOMAIN, Side.DOMAIN]:
            return Truth(Kind.UNDECIDED, reason=f"the function has no value beside this point, and {unknown}")
        limits = [side for side in beside if isinstance(side, Enclosure)]
        if not _INFINITIES.isdisjoint(beside):
            return Truth(Kind.UNDEFINED, reason=f"the function is unbounded beside this point, and {unknown}")
        if len(limits) == 2 and not agree(*map(to_ball, limits)):  # the slopes beside a jump are no one-sided ones
            return Truth(Kind.UNDEFINED, reason=f"a jump, and {unknown}")
        left, right = self._sides(wrt, skip=True)
        return Truth(Kind.UNDECIDED, left=left, right=right, reason=unknown)


def _known_slope(slope: Limit, jumps: bool | None) -> Limit:
    """The slope on one side of a function that may jump; undecided where it is infinite, and may be that of a jump.

    Larger steps of floor(1/x) at 2**-1000 cross many jumps, and smaller ones a single one: the changes show no limit.
    """
    return Side.UNDECIDED if jumps is None and slope in _INFINITIES else slope


def _missing(order: int, why: str, left: Limit, right: Limit) -> Truth:
    """The truth where the derivative of a lower order is missing."""
    reason = f"the derivative of order {order} {why}"
    return Truth(Kind.UNDEFINED, left=left, right=right, reason=reason, missing_order=order)


def without_lower(lower: Truth, order: int) -> Truth | None:
    """The truth about a derivative where the one of this order, one less than its own, is none; None where it is one.

    It says nothing of the sides, which quotients would have to tell.
    """
    if lower.kind not in _NO_DERIVATIVE:
        return None
    return replace(_above(lower, lower, order, Side.UNDECIDED, Side.UNDECIDED), evidence=Evidence.SHOWN)


_NO_DERIVATIVE = frozenset({Kind.UNDEFINED, Kind.ONE_SIDED, Kind.INFINITE})


def _above(lower: Truth, truth: Truth, order: int, left: Limit, right: Limit) -> Truth:
    """What the truth about a derivative becomes where the one of this order, one less than its own, is missing."""
    missing = lower.kind is not Kind.VALUE and truth.kind in {Kind.VALUE, Kind.UNDEFINED}
    if missing and lower.kind is Kind.UNDECIDED:
        reason = f"nobody knows the derivative of order {order}: {lower.reason}"
        return Truth(Kind.UNDECIDED, left=left, right=right, reason=reason)
    if not missing and lower.kind not in _NO_DERIVATIVE:
        return truth
    if lower.missing_order is not None:  # that one says already which is the first that is missing
        order = lower.missing_order
        return Truth(Kind.UNDEFINED, left=left, right=right, reason=lower.reason, missing_order=order)
    return _missing(order, f"does not exist here: {lower.reason}", left, right)
