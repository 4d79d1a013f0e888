"""The function table: every function and constant of the expression language, with its names and three readings.

This is the only place where a function is named. A reading is the name of a kernel, looked up where that reading is
made, so that the table itself loads neither SymPy nor torch nor Arb:

* `sympy`: an attribute of `sympy`, or `kernels.NAME` for one of `derivcheck.symbolic.sympy_kernels`;
* `torch`: a dotted attribute of `torch`, or `kernels.NAME` for one of `derivcheck.autograd.torch_kernels`;
* `ball`: a function of `derivcheck.balls.ball_kernels`;
* `complex_ball`: a method of `flint.acb`, the same function on its principal branch: for claims that are real, but by
  way of complex numbers.

A *primitive* has a SymPy and a ball reading of its own. A *composite* has a `definition` in the expression language.
Each reading takes its own kernel where the row names one, and the definition otherwise: torch ships a kernel of `silu`
and none of `sec`, Arb has a stable `sigmoid`. A row without both has no such reading (torch has no Airy function).

A definition is mathematics, not what torch computes (softplus has no threshold of 20), and true wherever it is defined.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from derivcheck.model import OwnFunction


class Sort(Enum):
    """What an argument or a result is: a real number or a truth value."""

    REAL = auto()
    BOOL = auto()


@dataclass(frozen=True, slots=True)
class Option:
    """An optional trailing argument with torch's default, such as `negative_slope` of `leaky_relu`.

    An option is a constant expression: it may not depend on a variable.
    """

    name: str
    default: str


@dataclass(frozen=True, slots=True)
class Function:
    """One row of the function table.

    Attributes:
        name: the canonical name, which printing uses.
        params: names of the required arguments, in order.
        doc: one line of documentation.
        group: the heading under which `derivcheck functions` lists it.
        aliases: further names that mean the same.
        options: optional trailing arguments.
        sympy, torch, ball, complex_ball: the readings' kernels (see the module), None where there is none.
        definition: a composite's definition over `params` and the options' names.
        constant_params: those of `params` that must not depend on a variable (the order `n` of `polygamma(n, x)`).
        variadic: whether further arguments like the last may follow (`Max(a, b, c)`).
        sorts: the arguments' sorts; all real if empty.
        result: the result's sort.
        jumps: whether the function is discontinuous somewhere inside of its domain.
        swings: those of `params` in which the function has no limit, or infinitely many poles or jumps, as they grow
            without bound: x of sin(x), of gamma(x), of floor(x); "1/y" for a parameter y that tends to 0. Where such an
            argument is unbounded near a point, difference quotients look at a few of infinitely many swings, and cannot
            tell whether a limit exists.
        torch_steps: what the torch reading computes, as an expression, where it takes several of torch's kernels.
        torch_domain: where torch's kernel has a number, a condition over `params`; None where that is the whole domain.
    """

    name: str
    params: tuple[str, ...]
    doc: str
    group: str
    aliases: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    sympy: str | None = None
    torch: str | None = None
    ball: str | None = None
    complex_ball: str | None = None
    definition: str | None = None
    constant_params: tuple[str, ...] = ()
    variadic: bool = False
    sorts: tuple[Sort, ...] = ()
    result: Sort = Sort.REAL
    jumps: bool = False
    swings: tuple[str, ...] = ()
    torch_steps: str | None = None
    torch_domain: str | None = None

    @property
    def signature(self) -> str:
        """How the function is called: `leaky_relu(x, negative_slope=0.01)`."""
        options = [f"{option.name}={option.default}" for option in self.options]
        more = ["..."] if self.variadic else []
        return f"{self.name}({', '.join([*self.params, *more, *options])})"

    def sort_of(self, index: int) -> Sort:
        """The sort of the argument at `index`."""
        if not self.sorts:
            return Sort.REAL
        return self.sorts[min(index, len(self.sorts) - 1)]


@dataclass(frozen=True, slots=True)
class Constant:
    """A named number: its SymPy singleton and its ball kernel."""

    name: str
    doc: str
    sympy: str
    ball: str
    aliases: tuple[str, ...] = ()


_R, _B = Sort.REAL, Sort.BOOL

CONSTANTS: tuple[Constant, ...] = (
    Constant("pi", "the circle constant, 3.14159…", sympy="pi", ball="pi"),
    Constant("E", "Euler's number, 2.71828…", sympy="E", ball="e", aliases=("e",)),
    Constant("EulerGamma", "the Euler–Mascheroni constant, 0.57721…", sympy="EulerGamma", ball="euler_gamma"),
    Constant(
        "I", "the imaginary unit: whatever passes through it is outside of the reals", sympy="I", ball="imaginary_unit"
    ),
    Constant("nan", "no number: what lies outside of every branch of a Piecewise", sympy="nan", ball="nan"),
)

FUNCTIONS: tuple[Function, ...] = (
    # --- arithmetic, written with operators --------------------------------------------------------------------
    Function(
        "add", ("x", "y"), "x + y", "arithmetic", sympy="kernels.add", torch="add", ball="add", complex_ball="__add__"
    ),
    Function(
        "sub",
        ("x", "y"),
        "x - y",
        "arithmetic",
        aliases=("subtract",),
        sympy="kernels.sub",
        torch="sub",
        ball="sub",
        complex_ball="__sub__",
    ),
    Function(
        "mul",
        ("x", "y"),
        "x*y",
        "arithmetic",
        aliases=("multiply",),
        sympy="kernels.mul",
        torch="mul",
        ball="mul",
        complex_ball="__mul__",
    ),
    Function(
        "div",
        ("x", "y"),
        "x/y",
        "arithmetic",
        aliases=("divide", "true_divide"),
        sympy="kernels.div",
        torch="div",
        ball="div",
        complex_ball="__truediv__",
    ),
    Function(
        "pow",
        ("x", "y"),
        "x**y",
        "arithmetic",
        aliases=("Pow", "power"),
        sympy="Pow",
        torch="kernels.pow",
        ball="power",
        complex_ball="__pow__",
    ),
    Function(
        "neg",
        ("x",),
        "-x",
        "arithmetic",
        aliases=("negative",),
        sympy="kernels.neg",
        torch="neg",
        ball="neg",
        complex_ball="__neg__",
    ),
    Function("positive", ("x",), "x itself", "arithmetic", torch="positive", definition="x"),
    Function("rsub", ("x", "y"), "y - x", "arithmetic", torch="rsub", definition="y - x"),
    Function("reciprocal", ("x",), "1/x", "arithmetic", torch="reciprocal", definition="1/x"),
    Function("square", ("x",), "x**2", "arithmetic", torch="square", definition="x**2"),
    Function(
        "float_power",
        ("x", "y"),
        "x**y, which torch computes in float64",
        "arithmetic",
        torch="float_power",
        definition="x**y",
    ),
    Function(
        "lerp", ("x", "y", "weight"), "x + weight*(y - x)", "arithmetic", torch="lerp", definition="x + weight*(y - x)"
    ),
    Function("addcmul", ("x", "y", "z"), "x + y*z", "arithmetic", torch="addcmul", definition="x + y*z"),
    Function("addcdiv", ("x", "y", "z"), "x + y/z", "arithmetic", torch="addcdiv", definition="x + y/z"),
    Function(
        "deg2rad",
        ("x",),
        "degrees in radians",
        "arithmetic",
        aliases=("radians",),
        torch="deg2rad",
        definition="x*pi/180",
    ),
    Function(
        "rad2deg",
        ("x",),
        "radians in degrees",
        "arithmetic",
        aliases=("degrees",),
        torch="rad2deg",
        definition="x*180/pi",
    ),
    # --- conditions --------------------------------------------------------------------------------------------
    Function(
        "lt",
        ("x", "y"),
        "x < y",
        "conditions",
        aliases=("Lt", "StrictLessThan", "less"),
        sympy="kernels.StrictLessThan",
        torch="lt",
        ball="lt",
        result=_B,
    ),
    Function(
        "le",
        ("x", "y"),
        "x <= y",
        "conditions",
        aliases=("Le", "LessThan", "less_equal"),
        sympy="kernels.LessThan",
        torch="le",
        ball="le",
        result=_B,
    ),
    Function(
        "gt",
        ("x", "y"),
        "x > y",
        "conditions",
        aliases=("Gt", "StrictGreaterThan", "greater"),
        sympy="kernels.StrictGreaterThan",
        torch="gt",
        ball="gt",
        result=_B,
    ),
    Function(
        "ge",
        ("x", "y"),
        "x >= y",
        "conditions",
        aliases=("Ge", "GreaterThan", "greater_equal"),
        sympy="kernels.GreaterThan",
        torch="ge",
        ball="ge",
        result=_B,
    ),
    Function(
        "eq",
        ("x", "y"),
        "x == y",
        "conditions",
        aliases=("Eq", "Equality"),
        sympy="kernels.Equality",
        torch="eq",
        ball="eq",
        result=_B,
    ),
    Function(
        "ne",
        ("x", "y"),
        "x != y",
        "conditions",
        aliases=("Ne", "Unequality", "not_equal"),
        sympy="kernels.Unequality",
        torch="ne",
        ball="ne",
        result=_B,
    ),
    Function(
        "and",
        ("p", "q"),
        "both hold",
        "conditions",
        aliases=("And", "logical_and"),
        sympy="And",
        torch="logical_and",
        ball="logical_and",
        variadic=True,
        sorts=(_B, _B),
        result=_B,
    ),
    Function(
        "or",
        ("p", "q"),
        "one of the two holds, or both",
        "conditions",
        aliases=("Or", "logical_or"),
        sympy="Or",
        torch="logical_or",
        ball="logical_or",
        variadic=True,
        sorts=(_B, _B),
        result=_B,
    ),
    Function(
        "not",
        ("p",),
        "the condition does not hold",
        "conditions",
        aliases=("Not", "logical_not"),
        sympy="Not",
        torch="logical_not",
        ball="logical_not",
        sorts=(_B,),
        result=_B,
    ),
    Function(
        "where",
        ("condition", "x", "y"),
        "x where the condition holds, else y",
        "conditions",
        aliases=("ITE",),
        sympy="kernels.where",
        torch="where",
        ball="where",
        sorts=(_B, _R, _R),
        jumps=True,
    ),
    # --- pieces and steps --------------------------------------------------------------------------------------
    Function(
        "abs",
        ("x",),
        "absolute value",
        "pieces and steps",
        aliases=("Abs", "absolute", "fabs"),
        sympy="kernels.Abs",
        torch="abs",
        ball="absolute",
        complex_ball="__abs__",
    ),
    Function(
        "sign",
        ("x",),
        "-1, 0 or 1",
        "pieces and steps",
        aliases=("sgn",),
        sympy="kernels.sign",
        torch="sign",
        ball="sign",
        jumps=True,
    ),
    Function(
        "Max",
        ("x", "y"),
        "the largest; torch splits the gradient of a tie",
        "pieces and steps",
        aliases=("max", "maximum"),
        sympy="kernels.Max",
        torch="maximum",
        ball="maximum",
        variadic=True,
    ),
    Function(
        "Min",
        ("x", "y"),
        "the smallest; torch splits the gradient of a tie",
        "pieces and steps",
        aliases=("min", "minimum"),
        sympy="kernels.Min",
        torch="minimum",
        ball="minimum",
        variadic=True,
    ),
    Function(
        "fmax",
        ("x", "y"),
        "the larger; torch gives the gradient of a tie to x",
        "pieces and steps",
        torch="fmax",
        definition="Max(x, y)",
    ),
    Function(
        "fmin",
        ("x", "y"),
        "the smaller; torch gives the gradient of a tie to x",
        "pieces and steps",
        torch="fmin",
        definition="Min(x, y)",
    ),
    Function(
        "clamp",
        ("x", "min", "max"),
        "x, but at least min and at most max",
        "pieces and steps",
        aliases=("clip",),
        torch="clamp",
        definition="Min(Max(x, min), max)",
    ),
    Function(
        "clamp_min",
        ("x", "min"),
        "x, but at least min",
        "pieces and steps",
        torch="clamp_min",
        definition="Max(x, min)",
    ),
    Function(
        "clamp_max",
        ("x", "max"),
        "x, but at most max",
        "pieces and steps",
        torch="clamp_max",
        definition="Min(x, max)",
    ),
    Function(
        "floor",
        ("x",),
        "the largest integer that is not above x",
        "pieces and steps",
        sympy="kernels.floor",
        torch="floor",
        ball="floor",
        jumps=True,
        swings=("x",),
    ),
    Function(
        "ceil",
        ("x",),
        "the smallest integer that is not below x",
        "pieces and steps",
        aliases=("ceiling",),
        sympy="kernels.ceiling",
        torch="ceil",
        ball="ceiling",
        jumps=True,
        swings=("x",),
    ),
    Function(
        "trunc",
        ("x",),
        "the integer part, towards zero",
        "pieces and steps",
        aliases=("fix",),
        sympy="kernels.trunc",
        torch="trunc",
        ball="truncate",
        jumps=True,
        swings=("x",),
    ),
    Function(
        "round",
        ("x",),
        "the nearest integer, halves to even",
        "pieces and steps",
        sympy="kernels.round",
        torch="round",
        ball="nearest",
        jumps=True,
        swings=("x",),
    ),
    Function(
        "frac",
        ("x",),
        "x - trunc(x), with the sign of x as in torch (SymPy's frac is x - floor(x))",
        "pieces and steps",
        torch="frac",
        definition="x - trunc(x)",
        jumps=True,
    ),
    Function(
        "floor_divide",
        ("x", "y"),
        "floor(x/y), as torch.div(x, y, rounding_mode='floor')",
        "pieces and steps",
        torch="kernels.floor_divide",
        definition="floor(x/y)",
        jumps=True,
    ),
    Function(
        "remainder",
        ("x", "y"),
        "x - y*floor(x/y), with the sign of y",
        "pieces and steps",
        aliases=("Mod",),
        sympy="kernels.Mod",
        torch="remainder",
        ball="remainder",
        jumps=True,
        swings=("x", "1/y"),
    ),
    Function(
        "fmod",
        ("x", "y"),
        "x - y*trunc(x/y), with the sign of x",
        "pieces and steps",
        sympy="kernels.fmod",
        torch="fmod",
        ball="fmod",
        jumps=True,
        swings=("x", "1/y"),
    ),
    Function(
        "copysign",
        ("x", "y"),
        "|x| with the sign of y",
        "pieces and steps",
        torch="copysign",
        definition="where(y >= 0, abs(x), -abs(x))",
        jumps=True,
    ),
    Function(
        "heaviside",
        ("x",),
        "the unit step; its derivative is 0 off the step",
        "pieces and steps",
        aliases=("Heaviside",),
        options=(Option("h0", "1/2"),),
        sympy="kernels.Heaviside",
        torch="kernels.heaviside",
        ball="heaviside",
        jumps=True,
    ),
    Function(
        "DiracDelta",
        ("x",),
        "0 off zero, no value at zero",
        "pieces and steps",
        options=(Option("order", "0"),),
        sympy="kernels.DiracDelta",
        ball="dirac_delta",
        jumps=True,
    ),
    Function(
        "angle",
        ("x",),
        "the angle of a real number: pi where negative, else 0",
        "pieces and steps",
        torch="angle",
        definition="where(x < 0, pi, 0)",
        jumps=True,
    ),
    Function(
        "nan_to_num",
        ("x",),
        "x itself, for every number",
        "pieces and steps",
        torch="nan_to_num",
        definition="x",
    ),
    # --- powers, exponentials, logarithms ----------------------------------------------------------------------
    Function(
        "sqrt",
        ("x",),
        "square root",
        "powers and logarithms",
        sympy="sqrt",
        torch="sqrt",
        ball="sqrt",
        complex_ball="sqrt",
    ),
    Function("rsqrt", ("x",), "1/sqrt(x)", "powers and logarithms", torch="rsqrt", definition="1/sqrt(x)"),
    Function(
        "cbrt", ("x",), "cube root, x**(1/3): of positive numbers", "powers and logarithms", definition="x**(1/3)"
    ),
    Function(
        "root", ("x", "n"), "n-th root, x**(1/n): of positive numbers", "powers and logarithms", definition="x**(1/n)"
    ),
    Function(
        "hypot", ("x", "y"), "sqrt(x**2 + y**2)", "powers and logarithms", torch="hypot", definition="sqrt(x**2 + y**2)"
    ),
    Function(
        "exp",
        ("x",),
        "exponential function",
        "powers and logarithms",
        sympy="exp",
        torch="exp",
        ball="exp",
        complex_ball="exp",
    ),
    Function("exp2", ("x",), "2**x", "powers and logarithms", torch="exp2", definition="2**x"),
    Function(
        "expm1",
        ("x",),
        "exp(x) - 1",
        "powers and logarithms",
        torch="expm1",
        ball="expm1",
        complex_ball="expm1",
        definition="exp(x) - 1",
    ),
    Function("ldexp", ("x", "y"), "x*2**y", "powers and logarithms", torch="ldexp", definition="x*2**y"),
    Function(
        "log",
        ("x",),
        "natural logarithm, or log(x, base)",
        "powers and logarithms",
        aliases=("ln",),
        options=(Option("base", "E"),),
        sympy="log",
        torch="kernels.log",
        ball="log",
        complex_ball="log",
    ),
    Function(
        "log2", ("x",), "logarithm to the base 2", "powers and logarithms", torch="log2", definition="log(x)/log(2)"
    ),
    Function(
        "log10", ("x",), "logarithm to the base 10", "powers and logarithms", torch="log10", definition="log(x)/log(10)"
    ),
    Function(
        "log1p",
        ("x",),
        "log(1 + x)",
        "powers and logarithms",
        torch="log1p",
        ball="log1p",
        complex_ball="log1p",
        definition="log(1 + x)",
    ),
    Function(
        "logaddexp",
        ("x", "y"),
        "log(exp(x) + exp(y))",
        "powers and logarithms",
        torch="logaddexp",
        ball="logaddexp",
        definition="log(exp(x) + exp(y))",
    ),
    Function(
        "logaddexp2",
        ("x", "y"),
        "log2(2**x + 2**y)",
        "powers and logarithms",
        torch="logaddexp2",
        definition="log(2**x + 2**y)/log(2)",
    ),
    Function(
        "xlogy",
        ("x", "y"),
        "x*log(y), 0 where x is 0",
        "powers and logarithms",
        sympy="kernels.xlogy",
        torch="xlogy",
        ball="xlogy",
    ),
    Function(
        "xlog1py",
        ("x", "y"),
        "x*log(1 + y), 0 where x is 0",
        "powers and logarithms",
        torch="special.xlog1py",
        definition="xlogy(x, 1 + y)",
    ),
    Function(
        "entr",
        ("x",),
        "entropy -x*log(x), 0 at 0",
        "powers and logarithms",
        sympy="kernels.entr",
        torch="special.entr",
        ball="entr",
    ),
    Function(
        "LambertW",
        ("x",),
        "principal solution w of w*exp(w) = x",
        "powers and logarithms",
        aliases=("lambertw",),
        sympy="LambertW",
        ball="lambertw",
        complex_ball="lambertw",
    ),
    # --- trigonometric -----------------------------------------------------------------------------------------
    Function(
        "sin", ("x",), "sine", "trigonometric", sympy="sin", torch="sin", ball="sin", complex_ball="sin", swings=("x",)
    ),
    Function(
        "cos",
        ("x",),
        "cosine",
        "trigonometric",
        sympy="cos",
        torch="cos",
        ball="cos",
        complex_ball="cos",
        swings=("x",),
    ),
    Function(
        "tan",
        ("x",),
        "tangent",
        "trigonometric",
        sympy="tan",
        torch="tan",
        ball="tan",
        complex_ball="tan",
        swings=("x",),
    ),
    Function(
        "cot",
        ("x",),
        "cotangent",
        "trigonometric",
        sympy="cot",
        ball="cot",
        complex_ball="cot",
        definition="1/tan(x)",
        swings=("x",),
    ),
    Function(
        "sec",
        ("x",),
        "secant",
        "trigonometric",
        sympy="sec",
        ball="sec",
        complex_ball="sec",
        definition="1/cos(x)",
        swings=("x",),
    ),
    Function(
        "csc",
        ("x",),
        "cosecant",
        "trigonometric",
        sympy="csc",
        ball="csc",
        complex_ball="csc",
        definition="1/sin(x)",
        swings=("x",),
    ),
    Function(
        "asin",
        ("x",),
        "inverse sine",
        "trigonometric",
        aliases=("arcsin",),
        sympy="asin",
        torch="asin",
        ball="asin",
        complex_ball="asin",
    ),
    Function(
        "acos",
        ("x",),
        "inverse cosine",
        "trigonometric",
        aliases=("arccos",),
        sympy="acos",
        torch="acos",
        ball="acos",
        complex_ball="acos",
    ),
    Function(
        "atan",
        ("x",),
        "inverse tangent",
        "trigonometric",
        aliases=("arctan",),
        sympy="atan",
        torch="atan",
        ball="atan",
        complex_ball="atan",
    ),
    Function(
        "acot",
        ("x",),
        "inverse cotangent, atan(1/x) as in SymPy: it jumps at 0",
        "trigonometric",
        aliases=("arccot",),
        sympy="acot",
        definition="atan(1/x)",
    ),
    Function(
        "asec", ("x",), "inverse secant", "trigonometric", aliases=("arcsec",), sympy="asec", definition="acos(1/x)"
    ),
    Function(
        "acsc", ("x",), "inverse cosecant", "trigonometric", aliases=("arccsc",), sympy="acsc", definition="asin(1/x)"
    ),
    Function(
        "atan2",
        ("y", "x"),
        "angle of the point (x, y)",
        "trigonometric",
        aliases=("arctan2",),
        sympy="atan2",
        torch="atan2",
        ball="atan2",
    ),
    Function(
        "sinc",
        ("x",),
        "sin(pi*x)/(pi*x), 1 at 0: torch's; SymPy's sinc(x) is sinc_unnormalized(x)",
        "trigonometric",
        torch="sinc",
        definition="sinc_unnormalized(pi*x)",
    ),
    Function(
        "sinc_unnormalized",
        ("x",),
        "sin(x)/x, 1 at 0: SymPy's sinc",
        "trigonometric",
        sympy="sinc",
        ball="sinc",
        complex_ball="sinc",
        definition="sinc(x/pi)",
        swings=("x",),
    ),
    # --- hyperbolic --------------------------------------------------------------------------------------------
    Function(
        "sinh", ("x",), "hyperbolic sine", "hyperbolic", sympy="sinh", torch="sinh", ball="sinh", complex_ball="sinh"
    ),
    Function(
        "cosh", ("x",), "hyperbolic cosine", "hyperbolic", sympy="cosh", torch="cosh", ball="cosh", complex_ball="cosh"
    ),
    Function(
        "tanh", ("x",), "hyperbolic tangent", "hyperbolic", sympy="tanh", torch="tanh", ball="tanh", complex_ball="tanh"
    ),
    Function(
        "coth",
        ("x",),
        "hyperbolic cotangent",
        "hyperbolic",
        sympy="coth",
        ball="coth",
        complex_ball="coth",
        definition="1/tanh(x)",
    ),
    Function(
        "sech",
        ("x",),
        "hyperbolic secant",
        "hyperbolic",
        sympy="sech",
        ball="sech",
        complex_ball="sech",
        definition="1/cosh(x)",
    ),
    Function(
        "csch",
        ("x",),
        "hyperbolic cosecant",
        "hyperbolic",
        sympy="csch",
        ball="csch",
        complex_ball="csch",
        definition="1/sinh(x)",
    ),
    Function(
        "asinh",
        ("x",),
        "inverse hyperbolic sine",
        "hyperbolic",
        aliases=("arcsinh", "arsinh"),
        sympy="asinh",
        torch="asinh",
        ball="asinh",
        complex_ball="asinh",
    ),
    Function(
        "acosh",
        ("x",),
        "inverse hyperbolic cosine",
        "hyperbolic",
        aliases=("arccosh", "arcosh"),
        sympy="acosh",
        torch="acosh",
        ball="acosh",
        complex_ball="acosh",
    ),
    Function(
        "atanh",
        ("x",),
        "inverse hyperbolic tangent",
        "hyperbolic",
        aliases=("arctanh", "artanh"),
        sympy="atanh",
        torch="atanh",
        ball="atanh",
        complex_ball="atanh",
    ),
    Function(
        "acoth",
        ("x",),
        "inverse hyperbolic cotangent",
        "hyperbolic",
        aliases=("arccoth", "arcoth"),
        sympy="acoth",
        definition="atanh(1/x)",
    ),
    Function(
        "asech",
        ("x",),
        "inverse hyperbolic secant",
        "hyperbolic",
        aliases=("arcsech", "arsech"),
        sympy="asech",
        definition="acosh(1/x)",
    ),
    Function(
        "acsch",
        ("x",),
        "inverse hyperbolic cosecant",
        "hyperbolic",
        aliases=("arccsch", "arcsch"),
        sympy="acsch",
        definition="asinh(1/x)",
    ),
    # --- error functions and the normal distribution -----------------------------------------------------------
    Function(
        "erf", ("x",), "error function", "error functions", sympy="erf", torch="erf", ball="erf", complex_ball="erf"
    ),
    Function(
        "erfc", ("x",), "1 - erf(x)", "error functions", sympy="erfc", torch="erfc", ball="erfc", complex_ball="erfc"
    ),
    Function(
        "erfcx", ("x",), "exp(x**2)*erfc(x)", "error functions", torch="special.erfcx", definition="exp(x**2)*erfc(x)"
    ),
    Function(
        "erfi", ("x",), "imaginary error function", "error functions", sympy="erfi", ball="erfi", complex_ball="erfi"
    ),
    Function("erfinv", ("x",), "inverse of erf", "error functions", sympy="erfinv", torch="erfinv", ball="erfinv"),
    Function(
        "erfcinv",
        ("x",),
        "inverse of erfc",
        "error functions",
        sympy="erfcinv",
        ball="erfcinv",
        definition="erfinv(1 - x)",
    ),
    Function(
        "ndtr",
        ("x",),
        "normal distribution function",
        "error functions",
        torch="special.ndtr",
        definition="erfc(-x/sqrt(2))/2",
    ),
    Function(
        "log_ndtr",
        ("x",),
        "logarithm of the normal distribution function",
        "error functions",
        torch="special.log_ndtr",
        ball="log_ndtr",
        definition="log(erfc(-x/sqrt(2))/2)",
    ),
    Function(
        "ndtri",
        ("x",),
        "normal quantile function",
        "error functions",
        torch="special.ndtri",
        definition="sqrt(2)*erfinv(2*x - 1)",
    ),
    Function(
        "fresnels",
        ("x",),
        "Fresnel integral of sin(pi*t**2/2)",
        "error functions",
        sympy="fresnels",
        ball="fresnels",
        swings=("x",),
    ),
    Function(
        "fresnelc",
        ("x",),
        "Fresnel integral of cos(pi*t**2/2)",
        "error functions",
        sympy="fresnelc",
        ball="fresnelc",
        swings=("x",),
    ),
    # --- gamma -------------------------------------------------------------------------------------------------
    Function(
        "gamma",
        ("x",),
        "gamma function; torch has its logarithm only",
        "gamma",
        sympy="gamma",
        torch="kernels.gamma",
        ball="gamma",
        complex_ball="gamma",
        torch_domain="x > 0 or x != floor(x)",
        torch_steps="where(x < 0 and remainder(floor(x), 2) == 1, -1, 1)*exp(lgamma(x))",
        swings=("x",),
    ),
    Function(
        "lgamma",
        ("x",),
        "log|gamma(x)|",
        "gamma",
        aliases=("loggamma", "gammaln"),
        sympy="loggamma",
        torch="lgamma",
        ball="lgamma",
        complex_ball="lgamma",
        swings=("x",),
    ),
    Function(
        "factorial",
        ("x",),
        "gamma(x + 1)",
        "gamma",
        sympy="factorial",
        definition="gamma(x + 1)",
        torch_domain="x > -1 or x != floor(x)",
    ),
    Function(
        "beta",
        ("x", "y"),
        "gamma(x)*gamma(y)/gamma(x + y)",
        "gamma",
        definition="gamma(x)*gamma(y)/gamma(x + y)",
        torch_domain="x + y > 0 or x + y != floor(x + y)",
    ),
    Function(
        "digamma",
        ("x",),
        "derivative of log(gamma(x))",
        "gamma",
        aliases=("psi",),
        sympy="digamma",
        torch="digamma",
        ball="digamma",
        complex_ball="digamma",
        swings=("x",),
    ),
    Function("trigamma", ("x",), "second derivative of log(gamma(x))", "gamma", definition="polygamma(1, x)"),
    Function(
        "polygamma",
        ("n", "x"),
        "n-th derivative of digamma",
        "gamma",
        sympy="polygamma",
        torch="kernels.polygamma",
        ball="polygamma",
        constant_params=("n",),
        swings=("x",),
    ),
    Function(
        "mvlgamma",
        ("x", "p"),
        "logarithm of the multivariate gamma function of dimension p",
        "gamma",
        aliases=("multigammaln",),
        sympy="kernels.mvlgamma",
        torch="kernels.mvlgamma",
        ball="mvlgamma",
        constant_params=("p",),
    ),
    Function(
        "lowergamma",
        ("a", "x"),
        "lower incomplete gamma function",
        "gamma",
        sympy="lowergamma",
        torch="kernels.lowergamma",
        ball="lowergamma",
        torch_steps="gammainc(a, x)*exp(lgamma(a))",
        torch_domain="a > 0 and x >= 0",
        swings=("a",),
    ),
    Function(
        "uppergamma",
        ("a", "x"),
        "upper incomplete gamma function",
        "gamma",
        sympy="uppergamma",
        torch="kernels.uppergamma",
        ball="uppergamma",
        torch_steps="gammaincc(a, x)*exp(lgamma(a))",
        torch_domain="a > 0 and x >= 0",
    ),
    Function(
        "gammainc",
        ("a", "x"),
        "regularized lower incomplete gamma function",
        "gamma",
        aliases=("igamma",),
        torch="kernels.gammainc",
        sympy="kernels.gammainc",
        ball="gammainc",
    ),
    Function(
        "gammaincc",
        ("a", "x"),
        "regularized upper incomplete gamma function",
        "gamma",
        aliases=("igammac",),
        torch="kernels.gammaincc",
        sympy="kernels.gammaincc",
        ball="gammaincc",
    ),
    Function(
        "zeta",
        ("s", "a"),
        "Hurwitz zeta function, the sum of 1/(a + k)**s",
        "gamma",
        sympy="kernels.zeta",
        torch="kernels.zeta",
        ball="zeta",
        constant_params=("s",),
        torch_domain="s > 1",
        swings=("s", "a"),
    ),
    # --- Bessel and Airy ---------------------------------------------------------------------------------------
    Function(
        "besselj",
        ("n", "x"),
        "Bessel function of the first kind",
        "Bessel and Airy",
        sympy="besselj",
        ball="besselj",
        constant_params=("n",),
        swings=("x",),
    ),
    Function(
        "bessely",
        ("n", "x"),
        "Bessel function of the second kind",
        "Bessel and Airy",
        sympy="bessely",
        ball="bessely",
        constant_params=("n",),
        swings=("x",),
    ),
    Function(
        "besseli",
        ("n", "x"),
        "modified Bessel function of the first kind; torch has orders 0 and 1",
        "Bessel and Airy",
        sympy="besseli",
        torch="kernels.besseli",
        ball="besseli",
        constant_params=("n",),
    ),
    Function(
        "besselk",
        ("n", "x"),
        "modified Bessel function of the second kind",
        "Bessel and Airy",
        sympy="besselk",
        ball="besselk",
        constant_params=("n",),
    ),
    Function("i0", ("x",), "besseli(0, x)", "Bessel and Airy", torch="special.i0", definition="besseli(0, x)"),
    Function("i1", ("x",), "besseli(1, x)", "Bessel and Airy", torch="special.i1", definition="besseli(1, x)"),
    Function(
        "i0e",
        ("x",),
        "exp(-abs(x))*besseli(0, x)",
        "Bessel and Airy",
        torch="special.i0e",
        definition="exp(-abs(x))*besseli(0, x)",
    ),
    Function(
        "i1e",
        ("x",),
        "exp(-abs(x))*besseli(1, x)",
        "Bessel and Airy",
        torch="special.i1e",
        definition="exp(-abs(x))*besseli(1, x)",
    ),
    Function(
        "airyai",
        ("x",),
        "Airy function Ai",
        "Bessel and Airy",
        aliases=("airy_ai",),
        sympy="airyai",
        ball="airyai",
        swings=("x",),
    ),
    Function("airybi", ("x",), "Airy function Bi", "Bessel and Airy", sympy="airybi", ball="airybi", swings=("x",)),
    Function(
        "airyaiprime",
        ("x",),
        "derivative of Ai",
        "Bessel and Airy",
        sympy="airyaiprime",
        ball="airyaiprime",
        swings=("x",),
    ),
    Function(
        "airybiprime",
        ("x",),
        "derivative of Bi",
        "Bessel and Airy",
        sympy="airybiprime",
        ball="airybiprime",
        swings=("x",),
    ),
    # --- integrals ---------------------------------------------------------------------------------------------
    Function("Si", ("x",), "sine integral", "integrals", sympy="Si", ball="si", complex_ball="si", swings=("x",)),
    Function("Ci", ("x",), "cosine integral", "integrals", sympy="Ci", ball="ci", complex_ball="ci", swings=("x",)),
    Function("Shi", ("x",), "hyperbolic sine integral", "integrals", sympy="Shi", ball="shi", complex_ball="shi"),
    Function("Chi", ("x",), "hyperbolic cosine integral", "integrals", sympy="Chi", ball="chi", complex_ball="chi"),
    Function("Ei", ("x",), "exponential integral", "integrals", sympy="Ei", ball="ei", complex_ball="ei"),
    Function("E1", ("x",), "expint(1, x)", "integrals", definition="expint(1, x)"),
    Function(
        "expint",
        ("n", "x"),
        "generalized exponential integral",
        "integrals",
        sympy="expint",
        ball="expint",
        constant_params=("n",),
    ),
    Function("li", ("x",), "logarithmic integral", "integrals", sympy="li", ball="li", complex_ball="li"),
    # --- activations -------------------------------------------------------------------------------------------
    Function(
        "sigmoid",
        ("x",),
        "logistic function",
        "activations",
        aliases=("expit", "logistic"),
        torch="sigmoid",
        ball="sigmoid",
        definition="1/(1 + exp(-x))",
    ),
    Function("logit", ("x",), "inverse of sigmoid", "activations", torch="logit", definition="log(x/(1 - x))"),
    Function(
        "logsigmoid",
        ("x",),
        "log(sigmoid(x))",
        "activations",
        aliases=("log_sigmoid",),
        torch="nn.functional.logsigmoid",
        ball="logsigmoid",
        definition="-log(1 + exp(-x))",
    ),
    Function(
        "softplus",
        ("x",),
        "log(1 + exp(beta*x))/beta",
        "activations",
        options=(Option("beta", "1"),),
        torch="nn.functional.softplus",
        ball="softplus",
        definition="log(1 + exp(beta*x))/beta",
    ),
    Function(
        "softsign", ("x",), "x/(1 + abs(x))", "activations", torch="nn.functional.softsign", definition="x/(1 + abs(x))"
    ),
    Function(
        "tanhshrink", ("x",), "x - tanh(x)", "activations", torch="nn.functional.tanhshrink", definition="x - tanh(x)"
    ),
    Function(
        "silu",
        ("x",),
        "x*sigmoid(x)",
        "activations",
        aliases=("swish",),
        torch="nn.functional.silu",
        definition="x*sigmoid(x)",
    ),
    Function(
        "mish",
        ("x",),
        "x*tanh(softplus(x))",
        "activations",
        torch="nn.functional.mish",
        definition="x*tanh(softplus(x))",
    ),
    Function(
        "gelu",
        ("x",),
        "x times the normal distribution function",
        "activations",
        torch="nn.functional.gelu",
        definition="x*erfc(-x/sqrt(2))/2",
    ),
    Function(
        "gelu_tanh",
        ("x",),
        "gelu with approximate='tanh'",
        "activations",
        torch="kernels.gelu_tanh",
        definition="x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))",
    ),
    Function("relu", ("x",), "max(x, 0)", "activations", torch="nn.functional.relu", definition="Max(x, 0)"),
    Function(
        "relu6",
        ("x",),
        "min(max(x, 0), 6)",
        "activations",
        torch="nn.functional.relu6",
        definition="Min(Max(x, 0), 6)",
    ),
    Function(
        "leaky_relu",
        ("x",),
        "x where positive, else negative_slope*x",
        "activations",
        options=(Option("negative_slope", "0.01"),),
        torch="nn.functional.leaky_relu",
        definition="where(x > 0, x, negative_slope*x)",
    ),
    Function(
        "prelu",
        ("x", "weight"),
        "x where positive, else weight*x",
        "activations",
        torch="kernels.prelu",
        definition="where(x > 0, x, weight*x)",
    ),
    Function(
        "rrelu",
        ("x",),
        "leaky_relu with the mean slope, as in evaluation mode",
        "activations",
        options=(Option("lower", "1/8"), Option("upper", "1/3")),
        torch="nn.functional.rrelu",
        definition="where(x >= 0, x, (lower + upper)/2*x)",
    ),
    Function(
        "elu",
        ("x",),
        "x where positive, else alpha*(exp(x) - 1)",
        "activations",
        options=(Option("alpha", "1"),),
        torch="nn.functional.elu",
        definition="where(x > 0, x, alpha*expm1(x))",
    ),
    Function(
        "celu",
        ("x",),
        "x where positive, else alpha*(exp(x/alpha) - 1)",
        "activations",
        options=(Option("alpha", "1"),),
        torch="nn.functional.celu",
        definition="where(x > 0, x, alpha*expm1(x/alpha))",
    ),
    Function(
        "selu",
        ("x",),
        "elu, scaled so that it normalizes",
        "activations",
        torch="nn.functional.selu",
        definition="1.0507009873554804934193349852946*where(x > 0, x, 1.6732632423543772848170429916717*expm1(x))",
    ),
    Function(
        "hardtanh",
        ("x",),
        "x between min_val and max_val",
        "activations",
        options=(Option("min_val", "-1"), Option("max_val", "1")),
        torch="nn.functional.hardtanh",
        definition="Min(Max(x, min_val), max_val)",
    ),
    Function(
        "hardsigmoid",
        ("x",),
        "min(max(x + 3, 0), 6)/6",
        "activations",
        torch="nn.functional.hardsigmoid",
        definition="Min(Max(x + 3, 0), 6)/6",
    ),
    Function(
        "hardswish",
        ("x",),
        "x*hardsigmoid(x)",
        "activations",
        torch="nn.functional.hardswish",
        definition="x*Min(Max(x + 3, 0), 6)/6",
    ),
    Function(
        "hardshrink",
        ("x",),
        "x outside of [-lambd, lambd], else 0",
        "activations",
        options=(Option("lambd", "0.5"),),
        torch="nn.functional.hardshrink",
        definition="where((x > lambd) | (x < -lambd), x, 0)",
    ),
    Function(
        "softshrink",
        ("x",),
        "x drawn towards 0 by lambd",
        "activations",
        options=(Option("lambd", "0.5"),),
        torch="nn.functional.softshrink",
        definition="where(x > lambd, x - lambd, where(x < -lambd, x + lambd, 0))",
    ),
    Function(
        "threshold",
        ("x", "threshold", "value"),
        "x where above the threshold, else value",
        "activations",
        torch="nn.functional.threshold",
        definition="where(x > threshold, x, value)",
        constant_params=("threshold", "value"),
    ),
    # --- losses of a prediction x and a target y ---------------------------------------------------------------
    Function("mse_loss", ("x", "y"), "(x - y)**2", "losses", torch="kernels.mse_loss", definition="(x - y)**2"),
    Function("l1_loss", ("x", "y"), "abs(x - y)", "losses", torch="kernels.l1_loss", definition="abs(x - y)"),
    Function(
        "huber_loss",
        ("x", "y"),
        "half the square of the error, linear beyond delta",
        "losses",
        aliases=("huber",),
        options=(Option("delta", "1"),),
        torch="kernels.huber_loss",
        definition="where(abs(x - y) <= delta, (x - y)**2/2, delta*(abs(x - y) - delta/2))",
    ),
    Function(
        "smooth_l1_loss",
        ("x", "y"),
        "huber_loss(x, y, beta)/beta",
        "losses",
        options=(Option("beta", "1"),),
        torch="kernels.smooth_l1_loss",
        definition="where(abs(x - y) < beta, (x - y)**2/(2*beta), abs(x - y) - beta/2)",
    ),
    Function(
        "binary_cross_entropy_with_logits",
        ("x", "y"),
        "cross entropy of sigmoid(x) and y",
        "losses",
        torch="kernels.binary_cross_entropy_with_logits",
        definition="(1 - y)*x + softplus(-x)",
    ),
)

CONDITIONS = frozenset(row.name for row in FUNCTIONS if row.result is Sort.BOOL)
"""The functions whose result is a truth value."""

_BY_NAME = {name: row for row in FUNCTIONS for name in (row.name, *row.aliases)}
_BY_SYMPY_HEAD = MappingProxyType({row.sympy.rpartition(".")[2]: row for row in FUNCTIONS if row.sympy})
_CONSTANT_BY_NAME = MappingProxyType({name: row for row in CONSTANTS for name in (row.name, *row.aliases)})


OWN = "your own"
"""The group of the user's own functions, which have a row for one file, or one check, only."""


