"""Tests of the types of a row's values: what somebody forged is refused by key, before anything is made of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from results import kink, row, stopped, tensor

from derivcheck.errors import InputFileError
from derivcheck.model import Result
from derivcheck.reporting.serialization.deserialize import read_result
from derivcheck.reporting.serialization.serialize import json_schema, result_data
from derivcheck.reporting.serialization.types import ROW, check_types

JUNK: list[Any] = [None, True, 3, -1, 10**30, 1.5, "text", [], [3], {}, {"file": 3}, {"x": None}]

ROWS = [row(), kink(), stopped(), stopped(trace="a traceback"), tensor()]


def test_every_key_of_the_schema_has_a_type() -> None:
    """But the place in the run, which files of results alone have, and the number of the schema."""
    keys = json.loads(json_schema())["$defs"]["result"]["properties"].keys()
    assert keys - ROW.keys() <= {"run", "schema"}
    assert ROW.keys() <= keys


@pytest.mark.parametrize("result", ROWS, ids=["match", "kink", "stopped", "bug", "tensor"])
def test_what_is_written_is_of_its_types(result: Result) -> None:
    """Also once it has been JSON."""
    check_types(json.loads(json.dumps(result_data(result))))


@pytest.mark.parametrize("key", ROW)
@pytest.mark.parametrize("value", JUNK, ids=repr)
def test_a_value_of_another_type_is_refused_with_its_key(key: str, value: object) -> None:
    """Or it is of the right one: then the row is read, and written again."""
    for result in (row(), tensor()):
        data = {**json.loads(json.dumps(result_data(result))), key: value}
        told = "this is no result of derivcheck"
        try:
            json.dumps(result_data(read_result(data)), allow_nan=False)
        except InputFileError as error:
            told = error.message
        assert told.startswith("this is no result of derivcheck")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"location": {"file": 3, "line": 1}}, "`location.file` should be a text or null"),
        ({"location": {"file": "a", "line": -1}}, "`location.line` should be a whole number or null"),
        ({"reason": 5}, "`reason` should be a text or null"),
        ({"notes": "ab"}, "`notes` should be a list of texts"),
        ({"wrt": "ab"}, "`wrt` should be a list of texts"),
        ({"digits": "nan"}, "`digits` should be a finite number or null"),
        ({"autograd": True}, "`autograd` should be a number or null"),
    ],
)
def test_the_key_is_told(change: dict[str, Any], message: str) -> None:
    """By its path."""
    with pytest.raises(InputFileError) as caught:
        read_result({**result_data(row()), **change})
    assert caught.value.message == f"this is no result of derivcheck: {message}"
