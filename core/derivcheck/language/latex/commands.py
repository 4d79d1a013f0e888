r"""What LaTeX's commands mean: symbols, operators, functions, brackets, and those that are refused with a reason."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


GREEK = {
    name: name
    for name in [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "omicron",
        "rho",
        "sigma",
        "tau",
        "upsilon",
        "phi",
        "chi",
        "psi",
        "omega",
        "Gamma",
        "Delta",
        "Theta",
        "Lambda",
        "Xi",
        "Sigma",
        "Upsilon",
        "Phi",
        "Psi",
        "Omega",
    ]
} | {f"var{name}": name for name in ["epsilon", "theta", "kappa", "rho", "sigma", "phi"]}
"""Letters, by their names; a variant of a letter is that letter."""

SYMBOLS = {"pi": "pi", "infty": "inf", "ell": "l", "hbar": "hbar", "dots": "", "ldots": ""}
"""Commands that are a value, with its name."""

OPERATORS = {
    "cdot": "*",
    "times": "*",
    "ast": "*",
    "div": "/",
    "le": "<=",
    "leq": "<=",
    "leqslant": "<=",
    "ge": ">=",
    "geq": ">=",
    "geqslant": ">=",
    "lt": "<",
    "gt": ">",
    "ne": "!=",
    "neq": "!=",
}
"""Commands that stand between two values, as the language writes them."""

SIGNS = {"+": "+", "-": "-", "−": "-", "*": "*", "/": "/", "<": "<", ">": ">", "=": "=", ",": ",", ";": ",", "·": "*",
         "×": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!="}  # fmt: skip
"""Characters that stand between two values, likewise."""

RELATIONS = frozenset({"<=", ">=", "<", ">", "!=", "="})
"""Operators whose result is a condition, or a definition."""

FUNCTIONS = {
    name: name
    for name in [
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "sinh",
        "cosh",
        "tanh",
        "coth",
        "asin",
        "acos",
        "atan",
        "acot",
        "asec",
        "acsc",
        "asinh",
        "acosh",
        "atanh",
        "exp",
        "max",
        "min",
        "det",
        "erf",
        "erfc",
    ]
} | {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arccot": "acot",
    "arsinh": "asinh",
    "arcosh": "acosh",
    "artanh": "atanh",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "ln": "log",
    "log": "log",
    "lg": "log10",
    "tg": "tan",
    "ctg": "cot",
    "cotg": "cot",
    "arctg": "atan",
    "arcctg": "acot",
    "cosec": "csc",
    "sh": "sinh",
    "ch": "cosh",
    "th": "tanh",
    "Ai": "airyai",
    "Bi": "airybi",
    "sgn": "sign",
    "sign": "sign",
    "ReLU": "relu",
    "GELU": "gelu",
    "ELU": "elu",
    "SiLU": "silu",
    "Softplus": "softplus",
    "Softmax": "softmax",
    "softmax": "softmax",
    "Sigmoid": "sigmoid",
}
"""Commands and words that are functions, with their names in the language."""

INVERSES = {name: f"a{name}" for name in ["sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh"]}
r"""What a raised -1 makes of a function: \sin^{-1} x is asin(x) by convention."""

OF_TWO_BRANCHES = frozenset({"acot"})
"""Inverses that books define in two ways, which differ where the argument is negative."""

EULER = "e"
"""Euler's number, where no variable has this name."""

NAMES_HERE = frozenset({"E", "I"})
"""Letters that the language reads as constants: in a formula that is typeset they are names."""

OTHERWISE = frozenset({"otherwise", "else", "elsewhere", "otherwise.", "else."})
"""Words that stand for the rest of the cases."""

LOWERED = {("atan", "2"): "atan2"}
"""Functions whose names end in a number that SymPy sets below the line."""

BEFORE_CONDITION = frozenset({"if", "for", "when", "where", "if ", ""})
"""Words that may stand before a condition."""

BETWEEN_CONDITIONS = frozenset({"and", "&"})
"""Words that may stand between two conditions that both hold."""

BETWEEN_CHOICES = frozenset({"vee", "lor"})
"""Commands that stand between two conditions, one of which holds."""

OF_BASE = "log"
"""The function that may have a base below it."""

NATURAL_BASE, UNCLEAR_BASE = "ln", "log"
"""The logarithm to the base e, and the one that may have the base 10 in a formula with both."""

