"""The jobs that the atlas is made of: which operation, in which format, looked at how."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from derivcheck.language import table
from derivcheck.language.parse import parse
from derivcheck.language.table import Function, Sort
from derivcheck.language.table.examples import EXAMPLES
from derivcheck.numbers import DType

sys.path.append(str(Path(__file__).resolve().parents[1] / "benchmarks"))


SIXTEEN_BITS = frozenset({DType.FLOAT16, DType.BFLOAT16})
"""The formats whose numbers are few enough to look at all of them."""


class Look(Enum):
    """How an operation is looked at."""

    ENUMERATION = "enumeration"
    HUNT = "hunt"
    EXAMPLE = "example"
    SAMPLES = "samples"


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work that gives some rows.

    Attributes:
        look: how.
        operation: the operation's name.
        group: the heading under which it stands.
        expression: what is checked; "" for torch's own samples.
        variables: what is differentiated by.
        format: the format.
        order: of derivatives.
        device: where torch computes.
        quick: whether only a small part of it is wanted.
    """

    look: Look
    operation: str
    group: str
    expression: str
    variables: tuple[str, ...]
    format: DType
    order: int = 1
    device: str = "cpu"
    quick: bool = False

    @property
    def key(self) -> str:
        """What no two jobs have in common."""
        return f"{self.look.value} {self.operation} {self.format} {self.order} {self.device}"


CALLS = {
    "polygamma": "polygamma(1, x)",
    "mvlgamma": "mvlgamma(x, 2)",
    "zeta": "zeta(2, a)",
    "besseli": "besseli(0, x)",
    "threshold": "threshold(x, 0.5, -1)",
    "where": "where(x > y, x, y)",
    "clamp": "clamp(x, -1, 1)",
    "clamp_min": "clamp_min(x, -1)",
    "clamp_max": "clamp_max(x, 1)",
    "lerp": "lerp(x, y, 1/4)",
    "addcmul": "addcmul(1, x, y)",
    "addcdiv": "addcdiv(1, x, y)",
    "prelu": "prelu(x, 1/4)",
}
"""How functions are called of which not every argument is a variable, or fewer variables show as much."""

NO_GRADIENT = frozenset({"detach"})
"""Functions that are no function to torch's autograd."""

QUICK_ENUMERATIONS = frozenset({"expm1", "sqrt", "tanh"})

SHAPED_POINT = {
    **dict.fromkeys("xyz", "randn(3)"),
    "p": "rand(3)",
    **dict.fromkeys("AB", "randn(3, 3)"),
    "X": "randn(2, 2, 4)",
    "W": "randn(2, 2, 3)",
    "image": "randn(1, 2, 4, 4)",
    "kernel": "randn(2, 2, 3, 3)",
    "volume": "randn(1, 1, 2, 2, 2)",
    "t": "1",
    "labels": "[0, 2, 1]",
}
"""The values of the variables in the examples of functions of shapes; each draws its own numbers."""


def functions_of_numbers() -> Iterator[tuple[Function, str, tuple[str, ...]]]:
    """The functions of numbers that torch can differentiate, how each is called, and its variables."""
    for row in table.FUNCTIONS:
        if row.torch is None or row.result is Sort.BOOL or row.name in NO_GRADIENT:
            continue
        text = CALLS.get(row.name, _written(row))
        yield row, text, parse(text).variables


def _written(row: Function) -> str:
    return _SIGNS[row.name] if row.name in _SIGNS else f"{row.name}({', '.join(row.params)})"


_SIGNS = {"add": "x + y", "sub": "x - y", "mul": "x*y", "div": "x/y", "pow": "x**y", "neg": "-x"}


def jobs(device: str, *, quick: bool) -> Iterator[Job]:
    """All jobs on a device, those that take longest first."""
    numeric = list(functions_of_numbers())
    for dtype in (DType.BFLOAT16, DType.FLOAT16):
        for row, text, names in numeric:
            if len(names) == 1 and (not quick or row.name in QUICK_ENUMERATIONS):
                yield Job(Look.ENUMERATION, row.name, row.group, text, names, dtype, 1, device, quick)
    for order in (1, 2):
        for dtype in DType:
            for row, text, names in numeric:
                is_enumerated = dtype in SIXTEEN_BITS and order == 1 and len(names) == 1
                if not is_enumerated and not (quick and (order == 2 or dtype is not DType.FLOAT32)):
                    yield Job(Look.HUNT, row.name, row.group, text, names, dtype, order, device, quick)
    yield from _samples(device, quick=quick)
    for dtype in DType:
        for row in table.SHAPED_FUNCTIONS:
            if not quick or dtype is DType.FLOAT32:
                text = EXAMPLES[row.name]
                names = parse(text, SHAPED_POINT, has_shapes=True).variables
                yield Job(Look.EXAMPLE, row.name, row.group, text, names, dtype, 1, device, quick)


def _samples(device: str, *, quick: bool) -> Iterator[Job]:
    """A job for each entry of torch's table of operations, in each format."""
    from operation_samples import entries

    for dtype in DType:
        for op in entries() if not quick or dtype is DType.FLOAT32 else ():
            space = op.name.rpartition(".")[0] or "torch"
            yield Job(Look.SAMPLES, op.full_name, space, "", (), dtype, 1, device, quick)
