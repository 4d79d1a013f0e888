"""Points: the text of a coordinate, and the exact number that a tensor of the dtype holds for it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import arb

from derivcheck.balls import Outside, compile_balls, dyadic, precision
from derivcheck.errors import InfinitePointError, ParseError, PointError
from derivcheck.model import Coordinate, DType, Point
from derivcheck.parse import parse
from derivcheck.tree import Expression, NodeKind

_PRECISIONS = (128, 512, 2048, 8192)
_NOT_FINITE = frozenset({"inf", "infinity", "oo", "nan"})


def read_point(texts: Mapping[str, str], dtype: DType) -> Point:
    """The point whose coordinates are written as constant expressions.

    Args:
        texts: each variable's value: an integer, a decimal, a fraction, a hex float, or a constant expression.
        dtype: the format that will hold it.

    Raises:
        PointError: for a value that is no number.
        InfinitePointError: for one that is infinite, or beyond the largest of the format.
    """
    return {name: read_coordinate(name, text, dtype) for name, text in texts.items()}


def read_coordinate(name: str, text: str, dtype: DType) -> Coordinate:
    """One coordinate, as typed and as the format holds it; errors as in `read_point`."""
    if not name.isidentifier():
        raise PointError(f"`{name}` is no name of a variable", hint="a point is written x=2,y=1/3")
    if text.strip().lower().lstrip("+-") in _NOT_FINITE:
        raise InfinitePointError(f"`{name}` = {text.strip()} is no number at which a function has a derivative")
    try:
        expression = parse(text, frozenset())
    except ParseError as error:
        caret = error.caret().replace("\n", "\n    ")
        message = f"the value of `{name}` is no number: {error.message}\n    {caret}"
        raise PointError(message, hint=error.hint or "values are numbers such as 2, -0.5, 1/3 or pi/4") from error
    typed = rational_value(expression)
    exact = _nearest(expression, dtype) if typed is None else dtype.nearest(typed)
    if exact is None and typed is not None:
        raise InfinitePointError(f"`{name}` = {text.strip()} is beyond the largest {dtype}")
    if exact is None:
        raise PointError(f"the value of `{name}`, {text.strip()}, is no real number that {dtype} can hold")
    return Coordinate(text, typed, exact)


def rational_value(expression: Expression) -> Fraction | None:
    """The value of a constant made of literals and +, -, *, / and integer powers; None for any other."""
    values: list[Fraction | None] = []
    for node in expression:
        if node.kind is NodeKind.NUMBER:
            values.append(node.value)
            continue
        args = [values[arg] for arg in node.args]
        known = [arg for arg in args if arg is not None]
        if node.kind is not NodeKind.CALL or len(known) < len(args):
            values.append(None)
        else:
            values.append(_arithmetic(node.name, known))
    return values[-1]


def _arithmetic(name: str, args: list[Fraction]) -> Fraction | None:
    """One operation on exact numbers; the parser has bounded the size of what comes out."""
    match name, args:
        case "add", [x, y]:
            return x + y
        case "sub", [x, y]:
            return x - y
        case "mul", [x, y]:
            return x * y
        case "div", [x, y] if y != 0:
            return x / y
        case "neg", [x]:
            return -x
        case "pow", [x, y] if y.denominator == 1 and (x != 0 or y >= 0):
            return Fraction(x ** int(y))
    return None


def _nearest(expression: Expression, dtype: DType) -> Fraction | None:
    """An irrational constant rounded to the format: enclosed until both ends of the enclosure round alike."""
    program = compile_balls(expression)
    for bits in _PRECISIONS:
        with precision(bits):
            value = program.run({})
            if isinstance(value, Outside) or not value.is_finite():
                return None
            ends = [dyadic(end) for end in (arb(value.lower()).mid(), arb(value.upper()).mid())]
            if not all(end.is_moderate for end in ends):
                return None
            rounded = [dtype.nearest(end.fraction()) for end in ends]
        if rounded[0] == rounded[1]:
            return rounded[0]
    return None
