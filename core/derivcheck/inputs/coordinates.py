"""Reads the coordinates of a point from their texts, and rounds them to the numbers that the dtype holds."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import arb

from derivcheck.balls.ball import Outside, dyadic, nearest_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import Program
from derivcheck.errors import InfinitePointError, NoNumberError, ParseError, PointError, Span
from derivcheck.graph.folding import rational_value
from derivcheck.language import table
from derivcheck.language.hints import instead_of_variable
from derivcheck.language.parse import parse
from derivcheck.language.tokens import decimal_value
from derivcheck.model import Coordinate, Point
from derivcheck.model.expression import CALL, Expression, NodeKind
from derivcheck.numbers import DType, Dyadic

_PRECISIONS = (128, 512, 2048, 8192)
_EXAMPLES = "values are numbers such as 2, -0.5, 1/3 or pi/4"
_NOT_FINITE = frozenset({"inf", "infinity", "oo", "nan"})


def read_point(texts: Mapping[str, str], dtype: DType) -> Point:
    """Read the point whose coordinates are written as constant expressions.

    Args:
        texts: each variable's value: an integer, a decimal, a fraction, a hex float, or a constant expression.
        dtype: the format that will hold it.

    Raises:
        PointError: for a value that is no number.
        InfinitePointError: for one that is infinite, or beyond the largest of the format.
    """
    return {name: read_coordinate(name, text, dtype) for name, text in texts.items()}


def read_coordinate(name: str, text: str, dtype: DType) -> Coordinate:
    """Read one coordinate, as typed and as the format holds it; errors as in `read_point`."""
    if not name.isidentifier():
        raise PointError(f"`{name}` is no name of a variable", hint="a point is written x=2,y=1/3")
    return read_number(name, text, dtype)


def read_number(name: str, text: str, dtype: DType) -> Coordinate:
    """Read a number whose name may be the address of an element, `x[1]`; errors as in `read_point`."""
    if text.strip().lower().lstrip("+-") in _NOT_FINITE:
        raise InfinitePointError(f"`{name}` = {text.strip()} is no number at which a function has a derivative")
    typed = decimal_value(text)
    if typed is None:
        expression = _constant(name, text)
        typed = rational_value(expression)
    exact = dtype.nearest(typed) if typed is not None else _nearest(name, expression, dtype)
    if exact is None:
        raise InfinitePointError(f"`{name}` = {text.strip()} is beyond the largest {dtype}")
    return Coordinate(text, typed, exact)


def typed_value(coordinate: Coordinate) -> Fraction | Program:
    """Return a coordinate as it was typed, before rounding: a rational number, or the program of a constant."""
    return compile_balls(parse(coordinate.text)) if coordinate.typed is None else coordinate.typed


def _constant(name: str, text: str) -> Expression:
    """Parse the text of a coordinate, which must be a constant expression."""
    if "[" in text:
        span = Span(text.index("["), text.index("[") + 1)
        raise _no_number(name, ParseError("it is an array, and a number is due here", text=text, span=span))
    try:
        expression = parse(text)
    except ParseError as error:
        raise _no_number(name, error) from error
    for position, node in enumerate(expression):
        if node.kind is NodeKind.VARIABLE:
            hint, span = instead_of_variable(node.name, ()), expression.span(position)
            raise _no_number(name, ParseError(f"it refers to `{node.name}`", text=text, span=span, hint=hint))
        if node.kind is CALL and not is_of_numbers(node.name):
            span = expression.span(position)
            hint = None if table.function(node.name) else "several values are written as a list, [1, 2, 3]"
            raise _no_number(name, ParseError(f"it holds {several(node.name)}", text=text, span=span, hint=hint))
    return expression


def is_of_numbers(name: str) -> bool:
    """Whether the function of a node is one of numbers, and no function of shapes and no list of several values."""
    row = table.function(name)
    return row is not None and not row.is_shaped


def several(name: str) -> str:
    """What a node is whose function is none of numbers, in words."""
    return "several values" if table.function(name) is None else f"`{name}`, which is no function of numbers"


def _no_number(name: str, error: ParseError) -> NoNumberError:
    message = f"the value of `{name}` is no number: {error.message}"
    return NoNumberError(message, text=error.text, span=error.span, hint=error.hint or _EXAMPLES)


def _nearest(name: str, expression: Expression, dtype: DType) -> Fraction | None:
    """Round an irrational constant to the format; None where it overflows."""
    return nearest_result(name, compile_balls(expression), {}, dtype, str(expression))


def nearest_result(
    name: str, program: Program, given: Mapping[str, Fraction], dtype: DType, written: str
) -> Fraction | None:
    """Round the result of a program to the format; None where it overflows.

    The result is enclosed ever more narrowly until both ends of the enclosure round to the same number.

    Args:
        name: whose value it is, for messages.
        program: what to compute.
        given: the values of its variables.
        dtype: the format.
        written: the program as it was written, for messages.

    Raises:
        PointError: where the result is no real number.
    """
    for bits in _PRECISIONS:
        with precision(bits):
            value = program.run({name: nearest_ball(number) for name, number in given.items()})
            if isinstance(value, Outside):
                raise PointError(f"the value of `{name}` is no real number: {value.reason}")
            if not value.is_finite():
                continue
            low, high = (_rounded(dyadic(arb(end).mid()), dtype) for end in (value.lower(), value.upper()))
        if low == high:
            return low
    message = f"the value of `{name}`, {written}, is no real number that {dtype} can hold"
    raise PointError(message, hint=_EXAMPLES)


def _rounded(number: Dyadic, dtype: DType) -> Fraction | None:
    """Round a dyadic number of any magnitude to the format; None where it overflows."""
    if number.is_moderate:
        return dtype.nearest(number.fraction())
    return None if number.magnitude > 0 else Fraction(0)
