"""The pages of the command line, made from the commands themselves: what `--help` prints stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

import typer
from site_places import relinked

from derivcheck_cli.app import app

FOLDER = "commands"

_NOTES = re.compile(r"\s*\[(?P<text>(?:default: |required)(?:[^\[\]]|\[[^\[\]]*\])*)\]$")
"""What stands in brackets at the end of an option's help: its default and range, or that it is required."""

_IN_BRACKETS = re.compile(r"default: \((?P<text>.*?)\)(?=;|$)")
_CODE = re.compile(r"`([^`]+)`")
_TYPES = re.compile(r" <(?:str|list\[str\]|\w+)>$")
_PAGE = re.compile(r"docs/(\w+\.(?:md|ipynb))")


def command_pages() -> dict[str, str]:
    """The Markdown of every command, by its place in the site; the first one is an overview."""
    group: Any = typer.main.get_command(app)
    with group.make_context("derivcheck", ["--help"], resilient_parsing=True) as context:
        pages = {f"{FOLDER}/index.md": "".join(_overview(group, context))}
        for name, command in group.commands.items():
            with command.make_context(name, ["--help"], parent=context, resilient_parsing=True) as own:
                pages[f"{FOLDER}/{name}.md"] = "".join(_page(f"derivcheck {name}", command, own))
    return pages


def _overview(group: Any, context: Any) -> Iterator[str]:
    yield from _head("The command line", group, context)
    yield "## Commands\n\n| command | what it does |\n|---|---|\n"
    for name, command in group.commands.items():
        yield f"| [`{name}`]({name}.md) | {command.get_short_help_str(200)} |\n"
    yield "\n" + "".join(_parameters(group, context)) + "".join(_epilog(group))


def _page(title: str, command: Any, context: Any) -> Iterator[str]:
    yield from _head(f"`{title}`", command, context)
    yield from _epilog(command)
    yield from _parameters(command, context)


def _head(title: str, command: Any, context: Any) -> Iterator[str]:
    """The title, what the command does, and how it is called."""
    yield f"# {title}\n\n"
    for paragraph in command.help.split("\n\n"):
        linked = _PAGE.sub(lambda match: f"[{match[0]}]({match[0]})", " ".join(paragraph.split()))
        yield relinked(linked, "README.md", f"{FOLDER}/index.md") + "\n\n"
    usage = command.get_help(context).partition("\n\n")[0].removeprefix("Usage: ")
    yield f"```text\n{usage}\n```\n\n"


def _epilog(command: Any) -> Iterator[str]:
    r"""The examples and other lists below a help text, each of which begins with `\b` and a line that names it."""
    for block in (command.epilog or "").split("\b\n")[1:]:
        name, *lines = block.strip("\n").splitlines()
        language = "sh" if name == "Examples:" else "text"
        body = "\n".join(line.removeprefix("  ") for line in lines).rstrip()
        yield f"## {name.removesuffix(':')}\n\n```{language}\n{body}\n```\n\n"


def _parameters(command: Any, context: Any) -> Iterator[str]:
    """The arguments, and the options, each with what it does and its default."""
    for heading, kind in (("Arguments", "argument"), ("Options", "option")):
        rows = [
            record
            for parameter in command.get_params(context)
            if parameter.param_type_name == kind and (record := parameter.get_help_record(context))
        ]
        if rows:
            yield f"## {heading}\n\n<dl>\n" + "".join(_row(*row) for row in rows) + "</dl>\n\n"


def _row(name: str, text: str) -> str:
    """An entry of the list of options: its name as one types it, what it does, its default."""
    notes = _NOTES.search(text)
    typed = _TYPES.sub("", name)
    meaning = _html(text[: notes.start()] if notes else text)
    more = _IN_BRACKETS.sub(r"default: \g<text>", notes["text"]) if notes else ""
    first = re.split(r", | / ", typed)[-1 if ", " in typed and " / " not in typed else 0]
    address = first.split()[0].strip("-").lower()
    after = f' <span class="notes">{_html(more)}</span>' if more else ""
    return f'<dt id="{address}"><code>{_html(typed)}</code></dt>\n<dd>{meaning}{after}</dd>\n'


def _html(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))
