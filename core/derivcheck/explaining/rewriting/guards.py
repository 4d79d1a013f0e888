"""Guards: where(c, f(x), g) with a safe number in the place of x wherever f is not taken.

torch differentiates both branches of `where` and multiplies what comes of the branch that is not taken by 0; 0 times
inf is nan. A safe argument in that branch keeps its derivative finite.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from derivcheck.explaining.rewriting.books import JAX_WHERE
from derivcheck.explaining.rewriting.named_functions import ADD, DIV, MUL, NEG, POSITIVE, POW, SUMS
from derivcheck.explaining.rewriting.rule import Example, Rule
from derivcheck.explaining.rewriting.term_graph import Term, Terms, ordered
from derivcheck.language import table
from derivcheck.model.expression import CALL, VARIABLE

GUARDED = (
    "in the branch that is not taken, torch multiplies an infinite derivative by 0; a safe argument keeps it finite"
)
"""Why a guard helps."""

GUARDS: tuple[tuple[Fraction, Rule, Rule], ...] = tuple(
    (
        Fraction(safe),
        Rule("where(c, f(x), g)", f"where(c, f(where(c, x, {safe})), g)", GUARDED, JAX_WHERE, taken),
        Rule("where(c, g, f(x))", f"where(c, g, f(where(c, {safe}, x)))", GUARDED, JAX_WHERE, other),
    )
    for safe, taken, other in (
        (
            "1",
            Example("where(x > 0, x*sqrt(x), x**2)", "x=0"),
            Example("where(x <= 0, x**2, x*sqrt(x))", "x=0"),
        ),
        (
            "0",
            Example("where(x < 1, (1 - x)*sqrt(1 - x), (x - 1)**2)", "x=1"),
            Example("where(x >= 1, (x - 1)**2, (1 - x)*sqrt(1 - x))", "x=1"),
        ),
        ("2", Example("where(x > 1, sqrt(x - 1), x)", "x=1/2"), Example("where(x <= 1, x, sqrt(x - 1))", "x=1/2")),
        (
            "1/2",
            Example("where(x < 1, sqrt(x*(1 - x)), x)", "x=3"),
            Example("where(x >= 1, x, sqrt(x*(1 - x)))", "x=3"),
        ),
    )
)
"""Safe numbers, with the rule for each branch, in the order in which they are tried."""

_TAME = SUMS | {MUL, NEG, POSITIVE}
_CHOICES = frozenset({table.CHOICE, table.CONDITIONAL})


class Guarded(NamedTuple):
    """A choice with a guard.

    Attributes:
        rule: the rule.
        choice: the choice, rewritten.
        probe: its branch with the safe number in the place of what is guarded: finite, and so is its derivative, where
            the number is safe indeed.
    """

    rule: Rule
    choice: Term
    probe: Term


def guarded(site: Term, terms: Terms) -> Iterator[Guarded]:
    """A choice with a guard in one of its branches."""
    if site.kind is not CALL or site.name not in _CHOICES:
        return
    condition = site.args[0]
    for number, first, second in GUARDS:
        safe = terms.plain(number)
        for branch, rule in ((1, first), (2, second)):
            for target in _targets(site.args[branch], condition):
                args = (condition, target, safe) if branch == 1 else (condition, safe, target)
                guard = terms.call(site.name, *args)
                new = list(site.args)
                new[branch] = terms.replaced(new[branch], target, guard)
                probe = terms.replaced(site.args[branch], target, _varying(safe, target, terms))
                yield Guarded(rule, terms.call(site.name, *new), probe)


def _varying(number: Term, target: Term, terms: Terms) -> Term:
    """A number as something that is differentiated: plus 0 times a variable."""
    variable = next(term for term in ordered([target]) if term.kind is VARIABLE and term.varies)
    return terms.call(ADD, number, terms.call(MUL, terms.plain(Fraction(0)), variable))


def _targets(branch: Term, condition: Term) -> list[Term]:
    """What a guard may stand around: a variable that the condition speaks of, and what a function may not like."""
    below = ordered([branch])
    inside = {part for term in below if term.kind is CALL and term.name in _CHOICES for part in ordered([term])}
    asked = {term for term in ordered([condition]) if term.kind is VARIABLE}
    found = [term for term in below if term.kind is VARIABLE and term in asked]
    for term in below:
        if term.kind is not CALL or term in inside:
            continue
        row = table.function(term.name)
        if row is None or row.is_shaped:
            continue
        if term.name == DIV:
            found.append(term.args[1])
        elif term.name == POW:
            found.append(term.args[0])
        elif term.name not in _TAME:
            found += [arg for arg in term.args if arg.kind in {CALL, VARIABLE}]
    return [term for term in dict.fromkeys(found) if term.varies and term not in inside]
