"""Tests of who is blamed, on hand-made tapes: one for each kind of blame, and right ones for which nobody is.

Covers also: amplification, blame_words, cut_edges, failed_items, first_infinity, missing_derivatives, numbers_of_tape,
operation_traits, outside_domain, rows_of_tape, wrong_passes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hand_made_tapes import HandMadeTape
from results import kink, row

from derivcheck.explaining.blaming.find_blame import UNKNOWN, find_blame
from derivcheck.model import Gradient, Mode, Refusal, RefusalKind, Result, Status
from derivcheck.model.explanation import BlameKind, TapeTensor
from derivcheck.numbers import DType

Tape = tuple[TapeTensor, ...]
nan, inf = math.nan, math.inf


def own_backward_pass() -> Tape:
    """The notebook's SQ, which forgets its upstream gradient, in `3*sq(x)` at 2."""
    tape = HandMadeTape("3*sq(x)")
    x = tape.given("x", 2.0, tape.numbers(4.0, 12))
    sq = tape.put(
        "SQ",
        [x],
        tape.numbers(4.0, 4),
        text="sq(x)",
        adjoint=tape.numbers(3.0, 3),
        returned=[tape.numbers(4.0, 12)],
        grad_fn="SQBackward",
        is_own=True,
    )
    tape.put(
        "mul",
        [sq],
        tape.numbers(12.0, 12),
        text="3*sq(x)",
        adjoint=tape.numbers(1.0, 1),
        returned=[tape.numbers(3.0, 3)],
    )
    return tape.finished()


def own_forward_pass() -> Tape:
    """A Function whose forward pass forgets a factor."""
    tape = HandMadeTape("double(x)")
    x = tape.given("x", 2.0, tape.numbers(2.0, 2))
    tape.put("Double", [x], tape.numbers(2.0, 4), text="double(x)", adjoint=tape.numbers(1.0, 1), is_own=True)
    return tape.finished()


def kernel_of_torch() -> Tape:
    """The backward pass of sinc near 0, where it cancels (torch 2.13; jax-ml/jax#35305)."""
    tape = HandMadeTape("sinc(x)")
    x = tape.given("x", 1e-6, tape.numbers(-3.2898905625422018e-06, "-3.2898681336932057544e-6"))
    tape.put(
        "sinc",
        [x],
        tape.numbers(0.9999999999983551, "0.99999999999835506593"),
        text="sinc(x)",
        adjoint=tape.numbers(1.0, 1),
        returned=[tape.numbers(-3.2898905625422018e-06, "-3.2898681336932057544e-6")],
    )
    return tape.finished()


def cancellation() -> Tape:
    """`1 - c` at x = 1e-5, where c = cos(x)."""
    tape = HandMadeTape("1 - cos(x)")
    x = tape.given("x", 1e-5, tape.numbers(9.999999999833334e-06, "9.99999999983333333e-6"))
    c = tape.put("cos", [x], tape.numbers(0.99999999995, "0.999999999950000000000416666666"), text="cos(x)")
    one = tape.given("", 1.0, requires_grad=False)
    due = 1 - 0.99999999995  # exact in float64
    tape.put("sub", [one, c], tape.numbers(due, "4.9999999999583333e-11", due), text="1 - cos(x)")
    return tape.finished()


def gradients_that_cancel() -> Tape:
    """`f(x) - g(x)`, of which both have nearly the same derivative."""
    tape = HandMadeTape("f(x) - g(x)")
    x = tape.given("x", 1.0, tape.numbers(1.1102230246251565e-15, "1.0e-15", 1.1102230246251565e-15))
    f = tape.put(
        "f",
        [x],
        tape.numbers(2.0, 2),
        text="f(x)",
        adjoint=tape.numbers(1.0, 1),
        returned=[tape.numbers(1.0000000000000011, "1.000000000000001")],
    )
    g = tape.put(
        "g", [x], tape.numbers(3.0, 3), text="g(x)", adjoint=tape.numbers(-1.0, -1), returned=[tape.numbers(-1.0, -1)]
    )
    tape.put(
        "sub",
        [f, g],
        tape.numbers(-1.0, -1),
        adjoint=tape.numbers(1.0, 1),
        returned=[tape.numbers(1.0, 1), tape.numbers(-1.0, -1)],
    )
    return tape.finished()


def overflow() -> Tape:
    """`log(exp(x))` at 1000."""
    tape = HandMadeTape("log(exp(x))")
    x = tape.given("x", 1000.0, tape.numbers(nan, 1))
    e = tape.put(
        "exp",
        [x],
        tape.numbers(inf, "1.970071114e434"),
        text="exp(x)",
        adjoint=tape.numbers(0.0, "5.07595889e-435", 0),
        returned=[tape.numbers(nan, 1, None)],
    )
    tape.put(
        "log",
        [e],
        tape.numbers(inf, 1000, None),
        text="log(exp(x))",
        adjoint=tape.numbers(1.0, 1),
        returned=[tape.numbers(0.0, "5.07595889e-435", None)],
    )
    return tape.finished()


