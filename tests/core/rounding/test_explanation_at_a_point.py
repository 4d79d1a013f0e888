"""Which looks the verdicts at one point take: the later ones only where the first does not explain an error."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import compile_torch
from derivcheck.checking.point_check import Truths
from derivcheck.language.parse import parse
from derivcheck.model import Mode, Status, Verdict
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.explanation_at_a_point import Explanation


def judged(text: str, x: float) -> tuple[Verdict, bool]:
    """The verdict on torch's derivative by x, and whether a look after the first was taken for it."""
    point, setting = {"x": Fraction(x)}, TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    made = readings(text, frozenset("x"))
    program = compile_torch(parse(text, frozenset("x")))
    value, gradient = gradients(program, point, [(), ("x",)], setting)
    explanation = Explanation(program, made.expression, point, [(), ("x",)], setting)
    verdict = explanation.judge(("x",), Truths(made, point).find(("x",)).truth, gradient, value=value)
    return verdict, "_later_looks" in vars(explanation)


@pytest.mark.parametrize(
    ("text", "x", "status", "is_later"),
    [
        ("x**3", 0.7, Status.MATCH, False),  # within 4 ulps nobody looks
        ("exp(sin(30*x)**3)*cos(x)**50/(x + 1)**7", 1.3, Status.MATCH, False),
        ("(exp(x) - 1 - x)/x**2", 1e-5, Status.UNSTABLE, False),  # few digits are left, and the first look says why
        ("tan(exp(x))", 438, Status.UNSTABLE, True),
    ],
)
def test_later_looks_are_taken_where_the_first_does_not_explain_an_error(
    text: str, x: float, status: Status, *, is_later: bool
) -> None:
    """What is within 4 ulps takes none; most errors are explained by the first."""
    verdict, took_later = judged(text, x)
    assert (verdict.status, took_later) == (status, is_later), verdict
