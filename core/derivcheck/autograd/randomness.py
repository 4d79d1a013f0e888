"""Whether a function draws random numbers: then it is no function of its arguments, and no formula says what it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from derivcheck.autograd.generators import is_same_state, left_alone
from derivcheck.errors import UserFunctionError

_TRIES = 12
"""How often what draws is called: a mask of few elements may come out the same several times."""

_CLOSE = 1e-3
"""What is off by more than this part of the largest number is another number, in whatever format."""


def insist_on_repeatable(
    name: str, call: Callable[[], Sequence[Tensor | None]], what: str = "something else", *, is_training: bool = False
) -> None:
    """Fail for a function that returns something else each time, since it draws random numbers.

    Every item would accuse it for this one reason. What keeps a state of its own is left to the item `repeat`.

    Args:
        name: what the function is called.
        call: calls it, always on the same numbers.
        what: what it returns, in words.
        is_training: whether it is a module in training mode.

    Raises:
        UserFunctionError: where it does so.
    """
    with left_alone() as generators:
        before = [generator.read() for generator in generators]
        first = _copies(call())
        pairs = list(zip(generators, before, strict=True))
        drew = [generator.name for generator, state in pairs if not is_same_state(generator.read(), state)]
        if not drew or all(_are_close(first, _copies(call())) for _ in range(_TRIES)):
            return
    hint = "take what it draws as an argument, such as a mask, and name that in the formula"
    if is_training:
        hint += "; or check the module in evaluation mode, by the constant training=False"
    else:
        hint += "; or seed it inside: with torch.random.fork_rng(): torch.manual_seed(0); …"
    text = f"{name} returns {what} each time it is called on the same numbers"
    raise UserFunctionError(f"{text}: it draws from {' and '.join(drew)}", hint=hint)


def _copies(found: Sequence[Tensor | None]) -> list[Tensor]:
    return [tensor.detach().clone().double() for tensor in found if tensor is not None and not tensor.is_complex()]


def _are_close(one: Sequence[Tensor], other: Sequence[Tensor]) -> bool:
    """Whether several tensors hold the same numbers, up to rounding."""
    if [tensor.shape for tensor in one] != [tensor.shape for tensor in other]:
        return False
    for a, b in zip(one, other, strict=True):
        size = float(torch.nan_to_num(a).abs().max()) if a.numel() else 0.0
        if not torch.allclose(a, b, rtol=_CLOSE, atol=_CLOSE * size, equal_nan=True):
            return False
    return True
