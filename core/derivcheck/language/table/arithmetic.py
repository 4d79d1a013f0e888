"""The rows of arithmetic, which is mostly written with operators."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function

_row = partial(Function, "arithmetic")

# fmt: off
ROWS: tuple[Function, ...] = (
    _row("add(x, y)",          "x + y",
         sympy="Add", torch="add", ball="add", word="sum", complex_ball="__add__", arb="{0} + {1}",
         commutes=True, associates=True, scales=True, rounds=True, one_rule=True, transparent=True,
         linear="terms", size="sum", exact="add", idle="term", at_infinity="sum",
         line="sum", digits="sum", chain="sum", tidy="sum", left_out="term", algebra="sum", sign="+"),
    _row("sub(x, y)",          "x - y", aliases=("subtract",),
         sympy="kernels.sub", torch="sub", ball="sub", word="difference", complex_ball="__sub__", arb="{0} - {1}",
         scales=True, rounds=True, one_rule=True, transparent=True,
         linear="terms", size="difference", exact="sub", at_infinity="difference",
         line="difference", digits="difference", chain="difference", tidy="difference",
         left_out="subtrahend", algebra="difference", sign="−"),
    _row("mul(x, y)",          "x*y", aliases=("multiply",),
         sympy="Mul", torch="mul", ball="mul", word="product", complex_ball="__mul__", arb="{0} * {1}",
         commutes=True, associates=True, rounds=True, one_rule=True, transparent=True,
         linear="factors", size="product", exact="mul", idle="factor", at_infinity="multiple",
         line="product", pi_power="product", digits="product",
         chain="product", tidy="product", mistakes="product", left_out="factor",
         algebra="product", sign="⋅"),
    _row("div(x, y)",          "x/y", aliases=("divide", "true_divide"),
         variants=(("rounding_mode=None", "div"), ("rounding_mode='floor'", "floor_divide")),
         sympy="kernels.div", torch="div", ball="div", word="quotient", complex_ball="__truediv__", arb="{0} / {1}",
         rounds=True, one_rule=True, transparent=True,
         linear="quotient", size="quotient", exact="div", at_infinity="quotient",
         line="quotient", pi_power="quotient", digits="quotient", tidy="quotient",
         mistakes="quotient", left_out="divisor", algebra="quotient", layout="fraction"),
    _row("pow(x, y)",          "x**y", aliases=("Pow", "power"), plain_params=("y",),
         sympy="kernels.Pow", torch="kernels.pow", ball="power", word="power", complex_ball="__pow__",
         ball_of="power_to", ends=(0, None), rounds=True, transparent=True,
         size="power", exact="pow", idle="exponent", line="power", pi_power="power", tidy="power", layout="power",
         mistakes="power", algebra="power"),
    _row("neg(x)",             "-x", aliases=("negative",),
         sympy="kernels.neg", torch="neg", ball="neg", word="negative", complex_ball="__neg__", arb="-{0}",
         linear="terms", scales=True, one_rule=True, transparent=True,
         size="negative", exact="neg", idle="sign", line="negative", digits="negative", tidy="negative",
         left_out="function", sign="−", at_infinity="negated", algebra="negative"),
    _row("positive(x)",        "x itself", torch="positive", definition="x", algebra="itself"),
    _row("rsub(x, y)",         "y - x", torch="rsub", definition="y - x"),
    _row("reciprocal(x)",      "1/x", torch="reciprocal", definition="1/x", rounds=True,
         algebra="-1"),
    _row("square(x)",          "x**2", torch="square", definition="x**2", rounds=True,
         mistakes="square", left_out="function", algebra="2"),
    _row("float_power(x, y)",  "x**y, which torch computes in float64", torch="float_power", definition="x**y"),
    _row("lerp(x, y, weight)", "x + weight*(y - x)", torch="lerp", definition="x + weight*(y - x)"),
    _row("addcmul(x, y, z)",   "x + y*z", torch="addcmul", definition="x + y*z"),
    _row("addcdiv(x, y, z)",   "x + y/z", torch="addcdiv", definition="x + y/z"),
    _row("deg2rad(x)",         "degrees in radians", aliases=("radians",), torch="deg2rad", definition="x*pi/180"),
    _row("rad2deg(x)",         "radians in degrees", aliases=("degrees",), torch="rad2deg", definition="x*180/pi"),
)
# fmt: on
