"""Rules about roots, powers, differences and quotients."""

from __future__ import annotations

from derivcheck.explaining.rewriting.books import (
    CHAN,
    GOLDBERG,
    HAMMING,
    HERBIE,
    HIGHAM,
    KAHAN,
    KAHAN_CONSTANT,
    MULLER,
    TORCH,
)
from derivcheck.explaining.rewriting.rule import Example, Rule
from derivcheck.numbers import DType

_F32, _F16, _BF16 = DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16

_CANCELS = "the two cancel where they are near each other"
_ROOTS = "the two roots cancel where they are near each other"
_SQUARES = "the squares cancel, after each of them was rounded"
_RANGE = "the squares overflow or underflow"
_ORDER = "what is multiplied first overflows or underflows"

# fmt: off
RULES: tuple[Rule, ...] = (
    # --- differences of roots ----------------------------------------------------------------------------------------
    Rule("sqrt(x) - sqrt(y)", "(x - y)/(sqrt(x) + sqrt(y))", _ROOTS, HAMMING,
         Example("sqrt(x + 1) - sqrt(x)", "x=1e12"), "x > 0 and y > 0"),
    Rule("sqrt(x**2 + y) - x", "y/(sqrt(x**2 + y) + x)", _ROOTS, HIGHAM,
         Example("x + d + l - sqrt((x + d + l)**2 - 4*x*l)", "x=1e-8, d=1, l=1e-8"), "x > 0 and x**2 + y > 0"),
    Rule("sqrt(x) - y", "(x - y**2)/(sqrt(x) + y)", _ROOTS, HIGHAM, Example("sqrt(x**2 + 1) - x", "x=1e6"),
         "x > 0 and y > 0"),
    Rule("1/sqrt(x) - 1/sqrt(y)", "(y - x)/(sqrt(x)*sqrt(y)*(sqrt(x) + sqrt(y)))", _ROOTS, HAMMING,
         Example("1/sqrt(x) - 1/sqrt(x + 1)", "x=1e9"), "x > 0 and y > 0"),
    Rule("1/sqrt(x) - 1", "(1 - x)/(sqrt(x)*(1 + sqrt(x)))", "the root is near 1, and the difference cancels", HAMMING,
         Example("c**2*(1/sqrt(1 - v**2/c**2) - 1)", "c=299792458, v=1"), "x > 0"),
    Rule("cbrt(x) - cbrt(y)", "(x - y)/(cbrt(x)**2 + cbrt(x)*cbrt(y) + cbrt(y)**2)", _ROOTS, HAMMING,
         Example("cbrt(x + 1) - cbrt(x)", "x=1e12"), "x > 0 and y > 0"),
    Rule("(sqrt(b**2 - 4*a*c) - b)/(2*a)", "-2*c/(b + sqrt(b**2 - 4*a*c))",
         "-b and the root cancel where 4*a*c is small beside b**2", GOLDBERG,
         Example("(-b + sqrt(b**2 - 4*a*c))/(2*a)", "a=1, b=1e8, c=1"), "b > 0 and b**2 > 4*a*c and a != 0"),
    Rule("(-b - sqrt(b**2 - 4*a*c))/(2*a)", "2*c/(sqrt(b**2 - 4*a*c) - b)",
         "-b and the root cancel where 4*a*c is small beside b**2", GOLDBERG,
         Example("(-b - sqrt(b**2 - 4*a*c))/(2*a)", "a=1, b=-1e8, c=1"), "b < 0 and b**2 > 4*a*c and a*c != 0"),

    # --- squares -----------------------------------------------------------------------------------------------------
    Rule("x**2 - y**2", "(x - y)*(x + y)", _SQUARES, GOLDBERG, Example("x**2 - y**2", "x=1.0000001, y=1")),
    Rule("x**2 - 2*x*y + y**2", "(x - y)**2", _SQUARES, GOLDBERG,
         Example("x**2 - 2*x*y + y**2", "x=1.00001, y=1")),
    Rule("x**2 + 2*x*y + y**2", "(x + y)**2", _SQUARES, GOLDBERG,
         Example("x**2 + 2*x*y + y**2", "x=1.00001, y=-1")),
    Rule("(x**2 + y**2)/2 - (x + y)**2/4", "(x - y)**2/4", _SQUARES, CHAN,
         Example("(a**2 + b**2)/2 - ((a + b)/2)**2", "a=1000001.1, b=1000002.3")),
    Rule("(x**2 + y**2 + z**2)/3 - (x + y + z)**2/9", "((x - y)**2 + (y - z)**2 + (z - x)**2)/9", _SQUARES, CHAN,
         Example("(a**2 + b**2 + c**2)/3 - ((a + b + c)/3)**2", "a=1000001, b=1000002, c=1000003")),
    Rule("sqrt((x + y + z)/2*((x + y + z)/2 - x)*((x + y + z)/2 - y)*((x + y + z)/2 - z))",
         "sqrt((x + (y + z))*(z - (x - y))*(z + (x - y))*(x + (y - z)))/4",
         "half the perimeter is near the longest side of a needle-like triangle", KAHAN_CONSTANT,
         Example("s = (a + b + c)/2; sqrt(s*(s - a)*(s - b)*(s - c))", "a=9, b=4.5000000001, c=4.5"),
         "x >= y and y >= z and z > 0 and x < y + z"),
    Rule("x**3 - y**3", "(x - y)*(x**2 + x*y + y**2)", "the cubes cancel, after each of them was rounded", HERBIE,
         Example("(x + h)**3 - x**3", "x=2, h=1e-9")),
    Rule("x**4 - y**4", "(x - y)*(x + y)*(x**2 + y**2)", "the powers cancel, after each of them was rounded", HERBIE,
         Example("x**4 - 1", "x=1.0000001")),
    Rule("x**3 - 3*x**2*y + 3*x*y**2 - y**3", "(x - y)**3", "the terms cancel, after each of them was rounded", HIGHAM,
         Example("x**3 - 3*x**2 + 3*x - 1", "x=1.0001")),
    Rule("sqrt(x**2 - y**2)", "sqrt(x - y)*sqrt(x + y)", _RANGE, KAHAN_CONSTANT,
         Example("sqrt(x**2 - y**2)", "x=2e200, y=1e200"), "x > y and y > 0"),
    Rule("sqrt(1 - x**2)", "sqrt((1 - x)*(1 + x))", _SQUARES, KAHAN, Example("sqrt(1 - x**2)", "x=0.9999999"),
         "abs(x) < 1"),
    Rule("sqrt(x**2 + y**2)", "hypot(x, y)", _RANGE, KAHAN, Example("sqrt(x**2 + y**2)", "x=1e200, y=1e200")),
    Rule("sqrt(x**2 + y**2)", "norm([x, y])", "torch divides 0 by 0 in the derivative at 0", TORCH,
         Example("x*sqrt(x**2 + y**2)", "x=0, y=0")),
    Rule("hypot(x, y)", "norm([x, y])", "torch divides 0 by 0 in the derivative at 0", TORCH,
         Example("x*hypot(x, y)", "x=0, y=0")),
    Rule("sqrt(x**2 + y**2 + z**2)", "hypot(hypot(x, y), z)", _RANGE, KAHAN,
         Example("sqrt(x**2 + y**2 + z**2)", "x=1e200, y=1e200, z=1e200")),
    Rule("sqrt(x**2 + y**2 + z**2)", "norm([x, y, z])", "torch divides 0 by 0 in the derivative at 0", TORCH,
         Example("x*sqrt(x**2 + y**2 + z**2)", "x=0, y=0, z=0")),
    Rule("sqrt(x**2)", "abs(x)", "torch divides 0 by 0 in the derivative at 0, and the square overflows", TORCH,
         Example("x/(sqrt(x**2) + 1e-10)", "x=0")),
    Rule("relu(x) - relu(-x)", "x", "torch has no derivative of relu at its kink", TORCH,
         Example("relu(x) - relu(-x)", "x=0")),
    Rule("relu(x)**2 + relu(-x)**2", "x**2", "torch has no second derivative of relu at its kink", TORCH,
         Example("relu(x)**2 + relu(-x)**2", "x=0", wrt=(("x", "x"),))),
    Rule("abs(x)**2", "x**2", "torch has no derivative of abs at its kink", TORCH,
         Example("abs(x)**2", "x=0", wrt=(("x", "x"),))),
    Rule("x/(x**2 + y**2)", "x/hypot(x, y)/hypot(x, y)", _RANGE, KAHAN, Example("x/(x**2 + y**2)", "x=1e200, y=1e200"),
         "x != 0"),
    Rule("1/(x**2 + y**2)", "1/hypot(x, y)/hypot(x, y)", _RANGE, KAHAN,
         Example("1e30/(x**2 + y**2)", "x=1e20, y=1e20", _F32), "x != 0"),
    Rule("x**2/y**2", "(x/y)**2", _RANGE, MULLER, Example("x**2/y**2", "x=300, y=200", _F16), "y != 0", for_range=True),
    Rule("sqrt(x**4)", "x**2", "torch divides 0 by 0 in the derivative at 0", TORCH, Example("sqrt(x**4)", "x=0")),
    Rule("sqrt(x*y)", "sqrt(x)*sqrt(y)", "the product overflows or underflows", MULLER,
         Example("sqrt(x*y)", "x=1e200, y=1e200"), "x > 0 and y > 0", for_range=True),
    Rule("sqrt(x/y)", "sqrt(x)/sqrt(y)", "the quotient overflows or underflows", MULLER,
         Example("sqrt(x/y)", "x=1e-200, y=1e200"), "x > 0 and y > 0", for_range=True),

    # --- quotients ---------------------------------------------------------------------------------------------------
    Rule("1/x - 1/y", "(y - x)/(x*y)", _CANCELS, HAMMING, Example("1/(x + 1) - 1/x", "x=1e9"), "x*y != 0"),
    Rule("1/(x + 1) - 2/x + 1/(x - 1)", "2/(x*(x + 1)*(x - 1))", _CANCELS, HAMMING,
         Example("1/(x + 1) - 2/x + 1/(x - 1)", "x=1e6"), "x > 1"),
    Rule("1 - x/y", "(y - x)/y", "the quotient is near 1, and the difference cancels", HERBIE,
         Example("1 - x/(x + y)", "x=1e9, y=1"), "y != 0"),
    Rule("x/y - 1", "(x - y)/y", "the quotient is near 1, and the difference cancels", HERBIE,
         Example("x/y - 1", "x=1.0000001, y=1.0000002"), "y != 0"),
    Rule("1/(1 + 1/x)", "x/(x + 1)", "torch squares the quotient in the derivative, which overflows", MULLER,
         Example("1/(1 + 1/x)", "x=1e-30", _F32), "x > 0"),
    Rule("1/(1/x + 1/y)", "x/(x/y + 1)", "the quotients overflow", MULLER,
         Example("1/(1/x + 1/y)", "x=1e-40, y=1", _F32), "x > 0 and y > 0"),
    Rule("x - x", "0", "what cancels is rounded before", HERBIE, Example("(x + y) - x", "x=1e16, y=1.5")),
    Rule("x*y/z", "x*(y/z)", _ORDER, MULLER, Example("x*y/z", "x=1e30, y=1e30, z=1e30", _F32),
         "z != 0", for_range=True),
    Rule("x/(y*z)", "x/y/z", _ORDER, MULLER, Example("x/(y*z)", "x=1e30, y=1e30, z=1e30", _F32),
         "y*z != 0", for_range=True),
    Rule("x/y/z", "x/(y*z)", _ORDER, MULLER, Example("x/y/z", "x=1e-30, y=1e30, z=1e-25", _F32),
         "y*z != 0", for_range=True),
    Rule("x*y*z", "x*(y*z)", _ORDER, MULLER, Example("x*y*z", "x=1e30, y=1e30, z=1e-30", _F32), for_range=True),
    Rule("x*y + x*z", "x*(y + z)", "the products cancel, after each of them was rounded", HERBIE,
         Example("x*y - x*z", "x=3.1, y=1.0000001, z=1")),
    Rule("x/y + z/y", "(x + z)/y", "the quotients cancel, after each of them was rounded", HERBIE,
         Example("x/y - z/y", "x=1.0000001, y=3, z=1"), "y != 0"),
    Rule("x**y/x**z", "x**(y - z)", "the powers overflow or underflow", MULLER,
         Example("x**y/x**z", "x=10, y=400, z=399"), "x > 0", for_range=True),
    Rule("x**y*x**z", "x**(y + z)", "the powers overflow or underflow", MULLER,
         Example("x**y*x**z", "x=10, y=400, z=-399"), "x > 0", for_range=True),
    Rule("abs(x)/x", "sign(x)", "the quotient overflows or is rounded", TORCH,
         Example("y*abs(x)/x", "x=1e-40, y=2", _F32), "x != 0"),
)
# fmt: on
