"""The entries of a baseline, and what a case is known by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from results import SQUARE

from derivcheck.errors import Location
from derivcheck.model import Status, Tolerance
from derivcheck.reporting.baseline.known import Key, KnownFailure, content_of

KNOWN = KnownFailure(Status.UNSTABLE, ("x=1", "x=2"), 2, claim="2*x")


@pytest.mark.parametrize(
    ("found", "is_covered"),
    [
        (replace(KNOWN, points=("x=2",), count=1), True),
        (replace(KNOWN, status=Status.UNDECIDED), True),
        (replace(KNOWN, claim="2 * x"), True),
        (replace(KNOWN, status=Status.MISMATCH), False),
        (replace(KNOWN, points=("x=3",), count=1), False),
        (replace(KNOWN, count=3), False),
        (replace(KNOWN, claim="3*x"), False),
        (replace(KNOWN, elements=1), False),
    ],
)
def test_a_failure_is_known_unless_it_is_worse(found: KnownFailure, is_covered: bool) -> None:
    """A worse status, another point, more points or another claim are new; spaces in a claim are not."""
    assert is_covered == KNOWN.covers(found)


def test_of_many_points_only_the_number_is_known() -> None:
    """An entry lists sixteen of them, and any others may be among the rest."""
    assert replace(KNOWN, count=40).covers(replace(KNOWN, points=("x=3",), count=40))


def test_a_tensor_fails_in_no_more_elements_than_are_known() -> None:
    """Fewer are known, more are new."""
    tensor = replace(KNOWN, elements=3)
    assert [True, True, False] == [tensor.covers(replace(tensor, elements=count)) for count in (2, 3, 4)]


def test_a_case_is_what_it_states() -> None:
    """Not its name, its place, its expectation or the reason of that."""
    same = replace(SQUARE, name="other", location=Location("b.toml", 7), expect=Status.MISMATCH, why="a lie")
    assert content_of(SQUARE) == content_of(same)
    changes = [{"expr": "x"}, {"at": ({"x": "3"},)}, {"order": 2}, {"value": "9"}, {"tolerance": Tolerance(rtol=1.0)}]
    changes += [{"seed": 1}, {"const": ("x",)}]
    digests = {content_of(replace(SQUARE, **change)) for change in changes}  # type: ignore[arg-type]
    assert len(changes) == len(digests - {content_of(SQUARE)})


def test_a_key_is_told_in_words() -> None:
    """What, by which variables, in which mode; empty parts leave no space."""
    assert ["derivative x,y reverse", "value"] == [str(Key("derivative", "x,y", "reverse")), str(Key("value"))]
