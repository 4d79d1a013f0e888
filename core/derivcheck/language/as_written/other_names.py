"""The names that functions and constants have elsewhere: in other countries, languages and libraries."""

from __future__ import annotations

import re
from types import MappingProxyType

_PIECE = re.compile(r"\{\d\}|\*\*|[<>=]=|\w+|\S")

# fmt: off
FUNCTIONS = MappingProxyType({
    "tg": "tan", "ctg": "cot", "cotg": "cot", "cotan": "cot", "cosec": "csc", "arctg": "atan", "arcosec": "acsc",
    "arccosec": "acsc", "acosec": "acsc", "arcosech": "acsch", "sh": "sinh", "ch": "cosh", "th": "tanh",
    "cth": "coth", "cosech": "csch", "arsh": "asinh", "arch": "acosh", "arth": "atanh", "argsinh": "asinh",
    "argcosh": "acosh", "argtanh": "atanh", "arcsh": "asinh", "arcch": "acosh", "arcth": "atanh", "lg": "log10",
    "lb": "log2",  "signum": "sign", "ζ": "zeta", "tgamma": "gamma",
    "gammafn": "gamma", "lngamma": "lgamma", "powf": "pow", "powi": "pow", "powl": "pow", "rectifier": "relu",
    "ReLU": "relu", "normcdf": "ndtr", "alog": "log", "dexp": "exp", "dlog": "log", "dsqrt": "sqrt", "dsin": "sin",
    "dcos": "cos", "dabs": "abs", "dtanh": "tanh", "SquareRoot": "sqrt", "ArcSin": "asin", "ArcCos": "acos",
    "ArcSec": "asec", "ArcCsc": "acsc", "ArcSinh": "asinh", "ArcCosh": "acosh", "ArcTanh": "atanh",
    "ArcSech": "asech", "ArcCsch": "acsch", "ArcCoth": "acoth",
    "LogGamma": "lgamma", "PolyGamma": "polygamma", "ProductLog": "LambertW", "InverseErf": "erfinv", "Erf": "erf",
    "Erfc": "erfc", "Erfi": "erfi", "BesselJ": "besselj", "BesselY": "bessely",
    "BesselI": "besseli", "BesselK": "besselk", "ExpIntegralEi": "Ei", "LogIntegral": "li", "SinIntegral": "Si",
    "CosIntegral": "Ci", "HeavisideTheta": "Heaviside", "FresnelS": "fresnels", "FresnelC": "fresnelc",
    "Ceiling": "ceil", "Factorial": "factorial", "Power": "pow", "Zeta": "zeta", "AiryAi": "airyai",
    "AiryBi": "airybi",
})
"""Functions by other names, which compute the same."""

OTHER_CASES = frozenset({
    "exp", "log", "ln", "log2", "log10", "log1p", "expm1", "sqrt", "cbrt", "abs", "sin", "cos", "tan", "sec", "csc",
    "cot", "asin", "acos", "atan", "atan2", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "sech", "csch",
    "coth", "asinh", "acosh", "atanh", "max", "min", "floor", "ceil", "sign", "sgn", "erf", "erfc", "relu", "sigmoid",
    "softplus", "pow", "hypot",
})
"""Functions that are the same in capitals, EXP(X) and Sin[x]."""

SINGLE = frozenset({
    "expf", "logf", "log2f", "log10f", "log1pf", "expm1f", "sqrtf", "cbrtf", "fabsf", "sinf", "cosf", "tanf", "asinf",
    "acosf", "atanf", "atan2f", "sinhf", "coshf", "tanhf", "asinhf", "acoshf", "atanhf", "erff", "erfcf", "floorf",
    "ceilf", "fmaxf", "fminf", "hypotf", "tgammaf", "lgammaf", "exp2f",
})
"""C's functions of a float, whose names end in f."""

ROOTS = MappingProxyType({"√": "sqrt({0})", "∛": "cbrt({0})", "∜": "root({0}, 4)"})
"""Signs of roots, as plain texts."""

LOGARITHMS = frozenset({"log", "ln", "Log", "lg"})
"""Logarithms that may have a base below the line."""

NATURAL_BASE = frozenset({"ln", "Ln", "LN"})
UNCLEAR_BASE = frozenset({"log", "Log", "LOG"})
"""Logarithms to the base e, and those that may have the base 10 beside them."""

TAKES_X_FIRST = "ATAN2"
"""The function whose arguments spreadsheets take the other way round."""

OF_BASE = MappingProxyType({"2": "log2", "10": "log10", "e": "log"})
"""The logarithms to some bases."""

OF_ANY_BASE = "log"
"""The one that takes a base as its second argument."""

FIRST_POWERS = MappingProxyType({"log": "exp(x)", "ln": "exp(x)", "exp": "log(x)"})
"""What f^-1 may mean besides 1/f where it is not the usual name of the inverse."""

BASE_OF_POWERS = "e"
"""The constant that may end a word before a power: xe^x."""

