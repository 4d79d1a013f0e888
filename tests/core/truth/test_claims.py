"""Claims about a derivative, held against its truth.

Covers also: claimed_value.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from derivcheck.balls.ball import enclosure, exact_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.checking.one_point import check_case
from derivcheck.inputs.coordinates import read_point
from derivcheck.language.literals import rounded_literal
from derivcheck.language.parse import parse
from derivcheck.model import Case, Kind, Point, Side, Status, Truth, Verdict, What
from derivcheck.numbers import DType, Enclosure
from derivcheck.truth.claimed_value import Claim, claimed_value, half_unit, plain_number
from derivcheck.truth.claims import Alternatives, Typed, judge_claim

NO_ALTERNATIVE = Alternatives(typed=lambda: None, widened=lambda: None)


def exact(point: Point) -> dict[str, Fraction]:
    """The numbers that the tensor holds."""
    return {name: coordinate.exact for name, coordinate in point.items()}


def value_of(text: str, point: Point) -> Enclosure:
    """The exact value of a formula at a point, enclosed."""
    with precision(320):
        return enclosure(compile_balls(parse(text, point)).run({n: exact_ball(c.exact) for n, c in point.items()}))


def judge(
    claim: str,
    true: str | Truth,
    at: dict[str, str] | None = None,
    alternatives: Alternatives = NO_ALTERNATIVE,
) -> Verdict:
    """The verdict on `claim` where the true number is that of the formula `true`."""
    point = read_point(at or {"x": "2"}, DType.FLOAT64)
    truth = Truth(Kind.VALUE, value_of(true, point)) if isinstance(true, str) else true
    return judge_claim(Claim(claim, parse(claim, point)), truth, exact(point), alternatives)


@pytest.mark.parametrize(
    ("claim", "true", "status"),
    [
        ("6", "2*x + 2", Status.MATCH),
        ("6.0", "2*x + 2", Status.MATCH),
        ("6.1", "2*x + 2", Status.WRONG_FORMULA),
        ("-6", "2*x + 2", Status.WRONG_FORMULA),
        ("6.00000000000000000001", "2*x + 2", Status.WRONG_FORMULA),
        ("6.00000000000000000002", "2*x + 2", Status.WRONG_FORMULA),
        ("0.3333", "1/3 + 0*x", Status.MATCH),
        ("0.3334", "1/3 + 0*x", Status.WRONG_FORMULA),
        ("0.3335", "1/3 + 0*x", Status.WRONG_FORMULA),
        ("0.333", "1/3 + 0*x", Status.WRONG_FORMULA),
        ("0.5", "1/2 + x*1e-20", Status.WRONG_FORMULA),
        ("0.33333333333333333333", "1/3 + 0*x", Status.MATCH),
        ("0.33333333333333333343", "1/3 + 0*x", Status.WRONG_FORMULA),
        ("-(0.3333)", "-1/3 + 0*x", Status.MATCH),
        ("1.414e-3", "sqrt(x)/1000", Status.MATCH),
        ("1.415e-3", "sqrt(x)/1000", Status.WRONG_FORMULA),
        ("1.416e-3", "sqrt(x)/1000", Status.WRONG_FORMULA),
        ("0x1.6a09p0", "sqrt(x)", Status.WRONG_FORMULA),
        ("0x1.6a0e5p3", "sqrt(x)", Status.WRONG_FORMULA),
        ("0x1.8000p1", "x + 1", Status.MATCH),
        ("Integer(3)", "x + 1", Status.MATCH),
        ("1414e-3", "sqrt(x)", Status.WRONG_FORMULA),
    ],
)
def test_claimed_numbers(claim: str, true: str, status: Status) -> None:
    """A decimal of four digits or more is right within half a unit of its last place, any other number exactly."""
    assert status is judge(claim, true).status


@pytest.mark.parametrize(
    ("claim", "true", "status"),
    [
        ("2*x + 2", "2*(x + 1)", Status.MATCH),
        ("2*x + 2 + 1e-20", "2*(x + 1)", Status.WRONG_FORMULA),
        ("2*x*(1 + 1e-20)", "2*x", Status.WRONG_FORMULA),
        ("cos(x)", "sin(x + pi/2)", Status.MATCH),
        ("-sin(x)", "sin(x + pi/2)", Status.WRONG_FORMULA),
        ("1.001*cos(x)", "cos(x)", Status.WRONG_FORMULA),
        ("cos(2*x)", "2*cos(2*x)", Status.WRONG_FORMULA),
        ("exp(x)*x**0.5", "sqrt(x)*exp(x)", Status.MATCH),
        ("2.718281828459045*x", "E*x", Status.MATCH),
        ("2.718281828459145*x", "E*x", Status.WRONG_FORMULA),
        ("2.7182818*x", "E*x", Status.WRONG_FORMULA),
        ("where(x > 0, 1, -1)", "x/abs(x)", Status.MATCH),
        ("Piecewise((1, x > 5), (3, True))", "x + 1", Status.MATCH),
    ],
)
def test_claimed_formulas(claim: str, true: str, status: Status) -> None:
    """A formula is right exactly; only its literals of 15 digits or more may be rounded numbers."""
    assert status is judge(claim, true).status


@pytest.mark.parametrize("lie", ["1.001*{}", "-({})", "{} + 1e-20", "({})*(1 + 1e-20)", "({})/x", "2*({})"])
@pytest.mark.parametrize("truth", ["exp(x)*cos(x)", "x**2*log(x)", "erf(x) + x", "tanh(x)/x", "gamma(x + 1/3)"])
def test_lies_are_caught(lie: str, truth: str) -> None:
    """Wrong by 0.1 %, by sign, by 1e-20 absolute and relative, by a factor: each is found, the truth itself passes."""
    assert Status.WRONG_FORMULA is judge(lie.format(truth), truth).status
    assert Status.MATCH is judge(truth, truth).status


def test_reason_of_a_wrong_claim() -> None:
    """The verdict names both numbers to twenty digits."""
    verdict = judge("x/3", "sqrt(x)")

    assert "the claim gives 0.66666666666666666667, the true number is 1.4142135623730950488" == verdict.reason


def test_point_as_typed() -> None:
    """A number claimed at x = 0.1 is about 1/10, not about the float next to it."""
    at = {"x": "0.1"}
    with precision(320):
        there = Truth(Kind.VALUE, enclosure(arb(1) / 100))
    typed = Alternatives(typed=lambda: Typed(there, {"x": Fraction(1, 10)}), widened=lambda: None)

    assert Status.WRONG_FORMULA is judge("0.01", "x**2", at).status
    assert Status.MATCH is judge("0.01", "x**2", at, typed).status
    assert Status.WRONG_FORMULA is judge("0.0101", "x**2", at, typed).status


def test_long_literals_of_the_expression() -> None:
    """A claim is right where it is true of the rounded numbers that the expression's long literals stand for."""
    program = compile_balls(parse("0.3333333333333333*x", ["x"]), literal_radius=rounded_literal)
    wide = program.run({"x": arb(2)})
    widened = Alternatives(typed=lambda: None, widened=lambda: wide)

    assert Status.WRONG_FORMULA is judge("x/3", "0.3333333333333333*x").status
    assert Status.MATCH is judge("x/3", "0.3333333333333333*x", alternatives=widened).status
    assert Status.WRONG_FORMULA is judge("x/3.0001", "0.3333333333333333*x", alternatives=widened).status


