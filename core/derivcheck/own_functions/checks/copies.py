"""Copies of arguments, for functions that write into them: torch allows that for no leaf that asks for a gradient."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

NOTE = "it writes into its arguments in place, which torch allows for no leaf: it is given copies"
"""What is said of such a function."""


def copies_of(inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Copies of those arguments that ask for a gradient; the others stay, so that a write into one of them is seen."""
    return tuple(tensor.clone() if tensor.requires_grad else tensor for tensor in inputs)


def writes_to_leaf(error: BaseException) -> bool:
    """Whether torch refused a function that writes into an argument."""
    text = str(error)
    return isinstance(error, RuntimeError) and "leaf" in text and "in-place operation" in text
