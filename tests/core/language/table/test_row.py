"""The columns of the function table: what a row claims of a function is held against another fact about it."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator
from fractions import Fraction
from operator import attrgetter
from typing import Any
from xml.etree import ElementTree

import pytest
import sympy
from flint import arb, ctx, fmpq
from table_rows import SWINGS_UNSEEN

from derivcheck.autograd.torch_program import compile_torch
from derivcheck.balls.ball import Outside
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.exact_steps import Exact, exact_slots
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.lookup import kernel
from derivcheck.errors import UnsupportedError
from derivcheck.graph.building import Graph, Template
from derivcheck.graph.folding import exact_result
from derivcheck.language import bounds
from derivcheck.language.operators import PRINTED
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.language.table import CONSTANTS, FUNCTIONS, Constant, Function, Option, Sort
from derivcheck.model.expression import CALL
from derivcheck.reporting.presentation.mathml import typeset
from derivcheck.symbolic.sympy_language import Reading, apply_kernel, write
from derivcheck.symbolic.sympy_rules import Argument, Dependence, template
from derivcheck.symbolic.tidying import tidied

RATIONALS = (Fraction(-7, 3), Fraction(-2), Fraction(1, 3), Fraction(5, 8), Fraction(3))
ROUGH = (-2.625, -0.78125, 0.3125, 1.71875)
HAVE_BALLS = [
    row for row in FUNCTIONS if row.ball is not None and Sort.BOOL not in row.sorts and not row.constant_params
]
COMPARISONS = [row for row in HAVE_BALLS if row.result is Sort.BOOL]
NUMBERS = [row for row in HAVE_BALLS if row.result is Sort.REAL]
OF_TWO = [row for row in HAVE_BALLS if len(row.params) == 2]

by_name = attrgetter("name")


@pytest.fixture(autouse=True)
def working_precision() -> Iterator[None]:
    """Balls of 400 bits."""
    with ctx.workprec(400):
        yield


def claiming(column: str) -> list[Function]:
    """The rows that have something in a column."""
    return [row for row in FUNCTIONS if getattr(row, column) not in {None, False, ()}]


def on_balls(row: Function, *args: arb) -> Any:
    """The row's ball reading; None outside of its domain, and where it is unknown."""
    assert row.ball is not None
    try:
        value = kernel(row.ball)(*args)
    except OutOfDomain:
        return None
    return value if isinstance(value, bool) or (isinstance(value, arb) and value.is_finite()) else None


def agree(one: Any, other: Any) -> bool:
    """Whether two results may be the same; two unknown ones are, and two outside of a domain."""
    if isinstance(one, arb) and isinstance(other, arb):
        return bool(one.overlaps(other))
    return one is other or (isinstance(one, Outside) and isinstance(other, Outside))


def pairs() -> Iterator[tuple[float, float]]:
    """Two different arguments, in both orders."""
    return itertools.permutations(ROUGH, 2)


# --- the signature ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signature", "params", "options", "variadic"),
    [
        ("f()", (), (), False),
        ("sin(x)", ("x",), (), False),
        ("Max(x, y, ...)", ("x", "y"), (), True),
        ("rrelu(x, lower=1/8, upper=1/3)", ("x",), (Option("lower", "1/8"), Option("upper", "1/3")), False),
    ],
)
def test_a_signature_is_taken_apart(
    signature: str, params: tuple[str, ...], options: tuple[Option, ...], variadic: bool
) -> None:
    """The required arguments, the options with their defaults, and whether more may follow."""
    row = Function("a group", signature, "a function")
    assert (signature.partition("(")[0], params, options, variadic) == (
        row.name,
        row.params,
        row.options,
        row.variadic,
    )


@pytest.mark.parametrize("row", FUNCTIONS, ids=by_name)
def test_columns_about_arguments_name_arguments(row: Function) -> None:
    """An order, a plain exponent, what swings: each is one of the row's own parameters."""
    assert set(row.params) >= {
        *row.constant_params,
        *row.plain_params,
        *(name.removeprefix("1/") for name in row.swings),
    }


