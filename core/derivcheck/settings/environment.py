"""The environment's settings: `DERIVCHECK_DTYPE=float32` and its like."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from derivcheck.errors import Location, SettingError
from derivcheck.settings.all_settings import PREFIX, Setting, rows

_NEAR = 0.9
"""How alike a variable must be to one of ours for it to be a slip of the pen; others may have our prefix, too."""


def variables(environ: Mapping[str, str]) -> Iterator[tuple[Setting, list[str]]]:
    """The settings that the environment gives, with their texts; an empty variable gives nothing.

    Raises:
        SettingError: for a variable that is none of ours and looks like one, or cannot be split.
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
