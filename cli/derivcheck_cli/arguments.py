"""How the command line is split: `check` is understood where no command is named, a leading minus is an expression."""

from __future__ import annotations

import re
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

DEFAULT_COMMAND = "check"

_LONG_OPTION = re.compile(r"--[A-Za-z][A-Za-z-]*(=.*)?", re.DOTALL)


class CheckByDefault(TyperGroup):
    """A group whose command is `check` where the command line begins with anything else than a command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command in front of an expression or of one of its options."""
        own = {name for param in self.get_params(ctx) for name in param.opts}
        if args and args[0] not in self.commands and args[0] not in own:
            args = [DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)


class ExpressionCommand(TyperCommand):
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
                return super().parse_args(ctx, options)  # an unknown option, or one without its value: it says so
        if len(positional) > 1:
            raise typer.BadParameter(
                f"one expression is checked at a time, in quotes: '{' '.join(positional)}'", ctx=ctx
            )
        return super().parse_args(ctx, [*options, "--", *positional] if positional else options)


def _is_bundle(arg: str, takes_value: dict[str, bool]) -> bool:
    """Whether `arg` is several short flags in one, such as `-qv`."""
    return arg[:1] == "-" and len(arg) > 1 and all(takes_value.get(f"-{letter}") is False for letter in arg[1:])