# --- what is true of a function --------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", OF_TWO, ids=by_name)
def test_what_commutes_is_what_the_balls_say(row: Function) -> None:
    """Some two arguments tell apart every function that does not commute."""
    assert row.commutes == all(agree(on_balls(row, arb(x), arb(y)), on_balls(row, arb(y), arb(x))) for x, y in pairs())


@pytest.mark.parametrize("row", OF_TWO, ids=by_name)
def test_what_associates_is_what_the_balls_say(row: Function) -> None:
    """Some three arguments tell apart every function that does not associate."""

    def same(x: float, y: float, z: float) -> bool:
        first, last = on_balls(row, arb(x), arb(y)), on_balls(row, arb(y), arb(z))
        if row.result is Sort.BOOL or not isinstance(first, arb) or not isinstance(last, arb):
            return row.associates
        return agree(on_balls(row, first, arb(z)), on_balls(row, arb(x), last))

    assert row.associates == all(same(x, y, z) for x, y in pairs() for z in (-0.75, 0.5, 2))


@pytest.mark.parametrize("row", NUMBERS, ids=by_name)
def test_what_scales_is_what_the_balls_say(row: Function) -> None:
    """A factor of 3/8 comes out of every function that scales; of others only where all is 0 off a point."""
    factor = arb(3) / 8
    points = list(itertools.permutations((*ROUGH, 0.59375), len(row.params)))
    moved = [on_balls(row, *(factor * arb(x) for x in point)) for point in points]
    kept = [on_balls(row, *map(arb, point)) for point in points]
    outside = [None if value is None else factor * value for value in kept]
    assert row.scales == (row.name != "DiracDelta" and all(map(agree, moved, outside)))


@pytest.mark.parametrize("row", HAVE_BALLS, ids=by_name)
def test_a_comparison_of_a_number_with_itself_has_one_result(row: Function) -> None:
    """That of exact balls; a number is no result of the kind."""
    found = {on_balls(row, arb(x), arb(x)) for x in ROUGH} if row in COMPARISONS else {None}
    assert {row.of_itself} == found


BRANCHES = {
    "where": "where(x > 0, x, log(-x))",
    "and": "where((x < 0) & (log(-x) > 0), log(-x), x)",
    "or": "where((x > 0) | (log(-x) > 0), x, log(-x))",
}
"""At 1, log(-x) has no value, and these need none."""


def test_a_branch_is_known_though_an_argument_is_not() -> None:
    """log(-1) has no value, and what does not need it has one."""
    assert set(BRANCHES) == {row.name for row in FUNCTIONS if row.branch}
    for text in BRANCHES.values():
        assert compile_balls(parse(text)).run({"x": arb(1)}) == 1


@pytest.mark.parametrize("row", [row for row in HAVE_BALLS if not row.branch], ids=by_name)
def test_what_is_no_branch_needs_all_of_its_arguments(row: Function) -> None:
    """Outside of the domain of one argument, the call has no value."""
    for index in range(len(row.params)):
        args = ["log(-x)" if at == index else "x" for at in range(len(row.params))]
        text = f"{row.name}({', '.join(args)})"
        expression = parse(f"where({text}, 1, 2)" if row.result is Sort.BOOL else text)
        assert isinstance(compile_balls(expression).run({"x": arb(1)}), Outside)


@pytest.mark.parametrize("row", claiming("jumps"), ids=by_name)
def test_what_jumps_has_two_values_side_by_side(row: Function) -> None:
    """Within 2**-60 of some point on a grid the function changes by more than 1/10, or has no value in between."""
    if row.sorts:
        return  # where(x > 0, 1, 2) has the jump of its condition
    text = f"{row.name}({', '.join(['x', '2'][: len(row.params)])})"
    others = f"{row.name}(3, x)" if len(row.params) == 2 else text
    assert any(jumps_somewhere(each) for each in (text, others))


