"""The columns that the diagnosis of functions of tensors reads: each is held against torch.

Covers also: own_functions.tensors.alterations_of_numbers, own_functions.tensors.altered_formulas,
own_functions.tensors.altered_steps, own_functions.tensors.formula_sweep.
"""

from __future__ import annotations

from operator import attrgetter

import pytest
import torch
from torch import Tensor

from derivcheck.language.parse import parse
from derivcheck.language.table import FUNCTIONS, Function, Sort
from derivcheck.own_functions.tensors.alterations_of_numbers import OF_NUMBERS
from derivcheck.own_functions.tensors.altered_formulas import list_altered_formulas
from derivcheck.own_functions.tensors.altered_steps import alterations_of, change_of
from derivcheck.own_functions.tensors.formula_steps import compile_formula
from derivcheck.own_functions.tensors.formula_sweep import Sweep, Tape
from derivcheck.own_functions.tensors.step_at import StepAt

by_name = attrgetter("name")
POINTS = torch.tensor([-7.25, -2.5, -0.75, -0.375, 0.625, 1.375, 3.5, 8.125], dtype=torch.float64)


def claiming(column: str) -> list[Function]:
    """The rows that have something in a column."""
    return [row for row in FUNCTIONS if getattr(row, column)]


def slopes(row: Function) -> list[Tensor]:
    """The derivative by each argument that is a number, at points of every order of size."""
    tensors = [POINTS.roll(at * 3).clone().requires_grad_() for at in range(len(row.params))]
    texts = [f"{name} > 0" if row.sort_of(at) is Sort.BOOL else name for at, name in enumerate("xyz")]
    texts = [text for text, _ in zip(texts, row.params, strict=False)]
    for name in row.constant_params:
        texts[row.params.index(name)] = "1"
    expression = parse(f"{row.name}({', '.join(texts)})", ["x", "y", "z"], has_shapes=True)
    tape = Tape(compile_formula(expression, written_out=False), [tensors["xyz".index(v)] for v in expression.variables])
    return list(Sweep(tape, [torch.ones_like(POINTS)]).gradients.values())


@pytest.mark.parametrize("row", claiming("selects"), ids=by_name)
def test_what_selects_has_masks_as_derivatives(row: Function) -> None:
    """Each derivative is 0 or 1 wherever there is one, and both occur."""
    found = torch.cat(slopes(row))
    assert set(found.tolist()) == {0.0, 1.0}


def test_what_does_not_select_has_other_derivatives_somewhere() -> None:
    """Of all functions of one number those whose derivatives are masks say so; only softshrink's value is another."""
    masks = set()
    for row in FUNCTIONS:
        if row.torch and len(row.params) == 1 and row.result is Sort.REAL and row.sort_of(0) is Sort.REAL:
            found = set(torch.cat(slopes(row)).tolist())
            masks |= {row.name} if found == {0.0, 1.0} else set()
    assert masks == {"softshrink"} | {row.name for row in claiming("selects") if len(row.params) == 1}


@pytest.mark.parametrize("row", claiming("left_out"), ids=by_name)
def test_what_is_left_out_leaves_an_argument(row: Function) -> None:
    """Each altered formula has the value of one of the arguments."""
    call = f"{row.name}({', '.join('xy'[: len(row.params)])})"
    program = compile_formula(parse(call, ["x", "y"], has_shapes=True), written_out=True)
    values = [POINTS.abs(), POINTS.abs() + 1][: len(row.params)]
    tape = Tape(program, values)
    altered = list(list_altered_formulas(program))
    assert altered
    for one in altered:
        (found,) = one.tape(tape).outputs
        assert any(torch.equal(found, value) for value in values), one.words


def test_every_rule_of_mistakes_is_that_of_one_row() -> None:
    """No rule is without a function, and no two functions share one."""
    rules = [row.mistakes for row in claiming("mistakes")]
    assert sorted(rules, key=str) == sorted({rule for rule, _ in OF_NUMBERS})


@pytest.mark.parametrize("row", claiming("mistakes"), ids=by_name)
def test_a_mistake_is_no_right_derivative(row: Function) -> None:
    """At a point without symmetries each mistake gives another gradient than the true one."""
    call = f"{row.name}({', '.join('xy'[: len(row.params)])})"
    expression = parse(call, ["x", "y"], has_shapes=True)
    values = [torch.tensor([0.3125, 1.625, 2.75]), torch.tensor([1.4375, 0.6875, 3.25])]
    tape = Tape(compile_formula(expression, written_out=True), [one.double() for one in values[: len(row.params)]])
    sweep = Sweep(tape, [torch.tensor([1.125, -0.4375, 2.25]).double()])
    own = {one.words for (rule, _), alterations in OF_NUMBERS.items() if rule == row.mistakes for one in alterations}
    tried = set()
    for index, at in sweep.edges():
        step = StepAt(sweep, index, at)
        for alteration in alterations_of(step):
            change = change_of(step, alteration)
            if alteration.words in own and change is not None:
                tried.add(alteration.words)
                assert any(float(one.abs().max()) > 1e-6 for one in change.values()), alteration.words
    assert tried == own
