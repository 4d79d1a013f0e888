"""Every partial derivative of many roots by many addresses: proven on the box, or found alone.

Covers also: alone, symbolic_rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from scalar_graphs import elements_of
from truths import number

from derivcheck.balls.ball import precision, to_ball
from derivcheck.balls.compiling import compile_balls
from derivcheck.case_files import Unreadable, read_cases
from derivcheck.elements.elements import Elements
from derivcheck.errors import DerivcheckError
from derivcheck.inputs.coordinates import read_point
from derivcheck.language.parse import parse
from derivcheck.model import Evidence, Kind, Truth
from derivcheck.model.expression import Expression, Node
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.truth import alone
from derivcheck.truth.finder import Found, TruthFinder
from derivcheck.truth.partials_of_elements import ElementTruths
from derivcheck.truth.symbolic_rules import SymbolicRules, sympys_rules

X = [f"x{at}" for at in range(6)]
POINT = {name: Fraction(2 * at - 5, 4) for at, name in enumerate(X)}
EXPS = " + ".join(f"exp({name})" for name in X)


def truths_of(*texts: str, **moved: float | Fraction) -> ElementTruths:
    """The truths about some functions of six variables."""
    return ElementTruths(elements_of(X, *texts), {**POINT, **{name: Fraction(x) for name, x in moved.items()}})


def values(found: Sequence[Found]) -> list[arb]:
    """The proven values."""
    assert [Evidence.PROVEN] * len(found) == [of.truth.evidence for of in found]
    return [to_ball(of.truth.value) for of in found if of.truth.value is not None]


def same(found: Sequence[Found], expected: Sequence[arb]) -> bool:
    """Whether all are proven, and these numbers."""
    proven = values(found)
    return len(proven) == len(expected) and all(x.overlaps(y) for x, y in zip(proven, expected, strict=True))


def softmax() -> list[arb]:
    """The softmax of the point, from its definition."""
    exps = [(arb(x.numerator) / x.denominator).exp() for x in POINT.values()]
    return [x / sum(exps, arb(0)) for x in exps]


def test_the_jacobian_of_softmax() -> None:
    """It is diag(s) - s*s.T (C. M. Bishop, "Pattern Recognition and Machine Learning", 2006, equation 4.106)."""
    truths = truths_of(*[f"exp({name})/({EXPS})" for name in X])
    with precision(128):
        s = softmax()
        for root, row in enumerate(truths.jacobian(range(6), X)):
            assert same(row, [s[root] * ((root == at) - s[at]) for at in range(6)])
            assert Kind.VALUE is truths.value(root).kind


def test_the_jacobian_of_log_softmax_and_the_gradient_of_logsumexp() -> None:
    """They are I - 1*s.T, and s."""
    truths = truths_of(*[f"{name} - log({EXPS})" for name in X], f"log({EXPS})")
    with precision(128):
        s = softmax()
        for root, row in enumerate(truths.jacobian(range(6), X)):
            assert same(row, [(root == at) - s[at] for at in range(6)])
        assert same(truths.partial(6, X), s)


def test_the_gradient_of_a_norm() -> None:
    """It is x/norm(x)."""
    truths = truths_of(f"sqrt({' + '.join(f'{name}**2' for name in X)})")
    with precision(128):
        xs = [arb(x.numerator) / x.denominator for x in POINT.values()]
        norm = sum((x * x for x in xs), arb(0)).sqrt()
        assert same(truths.partial(0, X), [x / norm for x in xs])


A = [f"a{row}{column}" for row in range(3) for column in range(3)]
MATRIX = dict(zip(A, map(Fraction, (2, 1, 0, -1, 3, 1, 1, 0, 4)), strict=True))
"""Its determinant is 29, its inverse [[12, -4, 1], [5, 8, -2], [-3, 1, 7]]/29."""

INVERSE = [[Fraction(x, 29) for x in row] for row in ((12, -4, 1), (5, 8, -2), (-3, 1, 7))]
DET = (
    "a00*(a11*a22 - a12*a21) - a01*(a10*a22 - a12*a20) + a02*(a10*a21 - a11*a20)",
    "a00*(a11 - a10/a00*a01)*(a22 - a20/a00*a02 - (a21 - a20/a00*a01)/(a11 - a10/a00*a01)*(a12 - a10/a00*a02))",
)
"""By Laplace's expansion, and by elimination."""


