"""The SymPy kernels: functions of the table whose SymPy namesakes leave a derivative undone or get in the way.

SymPy's own steps and pieces compare their arguments by the assumptions of all of their parts, give distributions for
derivatives, and refuse or turn complex where an argument is not known to be real. The classes here bear the same names,
evaluate nothing but rational arguments, and have the derivative that holds off the kinks and jumps. Where one is, the
ball reading finds out. Whatever SymPy differentiates well is SymPy's own and not here.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy
from sympy import Expr, Rational, digamma, exp, gamma, log, loggamma, pi, sqrt

from derivcheck.errors import UnsupportedError
from derivcheck.language.bounds import MAX_CONSTANT_BITS

Derivatives = tuple[Callable[..., Expr] | None, ...]
"""The partial derivative by each argument; None where there is none in closed form."""


def _function(name: str, *derivatives: Callable[..., Expr] | None, value: Callable[..., Any] | None = None) -> Any:
    """A SymPy function.

    Args:
        name: its name, which is that of the SymPy class for which it stands in.
        derivatives: its partial derivative by each argument; None where there is none in closed form.
        value: its value at rational arguments, given and returned as Fractions.
    """

    def fdiff(self: Any, argindex: int = 1) -> Expr:
        rule = derivatives[argindex - 1] if argindex <= len(derivatives) else None
        if rule is None:
            raise sympy.core.function.ArgumentIndexError(self, argindex)
        return rule(*self.args)

    def evaluate(cls: Any, *args: Expr) -> Expr | None:  # noqa: ARG001
        if value is None or not all(arg.is_Rational for arg in args):
            return None
        return Rational(value(*(Fraction(int(arg.p), int(arg.q)) for arg in args)))

    members = {
        "fdiff": fdiff,
        "eval": classmethod(evaluate),
        "pargs": property(lambda self: self.args),  # what SymPy's printer of Heaviside reads
        "order": property(lambda self: self.args[0]),  # what its printers of Bessel functions read
        "argument": property(lambda self: self.args[-1]),
        "__module__": __name__,
    }
    return type(name, (sympy.Function,), members)


def _zero(*args: Expr) -> Expr:  # noqa: ARG001
    return sympy.Integer(0)


def _one(*args: Expr) -> Expr:  # noqa: ARG001
    return sympy.Integer(1)


# --- arithmetic ------------------------------------------------------------------------------------------------------


def sub(x: Expr, y: Expr) -> Expr:
    """x - y."""
    return x - y


def div(x: Expr, y: Expr) -> Expr:
    """x/y."""
    return x / y


def neg(x: Expr) -> Expr:
    """-x."""
    return -x


def _is_too_large(base: Any, exponent: Any) -> bool:
    """Whether a power of plain numbers has more bits than a constant may have: SymPy would write it out.

    The parser refuses 2**(10**10) in a text; ldexp(x, 10**10) has it in its definition.
    """
    if not (base.is_Rational and exponent.is_Rational) or base in {0, 1, -1}:
        return False
    bits = max(abs(int(base.p)).bit_length(), int(base.q).bit_length())
    return bool(bits * abs(exponent) > MAX_CONSTANT_BITS)


def Pow(x: Expr, y: Expr) -> Expr:  # noqa: N802 (SymPy's name)
    """x**y, unless it is a number that nobody should write out."""
    if _is_too_large(x, y):
        raise UnsupportedError(f"{x}**{y} is too large a number to be written out")
    return sympy.Pow(x, y)


# --- conditions ------------------------------------------------------------------------------------------------------


def _relation(name: str) -> Callable[[Expr, Expr], Any]:
    """A comparison that is decided for rational numbers only: SymPy asks the assumptions of everything else."""
    relation = getattr(sympy, name)

    def compare(x: Expr, y: Expr) -> Any:
        return relation(x, y, evaluate=bool(x.is_Rational and y.is_Rational))

    return compare


StrictLessThan = _relation("StrictLessThan")
LessThan = _relation("LessThan")
StrictGreaterThan = _relation("StrictGreaterThan")
GreaterThan = _relation("GreaterThan")
Equality = _relation("Equality")
Unequality = _relation("Unequality")

Piecewise: Any = type(
    "Piecewise",
    (sympy.Piecewise,),
    {
        "eval": classmethod(lambda cls, *branches: None),  # noqa: ARG005 (SymPy's rewrites the conditions)
        "__module__": __name__,
    },
)


def where(condition: Any, x: Expr, y: Expr) -> Expr:
    """`x` where the condition holds, else `y`."""
    if condition in {sympy.true, sympy.false}:
        return x if condition == sympy.true else y
    return Piecewise((x, condition), (y, True))


def _step(x: Fraction, at_zero: Fraction) -> Fraction:
    return at_zero if x == 0 else Fraction(x > 0)


# --- pieces and steps: the derivative is that between the kinks ------------------------------------------------------

sign: Any = _function("sign", _zero, value=lambda x: (x > 0) - (x < 0))
Abs: Any = _function("Abs", sign, value=abs)
floor: Any = _function("floor", _zero, value=lambda x: x.__floor__())
ceiling: Any = _function("ceiling", _zero, value=lambda x: x.__ceil__())
trunc: Any = _function("trunc", _zero, value=lambda x: x.__trunc__())
round: Any = _function("round", _zero, value=lambda x: x.__round__())  # noqa: A001 (torch's name)
Heaviside: Any = _function("Heaviside", _zero, _zero, value=lambda x, at_zero=Fraction(1, 2): _step(x, at_zero))
DiracDelta: Any = _function("DiracDelta", _zero, _zero)
Max: Any = _function("Max", lambda x, y: Heaviside(x - y), lambda x, y: Heaviside(y - x), value=max)
Min: Any = _function("Min", lambda x, y: Heaviside(y - x), lambda x, y: Heaviside(x - y), value=min)
Mod: Any = _function("Mod", _one, lambda x, y: -floor(x / y))
fmod: Any = _function("fmod", _one, lambda x, y: -trunc(x / y))
entr: Any = _function("entr", lambda x: -log(x) - 1)
xlogy: Any = _function("xlogy", lambda _, y: log(y), lambda x, y: x / y)

# --- gamma and its like, https://dlmf.nist.gov/5 and https://dlmf.nist.gov/8 -----------------------------------------

gammainc: Any = _function("gammainc", None, lambda a, x: exp(-x) * x ** (a - 1) / gamma(a))
gammaincc: Any = _function("gammaincc", None, lambda a, x: -exp(-x) * x ** (a - 1) / gamma(a))


def lowergamma(a: Expr, x: Expr) -> Expr:
    """The lower incomplete gamma function; of an integer or half-integer `a`, SymPy makes a sum of so many terms."""
    return sympy.lowergamma(a, x, evaluate=not a.is_number)


def uppergamma(a: Expr, x: Expr) -> Expr:
    """The upper incomplete gamma function, likewise."""
    return sympy.uppergamma(a, x, evaluate=not a.is_number)


_MAX_DIMENSION = 1000
_LEAST_EXPONENT = -200


def zeta(s: Expr, a: Expr) -> Expr:
    """The Hurwitz zeta function; SymPy writes it as a Bernoulli polynomial where s is 0, -1, -2 and so on."""
    if s.is_Rational and not s >= _LEAST_EXPONENT:
        raise UnsupportedError(f"the exponent of zeta must be at least {_LEAST_EXPONENT}")
    return sympy.zeta(s, a)


def mvlgamma(x: Expr, p: Expr) -> Expr:
    """The logarithm of the multivariate gamma function of dimension p, https://dlmf.nist.gov/35.3."""
    if not p.is_Integer or not 1 <= int(p) <= _MAX_DIMENSION:
        raise UnsupportedError(f"the dimension of mvlgamma must be an integer from 1 to {_MAX_DIMENSION}")
    terms = [loggamma(x - Rational(i, 2)) for i in range(int(p))]
    return sympy.Add(p * (p - 1) * log(pi) / 4, *terms)


