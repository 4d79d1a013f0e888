"""Operators that a program defines with torch.library.custom_op: what they are made of is Python, and is recorded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor


def body_of(func: Any, arguments: Sequence[Any]) -> Callable[..., Any] | None:
    """The Python function that an operator runs on the device of its arguments; None where it is no such operator.

    Args:
        func: torch's overload.
        arguments: what it is called with.

    Example:
        >>> import torch
        >>> body_of(torch.ops.aten.sin.default, [torch.ones(2)]) is None
        True
    """
    module = sys.modules.get("torch._library.custom_ops")
    definition = None if module is None else module.OPDEFS.get(func._schema.name)
    if definition is None:
        return None
    device = next((one.device.type for one in arguments if isinstance(one, Tensor)), None)
    found: Callable[..., Any] | None = definition._backend_fns.get(device)
    return found or definition._init_fn
