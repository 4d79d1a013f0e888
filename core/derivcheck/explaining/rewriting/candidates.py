"""Candidates: everything that one rule makes of a term, anywhere in it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from derivcheck.explaining.rewriting.composing import instantiated, rebuilt
from derivcheck.explaining.rewriting.guards import GUARDS, guarded
from derivcheck.explaining.rewriting.matching import matches
from derivcheck.explaining.rewriting.reading_rules import SETTING_NAMES, Book, ReadRule
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
        probe: of a guard what is finite, with its derivative, where its number is a safe one; None of other rules.
    """

    rule: Rule
    root: Term
    probe: Term | None = None


_MOST_PLACES = 8
"""At how many places one after the other a rule is used as one step."""


def candidates(root: Term, terms: Terms, rules: Book) -> Iterator[Candidate]:
    """What each rule makes of an expression, each once; the largest parts of it first.

    Where a rule applies at several places, what it makes of all of them is a candidate as well.
    """
    seen = {root}
    places = Counter[str]()
    known: dict[str, ReadRule] = {}
    for site in reversed(ordered([root])):
        if not site.varies:
            continue
        for read in rules.for_term(site):
            is_here = False
            for new in _made(read, site, terms):
                whole = terms.replaced(root, site, new, rebuilt)
                is_here = True
                if whole not in seen:
                    seen.add(whole)
                    yield Candidate(read.rule, whole)
            places[read.rule.name] += is_here
            known[read.rule.name] = read
        others = [Candidate(rule, new) for rule, new in reordered(site, terms)]
        for rule, new, probe in (*itertools.starmap(Candidate, guarded(site, terms)), *others):
            whole = terms.replaced(root, site, new, rebuilt)
            if whole not in seen:
                seen.add(whole)
                yield Candidate(rule, whole, probe)
    for name, number in places.items():
        if number > 1:
            whole = _everywhere(known[name], root, terms)
            if whole not in seen:
                seen.add(whole)
                yield Candidate(known[name].rule, whole)


def _made(read: ReadRule, site: Term, terms: Terms) -> list[Term]:
    """What a rule makes of one term, in each way in which its pattern occurs there; kept, since terms come again."""
    key = read.rule.name, site
    known = terms.made.get(key)
    if known is None:
        found: dict[Term, None] = {}
        for match in matches(read.pattern, site, terms):
            part = instantiated(terms, read.replacement, match.bound, SETTING_NAMES)
            found[match.around.with_new(terms, part)] = None
        known = terms.made[key] = [new for new in found if new is not site]
    return known


def _everywhere(read: ReadRule, root: Term, terms: Terms) -> Term:
    """What a rule makes of an expression wherever it applies, one place after the other."""
    only = Book([read])
    left = root
    for _ in range(_MOST_PLACES):
        for site in reversed(ordered([left])):
            new = next(iter(_made(read, site, terms)), None) if site.varies and only.for_term(site) else None
            if new is not None:
                left = terms.replaced(left, site, new, rebuilt)
                break
        else:
            break
    return left
