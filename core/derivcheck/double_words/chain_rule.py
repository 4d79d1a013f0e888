"""The derivatives of a value on a sheet by the variables, by the chain rule, from the value backwards.

The rules are those of eleven operations, and nothing here has seen a formula of SymPy: what SymPy gives is held against
these derivatives, which are enclosed as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from derivcheck.double_words.word_sheet import Operation, WordSheet
from derivcheck.errors import UnsupportedError

Flow = tuple[int, int]
"""To which place an adjoint flows, and the place of what it is multiplied by."""


def derivatives(sheet: WordSheet, root: int, variables: Sequence[int]) -> list[int]:
    """Append the steps of the derivatives of a value; their places.

    Args:
        sheet: the sheet.
        root: the place of the value.
        variables: those of the variables by which it is differentiated.

    Raises:
        UnsupportedError: where it does not depend on one of them, and for too many steps.
    """
    adjoints = {root: sheet.literal(1)}
    for place in reversed(sheet.needed([root])):
        if place not in adjoints:
            continue
        for target, partial in _flows(sheet, place):
            if sheet.varies[target]:
                term = sheet.product(adjoints[place], partial)
                adjoints[target] = sheet.sum(adjoints[target], term) if target in adjoints else term
    if not all(variable in adjoints for variable in variables):
        raise UnsupportedError("the value does not depend on a variable")
    return [adjoints[variable] for variable in variables]


def _flows(sheet: WordSheet, place: int) -> Sequence[Flow]:
    """How the adjoint of a step flows to its arguments: by the partial derivatives."""
    operation, args = sheet.steps[place]
    return _RULES[operation](sheet, place, *args)


def _of_sum(sheet: WordSheet, _: int, one: int, other: int) -> Sequence[Flow]:
    return (one, sheet.literal(1)), (other, sheet.literal(1))


def _of_difference(sheet: WordSheet, _: int, one: int, other: int) -> Sequence[Flow]:
    return (one, sheet.literal(1)), (other, sheet.literal(-1))


def _of_negative(sheet: WordSheet, _: int, number: int) -> Sequence[Flow]:
    return ((number, sheet.literal(-1)),)


def _of_product(sheet: WordSheet, _: int, one: int, other: int) -> Sequence[Flow]:
    if one == other:
        return ((one, sheet.product(sheet.literal(2), one)),)
    return (one, other), (other, one)


def _of_quotient(sheet: WordSheet, ratio: int, one: int, other: int) -> Sequence[Flow]:
    inverse = sheet.quotient(sheet.literal(1), other)
    return (one, inverse), (other, sheet.negative(sheet.product(ratio, inverse)))


def _of_root(sheet: WordSheet, root: int, number: int) -> Sequence[Flow]:
    return ((number, sheet.quotient(sheet.literal(Fraction(1, 2)), root)),)


def _of_exponential(_: WordSheet, power: int, number: int) -> Sequence[Flow]:
    return ((number, power),)


def _of_logarithm(sheet: WordSheet, _: int, number: int) -> Sequence[Flow]:
    return ((number, sheet.quotient(sheet.literal(1), number)),)


def _of_arc_tangent(sheet: WordSheet, _: int, number: int) -> Sequence[Flow]:
    square = sheet.product(number, number)
    return ((number, sheet.quotient(sheet.literal(1), sheet.sum(sheet.literal(1), square))),)


def _of_sine(sheet: WordSheet, _: int, both: int) -> Sequence[Flow]:
    (angle,) = sheet.arguments(both)
    return ((angle, sheet.cosine(angle)),)


def _of_cosine(sheet: WordSheet, _: int, both: int) -> Sequence[Flow]:
    (angle,) = sheet.arguments(both)
    return ((angle, sheet.negative(sheet.sine(angle))),)


_RULES: Mapping[Operation, Callable[..., Sequence[Flow]]] = {
    Operation.SUM: _of_sum,
    Operation.DIFFERENCE: _of_difference,
    Operation.NEGATIVE: _of_negative,
    Operation.PRODUCT: _of_product,
    Operation.QUOTIENT: _of_quotient,
    Operation.ROOT: _of_root,
    Operation.EXPONENTIAL: _of_exponential,
    Operation.LOGARITHM: _of_logarithm,
    Operation.ARC_TANGENT: _of_arc_tangent,
    Operation.SINE: _of_sine,
    Operation.COSINE: _of_cosine,
}
