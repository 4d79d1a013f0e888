"""The Taylor coefficients of each function at a number, by its differential equation, integral or recurrence."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
from typing import Any

import mpmath
from mpmath import mp, mpf

Number = Any
"""An mpf: mpmath has no types."""

Coefficients = list[Number]
"""Those of z**0, z**1, …; how many there are is how far they are known."""


def product(xs: Coefficients, ys: Coefficients) -> Coefficients:
    """The product of two power series, as far as both are known."""
    return [sum((xs[i] * ys[k - i] for i in range(k + 1)), mpf(0)) for k in range(min(len(xs), len(ys)))]


def inverse(xs: Coefficients) -> Coefficients:
    """One over a power series, whose constant term is not 0."""
    found = [1 / xs[0]]
    for k in range(1, len(xs)):
        found.append(-found[0] * sum((xs[i] * found[k - i] for i in range(1, k + 1)), mpf(0)))
    return found


def exponential(xs: Coefficients) -> Coefficients:
    """The exponential of a power series: y' = x'*y."""
    found = [mpmath.exp(xs[0])]
    for k in range(1, len(xs)):
        found.append(sum((i * xs[i] * found[k - i] for i in range(1, k + 1)), mpf(0)) / k)
    return found


def sine_and_cosine(xs: Coefficients) -> tuple[Coefficients, Coefficients]:
    """Sine and cosine of a power series: s' = x'*c, c' = -x'*s."""
    s, c = [mpmath.sin(xs[0])], [mpmath.cos(xs[0])]
    for k in range(1, len(xs)):
        s.append(sum((i * xs[i] * c[k - i] for i in range(1, k + 1)), mpf(0)) / k)
        c.append(-sum((i * xs[i] * s[k - i] for i in range(1, k + 1)), mpf(0)) / k)
    return s, c


def power(xs: Coefficients, exponent: Number) -> Coefficients:
    """A power series, whose constant term is positive, to a constant exponent: y'*x = exponent*x'*y."""
    found = [xs[0] ** exponent]
    for k in range(1, len(xs)):
        total = sum(((exponent * i - (k - i)) * xs[i] * found[k - i] for i in range(1, k + 1)), mpf(0))
        found.append(total / (k * xs[0]))
    return found


def integral(value: Number, slope: Callable[[int], Coefficients], n: int) -> Coefficients:
    """The series with this constant term and this derivative, which is not asked for where it is not needed."""
    return [value, *(c / (k + 1) for k, c in enumerate(slope(n - 1)))] if n else [value]


def line(a: Number, n: int) -> Coefficients:
    """The argument itself, a + z."""
    return ([a, mpf(1)] + [mpf(0)] * n)[: n + 1]


def squared(a: Number, n: int, scale: Number) -> Coefficients:
    """scale*(a + z)**2."""
    return ([scale * a * a, 2 * scale * a, mpf(scale)] + [mpf(0)] * n)[: n + 1]


def plus(xs: Coefficients, number: Number) -> Coefficients:
    """The series with a number added."""
    return [xs[0] + number, *xs[1:]]


def picard(value: Number, slope: Callable[[Coefficients], Coefficients], n: int) -> Coefficients:
    """The series that solves y' = slope(y), one more coefficient a round."""
    found = [value]
    for k in range(n):
        found.append(slope(found)[k] / (k + 1))
    return found


# --- elementary functions --------------------------------------------------------------------------------------------


def _exp(a: Number, n: int) -> Coefficients:
    first = mpmath.exp(a)
    return [first / factorial(k) for k in range(n + 1)]


def _log(a: Number, n: int) -> Coefficients:
    return [mpmath.log(a), *((-1) ** (k + 1) / (k * a**k) for k in range(1, n + 1))]


def _sqrt(a: Number, n: int) -> Coefficients:
    return integral(mpmath.sqrt(a), lambda m: [c / 2 for c in power(line(a, m), -mpf(1) / 2)], n)


