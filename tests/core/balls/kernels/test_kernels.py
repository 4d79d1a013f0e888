"""The ball kernels enclose: at points, on balls, and at the edges of their domains.

Covers also: arithmetic, bessel, conditions, constants, domain, elliptic, enclosing, error_function, exponential, gamma,
hypergeometric, integrals, lookup, methods, orthogonal_polynomials, owens_t, polylogarithms, remembering, steps,
trigonometric.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from ball_kernels import kernels
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.lookup import kernel as kernel_called
from derivcheck.balls.kernels.remembering import forget
from derivcheck.errors import UnsupportedError
from derivcheck.language import table
from derivcheck.language.table import Sort

Kernel = Callable[..., Any]
INF = float("inf")


def kernel(name: str) -> Kernel:
    """Return the ball kernel of a function of the table."""
    row = table.function(name)
    assert row is not None
    assert row.ball is not None
    return kernel_called(row.ball)


UNARY = [
    row.name
    for row in table.FUNCTIONS
    if row.ball is not None and row.params == ("x",) and Sort.BOOL not in (row.sort_of(0), row.result)
]
BINARY = [
    row.name
    for row in table.FUNCTIONS
    if row.ball is not None
    and len(row.params) == 2
    and not row.constant_params
    and Sort.BOOL not in (row.sort_of(0), row.result)
]
ORDERED = [row.name for row in table.FUNCTIONS if row.ball is not None and row.constant_params and len(row.params) == 2]
OF_MANY = [
    row.name
    for row in table.FUNCTIONS
    if row.ball is not None and len(row.params) > 2 and {row.result, row.sort_of(0)} == {Sort.REAL}
]

numbers = st.one_of(
    st.integers(-4, 4).map(float),
    st.integers(-12, 12).map(lambda n: n / 4),
    st.floats(-8, 8, allow_subnormal=False),
    st.floats(-1.2, 1.2, allow_subnormal=False),
    st.sampled_from([0.0, 1e-30, -1e-30, 1e5, -1e5, 1e300, -1e300]),
)
radii = st.one_of(st.just(0.0), st.sampled_from([1e-40, 1e-9, 0.25, 0.5, 1.0, 3.0]), st.floats(1e-6, 2))
positions = st.one_of(st.sampled_from([-1.0, 0.0, 1.0]), st.floats(-1, 1))


def inside(middle: float, radius: float, position: float) -> tuple[arb, arb]:
    """A ball, and a point of it, exact."""
    point = Fraction(middle) + Fraction(radius) * Fraction(position)
    exact = arb((int(point.numerator), -(point.denominator.bit_length() - 1)))
    return arb(middle, radius), exact


def must_contain(on_ball: Callable[[], Any], at_point: Callable[[], Any]) -> None:
    """The image of the ball contains the image of the point, and a ball that is outside has no point inside."""
    try:
        value = at_point()
    except OutOfDomain:
        value = None
    try:
        enclosure = on_ball()
    except OutOfDomain:
        enclosure = None
    if enclosure is None:
        assert value is None or value.is_nan(), f"called outside, but at a point of the ball there is {value}"
        return
    assert isinstance(enclosure, arb)
    if value is None:
        return
    if enclosure.is_nan() or not value.is_finite():
        return
    assert enclosure.overlaps(value), f"{enclosure} misses {value}"


@pytest.mark.parametrize("name", UNARY)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(middle=numbers, radius=radii, position=positions)
def test_the_image_of_a_point_is_in_the_image_of_the_ball(
    name: str, middle: float, radius: float, position: float
) -> None:
    """The one property that everything rests on, for every unary kernel."""
    f = kernel(name)
    ball, point = inside(middle, radius, position)
    must_contain(lambda: f(ball), lambda: f(point))


@pytest.mark.parametrize("name", BINARY)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(x=numbers, y=numbers, rx=radii, ry=radii, px=positions, py=positions)
def test_the_image_of_a_point_is_in_the_image_of_the_box(
    name: str, x: float, y: float, rx: float, ry: float, px: float, py: float
) -> None:
    """The same for kernels of two arguments."""
    f = kernel(name)
    (ball_x, point_x), (ball_y, point_y) = inside(x, rx, px), inside(y, ry, py)
    must_contain(lambda: f(ball_x, ball_y), lambda: f(point_x, point_y))


@pytest.mark.parametrize("name", ORDERED)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(order=st.sampled_from([1, 2, 3, 0.5, 2.5]), middle=numbers, radius=radii, position=positions)
def test_kernels_with_an_order_enclose(name: str, order: float, middle: float, radius: float, position: float) -> None:
    """The same for kernels with a constant order or shape."""
    f = kernel(name)
    row = table.function(name)
    assert row is not None
    ball, point = inside(middle, radius, position)
    order = int(order) + 1 if name in {"polygamma", "mvlgamma"} or row.group == "orthogonal polynomials" else order

    def call(x: arb) -> Any:
        return f(arb(order), x) if row.constant_params[0] == row.params[0] else f(x, arb(order))

    if name == "zeta" and order == 1:
        return
    must_contain(lambda: call(ball), lambda: call(point))


@pytest.mark.parametrize("name", OF_MANY)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.lists(st.tuples(numbers, radii, positions), min_size=4, max_size=4))
def test_kernels_of_many_arguments_enclose(name: str, data: list[tuple[float, float, float]]) -> None:
    """The same for kernels of three and four arguments; a whole order stays what it is."""
    f, row = kernel(name), table.function(name)
    assert row is not None
    pairs = [inside(*drawn) for drawn in data[: len(row.params)]]
    balls = [
        arb(5) if param in row.constant_params else ball for param, (ball, _) in zip(row.params, pairs, strict=True)
    ]
    points = [
        arb(5) if param in row.constant_params else point for param, (_, point) in zip(row.params, pairs, strict=True)
    ]
    with contextlib.suppress(UnsupportedError):  # a parameter that is too large
        must_contain(lambda: f(*balls), lambda: f(*points))


def test_integer_powers_enclose_for_every_sign() -> None:
    """An even power of a ball around zero is nonnegative and tight, which Arb's own is not."""
    square = kernels.power(arb(0, 1), arb(2))
    assert square >= 0
    assert square.upper() < 1.001
    assert kernels.power(arb(0, 1), arb(3)).contains(arb(-1))
    assert kernels.power(arb(-3), arb(3)) == -27
    assert kernels.power(arb(2), arb(-2)) == 0.25
    assert kernels.power(arb(0), arb(0)) == 1
    assert kernels.power(arb(0, 1), arb(0)) == 1
    assert kernels.power(arb(0), arb(0.5)) == 0
    assert kernels.power(arb(0, 1), arb(-1)).is_nan()
    assert kernels.power(arb(0, 1), arb(0.5)).is_nan()
    huge = kernels.power(arb(-1) - arb(2) ** -40, arb(10**12 + 1))
    assert huge < 0
    assert huge.overlaps(-((arb(10**12 + 1) * (1 + arb(2) ** -40).log()).exp()))


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: kernels.sqrt(arb(-1)), "the square root of a negative number"),
        (lambda: kernels.sqrt(arb(-2, 1)), "the square root of a negative number"),
        (lambda: kernels.log(arb(-1)), "the logarithm of a negative number"),
        (lambda: kernels.log(arb(-5, 1)), "the logarithm of a negative number"),
        (lambda: kernels.log1p(arb(-2)), "the logarithm of a negative number"),
        (lambda: kernels.div(arb(1), arb(0)), "division by zero"),
        (lambda: kernels.div(arb(0), arb(0)), "zero divided by zero"),
        (lambda: kernels.remainder(arb(1), arb(0)), "division by zero"),
        (lambda: kernels.fmod(arb(1), arb(0)), "division by zero"),
        (lambda: kernels.power(arb(0), arb(-1)), "division by zero"),
        (lambda: kernels.power(arb(0), arb(-0.5)), "division by zero"),
        (lambda: kernels.power(arb(-8), arb(fmpq(1, 3))), "a noninteger power of a negative number"),
        (lambda: kernels.power(arb(-8), arb(0.5)), "a noninteger power of a negative number"),
        (lambda: kernels.div(arb.pos_inf(), arb.neg_inf()), "infinity divided by infinity"),
        (lambda: kernels.sin(arb.neg_inf()), "`sin` of an infinity"),
        (lambda: kernels.tan(arb.pos_inf()), "`tan` of an infinity"),
        (lambda: kernels.sinc(arb.pos_inf()), "`sinc` of an infinity"),
        (lambda: kernels.fmod(arb.pos_inf(), arb(2)), "the remainder of an infinity"),
        (lambda: kernels.remainder(arb.neg_inf(), arb(2)), "the remainder of an infinity"),
        (lambda: kernels.acos(arb(2)), "the inverse cosine of a number outside of [-1, 1]"),
        (lambda: kernels.asin(arb(-2)), "the inverse sine of a number outside of [-1, 1]"),
        (lambda: kernels.acosh(arb(0.5)), "the inverse hyperbolic cosine of a number below 1"),
        (lambda: kernels.atanh(arb(2)), "the inverse hyperbolic tangent of a number outside of [-1, 1]"),
        (lambda: kernels.erfinv(arb(-2)), "the inverse error function of a number outside of [-1, 1]"),
        (lambda: kernels.erfcinv(arb(3)), "the inverse complementary error function of a number outside of [0, 2]"),
        (lambda: kernels.gamma(arb(-3)), "a pole of gamma"),
        (lambda: kernels.lgamma(arb(0)), "a pole of log|gamma|"),
        (lambda: kernels.digamma(arb(-1)), "a pole of digamma"),
        (lambda: kernels.polygamma(arb(2), arb(-1)), "a pole of polygamma"),
        (lambda: kernels.cot(arb(0)), "division by zero"),
        (lambda: kernels.csch(arb(0)), "division by zero"),
        (lambda: kernels.ci(arb(-1)), "the cosine integral of a negative number"),
        (lambda: kernels.li(arb(1)), "the pole of li at 1"),
        (lambda: kernels.ei(arb(0)), "the pole of Ei at 0"),
        (lambda: kernels.expint(arb(1), arb(0)), "the pole of expint at 0"),
        (lambda: kernels.expint(arb(1), arb(-1)), "the generalized exponential integral of a negative number"),
        (lambda: kernels.zeta(arb(1), arb(2)), "the pole of zeta at s = 1"),
        (lambda: kernels.zeta(arb(2), arb(-3)), "a pole of the Hurwitz zeta function"),
        (lambda: kernels.mvlgamma(arb(1), arb(3)), "mvlgamma at or below (p - 1)/2"),
        (lambda: kernels.lambertw(arb(-1)), "Lambert's W of a number below -1/e"),
        (lambda: kernels.besselk(arb(0), arb(-1)), "besselk of a negative number"),
        (lambda: kernels.besselj(arb(0.5), arb(-1)), "a Bessel function of noninteger order at a negative number"),
        (lambda: kernels.entr(arb(-1)), "the logarithm of a negative number"),
        (lambda: kernels.dirac_delta(arb(0)), "the Dirac delta at zero"),
        (lambda: kernels.gammainc(arb(-1), arb(1)), "an incomplete gamma function of a shape that is not positive"),
    ],
)
def test_outside_of_the_domain_is_said_with_a_reason(call: Callable[[], Any], reason: str) -> None:
    """A ball that lies outside of the domain as a whole raises."""
    with pytest.raises(OutOfDomain) as caught:
        call()
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "call",
    [
        lambda: kernels.sqrt(arb(0, 1)),
        lambda: kernels.log(arb(0, 1)),
        lambda: kernels.div(arb(1), arb(0, 1)),
        lambda: kernels.acos(arb(1, 0.1)),
        lambda: kernels.acosh(arb(1, 0.1)),
        lambda: kernels.atanh(arb(1, 0.1)),
        lambda: kernels.erfinv(arb(-1, 0.1)),
        lambda: kernels.gamma(arb(-1, 0.1)),
        lambda: kernels.lgamma(arb(-1, 0.1)),
        lambda: kernels.digamma(arb(0, 0.1)),
        lambda: kernels.polygamma(arb(3), arb(-2, 0.1)),
        lambda: kernels.zeta(arb(2), arb(-2, 0.1)),
        lambda: kernels.tan(arb(1.5, 0.2)),
        lambda: kernels.sec(arb(1.5, 0.2)),
        lambda: kernels.ci(arb(0, 1)),
        lambda: kernels.lambertw(arb(-0.3, 0.2)),
        lambda: kernels.power(arb(-8, 9), arb(fmpq(1, 3))),
        lambda: kernels.power(arb(-2), arb(2, 0.5)),
        lambda: kernels.mvlgamma(arb(1, 0.1), arb(3)),
        lambda: kernels.dirac_delta(arb(0, 1)),
        lambda: kernels.besselk(arb(0), arb(0, 1)),
    ],
)
def test_across_an_edge_or_a_pole_nothing_is_known(call: Callable[[], Any]) -> None:
    """A ball that straddles the edge of the domain or a pole gives nan."""
    assert call().is_nan()


