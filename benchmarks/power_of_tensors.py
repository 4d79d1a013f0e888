"""The power of the check on tensors: which broken backward passes are found, and which right ones are accused.

    python benchmarks/power_of_tensors.py [--function NAME] [--dtype float64|float32]

The functions are in tensor_subjects.py. Each becomes a torch.autograd.Function whose forward pass is right and whose
backward pass is right, broken in the ways that people break it, or right but for a factor of 1 + 10**-k on its first
gradient. Three times the same functions at the same points go to derivcheck, as an expression that calls a function of
the user's own, and to torch.autograd.gradcheck, slow and fast. Three times, since a forgotten upstream gradient of 1
does not show.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from tensor_subjects import SUBJECTS, Backward, TensorSubject
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, OwnFunction, Result, Severity, Status
from derivcheck.numbers import DType

FACTORS = {DType.FLOAT64: range(1, 14), DType.FLOAT32: range(1, 6)}
"""A factor 1 + 10**-k: up to the last k that is tens of ulps in the format."""

GRADCHECK: dict[DType, dict[str, Any]] = {DType.FLOAT64: {}, DType.FLOAT32: {"eps": 1e-3, "atol": 1e-3, "rtol": 1e-3}}
"""gradcheck's defaults are for float64; with them nothing passes in float32. There people write these."""

CHECKERS = ("derivcheck", "slow", "fast")
RIGHT, BROKEN = "right", "as people break it"


@dataclass(frozen=True, slots=True)
class Trial:
    """One backward pass at one point.

    Attributes:
        name: the function.
        defect: what is wrong with it; `RIGHT` where nothing is.
        kind: `RIGHT`, `BROKEN` or the factor.
        found: for each checker whether it rejects it.
        reason: what derivcheck says of it.
    """

    name: str
    defect: str
    kind: str
    found: dict[str, bool]
    reason: str


def scaled(right: Backward, k: int) -> Backward:
    """A backward pass whose first gradient is off by a factor of 1 + 10**-k."""

    def backward(g: Tensor, *inputs: Tensor) -> Sequence[Tensor]:
        first, *others = right(g, *inputs)
        return [first * (1 + 10.0**-k), *others]

    return backward


def differentiable(subject: TensorSubject, backward: Backward) -> type[torch.autograd.Function]:
    """The Function with this backward pass."""

    class Tried(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *inputs: Tensor) -> Tensor:
            ctx.save_for_backward(*inputs)
            return subject.forward(*inputs)

        @staticmethod
        def backward(ctx: Any, *upstream: Tensor) -> Any:
            return tuple(backward(*upstream, *ctx.saved_tensors))

    return Tried


def judged(subject: TensorSubject, backward: Backward, at: Mapping[str, str], dtype: DType) -> list[Result]:
    """What derivcheck says, a Result for the value and for each gradient."""
    own = OwnFunction("written", tuple(at), subject.formula, differentiable(subject, backward).apply)
    return list(check_case(Case(f"3*written({', '.join(at)})", (dict(at),), dtype=dtype, functions=(own,))))


def accepted_by_gradcheck(
    subject: TensorSubject, backward: Backward, inputs: Sequence[Tensor], dtype: DType, *, fast: bool
) -> bool:
    """Whether torch.autograd.gradcheck passes; what it raises is no pass."""
    applied: Callable[..., Tensor] = differentiable(subject, backward).apply
    given = [tensor.clone().requires_grad_() for tensor in inputs]
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return bool(
                torch.autograd.gradcheck(
                    lambda *xs: 3 * applied(*xs),
                    given,
                    fast_mode=fast,
                    raise_exception=False,
                    **GRADCHECK[dtype],
                )
            )
        except RuntimeError:
            return False


def tensors_of(row: Result, dtype: DType) -> list[Tensor]:
    """The point of a Result as tensors."""
    assert row.values is not None
    return [
        torch.tensor([float(x.exact) for x in value.elements], dtype=TORCH_DTYPES[dtype]).reshape(value.shape)
        for value in row.values.values()
    ]


def backward_passes(subject: TensorSubject, dtype: DType) -> Iterator[tuple[str, str, Backward]]:
    """The kind of each backward pass of a function, what is wrong with it, and it."""
    yield RIGHT, RIGHT, subject.right
    for defect, backward in subject.broken.items():
        yield BROKEN, defect, backward
    for k in FACTORS[dtype]:
        yield f"factor 1 + 1e-{k}", f"factor 1 + 1e-{k}", scaled(subject.right, k)


def trials(names: Sequence[str], dtype: DType) -> Iterator[Trial]:
    """Every backward pass of some functions at every point."""
    for name in names:
        subject = SUBJECTS[name]
        for at in subject.at:
            for kind, defect, backward in backward_passes(subject, dtype):
                rows = judged(subject, backward, at, dtype)
                worst = max(rows, key=lambda row: row.status.rank)
                if worst.status is Status.ERROR:
                    raise SystemExit(f"{name}, {defect}: {worst.verdict.reason or worst.error}")
                inputs = tensors_of(worst, dtype)
                found = {"derivcheck": worst.status.severity is not Severity.PASS}
                for mode in ("slow", "fast"):
                    found[mode] = not accepted_by_gradcheck(subject, backward, inputs, dtype, fast=mode == "fast")
                yield Trial(name, defect, kind, found, worst.verdict.reason or worst.status.label)


def report(dtype: DType, names: Sequence[str]) -> None:
    """Try some functions in one format, and print who finds what."""
    started = time.perf_counter()
    kinds: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials(names, dtype):
        kinds[trial.kind].append(trial)
    count = sum(map(len, kinds.values()))
    print(f"{dtype}: {count} backward passes of {len(names)} functions, {time.perf_counter() - started:.0f} s")
    print(f"  {'':<26}{'derivcheck':>12}{'gradcheck slow':>16}{'gradcheck fast':>16}")
    for kind, tried in kinds.items():
        counts = [f"{sum(trial.found[who] for trial in tried)}/{len(tried)}" for who in CHECKERS]
        what = "right, but rejected" if kind == RIGHT else kind
        print(f"  {what:<26}{counts[0]:>12}{counts[1]:>16}{counts[2]:>16}")
    for trial in (trial for tried in kinds.values() for trial in tried):
        if trial.found["derivcheck"] is (trial.kind == RIGHT):
            print(f"  {'accused' if trial.kind == RIGHT else 'missed'}: {trial.name}, {trial.defect}: {trial.reason}")
    missed = [trial for trial in kinds[BROKEN] if not all(trial.found.values())]
    for trial in missed:
        by = ", ".join(f"gradcheck {who}" for who in CHECKERS[1:] if not trial.found[who])
        print(f"  missed by {by}: {trial.name}, {trial.defect}")


def main() -> None:
    """Try every function in each format."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--function", choices=SUBJECTS, help="this one alone")
    parser.add_argument("--dtype", choices=[dtype.label for dtype in FACTORS], help="this format alone")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for dtype in FACTORS:
        if options.dtype in {None, dtype.label}:
            report(dtype, [options.function] if options.function else list(SUBJECTS))


if __name__ == "__main__":
    main()
