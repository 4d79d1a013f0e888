"""The value of an Expression by way of complex numbers, on the principal branches of its functions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from flint import acb, arb

from derivcheck.balls.ball import Ball, Outside, nearest_ball
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.lookup import kernel
from derivcheck.graph.expansion import expand, walk
from derivcheck.language import table
from derivcheck.model.expression import Expression, Node

_Value = Any
"""An `acb`, an `Outside` where there is none, or of a condition True, False or None (undecided)."""


def complex_value(expression: Expression, place: Mapping[str, arb]) -> acb | Outside:
    """What an Expression gives in complex arithmetic, at the current precision.

    exp(2*acoth(x)) at 1/2 is -3: acoth(1/2) is complex, 0.549… - π/2·i, but its exponential is real. Where the
    arguments are real and the function has a real value, it is that one: lgamma(-1/2) is log|Γ(-1/2)|. Elsewhere it is
    the principal branch, on a cut that of SymPy. NumPy and torch differ for asin, acos and atanh beyond 1: there they
    take the other side of the cut.

    Args:
        expression: what to evaluate.
        place: the ball of each variable, a real one.

    Returns:
        A complex ball, not finite where it is too wide; Outside where a function on the way has no complex kernel.
    """
    value = _evaluate(expression, {name: acb(ball) for name, ball in place.items()})
    return value if isinstance(value, acb | Outside) else _UNKNOWN


_UNKNOWN = Outside("no complex number either")


def _evaluate(expression: Expression, names: Mapping[str, _Value]) -> _Value:
    return walk(expression, names, lambda node, args: _call(node.name, args) if args else _leaf(node))[-1]


def _leaf(node: Node) -> _Value:
    if node.value is not None:
        return acb(nearest_ball(node.value))
    if node.name in {"True", "False"}:
        return node.name == "True"
    row = table.constant(node.name)
    if row is not None and row.complex_number is not None:
        return acb(row.complex_number.real, row.complex_number.imag)
    if row is None or math.isnan(row.number):
        return _UNKNOWN
    return acb(kernel(row.ball)())


def _call(name: str, args: list[_Value]) -> _Value:
    row = table.function(name)
    if row is None:
        return _UNKNOWN
    if name == table.CHOICE and isinstance(args[0], bool):
        return args[1] if args[0] else args[2]
    if not row.branch and any(isinstance(arg, Outside) for arg in args):
        return _UNKNOWN
    if row.ball is not None and all(_is_real(arg) for arg in args):
        value = _real_call(row.ball, args)
        if value is None or isinstance(value, bool) or (isinstance(value, arb) and value.is_finite()):
            return acb(value) if isinstance(value, arb) else value
    if row.complex_ball is not None and all(isinstance(arg, acb) for arg in args):
        return acb(getattr(acb, row.complex_ball)(*args))
    if row.definition is None:
        return _UNKNOWN
    return expand(row, args, _evaluate)


def _real_call(name: str, args: list[_Value]) -> Ball:
    """A call whose arguments are all real: a comparison, abs, Max."""
    try:
        return kernel(name)(*(arg.real if isinstance(arg, acb) else arg for arg in args))
    except OutOfDomain as error:
        return Outside(error.reason, error.is_pole)


def _is_real(value: _Value) -> bool:
    return not isinstance(value, acb) or bool(value.imag.is_zero())
