"""Operations that choose numbers by their order: where the order itself is a constant of the run, torch's choice is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from derivcheck.tracing.operation import Handler, Operation


def _chosen_along(op: Operation) -> Callable[[Any], Any]:
    """The numbers at the places that torch finds along a dim, which are constants of the run."""
    nodes = torch.from_numpy(op.nodes("self").copy())

    def read(result: Any) -> tuple[Tensor, None]:
        op.run.note(f"the places that `{op.func.name()}` finds")
        places = result[1].cpu()
        if not nodes.ndim:
            return nodes, None
        wide = places if op["keepdim"] else places.unsqueeze(op["dim"])
        found = nodes.gather(op["dim"], wide)
        return (found if op["keepdim"] else found.squeeze(op["dim"])), None

    return read


def _median_of_numbers(op: Operation) -> Any:
    """nanmedian: the median of what is no nan."""
    x = op.nodes("self")
    is_number = ~torch.isnan(op["self"].detach()).cpu().numpy()
    if "dim" not in op.arguments:
        kept = x[is_number]
        return op.call("median", kept) if kept.size else x.reshape(-1)[0]
    if not x.ndim:
        return x, None
    axis = op["dim"] % x.ndim
    rows, keeps = np.moveaxis(x, axis, -1), np.moveaxis(is_number, axis, -1)
    shape = rows.shape[:-1]
    found = np.zeros(shape, dtype=np.int64)
    for at in np.ndindex(shape):
        kept = rows[at][keeps[at]]
        found[at] = op.call("median", kept) if kept.size else rows[at][0]
    return (np.expand_dims(found, axis) if op["keepdim"] else found), None


OPERATIONS: Mapping[str, Handler] = {
    "mode": _chosen_along,
    "nanmedian": _median_of_numbers,
}
