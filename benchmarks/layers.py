"""The power of the check list on tensors: broken layers that it finds, those it names, right ones that it accuses.

    python benchmarks/layers.py [--layer NAME] [--verbose]

The layers are in expressions/custom_layers.py, their formulas in layer_subjects.py. A right layer goes through the
whole list. Its backward pass is then broken in one place after another, as a program is in mutation testing: a term or
a factor is left out, a sign flipped, a sum taken for a mean, a comparison turned round, two gradients swapped. What
raises, or returns the same gradients as before to twelve digits, is no defect and does not count.
The broken ones go through the items that compare first derivatives.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from layer_subjects import LAYERS, SUBJECTS, LayerSubject, broken

from derivcheck.api import check_function
from derivcheck.errors import DerivcheckError
from derivcheck.model import Result, Severity

COMPARED = ("backward", "upstream", "points", "shapes", "reductions", "indices")
"""The items for broken layers."""


@dataclass(slots=True)
class Tally:
    """What became of one layer.

    Attributes:
        accused: the items of the right layer that fail.
        seconds: how long its whole list took.
        found, missed: the broken ones that fail, and that do not.
        named: the diagnoses, each with what was changed.
    """

    accused: list[str]
    seconds: float
    found: int = 0
    missed: list[str] = field(default_factory=list)
    named: list[tuple[str, str]] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)


def listed(function: object, subject: LayerSubject, only: Sequence[str] = ()) -> Sequence[Result]:
    """The Results of the list."""
    return list(
        check_function(
            function,
            subject.formula,
            at=dict(subject.at),
            args=subject.args,
            const=dict(subject.const),
            only=only,
            **subject.more,
        )
    )


def differs(layer: type[torch.autograd.Function], other: type[torch.autograd.Function], subject: LayerSubject) -> bool:
    """Whether a broken layer runs, and returns other gradients than the right one."""
    try:
        return any(
            not torch.allclose(one, two, rtol=1e-12, atol=1e-14)
            for seed in range(3)
            for one, two in zip(gradients(layer, subject, seed), gradients(other, subject, seed), strict=True)
        )
    except Exception:  # whatever a broken layer raises: it does not run
        return False


def gradients(layer: type[torch.autograd.Function], subject: LayerSubject, seed: int) -> list[torch.Tensor]:
    """The gradients at the point, its numbers scaled, for a random upstream gradient."""
    from derivcheck.autograd.shaped_gradients import tensor_of
    from derivcheck.autograd.tensors import TorchSetting
    from derivcheck.inputs.python_values import points
    from derivcheck.inputs.shaped_points import read_shaped_point
    from derivcheck.model import Mode
    from derivcheck.numbers import DType

    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    (texts,) = points(subject.at)
    point = read_shaped_point(texts, DType.FLOAT64)
    held = set(subject.more.get("held", ()))
    tensors = {
        name: tensor_of(value, setting) if value.is_integer else tensor_of(value, setting) * (1 + seed / 16)
        for name, value in point.items()
    }
    for name, tensor in tensors.items():
        tensor.requires_grad_(tensor.is_floating_point() and name not in held)
    result = layer.apply(*[tensors[name] if name in tensors else subject.const[name] for name in subject.args])
    outputs = result if isinstance(result, tuple) else (result,)
    torch.manual_seed(seed)
    upstreams = [torch.randn_like(output) for output in outputs]
    asking = [tensor for tensor in tensors.values() if tensor.requires_grad]
    found = torch.autograd.grad(outputs, asking, upstreams, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, asking, strict=True)]


def run(name: str) -> Tally:
    """Check one layer, right and broken."""
    subject = SUBJECTS[name]
    layer = getattr(LAYERS, name)
    begin = time.perf_counter()
    results = listed(layer, subject)
    seconds = time.perf_counter() - begin
    accused = [f"{r.item}: {r.status}: {r.verdict.reason}" for r in results if r.status.severity not in {Severity.PASS}]
    tally = Tally(accused, seconds)
    for change, other in broken(name):
        if not differs(layer, other, subject):
            continue
        try:
            found = listed(other, subject, COMPARED)
        except DerivcheckError as error:
            tally.missed.append(f"{change}: {error.message}")
            continue
        if all(result.status.severity is Severity.PASS for result in found):
            tally.missed.append(change)
            continue
        tally.found += 1
        diagnosis = next((result.diagnosis for result in found if result.diagnosis), None)
        if diagnosis is None:
            tally.unnamed.append(change)
        else:
            tally.named.append((change, diagnosis))
    return tally


def show(name: str, tally: Tally, *, verbose: bool) -> None:
    """Print the line of a layer, and what is wrong."""
    count = tally.found + len(tally.missed)
    print(
        f"{name:<18} right: {'passes' if not tally.accused else f'{len(tally.accused)} ACCUSED'} in "
        f"{tally.seconds:4.1f} s   broken: {tally.found} of {count} found, {len(tally.named)} named",
        flush=True,
    )
    for line in (*tally.accused, *(f"missed: {change}" for change in tally.missed)):
        print(f"    {line}")
    if verbose:
        for change, diagnosis in tally.named:
            print(f"    {change}\n        {diagnosis}")
        for change in tally.unnamed:
            print(f"    {change}\n        –")


def main() -> None:
    """Print a line a layer, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layer", action="append", choices=SUBJECTS, help="one layer; default: all")
    parser.add_argument("--verbose", action="store_true", help="print each change with its diagnosis")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    tallies = {}
    for name in options.layer or SUBJECTS:
        tallies[name] = run(name)
        show(name, tallies[name], verbose=options.verbose)
    every = list(tallies.values())
    found, missed = sum(t.found for t in every), sum(len(t.missed) for t in every)
    named, accused = sum(len(t.named) for t in every), sum(bool(t.accused) for t in every)
    print(f"\n{len(every)} right layers, {accused} accused; {found + missed} broken, {found} found, {named} named")


if __name__ == "__main__":
    main()