def test_alternatives_are_asked_for_only_where_needed() -> None:
    """A claim that is exactly true costs no further enclosure."""
    point = read_point({"x": "2"}, DType.FLOAT64)
    never = Alternatives(typed=lambda: pytest.fail("not needed"), widened=lambda: pytest.fail("not needed"))
    claim = Claim("x", parse("x", ["x"]))

    assert Verdict(Status.MATCH) == judge_claim(claim, Truth(Kind.VALUE, value_of("x", point)), exact(point), never)


def sides(left: str | Side, right: str | Side, kind: Kind = Kind.ONE_SIDED) -> Truth:
    """Return a Truth that has these two sides and no number."""
    point = read_point({"x": "2"}, DType.FLOAT64)
    ends = [side if isinstance(side, Side) else value_of(side, point) for side in (left, right)]
    return Truth(kind, left=ends[0], right=ends[1], reason="a kink")


@pytest.mark.parametrize(
    ("claim", "truth", "status"),
    [
        ("0", sides("-1", "1"), Status.CONVENTION),
        ("1", sides("-1", "1"), Status.CONVENTION),
        ("-1", sides("1", "-1"), Status.CONVENTION),
        ("1.1", sides("-1", "1"), Status.WRONG_FORMULA),
        ("1 + 1e-20", sides("-1", "1"), Status.WRONG_FORMULA),
        ("5", sides("-1", Side.POSITIVE_INFINITY), Status.CONVENTION),
        ("-5", sides("-1", Side.POSITIVE_INFINITY), Status.WRONG_FORMULA),
        ("-5", sides(Side.NEGATIVE_INFINITY, Side.POSITIVE_INFINITY), Status.CONVENTION),
        ("1/3", sides(Side.DOMAIN, "1/3", Kind.ENDPOINT), Status.CONVENTION),
        ("0.3333", sides(Side.DOMAIN, "1/3", Kind.ENDPOINT), Status.CONVENTION),
        ("0.3335", sides(Side.DOMAIN, "1/3", Kind.ENDPOINT), Status.WRONG_FORMULA),
        ("0.3333333333333333 + 0*x", sides(Side.DOMAIN, "1/3", Kind.ENDPOINT), Status.CONVENTION),
        ("0", sides(Side.DOMAIN, "1/3", Kind.ENDPOINT), Status.WRONG_FORMULA),
        ("1.4142", sides("-sqrt(2)", "sqrt(2)"), Status.CONVENTION),
        ("1.4143", sides("-sqrt(2)", "sqrt(2)"), Status.WRONG_FORMULA),
    ],
)
def test_claims_at_a_kink(claim: str, truth: Truth, status: Status) -> None:
    """Where only one-sided derivatives exist, a claim may be any number between them, and nothing else."""
    assert status is judge(claim, truth).status


