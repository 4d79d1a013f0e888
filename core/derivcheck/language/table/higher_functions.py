"""The rows of the higher functions: hypergeometric functions, elliptic integrals, polylogarithms, polynomials.

torch differentiates none of them; the polynomials of `torch.special` have kernels and no derivative.
"""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function

_hyp = partial(Function, "hypergeometric")
_ell = partial(Function, "elliptic integrals")
_log = partial(Function, "polylogarithms and their like")
_pol = partial(Function, "orthogonal polynomials", constant_params=("n",), held=("n",))

# fmt: off
ROWS: tuple[Function, ...] = (
    # --- hypergeometric ----------------------------------------------------------------------------------------------
    _hyp("hyp0f1(b, x)",       "confluent limit function 0F1, the sum of x**k/((b)_k*k!)",
         aliases=("Hypergeometric0F1",), sympy="kernels.hyp0f1", ball="hyp0f1", swings=("b", "x")),
    _hyp("hyp1f1(a, b, x)",    "Kummer's confluent function 1F1", aliases=("Hypergeometric1F1",),
         sympy="kernels.hyp1f1", ball="hyp1f1", swings=("a", "b", "x")),
    _hyp("hyperu(a, b, x)",    "Tricomi's confluent function U", aliases=("HypergeometricU",),
         sympy="kernels.hyperu", ball="hyperu", swings=("a", "b", "x")),
    _hyp("hyp2f1(a, b, c, x)", "Gauss' function 2F1, for x up to 1", aliases=("Hypergeometric2F1",),
         sympy="kernels.hyp2f1", ball="hyp2f1", swings=("a", "b", "c", "x")),
    _hyp("betainc(a, b, x)",   "regularized incomplete beta function as in SciPy: x comes last",
         sympy="kernels.betainc", ball="betainc"),
    _hyp("betainc_regularized(a, b, x1, x2)", "the same between x1 and x2, as in SymPy",
         sympy="kernels.betainc_regularized",
         definition="betainc(a, b, x2) - betainc(a, b, x1)"),

    # --- elliptic integrals ------------------------------------------------------------------------------------------
    _ell("elliptic_k(m)",         "complete elliptic integral K of the parameter m = k**2",
         aliases=("ellipk", "EllipticK"), sympy="elliptic_k", ball="elliptic_k"),
    _ell("ellipkm1(p)",           "elliptic_k(1 - p)", definition="elliptic_k(1 - p)"),
    _ell("elliptic_e(m)",         "complete elliptic integral E of the parameter m = k**2",
         aliases=("ellipe", "EllipticE"), by_count=((2, "ellipeinc"),), sympy="elliptic_e", ball="elliptic_e"),
    _ell("elliptic_f(phi, m)",    "incomplete elliptic integral F of the angle phi and the parameter m",
         aliases=("ellipkinc", "EllipticF"), sympy="elliptic_f", ball="elliptic_f", swings=("phi",)),
    _ell("ellipeinc(phi, m)",     "incomplete elliptic integral E of the angle phi and the parameter m",
         sympy="kernels.ellipeinc", ball="elliptic_e_inc", swings=("phi",)),
    _ell("elliptic_pi(n, m)",     "complete elliptic integral Pi of the characteristic n and the parameter m",
         aliases=("EllipticPi",), by_count=((3, "ellippiinc"),), sympy="elliptic_pi", ball="elliptic_pi"),
    _ell("ellippiinc(n, phi, m)", "incomplete elliptic integral Pi",
         sympy="kernels.ellippiinc", ball="elliptic_pi_inc", swings=("phi",)),

    # --- polylogarithms and their like -------------------------------------------------------------------------------
    _log("polylog(s, x)",    "polylogarithm of order s, the sum of x**k/k**s", aliases=("PolyLog",),
         sympy="polylog", ball="polylog", constant_params=("s",), held=("s",)),
    _log("Li2(x)",           "dilogarithm, polylog(2, x)", definition="polylog(2, x)"),
    _log("spence(x)",        "Spence's function as in SciPy: polylog(2, 1 - x)", definition="polylog(2, 1 - x)"),
    _log("owens_t(h, a)",    "Owen's T", aliases=("OwenT",), sympy="kernels.owens_t", ball="owens_t"),
    _log("barnesg(x)",       "Barnes' G, barnesg(x + 1) = gamma(x)*barnesg(x)", aliases=("BarnesG", "barnes_g"),
         sympy="kernels.barnesg", ball="barnesg", swings=("x",)),

    # --- orthogonal polynomials --------------------------------------------------------------------------------------
    _pol("legendre(n, x)",      "Legendre's polynomial P", aliases=("eval_legendre", "LegendreP", "legendreP"),
         sympy="kernels.legendre", ball="legendre"),
    _pol("chebyshevt(n, x)",    "Chebyshev's polynomial T", aliases=("eval_chebyt", "ChebyshevT", "chebyshevT"),
         sympy="kernels.chebyshevt", ball="chebyshevt"),
    _pol("chebyshevu(n, x)",    "Chebyshev's polynomial U", aliases=("eval_chebyu", "ChebyshevU", "chebyshevU"),
         sympy="kernels.chebyshevu", ball="chebyshevu"),
    _pol("hermite(n, x)",       "physicists' Hermite polynomial H, of the weight exp(-x**2)",
         aliases=("eval_hermite", "HermiteH", "hermiteH"), sympy="kernels.hermite", ball="hermite"),
    _pol("hermite_prob(n, x)",  "probabilists' Hermite polynomial He, of the weight exp(-x**2/2)",
         aliases=("eval_hermitenorm",), sympy="kernels.hermite_prob", ball="hermite_prob"),
    _pol("laguerre(n, x)",      "Laguerre's polynomial L", aliases=("eval_laguerre", "LaguerreL", "laguerreL"),
         by_count=((3, "assoc_laguerre"),), sympy="kernels.laguerre", ball="laguerre"),
    _pol("assoc_laguerre(n, a, x)", "generalized polynomial of Laguerre", aliases=("eval_genlaguerre",),
         sympy="kernels.assoc_laguerre", ball="assoc_laguerre"),
    _pol("gegenbauer(n, a, x)", "Gegenbauer's polynomial C", aliases=("eval_gegenbauer", "GegenbauerC", "gegenbauerC"),
         sympy="kernels.gegenbauer", ball="gegenbauer"),
    _pol("jacobi(n, a, b, x)",  "Jacobi's polynomial P", aliases=("eval_jacobi", "JacobiP", "jacobiP"),
         sympy="kernels.jacobi", ball="jacobi"),
    _pol("legendre_polynomial_p(x, n)",   "torch's name of legendre(n, x)", definition="legendre(n, x)"),
    _pol("chebyshev_polynomial_t(x, n)",  "torch's name of chebyshevt(n, x)", definition="chebyshevt(n, x)"),
    _pol("chebyshev_polynomial_u(x, n)",  "torch's name of chebyshevu(n, x)", definition="chebyshevu(n, x)"),
    _pol("hermite_polynomial_h(x, n)",    "torch's name of hermite(n, x)", definition="hermite(n, x)"),
    _pol("hermite_polynomial_he(x, n)",   "torch's name of hermite_prob(n, x)", definition="hermite_prob(n, x)"),
    _pol("laguerre_polynomial_l(x, n)",   "torch's name of laguerre(n, x)", definition="laguerre(n, x)"),
)
# fmt: on
