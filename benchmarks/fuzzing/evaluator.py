"""Evaluates a tree at a point, or beside it, in mpmath: numbers and power series, with every tie looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

import mpmath
from mpmath import mp, mpf

from fuzzing.algebra import NotAnalyticError, Series
from fuzzing.edges import EDGES, UNKNOWN_AT_EDGE, Edge, exact_distance, line_of
from fuzzing.taylor import MOST_BITS, TAYLOR, Coefficients, Number
from fuzzing.trees import Tree


class OutsideError(Exception):
    """The function has no real value here."""


class PoleError(Exception):
    """Something on the way is infinite here."""


class RoughError(Exception):
    """A kink, a jump or the end of a domain is here: one has to look at one side at a time."""


class AmbiguousError(Exception):
    """At this precision nothing tells whether a number is 0."""


class UnknownError(Exception):
    """The evaluator does not know."""


class Look(Enum):
    """What is asked for: the value, a smooth neighbourhood, or one side."""

    VALUE = "value"
    SMOOTH = "smooth"
    SIDE = "side"


@dataclass(frozen=True, slots=True)
class Value:
    """What a node gives.

    Attributes:
        series: its series.
        exact: the constant term exactly, where that is rational and known.
        fixed: whether nothing in it moves beside the point.
        largest: the magnitude of the largest number that was met on the way: its rounding is the noise.
        saturated: whether something on the way may be too small to be seen, as 1 - tanh(1e5) is.
    """

    series: Series
    exact: Fraction | None = None
    fixed: bool = False
    largest: int = -(10**9)
    saturated: bool = False


LONGEST = 20_000
"""Larger fractions are not kept, and larger exponents not computed."""

_EXPONENTIAL = 0.2
"""An exponential with an argument of more than so much of the precision's bits may hide what it is added to."""

_GROWING = frozenset({"sinh", "cosh", "erfi", "erfc", "Shi", "Chi", "Ei"})
"""Those that are too long to write down where their argument is."""

_SATURATING = {
    "tanh": 1,
    "erf": 2,
    "erfc": 2,
    "gammaincc": 1,
    "uppergamma": 1,
    "Ei": 1,
    "airyai": 2,
    "gammainc": 1,
    "sinh": 1,
    "cosh": 1,
    "besselk": 1,
    "expint": 1,
}
"""How fast each nears its limit: with the exponential of its argument, or of the square of it."""


def as_mpf(x: Fraction) -> Number:
    """A fraction at the current precision."""
    return mpf(x.numerator) / x.denominator


def magnitude(x: Number) -> int:
    """e such that 2**(e-1) <= |x| < 2**e."""
    _, man, exp, bits = x._mpf_
    if not man:
        if exp:
            raise PoleError("not finite")
        return -(10**9)
    return int(exp + bits)


