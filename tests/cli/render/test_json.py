"""JSON: one document, or a line for each result."""

from __future__ import annotations

import json
from collections.abc import Callable

from results import kink, row

from derivcheck.settings import Format

Shown = Callable[..., str]


def test_json_is_one_document_and_json_lines_a_line_a_result(shown: Shown) -> None:
    """Both hold the same rows."""
    results = [row(wrt=()), row(), kink()]
    document = json.loads(shown(results, output=Format.JSON))
    rows = [json.loads(line) for line in shown(results, output=Format.JSONL).splitlines()]
    assert 2 == document["schema"]
    assert rows == [{"schema": 2, **result} for result in document["results"]]
    assert ["schema", "results", "summary"] == list(document)
