"""The table of rules: each fires and helps at its example, and both of its sides are equal where its condition holds.

Covers also: algebraic_rules, books, candidates, exponential_rules, logarithm_rules, probability_rules, reading_rules,
rule, tensor_rules, trigonometric_rules.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.balls.ball import precision, to_ball
from derivcheck.balls.compiling import compile_balls
from derivcheck.checking.prepare import prepare
from derivcheck.checking.tensors.shaped_check import pose_shaped
from derivcheck.explaining.rewriting import books
from derivcheck.explaining.rewriting.candidates import ALL_RULES, candidates
from derivcheck.explaining.rewriting.finding import find_rewrites, trial_of
from derivcheck.explaining.rewriting.reading_rules import Book, read_rules
from derivcheck.explaining.rewriting.rule import Rule
from derivcheck.explaining.rewriting.rule_table import RULES
from derivcheck.explaining.rewriting.term_graph import Terms
from derivcheck.explaining.rewriting.writing import Writing
from derivcheck.inputs.assignments import split_assignments
from derivcheck.language.parse import parse
from derivcheck.language.shapes_used import first_of_shapes
from derivcheck.model import Case
from derivcheck.truth.runs import Runs
from derivcheck.truth.values import value_at

OF_NUMBERS = [rule for rule in RULES if not rule.is_shaped]
OF_SHAPES = [rule for rule in RULES if rule.is_shaped]


def name_of(rule: Rule) -> str:
    """How a test of a rule is called."""
    return rule.name


def test_the_table_is_large_and_says_where_its_rules_come_from() -> None:
    """More than 200 rules, each with a sentence and a source, and no two with one name."""
    sources = {value for name, value in vars(books).items() if name.isupper()}
    assert len(ALL_RULES) > 200
    assert {rule.source for rule in ALL_RULES} <= sources
    assert [] == [rule.name for rule in ALL_RULES if not rule.why]
    assert len({rule.name for rule in ALL_RULES}) == len(ALL_RULES)


@pytest.mark.parametrize("rule", ALL_RULES, ids=name_of)
def test_a_rule_fires_and_helps_at_its_example(rule: Rule) -> None:
    """What it makes of its example is the same function, and torch returns more digits of it."""
    example = rule.example
    case = Case(example.expression, (split_assignments(example.point),), dtype=example.dtype, wrt=example.wrt)
    trial = trial_of(prepare(case))
    before = trial.loss(example.expression)
    assert before is not None
    terms = Terms()
    made = terms.read(trial.expression)
    writing = Writing.of(trial.expression, made, terms)
    only = Book(read_rules([rule] if rule in RULES else []))
    helping = []
    for candidate in candidates(made[-1], terms, only):
        text = writing.text(candidate.root)
        loss = trial.loss(text)
        if candidate.rule is rule and loss is not None and loss.helps(before):
            helping.append(text)
            if trial.is_same(text) and trial.lasts(text):
                return
    raise AssertionError(f"nothing that helps is the same function: {helping}")


# --- both sides ------------------------------------------------------------------------------------------------------


def drawn(draw: random.Random) -> Fraction:
    """A number of a size that rules are about, with few bits."""
    size = draw.choice((Fraction(1), Fraction(3), Fraction(1, 4), Fraction(8)))
    return draw.choice((1, 1, -1)) * size * Fraction(draw.randint(1, 1024), 1024)


def value_of(text: str, point: Mapping[str, Fraction]) -> arb | None:
    """What an expression over numbers is at a point; None where it has no value."""
    if first_of_shapes(parse(text, frozenset(point))) is not None:
        return elements_of(text, {name: str(number) for name, number in point.items()})[0]
    value = value_at(Runs(compile_balls(parse(text, frozenset(point))), point))
    return value if isinstance(value, arb) and value.is_finite() else None


def compared(rule: Rule, draw: random.Random) -> bool:
    """Whether the condition of a rule about numbers held at a point that was drawn, and both sides had a value there.

    They are equal then, or an assertion fails.
    """
    names = parse(rule.pattern).variables
    point = {name: drawn(draw) for name in names}
    if rule.holds and value_of(f"where({rule.holds}, 1, 0)", point) != 1:
        return False
    left = value_of(rule.pattern, point)
    if left is None:
        return False
    right = value_of(rule.replacement, point)
    assert right is not None, f"{rule.name} has no right side at {point}"
    with precision(256):
        assert left.overlaps(right), f"{rule.name} at {point}: {left} and {right}"
    return True


def test_both_sides_of_each_rule_are_equal_where_it_holds() -> None:
    """At a point each, the first of those drawn at which its condition holds."""
    for rule in OF_NUMBERS:
        draw = random.Random(rule.name)
        assert any(compared(rule, draw) for _ in range(400)), rule.name


@settings(max_examples=200, deadline=None)
@given(rule=st.sampled_from(OF_NUMBERS), seed=st.integers(0, 2**32))
def test_both_sides_are_equal_at_any_point_where_the_rule_holds(rule: Rule, seed: int) -> None:
    """Wherever the left side has a value, the right side has the same."""
    compared(rule, random.Random(seed))


def elements_of(text: str, point: Mapping[str, str]) -> list[arb | None]:
    """What an expression over values with shapes is at a point, element by element."""
    check = pose_shaped(prepare(Case(text, (dict(point),))), point)
    truths = [check.truths.of_value.value(root) for root in range(check.requests[0].outputs)]
    return [None if truth.value is None else to_ball(truth.value) for truth in truths]


@pytest.mark.parametrize("rule", OF_SHAPES, ids=name_of)
def test_both_sides_of_a_rule_about_shapes_are_equal(rule: Rule) -> None:
    """At a point with random values, at which its condition holds."""
    draw = random.Random(rule.name)
    sides = []
    for side in (rule.pattern, rule.replacement):
        text = side.replace("dim=d", f"dim={rule.given.get('d', '0')}")
        sides.append(text.replace("[t]", f"[{rule.given.get('t', '0')}]"))
    for _ in range(40):
        point = {name: listed(shape, draw) for name, shape in rule.shapes.items()}
        if not rule.holds or set(elements_of(f"where({rule.holds}, 1, 0)", point)) == {arb(1)}:
            break
    left, right = (elements_of(side, point) for side in sides)
    with precision(256):
        assert len(left) == len(right)
        assert all(mine is not None and mine.overlaps(theirs) for mine, theirs in zip(left, right, strict=True))


def listed(shape: tuple[int, ...], draw: random.Random) -> str:
    """A list of random numbers, as it is typed."""
    if not shape:
        return str(draw.randint(1, 1000) / 1000)
    return f"[{', '.join(listed(shape[1:], draw) for _ in range(shape[0]))}]"


def test_a_rule_that_applies_at_several_places_is_one_step() -> None:
    """Three differences of exponentials need no three rules."""
    found = find_rewrites("e*(exp(3*e) - 1)/((exp(e) - 1)*(exp(2*e) - 1))", {"e": "1e-8"})
    assert "e*expm1(3*e)/(expm1(e)*expm1(2*e))" == found[0].expression
    assert "exp(x) - 1 → expm1(x)" == found[0].rule
