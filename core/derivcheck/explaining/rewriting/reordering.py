"""Reordering: the numbers of a product multiplied together beforehand, and the powers of one base."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derivcheck.explaining.rewriting.books import GOLDBERG, HERBIE
from derivcheck.explaining.rewriting.composing import product_of
from derivcheck.explaining.rewriting.named_functions import DIV, MUL, POW, POWERS, PROD, PRODUCTS, RESHAPE, STACK
from derivcheck.explaining.rewriting.rule import Example, Rule
from derivcheck.explaining.rewriting.term_graph import Factor, Term, Terms, factors, power_of, powers_together
from derivcheck.language.static_sizes import LIST
from derivcheck.model.expression import CALL, TUPLE
from derivcheck.numbers import DType

NUMBERS_TOGETHER = Rule(
    "a*x*b",
    "(a*b)*x",
    "the numbers of the product are multiplied exactly, before they can overflow, underflow or be rounded",
    GOLDBERG,
    Example("1e30*x*1e30*1e-30*1e-30", "x=2", DType.FLOAT32),
    numbers=("a", "b"),
)
POWERS_TOGETHER = Rule(
    "x**a*x**b",
    "x**(a + b)",
    "the powers of one base are one power, without a root or a quotient that is infinite or rounded on the way",
    HERBIE,
    Example("sqrt(x)*sqrt(x)", "x=0"),
    "x > 0",
    numbers=("a", "b"),
    for_range=True,
)
REORDERINGS = (NUMBERS_TOGETHER, POWERS_TOGETHER)


def reordered(site: Term, terms: Terms) -> Iterator[tuple[Rule, Term]]:
    """A product in another order."""
    if site.kind is not CALL:
        return
    if site.name in {MUL, DIV, POW} or site.name in POWERS:
        number, parts = factors(site)
        together = powers_together(parts)
        is_nested = site.name not in PRODUCTS and power_of(site.args[0]) is not None
        if number and (together != parts or is_nested):
            yield POWERS_TOGETHER, product_of(terms, number, together)
        if parts and site.name in PRODUCTS and _count_numbers(site) > 1:
            yield NUMBERS_TOGETHER, _together(terms, number, parts)
    elif site.name == PROD:
        items = _items(site.args[0])
        if items and site.args[1].name == "None":
            number, parts = factors(_product(terms, items))
            if parts:
                yield NUMBERS_TOGETHER, _together(terms, number, parts)


def _together(terms: Terms, number: Fraction, parts: list[Factor]) -> Term:
    if number:
        return product_of(terms, number, parts)
    return terms.call(MUL, terms.plain(Fraction(0)), product_of(terms, Fraction(1), parts))


def _product(terms: Terms, items: list[Term]) -> Term:
    found = items[0]
    for item in items[1:]:
        found = terms.call(MUL, found, item)
    return found


def _items(term: Term) -> list[Term]:
    """The numbers in a list, or in a stack of them."""
    while term.kind is CALL and term.name in {RESHAPE, STACK, TUPLE} and term.args:
        if term.name == TUPLE:
            return list(term.args)
        term = term.args[0]
    if term.kind is CALL and term.name == LIST:
        return list(term.args)
    return []


def _count_numbers(site: Term) -> int:
    found, stack = 0, [site]
    while stack:
        term = stack.pop()
        if term.kind is CALL and term.name in PRODUCTS:
            stack.extend(term.args)
        elif term.number is not None:
            found += 1
    return found
