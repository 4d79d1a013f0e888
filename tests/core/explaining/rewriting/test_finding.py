"""Finding rewrites: the traps that torch's users reported, folklore of numerical analysis, and what must not be shown.

Covers also: trial, trial_of_numbers, trial_of_tensors.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from derivcheck.checking.one_point import check_case
from derivcheck.explaining.rewriting.finding import find_rewrites, rewrites_of
from derivcheck.inputs.assignments import split_assignments
from derivcheck.language.parse import parse
from derivcheck.model import Case, Mode, OwnFunction, Status
from derivcheck.numbers import DType

F64, F32, F16, BF16 = DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16
SECOND = (("x", "x"),)


@dataclass(frozen=True)
class Trap:
    """A gradient that was reported as wrong, nan or imprecise, and what to write instead."""

    source: str
    expression: str
    point: str
    instead: str
    dtype: DType = F64
    wrt: tuple[tuple[str, ...], ...] = ()
    mode: Mode = Mode.REVERSE


NFW = (
    "outer = 1 - 2/sqrt(x**2 - 1)*atan(sqrt((x - 1)/(x + 1))); "
    "inner = 1 - 2/sqrt(1 - x**2)*atanh(sqrt((1 - x)/(1 + x))); where(x > 1, outer, inner)"
)
NFW_GUARDED = (
    "outer = 1 - 2/sqrt(x**2 - 1)*atan(sqrt((x - 1)/(x + 1))); h = where(x > 1, 0.5, x); "
    "inner = 1 - 2/sqrt(1 - h**2)*atanh(sqrt((1 - h)/(1 + h))); where(x > 1, outer, inner)"
)

TRAPS = [
    Trap(
        "https://github.com/pytorch/pytorch/issues/108618",
        "where(x > 2, log2(x), 2*x)",
        "x=0",
        "where(x > 2, log2(where(x > 2, x, 1)), 2*x)",
        F32,
    ),
    Trap("https://github.com/tensorflow/tensorflow/issues/123578", "gammainc(1, x)", "x=0", "-expm1(-x)"),
    Trap(
        "https://github.com/richzhang/PerceptualSimilarity/issues/69",
        "x/(sqrt(x**2) + 1e-10)",
        "x=0",
        "x/(abs(x) + 1e-10)",
    ),
    Trap(
        "https://github.com/chainer/chainer/pull/6340",
        "log_ndtr(x)",
        "x=-20",
        "log(erfcx(-(x/sqrt(2)))/2) - x**2/2",
        F32,
    ),
    Trap(
        "https://github.com/tensorflow/tensorflow/issues/127226",
        "where(x == 0, 1, sin(pi*x)/(pi*x))",
        "x=0",
        "sinc(x)",
    ),
    Trap("https://github.com/Ciela-Institute/caustics/pull/83", NFW, "x=2", NFW_GUARDED),
    Trap(
        "https://github.com/pytorch/pytorch/issues/196704",
        "logaddexp(x, -2*x)",
        "x=-250",
        "-2*x + log1p(exp(x + 2*x))",
        wrt=SECOND,
    ),
    Trap("https://github.com/jax-ml/jax/issues/40634", "asinh(x)", "x=1e22", "log(x + hypot(x, 1))", F32),
    Trap("https://github.com/pytorch/pytorch/issues/193040", "atan2(a, b)", "a=1e-4,b=1e-4", "atan(a/b)", F16),
    Trap(
        "https://github.com/pytorch/pytorch/issues/59477",
        "binary_cross_entropy(x, 0.5, reduction='sum')",
        "x=0.3",
        "-sum(log(x)/2 + log1p(-x)/2)",
        wrt=SECOND,
    ),
    Trap("https://github.com/tensorflow/tensorflow/pull/126824", "silu(x)", "x=40", "x/(1 + exp(-x))", wrt=SECOND),
    Trap(
        "https://github.com/pytorch/pytorch/issues/195679",
        "logsigmoid(x)",
        "x=37.42994775023705",
        "-log1p(exp(-x))",
        wrt=SECOND,
    ),
    Trap("https://github.com/pytorch/pytorch/issues/195527", "sigmoid(x)", "x=40", "1/(1 + exp(-x))", wrt=SECOND),
    Trap("https://github.com/pytorch/pytorch/issues/55587", "softplus(x)", "x=25", "x + log1p(exp(-x))", wrt=SECOND),
    Trap(
        "https://github.com/pytorch/pytorch/issues/194699",
        "prod(stack([1e13, 0, 0, 1e13, 1e13, x, 1e13, 1e13, 1e13]))",
        "x=0",
        "0*x",
        F32,
        mode=Mode.FUNC,
    ),
    Trap(
        "https://github.com/pytorch/pytorch/issues/187297",
        "where(x > 0, sqrt(x), x)",
        "x=-4",
        "where(x > 0, sqrt(where(x > 0, x, 1)), x)",
    ),
    Trap(
        "https://github.com/pytorch/pytorch/issues/68425",
        "where(x <= 0, exp(x), 1 + x)",
        "x=1000",
        "where(x <= 0, exp(where(x <= 0, x, 1)), 1 + x)",
    ),
]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.expression[:40])
def test_a_trap_has_a_way_out(trap: Trap) -> None:
    """The rewrite is among those that are shown, and the house's own check of it says that it matches."""
    point = split_assignments(trap.point)
    found = find_rewrites(trap.expression, point, trap.dtype, trap.wrt, mode=trap.mode)
    assert trap.instead in [rewrite.expression for rewrite in found]
    case = Case(trap.instead, (point,), wrt=trap.wrt, modes=(trap.mode,), dtype=trap.dtype)
    assert {Status.MATCH} == {row.status for row in check_case(case)}


