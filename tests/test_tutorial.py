"""docs/tutorial.ipynb: every cell runs, and shows what is written beside its last line and stored below it.

`python tests/test_tutorial.py` runs the notebook and stores what its cells show now.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from derivcheck import Results

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "tutorial.ipynb"
NUMBERS = ["x**2", "x**2 + 2*x + 1", "2*x**3 + x", "u*v + u**2", "u*v + (u*v)**2"]
"""The expressions of the notebook that the project began with."""

LOSS = "sum((V @ relu(W @ x) - y)**2)/2"
EXPLAINED = ["x**2 + 2*x + 1", "1 - cos(x)"]
"""What is explained, behind the second of these."""

STEPS = [*NUMBERS[:2], *EXPLAINED, *NUMBERS[2:], "sum(z**2)", "softmax(z)", LOSS, LOSS, "3*x**2 + 1"]
"""These, those of tensors, with a right and a wrong gradient of a network, and the chained square."""

OWN = ["i**2", "3*sq(x) + 1"]
"""What the square of somebody's own is checked by: once as it was, once mended."""

_SHOWN = re.compile(r"  # (?P<text>.*)$")


def show(source: str, namespace: dict[str, Any]) -> object:
    """Run a cell as a notebook does, and return the value of its last line, None where that is no expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), namespace) if isinstance(last, ast.Expr) else None


def executed(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with what its cells show, as Jupyter stores it."""
    namespace: dict[str, Any] = {}
    numbers = itertools.count(1)

    def run(cell: dict[str, Any]) -> dict[str, Any]:
        value, count = show("".join(cell["source"]), namespace), next(numbers)
        return {**cell, "execution_count": count, "outputs": _outputs(value, count)}

    return {**notebook, "cells": [run(cell) if cell["cell_type"] == "code" else cell for cell in notebook["cells"]]}


def _outputs(value: object, count: int) -> list[dict[str, Any]]:
    """What Jupyter stores of a cell's last line; nothing where that is None."""
    if value is None:
        return []
    shown = value._repr_mimebundle_() if isinstance(value, Results) else {"text/plain": repr(value)}
    data = {kind: text.splitlines(keepends=True) for kind, text in shown.items()}
    return [{"data": data, "execution_count": count, "metadata": {}, "output_type": "execute_result"}]


def as_file(notebook: dict[str, Any]) -> str:
    """The text of a notebook's file."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


@pytest.fixture(scope="module")
def notebook() -> dict[str, Any]:
    """Read the tutorial as JSON."""
    loaded: dict[str, Any] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return loaded


def test_every_cell_shows_what_it_says(notebook: dict[str, Any]) -> None:
    """In order, in one namespace; tables as Results, everything else as the comment has it."""
    namespace: dict[str, Any] = {}
    tables: list[Results] = []
    compared = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        value = show(source, namespace)
        said = _SHOWN.search(source.splitlines()[-1])
        if isinstance(value, Results):
            assert "<math>" in value._repr_html_()
            tables.append(value)
        else:
            assert (said["text"] if said else "None") == repr(value), source
            compared += said is not None
    assert [*STEPS, *OWN, *OWN] == [table[0].case.expr for table in tables]
    assert ["mismatch", "mismatch", "match", "match"] == [str(table.status) for table in tables[len(STEPS) :]]
    assert compared >= 12


def test_it_is_stored_with_what_its_cells_show(notebook: dict[str, Any]) -> None:
    """Who looks at it where nothing is run, as on a page that shows notebooks, sees the tables; they are today's."""
    assert executed(notebook) == notebook, "python tests/test_tutorial.py stores what the cells show now"
    assert NOTEBOOK.read_text(encoding="utf-8") == as_file(notebook)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])


if __name__ == "__main__":
    NOTEBOOK.write_text(as_file(executed(json.loads(NOTEBOOK.read_text(encoding="utf-8")))), encoding="utf-8")
