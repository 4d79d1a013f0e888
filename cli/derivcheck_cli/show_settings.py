"""The output of `--show-settings`: every setting of a command, its value, and where the value comes from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from derivcheck.numbers import DType
from derivcheck.settings import Format, Resolved, Setting, rows
from derivcheck.system.harmless import one_line
from derivcheck_cli.alignment import align
from derivcheck_cli.screen import Screen


def show(screen: Screen, resolved: Resolved) -> None:
    """Print the settings as text, or as JSON where that is the format."""
    formats = resolved.settings.format
    if {Format.JSON, Format.JSONL} & {*formats}:
        screen.data(f"{json.dumps(_data(resolved), indent=None if Format.JSONL in formats else 1)}\n")
        return
    config = os.path.relpath(resolved.config) if resolved.config else "no file of settings"
    screen.line(f"# {one_line(config)}")
    for line in align([(row.key, _text(row, resolved), _place(row, resolved)) for row in _settings_to_show(resolved)]):
        screen.line(line)


def _settings_to_show(resolved: Resolved) -> Iterator[Setting]:
    return (row for row in rows(resolved.command) if row.in_environment)


def _place(row: Setting, resolved: Resolved) -> str:
    origin = resolved.origins.get(row.name)
    return origin.place if origin else "default"


def _text(row: Setting, resolved: Resolved) -> str:
    value = _plain(getattr(resolved.settings, row.name))
    if row.name not in resolved.origins:
        return row.default or ("false" if row.kind.flag else "—")
    if isinstance(value, list):
        return one_line(" ".join(map(str, value)))
    return str(value).lower() if isinstance(value, bool) else one_line(str(value))


def _data(resolved: Resolved) -> dict[str, Any]:
    return {
        "command": str(resolved.command),
        "config": str(resolved.config) if resolved.config else None,
        "settings": {
            row.key: {
                "value": _plain(getattr(resolved.settings, row.name)),
                "from": resolved.origins[row.name].layer.label if row.name in resolved.origins else "default",
                "where": _place(row, resolved),
            }
            for row in _settings_to_show(resolved)
        },
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, DType):
        return value.label
    return (
        value if value is None or isinstance(value, bool | int | float | str) else str(getattr(value, "value", value))
    )
