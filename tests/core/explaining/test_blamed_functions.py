"""Tests of whom an explanation blames in functions as people write them: those of expressions/custom_functions.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from derivcheck.autograd.user_functions import load_own
from derivcheck.explaining.explained_code import explain_code
from derivcheck.model import Case, Checklist, OwnFunction, Result, Severity
from derivcheck.model.explanation import BlameKind
from derivcheck.own_functions.checking import check_items
from derivcheck.own_functions.chosen import chosen_items
from derivcheck.own_functions.manners import manner_of
from derivcheck.own_functions.preparing import prepare

FOLDER = Path(__file__).resolve().parents[3] / "expressions"
FUNCTIONS = {
    name: declared
    for name, declared in tomllib.loads((FOLDER / "custom_functions.toml").read_text("utf-8"))["functions"].items()
    if "at" in declared
}
WRONG = {name: declared for name, declared in FUNCTIONS.items() if "expect" in declared}
RIGHT = {name: declared for name, declared in FUNCTIONS.items() if "expect" not in declared}

WITHOUT_NUMBERS = {"leaky_exp": "memory", "greedy": "in-place", "reversal_never_called": "no torch.autograd.Function"}
"""Functions that return the right numbers where they are called once, and what is said of them instead."""

TERMS = {
    "swish_without_term": "the term x*exp(-x)/(1 + exp(-x))**2 is missing",
    "sine_of_square": "the factor 2*x is missing",
    "diagonal_softmax": "only the diagonal of the Jacobian",
}
"""The mistake that the check list names."""


def case_of(name: str, declared: dict[str, Any]) -> Case:
    """The check list of a function; a right one is run through the items of the first derivative."""
    own = OwnFunction(
        name,
        tuple(declared.get("args", ())),
        declared["formula"],
        f"{FOLDER / declared['torch']}",
        surrogate=declared.get("surrogate"),
        constants=tuple(declared.get("const", {}).items()),
    )
    point = {variable: str(value) for variable, value in declared["at"].items()}
    only = tuple(declared["only"]) if "expect" in declared else ("forward", "backward")
    return Case(declared["formula"], (point,), functions=(own,), checklist=Checklist(only=only))


def items_of(case: Case) -> tuple[Result, ...]:
    """What the items of a check list find."""
    assert case.checklist is not None
    manner = manner_of(prepare(case, load_own(case.functions[0])))
    assert manner.look() is None
    items = chosen_items(case.checklist, elementwise=manner.subject.is_elementwise)
    return tuple(check_items(manner.subject, case.checklist, items))


@pytest.mark.parametrize("name", WRONG)
def test_the_backward_pass_of_a_wrong_function_is_blamed(name: str) -> None:
    """With the element, what it returned and what is exact, and with the mistake where the list names it."""
    case = case_of(name, WRONG[name])
    explanation = explain_code(case, results=items_of(case))
    blame = explanation.blame
    assert blame is not None
    assert BlameKind.BACKWARD is blame.kind
    if name in WITHOUT_NUMBERS:
        assert WITHOUT_NUMBERS[name] in blame.sentence
    else:
        assert explanation.tape[blame.tensor].is_own
        assert None not in (blame.returned, blame.exact)
    assert TERMS.get(name, "") in blame.sentence


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_function_is_blamed_for_nothing(name: str) -> None:
    """Estimators with a gradient of their own among them: that is declared."""
    case = case_of(name, RIGHT[name])
    results = items_of(case)
    assert Severity.PASS is max((result.status.severity for result in results), key=lambda severity: severity.rank)
    assert explain_code(case, results=results).blame is None