# --- higher functions: what SymPy lacks, or leaves without a name of its own ------------------------------------------

hyp0f1: Any = _function("hyp0f1", None, lambda b, x: hyp0f1(b + 1, x) / b)
hyp1f1: Any = _function("hyp1f1", None, None, lambda a, b, x: a * hyp1f1(a + 1, b + 1, x) / b)
hyperu: Any = _function("hyperu", None, None, lambda a, b, x: -a * hyperu(a + 1, b + 1, x))
hyp2f1: Any = _function("hyp2f1", None, None, None, lambda a, b, c, x: a * b * hyp2f1(a + 1, b + 1, c + 1, x) / c)
betainc: Any = _function(
    "betainc", None, None, lambda a, b, x: x ** (a - 1) * (1 - x) ** (b - 1) * gamma(a + b) / (gamma(a) * gamma(b))
)
owens_t: Any = _function(
    "owens_t",
    lambda h, a: -exp(-(h**2) / 2) * sympy.erf(a * h / sqrt(2)) / (2 * sqrt(2 * pi)),
    lambda h, a: exp(-(h**2) * (1 + a**2) / 2) / (2 * pi * (1 + a**2)),
)
barnesg: Any = _function("barnesg", lambda x: barnesg(x) * ((x - 1) * digamma(x) - x + (log(2 * pi) + 1) / 2))