@dataclass
class Evaluator:
    """One evaluation, at mpmath's current precision.

    Attributes:
        place: what stands for each variable.
        look: what is asked for.
        decided: how far below the largest number, in parts of the precision, a number may be nothing but rounding.
        final: whether what may be nothing but rounding is 0, else it is ambiguous.
    """

    place: Mapping[str, Value]
    look: Look
    decided: float = 0.5
    final: bool = False
    known: dict[Tree, Value] = field(default_factory=dict)

    def value(self, tree: Tree) -> Value:
        """What a real tree gives."""
        found = self.known.get(tree)
        if found is None:
            found = self.known[tree] = self._value(tree)
        return found

    def _value(self, tree: Tree) -> Value:
        if tree.op == "var":
            return self.place[tree.text]
        if tree.op == "num":
            return self._number(tree.number)
        if tree.op == "const":
            return self._made(self._any.series.constant(+mp.pi if tree.text == "pi" else +mp.e))
        if tree.op == "where":
            return self.value(tree.args[1] if self.holds(tree.args[0]) else tree.args[2])
        args = [self.value(arg) for arg in tree.args]
        method: Callable[..., Value] | None = getattr(self, f"_{tree.op}", None)
        return method(*args) if method is not None else self._function(tree.op, args)

    def _made(self, series: Series, *args: Value, exact: Fraction | None = None, saturated: bool = False) -> Value:
        """A value that was made of others."""
        if exact is not None and getattr(series, "lowest", 0) == 0:
            series = series.plus(series.constant(as_mpf(exact) - series.head))
        largest = max([arg.largest for arg in args] + [magnitude(c) for c in series.ordered])
        if largest > LONGEST * 50:
            raise UnknownError("astronomical")
        hidden = saturated or any(arg.saturated for arg in args)
        return Value(series, exact, all(arg.fixed for arg in args), largest, hidden)

    # --- what is 0 ---------------------------------------------------------------------------------------------------

    def is_zero(self, c: Number, among: Value) -> bool:
        """Whether a number that was made of another's is 0, as far as this precision tells."""
        if magnitude(c) > among.largest - self.decided * mp.prec:
            return False
        if not self.final:
            raise AmbiguousError
        if among.saturated:
            raise UnknownError("something too small to see may be added")
        return True

    def _zeros(self, among: Value) -> Callable[[Number], bool]:
        def zero(c: Number) -> bool:
            if not c and among.saturated:
                raise UnknownError("something too small to see may be added")
            return not c or self.is_zero(c, among)

        return zero

    def regular(self, x: Value) -> Series:
        """The series of a value without negative exponents."""
        return x.series.regular(self._zeros(x))

    def sign(self, x: Value) -> int:
        """The sign of what a node gives at the point, or on the side; 0 where it is nothing but 0 there."""
        if self.look is not Look.SIDE:
            head = self.regular(x).head
            if x.exact is not None:
                if x.exact:
                    return 1 if x.exact > 0 else -1
            elif not self.is_zero(head, x):
                return 1 if head > 0 else -1
            if self.look is Look.VALUE or x.fixed:
                return 0
            raise RoughError
        series = x.series
        for k, c in enumerate(series.ordered):
            if k == 0 and x.exact is not None and getattr(series, "lowest", 0) == 0:
                if x.exact:
                    return 1 if x.exact > 0 else -1
                continue
            if c and not self.is_zero(c, x):
                return 1 if c > 0 else -1
        return 0

    def constant_sign(self, x: Value) -> int:
        """The sign where a choice depends on it that makes a difference even for what is 0 as far as it is known."""
        found = self.sign(x)
        if found == 0 and self.look is Look.SIDE and not x.fixed:
            raise UnknownError("0 as far as it is known")
        return found

    def holds(self, tree: Tree) -> bool:
        """Whether a condition holds."""
        if tree.op == "and":
            return self._holding(tree) == len(tree.args)
        if tree.op == "or":
            return self._holding(tree) > 0
        if tree.op == "not":
            return not self.holds(tree.args[0])
        x, y = (self.value(arg) for arg in tree.args)
        if tree.args[0] == tree.args[1]:
            return tree.op in {"le", "ge", "eq"}
        sign = self.constant_sign(self._sub(x, y))
        return {
            "lt": sign < 0,
            "le": sign <= 0,
            "gt": sign > 0,
            "ge": sign >= 0,
            "eq": sign == 0,
            "ne": sign != 0,
        }[tree.op]

    def _holding(self, tree: Tree) -> int:
        """How many of the conditions hold; each is looked at, so that none hides where another one ends."""
        return sum(self.holds(arg) for arg in tree.args)

    # --- arithmetic --------------------------------------------------------------------------------------------------

    @property
    def _any(self) -> Value:
        return next(iter(self.place.values()))

    def _number(self, x: Fraction) -> Value:
        return self._made(self._any.series.constant(as_mpf(x)), exact=x)

    def _add(self, x: Value, y: Value) -> Value:
        return self._made(x.series.plus(y.series), x, y, exact=_exact(lambda a, b: a + b, x, y))

    def _sub(self, x: Value, y: Value) -> Value:
        return self._made(x.series.plus(y.series.scaled(-1)), x, y, exact=_exact(lambda a, b: a - b, x, y))

    def _neg(self, x: Value) -> Value:
        return self._made(x.series.scaled(-1), x, exact=None if x.exact is None else -x.exact)

    def _mul(self, x: Value, y: Value) -> Value:
        return self._made(x.series.times(y.series), x, y, exact=_exact(lambda a, b: a * b, x, y))

    def _div(self, x: Value, y: Value) -> Value:
        if self.look is not Look.SIDE and self.sign(y) == 0:
            raise PoleError
        exact = _exact(lambda a, b: a / b, x, y) if y.exact else None
        zero = (lambda c: not c) if y.exact else self._zeros(y)
        inverted = self._made(y.series.inverted(zero), y)  # whose coefficients are large beside a small number
        return self._made(x.series.times(inverted.series), x, inverted, exact=exact)

    def _pow(self, x: Value, y: Value) -> Value:
        if y.exact is not None and y.fixed and y.exact.denominator == 1:
            return self._whole_power(x, int(y.exact))
        sign = self.sign(x)
        if sign < 0:
            return self._power_of_negative(x, y)
        if sign == 0:
            if self.look is not Look.VALUE:
                raise NotAnalyticError("0 to a power that is not whole")
            exponent = self.sign(y)
            if exponent < 0:
                raise PoleError
            return self._number(Fraction(0 if exponent else 1))
        base = self.regular(x)
        if x.exact == 0 or (x.exact is None and self.look is Look.SIDE and self.is_zero(base.head, x)):
            raise NotAnalyticError("a logarithm of 0")  # positive on this side, but 0 at the point
        return self._exp(self._mul(y, self._made(base.composed(TAYLOR["log"]), x)))

    def _power_of_negative(self, x: Value, y: Value) -> Value:
        if y.exact is not None and y.exact.denominator == 1:
            if self.look is Look.VALUE:
                return self._whole_power(x, int(y.exact))
            raise UnknownError("a negative number to a variable power")
        head = self.regular(y).head
        if y.exact is None and abs(head - mpmath.nint(head)) < mpf(2) ** (-mp.prec / 2):
            raise UnknownError("a negative number to a power that may be whole")
        raise OutsideError("a negative number to a power that is not whole")

    def _exp(self, x: Value) -> Value:
        series = self.regular(x)
        if magnitude(series.head) > 1000:
            raise UnknownError("an astronomical exponent")
        hidden = bool(abs(series.head) > _EXPONENTIAL * mp.prec)
        return self._made(series.composed(TAYLOR["exp"]), x, exact=_one_at_zero(x), saturated=hidden)

    def _whole_power(self, x: Value, n: int) -> Value:
        if abs(n) > 200:
            raise UnknownError("a large power")
        if n < 0:
            return self._div(self._number(Fraction(1)), self._whole_power(x, -n))
        found = self._number(Fraction(1))
        for bit in bin(n)[2:]:
            found = self._mul(found, found)
            if bit == "1":
                found = self._mul(found, x)
        return found

    def _xlogy(self, x: Value, y: Value) -> Value:
        """x*log(y), and 0 where x is."""
        if (self.look is not Look.SMOOTH and self.sign(x) == 0) or (x.fixed and x.exact == 0):
            if self.sign(y) <= 0:
                raise UnknownError("0*log of a number that is not positive")
            return self._number(Fraction(0))
        return self._mul(x, self._function("log", [y]))

    # --- pieces and steps --------------------------------------------------------------------------------------------

    def _abs(self, x: Value) -> Value:
        return self._neg(x) if self.sign(x) < 0 else x

    def _max(self, *xs: Value) -> Value:
        best = xs[0]
        for x in xs[1:]:
            best = x if self.sign(self._sub(x, best)) > 0 else best
        return best

    def _min(self, *xs: Value) -> Value:
        best = xs[0]
        for x in xs[1:]:
            best = x if self.sign(self._sub(x, best)) < 0 else best
        return best

    def _sign(self, x: Value) -> Value:
        return self._number(Fraction(self.constant_sign(x)))

    def _atan2(self, y: Value, x: Value) -> Value:
        right = self.sign(x)
        if right > 0:
            return self._function("atan", [self._div(y, x)])
        if right < 0 and self.look is Look.SMOOTH and not y.fixed:
            self.sign(y)  # the angle jumps there
        up = self.sign(y)
        if up == 0 and right == 0:
            raise UnknownError("the angle of the origin")
        if up == 0 and self.look is Look.SIDE and not y.fixed:
            raise UnknownError("0 as far as it is known")
        turn = self._any.series.constant(+mp.pi)
        if right < 0:
            angle = self._function("atan", [self._div(y, x)])
            return self._made(turn.scaled(up or 1).plus(angle.series), angle)
        angle = self._function("atan", [self._div(x, y)])
        return self._made(turn.scaled(mpf(up) / 2).plus(angle.series.scaled(-1)), angle)

    def _floor(self, x: Value) -> Value:
        return self._step(x, lambda whole, sign: whole - 1 if sign < 0 else whole, mpmath.floor)

    def _ceil(self, x: Value) -> Value:
        return self._step(x, lambda whole, sign: whole + 1 if sign > 0 else whole, mpmath.ceil)

    def _trunc(self, x: Value) -> Value:
        return self._floor(x) if self.sign(x) >= 0 else self._ceil(x)

    def _round(self, x: Value) -> Value:
        """The nearest whole number, halves to even."""
        shifted = self._add(x, self._number(Fraction(1, 2)))
        whole = self._whole(shifted)
        if whole is None:
            return self._floor(shifted)
        if self.look is Look.SMOOTH and not x.fixed:
            raise RoughError
        beside = self.constant_sign(self._sub(shifted, self._number(Fraction(whole))))
        if beside:
            return self._number(Fraction(whole if beside > 0 else whole - 1))
        return self._number(Fraction(whole if whole % 2 == 0 else whole - 1))

    def _whole(self, x: Value) -> int | None:
        """The whole number that x is at the point, None where it is none."""
        if x.exact is not None:
            return int(x.exact) if x.exact.denominator == 1 else None
        head = self.regular(x).head
        if magnitude(head) > self.decided * mp.prec / 2:
            raise AmbiguousError if not self.final else UnknownError("a huge number's whole part")
        nearest = mpmath.nint(head)
        return int(nearest) if self._zeros(x)(head - nearest) else None

    def _step(self, x: Value, beside: Callable[[int, int], int], plain: Callable[[Number], Number]) -> Value:
        whole = self._whole(x)
        if whole is None:
            if x.exact is not None:
                down = x.exact.numerator // x.exact.denominator
                return self._number(Fraction(down if plain is mpmath.floor else down + 1))
            return self._number(Fraction(int(plain(self.regular(x).head))))
        if self.look is Look.SMOOTH and not x.fixed:
            raise RoughError
        return self._number(Fraction(beside(whole, self.constant_sign(self._sub(x, self._number(Fraction(whole)))))))

    # --- functions of the table --------------------------------------------------------------------------------------

    def _function(self, name: str, args: list[Value]) -> Value:
        taylor = TAYLOR.get(name)
        if taylor is None:
            raise UnknownError(f"no function {name}")
        if mp.prec > MOST_BITS.get(name, mp.prec):
            raise UnknownError(f"{name} takes too long")
        if name == "log" and len(args) == 2:
            return self._div(self._function("log", args[:1]), self._function("log", args[1:]))
        *parameters, x = args
        if not all(parameter.fixed for parameter in parameters):
            raise UnknownError(f"{name} by its first argument")
        try:
            series = self.regular(x)
        except NotAnalyticError:
            if self.look is Look.VALUE:
                raise PoleError from None
            raise
        if name.startswith("bessel") and not isinstance(_whole_or_not(parameters[0]), int) and self.sign(x) <= 0:
            raise UnknownError("a Bessel function of broken order")
        for edge in EDGES.get(name, ()):
            series = self._within(name, edge, x, series)
        size = magnitude(series.head)
        if size > 3000 or (name in MOST_BITS and size > 12) or (name in _GROWING and size > 1000):
            raise UnknownError("a function of a huge number")
        rate = _SATURATING.get(name)
        hidden = rate is not None and bool(abs(series.head) ** rate > _EXPONENTIAL * mp.prec)

        def coefficients(a: Number, n: int) -> Coefficients:
            return taylor(a, n, *(_whole_or_not(parameter) for parameter in parameters))

        exact = _one_at_zero(x) if name in _ONE_AT_ZERO else None
        if (x.exact == 0 and name in _ZERO_AT_ZERO) or (x.exact == 1 and name in {"log", "acos", "acosh"}):
            exact = Fraction(0)
        return self._made(series.composed(coefficients), *args, exact=exact, saturated=hidden)

    def _within(self, name: str, edge: Edge, x: Value, series: Series) -> Series:
        """The argument, where it is inside of the domain or at its very end; else why it is not."""
        distance = edge.distance(series.head)
        if x.exact is not None and name != "LambertW":
            exact = exact_distance(edge, x.exact)
            away = (exact > 0) - (exact < 0)
        else:
            away = 0 if self.is_zero(distance, x) else 1 if distance > 0 else -1
        if away > 0:
            return series
        if name in UNKNOWN_AT_EDGE:
            raise UnknownError(f"{name} at its edge")
        if away < 0:
            raise OutsideError(name)
        if self.look is Look.VALUE or x.fixed:
            if edge.is_pole:
                raise PoleError
            slope = edge.distance(series.head + 1) - distance
            return series.plus(series.constant(-distance / slope))
        if self.look is Look.SMOOTH:
            raise RoughError
        if name in {"gamma", "lgamma", "digamma", "polygamma", "Ei"}:
            raise NotAnalyticError("a pole")
        moved = self._made(series.composed(lambda a, n: line_of(edge, a, n)), x, exact=Fraction(0))
        if self.sign(moved) < 0:
            raise OutsideError(name)
        raise NotAnalyticError("the end of a domain")


def _whole_or_not(x: Value) -> Number:
    """A constant as an int where it is one: mpmath takes other ways then."""
    return int(x.exact) if x.exact is not None and x.exact.denominator == 1 else x.series.head


def _one_at_zero(x: Value) -> Fraction | None:
    return Fraction(1) if x.exact == 0 else None


_ZERO_AT_ZERO = frozenset(
    {"sin", "sinh", "tanh", "asin", "atan", "asinh", "atanh", "erf", "erfi", "erfinv", "LambertW", "sqrt", "Si", "Shi"}
    | {"fresnels", "fresnelc"}
)
_ONE_AT_ZERO = frozenset({"exp", "cos", "cosh", "erfc"})


def _exact(operation: Callable[[Fraction, Fraction], Fraction], x: Value, y: Value) -> Fraction | None:
    """The exact result of an operation on exact numbers, where it is not too long."""
    if x.exact is None or y.exact is None:
        return None
    found = operation(x.exact, y.exact)
    return found if found.numerator.bit_length() + found.denominator.bit_length() < LONGEST else None