def jumps_somewhere(text: str) -> bool:
    """Whether an expression in x changes at once at one of some points."""
    program = compile_balls(parse(text))
    step = arb(2) ** -60
    for at in (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0):
        below, middle, above = (program.run({"x": arb(at) + shift}) for shift in (-step, arb(0), step))
        sides = [value for value in (below, middle, above) if isinstance(value, arb) and value.is_finite()]
        if len(sides) < 3 or any(abs(one - other) > 0.1 for one, other in itertools.pairwise(sides)):
            return True
    return False


ORDERS = {"polygamma": 1.0, "zeta": 3.0}
"""Orders that are integers; any other argument that stays as it is is 0.7."""


@pytest.mark.parametrize(
    "row", [row for row in FUNCTIONS if row.ball and not row.sorts and row.result is Sort.REAL], ids=by_name
)
def test_what_swings_is_what_the_balls_say(row: Function) -> None:
    """Far out, or close to 0, the curvature of what swings changes its sign again and again, or there are gaps."""
    free = [name for name in row.params if name not in row.constant_params]
    unseen = {name for function, name in SWINGS_UNSEEN if function == row.name}
    for name in {*free, *(f"1/{name}" for name in free), *row.swings} - unseen:
        most = max(turns(row, name, sign) for sign in (1, -1))
        assert (name in row.swings) == (most >= 4), (name, most)


def turns(row: Function, name: str, sign: int) -> int:
    """How often the curvature changes its sign as an argument goes from 50 to 69, or so do its inverses."""
    values = []
    for step in range(64):
        far = sign * (50 + arb(3 * step) / 10)
        moved = 1 / far if name.startswith("1/") else far
        args = [moved if each == name.removeprefix("1/") else arb(ORDERS.get(row.name, 0.7)) for each in row.params]
        try:
            values.append(on_balls(row, *args))
        except UnsupportedError:  # an order that is not an integer
            values.append(None)
    signs = [0]
    for below, middle, above in zip(values, values[1:], values[2:], strict=False):
        if below is None or middle is None or above is None:
            signs.append(0)
            continue
        bend = below - 2 * middle + above
        signs.append(1 if bend > 0 else -1 if bend < 0 else signs[-1])
    return sum(one != other for one, other in itertools.pairwise(signs[1:]))


@pytest.mark.parametrize("row", claiming("one_rule"), ids=by_name)
def test_one_rule_gives_what_the_rule_for_a_literal_gives(row: Function) -> None:
    """The rule for any fixed argument, grafted onto the literal, is the graph of the literal's own rule."""
    for index in range(len(row.params)):
        if row.sort_of(index) is Sort.BOOL or len(row.params) == 1:
            continue
        for value in (Fraction(0), Fraction(1), Fraction(1, 3), Fraction(7)):
            if not value and (row.name, index) == ("div", 1):
                continue  # x/0 has no derivative
            known: list[Argument] = [Dependence.VARIES] * len(row.params)
            known[index] = Dependence.FIXED
            general = grafted(row, known, index, value)
            known[index] = value.as_integer_ratio()
            assert general == grafted(row, known, index, value)


def grafted(row: Function, known: list[Argument], index: int, value: Fraction) -> str:
    """A rule in a graph, one argument being a literal, as text."""
    graph = Graph()
    arguments = [graph.insert(parse(name)) for name in "abc"[: len(known)]]
    derivatives = [graph.insert(parse(f"d{name}")) for name in "abc"[: len(known)]]
    arguments[index], derivatives[index] = graph.number(value), graph.number(Fraction(0))
    return to_text(graph.expression(graph.graft(template(row.name, tuple(known)), (*arguments, *derivatives))))


