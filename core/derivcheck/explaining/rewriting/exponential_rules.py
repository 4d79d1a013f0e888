"""Rules about exponentials, hyperbolic functions and sigmoids."""

from __future__ import annotations

from derivcheck.explaining.rewriting.books import CEPHES, DLMF, HAMMING, HERBIE, HIGHAM_SOFTMAX, KAHAN, MULLER, TORCH
from derivcheck.explaining.rewriting.rule import Example, Rule
from derivcheck.numbers import DType

_F32, _F16, _BF16 = DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16
_SECOND = (("x", "x"),)

_NEAR_ONE = "exp is near 1 for a small argument, and the difference cancels"
_OVERFLOWS = "exp overflows for a large argument; what is written instead does not"
_LIKE_TERMS = "the two exponentials cancel where they are near each other"
_SATURATES = "the function is rounded to 1, and the small rest to 0"

# fmt: off
RULES: tuple[Rule, ...] = (
    # --- differences of exponentials ---------------------------------------------------------------------------------
    Rule("exp(x) - 1", "expm1(x)", _NEAR_ONE, KAHAN, Example("(exp(x) - 1)/x", "x=1e-9")),
    Rule("expm1(x)", "exp(x) - 1", "torch's derivative is expm1(x) + 1, which cancels for a negative x", TORCH,
         Example("expm1(x)", "x=-30")),
    Rule("exp(x) - exp(y)", "exp(y)*expm1(x - y)", _LIKE_TERMS, HERBIE, Example("exp(x) - exp(y)", "x=1.0000001, y=1")),
    Rule("exp(x) - exp(-x)", "2*sinh(x)", _LIKE_TERMS, CEPHES, Example("(exp(x) - exp(-x))/2", "x=1e-7")),
    Rule("exp(x) + exp(-x) - 2", "4*sinh(x/2)**2", _LIKE_TERMS, HERBIE, Example("exp(x) - 2 + exp(-x)", "x=1e-5")),
    Rule("cosh(x) - 1", "2*sinh(x/2)**2", "cosh is near 1 for a small argument, and the difference cancels", HERBIE,
         Example("cosh(x) - 1", "x=1e-6")),
    Rule("2**x - 1", "expm1(x*log(2))", "a power is near 1 for a small exponent, and the difference cancels", HERBIE,
         Example("2**x - 1", "x=1e-11")),
    Rule("x**y - 1", "expm1(y*log(x))", "a power is near 1 for a small exponent, and the difference cancels", HERBIE,
         Example("x**y - 1", "x=3, y=1e-10"), "x > 0"),
    Rule("(1 + x)**y", "exp(y*log1p(x))", "1 + x is rounded, and a large power makes that error large", KAHAN,
         Example("(1 + x/n)**n", "x=0.5, n=1e9"), "x > -1"),
    Rule("sinh(x) - sinh(y)", "2*cosh((x + y)/2)*sinh((x - y)/2)", _LIKE_TERMS, DLMF,
         Example("sinh(x) - sinh(y)", "x=1.0000001, y=1")),
    Rule("cosh(x) - cosh(y)", "2*sinh((x + y)/2)*sinh((x - y)/2)", _LIKE_TERMS, DLMF,
         Example("cosh(x) - cosh(y)", "x=1.0000001, y=1")),
    Rule("cosh(x) - sinh(x)", "exp(-x)", _LIKE_TERMS, DLMF, Example("cosh(x) - sinh(x)", "x=12")),
    Rule("cosh(x)**2 - sinh(x)**2", "1", _LIKE_TERMS, DLMF, Example("y*(cosh(x)**2 - sinh(x)**2)", "x=12.3, y=2")),

    # --- products and quotients --------------------------------------------------------------------------------------
    Rule("exp(x)*exp(y)", "exp(x + y)", _OVERFLOWS, MULLER, Example("exp(x)*exp(-y)", "x=800, y=799")),
    Rule("exp(x)**y", "exp(x*y)", _OVERFLOWS, MULLER, Example("exp(x)**y", "x=800, y=0.1")),
    Rule("exp(x)/(exp(x) + exp(y))", "sigmoid(x - y)", _OVERFLOWS, HIGHAM_SOFTMAX,
         Example("exp(x)/(exp(x) + exp(y))", "x=800, y=801")),
    Rule("sinh(x)/cosh(x)", "tanh(x)", "sinh and cosh overflow, and tanh does not", CEPHES,
         Example("sinh(x)/cosh(x)", "x=800")),
    Rule("(exp(x) - exp(-x))/(exp(x) + exp(-x))", "tanh(x)", _OVERFLOWS, CEPHES,
         Example("(exp(x) - exp(-x))/(exp(x) + exp(-x))", "x=12", _F16)),
    Rule("(1 - exp(-x))/(1 + exp(-x))", "tanh(x/2)", _NEAR_ONE, CEPHES,
         Example("(1 - exp(-x))/(1 + exp(-x))", "x=1e-6", _F32)),
    Rule("(exp(x) - 1)/(exp(x) + 1)", "tanh(x/2)", _OVERFLOWS, CEPHES,
         Example("(exp(2*x) - 1)/(exp(2*x) + 1)", "x=400")),

    # --- sigmoids ----------------------------------------------------------------------------------------------------
    Rule("1/(1 + exp(-x))", "sigmoid(x)", _OVERFLOWS, TORCH, Example("1/(1 + exp(-x))", "x=-12", _F16)),
    Rule("exp(x)/(1 + exp(x))", "sigmoid(x)", _OVERFLOWS, TORCH, Example("exp(x)/(1 + exp(x))", "x=12", _F16)),
    Rule("1 - sigmoid(x)", "sigmoid(-x)", _SATURATES, TORCH, Example("1 - sigmoid(x)", "x=40")),
    Rule("sigmoid(x)", "1/(1 + exp(-x))",
         "torch multiplies by 1 - sigmoid(x) in the derivative, which is 0 where the sigmoid is rounded to 1", TORCH,
         Example("sigmoid(x)", "x=40", wrt=_SECOND)),
    Rule("exp(-x)/(1 + exp(-x))**2", "sigmoid(x)*sigmoid(-x)", _OVERFLOWS, TORCH,
         Example("exp(-x)/(1 + exp(-x))**2", "x=-60", _F32)),
    Rule("silu(x)", "x/(1 + exp(-x))",
         "torch multiplies by 1 - sigmoid(x) in the derivative, which is 0 where the sigmoid is rounded to 1", TORCH,
         Example("silu(x)", "x=40", wrt=_SECOND)),
    Rule("1 - tanh(x)", "2*sigmoid(-2*x)", _SATURATES, HERBIE, Example("1 - tanh(x)", "x=20")),
    Rule("1 + tanh(x)", "2*sigmoid(2*x)", "tanh is rounded to -1, and the small rest to 0", HERBIE,
         Example("0.5*(1 + tanh(x))", "x=-20")),
    Rule("1 - tanh(x)**2", "1/cosh(x)**2", _SATURATES, HERBIE, Example("1 - tanh(x)**2", "x=20")),
    Rule("tanh(x)", "(1 - exp(-2*x))/(1 + exp(-2*x))",
         "torch multiplies by 1 - tanh(x)**2 in the derivative, which cancels where tanh is near 1", MULLER,
         Example("tanh(x)", "x=10", _F32)),
    Rule("tanh(x)", "(exp(2*x) - 1)/(exp(2*x) + 1)",
         "torch multiplies by 1 - tanh(x)**2 in the derivative, which cancels where tanh is near -1", MULLER,
         Example("tanh(x)", "x=-10", _F32)),
    Rule("tanh(x) - tanh(y)", "sinh(x - y)/(cosh(x)*cosh(y))", "the two cancel where they are near each other", DLMF,
         Example("tanh(x) - tanh(y)", "x=3.0000001, y=3")),
    Rule("exp(log(x))", "x", "the logarithm is rounded, and exp makes that error larger", HAMMING,
         Example("exp(log(x))", "x=1e300"), "x > 0"),
    Rule("exp(x + log(y))", "y*exp(x)", "the logarithm is rounded, and exp makes that error larger", HAMMING,
         Example("exp(log(y) + x)", "x=-600, y=1e250"), "y > 0"),
    Rule("exp(x*log(y))", "y**x", "the logarithm is rounded, and exp makes that error larger", HAMMING,
         Example("exp(x*log(y))", "x=200, y=10.1"), "y > 0"),
)
# fmt: on