@pytest.mark.parametrize("text", DET)
def test_the_gradient_of_a_determinant(text: str) -> None:
    """It is det(A)*inv(A).T (Jacobi's formula)."""
    found = ElementTruths(elements_of(A, text), MATRIX).partial(0, A)
    assert same(found, [arb(29) * exact(INVERSE[column][row]) for row in range(3) for column in range(3)])


def exact(value: Fraction) -> arb:
    """A number as a ball."""
    return arb(value.numerator) / value.denominator


def test_the_gradient_of_an_entry_of_the_inverse() -> None:
    """It is -inv(A).T[:, 0] * inv(A)[1] in the first row of the second column: d inv(A) = -inv(A) dA inv(A)."""
    found = ElementTruths(elements_of(A, f"-(a01*a22 - a02*a21)/({DET[0]})"), MATRIX).partial(0, A)
    assert same(found, [exact(-INVERSE[0][row] * INVERSE[column][1]) for row in range(3) for column in range(3)])


def test_the_gradients_of_a_quadratic_form() -> None:
    """They are (A + A.T)*x and x*x.T of x.T*A*x; equal elements and 0 are proven too."""
    names = [*X[:3], *A]
    text = " + ".join(f"{X[row]}*a{row}{column}*{X[column]}" for row in range(3) for column in range(3))
    x = [Fraction(1), Fraction(-2), Fraction(0)]
    found = ElementTruths(elements_of(names, text), {**MATRIX, **dict(zip(X, x, strict=False))}).partial(0, names)
    a = [[MATRIX[f"a{row}{column}"] for column in range(3)] for row in range(3)]
    by_x = [sum(((a[i][j] + a[j][i]) * x[j] for j in range(3)), Fraction(0)) for i in range(3)]
    assert same(found, [exact(value) for value in (*by_x, *[x[i] * x[j] for i in range(3) for j in range(3)])])


def test_the_gradient_of_a_layer_norm() -> None:
    """That of sum(g*y) is (g - mean(g) - y*mean(g*y))/s (J. L. Ba, J. R. Kiros, G. E. Hinton, 2016)."""
    mean = f"({' + '.join(X)})/6"
    s = f"sqrt(({' + '.join(f'({name} - {mean})**2' for name in X)})/6 + 1/1000)"
    weights = [Fraction(at - 3, 8) for at in range(6)]
    truths = ElementTruths(elements_of(X, *[f"({name} - {mean})/({s})" for name in X]), POINT, [weights])
    with precision(160):
        xs, g = [exact(x) for x in POINT.values()], [exact(weight) for weight in weights]
        centred = [x - sum(xs, arb(0)) / 6 for x in xs]
        size = (sum((x * x for x in centred), arb(0)) / 6 + arb(1) / 1000).sqrt()
        y = [x / size for x in centred]
        inner = sum((g[at] * y[at] for at in range(6)), arb(0)) / 6
        assert same(truths.weighted(0, X), [(g[at] - sum(g, arb(0)) / 6 - y[at] * inner) / size for at in range(6)])


def test_a_sum_of_softmax_has_the_gradient_0() -> None:
    """What cancels altogether is proven at a higher precision."""
    truths = truths_of(" + ".join(f"exp({name})/({EXPS})" for name in X))
    assert all(abs(value) < arb((1, -1100)) for value in values(truths.partial(0, X)))


# --- what is not smooth goes the scalar way ---------------------------------------------------------------------------


def test_a_kink_in_one_element_keeps_no_other_from_being_proven() -> None:
    """|x0| at 0 has the slopes -1 and 1; those by the others are proven."""
    truths = truths_of(f"abs(x0) + {'*'.join(X[1:])}", x0=0)
    kink, *others = truths.partial(0, X)
    assert (Kind.ONE_SIDED, "-1", "1") == (kink.truth.kind, number(kink.truth.left), number(kink.truth.right))
    assert 5 == len(values(others))


