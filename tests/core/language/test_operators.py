"""The operators: each is read as its function, and printed as it is read."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from derivcheck.language.operators import BINARY, COMPARISON, PREFIX, PRINTED, Operator, signed_literal
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.language.table import FUNCTIONS, SHAPED_FUNCTIONS, Sort
from derivcheck.model.expression import CALL

ALL = [*BINARY.values(), *PREFIX.values()]


def applied(operator: Operator, *operands: str) -> str:
    """An operator between or before its operands, as the value or the condition of a choice."""
    text = (
        f"{operator.text} {operands[0]}" if operator.is_prefix else operator.text.join(f" {each} " for each in operands)
    )
    return f"where({text}, 1, 2)" if operator.row.result is Sort.BOOL else text


def operands(operator: Operator) -> list[str]:
    """As many as it takes, of the sort that it takes."""
    values = ["(x < 1)", "(y < 2)"] if operator.row.sort_of(0) is Sort.BOOL else ["x", "y"]
    return values[:1] if operator.is_prefix else values


@pytest.mark.parametrize("operator", ALL, ids=lambda operator: f"{operator.text} {operator.is_prefix}")
def test_an_operator_is_read_as_its_function(operator: Operator) -> None:
    """And as no other one; a plus before a number makes no node."""
    called = {node.name for node in parse(applied(operator, *operands(operator))) if node.kind is CALL}
    due = set() if operator.text == "+" and operator.is_prefix else {operator.row.name}
    assert due == called - {"where", "lt"} | (due & {"lt"})


def test_each_function_has_one_operator_that_is_printed() -> None:
    """But for what makes no node, every function that an operator stands for."""
    counts = Counter(operator.row.name for operator in ALL if operator.printed is not None)
    assert {1} == set(counts.values())
    assert {operator.row.name for operator in ALL} - set(counts) == {"positive"}
    assert set(PRINTED) == set(counts) <= {row.name for row in (*FUNCTIONS, *SHAPED_FUNCTIONS)}


@pytest.mark.parametrize("operator", PRINTED.values(), ids=lambda operator: operator.row.name)
@pytest.mark.parametrize("inner", PRINTED.values(), ids=lambda operator: operator.row.name)
def test_what_is_printed_is_read_as_the_same_tree(operator: Operator, inner: Operator) -> None:
    """Any operator within any other, on either side: brackets stand where they are needed."""
    is_condition = operator.row.sort_of(0) is Sort.BOOL
    if (inner.row.result is Sort.BOOL) != is_condition:
        return  # a condition is no number
    text = inner.text.join(operands(inner)) if not inner.is_prefix else f"{inner.text}{operands(inner)[0]}"
    for at in range(1 if operator.is_prefix else 2):
        args = operands(operator)
        args[at] = f"({text})"
        expression = parse(applied(operator, *args))
        again = parse(to_text(expression), expression.variables)
        assert [(node.name, node.args) for node in again] == [(node.name, node.args) for node in expression]


def test_comparisons_bind_alike() -> None:
    """As in Python, so that a chain of any of them is a chain."""
    comparisons = [operator for operator in BINARY.values() if operator.row.of_itself is not None]
    assert {COMPARISON} == {operator.precedence for operator in comparisons}
    assert 6 == len(comparisons)


@pytest.mark.parametrize(
    ("text", "value"), [("2.5", Fraction(5, 2)), ("--3", 3), ("-(0.5)", Fraction(-1, 2)), ("1/2", None), ("-x", None)]
)
def test_a_literal_may_have_signs(text: str, value: Fraction | int | None) -> None:
    """A quotient is no literal, and a variable has no value of its own."""
    expression = parse(text)
    assert value == signed_literal(expression, expression.root)
