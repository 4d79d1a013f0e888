"""Settings: what a run is told by its command line, its environment and its project's pyproject.toml."""

from derivcheck.settings.resolve import Layer, Origin, Resolved, Texts, resolve
from derivcheck.settings.table import Command, Format, Setting, Settings, rows

__all__ = [
    "Command",
    "Format",
    "Layer",
    "Origin",
    "Resolved",
    "Setting",
    "Settings",
    "Texts",
    "resolve",
    "rows",
]
