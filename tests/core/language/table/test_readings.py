"""The function table: every row has its readings, and they agree with one another.

Covers also: activations, arithmetic, conditions, constants, elementary, lookup, special, steps,
autograd.torch_kernels, symbolic.sympy_kernels.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from itertools import pairwise, product
from operator import attrgetter
from typing import Any

import mpmath
import pytest
import sympy
import torch
from flint import arb, ctx
from torch import Tensor

from derivcheck.autograd import torch_kernels
from derivcheck.balls.ball import Outside
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.lookup import kernel
from derivcheck.errors import UnsupportedError
from derivcheck.language import table
from derivcheck.language.parse import constant_expression, parse
from derivcheck.language.table import CONSTANTS, FUNCTIONS, Function, Sort
from derivcheck.model.expression import NodeKind
from derivcheck.symbolic import sympy_kernels
from derivcheck.symbolic.derivatives import Symbolic
from derivcheck.symbolic.formula import Formula

Point = tuple[float, ...]

REAL_ROWS = [row for row in FUNCTIONS if Sort.BOOL not in (row.result, *row.sorts)]
UNARY_POINTS = (-2.625, -0.78125, 0.3125, 0.625, 1.71875, 3.375)
NO_CLOSED_FORM = {("lowergamma", 0), ("uppergamma", 0), ("gammainc", 0), ("gammaincc", 0)}
"""Arguments by which neither torch nor SymPy differentiates."""

ORDERS: dict[str, tuple[float, ...]] = {
    "polygamma": (0, 1, 2, 5),
    "mvlgamma": (1, 2, 4),
    "zeta": (2, 3.5),
    "besseli": (0, 1),
    "besselj": (0, 1, 3, 0.5),
    "bessely": (0, 1, 3, 0.5),
    "besselk": (0, 1, 3, 0.5),
    "expint": (1, 2, 0.5),
    "threshold": (1,),
}
"""Constant parameters to sample; the default is a shape of 1/2 and 3."""

LOOSE: dict[str, tuple[float, str]] = {
    "erfcx": (1e-11, "torch 2.13 approximates it by Chebyshev polynomials"),
    "gamma": (1e-11, "exp multiplies the error of lgamma by its size"),
    "beta": (1e-11, "three such gammas"),
    "polygamma": (1e-9, "torch 2.13 cuts the asymptotic series of trigamma after x**-9, at x = 6"),
}


def _everywhere(point: Point) -> bool:
    return True


TORCH_DOMAIN: dict[str, Callable[[Point], bool]] = {
    "mvlgamma": lambda point: point[0] > (point[1] - 1) / 2,
    "lowergamma": lambda point: min(point) > 0,
    "uppergamma": lambda point: min(point) > 0,
}
"""Where torch's kernel is at home, if that is less than the function's domain."""


@pytest.fixture(autouse=True)
def working_precision() -> Iterator[None]:
    """Compute balls with enough bits that a test decides."""
    with ctx.workprec(400):
        yield


def sampled(row: Function) -> list[Point]:
    """Points of the row's arguments, constants included, no two of them equal; some may lie outside of its domain."""
    choices = [
        ORDERS.get(row.name, (0.5, 3.0))
        if name in row.constant_params
        else tuple(x + index / 7.0 for x in UNARY_POINTS)
        for index, name in enumerate(row.params)
    ]
    points = list(itertools.product(*choices))
    return points[:: max(1, len(points) // 40)]


def on_balls(row: Function, *args: arb) -> arb | None:
    """The row's ball reading with default options; None outside of the domain or where it is unknown."""
    if row.ball is None:
        return by_definition(row, *args)
    try:
        value = kernel(row.ball)(*args)
    except OutOfDomain:
        return None
    return value if value.is_finite() else None


def by_definition(row: Function, *args: arb) -> arb | None:
    """The row's definition in ball arithmetic; None likewise."""
    assert row.definition is not None
    names = [*row.params, *(option.name for option in row.options)]
    options = [compile_balls(constant_expression(option.default)).run({}) for option in row.options]
    expression = parse(row.definition, names)
    bound = dict(zip(names, [*args, *options], strict=True))
    value = compile_balls(expression).run({name: bound[name] for name in expression.variables})
    return None if isinstance(value, Outside) or not value.is_finite() else value


def in_torch(row: Function, *args: Tensor | float) -> Tensor:
    """The row's torch kernel; constant parameters are Python numbers."""
    assert row.torch is not None
    home: object = torch_kernels if row.torch.startswith("kernels.") else torch
    kernel: Callable[..., Tensor] = attrgetter(row.torch.removeprefix("kernels."))(home)
    return kernel(*args)


def named(name: str) -> Function:
    """Return the row of the table with this name."""
    row = table.function(name)
    assert row is not None, name
    return row


# --- the shape of the table ------------------------------------------------------------------------------------------


def test_names_are_unique() -> None:
    """No name or alias means two things."""
    names = [name for row in FUNCTIONS for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
    constants = [name for row in CONSTANTS for name in (row.name, *row.aliases)]
    assert len(constants) == len(set(constants))


@pytest.mark.parametrize("row", FUNCTIONS, ids=attrgetter("name"))
def test_every_row_has_its_readings(row: Function) -> None:
    """A primitive has a SymPy and a ball kernel, anything else a definition; every kernel named is there."""
    assert (row.sympy and row.ball) or row.definition
    if row.sympy:
        home: object = sympy_kernels if row.sympy.startswith("kernels.") else sympy
        assert callable(attrgetter(row.sympy.removeprefix("kernels."))(home))
    if row.torch:
        home = torch_kernels if row.torch.startswith("kernels.") else torch
        assert callable(attrgetter(row.torch.removeprefix("kernels."))(home))
    if row.ball:
        assert callable(kernel(row.ball))
    assert row.doc
    assert not row.doc.endswith(".")
    assert set(row.constant_params) <= set(row.params)
    assert not row.variadic or len(row.params) == 2


@pytest.mark.parametrize("row", [row for row in FUNCTIONS if row.definition], ids=attrgetter("name"))
def test_every_definition_is_an_expression_over_its_parameters(row: Function) -> None:
    """It reads with the parameters and options as variables, and uses nothing else."""
    assert row.definition is not None
    names = {*row.params, *(option.name for option in row.options)}
    expression = parse(row.definition, names)
    assert set(expression.variables) <= names
    assert {node.name for node in expression if node.kind is NodeKind.CONSTANT} <= {"pi"}
    for option in row.options:
        constant_expression(option.default)


_BESIDE = (0.75, -1.5, 2.0, 3.0)
"""Values of the other arguments while one of them grows."""

_OFTEN = 10
"""What swings turns more often than that on the way to 51, and what does not turns less often."""


def turns(row: Function, index: int, *, at_zero: bool) -> int:
    """How often a function turns, or f(x) - x does, while an argument grows to 51 or falls to -51, or tends to 0."""
    most = 0
    beside = [(2.0,) if param in row.constant_params else _BESIDE for param in row.params]
    del beside[index]
    for *others, sign in product(*beside, (1, -1)):
        values, tilted = [], []
        for step in range(1, 140):
            t = arb(sign * (0.37 * step + 0.0123))
            args = [*map(arb, others)]
            args.insert(index, 1 / t if at_zero else t)
            ball = on_balls(row, *args)
            if ball is not None:
                values.append(float(ball.mid()))
                tilted.append(float((ball - t).mid()))
        for numbers in (values, tilted):
            rises = [after > before for before, after in pairwise(numbers) if after != before]
            most = max(most, sum(before != after for before, after in pairwise(rises)))
    return most


@pytest.mark.parametrize(
    "row",
    [row for row in FUNCTIONS if row.ball and row.result is Sort.REAL and row.name != "where"],
    ids=attrgetter("name"),
)
def test_what_swings_says_so(row: Function) -> None:
    """A primitive that turns again and again as an argument grows names it in `swings`, and no other does."""
    for index, param in enumerate(row.params):
        if param in row.constant_params:
            continue
        assert (param in row.swings) is (turns(row, index, at_zero=False) > _OFTEN), param
        if f"1/{param}" in row.swings:
            assert turns(row, index, at_zero=True) > _OFTEN, param
    assert {param.removeprefix("1/") for param in row.swings} <= set(row.params)


def test_no_composite_is_defined_by_itself() -> None:
    """For each of the three readings, the definitions that it runs come to an end."""
    for reading in ("sympy", "torch", "ball"):

        def depth(row: Function, seen: tuple[str, ...], reading: str = reading) -> None:
            assert row.name not in seen, f"{reading}: {' -> '.join((*seen, row.name))}"
            if getattr(row, reading) is None and row.definition is not None:
                names = {*row.params, *(option.name for option in row.options)}
                for node in parse(row.definition, names):
                    if node.kind is NodeKind.CALL:
                        depth(named(node.name), (*seen, row.name))

        for row in FUNCTIONS:
            depth(row, ())


@pytest.mark.parametrize("constant", CONSTANTS, ids=attrgetter("name"))
def test_constants_agree(constant: table.Constant) -> None:
    """SymPy's number lies in the ball; what is no real number has none."""
    if constant.name in {"I", "nan"}:
        with pytest.raises(OutOfDomain):
            kernel(constant.ball)()
        return
    ball = kernel(constant.ball)()
    number = getattr(sympy, constant.sympy)
    assert ball.overlaps(arb(str(number.evalf(100)), "1e-98"))


# --- the readings agree ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", REAL_ROWS, ids=attrgetter("name"))
def test_the_ball_reading_is_narrow_inside_of_the_domain(row: Function) -> None:
    """At several sampled points there is a value, to nearly all bits, on a thin ball too: nan would be no answer."""
    values = [on_balls(row, *map(arb, point)) for point in sampled(row)]
    known = [value for value in values if value is not None]
    assert len(known) >= 2
    assert all(value.is_zero() or value.rel_accuracy_bits() > 330 or value.rad() < 1e-100 for value in known)
    for point, value in zip(sampled(row), values, strict=True):
        if value is None:
            continue
        constants = [name in row.constant_params for name in row.params]
        thin = [arb(x) if fixed else arb(x, 2.0**-200) for x, fixed in zip(point, constants, strict=True)]
        around = on_balls(row, *thin)
        assert around is not None
        assert around.contains(value)
        assert around.rad() < 1e-40 * max(1.0, abs(float(value.mid())))


@pytest.mark.parametrize("row", [row for row in REAL_ROWS if row.torch], ids=attrgetter("name"))
def test_torch_agrees_with_the_balls(row: Function) -> None:
    """The torch kernel's float64 value is the true one to 12 digits."""
    tolerance, _ = LOOSE.get(row.name, (1e-12, ""))
    compared = 0
    for point in sampled(row):
        true = on_balls(row, *map(arb, point))
        if true is None or not TORCH_DOMAIN.get(row.name, _everywhere)(point):
            continue
        args = [
            x if name in row.constant_params else torch.tensor(x, dtype=torch.float64)
            for name, x in zip(row.params, point, strict=True)
        ]
        got = in_torch(row, *args)
        assert got.dtype == torch.float64
        assert float(got) == pytest.approx(float(true.mid()), rel=tolerance, abs=1e-15), (row.name, point)
        compared += 1
    assert compared >= 2


@pytest.mark.parametrize("row", [row for row in REAL_ROWS if row.definition and row.ball], ids=attrgetter("name"))
def test_a_ball_kernel_agrees_with_the_definition(row: Function) -> None:
    """Where a row has both, they enclose the same number."""
    for point in sampled(row):
        value, defined = on_balls(row, *map(arb, point)), by_definition(row, *map(arb, point))
        assert (value is None) == (defined is None)
        assert value is None or defined is None or value.overlaps(defined)


@pytest.mark.parametrize(
    ("row", "index"),
    [
        (row, index)
        for row in REAL_ROWS
        for index, name in enumerate(row.params)
        if name not in row.constant_params and (row.name, index) not in NO_CLOSED_FORM
    ],
    ids=lambda value: value.name if isinstance(value, Function) else str(value),
)
def test_sympy_s_derivative_is_the_slope_of_the_balls(row: Function, index: int) -> None:
    """Every derivative, first and second, is read back and agrees with a difference quotient of the ball reading."""
    points = [point for point in sampled(row) if on_balls(row, *map(arb, point)) is not None]
    compared = 0
    for point in points[:: max(1, len(points) // 5)]:
        for order in (1, 2):
            slope, quotient = slopes(row, index, point, order)
            if quotient is None:
                continue
            assert slope is not None, (row.name, point, order)
            assert abs(quotient - slope) < 1e-25 * (1 + abs(slope)), (row.name, point, order)
            compared += 1
    assert compared >= 2


def slopes(row: Function, index: int, point: Point, order: int) -> tuple[arb | None, arb | None]:
    """SymPy's derivative of this order, and the central quotient of the derivative of one order less."""
    names = tuple(name for name in row.params if name not in row.constant_params)
    args = [_literal(x) if name in row.constant_params else name for name, x in zip(row.params, point, strict=True)]
    reading = Symbolic(parse(f"{row.name}({', '.join(args)})", names))
    wrt = row.params[index]

    def derivative(times: int, shift: arb) -> arb | None:
        values = {name: arb(x) + (shift if name == wrt else 0) for name, x in zip(row.params, point, strict=True)}
        if times == 0:
            return on_balls(row, *values.values())
        formula = reading.derivative((wrt,) * times)
        assert isinstance(formula, Formula)
        assert formula.text is not None
        program = compile_balls(formula.expression)
        value = program.run({name: values[name] for name in program.variables})
        if isinstance(value, Outside) or not value.is_finite():
            return None
        if "sinc(" not in formula.text:  # SymPy's, which is called sinc_unnormalized here
            printed = compile_balls(parse(formula.text, names))
            assert value.overlaps(printed.run({name: values[name] for name in printed.variables})), formula.text
        return value

    h = arb(2) ** -60
    below, above = derivative(order - 1, -h), derivative(order - 1, h)
    quotient = None if below is None or above is None else (above - below) / (2 * h)
    return derivative(order, arb(0)), quotient


def _literal(x: float) -> str:
    return str(int(x)) if x == int(x) else "1/2" if x == 0.5 else "7/2" if x == 3.5 else repr(x)


MPMATH: dict[str, Callable[..., Any]] = {
    "erfi": mpmath.erfi,
    "fresnels": mpmath.fresnels,
    "fresnelc": mpmath.fresnelc,
    "LambertW": mpmath.lambertw,
    "besselj": mpmath.besselj,
    "bessely": mpmath.bessely,
    "besseli": mpmath.besseli,
    "besselk": mpmath.besselk,
    "airyai": mpmath.airyai,
    "airybi": mpmath.airybi,
    "airyaiprime": lambda x: mpmath.airyai(x, derivative=1),
    "airybiprime": lambda x: mpmath.airybi(x, derivative=1),
    "Si": mpmath.si,
    "Ci": mpmath.ci,
    "Shi": mpmath.shi,
    "Chi": mpmath.chi,
    "Ei": mpmath.ei,
    "E1": mpmath.e1,
    "li": mpmath.li,
    "expint": mpmath.expint,
    "lowergamma": lambda a, x: mpmath.gammainc(a, 0, x),
    "uppergamma": mpmath.gammainc,
    "sec": mpmath.sec,
    "csc": mpmath.csc,
    "cot": mpmath.cot,
    "sech": mpmath.sech,
    "csch": mpmath.csch,
    "coth": mpmath.coth,
    "asec": mpmath.asec,
    "acsc": mpmath.acsc,
    "acot": mpmath.acot,
    "asech": mpmath.asech,
    "acsch": mpmath.acsch,
    "acoth": mpmath.acoth,
    "cbrt": mpmath.cbrt,
    "factorial": mpmath.factorial,
    "beta": mpmath.beta,
    "sinc_unnormalized": mpmath.sinc,
    "erfcinv": lambda x: mpmath.erfinv(1 - x),
    "trigamma": lambda x: mpmath.psi(1, x),
}
"""mpmath's word on what torch has no kernel for."""


@pytest.mark.parametrize("name", MPMATH)
def test_what_torch_lacks_agrees_with_mpmath(name: str) -> None:
    """An implementation that shares no code with Arb gives the same 25 digits; it is complex outside of the domain."""
    row = named(name)
    compared = 0
    with mpmath.workdps(40):
        for point in sampled(row):
            value = on_balls(row, *map(arb, point))
            if value is None:
                continue
            other = mpmath.mpmathify(MPMATH[name](*map(mpmath.mpf, point)))
            assert abs(other.imag) < 1e-30
            assert value.overlaps(arb(str(other.real), str(abs(other.real) * mpmath.mpf("1e-25"))))
            compared += 1
    assert compared >= 2


def test_every_row_without_torch_is_compared_with_something() -> None:
    """The two tests above leave none out but what is defined by rows that they cover."""
    covered = {*MPMATH, "DiracDelta", "root"}
    assert {row.name for row in REAL_ROWS if row.torch is None} - covered == set()


# --- torch kernels ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [row for row in REAL_ROWS if row.torch], ids=attrgetter("name"))
def test_torch_kernels_keep_dtype_and_differentiate_in_a_batch(row: Function) -> None:
    """float32 stays float32, and torch.func's grad under vmap is autograd's, point by point."""
    points = [point for point in sampled(row) if on_balls(row, *map(arb, point)) is not None]
    points = [point for point in points if TORCH_DOMAIN.get(row.name, _everywhere)(point)][:3]
    fixed = [name in row.constant_params for name in row.params]
    points = [p for p in points if all(a == b for a, b, f in zip(p, points[0], fixed, strict=True) if f)]
    single = [x if f else torch.tensor(x, dtype=torch.float32) for x, f in zip(points[0], fixed, strict=True)]
    assert in_torch(row, *single).dtype == (torch.float64 if row.name == "float_power" else torch.float32)
    if row.name == "rrelu":
        return  # torch calls it random, in evaluation mode too, and vmap refuses what is random

    def f(*tensors: Tensor) -> Tensor:
        rest = iter(tensors)
        return in_torch(row, *(x if f else next(rest) for x, f in zip(points[0], fixed, strict=True)))

    batch = [torch.tensor([p[i] for p in points], dtype=torch.float64) for i in range(len(fixed)) if not fixed[i]]
    by = 1 if (row.name, 0) in NO_CLOSED_FORM else 0
    mapped = torch.func.vmap(torch.func.grad(f, argnums=by))(*batch)
    for position in range(len(points)):
        leaves = [column[position].clone().requires_grad_() for column in batch]
        (alone,) = torch.autograd.grad(f(*leaves), leaves[by])
        assert float(mapped[position]) == pytest.approx(float(alone), rel=1e-13)
    whole = f(*[column.requires_grad_() for column in batch])
    assert whole.shape == batch[0].shape


def test_what_torch_cannot_do_is_refused() -> None:
    """Orders that torch has no kernel for are an UnsupportedError, not a wrong number."""
    x = torch.tensor(1.5, dtype=torch.float64)
    with pytest.raises(UnsupportedError, match="orders 0 and 1"):
        torch_kernels.besseli(2, x)
    with pytest.raises(UnsupportedError, match="must be an integer"):
        torch_kernels.polygamma(0.5, x)


@pytest.mark.parametrize("name", ["heaviside", "floor_divide"])
def test_steps_have_torch_s_zero_derivative(name: str) -> None:
    """torch's own kernels of these raise; the ones here are on the tape."""
    x = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(0.4, dtype=torch.float64)
    value = torch_kernels.heaviside(x) if name == "heaviside" else torch_kernels.floor_divide(x, y)
    (gradient,) = torch.autograd.grad(value, x)
    assert gradient == 0


def test_ties_are_split_as_each_torch_kernel_does() -> None:
    """maximum halves, fmax gives all to x: that is why they are two rows."""
    x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    assert [float(g) for g in torch.autograd.grad(in_torch(named("Max"), x, y), (x, y))] == [0.5, 0.5]
    assert [float(g) for g in torch.autograd.grad(in_torch(named("fmax"), x, y), (x, y))] == [1, 0]


def test_gamma_has_the_right_sign_left_of_zero() -> None:
    """Γ changes its sign at every pole."""
    x = torch.tensor([-0.5, -1.5, -2.5, 0.5, 5.0], dtype=torch.float64)
    assert torch.sign(torch_kernels.gamma(x)).tolist() == [-1, 1, -1, 1, 1]


# --- SymPy kernels ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [row for row in FUNCTIONS if row.sympy], ids=attrgetter("name"))
def test_a_sympy_class_is_read_back_as_its_row(row: Function) -> None:
    """The name that SymPy prints leads to the row again, as a class and as text."""
    x, y = sympy.symbols("x y", real=True)
    if row.sorts or row.name in {"add", "sub", "mul", "div", "neg", "mvlgamma", "sqrt"}:
        return  # sums, products, powers and conditions have operators
    assert row.sympy is not None
    home: object = sympy_kernels if row.sympy.startswith("kernels.") else sympy
    args = [sympy.Integer(2) if name in row.constant_params else z for name, z in zip(row.params, (x, y), strict=False)]
    made = attrgetter(row.sympy.removeprefix("kernels."))(home)(*args)
    if row.result is Sort.BOOL or row.name == "pow":
        assert parse(f"where({made}, 1, 0)" if row.result is Sort.BOOL else str(made)).variables == ("x", "y")
        return
    head = table.by_sympy_head(type(made).__name__)
    if row.name == "digamma":  # SymPy writes it as polygamma(0, x) itself
        assert head is table.function("polygamma")
        return
    assert head is row
    if row.name == "sinc_unnormalized":
        return  # its text says sinc, which is torch's here
    assert parse(str(made)).nodes[-1].name == row.name


def test_pieces_evaluate_at_numbers() -> None:
    """What costs nothing is evaluated, so that formulas stay readable."""
    half = sympy.Rational(1, 2)
    assert sympy_kernels.Abs(-half) == half
    assert sympy_kernels.floor(-half) == -1
    assert sympy_kernels.ceiling(-half) == 0
    assert sympy_kernels.trunc(-3 * half) == -1
    assert sympy_kernels.round(5 * half) == 2
    assert sympy_kernels.sign(-half) == -1
    assert sympy_kernels.Max(half, 2) == 2
    assert sympy_kernels.Min(half, 2) == half
    assert sympy_kernels.Heaviside(sympy.Integer(0)) == half


def test_where_is_piecewise_and_leaves_conditions_alone() -> None:
    """SymPy's own Piecewise rewrites conditions, and compares by assumptions that may not hold."""
    x = sympy.Symbol("x", real=True)
    condition = sympy_kernels.StrictLessThan(sympy.log(x), 0)
    made = sympy_kernels.where(condition, x**2, x)
    assert str(made) == "Piecewise((x**2, log(x) < 0), (x, True))"
    assert str(made.diff(x)) == "Piecewise((2*x, log(x) < 0), (1, True))"
    assert sympy_kernels.where(sympy.true, x, -x) == x


# --- looking up ------------------------------------------------------------------------------------------------------


def test_lookups() -> None:
    """By name, by alias, by SymPy class, and by what was probably meant."""
    assert named("arctan").name == "atan"
    assert table.function("no_such") is None
    assert table.suggest("sigmod") == "sigmoid"
    assert table.suggest("tahn") == "tanh"
    assert table.suggest("sni") == "sin"
    assert table.by_sympy_head("sinc") is named("sinc_unnormalized")
    assert table.by_sympy_head("Heaviside") is named("heaviside")
    assert table.by_sympy_head("frac") is None
    assert named("leaky_relu").signature == "leaky_relu(x, negative_slope=0.01)"


def test_composites_mean_mathematics() -> None:
    """Definitions do not follow torch's shortcuts: softplus has no threshold, and sinc is 1 at 0."""
    softplus = on_balls(named("softplus"), arb(30))
    assert softplus is not None
    assert softplus > 30
    assert on_balls(named("sinc"), arb(0)) == 1
    assert on_balls(named("sinc"), arb(1)).contains(0)  # type: ignore[union-attr]
    torch_s = torch.nn.functional.softplus(torch.tensor(30.0, dtype=torch.float64))
    assert float(torch_s) == 30.0
