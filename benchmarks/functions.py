"""The power of the check list: broken functions that it finds, those it names rightly, and right ones that it accuses.

    python benchmarks/functions.py [--quick] [--function NAME]

The functions of power_functions.toml, each as a torch.autograd.Function with its backward pass written by hand, right
or broken, go through the list of `derivcheck function`: the right ones through every item at all of their points, the
broken ones through the items that compare first derivatives, at the ordinary points.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import torch
from power import (
    AIM,
    COMPOSED,
    FACTORS,
    Backward,
    Subject,
    backward_pass,
    choose_subjects,
    defects,
    differentiable,
    forward_pass,
)
from torch import Tensor

from derivcheck.api import check_function
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.inputs.coordinates import read_point
from derivcheck.model import Mode, Result, Severity
from derivcheck.numbers import DType

COMPARED = ("backward", "upstream", "points")
"""The items for broken functions."""

NAMES = {
    "factor": ("constant factor", "constant rounded to float32", "computed in float32"),
    "wrong sign": ("sign flipped",),
    "zero": ("the gradient is 0",),
    "float32 constant": ("float32",),
    COMPOSED: ("ignores grad_output",),
    "missing inner factor": ("factor", "half as large", "instead of the derivative"),
    "missing term": ("term", "factor", "instead of the derivative"),
    "swapped arguments": ("another argument", "factor", "instead of the derivative", "sign flipped"),
}
"""What the diagnosis of a defect may say; one that is not here has no name that fits."""

Formats = dict[torch.dtype, TorchSetting]
FORMATS: Formats = {
    torch.float64: TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE),
    torch.float32: TorchSetting("cpu", DType.FLOAT32, Mode.REVERSE),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One function under the list, in one format.

    Attributes:
        subject, dtype, defect: which; the right one's defect is empty.
        gravest: the gravest severity of an item.
        items: the items that do not pass, with their reasons.
        diagnosis: the mistake's name, where there is one.
    """

    subject: str
    dtype: DType
    defect: str
    gravest: Severity
    items: tuple[str, ...]
    diagnosis: str | None

    @property
    def is_named(self) -> bool:
        """Whether the name is one that the defect may have."""
        words = NAMES.get("factor" if self.defect.startswith("factor") else self.defect, ())
        return self.diagnosis is not None and any(word in self.diagnosis for word in words)


def callable_of(forward: dict[DType, TensorFunction], backward: dict[DType, Backward]) -> object:
    """The function in each format, as one function of tensors."""
    made = {dtype: differentiable(forward[dtype], backward[dtype]) for dtype in forward}

    def function(*xs: Tensor) -> Tensor:
        result: Tensor = made[FORMATS[xs[0].dtype].dtype].apply(*xs)
        return result

    return function


def trial(subject: Subject, dtype: DType, defect: str, function: object) -> Trial:
    """Run the list on one function."""
    points = [at for kind, listed in subject.points.items() for at in listed if not defect or kind == "normal"]
    results = check_function(
        function, subject.expr, at=points, args=subject.names, only=COMPARED if defect else (), dtype=dtype.label
    )
    bad = [result for result in results if result.status.severity is not Severity.PASS]
    return Trial(
        subject.name,
        dtype,
        defect,
        max((result.status.severity for result in results), key=lambda severity: severity.rank),
        tuple(map(_told, bad)),
        next((result.diagnosis for result in results if result.diagnosis), None),
    )


def is_broken(subject: Subject, setting: TorchSetting, right: Backward, broken: Backward) -> bool:
    """Whether the defect changes a gradient by more than a few ulps at an ordinary point (2 is a float32 constant)."""
    least = 8 * setting.dtype.unit_roundoff
    upstream = setting.tensor(Fraction(3))
    for texts in subject.points["normal"]:
        point = read_point(texts, setting.dtype)
        xs = tuple(setting.tensor(point[name].exact) for name in subject.names)
        for one, other in zip(right(xs, upstream), broken(xs, upstream), strict=True):
            if abs(float(one) - float(other)) > least * abs(float(one)):
                return True
    return False