def betainc_regularized(a: Expr, b: Expr, low: Expr, high: Expr) -> Expr:
    """SymPy's own, which takes no `evaluate`."""
    return sympy.betainc_regularized(a, b, low, high)


def ellipeinc(phi: Expr, m: Expr) -> Expr:
    """The incomplete elliptic integral E, to which SymPy gives the name of the complete one."""
    return sympy.elliptic_e(phi, m)


def ellippiinc(n: Expr, phi: Expr, m: Expr) -> Expr:
    """The incomplete elliptic integral Pi, likewise."""
    return sympy.elliptic_pi(n, phi, m)


# --- orthogonal polynomials, https://dlmf.nist.gov/18.9.iii ----------------------------------------------------------

_MOST_WRITTEN_OUT = 12
"""The degree up to which a polynomial is the sum of its terms, which SymPy computes."""


def _polynomial(name: str, *derivatives: Callable[..., Expr] | None) -> Any:
    """A family of polynomials: SymPy's own where the degree is small and given, else a function without a pole at 1.

    SymPy's rules divide by x**2 - 1: of its legendre(n, x) there is no derivative at 1.
    """
    unknown = _function(name, *derivatives)

    def of_degree(n: Expr, *others: Expr) -> Expr:
        if n.is_Integer and 0 <= n <= _MOST_WRITTEN_OUT:
            return getattr(sympy, name)(n, *others)
        return unknown(n, *others)

    return of_degree


legendre: Any = _polynomial("legendre", None, lambda n, x: gegenbauer(n - 1, Rational(3, 2), x))
chebyshevt: Any = _polynomial("chebyshevt", None, lambda n, x: n * chebyshevu(n - 1, x))
chebyshevu: Any = _polynomial("chebyshevu", None, lambda n, x: 2 * gegenbauer(n - 1, sympy.Integer(2), x))
hermite: Any = _polynomial("hermite", None, lambda n, x: 2 * n * hermite(n - 1, x))
hermite_prob: Any = _polynomial("hermite_prob", None, lambda n, x: n * hermite_prob(n - 1, x))
laguerre: Any = _polynomial("laguerre", None, lambda n, x: -assoc_laguerre(n - 1, sympy.Integer(1), x))
assoc_laguerre: Any = _polynomial("assoc_laguerre", None, None, lambda n, a, x: -assoc_laguerre(n - 1, a + 1, x))
gegenbauer: Any = _polynomial("gegenbauer", None, None, lambda n, a, x: 2 * a * gegenbauer(n - 1, a + 1, x))
jacobi: Any = _polynomial(
    "jacobi", None, None, None, lambda n, a, b, x: (n + a + b + 1) * jacobi(n - 1, a + 1, b + 1, x) / 2
)
