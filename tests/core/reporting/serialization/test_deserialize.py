"""Results as JSON and back: nothing is lost that anybody can see, and the schema says what there is."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import made_hunts
import pytest
from explanations import branch
from hypothesis import given
from hypothesis import strategies as st
from results import SQUARE, kink, row, stopped, tensor

from derivcheck.case_files import read_cases
from derivcheck.checking.late_formulas import recall
from derivcheck.checking.tensors.late_shaped_formulas import recall_of_tensor
from derivcheck.errors import InputFileError, Location, ParseError, WorkerError
from derivcheck.language.parse import parse
from derivcheck.model import (
    Coordinate,
    Gradient,
    Kind,
    Mode,
    OwnFunction,
    Refusal,
    RefusalKind,
    Result,
    Status,
    Truth,
    Verdict,
    What,
)
from derivcheck.model.constants import NamedType
from derivcheck.numbers import DType
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.presentation.layout import block
from derivcheck.reporting.presentation.notebook import html
from derivcheck.reporting.presentation.plain_text import by_point, report
from derivcheck.reporting.presentation.toned_lines import plain
from derivcheck.reporting.serialization.deserialize import read_result, read_results
from derivcheck.reporting.serialization.serialize import json_schema, line_data, result_data, summary_data
from derivcheck.running.in_process import InProcess

EXPRESSIONS = sorted((Path(__file__).resolve().parents[4] / "expressions").glob("*.toml"))
SCHEMA = json.loads(json_schema())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def copied(data: Any) -> Any:
    """Data as it comes out of a JSON file."""
    return json.loads(json.dumps(data, allow_nan=False))


def assert_valid(data: Any) -> None:
    """Fail with the first thing that the schema does not allow."""
    error = jsonschema.exceptions.best_match(VALIDATOR.iter_errors(data))
    assert error is None, f"{error.json_path}: {error.message}"


def shown(results: list[Result], *, verbose: bool) -> list[str]:
    """The text blocks of all points."""
    return [plain(line) for rows in by_point(results) for line in block(rows, width=100, verbose=verbose)]


@pytest.fixture(scope="module")
def results() -> list[Result]:
    """The Results of all shipped case files."""
    cases = (item for file in EXPRESSIONS for item in read_cases(str(file)))
    return [result for piece in InProcess().run(cases) for result in piece.results]


def test_every_row_of_the_shipped_cases_comes_back(results: list[Result]) -> None:
    """The data made of what was read back is the same; so are the text, all of its details, and the notebook's."""
    data = copied([result_data(result) for result in results])
    back = list(read_results(data, recall, recall_of_tensor))
    assert data == [result_data(result) for result in back]
    assert report(results) == report(back)
    assert shown(results, verbose=True) == shown(back, verbose=True)
    assert html(results) == html(back)


def test_what_the_shipped_cases_write_is_valid(results: list[Result]) -> None:
    """The document as a whole, and lines by themselves: the first of each status, and a few more."""
    summary = Summary()
    for result in results:
        summary.add_result(result)
    rows = [result_data(result) for result in results]
    assert_valid(copied({"schema": 2, "results": rows, "summary": summary_data(summary, ExitCode.FAIL)}))
    for result in [*{result.status: result for result in results}.values(), *results[::50]]:
        assert_valid(copied(line_data(result)))


def test_a_row_of_a_check_list_gets_no_formula_that_it_did_not_have() -> None:
    """One of all outputs would not be its own: `x @ weight.T + bias` has six, and a row of the list is about fewer."""
    sent = replace(tensor(), formula=None)
    listed = replace(sent, item="backward")
    plain, back = read_results([copied(result_data(each)) for each in (sent, listed)], recall, recall_of_tensor)
    assert (True, None) == (plain.formula is not None, back.formula)


CHOSEN = frozenset({"point", "point_exact", "expect", "counts", "const", "gradient"})