FOLKLORE = [
    # R. W. Hamming, Numerical Methods for Scientists and Engineers, chapter 2
    ("sqrt(x + 1) - sqrt(x)", "x=1e10", "1/(sqrt(x) + sqrt(x + 1))"),
    ("tan(x + e) - tan(x)", "x=1,e=1e-10", "sin(e)/(cos(x + e)*cos(x))"),
    ("1/(x + 1) - 2/x + 1/(x - 1)", "x=1e6", "2/x/(x + 1)/(x - 1)"),
    ("log(n + 1) - log(n)", "n=1e9", "log1p(1/n)"),
    ("exp(x) - 2 + exp(-x)", "x=1e-4", "4*sinh(x/2)**2"),
    # D. Goldberg, What Every Computer Scientist Should Know About Floating-Point Arithmetic
    ("(-b + sqrt(b*b - 4*a*c))/(2*a)", "a=1,b=1e7,c=1", "-(2*c/(b + sqrt(b**2 - 4*a*c)))"),
    ("exp(x) + 1 - 1", "x=-40", "exp(x)"),
    # W. Kahan, Miscalculating Area and Angles of a Needle-like Triangle
    (
        "s = (a + b + c)/2; sqrt(s*(s - a)*(s - b)*(s - c))",
        "a=9,b=4.53,c=4.53",
        "sqrt((a + (b + c))*(c - (a - b))*(c + (a - b))*(a + (b - c)))/4",
    ),
    # losses
    ("-log(sigmoid(x))", "x=-800", "-logsigmoid(x)"),
    ("exp(x) + y - 1", "x=1e-9,y=0", "expm1(x) + y"),
    ("log(1 + exp(10*x))/10", "x=100", "softplus(10*x)/10"),
    ("0.5*x*(1 + erf(x/sqrt(2)))", "x=-9", "0.5*x*erfc(-(x/sqrt(2)))"),
    ("-(1 - sigmoid(z))**2*log(sigmoid(z))", "z=40", "-(sigmoid(-z)**2*logsigmoid(z))"),
]


@pytest.mark.parametrize(("expression", "point", "instead"), FOLKLORE)
def test_folklore_is_found(expression: str, point: str, instead: str) -> None:
    """As it stands in books, wherever it occurs in an expression, and in any order of its terms."""
    found = find_rewrites(expression, split_assignments(point))
    assert instead in [rewrite.expression for rewrite in found]


SHAPED = [
    ("-log(softmax(z, dim=-1)[0])", "z=[0, 800, 3]", "-log_softmax(z, dim=-1)[0]"),
    ("-log(exp(z[0])/sum(exp(z)))", "z=[0, 800, 3]", "-log_softmax(z, dim=-1)[0]"),
    ("h = exp(z); log(sum(h))", "z=[800, 801]", "logsumexp(z)"),
    ("-log(softmax(z, dim=-1)[t])", "z=[0, 800, 3];t=0", "-log_softmax(z, dim=-1)[t]"),
    ("sqrt(mean(x**2) - mean(x)**2)", "x=[1000001, 1000002, 1000004]", "sqrt(mean((x - mean(x))**2))"),
    ("log(det(A))", "A=[[1e200, 1], [2, 1e200]]", "logdet(A)"),
    ("sum(where(x > 0, sqrt(x), 0*x))", "x=[-1., 4.]", "sum(where(x > 0, sqrt(where(x > 0, x, 1)), 0*x))"),
    ("sum(x)*sqrt(sum(x**2))", "x=[0., 0.]", "sum(x)*norm(x)"),
]


