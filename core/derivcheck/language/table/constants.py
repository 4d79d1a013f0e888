"""The rows of the named numbers."""

from __future__ import annotations

from derivcheck.language.table.row import Constant

# fmt: off
ROWS: tuple[Constant, ...] = (
    Constant("pi", "the circle constant, 3.14159…", sympy="pi", ball="pi"),
    Constant("E", "Euler's number, 2.71828…", aliases=("e",), sympy="E", ball="e"),
    Constant("EulerGamma", "the Euler–Mascheroni constant, 0.57721…", sympy="EulerGamma", ball="euler_gamma"),
    Constant("I", "the imaginary unit: whatever passes through it is outside of the reals",
             sympy="I", ball="imaginary_unit"),
    Constant("nan", "no number: what lies outside of every branch of a Piecewise", sympy="nan", ball="nan"),
)
# fmt: on