def posed() -> Result:
    """A row of a check list, of a function that was posed with all that it can be posed with."""
    constants = (("n", 3), ("reduction", "mean"), ("dims", (0, -1)), ("bias", None), ("dtype", NamedType("float32")))
    gradients = (("x", "g*(abs(x) <= 1)"),)
    own = OwnFunction("f.py:f", (), "x**2", "f.py:f", "x", (*constants, ("p", float("inf"))), gradients, False, "x > 0")
    made = row()
    return replace(made, item="forward", case=replace(made.case, functions=(own,), const=("mask",)))


def as_written() -> Result:
    """A row of an expression that is not plain."""
    made = row()
    return replace(made, case=replace(made.case, expr="x²"), expression=parse("x²", ["x"]))


def test_how_a_text_was_read_comes_back() -> None:
    """With the very tree, from the plain text in the record: a text is never read anew in another way."""
    sent = as_written()
    back = read_result(json.loads(json.dumps(result_data(sent))))
    assert result_data(sent) == result_data(back)
    assert sent.expression == back.expression
    assert back.expression is not None
    assert "x²" == back.expression.source


def test_how_a_function_was_posed_comes_back() -> None:
    """Its constants with their types, what is held, the gradients declared, the domain."""
    sent = posed()
    (own,), (back,) = sent.case.functions, read_result(json.loads(json.dumps(result_data(sent)))).case.functions
    assert own.constants == back.constants
    assert [type(value) for _, value in own.constants] == [type(value) for _, value in back.constants]
    assert (own.surrogate, own.gradients, own.is_linear, own.domain) == (
        back.surrogate,
        back.gradients,
        back.is_linear,
        back.domain,
    )
    assert ("mask",) == read_result(result_data(sent)).case.const
    assert result_data(sent) == result_data(read_result(result_data(sent)))
    jsonschema.validate(line_data(sent), SCHEMA)


def keys(data: Any, where: str = "") -> Iterator[str]:
    """The keys of nested objects, with the way to them; those that a user chose are left out."""
    for key, value in data.items() if isinstance(data, dict) and where not in CHOSEN else ():
        yield f"{where}.{key}".lstrip(".")
        yield from keys(value, key)


def test_every_key_stands_in_the_schema(results: list[Result]) -> None:
    """No key is written that it does not describe, and none is described that is never written."""
    error = caught("1/2x").at(Location("a.toml", 3, "expr"))
    limited = WorkerError("it takes too long", limit=("case-timeout", 60.0))
    errors = [replace(stopped(), error=met) for met in (error, limited)]
    samples = [*results, *errors, posed(), tensor(), replace(results[0], explanation=branch())]
    samples.append(made_hunts.softplus_rows()[0])
    samples.append(as_written())
    written = {key for result in samples for key in keys(result_data(result))}
    described = set()
    for name, value in SCHEMA["$defs"]["result"]["properties"].items():
        described.add(name)
        nested = [value, *value.get("anyOf", ())]
        for part in [*nested, *(SCHEMA["$defs"][part["$ref"].split("/")[-1]] for part in nested if "$ref" in part)]:
            described |= {f"{name}.{key}" for key in part.get("properties", ())}
    described |= {f"location.{key}" for key in ("file", "line", "key")} | {"limit.name", "limit.value"}
    described |= {f"blame.{key}" for key in SCHEMA["$defs"]["blame"]["properties"]}
    described |= {f"coverage.{key}" for key in SCHEMA["$defs"]["hunt_coverage"]["properties"]}
    described |= {f"place.{key}" for key in SCHEMA["$defs"]["place"]["anyOf"][1]["properties"]}
    assert written == described


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"schema": 3}, "$.schema"),
        ({"status": "fine"}, "$.status"),
        ({"autograd": "six"}, "$.autograd"),
        ({"point_exact": {"x": "2.0"}}, "$.point_exact.x"),
        ({"wrt": "x"}, "$.wrt"),
        ({"expect": {"x": "fine"}}, "$.expect"),
        ({"truth": {**result_data(kink())["truth"], "kind": "value"}}, "$.truth"),
        ({"item": "forward"}, "$"),
        ({"run": {"fingerprint": "abc", "piece": 0, "pieces": 1, "row": 0, "rows": 1}}, "$.run.fingerprint"),
    ],
)
def test_a_wrong_line_is_refused(change: dict[str, Any], where: str) -> None:
    """By the schema, which points at what is wrong."""
    wrong = {**line_data(row()), **change}
    assert any(error.json_path.startswith(where) for error in VALIDATOR.iter_errors(wrong))