@pytest.mark.parametrize(("expression", "point", "instead"), SHAPED)
def test_rewrites_of_values_with_shapes(expression: str, point: str, instead: str) -> None:
    """Sums of exponentials, norms, variances, determinants, guards."""
    assert instead in [rewrite.expression for rewrite in find_rewrites(expression, split_assignments(point))]


@pytest.mark.parametrize("dtype", [F32, F16, BF16])
def test_formats_of_few_digits_have_rewrites_as_well(dtype: DType) -> None:
    """1 - cos(x) has a digit at most in any of them."""
    (found,) = find_rewrites("1 - cos(x)", {"x": "0.001"}, dtype)
    assert "2*sin(x/2)**2" == found.expression
    assert found.value.before < 2
    assert dtype.digits == found.value.after


def test_a_rewrite_tells_its_digits_its_reason_and_its_source() -> None:
    """Before and after, of the value and of each derivative."""
    (found,) = find_rewrites("3*x + y*(exp(x) - 1)", {"x": "1e-9", "y": "2"})
    assert ("3*x + y*expm1(x)", "exp(x) - 1 → expm1(x)") == (found.expression, found.rule)
    assert "exp is near 1 for a small argument, and the difference cancels" == found.why
    assert found.source.startswith("W. Kahan")
    assert found.value.before < 9
    assert found.value.after > 15
    assert ["x", "y"] == [name for name, _ in found.gradients]
    assert all(digits.after > 15 for _, digits in found.gradients)


def test_a_condition_is_told() -> None:
    """That acos is another expression between -1 and 1 alone is for the reader to know."""
    found = find_rewrites("acos(x)", {"x": "0.9999999"})
    assert found[0].rule.endswith(", where abs(x) < 1")


@pytest.mark.parametrize(
    ("expression", "point"),
    [
        ("log(1 + x)", "x=3"),  # right as it is
        ("(exp(x) - 1)*(exp(x) + 1)/x", "x=2"),
        ("x**2/x", "x=0"),  # f has no value at 0, which x has
        ("exp(log(x))", "x=-1"),
        ("log(x*y)", "x=-1,y=-2"),  # log(x) + log(y) is undefined here
        ("detach(x) + sin(x)", "x=1"),
        ("x +", "x=1"),  # no expression
        ("x", "y=1"),
    ],
)
def test_nothing_is_shown_where_nothing_helps(expression: str, point: str) -> None:
    """Where torch is right, where another function would come out, and where nothing can be read."""
    assert () == find_rewrites(expression, split_assignments(point))


def test_a_rewrite_that_holds_on_the_other_side_alone_is_not_shown() -> None:
    """asinh(x) is -log(hypot(x, 1) - x) everywhere, and log(x + hypot(x, 1)) helps for a positive x alone."""
    found = [rewrite.expression for rewrite in find_rewrites("asinh(x)", {"x": "-1e22"}, F32)]
    assert ["-log(hypot(x, 1) - x)"] == found


def test_names_that_statements_gave_are_kept() -> None:
    """So that what is shown can be pasted where the old text stood."""
    (found,) = find_rewrites("d = cos(x); loss = 1 - d; loss*y + d", {"x": "1e-9", "y": "1"}, wrt=(("y",),))
    assert "loss = 2*sin(x/2)**2; d = cos(x); loss*y + d" == found.expression


def test_every_rewrite_can_be_parsed_again() -> None:
    """With names for what is written more than once."""
    for found in find_rewrites("c**2*(1/sqrt(1 - v**2/c**2) - 1)", {"c": "299792458", "v": "1"}):
        assert {"c", "v"} >= set(parse(found.expression).variables)
        assert "h = sqrt(1 - v**2/c**2); " in found.expression


def test_a_function_of_the_users_own_stays_as_it_is() -> None:
    """What is around it may be rewritten."""
    own = OwnFunction("twice", ("x",), "2*x", lambda x: 2 * x)
    (found,) = find_rewrites("1 - cos(twice(x))", {"x": "1e-9"}, functions=(own,))
    assert "2*sin(twice(x)/2)**2" == found.expression


def test_rewrites_of_a_case() -> None:
    """At its first point, in its first mode; a compiler's numbers are taken for those of the reverse mode."""
    case = Case("log(1 + x)", ({"x": "1e-10"}, {"x": "3"}), modes=(Mode.COMPILE,))
    assert ["log1p(x)"] == [found.expression for found in rewrites_of(case)]


def test_what_is_held_constant_counts_for_nothing() -> None:
    """The derivative by it is not asked for."""
    (found,) = find_rewrites("y*(exp(x) - 1)", {"x": "1e-9", "y": "2"}, const=("y",))
    assert ["x"] == [name for name, _ in found.gradients]


