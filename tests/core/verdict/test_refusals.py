"""The verdict on each kind of refusal.

Covers also: words.
"""

from __future__ import annotations

import pytest
import torch
from verdicts import QUIET, exactly, on_refusal, refused, sided, value

from derivcheck.errors import UnsupportedError, UserFunctionError
from derivcheck.model import Kind, Mode, RefusalKind, Side, Status, Truth
from derivcheck.numbers import DType, Enclosure
from derivcheck.verdict.judging import judge
from derivcheck.verdict.refusals import RULES


def test_every_kind_has_its_rule() -> None:
    """The table knows each kind of refusal, and no other."""
    assert set(RefusalKind) == set(RULES)


def test_what_the_users_own_code_raises_is_an_error() -> None:
    """A crash is no verdict on a number; of our own sentence about a function the name of the class is left out."""
    crash, mine = on_refusal(value(1.0), RuntimeError("something")), on_refusal(value(1.0), UserFunctionError("bad"))
    assert (Status.ERROR, "RuntimeError: something") == (crash.status, crash.reason)
    assert (Status.ERROR, "bad") == (mine.status, mine.reason)


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        (value(1.0), Status.NONFINITE),
        (sided(-1.0, 1.0), Status.NONFINITE),
        (Truth(Kind.UNDEFINED, reason="a pole"), Status.UNDEFINED),
        (Truth(Kind.UNDECIDED, reason="not narrow"), Status.UNDECIDED),
    ],
)
def test_a_missing_derivative_is_no_crash(truth: Truth, expected: Status) -> None:
    """Where torch has no derivative formula at all although there is a derivative, autograd returned no number."""
    lacks = NotImplementedError("the derivative for 'igamma: input' is not implemented.")
    assert expected is on_refusal(truth, lacks).status


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        (value(1.0), Status.UNSTABLE),
        (Truth(Kind.UNDEFINED, reason="a division by 0"), Status.UNDEFINED),
        (Truth(Kind.UNDECIDED, reason="not narrow"), Status.UNDECIDED),
    ],
)
def test_a_singular_matrix_is_no_crash(truth: Truth, expected: Status) -> None:
    """Where the true number exists, rounding made the matrix singular."""
    with pytest.raises(RuntimeError) as raised:
        torch.linalg.inv(torch.ones(2, 2))
    assert isinstance(raised.value, RuntimeError)
    assert expected is on_refusal(truth, raised.value).status


def test_a_second_derivative_that_torch_lacks_is_no_crash() -> None:
    """There torch raises a RuntimeError, as for hardsigmoid."""
    lacks = RuntimeError("derivative for aten::hardsigmoid_backward is not implemented")
    assert Status.NONFINITE is on_refusal(value(0.0), lacks).status


def test_what_torch_does_not_have_is_skipped() -> None:
    """Bessel functions of the order 3 are not torch's: nothing was run that could be an error."""
    lacks = UnsupportedError("torch has besseli of the orders 0 and 1 only")
    assert Status.SKIPPED is on_refusal(value(0.2), lacks).status


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(Mode.FORWARD, Status.SKIPPED), (Mode.REVERSE_OVER_FORWARD, Status.SKIPPED), (Mode.REVERSE, Status.NONFINITE)],
)
def test_a_derivative_that_torch_stumbles_over_is_no_error_of_the_case(mode: Mode, expected: Status) -> None:
    """The tangent of ldexp is a float64 whatever the dtype, and lerp's formula refuses it."""
    stumbles = RuntimeError("expected dtype c10::BFloat16 for `end` but got dtype double")
    assert expected is on_refusal(value(-8.0), stumbles, mode, DType.BFLOAT16).status


@pytest.mark.parametrize(
    ("mode", "error", "expected"),
    [
        (Mode.REVERSE_OVER_FORWARD, RuntimeError("derivative for aten::x is not implemented"), Status.NONFINITE),
        (Mode.REVERSE_OVER_FORWARD, NotImplementedError("the derivative for 'x' is not implemented"), Status.NONFINITE),
        (Mode.REVERSE_OVER_FORWARD, NotImplementedError("Trying to use forward AD with x"), Status.SKIPPED),
        (Mode.FORWARD_OVER_REVERSE, NotImplementedError("Trying to use forward AD with x"), Status.SKIPPED),
        (Mode.REVERSE, NotImplementedError("the derivative for 'x' is not implemented"), Status.NONFINITE),
    ],
)
def test_only_the_lack_of_a_forward_mode_is_skipped(mode: Mode, error: Exception, expected: Status) -> None:
    """The last derivative of reverse-over-forward is taken backward: what is not there is a derivative that exists."""
    assert expected is on_refusal(value(2.0), error, mode).status


def test_a_kernel_that_torch_lacks_in_a_format_is_skipped() -> None:
    """torch.special.erfcx has no kernel for float16: nothing was computed that could be wrong."""
    lacks = NotImplementedError("\"erfcx_cpu\" not implemented for 'Half'")
    assert Status.SKIPPED is on_refusal(value(0.5), lacks, dtype=DType.FLOAT16).status


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (exactly(0.0), exactly(1.0), Status.NONFINITE),
        (Side.DOMAIN, Side.POSITIVE_INFINITY, Status.UNDEFINED),
        (Side.NEGATIVE_INFINITY, Side.POSITIVE_INFINITY, Status.UNDEFINED),
    ],
)
def test_a_missing_derivative_where_the_sides_are_infinite(
    left: Enclosure | Side, right: Enclosure | Side, expected: Status
) -> None:
    """Where torch has no derivative, a finite one is missed only where there is one; the words say which."""
    found = on_refusal(
        Truth(Kind.ONE_SIDED, left=left, right=right, reason="a kink"),
        RuntimeError("derivative for aten::hardsigmoid_backward is not implemented"),
    )
    assert expected is found.status
    assert ("between 0 on the left and 1 on the right" in (found.reason or "")) is (expected is Status.NONFINITE)


@pytest.mark.parametrize(
    "message",
    [
        "torch.compile with aot_autograd does not currently support double backward",
        "prelu: Type promoting not supported. Got Double and BFloat16",
        "Found dtype Double but expected BFloat16",
    ],
)
def test_what_torch_refuses_loudly_is_skipped(message: str) -> None:
    """A second derivative of compiled code, and a mixture of formats: torch says that it does not do it."""
    verdict = on_refusal(value(1.0), RuntimeError(message), Mode.COMPILE, DType.BFLOAT16)
    assert (Status.SKIPPED, f"torch refuses this: {message}") == (verdict.status, verdict.reason)


def test_a_formula_that_torch_refuses_is_not_run() -> None:
    """lerp(10, float_power(2, x), x) in bfloat16: the value mixes formats already, and there is no number to judge."""
    stumbles = RuntimeError("expected dtype c10::BFloat16 for `end` but got dtype double")
    gradient = refused(Mode.REVERSE, DType.BFLOAT16, stumbles)
    assert Status.SKIPPED is judge(value(-8.0), gradient, lambda: QUIET, value=gradient).status