@pytest.mark.parametrize("name", UNARY)
def test_nan_stays_nan(name: str) -> None:
    """Unknown in, unknown out."""
    assert kernel(name)(arb.nan()).is_nan()


@pytest.mark.parametrize("name", [name for name in BINARY if name != "xlogy"])
def test_nan_stays_nan_in_either_argument(name: str) -> None:
    """The same for two arguments."""
    assert kernel(name)(arb.nan(), arb(3)).is_nan()
    assert kernel(name)(arb(3), arb.nan()).is_nan()


@pytest.mark.parametrize("name", UNARY)
def test_numbers_of_any_size_end_at_once(name: str) -> None:
    """No argument hangs, exhausts memory or raises anything but OutOfDomain."""
    infinities = [arb.pos_inf(), arb.neg_inf(), arb(0, INF)]
    for x in [*infinities, arb(1e300), arb(-1e300), arb(1e-300), arb((1, 10**6)), arb((-1, 10**9)), arb((1, -(10**9)))]:
        with contextlib.suppress(OutOfDomain):
            assert isinstance(kernel(name)(x), arb)


@pytest.mark.parametrize(
    ("name", "args", "value"),
    [
        # https://dlmf.nist.gov: 5.4.E6, 5.4.E12 and 5.4.E13, 25.6.E1, 5.15.E2
        ("gamma", (0.5,), lambda: arb.pi().sqrt()),
        ("gamma", (-0.5,), lambda: -2 * arb.pi().sqrt()),
        ("lgamma", (-0.5,), lambda: arb(2).log() + arb.pi().log() / 2),
        ("digamma", (1,), lambda: -arb.const_euler()),
        ("digamma", (0.5,), lambda: -arb.const_euler() - 2 * arb(2).log()),
        ("zeta", (2, 1), lambda: arb.pi() ** 2 / 6),
        ("polygamma", (1, 1), lambda: arb.pi() ** 2 / 6),
        ("polygamma", (1, 0.5), lambda: arb.pi() ** 2 / 2),
        ("polygamma", (1, -0.5), lambda: arb.pi() ** 2 / 2 + 4),
        ("polygamma", (2, -0.5), lambda: -14 * arb(3).zeta() + 16),
        ("zeta", (2, -0.5), lambda: arb.pi() ** 2 / 2 + 4),
        ("zeta", (3, -0.5), lambda: 7 * arb(3).zeta() - 8),
        ("zeta", (-1, -0.5), lambda: -(arb(0.25) + 0.5 + arb(1) / 6) / 2),
        # 9.2.E3 and 9.2.E4: Ai(0) and Ai'(0)
        ("airyai", (0,), lambda: 1 / (arb(3) ** (arb(2) / 3) * (arb(2) / 3).gamma())),
        ("airyaiprime", (0,), lambda: -1 / (arb(3) ** (arb(1) / 3) * (arb(1) / 3).gamma())),
        ("airybi", (0,), lambda: 1 / (arb(3) ** (arb(1) / 6) * (arb(2) / 3).gamma())),
        ("airybiprime", (0,), lambda: arb(3) ** (arb(1) / 6) / (arb(1) / 3).gamma()),
        # 10.16.E1 and 10.39.E1: half an order is elementary
        ("besselj", (0.5, 2), lambda: (1 / arb.pi()).sqrt() * arb(2).sin()),
        ("bessely", (0.5, 2), lambda: -((1 / arb.pi()).sqrt()) * arb(2).cos()),
        ("besseli", (0.5, 2), lambda: (1 / arb.pi()).sqrt() * arb(2).sinh()),
        ("besselk", (0.5, 2), lambda: (arb.pi() / 4).sqrt() * arb(-2).exp()),
        # 8.4: incomplete gamma functions of shape 1 and 1/2
        ("lowergamma", (1, 2), lambda: 1 - arb(-2).exp()),
        ("uppergamma", (1, 2), lambda: arb(-2).exp()),
        ("lowergamma", (0.5, 4), lambda: arb.pi().sqrt() * arb(2).erf()),
        ("gammainc", (0.5, 4), lambda: arb(2).erf()),
        ("gammaincc", (0.5, 4), lambda: arb(2).erfc()),
        ("expint", (2, 0), lambda: arb(1)),
        ("Si", (INF,), lambda: arb.pi() / 2),
        ("LambertW", (0.0,), lambda: arb(0)),
        ("mvlgamma", (2, 2), lambda: arb.pi().log() / 2 + arb(1.5).gamma().log()),
        ("erfinv", (0.5,), lambda: arb("0.476936276204469873381418353643130559808969749059470644703882695919383447")),
        ("LambertW", (1,), lambda: arb("0.567143290409783872999968662210355549753815787186512508135131079223045793")),
        ("atan2", (0, 0), lambda: arb(0)),
        ("atan2", (0, -1), arb.pi),
        ("entr", (0,), lambda: arb(0)),
        ("xlogy", (0, 0), lambda: arb(0)),
        ("sigmoid", (-1e300,), lambda: arb(0)),
        ("softplus", (1e300,), lambda: arb(1e300)),
        ("logsigmoid", (-1e300,), lambda: arb(-1e300)),
        ("logaddexp", (1e300, -1e300), lambda: arb(1e300)),
        ("log", (8, 2), lambda: arb(3)),
        ("sinc_unnormalized", (0,), lambda: arb(1)),
    ],
)
def test_known_values(name: str, args: tuple[float, ...], value: Callable[[], arb]) -> None:
    """Closed forms, from the NIST handbook unless they are plain."""
    got, known = kernel(name)(*(arb(arg) for arg in args)), value()
    assert got.overlaps(known)
    assert got.rad() < 1e-30 * max(1.0, abs(float(known.mid())))


