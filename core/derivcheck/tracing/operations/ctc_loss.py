"""The loss of connectionist temporal classification: minus the logarithm of the probability of all alignments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from torch import Tensor

from derivcheck.elements.node_arrays import Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.tracing.operation import Handler, Operation


def _losses(op: Operation) -> Any:
    """A loss for each sequence, from the probability of its labels.

    The sum over all alignments by dynamic programming (A. Graves et al., "Connectionist Temporal Classification", 2006,
    equations 6 to 8), of probabilities instead of their logarithms: nothing here underflows.
    """
    probabilities = op.call("exp", op.nodes("log_probs"))
    steps, lengths = _plain(op["input_lengths"]), _plain(op["target_lengths"])
    found = [
        _loss(op, probabilities[:count, at], labels)
        for at, (count, labels) in enumerate(zip(steps, _labels(op["targets"], lengths), strict=True))
    ]
    return np.array(found, dtype=np.int64), None


def _plain(lengths: Sequence[int] | Tensor) -> list[int]:
    return lengths.tolist() if isinstance(lengths, Tensor) else list(lengths)


def _labels(targets: Tensor, lengths: Sequence[int]) -> Iterator[list[int]]:
    """The labels of each sequence, which stand in rows, or one behind the other."""
    if targets.dim() > 1:
        yield from (row[:length].tolist() for row, length in zip(targets, lengths, strict=True))
        return
    ends = np.cumsum([0, *lengths])
    yield from (targets[start:end].tolist() for start, end in pairwise(ends))


def _loss(op: Operation, probabilities: Nodes, labels: Sequence[int]) -> int:
    """The loss of one sequence: blanks stand before, between and behind the labels."""
    blank = op["blank"]
    states = [blank]
    for label in labels:
        states += [label, blank]
    reached: dict[int, Nodes] = {0: probabilities[0, blank]} if len(probabilities) else {}
    if labels and len(probabilities):
        reached[1] = probabilities[0, labels[0]]
    for now in probabilities[1:]:
        after: dict[int, Nodes] = {}
        for state, label in enumerate(states):
            may_skip = state > 1 and label not in {blank, states[state - 2]}
            parts = [reached[at] for at in (state, state - 1, *([state - 2] if may_skip else [])) if at in reached]
            if parts:
                after[state] = op.call("mul", _sum(op, parts), now[label])
        reached = after
    ends = [reached[at] for at in {len(states) - 1, max(len(states) - 2, 0)} if at in reached]
    if not len(probabilities) and not labels:
        return int(op.run.make.zero)
    if not ends and not op["zero_infinity"]:
        raise UnsupportedError(f"`{op.func.name()}` of labels that no alignment gives is infinite")
    return int(op.call("neg", op.call("log", _sum(op, ends))) if ends else op.run.make.zero)


def _sum(op: Operation, parts: Sequence[Nodes]) -> Nodes:
    found = parts[0]
    for part in parts[1:]:
        found = op.call("add", found, part)
    return found


OPERATIONS: Mapping[str, Handler] = {"_ctc_loss": _losses}
