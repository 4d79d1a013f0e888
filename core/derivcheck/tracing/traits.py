"""What torch's schema of an operation says about it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import torch

from derivcheck.tracing.operation import is_written


class Traits(NamedTuple):
    """What is known of an operation before it runs.

    Attributes:
        is_view: whether it gives a view of its argument, which shares its memory and so its nodes.
        is_random: whether it draws random numbers.
        is_composite: whether it is a name for several operations, and a kernel of its own nowhere.
        gives_no_tensor: whether it computes no tensor and writes into none: it says something to the program.
    """

    is_view: bool
    is_random: bool
    is_composite: bool
    gives_no_tensor: bool


@lru_cache(maxsize=4096)
def traits_of(func: Any) -> Traits:
    """The traits of an overload."""
    schema = func._schema
    writes = any(map(is_written, schema.arguments))
    shares = any(one.alias_info is not None and not one.alias_info.is_write for one in schema.arguments)
    tensors = any("Tensor" in str(one.type) for one in schema.returns)
    return Traits(
        is_view=shares and not writes,
        is_random=torch.Tag.nondeterministic_seeded in func.tags,
        is_composite=func.has_kernel_for_dispatch_key(torch._C.DispatchKey.CompositeImplicitAutograd),
        gives_no_tensor=not tensors and not writes,
    )


def tells_numbers(func: Any) -> bool:
    """Whether an operation tells the program something of the numbers that a tensor holds; others tell sizes."""
    return func.name() in _TELLS_NUMBERS


_TELLS_NUMBERS = frozenset(
    {"aten::_local_scalar_dense", "aten::item", "aten::equal", "aten::is_nonzero", "aten::allclose"}
)