def test_a_kink_beside_weights_of_0_is_none_for_the_inputs() -> None:
    """relu(w[0]*x[0] + w[1]*x[1]) with weights of 0 is 0 for all inputs, and has a kink in each weight."""
    names = ["x[0]", "x[1]", "w[0]", "w[1]"]
    tree = elements_of(["a", "b", "c", "d"], "relu(a*c + b*d)")
    called = dict(zip(tree.addresses, names, strict=True))
    nodes = tuple([Node(node.kind, called.get(node.name, node.name), node.args, node.value) for node in tree.nodes])
    truths = ElementTruths(
        Elements(nodes, tree.roots, tuple(names)), dict(zip(names, map(Fraction, (1, 2, 0, 0)), strict=True))
    )
    found = truths.partial(0, names)
    assert [0, 0] == values(found[:2])
    assert [Kind.ONE_SIDED] * 2 == [of.truth.kind for of in found[2:]]


def test_ties_of_a_maximum() -> None:
    """By each of the three largest the slopes are 0 and 1, by the others 0; thirds tie exactly."""
    truths = truths_of(f"Max({', '.join(f'{name}/3' for name in X)})", **dict.fromkeys(X[:3], 5), x3=1)
    found = truths.partial(0, X)
    third = number_of(Fraction(1, 3))
    assert [(Kind.ONE_SIDED, "0", third)] * 3 == [
        (of.truth.kind, number(of.truth.left), number(of.truth.right)) for of in found[:3]
    ]
    assert [0, 0, 0] == values(found[3:])


def number_of(value: Fraction) -> str:
    """18 digits."""
    return f"{float(value):.16g}".ljust(20, "3")


def test_a_norm_at_0_has_two_slopes_in_each_element() -> None:
    """They are those of |x|."""
    truths = truths_of(f"sqrt({' + '.join(f'{name}**2' for name in X)})", **dict.fromkeys(X, 0))
    assert [(Kind.ONE_SIDED, "-1", "1")] * 6 == [
        (of.truth.kind, number(of.truth.left), number(of.truth.right)) for of in truths.partial(0, X)
    ]


def test_ends_poles_and_places_without_a_value() -> None:
    """sqrt at 0 is infinitely steep to the right of its end; 1/x and log(-1) have no derivative, nor a value."""
    truths = truths_of("sqrt(x0) + x1", "1/x0 + x1", "log(x2) + x1", "x0**(1/3) + x1*x2", x0=0, x2=-1)
    kinds = [[of.truth.kind for of in row] for row in truths.jacobian(range(4), X[:2])]
    assert [Kind.INFINITE, Kind.VALUE] == kinds[0] or [Kind.ENDPOINT, Kind.VALUE] == kinds[0]
    assert [Kind.UNDEFINED] * 2 == kinds[1] == kinds[2]
    assert [Kind.VALUE, Kind.UNDEFINED, Kind.UNDEFINED] == [truths.value(root).kind for root in range(3)]


def test_an_infinity_on_the_way_is_no_value() -> None:
    """1/(1/x) has a limit at 0, and no value, neither by x nor by what is added to it."""
    truths = truths_of("1/(1/x0) + x1", x0=0)
    assert Kind.UNDEFINED is truths.value(0).kind
    assert [Kind.UNDEFINED] * 2 == [of.truth.kind for of in truths.partial(0, X[:2])]


def test_a_product_of_zeros_is_smooth() -> None:
    """A cumulative product with one 0 has the product of the others for its derivative, and 0 with two."""
    truths = truths_of("x0*x1*x2*x3", "x0*x1*x2*x3*x4", x1=0, x4=0)
    by_x1 = POINT["x0"] * POINT["x2"] * POINT["x3"]
    assert same(truths.partial(0, X[:4]), [arb(0), exact(by_x1), arb(0), arb(0)])
    assert same(truths.partial(1, X[:5]), [arb(0)] * 5)


