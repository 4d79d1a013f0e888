"""The subexpressions of a formula and of its derivatives, and their values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

from flint import arb

from derivcheck.balls.ball import exact_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.errors import DerivcheckError
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.language.table import CONDITIONS
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.evidence import Row

Guess = Callable[[Row], float]
"""What a mistake would make of a derivative; nan where it cannot be said."""


def source_of(subject: Subject) -> str:
    """The formula whose derivatives a function should have, as a text with numbers in the place of its constants."""
    return to_text(subject.slope.expression)


def list_parts(source: str, names: frozenset[str], *, constant: bool = False) -> Iterable[str]:
    """The subexpressions of a text that depend on a variable, or those that do not: its constants."""
    try:
        expression = parse(source, names, strict=True)
    except DerivcheckError:
        return
    for position, (node, varies) in enumerate(zip(expression.nodes, expression.varying, strict=True)):
        if varies is not constant and node.name not in CONDITIONS:
            yield to_text(expression, position)


def compile_part(subject: Subject, text: str) -> Guess:
    """A subexpression's value at the point of a row, computed once a point."""
    known: dict[tuple[Fraction, ...], float] = {}
    try:
        program = compile_balls(parse(text, frozenset(subject.args), strict=True))
    except DerivcheckError:
        return lambda _: math.nan

    def value(row: Row) -> float:
        key = tuple(coordinate.exact for coordinate in row.point.values())
        if key not in known:
            with precision(128):
                found = program.run({name: exact_ball(row.point[name].exact) for name in program.variables})
            known[key] = float(found.mid()) if isinstance(found, arb) and found.is_finite() else math.nan
        return known[key]

    return value