def underflow() -> Tape:
    """`log(erfc(x))` in float32 at 14, where erfc(14) is about 3e-87 (chainer/chainer#6340)."""
    tape = HandMadeTape("log(erfc(x))", DType.FLOAT32)
    x = tape.given("x", 14.0, tape.numbers(nan, "-28.071"))
    e = tape.put(
        "erfc",
        [x],
        tape.numbers(0.0, "3.037e-87"),
        text="erfc(x)",
        adjoint=tape.numbers(inf, "3.29e86", None),
        returned=[tape.numbers(nan, "-28.071", None)],
    )
    tape.put(
        "log",
        [e],
        tape.numbers(-inf, "-199.2", None),
        text="log(erfc(x))",
        adjoint=tape.numbers(1.0, 1),
        returned=[tape.numbers(inf, "3.29e86", None)],
    )
    return tape.finished()


def branch_not_taken() -> Tape:
    """`where(x > 2, log2(x), 2*x)` at 0 (pytorch/pytorch#108618)."""
    tape = HandMadeTape("where(x > 2, log2(x), 2*x)")
    x = tape.given("x", 0.0, tape.numbers(nan, 2))
    log = tape.put(
        "log2",
        [x],
        tape.numbers(-inf, None),
        text="log2(x)",
        adjoint=tape.numbers(0.0, 0),
        returned=[tape.numbers(nan, None)],
    )
    double = tape.put(
        "mul", [x], tape.numbers(0.0, 0), text="2*x", adjoint=tape.numbers(1.0, 1), returned=[tape.numbers(2.0, 2)]
    )
    tape.put(
        "where",
        [log, double],
        tape.numbers(0.0, 0),
        text=tape.text,
        adjoint=tape.numbers(1.0, 1),
        returned=[tape.numbers(0.0, 0), tape.numbers(1.0, 1)],
    )
    return tape.finished()


def branch_with_infinite_slope() -> Tape:
    """`where(x > 0, sqrt(x), x)` at 0: the value of the branch is a number, its slope is none."""
    tape = HandMadeTape("where(x > 0, sqrt(x), x)")
    x = tape.given("x", 0.0, tape.numbers(nan, 1))
    root = tape.put(
        "sqrt", [x], tape.numbers(0.0, 0), text="sqrt(x)", adjoint=tape.numbers(0.0, 0), returned=[tape.numbers(nan, 0)]
    )
    tape.put(
        "where",
        [root, x],
        tape.numbers(0.0, 0),
        text=tape.text,
        adjoint=tape.numbers(1.0, 1),
        returned=[tape.numbers(0.0, 0), tape.numbers(1.0, 1)],
    )
    return tape.finished()


def infinite_slope() -> Tape:
    """`x/(sqrt(x**2) + 1e-10)` at 0, of which the square root alone (richzhang/PerceptualSimilarity#69)."""
    tape = HandMadeTape("sqrt(x**2)")
    x = tape.given("x", 0.0, tape.numbers(nan, None))
    square = tape.put(
        "pow",
        [x],
        tape.numbers(0.0, 0),
        text="x**2",
        adjoint=tape.numbers(inf, None),
        returned=[tape.numbers(nan, None)],
    )
    tape.put(
        "sqrt",
        [square],
        tape.numbers(0.0, 0),
        text=tape.text,
        adjoint=tape.numbers(1.0, 1),
        returned=[tape.numbers(inf, None)],
    )
    return tape.finished()


def kink_of_abs() -> Tape:
    """`abs(x)` at 0, where torch takes 0."""
    tape = HandMadeTape("abs(x)")
    x = tape.given("x", 0.0, tape.numbers(0.0, None))
    tape.put(
        "abs",
        [x],
        tape.numbers(0.0, 0),
        text="abs(x)",
        adjoint=tape.numbers(1.0, 1),
        returned=[tape.numbers(0.0, None)],
    )
    return tape.finished()


def detached() -> Tape:
    """`x*detach(x)` at 2: half of the gradient is missing."""
    tape = HandMadeTape("x*detach(x)")
    x = tape.given("x", 2.0, tape.numbers(2.0, 2))
    held = tape.put("detach", [x], tape.numbers(2.0, 2), text="detach(x)", requires_grad=False)
    tape.put(
        "mul",
        [x, held],
        tape.numbers(4.0, 4),
        text=tape.text,
        adjoint=tape.numbers(1.0, 1),
        returned=[tape.numbers(2.0, 2)],
    )
    return tape.finished()


def without_derivative() -> Tape:
    """`igamma(a, 2)` by a: torch raises (tensorflow/tensorflow#17995)."""
    tape = HandMadeTape("gammainc(a, 2)")
    a = tape.given("a", 1.0)
    tape.put("igamma", [a], tape.numbers(0.8646647167633873, "0.8646647167633873"), text=tape.text)
    return tape.finished()


MESSAGE = "the derivative is not implemented"
REFUSAL = Refusal(RefusalKind.NO_DERIVATIVE, f"NotImplementedError: {MESSAGE}", "NotImplementedError")
REFUSED = replace(row(Status.NONFINITE), gradient=Gradient(Mode.REVERSE, "cpu", DType.FLOAT64, refusal=REFUSAL))


