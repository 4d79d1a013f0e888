"""Views have nodes of their own as long as nobody writes into their memory."""

from __future__ import annotations

import torch

from derivcheck.elements.node_arrays import NodeArrays
from derivcheck.explaining.leaves_of_views import LeavesOfViews


def test_a_view_has_its_own_nodes_until_somebody_writes() -> None:
    """Afterwards it has those that lie beside its memory."""
    make = NodeArrays("", lambda *_: [])
    nodes, base = LeavesOfViews(make), torch.ones(2, 2)
    view = base.t()
    nodes.write(base, torch.tensor([[1, 2], [3, 4]]))
    nodes.keep(view, torch.tensor([[11, 13], [12, 14]]))
    assert nodes.of(view).tolist() == [[11, 13], [12, 14]]
    assert nodes.of(base).tolist() == [[1, 2], [3, 4]]
    base[0, 1] = 5
    nodes.write(base, torch.tensor([[1, 7], [3, 4]]))
    assert nodes.of(view).tolist() == [[1, 3], [7, 4]]


def test_a_view_may_be_forgotten() -> None:
    """Then it is nothing but a view."""
    nodes, base = LeavesOfViews(NodeArrays("", lambda *_: [])), torch.ones(2)
    nodes.write(base, torch.tensor([1, 2]))
    view = base[1:]
    nodes.keep(view, torch.tensor([9]))
    nodes.forget(view)
    assert nodes.of(view).tolist() == [2]