PI = frozenset({"π", "pi"})
"""The constant that may stand anywhere in a word."""

INDICATORS = frozenset({"I", "𝟙"})
"""What stands before a condition that is meant as 1 or 0."""

OPERATOR_WORDS = frozenset({"and", "or", "not", "if", "else", "in", "is"})
"""Operators that are words."""

FORTRAN = frozenset({"DEXP", "DLOG", "DSQRT", "DSIN", "DCOS", "DABS", "DTANH", "ALOG"})
"""Fortran's functions that `FUNCTIONS` has in small letters."""

INVERSES = MappingProxyType({
    "sin": "asin", "cos": "acos", "tan": "atan", "sec": "asec", "csc": "acsc", "sinh": "asinh", "cosh": "acosh",
    "tanh": "atanh", "sech": "asech", "csch": "acsch", "coth": "acoth", "erf": "erfinv", "erfc": "erfcinv",
    "ndtr": "ndtri",
})
"""The inverse that f^-1 means."""

CONSTANTS = MappingProxyType({
    "π": "pi", "Pi": "pi", "PI": "pi", "M_PI": "pi", "ℯ": "e", "M_E": "e", "M_PI_2": "(pi/2)", "M_PI_4": "(pi/4)",
    "M_1_PI": "(1/pi)", "M_2_PI": "(2/pi)", "M_2_SQRTPI": "(2/sqrt(pi))", "M_SQRT2": "sqrt(2)",
    "M_SQRT1_2": "(1/sqrt(2))", "M_LN2": "log(2)", "M_LN10": "log(10)", "M_LOG2E": "(1/log(2))",
    "golden": "GoldenRatio", "catalan": "Catalan", "eulergamma": "EulerGamma",
    "M_LOG10E": "(1/log(10))", "LN2": "log(2)", "LN10": "log(10)", "SQRT2": "sqrt(2)", "twopi": "(2*pi)",
})
"""Constants by other names, as plain texts."""

OF_SYMPY = MappingProxyType({
    "Half": "(1/2)", "One": "1", "Zero": "0", "NegativeOne": "(-1)", "Pi": "pi", "Exp1": "e",
    "EulerGamma": "EulerGamma",
})
"""The numbers that SymPy keeps in `S`, as plain texts."""

TEMPLATES = MappingProxyType({
    ("iszero", 1): "({0}==0)", ("ispositive", 1): "({0}>0)", ("isnegative", 1): "({0}<0)", ("ArcTan", 1): "atan({0})",
    ("ArcTan", 2): "atan2({1},{0})",
    **{(name, 1): "gamma({0})" for name in ("Gamma", "Γ")},
    **{(name, 2): "uppergamma({0},{1})" for name in ("Gamma", "Γ")}, ("γ", 2): "lowergamma({0},{1})",
    ("Log", 1): "log({0})", ("Log", 2): "log({1},{0})",
    ("Rational", 2): "({0}/{1})", ("Rational", 1): "{0}",
    ("Integer", 1): "{0}", ("sympify", 1): "{0}", ("Float", 1): "{0}", ("float", 1): "{0}", ("double", 1): "{0}",
    ("dble", 1): "{0}", ("DBLE", 1): "{0}",
    **{(name, 2): "factorial({0})/(factorial({1})*factorial({0}-{1}))"
       for name in ("binom", "binomial", "nchoosek", "nCr", "ncr", "Binomial")},
    ("indicator", 1): "where({0},1,0)", ("Boole", 1): "where({0},1,0)",
     ("If", 3): "where({0},{1},{2})", ("ifelse", 3): "where({0},{1},{2})",
    ("IfElse", 3): "where({0},{1},{2})",
})
"""Calls of other languages, by their number of arguments: plain texts, with the arguments in them by number."""

OF_MATHEMATICA = MappingProxyType({
    ("ArcCot", 1): "acot({0})", ("Sinc", 1): "sinc_unnormalized({0})",
})
"""Calls in square brackets, as Mathematica has them, of functions that mean two things otherwise."""

