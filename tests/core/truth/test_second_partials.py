"""Second derivatives: the Hessian of a root, and products with it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from flint import arb
from scalar_graphs import elements_of
from truths import number

from derivcheck.balls.ball import precision, to_ball
from derivcheck.language.parse import parse
from derivcheck.model import Evidence, Kind
from derivcheck.model.expression import Expression
from derivcheck.readings import readings
from derivcheck.truth.finder import Found, TruthFinder
from derivcheck.truth.partials_of_elements import ElementTruths
from derivcheck.truth.symbolic_rules import SymbolicRules, sympys_rules

X = ["x0", "x1", "x2"]
POINT = {"x0": Fraction(1, 2), "x1": Fraction(-1), "x2": Fraction(2)}
LOG_SUM = "log(exp(x0) + exp(x1) + exp(x2))"


def overlapping(rows: Sequence[Sequence[Found]], expected: Sequence[Sequence[arb]]) -> bool:
    """Whether all are proven, and these numbers."""
    for row, numbers in zip(rows, expected, strict=True):
        for found, value in zip(row, numbers, strict=True):
            assert Evidence.PROVEN is found.truth.evidence
            assert found.truth.value is not None
            if not to_ball(found.truth.value).overlaps(value):
                return False
    return True


def test_the_hessian_of_logsumexp() -> None:
    """It is diag(s) - s*s.T, s being the softmax, and its product with a vector v is s*v - s*(s.T*v)."""
    truths = ElementTruths(elements_of(X, LOG_SUM), POINT)
    v = dict(zip(X, (Fraction(1, 8), Fraction(-3), Fraction(5, 4)), strict=True))
    with precision(128):
        exps = [(arb(x.numerator) / x.denominator).exp() for x in POINT.values()]
        s = [x / sum(exps, arb(0)) for x in exps]
        lengths = [arb(x.numerator) / x.denominator for x in v.values()]
        inner = sum((x * y for x, y in zip(s, lengths, strict=True)), arb(0))
        assert overlapping(truths.hessian(0, X, X), [[s[i] * ((i == j) - s[j]) for j in range(3)] for i in range(3)])
        assert overlapping(truths.hessian_along(0, [v], X), [[s[i] * (lengths[i] - inner) for i in range(3)]])


def test_mixed_blocks_have_the_order_that_was_asked_for() -> None:
    """By x0 and then by x1 and x2; of x0**2*x1 + x2 they are 1 and 0, and by x2 they are 0."""
    rows = ElementTruths(elements_of(X, "x0**2*x1 + x2"), POINT).hessian(0, ["x0", "x2"], ["x1", "x2"])
    assert overlapping(rows, [[arb(1), arb(0)], [arb(0), arb(0)]])


def test_kinks_go_the_scalar_way() -> None:
    """Of x0*|x1| + x0**2 at x1 = 0: the derivative by x0 has a kink in x1, and that by x1 is not there."""
    rows = ElementTruths(elements_of(X, "x0*abs(x1) + x0**2"), {**POINT, "x1": Fraction(0)}).hessian(0, X[:2], X)
    kinds = [[found.truth.kind for found in row] for row in rows]
    assert [Kind.VALUE, Kind.ONE_SIDED, Kind.VALUE] == kinds[0]
    assert [Kind.UNDEFINED] * 3 == kinds[1]
    assert ("-1", "1") == (number(rows[0][1].truth.left), number(rows[0][1].truth.right))


def test_a_product_is_a_sum_of_second_derivatives_that_exist() -> None:
    """Beside a kink in x1 those by x0 and x2 are there, and those by x1 are not, nor is a sum with them."""
    truths = ElementTruths(elements_of(X, "x0*abs(x1) + x0**2*x2"), {**POINT, "x1": Fraction(0)})
    along_x0, along_x1 = truths.hessian_along(
        0, [{"x0": Fraction(3), "x2": Fraction(1)}, dict.fromkeys(X, Fraction(1))], X
    )
    assert [Kind.VALUE, Kind.UNDECIDED, Kind.VALUE] == [found.truth.kind for found in along_x0]
    assert ["13", "3"] == [number(found.truth.value) for found in along_x0[::2]]
    assert [Kind.UNDECIDED] * 3 == [found.truth.kind for found in along_x1]


def test_a_derivative_along_a_direction_is_no_product_where_f_is_not_smooth() -> None:
    """|x0 - x1|*x2 does not change along (1, 1, 0) from a point where x0 is x1, and has no derivatives by either."""
    truths = ElementTruths(elements_of(X, "abs(x0 - x1)*x2"), dict.fromkeys(X, Fraction(1)))
    (row,) = truths.hessian_along(0, [{"x0": Fraction(1), "x1": Fraction(1)}], X)
    assert [Kind.UNDECIDED] * 3 == [found.truth.kind for found in row]


def test_addresses_that_do_not_occur_have_second_derivatives_0() -> None:
    """Alone, and as a part of a direction."""
    truths = ElementTruths(elements_of(X, "x0**2*x1"), POINT)
    assert overlapping(truths.hessian(0, ["nowhere", "x0"], ["x1", "nowhere"]), [[arb(0), arb(0)], [arb(1), arb(0)]])
    assert overlapping(truths.hessian_along(0, [{"x0": Fraction(1), "nowhere": Fraction(1)}], ["x1"]), [[arb(1)]])


def test_without_a_value_there_is_no_second_derivative() -> None:
    """Neither by what the root depends on, nor by another one."""
    rows = ElementTruths(elements_of(X, "log(x1) + x0", "x2"), POINT).hessian(0, ["x0", "x2"], ["x0", "x1"])
    assert [[Kind.UNDEFINED] * 2] * 2 == [[found.truth.kind for found in row] for row in rows]


@pytest.mark.parametrize("text", ["-sin(u0)*1.001", "sin(u0)", "0", "-sin(u0) + 1e-18"])
def test_a_rule_that_lies_proves_nothing(text: str) -> None:
    """The derivative of cos enters in the second order alone; f itself tells, in the Hessian and in products."""
    rules = sympys_rules()

    def partial(function: str, known: Sequence[Fraction | None], index: int) -> Expression:
        return parse(text, ["u0"]) if function == "cos" else rules.partial(function, known, index)

    lying = SymbolicRules(partial, rules.derivatives, rules.second)
    truths = ElementTruths(elements_of(X, "sin(x0)*x1 + x2"), POINT, rules=lying)
    with precision(128):
        half, sine = (arb(1) / 2).cos(), (arb(1) / 2).sin()
        (found,) = truths.hessian(0, ["x0"], ["x0"])[0]
        assert found.truth.value is not None
        assert to_ball(found.truth.value).overlaps(sine)
        (found,) = truths.hessian_along(0, [{"x0": Fraction(1), "x1": Fraction(1)}], ["x0"])[0]
        assert found.truth.value is not None
        assert to_ball(found.truth.value).overlaps(sine + half)


@pytest.mark.parametrize(
    "text",
    [
        "x0**2*exp(x1)*x2",
        "Max(x0, x1)*x2**2",
        "x0**x2/x1",
        "relu(x0*x1)**2 + x2",
        "sqrt(x0)*floor(x2)",
        "atan2(x0, x1)",
        "where(x0 < x1, x2, x0)",
        "x1*floor(x0)",
    ],
)
@pytest.mark.parametrize("point", [(2, 1, 3), (1, 1, 1), (0, 1, 2), (-1, 2, 0), (3, 0, 1)])
def test_it_is_the_scalar_truth(text: str, point: tuple[int, int, int]) -> None:
    """Of each entry of the Hessian, at kinks and at ends of domains too."""
    exact = dict(zip(X, map(Fraction, point), strict=True))
    reading = readings(text, frozenset(X))
    names = reading.expression.variables
    alone = TruthFinder(reading.balls, reading.formula_program, {name: exact[name] for name in names})
    rows = ElementTruths(elements_of(X, text), exact).hessian(0, names, names)
    for first, row in zip(names, rows, strict=True):
        for second, found in zip(names, row, strict=True):
            expected = alone.find((first, second)).truth
            assert expected.kind is found.truth.kind
            if found.truth.value is not None and expected.value is not None:
                with precision(400):
                    assert to_ball(found.truth.value).overlaps(to_ball(expected.value))
