"""Random expressions and points: functions of the table, kinks, cancellations, and coordinates where these sit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random

from fuzzing.rows import Row
from fuzzing.trees import Tree, call, const, num, replaced, var
from fuzzing.vocabulary import (
    EXPONENTS,
    EXTREME,
    EXTREME_LITERALS,
    KINKED_EXPONENTS,
    LITERALS,
    OPTIONS,
    ORDINARY,
    PAIRED_PIECES,
    PAIRS,
    PARAMETRIC,
    PIECES,
    PLAIN,
    RARE,
    SPECIAL,
    TRIPLES,
)


class Generator:
    """Draws rows, the same ones for the same seed.

    Args:
        random: where the draws come from.
        extreme: the share of coordinates that are huge, tiny or next to something.
        special: the share of functions that torch or mpmath compute at length.
        dyadic: whether each coordinate is exactly the decimal that it is typed as.
    """

    def __init__(self, random: Random, *, extreme: float = 0.25, special: float = 0.15, dyadic: bool = False) -> None:
        self.random = random
        self.extreme = extreme
        self.special = special
        self.dyadic = dyadic

    def row(self) -> Row:
        """One row."""
        names = self.random.choice(("x", "x", "x", "xy", "xy", "xyz"))
        shape = self.random.choices(
            (self.plain, self.kinked, self.cancelling, self.guarded, self.identical, self.listed), (5, 5, 3, 2, 2, 5)
        )[0]
        point = {name: self.coordinate() for name in names}
        tree, point = shape([var(name) for name in names], point)
        point = {name: _dyadic(x) if self.dyadic else x for name, x in point.items() if name in tree.variables}
        if not point or tree.size > 60:
            return self.row()
        return Row(tree, point, self.wrts(sorted(point)))

    def wrts(self, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """One first derivative, and often one of second order."""
        first = self.random.choice(names)
        found: list[tuple[str, ...]] = [(first,)]
        if self.random.random() < 0.5:
            found.append((first, self.random.choice(names)))
        return tuple(found)

    def coordinate(self) -> float:
        """One coordinate."""
        drawn = self.random.random()
        if drawn < self.extreme:
            return self.random.choice(EXTREME)
        if drawn < self.extreme + 0.3:
            return self.random.choice(SPECIAL)
        if drawn < self.extreme + 0.6:
            return self.random.choice(ORDINARY)
        return round(self.random.gauss(0, 2), self.random.choice((1, 2, 3, 15)))

    # --- trees -------------------------------------------------------------------------------------------------------

    def literal(self) -> Tree:
        """A number, seldom an extreme one."""
        if self.random.random() < 0.06:
            return num(self.random.choice(EXTREME_LITERALS))
        if self.random.random() < 0.05:
            return const(self.random.choice(("pi", "E")))
        return num(self.random.choice(LITERALS))

    def leaf(self, variables: Sequence[Tree]) -> Tree:
        """A variable, else a literal."""
        return self.random.choice(variables) if self.random.random() < 0.75 else self.literal()

    def grow(self, variables: Sequence[Tree], depth: int, pieces: float = 0.15) -> Tree:
        """A random tree of at most this depth."""
        if depth == 0:
            return self.leaf(variables)

        def below() -> Tree:
            return self.grow(variables, self.random.randrange(depth), pieces)

        drawn = self.random.random()
        if drawn < 0.4:
            op = self.random.choice(("add", "sub", "mul", "mul", "div"))
            return call(op, below(), below())
        if drawn < 0.5:
            return below() ** self.exponent(below)
        if drawn < 0.5 + pieces:
            return self.piece(below)
        if drawn < 0.7 + pieces:
            return call(self.random.choice(PLAIN), below())
        return self.rare(below)

    def exponent(self, below: Callable[[], Tree]) -> Tree:
        """An exponent, mostly a constant."""
        if self.random.random() < 0.15:
            return below()
        return num(self.random.choice(EXPONENTS))

    def piece(self, below: Callable[[], Tree]) -> Tree:
        """Something with a kink or a jump."""
        drawn = self.random.random()
        if drawn < 0.5:
            return call(self.random.choice(PIECES), below())
        if drawn < 0.8:
            return call(self.random.choice(PAIRED_PIECES), below(), below())
        condition = call(self.random.choice(("lt", "le", "gt", "ge", "eq", "ne")), below(), below())
        return call("where", condition, below(), below())

    def rare(self, below: Callable[[], Tree]) -> Tree:
        """A function with two or three arguments, or one that is seldom met."""
        if self.random.random() > self.special * 2:
            drawn = self.random.random()
            if drawn < 0.4:
                return call(self.random.choice(PAIRS), below(), below())
            if drawn < 0.6:
                return call(self.random.choice(TRIPLES), below(), below(), below())
            return call(self.random.choice(PLAIN), below())
        if self.random.random() < 0.25:
            name = self.random.choice(sorted(PARAMETRIC))
            return call(name, num(self.random.choice(PARAMETRIC[name])), below())
        return call(self.random.choice(RARE), below())

    # --- shapes ------------------------------------------------------------------------------------------------------

    def plain(self, variables: Sequence[Tree], point: dict[str, float]) -> tuple[Tree, dict[str, float]]:
        """Anything."""
        return self.grow(variables, self.random.choice((1, 2, 2, 3, 3, 4))), point

    def listed(self, variables: Sequence[Tree], point: dict[str, float]) -> tuple[Tree, dict[str, float]]:
        """A function drawn from the whole table, at a variable or at a tie, alone or with a little around it."""
        inner: list[Tree] = [self.random.choice(variables) for _ in range(3)]
        if self.random.random() < 0.4:
            inner[0], point = self.tie(variables, point)
        drawn = self.random.random()
        if drawn < 0.5:
            name = self.random.choice(PLAIN + RARE + PIECES)
            tree = call(name, inner[0])
        elif drawn < 0.65:
            name = self.random.choice(sorted(OPTIONS))
            args = inner[:2] if name.endswith("loss") else inner[:1]
            tree = call(name, *args, *map(num, self.random.choice(OPTIONS[name])))
        elif drawn < 0.8:
            tree = call(self.random.choice(PAIRS + PAIRED_PIECES), *inner[:2])
        elif drawn < 0.9:
            tree = call(self.random.choice(TRIPLES), *inner)
        else:
            name = self.random.choice(sorted(PARAMETRIC))
            tree = call(name, num(self.random.choice(PARAMETRIC[name])), inner[0])
        around = self.random.randrange(8)
        if around == 0:
            tree = tree * inner[0]
        elif around == 1:
            tree = call("abs", tree)
        elif around == 2:
            tree = tree - call("abs", inner[0])
        elif around == 3:
            tree = call(self.random.choice(PLAIN), tree)
        return tree, point

    def tie(self, variables: Sequence[Tree], point: dict[str, float]) -> tuple[Tree, dict[str, float]]:
        """Something that is 0 at the point, which may move to where that is so."""
        x = self.random.choice(variables)
        drawn = self.random.random()
        if drawn < 0.3:
            return x - _literal_of(point[x.text]), point
        if drawn < 0.5 and len(variables) > 1:
            y = self.random.choice([v for v in variables if v != x])
            return x - y, point | {y.text: point[x.text]}
        if drawn < 0.6:
            return call("sub", self.grow([x], 1, 0.0), replaced(self.grow([x], 1, 0.0), x, x)), point
        if drawn < 0.8:
            inner = self.random.choice(
                ("sin", "tan", "asin", "atan", "sinh", "tanh", "expm1", "log1p", "erf", "square")
            )
            return call(inner, x), point | {x.text: 0.0}
        if drawn < 0.9:
            return call("log", x), point | {x.text: 1.0}
        return x, point | {x.text: self.random.choice((0.0, -0.0))}

    def kinked(self, variables: Sequence[Tree], point: dict[str, float]) -> tuple[Tree, dict[str, float]]:
        """A tie that decides something, among other things."""
        tie, point = self.tie(variables, point)
        depth = self.random.choice((0, 1, 1, 2))
        other = self.grow(variables, depth, 0.05)
        bend = self.random.choice(
            (
                call("abs", tie),
                call("max", tie, 0),
                call("min", tie, 0),
                call("relu", tie),
                call("max", tie + other, other),
                call("min", other, tie + other),
                call("sign", tie),
                call("floor", tie),
                call("where", call(self.random.choice(("lt", "le", "gt", "ge", "eq", "ne")), tie, 0), other, tie),
                call("where", call(self.random.choice(("lt", "le", "gt", "ge")), tie, 0), tie * other, tie**2),
                call(self.random.choice(PIECES), tie),
                call("clamp", tie, 0, 1),
                call("sqrt", tie),
                call("sqrt", tie**2),
                call("hypot", tie, num(0)),
                call("abs", tie) ** num(self.random.choice(KINKED_EXPONENTS)),
            )
        )
        around = self.random.randrange(6)
        if around == 0:
            return bend, point
        if around == 1:
            return bend * other, point
        if around == 2:
            return bend + other, point
        if around == 3:
            return call(self.random.choice(PLAIN), bend), point
        if around == 4:
            return bend * self.random.choice((tie, tie**2, call("sin", tie), bend)), point
        return call(self.random.choice(PLAIN), bend) * other, point

    def identical(self, variables: Sequence[Tree], point: dict[str, float]) -> tuple[Tree, dict[str, float]]:
        """Kinks that cancel, wholly or not."""
        tie, point = self.tie(variables, point)
        scale = self.literal()
        shape = self.random.choice(
            (
                lambda t: call("max", t, 0) + call("min", t, 0),
                lambda t: call("relu", t) - call("relu", -t),
                lambda t: call("abs", t) * call("abs", t),
                lambda t: call("abs", t) * t,
                lambda t: call("exp", -scale * call("abs", t)) + scale * call("abs", t),
                lambda t: (num(1) + scale * call("abs", t)) * call("exp", -scale * call("abs", t)),
                lambda t: call("abs", t) / (num(1) + call("abs", t)) - call("abs", t),
                lambda t: call("cosh", call("abs", t)),
                lambda t: call("sin", call("abs", t)) - call("abs", t),
                lambda t: call("abs", t) - call("sqrt", t**2),
                lambda t: call("log1p", call("exp", -call("abs", t))) + call("max", t, 0),
                lambda t: call("where", call("gt", t, 0), call("exp", t) - 1, call("sin", t)),
                lambda t: call("where", call("gt", t, 0), t**3, t**2),
                lambda t: call("max", t, scale * t) - call("relu", t),
            )
        )
        tree: Tree = shape(tie)
        if self.random.random() < 0.4:
            tree = call(self.random.choice(("add", "mul", "sub")), tree, self.grow(variables, 1, 0.0))
        return tree, point

    def cancelling(self, variables: Sequence[Tree], point: dict[str, float]) -> tuple[Tree, dict[str, float]]:
        """A difference of nearly equal things, often divided by something small."""
        x = self.random.choice(variables)
        small = self.random.choice((1e-3, 1e-5, 1e-8, 1e-10, -1e-5, 1e-20, 1e-160, 5e-324))
        large = self.random.choice((10.0, 20.0, 40.0, 1e3, 1e8, 1e16, 1e160))
        tree, there = self.random.choice(
            (
                ((num(1) - call("cos", x)) / x**2, small),
                ((call("exp", x) - 1) / x, small),
                (call("log", num(1) + x) / x, small),
                ((x - call("sin", x)) / x**3, small),
                (call("tan", x) - call("sin", x), small),
                (call("sqrt", num(1) + x) - call("sqrt", num(1) - x), small),
                (call("sqrt", x + 1) - call("sqrt", x), large),
                (call("log", x + 1) - call("log", x), large),
                (call("sqrt", x**2 + 1) - x, large),
                (num(1) - call("tanh", x), large),
                (num(1) - call("sigmoid", x), large),
                (call("cosh", x) - call("sinh", x), large),
                (call("atan", x + 1) - call("atan", x), large),
                (call("exp", x) * call("erfc", x), large),
                ((x + 1) ** 2 - x**2 - num(2) * x, large),
                (call("sin", x) ** 2 + call("cos", x) ** 2, self.coordinate()),
                (call("log", call("exp", x)), self.coordinate()),
                (call("exp", call("log", x)), self.coordinate()),
                (x / x, self.coordinate()),
                (x**2 / x, self.coordinate()),
                (call("sinh", x) / call("tanh", x), self.coordinate()),
                (call("acos", call("cos", x)), self.coordinate()),
                (call("asin", call("sin", x)), self.coordinate()),
                (call("tan", call("atan", x)), self.coordinate()),
                (call("acosh", call("cosh", x)), self.coordinate()),
                (call("logit", call("sigmoid", x)), self.coordinate()),
            )
        )
        if self.random.random() < 0.4:
            tree = call(self.random.choice(("add", "mul", "sub", "div")), tree, self.grow(variables, 1))
        if self.random.random() < 0.15:
            tree = call(self.random.choice(PLAIN), tree)
        return tree, point | {x.text: there}

    def guarded(self, variables: Sequence[Tree], point: dict[str, float]) -> tuple[Tree, dict[str, float]]:
        """A function with a value put in where its formula has none."""
        x = self.random.choice(variables)
        quotient, limit = self.random.choice(
            (
                (call("sin", x) / x, 1),
                ((call("exp", x) - 1) / x, 1),
                ((num(1) - call("cos", x)) / x**2, num("0.5")),
                (call("log1p", x) / x, 1),
                (call("tanh", x) / x, 1),
                (x * call("log", x), 0),
                (x / call("sinh", x), 1),
                (call("exp", -num(1) / x**2), 0),
                (x**2 * call("sign", x), 0),
                (x / call("abs", x), 0),
                (call("erf", x) / x, num(2) / call("sqrt", const("pi"))),
                (x ** num("1.5"), 0),
                (call("atan", x) / x, 1),
            )
        )
        drawn = self.random.random()
        if drawn < 0.7:
            tree = call("where", call("eq", x, 0), limit, quotient)
        elif drawn < 0.85:
            tree = call("where", call("ne", x, 0), quotient, limit)
        else:
            tree = call("where", call("gt", call("abs", x), num("1e-3")), quotient, limit)
        if self.random.random() < 0.4:
            tree = call(self.random.choice(("add", "mul", "sub")), tree, self.grow(variables, 1))
        there = 0.0 if self.random.random() < 0.7 else self.random.choice((1e-5, 1e-300, 1e-3, 0.001, 0.5, 5e-324))
        return tree, point | {x.text: there}


def _dyadic(x: float) -> float:
    """A float near x that is exactly its shortest decimal."""
    if Fraction(repr(x)) == Fraction(x):
        return x
    rounded = round(x * 1024) / 1024 if abs(x) < 2**40 else 0.0
    return rounded if Fraction(repr(rounded)) == Fraction(rounded) else 0.0


def _literal_of(x: float) -> Tree:
    """A float as the literal that is exactly it: all of its decimals."""
    if x == 0:
        return num(0)
    shortest = repr(abs(x))
    exact = Fraction(abs(x))
    text = shortest if Fraction(shortest) == exact else _decimals(exact)
    return num(text if math.copysign(1, x) > 0 else f"-{text}")


def _decimals(x: Fraction) -> str:
    """A dyadic fraction in decimal, exactly."""
    places = x.denominator.bit_length() - 1
    figures = str(x.numerator * 5**places)
    return f"{figures}e-{places}"
