"""How sure the blame is, and how long an explanation takes.

    python benchmarks/explaining.py [planted] [times] [--cases N] [--seed S]

`planted` draws expressions of numbers and of tensors at random. In half of the cases a hook spoils what the backward
pass of one operation returns: by a share of it, its sign, or a factor of two. The explanation should name that
operation, and none where nothing is spoilt. `times` explains an expression of 30 operations, and an MLP.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import torch
from fuzzing.generate import Generator
from fuzzing.tensors import draw_row
from tensor_growth import mlp
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from derivcheck.checking.one_point import check_case
from derivcheck.errors import DerivcheckError
from derivcheck.explaining.explained_expressions import explain_expression
from derivcheck.model import Case, Result, Status, Verdict, What
from derivcheck.model.explanation import Blame, BlameKind, Explanation, TapeTensor

FAULTS: tuple[Callable[[Tensor], Tensor], ...] = (lambda g: g * 1.001, lambda g: -g, lambda g: 2 * g, lambda g: g * 0)
"""What a fault makes of a gradient."""


class Planting(TorchFunctionMode):
    """Spoils what the backward pass of one operation returns.

    Args:
        number: which of the operations that are differentiated, in order; those beyond the last one spoil nothing.
        spoil: what is made of each gradient.

    Attributes:
        count: how many operations there were.
        node: the name of the node that was spoilt.
        is_felt: whether a gradient became another one.
    """

    def __init__(self, number: int, spoil: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.number, self.spoil = number, spoil
        self.count = 0
        self.node: Any = None
        self.is_felt = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for one in tree_leaves(result):
            if isinstance(one, Tensor) and one.grad_fn is not None:
                if self.count == self.number:
                    self.node = one.grad_fn
                    self.node.register_hook(self.spoilt)
                self.count += 1
                break
        return result

    def spoilt(self, returned: tuple[Tensor | None, ...], given: Any) -> tuple[Tensor | None, ...]:
        """What the node returns instead."""
        del given
        found = tuple([None if one is None else self.spoil(one) for one in returned])
        for one, other in zip(found, returned, strict=True):
            if one is not None and other is not None and not torch.equal(one, other):
                self.is_felt = True
        return found


_FELT = 1e4
"""A gradient of the whole that is wrong by fewer ulps is no complaint: the fault was lost on the way."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A right case.

    Attributes:
        case: the case; torch's numbers are right in it.
        rows: what the check says.
        explanation: the explanation as nothing is spoilt.
    """

    case: Case
    rows: tuple[Result, ...]
    explanation: Explanation


def drawn(random: Random, tally: Counter[str]) -> Iterator[Drawn]:
    """Cases in which torch's numbers are right, of numbers and of tensors in turn."""
    while True:
        case = _number_case(random) if random.random() < 0.5 else _tensor_case(random)
        try:
            rows = tuple(check_case(case))
            if {row.status for row in rows} != {Status.MATCH} or len(rows) < 2:
                tally["left out: not all rows match"] += 1
                continue
            explanation = explain_expression(case, rows)
        except DerivcheckError as error:
            tally[f"left out: {error.message[:60]}"] += 1
            continue
        if not any(one.returned for one in explanation.tape):
            tally["left out: nothing is differentiated"] += 1
            continue
        yield Drawn(case, rows, explanation)


def _number_case(random: Random) -> Case:
    row = Generator(random, extreme=0.05, special=0.05).row()
    return Case(row.tree.written, (row.texts,))


def _tensor_case(random: Random) -> Case:
    row = draw_row(random)
    return Case(row.found.text, (dict(row.texts),), dtype=row.dtype)


def wrong_steps(tape: tuple[TapeTensor, ...]) -> list[int]:
    """The operations of which a local error is no rounding, forward or backward."""

    def is_wrong(local: Any, explained: Any) -> bool:
        return any(
            error is not None and bound is not None and error > bound
            for error, bound in zip(local, explained, strict=True)
        )

    return [
        at
        for at, one in enumerate(tape)
        if is_wrong(one.value.local, one.value.explained)
        or any(is_wrong(gradient.numbers.local, gradient.numbers.explained) for gradient in one.returned)
    ]


