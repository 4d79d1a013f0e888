"""Replays: operations that run again."""

from __future__ import annotations

import torch

from derivcheck.explaining.replays import Replay


def test_what_writes_runs_again_on_leaves() -> None:
    """An operation in place leaves its new arguments as they are, and can be differentiated by them."""
    x = torch.tensor([1.0, 2.0])
    replay = Replay.of(torch.ops.aten.mul_.Tensor, (x, torch.tensor(3.0)), {}, {id(x): 7})
    x += 1
    leaf = torch.tensor([4.0, 5.0], requires_grad=True)
    (found,) = replay(leaf, torch.tensor(3.0))
    found.sum().backward()
    assert leaf.tolist() == [4.0, 5.0]
    assert leaf.grad is not None
    assert leaf.grad.tolist() == [3.0, 3.0]
    assert (replay.positions, replay.tensors[0].tolist()) == ((7, None), [1.0, 2.0])


def test_integers_are_no_tensors_of_numbers() -> None:
    """An index stays what it was, and of several results those are returned that are meant."""
    replay = Replay.of(torch.ops.aten.sort.default, (torch.tensor([2.0, 1.0]),), {}, {})
    assert [one.tolist() for one in replay.of_results([0])(torch.tensor([5.0, 4.0]))] == [[4.0, 5.0]]
    gather = Replay.of(torch.ops.aten.index_select.default, (torch.ones(3), 0, torch.tensor([2])), {}, {})
    assert len(gather.tensors) == 1
