"""The check from a Case to its Results.

Covers also: claim_rows, point_check, readings.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from checked import run, statuses

from derivcheck.case_files import read_cases
from derivcheck.checking import prepare
from derivcheck.checking.many_points.rows import check_points
from derivcheck.checking.one_point import check_case
from derivcheck.errors import Location
from derivcheck.model import Case, Mode, OwnFunction, Status, Tolerance, What
from derivcheck.numbers import DType
from derivcheck.readings import readings


@pytest.mark.parametrize(
    ("expr", "at", "value", "derivatives"),
    [
        ("x**2", {"x": "2"}, "4", {"x": ("2*x", "4")}),
        ("x**2 + 2*x + 1", {"x": "2"}, "9", {"x": ("2*x + 2", "6")}),
        ("2*x**3 + x", {"x": "1"}, "3", {"x": ("6*x**2 + 1", "7")}),
        ("u*v + u**2", {"u": "1", "v": "2"}, "3", {"u": ("2*u + v", "4"), "v": ("u", "1")}),
        ("u*v + (u*v)**2", {"u": "2", "v": "1"}, "6", {"u": ("2*u*v**2 + v", "5"), "v": ("2*u**2*v + u", "10")}),
    ],
)
def test_the_notebook(expr: str, at: dict[str, str], value: str, derivatives: dict[str, tuple[str, str]]) -> None:
    """The five lines of the notebook that the project started from come out exactly so."""
    first, *others = run(expr, at)
    assert first.truth is not None
    assert first.truth.value is not None
    assert first.gradient is not None
    assert (value, float(value), Status.MATCH) == (first.truth.value.decimal(), first.gradient.value, first.status)
    assert list(derivatives) == [result.wrt[0] for result in others]
    for result in others:
        formula, number = derivatives[result.wrt[0]]
        assert result.symbolic is not None
        assert result.gradient is not None
        assert (formula, number) == (result.formula_text, result.symbolic.decimal())
        assert (float(number), Status.MATCH) == (result.gradient.value, result.status)


def test_rows_for_modes_and_claims() -> None:
    """The value comes once with the claim about it, each derivative once a mode, then the claims."""
    results = run(
        "x**2", {"x": "3"}, modes=(Mode.REVERSE, Mode.FORWARD), value="9", derivative={("x",): "2*x", ("x", "x"): "3"}
    )
    assert [
        "value match",
        "claim match",
        "derivative x match",
        "derivative x,x match",
        "derivative x match",
        "derivative x,x match",
        "claim x match",
        "claim x,x wrong-formula",
    ] == statuses(results)


def test_the_truth_is_at_the_number_that_the_tensor_holds() -> None:
    """In float32 0.1 is 0.100000001490116..., and the value of x is exactly that."""
    value = run("x", {"x": "0.1"}, dtype=DType.FLOAT32)[0]
    assert value.truth is not None
    assert value.truth.value is not None
    assert "0.100000001490116119384765625" == value.truth.value.exact_decimal()
    assert value.point is not None
    assert value.point["x"].is_rounded


def test_a_plain_number_is_claimed_of_the_point_as_typed() -> None:
    """The derivative of x**2 at 0.1 is 0.2, although float32 holds another number."""
    results = run("x**2", {"x": "0.1"}, dtype=DType.FLOAT32, derivative={("x",): "0.2"})
    assert Status.MATCH is results[-1].status


def test_the_point_as_typed_is_exact() -> None:
    """The derivative of x**2 at 0.1 is 0.2 or that of the nearest float64, and nothing in between."""
    results = run("x**2", {"x": "0.1"}, derivative={("x",): "0.2 + 1e-17"})
    assert Status.WRONG_FORMULA is results[-1].status


@pytest.mark.parametrize(
    ("expr", "at", "fields", "message"),
    [
        ("x*y", {"x": "1"}, {}, "no value for `y`"),
        ("x", {"x": "1"}, {"wrt": (("z",),)}, "no variable `z`"),
        ("x", {"x": "1", "y": "2"}, {"allow_unused": False}, "no variable `y`"),
        ("x", {"x": "one"}, {}, "`x`"),
        ("x", {"x": "1"}, {"device": "tpu"}, "no device `tpu`"),
        ("x", {"x": "1"}, {"order": 0}, "at least 1"),
        ("1/2x", {"x": "1"}, {}, "can be read in two ways"),
        ("x", {"x": "1"}, {"derivative": {("x",): "2*"}}, "operand"),
        ("9**9**9**9*x", {"x": "1"}, {}, "exponent"),
    ],
)
def test_what_goes_wrong_is_one_error_row(
    expr: str, at: dict[str, str], fields: dict[str, object], message: str
) -> None:
    """A mistake of the user's is one Result that says what and where, never an exception."""
    last = run(expr, at, location=Location("cases.toml", 7), **fields)[-1]
    assert (Status.ERROR, None) == (last.status, last.trace)
    assert last.error is not None
    assert message in last.error.message
    assert "cases.toml:7" in last.error.render()


