"""Replays: an operation of a run, ready to run again on other numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import TreeSpec, tree_flatten, tree_leaves, tree_unflatten


@dataclass(frozen=True, slots=True)
class Replay:
    """An operation with copies of what it was given.

    Attributes:
        run: torch's overload, or whatever else was called.
        leaves: all arguments, flattened, tensors as copies.
        structure: how they are put together again.
        places: where among them the tensors of real or complex numbers stand.
        positions: the position on the tape of each of these; None of one that is not there.
        kept: which of the tensors that it returns are meant; None: all.

    Example:
        >>> replay = Replay.of(torch.ops.aten.add_.Tensor, (torch.ones(2), torch.ones(2)), {"alpha": 2}, {})
        >>> replay(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
        (tensor([ 7., 10.]),)
        >>> [copy.tolist() for copy in replay.tensors]
        [[1.0, 1.0], [1.0, 1.0]]
    """

    run: Callable[..., Any]
    leaves: tuple[Any, ...]
    structure: TreeSpec
    places: tuple[int, ...]
    positions: tuple[int | None, ...]
    kept: tuple[int, ...] | None = None

    @classmethod
    def of(
        cls, run: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], positions: Mapping[int, int]
    ) -> Replay:
        """Copy the arguments of a call; `positions` says where each tensor stands on the tape, by its identity."""
        leaves, structure = tree_flatten((tuple(args), dict(kwargs)))
        places = [at for at, one in enumerate(leaves) if _holds_numbers(one)]
        found = tuple([positions.get(id(leaves[at])) for at in places])
        copies = [one.detach().clone() if isinstance(one, Tensor) else one for one in leaves]
        return cls(run, tuple(copies), structure, tuple(places), found)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """The tensors of numbers that it was given."""
        return tuple([self.leaves[at] for at in self.places])

    def running(self, run: Callable[..., Any]) -> Replay:
        """The same arguments for something else to call."""
        return replace(self, run=run)

    def of_results(self, kept: Sequence[int]) -> Replay:
        """The same, of which some results are meant."""
        return replace(self, kept=tuple(kept))

    def __call__(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """What it returns for other tensors of numbers."""
        leaves = [one.clone() if isinstance(one, Tensor) else one for one in self.leaves]
        for at, tensor in zip(self.places, tensors, strict=True):
            leaves[at] = tensor
        if _writes(self.run):  # into no leaf of autograd's, which may not be written into
            leaves = [one.clone() if isinstance(one, Tensor) else one for one in leaves]
        args, kwargs = tree_unflatten(leaves, self.structure)
        found = [one for one in tree_leaves(self.run(*args, **kwargs)) if isinstance(one, Tensor)]
        return tuple(found if self.kept is None else [found[at] for at in self.kept])


def _holds_numbers(one: Any) -> bool:
    return isinstance(one, Tensor) and (one.is_floating_point() or one.is_complex())


def _writes(run: Any) -> bool:
    return isinstance(run, torch._ops.OpOverload) and run._schema.is_mutable