OVER_INDEX = frozenset({"max", "min"})
"""Functions below which an index may stand, over which they then run."""

LOGARITHMS = {"2": "log2", "10": "log10", "e": "log"}
"""Logarithms by their bases."""

NAMED_BY_LETTER = {
    "Gamma": ("gamma({})", "uppergamma({}, {})"),
    "gamma": (None, "lowergamma({}, {})"),
    "B": (None, "beta({}, {})"),
    "zeta": ("zeta({}, 1)", "zeta({}, {})"),
    "psi": ("digamma({})", None),
    "Phi": ("ndtr({})", None),
    "sigma": ("sigmoid({})", None),
}
"""Letters that are a function where brackets follow and no variable has that name: of one argument, of two."""

BESSEL = {"J": "besselj", "Y": "bessely", "I": "besseli", "K": "besselk"}
"""Bessel's functions, whose order stands below their letter."""

TWO_MEANINGS = {"sinc": "write \\frac{\\sin x}{x}, or \\frac{\\sin(\\pi x)}{\\pi x}"}
"""Functions of which books have two."""

PAIRS = {"(": ")", "[": "]", "lbrace": "rbrace", "{": "}", "lbrack": "rbrack"}
"""Brackets, those of commands by their names: all of them group, as a reader takes them."""

CALLING_PAIRS = {
    "lvert": ("rvert", "abs"),
    "lfloor": ("rfloor", "floor"),
    "lceil": ("rceil", "ceil"),
    "lVert": ("rVert", "norm"),
}
"""Brackets that are a function of what they hold."""

SIZES = frozenset(
    [
        "left",
        "right",
        "middle",
        "big",
        "Big",
        "bigg",
        "Bigg",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "biggl",
        "biggr",
        "Biggl",
        "Biggr",
        "bigm",
    ]
)
"""Commands that give a bracket its size: only the bracket behind them counts."""

IGNORED = frozenset(
    [
        "displaystyle",
        "textstyle",
        "scriptstyle",
        "limits",
        "nolimits",
        "nonumber",
        "notag",
        "hfill",
        "hline",
        "strut",
        "mathstrut",
        "!",
    ]
)
"""Commands that mean nothing here."""

STYLES = frozenset(
    ["mathbf", "mathit", "mathsf", "mathtt", "boldsymbol", "bm", "mathcal", "mathbb", "vec", "symbf", "pmb"]
)
"""Commands that give letters a style, which means nothing: x and its bold form are one name."""

ACCENTS = {"hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde"}
"""Marks over a letter, which are part of the name: y with a hat is y_hat."""

WORDS = frozenset(["mathrm", "operatorname", "text", "textrm", "mathop", "mbox", "textit", "textbf", "rm"])
"""Commands whose braces hold a word."""

FRACTIONS = frozenset(["frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"])

CASES = frozenset(["cases", "dcases", "array", "aligned", "matrix"])
"""Environments whose rows are a value and its condition."""

AROUND = frozenset(["equation", "align", "gather", "displaymath", "math", "split", "multline", "eqnarray"])
"""Environments that stand around a whole formula."""

REFUSED = {
    "int": "an integral is not read: write its value in closed form",
    "iint": "an integral is not read: write its value in closed form",
    "oint": "an integral is not read: write its value in closed form",
    "lim": "a limit is not read: write what it is, or the function whose limit it is, at a point",
    "pm": "two formulas in one: write one with + and one with -",
    "mp": "two formulas in one: write one with + and one with -",
    "top": "products of matrices are written with @ and .T: x.T @ A @ x",
    "intercal": "products of matrices are written with @ and .T: x.T @ A @ x",
    "circ": "a composition is written as a call: f(g(x))",
    "odot": "a product of elements is written with *: a*b",
    "otimes": "a product of elements is written with *, one of matrices with @",
    "nabla": "give the function, and --wrt for what to differentiate by",
    "approx": "an approximate value is no formula: write one side",
    "propto": "a constant of proportion is missing: write the formula with it",
    "sim": "a distribution is no formula: write its density",
    "mid": "a condition of a probability has no value: write a formula",
    "to": "a limit is not read: write what it is",
}
"""Commands that are no part of a formula that has one value, and what to write instead."""