@pytest.mark.parametrize(
    ("kind", "status"),
    [(Kind.UNDEFINED, Status.UNDEFINED), (Kind.UNDECIDED, Status.UNDECIDED)],
)
def test_claims_about_nothing(kind: Kind, status: Status) -> None:
    """Where there is no number, a claim is neither right nor wrong, and the reason is passed on."""
    verdict = judge("1", Truth(kind, reason="a pole"))

    assert (status, "there is no number to compare the claim with: a pole") == (verdict.status, verdict.reason)


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("1", Status.WRONG_FORMULA),
        ("0", Status.WRONG_FORMULA),
        ("1e300*x", Status.WRONG_FORMULA),
        ("1/(x - 2)", Status.UNDEFINED),
        ("1/(3*(x - 2)**(2/3))", Status.UNDEFINED),
        ("log(-x)", Status.UNDEFINED),
    ],
)
def test_claims_beside_an_infinite_derivative(claim: str, status: Status) -> None:
    """Where the tangent is vertical, a number is a wrong claim; a formula without a value there is none."""
    both = sides(Side.POSITIVE_INFINITY, Side.POSITIVE_INFINITY, Kind.INFINITE)

    assert status is judge(claim, both).status


def test_claim_at_the_typed_point_beside_a_vertical_tangent() -> None:
    """A number that is right at the point as it was typed passes although the tensor stands on the vertical tangent."""
    both = sides(Side.POSITIVE_INFINITY, Side.POSITIVE_INFINITY, Kind.INFINITE)
    there = Truth(Kind.VALUE, value_of("x + 1", read_point({"x": "2"}, DType.FLOAT64)))
    typed = Alternatives(typed=lambda: Typed(there, {"x": Fraction(2)}), widened=lambda: None)

    assert Status.MATCH is judge("3", both, alternatives=typed).status
    assert Status.WRONG_FORMULA is judge("4", both, alternatives=typed).status