def test_what_a_root_does_not_depend_on_has_the_derivative_0() -> None:
    """Where the root has a value; elsewhere it has none."""
    truths = truths_of("exp(x0)", "log(x0)", x0=-1)
    assert [0] == values(truths.partial(0, ["x1"]))
    assert [0] == values(truths.partial(0, ["nowhere"]))
    assert Kind.UNDEFINED is truths.partial(1, ["x1"])[0].truth.kind


def test_a_derivative_without_a_rule_is_found_in_quotients() -> None:
    """That of the lower incomplete gamma function by its first argument; by x it is x**(a - 1)*exp(-x)."""
    by_a, by_x = truths_of("lowergamma(x0, x1)", x0=2, x1=1).partial(0, X[:2])
    assert (Kind.VALUE, Evidence.SHOWN, None) == (by_a.truth.kind, by_a.truth.evidence, by_a.symbolic)
    with precision(128):
        assert same([by_x], [arb(-1).exp()])


def test_beyond_the_bound_elements_are_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """And say why; the first ones are decided."""
    monkeypatch.setattr(alone, "MOST_ALONE", 70)
    kinks = " + ".join(f"{at}*abs({name})" for at, name in enumerate(X, 2))
    first, second, *_ = truths_of(kinks, **dict.fromkeys(X, 0)).partial(0, X)
    assert (Kind.ONE_SIDED, Kind.UNDECIDED) == (first.truth.kind, second.truth.kind)
    assert "check a smaller shape" in second.truth.reason


# --- the referee ------------------------------------------------------------------------------------------------------


def lying(name: str, text: str) -> SymbolicRules:
    """SymPy's rules, but for one function, whose derivative is said to be something else."""
    rules = sympys_rules()

    def partial(function: str, known: Sequence[Fraction | None], index: int) -> Expression:
        return parse(text, ["u0", "u1"]) if function == name else rules.partial(function, known, index)

    return SymbolicRules(partial, rules.derivatives, rules.second)


@pytest.mark.parametrize("text", ["cos(u0)*1.001", "-cos(u0)", "1", "0", "cos(u0) + 1e-18", "sin(u0)"])
def test_a_rule_that_lies_proves_nothing(text: str) -> None:
    """Wrong by 0.1 %, its sign, a factor left out, 0, by less than a float shows: what remains is found alone."""
    elements = elements_of(X, *[f"sin({name})*x1" for name in X])
    found = ElementTruths(elements, POINT, [[1] * 6], lying("sin", text)).jacobian(range(7), X)
    honest = ElementTruths(elements, POINT, [[1] * 6]).jacobian(range(7), X)
    for row, true in zip(found, honest, strict=True):
        for of, right in zip(row, true, strict=True):
            assert of.truth.value is not None
            assert right.truth.value is not None
            assert to_ball(of.truth.value).overlaps(to_ball(right.truth.value))


# --- beside the scalar truth ------------------------------------------------------------------------------------------


def agrees(found: Truth, expected: Truth) -> bool:
    """Whether two truths are of one kind, with values and slopes that overlap."""
    if found.kind is not expected.kind:
        return False
    if found.value is not None and expected.value is not None:
        with precision(400):
            return bool(to_ball(found.value).overlaps(to_ball(expected.value)))
    return (number(found.left), number(found.right)) == (number(expected.left), number(expected.right))


def has_balls(expression: Expression) -> bool:
    """Whether balls can be computed of it."""
    try:
        compile_balls(expression)
    except DerivcheckError:
        return False
    return True


def check_beside_scalar(expression: Expression, point: Mapping[str, Fraction]) -> tuple[int, int]:
    """Hold every partial against a TruthFinder; how many are proven by either."""
    truths = ElementTruths(Elements.of(expression), point)
    reading = readings(expression.source, frozenset(point))
    finder = TruthFinder(reading.balls, reading.formula_program, point)
    assert agrees(truths.value(0), finder.find(()).truth)
    counts = [0, 0]
    for name, found in zip(expression.variables, truths.partial(0, expression.variables), strict=True):
        expected = finder.find((name,))
        assert agrees(found.truth, expected.truth), (expression.source, name, found.truth, expected.truth)
        counts[0] += found.truth.evidence is Evidence.PROVEN
        counts[1] += expected.truth.evidence is Evidence.PROVEN
    return counts[0], counts[1]


