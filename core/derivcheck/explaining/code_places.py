"""Where in the user's code an operation stands that runs."""

from __future__ import annotations

import linecache
import sys

from derivcheck.autograd.tracebacks import is_users, short_name
from derivcheck.model.explanation import Place


def place_in_code() -> Place | None:
    """The innermost line of the user's own code that runs now; None where there is none.

    torch's lines, Python's own and ours do not count.
    """
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if is_users(file):
            text = linecache.getline(file, frame.f_lineno).strip()
            return Place(text, file=short_name(file), line=frame.f_lineno)
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return None
