"""The environment's settings: `DERIVCHECK_DTYPE=float32` and its like."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from derivcheck.errors import Location, SettingError
from derivcheck.settings.all_settings import PREFIX, Setting, rows

_NEAR = 0.9
"""How similar a variable must be to one of ours to count as a typing error. Other programs may use our prefix."""


def variables(environ: Mapping[str, str]) -> Iterator[tuple[Setting, list[str]]]:
    """Yield the settings that the environment gives, each with its texts; an empty variable gives nothing.

    Raises:
        SettingError: for a variable whose name looks like a typing error, and for a value that cannot be split.
    """
    table = {row.variable: row for row in rows() if row.in_environment}
    for name, text in environ.items():
        if not name.startswith(PREFIX) or not text.strip():
            continue
        if name in table:
            try:
                yield table[name], table[name].kind.split(text)
            except ValueError as error:
                raise SettingError(f"cannot be split: {error}", location=Location(key=name)) from None
        elif near := difflib.get_close_matches(name, table, n=1, cutoff=_NEAR):
            raise SettingError("this is no setting", hint=f"did you mean {near[0]}?", location=Location(key=name))