@pytest.mark.parametrize("key", sorted(SCHEMA["$defs"]["result"]["required"]))
def test_a_line_without_a_key_is_refused(key: str) -> None:
    """Every key is there, always."""
    data = line_data(row())
    del data[key]
    assert not VALIDATOR.is_valid(data)


@pytest.mark.parametrize("document", [{}, {"schema": 2}, {"schema": 2, "results": []}, [], None])
def test_what_is_no_document_is_refused(document: Any) -> None:
    """Neither a line nor a document."""
    assert not VALIDATOR.is_valid(document)


# --- by hand ----------------------------------------------------------------------------------------------------------


def caught(text: str) -> ParseError:
    """The error of a text that cannot be read."""
    with pytest.raises(ParseError) as error:
        parse(text)
    return error.value


@pytest.mark.parametrize("text", ["1/2x", "a + " * 100 + "1/2x" + " + b" * 100, "é + \x07 + 2x", "x +\n  foo(x)", "x["])
def test_an_error_is_told_as_it_was(text: str) -> None:
    """With its place, its hint, and the carets under a window of a long line."""
    error = caught(text)
    error.at(Location("a.toml", 3, "expr"))
    data = copied(result_data(replace(stopped(), error=error, verdict=Verdict(Status.ERROR, error.message))))
    back = read_result(data)
    assert back.error is not None
    assert error.render() == back.error.render()
    assert data == result_data(back)


def test_what_was_stopped_stays_stopped() -> None:
    """By an error without a text, or by a bug, which keeps its traceback."""
    for result in (stopped(), stopped(trace="Traceback …\n")):
        back = read_result(copied(result_data(result)))
        assert (result.trace, result.status, result.case.location) == (back.trace, back.status, back.case.location)
        assert (result.error is None) == (back.error is None)


def test_the_case_is_judged_as_it_was() -> None:
    """Its expectation comes back, for the whole case or by derivative, and so do its name and place."""
    for expect in (None, Status.MISMATCH, {("x",): Status.MATCH, ("x", "y"): Status.NONFINITE}):
        case = replace(SQUARE, expect=expect, why="because")
        back = read_result(copied(result_data(row(case=case)))).case
        wanted = (case.label, case.name, case.location, case.expect, case.why)
        assert wanted == (back.label, back.name, back.location, back.expect, back.why)


def test_the_same_point_twice_is_two() -> None:
    """Rows of one point share it, by which renderers tell points apart."""
    data = [result_data(result) for result in (row(wrt=()), row(), row(wrt=()), row())]
    back = list(read_results(data))
    assert [2, 2] == [len(rows) for rows in by_point(back)]
    assert all(result.case is back[0].case for result in back)