def test_there_is_no_kernel_of_another_name() -> None:
    """A misspelt name in the table is a mistake, and no kernel that is missing."""
    with pytest.raises(LookupError, match="`sine`"):
        kernel_called("sine")


@pytest.mark.parametrize(
    ("kernel", "low", "high", "falls"),
    [(kernels.atanh, -1, 1, False), (kernels.erfinv, -1, 1, False), (kernels.erfcinv, 0, 2, True)],
)
def test_an_inverse_is_infinite_at_the_ends(kernel: Callable[[arb], arb], low: int, high: int, falls: bool) -> None:
    """tanh and erf reach -1 and 1 at infinity; a ball around an end reaches over it, and nothing is known."""
    ends = [arb.neg_inf(), arb.pos_inf()]
    assert [kernel(arb(low)), kernel(arb(high))] == (ends[::-1] if falls else ends)
    assert kernel(arb(high, 1e-9)).is_nan()
    assert kernel(arb(high) - arb(0, 1e-9).abs_upper()).is_finite()


def test_log_of_zero_is_minus_infinity() -> None:
    """The limit, so that torch's -inf can be compared with something."""
    assert kernels.log(arb(0)) == arb.neg_inf()
    assert kernels.exp(kernels.log(arb(0))) == 0


def test_nonnegative_stays_nonnegative() -> None:
    """A square or a magnitude can go into a square root."""
    around = arb(0, 0.5)
    for image in (kernels.absolute(around), kernels.power(around, arb(2)), kernels.exp(arb(-1e300))):
        assert kernels.sqrt(image).is_finite()


