"""The exit codes and what they mean."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a run ended: code and meaning."""

    PASS = (0, "all cases pass (warnings allowed)")
    FAIL = (1, "some case fails")
    ERROR = (2, "wrong usage, unreadable input, or a case that could not be run")
    WARN = (3, "with --strict: no case fails, some warn")
    INTERNAL = (4, "internal error: a bug of derivcheck")
    NOTHING = (5, "nothing to check")

    meaning: str

    def __new__(cls, code: int, meaning: str) -> ExitCode:
        """The code with its meaning attached."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member
