"""The rows of the elementary functions: powers and logarithms, trigonometric and hyperbolic functions."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function

_pow = partial(Function, "powers and logarithms")
_trig = partial(Function, "trigonometric")
_hyp = partial(Function, "hyperbolic")

# fmt: off
ROWS: tuple[Function, ...] = (
    # --- powers and logarithms ---------------------------------------------------------------------------------------
    _pow("sqrt(x)",          "square root",
         sympy="sqrt", torch="sqrt", ball="sqrt", word="root", complex_ball="sqrt", arb="{0}.sqrt()",
         ends=(0, None), rounds=True, transparent=True, tidy="root", layout="root",
         mistakes="root", left_out="function", algebra="1/2"),
    _pow("rsqrt(x)",         "1/sqrt(x)", torch="rsqrt", definition="1/sqrt(x)", rounds=True, algebra="-1/2"),
    _pow("cbrt(x)",          "cube root, x**(1/3): of positive numbers", definition="x**(1/3)", algebra="1/3"),
    _pow("root(x, n)",       "n-th root, x**(1/n): of positive numbers", definition="x**(1/n)"),
    _pow("hypot(x, y)",      "sqrt(x**2 + y**2)", torch="hypot", definition="sqrt(x**2 + y**2)", rounds=True),
    _pow("exp(x)",           "exponential function",
         sympy="exp", torch="exp", ball="exp", word="exponential", complex_ball="exp", arb="{0}.exp()",
         rounds=True, layout="exponential", at_infinity="vanishing",
         mistakes="exponential", left_out="function", algebra="exponential"),
    _pow("exp2(x)",          "2**x", torch="exp2", definition="2**x", rounds=True),
    _pow("expm1(x)",         "exp(x) - 1",
         torch="expm1", ball="expm1", complex_ball="expm1", definition="exp(x) - 1", rounds=True),
    _pow("ldexp(x, y)",      "x*2**y", torch="ldexp", definition="x*2**y"),
    _pow("log(x, base=E)",   "natural logarithm, or log(x, base)", aliases=("ln",),
         sympy="log", torch="kernels.log", ball="log", word="logarithm", complex_ball="log", arb="{0}.log()",
         rounds=True, line="logarithm", tidy="logarithm", mistakes="logarithm", left_out="function"),
    _pow("log2(x)",          "logarithm to the base 2", torch="log2", definition="log(x)/log(2)", rounds=True),
    _pow("log10(x)",         "logarithm to the base 10", torch="log10", definition="log(x)/log(10)", rounds=True),
    _pow("log1p(x)",         "log(1 + x)",
         torch="log1p", ball="log1p", complex_ball="log1p", definition="log(1 + x)", rounds=True),
    _pow("logaddexp(x, y)",  "log(exp(x) + exp(y))",
         torch="logaddexp", ball="logaddexp", definition="log(exp(x) + exp(y))", commutes=True, associates=True,
         at_infinity="log sum"),
    _pow("logaddexp2(x, y)", "log2(2**x + 2**y)", torch="logaddexp2", definition="log(2**x + 2**y)/log(2)"),
    _pow("xlogy(x, y)",      "x*log(y), 0 where x is 0", sympy="kernels.xlogy", torch="xlogy", ball="xlogy"),
    _pow("xlog1py(x, y)",    "x*log(1 + y), 0 where x is 0", torch="special.xlog1py", definition="xlogy(x, 1 + y)"),
    _pow("entr(x)",          "entropy -x*log(x), 0 at 0", sympy="kernels.entr", torch="special.entr", ball="entr"),
    _pow("LambertW(x)",      "principal solution w of w*exp(w) = x", aliases=("lambertw",),
         sympy="LambertW", ball="lambertw", complex_ball="lambertw"),

    # --- trigonometric -----------------------------------------------------------------------------------------------
    _trig("sin(x)",               "sine",
         sympy="sin", torch="sin", ball="sin", word="sine", complex_ball="sin", arb="{0}.sin()",
         swings=("x",), rounds=True, half_turns="sin"),
    _trig("cos(x)",               "cosine",
         sympy="cos", torch="cos", ball="cos", word="cosine", complex_ball="cos", arb="{0}.cos()",
         swings=("x",), rounds=True, half_turns="cos"),
    _trig("tan(x)",               "tangent",
         sympy="tan", torch="tan", ball="tan", word="tangent", complex_ball="tan",
         swings=("x",), rounds=True, half_turns="tan"),
    _trig("cot(x)",               "cotangent",
         sympy="cot", ball="cot", complex_ball="cot", definition="1/tan(x)", swings=("x",), half_turns="cot"),
    _trig("sec(x)",               "secant",
         sympy="sec", ball="sec", complex_ball="sec", definition="1/cos(x)", swings=("x",)),
    _trig("csc(x)",               "cosecant",
         sympy="csc", ball="csc", complex_ball="csc", definition="1/sin(x)", swings=("x",)),
    _trig("asin(x)",              "inverse sine", aliases=("arcsin",),
         sympy="asin", torch="asin", ball="asin", complex_ball="asin", ends=(-1, 1), rounds=True),
    _trig("acos(x)",              "inverse cosine", aliases=("arccos",),
         sympy="acos", torch="acos", ball="acos", complex_ball="acos", ends=(-1, 1), rounds=True),
    _trig("atan(x)",              "inverse tangent", aliases=("arctan",),
         sympy="atan", torch="atan", ball="atan", word="arc tangent", complex_ball="atan", arb="{0}.atan()",
         rounds=True),
    _trig("acot(x)",              "inverse cotangent, atan(1/x) as in SymPy: it jumps at 0", aliases=("arccot",),
         sympy="acot", definition="atan(1/x)"),
    _trig("asec(x)",              "inverse secant", aliases=("arcsec",), sympy="asec", definition="acos(1/x)"),
    _trig("acsc(x)",              "inverse cosecant", aliases=("arccsc",), sympy="acsc", definition="asin(1/x)"),
    _trig("atan2(y, x)",          "angle of the point (x, y)", aliases=("arctan2",),
         sympy="atan2", torch="atan2", ball="atan2", rounds=True),
    _trig("sinc(x)",              "sin(pi*x)/(pi*x), 1 at 0: torch's; SymPy's sinc(x) is sinc_unnormalized(x)",
         torch="sinc", definition="sinc_unnormalized(pi*x)"),
    _trig("sinc_unnormalized(x)", "sin(x)/x, 1 at 0: SymPy's sinc",
         sympy="sinc", ball="sinc", complex_ball="sinc", definition="sinc(x/pi)", swings=("x",), half_turns="sinc"),

    # --- hyperbolic --------------------------------------------------------------------------------------------------
    _hyp("sinh(x)",  "hyperbolic sine",
         sympy="sinh", torch="sinh", ball="sinh", word="hyperbolic sine", complex_ball="sinh", arb="{0}.sinh()",
         rounds=True),
    _hyp("cosh(x)",  "hyperbolic cosine",
         sympy="cosh", torch="cosh", ball="cosh", word="hyperbolic cosine", complex_ball="cosh", arb="{0}.cosh()",
         rounds=True),
    _hyp("tanh(x)",  "hyperbolic tangent",
         sympy="tanh", torch="tanh", ball="tanh", word="hyperbolic tangent", complex_ball="tanh", arb="{0}.tanh()",
         rounds=True, mistakes="tanh", left_out="function"),
    _hyp("coth(x)",  "hyperbolic cotangent", sympy="coth", ball="coth", complex_ball="coth", definition="1/tanh(x)"),
    _hyp("sech(x)",  "hyperbolic secant", sympy="sech", ball="sech", complex_ball="sech", definition="1/cosh(x)"),
    _hyp("csch(x)",  "hyperbolic cosecant", sympy="csch", ball="csch", complex_ball="csch", definition="1/sinh(x)"),
    _hyp("asinh(x)", "inverse hyperbolic sine", aliases=("arcsinh", "arsinh"),
         sympy="asinh", torch="asinh", ball="asinh", complex_ball="asinh", rounds=True),
    _hyp("acosh(x)", "inverse hyperbolic cosine", aliases=("arccosh", "arcosh"),
         sympy="acosh", torch="acosh", ball="acosh", complex_ball="acosh", ends=(1, None), rounds=True),
    _hyp("atanh(x)", "inverse hyperbolic tangent", aliases=("arctanh", "artanh"),
         sympy="atanh", torch="atanh", ball="atanh", complex_ball="atanh", rounds=True),
    _hyp("acoth(x)", "inverse hyperbolic cotangent", aliases=("arccoth", "arcoth"),
         sympy="acoth", definition="atanh(1/x)"),
    _hyp("asech(x)", "inverse hyperbolic secant", aliases=("arcsech", "arsech"),
         sympy="asech", definition="acosh(1/x)"),
    _hyp("acsch(x)", "inverse hyperbolic cosecant", aliases=("arccsch", "arcsch"),
         sympy="acsch", definition="asinh(1/x)"),
)
# fmt: on
