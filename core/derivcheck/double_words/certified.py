"""The floats nearest to a value and its derivatives at many points, where bounds prove which these are.

A derivative is proven by two enclosures: of SymPy's formula, and of what the chain rule makes of the value itself. Both
have to be so narrow that a difference of 2**-70 shows, and they have to overlap. Whatever is computed here is analytic
at the point, so that the derivative exists, and the chain rule gives it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from derivcheck.double_words.chain_rule import derivatives
from derivcheck.double_words.double_word import Conditions, DoubleWord, Floats
from derivcheck.double_words.word_sheet import WordSheet
from derivcheck.model.expression import Expression

NARROW = 2.0**-72
"""The relative error of a number that counts as known."""

_MORE = 1 + 2.0**-20
"""Above the roundings of what is compared."""


class CertifiedFloats:
    """The value and derivatives of an expression on one sheet.

    Args:
        value: the expression.
        formulas: SymPy's derivatives.
        by: the variables that they are by.

    Raises:
        UnsupportedError: where a function has no double words, or there are too many steps.
    """

    def __init__(self, value: Expression, formulas: Sequence[Expression], by: Sequence[str]) -> None:
        self._sheet = WordSheet(value.variables)
        root = self._sheet.read(value)
        read = [self._sheet.read(formula) for formula in formulas]
        ruled = derivatives(self._sheet, root, [value.variables.index(name) for name in by])
        self._roots = [root, *read, *ruled]

    def at(self, columns: Sequence[Floats]) -> Floats:
        """The floats, a row for each point; a row of nan where one of them is not proven.

        Args:
            columns: the numbers of each variable, in the order of the expression's.
        """
        with np.errstate(all="ignore"):
            value, *found = self._sheet.run(columns, self._roots)
            formulas, ruled = found[: len(found) // 2], found[len(found) // 2 :]
            known = _are_nearest(value)
            for formula, other in zip(formulas, ruled, strict=True):
                known = known & _are_nearest(formula) & _agree(formula, other)
            rows = [np.where(known, number.high, np.nan) for number in (value, *formulas)]
        return np.stack(rows, axis=1)


def _are_nearest(number: DoubleWord) -> Conditions:
    """Where the float nearest to the exact number is `high`: nothing within the bound is half a gap away.

    The gap below a float is never the larger one.
    """
    gap = number.size - np.nextafter(number.size, 0)
    reach = np.abs(number.low) + number.bound * number.size
    return (number.bound <= NARROW) & (reach * _MORE < gap / 2)


def _agree(one: DoubleWord, other: DoubleWord) -> Conditions:
    """Where two enclosures overlap, and both are narrow."""
    apart = np.abs((one.high - other.high) + (one.low - other.low))
    reach = one.bound * one.size + other.bound * other.size
    return (other.bound <= NARROW) & (apart <= reach * _MORE)
