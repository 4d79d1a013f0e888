"""How the command line is split: `check` is understood where no command is named, a leading minus is an expression."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from typer.core import TyperCommand

from derivcheck.errors import CaseError
from derivcheck_cli.loaded_commands import LoadingGroup

DEFAULT_COMMAND = "check"

COMPLETES = "_DERIVCHECK_COMPLETE"
"""The environment variable by which a shell asks for completions."""

_ASSIGNMENT = re.compile(r"\s*[^\W\d]\w*\s*=(?!=)")

_LONG_OPTION = re.compile(r"--[A-Za-z][A-Za-z-]*(=.*)?", re.DOTALL)


class CheckByDefault(LoadingGroup):
    """The group of all commands, in which `check` is meant where no command is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command in front of an expression or of one of its options."""
        own = {name for param in self.get_params(ctx) for name in param.opts}
        if args and args[0] not in self.commands and args[0] not in own:
            args = [DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)


class PlainHelpCommand(TyperCommand):
    """A command whose help names its arguments without Typer's own marks: no `{EXPR}`, no `FILES <list[str]>`."""

    def get_help(self, ctx: Any) -> str:
        """The help."""
        return "\n".join(_without_marks(super().get_help(ctx)))


_MARKS = re.compile(r"(?P<brace>\{)?(?P<name>\b[A-Z][A-Za-z.:]*)(?(brace)\}| <(?:str|list\[str\])>)")


def _without_marks(text: str) -> Iterator[str]:
    """Remove the marks from the lines of a help text.

    A line that gets shorter moves its description to the left; the lines that continue it move along.
    """
    shorter = 0
    for line in text.split("\n"):
        plain = _MARKS.sub(lambda found: found["name"], line)
        if plain != line:
            shorter = len(line) - len(plain)
        elif not line.startswith("   "):
            shorter = 0
        yield plain if plain != line else line[shorter:]


class ExpressionCommand(PlainHelpCommand):
    """A command with one positional argument, an expression, which may begin with a minus: `-x**2`, `-v*x`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Move everything that is no option behind a `--`."""
        takes_value = {
            name: not getattr(param, "is_flag", False)
            for param in self.get_params(ctx)
            if param.param_type_name == "option"
            for name in (*param.opts, *param.secondary_opts)
        }
        options: list[str] = []
        positional: list[str] = []
        rest = list(reversed(args))
        while rest:
            arg = rest.pop()
            if arg == "--":
                positional.extend(reversed(rest))
                break
            is_option = arg in takes_value or _is_bundle(arg, takes_value) or _LONG_OPTION.fullmatch(arg)
            if not is_option:
                positional.append(arg)
                continue
            options.append(arg)
            if takes_value.get(arg) and rest:
                options.append(rest.pop())
            elif takes_value.get(arg) or (arg[:2] == "--" and arg.partition("=")[0] not in takes_value):
                return super().parse_args(ctx, options)  # an unknown option, or one without its value: Typer reports it
        has_point = any(option.partition("=")[0] == "--at" for option in options)
        if not ctx.resilient_parsing and (error := _not_an_expression(positional, ctx, has_point=has_point)):
            raise error
        return super().parse_args(ctx, [*options, "--", *positional] if positional else options)


def _not_an_expression(positional: Sequence[str], ctx: Any, *, has_point: bool) -> CaseError | None:
    """Return an error with advice where the arguments can be no expression; None where they may be one.

    Examples: the name of a command with a typing error, the name of a file, or a point without --at.
    """
    commands = sorted(getattr(ctx.parent and ctx.parent.command, "commands", ()))
    near = difflib.get_close_matches(positional[0], commands, n=1) if positional else []
    is_word = len(positional) == 1 and positional[0].isalpha() and not has_point  # a variable would lack its value
    if near and (len(positional) > 1 or is_word):
        return CaseError(f"there is no command '{positional[0]}'", hint=f"did you mean '{near[0]}'?")
    # Only a line that is read needs them: --help does not.
    from derivcheck.case_files import SUFFIXES

    files = [arg for arg in positional if arg.lower().endswith(tuple(SUFFIXES))]
    if files:
        return CaseError(f"'{files[0]}' is a file of cases", hint=f"did you mean 'derivcheck batch {files[0]}'?")
    point = [arg for arg in positional[1:] if _ASSIGNMENT.match(arg)]
    if point and len(point) == len(positional) - 1:
        return CaseError(
            f"'{point[0]}' stands in the place of an expression", hint=f"did you mean --at {','.join(point)}?"
        )
    if len(positional) > 1:
        whole = " ".join(positional)
        return CaseError("one expression is checked at a time", hint=f"put it in quotes: '{whole}'")
    return None


def _is_bundle(arg: str, takes_value: dict[str, bool]) -> bool:
    """Whether `arg` is several short flags in one, such as `-qv`."""
    return arg[:1] == "-" and len(arg) > 1 and all(takes_value.get(f"-{letter}") is False for letter in arg[1:])