def test_many_points_meet_the_same_errors() -> None:
    """The fast way for many points knows no names of its own: both errors come, once a point."""
    points = tuple({"x": f"{index}.5", "gamma": "2"} for index in range(20))
    called = list(check_points(Case("exp(-gamma(x))", points)))
    unused = list(check_points(Case("exp(-x)", points, allow_unused=False)))
    assert 20 * ["`gamma` is a variable of the point, and a function"] == [row.verdict.reason for row in called]
    assert 20 * ["the expression has no variable `gamma`"] == [row.verdict.reason for row in unused]
    noted = check_points(Case("exp(-x)", points))
    assert {("the expression does not use `gamma`, which the point gives",)} == {row.notes for row in noted}
    assert {Status.MATCH} == {row.status for row in noted}


def test_a_claim_that_calls_a_variable_is_an_error_with_both_readings() -> None:
    """As in the expression: nobody can tell what is claimed."""
    last = run("gamma*x**2", {"x": "1.5", "gamma": "2"}, derivative={("x",): "2*gamma(x)"})[-1]
    assert last.error is not None
    assert "`gamma` is a variable of the point, and a function" in last.error.message
    assert "for the product write `2*gamma*(x)`; for the function leave `gamma` out of the point" == last.error.hint


def test_an_infinite_point_is_undefined() -> None:
    """At infinity there is no derivative to compare with; that is no error of the file's."""
    for text in ("inf", "-Infinity", "nan"):
        assert ["value undefined"] == statuses(run("exp(x)", {"x": text}))
    assert ["value undefined"] == statuses(run("x", {"x": "1e300"}, dtype=DType.FLOAT32))


def test_one_bad_point_leaves_the_others_alone() -> None:
    """Each point is checked on its own."""
    results = list(check_case(Case("log(x)", ({"x": "1"}, {"y": "1"}, {"x": "2"}))))
    assert ["match", "match", "error", "match", "match"] == [str(result.status) for result in results]


def test_a_bug_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch goes on after a crash, and the Result holds the traceback."""

    def crash(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(prepare, "readings", crash)
    result = run("x", {"x": "1"})[0]
    assert Status.ERROR is result.status
    assert result.trace is not None
    assert "ZeroDivisionError: a bug" in result.trace


def test_torch_less_functions_are_skipped_and_their_claims_checked() -> None:
    """The sine integral has no torch kernel; a wrong claim about it is found all the same."""
    results = run("Si(x)", {"x": "1.5"}, derivative={("x",): "-sin(x)/x"})
    assert ["value skipped", "derivative x skipped", "claim x wrong-formula"] == statuses(results)


def test_a_tolerance_of_the_users_is_used() -> None:
    """With a fixed tolerance hardsigmoid's float32 constant passes."""
    assert Status.INACCURATE is run("hardsigmoid(x)", {"x": "1"})[1].status
    assert Status.MATCH is run("hardsigmoid(x)", {"x": "1"}, tolerance=Tolerance(rtol=1e-6))[1].status


def test_an_overflow_in_a_branch_not_taken_is_the_where_trap() -> None:
    """The formula keeps the range; the nan comes from 0*inf in torch's backward pass."""
    assert Status.NONFINITE is run("where(x < 1000, x, exp(x))", {"x": "900"})[1].status


def test_an_overflow_on_the_way_is_unstable() -> None:
    """The logarithm of 1 + exp(800) overflows in the middle: no operation is wrong."""
    assert Status.UNSTABLE is run("log(1 + exp(x))", {"x": "800"})[1].status


def test_long_sums_and_polynomials_are_checked_like_anything_else() -> None:
    """Two thousand terms, and a polynomial of degree 500, written out."""
    terms = "+".join(f"{k}*x" for k in range(1, 2001))
    assert ["match", "match"] == [str(r.status) for r in run(terms, {"x": "0.5"})]
    degree = "+".join(f"x**{k}" for k in range(501))
    assert ["match", "match"] == [str(r.status) for r in run(degree, {"x": "0.5"})]


def test_roundings_that_all_go_in_one_direction_are_roundings() -> None:
    """In a sum of 1,200 equal terms the errors add up, in torch as in every summation from left to right."""
    found = run("+".join(["0.1*x"] * 1200), {"x": "0.7"})
    assert [Status.MATCH, Status.MATCH] == [result.status for result in found]
    assert min(result.verdict.ulps or 0 for result in found) > 50


