"""The function table: every function and constant of the expression language, with its names and three readings.

This is the only place where a function is named. A reading is the name of a kernel, looked up where that reading is
made, so that the table itself loads neither SymPy nor torch nor Arb:

* `sympy`: an attribute of `sympy`, or `kernels.NAME` for one of `derivcheck.sympy_kernels`;
* `torch`: a dotted attribute of `torch`, or `kernels.NAME` for one of `derivcheck.torch_kernels`;
* `ball`: a function of `derivcheck.ball_kernels`.

A *primitive* has a SymPy and a ball reading of its own. A *composite* has a `definition` in the expression language,
which SymPy and Arb read; torch runs its kernel where it ships one, and the definition otherwise.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType


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
        sympy, torch, ball: the readings' kernels (see the module), None where there is none.
        definition: a composite's definition over `params` and the options' names.
        constant_params: those of `params` that must not depend on a variable (the order `n` of `polygamma(n, x)`).
        variadic: whether further arguments like the last may follow (`Max(a, b, c)`).
        sorts: the arguments' sorts; all real if empty.
        result: the result's sort.
        exact: whether torch's result is exact whenever it is finite (`neg`, `floor`, `where`: nothing is rounded).
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
    definition: str | None = None
    constant_params: tuple[str, ...] = ()
    variadic: bool = False
    sorts: tuple[Sort, ...] = ()
    result: Sort = Sort.REAL
    exact: bool = False

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
    Constant("nan", "no number: what lies outside of every branch of a Piecewise", sympy="nan", ball="nan"),
)

FUNCTIONS: tuple[Function, ...] = (
    # --- arithmetic, written with operators --------------------------------------------------------------------
    Function("add", ("x", "y"), "x + y", "arithmetic", sympy="kernels.add", torch="add", ball="add"),
    Function(
        "sub", ("x", "y"), "x - y", "arithmetic", aliases=("subtract",), sympy="kernels.sub", torch="sub", ball="sub"
    ),
    Function(
        "mul", ("x", "y"), "x*y", "arithmetic", aliases=("multiply",), sympy="kernels.mul", torch="mul", ball="mul"
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
    ),
    Function(
        "pow",
        ("x", "y"),
        "x**y",
        "arithmetic",
        aliases=("Pow", "power"),
        sympy="Pow",
        torch="kernels.pow",
        ball="pow",
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
        exact=True,
    ),
    # --- conditions --------------------------------------------------------------------------------------------
    Function("lt", ("x", "y"), "x < y", "conditions", aliases=("Lt", "StrictLessThan", "less"), sympy="StrictLessThan",
             torch="lt", ball="lt", result=_B, exact=True),
    Function("where", ("condition", "x", "y"), "x where the condition holds, else y", "conditions",
             aliases=("ITE",), sympy="kernels.where", torch="where", ball="where", sorts=(_B, _R, _R), exact=True),
    # --- elementary --------------------------------------------------------------------------------------------
    Function("sin", ("x",), "sine", "trigonometric", sympy="sin", torch="sin", ball="sin"),
    Function("sigmoid", ("x",), "logistic function", "activations", aliases=("expit", "logistic"), torch="sigmoid",
             definition="1/(1 + exp(-x))"),
    Function("leaky_relu", ("x",), "x where positive, else negative_slope*x", "activations",
             options=(Option("negative_slope", "0.01"),), torch="nn.functional.leaky_relu",
             definition="where(x > 0, x, negative_slope*x)"),
    Function("polygamma", ("n", "x"), "n-th derivative of digamma", "gamma", sympy="polygamma",
             torch="kernels.polygamma", ball="polygamma", constant_params=("n",)),
)

_BY_NAME = MappingProxyType({name: row for row in FUNCTIONS for name in (row.name, *row.aliases)})
_CONSTANT_BY_NAME = MappingProxyType({name: row for row in CONSTANTS for name in (row.name, *row.aliases)})


def function(name: str) -> Function | None:
    """The row of the function that is called `name` or has it as an alias, else None."""
    return _BY_NAME.get(name)


def constant(name: str) -> Constant | None:
    """The row of the constant that is called `name` or has it as an alias, else None."""
    return _CONSTANT_BY_NAME.get(name)


def suggest(name: str) -> str | None:
    """The known function whose name is nearest to `name`, or None where none is near."""
    folded = {known.lower(): known for known in _BY_NAME}
    near = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else None
