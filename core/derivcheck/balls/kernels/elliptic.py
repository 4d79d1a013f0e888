"""The ball kernels of the elliptic integrals, of the parameter m: K(m) is the integral of 1/sqrt(1 - m*sin(t)**2)."""

from __future__ import annotations

from collections.abc import Callable

from flint import acb, arb

from derivcheck.balls.ball import is_infinite
from derivcheck.balls.kernels.domain import OutOfDomain, Pole
from derivcheck.balls.kernels.enclosing import known, monotonic, unknown

_BEYOND = "an elliptic integral of a parameter above 1"


def elliptic_k(m: arb) -> arb:
    """The complete elliptic integral of the first kind, https://dlmf.nist.gov/19.2.E8 with k**2 = m."""
    _require_parameter(m)
    if m.is_exact() and m == 1:
        raise Pole("the elliptic integral of the first kind")
    if is_infinite(m):
        return arb(0)
    return known(monotonic(_real(lambda m: m.elliptic_k()), m)) if m < 1 else unknown()


def elliptic_e(m: arb) -> arb:
    """The complete elliptic integral of the second kind."""
    _require_parameter(m)
    if m.is_exact() and m == 1:
        return arb(1)
    if is_infinite(m):
        return arb.pos_inf()
    return known(monotonic(_real(lambda m: m.elliptic_e()), m)) if m < 1 else unknown()


def elliptic_f(phi: arb, m: arb) -> arb:
    """The incomplete elliptic integral of the first kind, up to the angle phi."""
    if not _is_regular(phi, m):
        return unknown()
    return known(_real(acb.elliptic_f)(phi, m))


def elliptic_e_inc(phi: arb, m: arb) -> arb:
    """The incomplete elliptic integral of the second kind."""
    if m.is_exact() and m == 1 and phi.is_finite():  # the integral of |cos(t)| is smooth enough to go on
        return known(_real(acb.elliptic_e_inc)(phi, m))
    if not _is_regular(phi, m):
        return unknown()
    return known(_real(acb.elliptic_e_inc)(phi, m))


def elliptic_pi(n: arb, m: arb) -> arb:
    """The complete elliptic integral of the third kind, of the characteristic n."""
    if n.is_nan() or m.is_nan():
        return unknown()
    _require_parameter(m)
    if n > 1:
        raise OutOfDomain("an elliptic integral of a characteristic above 1")
    if (n.is_exact() and n == 1) or (m.is_exact() and m == 1):
        raise Pole("the elliptic integral of the third kind")
    if not (n < 1 and m < 1 and n.is_finite() and m.is_finite()):
        return unknown()
    return known(_real(acb.elliptic_pi)(n, m))


def elliptic_pi_inc(n: arb, phi: arb, m: arb) -> arb:
    """The incomplete elliptic integral of the third kind."""
    if not (_is_regular(phi, m) and _is_regular(phi, n)):
        return unknown()
    return known(_real(acb.elliptic_pi_inc)(n, phi, m))


def _real(method: Callable[..., acb]) -> Callable[..., arb]:
    """A function of complex numbers where it is real."""

    def on_the_line(*args: arb) -> arb:
        value = method(*map(acb, args))
        return value.real if value.imag.contains(0) else unknown()

    return on_the_line


def _require_parameter(m: arb) -> None:
    if m > 1:
        raise OutOfDomain(_BEYOND)


def _is_regular(phi: arb, m: arb) -> bool:
    """Whether 1 - m*sin(t)**2 is positive for every t from 0 to the angle.

    Raises:
        OutOfDomain: where it is negative for some of them.
    """
    if not (phi.is_finite() and m.is_finite()):
        return False
    if m < 1:
        return True
    inside = abs(phi) < arb.pi() / 2
    rest = 1 - m * phi.sin() ** 2
    if inside and rest > 0:
        return True
    if m > 1 and (rest < 0 or abs(phi) > arb.pi() / 2):
        raise OutOfDomain("an elliptic integral past the angle at which m*sin(phi)**2 is 1")
    return False
