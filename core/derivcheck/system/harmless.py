"""Makes the texts of a case harmless before they are printed: no terminal and no CI runner finds a command in them.

A CI's runner reads what a step prints, and obeys some lines of it. Anybody may have written an expression, so no text
that we print may look like such a command: GitHub's `::error::` at the beginning of a line (after blanks, which its
runner trims) and `##[error]` anywhere (actions/runner, ActionCommand.cs), Azure's `##vso[…]` anywhere
(azure-pipelines-agent, Command.cs), TeamCity's `##teamcity[…]`, and GitLab's `section_start:…`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_COMMAND = re.compile(r"(?:^|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])\s*::|##[\w.-]*\[|section_(?:start|end):")
"""A command, up to the character that has to be replaced for it to be none."""

_SIGNS = ("::", "##", "section_")
"""Every command contains one of these; most texts contain none, and need not be searched."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def one_line(text: str) -> str:
    r"""Replace control characters and line breaks, which could write over the terminal, or begin a new line.

    Example:
        >>> one_line("x\n::error::y")
        'x�::error::y'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _REPLACEMENT for char in text)


def harmless(text: str) -> str:
    r"""Replace control characters and commands, one character by one, so that the length stays; line breaks stay.

    Example:
        >>> harmless("    ::error::x ##[add-mask]s")
        '    :�error::x ##�add-mask]s'
    """
    if not text.isprintable():
        text = "\n".join(map(one_line, text.split("\n")))
    return _without_commands(text, lambda _: _REPLACEMENT)


def harmless_json(text: str) -> str:
    r"""Write the same JSON without any command: one character of each is written as an escape.

    Example:
        >>> harmless_json('{"expr": "##vso[x]"}')
        '{"expr": "##vso\\u005bx]"}'
    """
    return _without_commands(text, lambda char: f"\\u{ord(char):04x}")


def harmless_xml(text: str) -> str:
    """Do the same for the content of an XML element, or the value of an attribute.

    Example:
        >>> harmless_xml("##[error]")
        '##&#91;error]'
    """
    return _without_commands(text, lambda char: f"&#{ord(char)};")


def _without_commands(text: str, written: Callable[[str], str]) -> str:
    """Replace the last character of each command by what `written` returns for it."""
    if not any(sign in text for sign in _SIGNS):
        return text
    return _COMMAND.sub(lambda found: found[0][:-1] + written(found[0][-1]), text)
