"""The fuzz's oracle against closed forms and numerical derivatives, and a few hundred rows of each part."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import mpmath
import pytest
from fuzz import main
from fuzzing import tensor_functions as functions
from fuzzing.claims import Claimed, is_true
from fuzzing.mutate import mutated
from fuzzing.oracle import Answer, Kind, Oracle
from fuzzing.rules import SLOPES, derivative
from fuzzing.taylor import PARAMETRIC, TAYLOR
from fuzzing.tensor_functions import array
from fuzzing.trees import Tree, call, num, var

X, Y = var("x"), var("y")
ABS, RELU = call("abs", X), call("relu", X)
GUARDED_SINE = call("where", call("eq", X, 0), 1, call("sin", X) / X)
MATERN = (num(1) + num("0.5") * ABS) * call("exp", -num("0.5") * ABS)


def text(answer: Answer) -> str:
    """An answer without how it is known."""
    return str(answer).rpartition(" (")[0]


@pytest.mark.parametrize(
    ("tree", "x", "wrt", "expected"),
    [
        (X**3, "2", "x", "12.0"),
        (X**3, "2", "xx", "12.0"),
        (call("softplus", X), "25", "xx", "1.3887943864578270625e-11"),
        ((num(1) - call("cos", X)) / X**2, "1e-10", "x", "-8.3333333333333333333e-12"),
        (call("tanh", X), "40", "x", "7.2194055513816606892e-35"),
        (call("gamma", X), "1", "x", "-0.57721566490153286061"),
        (call("fmod", X + 1, 4), "1e60", "", "1.0"),
        (ABS, "0", "x", "-1.0 | 1.0"),
        (ABS, "0", "xx", "undefined"),
        (X * ABS, "0", "x", "0.0"),
        (X * ABS, "0", "xx", "-2.0 | 2.0"),
        (RELU - call("relu", -X), "0", "x", "1.0"),
        (MATERN, "0", "x", "0.0"),
        (MATERN, "0", "xx", "-0.25"),
        (call("log1p", call("exp", -ABS)) + call("clamp_min", X, 0), "0", "x", "0.5"),
        (GUARDED_SINE, "0", "x", "0.0"),
        (GUARDED_SINE, "0", "xx", "-0.33333333333333333333"),
        (call("where", call("eq", X, 0), 2, call("sin", X) / X), "0", "x", "undefined"),
        (call("where", call("eq", X, 0), X, X * 2), "0", "x", "2.0"),
        (call("sqrt", X), "0", "x", "domain | inf"),
        (call("cbrt", ABS), "0", "x", "-inf | inf"),
        (X ** num("1.5"), "0", "x", "domain | 0.0"),
        (call("where", call("eq", X, 0), 0, X * call("log", X)), "0", "x", "domain | -inf"),
        (call("where", call("lt", call("sqrt", X), X), X, 2) * X**2, "0", "x", "domain | 0.0"),
        (call("floor", X / 3 * 3), "1", "", "1.0"),
        (call("floor", X / 3 * 3), "1", "x", "undefined"),
        (call("ceil", X), "-1e300", "x", "undefined"),
        (call("sqrt", X**2), "0", "x", "-1.0 | 1.0"),
        (call("log", X), "-1", "", "undefined"),
        (call("acosh", call("log", num(1) + X) / X), "1e-320", "", "undefined"),
        (call("acosh", num(2) * call("log", num(1) + X) / X), "1e-320", "", "1.3169578969248167086"),
        (num(1) / X, "0", "", "undefined"),
        (num(1) / (num(1) / X), "0", "x", "undefined"),
        (call("acos", call("cos", X)), "0", "x", "-1.0 | 1.0"),
        (call("tan", call("exp", X)), "438", "", "6.2095043095721099397"),
        (call("where", call("eq", X, 0), 0, X * call("sin", num(1) / X)), "0", "x", "unknown"),
    ],
)
def test_the_oracle_knows_closed_forms(tree: Tree, x: str, wrt: str, expected: str) -> None:
    """Smooth points, kinks that stay and kinks that cancel, guarded poles, ends of domains, jumps, and what swings."""
    assert expected == text(Oracle(tree, {"x": Fraction(x)}).derivative(tuple(wrt)))


@pytest.mark.parametrize(
    ("tree", "point", "wrt", "expected"),
    [
        (X * X * Y, {"x": "3", "y": "2"}, "xy", "6.0"),
        (call("max", X, Y) + call("min", X, Y), {"x": "1", "y": "1"}, "x", "1.0"),
        (call("max", X, Y) * call("min", X, Y), {"x": "1", "y": "1"}, "xy", "1.0"),
        (call("max", X, Y) ** 3, {"x": "1", "y": "1"}, "xy", "undefined"),
        (X * call("abs", Y), {"x": "1", "y": "0"}, "xy", "-1.0 | 1.0"),
        (call("sign", X) * Y, {"x": "0", "y": "1"}, "yx", "undefined"),
        (call("copysign", X, Y), {"x": "0", "y": "0"}, "yx", "undefined"),
        (call("abs", X - Y) ** 3, {"x": "1", "y": "1"}, "xy", "0.0"),
        (call("atan2", Y, X), {"x": "-1", "y": "0"}, "y", "undefined"),
        (X**Y, {"x": "0", "y": "2"}, "yy", "0.0"),
    ],
)
def test_the_oracle_knows_mixed_derivatives(tree: Tree, point: dict[str, str], wrt: str, expected: str) -> None:
    """Where the first derivative exists all around the point, and where it does not."""
    assert expected == text(Oracle(tree, {name: Fraction(x) for name, x in point.items()}).derivative(tuple(wrt)))


PLACES = {"acosh": "1.7", "zeta": "1.7", "li": "2.3", "lgamma": "-0.4", "gamma": "-0.4"}
ORDERS = {"zeta": 2, "besselk": 1, "bessely": 0, "expint": 2}


@pytest.mark.parametrize("name", sorted(TAYLOR))
def test_taylor_coefficients_are_numerical_derivatives(name: str) -> None:
    """Each function's recurrence or integral gives what difference quotients of mpmath's own function give."""
    orders = (ORDERS.get(name, 1),) if name in PARAMETRIC else ()
    with mpmath.workprec(300):
        a = mpmath.mpf(PLACES.get(name, "0.4"))
        found = TAYLOR[name](a, 3, *orders)
        h = mpmath.mpf(2) ** -60
        for k in (1, 2, 3):
            beside = [TAYLOR[name](a + step * h, 0, *orders)[0] for step in range(-3, 4)]
            weights, divisor = WEIGHTS[k]
            total = mpmath.fsum(w * f for w, f in zip(weights, beside, strict=True))
            expected = total / (divisor * h**k * mpmath.factorial(k))
            assert abs(found[k] - expected) < 1e-25 * max(1, abs(expected)), k


WEIGHTS = {
    1: ((-1, 9, -45, 0, 45, -9, 1), 60),
    2: ((2, -27, 270, -490, 270, -27, 2), 180),
    3: ((1, -8, 13, 0, -13, 8, -1), 8),
}
"""Central differences of seven points, and what their sums are divided by."""


@pytest.mark.parametrize("name", sorted(SLOPES.keys() - {"sign", "floor", "ceil", "trunc", "round", "airybi"}))
def test_rules_are_what_the_oracle_finds(name: str) -> None:
    """The formula by which a claim is made gives the number that the power series gives."""
    tree, point = call(name, X), {"x": Fraction(PLACES.get(name, "0.4"))}
    formula = Oracle(derivative(tree, ("x",)), point).value()
    with mpmath.workprec(200):
        assert abs(formula.value - Oracle(tree, point).derivative(("x",)).value) < mpmath.mpf(2) ** -80


def test_a_mistake_makes_another_tree() -> None:
    """Every mutation changes the tree; whether it changes the number is for the oracle to say."""
    tree = derivative(call("where", call("gt", X, 0), call("sin", X) ** 2 / X, -call("exp", X)), ("x",))
    assert all(mutated(tree, Random(seed)) != tree for seed in range(200))


@pytest.mark.parametrize(
    ("truth", "number", "allowed", "expected"),
    [
        (Answer(Kind.VALUE, mpmath.mpf(1)), "1", "0", True),
        (Answer(Kind.VALUE, mpmath.mpf(1)), "1.001", "0", False),
        (Answer(Kind.VALUE, mpmath.mpf(1)), "1.0004", "0.0005", True),
        (Answer(Kind.VALUE, mpmath.mpf(1)), "1.0006", "0.0005", False),
        (Answer(Kind.SIDES, left=mpmath.mpf(-1), right=mpmath.mpf(1)), "0.5", "0", True),
        (Answer(Kind.SIDES, left=mpmath.mpf(-1), right=mpmath.mpf(1)), "1.5", "0", False),
        (Answer(Kind.SIDES, left="domain", right=mpmath.mpf(1)), "1", "0", True),
        (Answer(Kind.SIDES, left="domain", right=mpmath.mpf(1)), "0", "0", False),
        (Answer(Kind.SIDES, left="-inf", right=mpmath.mpf(1)), "-7", "0", True),
    ],
)
def test_which_claims_are_true(truth: Answer, number: str, allowed: str, expected: bool) -> None:
    """The true number, what lies between the sides, and what the digits of a decimal excuse."""
    claim = Claimed("", Answer(Kind.VALUE, mpmath.mpf(number)), Fraction(allowed))
    assert expected == is_true(truth, claim)


X3 = array([mpmath.mpf(1), mpmath.mpf(2), mpmath.mpf(4)])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (functions.quantile(X3, mpmath.mpf("0.75")), "3.0"),
        (functions.variance(X3, 1), "2.33333"),
        (functions.log_sum_exp(X3), "4.16985"),
        (functions.determinant(array([[1, 2], [3, 4]])), "-2.0"),
        (functions.matmul(functions.inverse(array([[1, 2], [3, 4]])), array([1, 0]))[1], "1.5"),
        (functions.cross_entropy(X3[None], [1], mpmath.mpf(0), None)[0][0], "2.16985"),
        (functions.conv1d(X3[None, None], array([[[1, -1]]]), 1, 0)[0, 0, 1], "-2.0"),
        (functions.pooled(max, X3, 2, 1)[0], "2.0"),
    ],
)
def test_functions_of_shapes(found: object, expected: str) -> None:
    """What the oracle of tensors gives for 1, 2 and 4, and for a matrix of 1 to 4: by hand, and NumPy's digits."""
    assert mpmath.nstr(found, 6) == expected


@pytest.mark.parametrize(
    ("part", "rows", "seed"),
    [("truth", 500, 11), ("claims", 200, 11), ("verdicts", 200, 11), ("tensors", 2000, 11)],
)
def test_some_rows(part: str, rows: int, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A run of each part ends without a disagreement, and says what it judged."""
    assert main([part, "--rows", str(rows), "--seed", str(seed)]) == 0
    assert f"{part}, seed {seed}, " in capsys.readouterr().out
