"""Rules about the error function, the normal distribution, gamma and Bessel functions, and losses."""

from __future__ import annotations

from derivcheck.explaining.rewriting.books import CEPHES, CODY, DLMF, TORCH
from derivcheck.explaining.rewriting.rule import Example, Rule
from derivcheck.numbers import DType

_F32, _F16, _BF16 = DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16

_TAIL = "the error function is rounded to 1, and its small complement to 0"
_UNDERFLOWS = "what the logarithm is taken of underflows; its logarithm does not"
_OVERFLOWS = "both factors leave the range of the format, and their product does not"

# fmt: off
RULES: tuple[Rule, ...] = (
    # --- the error function ------------------------------------------------------------------------------------------
    Rule("1 - erf(x)", "erfc(x)", _TAIL, CODY, Example("1 - erf(x)", "x=5.5")),
    Rule("1 + erf(x)", "erfc(-x)", "the error function is rounded to -1, and the small sum to 0", CODY,
         Example("x*(1 + erf(x/sqrt(2)))/2", "x=-8")),
    Rule("1 - erfc(x)", "erf(x)", "the complement is near 1, and the difference cancels", CODY,
         Example("1 - erfc(x)", "x=1e-9")),
    Rule("ndtr(x)", "erfc(-x/sqrt(2))/2", "torch adds 1 to an error function that is near -1", CODY,
         Example("ndtr(x)", "x=-8")),
    Rule("1 - ndtr(x)", "erfc(x/sqrt(2))/2", _TAIL, CODY, Example("1 - ndtr(x)", "x=8")),
    Rule("ndtr(x) - ndtr(y)", "(erfc(y/sqrt(2)) - erfc(x/sqrt(2)))/2", _TAIL, CODY,
         Example("ndtr(x) - ndtr(y)", "x=9, y=8")),
    Rule("log(erfc(x))", "log(erfcx(x)) - x**2", _UNDERFLOWS, CODY, Example("log(erfc(x))", "x=30")),
    Rule("log(ndtr(x))", "log_ndtr(x)", _UNDERFLOWS, TORCH, Example("log(ndtr(x))", "x=-40")),
    Rule("log_ndtr(x)", "log(erfcx(-x/sqrt(2))/2) - x**2/2",
         "torch's derivative divides two small numbers, each exp of a large one", CODY,
         Example("log_ndtr(x)", "x=-20", _F32)),
    Rule("exp(x**2)*erfc(x)", "erfcx(x)", _OVERFLOWS, CODY, Example("exp(x**2)*erfc(x)", "x=30")),
    Rule("erf(x) - erf(y)", "erfc(y) - erfc(x)", _TAIL, CODY, Example("erf(x) - erf(y)", "x=6, y=5")),

    # --- gamma and Bessel functions ----------------------------------------------------------------------------------
    Rule("gammainc(1, x)", "-expm1(-x)", "torch takes 0*log(0) in the derivative at 0", DLMF,
         Example("gammainc(1, x)", "x=0"), "x > 0"),
    Rule("1 - gammainc(a, x)", "gammaincc(a, x)", _TAIL, CEPHES,
         Example("1 - gammainc(a, x)", "a=2, x=50", wrt=(("x",),)), "a > 0 and x > 0"),
    Rule("1 - gammaincc(a, x)", "gammainc(a, x)", "the complement is near 1, and the difference cancels", CEPHES,
         Example("1 - gammaincc(a, x)", "a=4, x=1e-4", wrt=(("x",),)), "a > 0 and x > 0"),
    Rule("log(gamma(x))", "lgamma(x)", "gamma overflows, and its logarithm does not", CEPHES,
         Example("log(gamma(x))", "x=200"), "x > 0"),
    Rule("gamma(x)/gamma(y)", "exp(lgamma(x) - lgamma(y))", "gamma overflows", CEPHES,
         Example("gamma(x)/gamma(y)", "x=180.5, y=180"), "x > 0 and y > 0"),
    Rule("log(i0(x))", "log(i0e(x)) + abs(x)", "the Bessel function overflows", CEPHES,
         Example("log(i0(x))", "x=800"), "x != 0"),
    Rule("i1(x)/i0(x)", "i1e(x)/i0e(x)", "the Bessel functions overflow", CEPHES, Example("i1(x)/i0(x)", "x=800"),
         "x != 0"),
    Rule("exp(-abs(x))*i0(x)", "i0e(x)", _OVERFLOWS, CEPHES, Example("exp(-abs(x))*i0(x)", "x=800"), "x != 0"),

    # --- losses and activations --------------------------------------------------------------------------------------
    Rule("x*tanh(log(1 + exp(x)))", "mish(x)", "exp overflows", TORCH,
         Example("x*tanh(log(1 + exp(x)))", "x=100", _F32)),
)
# fmt: on
