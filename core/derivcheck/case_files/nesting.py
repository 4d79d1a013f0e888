"""How deeply the values of a case file may be nested."""

from __future__ import annotations

from typing import Any

from derivcheck.errors import InputFileError

MAX_NESTING = 50
"""Lists and tables within one another; a case needs three. What is nested by the hundred cannot be sent to a worker:
Python's pickle comes to its end in the middle of a run."""


def reject_deep(value: Any) -> None:
    """Raise InputFileError where lists and tables are nested too deeply."""
    level = [value]
    for _ in range(MAX_NESTING):
        level = [part for whole in level for part in _parts(whole)]
        if not level:
            return
    raise too_deep()


def too_deep() -> InputFileError:
    """Make the error about values that are nested too deeply."""
    return InputFileError("the values are nested too deeply", hint=f"at most {MAX_NESTING} lists within one another")


_NESTED = (dict, list)
"""What holds values; for a check of each value, quicker than a union that is made anew."""


def _parts(value: Any) -> list[Any]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [part for part in parts if isinstance(part, _NESTED)]
