"""Rules about trigonometric functions and their inverses."""

from __future__ import annotations

from derivcheck.explaining.rewriting.books import (
    DLMF,
    GOLDBERG,
    HAMMING,
    HERBIE,
    JAX_WHERE,
    KAHAN,
    MULLER,
    SINNOTT,
    TORCH,
)
from derivcheck.explaining.rewriting.rule import Example, Rule
from derivcheck.numbers import DType

_F32, _F16 = DType.FLOAT32, DType.FLOAT16

_NEAR_ONE = "the cosine is near 1 for a small argument, and the difference cancels"
_CANCELS = "the two cancel where they are near each other"
_STEEP = "torch's derivative takes 1 - x**2, which cancels near the end of the domain"

# fmt: off
RULES: tuple[Rule, ...] = (
    Rule("1 - cos(x)", "2*sin(x/2)**2", _NEAR_ONE, GOLDBERG, Example("(1 - cos(x))/x**2", "x=1e-5")),
    Rule("1 + cos(x)", "2*cos(x/2)**2", "the cosine is near -1, and the sum cancels", HERBIE,
         Example("1 + cos(x)", "x=3.1415926")),
    Rule("1 - cos(x)**2", "sin(x)**2", _NEAR_ONE, HERBIE, Example("1 - cos(x)**2", "x=1e-7")),
    Rule("1 - sin(x)**2", "cos(x)**2", "the sine is near 1, and the difference cancels", HERBIE,
         Example("1 - sin(x)**2", "x=1.5707963")),
    Rule("1 - sin(x)", "cos(x)**2/(1 + sin(x))", "the sine is near 1, and the difference cancels", HERBIE,
         Example("1 - sin(x)", "x=1.57"), "sin(x) > -1"),
    Rule("1 + sin(x)", "cos(x)**2/(1 - sin(x))", "the sine is near -1, and the sum cancels", HERBIE,
         Example("1 + sin(x)", "x=-1.57"), "sin(x) < 1"),
    Rule("cos(x)**2 - sin(x)**2", "cos(2*x)", _CANCELS, DLMF, Example("cos(x)**2 - sin(x)**2", "x=0.7853981")),
    Rule("(1 - cos(x))/sin(x)", "tan(x/2)", _NEAR_ONE, HERBIE, Example("(1 - cos(x))/sin(x)", "x=1e-5")),
    Rule("sin(x)/(1 + cos(x))", "tan(x/2)", "the cosine is near -1, and the sum cancels", HERBIE,
         Example("sin(x)/(1 + cos(x))", "x=3.1415926")),
    Rule("sin(x) - sin(y)", "2*cos((x + y)/2)*sin((x - y)/2)", _CANCELS, HAMMING,
         Example("(sin(x + h) - sin(x))/h", "x=1, h=1e-9")),
    Rule("cos(x) - cos(y)", "-2*sin((x + y)/2)*sin((x - y)/2)", _CANCELS, HAMMING,
         Example("cos(x + h) - cos(x)", "x=1, h=1e-9")),
    Rule("tan(x) - tan(y)", "sin(x - y)/(cos(x)*cos(y))", _CANCELS, HAMMING,
         Example("tan(x + h) - tan(x)", "x=1, h=1e-9")),
    Rule("1/tan(x) - 1/tan(y)", "sin(y - x)/(sin(x)*sin(y))", _CANCELS, DLMF,
         Example("1/tan(x + h) - 1/tan(x)", "x=1, h=1e-9")),
    Rule("1/cos(x)**2 - 1", "tan(x)**2", _NEAR_ONE, DLMF, Example("1/cos(x)**2 - 1", "x=1e-7")),
    Rule("1/cos(x) - 1", "2*sin(x/2)**2/cos(x)", _NEAR_ONE, DLMF, Example("1/cos(x) - 1", "x=1e-7")),
    Rule("1/sin(x) - 1/tan(x)", "tan(x/2)", _CANCELS, HERBIE, Example("1/sin(x) - 1/tan(x)", "x=1e-7")),
    Rule("where(x == 0, 1, sin(pi*x)/(pi*x))", "sinc(x)", "at 0 the branch that is not taken is nan", JAX_WHERE,
         Example("where(x == 0, 1, sin(pi*x)/(pi*x))", "x=0")),
    Rule("where(x == 0, 1, sin(x)/x)", "sinc_unnormalized(x)", "at 0 the branch that is not taken is nan", JAX_WHERE,
         Example("where(x == 0, 1, sin(x)/x)", "x=0")),

    # --- inverse functions -------------------------------------------------------------------------------------------
    Rule("atan(x) - atan(y)", "atan2(x - y, 1 + x*y)", _CANCELS, HERBIE,
         Example("atan(x + 1) - atan(x)", "x=1e9"), "1 + x*y > 0"),
    Rule("pi/2 - atan(x)", "atan(1/x)", "the arctangent is near pi/2, and the difference cancels", DLMF,
         Example("pi/2 - atan(x)", "x=1e9"), "x > 0"),
    Rule("atan(y/x)", "atan2(y, x)", "the quotient overflows", KAHAN,
         Example("atan(y/x)", "x=1e-20, y=1e19", _F32), "x > 0"),
    Rule("atan2(y, x)", "atan(y/x)", "torch takes x**2 + y**2 in the derivative, which underflows or overflows", TORCH,
         Example("atan2(a, b)", "a=1e-4, b=1e-4", _F16), "x > 0"),
    Rule("atan2(y, x)", "pi/2 - atan(x/y)", "torch takes x**2 + y**2 in the derivative, which underflows or overflows",
         TORCH, Example("atan2(a, b)", "a=1e-4, b=-1e-5", _F16), "y > 0"),
    Rule("atan2(y, x)", "-pi/2 - atan(x/y)",
         "torch takes x**2 + y**2 in the derivative, which underflows or overflows", TORCH,
         Example("atan2(a, b)", "a=-1e-4, b=-1e-5", _F16), "y < 0"),
    Rule("acos(x)", "2*atan2(sqrt(1 - x), sqrt(1 + x))", _STEEP, KAHAN, Example("acos(x)", "x=0.9999999"),
         "abs(x) < 1"),
    Rule("asin(x)", "atan2(x, sqrt(1 - x)*sqrt(1 + x))", _STEEP, KAHAN, Example("asin(x)", "x=0.9999999"),
         "abs(x) < 1"),
    Rule("acos(1 - x)", "2*asin(sqrt(x/2))", "1 - x is rounded to few digits of a small x", MULLER,
         Example("acos(1 - x)", "x=1e-9"), "x > 0 and x < 2"),
    Rule("acos(sin(x)*sin(y) + cos(x)*cos(y)*cos(z))", "2*asin(sqrt(sin((x - y)/2)**2 + cos(x)*cos(y)*sin(z/2)**2))",
         "the cosine of a small distance is near 1", SINNOTT,
         Example("acos(sin(p)*sin(q) + cos(p)*cos(q)*cos(l))", "p=0.5, q=0.5, l=1e-6"),
         "abs(x) < 1 and abs(y) < 1 and abs(z) < 1 and abs(z) > 0.1"),
    Rule("asin(sqrt(x))", "atan2(sqrt(x), sqrt(1 - x))", _STEEP, KAHAN, Example("2*asin(sqrt(x))", "x=0.99999"),
         "x > 0 and x < 1"),
    Rule("sqrt(1 - cos(x)**2)", "abs(sin(x))", _NEAR_ONE, HERBIE, Example("sqrt(1 - cos(x)**2)", "x=1e-7")),
    Rule("sqrt(1 - cos(x))", "sqrt(2)*abs(sin(x/2))", _NEAR_ONE, HERBIE, Example("x*sqrt(1 - cos(x))", "x=0")),
)
# fmt: on
