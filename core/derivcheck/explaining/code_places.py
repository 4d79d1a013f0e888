"""Where in the user's code an operation stands that runs."""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from derivcheck.autograd import user_functions
from derivcheck.autograd.tracebacks import is_users, short_name
from derivcheck.model.explanation import Place

_CALLERS = frozenset({user_functions.__file__, str(Path(__file__).with_name("explained_code.py"))})
"""The modules of ours that call the user's code."""


def place_in_code() -> Place | None:
    """The innermost line of the user's own code that runs now; None where there is none.

    torch's lines, Python's own and ours do not count; nor does the script that has asked for the explanation, which
    stands beyond the function of ours that calls what is explained.
    """
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file in _CALLERS:
            return None
        if is_users(file):
            text = linecache.getline(file, frame.f_lineno).strip()
            return Place(text, file=short_name(file), line=frame.f_lineno)
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return None


def place_of(function: Callable[..., Any]) -> Place | None:
    """The line that defines a function, such as a backward pass; None where its source cannot be seen.

    Example:
        >>> import textwrap
        >>> found = place_of(textwrap.dedent)
        >>> found.text, found.file
        ('def dedent(text):', 'textwrap.py')
    """
    try:
        file, (lines, first) = inspect.getsourcefile(function), inspect.getsourcelines(function)
    except (OSError, TypeError):
        return None
    at = next((number for number, line in enumerate(lines) if line.lstrip().startswith(("def ", "async def "))), None)
    return None if file is None or at is None else Place(lines[at].strip(), file=short_name(file), line=first + at)
