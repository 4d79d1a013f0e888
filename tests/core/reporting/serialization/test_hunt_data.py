"""The map of a hunt in JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction

import jsonschema
import made_hunts
import pytest

from derivcheck.errors import InputFileError
from derivcheck.model.hunt_map import FindKind, FoundPoint
from derivcheck.reporting.serialization.deserialize import read_result
from derivcheck.reporting.serialization.hunt_data import hunt_data, read_hunt
from derivcheck.reporting.serialization.serialize import json_schema, line_data, result_data


def test_what_is_written_is_read() -> None:
    """All of it, infinite errors and places too."""
    found = made_hunts.softplus_rows()[0].hunt_map
    assert found is not None
    kink = FoundPoint(FindKind.KINK, {"x": "0.5"}, ("x",), None, math.inf, Fraction(1, 3))
    found = replace(found, found=(*found.found, kink))
    assert read_hunt(json.loads(json.dumps(hunt_data(found), allow_nan=False))) == replace(
        found, curves=read_hunt(hunt_data(found)).curves
    )
    assert hunt_data(read_hunt(hunt_data(found))) == hunt_data(found)


def test_a_row_holds_the_map_as_the_schema_says() -> None:
    """The first row, and no other; it is read back with the row."""
    first, second, *_ = made_hunts.softplus_rows()
    jsonschema.validate(line_data(first), json.loads(json_schema()))
    assert "hunt" not in result_data(second)
    assert result_data(read_result(result_data(first)))["hunt"] == result_data(first)["hunt"]


def test_a_map_that_is_none_is_told() -> None:
    """Anybody may have written a file of results."""
    data = result_data(made_hunts.softplus_rows()[0])
    with pytest.raises(InputFileError, match="this is no result of derivcheck"):
        read_result({**data, "hunt": {"ranges": 3}})
