"""Expressions of recorded rows: the same trees as parsed ones, made when they are looked at."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from derivcheck.language.parse import parse
from derivcheck.model.expression import Expression
from derivcheck.reporting.serialization import late_expression
from derivcheck.reporting.serialization.late_expression import LateExpression


def test_it_is_the_parsed_expression_once_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in another process; until then nothing is parsed."""
    asked: list[str] = []

    def parse_and_tell(text: str, *how: Any, strict: bool) -> Expression:
        asked.append(text)
        return parse(text, *how, strict=strict)

    monkeypatch.setattr(late_expression, "parse", parse_and_tell)
    late = LateExpression("x²", "x**2", ("x",))
    assert late.as_read is not None
    assert ([], "x²", "x**2") == (asked, late.source, late.as_read.text)
    assert late == parse("x²", ["x"]) == pickle.loads(pickle.dumps(late))
    assert (("x",), ("pow",), ((0, 2),) * 3) == (late.variables, late.calls, late.extents)
    assert ["x**2"] * 2 == asked, "once, and once in the copy"


def test_a_plain_text_stands_where_it_stands() -> None:
    """With the places of its parts."""
    late, read = LateExpression("x + 1", "x + 1", ("x",)), parse("x + 1")
    assert (None, list(read.extents), read.nodes) == (late.as_read, list(late.extents), late.nodes)


def test_what_is_no_longer_understood_has_the_variables_of_its_point() -> None:
    """And no tree."""
    late = LateExpression("old(y)", "old(y)", ("y",))
    assert ((), ("y",), 0) == (late.nodes, late.variables, len(late))
