"""Whether the check list accuses right functions: forty kernels of the function table, each wrapped as a Function.

    python benchmarks/kernels.py [--compile N] [--only NAME]

Each kernel is the forward pass of a torch.autograd.Function whose backward pass is the kernel's own, and goes through
every item of `derivcheck function` in float64 and in float32; the first N through `compile` as well.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from typing import Any

import torch
from torch import Tensor

from derivcheck.api import check_function
from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.model import Mode, Result, Status
from derivcheck.numbers import DType
from derivcheck.readings import readings

UNARY = (
    "sin cos tanh exp expm1 exp2 sinh cosh atan asinh erf erfc sigmoid logsigmoid softplus softsign silu mish gelu "
    "gelu_tanh relu relu6 elu selu square abs sinc sqrt rsqrt log log1p log2 reciprocal"
)
BINARY = "mul div hypot atan2 logaddexp xlogy pow"

KERNELS: dict[str, dict[str, float]] = {
    **{f"{name}(x)": {"x": 0.75} for name in UNARY.split()},
    **{f"{name}(x, y)": {"x": 0.75, "y": 1.5} for name in BINARY.split()},
}
"""The kernels and a point of each."""

PASSES = frozenset({Status.MATCH, Status.SKIPPED})


def wrapped(formula: str, names: tuple[str, ...]) -> type[torch.autograd.Function]:
    """The kernel as a Function with a backward pass of its own."""
    program: TorchProgram = readings(formula, frozenset(names), names).torch
    settings = {
        TORCH_DTYPES[dtype]: TorchSetting("cpu", dtype, Mode.REVERSE) for dtype in (DType.FLOAT64, DType.FLOAT32)
    }

    def kernel(xs: tuple[Tensor, ...]) -> Tensor:
        return program([xs[names.index(name)] for name in program.variables], settings[xs[0].dtype].literal)

    class Wrapped(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *xs: Tensor) -> Tensor:
            ctx.save_for_backward(*xs)
            return kernel(xs)

        @staticmethod
        def backward(ctx: Any, grad_output: Tensor) -> Any:
            with torch.enable_grad():
                xs = tuple(x.view_as(x) for x in ctx.saved_tensors)  # one tensor given twice is two arguments
                needed = [x for x, need in zip(xs, ctx.needs_input_grad, strict=True) if need]
                found = iter(torch.autograd.grad(kernel(xs), needed, grad_output, create_graph=True))
            return tuple(next(found) if need else None for need in ctx.needs_input_grad)

    return Wrapped


def checked(formula: str, dtype: DType, *, compiled: bool = False) -> list[Result]:
    """The check list of one kernel in one format."""
    at = KERNELS[formula]
    function = wrapped(formula, tuple(at))
    results = list(check_function(function, formula, at=at, args=list(at), dtype=dtype.label))
    if compiled:
        results += check_function(function, formula, at=at, args=list(at), dtype=dtype.label, only=["compile"])
    return results


def main() -> None:
    """Check them all, print what does not pass, and count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--compile", type=int, default=0, metavar="N", help="so many through torch.compile as well")
    parser.add_argument("--only", help="only the kernels whose formula contains this")
    options = parser.parse_args()
    torch.set_num_threads(1)
    started = time.perf_counter()
    formulas = [formula for formula in KERNELS if not options.only or options.only in formula]
    statuses: Counter[Status] = Counter()
    passed = 0
    for dtype in (DType.FLOAT64, DType.FLOAT32):
        for number, formula in enumerate(formulas):
            results = checked(formula, dtype, compiled=number < options.compile)
            statuses.update(result.status for result in results)
            bad = [result for result in results if result.status not in PASSES]
            passed += not bad
            for result in bad:
                print(f"  {formula}, {dtype}: {result.item}: {result.status}: {result.verdict.reason}", flush=True)
    print(f"{passed} of {2 * len(formulas)} pass every item, {time.perf_counter() - started:.0f} s")
    print("  " + ", ".join(f"{status} {count}" for status, count in sorted(statuses.items(), key=str)))


if __name__ == "__main__":
    main()
