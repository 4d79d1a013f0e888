"""Reading the rules: each pattern laid out for matching, and found by the functions that it needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from derivcheck.explaining.rewriting.named_functions import NEG, POW, POWERS, PRODUCTS, SUMS
from derivcheck.explaining.rewriting.patterns import Pattern, Sort, pattern_of
from derivcheck.explaining.rewriting.rule import Rule
from derivcheck.explaining.rewriting.rule_table import RULES
from derivcheck.explaining.rewriting.term_graph import Term, Terms
from derivcheck.language.parse import parse
from derivcheck.model.expression import CALL

SETTING_NAMES: Mapping[str, str] = {"-7": "d", "'k'": "k", "-6": "e"}
"""The plain values that stand for variables in a pattern, with the names of these."""

_SPELLED = (("dim=d", "dim=-7"), ("dim=e", "dim=-6"))

_OF_FACTORS = PRODUCTS | {NEG, POW} | POWERS.keys()
"""The functions whose result is a product of factors."""


class ReadRule(NamedTuple):
    """A rule whose sides are read.

    Attributes:
        rule: the rule.
        pattern: its pattern.
        replacement: what it is written as instead.
        calls: the functions without which the pattern does not occur.
    """

    rule: Rule
    pattern: Pattern
    replacement: Term
    calls: frozenset[str]


class Book:
    """All rules, found by the function at the top of a term.

    Attributes:
        by_call: the rules whose pattern is a call of this function.
        of_sums: those whose pattern is a sum.
        of_products: those whose pattern is a product, or a power.
    """

    def __init__(self, rules: Iterable[ReadRule]) -> None:
        self.by_call: dict[str, list[ReadRule]] = defaultdict(list)
        self.of_sums: list[ReadRule] = []
        self.of_products: list[ReadRule] = []
        for read in rules:
            sort = read.pattern.sort
            if sort is Sort.SUM:
                self.of_sums.append(read)
            elif sort is Sort.PRODUCT:
                self.of_products.append(read)
            else:
                self.by_call[read.pattern.name].append(read)

    def for_term(self, term: Term) -> list[ReadRule]:
        """The rules whose pattern may occur at a term."""
        if term.kind is not CALL:
            return []
        found = list(self.by_call.get(term.name, ()))
        if term.name in SUMS:
            found += self.of_sums
        elif term.name in _OF_FACTORS:
            found += self.of_products
        calls = term.calls
        return [read for read in found if read.calls <= calls]


def read_rules(rules: Iterable[Rule]) -> list[ReadRule]:
    """Rules with both of their sides read."""
    terms = Terms()
    return [_read_rule(rule, terms) for rule in rules]


def _read_rule(rule: Rule, terms: Terms) -> ReadRule:
    """A rule with both of its sides read."""
    pattern, replacement = [
        terms.read(parse(spelled(side), has_shapes=rule.is_shaped, strict=True))[-1]
        for side in (rule.pattern, rule.replacement)
    ]
    laid_out = pattern_of(pattern, SETTING_NAMES, rule.numbers)
    return ReadRule(rule, laid_out, replacement, frozenset(_calls(laid_out)))


def _calls(pattern: Pattern) -> Iterator[str]:
    """The functions of the calls in a pattern."""
    if pattern.sort is Sort.CALL:
        yield pattern.name
    for part in (*pattern.args, *(part for _, part in (*pattern.pieces, *pattern.factors))):
        yield from _calls(part)


def spelled(side: str) -> str:
    """A side of a rule as the language reads it."""
    for name, value in _SPELLED:
        side = side.replace(name, value)
    return side


@cache
def book() -> Book:
    """The book of all rules; it is read where it is first needed."""
    return Book(read_rules(RULES))
