"""The rows of the named numbers."""

from __future__ import annotations

from derivcheck.language.table.row import Constant

_NO_NUMBER = float("nan")

# fmt: off
ROWS: tuple[Constant, ...] = (
    Constant("pi",         "the circle constant, 3.14159…", 3.141592653589793, aliases=("π",),
             sympy="pi", ball="pi", sign="π", power_of_pi=1),
    Constant("E",          "Euler's number, 2.71828…", 2.718281828459045, aliases=("e",),
             sympy="E", ball="e", sign="e"),
    Constant("EulerGamma", "the Euler–Mascheroni constant, 0.57721…", 0.5772156649015329,
             aliases=("eulergamma",),
             sympy="EulerGamma", ball="euler_gamma"),
    Constant("Catalan",    "Catalan's constant, 0.91596…", 0.915965594177219,
             sympy="Catalan", ball="catalan", sign="G"),
    Constant("GoldenRatio", "the golden ratio (1 + sqrt(5))/2", 1.618033988749895,
             sympy="GoldenRatio", ball="golden_ratio", sign="φ"),
    Constant("I",          "the imaginary unit: whatever passes through it is outside of the reals", _NO_NUMBER,
             sympy="I", ball="imaginary_unit", complex_number=1j),
    Constant("nan",        "no number: what lies outside of every branch of a Piecewise", _NO_NUMBER,
             sympy="nan", ball="nan"),
)
# fmt: on
