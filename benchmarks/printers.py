"""SymPy's printers, read back: does the text that each of them prints mean what the expression means?

    python benchmarks/printers.py [PRINTER …] [--count N] [--seed N] [--show N]

Textbook expressions, then random ones of a seed, 200 in all. Each is printed by `str`, by that with the signs of
mathematics (`unicode`: x²·y, √(x), π), by `pretty` where it is one line, and by the LaTeX, Mathematica, C, Octave,
Julia, Python and NumPy printers of SymPy, and read back. A text is right where its value is that of the expression at
three points to 14 digits: SymPy's `evalf` on one side, the balls on the other. It counts as refused where the language
does not read it, as wrong where it is read as something else. Nothing may ever be wrong.
"""

from __future__ import annotations

import argparse
import random
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from enum import Enum

import sympy
from flint import arb, ctx
from sympy import Expr, Rational, Symbol

from derivcheck.balls.compiling import compile_balls
from derivcheck.errors import DerivcheckError
from derivcheck.language.parse import parse

X, Y, A, N = sympy.symbols("x y a n")
NAMES = ("x", "y", "a", "n")
POINTS = (
    {"x": "3/8", "y": "5/4", "a": "7/4", "n": "2"},
    {"x": "9/16", "y": "1/8", "a": "3", "n": "3"},
    {"x": "5/2", "y": "3/2", "a": "5/8", "n": "1"},
)
BITS = 160
DIGITS = 14
"""Printers write sqrt(sqrt(x)) with an exponent 0.25, and Euler's constant with 17 digits."""

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
POWER = re.compile(r"\*\*(\d+)(?![\d.])")
SIGNS = ((r"\bsqrt\(", "√("), (r"\bpi\b", "π"), ("<=", "≤"), (">=", "≥"), (r"\*\*", "^"), (r"\*", "·"))


def flat_unicode(expression: Expr) -> str:
    """What `str` prints, with the signs of mathematics: x**2*y is x²·y, and other powers keep their `^`."""
    text = POWER.sub(lambda found: found[1].translate(SUPERSCRIPTS), str(expression))
    for plain, sign in SIGNS:
        text = re.sub(plain, sign, text)
    return text


def one_line(expression: Expr) -> str:
    """What `pretty` prints where that is one line.

    Raises:
        ValueError: for an expression that it draws on several lines.
    """
    text = str(sympy.pretty(expression, use_unicode=True, wrap_line=False))
    if "\n" in text:
        raise ValueError("drawn on several lines")
    return text


PRINTERS: Mapping[str, Callable[[Expr], str]] = {
    "str": str,
    "unicode": flat_unicode,
    "pretty": one_line,
    "latex": sympy.latex,
    "mathematica": sympy.mathematica_code,
    "c": sympy.ccode,
    "octave": sympy.octave_code,
    "julia": sympy.julia_code,
    "python": sympy.pycode,
    "numpy": lambda expression: sympy.printing.numpy.NumPyPrinter().doprint(expression),
}
"""SymPy's printers, by what they print."""


class Read(Enum):
    """What became of a printed text."""

    RIGHT = "right"
    REFUSED = "refused"
    WRONG = "wrong"
    UNPRINTED = "unprinted"
    """The printer itself has no words for the expression: it says so in a comment, or fails."""


