"""What rounding to float32 does: its sizes, and the constants of a formula that it changes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from derivcheck.errors import DerivcheckError
from derivcheck.language.functions import CONDITIONS
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.model import DType
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.evidence import Row
from derivcheck.own_functions.formula_parts import values_of

NARROW = 1e-10
"""A relative error above which a number is one of float32's, where it is no more than a rounding of these."""

ONE_OF_MANY = 1e-8
"""A relative error that some of a few numbers of float32 exceed."""

_NOWHERE = Row({}, (), 1.0, 0.0, 0.0, 0.0)


def is_float32_sized(rows: Sequence[Row]) -> bool:
    """Whether every error is of the size of one rounding to float32, and some are there."""
    return all(relative(row) <= 4 * DType.FLOAT32.unit_roundoff for row in rows) and any(
        relative(row) > NARROW for row in rows
    )


def may_be_narrow(subject: Subject, rows: Sequence[Row]) -> bool:
    """Whether float32 may be the reason of errors of its size.

    Of numbers that were computed in it, some are off by more than 1e-8. A constant that was rounded to it is off by
    less if it happens to be near one of its numbers, and then the formula has constants.
    """
    return any(relative(row) > ONE_OF_MANY for row in rows if row.true) or bool(constants(subject))


def constants(subject: Subject) -> list[float]:
    """The constants of the formula and of its derivatives that float32 does not hold."""
    sources = [subject.slope.expression.source]
    for wrt in subject.firsts:
        formula = subject.slope.formula(wrt)
        if not isinstance(formula, str) and formula.text is not None:
            sources.append(formula.text)
    found: dict[float, None] = {}
    for source in sources:
        try:
            expression = parse(source, frozenset(subject.args))
        except DerivcheckError:
            continue
        varies = expression.depends_on(frozenset(subject.args))
        for position, node in enumerate(expression):
            if not varies[position] and node.name not in CONDITIONS:
                number = values_of(subject, to_text(expression, position))(_NOWHERE)
                if math.isfinite(number) and number != float(torch.tensor(number, dtype=torch.float32)):
                    found.setdefault(number)
    return list(found)


def is_of_a_constant(subject: Subject, ratio: float) -> bool:
    """Whether a constant factor is what rounding a constant of the formula to float32 makes: of 1/3, 1 + 3e-8."""
    for constant in constants(subject):
        rounded = float(torch.tensor(constant, dtype=torch.float32)) / constant
        for power in (1, -1, 2, -2, 0.5, -0.5):
            if abs((ratio - 1) - (rounded**power - 1)) <= 1e-3 * abs(ratio - 1):
                return True
    return False


def relative(row: Row) -> float:
    """The relative error of a returned number; 0 and inf where 0 is due."""
    due = row.upstream * row.true
    return abs(row.returned / due - 1) if due else (0.0 if row.returned == 0 else math.inf)
