"""Rows of tensors as JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from results import SOFTMAX, VALUES, row, shaped, tensor

import derivcheck
from derivcheck.errors import InputFileError
from derivcheck.model import Coordinate, Result, ShapedValue, Status, What
from derivcheck.reporting.presentation.layout import block
from derivcheck.reporting.presentation.notebook import html
from derivcheck.reporting.presentation.plain_text import report
from derivcheck.reporting.presentation.toned_lines import plain
from derivcheck.reporting.serialization.deserialize import read_result, read_results
from derivcheck.reporting.serialization.serialize import json_schema, line_data, result_data
from derivcheck.reporting.serialization.shaped_data import MOST_NUMBERS

MATCH, KINK, WRONG = Status.MATCH, Status.CONVENTION, Status.MISMATCH
VALIDATOR = jsonschema.Draft202012Validator(json.loads(json_schema()))


def copied(data: Any) -> Any:
    """Data as it comes out of a JSON file."""
    return json.loads(json.dumps(data, allow_nan=False))


def test_a_tensor_is_one_row() -> None:
    """With the shape, the elements as lists, the counts, and the worst one, of which the row itself tells."""
    data = result_data(tensor([KINK, MATCH, WRONG], (3,), ("x",)))
    new = ("seed", "shape", "output_dimensions", "upstream", "direction", "counts", "worst", "elements")
    assert {
        "seed": 0,
        "shape": [3],
        "output_dimensions": 0,
        "upstream": None,
        "direction": None,
        "counts": {"match": 1, "convention": 1, "mismatch": 1},
        "worst": {"index": [2], "address": "x[2]"},
        "elements": {
            "truth": ["one-sided", "0.6666666666666666666666667", "1"],
            "symbolic": ["0.3333333333333333333333333", "0.6666666666666666666666667", "1"],
            "autograd": [0.0, 0.6666666666666666, 2.0],
            "ulps": [None, 0.2, 4.5e15],
            "status": ["convention", "match", "mismatch"],
        },
    } == {key: data[key] for key in new}
    assert (2.0, 4.5e15, "mismatch", "1") == (
        data["autograd"],
        data["error"]["ulps"],
        data["status"],
        data["truth"]["value"],
    )
    assert list(result_data(row())) == [key for key in data if key not in new]


def test_points_hold_shapes_and_exact_numbers() -> None:
    """What was typed beside a number that was rounded; integers as such, and a number as ever."""
    tenth = Coordinate("0.1", Fraction(1, 10), Fraction(0.1))
    values = {
        "x": ShapedValue("[0.1, 1]", (2,), (tenth, Coordinate("1", Fraction(1), Fraction(1)))),
        "t": shaped("[3, -1]", (2,), [3, -1], is_integer=True),
        "s": ShapedValue("0.1", (), (tenth,)),
        "e": shaped("zeros(0, 2)", (0, 2), []),
    }
    data = result_data(replace(tensor(), values=values))
    assert {"x": "[0.1, 1]", "t": "[3, -1]", "s": "0.1", "e": "zeros(0, 2)"} == data["point"]
    assert {
        "x": {
            "shape": [2],
            "integers": False,
            "numbers": ["0x1.999999999999ap-4", "0x1.0p+0"],
            "typed": ["0.1", None],
        },
        "t": {"shape": [2], "integers": True, "numbers": [3, -1]},
        "s": "0x1.999999999999ap-4",
        "e": {"shape": [0, 2], "integers": False, "numbers": []},
    } == data["point_exact"]
    back = read_result(copied(data)).values
    assert back is not None
    assert [(each.shape, each.is_integer) for each in values.values()] == [
        (each.shape, each.is_integer) for each in back.values()
    ]
    for name, value in values.items():
        assert [(each.exact, each.is_rounded) for each in value.elements] == [
            (each.exact, each.is_rounded) for each in back[name].elements
        ]


def test_a_large_value_leaves_out_its_numbers() -> None:
    """The text and the seed make them again; a row of ten thousand elements stays below two megabytes."""
    count = MOST_NUMBERS + 1
    values = {"x": shaped(f"randn({count})", (count,), [1 / 3] * count)}
    seeded = replace(SOFTMAX, at=({"x": f"randn({count})"},), seed=7)
    result = replace(tensor([MATCH] * count, (count,), ("x",), values=values), case=seeded)
    text = json.dumps(line_data(result))
    assert len(text) < 2_000_000
    data = json.loads(text)
    assert {"shape": [count], "integers": False, "numbers": None} == data["point_exact"]["x"]
    back = read_result(data)
    assert (7, (), data) == (back.case.seed, (back.values or {})["x"].elements, copied(line_data(back)))


STATUSES = st.sampled_from([MATCH, KINK, WRONG, Status.UNSTABLE, Status.NONFINITE])


@st.composite
def _rows(draw: st.DrawFn) -> Result:
    """Return a row of a tensor with whatever statuses."""
    shape, output, wrt = draw(
        st.sampled_from(
            [((0,), 0, ("W",)), ((3,), 0, ("x",)), ((4, 3), 0, ("W",)), ((2, 3), 1, ("x",)), ((), 0, ()), ((3,), 1, ())]
        )
    )
    statuses = draw(st.lists(STATUSES, min_size=prod(shape), max_size=prod(shape)))
    upstream, direction = draw(st.none() | st.integers(1, 3)), draw(st.none() | st.integers(1, 3))
    what = draw(st.sampled_from([What.CLAIM, What.DERIVATIVE])) if wrt else What.VALUE
    return tensor(statuses, shape, wrt, output=output, upstream=upstream, direction=direction, what=what)


@given(st.lists(_rows(), min_size=1, max_size=4))
def test_any_row_comes_back_byte_for_byte(results: list[Result]) -> None:
    """It is valid, the bytes made of what was read are the same, and so is the text."""
    lines = [json.dumps(line_data(result)) for result in results]
    for line in lines:
        VALIDATOR.validate(json.loads(line))
    back = list(read_results(map(json.loads, lines)))
    assert lines == [json.dumps(line_data(result)) for result in back]
    for before, after in zip(results, back, strict=True):
        assert report([before]) == report([after])


@pytest.mark.parametrize(
    "arguments",
    [
        {"expr": "relu(x)", "at": {"x": [-1, 0, 2]}},
        {"expr": "x @ A @ x", "at": {"x": [0.1, 2], "A": [[2, 1], [0, 3]]}, "derivative": {"x": "A @ x"}},
        {"expr": "tanh(x)", "at": {"x": "randn(70)"}, "seed": 3},
        {"expr": "sum(tanh(x))", "at": {"x": "randn(70)"}, "wrt": "x,x"},
        {"expr": "h = tanh(W @ x); -log_softmax(h, dim=0)[t]", "at": {"W": "randn(2, 3)", "x": "ones(3)", "t": "1"}},
    ],
    ids=lambda arguments: arguments["expr"],
)
def test_what_was_checked_comes_back(arguments: dict[str, Any]) -> None:
    """Byte for byte, and what is printed of it, with all details, is the same."""
    results = derivcheck.check(**arguments)
    lines = [json.dumps(line_data(result)) for result in results]
    for line in lines:
        VALIDATOR.validate(json.loads(line))
    back = list(read_results(map(json.loads, lines)))
    assert lines == [json.dumps(line_data(result)) for result in back]
    assert repr(results) == report(back)
    assert results._repr_html_() == html(back)
    blocks = [[plain(line) for line in block(rows, width=100, verbose=True)] for rows in (results, back)]
    assert blocks[0] == blocks[1]


def test_rows_of_a_point_share_it() -> None:
    """As in a run: renderers tell points apart by that."""
    rows = [tensor([MATCH] * 3, (3,), (), what=What.VALUE), tensor(), tensor()]
    first, *others = list(read_results([*map(result_data, rows), *map(result_data, rows)]))
    assert 2 == sum(other.place is first.place for other in others)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": [4]}, "not every list of `elements` has the 4 elements of the shape (4,)"),
        ({"shape": [-1, -3]}, "[-1, -3] is no shape"),
        ({"shape": ["a"]}, "['a'] is no shape"),
        ({"shape": [1] * 1000}, "is no shape"),
        ({"shape": [10**12, 0]}, "has the 0 elements of the shape"),
        ({"shape": [10**9, 10**9]}, "not every list"),
        ({"worst": {"index": [9], "address": "x[9]"}}, "(9,) is not in list"),
        ({"worst": {"index": "x", "address": "x"}}, "('x',) is not in list"),
        ({"upstream": "two"}, "`upstream` should be a whole number or null"),
        ({"counts": {"match": "x"}}, "`counts` should be a table of whole numbers"),
        ({"elements": {"truth": ["1", "2", "3"]}}, "the key 'symbolic' is missing"),
        (
            {"point_exact": {"W": "0x1.0p+0", "x": {"shape": [3], "integers": False, "numbers": ["0x1.0p+0"]}}},
            "1 elements",
        ),
        ({"seed": "x"}, "`seed` should be an integer"),
    ],
    ids=str,
)
def test_what_somebody_forged_is_refused(change: dict[str, Any], message: str) -> None:
    """With what is wrong about it, before anything is made of it."""
    with pytest.raises(InputFileError) as caught:
        read_result({**result_data(tensor([MATCH] * 3, (3,), ("x",), values=VALUES)), **change})
    assert message in caught.value.message