TEXTBOOK: tuple[Expr, ...] = (
    X**2 + 2 * X * Y + Y**2,
    -(X**2),
    (-X) ** 2,
    X ** (-2),
    1 / X,
    X / Y / A,
    X / (Y * A),
    X ** Rational(1, 2),
    X ** Rational(-1, 2),
    X ** Rational(2, 3),
    X**A,
    X ** (-A),
    2**X,
    2 ** (X + 1),
    (X + 1) ** (Y + 2),
    X ** (Y**A),
    (X**2 + 1) ** 3,
    Rational(1, 3) * X,
    Rational(-7, 5) * X**2,
    sympy.Float("0.1") * X,
    sympy.Float("1e-10") + X,
    sympy.pi * X**2,
    sympy.E ** (-X),
    sympy.exp(-(X**2) / 2) / sympy.sqrt(2 * sympy.pi),
    sympy.EulerGamma * X,
    sympy.Catalan + X,
    sympy.GoldenRatio**X,
    sympy.log(X),
    sympy.log(X, 2),
    sympy.log(X, 10),
    sympy.log(1 + X),
    sympy.sin(X) ** 2,
    sympy.sin(X**2),
    sympy.cos(2 * X) * sympy.sin(X),
    sympy.tan(X) + sympy.cot(X) + sympy.sec(X) + sympy.csc(X),
    sympy.asin(X / 4) + sympy.acos(X / 4) + sympy.atan(X),
    sympy.acot(X) + sympy.asec(X + 1) + sympy.acsc(X + 1),
    sympy.atan2(Y, X),
    sympy.sinh(X) + sympy.cosh(X) * sympy.tanh(X),
    sympy.coth(X) + sympy.sech(X) + sympy.csch(X),
    sympy.asinh(X) + sympy.acosh(X + 1) + sympy.atanh(X / 4),
    sympy.acoth(X + 2) + sympy.asech(X / 4) + sympy.acsch(X),
    sympy.Abs(X - 1),
    sympy.sign(X - 1) * X,
    sympy.floor(X) + sympy.ceiling(Y),
    sympy.Max(X, Y),
    sympy.Min(X, Y, 1),
    sympy.Mod(X, 2),
    sympy.Heaviside(X - 1),
    sympy.Piecewise((X, X > 1), (X**2, True)),
    sympy.Piecewise((1, X < 1), (X, X < 2), (Y, True)),
    sympy.Piecewise((X, (X > 1) & (Y > 1)), (Y, True)),
    sympy.Piecewise((X, (X > 1) | (Y > 1)), (Y, True)),
    sympy.erf(X),
    sympy.erfc(X) + sympy.erfi(X),
    sympy.gamma(X + 1),
    sympy.loggamma(X),
    sympy.digamma(X),
    sympy.polygamma(2, X),
    sympy.factorial(X),
    sympy.uppergamma(A, X),
    sympy.lowergamma(A, X),
    sympy.besselj(0, X) + sympy.bessely(1, X),
    sympy.besseli(N, X) * sympy.besselk(N, X),
    sympy.airyai(X) + sympy.airybi(X),
    sympy.Si(X) + sympy.Ci(X),
    sympy.Ei(X) + sympy.li(X + 2),
    sympy.expint(2, X),
    sympy.fresnels(X) + sympy.fresnelc(X),
    sympy.LambertW(X),
    sympy.zeta(A, X),
    sympy.elliptic_k(X / 4) + sympy.elliptic_e(X / 4),
    sympy.elliptic_f(Y, X / 4) + sympy.elliptic_e(Y, X / 4),
    sympy.polylog(2, X / 4),
    sympy.legendre(N, X),
    sympy.chebyshevt(N, X) + sympy.chebyshevu(N, X),
    sympy.hermite(N, X) * sympy.laguerre(N, X),
    sympy.gegenbauer(N, A, X) + sympy.assoc_laguerre(N, A, X),
    sympy.jacobi(N, A, Y, X),
    sympy.sinc(X),
    sympy.cbrt(X),
    1 / (1 + sympy.exp(-X)),
    X * sympy.exp(-X * Y) / (A + X) ** 2,
    sympy.sqrt(X**2 + Y**2),
    (X - 1) * (X + 1) * (X**2 + 1),
    -X * -Y + (-X) ** 3,
    A * X / (2 * Y) - 3,
    X - (Y - A),
    X / (Y / A),
    sympy.exp(sympy.sin(sympy.sqrt(X))),
)
"""Expressions as they stand in textbooks: each operator and each function of SymPy that the language has."""

_UNARY = (
    sympy.sin,
    sympy.cos,
    sympy.exp,
    sympy.tanh,
    sympy.atan,
    lambda z: sympy.sqrt(z**2 + 1),
    lambda z: sympy.log(z**2 + 2),
    lambda z: 1 / (z**2 + 3),
    sympy.Abs,
    lambda z: -z,
    lambda z: z ** Rational(3),
    sympy.erf,
    lambda z: sympy.gamma(2 + sympy.sin(z)),
)
_BINARY: tuple[Callable[[Expr, Expr], Expr], ...] = (
    lambda p, q: p + q,
    lambda p, q: p - q,
    lambda p, q: p * q,
    lambda p, q: p * q,
    lambda p, q: p / (1 + q**2),
    lambda p, q: (p**2 + 1) ** q,
    lambda p, q: sympy.Piecewise((p, X < Y), (q, True)),
    sympy.Max,
)