def test_results_know_their_case(tmp_path: Path) -> None:
    """A case from a file keeps its name, file and line in each of its Results."""
    file = tmp_path / "cases.jsonl"
    file.write_text('{"name": "a", "expr": "x", "at": [{"x": 1}, {"x": 2}]}\n')
    (case,) = read_cases(str(file))
    assert isinstance(case, Case)
    results = list(check_case(case))
    assert ["a"] * 4 == [result.case.name for result in results]
    assert {What.VALUE, What.DERIVATIVE} == {result.what for result in results}


@pytest.mark.parametrize(
    ("expr", "x", "dtype"),
    [
        ("remainder(pi, logsigmoid(x))", "1e300", DType.FLOAT64),  # the divisor is 0 to torch
        ("gamma(logsigmoid(x))", "709", DType.FLOAT32),
        ("remainder(prelu(x, x), x - 1)", "-1e-300", DType.FLOAT64),  # x*x is
        ("hardsigmoid(x) + relu6(float_power(2, x))", "1e5", DType.FLOAT32),  # 2**x is infinite in float64 as well
        ("digamma(elu(x))", "-745", DType.BFLOAT16),  # elu is -1 to torch
        ("tan(x - 1)", "1e300", DType.FLOAT64),
    ],
)
def test_a_range_that_is_left_inside_of_a_kernel_is_no_defect(expr: str, x: str, dtype: DType) -> None:
    """Random compositions that once looked like defects of torch's, and of SymPy's, at the ends of the formats."""
    assert {result.verdict.status for result in run(expr, {"x": x}, dtype=dtype)} <= {
        Status.MATCH,
        Status.UNSTABLE,
        Status.UNDECIDED,
    }


@pytest.mark.parametrize("shape", ["10000000000", "200001/2"])
def test_incomplete_gammas_of_a_large_shape_end_at_once(shape: str) -> None:
    """SymPy makes a sum of as many terms as the shape says; the derivative by x is x**(a - 1)*exp(-x) all the same."""
    _, slope = run(f"uppergamma({shape}, x)", {"x": "2"})
    assert slope.formula is not None
    assert str(slope.formula).endswith("*exp(-x)")


@pytest.mark.parametrize("mode", [Mode.REVERSE, Mode.FORWARD])
def test_no_digit_of_a_huge_angle_is_left_in_a_wider_format_either(mode: Mode) -> None:
    """float_power computes in float64, and so does csc after it: neighbours of 6e22 are 8e6 apart, a million turns."""
    results = run("csc(float_power(x, 10))", {"x": "-189.54377085774087"}, dtype=DType.FLOAT32, modes=(mode,))
    assert ["unstable", "unstable"] == [str(result.status) for result in results]


def test_a_tie_that_rounding_decides_is_a_convention() -> None:
    """At 1 clamp(x/10, 1/10, 3/10) has the slopes 0 and 1/10; torch's 0.1 is the latter, rounded up."""
    results = run("clamp(x*0.1, 0.1, 0.3)", {"x": "1"})
    assert ["match", "convention"] == [str(result.status) for result in results]


def test_a_tie_of_thirds_has_a_value_and_a_jump() -> None:
    """x/3 >= 1/3 holds at 1, to torch and in truth, and where(x/3 >= 1/3, x, 2*x) jumps there."""
    results = run("where(x/3 >= 1/3, x, 2*x)", {"x": "1"})
    assert ["match", "undefined"] == [str(result.status) for result in results]


def test_a_rounded_remainder_is_explained() -> None:
    """3.5 is 35 tenths, to the truth; torch's 0.1 is a little more than a tenth, and its remainder nearly one."""
    results = run("fmod(x, 0.1)", {"x": "3.5"})
    assert ["unstable", "undefined"] == [str(result.status) for result in results]


def test_a_special_function_that_underflows_is_no_defect() -> None:
    """polygamma(4, u) is -6/u**4 = -5e-61 at u = csch(x)/(3*x) = 3e15, and the slope of u is 7e23 (DLMF 5.15.8)."""
    results = run("polygamma(3, csch(x)/(3*x))", {"x": "1e-8"}, dtype=DType.FLOAT32)
    assert ["match", "unstable"] == [str(result.status) for result in results]


@pytest.mark.parametrize("claim", ["2*x, 3", "2*x[0]", "sum([x, x])"])
def test_a_claim_about_numbers_does_not_speak_of_shapes(claim: str) -> None:
    """The point is of numbers, so that there is nothing to reduce or to index."""
    last = run("x**2", {"x": "2"}, derivative={("x",): claim})[-1]

    assert last.error is not None
    assert "speaks of shapes" in last.error.message


def test_an_expression_speaks_of_shapes_where_its_own_functions_do() -> None:
    """A formula that reduces is lowered, whatever the expression that calls it looks like."""
    total = OwnFunction("total", ("x",), "sum(x)", None)
    made = readings("2*total(x)", frozenset({"x"}), own=(total,))

    assert made.is_shaped
    assert not readings("2*sum", frozenset({"sum"})).is_shaped