def _sin(a: Number, n: int) -> Coefficients:
    return sine_and_cosine(line(a, n))[0]


def _cos(a: Number, n: int) -> Coefficients:
    return sine_and_cosine(line(a, n))[1]


def _hyperbolic(value: Number, slope: Number, n: int) -> Coefficients:
    return [(slope if k % 2 else value) / factorial(k) for k in range(n + 1)]


def _sinh(a: Number, n: int) -> Coefficients:
    return _hyperbolic(mpmath.sinh(a), mpmath.cosh(a), n)


def _cosh(a: Number, n: int) -> Coefficients:
    return _hyperbolic(mpmath.cosh(a), mpmath.sinh(a), n)


def _tanh(a: Number, n: int) -> Coefficients:
    return integral(mpmath.tanh(a), lambda m: power(_cosh(a, m), -2), n)


def _asin(a: Number, n: int) -> Coefficients:
    return integral(mpmath.asin(a), lambda m: power(plus(squared(a, m, -1), 1), -mpf(1) / 2), n)


def _acos(a: Number, n: int) -> Coefficients:
    return integral(mpmath.acos(a), lambda m: [-c for c in power(plus(squared(a, m, -1), 1), -mpf(1) / 2)], n)


def _atan(a: Number, n: int) -> Coefficients:
    return integral(mpmath.atan(a), lambda m: inverse(plus(squared(a, m, 1), 1)), n)


def _asinh(a: Number, n: int) -> Coefficients:
    return integral(mpmath.asinh(a), lambda m: power(plus(squared(a, m, 1), 1), -mpf(1) / 2), n)


def _acosh(a: Number, n: int) -> Coefficients:
    return integral(mpmath.acosh(a), lambda m: power(plus(squared(a, m, 1), -1), -mpf(1) / 2), n)


def _atanh(a: Number, n: int) -> Coefficients:
    return integral(mpmath.atanh(a), lambda m: inverse(plus(squared(a, m, -1), 1)), n)


# --- special functions -----------------------------------------------------------------------------------------------


def _bell(a: Number, n: int, sign: int) -> Coefficients:
    """2/sqrt(pi)*exp(sign*x**2)."""
    scale = 2 / mpmath.sqrt(mp.pi)
    return [scale * c for c in exponential(squared(a, n, sign))]


def _erf(a: Number, n: int) -> Coefficients:
    return integral(mpmath.erf(a), lambda m: _bell(a, m, -1), n)


def _erfc(a: Number, n: int) -> Coefficients:
    return integral(mpmath.erfc(a), lambda m: [-c for c in _bell(a, m, -1)], n)


def _erfi(a: Number, n: int) -> Coefficients:
    return integral(mpmath.erfi(a), lambda m: _bell(a, m, 1), n)


def _erfinv(a: Number, n: int) -> Coefficients:
    half = mpmath.sqrt(mp.pi) / 2
    return picard(mpmath.erfinv(a), lambda y: [half * c for c in exponential(product(y, y))], n)


def _lambertw(a: Number, n: int) -> Coefficients:
    def slope(w: Coefficients) -> Coefficients:
        return product(exponential([-c for c in w]), inverse(plus(w, 1)))

    return picard(mpmath.lambertw(a).real, slope, n)


def _fresnels(a: Number, n: int) -> Coefficients:
    return integral(mpmath.fresnels(a), lambda m: sine_and_cosine(squared(a, m, mp.pi / 2))[0], n)


def _fresnelc(a: Number, n: int) -> Coefficients:
    return integral(mpmath.fresnelc(a), lambda m: sine_and_cosine(squared(a, m, mp.pi / 2))[1], n)


def _lgamma(a: Number, n: int) -> Coefficients:
    return [mpmath.loggamma(a).real, *(mpmath.psi(k - 1, a) / factorial(k) for k in range(1, n + 1))]


def _gamma(a: Number, n: int) -> Coefficients:
    value = mpmath.gamma(a)
    return [value * c for c in exponential([mpf(0), *_lgamma(a, n)[1:]])]


