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
from derivcheck.autograd import Setting, TorchProgram
from derivcheck.devices import TORCH_DTYPES
from derivcheck.model import DType, Mode, Result, Status
from derivcheck.readings import readings

KERNELS: dict[str, dict[str, float]] = {
    **dict.fromkeys(
        (
            "sin(x)", "cos(x)", "tanh(x)", "exp(x)", "expm1(x)", "exp2(x)", "sinh(x)", "cosh(x)", "atan(x)", "asinh(x)",
            "erf(x)", "erfc(x)", "sigmoid(x)", "logsigmoid(x)", "softplus(x)", "softsign(x)", "silu(x)", "mish(x)",
            "gelu(x)", "gelu_tanh(x)", "relu(x)", "relu6(x)", "elu(x)", "selu(x)", "square(x)", "abs(x)", "sinc(x)",
            "sqrt(x)", "rsqrt(x)", "log(x)", "log1p(x)", "log2(x)", "reciprocal(x)",
        ),
        {"x": 0.75},
    ),
    **dict.fromkeys(
        ("mul(x, y)", "div(x, y)", "hypot(x, y)", "atan2(y, x)", "logaddexp(x, y)", "xlogy(x, y)", "pow(x, y)"),
        {"x": 0.75, "y": 1.5},
    ),
}  # fmt: skip
"""The kernels and a point of each."""

PASSES = frozenset({Status.MATCH, Status.SKIPPED})


def wrapped(formula: str, names: tuple[str, ...]) -> type[torch.autograd.Function]:
    """The kernel as a Function with a backward pass of its own."""
    program: TorchProgram = readings(formula, frozenset(names), names).torch
    settings = {TORCH_DTYPES[dtype]: Setting("cpu", dtype, Mode.REVERSE) for dtype in (DType.FLOAT64, DType.FLOAT32)}

    def kernel(xs: tuple[Tensor, ...]) -> Tensor:
        return program([xs[names.index(name)] for name in program.variables], settings[xs[0].dtype].literal)

    class Wrapped(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *xs: Tensor) -> Tensor:
            ctx.save_for_backward(*xs)
            return kernel(xs)

        @staticmethod
        def backward(ctx: Any, grad_output: Tensor) -> Any:
            xs = ctx.saved_tensors
            needed = [x for x, need in zip(xs, ctx.needs_input_grad, strict=True) if need]
            with torch.enable_grad():
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
