"""The settings of a run, from its command line, its environment and its project's pyproject.toml."""

from derivcheck.settings.all_settings import Command, Format, Report, Setting, Settings, rows
from derivcheck.settings.resolve import Layer, Origin, Resolved, Texts, resolve

__all__ = [
    "Command",
    "Format",
    "Layer",
    "Origin",
    "Report",
    "Resolved",
    "Setting",
    "Settings",
    "Texts",
    "resolve",
    "rows",
]
