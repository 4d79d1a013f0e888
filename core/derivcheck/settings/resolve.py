"""Merges the settings of all places: the command line overrides the environment, which overrides the project's file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from derivcheck.errors import DerivcheckError, Location, SettingError
from derivcheck.inputs.case_fields import tolerance
from derivcheck.settings import environment, project
from derivcheck.settings.all_settings import Command, Setting, Settings, rows
from derivcheck.settings.leave import Withheld, needs_leave
from derivcheck.settings.trusted_projects import is_trusted

Texts = Mapping[str, Sequence[str]]
"""What a command line gives: the texts of each setting, by name."""


class Layer(IntEnum):
    """The kind of place that a value comes from; a later layer overrides an earlier one."""

    DEFAULT = 0
    PROJECT = 1
    ENVIRONMENT = 2
    COMMAND_LINE = 3

    @property
    def label(self) -> str:
        """The layer in words."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from.

    Attributes:
        layer: the kind of place.
        place: the option, the variable, or file and line.
    """

    layer: Layer
    place: str = "default"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings of a run and their origins.

    Attributes:
        command: whose settings they are.
        settings: the values.
        origins: where each value comes from, by name.
        config: the file whose table was read, if any was.
        withheld: the settings of that file that do not count, since the user has not allowed them.
        is_trusted: whether the user trusts the file; true where there is none.
        near_miss: a warning about a table whose name is nearly ours, where no table with our name was found.
    """

    command: Command
    settings: Settings
    origins: Mapping[str, Origin]
    config: Path | None = None
    withheld: tuple[Withheld, ...] = ()
    is_trusted: bool = True
    near_miss: str | None = None

    @property
    def may_replace(self) -> bool:
        """Whether a report may replace a file that derivcheck did not write; only a trusted project can allow that."""
        return self.settings.overwrite and (self.is_trusted or self.layer("overwrite") is not Layer.PROJECT)

    def layer(self, name: str) -> Layer:
        """The layer that a setting's value comes from."""
        return self.origins[name].layer if name in self.origins else Layer.DEFAULT

    @property
    def case_defaults(self) -> dict[str, Any]:
        """The project's values for cases that do not give their own, by the keys of case files."""
        return {
            row.key: getattr(self.settings, row.name)
            for row in rows(self.command)
            if row.of_case and self.layer(row.name) is Layer.PROJECT
        }

    @property
    def case_overrides(self) -> dict[str, Any]:
        """The values of command line and environment, which override the cases', by the attributes of a Case."""
        strict = {"is_strict": True} if self.settings.strict_syntax else {}
        return {**self._case_attributes(Layer.ENVIRONMENT), **strict}

    @property
    def case_attributes(self) -> dict[str, Any]:
        """The values of all places, by the attributes of a Case, for a case that is in no file.

        The two bounds of a tolerance come from one place: with `--rtol`, the `atol` of the project does not count.
        """
        return {**self._case_attributes(Layer.PROJECT), **self.case_overrides}

    def _case_attributes(self, least: Layer) -> dict[str, Any]:
        given = {
            row.name: getattr(self.settings, row.name)
            for row in rows(self.command)
            if row.of_case and self.layer(row.name) >= least
        }
        bounds = tolerance(given.pop("rtol", None), given.pop("atol", None))
        attributes = {_ATTRIBUTES.get(name, name): value for name, value in given.items()}
        return attributes if bounds is None else {**attributes, "tolerance": bounds}


_ATTRIBUTES = MappingProxyType({"mode": "modes"})
"""The attributes of a Case that are not called as the settings are."""


def resolve(
    command: Command,
    given: Texts = MappingProxyType({}),
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Resolved:
    """The settings of a run.

    Args:
        command: the command; settings of other commands are validated and ignored.
        given: the texts of the command line.
        environ: the environment variables, by default those of the process.
        folder: where the search for pyproject.toml begins, by default the working directory.

    Raises:
        SettingError: for an unknown key and a file that cannot be read.
        DerivcheckError: for a wrong value; both know the option, the variable, or file, line and key.

    Example:
        >>> found = resolve(Command.BATCH, {"dtype": ["float32"]}, environ={"DERIVCHECK_STRICT": "1"})
        >>> found.settings.dtype.label, found.settings.strict, found.origins["strict"].place
        ('float32', True, 'DERIVCHECK_STRICT')
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}

    def take(layer: Layer, row: Setting, texts: Sequence[str], where: Location, place: str) -> None:
        try:
            value = row.kind.read(texts)
        except DerivcheckError as error:
            raise error.at(where) from None
        if command in row.commands and layer >= origins.get(row.name, Origin(Layer.DEFAULT)).layer:
            values[row.name], origins[row.name] = value, Origin(layer, place)

    for row, texts in _options(given):
        take(Layer.COMMAND_LINE, row, texts, Location(key=row.option), row.option)
    for row, texts in environment.variables(environ):
        take(Layer.ENVIRONMENT, row, texts, Location(key=row.variable), row.variable)
    ignored = values.get("no_config") or values.get("isolated")
    config = None if ignored else project.find(values.get("config"), folder)
    trusted = config is None or is_trusted(config)
    withheld: list[Withheld] = []
    for row, texts, where in project.entries(config) if config else ():
        place = f"{where.file}:{where.line}" if where.line else str(where.file)
        if config and not trusted and not _runs_code_anyway(command, row) and _is_withheld(row, texts, where, config):
            if command in row.commands and row.name not in origins:
                withheld.append(Withheld(where, row.option, row.variable, row.harm))
        else:
            take(Layer.PROJECT, row, texts, where, place)
    _exclude(values, origins)
    path = config.path if config else None
    settings = replace(Settings(), **values)
    near_miss = None if ignored or config else project.near_miss(folder)
    return Resolved(command, settings, MappingProxyType(origins), path, tuple(withheld), trusted, near_miss)


def _runs_code_anyway(command: Command, row: Setting) -> bool:
    """Whether the project's code runs anyway: pytest imports the project's tests, whatever the setting says."""
    return command is Command.PYTEST and row.name == "allow_code"


def _is_withheld(row: Setting, texts: Sequence[str], where: Location, config: project.Project) -> bool:
    """Whether this setting of the file needs the user's leave. A wrong value is an error in any case."""
    try:
        value = row.kind.read(texts)
    except DerivcheckError as error:
        raise error.at(where) from None
    return needs_leave(row.leave, value, texts, config.path.parent)


def _options(given: Texts) -> Iterator[tuple[Setting, Sequence[str]]]:
    table = {row.name: row for row in rows()}
    for name, texts in given.items():
        yield table[name], texts


def _exclude(values: dict[str, Any], origins: dict[str, Origin]) -> None:
    """Of two settings that exclude each other, keep the one of the later layer."""
    for row in rows():
        other = row.excludes
        if other is None or not (values.get(row.name) and values.get(other)):
            continue
        if origins[row.name].layer is origins[other].layer:
            raise SettingError(f"{origins[row.name].place} and {origins[other].place} exclude each other")
        weaker = min(row.name, other, key=lambda name: origins[name].layer)
        del values[weaker], origins[weaker]
