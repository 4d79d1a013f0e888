"""Rules about logarithms, and about the functions that are made of them."""

from __future__ import annotations

from derivcheck.explaining.rewriting.books import (
    CEPHES,
    DLMF,
    GOLDBERG,
    HERBIE,
    HIGHAM_SOFTMAX,
    KAHAN,
    MAECHLER,
    MULLER,
    TORCH,
)
from derivcheck.explaining.rewriting.rule import Example, Rule
from derivcheck.numbers import DType

_F32, _F16, _BF16 = DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16
_SECOND = (("x", "x"),)

_ROUNDED = "1 + x is rounded to few digits of a small x"
_OVERFLOWS = "exp overflows for a large argument; what is written instead does not"
_CANCELS = "the two logarithms cancel where they are near each other"
_UNDERFLOWS = "what the logarithm is taken of underflows; its logarithm does not"

# fmt: off
RULES: tuple[Rule, ...] = (
    # --- near 1 ------------------------------------------------------------------------------------------------------
    Rule("log(1 + x)", "log1p(x)", _ROUNDED, GOLDBERG, Example("log(1 + x)/x", "x=1e-9"), "x > -1"),
    Rule("log2(1 + x)", "log1p(x)/log(2)", _ROUNDED, GOLDBERG, Example("log2(1 + x)", "x=1e-9"), "x > -1"),
    Rule("log10(1 + x)", "log1p(x)/log(10)", _ROUNDED, GOLDBERG, Example("log10(1 + x)", "x=1e-9"), "x > -1"),
    Rule("log(x) - log(y)", "log1p((x - y)/y)", _CANCELS, HERBIE, Example("log(x) - log(y)", "x=3.0000001, y=3"),
         "x > 0 and y > 0"),
    Rule("(1 + x)*log(1 + x) - x*log(x)", "x*log1p(1/x) + log(1 + x)", "two large products cancel", HERBIE,
         Example("(n + 1)*log(n + 1) - n*log(n) - 1", "n=1e9"), "x > 0"),
    Rule("log(x/y)", "log1p((x - y)/y)", "the quotient is near 1, and its rounding error is all that log sees", HERBIE,
         Example("log(x/y)", "x=3.0000001, y=3"), "x > 0 and y > 0"),
    Rule("log((1 + x)/(1 - x))", "2*atanh(x)", _ROUNDED, MULLER, Example("log((1 + x)/(1 - x))/2", "x=1e-9"),
         "abs(x) < 1"),

    Rule("logit(x)", "2*atanh(2*x - 1)", "near 1/2 the quotient x/(1 - x) is near 1, and rounded", MULLER,
         Example("logit(x)", "x=0.5000001"), "x > 0 and x < 1"),
    Rule("log(x/(1 - x))", "2*atanh(2*x - 1)", "near 1/2 the quotient is near 1, and rounded", MULLER,
         Example("log(x/(1 - x))", "x=0.5000001"), "x > 0 and x < 1"),
    Rule("log(x) - log(1 - x)", "2*atanh(2*x - 1)", _CANCELS, MULLER,
         Example("log(x) - log(1 - x)", "x=0.5000001"), "x > 0 and x < 1"),

    # --- of exponentials ---------------------------------------------------------------------------------------------
    Rule("log(1 - exp(x))", "log(-expm1(x))", "exp(x) is near 1, and the difference cancels", MAECHLER,
         Example("log(1 - exp(x))", "x=-1e-10"), "x < 0"),
    Rule("log1p(-exp(x))", "log(-expm1(x))", "exp(x) is near 1, and log1p is taken near its end", MAECHLER,
         Example("log1p(-exp(x))", "x=-1e-10"), "x < 0"),
    Rule("log(-expm1(x))", "log1p(-exp(x))", "expm1(x) is rounded to -1", MAECHLER,
         Example("log(-expm1(x))", "x=-40"), "x < 0"),
    Rule("log(exp(x) - 1)", "x + log1p(-exp(-x))", _OVERFLOWS, MAECHLER, Example("log(exp(x) - 1)", "x=800"), "x > 0"),
    Rule("log(expm1(x))", "x + log1p(-exp(-x))", _OVERFLOWS, MAECHLER, Example("log(expm1(x))", "x=800"), "x > 0"),
    Rule("log(1 + exp(x))", "softplus(x)", _OVERFLOWS, TORCH, Example("log(1 + exp(x))", "x=800")),
    Rule("log(1 + exp(x))", "x + log1p(exp(-x))", _OVERFLOWS, MAECHLER, Example("log(1 + exp(x))", "x=800")),
    Rule("log1p(exp(x))", "softplus(x)", _OVERFLOWS, TORCH, Example("log1p(exp(x))", "x=800")),
    Rule("log1p(exp(x))", "x + log1p(exp(-x))", _OVERFLOWS, MAECHLER, Example("log1p(exp(x))", "x=100", _F32)),
    Rule("softplus(x)", "x + log1p(exp(-x))", "torch takes x itself from 20 on", MAECHLER,
         Example("softplus(x)", "x=25", wrt=(("x",), ("x", "x")))),
    Rule("softplus(x)", "log1p(exp(x))", "torch's second derivative loses what its first is rounded to", MAECHLER,
         Example("softplus(x)", "x=20.5", wrt=(("x",),))),
    Rule("softplus(x)", "logaddexp(x, 0)", "torch takes x itself from 20 on", TORCH, Example("softplus(x)", "x=22")),
    Rule("Max(x, 0) + log(1 + exp(-abs(x)))", "softplus(x)", "torch has no derivative of abs and Max at their kinks",
         TORCH, Example("Max(x, 0) + log(1 + exp(-abs(x)))", "x=0", wrt=_SECOND)),
    Rule("Max(x, 0) + log1p(exp(-abs(x)))", "softplus(x)", "torch has no derivative of abs and Max at their kinks",
         TORCH, Example("Max(x, 0) + log1p(exp(-abs(x)))", "x=0", wrt=_SECOND)),
    Rule("clamp_min(x, 0) + log1p(exp(-abs(x)))", "softplus(x)",
         "torch has no derivative of abs and clamp_min at their kinks", TORCH,
         Example("clamp_min(x, 0) + log1p(exp(-abs(x)))", "x=0")),
    Rule("clamp_min(x, 0) + log(1 + exp(-abs(x)))", "softplus(x)",
         "torch has no derivative of abs and clamp_min at their kinks", TORCH,
         Example("clamp_min(x, 0) - x*y + log(1 + exp(-abs(x)))", "x=0, y=1", wrt=(("x",),))),
    Rule("relu(x) + log1p(exp(-abs(x)))", "softplus(x)", "torch has no derivative of abs and relu at their kinks",
         TORCH, Example("relu(x) - x*y + log1p(exp(-abs(x)))", "x=0, y=1", wrt=(("x",),))),
    Rule("relu(x) + log(1 + exp(-abs(x)))", "softplus(x)", "torch has no derivative of abs and relu at their kinks",
         TORCH, Example("relu(x) - x*y + log(1 + exp(-abs(x)))", "x=0, y=1", wrt=(("x",),))),
    Rule("log(exp(x) + exp(y))", "logaddexp(x, y)", _OVERFLOWS, HIGHAM_SOFTMAX,
         Example("log(exp(x) + exp(y))", "x=800, y=801")),
    Rule("log(exp(x) + exp(y) + exp(z))", "logaddexp(logaddexp(x, y), z)", _OVERFLOWS, HIGHAM_SOFTMAX,
         Example("log(exp(a) + exp(b) + exp(c))", "a=-800, b=-801, c=-802")),
    Rule("log(a*exp(x) + b*exp(y))", "logaddexp(x + log(a), y + log(b))", _OVERFLOWS, HIGHAM_SOFTMAX,
         Example("log(w*exp(a) + (1 - w)*exp(b))", "w=0.3, a=-1000, b=-1001"), "a > 0 and b > 0"),
    Rule("log(exp(x) + y)", "x + log1p(y*exp(-x))", _OVERFLOWS, MULLER, Example("log(exp(x) + y)", "x=800, y=3"),
         "y > 0"),
    Rule("logaddexp(x, y)", "y + log1p(exp(x - y))", "torch's second derivative divides infinities", MULLER,
         Example("logaddexp(t, -2*t)", "t=-250", wrt=(("t", "t"),))),
    Rule("log(exp(x) - exp(y))", "x + log(-expm1(y - x))", _OVERFLOWS, MAECHLER,
         Example("log(exp(x) - exp(y))", "x=801, y=800"), "x > y"),
    Rule("log(exp(x))", "x", _OVERFLOWS, MULLER, Example("log(exp(x) )", "x=800")),
    Rule("log(exp(x)*y)", "x + log(y)", _OVERFLOWS, MULLER, Example("log(y*exp(-x**2/2))", "x=50, y=0.4"), "y > 0"),
    Rule("log(cosh(x))", "softplus(-2*x) + x - log(2)", "cosh overflows", MULLER, Example("log(cosh(x))", "x=800")),
    Rule("log(cosh(x))", "log1p(2*sinh(x/2)**2)", "cosh is near 1 for a small argument", HERBIE,
         Example("log(cosh(x))", "x=1e-6")),
    Rule("log(sinh(x))", "x + log1p(-exp(-2*x)) - log(2)", "sinh overflows", MULLER, Example("log(sinh(x))", "x=800"),
         "x > 0"),

    # --- of sigmoids -------------------------------------------------------------------------------------------------
    Rule("log(sigmoid(x))", "logsigmoid(x)", _UNDERFLOWS, TORCH, Example("log(sigmoid(x))", "x=-120", _F32)),
    Rule("log(1/(1 + exp(-x)))", "logsigmoid(x)", _OVERFLOWS, TORCH, Example("log(1/(1 + exp(-x)))", "x=-800")),
    Rule("log(1 + exp(-x))", "-logsigmoid(x)", _OVERFLOWS, TORCH, Example("-log(1 + exp(-x))", "x=-800")),
    Rule("log(1 - sigmoid(x))", "logsigmoid(-x)", "the sigmoid is rounded to 1, and the logarithm of 0 is infinite",
         TORCH, Example("log(1 - sigmoid(x))", "x=50")),
    Rule("logsigmoid(x)", "-log1p(exp(-x))", "torch's second derivative multiplies by 1 - sigmoid(x)", MAECHLER,
         Example("logsigmoid(x)", "x=37.42994775023705", wrt=_SECOND)),
    Rule("y*log(sigmoid(x)) + (1 - y)*log(1 - sigmoid(x))", "y*logsigmoid(x) + (1 - y)*logsigmoid(-x)",
         "the sigmoid is rounded to 1, and the logarithm of 0 is infinite", TORCH,
         Example("-(y*log(sigmoid(x)) + (1 - y)*log(1 - sigmoid(x)))", "x=50, y=0.25")),

    # --- products and powers -----------------------------------------------------------------------------------------
    Rule("log(x**2)", "2*log(abs(x))", "the square overflows or underflows", MULLER, Example("log(x**2)", "x=1e-200"),
         "x != 0"),
    Rule("log(x**y)", "y*log(x)", "the power overflows or underflows", MULLER, Example("log(x**y)", "x=10, y=400"),
         "x > 0"),
    Rule("log(x*y)", "log(x) + log(y)", "the product overflows or underflows", MULLER,
         Example("log(x*y)", "x=1e200, y=1e200"), "x > 0 and y > 0"),
    Rule("log(x**2 + y**2)", "2*log(hypot(x, y))", "the squares overflow or underflow", KAHAN,
         Example("log(x**2 + y**2)/2", "x=1e200, y=2e200"), "x != 0"),
    Rule("x*log(x/y)", "x*log(x) - x*log(y)", "the quotient underflows", MULLER,
         Example("x*log(x/y)", "x=1e-30, y=1e30", _F32), "x > 0 and y > 0"),

    # --- inverse hyperbolic functions --------------------------------------------------------------------------------
    Rule("log(x + sqrt(x**2 + 1))", "asinh(x)", "the sum cancels for a negative x, and the square overflows", KAHAN,
         Example("log(x + sqrt(x**2 + 1))", "x=-1e7")),
    Rule("sign(x)*log(abs(x) + sqrt(x**2 + 1))", "asinh(x)", "torch has no derivative of abs and sign at their kinks",
         KAHAN, Example("sign(x)*log(abs(x) + sqrt(x**2 + 1))", "x=0"), "x != 0"),
    Rule("log(x + sqrt(1 + x**2))", "log(x + hypot(x, 1))", "the square overflows", KAHAN,
         Example("log(x + sqrt(1 + x**2))", "x=1e200"), "x > 0"),
    Rule("log(x + sqrt(x**2 - 1))", "acosh(x)", "the square overflows, and the root cancels near 1", KAHAN,
         Example("log(x + sqrt(x**2 - 1))", "x=1.0000001"), "x > 1"),
    Rule("log(x + sqrt(x**2 - 1))", "log(x + sqrt(x - 1)*sqrt(x + 1))", "the square overflows", KAHAN,
         Example("log(x + sqrt(x**2 - 1))", "x=1e200"), "x > 1"),
    Rule("asinh(x)", "log(x + hypot(x, 1))", "torch squares x in the derivative, which overflows", CEPHES,
         Example("asinh(x)", "x=1e22", _F32), "x > 0"),
    Rule("asinh(x)", "-log(hypot(x, 1) - x)", "torch squares x in the derivative, which overflows", CEPHES,
         Example("asinh(x)", "x=-1e22", _F32), "x < 0"),
    Rule("acosh(x)", "log(x + sqrt(x - 1)*sqrt(x + 1))", "torch squares x in the derivative, which overflows", KAHAN,
         Example("acosh(x)", "x=1e22", _F32), "x > 1"),
    Rule("acosh(x)", "2*asinh(sqrt((x - 1)/2))", "torch's derivative takes x**2 - 1, which cancels near 1", KAHAN,
         Example("acosh(x)", "x=1.00001", _F32), "x > 1"),
    Rule("atanh(x)", "(log1p(x) - log1p(-x))/2", "torch's derivative takes 1 - x**2, which cancels near 1", KAHAN,
         Example("atanh(x)", "x=0.9999", _F32), "abs(x) < 1"),
    Rule("log(-log(1 - x))", "log(-log1p(-x))", _ROUNDED, DLMF, Example("log(-log(1 - x))", "x=1e-9"),
         "x > 0 and x < 1"),
)
# fmt: on
