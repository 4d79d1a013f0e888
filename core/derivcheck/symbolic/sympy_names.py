"""SymPy's classes that our language has other words for: each is written by functions of the table, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from sympy import EulerGamma, Expr, Rational, besselj, bessely, digamma, erf, gamma, pi, sqrt

from derivcheck.symbolic import sympy_kernels

MOST_TERMS = 1000
"""Terms of a sum, or factors of a product, that are written out."""


def _hypergeometric(upper: Any, lower: Any, x: Expr) -> Expr | None:
    """The hypergeometric functions of few parameters."""
    name = {(0, 1): "hyp0f1", (1, 1): "hyp1f1", (2, 1): "hyp2f1"}.get((len(upper), len(lower)))
    if name is None:
        return None
    written: Expr = getattr(sympy_kernels, name)(*upper, *lower, x)
    return written


def _binomial(n: Expr, k: Expr) -> Expr:
    return gamma(n + 1) / (gamma(k + 1) * gamma(n - k + 1))


def _harmonic(x: Expr, order: Expr = sympy.Integer(1)) -> Expr | None:  # noqa: B008 (immutable)
    return digamma(x + 1) + EulerGamma if order == 1 else None


def _spherical(first: Callable[[Expr, Expr], Expr]) -> Callable[[Expr, Expr], Expr]:
    """A spherical Bessel function, https://dlmf.nist.gov/10.47.E3."""
    return lambda n, x: sqrt(pi / (2 * x)) * first(n + Rational(1, 2), x)


def _written_out(head: Any) -> Callable[..., Expr | None]:
    """A sum or a product with whole limits, all of its terms."""

    def expand(term: Expr, *limits: Any) -> Expr | None:
        for symbol, low, high in reversed([tuple(limit) for limit in limits if len(limit) == 3]):
            if not (low.is_Integer and high.is_Integer and high - low < MOST_TERMS):
                return None
            term = head(*[term.xreplace({symbol: sympy.Integer(k)}) for k in range(int(low), int(high) + 1)])
        return term if all(len(limit) == 3 for limit in limits) else None

    return expand


_WRITTEN: Mapping[str, Callable[..., Expr | None]] = {
    "hyper": _hypergeometric,
    sympy.betainc.__name__: lambda a, b, low, high: sympy.beta(a, b) * sympy.betainc_regularized(a, b, low, high),
    "binomial": _binomial,
    "harmonic": _harmonic,
    "erf2": lambda low, high: erf(high) - erf(low),
    "jn": _spherical(besselj),
    "yn": _spherical(bessely),
    "Sum": _written_out(sympy.Add),
    "Product": _written_out(sympy.Mul),
}
"""How each is written, by SymPy's name of it; None where it is not."""

INSTEAD: Mapping[str, str] = {
    "Derivative": "take it first, by .doit(), or check the function and claim its derivative",
    "Integral": "take it first, by .doit(), where it has a closed form",
    "Sum": f"it is written out where its limits are whole numbers, to {MOST_TERMS:,} terms; else take .doit()",
    "Product": f"it is written out where its limits are whole numbers, to {MOST_TERMS:,} factors; else take .doit()",
    "Limit": "take it first, by .doit()",
    "Subs": "take it first, by .doit()",
    "Lambda": "give its expression: .expr",
    "Poly": "give its expression: .as_expr()",
    "Order": "leave it out: .removeO()",
    "meijerg": "write it with other functions: sympy.hyperexpand(…)",
    "hyper": "there is hyp0f1, hyp1f1 and hyp2f1",
    sympy.frac.__name__: "write x - sympy.floor(x): frac has another sign in torch",
    "re": "variables are real here: declare the symbols as real=True",
    "im": "variables are real here: declare the symbols as real=True",
    "conjugate": "variables are real here: declare the symbols as real=True",
    "arg": "variables are real here: declare the symbols as real=True",
    "exp_polar": "write exp: sympy.unpolarify(…)",
    "polar_lift": "write it without: sympy.unpolarify(…)",
    "KroneckerDelta": "write Piecewise((1, Eq(i, j)), (0, True))",
    "AppliedUndef": "give the function a formula",
}
"""What to write instead of a class that the language has no words for, by SymPy's name of it."""


def in_our_words(value: Any) -> Any:
    """A SymPy expression in which each of these classes is written by functions that the language has.

    Example:
        >>> x, k = sympy.symbols("x k")
        >>> in_our_words(sympy.Sum(x**k/k, (k, 1, 3))), in_our_words(sympy.binomial(x, 2))
        (x**3/3 + x**2/2 + x, gamma(x + 1)/(2*gamma(x - 1)))
    """
    if not any(type(part).__name__ in _WRITTEN for part in sympy.preorder_traversal(value)):
        return value
    args = [in_our_words(arg) for arg in value.args]
    written = _WRITTEN[type(value).__name__](*args) if type(value).__name__ in _WRITTEN else None
    if written is not None:
        return written
    return value if args == list(value.args) else value.func(*args)
