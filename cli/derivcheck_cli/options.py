"""The options of a command: those of its settings, made from the rows of the table of settings."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from derivcheck.errors import SettingError
from derivcheck.inputs.case_fields import MAX_ORDER
from derivcheck.settings import Command, Layer, Resolved, Setting, Texts, resolve, rows
from derivcheck_cli.boundary import boundary
from derivcheck_cli.screen import Screen, Verbosity
from derivcheck_cli.show_settings import show

_COLOR = next(row for row in rows() if row.name == "color")


def one_of(words: Iterable[str]) -> Callable[[str], list[str]]:
    """Return a function that completes a value in a shell with one of the words.

    A value may hold several words with commas between them; the last one is completed.
    """

    def complete(incomplete: str) -> list[str]:
        before, comma, begun = incomplete.rpartition(",")
        return [f"{before}{comma}{word}" for word in words if word.startswith(begun)]

    return complete


def _option(row: Setting) -> Any:
    """The option of a row, as Typer's annotation."""
    names = f"{row.option}/--no-{row.key}" if row.kind.flag and row.has_negative else row.option
    option = typer.Option(
        *filter(None, (names, row.short)),
        metavar=row.metavar,
        help=row.help,
        show_default=row.default or False,
        autocompletion=one_of(row.kind.words) if row.kind.words else None,
    )
    kind: Any = bool if row.kind.flag else list[str] if row.kind.repeatable else str
    return Annotated[kind | None, option]


SubjectArgument = Annotated[
    str,
    typer.Argument(
        metavar="EXPR",
        help="The expression, quoted; or FILE.py:NAME or package.module:NAME, torch code of your own.",
        show_default=False,
    ),
]
AtOption = Annotated[
    list[str] | None,
    typer.Option(
        "--at",
        metavar="x=2,y=1/3",
        help="The point: numbers, and arrays such as x=[1,2] or x=randn(3); repeatable.",
        show_default=False,
    ),
]
WrtOption = Annotated[
    list[str] | None,
    typer.Option(
        "--wrt",
        metavar="x",
        help="What to differentiate by: x, x,x (second), x,y (mixed); repeatable.",
        show_default="each variable",
    ),
]
OrderOption = Annotated[
    int | None,
    typer.Option(
        "--order",
        metavar="N",
        min=1,
        max=MAX_ORDER,
        help="Without --wrt: every partial derivative of this order.",
        show_default="1",
    ),
]
HeldOption = Annotated[
    list[str] | None,
    typer.Option(
        "--const",
        metavar="eps,n=3",
        help="What is held and not differentiated by; of code also an argument that is no tensor, with its value.",
        show_default=False,
    ),
]
FormulaOption = Annotated[
    str | None,
    typer.Option(
        "--formula", metavar="EXPR", help="What the code computes.", show_default="read from its forward pass"
    ),
]
ArgsOption = Annotated[
    str | None,
    typer.Option(
        "--args",
        metavar="x,y,n",
        help="The arguments of the code in the order in which it takes them.",
        show_default="by their names, else as in the formula",
    ),
]
SurrogateOption = Annotated[
    str | None,
    typer.Option(
        "--surrogate",
        metavar="EXPR",
        help="What its backward pass is meant to differentiate, where that is not the function.",
        show_default=False,
    ),
]
GradientOption = Annotated[
    list[str] | None,
    typer.Option(
        "--gradient",
        metavar="'x: EXPR'",
        help="What its backward pass is meant to return by an argument, for the upstream gradient g.",
        show_default=False,
    ),
]
NonlinearOption = Annotated[
    bool, typer.Option("--nonlinear", help="Say that the declared gradients are not linear in g.")
]
DomainOption = Annotated[
    str | None,
    typer.Option("--domain", metavar="'sigma > 0'", help="Where the code is defined.", show_default=False),
]
TimeoutOption = Annotated[
    float,
    typer.Option(
        "--timeout", metavar="SECONDS", help="How long one item of its check list may take; compile: ten times that."
    ),
]
"""What several commands take alike, above and here: expressions, points, and torch code of the user's own."""

ColorOption = Annotated[bool | None, typer.Option("--color/--no-color", help=_COLOR.help)]
"""For the commands that take no other setting."""


def takes_settings(command: Command) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of its settings.

    The decorated function has the command's own parameters, and two more: `resolved`, the settings, and `screen`, which
    is made from them. It is called within `boundary`; with --show-settings the settings are shown instead. A parameter
    of the command with the name of a setting gives that setting: the arguments FILES give the setting `files`.
    """
    options = [row for row in rows(command) if row.in_option]

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        own = [
            parameter
            for parameter in inspect.signature(function, eval_str=True).parameters.values()
            if parameter.name not in {"resolved", "screen"}
        ]
        added = [
            inspect.Parameter(row.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_option(row))
            for row in options
        ]
        shared = {row.name for row in rows(command)} & {parameter.name for parameter in own}
        names = {row.name for row in options} | shared

        @functools.wraps(function)
        def run(**given: Any) -> None:
            texts = _texts({name: given.pop(name) for name in names})
            with boundary(_first_screen(texts)):
                _require_working_directory()
                resolved = resolve(command, texts)
                screen = screen_of(resolved)
            with boundary(screen):
                if resolved.near_miss:
                    screen.warn(resolved.near_miss)
                for refused in resolved.withheld:
                    screen.warn(refused.render())
                if resolved.settings.show_settings:
                    show(screen, resolved)
                else:
                    function(**given, resolved=resolved, screen=screen)

        parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
        run.__signature__ = inspect.Signature([*parameters, *added])  # type: ignore[attr-defined]
        run.__annotations__ = {}
        return run

    return decorate


def _require_working_directory() -> None:
    """Fail unless there is a working directory, from which settings, files and workers are looked for."""
    try:
        Path.cwd()
    except FileNotFoundError:
        raise SettingError("the working directory is gone", hint="cd to one that exists") from None


def _texts(given: dict[str, bool | str | Sequence[str] | None]) -> Texts:
    """Return the values of the command line as texts."""
    texts: dict[str, list[str]] = {}
    for name, value in given.items():
        if value is None or value == []:
            continue
        texts[name] = (
            [str(value).lower()] if isinstance(value, bool) else [value] if isinstance(value, str) else [*value]
        )
    return texts


def _first_screen(texts: Texts) -> Screen:
    """Return the screen for an error in the settings themselves, before they are read."""
    color = texts.get("color")
    return Screen(color=color == ["true"] if color else None)


def screen_of(resolved: Resolved) -> Screen:
    """The screen that the settings ask for."""
    settings = resolved.settings
    is_projects = resolved.layer("color") is Layer.PROJECT
    color = None if is_projects and os.environ.get("NO_COLOR") else settings.color
    verbosity = Verbosity.QUIET if settings.quiet else Verbosity.VERBOSE if settings.verbose else Verbosity.NORMAL
    return Screen(color=color, verbosity=verbosity)