@pytest.mark.parametrize("row", claiming("transparent"), ids=by_name)
def test_what_sympy_may_work_out_stays_arithmetic(row: Function) -> None:
    """Of rational constants SymPy makes what is again made of transparent functions."""
    transparent = {row.name for row in claiming("transparent")}
    for args in itertools.product((sympy.Rational(9, 4), sympy.Rational(2, 3)), repeat=len(row.params)):
        found = write(apply_kernel(row.name, list(args)), {})
        assert {node.name for node in found if node.kind is CALL} <= transparent


def test_sympy_works_out_gamma_of_a_constant() -> None:
    """That is why what is not transparent is a symbol to it."""
    assert sympy.gamma(5) == 24
    assert {"x", "gamma(5)"} == {symbol.name for symbol in Reading(parse("x + gamma(5)")).value.free_symbols}


# --- how other rooms compute it --------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", claiming("size"), ids=by_name)
def test_a_size_is_no_smaller_than_the_number(row: Function) -> None:
    """The kernel of the bounds knows the exact result, which Python's own arithmetic gives."""
    exact: dict[str, Callable[..., Any]] = {
        "add": operator.add,
        "sub": operator.sub,
        "mul": operator.mul,
        "div": operator.truediv,
        "neg": operator.neg,
        "pow": operator.pow,
    }
    assert row.size is not None
    for args in itertools.product(RATIONALS, repeat=len(row.params)):
        if row.name == "pow" and args[1].denominator != 1:
            continue
        size = bounds.SIZES[row.size](*map(bounds.sized, args))
        assert size is not None
        value = exact[row.name](*args)
        assert value == size.value
        assert size.bits >= value.numerator.bit_length() + value.denominator.bit_length() - 1


@pytest.mark.parametrize("row", claiming("exact"), ids=by_name)
def test_an_exact_result_is_the_one_that_the_balls_enclose(row: Function) -> None:
    """On dyadic numbers, where balls are exact as well; where there is no exact result the balls say nothing exact."""
    known = 0
    for args in itertools.product((Fraction(-5, 2), Fraction(-2), Fraction(3, 4), Fraction(3)), repeat=len(row.params)):
        exact, ball = exact_result(row.name, args, None), on_balls(row, *map(as_ball, args))
        if exact is None:
            continue
        known += 1
        assert agree(ball, exact if isinstance(exact, bool) else as_ball(exact))
    assert known >= 2


def as_ball(value: Fraction) -> arb:
    """The ball of a rational number."""
    return arb(fmpq(value.numerator, value.denominator))


@pytest.mark.parametrize("row", claiming("idle"), ids=by_name)
def test_what_is_idle_may_be_left_out(row: Function) -> None:
    """A call with 0, 1, -1, a sign or a sure condition among its arguments keeps its value."""
    numbers = ("0", "1", "-1", "x", "-x", "y", "3")
    choices = [("True", "x < y") if row.sort_of(at) is Sort.BOOL else numbers for at in range(len(row.params))]
    at = {"x": arb(3) / 7, "y": arb(9) / 5}
    shorter = 0
    for args in itertools.product(*choices):
        written = parse(f"{row.name}({', '.join(args)})", ("x", "y"))
        graph = Graph()
        variables = [graph.insert(parse(name)) for name in written.variables]
        left_over = graph.expression(graph.graft(Template.of(written, written.variables), variables))
        shorter += len(left_over) < len(written)
        assert agree(compile_balls(written).run(at), compile_balls(left_over).run(at))
    assert shorter


@pytest.mark.parametrize("row", claiming("half_turns"), ids=by_name)
def test_half_turns_are_exact_where_the_balls_have_a_value(row: Function) -> None:
    """At multiples of pi/2 from -3*pi to 3*pi, the poles included."""
    program = compile_balls(parse(f"{row.name}(x*pi/2)"))
    for turns in range(-6, 7):
        known = exact_slots(program, {"x": Fraction(turns)}).get(program.root)
        ball = on_balls(row, arb(turns) * arb.pi() / 2)
        assert (known is None) == (ball is None or not ball.is_finite())
        if known is not None:
            assert isinstance(known, Exact)
            assert agree(ball, as_ball(known.factor) * arb.pi() ** known.power)


