"""Identities of the higher functions, which their kernels obey to nearly all bits; their sources are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import mpmath
import pytest
from ball_kernels import kernels
from flint import arb, ctx

from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.errors import UnsupportedError


@pytest.fixture(autouse=True)
def working_precision() -> Iterator[None]:
    """Compute with enough bits that a test decides."""
    with ctx.workprec(300):
        yield


def ball(text: str | int) -> arb:
    """A number as a ball: "3/7" is no exact one."""
    value = Fraction(text)
    return arb(value.numerator) / value.denominator


def call(name: str, *args: str | int | arb) -> arb:
    """A kernel at plain numbers."""
    value = getattr(kernels, name)(*(arg if isinstance(arg, arb) else ball(arg) for arg in args))
    assert isinstance(value, arb)
    return value


X = arb(0.28125)
A = arb(0.375)

IDENTITIES: dict[str, Callable[[], tuple[arb, arb]]] = {
    "DLMF 15.4.1: 2F1(1, 1; 2; x) is -log(1 - x)/x": lambda: (call("hyp2f1", 1, 1, 2, X), -(1 - X).log() / X),
    "DLMF 15.4.3: 2F1(1/2, 1; 3/2; -x**2) is atan(x)/x": lambda: (
        call("hyp2f1", "1/2", 1, "3/2", -(X**2)),
        X.atan() / X,
    ),
    "DLMF 15.4.6: 2F1(a, b; b; x) is (1 - x)**-a": lambda: (call("hyp2f1", A, 4, 4, X), (1 - X) ** -A),
    "DLMF 15.4.20 at x = 1": lambda: (
        call("hyp2f1", "1/3", "1/2", 2, 1),
        (ball("7/6")).gamma() / (ball("5/3").gamma() * ball("3/2").gamma()),
    ),
    "DLMF 15.2.4: a polynomial where a is -2, beyond 1 too": lambda: (
        call("hyp2f1", -2, 3, 4, 5),
        1 - 2 * ball(3) / 4 * 5 + ball(12) / 20 * 25,
    ),
    "DLMF 13.6.1: 1F1(a, a, x) is exp(x)": lambda: (call("hyp1f1", A, A, X), X.exp()),
    "DLMF 13.6.5: 1F1(a, a + 1, -x) is an incomplete gamma function": lambda: (
        call("hyp1f1", A, A + 1, -X),
        A * X**-A * X.gamma_lower(A),
    ),
    "DLMF 13.6.6: U(1 - a, 1 - a, x) is exp(x)*uppergamma(a, x)": lambda: (
        call("hyperu", 1 - A, 1 - A, X),
        X.exp() * X.gamma_upper(A),
    ),
    "DLMF 10.16.9: 0F1 is a Bessel function": lambda: (
        call("hyp0f1", A + 1, -(X**2) / 4),
        (A + 1).gamma() * (X / 2) ** -A * X.bessel_j(A),
    ),
    "DLMF 8.17.4: betainc(a, b, x) + betainc(b, a, 1 - x) is 1": lambda: (
        call("betainc", "1/3", "5/2", X) + call("betainc", "5/2", "1/3", 1 - X),
        arb(1),
    ),
    "DLMF 8.17.5: betainc(2, 3, x) is a sum of binomials": lambda: (
        call("betainc", 2, 3, X),
        6 * X**2 * (1 - X) ** 2 + 4 * X**3 * (1 - X) + X**4,
    ),
    "DLMF 19.7.1: Legendre's relation": lambda: (
        call("elliptic_e", X) * call("elliptic_k", 1 - X)
        + call("elliptic_k", X) * call("elliptic_e", 1 - X)
        - call("elliptic_k", X) * call("elliptic_k", 1 - X),
        arb.pi() / 2,
    ),
    "DLMF 19.6.1: K(0) is pi/2": lambda: (call("elliptic_k", 0), arb.pi() / 2),
    "DLMF 19.6.8: F(phi, 1) is atanh(sin(phi))": lambda: (call("elliptic_f", X, 1), X.sin().atanh()),
    "DLMF 19.6.9: E(phi, 1) is sin(phi)": lambda: (call("elliptic_e_inc", X, 1), X.sin()),
    "DLMF 19.2.8: F(pi/2, m) is K(m)": lambda: (call("elliptic_f", arb.pi() / 2, X), call("elliptic_k", X)),
    "DLMF 19.6.3: Pi(0, m) is K(m)": lambda: (call("elliptic_pi", 0, X), call("elliptic_k", X)),
    "DLMF 19.6.12: Pi(0, phi, m) is F(phi, m)": lambda: (
        call("elliptic_pi_inc", 0, A, X),
        call("elliptic_f", A, X),
    ),
    "DLMF 25.12.6: Li2(x) + Li2(1 - x)": lambda: (
        call("polylog", 2, X) + call("polylog", 2, 1 - X),
        arb.pi() ** 2 / 6 - X.log() * (1 - X).log(),
    ),
    "DLMF 25.12.12: polylog(1, x) is -log(1 - x)": lambda: (call("polylog", 1, X), -(1 - X).log()),
    "polylog(-1, x) is x/(1 - x)**2, beyond 1 too": lambda: (call("polylog", -1, 3), ball("3/4")),
    "polylog(s, 1) is zeta(s)": lambda: (call("polylog", 3, 1), arb(3).zeta()),
    "Owen 1956: T(0, a) is atan(a)/(2*pi)": lambda: (call("owens_t", 0, X), X.atan() / (2 * arb.pi())),
    "Owen 1956: T(h, 1) is q*(1 - q)/2": lambda: (
        call("owens_t", A, 1),
        (A / arb(2).sqrt()).erfc() / 4 * (1 - (A / arb(2).sqrt()).erfc() / 2),
    ),
    "Owen 1956: T(h, a) + T(a*h, 1/a), for a number beyond 1": lambda: (
        call("owens_t", A, 3) + call("owens_t", 3 * A, "1/3"),
        _tails(A, 3 * A),
    ),
    "DLMF 5.17.1: G(x + 1) is gamma(x)*G(x)": lambda: (
        call("barnesg", X + 1),
        X.gamma() * call("barnesg", X),
    ),
    "DLMF 5.17.2: G(6) is 4!*3!*2!": lambda: (call("barnesg", 6), arb(288)),
    "DLMF 18.9.1: the recurrence of Legendre's polynomials": lambda: (
        31 * call("legendre", 31, X),
        61 * X * call("legendre", 30, X) - 30 * call("legendre", 29, X),
    ),
    "DLMF 18.5.1: T(n, cos(t)) is cos(n*t)": lambda: (call("chebyshevt", 40, X.cos()), (40 * X).cos()),
    "DLMF 18.5.2: U(n, cos(t)) is sin((n + 1)*t)/sin(t)": lambda: (
        call("chebyshevu", 40, X.cos()),
        (41 * X).sin() / X.sin(),
    ),
    "DLMF 18.7.11: He is H of another scale": lambda: (
        call("hermite_prob", 9, X),
        call("hermite", 9, X / arb(2).sqrt()) / arb(2).sqrt() ** 9,
    ),
    "DLMF 18.7.19: H of an even degree is Laguerre's": lambda: (
        call("hermite", 8, X),
        256 * 24 * call("assoc_laguerre", 4, "-1/2", X**2),
    ),
    "DLMF 18.9.23: the derivative of L(n, x) is -L(n - 1, 1, x), whose sum is known": lambda: (
        call("assoc_laguerre", 4, 1, X),
        sum((call("laguerre", k, X) for k in range(5)), arb(0)),
    ),
    "DLMF 18.7.4: gegenbauer(n, 1, x) is chebyshevu(n, x)": lambda: (
        call("gegenbauer", 20, 1, X),
        call("chebyshevu", 20, X),
    ),
    "DLMF 18.7.9: jacobi(n, 0, 0, x) is legendre(n, x)": lambda: (
        call("jacobi", 20, 0, 0, X),
        call("legendre", 20, X),
    ),
}


def _tails(h: arb, product: arb) -> arb:
    """(q + p)/2 - q*p with the tails of the normal distribution at h and a*h."""
    q, p = ((each / arb(2).sqrt()).erfc() / 2 for each in (h, product))
    return (q + p) / 2 - q * p


@pytest.mark.parametrize("identity", IDENTITIES)
def test_an_identity_holds(identity: str) -> None:
    """Both sides are narrow and share a number."""
    left, right = IDENTITIES[identity]()
    assert left.rel_accuracy_bits() > 230
    assert right.rel_accuracy_bits() > 230
    assert left.overlaps(right)


@pytest.mark.parametrize(
    "outside",
    [
        ("hyp2f1", "1/2", "1/2", 1, 2),  # beyond the branch point
        ("hyp2f1", "1/2", "1/2", 1, 1),  # at it, where c - a - b is 0
        ("hyp2f1", "1/2", "1/2", -1, "1/2"),
        ("hyp1f1", -1, -3, 1),  # two readings: the series ends, or has a pole first
        ("hyp0f1", 0, 1),
        ("hyperu", "1/2", "1/2", -1),
        ("hyperu", "1/2", 2, 0),
        ("betainc", 0, 1, "1/2"),
        ("betainc", 1, 1, "3/2"),
        ("elliptic_k", 1),
        ("elliptic_k", 2),
        ("elliptic_e", 2),
        ("elliptic_f", 1, 2),
        ("elliptic_pi", 2, "1/2"),
        ("polylog", 2, 2),
        ("polylog", 1, 1),
    ],
)
def test_outside_of_the_domain(outside: tuple[str | int, ...]) -> None:
    """Where a function is infinite, complex or has two readings there is no value."""
    name, *args = outside
    with pytest.raises(OutOfDomain):
        call(str(name), *args)


def test_ends_of_the_domain() -> None:
    """Where the function is finite there it has its value, and a ball that reaches beyond has none."""
    assert call("elliptic_e", 1) == 1
    assert call("betainc", 2, 3, 0) == 0
    assert call("betainc", 2, 3, 1) == 1
    assert call("hyperu", "1/2", "1/2", 0).overlaps(arb.pi().sqrt())
    assert call("elliptic_k", arb(1, 0.25)).is_nan()
    assert call("polylog", 2, arb(1, 0.25)).is_nan()
    assert call("hyp2f1", "1/2", "1/2", 1, arb(1, 0.25)).is_nan()


def test_degrees_are_whole() -> None:
    """A ball around an integer is unknown, any other number no degree; one below 0 stands for no term."""
    for name in ("legendre", "chebyshevt", "hermite"):
        assert call(name, arb(3, 1e-9), X).is_nan()
        with pytest.raises(UnsupportedError, match="must be an integer from 0 to 1,000"):
            call(name, "1/2", X)
    assert call("gegenbauer", -1, 1, X) == 0
    assert call("chebyshevu", -1, X) == 0


@pytest.mark.parametrize(("h", "a"), [(0.5, 0.75), (3, -1.25), (-2, 30), (6, 1), (12, 0.5), (0.001, 1e6)])
def test_owens_t_to_fifty_digits(h: float, a: float) -> None:
    """Against the integral that defines it, by mpmath."""
    with mpmath.workdps(50):
        inner = mpmath.quad(
            lambda t: mpmath.exp(-(mpmath.mpf(h) ** 2) * mpmath.sec(t) ** 2 / 2), mpmath.linspace(0, mpmath.atan(a), 9)
        )
        true = arb(str(inner / (2 * mpmath.pi)), str(abs(inner) * mpmath.mpf("1e-25")))
    value = call("owens_t", arb(h), arb(a))
    assert value.rel_accuracy_bits() > 200
    assert value.overlaps(true)


def test_owens_t_far_out_is_bounded() -> None:
    """Where the series would cancel too much, T is between 0 and a bound."""
    value = call("owens_t", 100, "9/10")
    assert value.contains(0)
    assert value < arb(10) ** -2000
