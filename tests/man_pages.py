"""The manual pages, made of what `--help` is made of: a page for derivcheck, and one for each command.

click-man makes such pages of Click's programs; Typer has a Click of its own, of which it finds no options.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from inspect import cleandoc
from typing import Any

import typer

from derivcheck import __version__
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.settings import rows
from derivcheck_cli.app import app

_SIGNS = {
    "\\": r"\e",
    "-": r"\-",  # else a hyphen, which nobody can search for or paste
    "'": r"\(aq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
}
_CODE = re.compile(r"`([^`]+)`")

_DEFAULT = re.compile(r"\[default: \(([^()]*)\)")
"""Typer puts a default in words between parentheses, `[default: (float64)]`."""

_EPILOG = re.compile(r"(?P<title>[A-Z][a-z ]+):\n(?P<lines>(?:  .*\n?)+)")
"""The sections behind a help text, `Examples:` and `Exit codes:`, whose lines stand as they are."""

_FILES = {
    "pyproject.toml": "The nearest one that has a table [tool.derivcheck] says what a project always wants.",
    "$XDG_CONFIG_HOME/derivcheck/trusted.json": "The projects whose settings were allowed by `derivcheck trust`.",
}


def roff(text: str) -> str:
    r"""A text as roff has it, in ASCII: nothing in it is a command, and a code is bold.

    Example:
        >>> print(roff("`--at` is x², it's"))
        \fB\-\-at\fP is x\[u00B2], it\(aqs
    """
    marked = _CODE.sub("\0\\1\1", text)
    signs = (_SIGNS.get(sign, sign if sign.isascii() else rf"\[u{ord(sign):04X}]") for sign in marked)
    joined = "".join(signs).replace("\0", r"\fB").replace("\1", r"\fP")
    return rf"\&{joined}" if joined.startswith(".") else joined


_EXIT_STATUS = [
    ".SH EXIT STATUS",
    *(line for code in ExitCode for line in (".TP", rf"\fB{code.value}\fP", roff(code.meaning))),
]


def pages() -> Mapping[str, str]:
    """The pages by the names of their files, `derivcheck.1` and `derivcheck-batch.1`."""
    group: Any = typer.main.get_command(app)
    with group.make_context("derivcheck", [], resilient_parsing=True) as context:
        commands = {f"derivcheck-{name}": command for name, command in group.commands.items()}
        made = {"derivcheck.1": _page("derivcheck", group, context, _of_all(group), commands)}
        for name, command in group.commands.items():
            with command.make_context(name, [], parent=context, resilient_parsing=True) as inner:
                body = _environment(name)
                made[f"derivcheck-{name}.1"] = _page(f"derivcheck-{name}", command, inner, body, ["derivcheck"])
    return made


def _page(name: str, command: Any, context: Any, more: Iterator[str], others: Iterable[str]) -> str:
    short = command.get_short_help_str(limit=200).rstrip(".")
    lines = [
        r".\" `python tests/test_shared_files.py` makes this page of the texts of --help.",
        f'.TH {roff(name.upper())} 1 "" "derivcheck {__version__}" "User Commands"',
        ".nh",  # no hyphens but those that belong to a name,
        ".ad l",  # and no wide gaps between words that are not divided
        ".SH NAME",
        rf"{roff(name)} \- {roff(short[0].lower() + short[1:])}",
        ".SH SYNOPSIS",
        *_usage(command, context),
        ".SH DESCRIPTION",
        *_paragraphs(cleandoc(command.help or "")),
        *_parameters("ARGUMENTS", command, context, "argument"),
        *_parameters("OPTIONS", command, context, "option"),
        *more,
        *_epilog(command.epilog or ""),
        ".SH SEE ALSO",
        ",\n".join(rf"\fB{roff(other)}\fP(1)" for other in others),
    ]
    return "\n".join(lines) + "\n"


def _usage(command: Any, context: Any) -> Iterator[str]:
    pieces = " ".join(command.collect_usage_pieces(context))
    pieces = re.sub(r"\{([A-Z][A-Z.:]*)\}", r"\1", pieces)
    yield rf"\fB{roff(context.command_path)}\fP {roff(pieces)}"


def _paragraphs(text: str) -> Iterator[str]:
    for index, paragraph in enumerate(re.split(r"\n\s*\n", text)):
        if index:
            yield ".PP"
        yield roff(" ".join(paragraph.split()))


def _parameters(title: str, command: Any, context: Any, kind: str) -> Iterator[str]:
    """A section with a paragraph for each option or argument, as `--help` has a line for each."""
    records = [
        record
        for parameter in command.get_params(context)
        if parameter.param_type_name == kind and (record := parameter.get_help_record(context))
    ]
    if records:
        yield f".SH {title}"
    for names, help_text in records:
        yield ".TP"
        yield _names(names)
        yield roff(_DEFAULT.sub(r"[default: \1", " ".join(help_text.split())))


def _names(names: str) -> str:
    """`-j, --jobs N|auto` with bold options, and the value in italics; an argument has Typer's own marks removed."""
    if not names.startswith("-"):
        return rf"\fI{roff(re.sub(r'[{}]| <.*>', '', names))}\fP"
    options = re.match(r"(?:-{1,2}[A-Za-z][A-Za-z-]*(?: / |, )?)+", names)
    assert options is not None, names
    value = names[options.end() :].strip()
    bold = re.sub(r"-{1,2}[A-Za-z][A-Za-z-]*", lambda found: f"`{found[0]}`", options[0].strip())
    return roff(bold) + (rf" \fI{roff(value)}\fP" if value else "")


def _of_all(group: Any) -> Iterator[str]:
    yield ".SH COMMANDS"
    for name, command in group.commands.items():
        yield ".TP"
        yield rf"\fBderivcheck\-{roff(name)}\fP(1)"
        yield roff(command.get_short_help_str(limit=200))
    yield from _environment("")
    yield ".SH FILES"
    for file, meaning in _FILES.items():
        yield from (".TP", rf"\fI{roff(file)}\fP", roff(meaning))


def _environment(command: str) -> Iterator[str]:
    """The variables of the environment that the command reads; for derivcheck itself, those that are no option's."""
    taken = [row for row in rows() if row.in_environment and command in map(str, row.commands)]
    if command and not taken:
        return
    if command:
        yield from _EXIT_STATUS
    yield ".SH ENVIRONMENT"
    if command:
        yield roff(
            "A variable stands for the option of its name: the command line wins over the environment, and that over"
            " a project's pyproject.toml."
        )
        yield ".PP"
        yield ", ".join(rf"\fB{roff(row.variable)}\fP" for row in taken)
    else:
        yield roff(
            "`DERIVCHECK_…` stands for an option: `DERIVCHECK_DTYPE=float32` for `--dtype float32`. The page of each"
            " command names its own."
        )
        yield from (".TP", r"\fBNO_COLOR\fP", roff("Where it is set and not empty, nothing is coloured."))


def _epilog(text: str) -> Iterator[str]:
    """The examples as they are typed, and the exit codes as a list."""
    for found in _EPILOG.finditer(text.replace("\b\n", "")):
        lines = cleandoc(found["lines"]).splitlines()
        if found["title"] == "Exit codes":
            yield from _EXIT_STATUS
            continue
        yield f".SH {found['title'].upper()}"
        yield ".nf"
        yield from map(roff, lines)
        yield ".fi"
