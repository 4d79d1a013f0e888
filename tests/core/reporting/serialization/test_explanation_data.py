"""Explanations as data for JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from explanations import HAND_MADE, beside, branch, softmax
from results import row

from derivcheck.errors import InputFileError
from derivcheck.model import Status
from derivcheck.model.explanation import BlameKind, ReturnedGradient
from derivcheck.reporting.serialization.deserialize import read_result
from derivcheck.reporting.serialization.explanation_data import MOST_NUMBERS, explanation_data, read_explanation
from derivcheck.reporting.serialization.serialize import json_schema, line_data

SCHEMA = json.loads(json_schema())


@pytest.mark.parametrize("name", HAND_MADE)
def test_what_is_written_is_read_back(name: str) -> None:
    """Written again it is the same, and it is as the schema says."""
    explained = replace(row(Status.UNSTABLE), explanation=HAND_MADE[name])
    data = json.loads(json.dumps(line_data(explained), allow_nan=False))
    jsonschema.validate(data, SCHEMA)
    back = read_result(data)
    assert data == {**json.loads(json.dumps(line_data(back))), "formula": data["formula"]}
    assert back.explanation is not None
    assert len(HAND_MADE[name].tape) == len(back.explanation.tape)


def test_gradients_that_were_returned_are_written() -> None:
    """With the number of their argument beside the numbers."""
    tape = branch().tape
    returned = replace(tape[1], returned=(ReturnedGradient(0, beside(float("nan"), 0, None)),))
    explanation = replace(branch(), tape=(tape[0], returned, tape[2]))
    data = explanation_data(explanation)
    assert 0 == data["tape"][1]["returned"][0]["argument"]
    assert ["nan"] == data["tape"][1]["returned"][0]["computed"]
    assert data == explanation_data(read_explanation(data))


def test_of_a_large_tensor_the_numbers_are_left_out() -> None:
    """A row is read by people, too."""
    size = MOST_NUMBERS + 1
    numbers = beside([0.5] * size, [0] * size)
    tensor = replace(softmax().tape[0], shape=(size,), value=numbers, adjoint=numbers, grad=numbers.computed)
    data = explanation_data(replace(softmax(), tape=(tensor,)))
    assert [] == data["tape"][0]["value"]["computed"] == data["tape"][0]["grad"]
    assert (size,) == read_explanation(data).tape[0].shape


def test_the_schema_knows_every_kind_of_blame() -> None:
    """By the names that rows have."""
    assert {kind.name.lower() for kind in BlameKind} == set(SCHEMA["$defs"]["blame"]["properties"]["kind"]["enum"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"tape": 3},
        {"tape": [{}]},
        {"tape": [3]},
        {"notes": [1]},
        {"blame": {"kind": "nobody", "tensor": 0, "sentence": ""}},
        {"blame": {"kind": "forward", "tensor": -1, "sentence": ""}},
        {"rewrites": [{"rule": "a"}]},
        {"subject": None},
    ],
)
def test_what_is_no_explanation_is_an_error_of_the_file(wrong: dict[str, Any]) -> None:
    """Anybody may have written a file of results."""
    data = line_data(replace(row(), explanation=branch()))
    with pytest.raises(InputFileError):
        read_result({**data, "explanation": {**data["explanation"], **wrong}})


def test_an_argument_that_is_not_on_the_tape_is_an_error() -> None:
    """Whoever shows the tape looks it up."""
    data = explanation_data(branch())
    data["tape"][1]["arguments"] = [7]
    with pytest.raises(ValueError, match="not on the tape"):
        read_explanation(data)