def test_a_row_of_before_has_what_it_has() -> None:
    """The keys that schema 1 has had from the beginning are enough."""
    old = {
        key: value
        for key, value in result_data(row()).items()
        if key not in {"name", "location", "symbolic", "autograd_error", "sigma", "expect", "why", "notes", "stopped"}
    }
    old["truth"] = {key: old["truth"][key] for key in ("kind", "value", "radius", "left", "right")}
    del old["trace"]
    back = read_result(old)
    assert ("notebook/quadratic", 6.0, Status.MATCH) == (
        back.case.label,
        back.gradient and back.gradient.value,
        back.status,
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"status": "fine"}, "no status is called 'fine'"),
        ({"dtype": "float8"}, "no dtype is called 'float8'"),
        ({"truth": {"kind": "value"}}, "the key 'value' is missing"),
        ({"point_exact": {"x": "two"}}, "invalid hexadecimal"),
        ({"expr": 1}, "texts"),
        ({"wrt": None}, "not iterable"),
        ({"truth": {**result_data(row())["truth"], "value": "six"}}, "'six' is no decimal number"),
    ],
)
def test_what_is_no_row_is_refused(change: dict[str, Any], message: str) -> None:
    """With what is wrong about it."""
    with pytest.raises(InputFileError, match=message):
        read_result({**result_data(row()), **change})


# --- by law -----------------------------------------------------------------------------------------------------------

TEXTS = st.text(max_size=8)
NUMBERS = st.none() | st.floats()
CASES = st.builds(
    replace,
    st.just(SQUARE),
    name=st.none() | st.text(min_size=1, max_size=8),
    expr=st.sampled_from(["x**2", "x**2 + y", "2x", "1/2x", ""]) | TEXTS,
    location=st.builds(Location, st.none() | st.text(min_size=1), st.none() | st.integers(1, 10**9)),
    expect=st.none()
    | st.sampled_from(Status)
    | st.dictionaries(st.sampled_from([("x",), ("x", "y")]), st.sampled_from(Status)),
    why=st.none() | TEXTS,
    dtype=st.none() | st.sampled_from(DType),
)
COORDINATES = st.builds(
    lambda text, exact: Coordinate(text, None, Fraction(exact)),
    st.sampled_from(["0.1", "pi/4", "1/3", "2"]) | TEXTS,
    st.floats(allow_nan=False, allow_infinity=False),
)
GRADIENTS = st.builds(
    Gradient,
    st.sampled_from(Mode),
    st.sampled_from(["cpu", "cuda:1"]),
    st.sampled_from(DType),
    NUMBERS,
    st.none() | st.builds(Refusal, st.just(RefusalKind.RECORDED), TEXTS),
)
TRUTHS = st.sampled_from([row().truth, kink().truth, Truth(Kind.UNDECIDED, reason="too wide"), None])
VERDICTS = st.builds(
    Verdict,
    st.sampled_from(Status),
    st.none() | TEXTS,
    absolute=NUMBERS,
    relative=NUMBERS,
    ulps=NUMBERS,
    digits=st.none() | st.floats(0, 16),
    sigma=NUMBERS,
)
RESULTS = st.builds(
    Result,
    CASES,
    st.sampled_from(What),
    st.sampled_from([(), ("x",), ("x", "y")]),
    VERDICTS,
    point=st.none() | st.dictionaries(st.sampled_from("xyz"), COORDINATES),
    formula=st.none() | TEXTS,
    symbolic=st.sampled_from([None, row().symbolic]),
    truth=TRUTHS,
    gradient=st.none() | GRADIENTS,
    trace=st.none() | TEXTS,
    notes=st.lists(TEXTS, max_size=2).map(tuple),
    item=st.none() | TEXTS,
)


@given(RESULTS)
def test_any_row_comes_back(result: Result) -> None:
    """Whatever stands in it, it is valid, and the data made of what was read back is the same."""
    data = copied(line_data(result))
    assert_valid(data)
    assert data == line_data(read_result(data))


def test_numbers_that_are_not_finite_come_back() -> None:
    """By their names."""
    for number in (math.inf, -math.inf, math.nan):
        result = replace(row(), gradient=Gradient(Mode.FUNC, "cpu", DType.FLOAT32, number))
        back = read_result(copied(result_data(result)))
        assert back.gradient is not None
        assert str(number) == str(back.gradient.value)
