"""The findings of the atlas as data: what torch gets wrong, and three lines that show it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("findings.toml")

HEAD = """\
# What torch gets wrong, as data: docs/torch_findings.md is the prose. `python atlas/confirming.py --write` runs the
# three lines of each and fills in what torch shows, what is true, and in which formats and modes it holds; a test runs
# them. atlas/findings.py tells what the keys mean.

"""


PRELUDE = """\
import torch
from torch.autograd import grad
from torch.func import grad as gradient, jvp
from torch.nn import functional as F
def number(x, dtype=torch.float64):
    return torch.tensor(x, dtype=dtype, requires_grad=True)
def nth(y, x, n):  # the n-th derivative of y by x, in reverse mode
    for _ in range(n):
        (y,) = grad(y, x, create_graph=True)
    return y
def tangent(f):  # the derivative of a function of one number, in forward mode
    return lambda t: jvp(f, (t,), (torch.ones_like(t),))[1]
"""
"""What the lines of every finding start from."""


class Kind(Enum):
    """What is wrong."""

    WRONG = "wrong number"
    """No digit is right, or another function is differentiated."""
    DIGITS = "digits lost"
    """Some digits are right, fewer than the format has and than rounding explains."""
    RANGE = "range"
    """A step overflows or underflows on the way to a number that the format holds."""
    NAN = "no number"
    """nan or inf where there is a number."""
    MISSING = "no derivative"
    """torch says that it has none."""


_TRANSFORMS = {
    "forward": ("tangent", "tangent"),
    "func": ("gradient", "gradient"),
    "forward-over-reverse": ("gradient", "tangent"),
    "reverse-over-forward": ("tangent", "gradient"),
}
"""What takes the inner derivative in a mode, and what the outer one."""

_IS_SUM = re.compile(r"^[^()]*[-+*/@][^()]*$|\) [-+*/@]|[-+*/@] ")
"""An expression that needs brackets before a method is called on it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that torch gets wrong.

    Attributes:
        id: its anchor on the page of findings.
        title: what it is, in one line.
        operations: torch's names of the operations, without `torch.`.
        kind: what is wrong.
        of: what is wrong of them: the value, or which derivative.
        function: the operation as an expression of torch in the names of `at`; the three lines are made from it.
        at: the numbers, as Python writes them, by name.
        by: what it is differentiated by, a name an order; empty for the value.
        lines: the lines themselves, where no expression makes them.
        truth: the true number as an expression of mpmath in the same names, a list for a list; empty where torch gives
            no number to compare.
        shown: what the last line shows.
        true: the true number, to 17 digits.
        formats: the formats in which it is confirmed, the one shown first.
        modes: the modes in which it is confirmed, the one shown first.
        section: the section of docs/torch_findings.md that tells more.
        why: why it happens, where no section tells.
        report: a report among torch's issues.
    """

    id: str
    title: str
    operations: tuple[str, ...]
    kind: Kind
    of: str
    function: str = ""
    at: str = ""
    by: str = ""
    lines: str = ""
    truth: str = ""
    shown: str = ""
    true: str = ""
    formats: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    section: str = ""
    why: str = ""
    report: str = ""

    @property
    def reproduction(self) -> tuple[str, ...]:
        """The lines that show it: those given, or those made from the function."""
        if self.lines:
            return tuple(self.lines.strip().splitlines())
        names, order = ", ".join(self.names), self.by.count(",") + bool(self.by)
        mode = self.modes[0] if self.modes else "reverse"
        if order and mode != "reverse":  # functions of torch.func, in the order in which they are taken
            inner, outer = _TRANSFORMS[mode]
            text = f"{inner}(lambda {names}: {self.function})"
            for _ in range(order - 1):
                text = f"{outer}({text})"
            return (f"{names} = {self._numbers('.detach()')}", f"{text}({names}).item()")
        begin = f"{names} = {self._numbers()}"
        value = f"({self.function})" if _IS_SUM.search(self.function) else self.function
        if order == 0:
            return (begin, f"{value}.item()")
        if order == 1:
            return (begin, f"grad({self.function}, {self.by})[0].item()")
        if order == 2:
            first, second = self.by.split(",")
            return (
                begin,
                f"(slope,) = grad({self.function}, {first}, create_graph=True)",
                f"grad(slope, {second})[0].item()",
            )
        return (begin, f"nth({self.function}, {self.by[0]}, {order}).item()")

    def _numbers(self, after: str = "") -> str:
        dtype = f", torch.{self.formats[0]}" if self.formats and self.formats[0] != "float64" else ""
        return ", ".join(f"number({value}{dtype}){after}" for _, value in self.point)

    @property
    def point(self) -> tuple[tuple[str, str], ...]:
        """The names of `at`, each with its number as Python writes it."""
        pairs = (pair.partition("=") for pair in self.at.split(";") if pair.strip())
        return tuple((name.strip(), value.strip()) for name, _, value in pairs)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of `at`."""
        return tuple(name for name, _ in self.point)


def read(file: Path = FILE) -> list[Finding]:
    """The findings of a file, in its order.

    Raises:
        TypeError: for a key that a finding does not have.
        ValueError: for a kind that there is not.
    """
    rows: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["finding"]
    lists = {field.name for field in fields(Finding) if "tuple" in str(field.type)}

    def value_of(key: str, value: Any) -> Any:
        return Kind(value) if key == "kind" else tuple(value) if key in lists else value

    return [Finding(**{key: value_of(key, value) for key, value in row.items()}) for row in rows]


def _lines(finding: Finding) -> Iterator[str]:
    yield "[[finding]]"
    for field in fields(finding):
        value = getattr(finding, field.name)
        if not value:
            continue
        if isinstance(value, tuple):
            yield f"{field.name} = [{', '.join(_quoted(item) for item in value)}]"
        else:
            text = value.value if isinstance(value, Kind) else str(value).strip()
            yield f"{field.name} = {_quoted(text)}"
    yield ""


def _quoted(text: str) -> str:
    """A text of TOML, literal: what stands there is what is meant."""
    if "\n" in text:
        return f"'''\n{text}\n'''"
    return f"'''{text}'''" if "'" in text else f"'{text}'" if '"' in text or "\\" in text else f'"{text}"'


def write(findings: Sequence[Finding], file: Path = FILE) -> None:
    """Write findings to a file, as `read` finds them again."""
    text = HEAD + "\n".join(line for finding in findings for line in _lines(finding))
    file.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def in_markdown(text: str) -> str:
    r"""A text as Markdown shows it: `x**y` is no beginning of something bold.

    Examples:
        >>> in_markdown("x**y at x_0")
        'x\\*\\*y at x\\_0'
    """
    return re.sub(r"([*_<\[\]])", r"\\\1", text)


def operations(findings: Sequence[Finding]) -> list[str]:
    """The operations that some finding is about, each once, in the order of the alphabet."""
    return sorted({operation for finding in findings for operation in finding.operations})