def planted(cases: int, seed: int) -> int:
    """Look at so many cases that are right, and at as many that are not; the exit status."""
    random, tally = Random(seed), Counter[str]()
    found = suspected = clean = blamed = 0
    looked = 0
    for right in drawn(random, tally):
        if clean < cases:
            clean += 1
            if right.explanation.blame is not None:
                blamed += 1
                print(f"blamed in a right case: {_posed(right)}: {right.explanation.blame.sentence}")
            if wrong := wrong_steps(right.explanation.tape):
                suspected += 1
                print(f"suspected in a right case: {_posed(right)}: {_words(right, wrong)}")
        outcome = _planted_in(right, random)
        if outcome is not None:
            looked += 1
            found += outcome
        if looked >= cases:
            break
    print(f"\nright cases: {clean}; blamed: {blamed}; operations suspected in: {suspected}")
    print(f"planted faults: {looked}; found: {found} ({found / max(1, looked):.1%})")
    for words, count in tally.most_common():
        print(f"  {words}: {count}")
    return int(blamed > 0 or found < 0.95 * looked)


def _posed(right: Drawn) -> str:
    return f"{right.case.expr} at {right.case.at[0]} in {right.case.dtype}"


def _words(right: Drawn, wrong: list[int]) -> str:
    one = right.explanation.tape[wrong[0]]
    return f"{one.operation} {one.value} {one.returned}"[:600]


def _planted_in(right: Drawn, random: Random) -> bool | None:
    """Whether a fault that is planted is found; None where nobody feels it."""
    nodes = sum(bool(one.grad_fn) for one in right.explanation.tape)
    fault = Planting(random.randrange(nodes), random.choice(FAULTS))
    rows = tuple(
        [
            replace(row, verdict=Verdict(Status.MISMATCH, "spoilt")) if row.what is What.DERIVATIVE else row
            for row in right.rows
        ]
    )
    with fault:
        explanation = explain_expression(right.case, rows)
    if fault.node is None or not fault.is_felt:
        return None
    leaves = [one.adjoint for one in explanation.tape if one.adjoint is not None and one.is_leaf]
    if all(error is None or error < _FELT for one in leaves for error in (*one.inherited, *one.local)):
        return None  # it is lost on the way
    blame = explanation.blame
    if _is_meant(blame, explanation, fault):
        return True
    print(f"not found: {type(fault.node).__name__} in {_posed(right)}; blamed: {blame}"[:500])
    return False


def _is_meant(blame: Blame | None, explanation: Explanation, fault: Planting) -> bool:
    if blame is None or blame.kind is not BlameKind.BACKWARD:
        return False
    return explanation.tape[blame.tensor].grad_fn == type(fault.node).__name__


def times() -> None:
    """Print how long explanations take, warm."""
    long = "x"
    for function in ("sin", "exp", "tanh", "log1p", "sqrt", "cos", "atan", "sigmoid", "erf", "expm1"):
        long = f"{function}(0.5 + {long}**2)"
    case = Case(long, ({"x": "0.7"},))
    for name, one in (("30 operations on a number", case), ("MLP 32-64-10, cross-entropy", mlp(64))):
        rows = tuple(check_case(one))
        explain_expression(one, rows)
        found = []
        for _ in range(5):
            start = time.process_time()
            explanation = explain_expression(one, rows)
            found.append(time.process_time() - start)
        operations = sum(one.operation is not None for one in explanation.tape)
        print(
            f"{name}: {operations} operations on the tape, {1000 * min(found):.0f} ms (of the processor, best of five)"
        )


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", default=["planted", "times"], choices=("planted", "times"))
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if "times" in options.parts:
        times()
    return planted(options.cases, options.seed) if "planted" in options.parts else 0


if __name__ == "__main__":
    sys.exit(main())
