"""Torch's own adjoints: what hooks saw."""

from __future__ import annotations

import torch

from derivcheck.explaining.torchs_adjoints import TorchsAdjoints, node_of_leaf


def test_a_hook_of_somebody_else_comes_first() -> None:
    """What a node returns is what is left after the hooks that were there."""
    x = torch.tensor(3.0, requires_grad=True)
    y = x.exp()
    assert y.grad_fn is not None
    found = TorchsAdjoints()
    found.watch(y.grad_fn)
    y.grad_fn.register_hook(lambda returned, _: (2 * returned[0],))
    found.run([y], [torch.tensor(1.0)], [x])
    returned = found.returned(y.grad_fn)
    assert returned is not None
    assert returned[0] is not None
    assert torch.equal(returned[0], 2 * y.detach())
    assert x.grad is None


def test_what_did_not_run_has_none() -> None:
    """A node that no upstream gradient reaches is not run."""
    x = torch.tensor(3.0, requires_grad=True)
    y, z = x.exp(), x.sin()
    found = TorchsAdjoints()
    for one in (y, z):
        found.watch(one.grad_fn)
    found.run([y], [torch.tensor(1.0)], [x])
    assert found.given(z.grad_fn) is None
    assert found.returned(z.grad_fn) is None


def test_the_node_of_a_leaf_accumulates() -> None:
    """It is where the gradients of all that use the leaf flow to."""
    x = torch.tensor(3.0, requires_grad=True)
    y = x * 2
    assert y.grad_fn is not None
    assert y.grad_fn.next_functions[0][0] is node_of_leaf(x)