def _told(result: Result) -> str:
    return f"{result.item}: {result.status}: {result.verdict.reason}"


def trials(subject: Subject, formats: Sequence[DType] = tuple(FACTORS)) -> Iterator[Trial]:
    """The right function, then each broken one, in each format."""
    settings = {setting.dtype: setting for setting in FORMATS.values()}
    forward = {dtype: forward_pass(subject, setting) for dtype, setting in settings.items()}
    right = {dtype: backward_pass(subject, subject.gradient, setting) for dtype, setting in settings.items()}
    for dtype in formats:
        yield trial(subject, dtype, "", callable_of(forward, right))
        for defect, broken in defects(subject, settings[dtype]):
            if is_broken(subject, settings[dtype], right[dtype], broken):
                yield trial(subject, dtype, defect, callable_of(forward, right | {dtype: broken}))


def is_aimed_at(tried: Trial) -> bool:
    """Whether the defect is of the size that is to be found."""
    _, _, exponent = tried.defect.partition("1e-")
    return not exponent or 10.0 ** -int(exponent) >= AIM[tried.dtype]


def print_table(found: Sequence[Trial], dtype: DType) -> None:
    """A row a kind of defect: how many were found, and how many have a name that fits."""
    rows: dict[str, list[Trial]] = defaultdict(list)
    for tried in found:
        if tried.dtype is dtype and tried.defect:
            rows[tried.defect].append(tried)
    print(f"\n{f'Broken functions, {dtype}':<32}{'found':>10}{'failed':>10}{'named':>10}{'named rightly':>16}")
    every = [tried for row in rows.values() for tried in row if is_aimed_at(tried)]
    for name, row in [*rows.items(), (f"all of size {AIM[dtype] / 0.9:g} and more", every)]:
        seen = [tried for tried in row if tried.gravest is not Severity.PASS]
        failed = sum(tried.gravest is Severity.FAIL for tried in row)
        named = sum(tried.diagnosis is not None for tried in row)
        rightly = sum(tried.is_named for tried in row)
        print(f"  {name:<30}{f'{len(seen)}/{len(row)}':>10}{failed:>10}{named:>10}{rightly:>16}")


def print_causes(found: Sequence[Trial]) -> None:
    """What was missed, what has another name than it should, and which right functions do not pass."""
    missed = [tried for tried in found if tried.defect and tried.gravest is Severity.PASS and is_aimed_at(tried)]
    print(f"\nMissed although of the size aimed at: {len(missed)}")
    for tried in missed:
        print(f"  {tried.subject}, {tried.dtype}: {tried.defect}")
    strange = [tried for tried in found if tried.diagnosis and tried.defect in NAMES and not tried.is_named]
    print(f"\nNamed otherwise: {len(strange)}")
    for tried in strange:
        print(f"  {tried.subject}, {tried.dtype}: {tried.defect}: {tried.diagnosis}")
    for severity, text in ((Severity.ERROR, "stopped"), (Severity.FAIL, "accused"), (Severity.WARN, "warned of")):
        right = [tried for tried in found if not tried.defect and tried.gravest is severity]
        print(f"\nRight functions that are {text}: {len(right)}")
        for tried in right:
            print(f"  {tried.subject}, {tried.dtype}")
            for item in tried.items:
                print(f"    {item}")


def main() -> None:
    """Run the trials and print the tables."""
    subjects = choose_subjects(__doc__)
    started = time.perf_counter()
    found = [tried for subject in subjects for tried in trials(subject)]
    right = sum(not tried.defect for tried in found)
    seconds = time.perf_counter() - started
    print(f"{len(found) - right} broken and {right} right functions under the check list, {seconds:.0f} s")
    for dtype in FACTORS:
        print_table(found, dtype)
    print_causes(found)


if __name__ == "__main__":
    main()
