"""The function table: every row has its readings, and they agree with one another.

Covers also: activations, arithmetic, conditions, constants, elementary, higher_functions, special, steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise, product
from operator import attrgetter
from typing import Any

import mpmath
import pytest
import sympy
import torch
from flint import arb, ctx
from table_rows import (
    LOOSE,
    NO_CLOSED_FORM,
    REAL_ROWS,
    SWINGS_UNSEEN,
    TORCH_DOMAIN,
    Point,
    by_definition,
    everywhere,
    in_torch,
    named,
    on_balls,
    sampled,
)

from derivcheck.autograd import torch_kernels
from derivcheck.balls.ball import Outside
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.lookup import kernel
from derivcheck.language import table
from derivcheck.language.parse import constant_expression, parse
from derivcheck.language.table import CONSTANTS, FUNCTIONS, Function, Sort
from derivcheck.model.expression import NodeKind
from derivcheck.symbolic import sympy_kernels
from derivcheck.symbolic.derivatives import Symbolic
from derivcheck.symbolic.formula import Formula


@pytest.fixture(autouse=True)
def working_precision() -> Iterator[None]:
    """Compute balls with enough bits that a test decides."""
    with ctx.workprec(400):
        yield


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
    others_of_many = _BESIDE[::2] if len(row.params) > 2 else _BESIDE
    beside = [(2.0,) if param in row.constant_params else others_of_many for param in row.params]
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
        if param in row.constant_params or (row.name, param) in SWINGS_UNSEEN:
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
        if true is None or not TORCH_DOMAIN.get(row.name, everywhere)(point):
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
    "hyp0f1": mpmath.hyp0f1,
    "hyp1f1": mpmath.hyp1f1,
    "hyperu": mpmath.hyperu,
    "hyp2f1": mpmath.hyp2f1,
    "betainc": lambda a, b, x: mpmath.betainc(a, b, 0, x, regularized=True),
    "betainc_regularized": lambda a, b, low, high: mpmath.betainc(a, b, low, high, regularized=True),
    "elliptic_k": mpmath.ellipk,
    "ellipkm1": lambda p: mpmath.ellipk(1 - p),
    "elliptic_e": mpmath.ellipe,
    "elliptic_f": mpmath.ellipf,
    "ellipeinc": mpmath.ellipe,
    "elliptic_pi": mpmath.ellippi,
    "ellippiinc": mpmath.ellippi,
    "polylog": mpmath.polylog,
    "Li2": lambda x: mpmath.polylog(2, x),
    "spence": lambda x: mpmath.polylog(2, 1 - x),
    "owens_t": lambda h, a: (
        mpmath.quad(lambda t: mpmath.exp(-(h**2) * (1 + t**2) / 2) / (1 + t**2), [0, a]) / (2 * mpmath.pi)
    ),
    "barnesg": mpmath.barnesg,
    "riemann_zeta": mpmath.zeta,
    "legendre": mpmath.legendre,
    "chebyshevt": mpmath.chebyt,
    "chebyshevu": mpmath.chebyu,
    "hermite": mpmath.hermite,
    "hermite_prob": lambda n, x: mpmath.hermite(n, x / mpmath.sqrt(2)) / mpmath.sqrt(2) ** n,
    "laguerre": lambda n, x: mpmath.laguerre(n, 0, x),
    "assoc_laguerre": mpmath.laguerre,
    "gegenbauer": mpmath.gegenbauer,
    "jacobi": mpmath.jacobi,
    "legendre_polynomial_p": lambda x, n: mpmath.legendre(n, x),
    "chebyshev_polynomial_t": lambda x, n: mpmath.chebyt(n, x),
    "chebyshev_polynomial_u": lambda x, n: mpmath.chebyu(n, x),
    "hermite_polynomial_h": lambda x, n: mpmath.hermite(n, x),
    "hermite_polynomial_he": lambda x, n: mpmath.hermite(n, x / mpmath.sqrt(2)) / mpmath.sqrt(2) ** n,
    "laguerre_polynomial_l": lambda x, n: mpmath.laguerre(n, 0, x),
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


def test_composites_mean_mathematics() -> None:
    """Definitions do not follow torch's shortcuts: softplus has no threshold, and sinc is 1 at 0."""
    softplus = on_balls(named("softplus"), arb(30))
    assert softplus is not None
    assert softplus > 30
    assert on_balls(named("sinc"), arb(0)) == 1
    assert on_balls(named("sinc"), arb(1)).contains(0)  # type: ignore[union-attr]
    torch_s = torch.nn.functional.softplus(torch.tensor(30.0, dtype=torch.float64))
    assert float(torch_s) == 30.0
