"""The domain of a function as its user declares it: conditions over the arguments, and whether a point is inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from flint import arb

from derivcheck.balls.ball import Ball, exact_ball, nearest_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.estimates import Estimates
from derivcheck.balls.program import Program
from derivcheck.elements.lowering import lower
from derivcheck.errors import CaseError, DerivcheckError, ParseError, Span
from derivcheck.graph.building import Graph
from derivcheck.graph.reachability import extract_nodes
from derivcheck.language import table
from derivcheck.language.parse import parse
from derivcheck.language.table import Function
from derivcheck.model import Coordinate
from derivcheck.model.constants import Constants
from derivcheck.model.expression import CALL, NUMBER, VARIABLE, Expression, Node
from derivcheck.model.shaped_values import Shape, ShapedPoint, ShapedValue, exact_elements
from derivcheck.numbers import DType

_BITS = 192

_AROUND = 4
"""A point of ours is inside only where each point so many ulps around it is: the function may round its arguments."""

_EQUAL = 64
"""Two sides of `==` are equal where they differ by so many ulps of the larger of 1 and the right side at most.

Probabilities such as 0.2, 0.3 and 0.5 add up to 1 in mathematics, and to 1 + 2**-54 as the numbers that float64 has.
"""


@dataclass(frozen=True, slots=True)
class Domain:
    """Where a function is defined.

    Attributes:
        text: the conditions as they were declared.
        conditions: each as an Expression whose root is a comparison or another condition.
        programs: those that were compiled before, by format, shapes and the integers of the point.

    Example:
        >>> domain = read_domain("sigma > 0, abs(x) < 1", ("x", "sigma"))
        >>> half, two = (Coordinate(text, None, Fraction(text)) for text in ("1/2", "2"))
        >>> domain.contains(shaped({"x": half, "sigma": two}), DType.FLOAT64)
        True
        >>> domain.contains(shaped({"x": two, "sigma": two}), DType.FLOAT64)
        False
    """

    text: str
    conditions: tuple[Expression, ...]
    programs: dict[object, Program] = field(default_factory=dict, compare=False)

    def contains(self, point: ShapedPoint, dtype: DType) -> bool:
        """Whether a point that derivcheck chose lies inside; one at the edge, or too close to it, does not.

        Shapes that the conditions do not go together with are outside as well.
        """
        try:
            return all(value == 1 for value in self._evaluate(point, dtype, _AROUND))
        except DerivcheckError:
            return False

    def check(self, point: ShapedPoint, dtype: DType) -> None:
        """Raise a CaseError for a point of the user's that lies outside, for certain.

        A number that is typed as 0.1 lies within `x <= 0.1`, although the format's own number is larger.
        """
        if any(value == 0 for value in self._evaluate(point, dtype, 1)):
            at = ", ".join(f"{name} = {value.text}" for name, value in point.items())
            hint = "give a point inside, or another --domain"
            raise CaseError(f"the point {at} lies outside of the domain {self.text}", hint=hint)

    def programs_at(self, point: ShapedPoint, dtype: DType) -> list[Program]:
        """The conditions as ball programs over the addresses of a point; none where the shapes do not go together."""
        try:
            return list(self._compiled(point, exact_elements(point), dtype))
        except DerivcheckError:
            return []

    def _evaluate(self, point: ShapedPoint, dtype: DType, ulps: int) -> Iterator[Ball]:
        """What each condition is, 1 or 0, where the coordinates are balls of some ulps; neither where it is open."""
        exact = exact_elements(point)
        with precision(_BITS):
            for program in self._compiled(point, exact, dtype):
                slots = program.trace(
                    {name: _ball(exact[name], ulps * dtype.ulp(exact[name])) for name in program.variables}
                )
                yield from [slots[root] for root in program.roots]

    def _compiled(self, point: ShapedPoint, exact: Mapping[str, Fraction], dtype: DType) -> Iterator[Program]:
        for number, condition in enumerate(self.conditions):
            used = {name: point[name] for name in condition.variables}
            shapes = [
                (name, value.shape, tuple([one.exact for one in value.elements]) if value.is_integer else ())
                for name, value in used.items()
            ]
            key = number, dtype, tuple(shapes)
            program = self.programs.get(key)
            if program is None:
                estimates = _Counted(Estimates(exact))
                program = compile_balls(lower(_as_number(condition, dtype), used, estimates).elements)
                if not estimates.count:  # else pivots were chosen for this very point
                    self.programs[key] = program
            yield program


class _Counted:
    """Estimates that know whether they were asked for."""

    def __init__(self, estimates: Estimates) -> None:
        self.estimates, self.count = estimates, 0

    def __call__(self, graph: Graph, nodes: Sequence[int]) -> list[float]:
        self.count += 1
        return self.estimates(graph, nodes)


def _ball(value: Fraction, radius: Fraction) -> arb:
    return arb(exact_ball(value).mid(), nearest_ball(radius).abs_upper())


def shaped(point: Mapping[str, Coordinate]) -> ShapedPoint:
    """A point of numbers as one of values of the shape ()."""
    shape: Shape = ()
    return {name: ShapedValue(coordinate.text, shape, (coordinate,)) for name, coordinate in point.items()}


# --- what a formula implies ------------------------------------------------------------------------------------------


def implied_domain(formula: Expression) -> Domain | None:
    """The domain that a formula implies: in min(max(x, lo), hi) the low bound lies below the high one.

    A backward pass that gives the gradient to `lo` where x < lo is right, and is not what the formula's derivative is
    where `lo` is larger than `hi`. Nobody who did not say so asks it there.

    Returns:
        None where the formula has no clamp with bounds that vary.
    """
    varies = formula.varying
    conditions = []
    for node in formula.nodes:
        for low, high in _bounds(formula, node):
            if varies[low] or varies[high]:
                nodes, (first, second) = extract_nodes(formula.nodes, [low, high])
                nodes.append(Node(CALL, "lt", (first, second)))
                conditions.append(_expression(formula.source, nodes))
    return Domain("", tuple(conditions)) if conditions else None


def _bounds(formula: Expression, node: Node) -> Iterator[tuple[int, int]]:
    """The low and the high bound of a clamp, by their places."""
    if node.name in _CLAMPS:
        yield node.args[1], node.args[2]
    for outer, inner in ((_LEAST, _LARGEST), (_LARGEST, _LEAST)):
        if node.name in outer and len(node.args) == _TWO:
            for clamped, bound in (node.args, node.args[::-1]):
                within = formula.nodes[clamped]
                if within.name in inner and len(within.args) == _TWO:
                    other = within.args[-1]
                    yield (other, bound) if outer is _LEAST else (bound, other)
                    return


_TWO = 2


def _named(holds: Callable[[Function], bool]) -> frozenset[str]:
    return frozenset(row.name for row in table.FUNCTIONS if holds(row))


_CONJUNCTIONS = _named(lambda row: row.sign == "∧")
_EQUALITIES = _named(lambda row: row.sign == "=")
_LARGEST = _named(lambda row: row.kinks and row.at_infinity == "largest")
_LEAST = _named(lambda row: row.kinks and row.variadic) - _LARGEST
_CLAMPS = _named(lambda row: row.definition == "Min(Max(x, min), max)")


def _expression(source: str, nodes: Sequence[Node]) -> Expression:
    variables = tuple(dict.fromkeys(node.name for node in nodes if node.kind is VARIABLE))
    return Expression(source, tuple(nodes), variables)


# --- reading ---------------------------------------------------------------------------------------------------------


def read_domain(text: str, names: Sequence[str], constants: Constants = ()) -> Domain:
    """Read the conditions of a domain, joined by commas or `and`.

    Args:
        text: `sigma > 0, abs(x) < 1`; a condition on a tensor holds for each of its elements.
        names: the arguments.
        constants: the function's arguments that are no tensors.

    Raises:
        ParseError: for what is no condition over these.
    """
    conditions: list[Expression] = []
    for start, part in _split(text):
        before = "where("
        try:
            whole = parse(f"{before}{part}, 1, 0)", names, has_shapes=True, constants=constants, strict=True)
        except ParseError as error:
            first = min(max(error.span.start - len(before), 0) + start, len(text))
            last = min(max(error.span.end - len(before) + start, first), len(text))
            hint = error.hint or "a domain is written --domain 'sigma > 0, abs(x) < 1'"
            raise type(error)(error.message, text=text, span=Span(first, last), hint=hint) from None
        condition = whole.nodes[whole.root].args[0]
        conditions += [_part(whole, at) for at in _conjuncts(whole, condition)]
    if not conditions:
        raise CaseError("the domain has no condition", hint="a domain is written --domain 'sigma > 0, abs(x) < 1'")
    return Domain(text, tuple(conditions))


def _split(text: str) -> Iterator[tuple[int, str]]:
    """The parts between the commas that stand in no bracket, each with its place; blank ones are left out."""
    depth, start = 0, 0
    for at, sign in enumerate(f"{text},"):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and (not depth or at == len(text)):
            if text[start:at].strip():
                yield start, text[start:at]
            start = at + 1


def _conjuncts(whole: Expression, at: int) -> Iterator[int]:
    node = whole.nodes[at]
    if node.name in _CONJUNCTIONS:
        for arg in node.args:
            yield from _conjuncts(whole, arg)
    else:
        yield at


def _part(whole: Expression, at: int) -> Expression:
    nodes, _ = extract_nodes(whole.nodes, [at])
    return _expression(whole.source, nodes)


def _as_number(condition: Expression, dtype: DType) -> Expression:
    """An Expression that is 1 where a condition holds, else 0; `==` holds within rounding."""
    nodes = list(condition.nodes)

    def add(name: str, *args: int) -> int:
        nodes.append(Node(CALL, name, args))
        return len(nodes) - 1

    def number(value: Fraction) -> int:
        nodes.append(Node(NUMBER, str(value), (), value))
        return len(nodes) - 1

    root = condition.root
    if nodes[root].name in _EQUALITIES:
        left, right = nodes.pop().args
        room = add("mul", number(_EQUAL * dtype.ulp(Fraction(1))), add("Max", number(Fraction(1)), add("abs", right)))
        root = add("le", add("abs", add("sub", left, right)), room)
    add("where", root, number(Fraction(1)), number(Fraction(0)))
    return Expression(condition.source, tuple(nodes), condition.variables)