def function(name: str, own: Iterable[OwnFunction] = ()) -> Function | None:
    """The row of the function that is called `name` or has it as an alias, else None.

    Args:
        name: the name.
        own: the user's own functions that are known besides the table; none is called as one of the table.
    """
    row = _BY_NAME.get(name)
    if row is not None:
        return row
    mine = next((mine for mine in own if mine.name == name), None)
    return None if mine is None else Function(name, mine.params, mine.formula, OWN, definition=mine.formula)


def by_sympy_head(class_name: str) -> Function | None:
    """The row that reads back a SymPy expression whose class is called `class_name`, else None.

    SymPy's `sinc` is `sinc_unnormalized` here, and its `frac` (x - floor(x), unlike torch's) is no row at all.
    Sums, products and powers of numbers, `Piecewise` and constants are not functions and not in the table.
    """
    return _BY_SYMPY_HEAD.get(class_name)


def constant(name: str) -> Constant | None:
    """The row of the constant that is called `name` or has it as an alias, else None."""
    return _CONSTANT_BY_NAME.get(name)


def suggest(name: str) -> str | None:
    """The known function whose name is nearest to `name`, swapped letters first, or None where none is near."""
    folded = {known.lower(): known for known in _BY_NAME}
    letters = sorted(name.lower())
    swapped = [known for known in folded if sorted(known) == letters]
    near = swapped or difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else None
