"""The rows of the special functions: error functions, gamma, Bessel and Airy functions, integrals."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function

_erf = partial(Function, "error functions")
_gam = partial(Function, "gamma")
_bes = partial(Function, "Bessel and Airy")
_int = partial(Function, "integrals")

# fmt: off
ROWS: tuple[Function, ...] = (
    # --- error functions ---------------------------------------------------------------------------------------------
    _erf("erf(x)",      "error function", sympy="erf", torch="erf", ball="erf", complex_ball="erf", rounds=True),
    _erf("erfc(x)",     "1 - erf(x)", sympy="erfc", torch="erfc", ball="erfc", complex_ball="erfc", rounds=True),
    _erf("erfcx(x)",    "exp(x**2)*erfc(x)", torch="special.erfcx", definition="exp(x**2)*erfc(x)"),
    _erf("erfi(x)",     "imaginary error function", sympy="erfi", ball="erfi", complex_ball="erfi"),
    _erf("erfinv(x)",   "inverse of erf", sympy="erfinv", torch="erfinv", ball="erfinv"),
    _erf("erfcinv(x)",  "inverse of erfc", sympy="erfcinv", ball="erfcinv", definition="erfinv(1 - x)"),
    _erf("ndtr(x)",     "normal distribution function", torch="special.ndtr", definition="erfc(-x/sqrt(2))/2"),
    _erf("log_ndtr(x)", "logarithm of the normal distribution function",
         torch="special.log_ndtr", ball="log_ndtr", definition="log(erfc(-x/sqrt(2))/2)"),
    _erf("ndtri(x)",    "normal quantile function", torch="special.ndtri", definition="sqrt(2)*erfinv(2*x - 1)"),
    _erf("fresnels(x)", "Fresnel integral of sin(pi*t**2/2)", sympy="fresnels", ball="fresnels", swings=("x",)),
    _erf("fresnelc(x)", "Fresnel integral of cos(pi*t**2/2)", sympy="fresnelc", ball="fresnelc", swings=("x",)),

    # --- gamma -------------------------------------------------------------------------------------------------------
    _gam("gamma(x)",         "gamma function; torch has its logarithm only",
         sympy="gamma", torch="kernels.gamma", ball="gamma", complex_ball="gamma",
         torch_domain="x > 0 or x != floor(x)",
         torch_steps="where(x < 0 and remainder(floor(x), 2) == 1, -1, 1)*exp(lgamma(x))",
         swings=("x",)),
    _gam("lgamma(x)",        "log|gamma(x)|", aliases=("loggamma", "gammaln"),
         sympy="loggamma", torch="lgamma", ball="lgamma", complex_ball="lgamma", swings=("x",), rounds=True),
    _gam("factorial(x)",     "gamma(x + 1)",
         sympy="factorial", definition="gamma(x + 1)", torch_domain="x > -1 or x != floor(x)"),
    _gam("beta(x, y)",       "gamma(x)*gamma(y)/gamma(x + y)",
         sympy="beta", definition="gamma(x)*gamma(y)/gamma(x + y)", torch_domain="x + y > 0 or x + y != floor(x + y)"),
    _gam("digamma(x)",       "derivative of log(gamma(x))", aliases=("psi",), by_count=((2, "polygamma"),),
         sympy="digamma", torch="digamma", ball="digamma", complex_ball="digamma", swings=("x",)),
    _gam("trigamma(x)",      "second derivative of log(gamma(x))", definition="polygamma(1, x)"),
    _gam("polygamma(n, x)",  "n-th derivative of digamma",
         sympy="polygamma", torch="kernels.polygamma", ball="polygamma", constant_params=("n",), held=("n",),
         swings=("x",)),
    _gam("mvlgamma(x, p)",   "logarithm of the multivariate gamma function of dimension p", aliases=("multigammaln",),
         sympy="kernels.mvlgamma", torch="kernels.mvlgamma", ball="mvlgamma", constant_params=("p",)),
    _gam("lowergamma(a, x)", "lower incomplete gamma function",
         sympy="kernels.lowergamma", torch="kernels.lowergamma", ball="lowergamma", torch_domain="a > 0 and x >= 0",
         torch_steps="gammainc(a, x)*exp(lgamma(a))",
         swings=("a",)),
    _gam("uppergamma(a, x)", "upper incomplete gamma function",
         sympy="kernels.uppergamma", torch="kernels.uppergamma", ball="uppergamma", torch_domain="a > 0 and x >= 0",
         torch_steps="gammaincc(a, x)*exp(lgamma(a))"),
    _gam("gammainc(a, x)",   "regularized lower incomplete gamma function", aliases=("igamma",),
         sympy="kernels.gammainc", torch="kernels.gammainc", ball="gammainc"),
    _gam("gammaincc(a, x)",  "regularized upper incomplete gamma function", aliases=("igammac",),
         sympy="kernels.gammaincc", torch="kernels.gammaincc", ball="gammaincc"),
    _gam("zeta(s, a)",       "Hurwitz zeta function, the sum of 1/(a + k)**s",
         sympy="kernels.zeta", torch="kernels.zeta", ball="zeta", constant_params=("s",), held=("s",),
         by_count=((1, "riemann_zeta"),), torch_domain="s > 1", swings=("s", "a")),
    _gam("riemann_zeta(s)",  "Riemann zeta function, zeta(s, 1)",
         definition="zeta(s, 1)", constant_params=("s",), held=("s",), torch_domain="s > 1"),

    # --- Bessel and Airy ---------------------------------------------------------------------------------------------
    _bes("besselj(n, x)",  "Bessel function of the first kind",
         aliases=("jv", "BesselJ"), sympy="besselj", ball="besselj", constant_params=("n",), held=("n",),
         swings=("x",)),
    _bes("bessely(n, x)",  "Bessel function of the second kind",
         aliases=("yv", "BesselY"), sympy="bessely", ball="bessely", constant_params=("n",), held=("n",),
         swings=("x",)),
    _bes("besseli(n, x)",  "modified Bessel function of the first kind; torch has orders 0 and 1",
         aliases=("iv", "BesselI"), sympy="besseli", torch="kernels.besseli", ball="besseli", constant_params=("n",),
         held=("n",)),
    _bes("besselk(n, x)",  "modified Bessel function of the second kind",
         aliases=("kv", "BesselK"), sympy="besselk", ball="besselk", constant_params=("n",), held=("n",)),
    _bes("i0(x)",          "besseli(0, x)", torch="special.i0", definition="besseli(0, x)"),
    _bes("i1(x)",          "besseli(1, x)", torch="special.i1", definition="besseli(1, x)"),
    _bes("i0e(x)",         "exp(-abs(x))*besseli(0, x)", torch="special.i0e", definition="exp(-abs(x))*besseli(0, x)"),
    _bes("i1e(x)",         "exp(-abs(x))*besseli(1, x)", torch="special.i1e", definition="exp(-abs(x))*besseli(1, x)"),
    _bes("airyai(x)",      "Airy function Ai", aliases=("airy_ai",), sympy="airyai", ball="airyai", swings=("x",)),
    _bes("airybi(x)",      "Airy function Bi", sympy="airybi", ball="airybi", swings=("x",)),
    _bes("airyaiprime(x)", "derivative of Ai", sympy="airyaiprime", ball="airyaiprime", swings=("x",)),
    _bes("airybiprime(x)", "derivative of Bi", sympy="airybiprime", ball="airybiprime", swings=("x",)),

    # --- integrals ---------------------------------------------------------------------------------------------------
    _int("Si(x)",        "sine integral", aliases=("SinIntegral", "sinint"),
         sympy="Si", ball="si", complex_ball="si", swings=("x",)),
    _int("Ci(x)",        "cosine integral", aliases=("CosIntegral", "cosint"),
         sympy="Ci", ball="ci", complex_ball="ci", swings=("x",)),
    _int("Shi(x)",       "hyperbolic sine integral", sympy="Shi", ball="shi", complex_ball="shi"),
    _int("Chi(x)",       "hyperbolic cosine integral", sympy="Chi", ball="chi", complex_ball="chi"),
    _int("Ei(x)",        "exponential integral", sympy="Ei", ball="ei", complex_ball="ei"),
    _int("E1(x)",        "expint(1, x)", definition="expint(1, x)"),
    _int("expint(n, x)", "generalized exponential integral", aliases=("expn", "ExpIntegralE"),
         sympy="expint", ball="expint", constant_params=("n",), held=("n",)),
    _int("li(x)",        "logarithmic integral", aliases=("LogIntegral", "logint"),
         sympy="li", ball="li", complex_ball="li"),
)
# fmt: on
