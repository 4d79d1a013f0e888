"""Hand-made Explanations for tests."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import prod

from derivcheck.errors import Span
from derivcheck.model.explanation import (
    BesideExact,
    Blame,
    BlameKind,
    Digits,
    Explanation,
    Place,
    Rewrite,
    TapeTensor,
)
from derivcheck.model.shaped_values import Shape
from derivcheck.numbers import DType, Dyadic, Enclosure

NAN = float("nan")
Number = int | float | Fraction | str | None


def enclosed(number: Number) -> Enclosure | None:
    """A number to 2**-400; what a float holds is exact."""
    if number is None:
        return None
    exact = Fraction(number)
    return Enclosure(Dyadic(round(exact * 2**400), -400), Dyadic(0, 0))


def beside(
    computed: float | list[float],
    exact: Number | list[Number],
    local: float | list[float | None] | None = 0.0,
    inherited: float | list[float | None] | None = 0.0,
) -> BesideExact:
    """Numbers of a tensor; one that is alone needs no list."""

    def many(each: object) -> tuple[object, ...]:
        return tuple(each) if isinstance(each, list) else (each,)

    numbers = many(computed)
    size = len(numbers)
    return BesideExact(
        numbers,  # type: ignore[arg-type]
        tuple(enclosed(each) for each in many(exact)),  # type: ignore[arg-type]
        many(local) if isinstance(local, list) else (local,) * size,  # type: ignore[arg-type]
        many(inherited) if isinstance(inherited, list) else (inherited,) * size,  # type: ignore[arg-type]
    )


def leaf(
    name: str, value: BesideExact, adjoint: BesideExact | None, shape: Shape = (), dtype: DType = DType.FLOAT64
) -> TapeTensor:
    """An input that asks for its gradient, which is its adjoint."""
    assert prod(shape) == len(value.computed)
    return TapeTensor(
        None,
        (),
        Place(name),
        name,
        shape,
        dtype,
        True,
        True,
        None,
        value,
        adjoint,
        None if adjoint is None else adjoint.computed,
    )


def made(
    operation: str,
    arguments: tuple[int, ...],
    place: Place,
    value: BesideExact,
    adjoint: BesideExact | None = None,
    *,
    grad_fn: str | None = None,
    condition: float | None = None,
    shape: Shape = (),
) -> TapeTensor:
    """What an operation made."""
    node = grad_fn or f"{operation.capitalize()}Backward0"
    return TapeTensor(
        operation, arguments, place, "", shape, DType.FLOAT64, True, False, node, value, adjoint, None, condition
    )


def within(expr: str, text: str) -> Place:
    """Where a piece of an expression stands."""
    start = expr.index(text)
    return Place(text, Span(start, start + len(text)))


def polynomial() -> Explanation:
    """x**2 + 2*x + 1 at 2: each number is right."""
    expr = "x**2 + 2*x + 1"
    tape = (
        leaf("x", beside(2.0, 2, None), beside(6.0, 6)),
        made("pow", (0,), within(expr, "x**2"), beside(4.0, 4), beside(1.0, 1), condition=2.0),
        made("mul", (0,), within(expr, "2*x"), beside(4.0, 4), beside(1.0, 1), condition=1.0),
        made("add", (1, 2), within(expr, "x**2 + 2*x"), beside(8.0, 8), beside(1.0, 1), condition=1.0),
        replace(
            made("add", (3,), within(expr, expr), beside(9.0, 9), beside(1.0, 1, None), condition=8 / 9), is_output=True
        ),
    )
    return Explanation(expr, tape)


def cancellation() -> Explanation:
    """1 - cos(x) at 1e-8: honest rounding of cos(x) is all that is left."""
    expr, x = "1 - cos(x)", Fraction(1e-8)
    half = x * x / 2
    tape = (
        leaf("x", beside(1e-8, x, None), beside(1e-8, x - x**3 / 6, 0.0, 0.13)),
        made("cos", (0,), within(expr, "cos(x)"), beside(1.0, 1 - half, 0.45), beside(-1.0, -1), condition=1e-16),
        replace(
            made(
                "rsub",
                (1,),
                within(expr, expr),
                beside(0.0, half, 0.0, 4.06e15),
                beside(1.0, 1, None),
                grad_fn="RsubBackward1",
                condition=2e16,
            ),
            is_output=True,
        ),
    )
    blame = Blame(
        BlameKind.AMPLIFIER,
        2,
        "`1 - cos(x)` cancels 16 of 16 digits of `cos(x)`: condition 2e+16",
        within(expr, expr),
    )
    rewrite = Rewrite(
        "1 - cos(u) → 2*sin(u/2)**2",
        "2*sin(x/2)**2",
        "no nearly equal numbers are subtracted",
        "Higham, Accuracy and Stability of Numerical Algorithms, 1.7",
        Digits(0.0, 15.9),
        (("x", Digits(15.9, 15.9)),),
    )
    return Explanation(expr, tape, blame, (rewrite,))


def branch() -> Explanation:
    """where(x > 0, sqrt(x), 0) at 0: nan comes through the branch that is not taken."""
    expr = "where(x > 0, sqrt(x), 0)"
    tape = (
        leaf("x", beside(0.0, 0, None), beside(NAN, 0, None, 0.0)),
        made("sqrt", (0,), within(expr, "sqrt(x)"), beside(0.0, 0), beside(0.0, 0)),
        replace(made("where", (1,), within(expr, expr), beside(0.0, 0), beside(1.0, 1, None)), is_output=True),
    )
    blame = Blame(
        BlameKind.BRANCH,
        1,
        "nan came through `sqrt(x)`, a branch that was not taken: 0 times the infinite derivative of `sqrt` at 0",
        within(expr, "sqrt(x)"),
        argument=0,
        returned=NAN,
        exact=enclosed(0),
    )
    rewrite = Rewrite(
        "where(c, f(x), y) → where(c, f(where(c, x, 1)), y)",
        "where(x > 0, sqrt(where(x > 0, x, 1)), 0)",
        "the branch that is not taken gets a number at which its derivative is finite",
        "https://github.com/pytorch/pytorch/issues/4132",
        Digits(15.9, 15.9),
        (("x", Digits(0.0, 15.9)),),
    )
    return Explanation(expr, tape, blame, (rewrite,), ("the run took `x > 0` for a constant",))


def wrong_function() -> Explanation:
    """A backward pass that ignores its upstream gradient, in code."""
    line = Place("return 2 * i", None, "mine.py", 11)
    tape = (
        leaf("i", beside(2.0, 2, None), beside(4.0, 12, 2**52 * 1.0)),
        made("SQ", (0,), Place("SQ.apply(i)"), beside(4.0, 4), beside(3.0, 3), grad_fn="SQBackward", condition=2.0),
        replace(made("mul", (1,), Place("3*SQ"), beside(12.0, 12), beside(1.0, 1, None)), is_output=True),
    )
    sentence = "`SQBackward` returned 4 for `i`, its exact vector–Jacobian product is 12"
    blame = Blame(BlameKind.BACKWARD, 1, sentence, line, argument=0, index=(), returned=4.0, exact=enclosed(12))
    return Explanation("SQ", tape, blame)


def softmax() -> Explanation:
    """The first output of a softmax: tensors with a shape."""
    expr = "softmax(z)[0]"
    third = Fraction(1, 3)
    tape = (
        leaf(
            "z",
            beside([1.0, 1.0, 1.0], [1, 1, 1], None),
            beside([2 / 9, -1 / 9, -1 / 9], [2 * third**2, -(third**2), -(third**2)], [0.5, 0.1, 0.1], 0.2),
            (3,),
        ),
        made(
            "softmax",
            (0,),
            within(expr, "softmax(z)"),
            beside([1 / 3] * 3, [third] * 3, 0.33),
            beside([1.0, 0.0, 0.0], [1, 0, 0]),
            condition=1.3,
            shape=(3,),
        ),
        replace(
            made("select", (1,), within(expr, expr), beside(1 / 3, third, 0.0, 0.33), beside(1.0, 1, None)),
            is_output=True,
        ),
    )
    return Explanation(expr, tape)


def long_chain(length: int = 30) -> Explanation:
    """Many operations, of which the tenth has the largest local error."""
    tape = [leaf("x", beside(0.5, Fraction(1, 2), None), beside(0.1, Fraction(1, 10), 0.4, 2.0))]
    for at in range(1, length):
        local = 30.0 if at == 10 else 0.3
        tape.append(
            made(
                "sin",
                (at - 1,),
                Place("sin(" * at + "x" + ")" * at),
                beside(0.1, Fraction(1, 10), local, at / 3),
                beside(0.2, Fraction(1, 5), 0.4, 0.4),
            )
        )
    tape[-1] = replace(tape[-1], is_output=True)
    return Explanation("sin(…)", tuple(tape))


HAND_MADE = {
    "polynomial": polynomial(),
    "cancellation": cancellation(),
    "branch": branch(),
    "wrong function": wrong_function(),
    "softmax": softmax(),
    "long chain": long_chain(),
}
