"""Expressions as one sheet of steps on double words, each value computed once.

A function is written by the rule that its row names in the column `word`; a composite without one by its definition.
The rules are of this room alone. There are few operations, and all of them are analytic wherever they have a value, so
that what is computed from a tree is analytic at each point at which it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from fractions import Fraction

from flint import arb

from derivcheck.double_words import transcendental
from derivcheck.double_words.double_word import DoubleWord, Floats
from derivcheck.double_words.tabulated import constant, power_of_pi
from derivcheck.errors import UnsupportedError
from derivcheck.graph.expansion import expand, walk
from derivcheck.graph.folding import exact_result
from derivcheck.graph.reachability import reachable
from derivcheck.language import table
from derivcheck.model.expression import CALL, CONSTANT, NUMBER, Expression, Node

MAX_STEPS = 1_000
"""The longest sheet: at the points that are computed in one go a step takes some 50 µs, and its result 100 kB."""

_MOST_FACTORS = 64
"""Whole powers up to this one are products."""


class Operation(Enum):
    """What a step computes."""

    VARIABLE = auto()
    CONSTANT = auto()
    SUM = auto()
    DIFFERENCE = auto()
    NEGATIVE = auto()
    PRODUCT = auto()
    QUOTIENT = auto()
    ROOT = auto()
    EXPONENTIAL = auto()
    LOGARITHM = auto()
    ARC_TANGENT = auto()
    SINE_AND_COSINE = auto()
    SINE = auto()
    """Of a step that gives both."""
    COSINE = auto()


_KERNELS: Mapping[Operation, Callable[..., DoubleWord | tuple[DoubleWord, DoubleWord]]] = {
    Operation.SUM: DoubleWord.__add__,
    Operation.DIFFERENCE: DoubleWord.__sub__,
    Operation.NEGATIVE: DoubleWord.__neg__,
    Operation.PRODUCT: DoubleWord.__mul__,
    Operation.QUOTIENT: DoubleWord.__truediv__,
    Operation.ROOT: DoubleWord.sqrt,
    Operation.EXPONENTIAL: transcendental.exp,
    Operation.LOGARITHM: transcendental.log,
    Operation.ARC_TANGENT: transcendental.atan,
    Operation.SINE_AND_COSINE: transcendental.sine_and_cosine,
    Operation.SINE: lambda both: both[0],
    Operation.COSINE: lambda both: both[1],
}

Step = tuple[Operation, tuple[int, ...]]
"""An operation, and the places of its arguments."""


class WordSheet:
    """The steps, in an order in which each one's arguments come before it.

    Args:
        variables: the names of the variables.

    Attributes:
        steps: the steps; the variables are the first ones.
        varies: whether each depends on a variable.
        literals: the exact numbers among them, by place.
    """

    def __init__(self, variables: Sequence[str]) -> None:
        self.steps: list[Step] = [(Operation.VARIABLE, (index,)) for index in range(len(variables))]
        self.varies = [True] * len(variables)
        self.literals: dict[int, Fraction] = {}
        self._variables = {name: place for place, name in enumerate(variables)}
        self._constants: dict[int, DoubleWord] = {}
        self._known: dict[object, int] = {}
        self._expanded: list[str] = []

    # --- reading -------------------------------------------------------------------------------------------------

    def read(self, expression: Expression) -> int:
        """Append the steps of an Expression; the place of its value.

        Raises:
            UnsupportedError: where it calls a function without a rule here, and for more than `MAX_STEPS` steps.
        """
        return self._read(expression, self._variables)

    def _read(self, expression: Expression, variables: Mapping[str, int]) -> int:
        return walk(expression, variables, self._append)[-1]

    def _append(self, node: Node, args: list[int]) -> int:
        if node.kind is NUMBER and node.value is not None:
            return self.literal(node.value)
        if node.kind is CONSTANT:
            return self._named(node.name)
        row = table.function(node.name) if node.kind is CALL else None
        if row is None:
            raise UnsupportedError(f"`{node.name}` has no double words")
        exact = exact_result(row.name, [self.literals.get(arg) for arg in args])
        if isinstance(exact, Fraction):
            return self.literal(exact)
        if row.word is not None and len(args) == len(row.params):
            return RULES[row.word](self, *args)
        if row.definition is None or row.name in self._expanded:  # sinc(x) and sinc_unnormalized(x) define one another
            raise UnsupportedError(f"`{row.name}` has no double words")
        self._expanded.append(row.name)
        place = expand(row, args, self._read)
        self._expanded.pop()
        return place

    def _named(self, name: str) -> int:
        """The place of a named number."""
        row = table.constant(name)
        if row is None or row.power_of_pi is None:
            raise UnsupportedError(f"`{name}` has no double words")
        return self._constant(name, power_of_pi(row.power_of_pi))

    # --- writing -------------------------------------------------------------------------------------------------

    def literal(self, value: Fraction | int) -> int:
        """The place of an exact number."""
        place = self._constant(("literal", value), Fraction(value))
        self.literals[place] = Fraction(value)
        return place

    def _constant(self, key: object, number: arb | Fraction) -> int:
        place = self._put((Operation.CONSTANT, ()), key)
        if place not in self._constants:
            self._constants[place] = constant(number)
        return place

    def _put(self, step: Step, key: object) -> int:
        place = self._known.get(key)
        if place is None:
            place = self._known[key] = len(self.steps)
            self.steps.append(step)
            self.varies.append(any(self.varies[arg] for arg in step[1]))
            if place > MAX_STEPS:
                raise UnsupportedError(f"more than {MAX_STEPS:,} steps")
        return place

    def step(self, operation: Operation, *args: int) -> int:
        """The place of a step, which is appended unless it is there."""
        return self._put((operation, args), (operation, args))

    def sum(self, one: int, other: int) -> int:
        """x + y, or a difference where one of them is negative."""
        for term, rest in ((other, one), (one, other)):
            inner = self._inside_of_negative(term)
            if inner is not None:
                return self.step(Operation.DIFFERENCE, rest, inner)
        return self.step(Operation.SUM, *sorted((one, other)))

    def difference(self, one: int, other: int) -> int:
        """x - y."""
        return self.sum(one, self.negative(other))

    def negative(self, number: int) -> int:
        """-x."""
        if number in self.literals:
            return self.literal(-self.literals[number])
        inner = self._inside_of_negative(number)
        return self.step(Operation.NEGATIVE, number) if inner is None else inner

    def _inside_of_negative(self, number: int) -> int | None:
        """x, of -x."""
        operation, args = self.steps[number]
        return args[0] if operation is Operation.NEGATIVE else None

    def product(self, one: int, other: int) -> int:
        """x*y, with signs in front: SymPy and the user write the same thing differently."""
        for factor, rest in ((one, other), (other, one)):
            literal = self.literals.get(factor)
            if literal == 1:
                return rest
            inner = self.literal(-literal) if literal is not None and literal < 0 else self._inside_of_negative(factor)
            if inner is not None:
                return self.negative(self.product(inner, rest))
        return self.step(Operation.PRODUCT, *sorted((one, other)))

    def quotient(self, one: int, other: int) -> int:
        """x/y, of a literal y as a product."""
        divisor = self.literals.get(other)
        return self.product(one, self.literal(1 / divisor)) if divisor else self.step(Operation.QUOTIENT, one, other)

    def power(self, base: int, exponent: int) -> int:
        """x**y: products, roots, or by logarithms, where x > 0."""
        literal = self.literals.get(exponent)
        if literal is not None and literal.denominator == 1 and 0 < abs(literal) <= _MOST_FACTORS:
            return self._whole_power(base, int(literal))
        if literal is not None and literal.denominator == 2 and abs(literal) <= _MOST_FACTORS:
            return self._whole_power(self.root(base), literal.numerator)
        return self.exponential(self.product(exponent, self.logarithm(base)))

    def _whole_power(self, base: int, exponent: int) -> int:
        if exponent < 0:
            return self.quotient(self.literal(1), self._whole_power(base, -exponent))
        if exponent == 1:
            return base
        half = self._whole_power(base, exponent // 2)
        square = self.product(half, half)
        return square if exponent % 2 == 0 else self.product(square, base)

    def root(self, number: int) -> int:
        """sqrt(x)."""
        return self.step(Operation.ROOT, number)

    def exponential(self, number: int) -> int:
        """exp(x)."""
        return self.step(Operation.EXPONENTIAL, number)

    def logarithm(self, number: int) -> int:
        """log(x)."""
        return self.step(Operation.LOGARITHM, number)

    def arc_tangent(self, number: int) -> int:
        """atan(x)."""
        return self.step(Operation.ARC_TANGENT, number)

    def sine(self, angle: int) -> int:
        """sin(x)."""
        return self.step(Operation.SINE, self.step(Operation.SINE_AND_COSINE, angle))

    def cosine(self, angle: int) -> int:
        """cos(x)."""
        return self.step(Operation.COSINE, self.step(Operation.SINE_AND_COSINE, angle))

    def tangent(self, angle: int) -> int:
        """sin(x)/cos(x)."""
        return self.quotient(self.sine(angle), self.cosine(angle))

    def hyperbolic_sine(self, number: int) -> int:
        """(exp(x) - 1/exp(x))/2."""
        power = self.exponential(number)
        return self.product(self.literal(Fraction(1, 2)), self.difference(power, self._whole_power(power, -1)))

    def hyperbolic_cosine(self, number: int) -> int:
        """(exp(x) + 1/exp(x))/2."""
        power = self.exponential(number)
        return self.product(self.literal(Fraction(1, 2)), self.sum(power, self._whole_power(power, -1)))

    def hyperbolic_tangent(self, number: int) -> int:
        """(exp(2*x) - 1)/(exp(2*x) + 1)."""
        power, one = self.exponential(self.product(self.literal(2), number)), self.literal(1)
        return self.quotient(self.difference(power, one), self.sum(power, one))

    # --- running -------------------------------------------------------------------------------------------------

    def needed(self, roots: Sequence[int]) -> list[int]:
        """The places of the steps that some results need, in order; variables and constants are not among them."""
        return sorted(place for place in reachable(roots, self.arguments) if self.arguments(place))

    def arguments(self, place: int) -> tuple[int, ...]:
        """The places of a step's arguments; a variable and a constant have none."""
        operation, args = self.steps[place]
        return () if operation is Operation.VARIABLE else args

    def run(self, inputs: Sequence[Floats], roots: Sequence[int]) -> list[DoubleWord]:
        """The results, for numbers of each variable; the memory of what is not needed any more is free."""
        values: dict[int, DoubleWord | tuple[DoubleWord, DoubleWord]] = {**self._constants}
        values.update(enumerate(map(DoubleWord.exact, inputs)))
        order = self.needed(roots)
        last = {arg: place for place in order for arg in self.arguments(place)}
        for place in order:
            operation, args = self.steps[place]
            values[place] = _KERNELS[operation](*[values[arg] for arg in args])
            for arg in args:
                if last[arg] == place and arg not in roots:
                    values.pop(arg, None)
        return [value for root in roots if isinstance(value := values[root], DoubleWord)]


RULES: Mapping[str, Callable[..., int]] = {
    "sum": WordSheet.sum,
    "difference": WordSheet.difference,
    "negative": WordSheet.negative,
    "product": WordSheet.product,
    "quotient": WordSheet.quotient,
    "power": WordSheet.power,
    "root": WordSheet.root,
    "exponential": WordSheet.exponential,
    "logarithm": WordSheet.logarithm,
    "arc tangent": WordSheet.arc_tangent,
    "sine": WordSheet.sine,
    "cosine": WordSheet.cosine,
    "tangent": WordSheet.tangent,
    "hyperbolic sine": WordSheet.hyperbolic_sine,
    "hyperbolic cosine": WordSheet.hyperbolic_cosine,
    "hyperbolic tangent": WordSheet.hyperbolic_tangent,
}
"""What the column `word` of the function table names."""
