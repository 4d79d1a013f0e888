"""The ball kernels of the named constants."""

from __future__ import annotations

from flint import arb

from derivcheck.balls.kernels.domain import OutOfDomain


def pi() -> arb:
    """The circle constant."""
    return arb.pi()


def e() -> arb:
    """Euler's number."""
    return arb.const_e()


def imaginary_unit() -> arb:
    """No real number."""
    raise OutOfDomain("complex numbers, by way of `I`")


def euler_gamma() -> arb:
    """The Euler–Mascheroni constant."""
    return arb.const_euler()


def catalan() -> arb:
    """Catalan's constant, https://dlmf.nist.gov/25.11.E40."""
    return arb.const_catalan()


def golden_ratio() -> arb:
    """The golden ratio."""
    return (1 + arb(5).sqrt()) / 2


def nan() -> arb:
    """No number: what has this value lies outside of every branch."""
    raise OutOfDomain("no branch holds here")