@pytest.mark.parametrize("row", claiming("arb"), ids=by_name)
def test_arb_s_own_operation_does_what_the_kernel_does(row: Function) -> None:
    """The same ball wherever Arb gives a finite one."""
    assert row.arb is not None
    for point in itertools.permutations(ROUGH, len(row.params)):
        args = [arb(x, 2.0**-40) for x in point]
        value = eval(row.arb.format(*(f"args[{index}]" for index in range(len(args)))))  # our own template
        assert not value.is_finite() or agree(value, on_balls(row, *args))


def test_chains_are_what_the_kernels_make_one_by_one() -> None:
    """x + y + z, collected before SymPy sorts it, is (x + y) + z."""
    x, y, z = sympy.symbols("x y z", real=True)
    for row in claiming("chain"):
        one_by_one = apply_kernel(row.name, [apply_kernel(row.name, [x, y]), z])
        assert one_by_one == Reading(parse(f"{row.name}({row.name}(x, y), z)")).value


@pytest.mark.parametrize("row", claiming("tidy"), ids=by_name)
def test_what_is_tidied_keeps_its_value(row: Function) -> None:
    """With variables, literals and constants as arguments."""
    at = {"x": arb(3) / 7, "y": arb(9) / 5}
    for args in itertools.product(("x", "y", "x**2*y", "0.5", "2", "1", "E", "(x - y)"), repeat=len(row.params)):
        expression = parse(f"{row.name}({', '.join(args)})", ("x", "y"))
        before, after = (compile_balls(each).run(at) for each in (expression, tidied(expression)))
        assert isinstance(before, Outside) or not before.is_finite() or agree(before, after)


def test_torch_is_given_plain_numbers() -> None:
    """A literal in a plain parameter is Python's number, and any other argument is a tensor."""
    for row in claiming("plain_params"):
        (name,) = row.plain_params
        args = ["3" if each == name else "x" for each in row.params]
        program = compile_torch(parse(f"{row.name}({', '.join(args)})"))
        assert [(3,)] == [step.numbers for step in program.steps if step.numbers]


# --- how mathematics writes it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", FUNCTIONS, ids=by_name)
def test_mathml_is_well_formed_and_has_the_sign(row: Function) -> None:
    """Every function is typeset, with its sign, in its layout, or by its name."""
    args = ["x > 0" if row.sort_of(index) is Sort.BOOL else "2" for index in range(len(row.params))]
    name = row.aliases[0] if row.result is Sort.BOOL else row.name  # a call is And(p, q): `and` is an operator
    text = f"{name}({', '.join(args)})"
    root = ElementTree.fromstring(typeset(f"where({text}, x, 2)" if row.result is Sort.BOOL else f"{text} + x", ("x",)))
    texts = [element.text for element in root.iter()]
    if row.sign is not None:
        assert row.sign in texts
        assert row.name in PRINTED
    else:
        assert (row.name in texts) == (row.layout is None)


@pytest.mark.parametrize("row", CONSTANTS, ids=by_name)
def test_a_constant_is_one_number_in_all_readings(row: Constant) -> None:
    """SymPy's, Arb's and the float64 are the same, where there is one."""
    value = getattr(sympy, row.sympy)
    if not value.is_real:
        assert row.number != row.number
        assert row.complex_number == (complex(value) if value.is_number and value.is_finite else None)
        return
    assert row.complex_number is None
    assert row.power_of_pi is None or value == sympy.pi**row.power_of_pi
    ball = kernel(row.ball)()
    assert ball.overlaps(arb(str(sympy.N(value, 40)), 1e-38))
    assert float(ball.mid()) == row.number == float(value)