def test_a_reordered_product_is_shown_for_overflow_alone() -> None:
    """Another order of factors rounds otherwise, which helps by luck, unless something overflows."""
    assert () == find_rewrites("x*y/z - 1.2345", {"x": "3.1", "y": "0.7", "z": "1.7"})
    found = find_rewrites("x*y/z", {"x": "1e30", "y": "1e30", "z": "1e30"}, F32)
    assert "x*(y/z)" in [rewrite.expression for rewrite in found]


def test_numbers_are_multiplied_together_where_a_rule_brings_one() -> None:
    """0.5*(2*sigmoid(x)) is sigmoid(x)."""
    assert "sigmoid(x)" == find_rewrites("0.5*(1 + tanh(x/2))", {"x": "-60"}, F32)[0].expression


LONG = "sin(x*y + 1)/(2 + cos(x)) + log(3 + x**2)*cos(y) - sqrt(x**2 + y**2) + x/y + tanh(x)*y"


def test_finding_nothing_is_quick() -> None:
    """A right expression of 38 nodes takes a few milliseconds, one that no rule helps less than 100."""
    assert len(parse(LONG)) > 30
    point = {"x": "1.3", "y": "2.7"}
    find_rewrites(LONG, point)
    start = time.thread_time()
    assert () == find_rewrites(LONG, point)
    assert time.thread_time() - start < 0.1


@pytest.mark.parametrize(
    ("expression", "point", "expected"),
    [
        ("where(x > 0, sqrt(x), 0)", {"x": "0"}, "where(x > 0, sqrt(where(x > 0, x, 1)), 0)"),
        ("where(x <= 0, 0, x**0.5)", {"x": "0"}, "where(x <= 0, 0, where(x <= 0, 1, x)**0.5)"),
        ("where(x > 1, sqrt(x - 1), 0)", {"x": "1"}, "where(x > 1, sqrt(where(x > 1, x - 1, 1)), 0)"),
        ("sqrt((x - 1)**2)", {"x": "1"}, "abs(x - 1)"),
        ("sqrt(x**2 + y**2)", {"x": "0", "y": "0"}, "norm([x, y])"),
    ],
)
def test_at_a_kink_a_slope_is_better_than_nan(expression: str, point: dict[str, str], expected: str) -> None:
    """One of those that the verdicts accept; digits of it are not shown, since there is no number to compare with."""
    found = find_rewrites(expression, point)[0]
    assert expected == found.expression
    assert "torch then returns an accepted slope (by x: 0" in found.why
    assert not found.gradients


def test_at_a_kink_where_torch_has_a_slope_nothing_is_looked_for() -> None:
    """Its choice is as good as another one."""
    assert not find_rewrites("where(x > 0, x, 0)", {"x": "0"})


def test_the_element_at_a_kink_counts_as_the_others_do() -> None:
    """A vector with one number at the kink, and others beside it."""
    found = find_rewrites("sum(where(x > 0, sqrt(x), 0))", {"x": "[0, 4]"})[0]
    assert "sum(where(x > 0, sqrt(where(x > 0, x, 1)), 0))" == found.expression


def test_a_vertical_tangent_has_an_infinite_slope() -> None:
    """Which torch returns where nothing spoils it."""
    found = find_rewrites("where(x >= 0, sqrt(x), -sqrt(-x))", {"x": "0"})[0]
    assert "where(x >= 0, sqrt(x), -sqrt(where(x >= 0, 1, -x)))" == found.expression
    assert "an accepted slope (by x: inf)" in found.why


def test_a_mask_of_its_own_guards_a_variable() -> None:
    """One that the condition does not speak of."""
    found = find_rewrites("sum(where(m > 0, log(x), 0))", {"x": "[0, 1]", "m": "[0, 1]"}, const=("m",))[0]
    assert "sum(where(m > 0, log(where(m > 0, x, 1)), 0))" == found.expression


def test_fewer_numbers_that_are_none_are_better() -> None:
    """Also beside one whose digits stay lost; what is multiplied by 0 is not shown beside what is not."""
    point = {"x": "[0, 1e-9, 2]"}
    found = find_rewrites("where(abs(x) > 0, sin(x)/x, 1)", point)[0]
    assert "h = where(abs(x) > 0, x, 1); where(abs(x) > 0, sin(h)/h, 1)" == found.expression
    assert found.why.endswith("3 of the numbers that were nan or infinite no longer are")
    assert ["1e-20"] == [one.expression for one in find_rewrites("x + 1e-20 - x", {"x": "1"})]


def test_a_loss_has_the_name_that_torch_gives_it() -> None:
    """The name that tells it from its elements is one of this language's own."""
    found = find_rewrites("binary_cross_entropy(sigmoid(x), y)", {"x": "[50]", "y": "[0]"}, DType.FLOAT32)[0]
    assert "binary_cross_entropy_with_logits(x, y)" == found.expression