@pytest.mark.parametrize(
    ("tape", "result", "kind", "operation", "sentence"),
    [
        pytest.param(tape, result, kind, operation, sentence, id=tape.__name__)
        for tape, result, kind, operation, sentence in (
            (
                own_backward_pass,
                row(Status.MISMATCH),
                BlameKind.BACKWARD,
                "SQ",
                "`SQBackward` returned 4 for its argument `x`, its exact vector–Jacobian product is 12",
            ),
            (
                own_forward_pass,
                row(Status.MISMATCH, ()),
                BlameKind.FORWARD,
                "Double",
                "`double(x)` returned 2, its exact value is 4",
            ),
            (
                kernel_of_torch,
                row(Status.UNSTABLE),
                BlameKind.BACKWARD,
                "sinc",
                "The backward pass of `sinc(x)` returned -3.2898905625422018e-06, "
                "its exact vector–Jacobian product is -3.2898681e-06",
            ),
            (
                cancellation,
                row(Status.UNSTABLE, ()),
                BlameKind.AMPLIFIER,
                "sub",
                "`1 - cos(x)` at column 1 cancels 11 of 16 digits: condition 4e10",
            ),
            (
                gradients_that_cancel,
                row(Status.UNSTABLE),
                BlameKind.AMPLIFIER,
                None,
                "The gradients that arrive at `x` cancel 15 of 16 digits (1.000000000000001 and -1): condition 1.8e15",
            ),
            (
                overflow,
                row(Status.NONFINITE),
                BlameKind.OVERFLOW,
                "exp",
                "`exp(x)` overflows float64: it is 1.97e434, the largest number is 1.798e308",
            ),
            (
                underflow,
                row(Status.UNSTABLE),
                BlameKind.UNDERFLOW,
                "erfc",
                "`erfc(x)` underflows float32: it is 3.037e-87, torch's number is 0",
            ),
            (
                branch_not_taken,
                row(Status.NONFINITE),
                BlameKind.BRANCH,
                "log2",
                "`log2(x)` is -inf, for 0; `where(x > 2, log2(x), 2*x)` leaves it out, yet the backward pass goes "
                "through it, and 0 times infinity is nan",
            ),
            (
                branch_with_infinite_slope,
                row(Status.NONFINITE),
                BlameKind.BRANCH,
                "sqrt",
                "`sqrt(x)` has an infinite derivative where its argument is 0; `where(x > 0, sqrt(x), x)` leaves it "
                "out and sends 0 back, and 0 times infinity is nan",
            ),
            (
                infinite_slope,
                row(Status.NONFINITE),
                BlameKind.DOMAIN,
                "sqrt",
                "`sqrt(x**2)` has an infinite derivative where its argument is 0",
            ),
            (
                kink_of_abs,
                kink(),
                BlameKind.KINK,
                "abs",
                "`abs(x)` has no derivative where its argument is 0: torch chose the slope 0 (the whole has the "
                "derivative -1 on the left, inf on the right)",
            ),
            (
                detached,
                row(Status.MISMATCH),
                BlameKind.DETACHED,
                "detach",
                "`detach(x)` at column 3 cuts the way back: it is detached, so nothing flows through it",
            ),
            (
                without_derivative,
                REFUSED,
                BlameKind.UNSUPPORTED,
                "igamma",
                f"Torch has no derivative of `gammainc(a, 2)` at column 1: {MESSAGE}",
            ),
        )
    ],
)
def test_blames_the_right_operation(
    tape: Callable[[], Tape], result: Result, kind: BlameKind, operation: str | None, sentence: str
) -> None:
    """With one sentence that says the numbers."""
    made = tape()
    blame = find_blame(made, [row(), result]).blame
    assert blame is not None
    assert (kind, operation, sentence) == (blame.kind, made[blame.tensor].operation, blame.sentence)
    assert made[blame.tensor].place == blame.place


@pytest.mark.parametrize("status", [Status.MATCH, Status.SKIPPED, Status.UNDECIDED, Status.ERROR])
def test_blames_nobody_for_rows_that_accuse_nothing(status: Status) -> None:
    """Even if the tape has a wrong operation: what it spoils is not what was judged."""
    assert find_blame(own_backward_pass(), [row(), row(status)]).blame is None


def test_does_not_guess() -> None:
    """Where each operation is right and none makes rounding large, a note says that nobody knows."""
    tape = HandMadeTape("2*x")
    x = tape.given("x", 1.0, tape.numbers(2.0, 2))
    tape.put("mul", [x], tape.numbers(2.0, 2), adjoint=tape.numbers(1.0, 1), returned=[tape.numbers(2.0, 2)])
    found = find_blame(tape.finished(), [row(Status.MISMATCH)])
    assert (None, UNKNOWN) == (found.blame, found.note)


def test_says_which_mistake_a_function_makes() -> None:
    """Where the diagnosis of the check list knows it."""
    result = replace(row(Status.MISMATCH), diagnosis="ignores the upstream gradient")
    blame = find_blame(own_backward_pass(), [result]).blame
    assert blame is not None
    assert blame.sentence.endswith("its exact vector–Jacobian product is 12: ignores the upstream gradient")
