"""Whom `derivcheck explain` blames where a function's backward pass is broken, and where it is right.

    python benchmarks/explained_functions.py [--count N] [--seed N]

A sample of the broken functions of functions.py, and the right ones: each is called in an expression, 3*f(x, …), at an
ordinary point, and explained. To blame is the function's own backward pass, with the element, what it returned and
what is exact; of a right one nothing is.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from functions import FORMATS
from power import Backward, Subject, backward_pass, defects, differentiable, forward_pass, read_subjects

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.explaining.explained_expressions import explain_expression
from derivcheck.inputs.coordinates import read_point
from derivcheck.model import Case, OwnFunction
from derivcheck.model.explanation import BlameKind, Explanation
from derivcheck.numbers import DType

TABLE = Path(__file__).resolve().parent / "power_functions.toml"


@dataclass(frozen=True, slots=True)
class Explained:
    """One function, explained.

    Attributes:
        subject, dtype, defect: which; the defect of a right one is empty.
        said: what is to blame, in words; "" where nothing is.
        is_right: whether that is so.
    """

    subject: str
    dtype: DType
    defect: str
    said: str
    is_right: bool


def written(subject: Subject, setting: TorchSetting, backward: Backward) -> Any:
    """The function, whose backward pass is the given one."""
    return differentiable(forward_pass(subject, setting), backward)


def explain(subject: Subject, setting: TorchSetting, texts: dict[str, str], function: Any, defect: str) -> Explained:
    """Explain one function at one point."""
    own = OwnFunction("written", subject.names, subject.expr, function)
    call = f"3*written({', '.join(subject.names)})"
    explanation = explain_expression(Case(call, at=(texts,), dtype=setting.dtype, functions=(own,)))
    said = "" if explanation.blame is None else f"{explanation.blame.kind.name}: {explanation.blame.sentence}"
    return Explained(
        subject.name, setting.dtype, defect, said or "".join(explanation.notes), blames_own(explanation, bool(defect))
    )


def blames_own(explanation: Explanation, is_broken: bool) -> bool:
    """Whether the backward pass of the function is blamed, with numbers, where it is broken, and nothing elsewhere."""
    blame = explanation.blame
    if blame is None or not is_broken:
        return blame is None and not is_broken
    is_own = explanation.tape[blame.tensor].is_own and blame.kind is BlameKind.BACKWARD
    return is_own and blame.argument is not None and blame.exact is not None


def broken_places(subject: Subject) -> Iterator[tuple[Subject, TorchSetting, dict[str, str], str, Backward]]:
    """Each defect in each format at the ordinary points at which it shows."""
    for setting in FORMATS.values():
        right = backward_pass(subject, subject.gradient, setting)
        for defect, broken in defects(subject, setting):
            for texts in subject.points["normal"]:
                if shows(subject, setting, right, broken, texts):
                    yield subject, setting, texts, defect, broken


def shows(subject: Subject, setting: TorchSetting, right: Backward, broken: Backward, texts: dict[str, str]) -> bool:
    """Whether a defect changes a gradient at a point by more than an honest backward pass may be off."""
    point = read_point(texts, setting.dtype)
    xs = tuple(setting.tensor(point[name].exact) for name in subject.names)
    upstream = setting.tensor(Fraction(3))
    least = 64 * setting.dtype.unit_roundoff
    pairs = zip(right(xs, upstream), broken(xs, upstream), strict=True)
    return any(abs(float(one) - float(other)) > least * abs(float(one)) for one, other in pairs)


def sample(count: int, seed: int, subjects: Sequence[Subject]) -> list[Explained]:
    """So many broken functions, and as many right ones, at points that are drawn."""
    draw = random.Random(seed)
    found: list[Explained] = []
    while len(found) < 2 * count:
        subject = draw.choice(subjects)
        places = list(broken_places(subject))
        if not places:
            continue
        _, setting, texts, defect, broken = draw.choice(places)
        right = backward_pass(subject, subject.gradient, setting)
        found.append(explain(subject, setting, texts, written(subject, setting, broken), defect))
        found.append(explain(subject, setting, texts, written(subject, setting, right), ""))
    return found


def show(found: Sequence[Explained], seconds: float) -> None:
    """Print how many are blamed rightly, and which are not."""
    for words, part in (
        ("broken", [one for one in found if one.defect]),
        ("right", [one for one in found if not one.defect]),
    ):
        rightly = sum(one.is_right for one in part)
        print(f"{words:<8}{rightly:>5} of {len(part)} blamed rightly")
        for one in part:
            if not one.is_right:
                print(f"    {one.subject}, {one.dtype}: {one.defect or 'right'}: {one.said or 'nobody'}")
    print(f"{1000 * seconds / len(found):.0f} ms each")


def main() -> None:
    """Explain the sample."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(1)
    started = time.perf_counter()
    found = sample(given.count, given.seed, read_subjects(TABLE))
    show(found, time.perf_counter() - started)


if __name__ == "__main__":
    main()
