"""Composites written out into steps: they are what torch has, and each step knows what it is in the formula.

Covers also: formula_steps.
"""

from __future__ import annotations

import pytest
import torch

from derivcheck.language import table
from derivcheck.language.parse import parse
from derivcheck.own_functions.tensors.formula_steps import FormulaProgram, compile_formula
from derivcheck.own_functions.tensors.formula_sweep import Sweep, Tape
from derivcheck.own_functions.tensors.written_out import WRITTEN_OUT

EXAMPLES = {
    "softmax": "softmax(x, dim=1)",
    "log_softmax": "log_softmax(x, dim=1)",
    "var": "var(x, dim=(0, 1))",
    "std": "std(x, dim=0, correction=0)",
    "norm": "norm(x, dim=1)",
    "vector_norm": "vector_norm(x)",
    "layer_norm": "layer_norm(x, 4, w)",
    "rms_norm": "rms_norm(x, 4, w, eps=1e-3)",
    "batch_norm": "batch_norm(x, weight=w, training=True)",
    "instance_norm": "instance_norm(reshape(x, (1, 2, 6)))",
    "group_norm": "group_norm(x, 2, w)",
    "normalize": "normalize(x)",
    "cosine_similarity": "cosine_similarity(x, x**2)",
    "reduced_mse_loss": "mse_loss(x, 2*x**2, reduction='sum')",
    "cross_entropy": "cross_entropy(x, softmax(x**2, dim=1))",
    "outer": "outer(w, w**2)",
    "silu": "silu(x)",
    "scaled_dot_product_attention": "scaled_dot_product_attention(x, 2*x, x**2)",
}


def test_every_rule_has_an_example() -> None:
    """Each rule is that of a row, and each row with one has an example here."""
    rows = [row for row in (*table.FUNCTIONS, *table.SHAPED_FUNCTIONS) if row.written_out is not None]
    assert {row.name for row in rows} == set(EXAMPLES)
    assert {row.written_out for row in rows} == set(WRITTEN_OUT)


@pytest.mark.parametrize("name", EXAMPLES)
def test_composites_are_written_out_as_torch_has_them(name: str) -> None:
    """A composite written out has the value and the gradients that torch has of it."""
    expression = parse(EXAMPLES[name], ["x", "w"], has_shapes=True)
    draw = torch.Generator().manual_seed(1)
    known = {"x": torch.randn(3, 4, generator=draw).double(), "w": torch.randn(4, generator=draw).double()}
    found = []
    for written_out in (False, True):
        program = compile_formula(expression, written_out=written_out)
        assert any(step.function == name for step in program.steps) is not written_out or name == "outer"
        tape = Tape(program, [known[name] for name in program.variables])
        sweep = Sweep(tape, [torch.linspace(1, 2, one.numel()).double().reshape(one.shape) for one in tape.outputs])
        found.append([*tape.outputs, *sweep.gradients.values()])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)


def program_of(formula: str) -> FormulaProgram:
    """The steps of a formula over x and w."""
    return compile_formula(parse(formula, ["x", "w"], has_shapes=True), written_out=True)


@pytest.mark.parametrize(
    "formula",
    [
        "norm(x, p=3)",
        "batch_norm(x, w, w)",
        "normalize(x, p=1)",
        "cross_entropy(x, softmax(x, dim=1), label_smoothing=0.1)",
        "scaled_dot_product_attention(x, x, x, is_causal=True)",
    ],
)
def test_what_no_rule_knows_stays_one_step(formula: str) -> None:
    """Other arguments than those of the usual definition."""
    steps = program_of(formula).steps
    assert formula.partition("(")[0] in {step.function for step in steps}
    assert all(step.of != formula.partition("(")[0] for step in steps)


def test_a_part_of_a_composite_says_so() -> None:
    """The mean in a layer norm has no text of its own; the whole has that of the formula."""
    program = program_of("2*layer_norm(x, 4)")
    quoted = [step.quoted for step in program.steps]
    assert "the mean in `layer_norm(x, 4)`" in quoted
    assert quoted[-2:] == ["`layer_norm(x, 4)`", "`2*layer_norm(x, 4)`"]


def test_what_occurs_twice_is_computed_once() -> None:
    """A composite too, with the same arguments only."""
    once, twice, other = (
        len(program_of(formula).steps)
        for formula in ("var(x, dim=0)", "var(x, dim=0) + var(x, dim=0)", "var(x, dim=0) + var(x, dim=0, correction=0)")
    )
    assert twice == once + 1
    assert other > twice


def test_what_divides_is_told_from_what_multiplies() -> None:
    """None of what does both, or neither."""
    program = program_of("x*sum(w)/exp(w) + x/3 + 3*w")
    slots = {step.text: program.slot(index) for index, step in enumerate(program.steps)}
    assert program.is_divisor(slots["exp(w)"]) is True
    assert program.is_divisor(slots["sum(w)"]) is False
    assert program.is_divisor(slots["3"]) is None
    assert program.sources(slots["exp(w)"]) <= program.sources(slots["x*sum(w)/exp(w)"])