def drawn(rng: random.Random, depth: int) -> Expr:
    """A random expression, some operations deep."""
    if depth == 0:
        return rng.choice([X, Y, A, sympy.Integer(2), Rational(2, 3), sympy.pi, sympy.Float("0.25"), X, Y])
    if rng.random() < 0.4:
        return rng.choice(_UNARY)(drawn(rng, depth - 1))
    return rng.choice(_BINARY)(drawn(rng, depth - 1), drawn(rng, rng.randrange(depth)))


def expressions(count: int, seed: int) -> Iterator[Expr]:
    """The textbook's, then random ones up to so many; those that are no real number at a point are left out."""
    made = 0
    rng = random.Random(seed)
    pending = iter(TEXTBOOK)
    while made < count:
        expression = next(pending, None)
        if expression is None:
            expression = drawn(rng, rng.choice([2, 3, 3, 4]))
        if expression.free_symbols and all(value is not None for value in true_values(expression)):
            made += 1
            yield expression


def true_values(expression: Expr) -> list[str | None]:
    """SymPy's value at each point, None where it has no real one of moderate size."""
    found: list[str | None] = []
    for point in POINTS:
        at = {Symbol(name): Rational(text) for name, text in point.items()}
        value = expression.subs(at).evalf(30)
        is_number = value.is_Float and abs(value) < 10**12
        found.append(str(value) if is_number else str(value.evalf(30)) if value.is_Rational else None)
    return found


def read_back(text: str, expression: Expr) -> tuple[Read, str]:
    """What the language makes of a printed text, and why it refuses it."""
    if "Not supported" in text or "Unable to generate" in text:
        return Read.UNPRINTED, text.splitlines()[0]
    try:
        program = compile_balls(parse(text, NAMES))
    except DerivcheckError as error:
        return Read.REFUSED, str(error.message)
    with ctx.workprec(BITS):
        for point, true in zip(POINTS, true_values(expression), strict=True):
            exact = {name: _exact(point[name]) for name in program.variables}
            value = program.run(exact)
            if not isinstance(value, arb) or not value.is_finite():
                return Read.WRONG, f"no value at {point}"
            distance = abs(value - arb(str(true)))
            if not distance < (abs(value) + 1) * arb(10) ** -DIGITS:
                return Read.WRONG, f"{value.str(20)} for {true} at {point}"
    return Read.RIGHT, ""


def _exact(text: str) -> arb:
    """A coordinate: all denominators are powers of two."""
    return arb(float(Rational(text)))


def judged(name: str, expression: Expr) -> tuple[Read, str, str]:
    """What became of an expression that one printer printed: that, the text, and why."""
    try:
        with warnings.catch_warnings(action="ignore"):
            text = PRINTERS[name](expression)
    except (NotImplementedError, TypeError, ValueError) as error:
        return Read.UNPRINTED, "", str(error).partition("\n")[0]
    read, why = read_back(text, expression)
    return read, text, why


def main() -> None:
    """Print a table, and some of what was refused."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("printers", nargs="*", choices=[[], *PRINTERS], default=[])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=5, help="texts shown of each printer that are not right")
    options = parser.parse_args()
    drawn_ones = list(expressions(options.count, options.seed))
    print(f"{'printer':12}" + "".join(f"{read.value:>11}" for read in Read))
    for name in options.printers or PRINTERS:
        results = [judged(name, expression) for expression in drawn_ones]
        counts = Counter(read for read, _, _ in results)
        print(f"{name:12}" + "".join(f"{counts[read]:11}" for read in Read), flush=True)
        others = [result for result in results if result[0] is not Read.RIGHT]
        for read, text, why in sorted(others, key=lambda result: result[0] is not Read.WRONG)[: options.show]:
            print(f"    {read.value}: {text[:90]!r}: {why[:100]}")


if __name__ == "__main__":
    main()