@pytest.mark.parametrize(
    "file", sorted((Path(__file__).parents[3] / "expressions").glob("*.toml")), ids=lambda file: file.stem
)
def test_it_is_the_scalar_truth_at_the_shipped_cases(file: Path) -> None:
    """Kinks, ends of domains and poles included; most of what is proven alone is proven on the box."""
    on_box, by_itself = 0, 0
    for case in read_cases(str(file)):
        if isinstance(case, Unreadable) or case.functions:
            continue
        for texts in case.at[:2]:
            try:
                point = {name: coordinate.exact for name, coordinate in read_point(texts, DType.FLOAT64).items()}
                expression = parse(case.expr, frozenset(point))
            except DerivcheckError:
                continue
            if readings(case.expr, frozenset(point)).is_shaped or not has_balls(expression):
                continue
            counts = check_beside_scalar(expression, point)
            on_box, by_itself = on_box + counts[0], by_itself + counts[1]
    assert 10 * on_box >= 9 * by_itself


LEAVES = st.sampled_from([*X[:3], "1/3", "2", "0"])
NUMBERS = st.sampled_from([Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(3), Fraction(1, 3)])


def calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Calls of functions with kinks, jumps, ends and branches, and of smooth ones."""
    one = st.sampled_from(["relu", "abs", "sqrt", "exp", "tanh", "sin", "sign", "log1p", "softplus", "gelu", "-"])
    two = st.sampled_from(["{} + {}", "{} - {}", "({})*({})", "Max({}, {})", "Min({}, {})", "({})/({})"])
    return st.one_of(
        st.builds(lambda name, x: f"{name}({x})", one, inner),
        st.builds(lambda form, x, y: f"({form.format(x, y)})", two, inner, inner),
        st.builds(lambda x, y, z: f"where({x} > {y}, {z}, {x})", inner, inner, inner),
        st.builds(lambda x, power: f"({x})**{power}", inner, st.sampled_from(["2", "3", "(1/2)", "(-1)"])),
    )


@settings(max_examples=60, deadline=None)
@given(st.recursive(LEAVES, calls, max_leaves=6), NUMBERS, NUMBERS, NUMBERS)
def test_it_is_the_scalar_truth_of_small_graphs(text: str, x: Fraction, y: Fraction, z: Fraction) -> None:
    """Of random functions at points where ties and kinks are common."""
    point = dict(zip(X, (x, y, z), strict=False))
    expression = parse(text, frozenset(point))
    if has_balls(expression):
        check_beside_scalar(expression, {name: point[name] for name in expression.variables})


@settings(max_examples=40, deadline=None)
@given(st.recursive(LEAVES, calls, max_leaves=4), st.recursive(LEAVES, calls, max_leaves=4), NUMBERS, NUMBERS, NUMBERS)
def test_a_weighted_sum_has_the_scalar_truth_of_that_sum(
    one: str, other: str, x: Fraction, y: Fraction, z: Fraction
) -> None:
    """Of two random functions with the weights 3/8 and -5/4; the two alone have their own."""
    point = dict(zip(X, (x, y, z), strict=False))
    whole = parse(f"({one})*(3/8) + ({other})*(-5/4)", frozenset(point))
    if not has_balls(whole):
        return
    truths = ElementTruths(elements_of(X[:3], one, other), point, [[Fraction(3, 8), Fraction(-5, 4)]])
    reading = readings(whole.source, frozenset(point))
    finder = TruthFinder(reading.balls, reading.formula_program, point)
    for name, found in zip(whole.variables, truths.weighted(0, whole.variables), strict=True):
        expected = finder.find((name,)).truth
        assert agrees(found.truth, expected), (whole.source, name, found.truth, expected)
