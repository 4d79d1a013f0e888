"""The terms of the exact gradient: what arrives through each use of an intermediate result, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from derivcheck.own_functions.tensors.evidence import Row
from derivcheck.own_functions.tensors.formula_steps import FormulaProgram, Step
from derivcheck.own_functions.tensors.formula_sweep import Edge

_REDUCTIONS = {
    "mean": "the mean term",
    "var": "the variance term",
    "std": "the term of the standard deviation",
    "logsumexp": "the term of logsumexp",
    "norm": "the term of the norm",
    "vector_norm": "the term of the norm",
    "amax": "the term of the maximum",
}
"""What the term through a function is called, whatever its argument."""

_PARTS = {
    ("softmax", "normalization"): "softmax's rank-one term",
    ("log_softmax", "normalization"): "log_softmax's rank-one term (softmax times the sum of grad_output)",
    ("cross_entropy", "normalization"): "the softmax of cross_entropy",
    ("cross_entropy", "logits"): "the term of the labels",
    ("scaled_dot_product_attention", "normalization"): "softmax's rank-one term",
    ("normalize", "norm"): "the term of the norm",
    ("cosine_similarity", "norm"): "the term of the norm",
}
"""What the term through a part of a composite is called."""


@dataclass(frozen=True, slots=True)
class Term:
    """What arrives at the arguments through one use of a result.

    Attributes:
        edge: the use.
        words: what the term is called.
        rank: how good that name is: 0 is the best.
        gradients: the term in the first row.
    """

    edge: Edge
    words: str
    rank: int
    gradients: Mapping[str, Tensor]

    def at(self, row: Row, names: Sequence[str]) -> dict[str, Tensor]:
        """The term in a row."""
        sweep = row.sweeps[1]
        part = sweep.part(self.edge)
        if part is None:
            return {name: torch.zeros_like(row.true[name]) for name in names}
        found = sweep.tape.pull({sweep.source(self.edge): part})
        return {name: found[name] for name in names}


def list_terms(row: Row, names: Sequence[str]) -> list[Term]:
    """The terms that are not 0 and not all of the gradient; of those that are the same, the one with the best name."""
    sweep = row.sweeps[1]
    found: list[Term] = []
    for edge in list(sweep.edges()):
        words, rank = _named(sweep.tape.program, edge, sweep.source(edge))
        part = sweep.part(edge)
        assert part is not None
        gradients = sweep.tape.pull({sweep.source(edge): part})
        term = Term(edge, words, rank, gradients)
        if all(_is_small(gradients[name], row.slack[name]) for name in names):
            continue
        same = next((at for at, one in enumerate(found) if _same(one.gradients, gradients, row, names)), None)
        if same is None:
            found.append(term)
        elif rank < found[same].rank:
            found[same] = term
    return [term for term in found if not _same(term.gradients, sweep.gradients, row, names)]


def _is_small(gradient: Tensor, slack: Tensor) -> bool:
    return bool((gradient.abs() <= slack).all())


def _same(one: Mapping[str, Tensor], other: Mapping[str, Tensor], row: Row, names: Sequence[str]) -> bool:
    return all(_is_small(one[name] - other[name], row.slack[name]) for name in names)


def name_term(program: FormulaProgram, edge: Edge, source: int) -> str:
    """What the term through an edge is called."""
    return _named(program, edge, source)[0].removesuffix(",")


def _named(program: FormulaProgram, edge: Edge, source: int) -> tuple[str, int]:
    """What the term through an edge is called: by the step, or by the result that it uses."""
    step = program.steps[edge[0]]
    index = source - program.slot(0)
    used = program.steps[index] if index >= 0 else None
    for one in (used, step):
        special = _special(one) if one is not None else None
        if special:
            return special, 0
    if used is not None:
        return f"the term through {used.quoted}", 1 if used.whole else 2
    if not step.whole:
        return f"the term through {step.quoted}", 3
    words = f"the term through {program.quote(source)} in {step.quoted}"
    return (f"{words} (its argument {edge[1] + 1})" if len(step.args) > 1 else words), 3


def _special(step: Step) -> str | None:
    if (step.of, step.part) in _PARTS:
        return f"{_PARTS[step.of, step.part]}, of `{step.text}`,"
    if step.of in {"var", "std"}:
        return f"{_REDUCTIONS[step.of]} (through `{step.text}`)" if step.whole else None
    if step.part:
        return f"the {step.part} term of `{step.text}`"
    if step.function in _REDUCTIONS and not step.of:
        return f"{_REDUCTIONS[step.function]} (through `{step.text}`)"
    return None
