"""Candidates: everything that one rule makes of a term, anywhere in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from derivcheck.explaining.rewriting.composing import instantiated
from derivcheck.explaining.rewriting.guards import GUARDS, guarded
from derivcheck.explaining.rewriting.matching import matches
from derivcheck.explaining.rewriting.reading_rules import SETTING_NAMES, Book
from derivcheck.explaining.rewriting.reordering import REORDERINGS, reordered
from derivcheck.explaining.rewriting.rule import Rule
from derivcheck.explaining.rewriting.rule_table import RULES
from derivcheck.explaining.rewriting.term_graph import Term, Terms, ordered

ALL_RULES: tuple[Rule, ...] = (
    *RULES,
    *REORDERINGS,
    *[rule for _, first, second in GUARDS for rule in (first, second)],
)
"""The rules that have a pattern, and those that a function of their own applies."""


class Candidate(NamedTuple):
    """What a rule makes of a whole expression.

    Attributes:
        rule: the rule.
        root: the expression, rewritten.
    """

    rule: Rule
    root: Term


def candidates(root: Term, terms: Terms, rules: Book) -> Iterator[Candidate]:
    """What each rule makes of an expression, each once; the largest parts of it first."""
    seen = {root}
    for site in reversed(ordered([root])):
        for rule, new in _at(site, terms, rules):
            if new is site:
                continue
            whole = terms.replaced(root, site, new)
            if whole not in seen:
                seen.add(whole)
                yield Candidate(rule, whole)


def _at(site: Term, terms: Terms, rules: Book) -> Iterator[tuple[Rule, Term]]:
    """What each rule makes of one term."""
    if not site.varies:
        return
    for read in rules.for_term(site):
        for match in matches(read.pattern, site, terms):
            part = instantiated(terms, read.replacement, match.bound, SETTING_NAMES)
            yield read.rule, match.around.with_new(terms, part)
    yield from guarded(site, terms)
    yield from reordered(site, terms)