def _polygamma(a: Number, n: int, m: int = 0) -> Coefficients:
    return [mpmath.psi(m + k, a) / factorial(k) for k in range(n + 1)]


def _digamma(a: Number, n: int) -> Coefficients:
    return _polygamma(a, n)


def _zeta(a: Number, n: int, s: Number) -> Coefficients:
    return [(-1) ** k * mpmath.rf(s, k) / factorial(k) * mpmath.zeta(s + k, a) for k in range(n + 1)]


def _lowergamma(a: Number, n: int, s: Number) -> Coefficients:
    return integral(mpmath.gammainc(s, 0, a), lambda m: _gamma_density(a, m, s), n)


def _uppergamma(a: Number, n: int, s: Number) -> Coefficients:
    return integral(mpmath.gammainc(s, a), lambda m: [-c for c in _gamma_density(a, m, s)], n)


def _gammainc(a: Number, n: int, s: Number) -> Coefficients:
    scale = 1 / mpmath.gamma(s)
    return [scale * c for c in _lowergamma(a, n, s)]


def _gammaincc(a: Number, n: int, s: Number) -> Coefficients:
    scale = 1 / mpmath.gamma(s)
    return [scale * c for c in _uppergamma(a, n, s)]


def _gamma_density(a: Number, n: int, s: Number) -> Coefficients:
    return product(power(line(a, n), s - 1), exponential([-c for c in line(a, n)]))


def _bessel(kind: Callable[[Number, Number], Number], sign: int, outer: int) -> Callable[..., Coefficients]:
    """The solution of x**2*y'' + x*y' - (sign*x**2 + order**2)*y = 0 that is kind(order, x).

    Args:
        kind: the function.
        sign: 1 for the modified ones, else -1.
        outer: that of the slope, outer*(kind(order - 1, x) + sign*kind(order + 1, x))/2.
    """

    def coefficients(a: Number, n: int, order: Number) -> Coefficients:
        if not a:
            return _bessel_at_zero(n, int(order), sign)
        found = [kind(order, a).real]
        if n:
            found.append(outer * (kind(order - 1, a) + sign * kind(order + 1, a)).real / 2)
        for k in range(n - 1):
            total = a * (k + 1) * (2 * k + 1) * found[k + 1] + (k * k - order * order - sign * a * a) * found[k]
            total -= sign * ((2 * a * found[k - 1] if k else 0) + (found[k - 2] if k > 1 else 0))
            found.append(-total / (a * a * (k + 1) * (k + 2)))
        return found

    return coefficients


