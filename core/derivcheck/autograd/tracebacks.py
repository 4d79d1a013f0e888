"""Where the user's own code raised an exception."""

from __future__ import annotations

import inspect
import sysconfig
import traceback
from functools import cache
from pathlib import Path

import torch


def place_of(error: BaseException) -> str:
    """The innermost line of the user's own code that an exception went through, in words; empty where there is none.

    torch's lines, Python's own and ours do not count: the user can mend none of them.

    Example: "mine.py:12, in backward"
    """
    frames = _frames(error)
    if not frames:
        return ""
    last = frames[-1]
    return f"{short_name(last.filename)}:{last.lineno}, in {last.name}"


def describe_definition(method: object) -> str:
    """Where a method is written, in words; its name where nobody knows."""
    try:
        file = Path(inspect.getsourcefile(method) or "").name  # type: ignore[arg-type]
        return f"{file}:{inspect.getsourcelines(method)[1]}, backward"  # type: ignore[arg-type]
    except (OSError, TypeError):
        return "in backward"


def trace_of(error: BaseException) -> str:
    """The traceback as Python prints it, from the first line of the user's own code on, if there is one."""
    frames = _frames(error, inner=True) or list(traceback.extract_tb(error.__traceback__))
    lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames)]
    return "".join([*lines, *traceback.format_exception_only(error)])


def _frames(error: BaseException, *, inner: bool = False) -> list[traceback.FrameSummary]:
    """The frames of the user's own code; with `inner`, all frames from the first of these on."""
    frames = list(traceback.extract_tb(error.__traceback__))
    own = [index for index, frame in enumerate(frames) if is_users(frame.filename)]
    if not own:
        return []
    return frames[own[0] :] if inner else [frames[index] for index in own]


@cache
def is_users(file: str) -> bool:
    """Whether a file is neither torch's, nor Python's, nor ours."""
    if file.startswith("<"):
        return False
    path = Path(file).resolve()
    ours, torchs = Path(__file__).resolve().parents[1], Path(torch.__file__).resolve().parent
    if path.is_relative_to(ours) or path.is_relative_to(torchs):
        return False
    standard = Path(sysconfig.get_path("stdlib")).resolve()
    return "site-packages" in path.parts or not path.is_relative_to(standard)


def short_name(file: str) -> str:
    """A file's name as the user would type it: from the working directory, if it lies there."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else path.name