def test_more_bits_give_narrower_balls() -> None:
    """The kernels work at the precision of the context."""
    widths = []
    for bits in (64, 128, 256):
        with ctx.workprec(bits):
            widths.append(float(kernels.lgamma(arb(-2.5)).rad()))
    assert widths[0] > 2**50 * widths[1] > 2**100 * widths[2]


def test_a_kernel_remembers_without_changing_what_it_says() -> None:
    """Asked again, at another precision, or after it forgot: the same ball for the same ball."""
    x = arb(arb("1.25"), arb((1, -400)))
    for bits in (300, 128, 300):
        with ctx.workprec(bits):
            first, again = (kernels.polygamma(arb(1), x) for _ in range(2))
            forget()
            anew = kernels.polygamma(arb(1), x)
            assert first.mid() == again.mid() == anew.mid()
            assert first.rad() == again.rad() == anew.rad()


@given(
    exponent=st.one_of(st.integers(-9, 9).map(Fraction), st.sampled_from([Fraction(1, 2), Fraction(-5, 3)])),
    middle=numbers,
    radius=radii,
)
def test_a_power_to_a_known_exponent_is_the_same_power(exponent: Fraction, middle: float, radius: float) -> None:
    """To know the exponent beforehand saves questions and changes no bit, nor what is outside of the domain."""
    x, y = arb(middle, radius), arb(fmpq(exponent.numerator, exponent.denominator))
    found = []
    for kernel in (kernels.power_to(exponent), kernels.power):
        try:
            ball = kernel(x, y)
            found.append((str(ball.mid().man_exp()), str(ball.rad().man_exp())) if ball.is_finite() else "unknown")
        except OutOfDomain as error:
            found.append(error.reason)
    assert found[0] == found[1]


@pytest.mark.parametrize("x", [1e7, 1e13, 1e300])
def test_erfc_far_out_of_a_number_that_is_not_exact(x: float) -> None:
    """erfcx(x) = exp(x**2)*erfc(x) is 1/(x*sqrt(pi))*(1 - 1/(2*x**2) + ...), https://dlmf.nist.gov/7.12.E1."""
    with ctx.workprec(5120):
        third = arb(x) / 3
        erfcx = (third * third).exp() * kernels.erfc(third)
        assert erfcx.rel_accuracy_bits() > 3000
        first = 1 / (third * arb.pi().sqrt())
        assert first * (1 - 1 / (2 * third**2)) < erfcx < first