@pytest.mark.parametrize(
    ("claim", "true", "status"),
    [
        ("log(-x)", "1/x", Status.WRONG_FORMULA),  # log(2) + pi*I
        ("(-sigmoid(x))**3.5", "1/x", Status.WRONG_FORMULA),
        ("sqrt(1 - x)", "x", Status.WRONG_FORMULA),
        ("acos(x)", "x", Status.WRONG_FORMULA),
        ("exp(2*acoth(1/x))", "-3 + 0*x", Status.MATCH),  # (1/x + 1)/(1/x - 1) at 2
        ("sqrt(-x)*sqrt(-x)", "-x", Status.MATCH),
        ("sqrt(-x)*sqrt(-x)", "x", Status.WRONG_FORMULA),
        ("(-x)**0.5*(-x)**1.5", "x**2", Status.MATCH),
        ("log(-x) - log(-x/2)", "log(2) + 0*x", Status.MATCH),
        ("x/(x - 2)", "x", Status.UNDEFINED),  # no value at all
        ("where(x > 1, log(-x), 1)", "x", Status.WRONG_FORMULA),
        ("where(x > 3, log(-x), x)", "x", Status.MATCH),
        ("sqrt(-x)**2 + x", "0*x", Status.MATCH),  # a complex 0 is no number relative to its size
        ("exp(I*pi) + 1", "0*x", Status.MATCH),
        ("log(-x) - log(-2)", "0*x", Status.MATCH),
        ("sqrt(-x)**2 + x", "1e-300*x", Status.WRONG_FORMULA),
        ("sqrt(-x)*sqrt(-x) + lgamma(-x - 1/2)", "lgamma(-x - 1/2) - x", Status.MATCH),  # log|gamma|, not log gamma
        ("sqrt(-x)*sqrt(-x)*Max(x, -x)", "-x**2", Status.MATCH),
        ("where(x > 0, sqrt(-x)*sqrt(-x), floor(log(-x)))", "-x", Status.MATCH),  # what is not taken may be nothing
        ("sign(sqrt(-x))", "x", Status.UNDEFINED),
    ],
)
def test_claims_by_way_of_complex_numbers(claim: str, true: str, status: Status) -> None:
    """A claim that is not real is wrong where the derivative is; one that is real by way of complex numbers counts."""
    assert status is judge(claim, true).status


def test_claim_that_cannot_be_enclosed() -> None:
    """A claim whose enclosure never becomes finite is undecided rather than wrong by accident."""
    verdict = judge("tan(pi/2)*x", "1/x")

    assert Status.UNDECIDED is verdict.status
    assert "the claimed formula could not be enclosed narrowly enough" == verdict.reason


@pytest.mark.parametrize(
    ("claim", "true", "status"),
    [
        ("floor(x/3*3/2)", "1 + 0*x", Status.MATCH),
        ("1 + sign(x/3 - 2/3)", "1 + 0*x", Status.MATCH),
        ("where(x/3 >= 2/3, 1, 2)", "1 + 0*x", Status.MATCH),
        ("where(x/3 >= 2/3, 1, 2)", "2 + 0*x", Status.WRONG_FORMULA),
        ("acos(sigmoid(x) + sigmoid(-x))", "0*x", Status.MATCH),
        ("1 + sqrt(1 - sin(x)**2 - cos(x)**2)", "1 + 0*x", Status.MATCH),
        ("asin(tanh(x)/tanh(x))", "pi/2 + 0*x", Status.MATCH),
        ("asin(tanh(x)/tanh(x))", "1 + 0*x", Status.WRONG_FORMULA),
        ("log(x - 2)", "1 + 0*x", Status.UNDEFINED),  # infinite, which is no number
        ("gamma(log(x - 2))", "1 + 0*x", Status.UNDEFINED),  # nor is what is made of it
    ],
)
def test_claims_that_no_ball_decides(claim: str, true: str, status: Status) -> None:
    """The value of a claim is found as that of the function is: ties are settled, and the end of a domain is met."""
    assert status is judge(claim, true).status