def _bessel_at_zero(n: int, order: int, sign: int) -> Coefficients:
    """J and I of whole order at 0: the sum of sign**m*(z/2)**(2*m + order)/(m!*(m + order)!)."""
    found = [mpf(0)] * (n + 1)
    for m in range((n - order) // 2 + 1):
        found[2 * m + order] = mpf(sign) ** m / (factorial(m) * factorial(m + order)) / 2 ** (2 * m + order)
    return found


def _airy(value: Number, slope: Number, a: Number, n: int) -> Coefficients:
    """The solution of y'' = x*y with this value and slope."""
    found = [value, slope]
    for k in range(n - 1):
        found.append((a * found[k] + (found[k - 1] if k else 0)) / ((k + 1) * (k + 2)))
    return found[: n + 1]


def _airyai(a: Number, n: int) -> Coefficients:
    return _airy(mpmath.airyai(a), mpmath.airyai(a, derivative=1), a, n)


def _airybi(a: Number, n: int) -> Coefficients:
    return _airy(mpmath.airybi(a), mpmath.airybi(a, derivative=1), a, n)


def _slope(series: Coefficients) -> Coefficients:
    return [k * c for k, c in enumerate(series)][1:]


def _airyaiprime(a: Number, n: int) -> Coefficients:
    return _slope(_airyai(a, n + 1))


def _airybiprime(a: Number, n: int) -> Coefficients:
    return _slope(_airybi(a, n + 1))


def _si(a: Number, n: int) -> Coefficients:
    return integral(mpmath.si(a), lambda m: _over_argument(_sin(a, m + 1), a), n)


def _shi(a: Number, n: int) -> Coefficients:
    return integral(mpmath.shi(a), lambda m: _over_argument(_sinh(a, m + 1), a), n)


def _over_argument(xs: Coefficients, a: Number) -> Coefficients:
    """A series divided by a + z; where a is 0 the series has no constant term."""
    if not a:
        return xs[1:]
    return product(xs, inverse(line(a, len(xs) - 1)))


def _ci(a: Number, n: int) -> Coefficients:
    return integral(mpmath.ci(a).real, lambda m: _over_argument(_cos(a, m), a), n)


def _chi(a: Number, n: int) -> Coefficients:
    return integral(mpmath.chi(a).real, lambda m: _over_argument(_cosh(a, m), a), n)


def _ei(a: Number, n: int) -> Coefficients:
    return integral(mpmath.ei(a).real, lambda m: _over_argument(_exp(a, m), a), n)


def _li(a: Number, n: int) -> Coefficients:
    return integral(mpmath.li(a).real, lambda m: inverse(_log(a, m)), n)


def _expint(a: Number, n: int, order: Number) -> Coefficients:
    return [(-1) ** k * mpmath.expint(order - k, a) / factorial(k) for k in range(n + 1)]


TAYLOR: dict[str, Callable[..., Coefficients]] = {
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "sin": _sin,
    "cos": _cos,
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": _tanh,
    "asin": _asin,
    "acos": _acos,
    "atan": _atan,
    "asinh": _asinh,
    "acosh": _acosh,
    "atanh": _atanh,
    "erf": _erf,
    "erfc": _erfc,
    "erfi": _erfi,
    "erfinv": _erfinv,
    "LambertW": _lambertw,
    "fresnels": _fresnels,
    "fresnelc": _fresnelc,
    "lgamma": _lgamma,
    "gamma": _gamma,
    "digamma": _digamma,
    "polygamma": _polygamma,
    "zeta": _zeta,
    "lowergamma": _lowergamma,
    "uppergamma": _uppergamma,
    "gammainc": _gammainc,
    "gammaincc": _gammaincc,
    "besselj": _bessel(mpmath.besselj, -1, 1),
    "bessely": _bessel(mpmath.bessely, -1, 1),
    "besseli": _bessel(mpmath.besseli, 1, 1),
    "besselk": _bessel(mpmath.besselk, 1, -1),
    "airyai": _airyai,
    "airybi": _airybi,
    "airyaiprime": _airyaiprime,
    "airybiprime": _airybiprime,
    "Si": _si,
    "Shi": _shi,
    "Ci": _ci,
    "Chi": _chi,
    "Ei": _ei,
    "li": _li,
    "expint": _expint,
}
"""The coefficients of f(a + z) up to z**n: called with a, n and, of two arguments, the first, a constant.

The recurrences of besselj and its like: M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 9.1.31, 9.6.29.
"""

PARAMETRIC = frozenset(
    {"polygamma", "zeta", "lowergamma", "uppergamma", "gammainc", "gammaincc"}
    | {"besselj", "bessely", "besseli", "besselk", "expint"}
)
"""Those whose first argument is a constant."""

MOST_BITS: dict[str, int] = {
    **dict.fromkeys(("gamma", "lgamma", "digamma", "polygamma", "erfinv", "fresnels", "fresnelc"), 3600),
    **dict.fromkeys(("airyai", "airybi", "airyaiprime", "airybiprime"), 3600),
    **dict.fromkeys(("lowergamma", "uppergamma", "gammainc", "gammaincc"), 3600),
    **dict.fromkeys(("besselj", "besseli"), 1200),
    **dict.fromkeys(("bessely", "besselk", "zeta", "expint"), 500),
}
"""The precision up to which mpmath takes less than a second."""