REFUSED = MappingProxyType({
    "mod": "write remainder(x, y), which has the sign of y, or fmod(x, y), which has the sign of x",
    "sqr": "write square(x), or sqrt(x)",
    "arcctg": "write atan(1/x), or pi/2 - atan(x): they differ where x is negative",
    "arccotg": "write atan(1/x), or pi/2 - atan(x): they differ where x is negative",
    "fract": "write x - floor(x), or frac(x), which has the sign of x",
    "step": "write Heaviside(x), or (x >= 0)",
    "σ": "write sigmoid(x), or what else it is; or give the variable `σ` a value",
    "sigma": "write sigmoid(x), or what else it is; or give the variable `sigma` a value",
    "φ": "write exp(-x**2/2)/sqrt(2*pi), or what else it is; or give the variable `φ` a value",
    "phi": "write exp(-x**2/2)/sqrt(2*pi), or what else it is; or give the variable `phi` a value",
    "Φ": "write ndtr(x), or what else it is; or give the variable `Φ` a value",
    "Phi": "write ndtr(x), or what else it is; or give the variable `Phi` a value",
    "ψ": "write digamma(x), or what else it is; or give the variable `ψ` a value",
    "δ": "write DiracDelta(x), or what else it is; or give the variable `δ` a value",
    "θ": "write Heaviside(x), or what else it is; or give the variable `θ` a value",
    "integrate": "integrals are not part of the language", "Integrate": "integrals are not part of the language",
    "D": "write the function only: --wrt x says by what it is differentiated",
    "Sinc": "write sinc_unnormalized(x), which is sin(x)/x, or sinc(x), which is sin(pi*x)/(pi*x)",
    "ArcCot": "write acot(x), which is atan(1/x), or pi/2 - atan(x): they differ where x is negative",
    "GammaRegularized": "write gammaincc(a, x)",
    "erfcInv": "write erfcinv(x)",
    "C": "write binomial(n, k) for the number of ways to choose; or give `C` a value",
    "vers": "write 1 - cos(x)", "versin": "write 1 - cos(x)", "hav": "write (1 - cos(x))/2",
    "haversin": "write (1 - cos(x))/2", "cis": "complex numbers are not part of the language",
})
"""Functions that mean two things, or what the language says otherwise; each with what to write."""

LIBRARIES = frozenset({
    "np", "numpy", "jnp", "jax", "math", "scipy", "special", "sp", "tf", "K", "mp", "mpmath", "cp", "cupy", "anp",
    "onp", "xp", "lax", "keras", "autograd", "tfp", "mx", "ops", "sc", "sps", "pt", "tt", "cmath", "ca", "casadi",
    "pm", "theano", "Base", "SpecialFunctions", "NNlib", "Flux",
})
"""What modules of functions are called besides torch's."""

MODULES = frozenset({
    "nn", "functional", "special", "linalg", "numpy", "math", "scipy", "ops", "tensor", "backend", "lax",
    "experimental", "activations", "stats",
})
"""Modules within them."""

OF_C_AND_SCRIPT = frozenset({"std", "Math", "cmath", "thrust", "Eigen", "f64", "f32"})
"""What stands before functions of C++, `std::exp`, of JavaScript and Java, `Math.exp`, and of Rust, `f64::exp`."""

LIKE_C = frozenset({
    "abs", "fabs", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin", "cos", "tan",
    "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "pow", "max", "min", "fmax",
    "fmin", "floor", "ceil", "hypot", "erf", "erfc", "lgamma", "tgamma", "sign", "trunc", "fmod",
})
"""Their functions that are the same here."""

SCRIPT_CONSTANTS = MappingProxyType({
    "PI": "pi", "pi": "pi", "E": "e", "e": "e", "tau": "(2*pi)", "LN2": "log(2)", "LN10": "log(10)",
    "SQRT2": "sqrt(2)", "SQRT1_2": "(1/sqrt(2))", "LOG2E": "(1/log(2))", "LOG10E": "(1/log(10))",
    "euler_gamma": "EulerGamma",
})
"""The constants of `Math` and of a library, as plain texts."""

GREEK = MappingProxyType({
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ρ": "rho",
    "ϱ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi",
    "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma",
    "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
})
"""Greek letters and their names, either of which the point may use."""

BARE = frozenset({
    "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "arcsin", "arccos", "arctan", "sinh", "cosh",
    "tanh", "coth", "sech", "csch", "asinh", "acosh", "atanh", "arcsinh", "arccosh", "arctanh", "exp", "log", "ln",
    "log2", "log10", "sqrt", "cbrt", "erf", "erfc", "sgn", "sign", "abs", "sigmoid", "relu", "tanhshrink", "softplus",
    "factorial", "tg", "ctg", "cotg", "cosec", "arctg", "arcctg", "arccotg", "lg", "sh", "ch", "th",
    "lgamma", "digamma", "floor", "ceil",
})
"""Functions whose argument may stand without brackets: sin x."""

GLUED = frozenset({
    "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "arcsin", "arccos", "arctan", "sinh", "cosh",
    "tanh", "exp", "log", "ln", "sqrt", "tg", "ctg", "lg", "erf",
})
"""Functions that may stand without a blank before their argument or behind a factor: sinx, xsin(x)."""

BETWEEN = MappingProxyType({"choose": "write binomial(n, k)"})
"""Words that stand between two values in books, each with what to write."""

REMARKS = frozenset({"at", "for", "where", "when", "with", "given", "evaluated"})
"""Words that begin a remark behind a formula."""
# fmt: on


def plain_pieces(text: str) -> list[str]:
    """The tokens of one of these texts.

    Example:
        >>> plain_pieces("where({0}, 1, 0)")
        ['where', '(', '{0}', ',', '1', ',', '0', ')']
    """
    return _PIECE.findall(text)