@pytest.mark.parametrize(
    ("claim", "true", "status"),
    [
        ("0.7071067811865476", "sqrt(x)/2", Status.MATCH),  # the 16th digit is a 5, of the nearest float64 a 6
        ("0.70710678118654757", "sqrt(x)/2", Status.MATCH),
        ("0.30000000000000004", "0.3 + 0*x", Status.MATCH),
        ("-0.33333333333333331", "-1/3 + 0*x", Status.MATCH),
        ("0.7071067811865486", "sqrt(x)/2", Status.WRONG_FORMULA),
        ("0.333333333333333315", "1/3 + 0*x", Status.WRONG_FORMULA),  # no float64 is printed with 18 digits
        ("1.000000000000002", "1 + 0*x", Status.WRONG_FORMULA),
    ],
)
def test_a_claim_may_be_a_float64_as_it_was_printed(claim: str, true: str, status: Status) -> None:
    """A decimal of 15 to 17 digits is a float64, which lies beside the true number and is printed beside itself."""
    assert status is judge(claim, true).status


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.5", Fraction(1, 2)),
        ("--2", Fraction(2)),
        ("-(3)", Fraction(-3)),
        ("+1", Fraction(1)),
        ("1/2", None),
        ("pi", None),
    ],
)
def test_plain_number(text: str, number: Fraction | None) -> None:
    """A plain number is a literal with signs and brackets, and nothing else."""
    assert number == plain_number(parse(text))


@pytest.mark.parametrize(
    ("literal", "half"),
    [
        ("0.3333", Fraction(1, 2 * 10**4)),
        ("0.333", Fraction(0)),
        ("3333", Fraction(0)),
        ("3.333e5", Fraction(50)),
        ("0x1.8000p3", Fraction(0)),
        ("0x1.8e51p3", Fraction(0)),
    ],
)
def test_half_unit(literal: str, half: Fraction) -> None:
    """Integers, short decimals and hexadecimals are exact."""
    assert half == half_unit(literal)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("4*x", Status.MATCH),
        ("2*2.000000000000005*x", Status.WRONG_FORMULA),  # 2.5e-15 off, at 16 digits
        ("2*2.00000000000001*x", Status.WRONG_FORMULA),  # a unit of the 15th digit off: 2 is not what was rounded
        ("12.00", Status.MATCH),
        ("12.01", Status.WRONG_FORMULA),  # within a unit of the last place, and not within half of one
        ("11.99", Status.WRONG_FORMULA),
    ],
)
def test_a_claim_is_rounded_by_half_a_unit_at_most(claim: str, expected: Status) -> None:
    """A number one unit beside the true one is no rounding of it."""
    case = Case("2*x**2", at=({"x": "3"},), derivative={("x",): claim})
    assert [expected] == [result.status for result in check_case(case) if result.what is What.CLAIM]


def test_claimed_value_is_narrow() -> None:
    """A claimed formula is enclosed to 90 bits, cancellation or not."""
    point = read_point({"x": "2**-60"}, DType.FLOAT64)
    value = claimed_value(parse("(1 - cos(x))/x**2", ["x"]), exact(point))

    assert isinstance(value, arb)
    assert abs(value - arb("0.5")) < arb((1, -90))


@pytest.mark.parametrize(
    ("claim", "status", "words"),
    [
        ("0.3333", Status.MATCH, "to the 4 digits given"),
        ("0.33333333", Status.MATCH, "to the 8 digits given"),
        ("0.3335", Status.WRONG_FORMULA, "wrong even to the 4 digits given"),
        ("0.33", Status.WRONG_FORMULA, "counts as exact (a rounded number has 4 digits or more)"),
        ("0.5", Status.WRONG_FORMULA, "the claim gives 0.5, the true number is 0.33333333333333333333"),
    ],
)
def test_the_digits_of_a_claim_are_told(claim: str, status: Status, words: str) -> None:
    """Whether a decimal passes or fails by its digits, the row says to how many."""
    verdict = judge(claim, "1/3 + 0*x")
    assert status is verdict.status
    assert words in (verdict.reason or "")


def test_long_literals_that_leave_everything_open() -> None:
    """Where a claim's rounded literals cancel, nobody knows what it claims, and it is neither right nor wrong."""
    assert Status.UNDECIDED is judge("2 + 1e16*(1.000000000000000*x - 2.000000000000000) + 1", "x").status
