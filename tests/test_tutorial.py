"""docs/tutorial.ipynb: every cell runs, and shows what is written beside its last line."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from derivcheck import Results

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "tutorial.ipynb"
STEPS = ["x**2", "x**2 + 2*x + 1", "2*x**3 + x", "u*v + u**2", "u*v + (u*v)**2", "3*x**2 + 1"]
"""The expressions of the notebook that the project began with, and the chained square."""

OWN = ["i**2", "3*sq(x) + 1"]
"""What the square of somebody's own is checked by: once as it was, once mended."""

_SHOWN = re.compile(r"  # (?P<text>.*)$")


def show(source: str, namespace: dict[str, Any]) -> object:
    """Run a cell as a notebook does, and return the value of its last line, None where that is no expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), namespace) if isinstance(last, ast.Expr) else None


@pytest.fixture(scope="module")
def notebook() -> dict[str, Any]:
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


def test_it_is_kept_clean(notebook: dict[str, Any]) -> None:
    """No outputs, no counters: a difference is one of text."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert NOTEBOOK.read_text(encoding="utf-8") == json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
