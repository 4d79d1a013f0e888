"""The rows of functions that are made of pieces, or that jump: absolute values, extrema, roundings, steps."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function

_row = partial(Function, "pieces and steps")

# fmt: off
ROWS: tuple[Function, ...] = (
    _row("abs(x)",                 "absolute value", aliases=("Abs", "absolute", "fabs"),
         sympy="kernels.Abs", torch="abs", ball="absolute", complex_ball="__abs__",
         kinks=True, scales=True, exact="abs", digits="size", layout="bars",
         at_infinity="size", left_out="function"),
    _row("sign(x)",                "-1, 0 or 1", aliases=("sgn",),
         sympy="kernels.sign", torch="sign", ball="sign", jumps=True),
    _row("Max(x, y, ...)",         "the largest; torch splits the gradient of a tie", aliases=("max", "maximum"),
         sympy="kernels.Max", torch="maximum", ball="maximum", kinks=True, commutes=True, associates=True, scales=True,
         exact="Max", at_infinity="largest", selects=True),
    _row("Min(x, y, ...)",         "the smallest; torch splits the gradient of a tie", aliases=("min", "minimum"),
         sympy="kernels.Min", torch="minimum", ball="minimum", kinks=True, commutes=True, associates=True, scales=True,
         exact="Min", at_infinity="smallest", selects=True),
    _row("fmax(x, y)",             "the larger; torch gives the gradient of a tie to x",
         torch="fmax", definition="Max(x, y)", selects=True),
    _row("fmin(x, y)",             "the smaller; torch gives the gradient of a tie to x",
         torch="fmin", definition="Min(x, y)", selects=True),
    _row("clamp(x, min, max)",     "x, but at least min and at most max", aliases=("clip",),
         torch="clamp", definition="Min(Max(x, min), max)", selects=True,
         lacking=(("min", "clamp_max"), ("max", "clamp_min"))),
    _row("clamp_min(x, min)",      "x, but at least min", torch="clamp_min", definition="Max(x, min)", selects=True),
    _row("clamp_max(x, max)",      "x, but at most max", torch="clamp_max", definition="Min(x, max)", selects=True),
    _row("detach(x)",              "x, through which nothing is differentiated",
         torch="detach", definition="x"),
    _row("floor(x)",               "the largest integer that is not above x",
         sympy="kernels.floor", torch="floor", ball="floor", jumps=True, swings=("x",), exact="floor"),
    _row("ceil(x)",                "the smallest integer that is not below x", aliases=("ceiling",),
         sympy="kernels.ceiling", torch="ceil", ball="ceiling", jumps=True, swings=("x",), exact="ceiling"),
    _row("trunc(x)",               "the integer part, towards zero", aliases=("fix",),
         sympy="kernels.trunc", torch="trunc", ball="truncate", jumps=True, swings=("x",), exact="trunc"),
    _row("round(x)",               "the nearest integer, halves to even",
         sympy="kernels.round", torch="round", ball="nearest", jumps=True, swings=("x",)),
    _row("frac(x)",                "x - trunc(x), with the sign of x as in torch (SymPy's frac is x - floor(x))",
         torch="frac", definition="x - trunc(x)", jumps=True),
    _row("floor_divide(x, y)",     "floor(x/y), as torch.div(x, y, rounding_mode='floor')",
         torch="kernels.floor_divide", definition="floor(x/y)", jumps=True),
    _row("remainder(x, y)",        "x - y*floor(x/y), with the sign of y", aliases=("Mod",),
         sympy="kernels.Mod", torch="remainder", ball="remainder",
         jumps=True, swings=("x", "1/y"), scales=True, wraps=True, exact="remainder", sign="mod"),
    _row("fmod(x, y)",             "x - y*trunc(x/y), with the sign of x",
         sympy="kernels.fmod", torch="fmod", ball="fmod",
         jumps=True, swings=("x", "1/y"), scales=True, wraps=True, exact="fmod"),
    _row("copysign(x, y)",         "|x| with the sign of y",
         torch="copysign", definition="where(y >= 0, abs(x), -abs(x))", jumps=True),
    _row("heaviside(x, h0=1/2)",   "the unit step; its derivative is 0 off the step", aliases=("Heaviside",),
         sympy="kernels.Heaviside", torch="kernels.heaviside", ball="heaviside", jumps=True),
    _row("DiracDelta(x, order=0)", "0 off zero, no value at zero",
         sympy="kernels.DiracDelta", ball="dirac_delta", jumps=True),
    _row("angle(x)",               "the angle of a real number: pi where negative, else 0",
         torch="angle", definition="where(x < 0, pi, 0)", jumps=True),
    _row("nan_to_num(x)",          "x itself, for every number", torch="nan_to_num", definition="x"),
)
# fmt: on
